// SPDX-License-Identifier: Apache-2.0
/*
 * Is a rule set whole, and possible in this role? Asked once, for every back end.
 *
 *   from     to N3   to N6   to radio
 *   N3       N9      UPF     gNB
 *   N6       UPF     -       -
 *   radio    gNB     -       -
 */
#include "dataplane/internal.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>

enum { QFI_MAX = 63, MTU_MIN = 68 /* RFC 791 */ };

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

static const char *pdr_fault(enum dp_role role, const struct dp_session *s,
			     const struct dp_pdr *pdr)
{
	if (!dp_session_far(s, pdr->far_id))
		return "the FAR it names is not there";
	if (pdr->qfi > QFI_MAX)
		return "QFI over 63";
	if (pdr->hold > DP_HOLDS_MAX || (pdr->hold && role != DP_ROLE_GNB))
		return "there is no such hold";
	switch (pdr->source) {
	case DP_N3:
		if (!pdr->teid)
			return "source N3 without a local TEID";
		if (!pdr->remove_outer)
			return "source N3 without outer header removal";
		return NULL;
	case DP_N6:
		if (role != DP_ROLE_UPF)
			return "source N6 in a gNB";
		return pdr->has_ue_addr && pdr->ue_addr.s_addr ? NULL
							       : "source N6 without a UE address";
	case DP_RADIO:
		if (role != DP_ROLE_GNB)
			return "source radio in a UPF";
		return s->bearer.ifindex ? NULL : "source radio without a bearer";
	}
	return "unknown source interface";
}

static const char *far_fault(enum dp_role role, const struct dp_session *s,
			     const struct dp_far *far)
{
	if (far->action == DP_DROP)
		return NULL;
	if (far->action != DP_FORWARD)
		return "unknown action";
	switch (far->destination) {
	case DP_N3:
		if (far->qfi > QFI_MAX)
			return "QFI over 63";
		return far->peer.s_addr && far->teid ? NULL
						     : "destination N3 without peer and TEID";
	case DP_N6:
		return role == DP_ROLE_UPF ? NULL : "destination N6 in a gNB";
	case DP_RADIO:
		if (role != DP_ROLE_GNB)
			return "destination radio in a UPF";
		return s->bearer.ifindex ? NULL : "destination radio without a bearer";
	}
	return "unknown destination interface";
}

static int pdrs_check(enum dp_role role, const struct dp_session *s, struct dp_error *ret_err)
{
	for (size_t i = 0; i < s->pdr_count; i++) {
		const struct dp_pdr *pdr = &s->pdr[i];
		const char *fault = pdr_fault(role, s, pdr);
		const struct dp_far *far = dp_session_far(s, pdr->far_id);

		if (!fault && far->action == DP_FORWARD && pdr->source != DP_N3 &&
		    far->destination != DP_N3)
			fault = "from N6 or radio there is a way to N3 only";
		for (size_t j = 0; j < i && !fault; j++)
			if (s->pdr[j].id == pdr->id)
				fault = "two PDRs have this id";
		if (fault)
			return dp_error_set(ret_err, DP_ERROR_PDR, pdr->id, -EINVAL, "PDR %u: %s",
					    pdr->id, fault);
	}
	return 0;
}

static int fars_check(enum dp_role role, const struct dp_session *s, struct dp_error *ret_err)
{
	for (size_t i = 0; i < s->far_count; i++) {
		const struct dp_far *far = &s->far[i];
		const char *fault = far_fault(role, s, far);

		for (size_t j = 0; j < i && !fault; j++)
			if (s->far[j].id == far->id)
				fault = "two FARs have this id";
		if (fault)
			return dp_error_set(ret_err, DP_ERROR_FAR, far->id, -EINVAL, "FAR %u: %s",
					    far->id, fault);
	}
	return 0;
}

int dp_session_check(enum dp_role role, const struct dp_session *session, struct dp_error *ret_err)
{
	int rc;

	if (!session->id)
		return dp_error_set(ret_err, DP_ERROR_SESSION, 0, -EINVAL, "session id 0");
	if (session->pdr_count > DP_RULES_MAX || session->far_count > DP_RULES_MAX)
		return dp_error_set(ret_err, DP_ERROR_SESSION, 0, -EINVAL, "more than %d rules",
				    DP_RULES_MAX);
	if (session->mtu && session->mtu < MTU_MIN)
		return dp_error_set(ret_err, DP_ERROR_SESSION, 0, -EINVAL, "MTU under %d", MTU_MIN);
	rc = fars_check(role, session, ret_err);
	return rc ? rc : pdrs_check(role, session, ret_err);
}
