// SPDX-License-Identifier: Apache-2.0
/* Which rule sets the gtp driver can do, see gtp.h */
#include "dataplane/gtp.h"

#include <errno.h>

/* The two ways of a session: from the tunnel, and into it */
struct ways {
	const struct dp_pdr *from, *into;
	const struct dp_far *from_far, *into_far;
};

static const char *from_fault(const struct dp_far *far)
{
	if (far->action == DP_DROP)
		return "the gtp driver can't drop one way only";
	if (far->destination == DP_N3)
		return "the gtp driver doesn't lead from tunnel to tunnel";
	return NULL;
}

static const char *into_fault(const struct dp_far *far)
{
	return far->action == DP_FORWARD && far->qfi ? "the gtp driver can't mark the QFI" : NULL;
}

static int pdr_refuse(struct dp_error *err, const struct dp_pdr *pdr, const char *why)
{
	return dp_error_set(err, DP_ERROR_PDR, pdr->id, -EOPNOTSUPP, "PDR %u: %s", pdr->id, why);
}

static int far_refuse(struct dp_error *err, const struct dp_far *far, const char *why)
{
	return dp_error_set(err, DP_ERROR_FAR, far->id, -EOPNOTSUPP, "FAR %u: %s", far->id, why);
}

static int ways_find(const struct dp_session *s, struct ways *ret_ways, struct dp_error *ret_err)
{
	struct ways ways = {0};

	for (size_t i = 0; i < s->pdr_count; i++) {
		const struct dp_pdr *pdr = &s->pdr[i];
		const struct dp_far *far = dp_session_far(s, pdr->far_id);
		const bool from = pdr->source == DP_N3;
		const char *fault = from ? from_fault(far) : into_fault(far);

		if (from ? ways.from != NULL : ways.into != NULL)
			return pdr_refuse(ret_err, pdr,
					  "the gtp driver has one PDR for each direction");
		if (pdr->hold)
			return pdr_refuse(ret_err, pdr, "the gtp driver can't hold packets back");
		if (from && pdr->qfi)
			return pdr_refuse(ret_err, pdr, "the gtp driver doesn't look at the QFI");
		if (fault)
			return far_refuse(ret_err, far, fault);
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

int gtp_session_map(const struct dp_session *session, struct gtp_pdp *ret_pdp, bool *ret_whole,
		    struct dp_error *ret_err)
{
	struct gtp_pdp pdp = {0};
	struct ways ways = {0};
	int rc = ways_find(session, &ways, ret_err);

	*ret_whole = false;
	if (rc || !ways.from || !ways.into || ways.into_far->action == DP_DROP)
		return rc;
	rc = ue_find(&ways, &pdp.ue, ret_err);
	if (rc)
		return rc;
	pdp.local_teid = ways.from->teid;
	pdp.peer_teid = ways.into_far->teid;
	pdp.peer = ways.into_far->peer;
	*ret_pdp = pdp;
	*ret_whole = true;
	return 0;
}
