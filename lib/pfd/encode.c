// SPDX-License-Identifier: Apache-2.0
/*
 * PFD Contents: struct -> bytes (TS 29.244 cl. 8.2.39).
 */
#include <errno.h>

#include "lib/pfd/const.h"
#include "lib/pfd/pfd.h"
#include "lib/wire.h"

#define LENGTH 2 /* octets of a length field */

/* A length field, to be filled by length_end; Return: where what it counts begins */
static uint8_t *length_begin(struct wire_writer *w)
{
	wire_put_number(w, 0, LENGTH);
	return w->at;
}

static void length_end(const struct wire_writer *w, uint8_t *begin)
{
	if (!w->full)
		wire_store16(begin - LENGTH, (uint16_t)(w->at - begin));
}

static void put_octets(struct wire_writer *w, const void *octets, size_t n)
{
	wire_put_number(w, n, LENGTH);
	wire_put_bytes(w, octets, n);
}

static void put_flow(struct wire_writer *w, const struct ipfilter *flow)
{
	char text[IPFILTER_MAX_TEXT];

	put_octets(w, text, ipfilter_print(flow, text, sizeof(text)));
}

static bool is_text(const char *text)
{
	size_t n = strnlen(text, PFD_MAX_TEXT + 1);

	if (!n || n > PFD_MAX_TEXT)
		return false;
	for (; *text; text++)
		if (*text < ' ' || *text > '~')
			return false;
	return true;
}

/* One that its receiver would take */
static bool is_flow(const struct ipfilter *flow)
{
	char text[IPFILTER_MAX_TEXT];
	struct ipfilter again;
	size_t n = ipfilter_print(flow, text, sizeof(text));

	return n < sizeof(text) && !ipfilter_parse(text, n, IPFILTER_PFD, &again, NULL);
}

static bool is_valid(const struct pfd *pfd)
{
	if (pfd->n_flow > PFD_MAX_FLOW || pfd->n_url > PFD_MAX_URL ||
	    pfd->n_domain > PFD_MAX_DOMAIN)
		return false;
	for (unsigned int i = 0; i < pfd->n_flow; i++)
		if (!is_flow(&pfd->flow[i]))
			return false;
	for (unsigned int i = 0; i < pfd->n_url; i++)
		if (!is_text(pfd->url[i]))
			return false;
	for (unsigned int i = 0; i < pfd->n_domain; i++)
		if (!is_text(pfd->domain[i].name) || pfd->domain[i].protocol_len > PFD_MAX_PROTOCOL)
			return false;
	return pfd->n_flow || pfd->n_url || pfd->n_domain || pfd->has_custom;
}

static uint8_t flags_of(const struct pfd *pfd)
{
	return (uint8_t)((pfd->n_flow ? PFD_FLOW : 0) | (pfd->n_url ? PFD_URL : 0) |
			 (pfd->n_domain ? PFD_DOMAIN : 0) | (pfd->has_custom ? PFD_CUSTOM : 0) |
			 (pfd->n_domain && pfd->domain[0].protocol_len ? PFD_PROTOCOL : 0) |
			 (pfd->n_flow > 1 ? PFD_MORE_FLOWS : 0) |
			 (pfd->n_url > 1 ? PFD_MORE_URLS : 0) |
			 (pfd->n_domain > 1 ? PFD_MORE_DOMAINS : 0));
}

static void put_firsts(struct wire_writer *w, const struct pfd *pfd, uint8_t flags)
{
	const struct pfd_domain *domain = &pfd->domain[0];

	if (flags & PFD_FLOW)
		put_flow(w, &pfd->flow[0]);
	if (flags & PFD_URL)
		put_octets(w, pfd->url[0], strlen(pfd->url[0]));
	if (flags & PFD_DOMAIN)
		put_octets(w, domain->name, strlen(domain->name));
	if (flags & PFD_CUSTOM)
		put_octets(w, pfd->custom, pfd->custom_len);
	if (flags & PFD_PROTOCOL)
		put_octets(w, domain->protocol, domain->protocol_len);
}

static void put_others(struct wire_writer *w, const struct pfd *pfd, uint8_t flags)
{
	uint8_t *begin;

	if (flags & PFD_MORE_FLOWS) {
		begin = length_begin(w);
		for (unsigned int i = 1; i < pfd->n_flow; i++)
			put_flow(w, &pfd->flow[i]);
		length_end(w, begin);
	}
	if (flags & PFD_MORE_URLS) {
		begin = length_begin(w);
		for (unsigned int i = 1; i < pfd->n_url; i++)
			put_octets(w, pfd->url[i], strlen(pfd->url[i]));
		length_end(w, begin);
	}
	if (flags & PFD_MORE_DOMAINS) {
		begin = length_begin(w);
		for (unsigned int i = 1; i < pfd->n_domain; i++) {
			put_octets(w, pfd->domain[i].name, strlen(pfd->domain[i].name));
			put_octets(w, pfd->domain[i].protocol, pfd->domain[i].protocol_len);
		}
		length_end(w, begin);
	}
}

int pfd_encode(const struct pfd *pfd, uint8_t *buf, size_t size, size_t *ret_len)
{
	struct wire_writer w = {.at = buf, .end = buf + size};
	uint8_t flags;

	if (!is_valid(pfd))
		return -EINVAL;
	flags = flags_of(pfd);
	wire_put_number(&w, flags, 1);
	wire_put_number(&w, 0, 1); /* spare */
	put_firsts(&w, pfd, flags);
	put_others(&w, pfd, flags);
	if (w.full)
		return -ENOBUFS;
	*ret_len = (size_t)(w.at - buf);
	return 0;
}
