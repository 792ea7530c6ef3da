// SPDX-License-Identifier: Apache-2.0
/* The UPF's procedures that belong to no session: TS 29.244 cl. 6.2. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "dataplane/address.h"
#include "tests/unit/upf_harness.h"

static int setup(void **state)
{
	struct harness *h = malloc(sizeof(*h));

	harness_open(h);
	assert_int_equal(harness_associate(h, h->ex.smf, 1000, NULL), PFCP_CAUSE_ACCEPTED);
	*state = h;
	return 0;
}

static int teardown(void **state)
{
	harness_close(*state);
	free(*state);
	return 0;
}

/* Another session of the same SMF */
static struct example another(const struct harness *h, const char *ue, uint64_t cp_seid)
{
	struct example ex = h->ex;

	ex.ue = harness_ip(ue);
	ex.cp_seid = cp_seid;
	ex.gnb_teid += 1;
	return ex;
}

static struct pfcp_node_id id_of(struct in_addr addr)
{
	return (struct pfcp_node_id){.type = PFCP_NODE_IP4, .ip4 = addr};
}

/* The SMF's answer to the request that the UPF has sent last, of a node message with a cause */
static void answer(struct harness *h, struct in_addr smf, uint8_t cause)
{
	const uint8_t type = h->reply.header.type + 1;

	pfcp_msg_init(&h->msg, type, 0, h->reply.header.sequence);
	if (type == PFCP_ASSOCIATION_UPDATE_RESPONSE) {
		h->msg.association_update_response.node_id = id_of(smf);
		h->msg.association_update_response.cause = cause;
	} else {
		h->msg.node_report_response.node_id = id_of(smf);
		h->msg.node_report_response.cause = cause;
	}
	harness_send(h, smf);
}

/* ---- stop ---- */

static void on_drained(void *user)
{
	*(bool *)user = true;
}

static uint8_t release(struct harness *h, struct in_addr smf)
{
	pfcp_msg_init(&h->msg, PFCP_ASSOCIATION_RELEASE_REQUEST, 0, h->sequence++);
	h->msg.association_release_request.node_id = id_of(smf);
	assert_true(harness_send(h, smf));
	return h->reply.association_release_response.cause;
}

static void test_drain(void **state)
{
	struct harness *h = *state;
	struct example other = another(h, "10.60.1.3", 0x2222);
	const struct pfcp_association_update_request *u = &h->reply.association_update_request;
	bool over = false;

	assert_int_equal(harness_establish(h, &h->ex), PFCP_CAUSE_ACCEPTED);
	assert_int_equal(upf_drain(&h->upf, 5, on_drained, &over), 0);
	assert_int_equal(h->reply.header.type, PFCP_ASSOCIATION_UPDATE_REQUEST);
	assert_true(pfcp_node_id_equal(&u->node_id, n4_node_id(h->upf.n4)));
	assert_int_equal(u->release_request, PFCP_RELEASE_SARR);
	assert_int_equal(u->graceful_release_s, 6); /* what N4 can tell: TS 29.244 cl. 8.2.78 */
	assert_int_equal(uv_timer_get_due_in(h->upf.drain.timer), 6000);
	answer(h, h->ex.smf, PFCP_CAUSE_ACCEPTED);
	/* nothing new, from nobody; what is there goes on */
	assert_int_equal(harness_establish(h, &other), PFCP_CAUSE_NO_RESOURCES);
	assert_int_equal(harness_associate(h, harness_ip("10.100.128.2"), 1, NULL),
			 PFCP_CAUSE_NO_RESOURCES);
	assert_int_equal(h->upf.sessions.count, 1);
	assert_false(over);
	assert_int_equal(release(h, h->ex.smf), PFCP_CAUSE_ACCEPTED);
	assert_true(over);
	assert_int_equal(h->upf.sessions.count, 0);
	assert_int_equal(upf_teid_count(&h->upf.teids), 0);
}

/* One SMF without a session refuses: it is left at once. Another accepts and then does nothing. */
static void test_drain_of_smfs_that_do_not_care(void **state)
{
	struct harness *h = *state;
	struct in_addr idle = harness_ip("10.100.128.2");
	bool over = false;

	assert_int_equal(harness_establish(h, &h->ex), PFCP_CAUSE_ACCEPTED);
	assert_int_equal(harness_associate(h, idle, 1, NULL), PFCP_CAUSE_ACCEPTED);
	assert_int_equal(upf_drain(&h->upf, 2, on_drained, &over), 0);
	assert_int_equal(h->sent_to.sin_addr.s_addr, idle.s_addr);
	answer(h, idle, PFCP_CAUSE_REJECTED);
	assert_null(n4_peer_find(h->upf.n4, idle));
	while (!over) /* T1 expires N1 times for the other, which has a session: nobody misses it
			 before */
		uv_run(&h->loop, UV_RUN_ONCE);
	assert_int_equal(n4_peer_count(h->upf.n4), 0);
	assert_int_equal(h->upf.sessions.count, 0);
	assert_int_equal(h->upf.counter[UPF_LOST_WITH_PEER], 1);
}

/* An SMF that is lost isn't waited for; without any the end comes at once. */
static void test_drain_with_nobody(void **state)
{
	struct harness *h = *state;
	size_t sent = h->sent;
	bool over = false;

	n4_peer_find(h->upf.n4, h->ex.smf)->alive = false;
	assert_int_equal(upf_drain(&h->upf, 60, on_drained, &over), 0);
	assert_true(over);
	assert_int_equal(h->sent, sent);
}

/* ---- paths ---- */

static void path_state(struct harness *h, struct in_addr gnb, bool lost)
{
	const struct dp_addr peer = dp_addr_ip4(gnb);

	upf_path_state(&peer, lost, &h->upf);
}

/* A timer of the UPF's, now */
static void hasten(struct harness *h, uv_timer_t *timer)
{
	uint64_t due = uv_now(&h->loop) + 2;

	uv_timer_set_repeat(timer, 1);
	assert_int_equal(uv_timer_again(timer), 0);
	while (uv_now(&h->loop) < due)
		uv_run(&h->loop, UV_RUN_ONCE);
	if (timer != h->upf.echo_timer)
		return; /* that was its end */
	uv_timer_set_repeat(timer, 60000);
	assert_int_equal(uv_timer_again(timer), 0);
}

static void report_check(struct harness *h, struct in_addr smf, uint8_t type)
{
	const struct pfcp_node_report_request *r = &h->reply.node_report_request;
	const struct pfcp_path_report *p =
		type == PFCP_NODE_REPORT_UPFR ? &r->path_failure : &r->path_recovery;

	assert_int_equal(h->sent_to.sin_addr.s_addr, smf.s_addr);
	assert_int_equal(h->reply.header.type, PFCP_NODE_REPORT_REQUEST);
	assert_int_equal(r->report_type, type);
	assert_int_equal(r->has_path_failure, type == PFCP_NODE_REPORT_UPFR);
	assert_int_equal(r->has_path_recovery, type == PFCP_NODE_REPORT_UPRR);
	assert_int_equal(p->n_peer, 1);
	assert_true(p->peer[0].address.v4 && !p->peer[0].address.v6);
	assert_int_equal(p->peer[0].address.ip4.s_addr, h->ex.gnb.s_addr);
}

/* One report for each event to each SMF with a session there, however many; none to the others */
static void test_path_reports(void **state)
{
	struct harness *h = *state;
	struct example second = another(h, "10.60.1.3", 0x2222);
	struct in_addr idle = harness_ip("10.100.128.2");
	size_t sent;

	assert_int_equal(harness_associate(h, idle, 1, NULL), PFCP_CAUSE_ACCEPTED);
	assert_int_equal(harness_establish(h, &h->ex), PFCP_CAUSE_ACCEPTED);
	assert_int_equal(harness_establish(h, &second), PFCP_CAUSE_ACCEPTED);
	hasten(h, h->upf.echo_timer);
	sent = h->sent;
	path_state(h, h->ex.gnb, true);
	assert_int_equal(h->sent, sent + 1);
	report_check(h, h->ex.smf, PFCP_NODE_REPORT_UPFR);
	answer(h, h->ex.smf, PFCP_CAUSE_ACCEPTED);
	path_state(h, h->ex.gnb, true); /* no news */
	assert_int_equal(h->sent, sent + 1);
	path_state(h, h->ex.gnb, false);
	assert_int_equal(h->sent, sent + 2);
	report_check(h, h->ex.smf, PFCP_NODE_REPORT_UPRR);
	answer(h, h->ex.smf, PFCP_CAUSE_ACCEPTED);
	path_state(h, h->ex.gnb, false);
	assert_int_equal(h->sent, sent + 2);
	assert_int_equal(h->upf.counter[UPF_NODE_REPORTS_SENT], 2);
	assert_int_equal(h->upf.counter[UPF_NODE_REPORTS_FAILED], 0);
}

/* What an SMF has not accepted, and who has come since, is told by the next round of echoes. */
static void test_path_report_again(void **state)
{
	struct harness *h = *state;
	struct in_addr late = harness_ip("10.100.128.2");
	struct example other = another(h, "10.60.1.3", 0x2222);
	size_t sent;

	other.smf = late;
	assert_int_equal(harness_establish(h, &h->ex), PFCP_CAUSE_ACCEPTED);
	hasten(h, h->upf.echo_timer);
	path_state(h, h->ex.gnb, true);
	answer(h, h->ex.smf, PFCP_CAUSE_REJECTED);
	assert_int_equal(h->upf.counter[UPF_NODE_REPORTS_FAILED], 1);
	sent = h->sent;
	hasten(h, h->upf.echo_timer);
	assert_true(h->sent > sent);
	report_check(h, h->ex.smf, PFCP_NODE_REPORT_UPFR);
	answer(h, h->ex.smf, PFCP_CAUSE_ACCEPTED);
	assert_int_equal(harness_associate(h, late, 1, NULL), PFCP_CAUSE_ACCEPTED);
	assert_int_equal(harness_establish(h, &other), PFCP_CAUSE_ACCEPTED);
	hasten(h, h->upf.echo_timer);
	report_check(h, late, PFCP_NODE_REPORT_UPFR);
	answer(h, late, PFCP_CAUSE_ACCEPTED);
	assert_int_equal(h->upf.counter[UPF_NODE_REPORTS_SENT], 3);
	path_state(h, h->ex.gnb, false);
	assert_int_equal(h->upf.counter[UPF_NODE_REPORTS_SENT], 5); /* to both */
}

/* It has restarted: what it was told is forgotten, with its sessions; nobody is told of the
 * recovery */
static void test_path_of_no_session(void **state)
{
	struct harness *h = *state;
	uint64_t sent;

	assert_int_equal(harness_establish(h, &h->ex), PFCP_CAUSE_ACCEPTED);
	hasten(h, h->upf.echo_timer);
	path_state(h, h->ex.gnb, true);
	answer(h, h->ex.smf, PFCP_CAUSE_ACCEPTED);
	assert_int_equal(harness_associate(h, h->ex.smf, 1001, NULL), PFCP_CAUSE_ACCEPTED);
	sent = h->sent;
	path_state(h, h->ex.gnb, false);
	assert_int_equal(h->sent, sent);
	hasten(h, h->upf.echo_timer);
	assert_null(h->upf.paths);
}

/* ---- PFDs ---- */

static struct pfcp_application_pfds *pfds_begin(struct harness *h)
{
	pfcp_msg_init(&h->msg, PFCP_PFD_MANAGEMENT_REQUEST, 0, h->sequence++);
	return h->msg.pfd_management_request.application;
}

/* One more application in the message, without PFDs */
static void pfds_app(struct harness *h, const char *id)
{
	struct pfcp_pfd_management_request *r = &h->msg.pfd_management_request;
	struct pfcp_application_pfds *app = &r->application[r->n_application++];

	memset(app, 0, offsetof(struct pfcp_application_pfds, lists));
	strcpy(app->application_id.text, id);
}

/* One more PFD in its last application, of one content */
static void pfds_add(struct harness *h, enum pfcp_pfd_kind kind, const char *text)
{
	struct pfcp_pfd_management_request *r = &h->msg.pfd_management_request;
	struct pfcp_application_pfds *app = &r->application[r->n_application - 1];
	struct pfcp_pfd *pfd = &app->pfd[app->n_pfd++];

	pfd->n_contents = 1;
	memset(&pfd->contents[0], 0, sizeof(pfd->contents[0]));
	assert_int_equal(pfcp_pfd_add(&pfd->contents[0], kind, text, strlen(text)), 0);
}

static uint8_t pfds_send(struct harness *h, struct in_addr from)
{
	assert_true(harness_send(h, from));
	assert_int_equal(h->reply.header.type, PFCP_PFD_MANAGEMENT_RESPONSE);
	return h->reply.pfd_management_response.cause;
}

static uint8_t pfds_one(struct harness *h, const char *id, const char *flow)
{
	pfds_begin(h);
	pfds_app(h, id);
	if (flow)
		pfds_add(h, PFCP_PFD_FLOW, flow);
	return pfds_send(h, h->ex.smf);
}

static void on_changed(const char *id, void *user)
{
	strcat(user, id);
	strcat(user, " ");
}

#define WEB "permit out 6 from 192.0.2.1 80 to assigned"
#define TLS "permit out 6 from 192.0.2.1 443 to assigned"

static void test_pfds(void **state)
{
	struct harness *h = *state;
	struct upf_pfds *pfds = &h->upf.pfds;
	const struct upf_application *app;
	char changed[256] = "";

	pfds->changed = on_changed;
	pfds->user = changed;
	pfds_begin(h);
	pfds_app(h, "web");
	pfds_add(h, PFCP_PFD_FLOW, WEB);
	pfds_add(h, PFCP_PFD_FLOW, TLS);
	pfds_add(h, PFCP_PFD_DOMAIN, "web.example"); /* can't be told by headers */
	pfds_app(h, "game");
	pfds_add(h, PFCP_PFD_FLOW, "permit out 17 from 192.0.2.9 to assigned 7000-7999");
	assert_int_equal(pfds_send(h, h->ex.smf), PFCP_CAUSE_ACCEPTED);
	assert_string_equal(changed, "web game ");
	app = upf_pfds_find(pfds, "web");
	assert_non_null(app);
	assert_int_equal(app->n_flow, 2);
	assert_int_equal(app->left_out, 1);
	assert_int_equal(app->flow[0].src.ports[0].low, 80);
	assert_int_equal(app->flow[1].src.ports[0].low, 443);
	assert_int_equal(pfds->flows, 3);
	/* the same again is no change; less is; of another SMF as well: one store for all */
	changed[0] = '\0';
	assert_int_equal(pfds_one(h, "game", "permit out 17 from 192.0.2.9 to assigned 7000-7999"),
			 PFCP_CAUSE_ACCEPTED);
	assert_string_equal(changed, "");
	assert_int_equal(pfds_one(h, "web", TLS), PFCP_CAUSE_ACCEPTED);
	assert_string_equal(changed, "web ");
	assert_int_equal(upf_pfds_find(pfds, "web")->n_flow, 1);
	/* no PFD: the application goes; no application: all go */
	assert_int_equal(pfds_one(h, "game", NULL), PFCP_CAUSE_ACCEPTED);
	assert_null(upf_pfds_find(pfds, "game"));
	assert_int_equal(pfds_one(h, "unknown", NULL), PFCP_CAUSE_ACCEPTED);
	assert_string_equal(changed, "web game ");
	pfds_begin(h);
	assert_int_equal(pfds_send(h, h->ex.smf), PFCP_CAUSE_ACCEPTED);
	assert_string_equal(changed, "web game web ");
	assert_null(upf_pfds_find(pfds, "web"));
	assert_int_equal(pfds->flows, 0);
}

/* A request that can't be taken whole changes nothing. */
static void test_pfds_refused(void **state)
{
	struct harness *h = *state;
	struct upf_pfds *pfds = &h->upf.pfds;
	char changed[256] = "";

	assert_int_equal(pfds_one(h, "web", WEB), PFCP_CAUSE_ACCEPTED);
	pfds->changed = on_changed;
	pfds->user = changed;
	for (int row = 0; row < 4; row++) {
		uint8_t cause = PFCP_CAUSE_MANDATORY_IE_INCORRECT;

		pfds_begin(h);
		pfds_app(h, "web");
		pfds_add(h, PFCP_PFD_FLOW, TLS);
		if (row == 1)
			pfds_app(h, "web");
		else
			pfds_app(h, "bad");
		if (row == 0)
			pfds_add(h, PFCP_PFD_FLOW, "allow everything");
		if (row == 1)
			pfds_add(h, PFCP_PFD_FLOW, WEB);
		if (row == 2)
			pfds_add(h, PFCP_PFD_URL, "^http://bad.example/");
		if (row == 3)
			pfds_add(h, PFCP_PFD_FLOW, WEB);
		if (row == 2)
			cause = PFCP_CAUSE_SERVICE_NOT_SUPPORTED;
		if (row == 3)
			cause = PFCP_CAUSE_NO_ASSOCIATION;
		assert_int_equal(pfds_send(h, row == 3 ? harness_ip("10.100.128.66") : h->ex.smf),
				 cause);
		assert_int_equal(h->reply.pfd_management_response.has_offending_ie, row < 2);
		assert_int_equal(upf_pfds_find(pfds, "web")->flow[0].src.ports[0].low, 80);
		assert_null(upf_pfds_find(pfds, "bad"));
		assert_int_equal(pfds->flows, 1);
	}
	assert_string_equal(changed, "");
	assert_int_equal(h->upf.counter[UPF_REFUSED], 4);
}

static void test_pfds_are_bounded(void **state)
{
	struct harness *h = *state;
	char id[32];

	for (int i = 0; i <= UPF_APPLICATIONS_MAX; i++) {
		snprintf(id, sizeof(id), "app-%d", i);
		assert_int_equal(pfds_one(h, id, WEB), i < UPF_APPLICATIONS_MAX
							       ? PFCP_CAUSE_ACCEPTED
							       : PFCP_CAUSE_NO_RESOURCES);
	}
	assert_int_equal(HASH_COUNT(h->upf.pfds.by_id), UPF_APPLICATIONS_MAX);
	/* one goes, one comes: there is room for that */
	pfds_begin(h);
	pfds_app(h, "app-0");
	pfds_app(h, "another");
	pfds_add(h, PFCP_PFD_FLOW, TLS);
	assert_int_equal(pfds_send(h, h->ex.smf), PFCP_CAUSE_ACCEPTED);
	/* more flows than a session has filters */
	pfds_begin(h);
	pfds_app(h, "another");
	for (int i = 0; i < PFCP_MAX_PFD; i++) {
		struct pfcp_pfd_contents *c;

		pfds_add(h, PFCP_PFD_FLOW, WEB);
		c = &h->msg.pfd_management_request.application[0].pfd[i].contents[0];
		for (int j = 1; j < 9; j++)
			assert_int_equal(pfcp_pfd_add(c, PFCP_PFD_FLOW, TLS, strlen(TLS)), 0);
	}
	assert_int_equal(pfds_send(h, h->ex.smf), PFCP_CAUSE_NO_RESOURCES);
	assert_int_equal(upf_pfds_find(&h->upf.pfds, "another")->n_flow, 1);
}

/* ---- load and overload ---- */

static void test_load_samples(void **state)
{
	struct upf_load l;
	uint32_t load, overload;

	upf_load_init(&l);
	load = l.load.sequence;
	overload = l.overload.sequence;
	assert_true(load > 0);
	upf_load_note(&l, 1000, 1, 2); /* nothing worth telling */
	assert_int_equal(l.load.sequence, load);
	assert_int_equal(l.overload.sequence, overload);
	upf_load_note(&l, 2000, 42, 13);
	assert_int_equal(l.load.metric, 40);
	assert_int_equal(l.load.sequence, load + 1);
	upf_load_note(&l, 3000, 41, 39); /* a small variation */
	assert_int_equal(l.load.sequence, load + 1);
	upf_load_note(&l, 4000, 100, 20); /* full isn't overloaded */
	assert_int_equal(l.load.metric, 100);
	assert_int_equal(l.overload.metric, 0);
	upf_load_note(&l, 5000, 10, 90);
	assert_int_equal(l.load.metric, 90);
	assert_int_equal(l.overload.metric, 40);
	assert_int_equal(l.overload.sequence, overload + 1);
	upf_load_note(&l, 9999, 10, 90);
	assert_int_equal(l.overload.sequence, overload + 1);
	upf_load_note(&l, 10000, 10, 90); /* before what was told expires */
	assert_int_equal(l.overload.sequence, overload + 2);
	upf_load_note(&l, 11000, 10, 500); /* a thread's clock that is ahead */
	assert_int_equal(l.overload.metric, 80);
	upf_load_note(&l, 12000, 10, 79);
	assert_int_equal(l.overload.metric, 0);
	assert_int_equal(l.overload.sequence, overload + 4);
}

/* Who announces it is told once, also in a refusal; who doesn't, never. */
static void test_load_is_told(void **state)
{
	struct harness *h = *state;
	const struct pfcp_session_establishment_response *r =
		&h->reply.session_establishment_response;
	struct example other = another(h, "10.60.1.3", 0x2222);
	struct n4_peer *n4 = n4_peer_find(h->upf.n4, h->ex.smf);

	upf_load_note(&h->upf.load, 1, 50, 90);
	h->upf.load.sampled_ms = uv_now(&h->loop); /* the loop stands: no sample but these */
	assert_int_equal(harness_establish(h, &h->ex), PFCP_CAUSE_ACCEPTED);
	assert_false(r->has_load || r->has_overload);
	n4->features = PFCP_CPF_LOAD | PFCP_CPF_OVRL;
	other.ue = h->ex.ue; /* in use */
	assert_int_equal(harness_establish(h, &other), PFCP_CAUSE_RULE_FAILURE);
	assert_true(r->has_load && r->has_overload);
	assert_int_equal(r->load.metric, 90);
	assert_int_equal(r->overload.metric, 40);
	assert_int_equal(r->overload.validity_s, UPF_OVERLOAD_VALIDITY_S);
	assert_int_equal(r->overload.flags, PFCP_OCI_AOCI);
	pfcp_msg_init(&h->msg, PFCP_SESSION_DELETION_REQUEST, h->ex.up_seid, h->sequence++);
	assert_true(harness_send(h, h->ex.smf));
	assert_int_equal(h->reply.session_deletion_response.cause, PFCP_CAUSE_ACCEPTED);
	assert_false(h->reply.session_deletion_response.has_load);
	upf_load_note(&h->upf.load, 2, 20, 20);
	assert_int_equal(harness_establish(h, &h->ex), PFCP_CAUSE_ACCEPTED);
	assert_int_equal(r->load.metric, 20);
	assert_true(r->has_overload);
	assert_int_equal(r->overload.metric, 0); /* it is over */
}

/* ---- sets of sessions, sets of SMFs ---- */

static struct pfcp_fq_csid csid_of(struct in_addr node, uint16_t csid)
{
	return (struct pfcp_fq_csid){.ip4 = node,
				     .n_csid = 1,
				     .csid = {csid},
				     .has_node_type = true,
				     .node_type = PFCP_CSID_SMF};
}

/* harness_establish with an FQ-CSID of the SMF's (0: none) and a Group ID ("": none) */
static void establish_in(struct harness *h, struct example *ex, uint16_t csid, const char *group)
{
	struct pfcp_session_establishment_request *e = &h->msg.session_establishment_request;
	const struct pfcp_session_establishment_response *r =
		&h->reply.session_establishment_response;

	ex->sequence = h->sequence++;
	example_establishment(&h->msg, ex);
	e->n_fq_csid = csid != 0;
	e->fq_csid[0] = csid_of(h->ex.smf, csid);
	e->has_group_id = group[0] != 0;
	e->group_id.n = (uint8_t)strlen(group);
	memcpy(e->group_id.octet, group, strlen(group));
	assert_true(harness_send(h, ex->smf));
	assert_int_equal(r->cause, PFCP_CAUSE_ACCEPTED);
	ex->up_seid = r->up_f_seid.seid;
	ex->ul_teid = r->created_pdr[0].f_teid.teid;
}

static uint8_t delete_set(struct harness *h, struct in_addr smf, uint16_t csid)
{
	struct pfcp_session_set_deletion_request *r = &h->msg.session_set_deletion_request;

	pfcp_msg_init(&h->msg, PFCP_SESSION_SET_DELETION_REQUEST, 0, h->sequence++);
	r->node_id = id_of(smf);
	r->n_fq_csid = csid != 0;
	r->fq_csid[0] = csid_of(h->ex.smf, csid);
	assert_true(harness_send(h, smf));
	return h->reply.session_set_deletion_response.cause;
}

static void test_session_set_deletion(void **state)
{
	struct harness *h = *state;
	struct example two = another(h, "10.60.1.3", 0x2222), none = another(h, "10.60.1.4", 0x3);
	struct in_addr foreign = harness_ip("10.100.128.2");

	two.gnb_teid = 20;
	none.gnb_teid = 30;
	establish_in(h, &h->ex, 1, "");
	establish_in(h, &two, 2, "");
	establish_in(h, &none, 0, "");
	assert_int_equal(harness_associate(h, foreign, 1, NULL), PFCP_CAUSE_ACCEPTED);
	assert_int_equal(delete_set(h, foreign, 1), PFCP_CAUSE_ACCEPTED); /* not its own: none */
	assert_int_equal(h->upf.sessions.count, 3);
	assert_int_equal(delete_set(h, h->ex.smf, 0), PFCP_CAUSE_CONDITIONAL_IE_MISSING);
	assert_int_equal(delete_set(h, harness_ip("10.100.128.66"), 1), PFCP_CAUSE_NO_ASSOCIATION);
	assert_int_equal(delete_set(h, h->ex.smf, 7), PFCP_CAUSE_ACCEPTED);
	assert_int_equal(h->upf.sessions.count, 3);
	assert_int_equal(delete_set(h, h->ex.smf, 1), PFCP_CAUSE_ACCEPTED);
	assert_int_equal(h->upf.sessions.count, 2);
	assert_null(upf_session_find(&h->upf.sessions, h->ex.up_seid));
	assert_null(null_dp_find(h->upf.dp, h->ex.up_seid));
	/* one that has moved to another set, and one that has left all */
	example_modification(&h->msg, &two);
	h->msg.header.sequence = h->sequence++;
	h->msg.session_modification_request.n_fq_csid = 1;
	h->msg.session_modification_request.fq_csid[0] = csid_of(h->ex.smf, 9);
	assert_true(harness_send(h, h->ex.smf));
	assert_int_equal(h->reply.session_modification_response.cause, PFCP_CAUSE_ACCEPTED);
	assert_int_equal(delete_set(h, h->ex.smf, 2), PFCP_CAUSE_ACCEPTED);
	assert_int_equal(h->upf.sessions.count, 2);
	assert_int_equal(delete_set(h, h->ex.smf, 9), PFCP_CAUSE_ACCEPTED);
	assert_int_equal(h->upf.sessions.count, 1);
	assert_int_equal(h->upf.counter[UPF_DELETED_IN_SETS], 2);
}

/* A report that the UPF sends now */
static const struct pfcp_session_report_request *report(struct harness *h, const struct example *ex)
{
	const struct dp_addr gnb = dp_addr_ip4(ex->gnb);

	upf_session_find(&h->upf.sessions, ex->up_seid)->reported_ms = 0;
	upf_error_indication(&gnb, ex->gnb_teid, &h->upf);
	assert_int_equal(h->reply.header.type, PFCP_SESSION_REPORT_REQUEST);
	return &h->reply.session_report_request;
}

/* The report's answer: by @from, which takes the session over under @seid where that isn't 0 */
static void report_answer(struct harness *h, struct in_addr from, uint8_t cause, uint64_t seid)
{
	struct pfcp_session_report_response *r = &h->msg.session_report_response;

	pfcp_msg_init(&h->msg, PFCP_SESSION_REPORT_RESPONSE, h->ex.up_seid,
		      h->reply.header.sequence);
	r->cause = cause;
	r->has_cp_f_seid = seid != 0;
	r->cp_f_seid = (struct pfcp_f_seid){.seid = seid, .address = {.v4 = true, .ip4 = from}};
	harness_send(h, from);
}

/* Reports go where a Session Set Modification says: by FQ-CSID, by group, by the F-SEID's address
 */
static void test_session_set_modification(void **state)
{
	struct harness *h = *state;
	struct pfcp_session_set_modification_request *m = &h->msg.session_set_modification_request;
	struct in_addr elsewhere = harness_ip("10.100.128.7");
	const struct pfcp_session_report_request *r;

	establish_in(h, &h->ex, 1, "group one");
	assert_int_equal(report(h, &h->ex)->has_old_cp_f_seid, false);
	report_answer(h, h->ex.smf, PFCP_CAUSE_ACCEPTED, 0);
	for (int by = 0; by < 4; by++) {
		struct pfcp_session_change_info *c = &m->change[0];

		upf_session_find(&h->upf.sessions, h->ex.up_seid)->sets.report_to.s_addr = 0;
		pfcp_msg_init(&h->msg, PFCP_SESSION_SET_MODIFICATION_REQUEST, 0, h->sequence++);
		m->node_id = id_of(h->ex.smf);
		m->n_change = 1;
		*c = (struct pfcp_session_change_info){
			.smf.address = {.v4 = true, .ip4 = elsewhere},
			.n_fq_csid = by == 0,
			.fq_csid[0] = csid_of(h->ex.smf, 1),
			.n_group_id = by == 1 || by == 3,
			.group_id[0] = {.n = 9, .octet = "group one"},
			.n_cp_address = by == 2,
			.cp_address[0] = {.v4 = true, .ip4 = h->ex.smf},
		};
		c->group_id[0].n = by == 3 ? 8 : 9; /* another group */
		assert_true(harness_send(h, h->ex.smf));
		assert_int_equal(h->reply.session_set_modification_response.cause,
				 PFCP_CAUSE_ACCEPTED);
		r = report(h, &h->ex);
		assert_int_equal(h->sent_to.sin_addr.s_addr,
				 by == 3 ? h->ex.smf.s_addr : elsewhere.s_addr);
		assert_int_equal(r->has_old_cp_f_seid, by != 3);
		assert_int_equal(h->reply.header.seid, by == 3 ? h->ex.cp_seid : 0);
		if (by != 3)
			assert_int_equal(r->old_cp_f_seid.seid, h->ex.cp_seid);
		report_answer(h, h->sent_to.sin_addr, PFCP_CAUSE_ACCEPTED, 0);
	}
	assert_int_equal(h->upf.counter[UPF_REPORTS_FAILED], 0);
}

/* An SMF with MPAS, of a set */
static void associate_mpas(struct harness *h, struct in_addr smf, const char *set)
{
	struct example ex = {.smf = smf, .sequence = h->sequence++};
	struct pfcp_association_setup_request *r = &h->msg.association_setup_request;

	example_association(&h->msg, &ex, 1);
	r->has_cp_features = true;
	r->cp_features = PFCP_CPF_MPAS;
	r->has_smf_set_id = true;
	strcpy(r->smf_set_id.text, set);
	assert_true(harness_send(h, smf));
	assert_int_equal(h->reply.association_setup_response.cause, PFCP_CAUSE_ACCEPTED);
}

static uint8_t modify_from(struct harness *h, const struct example *ex, struct in_addr from,
			   uint64_t new_seid)
{
	struct pfcp_session_modification_request *m = &h->msg.session_modification_request;

	example_modification(&h->msg, ex);
	h->msg.header.sequence = h->sequence++;
	m->has_node_id = new_seid != 0;
	m->node_id = id_of(from);
	m->has_cp_f_seid = new_seid != 0;
	m->cp_f_seid = (struct pfcp_f_seid){.seid = new_seid, .address = {.v4 = true, .ip4 = from}};
	assert_true(harness_send(h, from));
	return h->reply.session_modification_response.cause;
}

/* cl. 5.22.3: any SMF of the set may, no other */
static void test_smf_of_the_set_takes_over(void **state)
{
	struct harness *h = *state;
	struct in_addr b = harness_ip("10.100.128.2"), c = harness_ip("10.100.128.3");
	struct upf_peer *peer_b;

	associate_mpas(h, h->ex.smf, "set1.smf");
	associate_mpas(h, b, "SET1.smf");
	associate_mpas(h, c, "set2.smf");
	peer_b = n4_peer_find(h->upf.n4, b)->user;
	assert_int_equal(harness_establish(h, &h->ex), PFCP_CAUSE_ACCEPTED);
	assert_int_equal(modify_from(h, &h->ex, c, 0x77), PFCP_CAUSE_SESSION_NOT_FOUND);
	assert_int_equal(modify_from(h, &h->ex, b, 0), PFCP_CAUSE_ACCEPTED); /* and stays */
	assert_int_equal(peer_b->sessions.count, 0);
	assert_int_equal(modify_from(h, &h->ex, b, 0x77), PFCP_CAUSE_ACCEPTED);
	assert_int_equal(h->reply.header.seid, 0x77);
	assert_int_equal(peer_b->sessions.count, 1);
	assert_int_equal(h->upf.counter[UPF_TAKEN_OVER], 1);
	assert_null(upf_session_find_cp(&h->upf.sessions, h->ex.smf, h->ex.cp_seid));
	assert_non_null(upf_session_find_cp(&h->upf.sessions, b, 0x77));
	report(h, &h->ex);
	assert_int_equal(h->sent_to.sin_addr.s_addr, b.s_addr);
	assert_int_equal(h->reply.header.seid, 0x77);
	report_answer(h, b, PFCP_CAUSE_ACCEPTED, 0);
	/* the first one's new association doesn't cost the session any more */
	associate_mpas(h, h->ex.smf, "set1.smf");
	assert_int_equal(h->upf.sessions.count, 1);
	/* an F-SEID that the new owner has already */
	h->ex.ue = harness_ip("10.60.1.9");
	h->ex.gnb_teid++;
	assert_int_equal(harness_establish(h, &h->ex), PFCP_CAUSE_ACCEPTED);
	assert_int_equal(modify_from(h, &h->ex, b, 0x77), PFCP_CAUSE_MANDATORY_IE_INCORRECT);
	assert_int_equal(peer_b->sessions.count, 1);
}

/* Its SMF doesn't answer: another of the set is told, with the old F-SEID, and takes it over. */
static void test_report_to_another_of_the_set(void **state)
{
	struct harness *h = *state;
	struct in_addr b = harness_ip("10.100.128.2");
	const struct pfcp_session_report_request *r;

	associate_mpas(h, h->ex.smf, "set1.smf");
	associate_mpas(h, b, "set1.smf");
	assert_int_equal(harness_establish(h, &h->ex), PFCP_CAUSE_ACCEPTED);
	n4_peer_find(h->upf.n4, h->ex.smf)->alive = false;
	r = report(h, &h->ex);
	assert_int_equal(h->sent_to.sin_addr.s_addr, b.s_addr);
	assert_int_equal(h->reply.header.seid, 0);
	assert_int_equal(r->old_cp_f_seid.seid, h->ex.cp_seid);
	assert_int_equal(r->old_cp_f_seid.address.ip4.s_addr, h->ex.smf.s_addr);
	report_answer(h, b, PFCP_CAUSE_ACCEPTED, 0x88);
	assert_non_null(upf_session_find_cp(&h->upf.sessions, b, 0x88));
	assert_int_equal(h->upf.counter[UPF_TAKEN_OVER], 1);
}

/* It has restarted, and doesn't associate again: the set goes on with its sessions. */
static void test_sessions_handed_over(void **state)
{
	struct harness *h = *state;
	struct in_addr b = harness_ip("10.100.128.2");
	struct upf_peer *peer;

	associate_mpas(h, h->ex.smf, "set1.smf");
	associate_mpas(h, b, "set1.smf");
	peer = n4_peer_find(h->upf.n4, h->ex.smf)->user;
	assert_int_equal(harness_establish(h, &h->ex), PFCP_CAUSE_ACCEPTED);
	peer->n4->associated = false; /* as N4_PEER_RESTARTED leaves it */
	upf_peer_event(peer->n4, N4_PEER_RESTARTED, &h->upf);
	hasten(h, peer->wait);
	assert_null(n4_peer_find(h->upf.n4, h->ex.smf));
	assert_int_equal(h->upf.sessions.count, 1);
	assert_int_equal(h->upf.counter[UPF_LOST_WITH_PEER], 0);
	assert_int_equal(modify_from(h, &h->ex, b, 0), PFCP_CAUSE_ACCEPTED);
}

/* SSET: one association for the set, and other addresses that speak for it, the preferred told
 * first */
static void test_one_association_for_the_set(void **state)
{
	struct harness *h = *state;
	struct in_addr b = harness_ip("10.100.128.2"), c = harness_ip("10.100.128.3");
	struct example ex = {.smf = h->ex.smf, .sequence = h->sequence++};
	struct pfcp_association_setup_request *r = &h->msg.association_setup_request;

	example_association(&h->msg, &ex, 1);
	r->n_alternative_smf = 2;
	r->alternative_smf[0] = (struct pfcp_alternative_smf){.address = {.v4 = true, .ip4 = b}};
	r->alternative_smf[1] =
		(struct pfcp_alternative_smf){.address = {.v4 = true, .ip4 = c}, .preferred = true};
	assert_true(harness_send(h, h->ex.smf));
	assert_int_equal(harness_establish(h, &h->ex), PFCP_CAUSE_ACCEPTED);
	assert_int_equal(modify_from(h, &h->ex, b, 0), PFCP_CAUSE_ACCEPTED);
	assert_int_equal(h->sent_to.sin_addr.s_addr, b.s_addr);
	assert_int_equal(modify_from(h, &h->ex, harness_ip("10.100.128.66"), 0),
			 PFCP_CAUSE_NO_ASSOCIATION);
	n4_peer_find(h->upf.n4, h->ex.smf)->alive = false;
	report(h, &h->ex);
	assert_int_equal(h->sent_to.sin_addr.s_addr, c.s_addr);
	report_answer(h, c, PFCP_CAUSE_NO_ASSOCIATION, 0); /* says nothing of the association */
	assert_true(n4_peer_find(h->upf.n4, h->ex.smf)->associated);
	/* an alternative that associates is itself from then on */
	assert_int_equal(harness_associate(h, b, 1, NULL), PFCP_CAUSE_ACCEPTED);
	assert_int_equal(modify_from(h, &h->ex, b, 0), PFCP_CAUSE_SESSION_NOT_FOUND);
}

#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(test_drain),
		T(test_drain_of_smfs_that_do_not_care),
		T(test_drain_with_nobody),
		T(test_path_reports),
		T(test_path_report_again),
		T(test_path_of_no_session),
		T(test_pfds),
		T(test_pfds_refused),
		T(test_pfds_are_bounded),
		T(test_load_samples),
		T(test_load_is_told),
		T(test_session_set_deletion),
		T(test_session_set_modification),
		T(test_smf_of_the_set_takes_over),
		T(test_report_to_another_of_the_set),
		T(test_sessions_handed_over),
		T(test_one_association_for_the_set),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
