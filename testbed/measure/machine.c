// SPDX-License-Identifier: Apache-2.0
#include "testbed/measure/machine.h"

#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

void machine_describe(struct report *r)
{
	char line[256], model[128] = "unknown processor";
	FILE *file = fopen("/proc/cpuinfo", "re");
	struct utsname name;

	while (file && fgets(line, sizeof line, file)) {
		char *colon = strchr(line, ':');

		if (strncmp(line, "model name", 10) == 0 && colon)
			snprintf(model, sizeof model, "%.*s", (int)strcspn(colon + 2, "\n"),
				 colon + 2);
	}
	if (file)
		fclose(file);
	r->emulated = strstr(model, "TCG") != NULL;
	snprintf(r->machine, sizeof r->machine, "%ld x %s%s", sysconf(_SC_NPROCESSORS_ONLN), model,
		 r->emulated ? " (emulated by TCG: only ratios mean anything)" : "");
	snprintf(r->kernel, sizeof r->kernel, "%s", uname(&name) == 0 ? name.release : "unknown");
}
