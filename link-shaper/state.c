// SPDX-License-Identifier: Apache-2.0
#include "link-shaper/state.h"

#include <errno.h>
#include <stdio.h>
#include <unistd.h>

#include "lib/log.h"

json_t *state_load(const char *path)
{
	json_error_t error;
	json_t *state;

	if (access(path, F_OK))
		return NULL;
	state = json_load_file(path, 0, &error);
	if (!state)
		log_warn("state",
			 "file=%s what=\"not read, the configuration's shapes apply\" "
			 "error=\"%s\"",
			 path, error.text);
	return state;
}

int state_save(const char *path, const json_t *state)
{
	char next[512];

	snprintf(next, sizeof(next), "%s.new", path);
	errno = 0;
	if (json_dump_file(state, next, JSON_COMPACT) || rename(next, path)) {
		int rc = errno ? -errno : -EIO;

		unlink(next);
		return rc;
	}
	return 0;
}
