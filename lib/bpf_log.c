// SPDX-License-Identifier: Apache-2.0
#include "lib/bpf_log.h"

#include <stdio.h>
#include <string.h>

#include "lib/log.h"

int bpf_log(enum libbpf_print_level level, const char *format, va_list args)
{
	char line[512];

	if (level != LIBBPF_WARN)
		return 0;
	vsnprintf(line, sizeof(line), format, args);
	line[strcspn(line, "\n")] = 0;
	log_debug("bpf", "libbpf=\"%s\"", line);
	return 0;
}
