// SPDX-License-Identifier: Apache-2.0
#include "gtp5g-tools/noun.h"

#include <string.h>

#define AT(member) .offset = offsetof(struct tunnel, pdp.member)

const char *const driver_names[DRIVERS] = {"gtp5g", "gtp"};
const char *const verb_names[VERBS] = {"add", "mod", "del", "get", "list"};

static const struct gtp5g_field tunnel_fields[] = {
	[TUNNEL_UE] = {.name = "ue-address",
		       .type = GTP5G_IPV4,
		       AT(ue),
		       .flags = GTP5G_KEY | GTP5G_REQUIRED,
		       .help = "a link has one tunnel for each"},
	[TUNNEL_TEID] = {.name = "teid",
			 .type = GTP5G_HEX,
			 AT(local_teid),
			 .store = 4,
			 .max = UINT32_MAX,
			 .flags = GTP5G_REQUIRED,
			 .argument = "TEID",
			 .help = "of packets that come, decimal or 0x hexadecimal"},
	[TUNNEL_PEER_TEID] = {.name = "peer-teid",
			      .type = GTP5G_HEX,
			      AT(peer_teid),
			      .store = 4,
			      .max = UINT32_MAX,
			      .flags = GTP5G_REQUIRED,
			      .argument = "TEID",
			      .help = "of packets that are sent"},
	[TUNNEL_PEER] = {.name = "peer-address",
			 .type = GTP5G_IPV4,
			 AT(peer),
			 .flags = GTP5G_REQUIRED,
			 .argument = "ADDRESS",
			 .help = "the other end of the tunnel"},
};
static const struct gtp5g_table tunnel_table = {"tunnel", tunnel_fields,
						sizeof(tunnel_fields) / sizeof(tunnel_fields[0])};

static const char by_id[] = "[SEID:]ID";

const struct noun nouns[] = {
	{"bar", DRIVER_GTP5G, GTP5G_BAR, NULL, by_id, "how long and how much is buffered"},
	{"qer", DRIVER_GTP5G, GTP5G_QER, NULL, by_id, "QFI, gate and rates"},
	{"urr", DRIVER_GTP5G, GTP5G_URR, NULL, by_id, "what is counted and reported"},
	{"far", DRIVER_GTP5G, GTP5G_FAR, NULL, by_id, "what is done with packets"},
	{"pdr", DRIVER_GTP5G, GTP5G_PDR, NULL, by_id, "which packets they are"},
	{"tunnel", DRIVER_GTP, 0, &tunnel_table, "UE-ADDRESS", "a context of the mainline driver"},
	{0},
};

const struct gtp5g_table *noun_table(const struct noun *noun)
{
	return noun->own_table ? noun->own_table : gtp5g_table(noun->kind);
}

const struct noun *noun_find(const char *name)
{
	for (const struct noun *n = nouns; n->name; n++)
		if (!strcmp(n->name, name))
			return n;
	return NULL;
}

enum verb verb_find(const char *name)
{
	enum verb verb = 0;

	while (verb < VERBS && strcmp(verb_names[verb], name) != 0)
		verb++;
	return verb;
}
