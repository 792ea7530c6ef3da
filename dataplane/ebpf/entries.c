// SPDX-License-Identifier: Apache-2.0
#include "dataplane/ebpf/entries.h"

#include <arpa/inet.h>
#include <errno.h>
#include <string.h>

#include "dataplane/internal.h"

enum { IP6_GNB_BITS = 64, BUCKET_GUARANTEE = 0x80 };

/* What is being made */
struct making {
	const struct ways *ways;
	const struct dp_session *session;
	const struct numbers *numbers;
	struct entries *ret;
	struct dp_error *err;
};

/* ---- the UE ---- */

static bool is_own4(const struct dp_prefix *ue)
{
	return ue->addr.family == AF_INET && ue->len == 32;
}

/* In a gNB's sets there is the bearer in the place of the lower half */
static bool is_own6(const struct making *m, const struct dp_prefix *ue)
{
	return ue->addr.family == AF_INET6 && ue->len &&
	       (ue->len <= IP6_GNB_BITS || m->ways->config->role == DP_ROLE_UPF);
}

/* The first address and the first prefix are the UE's own: they stand in the set. All others are
 * told by the routes map. */
static void own_addresses(const struct making *m, struct entries *ret)
{
	const struct dp_session *s = m->session;

	for (size_t i = s->ue_count; i-- > 0;) {
		const struct dp_prefix *ue = &s->ue[i];

		if (is_own4(ue))
			ret->ip4_be = ue->addr.ip4.s_addr;
		if (!is_own6(m, ue))
			continue;
		memcpy(ret->ip6, &ue->addr.ip6, sizeof(ret->ip6));
		ret->ip6_bits = (uint8_t)ue->len;
	}
}

static uint16_t ue_form(const struct making *m, const struct dp_prefix *ue)
{
	const struct entries *all = m->ret;

	if (is_own4(ue) && ue->addr.ip4.s_addr == all->ip4_be)
		return EBPF_ENTRY_IP4;
	if (is_own6(m, ue) && ue->len == all->ip6_bits &&
	    !memcmp(&ue->addr.ip6, all->ip6, sizeof(all->ip6)))
		return EBPF_ENTRY_IP6;
	return EBPF_ENTRY_ROUTED;
}

static uint16_t ue_forms(const struct making *m, const struct dp_pdr *pdr)
{
	uint16_t forms = 0;

	for (size_t i = 0; i < m->session->ue_count; i++)
		if (pdr->ue >> i & 1)
			forms |= ue_form(m, &m->session->ue[i]);
	return forms ? forms : EBPF_ENTRY_ANY_UE;
}

/*
 * Under which network instance the routes map has what of a PDR's addresses the set hasn't: where
 * it is a PDR of N6, its own; else that of one of N6 which has all of them. Return: false: there is
 * none
 */
static bool ue_instance(const struct making *m, const struct dp_pdr *pdr, uint8_t *ret)
{
	uint32_t routed = 0;

	*ret = pdr->instance;
	for (size_t i = 0; i < m->session->ue_count; i++)
		if (pdr->ue >> i & 1 && ue_form(m, &m->session->ue[i]) == EBPF_ENTRY_ROUTED)
			routed |= 1u << i;
	if (pdr->source == DP_N6 || !routed)
		return true;
	for (size_t i = 0; i < m->session->pdr_count; i++) {
		const struct dp_pdr *other = &m->session->pdr[i];

		if (other->source != DP_N6 || routed & ~other->ue)
			continue;
		*ret = other->instance;
		return true;
	}
	return false;
}

/* ---- what it is counted and limited by ---- */

static int refer(uint8_t *refs, size_t max, uint8_t number)
{
	size_t i = 0;

	while (i < max && refs[i])
		i++;
	if (i == max)
		return -ENOSPC;
	refs[i] = number;
	return 0;
}

static int buckets_of(const struct making *m, const struct dp_pdr *pdr, struct ebpf_entry *e)
{
	for (size_t i = 0; i < pdr->qer_count; i++) {
		const uint32_t id = m->session->qer[pdr->qer[i]].id;
		const uint8_t limit = numbers_bucket(m->numbers, id, false),
			      guarantee = numbers_bucket(m->numbers, id, true);

		if ((limit && refer(e->bucket, EBPF_BUCKET_REFS, limit)) ||
		    (guarantee && refer(e->bucket, EBPF_BUCKET_REFS, guarantee | BUCKET_GUARANTEE)))
			return dp_error_set(m->err, DP_ERROR_PDR, pdr->id, -EOPNOTSUPP,
					    "PDR %u: more than %d bit rates", pdr->id,
					    EBPF_BUCKET_REFS);
	}
	return 0;
}

static int limits_of(const struct making *m, const struct dp_pdr *pdr, struct ebpf_entry *e)
{
	for (size_t i = 0; i < pdr->urr_count; i++) {
		uint8_t number[LIMIT_KINDS];
		const size_t count =
			numbers_limits(m->numbers, m->session->urr[pdr->urr[i]].id, number);

		for (size_t n = 0; n < count; n++)
			if (refer(e->limit, EBPF_LIMIT_REFS, number[n]))
				return dp_error_set(m->err, DP_ERROR_PDR, pdr->id, -EOPNOTSUPP,
						    "PDR %u: more than %d thresholds and quotas",
						    pdr->id, EBPF_LIMIT_REFS);
	}
	return 0;
}

/* ---- where it goes ---- */

static int destination(const struct making *m, uint32_t far, const struct dp_destination *to,
		       struct ebpf_entry *e)
{
	int rc;

	e->destination = (uint8_t)to->interface;
	e->instance = to->instance;
	if (to->interface == DP_RADIO)
		e->peer = m->session->bearer.ifindex;
	if (to->interface != DP_N3)
		return 0;
	rc = peers_take(m->ways->peers, &m->ways->local[to->local], &to->peer, &e->peer);
	if (rc)
		return dp_error_set(m->err, DP_ERROR_FAR, far, rc, "FAR %u: peer: %s", far,
				    strerror(-rc));
	e->peer_teid_be = htonl(to->teid);
	if (!to->set_tos)
		return 0;
	e->flags |= EBPF_ENTRY_TOS;
	e->tos = to->tos;
	e->tos_mask = to->tos_mask;
	return 0;
}

static enum ebpf_action action_of(const struct making *m, const struct dp_pdr *pdr)
{
	static const enum ebpf_action actions[] = {
		[DP_DROP] = EBPF_DROP, [DP_FORWARD] = EBPF_FORWARD, [DP_BUFFER] = EBPF_BUFFER};

	if (dp_pdr_shut(m->session, pdr))
		return EBPF_GATE;
	return actions[m->session->far[pdr->far].action];
}

static void mark(const struct dp_mark *mark, struct ebpf_entry *e)
{
	e->qfi = mark->qfi;
	e->ppi = mark->ppi;
	if (mark->rqi)
		e->flags |= EBPF_ENTRY_RQI;
	if (mark->has_ppi)
		e->flags |= EBPF_ENTRY_PPI;
}

static uint32_t buffer_room(const struct dp_far *far)
{
	if (!far->buffer_packets)
		return ENTRIES_BUFFER_USUAL;
	return far->buffer_packets < ENTRIES_BUFFER_MAX ? far->buffer_packets : ENTRIES_BUFFER_MAX;
}

static int entry_of(const struct making *m, const struct dp_pdr *pdr, struct ebpf_entry *e)
{
	const struct dp_far *far = &m->session->far[pdr->far];
	int rc;

	*e = (struct ebpf_entry){.qfis = pdr->qfis,
				 .teid = pdr->teid,
				 .flags = ue_forms(m, pdr),
				 .source = (uint8_t)pdr->source,
				 .direction = (uint8_t)pdr->direction,
				 .hold = pdr->hold,
				 .action = (uint8_t)action_of(m, pdr),
				 .account = numbers_account(m->numbers, pdr->id),
				 .pdr_id = pdr->id};
	if (!ue_instance(m, pdr, &e->ue_instance))
		return dp_error_set(
			m->err, DP_ERROR_PDR, pdr->id, -EOPNOTSUPP,
			"PDR %u: addresses of a UE beyond its first that no PDR of N6 has",
			pdr->id);
	mark(&pdr->mark, e);
	if (far->notify)
		e->flags |= EBPF_ENTRY_NOTIFY;
	if (far->action == DP_BUFFER)
		e->hold = buffer_room(far);
	if (e->hold)
		e->flags |= EBPF_ENTRY_SLOW;
	rc = buckets_of(m, pdr, e);
	if (!rc)
		rc = limits_of(m, pdr, e);
	if (!rc && numbers_need_more(m->numbers))
		e->flags |= EBPF_ENTRY_MORE;
	if (!rc && far->action == DP_FORWARD)
		rc = destination(m, far->id, &far->to, e);
	return rc;
}

void entry_drop_peer(struct peers *peers, const struct ebpf_entry *e)
{
	if (e->destination == EBPF_N3 && e->peer)
		peers_drop(peers, e->peer);
}

/* ---- entries that belong to the one before them: copies, and what is over quota ---- */

/* Where the PDR's packets go when a URR's quota is used up; NULL: nowhere. The first one's */
static const struct dp_far *over_far(const struct making *m, const struct dp_pdr *pdr)
{
	for (size_t i = 0; i < pdr->urr_count; i++) {
		const uint8_t over = m->session->urr[pdr->urr[i]].over;

		if (over != DP_OVER_DROP && m->session->far[over].action == DP_FORWARD)
			return &m->session->far[over];
	}
	return NULL;
}

/* NULL: there is no room */
static struct ebpf_entry *entry_next(const struct making *m)
{
	return m->ret->count < ENTRIES_MAX ? &m->ret->entry[m->ret->count] : NULL;
}

static int no_room(const struct making *m, const struct dp_pdr *pdr)
{
	return dp_error_set(m->err, DP_ERROR_PDR, pdr->id, -EOPNOTSUPP,
			    "PDR %u: more than %d PDRs, filters and copies in a session", pdr->id,
			    ENTRIES_MAX);
}

static int beside(const struct making *m, const struct dp_pdr *pdr, uint32_t far,
		  const struct dp_destination *to)
{
	struct ebpf_entry *e = entry_next(m);
	int rc;

	if (!e)
		return no_room(m, pdr);
	*e = (struct ebpf_entry){.source = EBPF_BESIDE,
				 .direction = (uint8_t)pdr->direction,
				 .action = EBPF_FORWARD,
				 .flags = EBPF_ENTRY_SLOW,
				 .pdr_id = pdr->id};
	mark(&pdr->mark, e);
	rc = destination(m, far, to, e);
	if (!rc)
		m->ret->count++;
	return rc;
}

static int besides(const struct making *m, const struct dp_pdr *pdr, struct ebpf_entry *e)
{
	static const uint16_t flags[DP_DUPLICATES_MAX] = {EBPF_ENTRY_DUPLICATE,
							  EBPF_ENTRY_DUPLICATE2};
	const struct dp_far *far = &m->session->far[pdr->far], *over = over_far(m, pdr);
	int rc = 0;

	for (size_t i = 0; i < far->duplicate_count && !rc; i++) {
		e->flags |= EBPF_ENTRY_SLOW | flags[i];
		rc = beside(m, pdr, far->id, &far->duplicate[i]);
	}
	if (!rc && over) {
		e->flags |= EBPF_ENTRY_SLOW | EBPF_ENTRY_OVER;
		rc = beside(m, pdr, over->id, &over->to);
	}
	return rc;
}

/* One for each of its filters, or one alone */
static int pdr_entries(const struct making *m, const struct dp_pdr *pdr)
{
	const size_t count = pdr->filter_count ? pdr->filter_count : 1;
	int rc = 0;

	for (size_t i = 0; i < count && !rc; i++) {
		struct ebpf_entry *e = entry_next(m);

		rc = e ? entry_of(m, pdr, e) : no_room(m, pdr);
		if (rc)
			return rc;
		if (pdr->filter_count) {
			e->flags |= EBPF_ENTRY_FILTER;
			e->filter = m->session->filter[pdr->filter_first + i];
		}
		m->ret->count++;
		rc = besides(m, pdr, e);
	}
	return rc;
}

/* The next one in order of precedence; of equal ones the first comes first */
static size_t next_pdr(const struct dp_session *s, const bool taken[DP_PDRS_MAX])
{
	size_t best = DP_PDRS_MAX;

	for (size_t i = 0; i < s->pdr_count; i++)
		if (!taken[i] &&
		    (best == DP_PDRS_MAX || s->pdr[i].precedence < s->pdr[best].precedence))
			best = i;
	return best;
}

int entries_make(const struct ways *ways, const struct dp_session *session,
		 const struct numbers *numbers, struct entries *ret, struct dp_error *ret_err)
{
	struct making m = {
		.ways = ways, .session = session, .numbers = numbers, .ret = ret, .err = ret_err};
	bool taken[DP_PDRS_MAX] = {false};
	int rc = 0;

	memset(ret, 0, offsetof(struct entries, entry));
	ret->ip4_be = 0;
	ret->ip6_bits = 0;
	own_addresses(&m, ret);
	for (size_t i = 0; i < session->pdr_count && !rc; i++) {
		const size_t next = next_pdr(session, taken);

		taken[next] = true;
		rc = pdr_entries(&m, &session->pdr[next]);
	}
	for (size_t i = 0; rc && i < ret->count; i++)
		entry_drop_peer(ways->peers, &ret->entry[i]);
	return rc;
}
