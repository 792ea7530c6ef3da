// SPDX-License-Identifier: Apache-2.0
/*
 * IPFilterRule and SDF filter: structs -> text.
 */
#include <arpa/inet.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>

#include "lib/ipfilter/ipfilter.h"

/* Text that is cut at size, but counted whole */
struct out {
	char *buf;
	size_t size;
	size_t len;
};

__attribute__((format(printf, 2, 3))) static void add(struct out *out, const char *format, ...)
{
	size_t left = out->len < out->size ? out->size - out->len : 0;
	va_list args;
	int n;

	va_start(args, format);
	n = vsnprintf(left ? out->buf + out->len : NULL, left, format, args);
	va_end(args);
	if (n > 0)
		out->len += (size_t)n;
}

static void print_prefix(struct out *out, const struct ipfilter_side *side)
{
	bool v4 = side->kind == IPFILTER_IP4;
	char text[INET6_ADDRSTRLEN];

	if (!inet_ntop(v4 ? AF_INET : AF_INET6, side->ip, text, sizeof(text)))
		return;
	add(out, "%s", text);
	if (side->bits != (v4 ? 32 : 128))
		add(out, "/%u", side->bits);
}

static void print_side(struct out *out, const struct ipfilter_side *side)
{
	add(out, " %s", side->inverted ? "!" : "");
	if (side->kind == IPFILTER_ANY)
		add(out, "any");
	else if (side->kind == IPFILTER_ASSIGNED)
		add(out, "assigned");
	else
		print_prefix(out, side);
	for (unsigned int i = 0; i < side->n_ports && i < IPFILTER_MAX_PORTS; i++) {
		const struct ipfilter_ports *ports = &side->ports[i];

		add(out, "%c%u", i ? ',' : ' ', ports->low);
		if (ports->high != ports->low)
			add(out, "-%u", ports->high);
	}
}

static void print_rule(struct out *out, const struct ipfilter *f)
{
	add(out, "%s %s ", f->deny ? "deny" : "permit", f->in ? "in" : "out");
	if (f->has_protocol)
		add(out, "%u from", f->protocol);
	else
		add(out, "ip from");
	print_side(out, &f->src);
	add(out, " to");
	print_side(out, &f->dst);
}

size_t ipfilter_print(const struct ipfilter *filter, char *buf, size_t size)
{
	struct out out = {.buf = buf, .size = size};

	print_rule(&out, filter);
	return out.len;
}

size_t ipfilter_sdf_print(const struct ipfilter_sdf *sdf, char *buf, size_t size)
{
	struct out out = {.buf = buf, .size = size};

	add(&out, "%s", "");
	if (sdf->has_flow) {
		add(&out, "flow=\"");
		print_rule(&out, &sdf->flow);
		add(&out, "\"");
	}
	if (sdf->has_tos)
		add(&out, "%stos=0x%02x/0x%02x", out.len ? " " : "", sdf->tos, sdf->tos_mask);
	if (sdf->has_spi)
		add(&out, "%sspi=0x%" PRIx32, out.len ? " " : "", sdf->spi);
	if (sdf->has_flow_label)
		add(&out, "%sflow-label=0x%" PRIx32, out.len ? " " : "", sdf->flow_label);
	if (sdf->has_filter_id)
		add(&out, "%sid=%" PRIu32, out.len ? " " : "", sdf->filter_id);
	return out.len;
}
