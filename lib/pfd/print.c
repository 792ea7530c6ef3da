// SPDX-License-Identifier: Apache-2.0
/*
 * PFD: struct -> one line of text.
 */
#include <stdarg.h>
#include <stdio.h>

#include "lib/pfd/pfd.h"

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

static void print_octets(struct out *out, const char *name, const uint8_t *octets, size_t n)
{
	add(out, "%s=", name);
	for (size_t i = 0; i < n; i++)
		add(out, "%02x", octets[i]);
}

static const char *gap(const struct out *out)
{
	return out->len ? " " : "";
}

static void print_flows(struct out *out, const struct pfd *pfd)
{
	char text[IPFILTER_MAX_TEXT];

	for (unsigned int i = 0; i < pfd->n_flow && i < PFD_MAX_FLOW; i++) {
		ipfilter_print(&pfd->flow[i], text, sizeof(text));
		add(out, "%sflow=\"%s\"", gap(out), text);
	}
}

static void print_domains(struct out *out, const struct pfd *pfd)
{
	for (unsigned int i = 0; i < pfd->n_domain && i < PFD_MAX_DOMAIN; i++) {
		const struct pfd_domain *domain = &pfd->domain[i];

		add(out, "%sdomain=\"%s\"", gap(out), domain->name);
		if (domain->protocol_len)
			print_octets(out, " protocol", domain->protocol, domain->protocol_len);
	}
}

size_t pfd_print(const struct pfd *pfd, char *buf, size_t size)
{
	struct out out = {.buf = buf, .size = size};

	add(&out, "%s", "");
	print_flows(&out, pfd);
	for (unsigned int i = 0; i < pfd->n_url && i < PFD_MAX_URL; i++)
		add(&out, "%surl=\"%s\"", gap(&out), pfd->url[i]);
	print_domains(&out, pfd);
	if (pfd->has_custom)
		print_octets(&out, out.len ? " custom" : "custom", pfd->custom, pfd->custom_len);
	return out.len;
}
