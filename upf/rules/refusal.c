// SPDX-License-Identifier: Apache-2.0
/* Why a request is refused, in N4's words: TS 29.244 cl. 8.2.1, 8.2.80. */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>

#include "upf/rules/rules.h"

static void refusal_text(struct upf_refusal *r, const char *format, va_list args)
{
	vsnprintf(r->text, sizeof(r->text), format, args);
}

int upf_refuse(struct upf_refusal *r, uint8_t cause, uint16_t offending_ie, const char *format, ...)
{
	va_list args;

	*r = (struct upf_refusal){.cause = cause, .offending_ie = offending_ie};
	va_start(args, format);
	refusal_text(r, format, args);
	va_end(args);
	return -EINVAL;
}

int upf_refuse_rule(struct upf_refusal *r, enum pfcp_rule_type type, uint32_t id,
		    const char *format, ...)
{
	va_list args;

	*r = (struct upf_refusal){
		.cause = PFCP_CAUSE_RULE_FAILURE,
		.has_rule = true,
		.rule = {.type = (uint8_t)type, .id = id},
	};
	va_start(args, format);
	refusal_text(r, format, args);
	va_end(args);
	return -EINVAL;
}

/* A has_ and an n_ are one octet each. */
const char *upf_unserved_find(const void *ie, const struct upf_unserved *rows)
{
	while (rows->what && ((const uint8_t *)ie)[rows->at] <= rows->max)
		rows++;
	return rows->what;
}

bool upf_rule_loses(const struct pfcp_cleared *cleared, uint16_t ie_type)
{
	for (size_t i = 0; i < cleared->n; i++)
		if (cleared->type[i] == ie_type)
			return true;
	return false;
}

/* ---- what the data plane says ---- */

static const struct {
	int what;
	enum pfcp_rule_type type;
} rule_types[] = {
	{DP_ERROR_PDR, PFCP_RULE_PDR},
	{DP_ERROR_FAR, PFCP_RULE_FAR},
	{DP_ERROR_QER, PFCP_RULE_QER},
	{DP_ERROR_URR, PFCP_RULE_URR},
};

void upf_rules_refusal(int rc, const struct dp_error *err, struct upf_refusal *ret)
{
	upf_refuse(ret, PFCP_CAUSE_RULE_FAILURE, 0, "%s", err->text);
	for (size_t i = 0; i < sizeof(rule_types) / sizeof(rule_types[0]); i++)
		if ((int)err->what == rule_types[i].what)
			upf_refuse_rule(ret, rule_types[i].type, err->rule_id, "%s", err->text);
	if (rc == -ENOSPC)
		ret->cause = PFCP_CAUSE_NO_RESOURCES;
	else if (rc != -EOPNOTSUPP && rc != -EINVAL && rc != -EEXIST)
		ret->cause = PFCP_CAUSE_SYSTEM_FAILURE;
}
