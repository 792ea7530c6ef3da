// SPDX-License-Identifier: Apache-2.0
/* The table of features, see features.h: a bit that isn't here is not announced. */
#include "upf/features.h"

#include "lib/pfcp/pfcp.h"

#define ROW(bit, where)                                                                            \
	{                                                                                          \
#bit, PFCP_UPF_##bit, where, 0                                                     \
	}

const struct upf_feature upf_feature_rows[] = {
	/* rules */
	ROW(FTUP, "upf/rules/endpoint.c"),
	ROW(UEIP, "upf/ue_address.c"),
	ROW(PDIU, "upf/rules/endpoint.c"),
	ROW(FRRT, "upf/rules/endpoint.c"),
	ROW(DPDRA, "upf/rules/translate.c"),
	ROW(EMPU, "upf/modification.c"),
	/* waiting packets */
	ROW(DDND, "upf/downlink.c"),
	ROW(UDBC, "upf/rules/qer.c"),
	ROW(UPBER, "upf/rules/far.c"),
	/* usage */
	ROW(QUOAC, "upf/rules/translate.c"),
	ROW(MNOP, "upf/usage_report.c"),
	ROW(VTIME, "upf/usage_due.c"),
	ROW(NORP, "upf/usage_report.c"),
	ROW(UPIDP, "upf/usage_due.c"),
	/* node procedures */
	ROW(BUNDL, "lib/n4/node.c"),
	ROW(PFDM, "upf/pfd_management.c"),
	ROW(PFDE, "upf/pfds.c"),
	/* who has these shall allocate UE addresses, too: cl. 5.22.2 (8), 5.22.3 (9) */
	{"SSET", PFCP_UPF_SSET, "upf/smf_set.c", .needs = PFCP_UPF_UEIP},
	{"MPAS", PFCP_UPF_MPAS, "upf/smf_set.c", .needs = PFCP_UPF_UEIP},
	ROW(RESPS, "upf/session_set.c"),
};

const size_t upf_feature_count = sizeof(upf_feature_rows) / sizeof(upf_feature_rows[0]);

uint64_t upf_features(void)
{
	uint64_t rows = 0, bits = 0;

	for (size_t i = 0; i < upf_feature_count; i++)
		rows |= upf_feature_rows[i].bit;
	for (size_t i = 0; i < upf_feature_count; i++)
		if (!(upf_feature_rows[i].needs & ~rows))
			bits |= upf_feature_rows[i].bit;
	return bits;
}
