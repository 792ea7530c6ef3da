// SPDX-License-Identifier: Apache-2.0
/*
 * PFD: struct -> one line of text.
 */
#include "lib/pfd/pfd.h"
#include "lib/text.h"

static void print_flows(struct text *out, const struct pfd *pfd)
{
	char text[IPFILTER_MAX_TEXT];

	for (unsigned int i = 0; i < pfd->n_flow && i < PFD_MAX_FLOW; i++) {
		ipfilter_print(&pfd->flow[i], text, sizeof(text));
		text_add(out, "%sflow=\"%s\"", text_gap(out), text);
	}
}

static void print_domains(struct text *out, const struct pfd *pfd)
{
	for (unsigned int i = 0; i < pfd->n_domain && i < PFD_MAX_DOMAIN; i++) {
		const struct pfd_domain *domain = &pfd->domain[i];

		text_add(out, "%sdomain=", text_gap(out));
		text_quoted(out, domain->name);
		if (!domain->protocol_len)
			continue;
		text_add(out, " protocol=");
		text_octets(out, domain->protocol, domain->protocol_len);
	}
}

size_t pfd_print(const struct pfd *pfd, char *buf, size_t size)
{
	struct text out = {.buf = buf, .size = size};

	text_add(&out, "%s", "");
	print_flows(&out, pfd);
	for (unsigned int i = 0; i < pfd->n_url && i < PFD_MAX_URL; i++) {
		text_add(&out, "%surl=", text_gap(&out));
		text_quoted(&out, pfd->url[i]);
	}
	print_domains(&out, pfd);
	if (pfd->has_custom) {
		text_add(&out, "%scustom=", text_gap(&out));
		text_octets(&out, pfd->custom, pfd->custom_len);
	}
	return out.len;
}
