// SPDX-License-Identifier: Apache-2.0
/*
 * What rules do beyond one tunnel each way: dataplane_rules BACKEND. SDF filters against the
 * reference that says what they mean, precedence, QFIs; bit rates; what URRs count, wait for and
 * stop.
 */
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/ipfilter/ipfilter.h"
#include "tests/integration/dataplane_bed.h"

enum {
	FILTERS = 150,
	PACKETS_EACH = 12,
	IP_HEADER = 20,
	BURST_MS = 10, /* who is silent for longer has lost what he might have sent */
	IP6_HEADER = 40,
	PAYLOAD = 16,
	PACKET = 128,
	FILTER_TEXT = 256
};

static const struct packet uplink = {.form = PACKET_TUNNEL,
				     .outer_src = GNB_N3,
				     .outer_dst = UPF_N3,
				     .teid = TEID_UPF,
				     .src = UE,
				     .dst = SERVER};
static const struct packet downlink = {.form = PACKET_PLAIN, .src = SERVER, .dst = UE};

/* What the data plane has told */
static struct {
	unsigned usage, downlink_data;
	uint64_t session;
	uint32_t urr;
	uint16_t pdr;
} told;

static void on_usage(uint64_t session, uint32_t urr, void *user)
{
	told.usage++;
	told.session = session;
	told.urr = urr;
}

static void on_downlink_data(uint64_t session, uint16_t pdr, uint8_t qfi, void *user)
{
	told.downlink_data++;
	told.session = session;
	told.pdr = pdr;
}

static uint64_t dropped(struct bed *bed)
{
	uint64_t drops[DP_DROP_REASONS], sum = 0;

	dataplane_drops(bed->dp, drops);
	for (size_t i = 0; i < DP_DROP_REASONS; i++)
		sum += drops[i];
	return sum;
}

/* Return: whether it came out; it was dropped otherwise, and counted */
static bool comes_out(struct bed *bed, enum port in, const struct packet *packet, enum port out)
{
	const uint64_t before = dropped(bed), end = now_ms() + WAIT_MS;

	inject(bed, in, packet);
	while (now_ms() < end) {
		if (receive(bed, out, 1))
			return true;
		if (dropped(bed) != before)
			return false;
	}
	bail("a packet that was neither sent on nor dropped", ETIMEDOUT);
}

/* ---- filters ---- */

enum { HOSTS = 5 };

/* The first is the UE; of IPv6 one more address of its prefix may be */
static const char *const hosts4[HOSTS] = {UE, SERVER, "10.70.0.2", "10.70.1.1", "192.0.2.1"};
static const char *const hosts6[HOSTS] = {UE6, SERVER6, "2001:db8:70::2", "2001:db8:71::1",
					  "2001:db8:60:2::99"};
static const uint8_t protocols[] = {6, 17, 132, 1, 50, 51, 47};

static unsigned any(unsigned count)
{
	return (unsigned)random() % count;
}

static void random_payload(uint8_t *ret)
{
	for (size_t i = 0; i < PAYLOAD; i++)
		ret[i] = (uint8_t)(any(3) ? 0 : any(256));
	ret[1] = (uint8_t)any(8);
	ret[3] = (uint8_t)any(8);
}

/* Extension headers before the payload, now and then; Return: their octets */
static size_t random_headers(uint8_t *ret, uint8_t *next)
{
	static const uint8_t types[] = {0, 43, 60, 135, 139, 140, 44};
	size_t size = 0;

	while (!any(3) && size < 32) {
		const uint8_t type = types[any(sizeof(types))];

		ret[size] = *next;
		if (type == 44)
			ret[size + 3] = (uint8_t)(any(2) ? 1 : any(256));
		*next = type;
		size += 8;
	}
	/* the first header's type is the last one that was made: turn them round */
	for (size_t i = 0; i < size / 16 * 8; i++) {
		const uint8_t swap = ret[i];
		const size_t other = size - 8 - i / 8 * 8 + i % 8;

		ret[i] = ret[other];
		ret[other] = swap;
	}
	return size;
}

static size_t random_packet6(bool up, uint8_t ret[PACKET])
{
	const struct in6_addr ue = ip6(any(2) ? UE6 : "2001:db8:60:2::99"),
			      other = ip6(hosts6[1 + any(3)]);
	uint8_t next = protocols[any(sizeof(protocols))];
	size_t more;

	memset(ret, 0, PACKET);
	more = random_headers(ret + IP6_HEADER, &next);
	ret[0] = 0x60;
	if (!any(2))
		ret[0] |= (uint8_t)any(16);
	ret[1] = (uint8_t)(any(2) ? 0 : any(256));
	ret[3] = (uint8_t)any(4);
	ret[5] = (uint8_t)(more + PAYLOAD);
	ret[6] = next;
	ret[7] = 64;
	memcpy(ret + 8, up ? &ue : &other, 16);
	memcpy(ret + 24, up ? &other : &ue, 16);
	random_payload(ret + IP6_HEADER + more);
	return IP6_HEADER + more + PAYLOAD;
}

/* A packet that some of the filters meet: from the UE or to it */
static size_t random_packet4(bool up, uint8_t ret[PACKET])
{
	const size_t size = IP_HEADER + PAYLOAD;
	const struct in_addr ue = ip(UE), other = ip(hosts4[1 + any(4)]);
	uint16_t check;

	memset(ret, 0, PACKET);
	ret[0] = 0x45;
	ret[1] = (uint8_t)(any(2) ? 0 : any(256));
	ret[3] = (uint8_t)size;
	if (!any(8))
		ret[7] = (uint8_t)(1 +
				   any(3)); /* a fragment that isn't the first: it has no ports */
	ret[8] = 64;
	ret[9] = protocols[any(sizeof(protocols))];
	memcpy(ret + 12, up ? &ue : &other, 4);
	memcpy(ret + 16, up ? &other : &ue, 4);
	random_payload(ret + IP_HEADER);
	check = packet_checksum(ret, IP_HEADER);
	ret[10] = (uint8_t)(check >> 8);
	ret[11] = (uint8_t)check;
	return size;
}

static int random_side(char *buf, size_t size, bool assigned, bool v6)
{
	const char *const *hosts = v6 ? hosts6 : hosts4;
	char address[64], ports[32] = "";

	switch (any(4)) {
	case 0:
		snprintf(address, sizeof(address), "%s", assigned ? "assigned" : "any");
		break;
	case 1:
		snprintf(address, sizeof(address), "any");
		break;
	case 2:
		snprintf(address, sizeof(address), "%s", hosts[any(5)]);
		break;
	default:
		snprintf(address, sizeof(address), "%s/%u", hosts[any(5)], 1 + any(v6 ? 128 : 32));
	}
	if (!any(3))
		snprintf(ports, sizeof(ports), any(2) ? " %u" : " %u-6", any(6));
	return snprintf(buf, size, "%s%s", address, ports);
}

static struct ipfilter_sdf random_filter(char text[FILTER_TEXT], bool v6)
{
	static const char *const names[] = {"ip", "6", "17", "132", "1", "50"};
	char from[112], to[112];
	struct ipfilter_sdf sdf = {.has_flow = true};

	do {
		memset(&sdf, 0, sizeof(sdf));
		sdf.has_flow = true;
		random_side(from, sizeof(from), false, v6);
		random_side(to, sizeof(to), true, v6);
		snprintf(text, FILTER_TEXT, "permit out %s from %s to %s", names[any(6)], from, to);
		if (!any(3)) {
			sdf.has_tos = true;
			sdf.tos = (uint8_t)any(256);
			sdf.tos_mask = (uint8_t)(1u << any(8));
		}
		if (v6 && !any(6)) {
			sdf.has_flow_label = true;
			sdf.flow_label = any(4);
		}
	} while (ipfilter_parse(text, strlen(text), IPFILTER_SDF, &sdf.flow, NULL) ||
		 ipfilter_sdf_check(&sdf, NULL));
	return sdf;
}

/* The filter's packets are dropped, all others pass */
static struct dp_session filtering(struct bed *bed, const struct ipfilter_sdf *sdf, bool up)
{
	struct dp_session s = upf_session(bed, 1, UE, TEID_UPF, TEID_GNB);
	const unsigned way = up ? 0 : 1;
	size_t count = 0;

	s.ue[1] = prefix("2001:db8:60:2::", 64);
	s.ue_count = 2;
	s.pdr[0].ue = s.pdr[1].ue = 3;
	s.pdr[2] = s.pdr[way];
	s.pdr[2].id = 3;
	s.pdr[2].precedence = 1;
	s.pdr[2].far = 2;
	s.far[2] = (struct dp_far){.id = 3, .action = DP_DROP};
	s.pdr_count = s.far_count = 3;
	if (ipfilter_pack(sdf, up, s.filter, DP_FILTERS_MAX, &count))
		bail("ipfilter_pack", EINVAL);
	s.filter_count = (uint8_t)count;
	s.pdr[2].filter_count = (uint8_t)count;
	return s;
}

static bool filter_agrees(struct bed *bed, const struct ipfilter_sdf *sdf, const char *text,
			  bool up, bool v6)
{
	const struct ipfilter_ue ue = {.v4 = true,
				       .ip4 = ip(UE),
				       .v6 = true,
				       .ip6 = ip6("2001:db8:60:2::"),
				       .ip6_bits = 64};
	const struct dp_session s = filtering(bed, sdf, up);

	apply(bed, &s);
	for (unsigned i = 0; i < PACKETS_EACH; i++) {
		struct packet packet = up ? uplink : downlink;
		struct ipfilter_packet view;
		uint8_t octets[PACKET];
		char hex[2 * PACKET + 2];
		size_t len = v6 ? random_packet6(up, octets) : random_packet4(up, octets);
		bool wanted, out;

		for (size_t o = 0; o < len; o++)
			snprintf(hex + 2 * o, 3, "%02x", octets[o]);
		packet.inner = hex;
		packet.src = v6 ? SERVER6 : SERVER;
		wanted = !ipfilter_packet_read(octets, len, &view);
		if (!wanted && !up)
			continue; /* the stack's */
		wanted = wanted && !ipfilter_sdf_match(sdf, &view, &ue, up);
		out = comes_out(bed, up ? PORT_N3 : PORT_N6, &packet, up ? PORT_N6 : PORT_N3);
		if (out == wanted)
			continue;
		tap_note("%s, tos %u/%u: %s, packet %s", text, sdf->tos, sdf->tos_mask,
			 out ? "passed" : "dropped", hex);
		return false;
	}
	return true;
}

static void filters_check(struct bed *bed, bool v6)
{
	unsigned agree = 0;

	for (unsigned i = 0; i < FILTERS; i++) {
		char text[FILTER_TEXT];
		struct ipfilter_sdf sdf = random_filter(text, v6);

		agree += filter_agrees(bed, &sdf, text, i % 2, v6);
	}
	tap_ok(agree == FILTERS,
	       "%u of %d filters mean to packets of IPv%d what the reference says", agree, FILTERS,
	       v6 ? 6 : 4);
}

/* ---- order, QFIs ---- */

/* As many rules as a session may have: the one that matches is the last of them */
static void chain_check(struct bed *bed)
{
	struct dp_session s = upf_session(bed, 1, UE, TEID_UPF, TEID_GNB);
	struct ipfilter_sdf sdf = {.has_flow = true};
	const char *none = "permit out 17 from 192.0.2.77 to assigned";
	size_t count;
	bool passed;

	if (ipfilter_parse(none, strlen(none), IPFILTER_SDF, &sdf.flow, NULL) ||
	    ipfilter_pack(&sdf, true, s.filter, 1, &count))
		bail("a filter", EINVAL);
	s.pdr[1].precedence = 500;
	s.pdr[0].precedence = 400;
	s.far[2] = (struct dp_far){.id = 3, .action = DP_DROP};
	s.far_count = 3;
	for (s.filter_count = 1; s.filter_count < DP_FILTERS_MAX; s.filter_count++)
		s.filter[s.filter_count] = s.filter[0];
	for (s.pdr_count = 2; s.pdr_count < DP_PDRS_MAX; s.pdr_count++) {
		struct dp_pdr *pdr = &s.pdr[s.pdr_count];

		*pdr = s.pdr[0];
		pdr->id = (uint16_t)(s.pdr_count + 1u);
		pdr->precedence = 300;
		pdr->far = 2;
		pdr->filter_first = (uint8_t)((s.pdr_count - 2) * 4);
		pdr->filter_count = 4;
	}
	apply(bed, &s);
	passed = comes_out(bed, PORT_N3, &uplink, PORT_N6);
	tap_ok(passed, "behind 120 filters of 30 PDRs the last rule is met");
	s.pdr[2].filter_count = 0; /* it is any packet's now */
	apply(bed, &s);
	tap_ok(!comes_out(bed, PORT_N3, &uplink, PORT_N6), "and one before it, once it matches");
}

static void qfis_check(struct bed *bed)
{
	struct dp_session s = upf_session(bed, 1, UE, TEID_UPF, TEID_GNB);
	struct packet packet = uplink;
	unsigned right = 0;

	s.pdr[0].qfis = 1ull << 5 | 1ull << 9 | 1ull << 63 | 1;
	apply(bed, &s);
	packet.psc = PSC_UL;
	for (unsigned qfi = 0; qfi < 64; qfi++) {
		packet.qfi = (uint8_t)qfi;
		right += comes_out(bed, PORT_N3, &packet, PORT_N6) == (s.pdr[0].qfis >> qfi & 1);
	}
	tap_ok(right == 64, "of all QFIs those that a PDR names pass, QFI 0 among them");
	tap_ok(!comes_out(bed, PORT_N3, &uplink, PORT_N6), "without a container there is none");
}

/* ---- rates ---- */

static struct dp_session limited(struct bed *bed, uint64_t kbps, uint64_t guaranteed)
{
	struct dp_session s = upf_session(bed, 1, UE, TEID_UPF, TEID_GNB);

	s.qer_count = 1;
	s.qer[0] = (struct dp_qer){
		.id = 7, .mbr_kbps = {kbps, UINT64_MAX}, .gbr_kbps = {guaranteed, UINT64_MAX}};
	s.pdr[0].qer_count = s.pdr[1].qer_count = 1;
	return s;
}

/* Octets that pass in @ms, of twice as many as may */
static uint64_t passed_in(struct bed *bed, const struct packet *packet, unsigned ms, double *ret_s)
{
	const uint64_t begin = now_ms();
	uint64_t now, last = begin, idle = 0;
	struct dp_counters before, after;

	dataplane_session_counters(bed->dp, 1, &before);
	while ((now = now_ms()) - begin < ms) {
		if (now - last > BURST_MS)
			idle += now - last - BURST_MS;
		last = now;
		inject(bed, PORT_N3, packet);
		while (receive(bed, PORT_N6, 0))
			;
	}
	*ret_s = (double)(now - begin - idle) / 1e3;
	dataplane_session_counters(bed->dp, 1, &after);
	return after.uplink_bytes - before.uplink_bytes;
}

static void rate_check(struct bed *bed, uint64_t kbps, uint16_t size)
{
	const struct dp_session s = limited(bed, kbps, UINT64_MAX);
	struct packet packet = uplink;
	double took, rate = 0, share = 0;

	apply(bed, &s);
	packet.size = size;
	/* what starves the kernel's threads isn't seen here: then again. More must never pass */
	for (int i = 0; i < 4 && share <= 0.95; i++) {
		(void)passed_in(bed, &packet, 300, &took); /* what may pass at once is used up */
		rate = (double)passed_in(bed, &packet, 2000, &took) * 8 / 1000 / took;
		share = rate / (double)kbps;
	}
	tap_ok(share > 0.95 && share < 1.05, "MBR %lu kbit/s: %.1f kbit/s pass (%.3f)",
	       (unsigned long)kbps, rate, share);
}

static void rates_check(struct bed *bed)
{
	struct dp_session s;
	uint64_t before;

	rate_check(bed, 100, 60);
	rate_check(bed, 1000, 100);
	rate_check(bed, 50000, 1400);
	before = drop_count(bed, DP_DROP_RATE);
	tap_ok(before > 0, "what doesn't is counted");
	s = limited(bed, UINT64_MAX, UINT64_MAX);
	apply(bed, &s);
	for (unsigned i = 0; i < 1000; i++)
		inject(bed, PORT_N3, &uplink);
	while (receive(bed, PORT_N6, 20))
		;
	tap_ok(drop_count(bed, DP_DROP_RATE) == before, "without a rate all pass");
}

/* ---- usage ---- */

static const struct dp_volume never = {UINT64_MAX, {UINT64_MAX, UINT64_MAX}};

static struct dp_session counted(struct bed *bed)
{
	struct dp_session s = upf_session(bed, 1, UE, TEID_UPF, TEID_GNB);
	const struct dp_urr_limits none = {never, never, never, never, false, false};

	s.urr_count = 2;
	s.urr[0] = (struct dp_urr){.id = 21, .limits = none, .over = DP_OVER_DROP};
	s.urr[1] = (struct dp_urr){.id = 22, .limits = none, .over = DP_OVER_DROP};
	s.pdr[0].urr_count = 2;
	s.pdr[0].urr[0] = 0;
	s.pdr[0].urr[1] = 1;
	s.pdr[1].urr_count = 1;
	s.pdr[1].urr[0] = 0;
	return s;
}

static bool has_counted(struct bed *bed, uint32_t urr, uint64_t up, uint64_t down)
{
	struct dp_urr_counters c;

	if (dataplane_urr_counters(bed->dp, 1, urr, &c)) {
		tap_note("no URR %u", urr);
		return false;
	}
	if (c.octets[0] == up * 100 && c.octets[1] == down * 100 && c.packets[0] == up &&
	    c.packets[1] == down)
		return true;
	tap_note("URR %u: %lu octets of %lu packets up, %lu of %lu down", urr,
		 (unsigned long)c.octets[0], (unsigned long)c.packets[0],
		 (unsigned long)c.octets[1], (unsigned long)c.packets[1]);
	return false;
}

static void pass(struct bed *bed, unsigned up, unsigned down)
{
	while (up--)
		if (!comes_out(bed, PORT_N3, &uplink, PORT_N6))
			bail("uplink", EIO);
	while (down--)
		if (!comes_out(bed, PORT_N6, &downlink, PORT_N3))
			bail("downlink", EIO);
}

static void usage_check(struct bed *bed)
{
	struct dp_session s = counted(bed);

	apply(bed, &s);
	pass(bed, 5, 3);
	tap_ok(has_counted(bed, 21, 5, 3) && has_counted(bed, 22, 5, 0),
	       "each URR has counted its PDRs' packets");
	s.pdr[0].urr_count = 1; /* URR 22 is nobody's now */
	s.pdr[1].urr[0] = 1;	/* and then the downlink's */
	apply(bed, &s);
	pass(bed, 2, 4);
	tap_ok(has_counted(bed, 21, 7, 3) && has_counted(bed, 22, 5, 4),
	       "whose packets are a URR's can change, and nothing is lost or counted twice");
	for (unsigned i = 0; i < 200; i++) { /* so often that accounts are used again */
		s.pdr[0].urr[0] = (uint8_t)(i & 1);
		apply(bed, &s);
		pass(bed, 1, 0);
	}
	tap_ok(has_counted(bed, 21, 107, 3) && has_counted(bed, 22, 105, 4),
	       "nor when that is done 200 times");
	s.urr_count = 1;
	s.pdr[0].urr[0] = 0;
	s.pdr[1].urr_count = 0;
	apply(bed, &s);
	tap_ok(has_counted(bed, 21, 107, 3), "a URR that stays keeps what it has");
	tap_ok(dataplane_session_remove(bed->dp, 1) == 0, "removed");
	apply(bed, &s);
	tap_ok(has_counted(bed, 21, 0, 0), "and one that is made anew begins at nothing");
}

/* Events wait for the data plane's owner */
static unsigned usage_told(struct bed *bed)
{
	(void)receive(bed, PORT_N6, 20);
	return told.usage;
}

static void limits_check(struct bed *bed)
{
	struct dp_session s = counted(bed);
	struct dp_urr_limits *l = &s.urr[0].limits;
	uint64_t over;

	memset(&told, 0, sizeof(told));
	l->notify.total = 500;
	l->quota.total = 1000;
	apply(bed, &s);
	pass(bed, 2, 2);
	tap_ok(!usage_told(bed), "below its threshold nothing is told");
	pass(bed, 1, 0);
	tap_ok(usage_told(bed) == 1 && told.session == 1 && told.urr == 21,
	       "with the packet that reaches it, it is");
	pass(bed, 2, 1);
	tap_ok(usage_told(bed) == 1, "once");
	l->notify.total = 900;
	tap_ok(!dataplane_urr_limits(bed->dp, 1, 21, l), "another one is set");
	pass(bed, 1, 1);
	tap_ok(usage_told(bed) == 2, "and told");
	over = drop_count(bed, DP_DROP_QUOTA);
	tap_ok(!comes_out(bed, PORT_N3, &uplink, PORT_N6) &&
		       !comes_out(bed, PORT_N6, &downlink, PORT_N3) &&
		       drop_count(bed, DP_DROP_QUOTA) == over + 2,
	       "at its quota nothing passes, either way");
	tap_ok(has_counted(bed, 21, 6, 4), "nor is counted");
	l->quota.total = 2000;
	l->notify.total = UINT64_MAX;
	(void)dataplane_urr_limits(bed->dp, 1, 21, l);
	pass(bed, 5, 5);
	tap_ok(!comes_out(bed, PORT_N3, &uplink, PORT_N6), "with more of it, as much more does");
	tap_ok(dataplane_urr_limits(bed->dp, 1, 99, l) == -EINVAL ||
		       dataplane_urr_limits(bed->dp, 1, 99, l) == -ENOENT,
	       "a URR that isn't there has no limits");
}

static void start_check(struct bed *bed)
{
	struct dp_session s = counted(bed);

	memset(&told, 0, sizeof(told));
	(void)dataplane_session_remove(bed->dp, 1);
	s.urr[1].limits.start = true;
	apply(bed, &s);
	tap_ok(!usage_told(bed), "no traffic, no start of it");
	pass(bed, 1, 0);
	tap_ok(usage_told(bed) == 1 && told.urr == 22, "the first packet is told");
	pass(bed, 3, 0);
	tap_ok(usage_told(bed) == 1, "the next ones aren't");
}

static void notify_check(struct bed *bed)
{
	struct dp_session s = upf_session(bed, 1, UE, TEID_UPF, TEID_GNB);

	memset(&told, 0, sizeof(told));
	s.far[1].action = DP_DROP;
	s.far[1].notify = true;
	apply(bed, &s);
	for (int i = 0; i < 3; i++)
		(void)comes_out(bed, PORT_N6, &downlink, PORT_N3);
	(void)usage_told(bed);
	tap_ok(told.downlink_data == 1 && told.session == 1 && told.pdr == s.pdr[1].id,
	       "the first downlink packet that a FAR drops is told, where it asks for it");
	apply(bed, &s);
	(void)comes_out(bed, PORT_N6, &downlink, PORT_N3);
	(void)usage_told(bed);
	tap_ok(told.downlink_data == 2, "and again when the rules were applied anew");
}

/* ---- packets that wait ---- */

enum { DOWNLINK_MORE = 14 + 44, UPLINK_MORE = 14 };

/* The data plane's owner has time, and nothing is taken from where packets of that way come out */
static void settle(struct bed *bed, bool up)
{
	for (int i = 0; i < 20; i++)
		(void)receive(bed, up ? PORT_N3 : PORT_N6, 1);
}

/* Packets told apart by their size, from 100 on */
static void send_sizes(struct bed *bed, bool up, unsigned from, unsigned count)
{
	struct packet packet = up ? uplink : downlink;

	for (unsigned i = 0; i < count; i++) {
		packet.size = (uint16_t)(100 + from + i);
		inject(bed, up ? PORT_N3 : PORT_N6, &packet);
	}
}

/* Return: how many come, in order and each once */
static unsigned come(struct bed *bed, bool up, unsigned from, unsigned wait_ms)
{
	const enum port port = up ? PORT_N6 : PORT_N3;
	const size_t more = up ? UPLINK_MORE : DOWNLINK_MORE;
	unsigned count = 0;
	size_t len;

	while ((len = receive(bed, port, (int)wait_ms))) {
		if (len != more + 100 + from + count) {
			tap_note("size %zu in the place of %zu", len - more,
				 (size_t)(100 + from + count));
			return 0;
		}
		count++;
	}
	return count;
}

static struct dp_session buffering(struct bed *bed, bool up, uint16_t room)
{
	struct dp_session s = upf_session(bed, 1, UE, TEID_UPF, TEID_GNB);
	struct dp_far *far = &s.far[up ? 0 : 1];

	far->action = DP_BUFFER;
	far->notify = true;
	far->buffer_packets = room;
	return s;
}

static void buffer_check(struct bed *bed, bool up)
{
	const char *way = up ? "uplink" : "downlink";
	struct dp_session s = buffering(bed, up, 0);
	uint64_t held;
	unsigned n;

	memset(&told, 0, sizeof(told));
	apply(bed, &s);
	send_sizes(bed, up, 0, 5);
	tap_ok(come(bed, up, 0, 50) == 0 && told.downlink_data == 1,
	       "%s that is buffered doesn't come out, and is told once", way);
	pass(bed, up ? 0 : 1, up ? 1 : 0);
	tap_ok(1, "the other way passes meanwhile");
	s = upf_session(bed, 1, UE, TEID_UPF, TEID_GNB);
	apply(bed, &s);
	send_sizes(bed, up, 5, 5);
	n = come(bed, up, 0, 200);
	tap_ok(n == 10, "%s: %u of 10 come when it forwards, in order, and what comes then behind",
	       way, n);
	s = buffering(bed, up, 3);
	held = drop_count(bed, DP_DROP_HELD);
	apply(bed, &s);
	send_sizes(bed, up, 0, 5);
	settle(bed, up);
	tap_ok(drop_count(bed, DP_DROP_HELD) == held + 2, "%s: no more wait than the FAR says",
	       way);
	tap_ok(dataplane_session_discard(bed->dp, 1) == 3, "%s: three are discarded", way);
	send_sizes(bed, up, 0, 2);
	s = upf_session(bed, 1, UE, TEID_UPF, TEID_GNB);
	apply(bed, &s);
	n = come(bed, up, 0, 100);
	tap_ok(n == 2, "%s: and %u of the two behind them come", way, n);
}

/* Over and over, with packets all the time */
static void buffer_order_check(struct bed *bed)
{
	struct dp_session buffers = buffering(bed, false, 4000), forwards = buffers;
	unsigned sent = 0, came = 0;

	forwards.far[1].action = DP_FORWARD;
	for (unsigned i = 0; i < 20; i++) {
		apply(bed, &buffers);
		send_sizes(bed, false, sent, 20);
		sent += 20;
		if (i % 3)
			settle(bed, false);
		apply(bed, &forwards);
		send_sizes(bed, false, sent, 20);
		sent += 20;
	}
	while (came < sent) {
		const unsigned more = come(bed, false, came, 100);

		if (!more)
			break;
		came += more;
	}
	tap_ok(came == sent, "20 times buffered and let go: %u of %u packets, all in order", came,
	       sent);
}

/* One flow's packets wait, another's of the same session don't */
static void buffer_flow_check(struct bed *bed)
{
	const char *text = "permit out 17 from 10.70.0.1 to assigned";
	struct dp_session s = buffering(bed, false, 0);
	struct ipfilter_sdf sdf = {.has_flow = true};
	struct packet other = downlink;
	size_t count;

	if (ipfilter_parse(text, strlen(text), IPFILTER_SDF, &sdf.flow, NULL) ||
	    ipfilter_pack(&sdf, false, s.filter, 1, &count))
		bail("a filter", EINVAL);
	s.pdr[2] = s.pdr[1];
	s.pdr[2].id = 3;
	s.pdr[2].precedence = 200;
	s.pdr[2].far = 2;
	s.far[2] = (struct dp_far){.id = 3, .action = DP_FORWARD, .to = tunnel(GNB_N3, TEID_GNB)};
	s.pdr[1].filter_count = s.filter_count = 1;
	s.pdr_count = s.far_count = 3;
	apply(bed, &s);
	send_sizes(bed, false, 0, 3);
	other.src = "10.70.0.2";
	tap_ok(comes_out(bed, PORT_N6, &other, PORT_N3), "another flow of the session passes");
	s.far[1].action = DP_FORWARD;
	apply(bed, &s);
	tap_ok(come(bed, false, 0, 100) == 3, "then the one that waited");
	s.far[1].action = DP_BUFFER;
	apply(bed, &s);
	send_sizes(bed, false, 0, 3);
	settle(bed, false);
	tap_ok(!dataplane_session_remove(bed->dp, 1) && !come(bed, false, 0, 50),
	       "a session that ends takes with it what waits");
	s = upf_session(bed, 1, UE, TEID_UPF, TEID_GNB);
	apply(bed, &s);
	pass(bed, 3, 3);
	tap_ok(1, "and the next one in its place has nothing of it");
}

/* ---- copies, and another way for what is over quota ---- */

/* Return: whether a packet comes on N3 to this tunnel, with the UE's inside */
static bool comes_to(struct bed *bed, const char *peer, uint32_t teid)
{
	const struct in_addr want = ip(peer);
	const size_t len = receive(bed, PORT_N3, 200);

	return len > 50 && !memcmp(frame + 30, &want, 4) && frame[46] == (uint8_t)(teid >> 24) &&
	       frame[47] == (uint8_t)(teid >> 16) && frame[48] == (uint8_t)(teid >> 8) &&
	       frame[49] == (uint8_t)teid;
}

static void duplicate_check(struct bed *bed)
{
	struct dp_session s = counted(bed);
	unsigned copies = 0;

	(void)dataplane_session_remove(bed->dp, 1);
	s.far[0].duplicate_count = s.far[1].duplicate_count = 2;
	s.far[0].duplicate[0] = s.far[1].duplicate[0] = tunnel(UPF2_N3, 0x7001);
	s.far[0].duplicate[1] = s.far[1].duplicate[1] = tunnel(UPF2_N3, 0x7002);
	apply(bed, &s);
	inject(bed, PORT_N3, &uplink);
	tap_ok(receive(bed, PORT_N6, WAIT_MS) == UPLINK_MORE + 100, "uplink goes where it did");
	copies += comes_to(bed, UPF2_N3, 0x7001);
	copies += comes_to(bed, UPF2_N3, 0x7002);
	tap_ok(copies == 2, "%u of two copies of it elsewhere", copies);
	inject(bed, PORT_N6, &downlink);
	copies = 0;
	for (int i = 0; i < 3; i++) {
		const size_t len = receive(bed, PORT_N3, 200);

		copies += len == DOWNLINK_MORE + 100;
	}
	tap_ok(copies == 3, "downlink: %u of packet and two copies", copies);
	tap_ok(has_counted(bed, 21, 1, 1), "copies aren't counted");
}

static void over_check(struct bed *bed)
{
	struct dp_session s = counted(bed);

	(void)dataplane_session_remove(bed->dp, 1);
	s.far[2] = (struct dp_far){.id = 3, .action = DP_FORWARD, .to = tunnel(UPF2_N3, 0x7003)};
	s.far_count = 3;
	s.urr[0].over = 2;
	s.urr[0].limits.quota.total = 200;
	apply(bed, &s);
	pass(bed, 1, 1);
	inject(bed, PORT_N3, &uplink);
	tap_ok(comes_to(bed, UPF2_N3, 0x7003), "uplink over quota goes by the other FAR");
	inject(bed, PORT_N6, &downlink);
	tap_ok(comes_to(bed, UPF2_N3, 0x7003), "so does downlink");
	tap_ok(!receive(bed, PORT_N6, 20) && has_counted(bed, 21, 1, 1),
	       "and nowhere else, and isn't counted");
}

int main(int argc, char **argv)
{
	const struct dp_events events = {.usage = on_usage, .downlink_data = on_downlink_data};
	const char *backend = argc > 1 ? argv[1] : "ebpf";
	struct bed bed;

	srandom(20261122);
	upf_start(&bed, backend, &events);
	filters_check(&bed, false);
	filters_check(&bed, true);
	chain_check(&bed);
	qfis_check(&bed);
	rates_check(&bed);
	usage_check(&bed);
	limits_check(&bed);
	start_check(&bed);
	notify_check(&bed);
	buffer_check(&bed, false);
	buffer_check(&bed, true);
	buffer_order_check(&bed);
	buffer_flow_check(&bed);
	duplicate_check(&bed);
	over_check(&bed);
	bed_free(&bed);
	tap_end();
	return 0;
}
