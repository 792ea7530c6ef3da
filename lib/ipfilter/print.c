// SPDX-License-Identifier: Apache-2.0
/*
 * IPFilterRule and SDF filter: structs -> text.
 */
#include <arpa/inet.h>
#include <inttypes.h>

#include "lib/ipfilter/ipfilter.h"
#include "lib/text.h"

static void print_prefix(struct text *out, const struct ipfilter_side *side)
{
	bool v4 = side->kind == IPFILTER_IP4;
	char text[INET6_ADDRSTRLEN];

	if (!inet_ntop(v4 ? AF_INET : AF_INET6, side->ip, text, sizeof(text)))
		return;
	text_add(out, "%s", text);
	if (side->bits != (v4 ? 32 : 128))
		text_add(out, "/%u", side->bits);
}

static void print_side(struct text *out, const struct ipfilter_side *side)
{
	text_add(out, " %s", side->inverted ? "!" : "");
	if (side->kind == IPFILTER_ANY)
		text_add(out, "any");
	else if (side->kind == IPFILTER_ASSIGNED)
		text_add(out, "assigned");
	else
		print_prefix(out, side);
	for (unsigned int i = 0; i < side->n_ports && i < IPFILTER_MAX_PORTS; i++) {
		const struct ipfilter_ports *ports = &side->ports[i];

		text_add(out, "%c%u", i ? ',' : ' ', ports->low);
		if (ports->high != ports->low)
			text_add(out, "-%u", ports->high);
	}
}

static void print_rule(struct text *out, const struct ipfilter *f)
{
	text_add(out, "%s %s ", f->deny ? "deny" : "permit", f->in ? "in" : "out");
	if (f->has_protocol)
		text_add(out, "%u from", f->protocol);
	else
		text_add(out, "ip from");
	print_side(out, &f->src);
	text_add(out, " to");
	print_side(out, &f->dst);
}

size_t ipfilter_print(const struct ipfilter *filter, char *buf, size_t size)
{
	struct text out = {.buf = buf, .size = size};

	print_rule(&out, filter);
	return out.len;
}

size_t ipfilter_sdf_print(const struct ipfilter_sdf *sdf, char *buf, size_t size)
{
	struct text out = {.buf = buf, .size = size};

	text_add(&out, "%s", "");
	if (sdf->has_flow) {
		text_add(&out, "flow=\"");
		print_rule(&out, &sdf->flow);
		text_add(&out, "\"");
	}
	if (sdf->has_tos)
		text_add(&out, "%stos=0x%02x/0x%02x", text_gap(&out), sdf->tos, sdf->tos_mask);
	if (sdf->has_spi)
		text_add(&out, "%sspi=0x%" PRIx32, text_gap(&out), sdf->spi);
	if (sdf->has_flow_label)
		text_add(&out, "%sflow-label=0x%" PRIx32, text_gap(&out), sdf->flow_label);
	if (sdf->has_filter_id)
		text_add(&out, "%sid=%" PRIu32, text_gap(&out), sdf->filter_id);
	return out.len;
}
