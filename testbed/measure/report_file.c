// SPDX-License-Identifier: Apache-2.0
#include "testbed/measure/report_file.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "lib/file.h"
#include "testbed/baton.h"

int report_file_begin(struct report_file *f)
{
	*f = (struct report_file){.text = NULL};
	f->out = open_memstream(&f->text, &f->len);
	return f->out ? 0 : -ENOMEM;
}

int report_file_end(struct report_file *f, int r, const char *dir, const char *name)
{
	char path[PATH_MAX];

	if (f->out && fclose(f->out) != 0 && r == 0)
		r = -ENOMEM;
	if (r == 0 && snprintf(path, sizeof path, "%s/%s", dir, name) >= PATH_MAX)
		r = -ENAMETOOLONG;
	if (r == 0)
		r = file_create(path, f->text, f->len, 0666);
	free(f->text);
	if (r < 0)
		complain("%s/%s: %s", dir, name, strerror(-r));
	return r;
}
