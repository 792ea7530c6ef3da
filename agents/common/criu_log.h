/* SPDX-License-Identifier: Apache-2.0 */
/* What CRIU writes into its log, for people where its answer has no words. */
#ifndef BATON_AGENTS_CRIU_LOG_H
#define BATON_AGENTS_CRIU_LOG_H

#include <stddef.h>

/** criu_log_error - @line: the first error that the log at @path tells; Return: -ENOSPC when it was
 * about the disk, else -EIO; 0: it tells none, and @line is left */
int criu_log_error(const char *path, char *line, size_t size);

#endif
