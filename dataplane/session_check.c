// SPDX-License-Identifier: Apache-2.0
/*
 * Is a rule set whole, and possible in this role? Asked once, for every back end.
 *
 *   from     to N3   to N6   to radio   direction
 *   N3       N9      UPF     gNB        either
 *   N6       UPF     -       -          downlink
 *   radio    gNB     -       -          uplink
 */
#include "dataplane/internal.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>

#include "dataplane/address.h"

enum { QFI_MAX = 63, PPI_MAX = 7, MTU_MIN = 68 /* RFC 791 */ };

/* What all of a session's rules are looked at with */
struct check {
	const struct dp_config *config;
	const struct dp_session *session;
};

int dp_error_set(struct dp_error *err, int what, uint32_t rule_id, int rc, const char *format, ...)
{
	va_list args;

	if (!err)
		return rc;
	err->what = what;
	err->rule_id = rule_id;
	va_start(args, format);
	vsnprintf(err->text, sizeof(err->text), format, args);
	va_end(args);
	return rc;
}

static bool below(const uint8_t *index, size_t n, size_t count)
{
	for (size_t i = 0; i < n; i++)
		if (index[i] >= count)
			return false;
	return true;
}

/* A filter has the remote end as source or as destination: read for the other direction it would
 * match what it must not. TS 29.244 cl. 5.2.1A.2A */
static bool filters_agree(const struct dp_session *s, const struct dp_pdr *pdr)
{
	for (size_t i = 0; i < pdr->filter_count; i++) {
		const bool uplink = s->filter[pdr->filter_first + i].flags & IPFILTER_PACKED_UPLINK;

		if (uplink != (pdr->direction == DP_UPLINK))
			return false;
	}
	return true;
}

static const char *references_fault(const struct dp_session *s, const struct dp_pdr *pdr)
{
	if (pdr->far >= s->far_count)
		return "the FAR it names is not there";
	if (pdr->qer_count > DP_REFS_MAX || !below(pdr->qer, pdr->qer_count, s->qer_count))
		return "a QER it names is not there";
	if (pdr->urr_count > DP_REFS_MAX || !below(pdr->urr, pdr->urr_count, s->urr_count))
		return "a URR it names is not there";
	if (pdr->filter_first + pdr->filter_count > s->filter_count)
		return "a filter it names is not there";
	if (!filters_agree(s, pdr))
		return "a filter it names is packed for the other direction";
	if (pdr->ue >> s->ue_count) /* up to DP_PREFIXES_MAX */
		return "a UE address it names is not there";
	return NULL;
}

static const char *source_fault(const struct check *c, const struct dp_pdr *pdr)
{
	switch (pdr->source) {
	case DP_N3:
		if (!pdr->teid)
			return "source N3 without a local TEID";
		if (!pdr->remove_outer)
			return "source N3 without outer header removal";
		return NULL;
	case DP_N6:
		if (c->config->role != DP_ROLE_UPF)
			return "source N6 in a gNB";
		if (pdr->direction != DP_DOWNLINK)
			return "source N6, and uplink";
		if (pdr->instance >= c->config->instance_count)
			return "there is no such network instance";
		return pdr->ue ? NULL : "source N6 without a UE address";
	case DP_RADIO:
		if (c->config->role != DP_ROLE_GNB)
			return "source radio in a UPF";
		if (pdr->direction != DP_UPLINK)
			return "source radio, and downlink";
		return c->session->bearer.ifindex ? NULL : "source radio without a bearer";
	}
	return "unknown source interface";
}

/* All that a packet may be sent to by a FAR */
static bool far_leads_to_n3(const struct dp_far *far)
{
	for (size_t i = 0; i < far->duplicate_count; i++)
		if (far->duplicate[i].interface != DP_N3)
			return false;
	return far->action != DP_FORWARD || far->to.interface == DP_N3;
}

/* Its own FAR, and those of its URRs for what is over quota */
static bool pdr_leads_to_n3(const struct dp_session *s, const struct dp_pdr *pdr)
{
	for (size_t i = 0; i < pdr->urr_count; i++) {
		const uint8_t over = s->urr[pdr->urr[i]].over;

		if (over != DP_OVER_DROP && !far_leads_to_n3(&s->far[over]))
			return false;
	}
	return far_leads_to_n3(&s->far[pdr->far]);
}

/* What only packets of a tunnel have: a container with a QFI, a hold, another way than N3 */
static const char *plain_fault(const struct dp_session *s, const struct dp_pdr *pdr)
{
	if (pdr->source == DP_N3)
		return NULL;
	if (pdr->qfis)
		return "packets from N6 or radio have no QFI";
	if (pdr->hold)
		return "packets from the radio aren't held";
	return pdr_leads_to_n3(s, pdr) ? NULL : "from N6 or radio there is a way to N3 only";
}

static const char *mark_fault(const struct dp_pdr *pdr)
{
	const struct dp_mark *mark = &pdr->mark;

	if (mark->qfi > QFI_MAX || mark->ppi > PPI_MAX)
		return "QFI over 63, or paging policy over 7";
	/* an uplink container has no place for them, TS 38.415 cl. 5.5.2.2 */
	if (pdr->direction == DP_UPLINK && (mark->rqi || mark->has_ppi))
		return "reflective QoS or paging policy, and uplink";
	return NULL;
}

static bool id_is_taken(const struct dp_session *s, const struct dp_pdr *pdr)
{
	for (const struct dp_pdr *other = s->pdr; other < pdr; other++)
		if (other->id == pdr->id)
			return true;
	return false;
}

static const char *pdr_fault(const struct check *c, const struct dp_pdr *pdr)
{
	const struct dp_session *s = c->session;
	const char *fault = references_fault(s, pdr);

	if (fault)
		return fault;
	if (pdr->direction != DP_UPLINK && pdr->direction != DP_DOWNLINK)
		return "unknown direction";
	if (pdr->hold > DP_HOLDS_MAX || (pdr->hold && c->config->role != DP_ROLE_GNB))
		return "there is no such hold";
	if (id_is_taken(s, pdr))
		return "two PDRs have this id";
	fault = source_fault(c, pdr);
	if (!fault)
		fault = plain_fault(s, pdr);
	return fault ? fault : mark_fault(pdr);
}

static const char *destination_fault(const struct check *c, const struct dp_destination *to)
{
	switch (to->interface) {
	case DP_N3:
		if (to->local >= c->config->local_count)
			return "there is no such local address";
		if (!dp_addr_is_host(&to->peer) || !to->teid)
			return "destination N3 without peer and TEID";
		return c->config->local[to->local].addr.family == to->peer.family
			       ? NULL
			       : "local address and peer of two IP versions";
	case DP_N6:
		if (c->config->role != DP_ROLE_UPF)
			return "destination N6 in a gNB";
		return to->instance < c->config->instance_count
			       ? NULL
			       : "there is no such network instance";
	case DP_RADIO:
		if (c->config->role != DP_ROLE_GNB)
			return "destination radio in a UPF";
		return c->session->bearer.ifindex ? NULL : "destination radio without a bearer";
	}
	return "unknown destination interface";
}

static const char *far_fault(const struct check *c, const struct dp_far *far)
{
	const char *fault = NULL;

	for (const struct dp_far *other = c->session->far; other < far; other++)
		if (other->id == far->id)
			return "two FARs have this id";
	if (far->action > DP_BUFFER)
		return "unknown action";
	if (far->duplicate_count > DP_DUPLICATES_MAX)
		return "too many duplicates";
	if (far->action == DP_FORWARD)
		fault = destination_fault(c, &far->to);
	for (size_t i = 0; i < far->duplicate_count && !fault; i++)
		fault = destination_fault(c, &far->duplicate[i]);
	return fault;
}

static const char *qer_fault(const struct check *c, const struct dp_qer *qer)
{
	for (const struct dp_qer *other = c->session->qer; other < qer; other++)
		if (other->id == qer->id)
			return "two QERs have this id";
	for (size_t way = 0; way < 2; way++)
		if (qer->gbr_kbps[way] != UINT64_MAX && qer->gbr_kbps[way] > qer->mbr_kbps[way])
			return "guaranteed bit rate over the maximum";
	return NULL;
}

static const char *urr_fault(const struct check *c, const struct dp_urr *urr)
{
	for (const struct dp_urr *other = c->session->urr; other < urr; other++)
		if (other->id == urr->id)
			return "two URRs have this id";
	return urr->over == DP_OVER_DROP || urr->over < c->session->far_count
		       ? NULL
		       : "the FAR it names is not there";
}

#define CHECK_EACH(kind, WHAT)                                                                     \
	static int kind##s_check(const struct check *c, struct dp_error *ret_err)                  \
	{                                                                                          \
		for (size_t i = 0; i < c->session->kind##_count; i++) {                            \
			const struct dp_##kind *rule = &c->session->kind[i];                       \
			const char *fault = kind##_fault(c, rule);                                 \
                                                                                                   \
			if (fault)                                                                 \
				return dp_error_set(ret_err, DP_ERROR_##WHAT, rule->id, -EINVAL,   \
						    #WHAT " %u: %s", (unsigned)rule->id, fault);   \
		}                                                                                  \
		return 0;                                                                          \
	}
CHECK_EACH(pdr, PDR)
CHECK_EACH(far, FAR)
CHECK_EACH(qer, QER)
CHECK_EACH(urr, URR)

/* A prefix, and where it is one address, one that a UE can have */
static bool is_ue(const struct dp_prefix *ue)
{
	return dp_prefix_right(ue) &&
	       (ue->len < dp_addr_octets(&ue->addr) * 8 || dp_addr_is_host(&ue->addr));
}

static const char *session_fault(const struct dp_session *s)
{
	if (!s->id)
		return "session id 0";
	if (s->pdr_count > DP_PDRS_MAX || s->far_count > DP_FARS_MAX ||
	    s->qer_count > DP_QERS_MAX || s->urr_count > DP_URRS_MAX ||
	    s->filter_count > DP_FILTERS_MAX || s->ue_count > DP_PREFIXES_MAX)
		return "too many rules";
	if (s->mtu && s->mtu < MTU_MIN)
		return "MTU under 68";
	for (size_t i = 0; i < s->ue_count; i++)
		if (!is_ue(&s->ue[i]))
			return "a UE address is none";
	return NULL;
}

int dp_session_check(const struct dp_config *config, const struct dp_session *session,
		     struct dp_error *ret_err)
{
	const struct check c = {config, session};
	const char *fault = session_fault(session);
	int rc;

	if (fault)
		return dp_error_set(ret_err, DP_ERROR_SESSION, 0, -EINVAL, "%s", fault);
	rc = fars_check(&c, ret_err);
	if (!rc)
		rc = qers_check(&c, ret_err);
	if (!rc)
		rc = urrs_check(&c, ret_err);
	return rc ? rc : pdrs_check(&c, ret_err);
}
