/* SPDX-License-Identifier: Apache-2.0 */
/* link-shaper's configuration file: docs/contracts.md, "Links". */
#ifndef BATON_LINK_SHAPER_CONFIG_H
#define BATON_LINK_SHAPER_CONFIG_H

#include <limits.h>
#include <net/if.h>

#include "lib/yaml.h"
#include "link-shaper/timeline.h"

enum { CONFIG_NAME_SIZE = 64, CONFIG_PATH_SIZE = 256, CONFIG_PORTS_MAX = 8192 };

/* A port that can be shaped, and how it is at first */
struct port_config {
	char node[CONFIG_NAME_SIZE], interface[IFNAMSIZ];
	char netns[CONFIG_PATH_SIZE];
	char peer[CONFIG_NAME_SIZE + IFNAMSIZ]; /* for people: who is at the other end */
	struct link_shape shape;
};

struct config {
	char socket[CONFIG_PATH_SIZE];
	char state[CONFIG_PATH_SIZE];
	bool netem; /* the kernel has it */
	uint64_t repeat_us;
	size_t port_count, change_count;
	struct port_config *port;
	struct change *change;
};

/** config_read - the whole of @doc; config_done frees what it holds */
int config_read(const struct yaml_doc *doc, struct config *ret_config, struct yaml_error *err);
void config_done(struct config *config);

/** config_find - the index of a port, or -1 */
long config_find(const struct config *config, const char *node, const char *interface);

#endif
