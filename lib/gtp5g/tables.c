// SPDX-License-Identifier: Apache-2.0
/* What the rules, reports and statistics of gtp5g consist of: all that is known of a field is in
 * its row. Rows whose attributes are nested in the same one stand side by side. */
#include "lib/gtp5g/gtp5g.h"

#include <string.h>

#define N(a)		   (sizeof(a) / sizeof((a)[0]))
#define BIT(row)	   ((uint64_t)1 << (row))
#define IN(record, member) .offset = offsetof(struct record, member)
/* a number of @wire octets in the message */
#define NUMBER(wire, record, member)                                                               \
	.size = (wire), .store = sizeof(((struct record *)0)->member), IN(record, member)

#define U8  UINT8_MAX
#define U16 UINT16_MAX
#define U32 UINT32_MAX
#define U64 UINT64_MAX
#define RATE_MAX                                                                                   \
	U32 /* the message has 40 bits, the module's arithmetic 32 (concat_bit_rate, genl_qer.c)   \
	     */

#define SEID(attribute)                                                                            \
	{                                                                                          \
		.name = "seid", .path = {attribute}, NUMBER(8, gtp5g_rule, seid), .max = U64,      \
		.flags = GTP5G_KEY, .help = "session, 0 unless given"                              \
	}
#define ID(wire, largest)                                                                          \
	{                                                                                          \
		.name = "id", .path = {GTP5G_AT_ID}, NUMBER(wire, gtp5g_rule, id),                 \
		.max = (largest), .flags = GTP5G_KEY | GTP5G_REQUIRED,                             \
		.help = "within the session"                                                       \
	}
#define PDRS(attribute, kind)                                                                      \
	{                                                                                          \
		.name = "pdrs", .type = GTP5G_PDRS, .path = {attribute},                           \
		IN(gtp5g_rule, kind.pdrs), .flags = GTP5G_TOLD, .help = "which use it"             \
	}

static const struct gtp5g_word interfaces[] = {
	{"access", GTP5G_ACCESS}, {"core", GTP5G_CORE}, {NULL, 0}};
static const struct gtp5g_word removals[] = {
	{"gtpu-udp-ipv4", 0}, {"gtpu-udp-ipv6", 1}, {"udp-ipv4", 2},	{"udp-ipv6", 3},
	{"ipv4", 4},	      {"ipv6", 5},	    {"gtpu-udp-ip", 6}, {NULL, 0}};

static const struct gtp5g_field pdr_fields[] = {
	[GTP5G_RULE_SEID] = SEID(GTP5G_AT_PDR_SEID),
	[GTP5G_RULE_ID] = ID(2, U16),
	[GTP5G_PDR_PRECEDENCE] = {.name = "precedence",
				  .path = {GTP5G_AT_PDR_PRECEDENCE},
				  NUMBER(4, gtp5g_rule, pdr.precedence),
				  .max = U32,
				  .flags = GTP5G_REQUIRED,
				  .argument = "N",
				  .help = "the lowest of those that match counts"},
	[GTP5G_PDR_SOURCE] =
		{.name = "source",
		 .type = GTP5G_WORD,
		 .path = {GTP5G_AT_PDR_PDI, GTP5G_AT_PDI_SOURCE},
		 NUMBER(1, gtp5g_rule, pdr.source),
		 .max = GTP5G_CORE,
		 .words = interfaces,
		 .flags = GTP5G_REQUIRED | GTP5G_UNTOLD,
		 .argument = "access|core",
		 .help = "where packets come from: uplink from access, downlink from core"},
	[GTP5G_PDR_UE_ADDRESS] =
		{.name = "ue-address",
		 .type = GTP5G_IPV4,
		 .path = {GTP5G_AT_PDR_PDI, GTP5G_AT_PDI_UE_ADDRESS},
		 IN(gtp5g_rule, pdr.ue_address),
		 .argument = "ADDRESS",
		 .help = "of the user's packets: their source uplink, destination downlink"},
	[GTP5G_PDR_TEID] = {.name = "teid",
			    .type = GTP5G_HEX,
			    .path = {GTP5G_AT_PDR_PDI, GTP5G_AT_PDI_F_TEID, GTP5G_AT_F_TEID_TEID},
			    NUMBER(4, gtp5g_rule, pdr.teid),
			    .max = U32,
			    .with = BIT(GTP5G_PDR_LOCAL_ADDRESS),
			    .argument = "TEID",
			    .help = "of packets in a tunnel, decimal or 0x hexadecimal"},
	[GTP5G_PDR_LOCAL_ADDRESS] =
		{.name = "local-address",
		 .type = GTP5G_IPV4,
		 .path = {GTP5G_AT_PDR_PDI, GTP5G_AT_PDI_F_TEID, GTP5G_AT_F_TEID_ADDRESS},
		 IN(gtp5g_rule, pdr.local_address),
		 .with = BIT(GTP5G_PDR_TEID),
		 .argument = "ADDRESS",
		 .help = "to which the tunnel leads; the module doesn't compare it"},
	[GTP5G_PDR_FLOW] = {.name = "flow",
			    .type = GTP5G_FLOW,
			    .path = {GTP5G_AT_PDR_PDI, GTP5G_AT_PDI_SDF, GTP5G_AT_SDF_FLOW},
			    IN(gtp5g_rule, pdr.flow),
			    .argument = "'permit out PROTOCOL from NET [PORTS] to NET [PORTS]'",
			    .help = "from is the packet's own source, uplink and downlink alike"},
	[GTP5G_PDR_TOS] = {.name = "tos-traffic-class",
			   .path = {GTP5G_AT_PDR_PDI, GTP5G_AT_PDI_SDF, GTP5G_AT_SDF_TOS},
			   NUMBER(2, gtp5g_rule, pdr.tos),
			   .max = U16,
			   .argument = "N",
			   .help = "value and mask; kept by the module, not compared"},
	[GTP5G_PDR_SPI] = {.name = "spi",
			   .type = GTP5G_HEX,
			   .path = {GTP5G_AT_PDR_PDI, GTP5G_AT_PDI_SDF, GTP5G_AT_SDF_SPI},
			   NUMBER(4, gtp5g_rule, pdr.spi),
			   .max = U32,
			   .argument = "N",
			   .help = "security parameter index; kept, not compared"},
	[GTP5G_PDR_FLOW_LABEL] = {.name = "flow-label",
				  .path = {GTP5G_AT_PDR_PDI, GTP5G_AT_PDI_SDF, GTP5G_AT_SDF_LABEL},
				  NUMBER(4, gtp5g_rule, pdr.flow_label),
				  .max = U32,
				  .argument = "N",
				  .help = "kept, not compared"},
	[GTP5G_PDR_FILTER_ID] = {.name = "filter-id",
				 .path = {GTP5G_AT_PDR_PDI, GTP5G_AT_PDI_SDF, GTP5G_AT_SDF_ID},
				 NUMBER(4, gtp5g_rule, pdr.filter_id),
				 .max = U32,
				 .argument = "N",
				 .help = "of a filter for both directions; kept, not compared"},
	[GTP5G_PDR_FRAMED_ROUTE] =
		{.name = "framed-route",
		 .type = GTP5G_ROUTES,
		 .path = {GTP5G_AT_PDR_PDI, GTP5G_AT_PDI_FRAMED_ROUTE},
		 IN(gtp5g_rule, pdr.framed_route),
		 .since = GTP5G_VERSION(0, 10, 0),
		 .argument = "PREFIX[,PREFIX]...",
		 .help = "networks behind the UE; downlink packets need the mark "
			 "0x80000000 + length"},
	[GTP5G_PDR_REMOVAL] = {.name = "outer-header-removal",
			       .type = GTP5G_WORD,
			       .path = {GTP5G_AT_PDR_REMOVAL},
			       NUMBER(1, gtp5g_rule, pdr.removal),
			       .max = U8,
			       .words = removals,
			       .argument = "gtpu-udp-ipv4|...",
			       .help = "without one, packets that come in a tunnel are dropped"},
	[GTP5G_PDR_FAR_ID] =
		{.name = "far",
		 .path = {GTP5G_AT_PDR_FAR},
		 NUMBER(4, gtp5g_rule, pdr.far),
		 .max =
			 U32,
		 .flags = GTP5G_REQUIRED,
		 .argument = "ID",
		 .help = "what is done with the packet; it must be there before; mod keeps it"},
	[GTP5G_PDR_OUTER_SOURCE] = {.name = "outer-source",
				    .type = GTP5G_IPV4,
				    .path = {GTP5G_AT_PDR_ROLE_ADDRESS},
				    IN(gtp5g_rule, pdr.outer_source),
				    .argument = "ADDRESS",
				    .help = "of what is sent into a tunnel; else by the route"},
	[GTP5G_PDR_QER_IDS] =
		{.name = "qer",
		 .type = GTP5G_IDS,
		 .path = {GTP5G_AT_PDR_QER},
		 IN(gtp5g_rule, pdr.qer),
		 .max =
			 U32,
		 .argument = "ID[,ID]...",
		 .help = "QFI, gate and rates; they must be there before; mod adds to them"},
	[GTP5G_PDR_URR_IDS] = {.name = "urr",
			       .type = GTP5G_IDS,
			       .path = {GTP5G_AT_PDR_URR},
			       IN(gtp5g_rule, pdr.urr),
			       .max = U32,
			       .argument = "ID[,ID]...",
			       .help = "what counts the packets; mod adds to them"},
};

static const struct gtp5g_word actions[] = {{"drop", GTP5G_DROP}, {"forw", GTP5G_FORW},
					    {"buff", GTP5G_BUFF}, {"nocp", GTP5G_NOCP},
					    {"dupl", GTP5G_DUPL}, {NULL, 0}};
static const struct gtp5g_word descriptions[] = {{"gtpu-udp-ipv4", GTP5G_GTPU_UDP_IPV4}, {NULL, 0}};
static const struct gtp5g_word yes[] = {{"yes", GTP5G_SNDEM}, {NULL, 0}};

static const struct gtp5g_field far_fields[] = {
	[GTP5G_RULE_SEID] = SEID(GTP5G_AT_FAR_SEID),
	[GTP5G_RULE_ID] = ID(4, U32),
	[GTP5G_FAR_ACTION] = {.name = "action",
			      .type = GTP5G_FLAGS,
			      .path = {GTP5G_AT_FAR_ACTION},
			      NUMBER(2, gtp5g_rule, far.action),
			      .max = U16,
			      .words = actions,
			      .flags = GTP5G_REQUIRED,
			      .argument = "drop|forw|buff[,nocp]",
			      .help = "buff: packets are handed to who listens (report watch)"},
	[GTP5G_FAR_DESCRIPTION] = {.name = "outer-header-creation",
				   .type = GTP5G_WORD,
				   .path = {GTP5G_AT_FAR_FORWARDING, GTP5G_AT_FORWARDING_CREATION,
					    GTP5G_AT_CREATION_DESCRIPTION},
				   NUMBER(2, gtp5g_rule, far.description),
				   .max = U16,
				   .words = descriptions,
				   .with = BIT(GTP5G_FAR_TEID),
				   .argument = "gtpu-udp-ipv4",
				   .help = "so unless given, where there is a TEID"},
	[GTP5G_FAR_TEID] = {.name = "teid",
			    .type = GTP5G_HEX,
			    .path = {GTP5G_AT_FAR_FORWARDING, GTP5G_AT_FORWARDING_CREATION,
				     GTP5G_AT_CREATION_TEID},
			    NUMBER(4, gtp5g_rule, far.teid),
			    .max = U32,
			    .with = BIT(GTP5G_FAR_DESCRIPTION) | BIT(GTP5G_FAR_PEER_ADDRESS) |
				    BIT(GTP5G_FAR_PEER_PORT),
			    .argument = "TEID",
			    .help = "the peer's, decimal or 0x hexadecimal"},
	[GTP5G_FAR_PEER_ADDRESS] = {.name = "peer-address",
				    .type = GTP5G_IPV4,
				    .path = {GTP5G_AT_FAR_FORWARDING, GTP5G_AT_FORWARDING_CREATION,
					     GTP5G_AT_CREATION_PEER},
				    IN(gtp5g_rule, far.peer_address),
				    .with = BIT(GTP5G_FAR_TEID),
				    .argument = "ADDRESS",
				    .help = "where the tunnel leads to"},
	[GTP5G_FAR_PEER_PORT] = {.name = "peer-port",
				 .path = {GTP5G_AT_FAR_FORWARDING, GTP5G_AT_FORWARDING_CREATION,
					  GTP5G_AT_CREATION_PORT},
				 NUMBER(2, gtp5g_rule, far.peer_port),
				 .min = 1,
				 .max = U16,
				 .with = BIT(GTP5G_FAR_TEID),
				 .argument = "PORT",
				 .help = "2152 unless given; packets leave by this port, too"},
	[GTP5G_FAR_POLICY] = {.name = "forwarding-policy",
			      .type = GTP5G_MARK,
			      .path = {GTP5G_AT_FAR_FORWARDING, GTP5G_AT_FORWARDING_POLICY},
			      .store = 4,
			      IN(gtp5g_rule, far.policy),
			      .min = 1,
			      .max = INT32_MAX,
			      .argument = "N",
			      .help = "mark of the packets that it forwards, for ip rule fwmark"},
	[GTP5G_FAR_END_MARKER] = {.name = "end-marker",
				  .type = GTP5G_WORD,
				  .path = {GTP5G_AT_FAR_FORWARDING,
					   GTP5G_AT_FORWARDING_REQUEST_FLAGS},
				  NUMBER(1, gtp5g_rule, far.end_marker),
				  .min = GTP5G_SNDEM,
				  .max = GTP5G_SNDEM,
				  .words = yes,
				  .with = BIT(GTP5G_FAR_TEID),
				  .flags = GTP5G_UNTOLD,
				  .argument = "yes",
				  .help = "mod: send one to the peer that was"},
	[GTP5G_FAR_TOS] = {.name = "tos",
			   .path = {GTP5G_AT_FAR_FORWARDING, GTP5G_AT_FORWARDING_TOS},
			   NUMBER(1, gtp5g_rule, far.tos),
			   .max = U8,
			   .with = BIT(GTP5G_FAR_TEID),
			   .argument = "N",
			   .help = "of the outer header"},
	[GTP5G_FAR_PDRS] = PDRS(GTP5G_AT_FAR_PDRS, far),
};

static const struct gtp5g_word gates[] = {
	{"open", 0}, {"downlink-closed", 1}, {"uplink-closed", 4}, {"closed", 5}, {NULL, 0}};

#define RATE(text, attribute, direction, member, what)                                             \
	{                                                                                          \
		.name = (text), .type = GTP5G_RATE, .path = {attribute, direction}, .store = 8,    \
		IN(gtp5g_rule, qer.member), .max = RATE_MAX, .argument = "KBIT/S", .help = (what)  \
	}

static const struct gtp5g_field qer_fields[] = {
	[GTP5G_RULE_SEID] = SEID(GTP5G_AT_QER_SEID),
	[GTP5G_RULE_ID] = ID(4, U32),
	[GTP5G_QER_GATE] =
		{.name = "gate",
		 .type = GTP5G_WORD,
		 .path = {GTP5G_AT_QER_GATE},
		 NUMBER(1, gtp5g_rule, qer.gate),
		 .max = 15,
		 .words = gates,
		 .argument = "open|closed|...",
		 .help = "or uplink-closed, downlink-closed; a PDR sees a change when it "
			 "is changed itself"},
	[GTP5G_QER_MBR_UPLINK] =
		RATE("mbr-uplink", GTP5G_AT_QER_MBR, GTP5G_AT_RATE_UPLINK, mbr_uplink_kbps,
		     "most that passes; kept to with both, and /proc/gtp5g/qos 1"),
	[GTP5G_QER_MBR_DOWNLINK] = RATE("mbr-downlink", GTP5G_AT_QER_MBR, GTP5G_AT_RATE_DOWNLINK,
					mbr_downlink_kbps, "the same downlink"),
	[GTP5G_QER_GBR_UPLINK] = RATE("gbr-uplink", GTP5G_AT_QER_GBR, GTP5G_AT_RATE_UPLINK,
				      gbr_uplink_kbps, "guaranteed; kept by the module, not used"),
	[GTP5G_QER_GBR_DOWNLINK] = RATE("gbr-downlink", GTP5G_AT_QER_GBR, GTP5G_AT_RATE_DOWNLINK,
					gbr_downlink_kbps, "the same downlink"),
	[GTP5G_QER_CORRELATION_ID] = {.name = "correlation-id",
				      .path = {GTP5G_AT_QER_CORRELATION},
				      NUMBER(4, gtp5g_rule, qer.correlation_id),
				      .max = U32,
				      .argument = "N",
				      .help = "kept, not used"},
	[GTP5G_QER_RQI] = {.name = "rqi",
			   .path = {GTP5G_AT_QER_RQI},
			   NUMBER(1, gtp5g_rule, qer.rqi),
			   .max = U8,
			   .argument = "N",
			   .help = "reflective QoS; kept, not used"},
	[GTP5G_QER_QFI] =
		{.name = "qfi",
		 .path = {GTP5G_AT_QER_QFI},
		 NUMBER(1, gtp5g_rule, qer.qfi),
		 .max = 63,
		 .argument = "N",
		 .help = "of what is sent into a tunnel, in a PDU session container; 0: none"},
	[GTP5G_QER_PPI] = {.name = "ppi",
			   .path = {GTP5G_AT_QER_PPI},
			   NUMBER(1, gtp5g_rule, qer.ppi),
			   .max = U8,
			   .argument = "N",
			   .help = "paging policy indicator; kept, not used"},
	[GTP5G_QER_RCSR] = {.name = "rcsr",
			    .path = {GTP5G_AT_QER_RCSR},
			    NUMBER(1, gtp5g_rule, qer.rcsr),
			    .max = U8,
			    .argument = "N",
			    .help = "rate control status reporting; kept, not used"},
	[GTP5G_QER_PDRS] = PDRS(GTP5G_AT_QER_PDRS, qer),
};

static const struct gtp5g_word methods[] = {{"durat", 1}, {"volum", 2}, {"event", 4}, {NULL, 0}};
static const struct gtp5g_word triggers[] = {
	{"perio", 1 << 0},  {"volth", 1 << 1},	{"timth", 1 << 2},  {"quhti", 1 << 3},
	{"start", 1 << 4},  {"stopt", 1 << 5},	{"droth", 1 << 6},  {"liusa", 1 << 7},
	{"volqu", 1 << 8},  {"timqu", 1 << 9},	{"envcl", 1 << 10}, {"macar", 1 << 11},
	{"eveth", 1 << 12}, {"evequ", 1 << 13}, {"ipmjl", 1 << 14}, {"quvti", 1 << 15},
	{"reemr", 1 << 16}, {"upint", 1 << 17}, {NULL, 0}};
static const struct gtp5g_word informations[] = {
	{"mbqe", 1 << 0},  {"inam", 1 << 1},  {"radi", 1 << 2}, {"istm", 1 << 3}, {"mnop", 1 << 4},
	{"sspoc", 1 << 5}, {"aspoc", 1 << 6}, {"ciam", 1 << 7}, {NULL, 0}};

#define VOLUME(text, attribute, volume, member, what)                                              \
	{                                                                                          \
		.name = (text), .type = GTP5G_VOLUME, .path = {attribute, volume}, .size = 8,      \
		.store = 8, IN(gtp5g_rule, urr.member), .max = U64, .argument = "OCTETS",          \
		.help = (what)                                                                     \
	}

static const struct gtp5g_field urr_fields[] = {
	[GTP5G_RULE_SEID] = SEID(GTP5G_AT_URR_SEID),
	[GTP5G_RULE_ID] = ID(4, U32),
	[GTP5G_URR_METHOD] = {.name = "method",
			      .type = GTP5G_FLAGS,
			      .path = {GTP5G_AT_URR_METHOD},
			      NUMBER(1, gtp5g_rule, urr.method),
			      .max = 7,
			      .words = methods,
			      .flags = GTP5G_REQUIRED,
			      .argument = "volum[,durat][,event]",
			      .help = "the module measures volume alone"},
	[GTP5G_URR_TRIGGER] = {.name = "trigger",
			       .type = GTP5G_FLAGS,
			       .path = {GTP5G_AT_URR_TRIGGER},
			       NUMBER(4, gtp5g_rule, urr.trigger),
			       .max = 0x3ffff,
			       .words = triggers,
			       .flags = GTP5G_REQUIRED,
			       .argument = "volth,perio,volqu,start,...",
			       .help = "when it reports by itself; perio is up to who asks"},
	[GTP5G_URR_PERIOD] = {.name = "period",
			      .path = {GTP5G_AT_URR_PERIOD},
			      NUMBER(4, gtp5g_rule, urr.period_s),
			      .max = U32,
			      .argument = "SECONDS",
			      .help = "without one nothing is counted for a quota, nor, without "
				      "volth, for report get"},
	[GTP5G_URR_INFORMATION] = {.name = "information",
				   .type = GTP5G_FLAGS,
				   .path = {GTP5G_AT_URR_INFORMATION},
				   NUMBER(1, gtp5g_rule, urr.information),
				   .max = U8,
				   .words = informations,
				   .argument = "mnop,mbqe,inam,...",
				   .help = "mnop: packets, too; mbqe: before rates; inam: stop"},
	[GTP5G_URR_THRESHOLD_TOTAL] =
		VOLUME("threshold-total", GTP5G_AT_URR_THRESHOLD, GTP5G_AT_VOLUME_TOTAL,
		       threshold.total, "volth: after so much of the user's payload"),
	[GTP5G_URR_THRESHOLD_UPLINK] = VOLUME("threshold-uplink", GTP5G_AT_URR_THRESHOLD,
					      GTP5G_AT_VOLUME_UPLINK, threshold.uplink, "uplink"),
	[GTP5G_URR_THRESHOLD_DOWNLINK] =
		VOLUME("threshold-downlink", GTP5G_AT_URR_THRESHOLD, GTP5G_AT_VOLUME_DOWNLINK,
		       threshold.downlink, "downlink"),
	[GTP5G_URR_QUOTA_TOTAL] =
		VOLUME("quota-total", GTP5G_AT_URR_QUOTA, GTP5G_AT_VOLUME_TOTAL, quota.total,
		       "volqu, with a period: then its PDRs' FARs drop; 0: at once"),
	[GTP5G_URR_QUOTA_UPLINK] =
		VOLUME("quota-uplink", GTP5G_AT_URR_QUOTA, GTP5G_AT_VOLUME_UPLINK, quota.uplink,
		       "uplink, beside quota-total"),
	[GTP5G_URR_QUOTA_DOWNLINK] =
		VOLUME("quota-downlink", GTP5G_AT_URR_QUOTA, GTP5G_AT_VOLUME_DOWNLINK,
		       quota.downlink, "downlink, beside quota-total"),
	[GTP5G_URR_PDRS] = PDRS(GTP5G_AT_URR_PDRS, urr),
};

static const struct gtp5g_field bar_fields[] = {
	[GTP5G_RULE_SEID] = SEID(GTP5G_AT_BAR_SEID),
	[GTP5G_RULE_ID] = ID(1, U8),
	[GTP5G_BAR_DELAY] = {.name = "delay",
			     .path = {GTP5G_AT_BAR_DELAY},
			     NUMBER(1, gtp5g_rule, bar.delay),
			     .max = U8,
			     .argument = "N",
			     .help = "until downlink data is notified, in 50 ms; for who buffers"},
	[GTP5G_BAR_PACKETS] = {.name = "packets",
			       .path = {GTP5G_AT_BAR_PACKETS},
			       NUMBER(2, gtp5g_rule, bar.packets),
			       .max = U16,
			       .argument = "N",
			       .help = "to be kept; for who buffers"},
};

static const struct gtp5g_table rules[] = {
	[GTP5G_PDR] = {"pdr", pdr_fields, N(pdr_fields)},
	[GTP5G_FAR] = {"far", far_fields, N(far_fields)},
	[GTP5G_QER] = {"qer", qer_fields, N(qer_fields)},
	[GTP5G_URR] = {"urr", urr_fields, N(urr_fields)},
	[GTP5G_BAR] = {"bar", bar_fields, N(bar_fields)},
};

static const struct gtp5g_word usages[] = {
	{"perio", 1 << 0},  {"volth", 1 << 1},	{"timth", 1 << 2},  {"quhti", 1 << 3},
	{"start", 1 << 4},  {"stopt", 1 << 5},	{"droth", 1 << 6},  {"immer", 1 << 7},
	{"volqu", 1 << 8},  {"timqu", 1 << 9},	{"liusa", 1 << 10}, {"termr", 1 << 11},
	{"monit", 1 << 12}, {"envcl", 1 << 13}, {"macar", 1 << 14}, {"eveth", 1 << 15},
	{"evequ", 1 << 16}, {"tebur", 1 << 17}, {"ipmjl", 1 << 18}, {"quvti", 1 << 19},
	{"emrre", 1 << 20}, {"upint", 1 << 21}, {NULL, 0}};

#define TOLD(text, wire, record, member, ...)                                                      \
	{                                                                                          \
		.name = (text), NUMBER(wire, record, member), .max = U64, .flags = GTP5G_TOLD,     \
		__VA_ARGS__                                                                        \
	}
#define MEASURED(text, member, attribute)                                                          \
	TOLD(text, 8, gtp5g_report, member, .path = {GTP5G_AT_REPORT_VOLUME, attribute})

static const struct gtp5g_field report_fields[] = {
	[GTP5G_REPORT_SEID] = TOLD("seid", 8, gtp5g_report, seid, .path = {GTP5G_AT_REPORT_SEID}),
	[GTP5G_REPORT_URR] = TOLD("urr", 4, gtp5g_report, urr, .path = {GTP5G_AT_REPORT_URR}),
	[GTP5G_REPORT_TRIGGER] =
		TOLD("trigger", 4, gtp5g_report, trigger, .path = {GTP5G_AT_REPORT_TRIGGER},
		     .type = GTP5G_FLAGS, .words = usages),
	TOLD("sequence", 4, gtp5g_report, sequence, .path = {GTP5G_AT_REPORT_SEQUENCE}),
	MEASURED("total-octets", octets.total, GTP5G_AT_VOLUME_TOTAL),
	MEASURED("uplink-octets", octets.uplink, GTP5G_AT_VOLUME_UPLINK),
	MEASURED("downlink-octets", octets.downlink, GTP5G_AT_VOLUME_DOWNLINK),
	MEASURED("total-packets", packets.total, GTP5G_AT_VOLUME_TOTAL_PACKETS),
	MEASURED("uplink-packets", packets.uplink, GTP5G_AT_VOLUME_UPLINK_PACKETS),
	MEASURED("downlink-packets", packets.downlink, GTP5G_AT_VOLUME_DOWNLINK_PACKETS),
	TOLD("start-ns", 8, gtp5g_report, start_ns, .path = {GTP5G_AT_REPORT_START}),
	TOLD("end-ns", 8, gtp5g_report, end_ns, .path = {GTP5G_AT_REPORT_END}),
};

#define COUNTER(text, member, attribute)                                                           \
	TOLD(text, 8, gtp5g_statistics, member, .path = {attribute})

static const struct gtp5g_field statistics_fields[] = {
	COUNTER("uplink-octets-in", uplink.octets_in, 1),
	COUNTER("uplink-octets-out", uplink.octets_out, 2),
	COUNTER("downlink-octets-in", downlink.octets_in, 3),
	COUNTER("downlink-octets-out", downlink.octets_out, 4),
	COUNTER("uplink-packets-in", uplink.packets_in, 5),
	COUNTER("uplink-packets-out", uplink.packets_out, 6),
	COUNTER("downlink-packets-in", downlink.packets_in, 7),
	COUNTER("downlink-packets-out", downlink.packets_out, 8),
};

static const struct gtp5g_field packet_fields[] = {
	[GTP5G_PACKET_SEID] = TOLD("seid", 8, gtp5g_packet, seid, .path = {GTP5G_AT_PACKET_SEID}),
	[GTP5G_PACKET_PDR] = TOLD("pdr", 2, gtp5g_packet, pdr, .path = {GTP5G_AT_PACKET_PDR}),
	TOLD("action", 2, gtp5g_packet, action, .path = {GTP5G_AT_PACKET_ACTION},
	     .type = GTP5G_FLAGS, .words = actions),
	TOLD("sequence", 2, gtp5g_packet, sequence, .path = {GTP5G_AT_PACKET_SEQUENCE}),
};

const struct gtp5g_table gtp5g_report_table = {"report", report_fields, N(report_fields)};
const struct gtp5g_table gtp5g_statistics_table = {"statistics", statistics_fields,
						   N(statistics_fields)};
const struct gtp5g_table gtp5g_packet_table = {"packet", packet_fields, N(packet_fields)};

const struct gtp5g_table *gtp5g_table(enum gtp5g_kind kind)
{
	return &rules[kind];
}

size_t gtp5g_field_find(const struct gtp5g_table *table, const char *name)
{
	size_t i = 0;

	while (i < table->count && strcmp(table->field[i].name, name) != 0)
		i++;
	return i;
}
