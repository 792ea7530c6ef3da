/* SPDX-License-Identifier: Apache-2.0 */
/* forwarder's configuration; forwarder.example.yaml says what each key is. */
#ifndef BATON_FORWARDER_CONFIG_H
#define BATON_FORWARDER_CONFIG_H

#include <net/if.h>
#include <netinet/in.h>

#include "agents/forwarder/redirect.h"
#include "lib/yaml.h"

struct config {
	struct in_addr service, here, source;
	uint32_t service_port, number;
	char wan[IFNAMSIZ], n6[IFNAMSIZ];
	char migration[64];
	uint64_t cache_bytes;
	uint32_t cache_requests;
};

extern const struct yaml_field config_fields[];

/** config_defaults - before it is read */
void config_defaults(struct config *c);
/** config_redirect - its redirect; borrows @c */
struct redirect config_redirect(const struct config *c);

#endif
