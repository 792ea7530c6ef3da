/* SPDX-License-Identifier: Apache-2.0 */
/* Options of measurements: the values that several of them take, and what is said of those that
 * can't be taken. */
#ifndef BATON_MEASURE_OPTION_VALUE_H
#define BATON_MEASURE_OPTION_VALUE_H

#include <getopt.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { OPTION_ERROR = 200 };

/** option_refuse - what is wrong and what was expected, into @error; Return: -EINVAL */
int __attribute__((format(printf, 2, 3)))
option_refuse(char error[OPTION_ERROR], const char *format, ...);

/** option_begin - anew, before the first option_next */
void option_begin(void);
/**
 * option_next - as getopt_long
 * @command:      of `baton measure`, for people
 * @short_options: begins as getopt's do, with ':' or "+:"
 *
 * Return: the option's letter; -1 after the last; -EINVAL with @error
 */
int option_next(char error[OPTION_ERROR], const char *command, int argc, char **argv,
		const char *short_options, const struct option *known);

/* Each: 0, or -EINVAL with @error; @option: its name with --, for people */
int option_number(char error[OPTION_ERROR], const char *option, const char *text, uint64_t min,
		  uint64_t max, uint64_t *ret);
/** option_switch - an option alone (NULL), or, as experiments give it, with a value */
int option_switch(char error[OPTION_ERROR], const char *option, const char *text, bool *ret);
/** option_share - 0 to 1 */
int option_share(char error[OPTION_ERROR], const char *option, const char *text, double *ret);
/**
 * option_files - what follows --draw, from optind on, borrowed
 * @out: of --out; NULL: not given
 */
int option_files(char error[OPTION_ERROR], int argc, char **argv, const char *out, size_t most,
		 const char **files, size_t *ret_count);

#endif
