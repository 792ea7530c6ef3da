// SPDX-License-Identifier: Apache-2.0
/* snake-cloud from outside, by the wires of docs/csm.md: one case a run. Without an argument it
 * lists them. */
#include <string.h>

#include "tests/integration/snake_cloud_cases.h"

static const struct cloud_case *find(const struct cloud_case *c, const char *name)
{
	while (c->name && strcmp(c->name, name))
		c++;
	return c->name ? c : NULL;
}

static void list(const struct cloud_case *c)
{
	for (; c->name; c++)
		puts(c->name);
}

int main(int argc, char **argv)
{
	static const struct cloud_case *const all[] = {cloud_life_cases, cloud_login_cases,
						       cloud_play_cases};
	const struct cloud_case *c = NULL;
	struct cloud_bed bed;

	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]) && !c; i++) {
		if (argc < 2)
			list(all[i]);
		else
			c = find(all[i], argv[1]);
	}
	if (argc < 2)
		return 0;
	if (!c)
		return 2;
	cloud_bed_begin(&bed, c->config);
	c->run(&bed);
	cloud_bed_end(&bed);
	return 0;
}
