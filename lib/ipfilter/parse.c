// SPDX-License-Identifier: Apache-2.0
/*
 * IPFilterRule: text -> struct (RFC 6733 cl. 4.3.1).
 *
 *   action dir proto from src to dst [options]
 *
 * Word by word from left to right, without looking back; the first thing that is wrong is told with
 * its place.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "lib/ipfilter/ipfilter.h"

#define MAX_QUOTED 40 /* characters of a word that an error repeats */

struct parser {
	const char *text, *end;
	enum ipfilter_use use;
	struct ipfilter_error *err;
	const char *word; /* the one being looked at */
	size_t word_len;  /* 0: the text has ended */
};

static bool is_blank(char c)
{
	return c == ' ' || c == '\t';
}

static void next_word(struct parser *p)
{
	const char *at = p->word + p->word_len;

	while (at < p->end && is_blank(*at))
		at++;
	p->word = at;
	while (at < p->end && !is_blank(*at))
		at++;
	p->word_len = (size_t)(at - p->word);
}

static bool is_text(const char *at, size_t len, const char *text)
{
	return len == strlen(text) && !memcmp(at, text, len);
}

static bool is_word(const struct parser *p, const char *text)
{
	return is_text(p->word, p->word_len, text);
}

/* "'allow'", "the end of the text"; whatever the word has in it, this is printable. */
static const char *quote(const struct parser *p, char *buf, size_t size)
{
	size_t n = p->word_len < MAX_QUOTED ? p->word_len : MAX_QUOTED;
	char word[MAX_QUOTED + 1] = "";

	for (size_t i = 0; i < n; i++)
		word[i] = p->word[i] > ' ' && p->word[i] <= '~' ? p->word[i] : '?';
	snprintf(buf, size, "'%s%s'", word, n < p->word_len ? "..." : "");
	return n ? buf : "the end of the text";
}

/* What is wrong at @at, which is in the word; Return: @rc */
__attribute__((format(printf, 4, 5))) static int fail_at(const struct parser *p, const char *at,
							 int rc, const char *format, ...)
{
	va_list args;

	if (!p->err)
		return rc;
	p->err->position = (size_t)(at - p->text);
	va_start(args, format);
	vsnprintf(p->err->text, sizeof(p->err->text), format, args);
	va_end(args);
	return rc;
}

static int fail_expected(const struct parser *p, const char *expected)
{
	char word[MAX_QUOTED + 8];

	return fail_at(p, p->word, -EINVAL, "expected %s, found %s", expected,
		       quote(p, word, sizeof(word)));
}

/* The word in words that say why 3GPP leaves it out */
static int fail_excluded(const struct parser *p, const char *why)
{
	char word[MAX_QUOTED + 8];

	return fail_at(p, p->word, -EOPNOTSUPP, "%s: %s", quote(p, word, sizeof(word)), why);
}

/* Decimal digits from *@at on, up to @end, which are stepped over; Return: false without digits or
 * over @max */
static bool get_number(const char **at, const char *end, uint32_t max, uint32_t *ret)
{
	const char *start = *at;
	uint32_t value = 0;

	while (*at < end && **at >= '0' && **at <= '9') {
		value = value * 10 + (uint32_t)(**at - '0');
		if (value > max)
			return false;
		(*at)++;
	}
	*ret = value;
	return *at > start;
}

static int get_action(struct parser *p, struct ipfilter *f)
{
	f->deny = is_word(p, "deny");
	if (!f->deny && !is_word(p, "permit"))
		return fail_expected(p, "'permit' or 'deny'");
	if (f->deny && p->use != IPFILTER_RFC6733)
		return fail_excluded(p, "only 'permit' is allowed here");
	next_word(p);
	return 0;
}

static int get_direction(struct parser *p, struct ipfilter *f)
{
	f->in = is_word(p, "in");
	if (!f->in && !is_word(p, "out"))
		return fail_expected(p, "'in' or 'out'");
	if (f->in && p->use == IPFILTER_SDF)
		return fail_excluded(p, "only 'out' is allowed here, for uplink packets too");
	next_word(p);
	return 0;
}

/* What peers write for numbers */
static const struct {
	const char *name;
	uint8_t number;
} protocols[] = {
	{"icmp", IPPROTO_ICMP},	       {"tcp", IPPROTO_TCP},   {"udp", IPPROTO_UDP},
	{"ipv6-icmp", IPPROTO_ICMPV6}, {"sctp", IPPROTO_SCTP},
};

static int get_protocol(struct parser *p, struct ipfilter *f)
{
	const char *at = p->word, *end = p->word + p->word_len;
	uint32_t number;

	f->has_protocol = !is_word(p, "ip");
	for (size_t i = 0; i < sizeof(protocols) / sizeof(protocols[0]); i++) {
		if (!is_word(p, protocols[i].name))
			continue;
		f->protocol = protocols[i].number;
		next_word(p);
		return 0;
	}
	if (f->has_protocol) {
		if (!get_number(&at, end, UINT8_MAX, &number) || at != end)
			return fail_expected(p, "a protocol: 'ip' or a number from 0 to 255");
		f->protocol = (uint8_t)number;
	}
	next_word(p);
	return 0;
}

static int get_keyword(struct parser *p, const char *keyword, const char *expected)
{
	if (!is_word(p, keyword))
		return fail_expected(p, expected);
	next_word(p);
	return 0;
}

static void clear_host(uint8_t *ip, size_t size, unsigned int bits)
{
	for (size_t i = 0; i < size; i++) {
		unsigned int keep = bits > i * 8 ? bits - (unsigned int)i * 8 : 0;

		if (keep < 8)
			ip[i] &= (uint8_t)(0xff00 >> keep);
	}
}

/* An address of either version; Return: its size in octets, 0 when it is none */
static size_t get_ip(const char *at, size_t len, uint8_t *ret)
{
	char text[INET6_ADDRSTRLEN] = "";

	if (len >= sizeof(text))
		return 0;
	memcpy(text, at, len);
	if (strlen(text) != len)
		return 0;
	if (inet_pton(AF_INET, text, ret) == 1)
		return sizeof(struct in_addr);
	return inet_pton(AF_INET6, text, ret) == 1 ? sizeof(struct in6_addr) : 0;
}

static int fail_ip(const struct parser *p, const char *at, const char *end)
{
	const char *colon = memchr(at, ':', (size_t)(end - at));
	uint8_t ip[16];

	if (colon && get_ip(at, (size_t)(colon - at), ip))
		return fail_at(p, colon, -EINVAL,
			       "address:mask is ipfw's; a mask is written as /bits here");
	return fail_expected(p, "an address, 'any' or 'assigned'");
}

/* "192.0.2.1", "192.0.2.0/24", "2001:db8::/32", from @at to the end of the word */
static int get_prefix(struct parser *p, const char *at, struct ipfilter_side *side)
{
	const char *end = p->word + p->word_len;
	const char *slash = memchr(at, '/', (size_t)(end - at));
	size_t size = get_ip(at, (size_t)((slash ? slash : end) - at), side->ip);
	uint32_t bits = (uint32_t)size * 8;

	if (!size)
		return fail_ip(p, at, end);
	side->kind = size == sizeof(struct in_addr) ? IPFILTER_IP4 : IPFILTER_IP6;
	if (slash) {
		const char *digits = slash + 1;

		if (!get_number(&digits, end, bits, &bits) || digits != end)
			return fail_at(p, slash + 1, -EINVAL,
				       "expected a prefix length from 0 to %u",
				       (unsigned int)size * 8);
	}
	side->bits = (uint8_t)bits;
	clear_host(side->ip, size, bits);
	return 0;
}

static int get_address(struct parser *p, struct ipfilter_side *side)
{
	const char *at = p->word;
	size_t len = p->word_len;

	side->inverted = len && *at == '!';
	if (side->inverted) {
		if (p->use != IPFILTER_RFC6733)
			return fail_excluded(p, "inverted addresses are not allowed here");
		at++;
		len--;
	}
	if (is_text(at, len, "any")) {
		side->kind = IPFILTER_ANY;
	} else if (is_text(at, len, "assigned")) {
		side->kind = IPFILTER_ASSIGNED;
	} else {
		int rc = get_prefix(p, at, side);

		if (rc)
			return rc;
	}
	next_word(p);
	return 0;
}

/* "80", "1000-2000" */
static int get_range(const struct parser *p, const char **at, struct ipfilter_ports *ret)
{
	const char *end = p->word + p->word_len, *start = *at;
	uint32_t low, high;

	if (!get_number(at, end, UINT16_MAX, &low))
		return fail_at(p, start, -EINVAL, "expected a port from 0 to 65535");
	high = low;
	if (*at < end && **at == '-') {
		(*at)++;
		if (!get_number(at, end, UINT16_MAX, &high))
			return fail_at(p, *at, -EINVAL, "expected a port from 0 to 65535");
	}
	if (low > high)
		return fail_at(p, start, -EINVAL, "a range of ports that ends before it begins");
	*ret = (struct ipfilter_ports){.low = (uint16_t)low, .high = (uint16_t)high};
	return 0;
}

/* Only these have ports (RFC 6733 cl. 4.3.1), and 'ip' means any of them then. */
static bool has_ports(const struct ipfilter *f)
{
	return !f->has_protocol || f->protocol == IPPROTO_TCP || f->protocol == IPPROTO_UDP ||
	       f->protocol == IPPROTO_SCTP;
}

/* "80,443,1000-2000", where there are any: a word that begins with a digit */
static int get_ports(struct parser *p, const struct ipfilter *f, struct ipfilter_side *side)
{
	const char *at = p->word, *end = p->word + p->word_len;

	if (!p->word_len || *at < '0' || *at > '9')
		return 0;
	if (!has_ports(f))
		return fail_at(p, at, -EINVAL, "protocol %u has no ports", f->protocol);
	for (;;) {
		int rc;

		if (side->n_ports == IPFILTER_MAX_PORTS)
			return fail_at(p, at, -ENOSPC, "more than %d ranges of ports",
				       IPFILTER_MAX_PORTS);
		rc = get_range(p, &at, &side->ports[side->n_ports]);
		if (rc)
			return rc;
		side->n_ports++;
		if (at == end)
			break;
		if (*at++ != ',')
			return fail_at(p, at - 1, -EINVAL, "expected ',' between ports");
	}
	next_word(p);
	return 0;
}

static int get_source(struct parser *p, struct ipfilter *f)
{
	int rc = get_keyword(p, "from", "'from'");

	/* an SDF filter that was turned round would match nothing, and nobody would know why */
	if (!rc && p->use == IPFILTER_SDF && is_word(p, "assigned"))
		return fail_excluded(p, "the UE is behind 'to' in a rule for 'out'");
	if (!rc)
		rc = get_address(p, &f->src);
	return rc ? rc : get_ports(p, f, &f->src);
}

static int get_destination(struct parser *p, struct ipfilter *f)
{
	int rc = get_keyword(p, "to", f->src.n_ports ? "'to'" : "ports or 'to'");
	const char *word = p->word;

	if (!rc)
		rc = get_address(p, &f->dst);
	if (!rc && f->src.kind >= IPFILTER_IP4 && f->dst.kind >= IPFILTER_IP4 &&
	    f->src.kind != f->dst.kind)
		return fail_at(p, word, -EINVAL, "addresses of two versions");
	return rc ? rc : get_ports(p, f, &f->dst);
}

static int check_end(const struct parser *p, const struct ipfilter *f)
{
	static const char *const options[] = {"frag",  "ipoptions", "tcpoptions", "established",
					      "setup", "tcpflags",  "icmptypes"};

	if (!p->word_len)
		return 0;
	for (size_t i = 0; i < sizeof(options) / sizeof(options[0]); i++)
		if (is_word(p, options[i]))
			return fail_excluded(p, "options are not allowed");
	return fail_expected(p, f->dst.n_ports ? "the end" : "ports or the end");
}

static int check_length(const struct parser *p, const struct ipfilter *f)
{
	if (ipfilter_print(f, NULL, 0) < IPFILTER_MAX_TEXT)
		return 0;
	return fail_at(p, p->text, -ENOSPC, "longer than %d characters", IPFILTER_MAX_TEXT - 1);
}

int ipfilter_parse(const char *text, size_t len, enum ipfilter_use use, struct ipfilter *ret,
		   struct ipfilter_error *ret_err)
{
	struct parser p = {
		.text = text, .end = text + len, .use = use, .err = ret_err, .word = text};
	struct ipfilter f;
	int rc;

	memset(&f, 0, sizeof(f));
	next_word(&p);
	rc = get_action(&p, &f);
	if (!rc)
		rc = get_direction(&p, &f);
	if (!rc)
		rc = get_protocol(&p, &f);
	if (!rc)
		rc = get_source(&p, &f);
	if (!rc)
		rc = get_destination(&p, &f);
	if (!rc)
		rc = check_end(&p, &f);
	if (!rc)
		rc = check_length(&p, &f);
	if (!rc)
		*ret = f;
	return rc;
}
