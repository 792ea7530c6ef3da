// SPDX-License-Identifier: Apache-2.0
/* The rules of a session: finding, removing, creating, updating, and whether the whole makes sense.
 */
#include "upf/rules.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

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

struct upf_pdr *upf_rules_pdr(struct upf_rules *rules, uint16_t id)
{
	for (size_t i = 0; i < rules->n_pdr; i++)
		if (rules->pdr[i].id == id)
			return &rules->pdr[i];
	return NULL;
}

struct upf_far *upf_rules_far(struct upf_rules *rules, uint32_t id)
{
	for (size_t i = 0; i < rules->n_far; i++)
		if (rules->far[i].id == id)
			return &rules->far[i];
	return NULL;
}

struct upf_qer *upf_rules_qer(struct upf_rules *rules, uint32_t id)
{
	for (size_t i = 0; i < rules->n_qer; i++)
		if (rules->qer[i].id == id)
			return &rules->qer[i];
	return NULL;
}

bool upf_rule_loses(const struct pfcp_cleared *cleared, uint16_t ie_type)
{
	for (size_t i = 0; i < cleared->n; i++)
		if (cleared->type[i] == ie_type)
			return true;
	return false;
}

bool upf_rules_has_teid(const struct upf_rules *rules, uint32_t teid)
{
	for (size_t i = 0; teid && i < rules->n_pdr; i++)
		if (rules->pdr[i].teid == teid)
			return true;
	return false;
}

struct in_addr upf_rules_ue_ip(const struct upf_rules *rules)
{
	for (size_t i = 0; i < rules->n_pdr; i++)
		if (rules->pdr[i].has_ue_ip)
			return rules->pdr[i].ue_ip;
	return (struct in_addr){0};
}

void upf_rules_release_teids(struct upf_teids *teids, const struct upf_rules *from,
			     const struct upf_rules *keep)
{
	for (size_t i = 0; i < from->n_pdr; i++) {
		uint32_t teid = from->pdr[i].teid;

		if (teid && !(keep && upf_rules_has_teid(keep, teid)))
			upf_teid_release(teids, teid);
	}
}

/* Takes element @at out of an array of *n, whose elements have @size octets */
static void element_remove(void *array, size_t *n, size_t size, const void *at)
{
	char *end = (char *)array + --*n * size;

	memmove((void *)at, (const char *)at + size, (size_t)(end - (const char *)at));
}

static int rules_remove(struct upf_rules *rules, const struct upf_change *c, struct upf_refusal *r)
{
	for (size_t i = 0; i < c->n_remove_pdr; i++) {
		struct upf_pdr *pdr = upf_rules_pdr(rules, c->remove_pdr[i]);

		if (!pdr)
			return upf_refuse_rule(r, PFCP_RULE_PDR, c->remove_pdr[i], "no such PDR");
		element_remove(rules->pdr, &rules->n_pdr, sizeof(*pdr), pdr);
	}
	for (size_t i = 0; i < c->n_remove_far; i++) {
		struct upf_far *far = upf_rules_far(rules, c->remove_far[i]);

		if (!far)
			return upf_refuse_rule(r, PFCP_RULE_FAR, c->remove_far[i], "no such FAR");
		element_remove(rules->far, &rules->n_far, sizeof(*far), far);
	}
	for (size_t i = 0; i < c->n_remove_qer; i++) {
		struct upf_qer *qer = upf_rules_qer(rules, c->remove_qer[i]);

		if (!qer)
			return upf_refuse_rule(r, PFCP_RULE_QER, c->remove_qer[i], "no such QER");
		element_remove(rules->qer, &rules->n_qer, sizeof(*qer), qer);
	}
	return 0;
}

static int too_many(struct upf_refusal *r, const char *what, int max)
{
	return upf_refuse(r, PFCP_CAUSE_NO_RESOURCES, 0, "more than %d %s", max, what);
}

static int fars_change(struct upf_rules *rules, const struct upf_change *c,
		       const struct upf_rules_env *env, struct upf_refusal *r)
{
	int rc = 0;

	for (size_t i = 0; !rc && i < c->n_create_far; i++) {
		const struct pfcp_far *ie = &c->create_far[i];

		if (rules->n_far == UPF_RULES_MAX)
			return too_many(r, "FARs", UPF_RULES_MAX);
		if (ie->far_id & UPF_FAR_ID_PREDEFINED)
			return upf_refuse_rule(r, PFCP_RULE_FAR, ie->far_id,
					       "FAR ID of a predefined rule");
		if (upf_rules_far(rules, ie->far_id))
			return upf_refuse_rule(r, PFCP_RULE_FAR, ie->far_id, "FAR ID is taken");
		rules->far[rules->n_far] = (struct upf_far){.id = ie->far_id};
		rc = upf_far_read(&rules->far[rules->n_far++], ie, env->n3_addr, r);
	}
	for (size_t i = 0; !rc && i < c->n_update_far; i++) {
		struct upf_far *far = upf_rules_far(rules, c->update_far[i].far_id);

		if (!far)
			return upf_refuse_rule(r, PFCP_RULE_FAR, c->update_far[i].far_id,
					       "no such FAR");
		rc = upf_far_read(far, &c->update_far[i], env->n3_addr, r);
	}
	return rc;
}

static int qers_change(struct upf_rules *rules, const struct upf_change *c, struct upf_refusal *r)
{
	int rc = 0;

	for (size_t i = 0; !rc && i < c->n_create_qer; i++) {
		const struct pfcp_qer *ie = &c->create_qer[i];

		if (rules->n_qer == UPF_QERS_MAX)
			return too_many(r, "QERs", UPF_QERS_MAX);
		if (upf_rules_qer(rules, ie->qer_id))
			return upf_refuse_rule(r, PFCP_RULE_QER, ie->qer_id, "QER ID is taken");
		rules->qer[rules->n_qer] = (struct upf_qer){.id = ie->qer_id};
		rc = upf_qer_read(&rules->qer[rules->n_qer++], ie, r);
	}
	for (size_t i = 0; !rc && i < c->n_update_qer; i++) {
		struct upf_qer *qer = upf_rules_qer(rules, c->update_qer[i].qer_id);

		if (!qer)
			return upf_refuse_rule(r, PFCP_RULE_QER, c->update_qer[i].qer_id,
					       "no such QER");
		rc = upf_qer_read(qer, &c->update_qer[i], r);
	}
	return rc;
}

static int pdrs_create(struct upf_rules *rules, const struct upf_change *c,
		       struct upf_pdr_context *ctx)
{
	int rc = 0;

	for (size_t i = 0; !rc && i < c->n_create_pdr; i++) {
		const struct pfcp_pdr *ie = &c->create_pdr[i];
		struct upf_pdr pdr = {.id = ie->pdr_id};

		if (rules->n_pdr == UPF_RULES_MAX)
			return too_many(ctx->refusal, "PDRs", UPF_RULES_MAX);
		if (upf_rules_pdr(rules, ie->pdr_id))
			return upf_refuse_rule(ctx->refusal, PFCP_RULE_PDR, ie->pdr_id,
					       "PDR ID is taken");
		rc = upf_pdr_read(&pdr, ie, ctx);
		/* Even then: the TEID that it took must be found to be given back. */
		rules->pdr[rules->n_pdr++] = pdr;
	}
	return rc;
}

static bool creates_pdr(const struct upf_change *c, uint16_t id)
{
	for (size_t i = 0; i < c->n_create_pdr; i++)
		if (c->create_pdr[i].pdr_id == id)
			return true;
	return false;
}

static int pdrs_update(struct upf_rules *rules, const struct upf_change *c,
		       struct upf_pdr_context *ctx)
{
	int rc = 0;

	ctx->update = true;
	for (size_t i = 0; !rc && i < c->n_update_pdr; i++) {
		struct upf_pdr *pdr = upf_rules_pdr(rules, c->update_pdr[i].pdr_id);

		if (!pdr)
			return upf_refuse_rule(ctx->refusal, PFCP_RULE_PDR, c->update_pdr[i].pdr_id,
					       "no such PDR");
		/* It would lose the TEID just taken for it, which the session doesn't own yet. */
		if (creates_pdr(c, pdr->id))
			return upf_refuse_rule(ctx->refusal, PFCP_RULE_PDR, pdr->id,
					       "the same request creates this PDR");
		rc = upf_pdr_read(pdr, &c->update_pdr[i], ctx);
	}
	return rc;
}

/* ---- the whole ---- */

static const char *pdr_fault(struct upf_rules *rules, const struct upf_pdr *pdr)
{
	struct in_addr ue_ip = upf_rules_ue_ip(rules);

	if (!upf_rules_far(rules, pdr->far_id))
		return "the FAR it names is not there";
	for (size_t i = 0; i < pdr->n_qer; i++)
		if (!upf_rules_qer(rules, pdr->qer_id[i]))
			return "a QER it names is not there";
	if (pdr->has_ue_ip && pdr->ue_ip.s_addr != ue_ip.s_addr)
		return "a session has one UE address";
	if (pdr->source == PFCP_INTERFACE_CORE) {
		if (!pdr->has_ue_ip)
			return "a PDR of the core side needs the UE's address";
		return pdr->remove_outer ? "packets from N6 have no outer header" : NULL;
	}
	if (!pdr->teid)
		return "a PDR of the access side needs an F-TEID";
	return pdr->remove_outer ? NULL : "the outer header must be removed";
}

static const char *far_fault(const struct upf_far *far)
{
	if (!far->forward)
		return NULL;
	if (!far->has_destination)
		return "FORW without forwarding parameters";
	if (far->destination == PFCP_INTERFACE_ACCESS)
		return far->has_tunnel ? NULL : "the access side needs an outer header";
	return far->has_tunnel ? "N6 has no outer header" : NULL;
}

static int rules_check(struct upf_rules *rules, struct upf_refusal *r)
{
	const char *fault;

	for (size_t i = 0; i < rules->n_far; i++) {
		fault = far_fault(&rules->far[i]);
		if (fault)
			return upf_refuse_rule(r, PFCP_RULE_FAR, rules->far[i].id, "%s", fault);
	}
	for (size_t i = 0; i < rules->n_pdr; i++) {
		fault = pdr_fault(rules, &rules->pdr[i]);
		if (fault)
			return upf_refuse_rule(r, PFCP_RULE_PDR, rules->pdr[i].id, "%s", fault);
	}
	return 0;
}

int upf_rules_change(struct upf_rules *rules, const struct upf_change *change,
		     const struct upf_rules_env *env, struct upf_created *ret_created,
		     struct upf_refusal *ret_refusal)
{
	struct upf_pdr_context ctx = {
		.env = env,
		.rules = rules,
		.created = ret_created,
		.refusal = ret_refusal,
	};
	int rc = rules_remove(rules, change, ret_refusal);

	ret_created->n = 0;
	if (!rc)
		rc = fars_change(rules, change, env, ret_refusal);
	if (!rc)
		rc = qers_change(rules, change, ret_refusal);
	if (!rc)
		rc = pdrs_create(rules, change, &ctx);
	if (!rc)
		rc = pdrs_update(rules, change, &ctx);
	return rc ? rc : rules_check(rules, ret_refusal);
}
