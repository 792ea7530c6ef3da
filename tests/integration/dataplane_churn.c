// SPDX-License-Identifier: Apache-2.0
/*
 * Sessions that change at random, and a reference that says what becomes of a packet and what it
 * is counted for: dataplane_churn BACKEND (ebpf, xdp). Then so many sessions made, modified and
 * removed that whatever they leave behind shows. BATON_SEED chooses another sequence.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tests/integration/dataplane_bed.h"

enum {
	SESSIONS = 12,
	STEPS = 3000,
	PACKETS_EACH = 3,
	TEIDS = 20,
	UES = 16,
	PDRS = 10,
	URRS = 5,
	OUT_MAX = 4,
	LIVES = 100000,
	AT_ONCE = 1000,
};

/* What a session is, by the reference */
static struct model {
	struct dp_session session; /* id 0: it isn't there */
	uint64_t packets[2], urr[URRS + 1][2];
} model[SESSIONS + 1];

/* In a table by their lowest bits these are few: the others go beside it */
static uint32_t teid_of(unsigned n)
{
	return 0x100 + (n % 5) + ((n / 5) << 20);
}

static const char *ue_of(unsigned n)
{
	static char text[32];

	snprintf(text, sizeof(text), "10.60.2.%u", 1 + n);
	return text;
}

static unsigned any(unsigned count)
{
	return (unsigned)random() % count;
}

/* ---- rule sets ---- */

static void random_far(struct dp_session *s, unsigned of_session)
{
	struct dp_far *far = &s->far[s->far_count];
	const uint32_t teid = of_session << 16 | any(1 << 12) << 4;

	*far = (struct dp_far){.id = s->far_count + 1u,
			       .action = any(6) ? DP_FORWARD : DP_DROP,
			       .to = tunnel(any(3) ? GNB_N3 : UPF2_N3, teid | 1)};
	if (far->action == DP_FORWARD && !any(4))
		far->duplicate_count = (uint8_t)(1 + any(2));
	for (uint8_t i = 0; i < far->duplicate_count; i++)
		far->duplicate[i] = tunnel(any(2) ? GNB_N3 : UPF2_N3, teid | (2u + i));
	s->far_count++;
}

static void random_filters(struct dp_session *s, struct dp_pdr *pdr)
{
	pdr->filter_first = s->filter_count;
	pdr->filter_count = (uint8_t)any(4);
	for (uint8_t i = 0; i < pdr->filter_count; i++)
		s->filter[s->filter_count++] = (struct ipfilter_packed){
			.flags = (uint16_t)(IPFILTER_PACKED_IP4 |
					    (pdr->direction == DP_UPLINK ? IPFILTER_PACKED_UPLINK
									 : 0)),
			.tos = (uint8_t)(any(6) << 2),
			.tos_mask = 0xfc};
}

static void random_pdr(struct dp_session *s, uint16_t id)
{
	struct dp_pdr *pdr = &s->pdr[s->pdr_count++];
	const bool up = any(2);

	*pdr = (struct dp_pdr){.id = id,
			       .precedence = any(8),
			       .source = up ? DP_N3 : DP_N6,
			       .direction = up ? DP_UPLINK : DP_DOWNLINK,
			       .ue = 1,
			       .teid = up ? teid_of(any(TEIDS)) : 0,
			       .remove_outer = up,
			       .qfis = up && !any(4) ? UINT64_C(1) << 9 : 0,
			       .mark.qfi = (uint8_t)(any(2) ? 9 : 0),
			       .far = (uint8_t)any(s->far_count),
			       .qer_count = (uint8_t)any(2)};
	random_filters(s, pdr);
	for (uint8_t i = 0; i < s->urr_count; i++)
		if (any(2))
			pdr->urr[pdr->urr_count++] = i;
}

static struct dp_session random_session(unsigned n)
{
	struct dp_session s = {.id = n, .ue_count = 1};
	const unsigned fars = 1 + any(6);

	s.ue[0] = (struct dp_prefix){address(ue_of(any(UES))), 32};
	s.qer_count = 1;
	s.qer[0] = (struct dp_qer){.id = 1 + any(3), DP_QER_OPEN};
	s.qer[0].closed[DP_UPLINK] = !any(6);
	s.qer[0].closed[DP_DOWNLINK] = !any(6);
	if (any(2)) /* a bucket that never runs dry */
		s.qer[0].mbr_kbps[any(2)] = 10000000;
	for (uint32_t id = 1; id <= URRS; id++)
		if (s.urr_count < 4 && any(2)) {
			s.urr[s.urr_count] = (struct dp_urr){.id = id, DP_URR_NO_LIMITS};
			if (any(2)) /* that is never reached */
				s.urr[s.urr_count].limits.quota.total = UINT64_C(1) << 40;
			s.urr_count++;
		}
	for (unsigned i = 0; i < fars; i++)
		random_far(&s, n);
	for (uint16_t id = 1; id <= PDRS; id++)
		if (any(2))
			random_pdr(&s, id);
	return s;
}

/* ---- the reference ---- */

static bool claims(const struct dp_session *s, const struct dp_session *other)
{
	for (size_t i = 0; i < s->pdr_count; i++)
		for (size_t k = 0; k < other->pdr_count; k++) {
			const struct dp_pdr *a = &s->pdr[i], *b = &other->pdr[k];

			if (a->source != b->source)
				continue;
			if (a->source == DP_N3
				    ? a->teid == b->teid
				    : s->ue[0].addr.ip4.s_addr == other->ue[0].addr.ip4.s_addr)
				return true;
		}
	return false;
}

static bool is_anothers(const struct dp_session *s)
{
	for (size_t i = 1; i <= SESSIONS; i++)
		if (model[i].session.id && i != s->id && claims(s, &model[i].session))
			return true;
	return false;
}

static bool filters_match(const struct dp_session *s, const struct dp_pdr *pdr, uint8_t tos)
{
	bool found = !pdr->filter_count;

	for (size_t i = 0; i < pdr->filter_count; i++)
		found |= s->filter[pdr->filter_first + i].tos == (tos & 0xfc);
	return found;
}

/* TS 29.244 cl. 5.2.1: of those that match the one with the lowest precedence */
static const struct dp_pdr *pdr_of(const struct dp_session *s, const struct packet *p)
{
	const struct dp_pdr *best = NULL;
	const bool up = p->form == PACKET_TUNNEL;

	for (size_t i = 0; i < s->pdr_count; i++) {
		const struct dp_pdr *pdr = &s->pdr[i];

		if ((pdr->source == DP_N3) != up || (up && pdr->teid != p->teid) ||
		    (pdr->qfis && p->qfi != 9) || !filters_match(s, pdr, p->tos))
			continue;
		if (!best || pdr->precedence < best->precedence)
			best = pdr;
	}
	return best;
}

/* Return: how many packets come out, with these TEIDs */
static size_t expected(struct model *m, const struct packet *p, uint32_t ret[OUT_MAX])
{
	const struct dp_pdr *pdr = pdr_of(&m->session, p);
	const struct dp_far *far;
	size_t count = 0;

	if (!pdr)
		return 0;
	far = &m->session.far[pdr->far];
	if (far->action != DP_FORWARD ||
	    (pdr->qer_count && m->session.qer[0].closed[pdr->direction]))
		return 0;
	ret[count++] = far->to.teid;
	for (uint8_t i = 0; i < far->duplicate_count; i++)
		ret[count++] = far->duplicate[i].teid;
	m->packets[pdr->direction]++;
	for (uint8_t i = 0; i < pdr->urr_count; i++)
		m->urr[m->session.urr[pdr->urr[i]].id][pdr->direction]++;
	return count;
}

static void model_set(struct model *m, const struct dp_session *s)
{
	if (!m->session.id)
		memset(m, 0, sizeof(*m));
	for (uint32_t id = 1; id <= URRS; id++) {
		bool there = false;

		for (uint8_t i = 0; i < s->urr_count; i++)
			there |= s->urr[i].id == id;
		if (!there)
			memset(m->urr[id], 0, sizeof(m->urr[id]));
	}
	m->session = *s;
}

/* ---- comparison ---- */

static uint64_t dropped(struct bed *bed)
{
	uint64_t drops[DP_DROP_REASONS], sum = 0;

	dataplane_drops(bed->dp, drops);
	for (size_t i = 0; i < DP_DROP_REASONS; i++)
		sum += drops[i];
	return sum;
}

static bool take_teid(uint32_t *teids, size_t count, size_t len)
{
	const uint32_t teid = len < 50 ? 0
				       : (uint32_t)frame[46] << 24 | (uint32_t)frame[47] << 16 |
						 (uint32_t)frame[48] << 8 | frame[49];

	for (size_t i = 0; i < count; i++)
		if (teids[i] && teids[i] == teid) {
			teids[i] = 0;
			return true;
		}
	return false;
}

static bool packet_agrees(struct bed *bed, struct model *m, const struct packet *packet)
{
	const uint64_t before = dropped(bed), end = now_ms() + WAIT_MS;
	uint32_t teids[OUT_MAX] = {0};
	const size_t count = expected(m, packet, teids);
	size_t out = 0;

	inject(bed, packet->form == PACKET_TUNNEL ? PORT_N3 : PORT_N6, packet);
	while (now_ms() < end && (count ? out < count : dropped(bed) == before)) {
		const size_t len = receive(bed, PORT_N3, 1);

		if (!len)
			continue;
		if (!take_teid(teids, count, len)) {
			frame_note("not expected", frame, len);
			return false;
		}
		out++;
	}
	if (out != count || dropped(bed) != before + !count)
		tap_note("session %lu, %s: %zu of %zu came out, %lu dropped",
			 (unsigned long)m->session.id, packet->teid ? "up" : "down", out, count,
			 (unsigned long)(dropped(bed) - before));
	return out == count && dropped(bed) == before + !count && !receive(bed, PORT_N3, 0);
}

static bool counts_agree(struct bed *bed, const struct model *m)
{
	struct dp_urr_counters c;
	struct dp_counters all;
	bool ok = !dataplane_session_counters(bed->dp, m->session.id, &all) &&
		  all.uplink_packets == m->packets[DP_UPLINK] &&
		  all.downlink_packets == m->packets[DP_DOWNLINK];

	for (uint8_t i = 0; i < m->session.urr_count; i++) {
		const uint32_t id = m->session.urr[i].id;

		ok = ok && !dataplane_urr_counters(bed->dp, m->session.id, id, &c) &&
		     c.packets[0] == m->urr[id][0] && c.packets[1] == m->urr[id][1];
	}
	if (!ok)
		tap_note("session %lu has counted something else", (unsigned long)m->session.id);
	return ok;
}

static bool packets_agree(struct bed *bed, struct model *m)
{
	const struct dp_session *s = &m->session;

	for (unsigned i = 0; i < PACKETS_EACH && s->pdr_count; i++) {
		const struct dp_pdr *pdr = &s->pdr[any(s->pdr_count)];
		const bool up = pdr->source == DP_N3;
		char ue[INET_ADDRSTRLEN];
		const struct packet packet = {.form = up ? PACKET_TUNNEL : PACKET_PLAIN,
					      .outer_src = GNB_N3,
					      .outer_dst = UPF_N3,
					      .teid = pdr->teid,
					      .psc = up && any(2) ? PSC_UL : 0,
					      .qfi = 9,
					      .src = up ? ue : SERVER,
					      .dst = up ? SERVER : ue,
					      .tos = (uint8_t)(any(6) << 2)};
		struct packet bare = packet;

		if (!packet.psc)
			bare.qfi = 0;
		inet_ntop(AF_INET, &s->ue[0].addr.ip4, ue, sizeof(ue));
		if (!packet_agrees(bed, m, &bare))
			return false;
	}
	return counts_agree(bed, m);
}

/* One session is replaced or removed; then packets of it and of another */
static bool step(struct bed *bed)
{
	const unsigned n = 1 + any(SESSIONS), other = 1 + any(SESSIONS);
	struct dp_session s;
	int rc, want;

	if (!any(5)) {
		want = model[n].session.id ? 0 : -ENOENT;
		rc = dataplane_session_remove(bed->dp, n);
		model[n].session.id = 0;
	} else {
		s = random_session(n);
		want = is_anothers(&s) ? -EEXIST : 0;
		rc = dataplane_session_apply(bed->dp, &s, NULL);
		if (!rc)
			model_set(&model[n], &s);
	}
	if (rc != want) {
		tap_note("session %u: %d, not %d", n, rc, want);
		return false;
	}
	return (!model[n].session.id || packets_agree(bed, &model[n])) &&
	       (!model[other].session.id || packets_agree(bed, &model[other]));
}

static void churn_check(struct bed *bed)
{
	const char *seed = getenv("BATON_SEED");
	unsigned steps = 0;

	srandom(seed ? (unsigned)strtoul(seed, NULL, 10) : 1);
	while (steps < STEPS && step(bed))
		steps++;
	tap_ok(steps == STEPS, "%u of %d changes: packets go and count as the rules say", steps,
	       STEPS);
	for (unsigned n = 1; n <= SESSIONS; n++)
		if (model[n].session.id && dataplane_session_remove(bed->dp, n))
			bail("dataplane_session_remove", EIO);
}

/* ---- many lives ---- */

static unsigned long resident_kb(void)
{
	unsigned long size, pages = 0;
	FILE *f = fopen("/proc/self/statm", "r");

	if (!f || fscanf(f, "%lu %lu", &size, &pages) != 2)
		bail("statm", errno);
	fclose(f);
	return pages * (unsigned long)sysconf(_SC_PAGESIZE) / 1024;
}

static struct dp_session nth(const struct bed *bed, unsigned n)
{
	char ue[32];

	snprintf(ue, sizeof(ue), "10.60.%u.%u", 16 + n % AT_ONCE / 250, 1 + n % 250);
	return upf_session(bed, 1000 + n, ue, 0x10000 + n * 7, 0x20000 + n);
}

/* A thousand at once: made, handed over, counted by a URR, removed */
static void thousand_live(struct bed *bed, unsigned from)
{
	for (int turn = 0; turn < 3; turn++)
		for (unsigned n = from; n < from + AT_ONCE; n++) {
			struct dp_session s = nth(bed, n);

			s.far[1].to.teid += (unsigned)turn;
			s.urr_count = s.pdr[0].urr_count = turn == 1;
			s.urr[0] = (struct dp_urr){.id = 1, DP_URR_NO_LIMITS};
			apply(bed, &s);
		}
	for (unsigned n = from; n < from + AT_ONCE; n++)
		if (dataplane_session_remove(bed->dp, 1000 + n))
			bail("dataplane_session_remove", EIO);
}

static void lives_check(struct bed *bed)
{
	const uint64_t start = now_ms();
	unsigned long before = 0, after;

	for (unsigned from = 0; from < LIVES; from += AT_ONCE) {
		thousand_live(bed, from);
		if (from == 10 * AT_ONCE)
			before = resident_kb();
	}
	after = resident_kb();
	tap_note("%d sessions made, modified twice and removed in %lu ms", LIVES,
		 (unsigned long)(now_ms() - start));
	tap_ok(after < before + 512, "%d sessions leave nothing behind: %lu kB, and %lu kB at last",
	       LIVES, before, after);
}

int main(int argc, char **argv)
{
	struct bed bed;

	if (argc != 2) {
		fprintf(stderr, "usage: dataplane_churn BACKEND\n");
		return 2;
	}
	upf_start(&bed, argv[1], NULL);
	churn_check(&bed);
	lives_check(&bed);
	bed_free(&bed);
	return tap_end();
}
