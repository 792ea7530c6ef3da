// SPDX-License-Identifier: Apache-2.0
/*
 * Datagrams from up to four addresses into a whole UPF on a data plane of memory. Besides not
 * crashing: all that it sends can be decoded (the harness aborts), and after every datagram its
 * tables agree with each other.
 *
 * Input: any number of {flags, length in two octets, octets}. Flags: bits 0-1 the address; bit 2
 * puts the SEID of the latest session into the header, bit 3 a fresh sequence number, so that
 * mutation gets past both; bit 4: before it, a gNB sends an error indication for that session; bit
 * 5: before it, the data plane has kept a packet of its last PDR back; bit 6: before it, PFD
 * management takes the application "video" away, or brings it back.
 */
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/unit/upf_harness.h"
#include "tests/unit/upf_tables.h"

enum { FROM = 3, SEID = 4, SEQUENCE = 8, ERROR = 16, DATA = 32, PFDS = 64, MESSAGES_MAX = 64 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct harness h;
static bool flows_gone;

static const struct upf_session *latest(void)
{
	const struct upf_session *s = NULL, *next;

	while ((next = upf_session_next(&h.upf.sessions, s)))
		s = next;
	return s;
}

static void put(uint8_t *at, uint64_t value, size_t octets)
{
	while (octets--)
		*at++ = (uint8_t)(value >> 8 * octets);
}

/* From where a session's downlink goes */
static void error_indication(const struct upf_session *s)
{
	upf_error_indication(&s->remote[0].key.peer, s->remote[0].key.teid, &h.upf);
}

/* An application with a flow, or gone for a while: sessions that detect it follow */
static void flows_change(void)
{
	static const char flow[] = "permit out 17 from 192.0.2.1 to assigned";
	static struct pfcp_pfd_management_request request;
	struct pfcp_application_pfds *app = &request.application[0];
	const char *why;
	uint16_t ie;

	memset(&request, 0, sizeof(request));
	flows_gone = !flows_gone;
	request.n_application = 1;
	strcpy(app->application_id.text, "video");
	app->n_pfd = !flows_gone;
	app->pfd[0].n_contents = 1;
	if (pfcp_pfd_add(&app->pfd[0].contents[0], PFCP_PFD_FLOW, flow, strlen(flow)) ||
	    upf_pfds_update(&h.upf.pfds, &request, &ie, &why) != PFCP_CAUSE_ACCEPTED)
		abort();
}

static void downlink_data(const struct upf_session *s)
{
	const struct upf_rules *rules = upf_session_rules(&h.upf, s);

	if (rules->n_pdr)
		upf_downlink_data(s->seid, rules->pdr[rules->n_pdr - 1].id, 9, &h.upf);
}

static void message(uint8_t flags, const uint8_t *bytes, size_t len)
{
	static const char *const addresses[] = {"10.100.128.1", "10.100.128.2", "10.100.128.3",
						"10.100.128.4"};
	static uint8_t buf[65536];
	const struct upf_session *s = latest();
	bool session = len >= 16 && (bytes[0] & 1);

	memcpy(buf, bytes, len);
	if ((flags & SEID) && session && s)
		put(buf + 4, s->seid, 8);
	if ((flags & SEQUENCE) && len >= 8)
		put(buf + (session ? 12 : 4), h.sequence++, 3);
	if ((flags & ERROR) && s && s->n_remote)
		error_indication(s);
	if ((flags & DATA) && s)
		downlink_data(s);
	if (flags & PFDS)
		flows_change();
	harness_bytes(&h, harness_ip(addresses[flags & FROM]), buf, len);
	upf_tables_require(&h.upf);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	harness_open_with(&h, harness_wide);
	flows_gone = true;
	flows_change();
	for (unsigned n = 0; size >= 3 && n < MESSAGES_MAX; n++) {
		uint8_t flags = data[0];
		size_t len = (size_t)data[1] << 8 | data[2];

		data += 3;
		size -= 3;
		if (len > size)
			len = size;
		message(flags, data, len);
		data += len;
		size -= len;
	}
	harness_close(&h);
	return 0;
}
