// SPDX-License-Identifier: Apache-2.0
/* A session's rules as JSON, in N4's words: docs/contracts.md. */
#include <stdio.h>

#include "dataplane/address.h"
#include "upf/upf.h"

enum { PREFIX_TEXT = DP_ADDR_TEXT + 4, FILTER_TEXT = 512 };

static const char *interface_name(uint8_t interface)
{
	switch (interface) {
	case PFCP_INTERFACE_ACCESS:
		return "access";
	case PFCP_INTERFACE_CORE:
		return "core";
	case PFCP_INTERFACE_N6_LAN:
		return "n6-lan";
	}
	return "cp-function";
}

static json_t *addr_json(const struct dp_addr *addr)
{
	char text[DP_ADDR_TEXT];

	return json_string(dp_addr_text(addr, text));
}

static json_t *tunnel_json(const struct dp_addr *addr, uint32_t teid)
{
	return json_pack("{s:o, s:I}", "address", addr_json(addr), "teid", (json_int_t)teid);
}

/* An address alone where it is whole */
static json_t *prefix_json(const struct dp_prefix *prefix)
{
	const bool whole = prefix->len == (prefix->addr.family == AF_INET ? 32 : 128);
	char addr[DP_ADDR_TEXT], text[PREFIX_TEXT];

	snprintf(text, sizeof(text), whole ? "%s" : "%s/%u", dp_addr_text(&prefix->addr, addr),
		 prefix->len);
	return json_string(text);
}

static json_t *ids_json(const uint32_t *id, size_t n)
{
	json_t *list = json_array();

	for (size_t i = 0; i < n; i++)
		json_array_append_new(list, json_integer(id[i]));
	return list;
}

/* ---- PDRs ---- */

static json_t *ues_json(const struct upf_rules *rules, uint32_t bits)
{
	json_t *list = json_array();

	for (size_t i = 0; i < rules->n_ue; i++)
		if (bits >> i & 1)
			json_array_append_new(list, prefix_json(&rules->ue[i].prefix));
	return list;
}

static json_t *qfis_json(uint64_t qfis)
{
	json_t *list = json_array();

	for (int i = 0; i < 64; i++)
		if (qfis >> i & 1)
			json_array_append_new(list, json_integer(i));
	return list;
}

static json_t *filters_json(const struct upf_rules *rules, uint16_t pdr_id)
{
	json_t *list = json_array();
	char text[FILTER_TEXT];

	for (size_t i = 0; i < rules->n_filter; i++) {
		if (rules->filter[i].pdr_id != pdr_id)
			continue;
		ipfilter_sdf_print(&rules->filter[i].sdf, text, sizeof(text));
		json_array_append_new(list, json_string(text));
	}
	return list;
}

static void f_teid_put(const struct upf *upf, const struct upf_endpoint *at, json_t *into)
{
	struct dp_addr local[2];

	upf_config_locals(upf->config, local);
	json_object_set_new(into, "f_teid", tunnel_json(&local[at->teid4 ? 0 : 1], at->teid));
}

static json_t *pdr_json(const struct upf *upf, const struct upf_rules *rules,
			const struct upf_pdr *pdr)
{
	json_t *j = json_pack(
		"{s:i, s:I, s:s, s:o, s:b, s:I, s:o, s:o, s:o, s:o}", "id", pdr->id, "precedence",
		(json_int_t)pdr->precedence, "source", interface_name(pdr->source), "qfis",
		qfis_json(pdr->at.qfis), "outer_header_removal", pdr->remove_outer, "far",
		(json_int_t)pdr->far_id, "qers", ids_json(pdr->qer_id, pdr->n_qer), "urrs",
		ids_json(pdr->urr_id, pdr->n_urr), "ue_addresses", ues_json(rules, pdr->at.ue),
		"sdf_filters", filters_json(rules, pdr->id));

	if (pdr->at.teid)
		f_teid_put(upf, &pdr->at, j);
	else
		json_object_set_new(j, "network_instance",
				    json_string(upf->config->instance[pdr->at.instance].name));
	if (pdr->has_endpoint)
		json_object_set_new(j, "traffic_endpoint", json_integer(pdr->at.id));
	for (size_t i = 0; i < rules->n_application; i++)
		if (rules->application[i].pdr_id == pdr->id)
			json_object_set_new(j, "application",
					    json_string(rules->application[i].id));
	return j;
}

/* ---- FARs ---- */

static const char *action_name(uint16_t action)
{
	if (action & PFCP_ACTION_FORW)
		return "forward";
	return action & PFCP_ACTION_BUFF ? "buffer" : "drop";
}

static void destination_put(const struct upf_destination *to, json_t *into)
{
	if (to->set)
		json_object_set_new(into, "destination",
				    json_string(interface_name(to->interface)));
	if (to->has_tunnel)
		json_object_set_new(into, "tunnel", tunnel_json(&to->peer, to->teid));
	if (to->has_tos)
		json_object_set_new(into, "transport_level_marking",
				    json_pack("{s:i, s:i}", "tos", to->tos, "mask", to->tos_mask));
}

static json_t *far_json(const struct upf_rules *rules, const struct upf_far *far)
{
	json_t *j = json_pack("{s:I, s:s, s:b}", "id", (json_int_t)far->id, "action",
			      action_name(far->action), "notify",
			      (far->action & PFCP_ACTION_NOCP) != 0);
	json_t *copies = json_array();

	destination_put(&far->to, j);
	for (size_t i = 0; far->action & PFCP_ACTION_DUPL && i < rules->n_duplicate; i++) {
		json_t *copy = json_object();

		if (rules->duplicate[i].far_id == far->id)
			destination_put(&rules->duplicate[i].to, copy);
		if (json_object_size(copy))
			json_array_append(copies, copy);
		json_decref(copy);
	}
	json_object_set_new(j, "duplicates", copies);
	return j;
}

/* ---- QERs, URRs ---- */

static json_t *rate_json(uint64_t kbps)
{
	return kbps == UINT64_MAX ? json_null() : json_integer((json_int_t)kbps);
}

static json_t *qer_json(const struct upf_qer *qer)
{
	return json_pack("{s:I, s:i, s:s, s:s, s:{s:o, s:o}, s:{s:o, s:o}, s:b}", "id",
			 (json_int_t)qer->id, "qfi", qer->qfi, "uplink",
			 qer->closed[DP_UPLINK] ? "closed" : "open", "downlink",
			 qer->closed[DP_DOWNLINK] ? "closed" : "open", "mbr_kbps", "uplink",
			 rate_json(qer->mbr_kbps[DP_UPLINK]), "downlink",
			 rate_json(qer->mbr_kbps[DP_DOWNLINK]), "gbr_kbps", "uplink",
			 rate_json(qer->gbr_kbps[DP_UPLINK]), "downlink",
			 rate_json(qer->gbr_kbps[DP_DOWNLINK]), "reflective", qer->rqi);
}

static json_t *urr_json(const struct upf *upf, uint64_t seid, const struct upf_urr *urr)
{
	struct dp_urr_counters c = {0};

	if (dataplane_urr_counters(upf->dp, seid, urr->id, &c))
		c = (struct dp_urr_counters){0};
	return json_pack("{s:I, s:{s:I, s:I}, s:{s:I, s:I}, s:I}", "id", (json_int_t)urr->id,
			 "uplink", "packets", (json_int_t)c.packets[DP_UPLINK], "bytes",
			 (json_int_t)c.octets[DP_UPLINK], "downlink", "packets",
			 (json_int_t)c.packets[DP_DOWNLINK], "bytes",
			 (json_int_t)c.octets[DP_DOWNLINK], "over_quota_packets",
			 (json_int_t)c.over_packets);
}

/* ---- the whole ---- */

#define LIST(name, list, element)                                                                  \
	do {                                                                                       \
		json_t *list_ = json_array();                                                      \
                                                                                                   \
		for (size_t i = 0; i < rules->n_##list; i++)                                       \
			json_array_append_new(list_, element);                                     \
		json_object_set_new(into, name, list_);                                            \
	} while (0)

void upf_rest_rules(const struct upf *upf, const struct upf_session *session, json_t *into)
{
	const struct upf_rules *rules = upf_session_rules((struct upf *)upf, session);

	LIST("ue_addresses", ue, prefix_json(&rules->ue[i].prefix));
	LIST("pdrs", pdr, pdr_json(upf, rules, &rules->pdr[i]));
	LIST("fars", far, far_json(rules, &rules->far[i]));
	LIST("qers", qer, qer_json(&rules->qer[i]));
	LIST("urrs", urr, urr_json(upf, session->seid, &rules->urr[i]));
}
