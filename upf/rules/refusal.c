// SPDX-License-Identifier: Apache-2.0
/* What the readers of all rules share: refusals, what is unserved, what an update takes away. */
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
