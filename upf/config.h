/* SPDX-License-Identifier: Apache-2.0 */
/* The UPF's configuration file; upf.example.yaml documents each key. */
#ifndef BATON_UPF_CONFIG_H
#define BATON_UPF_CONFIG_H

#include <net/if.h>

#include "dataplane/dataplane.h"
#include "lib/yaml.h"
#include "upf/rules/rules.h"

#define UPF_STATE_FILE "sessions.journal" /* in state_dir */

enum {
	UPF_PATH_SIZE = 256,
	UPF_SESSIONS_DEFAULT = 65536,
	/* GTP-U echo requests to each peer, TS 29.281 cl. 7.2.1: not more often than every 60 s */
	UPF_ECHO_INTERVAL_S = 60,
};

/* Where an instance's plain IP leaves */
struct upf_n6 {
	char device[IFNAMSIZ];
	uint32_t table;
};

struct upf_config {
	char name[64];
	struct in_addr n4_address;
	struct in_addr n3_address;
	char n3_address6_text[INET6_ADDRSTRLEN]; /* "": none */
	struct in6_addr n3_address6;
	char n3_device[IFNAMSIZ];
	char dataplane[8], attach[8];
	bool needs_qos;
	uint32_t sessions_max;
	/* until upf_config_lists */
	const struct yaml_node *ue_pools_node, *n9_ue_pools_node, *protected_node, *instances_node;
	uint8_t instance_count; /* the first is that of n6_device, n6_table, ue_pools */
	struct upf_instance instance[DP_INSTANCES_MAX];
	struct upf_n6 n6[DP_INSTANCES_MAX];
	/* of UEs anchored at other UPFs: the first instance's sessions may have them, too */
	struct upf_instance n9;
	size_t protected_count;
	struct dp_prefix protected_prefix[DP_PREFIXES_MAX];
	char pin_dir[UPF_PATH_SIZE];   /* "": none */
	char state_dir[UPF_PATH_SIZE]; /* the same */
	struct in_addr rest_address;
	uint32_t rest_port;
	char token_file[UPF_PATH_SIZE]; /* "": none */
	uint32_t drain_s;		/* 0: stops at once */
	uint32_t echo_interval_s, echo_t3_s, echo_n3;
};

/* For daemon_config() */
extern const struct yaml_field upf_config_fields[];

void upf_config_default(struct upf_config *config);
/** upf_config_lists - read the lists and check what the table can't; Return: 0 or -EINVAL with @err
 * set */
int upf_config_lists(struct upf_config *config, const struct yaml_doc *doc, struct yaml_error *err);

/** upf_config_fixed - the first key in which the two differ that can't change while a UPF serves,
 * or NULL; what its data plane is particular about beyond that it says itself */
const char *upf_config_fixed(const struct upf_config *was, const struct upf_config *is);

/** upf_config_dataplane - the data plane's part; @ret borrows from @config */
void upf_config_dataplane(const struct upf_config *config, struct dp_config *ret);
/** upf_config_served - the network instances with all UE addresses that their sessions may have */
void upf_config_served(const struct upf_config *config, struct upf_instance ret[DP_INSTANCES_MAX]);
/** upf_config_locals - of F-TEIDs: IPv4, IPv6; AF_UNSPEC: none of that version */
void upf_config_locals(const struct upf_config *config, struct dp_addr ret[2]);

#endif
