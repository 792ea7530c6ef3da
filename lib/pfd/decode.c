// SPDX-License-Identifier: Apache-2.0
/*
 * PFD Contents: bytes -> struct (TS 29.244 cl. 8.2.39).
 *
 * Each part has a length of its own; an additional part is a list of such parts.
 */
#include <errno.h>
#include <stdio.h>

#include "lib/pfd/const.h"
#include "lib/pfd/pfd.h"
#include "lib/wire.h"

struct decoder {
	const uint8_t *start;
	struct pfd *pfd;
	struct ipfilter_error *err;
	const char *part; /* being read */
};

/* What is wrong with the part, at @at; Return: @rc */
static int fail(const struct decoder *d, const uint8_t *at, int rc, const char *what)
{
	if (d->err) {
		d->err->position = (size_t)(at - d->start);
		snprintf(d->err->text, sizeof(d->err->text), "%s: %s", d->part, what);
	}
	return rc;
}

/* The next value, which has a length; Return: 0 or -EBADMSG */
static int get_value(const struct decoder *d, struct wire_reader *r, struct wire_reader *ret)
{
	const uint8_t *at = r->at;

	*ret = wire_get_part(r, wire_get_u16(r));
	return r->bad ? fail(d, at, -EBADMSG, "over the end") : 0;
}

static bool is_printable(const struct wire_reader *r)
{
	for (const uint8_t *c = r->at; c < r->end; c++)
		if (*c < ' ' || *c > '~')
			return false;
	return r->at < r->end;
}

static int get_text(const struct decoder *d, const struct wire_reader *value, char *ret)
{
	size_t n = wire_left(value);

	if (!is_printable(value))
		return fail(d, value->at, -EBADMSG, "not printable, or empty");
	if (n > PFD_MAX_TEXT)
		return fail(d, value->at, -ENOSPC, "too long");
	memcpy(ret, value->at, n);
	ret[n] = '\0';
	return 0;
}

static int get_flow(struct decoder *d, struct wire_reader *value)
{
	int rc;

	if (d->pfd->n_flow == PFD_MAX_FLOW)
		return fail(d, value->at, -ENOSPC, "too many");
	rc = ipfilter_parse((const char *)value->at, wire_left(value), IPFILTER_PFD,
			    &d->pfd->flow[d->pfd->n_flow], d->err);
	if (rc && d->err)
		d->err->position += (size_t)(value->at - d->start);
	d->pfd->n_flow += !rc;
	return rc;
}

static int get_url(struct decoder *d, struct wire_reader *value)
{
	int rc;

	if (d->pfd->n_url == PFD_MAX_URL)
		return fail(d, value->at, -ENOSPC, "too many");
	rc = get_text(d, value, d->pfd->url[d->pfd->n_url]);
	d->pfd->n_url += !rc;
	return rc;
}

static int get_domain(struct decoder *d, struct wire_reader *value)
{
	int rc;

	if (d->pfd->n_domain == PFD_MAX_DOMAIN)
		return fail(d, value->at, -ENOSPC, "too many");
	rc = get_text(d, value, d->pfd->domain[d->pfd->n_domain].name);
	d->pfd->n_domain += !rc;
	return rc;
}

static int get_custom(struct decoder *d, struct wire_reader *value)
{
	size_t n = wire_left(value);

	if (n > PFD_MAX_CUSTOM)
		return fail(d, value->at, -ENOSPC, "too long");
	d->pfd->has_custom = true;
	d->pfd->custom_len = (uint8_t)n;
	memcpy(d->pfd->custom, value->at, n);
	return 0;
}

/* Of the domain name that came before */
static int get_protocol(struct decoder *d, struct wire_reader *value)
{
	size_t n = wire_left(value);
	struct pfd_domain *domain;

	if (!d->pfd->n_domain)
		return fail(d, value->at, -EBADMSG, "without a domain name");
	if (n > PFD_MAX_PROTOCOL)
		return fail(d, value->at, -ENOSPC, "too long");
	domain = &d->pfd->domain[d->pfd->n_domain - 1];
	domain->protocol_len = (uint8_t)n;
	memcpy(domain->protocol, value->at, n);
	return 0;
}

typedef int get_fn(struct decoder *d, struct wire_reader *value);

static int get_item(struct decoder *d, struct wire_reader *list, get_fn *get)
{
	struct wire_reader value;
	int rc = get_value(d, list, &value);

	return rc ? rc : get(d, &value);
}

static int get_flows(struct decoder *d, struct wire_reader *list)
{
	int rc = 0;

	while (!rc && wire_left(list))
		rc = get_item(d, list, get_flow);
	return rc;
}

static int get_urls(struct decoder *d, struct wire_reader *list)
{
	int rc = 0;

	while (!rc && wire_left(list))
		rc = get_item(d, list, get_url);
	return rc;
}

static int get_domains(struct decoder *d, struct wire_reader *list)
{
	int rc = 0;

	while (!rc && wire_left(list)) {
		rc = get_item(d, list, get_domain);
		if (!rc)
			rc = get_item(d, list, get_protocol);
	}
	return rc;
}

/* In the order of the wire */
static const struct {
	uint8_t flag;
	const char *name;
	get_fn *get;
} parts[] = {
	{PFD_FLOW, "flow description", get_flow},
	{PFD_URL, "URL", get_url},
	{PFD_DOMAIN, "domain name", get_domain},
	{PFD_CUSTOM, "custom PFD content", get_custom},
	{PFD_PROTOCOL, "domain name protocol", get_protocol},
	{PFD_MORE_FLOWS, "additional flow descriptions", get_flows},
	{PFD_MORE_URLS, "additional URLs", get_urls},
	{PFD_MORE_DOMAINS, "additional domain names", get_domains},
};

static int get_parts(struct decoder *d, struct wire_reader *r)
{
	static const char whole[] = "PFD contents";
	uint8_t flags = wire_get_u8(r);

	d->part = whole;
	wire_get_u8(r); /* spare */
	if (r->bad)
		return fail(d, d->start, -EBADMSG, "cut short");
	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
		int rc;

		if (!(flags & parts[i].flag))
			continue;
		d->part = parts[i].name;
		rc = get_item(d, r, parts[i].get);
		if (rc)
			return rc;
	}
	d->part = whole;
	if (!d->pfd->n_flow && !d->pfd->n_url && !d->pfd->n_domain && !d->pfd->has_custom)
		return fail(d, d->start, -EBADMSG, "nothing in it");
	return 0;
}

int pfd_decode(const uint8_t *value, size_t len, struct pfd *ret, struct ipfilter_error *ret_err)
{
	struct wire_reader r = {.at = value, .end = value + len};
	struct decoder d = {.start = value, .pfd = ret, .err = ret_err};

	memset(ret, 0, sizeof(*ret));
	return get_parts(&d, &r);
}
