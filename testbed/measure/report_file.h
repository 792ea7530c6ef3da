/* SPDX-License-Identifier: Apache-2.0 */
/* A file of a report's folder: there whole or not at all. */
#ifndef BATON_MEASURE_REPORT_FILE_H
#define BATON_MEASURE_REPORT_FILE_H

#include <stdio.h>

struct report_file {
	FILE *out; /* where it is printed */
	char *text;
	size_t len;
};

/** report_file_begin - Return: 0 or -ENOMEM; report_file_end follows, always */
int report_file_begin(struct report_file *f);
/**
 * report_file_end - it becomes DIR/NAME, unless something has failed; complains
 * @r: how begin and printing went: 0 or a negative errno
 *
 * Return: @r, or what failed after it
 */
int report_file_end(struct report_file *f, int r, const char *dir, const char *name);

#endif
