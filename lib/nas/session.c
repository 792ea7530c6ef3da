// SPDX-License-Identifier: Apache-2.0
/*
 * Values of a PDU session: DNN, PDU address, extended protocol configuration options
 * (TS 24.501 cl. 9.11.2.1B, 9.11.4.10, 9.11.4.6; TS 24.008 cl. 10.5.6.3).
 */
#include "lib/nas/codec.h"

#include <arpa/inet.h>
#include <string.h>

/* ---- DNN: labels with a length each, as in DNS (TS 23.003 cl. 9A) ---- */

static void dnn_write(struct nas_cursor *c, const char *text)
{
	const char *label = text;

	if (strnlen(text, NAS_MAX_DNN + 1) > NAS_MAX_DNN)
		nas_fail(c, "DNN too long");
	while (!c->error) {
		uint8_t len = strcspn(label, ".");

		if (len == 0)
			nas_fail(c, "DNN with an empty label");
		nas_u8(c, &len);
		nas_bytes(c, (char *)(uintptr_t)label, len);
		if (label[len] == '\0')
			break;
		label += len + 1;
	}
}

static bool label_is_printable(const char *label, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		if (label[i] <= ' ' || label[i] > '~' || label[i] == '.')
			return false;
	}
	return true;
}

static void dnn_read(struct nas_cursor *c, char *text)
{
	size_t used = 0;

	while (nas_left(c) > 0 && !c->error) {
		uint8_t len = 0;

		if (used > 0)
			text[used++] = '.';
		nas_u8(c, &len);
		if (len == 0 || used + len > NAS_MAX_DNN) {
			nas_fail(c, "DNN too long, or with an empty label");
			break;
		}
		nas_bytes(c, text + used, len);
		if (!c->error && !label_is_printable(text + used, len))
			nas_fail(c, "DNN is not printable");
		used += len;
		text[used] = '\0';
		if (used == NAS_MAX_DNN && nas_left(c) > 0)
			nas_fail(c, "DNN too long");
	}
	if (used == 0)
		nas_fail(c, "DNN is empty");
}

static void walk_dnn(struct nas_cursor *c, void *value)
{
	struct nas_dnn *dnn = value;

	if (nas_writing(c))
		dnn_write(c, dnn->text);
	else
		dnn_read(c, dnn->text);
}

static void print_dnn(struct nas_text *text, const void *value)
{
	nas_text_add(text, "%s", ((const struct nas_dnn *)value)->text);
}

const struct nas_value_type nas_type_dnn = {sizeof(struct nas_dnn), walk_dnn, print_dnn};

/* ---- PDU address ---- */

static void walk_pdu_address(struct nas_cursor *c, void *value)
{
	struct nas_pdu_address *address = value;

	nas_u8(c, &address->type);
	address->type &= 7; /* above it, and passed over: SMF's link-local address */
	if (address->type < NAS_SESSION_IPV4 || address->type > NAS_SESSION_IPV4V6)
		nas_fail(c, "PDU address of no known type");
	if (address->type != NAS_SESSION_IPV4)
		nas_bytes(c, address->interface_id, sizeof(address->interface_id));
	if (address->type != NAS_SESSION_IPV6)
		nas_bytes(c, &address->ipv4, sizeof(address->ipv4));
}

static void print_pdu_address(struct nas_text *text, const void *value)
{
	const struct nas_pdu_address *address = value;
	char buf[INET_ADDRSTRLEN];

	if (address->type != NAS_SESSION_IPV6)
		nas_text_add(text, "%s", inet_ntop(AF_INET, &address->ipv4, buf, sizeof(buf)));
	if (address->type == NAS_SESSION_IPV4)
		return;
	nas_text_add(text, "%sinterface-id=", address->type == NAS_SESSION_IPV4V6 ? " " : "");
	for (size_t i = 0; i < sizeof(address->interface_id); i++)
		nas_text_add(text, "%02x", address->interface_id[i]);
}

const struct nas_value_type nas_type_pdu_address = {sizeof(struct nas_pdu_address),
						    walk_pdu_address, print_pdu_address};

/* ---- extended protocol configuration options ---- */

#define EPCO_HEAD 0x80 /* extension bit, configuration protocol 0: PPP for use with IP */

enum {
	EPCO_DNS_IPV6 = 0x0003,
	EPCO_DNS_IPV4 = 0x000d,
	EPCO_IPV4_MTU = 0x0010,
};

static void container_write(struct nas_cursor *c, uint16_t id, const void *data, size_t len)
{
	struct nas_part part;

	nas_u16(c, &id);
	nas_part_begin(c, &part, 1);
	nas_bytes(c, (void *)(uintptr_t)data, len);
	nas_part_end(c, &part);
}

static void epco_write(struct nas_cursor *c, const struct nas_epco *epco)
{
	uint16_t mtu_be = htons(epco->ipv4_mtu);

	if (epco->dns_ipv6_count > NAS_MAX_DNS || epco->dns_ipv4_count > NAS_MAX_DNS) {
		nas_fail(c, "too many DNS servers");
		return;
	}
	if (epco->request_dns_ipv6)
		container_write(c, EPCO_DNS_IPV6, NULL, 0);
	if (epco->request_dns_ipv4)
		container_write(c, EPCO_DNS_IPV4, NULL, 0);
	if (epco->request_ipv4_mtu)
		container_write(c, EPCO_IPV4_MTU, NULL, 0);
	for (uint8_t i = 0; i < epco->dns_ipv6_count; i++)
		container_write(c, EPCO_DNS_IPV6, &epco->dns_ipv6[i], 16);
	for (uint8_t i = 0; i < epco->dns_ipv4_count; i++)
		container_write(c, EPCO_DNS_IPV4, &epco->dns_ipv4[i], 4);
	if (epco->has_ipv4_mtu)
		container_write(c, EPCO_IPV4_MTU, &mtu_be, 2);
}

/* One container whose content is what is left; anything not understood counts as other. */
static void container_read(struct nas_cursor *c, struct nas_epco *epco, uint16_t id)
{
	size_t len = nas_left(c);

	if (id == EPCO_DNS_IPV6 && len == 0) {
		epco->request_dns_ipv6 = true;
	} else if (id == EPCO_DNS_IPV4 && len == 0) {
		epco->request_dns_ipv4 = true;
	} else if (id == EPCO_IPV4_MTU && len == 0) {
		epco->request_ipv4_mtu = true;
	} else if (id == EPCO_DNS_IPV6 && len == 16 && epco->dns_ipv6_count < NAS_MAX_DNS) {
		nas_bytes(c, &epco->dns_ipv6[epco->dns_ipv6_count++], 16);
	} else if (id == EPCO_DNS_IPV4 && len == 4 && epco->dns_ipv4_count < NAS_MAX_DNS) {
		nas_bytes(c, &epco->dns_ipv4[epco->dns_ipv4_count++], 4);
	} else if (id == EPCO_IPV4_MTU && len == 2) {
		epco->has_ipv4_mtu = true;
		nas_u16(c, &epco->ipv4_mtu);
	} else if (epco->others < UINT8_MAX) {
		epco->others++;
	}
}

static void epco_read(struct nas_cursor *c, struct nas_epco *epco)
{
	while (nas_left(c) > 0 && !c->error) {
		struct nas_part part;
		uint16_t id = 0;

		nas_u16(c, &id);
		nas_part_begin(c, &part, 1);
		if (!c->error)
			container_read(c, epco, id);
		nas_part_end(c, &part);
	}
}

static void walk_epco(struct nas_cursor *c, void *value)
{
	uint8_t head = EPCO_HEAD;

	nas_u8(c, &head);
	if (nas_writing(c))
		epco_write(c, value);
	else
		epco_read(c, value);
}

static void print_epco(struct nas_text *text, const void *value)
{
	const struct nas_epco *epco = value;
	char buf[INET6_ADDRSTRLEN];

	nas_text_add(text, "%s%s%s", epco->request_dns_ipv6 ? "dns-ipv6? " : "",
		     epco->request_dns_ipv4 ? "dns-ipv4? " : "",
		     epco->request_ipv4_mtu ? "ipv4-mtu? " : "");
	for (uint8_t i = 0; i < epco->dns_ipv6_count; i++)
		nas_text_add(text, "dns-ipv6=%s ",
			     inet_ntop(AF_INET6, &epco->dns_ipv6[i], buf, sizeof(buf)));
	for (uint8_t i = 0; i < epco->dns_ipv4_count; i++)
		nas_text_add(text, "dns-ipv4=%s ",
			     inet_ntop(AF_INET, &epco->dns_ipv4[i], buf, sizeof(buf)));
	if (epco->has_ipv4_mtu)
		nas_text_add(text, "ipv4-mtu=%u ", epco->ipv4_mtu);
	nas_text_add(text, "others=%u", epco->others);
}

const struct nas_value_type nas_type_epco = {sizeof(struct nas_epco), walk_epco, print_epco};
