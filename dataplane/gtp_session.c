// SPDX-License-Identifier: Apache-2.0
/* Which rule sets the gtp driver can do, see gtp.h */
#include "dataplane/gtp.h"

#include <errno.h>

/* The two ways of a session: from the tunnel, and into it */
struct ways {
	const struct dp_pdr *from, *into;
	const struct dp_far *from_far, *into_far;
};

static const char *into_fault(const struct dp_far *far)
{
	return far->action == DP_FORWARD && far->qfi ? "the gtp driver can't mark the QFI" : NULL;
}

static const char *from_fault(enum dp_role role, const struct dp_far *far)
{
	if (far->action == DP_DROP)
		return "the gtp driver can't drop one way only";
	if (far->destination != DP_N3)
		return NULL;
	return role == DP_ROLE_GNB ? into_fault(far)
				   : "the gtp driver doesn't lead from tunnel to tunnel";
}

static int pdr_refuse(struct dp_error *err, const struct dp_pdr *pdr, const char *why)
{
	return dp_error_set(err, DP_ERROR_PDR, pdr->id, -EOPNOTSUPP, "PDR %u: %s", pdr->id, why);
}

static int far_refuse(struct dp_error *err, const struct dp_far *far, const char *why)
{
	return dp_error_set(err, DP_ERROR_FAR, far->id, -EOPNOTSUPP, "FAR %u: %s", far->id, why);
}

static int ways_find(enum dp_role role, const struct dp_session *s, struct ways *ret_ways,
		     struct dp_error *ret_err)
{
	struct ways ways = {0};

	for (size_t i = 0; i < s->pdr_count; i++) {
		const struct dp_pdr *pdr = &s->pdr[i];
		const struct dp_far *far = dp_session_far(s, pdr->far_id);
		const bool from = pdr->source == DP_N3;
		const char *fault = from ? from_fault(role, far) : into_fault(far);

		if (from && pdr->qfi)
			return pdr_refuse(ret_err, pdr, "the gtp driver doesn't look at the QFI");
		if (fault)
			return far_refuse(ret_err, far, fault);
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

static int ue_find(const struct ways *ways, struct in_addr *ret_ue, struct dp_error *ret_err)
{
	const struct dp_pdr *from = ways->from, *into = ways->into;

	if (from->has_ue_addr && into->has_ue_addr && from->ue_addr.s_addr != into->ue_addr.s_addr)
		return pdr_refuse(ret_err, into,
				  "the gtp driver has one UE address for both directions");
	if (!from->has_ue_addr && !into->has_ue_addr)
		return pdr_refuse(ret_err, into, "the gtp driver needs the UE's address");
	*ret_ue = into->has_ue_addr ? into->ue_addr : from->ue_addr;
	return 0;
}

static struct gtp_pdp pdp_of(const struct ways *ways, const struct dp_far *far, struct in_addr ue)
{
	return (struct gtp_pdp){.local_teid = ways->from->teid,
				.peer_teid = far->teid,
				.peer = far->peer,
				.ue = ue};
}

int gtp_session_map(enum dp_role role, const struct dp_session *session, struct gtp_plan *ret_plan,
		    struct dp_error *ret_err)
{
	struct gtp_plan plan = {0};
	struct ways ways = {0};
	struct in_addr ue = {0};
	int rc = ways_find(role, session, &ways, ret_err);

	*ret_plan = plan;
	if (rc || !ways.from || !ways.into || ways.into_far->action == DP_DROP)
		return rc;
	rc = ue_find(&ways, &ue, ret_err);
	if (rc)
		return rc;
	plan.whole = true;
	plan.pdp = pdp_of(&ways, ways.into_far, ue);
	plan.forwards = ways.from_far->destination == DP_N3;
	if (plan.forwards)
		plan.forward = pdp_of(&ways, ways.from_far, ue);
	plan.hold = ways.from->hold;
	*ret_plan = plan;
	return 0;
}
