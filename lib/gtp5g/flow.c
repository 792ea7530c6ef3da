// SPDX-License-Identifier: Apache-2.0
/*
 * Flow descriptions, struct ipfilter (lib/ipfilter/ipfilter.h), as the module has them: attributes
 * of their own, IPv4 alone, no 'assigned', and 255 for any protocol. Of the rules it compares those
 * that are "out" alone.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <string.h>

#include "lib/gtp5g/inside.h"

/* ---- into attributes ---- */

static uint32_t mask_of(unsigned bits)
{
	return bits ? htonl(UINT32_MAX << (32 - bits)) : 0;
}

static bool put_net(struct nlmsghdr *nlh, size_t size, uint16_t type,
		    const struct ipfilter_side *side)
{
	const bool any = side->kind != IPFILTER_IP4;
	uint32_t address = 0;

	if (!any)
		memcpy(&address, side->ip, sizeof(address));
	return mnl_attr_put_u32_check(nlh, size, type, address) &&
	       mnl_attr_put_u32_check(nlh, size, type + 1, any ? 0 : mask_of(side->bits));
}

/* A range is one number, its first port in the lower half. No range is sent, too: of a list that
 * doesn't come in a change the module keeps the one that was (parse_ip_filter_rule, genl_pdr.c). */
static bool put_ports(struct nlmsghdr *nlh, size_t size, uint16_t type,
		      const struct ipfilter_side *side)
{
	uint32_t range[IPFILTER_MAX_PORTS];

	for (unsigned i = 0; i < side->n_ports; i++)
		range[i] = (uint32_t)side->ports[i].high << 16 | side->ports[i].low;
	return mnl_attr_put_check(nlh, size, type, side->n_ports * sizeof(range[0]), range);
}

bool gtp5g_flow_put(const struct ipfilter *flow, struct nlmsghdr *nlh, size_t size)
{
	const uint8_t action = flow->deny ? GTP5G_FLOW_DENY : GTP5G_FLOW_PERMIT;
	const uint8_t direction = flow->in ? GTP5G_FLOW_IN : GTP5G_FLOW_OUT;
	const uint8_t protocol = flow->has_protocol ? flow->protocol : GTP5G_FLOW_ANY_PROTOCOL;

	return mnl_attr_put_u8_check(nlh, size, GTP5G_AT_FLOW_ACTION, action) &&
	       mnl_attr_put_u8_check(nlh, size, GTP5G_AT_FLOW_DIRECTION, direction) &&
	       mnl_attr_put_u8_check(nlh, size, GTP5G_AT_FLOW_PROTOCOL, protocol) &&
	       put_net(nlh, size, GTP5G_AT_FLOW_SOURCE, &flow->src) &&
	       put_net(nlh, size, GTP5G_AT_FLOW_DESTINATION, &flow->dst) &&
	       put_ports(nlh, size, GTP5G_AT_FLOW_SOURCE_PORTS, &flow->src) &&
	       put_ports(nlh, size, GTP5G_AT_FLOW_DESTINATION_PORTS, &flow->dst);
}

/* ---- and back ---- */

/* Address and mask of both sides as they come, one after the other; a mask of all ones is left out
 * by the module */
struct nets {
	struct net {
		uint32_t address, mask;
	} src, dst;
};

static int take_u8(const struct nlattr *attr, uint8_t *ret)
{
	if (mnl_attr_get_payload_len(attr) != sizeof(*ret))
		return -EBADMSG;
	*ret = mnl_attr_get_u8(attr);
	return 0;
}

static int take_u32(const struct nlattr *attr, uint32_t *ret)
{
	if (mnl_attr_get_payload_len(attr) != sizeof(*ret))
		return -EBADMSG;
	*ret = mnl_attr_get_u32(attr);
	return 0;
}

static int take_protocol(const struct nlattr *attr, struct ipfilter *flow)
{
	int rc = take_u8(attr, &flow->protocol);

	flow->has_protocol = flow->protocol != GTP5G_FLOW_ANY_PROTOCOL;
	if (!flow->has_protocol)
		flow->protocol = 0;
	return rc;
}

/* A range turned round is one to the module, too, which turns it back */
static int take_ports(const struct nlattr *attr, struct ipfilter_side *side)
{
	const size_t len = mnl_attr_get_payload_len(attr);
	const char *at = mnl_attr_get_payload(attr);
	uint32_t range;

	if (len % sizeof(range))
		return -EBADMSG;
	if (len / sizeof(range) > IPFILTER_MAX_PORTS)
		return -E2BIG;
	memset(side->ports, 0, sizeof(side->ports));
	side->n_ports = (uint8_t)(len / sizeof(range));
	for (unsigned i = 0; i < side->n_ports; i++) {
		uint16_t one, other;

		memcpy(&range, at + i * sizeof(range), sizeof(range));
		one = (uint16_t)range;
		other = (uint16_t)(range >> 16);
		side->ports[i].low = one < other ? one : other;
		side->ports[i].high = one < other ? other : one;
	}
	return 0;
}

static int take_part(const struct nlattr *attr, struct ipfilter *flow, struct nets *nets)
{
	uint8_t word = 0;
	int rc;

	switch (mnl_attr_get_type(attr)) {
	case GTP5G_AT_FLOW_ACTION:
		rc = take_u8(attr, &word);
		flow->deny = word != GTP5G_FLOW_PERMIT;
		return rc;
	case GTP5G_AT_FLOW_DIRECTION:
		rc = take_u8(attr, &word);
		flow->in = word != GTP5G_FLOW_OUT;
		return rc;
	case GTP5G_AT_FLOW_PROTOCOL:
		return take_protocol(attr, flow);
	case GTP5G_AT_FLOW_SOURCE:
		return take_u32(attr, &nets->src.address);
	case GTP5G_AT_FLOW_SOURCE_MASK:
		return take_u32(attr, &nets->src.mask);
	case GTP5G_AT_FLOW_DESTINATION:
		return take_u32(attr, &nets->dst.address);
	case GTP5G_AT_FLOW_DESTINATION_MASK:
		return take_u32(attr, &nets->dst.mask);
	case GTP5G_AT_FLOW_SOURCE_PORTS:
		return take_ports(attr, &flow->src);
	case GTP5G_AT_FLOW_DESTINATION_PORTS:
		return take_ports(attr, &flow->dst);
	default:
		return 0;
	}
}

/* Bits of the address that the mask hasn't don't count to the module neither (ipv4_match,
 * framed_route.h). A mask that is no prefix can't be written as an IPFilterRule. */
static int take_net(const struct net *net, struct ipfilter_side *side)
{
	const uint32_t address = net->address & net->mask;
	unsigned bits = 0;

	while (bits < 32 && ntohl(net->mask) & UINT32_C(1) << (31 - bits))
		bits++;
	if (mask_of(bits) != net->mask)
		return -EBADMSG;
	side->kind = bits ? IPFILTER_IP4 : IPFILTER_ANY;
	side->bits = (uint8_t)bits;
	memcpy(side->ip, &address, sizeof(address));
	return 0;
}

int gtp5g_flow_take(const struct nlattr *nest, struct ipfilter *ret_flow)
{
	struct nets nets = {.src.mask = UINT32_MAX, .dst.mask = UINT32_MAX};
	const struct nlattr *attr;
	struct ipfilter flow;
	int rc = 0;

	memset(&flow, 0, sizeof(flow));
	mnl_attr_for_each_nested (attr, nest) {
		rc = take_part(attr, &flow, &nets);
		if (rc)
			return rc;
	}
	rc = take_net(&nets.src, &flow.src);
	if (!rc)
		rc = take_net(&nets.dst, &flow.dst);
	if (!rc)
		*ret_flow = flow;
	return rc;
}

/* ---- text ---- */

/* What the module can't be told of a rule that is one. All of IPv4 is any here. */
static int fit_side(struct ipfilter_side *side, struct gtp5g_expected *ret_expected)
{
	if (side->kind == IPFILTER_ASSIGNED)
		return gtp5g_expect(ret_expected, "the UE's address instead of 'assigned', which "
						  "the module doesn't know");
	if (side->kind == IPFILTER_IP6)
		return gtp5g_expect(ret_expected, "IPv4 addresses: the module knows no others");
	if (side->kind == IPFILTER_IP4 && !side->bits)
		side->kind = IPFILTER_ANY;
	return 0;
}

int gtp5g_flow_read(const char *text, struct ipfilter *ret_flow,
		    struct gtp5g_expected *ret_expected)
{
	struct ipfilter_error err;
	struct ipfilter flow;
	int rc;

	if (ipfilter_parse(text, strlen(text), IPFILTER_SDF, &flow, &err))
		return gtp5g_expect(ret_expected,
				    "'permit out PROTOCOL from NET [PORTS] to NET [PORTS]' (at "
				    "%zu: %s)",
				    err.position + 1, err.text);
	if (flow.has_protocol && flow.protocol == GTP5G_FLOW_ANY_PROTOCOL)
		return gtp5g_expect(ret_expected, "another protocol than 255, which stands for all "
						  "of them in the module");
	rc = fit_side(&flow.src, ret_expected);
	if (!rc)
		rc = fit_side(&flow.dst, ret_expected);
	if (!rc)
		*ret_flow = flow;
	return rc;
}

void gtp5g_flow_print(const struct ipfilter *flow, FILE *out)
{
	char text[IPFILTER_MAX_TEXT]; /* one of IPv4 has 252 characters at most */

	ipfilter_print(flow, text, sizeof(text));
	fputs(text, out);
}
