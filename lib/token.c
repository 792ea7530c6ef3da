// SPDX-License-Identifier: Apache-2.0
#include "lib/token.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "lib/log.h"

int token_read(const char *path, char *buf, size_t size)
{
	FILE *file = fopen(path, "re");
	size_t len;
	int r = -EINVAL;

	if (!file) {
		r = -errno;
		log_error("token", "path=%s error=\"%s\"", path, strerror(-r));
		return r;
	}
	if (fgets(buf, (int)size, file)) {
		len = strcspn(buf, "\r\n");
		r = len > 0 && len + 1 < size ? 0 : -EINVAL;
		buf[len] = '\0';
	}
	if (r < 0)
		log_error("token",
			  "path=%s error=\"no token of 1 to %zu characters in its first line\"",
			  path, size - 2);
	fclose(file);
	return r;
}
