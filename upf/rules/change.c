// SPDX-License-Identifier: Apache-2.0
/* A request worked into a session's rules: removals first, then what the PDRs refer to, then the
 * PDRs.
 */
#include <errno.h>
#include <string.h>

#include "dataplane/address.h"
#include "upf/rules/rules.h"

static int too_many(struct upf_refusal *r, const char *what, int max)
{
	return upf_refuse(r, PFCP_CAUSE_NO_RESOURCES, 0, "more than %d %s", max, what);
}

/* ---- finding ---- */

#define FIND(type, list, key_type, key)                                                            \
	struct type *upf_rules_##list(struct upf_rules *rules, key_type key)                       \
	{                                                                                          \
		for (size_t i = 0; i < rules->n_##list; i++)                                       \
			if (rules->list[i].id == key)                                              \
				return &rules->list[i];                                            \
		return NULL;                                                                       \
	}
FIND(upf_pdr, pdr, uint16_t, id)
FIND(upf_far, far, uint32_t, id)
FIND(upf_qer, qer, uint32_t, id)
FIND(upf_urr, urr, uint32_t, id)
FIND(upf_endpoint, endpoint, uint8_t, id)

static bool endpoint_has_teid(const struct upf_endpoint *at, uint32_t teid)
{
	return teid && at->teid == teid;
}

bool upf_rules_has_teid(const struct upf_rules *rules, uint32_t teid)
{
	for (size_t i = 0; i < rules->n_pdr; i++)
		if (endpoint_has_teid(&rules->pdr[i].at, teid))
			return true;
	for (size_t i = 0; i < rules->n_endpoint; i++)
		if (endpoint_has_teid(&rules->endpoint[i], teid))
			return true;
	return false;
}

static bool ue_equal(const struct upf_ue *a, const struct upf_ue *b)
{
	return a->instance == b->instance && a->route == b->route &&
	       dp_prefix_equal(&a->prefix, &b->prefix);
}

bool upf_rules_claims_ue(const struct upf_rules *rules, const struct upf_ue *ue)
{
	for (size_t i = 0; i < rules->n_ue; i++)
		if (rules->ue[i].claimed && ue_equal(&rules->ue[i], ue))
			return true;
	return false;
}

/* ---- what a session holds of the UPF's ---- */

static void teid_release(const struct upf_rules_env *env, uint32_t teid,
			 const struct upf_rules *keep)
{
	if (teid && !(keep && upf_rules_has_teid(keep, teid)))
		upf_teid_release(env->teids, teid);
}

static void ue_release(const struct upf_rules_env *env, const struct upf_ue *ue,
		       const struct upf_rules *keep)
{
	if (ue->claimed && !(keep && upf_rules_claims_ue(keep, ue)))
		upf_ue_address_release(env->addresses, ue);
}

void upf_rules_release(const struct upf_rules_env *env, const struct upf_rules *from,
		       const struct upf_rules *keep)
{
	for (size_t i = 0; i < from->n_pdr; i++)
		teid_release(env, from->pdr[i].at.teid, keep);
	for (size_t i = 0; i < from->n_endpoint; i++)
		teid_release(env, from->endpoint[i].teid, keep);
	for (size_t i = 0; i < from->n_ue; i++)
		ue_release(env, &from->ue[i], keep);
}

/* PDRs may have one between them */
static int teid_claim(const struct upf_rules_env *env, uint32_t teid)
{
	const int rc = teid ? upf_teid_claim(env->teids, teid) : 0;

	return rc == -EEXIST ? 0 : rc;
}

int upf_rules_claim(const struct upf_rules_env *env, const struct upf_rules *rules)
{
	int rc = 0;

	for (size_t i = 0; i < rules->n_pdr && !rc; i++)
		rc = teid_claim(env, rules->pdr[i].at.teid);
	for (size_t i = 0; i < rules->n_endpoint && !rc; i++)
		rc = teid_claim(env, rules->endpoint[i].teid);
	for (size_t i = 0; i < rules->n_ue && !rc; i++)
		if (rules->ue[i].claimed)
			rc = upf_ue_address_claim(env->addresses, &rules->ue[i]);
	return rc;
}

static uint32_t ue_used(const struct upf_rules *rules)
{
	uint32_t used = 0;

	for (size_t i = 0; i < rules->n_pdr; i++)
		used |= rules->pdr[i].at.ue;
	for (size_t i = 0; i < rules->n_endpoint; i++)
		used |= rules->endpoint[i].ue;
	return used;
}

/* The same addresses, where each place behind @gone is one lower */
static uint32_t ue_without(uint32_t bits, unsigned gone)
{
	const uint32_t below = bits & ((1u << gone) - 1);

	return below | (bits >> (gone + 1)) << gone;
}

static void ue_remove(struct upf_rules *rules, unsigned gone)
{
	memmove(&rules->ue[gone], &rules->ue[gone + 1],
		(rules->n_ue - gone - 1u) * sizeof(rules->ue[0]));
	rules->n_ue--;
	for (size_t i = 0; i < rules->n_pdr; i++)
		rules->pdr[i].at.ue = ue_without(rules->pdr[i].at.ue, gone);
	for (size_t i = 0; i < rules->n_endpoint; i++)
		rules->endpoint[i].ue = ue_without(rules->endpoint[i].ue, gone);
}

/* Addresses that no rule names any more. One that this request took is given back at once: it
 * is neither in these rules nor in those of before */
static void ue_tidy(struct upf_rules *rules, const struct upf_rules_env *env)
{
	for (unsigned i = rules->n_ue; i-- > 0;) {
		if (ue_used(rules) >> i & 1)
			continue;
		ue_release(env, &rules->ue[i], env->owned);
		ue_remove(rules, i);
	}
}

/* ---- lists ---- */

/* Takes element @at out of an array of *n, whose elements have @size octets */
static void element_remove(void *array, uint8_t *n, size_t size, const void *at)
{
	char *end = (char *)array + --*n * size;

	memmove((void *)at, (const char *)at + size, (size_t)(end - (const char *)at));
}

/* All elements of rules->list whose @member is @id */
#define DROP(list, member, owner_id)                                                               \
	do {                                                                                       \
		for (size_t i_ = rules->n_##list; i_-- > 0;)                                       \
			if (rules->list[i_].member == (owner_id))                                  \
				element_remove(rules->list, &rules->n_##list,                      \
					       sizeof(rules->list[0]), &rules->list[i_]);          \
	} while (0)

void upf_rules_drop_pdr(struct upf_rules *rules, uint16_t pdr_id)
{
	DROP(filter, pdr_id, pdr_id);
	DROP(application, pdr_id, pdr_id);
}

void upf_rules_drop_far(struct upf_rules *rules, uint32_t far_id)
{
	DROP(duplicate, far_id, far_id);
}

#define REMOVE(list, TYPE, NAME, drop)                                                             \
	static int list##s_remove(struct upf_rules *rules, const struct upf_change *c,             \
				  struct upf_refusal *r)                                           \
	{                                                                                          \
		for (size_t i = 0; i < c->n_remove_##list; i++) {                                  \
			const struct upf_##list *at =                                              \
				upf_rules_##list(rules, c->remove_##list[i]);                      \
                                                                                                   \
			if (!at)                                                                   \
				return upf_refuse_rule(r, TYPE, c->remove_##list[i],               \
						       "no such " NAME);                           \
			drop;                                                                      \
			element_remove(rules->list, &rules->n_##list, sizeof(*at), at);            \
		}                                                                                  \
		return 0;                                                                          \
	}
REMOVE(pdr, PFCP_RULE_PDR, "PDR", upf_rules_drop_pdr(rules, at->id))
REMOVE(far, PFCP_RULE_FAR, "FAR", upf_rules_drop_far(rules, at->id))
REMOVE(qer, PFCP_RULE_QER, "QER", (void)0)
REMOVE(urr, PFCP_RULE_URR, "URR", upf_rules_drop_urr(rules, at->id))

static int endpoint_refuse(struct upf_refusal *r, uint8_t cause, unsigned id, const char *what)
{
	return upf_refuse(r, cause, PFCP_IE_TRAFFIC_ENDPOINT_ID, "Traffic Endpoint %u: %s", id,
			  what);
}

/* cl. 5.2.1: PDRs that name it go too, which is said of the PDRs here: each is removed by itself */
static int endpoints_remove(struct upf_rules *rules, const struct upf_change *c,
			    struct upf_refusal *r)
{
	for (size_t i = 0; i < c->n_remove_endpoint; i++) {
		const uint8_t id = c->remove_endpoint[i];
		const struct upf_endpoint *at = upf_rules_endpoint(rules, id);

		if (!at)
			return endpoint_refuse(r, PFCP_CAUSE_MANDATORY_IE_INCORRECT, id,
					       "there is none");
		for (size_t j = rules->n_pdr; j-- > 0;) {
			struct upf_pdr *pdr = &rules->pdr[j];

			if (!pdr->has_endpoint || pdr->at.id != id)
				continue;
			upf_rules_drop_pdr(rules, pdr->id);
			element_remove(rules->pdr, &rules->n_pdr, sizeof(*pdr), pdr);
		}
		element_remove(rules->endpoint, &rules->n_endpoint, sizeof(*at), at);
	}
	return 0;
}

static int rules_remove(struct upf_rules *rules, const struct upf_change *c, struct upf_refusal *r)
{
	int rc = pdrs_remove(rules, c, r);

	if (!rc)
		rc = fars_remove(rules, c, r);
	if (!rc)
		rc = qers_remove(rules, c, r);
	if (!rc)
		rc = urrs_remove(rules, c, r);
	if (!rc)
		rc = endpoints_remove(rules, c, r);
	if (rc || !c->has_remove_bar)
		return rc;
	if (!rules->n_bar || rules->bar[0].id != c->remove_bar)
		return upf_refuse_rule(r, PFCP_RULE_BAR, c->remove_bar, "no such BAR");
	rules->n_bar = 0;
	return 0;
}

/* ---- what PDRs refer to ---- */

static bool removes_urr(const struct upf_change *c, uint32_t id)
{
	for (size_t i = 0; i < c->n_remove_urr; i++)
		if (c->remove_urr[i] == id)
			return true;
	return false;
}

/* Create and Update of one kind of rule, which upf_LIST_read reads */
#define CHANGE(list, ie_id, TYPE, NAME, MAX)                                                       \
	static int list##_create(const struct pfcp_##list *ie, struct upf_reading *reading)        \
	{                                                                                          \
		struct upf_rules *rules = reading->rules;                                          \
                                                                                                   \
		if (rules->n_##list == MAX)                                                        \
			return too_many(reading->refusal, NAME "s", MAX);                          \
		if (upf_rules_##list(rules, ie->ie_id))                                            \
			return upf_refuse_rule(reading->refusal, TYPE, ie->ie_id,                  \
					       NAME " ID is taken");                               \
		rules->list[rules->n_##list] = (struct upf_##list){.id = ie->ie_id};               \
		return upf_##list##_read(&rules->list[rules->n_##list++], ie, reading);            \
	}                                                                                          \
                                                                                                   \
	static int list##_update(const struct pfcp_##list *ie, struct upf_reading *reading)        \
	{                                                                                          \
		struct upf_##list *at = upf_rules_##list(reading->rules, ie->ie_id);               \
                                                                                                   \
		if (!at)                                                                           \
			return upf_refuse_rule(reading->refusal, TYPE, ie->ie_id,                  \
					       "no such " NAME);                                   \
		return upf_##list##_read(at, ie, reading);                                         \
	}                                                                                          \
                                                                                                   \
	static int list##s_change(const struct upf_change *c, struct upf_reading *reading)         \
	{                                                                                          \
		int rc = 0;                                                                        \
                                                                                                   \
		reading->update = false;                                                           \
		for (size_t i = 0; !rc && i < c->n_create_##list; i++)                             \
			rc = list##_create(&c->create_##list[i], reading);                         \
		reading->update = true;                                                            \
		for (size_t i = 0; !rc && i < c->n_update_##list; i++)                             \
			rc = list##_update(&c->update_##list[i], reading);                         \
		return rc;                                                                         \
	}
CHANGE(far, far_id, PFCP_RULE_FAR, "FAR", UPF_FARS_MAX)
CHANGE(qer, qer_id, PFCP_RULE_QER, "QER", UPF_QERS_MAX)
CHANGE(urr, urr_id, PFCP_RULE_URR, "URR", UPF_URRS_MAX)
CHANGE(pdr, pdr_id, PFCP_RULE_PDR, "PDR", UPF_PDRS_MAX)

/* What a removed URR has counted is reported after the request; under its id nothing else may count
 * by then. */
static int urrs_check(const struct upf_change *c, struct upf_refusal *r)
{
	for (size_t i = 0; i < c->n_create_urr; i++)
		if (removes_urr(c, c->create_urr[i].urr_id))
			return upf_refuse_rule(r, PFCP_RULE_URR, c->create_urr[i].urr_id,
					       "the same request removes this URR");
	return 0;
}

static int bar_change(struct upf_rules *rules, const struct upf_change *c, struct upf_refusal *r)
{
	if (c->create_bar) {
		if (rules->n_bar)
			return upf_refuse_rule(r, PFCP_RULE_BAR, c->create_bar->bar_id,
					       "a session has one BAR");
		rules->bar[rules->n_bar++] = (struct upf_bar){.id = c->create_bar->bar_id};
		upf_bar_read(&rules->bar[0], c->create_bar);
	}
	if (c->update_bar) {
		if (!rules->n_bar || rules->bar[0].id != c->update_bar->bar_id)
			return upf_refuse_rule(r, PFCP_RULE_BAR, c->update_bar->bar_id,
					       "no such BAR");
		upf_bar_read(&rules->bar[0], c->update_bar);
	}
	return 0;
}

static int endpoints_create(const struct upf_change *c, struct upf_reading *reading)
{
	struct upf_rules *rules = reading->rules;
	int rc = 0;

	reading->update = false;
	for (size_t i = 0; !rc && i < c->n_create_endpoint; i++) {
		const struct pfcp_traffic_endpoint *ie = &c->create_endpoint[i];

		if (rules->n_endpoint == UPF_ENDPOINTS_MAX)
			return too_many(reading->refusal, "Traffic Endpoints", UPF_ENDPOINTS_MAX);
		if (upf_rules_endpoint(rules, ie->id))
			return endpoint_refuse(reading->refusal, PFCP_CAUSE_MANDATORY_IE_INCORRECT,
					       ie->id, "the id is taken");
		rules->endpoint[rules->n_endpoint] = (struct upf_endpoint){.id = ie->id};
		rc = upf_endpoint_read(&rules->endpoint[rules->n_endpoint++], ie, reading);
	}
	return rc;
}

static bool creates_endpoint(const struct upf_change *c, uint8_t id)
{
	for (size_t i = 0; i < c->n_create_endpoint; i++)
		if (c->create_endpoint[i].id == id)
			return true;
	return false;
}

static int endpoints_update(const struct upf_change *c, struct upf_reading *reading)
{
	int rc = 0;

	reading->update = true;
	for (size_t i = 0; !rc && i < c->n_update_endpoint; i++) {
		const struct pfcp_traffic_endpoint *ie = &c->update_endpoint[i];
		struct upf_endpoint *at = upf_rules_endpoint(reading->rules, ie->id);

		if (!at)
			return endpoint_refuse(reading->refusal, PFCP_CAUSE_MANDATORY_IE_INCORRECT,
					       ie->id, "there is none");
		/* It would lose the TEID just taken for it, which nobody owns yet. */
		if (creates_endpoint(c, ie->id))
			return endpoint_refuse(reading->refusal, PFCP_CAUSE_MANDATORY_IE_INCORRECT,
					       ie->id, "the same request creates it");
		rc = upf_endpoint_read(at, ie, reading);
	}
	return rc;
}

/* PDRs are as their Traffic Endpoints are, but for the QFIs of their own. */
static void endpoints_copy(struct upf_rules *rules)
{
	for (size_t i = 0; i < rules->n_pdr; i++) {
		struct upf_pdr *pdr = &rules->pdr[i];
		const struct upf_endpoint *from =
			pdr->has_endpoint ? upf_rules_endpoint(rules, pdr->at.id) : NULL;
		const uint64_t qfis = pdr->at.qfis;

		if (!from)
			continue;
		pdr->at = *from;
		if (pdr->has_qfis)
			pdr->at.qfis = qfis;
	}
}

static bool chooses_ue(const struct pfcp_ue_ip *ue_ip, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (ue_ip[i].choose4 || ue_ip[i].choose6)
			return true;
	return false;
}

/* The network instance of the first PDI or Traffic Endpoint of the core side that has a UE address
 * chosen: the session's address is of that one's pools. 0: none says so */
static uint8_t ue_instance(const struct upf_change *c, const struct upf_rules_env *env)
{
	int found = 0;

#define LOOK(ie)                                                                                   \
	if (found <= 0 && !(ie)->has_f_teid && (ie)->has_network_instance &&                       \
	    chooses_ue((ie)->ue_ip, (ie)->n_ue_ip))                                                \
		found = upf_instance_find(env, &(ie)->network_instance);

	for (size_t i = 0; i < c->n_create_endpoint; i++)
		LOOK(&c->create_endpoint[i])
	for (size_t i = 0; i < c->n_create_pdr; i++)
		LOOK(&c->create_pdr[i].pdi)
	for (size_t i = 0; i < c->n_update_pdr; i++)
		LOOK(&c->update_pdr[i].pdi)
#undef LOOK
	return found > 0 ? (uint8_t)found : 0;
}

int upf_rules_change(struct upf_rules *rules, const struct upf_change *change,
		     const struct upf_rules_env *env, struct upf_created *ret_created,
		     struct upf_refusal *ret_refusal)
{
	struct upf_reading reading = {
		.env = env,
		.rules = rules,
		.created = ret_created,
		.refusal = ret_refusal,
		.ue_instance = ue_instance(change, env),
	};
	int rc = urrs_check(change, ret_refusal);

	ret_created->n_pdr = ret_created->n_endpoint = 0;
	if (!rc)
		rc = rules_remove(rules, change, ret_refusal);
	if (!rc)
		rc = bar_change(rules, change, ret_refusal);
	if (!rc)
		rc = endpoints_create(change, &reading);
	if (!rc)
		rc = endpoints_update(change, &reading);
	if (!rc)
		rc = fars_change(change, &reading);
	if (!rc)
		rc = qers_change(change, &reading);
	if (!rc)
		rc = urrs_change(change, &reading);
	if (!rc)
		rc = pdrs_change(change, &reading);
	if (rc)
		return rc;
	endpoints_copy(rules);
	ue_tidy(rules, env);
	return upf_rules_check(rules, ret_refusal);
}
