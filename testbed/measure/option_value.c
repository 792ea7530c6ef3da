// SPDX-License-Identifier: Apache-2.0
#include "testbed/measure/option_value.h"

#include <ctype.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int option_refuse(char error[OPTION_ERROR], const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(error, OPTION_ERROR, format, args);
	va_end(args);
	return -EINVAL;
}

void option_begin(void)
{
	optind = 0; /* GNU getopt's way */
	opterr = 0;
}

int option_next(char error[OPTION_ERROR], const char *command, int argc, char **argv,
		const char *short_options, const struct option *known)
{
	int c = getopt_long(argc, argv, short_options, known, NULL);

	if (c == ':')
		return option_refuse(error, "measure %s: %.60s needs an argument", command,
				     argv[optind - 1]);
	if (c == '?')
		return option_refuse(error, "measure %s: unknown option '%.60s'", command,
				     argv[optind - 1]);
	return c;
}

int option_number(char error[OPTION_ERROR], const char *option, const char *text, uint64_t min,
		  uint64_t max, uint64_t *ret)
{
	char *end;

	errno = 0;
	*ret = strtoull(text, &end, 10);
	if (errno || !isdigit((unsigned char)text[0]) || *end || *ret < min || *ret > max)
		return option_refuse(
			error, "%s: expected a number from %llu to %llu, found '%.60s'", option,
			(unsigned long long)min, (unsigned long long)max, text);
	return 0;
}

int option_switch(char error[OPTION_ERROR], const char *option, const char *text, bool *ret)
{
	*ret = !text || strcmp(text, "true") == 0 || strcmp(text, "yes") == 0;
	if (!*ret && strcmp(text, "false") != 0 && strcmp(text, "no") != 0)
		return option_refuse(error, "%s: expected true or false, found '%.60s'", option,
				     text);
	return 0;
}

int option_share(char error[OPTION_ERROR], const char *option, const char *text, double *ret)
{
	char *end;

	*ret = strtod(text, &end);
	/* so written that a NAN is refused too */
	if (!isdigit((unsigned char)text[0]) || *end || !(*ret <= 1))
		return option_refuse(error, "%s: expected 0 to 1, found '%.60s'", option, text);
	return 0;
}

int option_files(char error[OPTION_ERROR], int argc, char **argv, const char *out, size_t most,
		 const char **files, size_t *ret_count)
{
	for (*ret_count = 0; optind < argc && *ret_count < most; optind++)
		files[(*ret_count)++] = argv[optind];
	if (optind < argc)
		return option_refuse(error, "--draw: at most %zu files", most);
	if (!*ret_count || !out)
		return option_refuse(error, "--draw: expected --out DIR, and the files to draw");
	return 0;
}
