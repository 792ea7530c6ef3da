// SPDX-License-Identifier: Apache-2.0
/* Establishments and modifications written by hand, with what no encoder would write: cut short,
 * left out, reserved. Issue numbers are of the named project on GitHub. */
#include "tests/unit/upf_refusals.h"

/* ---- establishments ---- */

static void prelude(struct raw *r, const struct example *ex)
{
	size_t mark = raw_open(r, PFCP_IE_NODE_ID);

	raw_put(r, 0, 1);
	raw_put(r, ntohl(ex->smf.s_addr), 4);
	raw_close(r, mark);
	mark = raw_open(r, PFCP_IE_F_SEID);
	raw_put(r, 2, 1);
	raw_put(r, ex->cp_seid, 8);
	raw_put(r, ntohl(ex->smf.s_addr), 4);
	raw_close(r, mark);
}

static void good_far(struct raw *r)
{
	size_t far = raw_open(r, PFCP_IE_CREATE_FAR);

	raw_ie(r, PFCP_IE_FAR_ID, EX_FAR_UL, 4);
	raw_ie(r, PFCP_IE_APPLY_ACTION, PFCP_ACTION_DROP, 1);
	raw_close(r, far);
}

/* What may be left out of, or wrong in, a PDR written by hand */
enum {
	NO_ID = 1,
	NO_PRECEDENCE = 2,
	NO_PDI = 4,
	NO_SOURCE = 8,
	NO_FAR_ID = 16,
	BAD_SOURCE = 32,
	BAD_SDF = 64,
	SHORT_F_TEID = 128,
};

static void pdi(struct raw *r, const struct example *ex, unsigned flaws)
{
	size_t mark = raw_open(r, PFCP_IE_PDI), sdf;

	if (!(flaws & NO_SOURCE))
		raw_ie(r, PFCP_IE_SOURCE_INTERFACE, flaws & BAD_SOURCE ? 15 : 1, 1);
	raw_ie(r, PFCP_IE_UE_IP_ADDRESS, (6ULL << 32) | ntohl(ex->ue.s_addr), 5);
	if (flaws & SHORT_F_TEID)
		raw_ie(r, PFCP_IE_F_TEID, 0x0100, 2);
	if (flaws & BAD_SDF) {
		sdf = raw_open(r, PFCP_IE_SDF_FILTER);
		raw_put(r, 0x0100ffff, 4); /* FD, a Flow Description of 65535 octets */
		raw_put(r, 0x7065726d6974, 6);
		raw_close(r, sdf);
	}
	raw_close(r, mark);
}

static void pdr(struct raw *r, const struct example *ex, unsigned flaws)
{
	size_t mark = raw_open(r, PFCP_IE_CREATE_PDR);

	if (!(flaws & NO_ID))
		raw_ie(r, PFCP_IE_PDR_ID, EX_PDR_DL, 2);
	if (!(flaws & NO_PRECEDENCE))
		raw_ie(r, PFCP_IE_PRECEDENCE, 100, 4);
	if (!(flaws & NO_PDI))
		pdi(r, ex, flaws);
	if (!(flaws & NO_FAR_ID))
		raw_ie(r, PFCP_IE_FAR_ID, EX_FAR_UL, 4);
	raw_close(r, mark);
}

static void raw_empty(struct raw *r, const struct example *ex)
{
}

static void raw_no_f_seid(struct raw *r, const struct example *ex)
{
	raw_ie(r, PFCP_IE_NODE_ID, ntohl(ex->smf.s_addr), 5);
	pdr(r, ex, 0);
	good_far(r);
}

#define RAW_PDR(name, flaws)                                                                       \
	static void name(struct raw *r, const struct example *ex)                                  \
	{                                                                                          \
		prelude(r, ex);                                                                    \
		pdr(r, ex, flaws);                                                                 \
		good_far(r);                                                                       \
	}
RAW_PDR(raw_no_pdr_id, NO_ID)
RAW_PDR(raw_no_precedence, NO_PRECEDENCE)
RAW_PDR(raw_no_pdi, NO_PDI)
RAW_PDR(raw_no_source, NO_SOURCE)
RAW_PDR(raw_no_far_id, NO_FAR_ID)
RAW_PDR(raw_bad_source, BAD_SOURCE)
RAW_PDR(raw_bad_sdf, BAD_SDF)
RAW_PDR(raw_short_f_teid, SHORT_F_TEID)

static void raw_only_far(struct raw *r, const struct example *ex)
{
	prelude(r, ex);
	good_far(r);
}

static void raw_only_pdr(struct raw *r, const struct example *ex)
{
	prelude(r, ex);
	pdr(r, ex, 0);
}

/* A Create FAR with FORW, a destination and @octets of Outer Header Creation */
static void raw_far(struct raw *r, const struct example *ex, uint8_t destination, size_t octets)
{
	size_t far, fwd;

	prelude(r, ex);
	pdr(r, ex, 0);
	far = raw_open(r, PFCP_IE_CREATE_FAR);
	raw_ie(r, PFCP_IE_FAR_ID, EX_FAR_UL, 4);
	raw_ie(r, PFCP_IE_APPLY_ACTION, PFCP_ACTION_FORW, 1);
	fwd = raw_open(r, PFCP_IE_FORWARDING_PARAMETERS);
	raw_ie(r, PFCP_IE_DESTINATION_INTERFACE, destination, 1);
	/* GTP-U/UDP/IPv4, a TEID, and an address that begins */
	raw_ie(r, PFCP_IE_OUTER_HEADER_CREATION, 0x0100000000070aULL >> 8 * (7 - octets), octets);
	raw_close(r, fwd);
	raw_close(r, far);
}

static void raw_ohc_empty(struct raw *r, const struct example *ex)
{
	raw_far(r, ex, PFCP_INTERFACE_ACCESS, 0);
}

static void raw_ohc_one(struct raw *r, const struct example *ex)
{
	raw_far(r, ex, PFCP_INTERFACE_ACCESS, 1);
}

static void raw_ohc_no_address(struct raw *r, const struct example *ex)
{
	raw_far(r, ex, PFCP_INTERFACE_ACCESS, 6);
}

static void raw_bad_destination(struct raw *r, const struct example *ex)
{
	size_t far, fwd;

	prelude(r, ex);
	pdr(r, ex, 0);
	far = raw_open(r, PFCP_IE_CREATE_FAR);
	raw_ie(r, PFCP_IE_FAR_ID, EX_FAR_UL, 4);
	raw_ie(r, PFCP_IE_APPLY_ACTION, PFCP_ACTION_FORW, 1);
	fwd = raw_open(r, PFCP_IE_FORWARDING_PARAMETERS);
	raw_ie(r, PFCP_IE_DESTINATION_INTERFACE, 0x99, 1);
	raw_close(r, fwd);
	raw_close(r, far);
}

static void far_of_action(struct raw *r, const struct example *ex, uint64_t action, size_t octets)
{
	size_t far;

	prelude(r, ex);
	pdr(r, ex, 0);
	far = raw_open(r, PFCP_IE_CREATE_FAR);
	raw_ie(r, PFCP_IE_FAR_ID, EX_FAR_UL, 4);
	raw_ie(r, PFCP_IE_APPLY_ACTION, action, octets);
	raw_close(r, far);
}

#define RAW_ACTION(name, action, octets)                                                           \
	static void name(struct raw *r, const struct example *ex)                                  \
	{                                                                                          \
		far_of_action(r, ex, action, octets);                                              \
	}
RAW_ACTION(raw_action_none, 0, 1)
RAW_ACTION(raw_action_drop_forward, PFCP_ACTION_DROP | PFCP_ACTION_FORW, 1)
RAW_ACTION(raw_action_forward_buffer, PFCP_ACTION_FORW | PFCP_ACTION_BUFF, 1)
RAW_ACTION(raw_action_notify, PFCP_ACTION_NOCP, 1)
RAW_ACTION(raw_action_empty, 0, 0)

static void raw_no_forwarding(struct raw *r, const struct example *ex)
{
	size_t far;

	prelude(r, ex);
	pdr(r, ex, 0);
	far = raw_open(r, PFCP_IE_CREATE_FAR);
	raw_ie(r, PFCP_IE_FAR_ID, EX_FAR_UL, 4);
	raw_ie(r, PFCP_IE_APPLY_ACTION, PFCP_ACTION_FORW, 1);
	raw_close(r, far);
}

static void raw_short_mbr(struct raw *r, const struct example *ex)
{
	size_t qer;

	prelude(r, ex);
	pdr(r, ex, 0);
	good_far(r);
	qer = raw_open(r, PFCP_IE_CREATE_QER);
	raw_ie(r, PFCP_IE_QER_ID, EX_QER, 4);
	raw_ie(r, PFCP_IE_GATE_STATUS, 0, 1);
	raw_ie(r, PFCP_IE_MBR, 1000, 4);
	raw_close(r, qer);
}

static void raw_short_dropped_threshold(struct raw *r, const struct example *ex)
{
	size_t urr;

	prelude(r, ex);
	pdr(r, ex, 0);
	good_far(r);
	urr = raw_open(r, PFCP_IE_CREATE_URR);
	raw_ie(r, PFCP_IE_URR_ID, 65535, 4);
	raw_ie(r, PFCP_IE_MEASUREMENT_METHOD, PFCP_MEASURE_VOLUME, 1);
	raw_ie(r, PFCP_IE_REPORTING_TRIGGERS, 0x000002, 3);
	raw_ie(r, PFCP_IE_DROPPED_DL_TRAFFIC_THRESHOLD, 0x0100,
	       2); /* DLPA, and two octets of eight */
	raw_close(r, urr);
}

/* One more than a session may have */
static void raw_33_pdrs(struct raw *r, const struct example *ex)
{
	prelude(r, ex);
	for (unsigned i = 0; i < PFCP_MAX_PDR + 1; i++)
		pdr(r, ex, 0);
	good_far(r);
}

/* Neither version, and nobody asked to choose */
static void raw_ue_of_no_version(struct raw *r, const struct example *ex)
{
	size_t pdr_mark, pdi_mark;

	prelude(r, ex);
	pdr_mark = raw_open(r, PFCP_IE_CREATE_PDR);
	raw_ie(r, PFCP_IE_PDR_ID, EX_PDR_DL, 2);
	raw_ie(r, PFCP_IE_PRECEDENCE, 100, 4);
	pdi_mark = raw_open(r, PFCP_IE_PDI);
	raw_ie(r, PFCP_IE_SOURCE_INTERFACE, PFCP_INTERFACE_CORE, 1);
	raw_ie(r, PFCP_IE_UE_IP_ADDRESS, 0x04, 1);
	raw_close(r, pdi_mark);
	raw_ie(r, PFCP_IE_FAR_ID, EX_FAR_UL, 4);
	raw_close(r, pdr_mark);
	good_far(r);
}

/* The last IE says that it is longer than the message */
static void raw_overlong(struct raw *r, const struct example *ex)
{
	prelude(r, ex);
	raw_put(r, PFCP_IE_CREATE_PDR, 2);
	raw_put(r, 4000, 2);
	raw_put(r, 0, 4);
}

/* ---- modifications ---- */

static void raw_mod_ohc_short(struct raw *r, const struct example *ex)
{
	size_t far = raw_open(r, PFCP_IE_UPDATE_FAR), fwd;

	raw_ie(r, PFCP_IE_FAR_ID, EX_FAR_DL, 4);
	fwd = raw_open(r, PFCP_IE_UPDATE_FORWARDING_PARAMETERS);
	raw_ie(r, PFCP_IE_OUTER_HEADER_CREATION, 0x01, 1);
	raw_close(r, fwd);
	raw_close(r, far);
}

static void raw_mod_remove_nothing(struct raw *r, const struct example *ex)
{
	raw_close(r, raw_open(r, PFCP_IE_REMOVE_FAR));
}

// clang-format off
static const struct refusal rows[] = {
	RAW(E, "no IE at all (omec upf#927)", raw_empty, MANDATORY_IE_MISSING, NODE_ID),
	RAW(E, "no CP F-SEID (omec upf#957)", raw_no_f_seid, MANDATORY_IE_MISSING, F_SEID),
	RAW(E, "no Create PDR", raw_only_far, MANDATORY_IE_MISSING, CREATE_PDR),
	RAW(E, "no Create FAR", raw_only_pdr, MANDATORY_IE_MISSING, CREATE_FAR),
	RAW(E, "PDR without id (free5gc#802)", raw_no_pdr_id, MANDATORY_IE_MISSING, PDR_ID),
	RAW(E, "PDR without precedence (free5gc#802)", raw_no_precedence, MANDATORY_IE_MISSING, PRECEDENCE),
	RAW(E, "PDR without PDI (free5gc#802)", raw_no_pdi, MANDATORY_IE_MISSING, PDI),
	RAW(E, "PDI without source interface (eupf#631)", raw_no_source, MANDATORY_IE_MISSING, SOURCE_INTERFACE),
	RAW(E, "PDR without FAR (open5gs#4179, gtp5g#173)", raw_no_far_id, CONDITIONAL_IE_MISSING, FAR_ID),
	RAW(E, "reserved source interface", raw_bad_source, MANDATORY_IE_INCORRECT, SOURCE_INTERFACE),
	RAW(E, "flow description of 65535 octets (open5gs#4154)", raw_bad_sdf, INVALID_LENGTH, SDF_FILTER),
	RAW(E, "F-TEID cut short", raw_short_f_teid, INVALID_LENGTH, F_TEID),
	RAW(E, "empty outer header creation (open5gs#4423)", raw_ohc_empty, INVALID_LENGTH, OUTER_HEADER_CREATION),
	RAW(E, "outer header creation of one octet (free5gc#796)", raw_ohc_one, INVALID_LENGTH, OUTER_HEADER_CREATION),
	RAW(E, "outer header without address (eupf#630)", raw_ohc_no_address, INVALID_LENGTH, OUTER_HEADER_CREATION),
	RAW(E, "destination interface 0x99 (open5gs#4218)", raw_bad_destination, MANDATORY_IE_INCORRECT, DESTINATION_INTERFACE),
	RAW(E, "no action", raw_action_none, MANDATORY_IE_INCORRECT, APPLY_ACTION),
	RAW(E, "DROP and FORW", raw_action_drop_forward, MANDATORY_IE_INCORRECT, APPLY_ACTION),
	RAW(E, "FORW and BUFF", raw_action_forward_buffer, MANDATORY_IE_INCORRECT, APPLY_ACTION),
	RAW(E, "NOCP alone", raw_action_notify, MANDATORY_IE_INCORRECT, APPLY_ACTION),
	RAW(E, "an empty action", raw_action_empty, INVALID_LENGTH, APPLY_ACTION),
	RAW(E, "FORW without forwarding parameters", raw_no_forwarding, CONDITIONAL_IE_MISSING, FORWARDING_PARAMETERS),
	RAW(E, "bit rate of four octets (open5gs#4154)", raw_short_mbr, INVALID_LENGTH, MBR),
	RAW(E, "IE longer than the message", raw_overlong, INVALID_LENGTH, CREATE_PDR),
	RAW(E, "dropped downlink threshold cut short (open5gs#4154)", raw_short_dropped_threshold, INVALID_LENGTH, DROPPED_DL_TRAFFIC_THRESHOLD),
	RAW(E, "33 PDRs", raw_33_pdrs, NO_RESOURCES, CREATE_PDR),
	RAW(E, "UE address of no version", raw_ue_of_no_version, MANDATORY_IE_INCORRECT, UE_IP_ADDRESS),
	RAW(M, "update with an outer header of one octet", raw_mod_ohc_short, INVALID_LENGTH, OUTER_HEADER_CREATION),
	RAW(M, "removal of nothing (eupf#635)", raw_mod_remove_nothing, CONDITIONAL_IE_MISSING, FAR_ID),
};
// clang-format on
const struct refusal_table refusals_raw = TABLE(rows);
