// SPDX-License-Identifier: Apache-2.0
/* Scripted UPFs: real PFCP bytes in and out, a list of sessions in memory. */
#include "tests/unit/smf_world_upf.h"

#include <arpa/inet.h>

int world_upf_transmit(const struct sockaddr_in *to, const uint8_t *buf, size_t len, void *user)
{
	struct n4_client *client = user;
	struct world *w = (struct world *)client->smf;
	struct world_packet *p = &w->pfcp[w->pfcp_count++];

	assert_true(w->pfcp_count < WORLD_QUEUE && len <= WORLD_BYTES);
	p->to = *to;
	p->len = len;
	memcpy(p->bytes, buf, len);
	return 0;
}

struct world_upf_session *world_upf_find(struct world *w, int index, uint64_t cp_seid)
{
	struct world_upf *u = &w->upf[index];

	for (size_t i = 0; i < u->count; i++)
		if (u->session[i].cp_seid == cp_seid)
			return &u->session[i];
	return NULL;
}

static struct world_upf_session *find_up(struct world_upf *u, uint64_t up_seid)
{
	for (size_t i = 0; i < u->count; i++)
		if (u->session[i].up_seid == up_seid)
			return &u->session[i];
	return NULL;
}

static void keep_answer(struct world_upf *u, uint32_t sequence, const uint8_t *bytes, size_t len)
{
	struct world_answer *a = &u->answer[u->answers++ % 64];

	assert_true(len <= sizeof(a->bytes));
	a->sequence = sequence;
	a->len = len;
	memcpy(a->bytes, bytes, len);
}

static void send_answer(struct world *w, struct world_upf *u, const struct pfcp_msg *msg)
{
	struct sockaddr_in from = {
		.sin_family = AF_INET, .sin_addr = u->n4, .sin_port = htons(PFCP_PORT)};
	uint8_t bytes[WORLD_BYTES];
	size_t len;

	assert_int_equal(pfcp_encode(msg, bytes, sizeof(bytes), &len), 0);
	if (!pfcp_is_request(msg->header.type))
		keep_answer(u, msg->header.sequence, bytes, len);
	n4_receive(w->smf.n4->node, &from, bytes, len);
}

static bool answer_again(struct world *w, const struct world_upf *u, uint32_t sequence)
{
	struct sockaddr_in from = {
		.sin_family = AF_INET, .sin_addr = u->n4, .sin_port = htons(PFCP_PORT)};

	for (size_t i = 0; i < u->answers && i < 64; i++) {
		if (u->answer[i].sequence != sequence)
			continue;
		n4_receive(w->smf.n4->node, &from, u->answer[i].bytes, u->answer[i].len);
		return true;
	}
	return false;
}

static struct pfcp_node_id node_id(const struct world_upf *u)
{
	return (struct pfcp_node_id){.type = PFCP_NODE_IP4, .ip4 = u->n4};
}

static void read_far(struct world_upf_session *s, const struct pfcp_far *far)
{
	s->dl_action = far->apply_action;
	s->dl_teid = far->has_forwarding ? far->forwarding.outer_header_creation.teid : 0;
	s->dl_addr.s_addr =
		far->has_forwarding ? far->forwarding.outer_header_creation.ip4.s_addr : 0;
}

/* The anchor's part of a session */
static void read_anchor(struct world *w, struct world_upf *u, int index,
			struct world_upf_session *s)
{
	const struct pfcp_session_establishment_request *r = &w->msg->session_establishment_request;
	const struct pfcp_f_teid *f = &r->create_pdr[0].pdi.f_teid;

	assert_int_equal(r->n_create_far, 2);
	assert_int_equal(r->create_pdr[0].pdi.source_interface, PFCP_INTERFACE_ACCESS);
	assert_int_equal(r->create_pdr[1].pdi.source_interface, PFCP_INTERFACE_CORE);
	assert_int_equal(r->create_pdr[0].pdi.n_qfi, w->config.upfs[index].qos ? 1 : 0);
	s->ul_teid = f->choose ? ++u->last_teid : f->teid;
	s->ue_addr = r->create_pdr[1].pdi.ue_ip[0].address.ip4;
	read_far(s, &r->create_far[1]);
}

/* An uplink classifier's: classifier.h tells its rules */
static void read_classifier(struct world_upf *u, const struct pfcp_session_establishment_request *r,
			    struct world_upf_session *s)
{
	const struct pfcp_pdr *pdr = r->create_pdr;
	const struct pfcp_f_teid *access = &pdr[0].pdi.f_teid, *core = &pdr[3].pdi.f_teid;
	const struct pfcp_forwarding *n9 = &r->create_far[1].forwarding;

	assert_int_equal(r->n_create_far, 3);
	assert_true(pdr[0].precedence < pdr[1].precedence);
	assert_int_equal(pdr[0].pdi.n_sdf, 1);
	assert_int_equal(pdr[1].pdi.n_sdf, 0);
	assert_true(access->choose ? access->has_choose_id && pdr[1].pdi.f_teid.choose &&
					     pdr[1].pdi.f_teid.choose_id == access->choose_id
				   : pdr[1].pdi.f_teid.teid == access->teid);
	assert_false(pdr[2].pdi.has_f_teid);
	assert_true(!core->has_choose_id && core->choose == access->choose);
	assert_int_equal(pdr[2].far_id, pdr[3].far_id);
	assert_int_equal(n9->destination_interface, PFCP_INTERFACE_CORE);
	assert_int_equal(n9->interface_type, PFCP_3GPP_N9);
	assert_int_equal(r->create_far[0].forwarding.destination_interface, PFCP_INTERFACE_CORE);
	assert_false(r->create_far[0].forwarding.has_outer_header_creation);
	s->classifier = true;
	s->ul_teid = access->choose ? ++u->last_teid : access->teid;
	s->core_teid = core->choose ? ++u->last_teid : core->teid;
	s->ue_addr = pdr[2].pdi.ue_ip[0].address.ip4;
	s->anchor_teid = n9->outer_header_creation.teid;
	s->anchor_addr = n9->outer_header_creation.ip4;
	snprintf(s->flow, sizeof(s->flow), "%.63s", pdr[0].pdi.sdf[0].flow);
	read_far(s, &r->create_far[2]);
}

/* What smf-lite must say in every establishment; the session that comes of it */
static struct world_upf_session *read_establishment(struct world *w, struct world_upf *u, int index)
{
	const struct pfcp_session_establishment_request *r = &w->msg->session_establishment_request;
	struct world_upf_session *s = world_upf_find(w, index, r->cp_f_seid.seid);
	bool resti = r->has_sereq_flags && r->sereq_flags & PFCP_SEREQ_RESTI;
	bool choose = r->create_pdr[0].pdi.f_teid.choose;

	assert_true(r->n_create_pdr == 2 || r->n_create_pdr == 4);
	assert_int_equal(r->n_create_qer, w->config.upfs[index].qos ? 1 : 0);
	assert_true(choose || resti);
	assert_true(!s || resti); /* an F-SEID again is refused without it */
	if (!s) {
		assert_true(u->count < WORLD_SESSIONS);
		s = &u->session[u->count++];
		memset(s, 0, sizeof(*s));
	}
	s->cp_seid = r->cp_f_seid.seid;
	s->up_seid = ++u->last_seid;
	s->restored = resti && !choose;
	if (r->n_create_pdr == 4)
		read_classifier(u, r, s);
	else
		read_anchor(w, u, index, s);
	return s;
}

static struct pfcp_fq_csid csid_of(const struct world_upf *u, uint16_t csid)
{
	return (struct pfcp_fq_csid){.ip4 = u->n4,
				     .n_csid = 1,
				     .csid = {csid},
				     .has_node_type = true,
				     .node_type = PFCP_CSID_UPF};
}

static void created(struct pfcp_session_establishment_response *r, const struct world_upf *u,
		    uint16_t pdr_id, uint32_t teid)
{
	r->created_pdr[r->n_created_pdr++] = (struct pfcp_created_pdr){
		.pdr_id = pdr_id,
		.has_f_teid = true,
		.f_teid = {.teid = teid, .address = {.v4 = true, .ip4 = u->n3}},
	};
}

static void answer_establishment(struct world *w, struct world_upf *u, int index, uint8_t cause)
{
	uint64_t cp_seid = w->msg->session_establishment_request.cp_f_seid.seid;
	uint32_t sequence = w->msg->header.sequence;
	struct world_upf_session s = {0};
	struct pfcp_session_establishment_response *r = &w->msg->session_establishment_response;

	if (cause == PFCP_CAUSE_ACCEPTED)
		s = *read_establishment(w, u, index);
	pfcp_msg_init(w->msg, PFCP_SESSION_ESTABLISHMENT_RESPONSE, cp_seid, sequence);
	r->node_id = node_id(u);
	r->cause = cause;
	if (cause == PFCP_CAUSE_ACCEPTED) {
		r->has_up_f_seid = true;
		r->up_f_seid.seid = s.up_seid;
		r->up_f_seid.address = (struct pfcp_address){.v4 = true, .ip4 = u->n4};
		r->n_fq_csid = u->csid != 0;
		r->fq_csid[0] = csid_of(u, u->csid);
		r->has_load = u->load != 0;
		r->load = (struct pfcp_load_control){.sequence = 1, .metric = u->load};
		if (u->flaw != WORLD_NO_F_TEID)
			created(r, u, 1, s.ul_teid + (u->flaw == WORLD_OTHER_F_TEID));
		if (s.classifier) {
			created(r, u, 2, s.ul_teid);
			created(r, u, 4, s.core_teid);
		}
		u->flaw = WORLD_NO_FLAW;
	}
	send_answer(w, u, w->msg);
}

static void answer_modification(struct world *w, struct world_upf *u, uint8_t cause)
{
	struct world_upf_session *s = find_up(u, w->msg->header.seid);
	uint32_t sequence = w->msg->header.sequence;

	if (!s && cause == PFCP_CAUSE_ACCEPTED)
		cause = PFCP_CAUSE_SESSION_NOT_FOUND;
	if (cause == PFCP_CAUSE_ACCEPTED) {
		assert_int_equal(w->msg->session_modification_request.n_update_far, 1);
		read_far(s, &w->msg->session_modification_request.update_far[0]);
		if (w->msg->session_modification_request.update_far[0].forwarding.smreq_flags &
		    PFCP_SMREQ_SNDEM)
			s->end_markers++;
	}
	pfcp_msg_init(w->msg, PFCP_SESSION_MODIFICATION_RESPONSE, s ? s->cp_seid : 0, sequence);
	w->msg->session_modification_response.cause = cause;
	send_answer(w, u, w->msg);
}

static void answer_deletion(struct world *w, struct world_upf *u, uint8_t cause)
{
	struct world_upf_session *s = find_up(u, w->msg->header.seid);
	uint32_t sequence = w->msg->header.sequence;
	uint64_t cp_seid = s ? s->cp_seid : 0;

	if (!s && cause == PFCP_CAUSE_ACCEPTED)
		cause = PFCP_CAUSE_SESSION_NOT_FOUND;
	if (cause == PFCP_CAUSE_ACCEPTED)
		*s = u->session[--u->count];
	pfcp_msg_init(w->msg, PFCP_SESSION_DELETION_RESPONSE, cp_seid, sequence);
	w->msg->session_deletion_response.cause = cause;
	send_answer(w, u, w->msg);
}

static void answer_association(struct world *w, struct world_upf *u)
{
	uint32_t sequence = w->msg->header.sequence;

	u->associated = true;
	u->retention = w->msg->association_setup_request.has_retention;
	pfcp_msg_init(w->msg, PFCP_ASSOCIATION_SETUP_RESPONSE, 0, sequence);
	w->msg->association_setup_response.node_id = node_id(u);
	w->msg->association_setup_response.cause = PFCP_CAUSE_ACCEPTED;
	w->msg->association_setup_response.recovery_time_stamp = u->stamp;
	w->msg->association_setup_response.has_up_features = u->features != 0;
	w->msg->association_setup_response.up_features = u->features;
	send_answer(w, u, w->msg);
}

static void answer_pfds(struct world *w, struct world_upf *u, uint8_t cause)
{
	const struct pfcp_pfd_management_request *r = &w->msg->pfd_management_request;
	uint32_t sequence = w->msg->header.sequence;

	for (size_t i = 0; i < r->n_application; i++)
		u->pfd_flows += r->application[i].n_pfd;
	u->pfd_applications += r->n_application;
	pfcp_msg_init(w->msg, PFCP_PFD_MANAGEMENT_RESPONSE, 0, sequence);
	w->msg->pfd_management_response.cause = cause;
	send_answer(w, u, w->msg);
}

static void answer_release(struct world *w, struct world_upf *u, uint8_t cause)
{
	uint32_t sequence = w->msg->header.sequence;

	u->associated = false;
	u->count = 0;
	pfcp_msg_init(w->msg, PFCP_ASSOCIATION_RELEASE_RESPONSE, 0, sequence);
	w->msg->association_release_response.node_id = node_id(u);
	w->msg->association_release_response.cause = cause;
	send_answer(w, u, w->msg);
}

static void answer_heartbeat(struct world *w, struct world_upf *u)
{
	uint32_t sequence = w->msg->header.sequence;

	pfcp_msg_init(w->msg, PFCP_HEARTBEAT_RESPONSE, 0, sequence);
	w->msg->heartbeat_response.recovery_time_stamp = u->stamp;
	send_answer(w, u, w->msg);
}

/* The answer to a request of the UPF's own */
static void told(struct world *w, struct world_upf *u)
{
	u->told_type = w->msg->header.type;
	if (u->told_type == PFCP_ASSOCIATION_UPDATE_RESPONSE)
		u->told_cause = w->msg->association_update_response.cause;
	if (u->told_type == PFCP_NODE_REPORT_RESPONSE ||
	    u->told_type == PFCP_SESSION_SET_DELETION_RESPONSE)
		u->told_cause = w->msg->node_report_response.cause;
}

static int upf_at(const struct world *w, struct in_addr addr)
{
	for (int i = 0; i < WORLD_UPFS; i++)
		if (w->upf[i].n4.s_addr == addr.s_addr)
			return i;
	fail_msg("a datagram to nobody");
	return -1;
}

void world_upf_answer(struct world *w)
{
	static struct world_packet p; /* large; this is never entered twice */
	int index;
	struct world_upf *u;
	uint8_t type, cause;

	p = w->pfcp[0];
	memmove(&w->pfcp[0], &w->pfcp[1], --w->pfcp_count * sizeof(w->pfcp[0]));
	index = upf_at(w, p.to.sin_addr);
	u = &w->upf[index];
	assert_int_equal(pfcp_decode(p.bytes, p.len, w->msg, NULL), 0);
	type = w->msg->header.type;
	u->seen[type]++;
	if (!pfcp_is_request(type))
		told(w, u);
	if (u->silent || u->mute[type] || !pfcp_is_request(type))
		return;
	if (answer_again(w, u, w->msg->header.sequence))
		return;
	cause = u->cause[type] ? u->cause[type] : PFCP_CAUSE_ACCEPTED;
	if (!u->associated)
		cause = PFCP_CAUSE_NO_ASSOCIATION;
	if (type == PFCP_ASSOCIATION_SETUP_REQUEST)
		answer_association(w, u);
	else if (type == PFCP_HEARTBEAT_REQUEST)
		answer_heartbeat(w, u);
	else if (type == PFCP_SESSION_ESTABLISHMENT_REQUEST)
		answer_establishment(w, u, index, cause);
	else if (type == PFCP_SESSION_MODIFICATION_REQUEST)
		answer_modification(w, u, cause);
	else if (type == PFCP_SESSION_DELETION_REQUEST)
		answer_deletion(w, u, cause);
	else if (type == PFCP_PFD_MANAGEMENT_REQUEST)
		answer_pfds(w, u, cause);
	else if (type == PFCP_ASSOCIATION_RELEASE_REQUEST)
		answer_release(w, u, cause);
}

void world_upf_restart(struct world *w, int index)
{
	w->upf[index].stamp++;
	w->upf[index].count = 0;
	w->upf[index].associated = false;
	w->upf[index].answers = 0;
}

void world_report_tunnel(struct world *w, int index, uint64_t cp_seid,
			 const struct session_tunnel *tunnel)
{
	struct pfcp_session_report_request *r = &w->msg->session_report_request;
	static uint32_t sequence = 0x500;

	pfcp_msg_init(w->msg, PFCP_SESSION_REPORT_REQUEST, cp_seid, ++sequence);
	r->report_type = PFCP_REPORT_ERIR;
	r->has_error_indication = true;
	r->error_indication.n_remote_f_teid = 1;
	r->error_indication.remote_f_teid[0].teid = tunnel->teid;
	r->error_indication.remote_f_teid[0].address =
		(struct pfcp_address){.v4 = true, .ip4 = tunnel->addr};
	send_answer(w, &w->upf[index], w->msg);
	world_turn(w);
}

void world_report_error(struct world *w, int index, const struct session *s, uint32_t teid)
{
	const struct session_tunnel tunnel = {s->downlink.addr, teid};

	world_report_tunnel(w, index, s->cp_seid, &tunnel);
}

/* A number of its own: the answers kept by the UPF are told from each other by theirs */
static uint32_t next_sequence(void)
{
	static uint32_t sequence = 0x700;

	return ++sequence;
}

uint8_t world_upf_update(struct world *w, int index, uint8_t release, unsigned period_s)
{
	struct pfcp_association_update_request *r = &w->msg->association_update_request;
	struct world_upf *u = &w->upf[index];

	pfcp_msg_init(w->msg, PFCP_ASSOCIATION_UPDATE_REQUEST, 0, next_sequence());
	r->node_id = node_id(u);
	r->has_release_request = release != 0;
	r->release_request = release;
	r->has_graceful_release = period_s != 0;
	r->graceful_release_s = period_s;
	send_answer(w, u, w->msg);
	world_turn(w);
	assert_int_equal(u->told_type, PFCP_ASSOCIATION_UPDATE_RESPONSE);
	return u->told_cause;
}

uint8_t world_upf_path(struct world *w, int index, struct in_addr peer, bool lost)
{
	struct pfcp_node_report_request *r = &w->msg->node_report_request;
	struct pfcp_path_report *path = lost ? &r->path_failure : &r->path_recovery;
	struct world_upf *u = &w->upf[index];

	pfcp_msg_init(w->msg, PFCP_NODE_REPORT_REQUEST, 0, next_sequence());
	r->node_id = node_id(u);
	r->report_type = lost ? PFCP_NODE_REPORT_UPFR : PFCP_NODE_REPORT_UPRR;
	r->has_path_failure = lost;
	r->has_path_recovery = !lost;
	path->n_peer = 1;
	path->peer[0] = (struct pfcp_gtpu_peer){.address = {.v4 = true, .ip4 = peer}};
	send_answer(w, u, w->msg);
	world_turn(w);
	assert_int_equal(u->told_type, PFCP_NODE_REPORT_RESPONSE);
	return u->told_cause;
}

uint8_t world_upf_delete_set(struct world *w, int index, uint16_t csid)
{
	struct pfcp_session_set_deletion_request *r = &w->msg->session_set_deletion_request;
	struct world_upf *u = &w->upf[index];

	pfcp_msg_init(w->msg, PFCP_SESSION_SET_DELETION_REQUEST, 0, next_sequence());
	r->node_id = node_id(u);
	r->n_fq_csid = csid != 0;
	r->fq_csid[0] = csid_of(u, csid);
	send_answer(w, u, w->msg);
	world_turn(w);
	assert_int_equal(u->told_type, PFCP_SESSION_SET_DELETION_RESPONSE);
	return u->told_cause;
}
