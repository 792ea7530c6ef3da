// SPDX-License-Identifier: Apache-2.0
/*
 * PFCP: structs -> one line of text, by the tables; and the names of causes.
 */
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>

#include "lib/pfcp/ie.h"

void pfcp_out_add(struct pfcp_out *out, const char *format, ...)
{
	size_t left = out->len < out->size ? out->size - out->len : 0;
	va_list args;
	int n;

	va_start(args, format);
	n = vsnprintf(left ? out->buf + out->len : NULL, left, format, args);
	va_end(args);
	if (n > 0)
		out->len += (size_t)n;
}

static void print_group(struct pfcp_out *out, const struct pfcp_group *group, const void *value);

static void print_member(struct pfcp_out *out, const struct pfcp_member *m, const void *value)
{
	const struct pfcp_ie *ie = m->ie;
	unsigned int n = pfcp_member_number(m, value);

	for (unsigned int i = 0; i < n && i < m->max; i++) {
		const void *one = pfcp_member_value(m, value, i);

		pfcp_out_add(out, " %s=", ie->name);
		if (ie->group)
			print_group(out, ie->group, one);
		else
			ie->print(ie, out, one);
	}
}

static void print_cleared(struct pfcp_out *out, const struct pfcp_cleared *cleared)
{
	for (unsigned int i = 0; i < cleared->n && i < PFCP_MAX_CLEARED; i++)
		pfcp_out_add(out, " cleared=%s", pfcp_ie_name(cleared->type[i]));
}

static void print_group(struct pfcp_out *out, const struct pfcp_group *group, const void *value)
{
	pfcp_out_add(out, "{");
	for (unsigned int i = 0; i < group->n_members; i++)
		print_member(out, &group->members[i], value);
	if (group->cleared != PFCP_NOWHERE)
		print_cleared(out, (const struct pfcp_cleared *)((const uint8_t *)value +
								 group->cleared));
	pfcp_out_add(out, " }");
}

static void print_skipped(struct pfcp_out *out, const struct pfcp_skipped *s)
{
	const struct {
		const char *name;
		unsigned int n;
	} counts[] = {
		{"unknown", s->unknown},   {"unexpected", s->unexpected}, {"vendor", s->vendor},
		{"repeated", s->repeated}, {"incorrect", s->incorrect},
	};

	for (size_t i = 0; i < sizeof(counts) / sizeof(counts[0]); i++) {
		if (counts[i].n)
			pfcp_out_add(out, " skipped-%s=%u", counts[i].name, counts[i].n);
	}
	if (s->first_unknown)
		pfcp_out_add(out, " first-unknown=%u", s->first_unknown);
	if (s->vendor)
		pfcp_out_add(out, " enterprise-id=%u", s->enterprise_id);
}

size_t pfcp_print(const struct pfcp_msg *msg, char *buf, size_t size)
{
	const struct pfcp_message *message = pfcp_message_find(msg->header.type);
	struct pfcp_out out = {.buf = buf, .size = size};

	pfcp_out_add(&out, "%s", pfcp_message_name(msg->header.type));
	if (!message)
		pfcp_out_add(&out, "-%u", msg->header.type);
	if (msg->header.has_seid)
		pfcp_out_add(&out, " seid=0x%" PRIx64, msg->header.seid);
	pfcp_out_add(&out, " seq=%" PRIu32, msg->header.sequence);
	if (msg->header.has_priority)
		pfcp_out_add(&out, " priority=%u", msg->header.priority);
	if (msg->header.follow_on)
		pfcp_out_add(&out, " follow-on");
	if (message) {
		pfcp_out_add(&out, " ");
		print_group(&out, message->group, pfcp_body_const(msg));
	}
	print_skipped(&out, &msg->skipped);
	return out.len;
}

static const char *const causes[] = {
	[PFCP_CAUSE_ACCEPTED] = "accepted",
	[PFCP_CAUSE_MORE_USAGE_REPORT] = "more-usage-report",
	[PFCP_CAUSE_PARTIALLY_ACCEPTED] = "partially-accepted",
	[PFCP_CAUSE_REJECTED] = "rejected",
	[PFCP_CAUSE_SESSION_NOT_FOUND] = "session-not-found",
	[PFCP_CAUSE_MANDATORY_IE_MISSING] = "mandatory-ie-missing",
	[PFCP_CAUSE_CONDITIONAL_IE_MISSING] = "conditional-ie-missing",
	[PFCP_CAUSE_INVALID_LENGTH] = "invalid-length",
	[PFCP_CAUSE_MANDATORY_IE_INCORRECT] = "mandatory-ie-incorrect",
	[PFCP_CAUSE_INVALID_FORWARDING_POLICY] = "invalid-forwarding-policy",
	[PFCP_CAUSE_INVALID_F_TEID_ALLOCATION] = "invalid-f-teid-allocation",
	[PFCP_CAUSE_NO_ASSOCIATION] = "no-association",
	[PFCP_CAUSE_RULE_FAILURE] = "rule-failure",
	[PFCP_CAUSE_CONGESTION] = "congestion",
	[PFCP_CAUSE_NO_RESOURCES] = "no-resources",
	[PFCP_CAUSE_SERVICE_NOT_SUPPORTED] = "service-not-supported",
	[PFCP_CAUSE_SYSTEM_FAILURE] = "system-failure",
	[PFCP_CAUSE_REDIRECTION_REQUESTED] = "redirection-requested",
	[PFCP_CAUSE_ADDRESSES_OCCUPIED] = "addresses-occupied",
	[PFCP_CAUSE_UNKNOWN_PREDEFINED_RULE] = "unknown-predefined-rule",
	[PFCP_CAUSE_UNKNOWN_APPLICATION_ID] = "unknown-application-id",
	[PFCP_CAUSE_L2TP_TUNNEL_FAILURE] = "l2tp-tunnel-failure",
	[PFCP_CAUSE_L2TP_SESSION_FAILURE] = "l2tp-session-failure",
	[PFCP_CAUSE_L2TP_TUNNEL_RELEASE] = "l2tp-tunnel-release",
	[PFCP_CAUSE_L2TP_SESSION_RELEASE] = "l2tp-session-release",
	[PFCP_CAUSE_RESTORATION_FAILURE] = "restoration-failure",
};

const char *pfcp_cause_name(uint8_t cause)
{
	if (cause >= sizeof(causes) / sizeof(causes[0]) || !causes[cause])
		return "unknown";
	return causes[cause];
}
