// SPDX-License-Identifier: Apache-2.0
/*
 * What a PDI and a Traffic Endpoint have in common: network instance, UE addresses, framed routes,
 * QFIs, and the local F-TEID (TS 29.244 cl. 5.2.1, 7.5.2.2-2, 7.5.2.7, 7.5.4.13).
 */
#include <arpa/inet.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "dataplane/address.h"
#include "upf/rules/rules.h"

/* ---- whose refusal ---- */

__attribute__((format(printf, 4, 5))) static int refuse(struct upf_reading *reading,
							const struct upf_locality *of,
							uint8_t cause, const char *format, ...)
{
	char text[128];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	if (of->is_endpoint)
		return upf_refuse(reading->refusal, cause, PFCP_IE_TRAFFIC_ENDPOINT_ID,
				  "Traffic Endpoint %u: %s", of->id, text);
	upf_refuse_rule(reading->refusal, PFCP_RULE_PDR, of->id, "%s", text);
	reading->refusal->cause = cause;
	return -EINVAL;
}

#define REFUSE(...) refuse(reading, of, PFCP_CAUSE_RULE_FAILURE, __VA_ARGS__)

/* ---- what the UPF chose ---- */

static struct upf_chosen *chosen_note(struct upf_reading *reading, const struct upf_locality *of)
{
	struct upf_created *created = reading->created;
	struct upf_chosen *list = of->is_endpoint ? created->endpoint : created->pdr;
	uint8_t *n = of->is_endpoint ? &created->n_endpoint : &created->n_pdr;

	/* As many PDRs and Traffic Endpoints as there can be find room. */
	if (!*n || list[*n - 1].id != of->id)
		list[(*n)++] = (struct upf_chosen){.id = (uint16_t)of->id};
	return &list[*n - 1];
}

/* ---- network instance ---- */

int upf_instance_find(const struct upf_rules_env *env, const struct pfcp_name *name)
{
	for (uint8_t i = 0; i < env->instance_count; i++)
		if (!strcasecmp(env->instance[i].name, name->text))
			return i;
	return env->instance_count && !env->instance[0].name[0] ? 0 : -1;
}

static int instance_read(struct upf_endpoint *at, const struct upf_locality *of,
			 struct upf_reading *reading)
{
	int found = upf_instance_find(reading->env, of->instance);

	if (found < 0)
		return REFUSE("there is no network instance '%.64s'", of->instance->text);
	at->instance = (uint8_t)found;
	return 0;
}

/* ---- UE addresses ---- */

static bool in_pool(const struct upf_rules_env *env, const struct dp_addr *addr)
{
	bool pools = false;

	for (size_t i = 0; i < env->instance_count; i++)
		for (size_t j = 0; j < env->instance[i].pool_count; j++) {
			if (dp_prefix_has(&env->instance[i].pool[j], addr))
				return true;
			pools = true;
		}
	return !pools;
}

/* Its place among the session's, where it is put unless it is there */
static int ue_place(struct upf_reading *reading, const struct upf_locality *of,
		    const struct upf_ue *ue, unsigned *ret_place)
{
	struct upf_rules *rules = reading->rules;

	for (unsigned i = 0; i < rules->n_ue; i++)
		if (rules->ue[i].instance == ue->instance &&
		    dp_prefix_equal(&rules->ue[i].prefix, &ue->prefix)) {
			*ret_place = i;
			return 0;
		}
	if (rules->n_ue == UPF_UES_MAX)
		return refuse(reading, of, PFCP_CAUSE_NO_RESOURCES, "more than %d UE addresses",
			      UPF_UES_MAX);
	*ret_place = rules->n_ue;
	rules->ue[rules->n_ue++] = *ue;
	return 0;
}

static int ue_claim(struct upf_reading *reading, const struct upf_locality *of, struct upf_ue *ue)
{
	if (ue->claimed)
		return 0;
	if (!upf_rules_claims_ue(reading->env->owned, ue) &&
	    upf_ue_address_claim(reading->env->addresses, ue))
		return REFUSE("the UE address is in use by another session");
	ue->claimed = true;
	return 0;
}

/* One that the CP function has chosen. Only where packets come in by it (the core side) is it this
 * session's alone; on the access side it says whose packets pass. */
static int ue_add(struct upf_endpoint *at, const struct upf_locality *of,
		  const struct dp_prefix *prefix, struct upf_reading *reading)
{
	const struct upf_ue ue = {.instance = at->instance, .prefix = *prefix};
	unsigned place;
	int rc = ue_place(reading, of, &ue, &place);

	if (!rc && !of->f_teid)
		rc = ue_claim(reading, of, &reading->rules->ue[place]);
	if (!rc)
		at->ue |= 1u << place;
	return rc;
}

static int ue_given(struct upf_endpoint *at, const struct upf_locality *of,
		    const struct dp_prefix *prefix, struct upf_reading *reading)
{
	if (!dp_addr_is_host(&prefix->addr) || !in_pool(reading->env, &prefix->addr))
		return REFUSE("the UE address is not one of this UPF's");
	return ue_add(at, of, prefix, reading);
}

/* cl. 5.21.2: all rules of a session get the same one. */
static const struct dp_prefix *ue_chosen_before(const struct upf_reading *reading, uint8_t instance,
						sa_family_t family)
{
	for (size_t i = 0; i < reading->created->n_pdr; i++) {
		const struct upf_chosen *c = &reading->created->pdr[i];

		if (family == AF_INET ? c->has_ue4 : c->has_ue6)
			return family == AF_INET ? &c->ue4 : &c->ue6;
	}
	for (size_t i = 0; i < reading->created->n_endpoint; i++) {
		const struct upf_chosen *c = &reading->created->endpoint[i];

		if (family == AF_INET ? c->has_ue4 : c->has_ue6)
			return family == AF_INET ? &c->ue4 : &c->ue6;
	}
	for (size_t i = 0; i < reading->rules->n_ue; i++) {
		const struct upf_ue *ue = &reading->rules->ue[i];

		if (ue->claimed && ue->instance == instance && ue->prefix.addr.family == family)
			return &ue->prefix;
	}
	return NULL;
}

static int ue_choose(struct upf_endpoint *at, const struct upf_locality *of, sa_family_t family,
		     struct upf_reading *reading)
{
	const struct dp_prefix *before = ue_chosen_before(reading, at->instance, family);
	struct upf_ue ue = {.instance = at->instance, .claimed = true};
	struct upf_chosen *chosen;
	unsigned place;
	int rc;

	if (before)
		ue.prefix = *before;
	else if (upf_ue_address_take(reading->env->addresses, at->instance, family, &ue.prefix))
		return refuse(reading, of, PFCP_CAUSE_NO_RESOURCES,
			      "no UE address of IPv%c is left", family == AF_INET ? '4' : '6');
	rc = ue_place(reading, of, &ue, &place);
	if (rc) {
		if (!before)
			upf_ue_address_release(reading->env->addresses, &ue);
		return rc;
	}
	at->ue |= 1u << place;
	chosen = chosen_note(reading, of);
	if (family == AF_INET) {
		chosen->has_ue4 = true;
		chosen->ue4 = ue.prefix;
	} else {
		chosen->has_ue6 = true;
		chosen->ue6 = ue.prefix;
	}
	return 0;
}

/* The prefix that an IPv6 address with a length stands for */
static struct dp_prefix prefix6(const struct in6_addr *addr, unsigned len)
{
	struct dp_prefix prefix = {.addr = {.family = AF_INET6, .ip6 = *addr}, .len = len};

	for (unsigned bit = len; bit < 128; bit++)
		prefix.addr.ip6.s6_addr[bit / 8] &= (uint8_t) ~(0x80 >> bit % 8);
	return prefix;
}

/* cl. 8.2.62: delegated bits make the prefix shorter than 64. */
static unsigned prefix6_len(const struct pfcp_ue_ip *ip)
{
	if (ip->has_prefix_length && ip->prefix_length)
		return ip->prefix_length;
	return ip->has_delegation_bits && ip->delegation_bits < 64 ? 64u - ip->delegation_bits : 64;
}

static int ue_ip_read(struct upf_endpoint *at, const struct upf_locality *of,
		      const struct pfcp_ue_ip *ip, struct upf_reading *reading)
{
	struct dp_prefix prefix;
	int rc = 0;

	if (!ip->address.v4 && !ip->address.v6 && !ip->choose4 && !ip->choose6)
		return REFUSE("a UE address of no version");
	if (ip->choose4)
		rc = ue_choose(at, of, AF_INET, reading);
	else if (ip->address.v4) {
		prefix = (struct dp_prefix){.addr = dp_addr_ip4(ip->address.ip4), .len = 32};
		rc = ue_given(at, of, &prefix, reading);
	}
	if (!rc && ip->choose6)
		return ue_choose(at, of, AF_INET6, reading);
	if (rc || !ip->address.v6)
		return rc;
	if (prefix6_len(ip) > 128)
		return REFUSE("a prefix of %u bits", prefix6_len(ip));
	prefix = prefix6(&ip->address.ip6, prefix6_len(ip));
	return ue_given(at, of, &prefix, reading);
}

/* ---- framed routes ---- */

/* The network of "192.0.2.0/24 10.60.0.1 1", RFC 2865 cl. 5.22, RFC 3162 cl. 2.5; the gateway and
 * the metrics behind it say nothing here: it is behind the UE. */
static bool route_parse(const char *text, sa_family_t family, struct dp_prefix *ret)
{
	const unsigned most = family == AF_INET ? 32 : 128;
	const size_t len = strcspn(text, " /");
	char addr[INET6_ADDRSTRLEN], *end;

	if (len >= sizeof(addr) || text[len] != '/')
		return false;
	memcpy(addr, text, len);
	addr[len] = '\0';
	*ret = (struct dp_prefix){.addr.family = family};
	if (inet_pton(family, addr, family == AF_INET ? (void *)&ret->addr.ip4 : &ret->addr.ip6) !=
	    1)
		return false;
	ret->len = (unsigned)strtoul(text + len + 1, &end, 10);
	return end != text + len + 1 && (!*end || *end == ' ') && ret->len <= most &&
	       ret->len > 0 && dp_prefix_right(ret);
}

static int routes_read(struct upf_endpoint *at, const struct upf_locality *of,
		       struct upf_reading *reading)
{
	const size_t n = of->n_framed_route + of->n_framed_ipv6_route;
	struct dp_prefix prefix;

	for (size_t i = 0; i < n; i++) {
		const bool v4 = i < of->n_framed_route;
		const char *text = v4 ? of->framed_route[i].text
				      : of->framed_ipv6_route[i - of->n_framed_route].text;
		int rc;

		if (!route_parse(text, v4 ? AF_INET : AF_INET6, &prefix))
			return REFUSE("framed route '%.60s' is not PREFIX/LENGTH", text);
		rc = ue_add(at, of, &prefix, reading);
		if (rc)
			return rc;
	}
	return 0;
}

/* ---- F-TEID ---- */

/* Versions asked for that there are */
static void versions_have(const struct upf_rules_env *env, const struct pfcp_f_teid *f, bool *ret4,
			  bool *ret6)
{
	*ret4 = f->address.v4 && env->local[0].family == AF_INET;
	*ret6 = f->address.v6 && env->local[1].family == AF_INET6;
}

static int teid_choose(struct upf_endpoint *at, const struct upf_locality *of,
		       struct upf_reading *reading)
{
	const struct pfcp_f_teid *f = of->f_teid;
	uint32_t *shared = f->has_choose_id ? &reading->chosen[f->choose_id].teid : NULL;
	struct upf_chosen *chosen;

	versions_have(reading->env, f, &at->teid4, &at->teid6);
	if (!at->teid4 && !at->teid6)
		return REFUSE("there is no N3 address of the version of the F-TEID");
	if (shared && *shared)
		at->teid = *shared;
	else if (upf_teid_take(reading->env->teids, &at->teid))
		return refuse(reading, of, PFCP_CAUSE_NO_RESOURCES, "no TEID left");
	if (shared)
		*shared = at->teid;
	chosen = chosen_note(reading, of);
	chosen->has_teid = true;
	chosen->teid = at->teid;
	chosen->teid4 = at->teid4;
	chosen->teid6 = at->teid6;
	return 0;
}

static bool ours(const struct upf_rules_env *env, const struct pfcp_address *address)
{
	if (address->v4 &&
	    (env->local[0].family != AF_INET || address->ip4.s_addr != env->local[0].ip4.s_addr))
		return false;
	if (address->v6 && (env->local[1].family != AF_INET6 ||
			    !IN6_ARE_ADDR_EQUAL(&address->ip6, &env->local[1].ip6)))
		return false;
	return address->v4 || address->v6;
}

/* The CP function's choice: to restore a session, or a tunnel that this session has */
static int teid_given(struct upf_endpoint *at, const struct upf_locality *of,
		      struct upf_reading *reading)
{
	const struct upf_rules_env *env = reading->env;
	const uint32_t teid = of->f_teid->teid;
	int rc = 0;

	if (!ours(env, &of->f_teid->address))
		return REFUSE("the F-TEID's address is not this UPF's N3 address");
	if (!upf_rules_has_teid(env->owned, teid) && !upf_rules_has_teid(reading->rules, teid)) {
		if (!env->restore)
			return refuse(reading, of, PFCP_CAUSE_INVALID_F_TEID_ALLOCATION,
				      "F-TEIDs are allocated by the UPF");
		rc = upf_teid_claim(env->teids, teid);
	}
	if (rc == -EEXIST || rc == -EINVAL)
		return REFUSE("TEID %u is %s", teid, rc == -EEXIST ? "in use" : "invalid");
	if (rc)
		return refuse(reading, of, PFCP_CAUSE_NO_RESOURCES, "no TEID left");
	at->teid = teid;
	at->teid4 = of->f_teid->address.v4;
	at->teid6 = of->f_teid->address.v6;
	return 0;
}

static int f_teid_read(struct upf_endpoint *at, const struct upf_locality *of,
		       struct upf_reading *reading)
{
	if (!of->f_teid)
		return 0;
	if (!of->f_teid->choose)
		return teid_given(at, of, reading);
	if (!reading->update)
		return teid_choose(at, of, reading);
	return refuse(reading, of, PFCP_CAUSE_INVALID_F_TEID_ALLOCATION,
		      "a new F-TEID takes a new PDR or Traffic Endpoint");
}

/* ---- the whole ---- */

int upf_locality_read(struct upf_endpoint *at, const struct upf_locality *of,
		      struct upf_reading *reading)
{
	int rc = 0;

	/* A PDI is replaced as a whole, of a Traffic Endpoint only what is there. */
	if (!of->is_endpoint || !reading->update)
		*at = (struct upf_endpoint){.id = at->id};
	if (of->n_qfi)
		at->qfis = 0;
	for (size_t i = 0; i < of->n_qfi; i++)
		at->qfis |= 1ull << (of->qfi[i] & 63);
	if (of->n_ue_ip || of->n_framed_route || of->n_framed_ipv6_route)
		at->ue = 0;
	if (of->instance)
		rc = instance_read(at, of, reading);
	for (size_t i = 0; !rc && i < of->n_ue_ip; i++)
		rc = ue_ip_read(at, of, &of->ue_ip[i], reading);
	if (!rc)
		rc = routes_read(at, of, reading);
	/* Last: it takes a TEID */
	return rc ? rc : f_teid_read(at, of, reading);
}

static const struct upf_unserved unserved[] = {
	{offsetof(struct pfcp_traffic_endpoint, has_ethernet_session), 0, "Ethernet is"},
	{offsetof(struct pfcp_traffic_endpoint, has_redundant_transmission), 0,
	 "redundant transmission is"},
	{offsetof(struct pfcp_traffic_endpoint, has_mbs_session), 0, "MBS is"},
	{0},
};

int upf_endpoint_read(struct upf_endpoint *endpoint, const struct pfcp_traffic_endpoint *ie,
		      struct upf_reading *reading)
{
	const struct upf_locality locality = {
		.id = ie->id,
		.is_endpoint = true,
		.f_teid = ie->has_f_teid ? &ie->f_teid : NULL,
		.instance =
			ie->has_network_instance && !ie->has_f_teid ? &ie->network_instance : NULL,
		.n_ue_ip = ie->n_ue_ip,
		.ue_ip = ie->ue_ip,
		.n_framed_route = ie->n_framed_route,
		.framed_route = ie->framed_route,
		.n_framed_ipv6_route = ie->n_framed_ipv6_route,
		.framed_ipv6_route = ie->framed_ipv6_route,
		.n_qfi = ie->n_qfi,
		.qfi = ie->qfi,
	};
	const char *what = upf_unserved_find(ie, unserved);

	if (what)
		return refuse(reading, &locality, PFCP_CAUSE_RULE_FAILURE, "%s not supported",
			      what);
	if (upf_rule_loses(&ie->cleared, PFCP_IE_UE_IP_ADDRESS))
		endpoint->ue = 0;
	if (upf_rule_loses(&ie->cleared, PFCP_IE_QFI))
		endpoint->qfis = 0;
	return upf_locality_read(endpoint, &locality, reading);
}
