/* SPDX-License-Identifier: Apache-2.0 */
/* The configuration of smf-lite; each key is explained in smf-lite.example.yaml. */
#ifndef BATON_SMF_CONFIG_H
#define BATON_SMF_CONFIG_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stdint.h>

#include "lib/daemon.h"
#include "lib/ipfilter/ipfilter.h"
#include "lib/nas/nas.h"
#include "lib/ngap/ngap.h"
#include "lib/yaml.h"
#include "smf-lite/smf.h"

struct smf_dnn {
	char dnn[SMF_NAME_SIZE];
	uint32_t sst;
	bool has_sd;
	uint32_t sd; /* 24 bits */
	uint8_t dns_count;
	struct in_addr dns[NAS_MAX_DNS];
};

struct smf_upf {
	char name[SMF_NAME_SIZE];
	struct in_addr n4_address;
	char dnai[SMF_NAME_SIZE];
	struct yaml_prefix pool;
	bool qos; /* QFI in the PDI and a QER: a UPF on the kernel's gtp module has neither */
};

/* The first choice for one PDU session id of a UE; a preference told over REST goes before it. */
struct smf_anchor {
	char supi[SMF_SUPI_SIZE];
	char dnn[SMF_NAME_SIZE];
	uint32_t session;
	char dnai[SMF_NAME_SIZE];
};

/* What tells the packets of an application: PFDs of flow descriptions (TS 29.244 cl. 6.2.5) */
struct smf_application {
	char id[SMF_NAME_SIZE];
	size_t flow_count;
	char flow[SMF_FLOWS_MAX][IPFILTER_MAX_TEXT];
};

struct smf_config {
	struct in_addr rest_address;
	uint32_t rest_port;
	char token_file[256]; /* "": no token is wanted */
	char token[128];
	struct in_addr n2_address;
	struct in_addr n4_address;
	char database[256];
	char mcc[4], mnc[4];
	uint32_t tac;
	uint32_t n3_mtu;       /* a session's is SMF_TUNNEL_OVERHEAD less */
	struct ngap_plmn plmn; /* from mcc and mnc */
	size_t dnn_count;
	struct smf_dnn dnns[SMF_DNNS_MAX];
	size_t upf_count;
	struct smf_upf upfs[SMF_UPFS_MAX];
	size_t anchor_count;
	struct smf_anchor *anchors; /* owned */
	size_t application_count;
	struct smf_application *applications; /* owned */
};

/**
 * smf_config_read - read and check the daemon's configuration file; what is wrong is logged with
 * its place
 * @ret: written in every case; release with smf_config_done()
 *
 * Return: 0 or a negative errno
 */
int smf_config_read(struct daemon *daemon, struct smf_config *ret);
void smf_config_done(struct smf_config *config);

/** smf_config_dnn - by name; Return: NULL if it is not served */
const struct smf_dnn *smf_config_dnn(const struct smf_config *config, const char *dnn);

/** smf_config_upf_by_dnai - index into upfs, or -1 */
int smf_config_upf_by_dnai(const struct smf_config *config, const char *dnai);

/** smf_supi_valid - "imsi-" and 5 to 15 digits */
bool smf_supi_valid(const char *supi);

#endif
