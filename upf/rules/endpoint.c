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

	for (size_t i = 0; i < *n; i++)
		if (list[i].id == of->id)
			return &list[i];
	/* As many PDRs and Traffic Endpoints as there can be find room. */
	list[*n] = (struct upf_chosen){.id = (uint16_t)of->id};
	return &list[(*n)++];
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

/* Packets come in by it in a tunnel, with the UE's address inside: not told by that address */
static bool is_tunnel(const struct upf_endpoint *at, const struct upf_locality *of)
{
	return of->f_teid || at->teid;
}

static bool pools_have(const struct upf_instance *instance, const struct dp_addr *addr)
{
	for (size_t i = 0; i < instance->pool_count; i++)
		if (dp_prefix_has(&instance->pool[i], addr))
			return true;
	return !instance->pool_count;
}

/* On the access side the network instance isn't the address's: any will do. */
static bool in_pool(const struct upf_rules_env *env, const struct upf_endpoint *at,
		    const struct upf_locality *of, const struct dp_addr *addr)
{
	if (!is_tunnel(at, of))
		return pools_have(&env->instance[at->instance], addr);
	for (size_t i = 0; i < env->instance_count; i++)
		if (pools_have(&env->instance[i], addr))
			return true;
	return false;
}

static bool ue_served(const struct upf_rules_env *env, const struct upf_ue *ue)
{
	bool served = ue->route;

	for (size_t i = 0; i < env->instance_count && !served; i++)
		served = (!ue->claimed || i == ue->instance) &&
			 pools_have(&env->instance[i], &ue->prefix.addr);
	return served;
}

bool upf_rules_served(const struct upf_rules_env *env, const struct upf_rules *rules)
{
	for (size_t i = 0; i < rules->n_ue; i++)
		if (!ue_served(env, &rules->ue[i]))
			return false;
	return true;
}

/* Its place among the session's, where it is put unless it is there */
static int ue_place(struct upf_reading *reading, const struct upf_locality *of,
		    const struct upf_ue *ue, unsigned *ret_place)
{
	struct upf_rules *rules = reading->rules;

	for (unsigned i = 0; i < rules->n_ue; i++)
		if (rules->ue[i].instance == ue->instance && rules->ue[i].route == ue->route &&
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
		  const struct dp_prefix *prefix, bool route, struct upf_reading *reading)
{
	const struct upf_ue ue = {.instance = at->instance, .route = route, .prefix = *prefix};
	unsigned place;
	int rc = ue_place(reading, of, &ue, &place);

	if (!rc && !is_tunnel(at, of))
		rc = ue_claim(reading, of, &reading->rules->ue[place]);
	if (!rc)
		at->ue |= 1u << place;
	return rc;
}

static int ue_given(struct upf_endpoint *at, const struct upf_locality *of,
		    const struct dp_prefix *prefix, struct upf_reading *reading)
{
	if (!dp_addr_is_host(&prefix->addr) || !in_pool(reading->env, at, of, &prefix->addr))
		return REFUSE("the UE address is not one of this UPF's");
	return ue_add(at, of, prefix, false, reading);
}

/* The session's own, which all its rules get: cl. 5.21.2. NULL: it has none yet */
static const struct upf_ue *ue_held(const struct upf_reading *reading,
				    const struct upf_endpoint *at, const struct upf_locality *of,
				    sa_family_t family)
{
	for (size_t i = 0; i < reading->rules->n_ue; i++) {
		const struct upf_ue *ue = &reading->rules->ue[i];

		if (ue->claimed && !ue->route && ue->prefix.addr.family == family &&
		    (is_tunnel(at, of) || ue->instance == at->instance))
			return ue;
	}
	return NULL;
}

static void ue_note(struct upf_reading *reading, const struct upf_locality *of,
		    const struct dp_prefix *prefix)
{
	struct upf_chosen *chosen = chosen_note(reading, of);

	if (prefix->addr.family == AF_INET) {
		chosen->has_ue4 = true;
		chosen->ue4 = *prefix;
	} else {
		chosen->has_ue6 = true;
		chosen->ue6 = *prefix;
	}
}

static int ue_choose(struct upf_endpoint *at, const struct upf_locality *of, sa_family_t family,
		     struct upf_reading *reading)
{
	const struct upf_ue *held = ue_held(reading, at, of, family);
	struct upf_ue ue = {.instance = is_tunnel(at, of) ? reading->ue_instance : at->instance};
	unsigned place;
	int rc;

	if (held)
		ue = *held;
	else if (upf_ue_address_take(reading->env->addresses, ue.instance, family, &ue.prefix))
		return refuse(reading, of, PFCP_CAUSE_NO_RESOURCES,
			      "no UE address of IPv%c is left", family == AF_INET ? '4' : '6');
	rc = ue_place(reading, of, &ue, &place);
	if (rc) {
		upf_ue_address_release(reading->env->addresses, &ue);
		return rc;
	}
	/* The place may have been there, unclaimed: as what uplink packets come from */
	reading->rules->ue[place].claimed = true;
	at->ue |= 1u << place;
	ue_note(reading, of, &ue.prefix);
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

	if (ip->choose6 && prefix6_len(ip) != 64)
		return REFUSE("prefixes of 64 bits are given out, not of %u", prefix6_len(ip));
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
	prefix = prefix6(&ip->address.ip6, prefix6_len(ip));
	return ue_given(at, of, &prefix, reading);
}

/* ---- framed routes ---- */

/* "24", and what may follow it; Return: 0: it is none, or over @most */
static unsigned length_parse(const char *text, unsigned most)
{
	unsigned len = 0;

	while (*text >= '0' && *text <= '9' && len <= most)
		len = 10 * len + (unsigned)(*text++ - '0');
	return len <= most && (!*text || *text == ' ') ? len : 0;
}

/* The network of "192.0.2.0/24 10.60.0.1 1", RFC 2865 cl. 5.22, RFC 3162 cl. 2.5; the gateway and
 * the metrics behind it say nothing here: it is behind the UE. */
static bool route_parse(const char *text, sa_family_t family, struct dp_prefix *ret)
{
	const size_t len = strcspn(text, " /");
	char addr[INET6_ADDRSTRLEN];

	if (len >= sizeof(addr) || text[len] != '/')
		return false;
	memcpy(addr, text, len);
	addr[len] = '\0';
	*ret = (struct dp_prefix){.addr.family = family};
	if (inet_pton(family, addr, family == AF_INET ? (void *)&ret->addr.ip4 : &ret->addr.ip6) !=
	    1)
		return false;
	ret->len = length_parse(text + len + 1, family == AF_INET ? 32 : 128);
	return ret->len > 0 && dp_prefix_right(ret);
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
		rc = ue_add(at, of, &prefix, true, reading);
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

/* Bits: those of one kind; @family AF_UNSPEC: of either version */
static uint32_t ue_bits(const struct upf_rules *rules, bool route, sa_family_t family)
{
	uint32_t bits = 0;

	for (size_t i = 0; i < rules->n_ue; i++) {
		const struct upf_ue *ue = &rules->ue[i];

		if (ue->route == route && (!family || ue->prefix.addr.family == family))
			bits |= 1u << i;
	}
	return bits;
}

/* What is there takes the place of what was */
static void locality_renew(struct upf_endpoint *at, const struct upf_locality *of,
			   const struct upf_rules *rules)
{
	if (of->n_qfi)
		at->qfis = 0;
	if (of->n_ue_ip)
		at->ue &= ~ue_bits(rules, false, AF_UNSPEC);
	if (of->n_framed_route)
		at->ue &= ~ue_bits(rules, true, AF_INET);
	if (of->n_framed_ipv6_route)
		at->ue &= ~ue_bits(rules, true, AF_INET6);
}

int upf_locality_read(struct upf_endpoint *at, const struct upf_locality *of,
		      struct upf_reading *reading)
{
	int rc = 0;

	/* A PDI is replaced as a whole, of a Traffic Endpoint only what is there. */
	if (!of->is_endpoint || !reading->update)
		*at = (struct upf_endpoint){.id = at->id};
	locality_renew(at, of, reading->rules);
	for (size_t i = 0; i < of->n_qfi; i++)
		at->qfis |= 1ull << (of->qfi[i] & 63);
	/* Of N3 there is one: its name says nothing. */
	if (of->instance && !is_tunnel(at, of))
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

static void endpoint_lose(struct upf_endpoint *endpoint, const struct pfcp_cleared *cleared,
			  const struct upf_rules *rules)
{
	if (upf_rule_loses(cleared, PFCP_IE_UE_IP_ADDRESS))
		endpoint->ue &= ~ue_bits(rules, false, AF_UNSPEC);
	if (upf_rule_loses(cleared, PFCP_IE_FRAMED_ROUTE))
		endpoint->ue &= ~ue_bits(rules, true, AF_INET);
	if (upf_rule_loses(cleared, PFCP_IE_FRAMED_IPV6_ROUTE))
		endpoint->ue &= ~ue_bits(rules, true, AF_INET6);
	if (upf_rule_loses(cleared, PFCP_IE_QFI))
		endpoint->qfis = 0;
	if (upf_rule_loses(cleared, PFCP_IE_NETWORK_INSTANCE))
		endpoint->instance = 0;
}

int upf_endpoint_read(struct upf_endpoint *endpoint, const struct pfcp_traffic_endpoint *ie,
		      struct upf_reading *reading)
{
	const struct upf_locality locality = {
		.id = ie->id,
		.is_endpoint = true,
		.f_teid = ie->has_f_teid ? &ie->f_teid : NULL,
		.instance = ie->has_network_instance ? &ie->network_instance : NULL,
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
	/* PDRs would be of the core side from then on. */
	if (upf_rule_loses(&ie->cleared, PFCP_IE_F_TEID))
		return refuse(reading, &locality, PFCP_CAUSE_INVALID_F_TEID_ALLOCATION,
			      "its F-TEID can't be taken away");
	endpoint_lose(endpoint, &ie->cleared, reading->rules);
	return upf_locality_read(endpoint, &locality, reading);
}
