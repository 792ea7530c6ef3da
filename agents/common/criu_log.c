// SPDX-License-Identifier: Apache-2.0
#include "agents/common/criu_log.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/file.h"

/* What CRIU goes on without: a helper that it tried, such as iptables, isn't there. */
static bool is_of_a_helper(const char *error)
{
	return !strncmp(error, "Error (criu/util.c", 18);
}

/* What it ends with when it failed, after what it failed of. That line alone: there was no room for
 * the others. */
static bool is_last_word(const char *error)
{
	return !strncmp(error + strcspn(error, ")"), "): Pre-dumping FAILED", 21) ||
	       !strncmp(error + strcspn(error, ")"), "): Dumping FAILED", 17);
}

int criu_log_error(const char *path, char *line, size_t size)
{
	char *text = NULL, *error;
	size_t len;
	int rc = 0;

	if (file_read_all(path, &text, &len))
		return 0;
	error = strstr(text, "Error (");
	while (error && is_of_a_helper(error))
		error = strstr(error + 1, "Error (");
	if (error) {
		rc = strstr(text, "No space left") || is_last_word(error) ? -ENOSPC : -EIO;
		snprintf(line, size, "%.*s", (int)strcspn(error, "\n"), error);
	}
	free(text);
	return rc;
}
