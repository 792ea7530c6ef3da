// SPDX-License-Identifier: Apache-2.0
/*
 * What is sent to gtp5g, and what isn't: a stand-in for the module keeps rules as it does and knows
 * which requests the module wouldn't survive, or after which it keeps its locks (kernel.c says
 * where in its sources). None may ever reach it.
 */
#include "lib/gtp5g/kernel_inside.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define N(a)	 (sizeof(a) / sizeof((a)[0]))
#define BIT(row) ((uint64_t)1 << (row))

enum { FAMILY = 77, LINK = 5, RULES = 16 };

/* ---- the stand-in ---- */

static struct module {
	struct gtp5g_rule rule[RULES];
	size_t count;
	char log[1024];	  /* "add pdr 1:2\n" */
	const char *harm; /* what would have become of the machine */
	int refuse;	  /* errno of the next add or change */
	int counts_anew;  /* how often it was told a quota */
	uint32_t odd;	  /* id of a rule of which it tells what isn't understood */
	void *user;	  /* of the test at hand */
	bool ports[2];	  /* has its one filter any, of the source, of the destination */
} module;

static const struct {
	const char *verb;
	enum gtp5g_kind kind;
} commands[] = {
	[GTP5G_ADD_PDR] = {"add", GTP5G_PDR}, [GTP5G_ADD_FAR] = {"add", GTP5G_FAR},
	[GTP5G_ADD_QER] = {"add", GTP5G_QER}, [GTP5G_DEL_PDR] = {"del", GTP5G_PDR},
	[GTP5G_DEL_FAR] = {"del", GTP5G_FAR}, [GTP5G_DEL_QER] = {"del", GTP5G_QER},
	[GTP5G_GET_PDR] = {"get", GTP5G_PDR}, [GTP5G_GET_FAR] = {"get", GTP5G_FAR},
	[GTP5G_GET_QER] = {"get", GTP5G_QER}, [GTP5G_ADD_URR] = {"add", GTP5G_URR},
	[GTP5G_ADD_BAR] = {"add", GTP5G_BAR}, [GTP5G_DEL_URR] = {"del", GTP5G_URR},
	[GTP5G_DEL_BAR] = {"del", GTP5G_BAR}, [GTP5G_GET_URR] = {"get", GTP5G_URR},
	[GTP5G_GET_BAR] = {"get", GTP5G_BAR}, [GTP5G_GET_REPORT] = {"report", GTP5G_URR},
};

static struct gtp5g_rule *find(enum gtp5g_kind kind, uint64_t seid, uint32_t id)
{
	for (size_t i = 0; i < module.count; i++)
		if (module.rule[i].kind == kind && module.rule[i].seid == seid &&
		    module.rule[i].id == id)
			return &module.rule[i];
	return NULL;
}

static void harm(bool is, const char *what)
{
	if (is && !module.harm)
		module.harm = what;
}

static bool has_path(const struct nlmsghdr *nlh)
{
	const struct nlattr *attr;

	mnl_attr_for_each (attr, nlh, GENL_HDRLEN) {
		if (mnl_attr_get_type(attr) == GTP5G_AT_PDR_SOCKET_PATH)
			return !strcmp(mnl_attr_get_payload(attr), "/");
	}
	return false;
}

static const struct nlattr *inside(const struct nlattr *nest, uint16_t type)
{
	const struct nlattr *attr;

	if (!nest)
		return NULL;
	mnl_attr_for_each_nested (attr, nest) {
		if (mnl_attr_get_type(attr) == type)
			return attr;
	}
	return NULL;
}

/* As parse_ip_filter_rule does: a list that comes replaces the one that was, one that doesn't come
 * leaves it */
static void change_ports(const struct nlmsghdr *nlh)
{
	static const uint16_t types[] = {GTP5G_AT_FLOW_SOURCE_PORTS,
					 GTP5G_AT_FLOW_DESTINATION_PORTS};
	const struct nlattr *pdi, *flow = NULL;

	mnl_attr_for_each (pdi, nlh, GENL_HDRLEN) {
		if (mnl_attr_get_type(pdi) == GTP5G_AT_PDR_PDI)
			flow = inside(inside(pdi, GTP5G_AT_PDI_SDF), GTP5G_AT_SDF_FLOW);
	}
	for (size_t i = 0; i < N(types); i++) {
		const struct nlattr *list = inside(flow, types[i]);

		if (list)
			module.ports[i] = mnl_attr_get_payload_len(list);
	}
}

static void look_at_pdr(const struct nlmsghdr *nlh, const struct gtp5g_rule *rule,
			const struct gtp5g_rule *there)
{
	const uint32_t far =
		gtp5g_has(rule, GTP5G_PDR_FAR_ID) || !there ? rule->pdr.far : there->pdr.far;

	harm(!there && !gtp5g_has(rule, GTP5G_PDR_FAR_ID), "NULL: no FAR");
	harm(!find(GTP5G_FAR, rule->seid, far), "a PDR freed that lists lead to");
	harm(!there && !has_path(nlh), "a PDR freed that a FAR leads to");
	harm(there && gtp5g_has(rule, GTP5G_PDR_TEID) && !gtp5g_has(there, GTP5G_PDR_TEID) &&
		     gtp5g_has(there, GTP5G_PDR_UE_ADDRESS),
	     "a poisoned list");
	harm(there && gtp5g_has(rule, GTP5G_PDR_FAR_ID) && rule->pdr.far != there->pdr.far,
	     "a FAR's list that leads to a PDR that is freed");
}

static void look_at_far(const struct gtp5g_rule *rule, const struct gtp5g_rule *there)
{
	const uint64_t creation = BIT(GTP5G_FAR_DESCRIPTION) | BIT(GTP5G_FAR_TEID) |
				  BIT(GTP5G_FAR_PEER_ADDRESS) | BIT(GTP5G_FAR_PEER_PORT);
	const uint64_t has = rule->has & creation;

	harm(has && has != creation, "a FAR deleted: part of an outer header");
	harm(there && gtp5g_has(rule, GTP5G_FAR_END_MARKER) && !there->far.pdrs.count,
	     "an End Marker by what is on the stack");
}

#define THRESHOLDS                                                                                 \
	(BIT(GTP5G_URR_THRESHOLD_TOTAL) | BIT(GTP5G_URR_THRESHOLD_UPLINK) |                        \
	 BIT(GTP5G_URR_THRESHOLD_DOWNLINK))
#define QUOTAS                                                                                     \
	(BIT(GTP5G_URR_QUOTA_TOTAL) | BIT(GTP5G_URR_QUOTA_UPLINK) | BIT(GTP5G_URR_QUOTA_DOWNLINK))

/* As urr_fill does: volumes that come put those beside them out of force */
static void change_urr(const struct gtp5g_rule *rule, struct gtp5g_rule *there)
{
	const struct gtp5g_table *table = gtp5g_table(GTP5G_URR);

	there->has &= ~(rule->has & THRESHOLDS ? THRESHOLDS : 0);
	there->has &= ~(rule->has & QUOTAS ? QUOTAS : 0);
	for (size_t i = 0; i < table->count; i++)
		if (gtp5g_has(rule, i))
			gtp5g_set_number(&table->field[i], gtp5g_number(&table->field[i], rule),
					 there);
	harm(there->urr.trigger & GTP5G_VOLTH && there->urr.trigger & GTP5G_VOLQU,
	     "an octet written beyond a list of reports");
	module.counts_anew += rule->has & QUOTAS ? 1 : 0;
}

static int put(const struct nlmsghdr *nlh, const struct gtp5g_rule *rule)
{
	struct gtp5g_rule *there = find(rule->kind, rule->seid, rule->id);

	if (rule->kind == GTP5G_PDR)
		look_at_pdr(nlh, rule, there);
	if (rule->kind == GTP5G_PDR)
		change_ports(nlh);
	if (rule->kind == GTP5G_FAR)
		look_at_far(rule, there);
	if (module.refuse)
		return -module.refuse;
	if (there && nlh->nlmsg_flags & NLM_F_EXCL)
		return -EEXIST;
	if (!there && nlh->nlmsg_flags & NLM_F_REPLACE)
		return -ENOENT;
	harm(there && rule->kind == GTP5G_BAR, "the lock of all links is kept");
	if (!there) {
		assert_true(module.count < RULES);
		there = &module.rule[module.count++];
		*there = *rule;
	}
	if (rule->kind == GTP5G_URR)
		change_urr(rule, there);
	there->has |= rule->has;
	return 0;
}

/* one message, as the module sends it: its command isn't the one that was asked */
static int answer(const struct gtp5g_table *table, const void *record, uint16_t nest, bool odd,
		  nl_each each, void *user)
{
	static _Alignas(8) char buf[4096];
	struct nlmsghdr *nlh = mnl_nlmsg_put_header(buf);
	struct nlattr *outer;

	nlh->nlmsg_type = FAMILY;
	mnl_nlmsg_put_extra_header(nlh, sizeof(struct genlmsghdr));
	outer = nest ? mnl_attr_nest_start(nlh, nest) : NULL;
	assert_int_equal(gtp5g_put(table, record, nlh, sizeof(buf)), 0);
	if (outer)
		mnl_attr_nest_end(nlh, outer);
	if (odd)
		mnl_attr_put(nlh, GTP5G_AT_FAR_PDRS, 3, "odd");
	return each(nlh, user);
}

/* what only the module sets is put, too */
static int answer_rule(const struct gtp5g_rule *rule, nl_each each, void *user)
{
	static struct gtp5g_field fields[GTP5G_FIELDS_MAX];
	const struct gtp5g_table *table = gtp5g_table(rule->kind);
	const struct gtp5g_table all = {table->name, fields, table->count};
	struct gtp5g_rule told = *rule;

	memcpy(fields, table->field, table->count * sizeof(fields[0]));
	told.has &= ~(rule->kind == GTP5G_PDR ? BIT(GTP5G_PDR_SOURCE) : 0);
	return answer(&all, &told, 0, module.odd && rule->id == module.odd, each, user);
}

static int answer_report(uint64_t seid, uint32_t urr, nl_each each, void *user)
{
	const struct gtp5g_field fields[] = {
		{.name = "seid",
		 .path = {GTP5G_AT_REPORT_SEID},
		 .size = 8,
		 .store = 8,
		 .offset = offsetof(struct gtp5g_report, seid)},
		{.name = "urr",
		 .path = {GTP5G_AT_REPORT_URR},
		 .size = 4,
		 .store = 4,
		 .offset = offsetof(struct gtp5g_report, urr)},
	};
	const struct gtp5g_table table = {"report", fields, 2};
	const struct gtp5g_report report = {.has = 3, .seid = seid, .urr = urr};

	return answer(&table, &report, GTP5G_AT_REPORT, false, each, user);
}

static int carry_out(const struct nlmsghdr *nlh, const char *verb, const struct gtp5g_rule *rule,
		     nl_each each, void *user)
{
	struct gtp5g_rule *there = find(rule->kind, rule->seid, rule->id);

	if (!strcmp(verb, "add"))
		return put(nlh, rule);
	if (!there)
		return -ENOENT;
	if (!strcmp(verb, "get"))
		return answer_rule(there, each, user);
	if (!strcmp(verb, "report"))
		return answer_report(rule->seid, rule->id, each, user);
	*there = module.rule[--module.count];
	return rule->kind == GTP5G_URR ? answer_report(rule->seid, rule->id, each, user) : 0;
}

static int ask(struct nl *nl, struct nlmsghdr *nlh, nl_each each, void *user)
{
	const struct genlmsghdr *generic = mnl_nlmsg_get_payload(nlh);
	const bool dump = (nlh->nlmsg_flags & NLM_F_DUMP) == NLM_F_DUMP;
	struct gtp5g_rule rule;

	assert_int_equal(nlh->nlmsg_type, FAMILY);
	/* pdr_fill looks for attributes behind as many octets as the command and version say
	 * (genl_pdr.c) */
	assert_int_equal(generic->version, 0);
	assert_true(generic->cmd < N(commands));
	if (dump) {
		for (size_t i = 0; i < module.count; i++)
			if (module.rule[i].kind == commands[generic->cmd].kind)
				answer_rule(&module.rule[i], each, user);
		return 0;
	}
	assert_int_equal(gtp5g_rule_take(commands[generic->cmd].kind,
					 mnl_nlmsg_get_payload_offset(nlh, GENL_HDRLEN),
					 mnl_nlmsg_get_payload_len(nlh) - GENL_HDRLEN, &rule),
			 0);
	snprintf(module.log + strlen(module.log), sizeof(module.log) - strlen(module.log),
		 "%s%s %s %d:%u\n", commands[generic->cmd].verb,
		 nlh->nlmsg_flags & NLM_F_REPLACE && generic->cmd != GTP5G_GET_PDR ? "*" : "",
		 gtp5g_table(rule.kind)->name, (int)rule.seid, rule.id);
	return carry_out(nlh, commands[generic->cmd].verb, &rule, each, user);
}

static int setup(void **state)
{
	static struct gtp5g g;

	g = (struct gtp5g){.family = {.id = FAMILY},
			   .version = GTP5G_VERSION(0, 10, 2),
			   .version_text = "0.10.2",
			   .ask = ask};
	memset(&module, 0, sizeof(module));
	assert_int_equal(nl_generic_open(&g.generic), 0);
	*state = &g;
	return 0;
}

static int teardown(void **state)
{
	struct gtp5g *g = *state;

	nl_close(g->generic);
	return 0;
}

/* ---- requests ---- */

static struct gtp5g_rule far_of(uint32_t id)
{
	return (struct gtp5g_rule){.has = BIT(GTP5G_RULE_SEID) | BIT(GTP5G_RULE_ID) |
					  BIT(GTP5G_FAR_ACTION),
				   .kind = GTP5G_FAR,
				   .seid = 1,
				   .id = id,
				   .far.action = GTP5G_FORW};
}

static struct gtp5g_rule tunnel_of(uint32_t id)
{
	struct gtp5g_rule far = far_of(id);

	far.far.teid = 7;
	far.far.peer_address.s_addr = 0x01010101;
	far.has |= BIT(GTP5G_FAR_TEID) | BIT(GTP5G_FAR_PEER_ADDRESS);
	gtp5g_complete(&far);
	return far;
}

static struct gtp5g_rule pdr_of(uint32_t id, uint32_t far)
{
	return (struct gtp5g_rule){
		.has = BIT(GTP5G_RULE_SEID) | BIT(GTP5G_RULE_ID) | BIT(GTP5G_PDR_PRECEDENCE) |
		       BIT(GTP5G_PDR_SOURCE) | BIT(GTP5G_PDR_UE_ADDRESS) | BIT(GTP5G_PDR_FAR_ID),
		.kind = GTP5G_PDR,
		.seid = 1,
		.id = id,
		.pdr = {.source = GTP5G_CORE, .ue_address.s_addr = 1, .far = far}};
}

static struct gtp5g_rule simple(enum gtp5g_kind kind, uint32_t id)
{
	return (struct gtp5g_rule){.has = BIT(GTP5G_RULE_SEID) | BIT(GTP5G_RULE_ID),
				   .kind = kind,
				   .seid = 1,
				   .id = id};
}

static void no_harm(void)
{
	if (module.harm)
		fail_msg("the module would have: %s", module.harm);
}

static void assert_why(struct gtp5g *g, const char *begins)
{
	if (strncmp(gtp5g_why(g), begins, strlen(begins)) != 0)
		fail_msg("'%s', not '%s'", gtp5g_why(g), begins);
}

static void rules_are_made_and_deleted(void **state)
{
	struct gtp5g *g = *state;
	const struct gtp5g_rule far = far_of(1), pdr = pdr_of(2, 1);
	struct gtp5g_report report = {.has = 9};
	struct gtp5g_rule got;

	assert_int_equal(gtp5g_rule_add(g, LINK, &far), 0);
	assert_int_equal(gtp5g_rule_add(g, LINK, &pdr), 0);
	assert_string_equal(module.log, "add far 1:1\nget far 1:1\nadd pdr 1:2\n");
	assert_int_equal(gtp5g_rule_get(g, LINK, GTP5G_PDR, 1, 2, &got), 0);
	assert_int_equal(got.pdr.far, 1);
	assert_false(gtp5g_has(&got, GTP5G_PDR_SOURCE));
	assert_int_equal(gtp5g_rule_add(g, LINK, &far), -EEXIST);
	assert_why(g, "far 1:1 is there already");
	assert_int_equal(gtp5g_rule_del(g, LINK, GTP5G_PDR, 1, 2, &report), 0);
	assert_int_equal(report.has, 0);
	assert_int_equal(gtp5g_rule_del(g, LINK, GTP5G_PDR, 1, 2, NULL), -ENOENT);
	assert_why(g, "there is no pdr 1:2");
	assert_int_equal(gtp5g_rule_get(g, LINK, GTP5G_PDR, 1, 2, &got), -ENOENT);
	module.refuse = ENODEV;
	assert_int_equal(gtp5g_rule_add(g, LINK, &far), -ENODEV);
	assert_why(g, "that is no link of the module");
	module.refuse = EPERM;
	assert_int_equal(gtp5g_rule_add(g, LINK, &far), -EPERM);
	assert_why(g, "this needs root");
	module.refuse = EINVAL;
	assert_int_equal(gtp5g_rule_add(g, LINK, &far), -EINVAL);
	assert_why(g, "the module refuses far 1:1: Invalid argument");
	no_harm();
}

/* gtp5g#173, and its kin */
static void a_pdr_rests_on_a_far(void **state)
{
	struct gtp5g *g = *state;
	const struct gtp5g_rule far = far_of(1);
	struct gtp5g_rule pdr = pdr_of(2, 1);

	pdr.has &= ~BIT(GTP5G_PDR_FAR_ID);
	assert_int_equal(gtp5g_rule_add(g, LINK, &pdr), -EINVAL);
	assert_why(g, "--far is missing: without one the kernel module dereferences NULL");
	pdr.has |= BIT(GTP5G_PDR_FAR_ID);
	assert_int_equal(gtp5g_rule_add(g, LINK, &pdr), -ENOENT);
	assert_why(g, "there is no far 1:1: a PDR's FAR must be there before");
	assert_string_equal(module.log, "get far 1:1\n");
	assert_int_equal(gtp5g_rule_add(g, LINK, &far), 0);
	assert_int_equal(gtp5g_rule_add(g, LINK, &pdr), 0);
	/* its own, which somebody has deleted */
	pdr.has = BIT(GTP5G_RULE_SEID) | BIT(GTP5G_RULE_ID) | BIT(GTP5G_PDR_PRECEDENCE);
	assert_int_equal(gtp5g_rule_mod(g, LINK, &pdr), 0);
	assert_int_equal(gtp5g_rule_del(g, LINK, GTP5G_FAR, 1, 1, NULL), 0);
	assert_int_equal(gtp5g_rule_mod(g, LINK, &pdr), -ENOENT);
	assert_why(g, "there is no far 1:1: a PDR's FAR must be there before");
	no_harm();
}

static void a_pdr_keeps_its_far(void **state)
{
	struct gtp5g *g = *state;
	const struct gtp5g_rule far = far_of(1), other = far_of(2);
	struct gtp5g_rule pdr = pdr_of(2, 1);

	assert_int_equal(gtp5g_rule_add(g, LINK, &far), 0);
	assert_int_equal(gtp5g_rule_add(g, LINK, &other), 0);
	assert_int_equal(gtp5g_rule_add(g, LINK, &pdr), 0);
	assert_int_equal(gtp5g_rule_mod(g, LINK, &pdr), 0);
	pdr.pdr.far = 2;
	module.log[0] = '\0';
	assert_int_equal(gtp5g_rule_mod(g, LINK, &pdr), -EOPNOTSUPP);
	assert_why(g, "--far: pdr 1:2 has far 1, which would lead to the PDR even when");
	assert_string_equal(module.log, "get pdr 1:2\n");
	/* one that isn't there neither */
	pdr.pdr.far = 9;
	assert_int_equal(gtp5g_rule_mod(g, LINK, &pdr), -EOPNOTSUPP);
	assert_int_equal(gtp5g_rule_del(g, LINK, GTP5G_PDR, 1, 2, NULL), 0);
	pdr.pdr.far = 2;
	assert_int_equal(gtp5g_rule_add(g, LINK, &pdr), 0);
	no_harm();
}

/* Of a filter without ports none are left that were */
static void a_filter_is_changed_whole(void **state)
{
	const struct gtp5g_table *table = gtp5g_table(GTP5G_PDR);
	struct gtp5g *g = *state;
	const struct gtp5g_rule far = far_of(1);
	struct gtp5g_rule pdr = pdr_of(2, 1), change = simple(GTP5G_PDR, 2);
	struct gtp5g_expected expected;

	assert_int_equal(gtp5g_read(table, GTP5G_PDR_FLOW, "permit out 6 from any 80 to any 5-9",
				    &pdr, &expected),
			 0);
	assert_int_equal(gtp5g_read(table, GTP5G_PDR_FLOW, "permit out 17 from any to any", &change,
				    &expected),
			 0);
	assert_int_equal(gtp5g_rule_add(g, LINK, &far), 0);
	assert_int_equal(gtp5g_rule_add(g, LINK, &pdr), 0);
	assert_true(module.ports[0] && module.ports[1]);
	assert_int_equal(gtp5g_rule_mod(g, LINK, &change), 0);
	assert_false(module.ports[0] || module.ports[1]);
	no_harm();
}

static void a_pdr_rests_on_its_qers(void **state)
{
	struct gtp5g *g = *state;
	const struct gtp5g_rule far = far_of(1), qer = simple(GTP5G_QER, 5);
	struct gtp5g_rule pdr = pdr_of(2, 1);

	pdr.has |= BIT(GTP5G_PDR_QER_IDS);
	pdr.pdr.qer = (struct gtp5g_ids){.count = 2, .id = {5, 6}};
	assert_int_equal(gtp5g_rule_add(g, LINK, &far), 0);
	assert_int_equal(gtp5g_rule_add(g, LINK, &qer), 0);
	assert_int_equal(gtp5g_rule_add(g, LINK, &pdr), -ENOENT);
	assert_why(g, "there is no qer 1:6: the module looks at a PDR's QERs only when");
	pdr.pdr.qer.count = 1;
	assert_int_equal(gtp5g_rule_add(g, LINK, &pdr), 0);
	no_harm();
}

static void a_pdr_stays_in_its_list(void **state)
{
	struct gtp5g *g = *state;
	const struct gtp5g_rule far = far_of(1);
	struct gtp5g_rule pdr = pdr_of(2, 1), change = simple(GTP5G_PDR, 2);

	assert_int_equal(gtp5g_rule_add(g, LINK, &far), 0);
	assert_int_equal(gtp5g_rule_add(g, LINK, &pdr), 0);
	change.has |= BIT(GTP5G_PDR_TEID) | BIT(GTP5G_PDR_LOCAL_ADDRESS);
	assert_int_equal(gtp5g_rule_mod(g, LINK, &change), -EOPNOTSUPP);
	assert_why(g, "--teid: pdr 1:2 is found by its UE address, and the module crashes");
	pdr.id = change.id = 3;
	pdr.has |= BIT(GTP5G_PDR_TEID) | BIT(GTP5G_PDR_LOCAL_ADDRESS);
	assert_int_equal(gtp5g_rule_add(g, LINK, &pdr), 0);
	assert_int_equal(gtp5g_rule_mod(g, LINK, &change), 0);
	assert_int_equal(gtp5g_rule_mod(g, LINK,
					&(struct gtp5g_rule){.has = BIT(GTP5G_RULE_SEID) |
								    BIT(GTP5G_RULE_ID),
							     .kind = GTP5G_PDR,
							     .seid = 1,
							     .id = 9}),
			 -ENOENT);
	no_harm();
}

static void an_end_marker_needs_a_pdr(void **state)
{
	struct gtp5g *g = *state;
	struct gtp5g_rule far = tunnel_of(1);

	assert_int_equal(gtp5g_rule_add(g, LINK, &far), 0);
	far.has |= BIT(GTP5G_FAR_END_MARKER);
	far.far.end_marker = GTP5G_SNDEM;
	assert_int_equal(gtp5g_rule_mod(g, LINK, &far), -EINVAL);
	assert_why(g, "--end-marker: far 1:1 has no PDR, and the module crashes");
	assert_int_equal(gtp5g_rule_add(g, LINK, &far), -EINVAL);
	far.id = 2;
	assert_int_equal(gtp5g_rule_mod(g, LINK, &far), -ENOENT);
	far.id = 1;
	far.has &= ~BIT(GTP5G_FAR_PEER_PORT);
	assert_int_equal(gtp5g_rule_mod(g, LINK, &far), -EINVAL);
	no_harm();
}

static void a_bar_is_made_anew(void **state)
{
	struct gtp5g *g = *state;
	struct gtp5g_rule bar = simple(GTP5G_BAR, 1), got;

	assert_int_equal(gtp5g_rule_mod(g, LINK, &bar), -ENOENT);
	bar.has |= BIT(GTP5G_BAR_DELAY) | BIT(GTP5G_BAR_PACKETS);
	bar.bar = (struct gtp5g_bar){2, 64};
	assert_int_equal(gtp5g_rule_add(g, LINK, &bar), 0);
	bar.has &= ~BIT(GTP5G_BAR_DELAY);
	bar.bar = (struct gtp5g_bar){0, 8};
	module.log[0] = '\0';
	assert_int_equal(gtp5g_rule_mod(g, LINK, &bar), 0);
	assert_string_equal(module.log, "get bar 1:1\ndel bar 1:1\nadd bar 1:1\n");
	assert_int_equal(gtp5g_rule_get(g, LINK, GTP5G_BAR, 1, 1, &got), 0);
	assert_int_equal(got.bar.delay, 2);
	assert_int_equal(got.bar.packets, 8);
	no_harm();
}

static struct gtp5g_rule urr_of(uint32_t id, uint32_t trigger)
{
	struct gtp5g_rule urr = simple(GTP5G_URR, id);

	urr.has |= BIT(GTP5G_URR_METHOD) | BIT(GTP5G_URR_TRIGGER);
	urr.urr.method = 2;
	urr.urr.trigger = trigger;
	return urr;
}

static void volumes_stay_that_are_not_changed(void **state)
{
	struct gtp5g *g = *state;
	struct gtp5g_rule urr = urr_of(4, GTP5G_VOLTH), change = simple(GTP5G_URR, 4), got;

	assert_int_equal(gtp5g_rule_mod(g, LINK, &change), -ENOENT);
	urr.urr.threshold = (struct gtp5g_volumes){.total = 9, .uplink = 5};
	urr.urr.quota = (struct gtp5g_volumes){.total = 90};
	urr.has |= BIT(GTP5G_URR_THRESHOLD_TOTAL) | BIT(GTP5G_URR_THRESHOLD_UPLINK) |
		   BIT(GTP5G_URR_QUOTA_TOTAL);
	assert_int_equal(gtp5g_rule_add(g, LINK, &urr), 0);
	change.has |= BIT(GTP5G_URR_THRESHOLD_DOWNLINK) | BIT(GTP5G_URR_THRESHOLD_UPLINK);
	change.urr.threshold = (struct gtp5g_volumes){.downlink = 6, .uplink = 7};
	module.log[0] = '\0';
	module.counts_anew = 0;
	assert_int_equal(gtp5g_rule_mod(g, LINK, &change), 0);
	assert_string_equal(module.log, "get urr 1:4\nadd* urr 1:4\n");
	assert_int_equal(gtp5g_rule_get(g, LINK, GTP5G_URR, 1, 4, &got), 0);
	assert_int_equal(got.has & (THRESHOLDS | QUOTAS), THRESHOLDS | BIT(GTP5G_URR_QUOTA_TOTAL));
	assert_int_equal(got.urr.threshold.total, 9);
	assert_int_equal(got.urr.threshold.uplink, 7);
	assert_int_equal(got.urr.threshold.downlink, 6);
	assert_int_equal(got.urr.quota.total, 90);
	/* of a quota that stays nothing is sent: the module would count for it anew */
	assert_int_equal(module.counts_anew, 0);
	no_harm();
}

static void a_quota_lasts(void **state)
{
	struct gtp5g *g = *state;
	struct gtp5g_rule urr = urr_of(4, 1), change = simple(GTP5G_URR, 4), got;

	urr.has |= BIT(GTP5G_URR_PERIOD);
	urr.urr.period_s = 10;
	assert_int_equal(gtp5g_rule_add(g, LINK, &urr), 0);
	change.has |= BIT(GTP5G_URR_QUOTA_UPLINK);
	change.urr.quota.uplink = 5;
	/* the trigger is what counts for it */
	assert_int_equal(gtp5g_rule_mod(g, LINK, &change), 0);
	change = simple(GTP5G_URR, 4);
	change.has |= BIT(GTP5G_URR_TRIGGER);
	change.urr.trigger = GTP5G_VOLQU;
	assert_int_equal(gtp5g_rule_mod(g, LINK, &change), -EINVAL);
	assert_why(g, "--quota-total, from 1, is missing");
	change.has |= BIT(GTP5G_URR_QUOTA_TOTAL);
	change.urr.quota.total = 9;
	assert_int_equal(gtp5g_rule_mod(g, LINK, &change), 0);
	assert_int_equal(gtp5g_rule_get(g, LINK, GTP5G_URR, 1, 4, &got), 0);
	assert_int_equal(got.urr.quota.uplink, 5);
	assert_int_equal(got.has & QUOTAS,
			 BIT(GTP5G_URR_QUOTA_TOTAL) | BIT(GTP5G_URR_QUOTA_UPLINK));
	change = simple(GTP5G_URR, 4);
	change.has |= BIT(GTP5G_URR_PERIOD);
	assert_int_equal(gtp5g_rule_mod(g, LINK, &change), -EINVAL);
	assert_why(g, "--period, from 1, is missing");
	change.has = simple(GTP5G_URR, 4).has | BIT(GTP5G_URR_TRIGGER);
	change.urr.trigger = GTP5G_VOLQU | GTP5G_VOLTH;
	assert_int_equal(gtp5g_rule_mod(g, LINK, &change), -EINVAL);
	no_harm();
}

static void a_qer_is_changed_since_0_10_1(void **state)
{
	struct gtp5g *g = *state;
	struct gtp5g_rule qer = simple(GTP5G_QER, 1);

	qer.has |= BIT(GTP5G_QER_QFI);
	assert_int_equal(gtp5g_rule_add(g, LINK, &qer), 0);
	g->version = GTP5G_VERSION(0, 10, 0);
	assert_int_equal(gtp5g_rule_mod(g, LINK, &qer), -EOPNOTSUPP);
	assert_why(g, "before 0.10.1 the module never gives back the lock of all links");
	assert_string_equal(module.log, "add qer 1:1\n");
	g->version = GTP5G_VERSION(0, 10, 1);
	assert_int_equal(gtp5g_rule_mod(g, LINK, &qer), 0);
	assert_string_equal(module.log, "add qer 1:1\nadd* qer 1:1\n");
}

/* --force goes on with it all the same: nothing that any version would crash on */
static void a_module_that_does_not_tell_its_version(void **state)
{
	struct gtp5g *g = *state;
	const struct gtp5g_rule far = far_of(1);
	struct gtp5g_rule qer = simple(GTP5G_QER, 1), pdr = pdr_of(2, 1);

	g->version = 0;
	assert_int_equal(gtp5g_version(g), GTP5G_VERSION_UNKNOWN);
	assert_int_equal(gtp5g_rule_add(g, LINK, &far), 0);
	pdr.has |= BIT(GTP5G_PDR_FRAMED_ROUTE);
	assert_int_equal(gtp5g_rule_add(g, LINK, &pdr), -EOPNOTSUPP);
	assert_why(g, "--framed-route: gtp5g knows it since 0.10.0");
	qer.qer.mbr_uplink_kbps = 5;
	qer.has |= BIT(GTP5G_QER_MBR_UPLINK);
	assert_int_equal(gtp5g_rule_add(g, LINK, &qer), -EOPNOTSUPP);
	assert_why(g, "--mbr-uplink and --mbr-downlink go together");
	assert_string_equal(module.log, "add far 1:1\n");
	qer.qer.mbr_downlink_kbps = 5;
	qer.has |= BIT(GTP5G_QER_MBR_DOWNLINK);
	assert_int_equal(gtp5g_rule_add(g, LINK, &qer), 0);
	assert_int_equal(gtp5g_rule_mod(g, LINK, &qer), -EOPNOTSUPP);
	no_harm();
}

static void reports(void **state)
{
	struct gtp5g *g = *state;
	const struct gtp5g_rule urr = urr_of(4, 1);
	struct gtp5g_report report = {0};

	assert_int_equal(gtp5g_report_get(g, LINK, 1, 4, &report), -ENOENT);
	assert_int_equal(gtp5g_rule_add(g, LINK, &urr), 0);
	assert_int_equal(gtp5g_report_get(g, LINK, 1, 4, &report), 0);
	assert_int_equal(report.urr, 4);
	report = (struct gtp5g_report){0};
	assert_int_equal(gtp5g_rule_del(g, LINK, GTP5G_URR, 1, 4, &report), 0);
	assert_int_equal(report.seid, 1);
}

static int count(const struct gtp5g_rule *rule, void *user)
{
	++*(int *)user;
	return 0;
}

struct odd {
	char text[200];
};

static void keep_odd(const struct gtp5g_rule *name, int rc, void *user)
{
	struct odd *odd = module.user;

	snprintf(odd->text + strlen(odd->text), sizeof(odd->text) - strlen(odd->text),
		 "%s %d:%u has %d: %d\n", gtp5g_table(name->kind)->name, (int)name->seid, name->id,
		 (int)name->has, rc);
}

/* One that isn't understood is named, and the others are told */
static void odd_rules(void **state)
{
	struct gtp5g *g = *state;
	const struct gtp5g_rule far = far_of(1), other = far_of(2);
	struct odd odd = {""};
	struct gtp5g_rule got;
	int fars = 0;

	assert_int_equal(gtp5g_rule_add(g, LINK, &far), 0);
	assert_int_equal(gtp5g_rule_add(g, LINK, &other), 0);
	module.odd = 1;
	module.user = &odd;
	assert_int_equal(gtp5g_rule_list(g, GTP5G_FAR, count, keep_odd, &fars), 0);
	assert_int_equal(fars, 1);
	assert_string_equal(odd.text, "far 1:1 has 3: -74\n");
	assert_int_equal(gtp5g_rule_get(g, LINK, GTP5G_FAR, 1, 1, &got), -EBADMSG);
	assert_why(g, "what the module tells of far 1:1 isn't understood");
}

static void lists(void **state)
{
	struct gtp5g *g = *state;
	int fars = 0;

	for (uint32_t i = 0; i < 5; i++) {
		const struct gtp5g_rule far = far_of(i);

		assert_int_equal(gtp5g_rule_add(g, LINK, &far), 0);
	}
	assert_int_equal(gtp5g_rule_list(g, GTP5G_FAR, count, keep_odd, &fars), 0);
	assert_int_equal(fars, 5);
}

/* Names that only the kernel refuses, after which the module frees its tables twice; and a hash
 * size by which it divides */
static void links_that_are_not_made(void **state)
{
	static const char *const names[] = {
		"", "a/b", "a b", "a%d", ".", "..", "sixteen-letters0", "a:1", "a\n", "\xc3\xa4"};
	struct gtp5g *g = *state;

	/* with no handle to send by: nothing is */
	for (size_t i = 0; i < N(names); i++) {
		assert_int_equal(gtp5g_link_add(g, names[i], 0, false, 1024), -EINVAL);
		assert_why(g, "a link's name has up to 15 letters");
	}
	assert_int_equal(gtp5g_link_add(g, "upf0", 0, false, 0), -EINVAL);
}

static void versions_that_are_known(void **state)
{
	assert_int_equal(gtp5g_support(GTP5G_VERSION(0, 9, 2)), GTP5G_OLDER);
	assert_int_equal(gtp5g_support(0), GTP5G_OLDER);
	assert_int_equal(gtp5g_support(GTP5G_VERSION(0, 9, 3)), GTP5G_SUPPORTED);
	assert_int_equal(gtp5g_support(GTP5G_VERSION(0, 10, 255)), GTP5G_SUPPORTED);
	assert_int_equal(gtp5g_support(GTP5G_VERSION(0, 11, 0)), GTP5G_NEWER);
	assert_int_equal(gtp5g_support(GTP5G_VERSION(1, 0, 0)), GTP5G_NEWER);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(rules_are_made_and_deleted),
		TEST(a_pdr_rests_on_a_far),
		TEST(a_pdr_keeps_its_far),
		TEST(a_filter_is_changed_whole),
		TEST(a_pdr_rests_on_its_qers),
		TEST(a_pdr_stays_in_its_list),
		TEST(an_end_marker_needs_a_pdr),
		TEST(a_bar_is_made_anew),
		TEST(volumes_stay_that_are_not_changed),
		TEST(a_quota_lasts),
		TEST(a_qer_is_changed_since_0_10_1),
		TEST(a_module_that_does_not_tell_its_version),
		TEST(reports),
		TEST(lists),
		TEST(odd_rules),
		TEST(links_that_are_not_made),
		TEST(versions_that_are_known),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
