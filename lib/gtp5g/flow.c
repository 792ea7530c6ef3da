// SPDX-License-Identifier: Apache-2.0
/*
 * Flow descriptions: IPFilterRule (RFC 6733 cl. 4.3.1) as the module compares it, with attributes
 * of its own.
 *
 *   permit out PROTOCOL from NET [PORTS] to NET [PORTS]
 *
 * PROTOCOL: ip, a number from 0 to 254, or tcp, udp, icmp, sctp. NET: any, an address, a prefix, or
 * an address with a mask in dotted form. PORTS: 80 or 80-90, with commas. The module looks at those
 * that are "out" alone.
 */
#include <arpa/inet.h>
#include <ctype.h>
#include <errno.h>
#include <string.h>

#include "lib/gtp5g/inside.h"

static const struct {
	const char *name;
	uint8_t number;
} protocols[] = {
	{"ip", GTP5G_PROTOCOL_ANY}, {"icmp", IPPROTO_ICMP}, {"tcp", IPPROTO_TCP},
	{"udp", IPPROTO_UDP},	    {"sctp", IPPROTO_SCTP},
};

/* ---- attributes ---- */

static bool put_address(struct nlmsghdr *nlh, size_t size, uint16_t type, struct in_addr address)
{
	return mnl_attr_put_u32_check(nlh, size, type, address.s_addr);
}

/* A range is one number, its first port in the lower half. No range is sent, too: of a list that
 * doesn't come in a change the module keeps the one that was (parse_ip_filter_rule, genl_pdr.c). */
static bool put_ports(struct nlmsghdr *nlh, size_t size, uint16_t type,
		      const struct gtp5g_ports *ports)
{
	uint32_t range[GTP5G_PORTS_MAX];

	for (uint32_t i = 0; i < ports->count; i++)
		range[i] = (uint32_t)ports->range[i].last << 16 | ports->range[i].first;
	return mnl_attr_put_check(nlh, size, type, ports->count * sizeof(range[0]), range);
}

bool gtp5g_flow_put(const struct gtp5g_flow *flow, struct nlmsghdr *nlh, size_t size)
{
	return mnl_attr_put_u8_check(nlh, size, GTP5G_AT_FLOW_ACTION, GTP5G_FLOW_PERMIT) &&
	       mnl_attr_put_u8_check(nlh, size, GTP5G_AT_FLOW_DIRECTION, GTP5G_FLOW_OUT) &&
	       mnl_attr_put_u8_check(nlh, size, GTP5G_AT_FLOW_PROTOCOL, flow->protocol) &&
	       put_address(nlh, size, GTP5G_AT_FLOW_SOURCE, flow->source) &&
	       put_address(nlh, size, GTP5G_AT_FLOW_SOURCE_MASK, flow->source_mask) &&
	       put_address(nlh, size, GTP5G_AT_FLOW_DESTINATION, flow->destination) &&
	       put_address(nlh, size, GTP5G_AT_FLOW_DESTINATION_MASK, flow->destination_mask) &&
	       put_ports(nlh, size, GTP5G_AT_FLOW_SOURCE_PORTS, &flow->source_ports) &&
	       put_ports(nlh, size, GTP5G_AT_FLOW_DESTINATION_PORTS, &flow->destination_ports);
}

static int take_address(const struct nlattr *attr, struct in_addr *ret_address)
{
	if (mnl_attr_get_payload_len(attr) != sizeof(*ret_address))
		return -EBADMSG;
	memcpy(ret_address, mnl_attr_get_payload(attr), sizeof(*ret_address));
	return 0;
}

static int take_ports(const struct nlattr *attr, struct gtp5g_ports *ports)
{
	const size_t len = mnl_attr_get_payload_len(attr);
	const char *at = mnl_attr_get_payload(attr);
	uint32_t range;

	if (len % sizeof(range))
		return -EBADMSG;
	if (len / sizeof(range) > GTP5G_PORTS_MAX)
		return -E2BIG;
	ports->count = (uint32_t)(len / sizeof(range));
	for (uint32_t i = 0; i < ports->count; i++) {
		memcpy(&range, at + i * sizeof(range), sizeof(range));
		ports->range[i].first = (uint16_t)range;
		ports->range[i].last = (uint16_t)(range >> 16);
	}
	return 0;
}

static int take_part(const struct nlattr *attr, struct gtp5g_flow *flow)
{
	switch (mnl_attr_get_type(attr)) {
	case GTP5G_AT_FLOW_PROTOCOL:
		if (mnl_attr_get_payload_len(attr) != sizeof(flow->protocol))
			return -EBADMSG;
		flow->protocol = mnl_attr_get_u8(attr);
		return 0;
	case GTP5G_AT_FLOW_SOURCE:
		return take_address(attr, &flow->source);
	case GTP5G_AT_FLOW_SOURCE_MASK:
		return take_address(attr, &flow->source_mask);
	case GTP5G_AT_FLOW_DESTINATION:
		return take_address(attr, &flow->destination);
	case GTP5G_AT_FLOW_DESTINATION_MASK:
		return take_address(attr, &flow->destination_mask);
	case GTP5G_AT_FLOW_SOURCE_PORTS:
		return take_ports(attr, &flow->source_ports);
	case GTP5G_AT_FLOW_DESTINATION_PORTS:
		return take_ports(attr, &flow->destination_ports);
	default:
		return 0;
	}
}

int gtp5g_flow_take(const struct nlattr *nest, struct gtp5g_flow *ret_flow)
{
	/* a mask of all ones is left out by the module */
	struct gtp5g_flow flow = {.protocol = GTP5G_PROTOCOL_ANY,
				  .source_mask.s_addr = UINT32_MAX,
				  .destination_mask.s_addr = UINT32_MAX};
	const struct nlattr *attr;
	int rc = 0;

	mnl_attr_for_each_nested (attr, nest) {
		rc = take_part(attr, &flow);
		if (rc)
			return rc;
	}
	*ret_flow = flow;
	return 0;
}

/* ---- text ---- */

struct words {
	const char *at;
};

/* The next word; Return: its length, 0 at the end */
static size_t next(struct words *w, const char **ret_word)
{
	size_t len;

	while (isspace((unsigned char)*w->at))
		w->at++;
	*ret_word = w->at;
	for (len = 0; w->at[len] && !isspace((unsigned char)w->at[len]); len++)
		;
	w->at += len;
	return len;
}

static bool next_is(struct words *w, const char *wanted)
{
	const char *word;
	const size_t len = next(w, &word);

	return len == strlen(wanted) && !memcmp(word, wanted, len);
}

static int read_protocol(struct words *w, uint8_t *ret_protocol,
			 struct gtp5g_expected *ret_expected)
{
	const char *word;
	const size_t len = next(w, &word);
	uint64_t number;

	for (size_t i = 0; i < sizeof(protocols) / sizeof(protocols[0]); i++)
		if (len == strlen(protocols[i].name) && !memcmp(word, protocols[i].name, len)) {
			*ret_protocol = protocols[i].number;
			return 0;
		}
	if (gtp5g_number_read(word, len, GTP5G_PROTOCOL_ANY - 1, &number))
		return gtp5g_expect(ret_expected,
				    "a protocol: ip, tcp, udp, icmp, sctp, or a number from 0 to "
				    "254, found '%.*s'",
				    (int)(len < 40 ? len : 40), word);
	*ret_protocol = (uint8_t)number;
	return 0;
}

static struct in_addr mask_of(unsigned length)
{
	return (struct in_addr){.s_addr = length ? htonl(UINT32_MAX << (32 - length)) : 0};
}

static bool read_mask(const char *text, size_t len, struct in_addr *ret_mask)
{
	uint64_t length;

	if (!gtp5g_ipv4_read(text, len, ret_mask))
		return true;
	if (gtp5g_number_read(text, len, 32, &length))
		return false;
	*ret_mask = mask_of((unsigned)length);
	return true;
}

static int read_net(struct words *w, struct in_addr *ret_address, struct in_addr *ret_mask,
		    struct gtp5g_expected *ret_expected)
{
	const char *word, *slash;
	const size_t len = next(w, &word);

	*ret_address = *ret_mask = (struct in_addr){0};
	if (len == 3 && !memcmp(word, "any", 3))
		return 0;
	if (len == 8 && !memcmp(word, "assigned", 8))
		return gtp5g_expect(ret_expected,
				    "the UE's address instead of 'assigned', which the module "
				    "doesn't know");
	slash = memchr(word, '/', len);
	*ret_mask = mask_of(32);
	if (gtp5g_ipv4_read(word, slash ? (size_t)(slash - word) : len, ret_address) ||
	    (slash && !read_mask(slash + 1, len - (size_t)(slash + 1 - word), ret_mask)))
		return gtp5g_expect(ret_expected,
				    "a network: any, an IPv4 address or prefix, found '%.*s'",
				    (int)(len < 40 ? len : 40), word);
	return 0;
}

static bool read_range(const char *text, size_t len, struct gtp5g_ports *ports)
{
	const char *dash = memchr(text, '-', len);
	const size_t first_len = dash ? (size_t)(dash - text) : len;
	uint64_t first, last;

	if (ports->count == GTP5G_PORTS_MAX ||
	    gtp5g_number_read(text, first_len, UINT16_MAX, &first))
		return false;
	last = first;
	if (dash && gtp5g_number_read(dash + 1, len - first_len - 1, UINT16_MAX, &last))
		return false;
	if (last < first)
		return false;
	ports->range[ports->count].first = (uint16_t)first;
	ports->range[ports->count++].last = (uint16_t)last;
	return true;
}

/* Ports are there where a word begins with a digit */
static int read_ports(struct words *w, struct gtp5g_ports *ret_ports,
		      struct gtp5g_expected *ret_expected)
{
	struct words ahead = *w;
	const char *word;
	size_t len = next(&ahead, &word), piece;

	ret_ports->count = 0;
	if (!len || !isdigit((unsigned char)*word))
		return 0;
	*w = ahead;
	for (const char *end = word + len;; word += piece + 1) {
		const char *comma = memchr(word, ',', (size_t)(end - word));

		piece = comma ? (size_t)(comma - word) : (size_t)(end - word);
		if (!read_range(word, piece, ret_ports))
			return gtp5g_expect(ret_expected,
					    "up to %d ports or ranges such as 80,8000-8080, found "
					    "'%.*s'",
					    GTP5G_PORTS_MAX, (int)(piece < 40 ? piece : 40), word);
		if (!comma)
			return 0;
	}
}

static int read_side(struct words *w, struct in_addr *ret_address, struct in_addr *ret_mask,
		     struct gtp5g_ports *ret_ports, struct gtp5g_expected *ret_expected)
{
	int rc = read_net(w, ret_address, ret_mask, ret_expected);

	return rc ? rc : read_ports(w, ret_ports, ret_expected);
}

int gtp5g_flow_read(const char *text, struct gtp5g_flow *ret_flow,
		    struct gtp5g_expected *ret_expected)
{
	static const char form[] =
		"'permit out PROTOCOL from NET [PORTS] to NET [PORTS]', for the module looks at "
		"no other";
	struct gtp5g_flow flow;
	struct words w = {text};
	const char *word;
	int rc;

	if (!next_is(&w, "permit") || !next_is(&w, "out"))
		return gtp5g_expect(ret_expected, "%s", form);
	rc = read_protocol(&w, &flow.protocol, ret_expected);
	if (rc)
		return rc;
	if (!next_is(&w, "from"))
		return gtp5g_expect(ret_expected, "%s", form);
	rc = read_side(&w, &flow.source, &flow.source_mask, &flow.source_ports, ret_expected);
	if (rc)
		return rc;
	if (!next_is(&w, "to"))
		return gtp5g_expect(ret_expected, "%s", form);
	rc = read_side(&w, &flow.destination, &flow.destination_mask, &flow.destination_ports,
		       ret_expected);
	if (rc)
		return rc;
	if (next(&w, &word))
		return gtp5g_expect(ret_expected, "nothing behind the flow, found '%.40s'", word);
	*ret_flow = flow;
	return 0;
}

/* Return: the length of the prefix that a mask is, -1 when it is none */
static int length_of(struct in_addr mask)
{
	const uint32_t bits = ntohl(mask.s_addr);
	int length = 0;

	while (length < 32 && bits & UINT32_C(1) << (31 - length))
		length++;
	return mask_of((unsigned)length).s_addr == mask.s_addr ? length : -1;
}

static void print_net(struct in_addr address, struct in_addr mask, FILE *out)
{
	const int length = length_of(mask);
	char text[INET_ADDRSTRLEN], dotted[INET_ADDRSTRLEN];

	inet_ntop(AF_INET, &address, text, sizeof(text));
	if (!address.s_addr && !mask.s_addr)
		fputs("any", out);
	else if (length == 32)
		fputs(text, out);
	else if (length >= 0)
		fprintf(out, "%s/%d", text, length);
	else
		fprintf(out, "%s/%s", text, inet_ntop(AF_INET, &mask, dotted, sizeof(dotted)));
}

static void print_ports(const struct gtp5g_ports *ports, FILE *out)
{
	for (uint32_t i = 0; i < ports->count; i++) {
		fprintf(out, "%c%u", i ? ',' : ' ', ports->range[i].first);
		if (ports->range[i].last != ports->range[i].first)
			fprintf(out, "-%u", ports->range[i].last);
	}
}

void gtp5g_flow_print(const struct gtp5g_flow *flow, FILE *out)
{
	fputs("permit out ", out);
	if (flow->protocol == GTP5G_PROTOCOL_ANY)
		fputs("ip from ", out);
	else
		fprintf(out, "%u from ", flow->protocol);
	print_net(flow->source, flow->source_mask, out);
	print_ports(&flow->source_ports, out);
	fputs(" to ", out);
	print_net(flow->destination, flow->destination_mask, out);
	print_ports(&flow->destination_ports, out);
}
