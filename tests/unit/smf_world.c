// SPDX-License-Identifier: Apache-2.0
/* The frame of smf-lite's unit tests: start, stop, restart; turning the loop; the gNB's and the
 * UE's side. */
#include "tests/unit/smf_world.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <unistd.h>

#include "lib/daemon.h"
#include "tests/unit/smf_world_upf.h"

static struct in_addr ip(const char *text)
{
	struct in_addr a;

	assert_int_equal(inet_pton(AF_INET, text, &a), 1);
	return a;
}

/* ---- N2's wire ---- */

static int n2_wire_send(void *link, uint16_t stream, const void *data, size_t len);
static void n2_wire_abort(void *link);
static const struct n2_wire wire = {n2_wire_send, n2_wire_abort};

/* links are &w->link[i]; the world of a link, by its place in the array */
static struct world *world_of(void *link, int *ret_index)
{
	int *at = link;

	*ret_index = *at;
	return (struct world *)((char *)(at - *at) - offsetof(struct world, link));
}

static int n2_wire_send(void *link, uint16_t stream, const void *data, size_t len)
{
	int index;
	struct world *w = world_of(link, &index);
	struct world_packet *p = &w->ngap[w->ngap_count++];

	assert_true(w->ngap_count < WORLD_QUEUE && len <= WORLD_BYTES);
	p->link = link;
	p->len = len;
	memcpy(p->bytes, data, len);
	return 0;
}

static void n2_wire_abort(void *link)
{
	int index;
	struct world *w = world_of(link, &index);

	w->aborted[index] = true;
}

/* ---- start and stop ---- */

static void fill_config(struct world *w)
{
	struct smf_config *c = &w->config;

	strcpy(c->mcc, "001");
	strcpy(c->mnc, "01");
	c->tac = 1;
	c->n3_mtu = SMF_N3_MTU;
	c->n4_address = ip("10.100.128.1");
	assert_int_equal(ngap_plmn_set(&c->plmn, c->mcc, c->mnc), 0);
	c->dnn_count = 1;
	strcpy(c->dnns[0].dnn, "internet");
	c->dnns[0].sst = 1;
	c->dnns[0].dns_count = 1;
	c->dnns[0].dns[0] = ip("10.70.0.53");
	c->upf_count = WORLD_UPFS;
	for (int i = 0; i < WORLD_UPFS; i++) {
		struct smf_upf *u = &c->upfs[i];

		snprintf(u->name, sizeof(u->name), "upf-%c", 'a' + i);
		snprintf(u->dnai, sizeof(u->dnai), "edge-%c", 'a' + i);
		u->n4_address.s_addr = htonl(0x0a648101U + (uint32_t)i);       /* 10.100.129.1 */
		u->pool.addr.s_addr = htonl(0x0a3c0100U + ((uint32_t)i << 8)); /* 10.60.1.0 */
		u->pool.len = 24;
		u->qos = i == 0;
		w->upf[i].n4 = u->n4_address;
		w->upf[i].n3.s_addr = htonl(0x0a650201U + (uint32_t)i); /* 10.101.2.1 */
		w->upf[i].stamp = 1000;
		w->upf[i].last_seid = 0x100;
	}
}

static bool all_associated(struct world *w)
{
	for (int i = 0; i < WORLD_UPFS; i++)
		if (!w->smf.n4->upfs[i].associated && !w->upf[i].silent)
			return false;
	return true;
}

void world_start(struct world *w)
{
	struct n4_config n4 = {.transmit = world_upf_transmit};

	n4_timers_default(&n4.timers);
	n4.timers.t1_ms = 30;
	n4.timers.n1 = 2;
	n4.timers.heartbeat_ms = 20;
	n4.timers.retry_min_ms = 20;
	n4.timers.retry_max_ms = 40;
	assert_int_equal(smf_init(&w->smf, &w->loop, &w->config, &wire), 0);
	w->running = true;
	w->conn = NULL;
	for (int i = 0; i < WORLD_UPFS; i++)
		w->upf[i].answers = 0; /* of our former life: the numbers begin anew */
	assert_int_equal(n4_client_start(w->smf.n4, &n4), 0);
	world_wait(w, all_associated);
}

static void close_all(uv_loop_t *loop)
{
	while (uv_run(loop, UV_RUN_NOWAIT) != 0)
		continue;
}

void world_stop(struct world *w)
{
	smf_done(&w->smf);
	w->running = false;
	w->pfcp_count = w->ngap_count = 0;
	close_all(&w->loop);
}

struct world *world_new(const char *database)
{
	struct world *w = calloc(1, sizeof(*w));

	assert_non_null(w);
	w->msg = calloc(1, sizeof(*w->msg));
	assert_non_null(w->msg);
	for (int i = 0; i < 4; i++)
		w->link[i] = i;
	assert_int_equal(uv_loop_init(&w->loop), 0);
	fill_config(w);
	snprintf(w->config.database, sizeof(w->config.database), "%s", database);
	world_start(w);
	return w;
}

void world_free(struct world *w)
{
	if (w->running)
		world_stop(w);
	assert_int_equal(uv_loop_close(&w->loop), 0);
	smf_config_done(&w->config);
	free(w->msg);
	free(w);
}

int world_setup(void **state)
{
	char dir[] = "/tmp/smf-test-XXXXXX", database[64];

	assert_non_null(mkdtemp(dir));
	snprintf(database, sizeof(database), "%s/smf.sqlite", dir);
	*state = world_new(database);
	return 0;
}

static void remove_files(const struct world *w)
{
	static const char *const suffixes[] = {"", "-wal", "-shm"};
	char path[300];

	for (size_t i = 0; i < sizeof(suffixes) / sizeof(suffixes[0]); i++) {
		snprintf(path, sizeof(path), "%s%s", w->config.database, suffixes[i]);
		unlink(path);
	}
	*strrchr(path, '/') = '\0';
	rmdir(path);
}

int world_teardown(void **state)
{
	struct world *w = *state;

	if (w->running)
		world_stop(w);
	remove_files(w);
	world_free(w);
	return 0;
}

void world_turn(struct world *w)
{
	for (int i = 0; i < 4; i++) {
		uv_run(&w->loop, UV_RUN_NOWAIT);
		while (w->pfcp_count)
			world_upf_answer(w);
	}
}

void world_wait(struct world *w, bool (*done)(struct world *w))
{
	uint64_t end = clock_mono_ns() + 5000000000ULL;

	for (;;) {
		world_turn(w);
		if (done(w))
			return;
		assert_true(clock_mono_ns() < end);
		usleep(1000); /* the loop's own timers; the condition is what is waited for */
	}
}

/* ---- the gNB ---- */

void world_ngap_bytes(struct world *w, const uint8_t *bytes, size_t len)
{
	n2_conn_receive(w->conn, NGAP_PPID, bytes, len);
	world_turn(w);
}

void world_ngap(struct world *w, const struct ngap_pdu *pdu)
{
	uint8_t bytes[WORLD_BYTES];
	size_t len;

	assert_int_equal(ngap_encode(pdu, bytes, sizeof(bytes), &len), 0);
	world_ngap_bytes(w, bytes, len);
}

/* The NAS in a PDU: a 5GMM message, and the 5GSM message in that, if any */
static void decode_nas(struct world *w, const struct ngap_octets *nas)
{
	memset(&w->sm, 0, sizeof(w->sm));
	assert_int_equal(nas_decode(nas->data, nas->len, &w->mm, NULL), 0);
	if (w->mm.type == NAS_DL_NAS_TRANSPORT && !w->mm.dl_nas_transport.has_cause)
		assert_int_equal(nas_decode(w->mm.dl_nas_transport.container.data,
					    w->mm.dl_nas_transport.container.len, &w->sm, NULL),
				 0);
}

static void find_nas(struct world *w)
{
	const struct ngap_pdu *pdu = &w->in;

	memset(&w->mm, 0, sizeof(w->mm));
	if (pdu->type == NGAP_DOWNLINK_NAS_TRANSPORT)
		decode_nas(w, &pdu->downlink_nas_transport.nas);
	else if (pdu->type == NGAP_INITIAL_CONTEXT_SETUP_REQUEST)
		decode_nas(w, &pdu->initial_context_setup_request.nas);
	else if (pdu->type == NGAP_PDU_SESSION_RESOURCE_SETUP_REQUEST &&
		 pdu->pdu_session_resource_setup_request.sessions.item[0].has_nas)
		decode_nas(w, &pdu->pdu_session_resource_setup_request.sessions.item[0].nas);
	else if (pdu->type == NGAP_PDU_SESSION_RESOURCE_RELEASE_COMMAND &&
		 pdu->pdu_session_resource_release_command.has_nas)
		decode_nas(w, &pdu->pdu_session_resource_release_command.nas);
}

const struct ngap_pdu *world_expect(struct world *w, enum ngap_message type)
{
	struct ngap_error err;
	size_t len;

	if (!w->ngap_count)
		fail_msg("expected %s, found nothing", ngap_message_name(type));
	len = w->ngap[0].len;
	memcpy(w->in_bytes, w->ngap[0].bytes, len);
	memmove(&w->ngap[0], &w->ngap[1], --w->ngap_count * sizeof(w->ngap[0]));
	if (ngap_decode(w->in_bytes, len, &w->in, &err))
		fail_msg("undecodable: %s", err.text);
	if (w->in.type != type)
		fail_msg("expected %s, found %s", ngap_message_name(type),
			 ngap_message_name(w->in.type));
	find_nas(w);
	return &w->in;
}

void world_expect_nothing(struct world *w)
{
	if (w->ngap_count)
		world_expect(w, NGAP_NONE);
}

static void fill_setup(const struct world *w, int index, bool retained, struct ngap_pdu *pdu)
{
	struct ngap_ng_setup_request *r = &pdu->ng_setup_request;

	pdu->type = NGAP_NG_SETUP_REQUEST;
	r->gnb_id.plmn = w->config.plmn;
	r->gnb_id.id = (uint32_t)index + 1;
	r->gnb_id.bits = 24;
	r->has_name = true;
	snprintf(r->name.text, sizeof(r->name.text), "gnb%d", index + 1);
	r->tas.count = 1;
	r->tas.item[0].tac = w->config.tac;
	r->tas.item[0].plmns.count = 1;
	r->tas.item[0].plmns.item[0].plmn = w->config.plmn;
	r->tas.item[0].plmns.item[0].slice_count = 1;
	r->tas.item[0].plmns.item[0].slice[0].sst = 1;
	r->ues_retained = retained;
}

void world_gnb(struct world *w, int index, bool retained)
{
	struct sockaddr_in peer = {.sin_family = AF_INET};
	struct ngap_pdu *pdu = calloc(1, sizeof(*pdu));

	assert_non_null(pdu);
	w->conn = n2_conn_open(w->smf.n2, &w->link[index], &peer);
	assert_non_null(w->conn);
	fill_setup(w, index, retained, pdu);
	world_ngap(w, pdu);
	free(pdu);
	world_expect(w, NGAP_NG_SETUP_RESPONSE);
}

void world_gnb_lost(struct world *w)
{
	n2_conn_closed(w->conn);
	w->conn = NULL;
	world_turn(w);
}

void world_path_switch(struct world *w, uint32_t ran_ue_id, uint64_t amf_ue_id, uint8_t sessions,
		       uint32_t dl_teid)
{
	struct ngap_pdu *pdu = calloc(1, sizeof(*pdu));
	struct ngap_path_switch_request *r = &pdu->path_switch_request;

	assert_non_null(pdu);
	pdu->type = NGAP_PATH_SWITCH_REQUEST;
	r->ran_ue_id = ran_ue_id;
	r->source_amf_ue_id = amf_ue_id;
	r->user_location.plmn = w->config.plmn;
	r->user_location.tai.plmn = w->config.plmn;
	for (uint8_t i = 0; i < sessions; i++) {
		struct ngap_session_to_switch *item = &r->sessions.item[r->sessions.count++];

		item->session_id = (uint8_t)(i + 1);
		item->downlink.has_ipv4 = true;
		item->downlink.ipv4.s_addr = htonl(0x0a650102);
		item->downlink.teid = dl_teid + i;
		item->qfi_count = 1;
		item->qfi[0] = 1;
	}
	world_ngap(w, pdu);
	free(pdu);
}

/* ---- the UE ---- */

static void fill_location(const struct world *w, struct ngap_user_location *l)
{
	l->plmn = w->config.plmn;
	l->nr_cell_id = 0x10;
	l->tai.plmn = w->config.plmn;
	l->tai.tac = w->config.tac;
}

void world_initial_nas(struct world *w, uint32_t ran_ue_id, const struct nas_message *msg)
{
	struct ngap_pdu *pdu = calloc(1, sizeof(*pdu));
	struct ngap_initial_ue_message *m = &pdu->initial_ue_message;
	uint8_t bytes[NAS_MAX_MESSAGE];
	size_t len;

	assert_int_equal(nas_encode(msg, bytes, sizeof(bytes), &len), 0);
	pdu->type = NGAP_INITIAL_UE_MESSAGE;
	m->ran_ue_id = ran_ue_id;
	m->nas = (struct ngap_octets){bytes, len};
	fill_location(w, &m->user_location);
	m->rrc_establishment_cause = NGAP_RRC_MO_SIGNALLING;
	m->ue_context_request = true;
	world_ngap(w, pdu);
	free(pdu);
}

void world_nas(struct world *w, const struct nas_message *msg)
{
	struct ngap_pdu *pdu = calloc(1, sizeof(*pdu));
	uint8_t bytes[NAS_MAX_MESSAGE];
	size_t len;

	assert_int_equal(nas_encode(msg, bytes, sizeof(bytes), &len), 0);
	pdu->type = NGAP_UPLINK_NAS_TRANSPORT;
	pdu->uplink_nas_transport.amf_ue_id = w->amf_ue_id;
	pdu->uplink_nas_transport.ran_ue_id = w->ran_ue_id;
	pdu->uplink_nas_transport.nas = (struct ngap_octets){bytes, len};
	fill_location(w, &pdu->uplink_nas_transport.user_location);
	world_ngap(w, pdu);
	free(pdu);
}

void world_sm(struct world *w, const struct nas_message *sm, const char *dnn)
{
	struct nas_message mm = {.type = NAS_UL_NAS_TRANSPORT};
	struct nas_ul_nas_transport *t = &mm.ul_nas_transport;
	uint8_t bytes[NAS_MAX_MESSAGE];
	size_t len;

	assert_int_equal(nas_encode(sm, bytes, sizeof(bytes), &len), 0);
	t->container_type = NAS_CONTAINER_N1_SM;
	t->container = (struct nas_octets){bytes, len};
	t->has_session_id = true;
	t->session_id = sm->session_id;
	if (sm->type == NAS_PDU_SESSION_ESTABLISHMENT_REQUEST) {
		t->has_request_type = true;
		t->request_type = NAS_REQUEST_INITIAL;
		t->has_dnn = dnn != NULL;
		snprintf(t->dnn.text, sizeof(t->dnn.text), "%s", dnn ? dnn : "");
		t->has_snssai = true;
		t->snssai.sst = 1;
	}
	world_nas(w, &mm);
}

struct nas_message world_registration(void)
{
	struct nas_message msg = {.type = NAS_REGISTRATION_REQUEST};
	struct nas_registration_request *r = &msg.registration_request;

	r->ksi = NAS_KSI_NONE;
	r->registration_type = NAS_INITIAL_REGISTRATION;
	assert_int_equal(nas_suci_set(&r->identity, WORLD_IMSI, 2), 0);
	r->has_security_capability = true;
	r->security_capability.ea = 0xe0;
	r->security_capability.ia = 0xe0;
	return msg;
}

void world_register(struct world *w, uint32_t ran_ue_id)
{
	struct nas_message msg = world_registration();
	struct nas_message complete = {.type = NAS_REGISTRATION_COMPLETE};
	const struct ngap_pdu *pdu;

	world_initial_nas(w, ran_ue_id, &msg);
	pdu = world_expect(w, NGAP_INITIAL_CONTEXT_SETUP_REQUEST);
	assert_int_equal(w->mm.type, NAS_REGISTRATION_ACCEPT);
	w->amf_ue_id = pdu->initial_context_setup_request.amf_ue_id;
	w->ran_ue_id = ran_ue_id;
	assert_int_equal(pdu->initial_context_setup_request.ran_ue_id, ran_ue_id);
	world_nas(w, &complete);
	world_expect_nothing(w);
}

void world_ask(struct world *w, uint8_t id, uint8_t pti)
{
	struct nas_message sm = {
		.type = NAS_PDU_SESSION_ESTABLISHMENT_REQUEST, .session_id = id, .pti = pti};
	struct nas_pdu_session_establishment_request *r = &sm.pdu_session_establishment_request;

	r->max_rate_uplink = r->max_rate_downlink = 255;
	r->has_session_type = true;
	r->session_type = NAS_SESSION_IPV4;
	r->has_ssc_mode = true;
	r->ssc_mode = 3;
	r->has_epco = true;
	r->epco.request_dns_ipv4 = r->epco.request_ipv4_mtu = true;
	world_sm(w, &sm, "internet");
}

void world_setup_response(struct world *w, uint8_t id, uint32_t dl_teid)
{
	struct ngap_pdu *pdu = calloc(1, sizeof(*pdu));
	struct ngap_pdu_session_resource_setup_response *r =
		&pdu->pdu_session_resource_setup_response;

	pdu->type = NGAP_PDU_SESSION_RESOURCE_SETUP_RESPONSE;
	r->amf_ue_id = w->amf_ue_id;
	r->ran_ue_id = w->ran_ue_id;
	r->sessions.count = 1;
	r->sessions.item[0].session_id = id;
	r->sessions.item[0].transfer.downlink.has_ipv4 = true;
	r->sessions.item[0].transfer.downlink.ipv4 = ip("10.101.1.1");
	r->sessions.item[0].transfer.downlink.teid = dl_teid;
	r->sessions.item[0].transfer.qfi_count = 1;
	r->sessions.item[0].transfer.qfi[0] = SMF_QFI;
	world_ngap(w, pdu);
	free(pdu);
}

void world_modify_response(struct world *w, uint8_t id, bool done)
{
	struct ngap_pdu *pdu = calloc(1, sizeof(*pdu));
	struct ngap_pdu_session_resource_modify_response *r =
		&pdu->pdu_session_resource_modify_response;

	pdu->type = NGAP_PDU_SESSION_RESOURCE_MODIFY_RESPONSE;
	r->amf_ue_id = w->amf_ue_id;
	r->ran_ue_id = w->ran_ue_id;
	if (done)
		r->sessions.item[r->sessions.count++].session_id = id;
	else
		r->failed.item[r->failed.count++] = (struct ngap_session_cause){
			.session_id = id,
			.cause = {NGAP_CAUSE_TRANSPORT, NGAP_TRANSPORT_RESOURCE_UNAVAILABLE}};
	world_ngap(w, pdu);
	free(pdu);
}

struct session *world_session(struct world *w, uint8_t id)
{
	struct ue *ue = ue_find_supi(&w->smf, WORLD_SUPI);

	return ue ? ue->session[id] : NULL;
}

struct session *world_establish(struct world *w, uint8_t id)
{
	world_ask(w, id, id);
	world_expect(w, NGAP_PDU_SESSION_RESOURCE_SETUP_REQUEST);
	world_setup_response(w, id, 0x1000U + id);
	assert_non_null(world_session(w, id));
	assert_int_equal(world_session(w, id)->state, SESSION_ACTIVE);
	return world_session(w, id);
}

void world_release_response(struct world *w, uint8_t id)
{
	struct ngap_pdu *pdu = calloc(1, sizeof(*pdu));
	struct ngap_pdu_session_resource_release_response *r =
		&pdu->pdu_session_resource_release_response;

	pdu->type = NGAP_PDU_SESSION_RESOURCE_RELEASE_RESPONSE;
	r->amf_ue_id = w->amf_ue_id;
	r->ran_ue_id = w->ran_ue_id;
	r->sessions.count = 1;
	r->sessions.id[0] = id;
	world_ngap(w, pdu);
	free(pdu);
}

void world_release_complete(struct world *w, uint8_t id)
{
	struct nas_message sm = {.type = NAS_PDU_SESSION_RELEASE_COMPLETE, .session_id = id};

	world_sm(w, &sm, NULL);
}
