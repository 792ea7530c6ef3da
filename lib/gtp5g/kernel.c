// SPDX-License-Identifier: Apache-2.0
/* Requests to the module. What it can't take is named at each check, with where in its sources
 * (0.10.2) that is. */
#include "lib/gtp5g/kernel_inside.h"

#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "lib/gtp5g/inside.h"

#define BIT(row) ((uint64_t)1 << (row))

static const struct {
	uint8_t add, del, get;
} commands[] = {
	[GTP5G_PDR] = {GTP5G_ADD_PDR, GTP5G_DEL_PDR, GTP5G_GET_PDR},
	[GTP5G_FAR] = {GTP5G_ADD_FAR, GTP5G_DEL_FAR, GTP5G_GET_FAR},
	[GTP5G_QER] = {GTP5G_ADD_QER, GTP5G_DEL_QER, GTP5G_GET_QER},
	[GTP5G_URR] = {GTP5G_ADD_URR, GTP5G_DEL_URR, GTP5G_GET_URR},
	[GTP5G_BAR] = {GTP5G_ADD_BAR, GTP5G_DEL_BAR, GTP5G_GET_BAR},
};

/* ---- messages ---- */

static struct nlmsghdr *request(struct gtp5g *g, uint8_t command, uint16_t flags, unsigned ifindex)
{
	struct nlmsghdr *nlh = nl_generic_request(g->generic, &g->family, command, flags);

	g->why.text[0] = '\0';
	mnl_attr_put_u32(nlh, GTP5G_AT_LINK, ifindex);
	return nlh;
}

/* A request that is about one rule and no more than its name */
static struct nlmsghdr *rule_request(struct gtp5g *g, uint8_t command, unsigned ifindex,
				     enum gtp5g_kind kind, uint64_t seid, uint32_t id)
{
	const struct gtp5g_rule name = {.has = BIT(GTP5G_RULE_ID) |
					       (seid ? BIT(GTP5G_RULE_SEID) : 0),
					.kind = kind,
					.seid = seid,
					.id = id};
	struct nlmsghdr *nlh = request(g, command, 0, ifindex);

	/* it has room for a whole rule */
	(void)gtp5g_put(gtp5g_table(kind), &name, nlh, NL_REQUEST_MAX);
	return nlh;
}

static int refuse(struct gtp5g *g, int rc, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
static int refuse(struct gtp5g *g, int rc, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(g->why.text, sizeof(g->why.text), format, args);
	va_end(args);
	return rc;
}

/* What the kernel answered, said for a rule */
static int told(struct gtp5g *g, int rc, enum gtp5g_kind kind, uint64_t seid, uint32_t id)
{
	const char *name = gtp5g_table(kind)->name;

	switch (rc) {
	case 0:
		return 0;
	case -EEXIST:
		return refuse(g, rc, "%s %" PRIu64 ":%u is there already", name, seid, id);
	case -ENOENT:
		return refuse(g, rc, "there is no %s %" PRIu64 ":%u", name, seid, id);
	case -ENODEV:
		return refuse(g, rc, "that is no link of the module");
	case -EPERM:
		return refuse(g, rc, "this needs root (CAP_NET_ADMIN)");
	case -EBADMSG:
	case -E2BIG:
		return refuse(g, rc, "what the module tells of %s %" PRIu64 ":%u isn't understood",
			      name, seid, id);
	default:
		return refuse(g, rc, "the module refuses %s %" PRIu64 ":%u: %s", name, seid, id,
			      strerror(-rc));
	}
}

const char *gtp5g_why(const struct gtp5g *g)
{
	return g->why.text;
}

/* ---- open ---- */

static int keep_version(const struct nlmsghdr *nlh, void *user)
{
	const struct nlattr *attr;
	struct gtp5g *g = user;

	mnl_attr_for_each (attr, nlh, GENL_HDRLEN) {
		if (mnl_attr_get_type(attr) != GTP5G_AT_VERSION)
			continue;
		snprintf(g->version_text, sizeof(g->version_text), "%.*s",
			 (int)mnl_attr_get_payload_len(attr),
			 (const char *)mnl_attr_get_payload(attr));
	}
	return 0;
}

static int version_read(struct gtp5g *g)
{
	struct nlmsghdr *nlh = nl_generic_request(g->generic, &g->family, GTP5G_GET_VERSION, 0);
	int rc = g->ask(g->generic, nlh, keep_version, g);

	/* a module so old that it doesn't have this command has a version all the same */
	if (rc == -EOPNOTSUPP)
		rc = 0;
	if (!g->version_text[0])
		strcpy(g->version_text, "unknown");
	g->version = gtp5g_version_read(g->version_text);
	return rc;
}

int gtp5g_open(struct gtp5g **ret_gtp5g)
{
	struct gtp5g *g = calloc(1, sizeof(*g));
	int rc;

	if (!g)
		return -ENOMEM;
	g->ask = nl_query;
	rc = nl_generic_open(&g->generic);
	if (!rc)
		rc = nl_open(&g->route);
	if (!rc)
		rc = nl_generic_family(g->generic, GTP5G_FAMILY, &g->family);
	if (!rc)
		rc = version_read(g);
	if (rc) {
		gtp5g_close(g);
		return rc;
	}
	*ret_gtp5g = g;
	return 0;
}

void gtp5g_close(struct gtp5g *g)
{
	if (!g)
		return;
	nl_close(g->generic);
	nl_close(g->route);
	free(g);
}

const char *gtp5g_version_text(const struct gtp5g *g)
{
	return g->version_text;
}

uint32_t gtp5g_version(const struct gtp5g *g)
{
	return g->version ? g->version : GTP5G_VERSION_UNKNOWN;
}

enum gtp5g_support gtp5g_support(uint32_t version)
{
	if (version < GTP5G_VERSION(0, 9, 3))
		return GTP5G_OLDER;
	return version < GTP5G_VERSION(0, 11, 0) ? GTP5G_SUPPORTED : GTP5G_NEWER;
}

/* ---- links ---- */

int gtp5g_link_add(struct gtp5g *g, const char *name, int udp_fd, bool ran, uint32_t hash_size)
{
	const struct nl_link_setting settings[] = {
		{GTP5G_LINK_SOCKET, (uint32_t)udp_fd},
		{GTP5G_LINK_HASH_SIZE, hash_size},
		{GTP5G_LINK_ROLE, ran},
	};

	/* other names the kernel refuses only when the module registers the link, and then the
	 * module frees its tables twice (gtp5g_newlink, link.c) */
	if (!nl_name_plain(name))
		return refuse(g, -EINVAL,
			      "a link's name has up to 15 letters, digits, '_', '-' and '.'");
	/* before 0.10.0 the module divides by it */
	if (!hash_size)
		return refuse(g, -EINVAL, "a hash size of 0");
	return nl_link_add_kind(g->route, name, GTP5G_FAMILY, settings, 3);
}

/* ---- rules ---- */

struct rule_walk {
	enum gtp5g_kind kind;
	int (*each)(const struct gtp5g_rule *rule, void *user);
	void (*odd)(const struct gtp5g_rule *name, int rc, void *user); /* NULL: it ends the walk */
	void *user;
};

static int read_rule(const struct nlmsghdr *nlh, void *user)
{
	const struct rule_walk *walk = user;
	struct gtp5g_rule rule;
	size_t len;
	const void *attributes = gtp5g_attributes(nlh, &len);
	int rc = gtp5g_rule_take(walk->kind, attributes, len, &rule);

	if (!rc)
		return walk->each(&rule, walk->user);
	if (!walk->odd)
		return rc;
	walk->odd(&rule, rc, walk->user);
	return 0;
}

static int keep_rule(const struct gtp5g_rule *rule, void *user)
{
	*(struct gtp5g_rule *)user = *rule;
	return 0;
}

static int rule_get(struct gtp5g *g, unsigned ifindex, enum gtp5g_kind kind, uint64_t seid,
		    uint32_t id, struct gtp5g_rule *ret_rule)
{
	struct rule_walk walk = {kind, keep_rule, NULL, ret_rule};

	return g->ask(g->generic, rule_request(g, commands[kind].get, ifindex, kind, seid, id),
		      read_rule, &walk);
}

int gtp5g_rule_get(struct gtp5g *g, unsigned ifindex, enum gtp5g_kind kind, uint64_t seid,
		   uint32_t id, struct gtp5g_rule *ret_rule)
{
	return told(g, rule_get(g, ifindex, kind, seid, id, ret_rule), kind, seid, id);
}

int gtp5g_rule_list(struct gtp5g *g, enum gtp5g_kind kind,
		    int (*each)(const struct gtp5g_rule *rule, void *user),
		    void (*odd)(const struct gtp5g_rule *name, int rc, void *user), void *user)
{
	struct nlmsghdr *nlh =
		nl_generic_request(g->generic, &g->family, commands[kind].get, NLM_F_DUMP);
	struct rule_walk walk = {kind, each, odd, user};

	g->why.text[0] = '\0';
	return g->ask(g->generic, nlh, read_rule, &walk);
}

static int nothing(const struct nlmsghdr *nlh, void *user)
{
	return 0;
}

static int send_rule(struct gtp5g *g, unsigned ifindex, const struct gtp5g_rule *rule,
		     enum gtp5g_verb verb)
{
	const uint16_t flags = verb == GTP5G_ADD ? NLM_F_CREATE | NLM_F_EXCL : NLM_F_REPLACE;
	struct nlmsghdr *nlh = request(g, commands[rule->kind].add, flags, ifindex);
	int rc = gtp5g_rule_put(rule, verb, nlh, NL_REQUEST_MAX);

	if (rc)
		return refuse(g, rc, "%s %" PRIu64 ":%u has too much in it for one message",
			      gtp5g_table(rule->kind)->name, rule->seid, rule->id);
	return told(g, g->ask(g->generic, nlh, nothing, NULL), rule->kind, rule->seid, rule->id);
}

/* ---- what a request rests on ---- */

static int need(struct gtp5g *g, unsigned ifindex, enum gtp5g_kind kind, uint64_t seid, uint32_t id,
		const char *why)
{
	struct gtp5g_rule there;
	int rc = rule_get(g, ifindex, kind, seid, id, &there);

	if (rc == -ENOENT)
		return refuse(g, rc, "there is no %s %" PRIu64 ":%u: %s", gtp5g_table(kind)->name,
			      seid, id, why);
	return told(g, rc, kind, seid, id);
}

/* With a FAR that isn't there a new PDR is refused without a word, and one that is changed is freed
 * while lists still lead to it (pdr_fill, genl_pdr.c). A QER is looked up when the PDR is set and
 * never again. */
static int need_of_pdr(struct gtp5g *g, unsigned ifindex, const struct gtp5g_rule *rule,
		       uint32_t far)
{
	const struct gtp5g_ids none = {0};
	const struct gtp5g_ids *qer = gtp5g_has(rule, GTP5G_PDR_QER_IDS) ? &rule->pdr.qer : &none;
	int rc = need(g, ifindex, GTP5G_FAR, rule->seid, far, "a PDR's FAR must be there before");

	for (uint32_t i = 0; !rc && i < qer->count; i++)
		rc = need(g, ifindex, GTP5G_QER, rule->seid, qer->id[i],
			  "the module looks at a PDR's QERs only when the PDR is set, so they "
			  "must be there before");
	return rc;
}

/* The old FAR's list keeps its node: pdr_fill (genl_pdr.c) writes the new id over the old one, and
 * only then far_set_pdr (far.c) looks for the node, in the new FAR's list. With the PDR deleted,
 * who goes through the old list reads what was freed. In 0.9.3, too. */
static int check_far_stays(struct gtp5g *g, const struct gtp5g_rule *rule,
			   const struct gtp5g_rule *there)
{
	if (!gtp5g_has(rule, GTP5G_PDR_FAR_ID) || !gtp5g_has(there, GTP5G_PDR_FAR_ID) ||
	    rule->pdr.far == there->pdr.far)
		return 0;
	return refuse(g, -EOPNOTSUPP,
		      "--far: pdr %" PRIu64 ":%u has far %u, which would lead to the PDR even when "
		      "that is deleted, and the module crashes; del and add it",
		      rule->seid, rule->id, there->pdr.far);
}

static int prepare_pdr_mod(struct gtp5g *g, unsigned ifindex, const struct gtp5g_rule *rule)
{
	struct gtp5g_rule there;
	int rc = gtp5g_rule_get(g, ifindex, GTP5G_PDR, rule->seid, rule->id, &there);

	if (rc)
		return rc;
	/* it goes from one list to another, and its place in the first is poisoned: the next change
	 * or deletion follows it (pdr_update_hlist_table, pdr.c) */
	if (gtp5g_has(rule, GTP5G_PDR_TEID) && !gtp5g_has(&there, GTP5G_PDR_TEID) &&
	    gtp5g_has(&there, GTP5G_PDR_UE_ADDRESS))
		return refuse(g, -EOPNOTSUPP,
			      "--teid: pdr %" PRIu64 ":%u is found by its UE address, and the "
			      "module crashes after it is found by a TEID; del and add it",
			      rule->seid, rule->id);
	if (!gtp5g_has(rule, GTP5G_PDR_FAR_ID) && !gtp5g_has(&there, GTP5G_PDR_FAR_ID))
		return refuse(g, -EINVAL, "--far is missing: pdr %" PRIu64 ":%u has none",
			      rule->seid, rule->id);
	rc = check_far_stays(g, rule, &there);
	return rc ? rc
		  : need_of_pdr(g, ifindex, rule,
				gtp5g_has(rule, GTP5G_PDR_FAR_ID) ? rule->pdr.far : there.pdr.far);
}

/* An End Marker is sent by the socket of a PDR that has this FAR: with none, by what was on the
 * stack (gtp5g_genl_add_far, genl_far.c) */
static int prepare_far_mod(struct gtp5g *g, unsigned ifindex, const struct gtp5g_rule *rule)
{
	struct gtp5g_rule there;
	int rc;

	if (!gtp5g_has(rule, GTP5G_FAR_END_MARKER))
		return 0;
	rc = gtp5g_rule_get(g, ifindex, GTP5G_FAR, rule->seid, rule->id, &there);
	if (!rc && (!gtp5g_has(&there, GTP5G_FAR_PDRS) || !gtp5g_has(&there, GTP5G_FAR_TEID)))
		rc = refuse(g, -EINVAL,
			    "--end-marker: far %" PRIu64 ":%u has no %s, and the module crashes",
			    rule->seid, rule->id,
			    gtp5g_has(&there, GTP5G_FAR_TEID) ? "PDR" : "peer that was");
	return rc;
}

static int prepare_mod(struct gtp5g *g, unsigned ifindex, const struct gtp5g_rule *rule)
{
	switch (rule->kind) {
	case GTP5G_PDR:
		return prepare_pdr_mod(g, ifindex, rule);
	case GTP5G_FAR:
		return prepare_far_mod(g, ifindex, rule);
	case GTP5G_QER:
		if (g->version >= GTP5G_VERSION(0, 10, 1))
			return 0;
		return refuse(g, -EOPNOTSUPP,
			      "before 0.10.1 the module never gives back the lock of all links "
			      "after a QER is changed; del and add it, then mod its PDRs");
	default:
		return 0;
	}
}

static int check(struct gtp5g *g, const struct gtp5g_rule *rule, enum gtp5g_verb verb)
{
	g->why.text[0] = '\0';
	return gtp5g_check(rule, verb, gtp5g_version(g), &g->why);
}

int gtp5g_rule_add(struct gtp5g *g, unsigned ifindex, const struct gtp5g_rule *rule)
{
	int rc = check(g, rule, GTP5G_ADD);

	if (!rc && rule->kind == GTP5G_PDR)
		rc = need_of_pdr(g, ifindex, rule, rule->pdr.far);
	return rc ? rc : send_rule(g, ifindex, rule, GTP5G_ADD);
}

/* A BAR or URR as it will be: what is there, with the fields of @change, which are all numbers */
static int rule_changed(struct gtp5g *g, unsigned ifindex, const struct gtp5g_rule *change,
			struct gtp5g_rule *ret_whole)
{
	const struct gtp5g_table *table = gtp5g_table(change->kind);
	int rc = gtp5g_rule_get(g, ifindex, change->kind, change->seid, change->id, ret_whole);

	for (size_t i = 0; !rc && i < table->count; i++) {
		const struct gtp5g_field *field = &table->field[i];

		if (!gtp5g_has(change, i) || field->flags & GTP5G_TOLD)
			continue;
		gtp5g_set_number(field, gtp5g_number(field, change), ret_whole);
		ret_whole->has |= BIT(i);
	}
	return rc;
}

/* Deleted and made anew, with what it had. Nothing refers to a BAR in the module. */
static int bar_mod(struct gtp5g *g, unsigned ifindex, const struct gtp5g_rule *rule)
{
	struct gtp5g_rule whole;
	int rc = rule_changed(g, ifindex, rule, &whole);

	if (!rc)
		rc = gtp5g_rule_del(g, ifindex, GTP5G_BAR, rule->seid, rule->id, NULL);
	return rc ? rc : send_rule(g, ifindex, &whole, GTP5G_ADD);
}

#define THRESHOLDS                                                                                 \
	(BIT(GTP5G_URR_THRESHOLD_TOTAL) | BIT(GTP5G_URR_THRESHOLD_UPLINK) |                        \
	 BIT(GTP5G_URR_THRESHOLD_DOWNLINK))
#define QUOTAS                                                                                     \
	(BIT(GTP5G_URR_QUOTA_TOTAL) | BIT(GTP5G_URR_QUOTA_UPLINK) | BIT(GTP5G_URR_QUOTA_DOWNLINK))
#define QUOTA_RESTS_ON (QUOTAS | BIT(GTP5G_URR_TRIGGER) | BIT(GTP5G_URR_PERIOD))

/* Volumes come with an octet of flags that says which of the three hold, and replaces the one that
 * was (parse_volumethreshold, parse_volumeqouta, genl_urr.c): those that stay are sent again. A
 * quota of which nothing changes isn't sent, since with it the module begins to count anew. */
static int urr_mod(struct gtp5g *g, unsigned ifindex, const struct gtp5g_rule *rule)
{
	const uint64_t beside =
		(rule->has & THRESHOLDS ? THRESHOLDS : 0) | (rule->has & QUOTAS ? QUOTAS : 0);
	struct gtp5g_rule whole;
	int rc = rule_changed(g, ifindex, rule, &whole);

	if (!rc && rule->has & QUOTA_RESTS_ON)
		rc = gtp5g_check_quota(&whole, &g->why);
	if (rc)
		return rc;
	whole.has &= rule->has | beside;
	return send_rule(g, ifindex, &whole, GTP5G_MOD);
}

int gtp5g_rule_mod(struct gtp5g *g, unsigned ifindex, const struct gtp5g_rule *rule)
{
	int rc = check(g, rule, GTP5G_MOD);

	if (rc)
		return rc;
	if (rule->kind == GTP5G_BAR)
		return bar_mod(g, ifindex, rule);
	if (rule->kind == GTP5G_URR)
		return urr_mod(g, ifindex, rule);
	rc = prepare_mod(g, ifindex, rule);
	return rc ? rc : send_rule(g, ifindex, rule, GTP5G_MOD);
}

/* ---- reports ---- */

static void keep_report(const struct gtp5g_report *report, void *user)
{
	*(struct gtp5g_report *)user = *report;
}

static int read_report(const struct nlmsghdr *nlh, void *user)
{
	size_t len;
	const void *attributes = gtp5g_attributes(nlh, &len);

	return gtp5g_tell_take(attributes, len, NULL, keep_report, user);
}

int gtp5g_rule_del(struct gtp5g *g, unsigned ifindex, enum gtp5g_kind kind, uint64_t seid,
		   uint32_t id, struct gtp5g_report *ret_report)
{
	struct nlmsghdr *nlh = rule_request(g, commands[kind].del, ifindex, kind, seid, id);
	struct gtp5g_report report = {0};
	int rc = g->ask(g->generic, nlh, read_report, &report);

	if (!rc && ret_report)
		*ret_report = report;
	return told(g, rc, kind, seid, id);
}

int gtp5g_report_get(struct gtp5g *g, unsigned ifindex, uint64_t seid, uint32_t urr,
		     struct gtp5g_report *ret_report)
{
	struct nlmsghdr *nlh = rule_request(g, GTP5G_GET_REPORT, ifindex, GTP5G_URR, seid, urr);
	struct gtp5g_report report = {0};
	int rc = g->ask(g->generic, nlh, read_report, &report);

	if (!rc)
		*ret_report = report;
	return told(g, rc, GTP5G_URR, seid, urr);
}

static int read_statistics(const struct nlmsghdr *nlh, void *user)
{
	size_t len;
	const void *attributes = gtp5g_attributes(nlh, &len);

	return gtp5g_take(&gtp5g_statistics_table, attributes, len, user);
}

int gtp5g_statistics_get(struct gtp5g *g, unsigned ifindex, struct gtp5g_statistics *ret_statistics)
{
	struct nlmsghdr *nlh = request(g, GTP5G_GET_STATISTICS, 0, ifindex);
	struct gtp5g_statistics statistics = {0};
	int rc = g->ask(g->generic, nlh, read_statistics, &statistics);

	if (rc)
		return refuse(g, rc, "%s",
			      rc == -ENODEV ? "that is no link of the module" : strerror(-rc));
	*ret_statistics = statistics;
	return 0;
}
