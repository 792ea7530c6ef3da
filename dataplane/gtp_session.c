// SPDX-License-Identifier: Apache-2.0
/* Which rule sets the gtp driver can do, see gtp.h */
#include "dataplane/gtp.h"

#include <errno.h>
#include <stdlib.h>

/* What a context has no place for */
static const unsigned lacks = DP_NEED_FILTERS | DP_NEED_QFI | DP_NEED_MARK | DP_NEED_IP6 |
			      DP_NEED_PREFIXES | DP_NEED_BUFFER | DP_NEED_NOTIFY |
			      DP_NEED_DUPLICATES | DP_NEED_TOS | DP_NEED_RATES | DP_NEED_USAGE;

/* The two ways of a session: from the tunnel, and into it */
struct ways {
	const struct dp_pdr *from, *into;
	const struct dp_far *from_far, *into_far;
};

static int pdr_refuse(struct dp_error *err, const struct dp_pdr *pdr, const char *why)
{
	return dp_error_set(err, DP_ERROR_PDR, pdr->id, -EOPNOTSUPP, "PDR %u: %s", pdr->id, why);
}

static int far_refuse(struct dp_error *err, const struct dp_far *far, const char *why)
{
	return dp_error_set(err, DP_ERROR_FAR, far->id, -EOPNOTSUPP, "FAR %u: %s", far->id, why);
}

static int qer_refuse(struct dp_error *err, const struct dp_qer *qer, const char *why)
{
	return dp_error_set(err, DP_ERROR_QER, qer->id, -EOPNOTSUPP, "QER %u: %s", qer->id, why);
}

/* Of what comes by the tunnel */
static int from_check(enum dp_role role, const struct dp_session *s, const struct dp_pdr *pdr,
		      struct dp_error *ret_err)
{
	const struct dp_far *far = &s->far[pdr->far];
	const struct dp_qer *shut = dp_pdr_shut(s, pdr);

	if (shut)
		return qer_refuse(ret_err, shut,
				  "the gtp driver can't shut what comes by the tunnel");
	if (far->action == DP_DROP)
		return far_refuse(ret_err, far, "the gtp driver can't drop one way only");
	if (role == DP_ROLE_UPF && far->to.interface == DP_N3)
		return far_refuse(ret_err, far,
				  "the gtp driver doesn't lead from tunnel to tunnel");
	return 0;
}

static int ways_find(enum dp_role role, const struct dp_session *s, struct ways *ret_ways,
		     struct dp_error *ret_err)
{
	struct ways ways = {0};

	for (size_t i = 0; i < s->pdr_count; i++) {
		const struct dp_pdr *pdr = &s->pdr[i];
		const struct dp_far *far = &s->far[pdr->far];
		const bool from = pdr->source == DP_N3;
		int rc = from ? from_check(role, s, pdr, ret_err) : 0;

		if (rc)
			return rc;
		/* a handover's second TEID: its packets wait in user space anyway */
		if (from && ways.from && pdr->hold)
			continue;
		if (from ? ways.from != NULL : ways.into != NULL)
			return pdr_refuse(ret_err, pdr,
					  "the gtp driver has one PDR for each direction");
		*(from ? &ways.from : &ways.into) = pdr;
		*(from ? &ways.from_far : &ways.into_far) = far;
	}
	*ret_ways = ways;
	return 0;
}

/* Have both ways all that a context takes? */
static bool ways_whole(const struct dp_session *s, const struct ways *ways)
{
	return ways->from && ways->into && dp_pdr_action(s, ways->into) != DP_DROP;
}

/* A packet by the tunnel of a half session has its PDR and FAR, and yet the driver has no context
 * that would take it: what the other way lacks is why. */
static enum dp_drop ways_lack(const struct dp_session *s, const struct ways *ways)
{
	if (!ways->into)
		return DP_DROP_NO_MATCH;
	return dp_pdr_shut(s, ways->into) ? DP_DROP_GATE : DP_DROP_ACTION;
}

static int ue_find(const struct dp_session *s, const struct ways *ways, struct in_addr *ret_ue,
		   struct dp_error *ret_err)
{
	const struct dp_prefix *from = dp_pdr_ue(s, ways->from), *into = dp_pdr_ue(s, ways->into);

	if (from && into && from->addr.ip4.s_addr != into->addr.ip4.s_addr)
		return pdr_refuse(ret_err, ways->into,
				  "the gtp driver has one UE address for both directions");
	if (!from && !into)
		return pdr_refuse(ret_err, ways->into, "the gtp driver needs the UE's address");
	*ret_ue = into ? into->addr.ip4 : from->addr.ip4;
	return 0;
}

static struct gtp_pdp pdp_of(const struct ways *ways, const struct dp_far *far, struct in_addr ue)
{
	return (struct gtp_pdp){.local_teid = ways->from->teid,
				.peer_teid = far->to.teid,
				.peer = far->to.peer.ip4,
				.ue = ue};
}

int gtp_session_map(enum dp_role role, const struct dp_session *session, struct gtp_plan *ret_plan,
		    struct dp_error *ret_err)
{
	struct gtp_plan plan = {0};
	struct ways ways = {0};
	struct in_addr ue = {0};
	int rc = dp_session_refuse(session, lacks, "the gtp driver", ret_err);

	*ret_plan = plan;
	if (!rc)
		rc = ways_find(role, session, &ways, ret_err);
	if (rc)
		return rc;
	if (!ways_whole(session, &ways)) {
		ret_plan->lack = ways_lack(session, &ways);
		return 0;
	}
	rc = ue_find(session, &ways, &ue, ret_err);
	if (rc)
		return rc;
	plan.whole = true;
	plan.pdp = pdp_of(&ways, ways.into_far, ue);
	plan.forwards = ways.from_far->to.interface == DP_N3;
	if (plan.forwards)
		plan.forward = pdp_of(&ways, ways.from_far, ue);
	plan.hold = ways.from->hold;
	*ret_plan = plan;
	return 0;
}

static struct gtp_stray stray_of(const struct dp_session *s, const struct dp_pdr *pdr)
{
	const struct dp_far *far = &s->far[pdr->far];
	const bool forwards = dp_pdr_action(s, pdr) == DP_FORWARD && far->to.interface == DP_N3;

	return (struct gtp_stray){.teid = pdr->teid,
				  .hold = pdr->hold,
				  .forwards = forwards,
				  .peer = far->to.peer.ip4,
				  .peer_teid = far->to.teid};
}

struct gtp_session *gtp_session_new(const struct dp_session *s, const struct gtp_plan *plan)
{
	struct gtp_session *ret = calloc(1, sizeof(*ret) + s->pdr_count * sizeof(ret->stray[0]));

	if (!ret)
		return NULL;
	ret->plan = *plan;
	ret->bearer = s->bearer;
	ret->mtu = s->mtu;
	for (size_t i = 0; i < s->pdr_count; i++)
		if (s->pdr[i].source == DP_N3)
			ret->stray[ret->stray_count++] = stray_of(s, &s->pdr[i]);
	return ret;
}
