// SPDX-License-Identifier: Apache-2.0
/* Establishments, well-formed, with an SDF filter or an application that can't be served. Issue
 * numbers are of the named project on GitHub. */
#include "tests/unit/upf_refusals.h"

#include <string.h>

static struct pfcp_sdf_filter *sdf(struct pfcp_pdr *pdr, const char *flow)
{
	struct pfcp_sdf_filter *filter = &pdr->pdi.sdf[pdr->pdi.n_sdf++];

	memset(filter, 0, sizeof(*filter));
	filter->has_flow = flow != NULL;
	if (flow)
		strcpy(filter->flow, flow);
	return filter;
}

#define SDF(name, text)                                                                            \
	static void name(struct pfcp_msg *m, const struct example *ex)                             \
	{                                                                                          \
		sdf(UL(m), text);                                                                  \
	}
SDF(sdf_no_permit, "allow everything to everybody")
SDF(sdf_deny, "deny out ip from any to assigned")
SDF(sdf_in, "permit in ip from any to assigned")
SDF(sdf_cut, "permit out 17 from 10.0.0.0/8")
SDF(sdf_mask, "permit out ip from 10.0.0.0/33 to assigned")
SDF(sdf_ports, "permit out 17 from any 1,2,3,4,5,6,7,8,9 to assigned")
SDF(sdf_options, "permit out 6 from any to assigned established")

/* An id of a filter that is nowhere */
static void sdf_reference(struct pfcp_msg *m, const struct example *ex)
{
	struct pfcp_sdf_filter *filter = sdf(UL(m), NULL);

	filter->has_filter_id = true;
	filter->filter_id = 77;
}

static void sdf_label_of_ipv4(struct pfcp_msg *m, const struct example *ex)
{
	struct pfcp_sdf_filter *filter = sdf(UL(m), "permit out ip from 10.0.0.0/8 to assigned");

	filter->has_flow_label = true;
	filter->flow_label = 1;
}

static void sdf_spi_of_tcp(struct pfcp_msg *m, const struct example *ex)
{
	struct pfcp_sdf_filter *filter = sdf(UL(m), "permit out 6 from any to assigned");

	filter->has_spi = true;
	filter->spi = 1;
}

static void sdf_too_many(struct pfcp_msg *m, const struct example *ex)
{
	EST(m)->n_create_pdr = 6;
	for (unsigned i = 1; i < 6; i++) {
		struct pfcp_pdr *pdr = &EST(m)->create_pdr[i];

		*pdr = EST(m)->create_pdr[1];
		pdr->pdr_id = (uint16_t)(i + 1);
		pdr->pdi.n_sdf = 0;
		while (pdr->pdi.n_sdf < PFCP_MAX_SDF)
			sdf(pdr, "permit out 17 from any to assigned");
	}
}

static void application(struct pfcp_msg *m, const struct example *ex)
{
	UL(m)->pdi.has_application_id = true;
	strcpy(UL(m)->pdi.application_id.text, "video");
}

static void application_and_sdf(struct pfcp_msg *m, const struct example *ex)
{
	application(m, ex);
	sdf(UL(m), "permit out 17 from any to assigned");
}

// clang-format off
static const struct refusal rows[] = {
	RULE("flow description without permit (open5gs#4151, free5gc#800)", sdf_no_permit, RULE_FAILURE, PDR, EX_PDR_UL),
	RULE("flow description with deny", sdf_deny, RULE_FAILURE, PDR, EX_PDR_UL),
	RULE("flow description with in", sdf_in, RULE_FAILURE, PDR, EX_PDR_UL),
	RULE("flow description without to", sdf_cut, RULE_FAILURE, PDR, EX_PDR_UL),
	RULE("flow description with a mask of 33 bits", sdf_mask, RULE_FAILURE, PDR, EX_PDR_UL),
	RULE("flow description with nine ports", sdf_ports, RULE_FAILURE, PDR, EX_PDR_UL),
	RULE("flow description with an option", sdf_options, RULE_FAILURE, PDR, EX_PDR_UL),
	RULE("SDF filter by an unknown id", sdf_reference, RULE_FAILURE, PDR, EX_PDR_UL),
	RULE("flow label of IPv4", sdf_label_of_ipv4, RULE_FAILURE, PDR, EX_PDR_UL),
	RULE("security parameter index of TCP", sdf_spi_of_tcp, RULE_FAILURE, PDR, EX_PDR_UL),
	NONE(E, "80 SDF filters", sdf_too_many, NO_RESOURCES),
	RULE("application detection", application, UNKNOWN_APPLICATION_ID, PDR, EX_PDR_UL),
	RULE("application and SDF filter", application_and_sdf, RULE_FAILURE, PDR, EX_PDR_UL),
};
// clang-format on
const struct refusal_table refusals_filter = TABLE(rows);
