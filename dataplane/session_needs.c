// SPDX-License-Identifier: Apache-2.0
/*
 * What a rule set asks of a back end beyond one tunnel each way, by rule, so that one that can't
 * refuses the rule and says why.
 */
#include <errno.h>

#include "dataplane/internal.h"

static bool limited(const struct dp_qer *qer)
{
	for (size_t way = 0; way < 2; way++)
		if (qer->mbr_kbps[way] != UINT64_MAX || qer->gbr_kbps[way] != UINT64_MAX)
			return true;
	return false;
}

static bool ip6(const struct dp_destination *to)
{
	return to->interface == DP_N3 && to->peer.family == AF_INET6;
}

static unsigned ue_needs(const struct dp_session *s, uint32_t ue)
{
	unsigned needs = ue & (ue - 1) ? DP_NEED_PREFIXES : 0;

	for (size_t i = 0; i < s->ue_count; i++) {
		if (!(ue >> i & 1))
			continue;
		if (s->ue[i].addr.family == AF_INET6)
			needs |= DP_NEED_IP6;
		else if (s->ue[i].len != 32)
			needs |= DP_NEED_PREFIXES;
	}
	return needs;
}

/* Bits of enum dp_need, of one rule; 0: nothing of the kind */
static unsigned pdr_needs(const struct dp_session *s, const struct dp_pdr *pdr)
{
	unsigned needs = ue_needs(s, pdr->ue);

	if (pdr->filter_count)
		needs |= DP_NEED_FILTERS;
	if (pdr->qfis)
		needs |= DP_NEED_QFI;
	if (pdr->mark.qfi && dp_pdr_action(s, pdr) == DP_FORWARD &&
	    s->far[pdr->far].to.interface == DP_N3)
		needs |= DP_NEED_MARK;
	return needs;
}

static unsigned far_needs(const struct dp_far *far)
{
	unsigned needs = 0;

	if (far->action == DP_BUFFER)
		needs |= DP_NEED_BUFFER;
	if (far->notify)
		needs |= DP_NEED_NOTIFY;
	if (far->duplicate_count)
		needs |= DP_NEED_DUPLICATES;
	if (far->action == DP_FORWARD && far->to.set_tos)
		needs |= DP_NEED_TOS;
	if (far->action == DP_FORWARD && ip6(&far->to))
		needs |= DP_NEED_IP6;
	return needs;
}

static unsigned qer_needs(const struct dp_qer *qer)
{
	return limited(qer) ? DP_NEED_RATES : 0;
}

static const char *need_text(unsigned needs)
{
	static const struct {
		enum dp_need need;
		const char *text;
	} texts[] = {{DP_NEED_FILTERS, "look at SDF filters"},
		     {DP_NEED_QFI, "look at the QFI"},
		     {DP_NEED_MARK, "mark the QFI"},
		     {DP_NEED_IP6, "carry IPv6"},
		     {DP_NEED_PREFIXES, "serve prefixes or several addresses of a UE"},
		     {DP_NEED_BUFFER, "buffer"},
		     {DP_NEED_NOTIFY, "tell of downlink data"},
		     {DP_NEED_DUPLICATES, "duplicate"},
		     {DP_NEED_TOS, "mark the outer header"},
		     {DP_NEED_RATES, "limit bit rates"},
		     {DP_NEED_USAGE, "count for a URR"},
		     {DP_NEED_OVER, "treat what is over quota by another FAR"}};

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		if (needs & texts[i].need)
			return texts[i].text;
	return "do that";
}

static int refuse(struct dp_error *err, int what, const char *kind, uint32_t id, const char *who,
		  unsigned lacks)
{
	return dp_error_set(err, what, id, -EOPNOTSUPP, "%s %u: %s can't %s", kind, id, who,
			    need_text(lacks));
}

int dp_session_refuse(const struct dp_session *s, unsigned lacks, const char *who,
		      struct dp_error *ret_err)
{
	for (size_t i = 0; i < s->far_count; i++)
		if (far_needs(&s->far[i]) & lacks)
			return refuse(ret_err, DP_ERROR_FAR, "FAR", s->far[i].id, who,
				      far_needs(&s->far[i]) & lacks);
	for (size_t i = 0; i < s->qer_count; i++)
		if (qer_needs(&s->qer[i]) & lacks)
			return refuse(ret_err, DP_ERROR_QER, "QER", s->qer[i].id, who,
				      qer_needs(&s->qer[i]) & lacks);
	for (size_t i = 0; i < s->urr_count && lacks & DP_NEED_OVER; i++)
		if (s->urr[i].over != DP_OVER_DROP)
			return refuse(ret_err, DP_ERROR_URR, "URR", s->urr[i].id, who,
				      DP_NEED_OVER);
	if (s->urr_count && lacks & DP_NEED_USAGE)
		return refuse(ret_err, DP_ERROR_URR, "URR", s->urr[0].id, who, DP_NEED_USAGE);
	for (size_t i = 0; i < s->pdr_count; i++)
		if (pdr_needs(s, &s->pdr[i]) & lacks)
			return refuse(ret_err, DP_ERROR_PDR, "PDR", s->pdr[i].id, who,
				      pdr_needs(s, &s->pdr[i]) & lacks);
	return 0;
}

const struct dp_prefix *dp_pdr_ue(const struct dp_session *s, const struct dp_pdr *pdr)
{
	for (size_t i = 0; i < s->ue_count; i++)
		if (pdr->ue >> i & 1)
			return &s->ue[i];
	return NULL;
}

const struct dp_qer *dp_pdr_shut(const struct dp_session *s, const struct dp_pdr *pdr)
{
	for (size_t i = 0; i < pdr->qer_count; i++)
		if (s->qer[pdr->qer[i]].closed[pdr->direction])
			return &s->qer[pdr->qer[i]];
	return NULL;
}

enum dp_action dp_pdr_action(const struct dp_session *s, const struct dp_pdr *pdr)
{
	return dp_pdr_shut(s, pdr) ? DP_DROP : s->far[pdr->far].action;
}
