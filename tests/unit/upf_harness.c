// SPDX-License-Identifier: Apache-2.0
/* A whole UPF in a test's hands; see the header. */
#include "tests/unit/upf_harness.h"

#include <arpa/inet.h>
#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "dataplane/address.h"
#include "lib/log.h"
#include "tests/unit/upf_tables.h"
#include "upf/keep.h"

struct in_addr harness_ip(const char *text)
{
	struct in_addr a = {0};

	if (inet_pton(AF_INET, text, &a) != 1)
		abort();
	return a;
}

static struct harness *harness_of(void *user)
{
	return (struct harness *)((char *)user - offsetof(struct harness, upf));
}

static int on_transmit(const struct sockaddr_in *to, const uint8_t *buf, size_t len, void *user)
{
	struct harness *h = harness_of(user);

	h->sent++;
	h->sent_to = *to;
	h->last_len = len;
	memcpy(h->last, buf, len);
	if (pfcp_decode(buf, len, &h->reply, NULL))
		abort(); /* what the UPF sends can be read */
	return 0;
}

void harness_open(struct harness *h)
{
	harness_open_with(h, NULL);
}

static struct in6_addr ip6(const char *text)
{
	struct in6_addr a = {0};

	if (inet_pton(AF_INET6, text, &a) != 1)
		abort();
	return a;
}

void harness_wide(struct upf_config *config)
{
	strcpy(config->n3_address6_text, "2001:db8:3::1");
	config->n3_address6 = ip6(config->n3_address6_text);
	config->instance_count = 3;
	strcpy(config->instance[1].name, "internet");
	config->instance[1].pool_count = 1;
	config->instance[1].pool[0] =
		(struct dp_prefix){.addr = dp_addr_ip4(harness_ip("10.60.1.0")), .len = 30};
	strcpy(config->instance[2].name, "ims");
	config->instance[2].pool_count = 1;
	config->instance[2].pool[0] = (struct dp_prefix){
		.addr = {.family = AF_INET6, .ip6 = ip6("2001:db8:60::")},
		.len = 48,
	};
}

/* @stamp: 0: a new one */
static void upf_begin(struct harness *h, uint32_t stamp)
{
	struct n4_config n4 = {.transmit = on_transmit, .recovery_time_stamp = stamp};
	struct dp_config dp;

	upf_config_dataplane(&h->config, &dp);
	h->upf = (struct upf){.config = &h->config, .loop = &h->loop, .dp = null_dp_new(&dp)};
	n4.addr = harness_ip("10.100.129.1");
	n4_timers_default(&n4.timers);
	n4.timers.heartbeat_ms = 0;
	n4.timers.t1_ms = 5;
	if (upf_start_n4(&h->upf, &n4))
		abort();
}

void harness_open_with(struct harness *h, void (*change)(struct upf_config *config))
{
	log_open("upf", LOG_LEVEL_ERROR); /* refusals are what these tests are for */
	memset(h, 0, sizeof(*h));
	uv_loop_init(&h->loop);
	upf_config_default(&h->config);
	h->config.n3_address = harness_ip("10.101.2.1");
	h->config.instance[0].pool_count = 1;
	h->config.instance[0].pool[0] =
		(struct dp_prefix){.addr = dp_addr_ip4(harness_ip("10.60.1.0")), .len = 24};
	if (change)
		change(&h->config);
	h->ex = (struct example){
		.smf = harness_ip("10.100.128.1"),
		.n3 = h->config.n3_address,
		.ue = harness_ip("10.60.1.2"),
		.gnb = harness_ip("10.101.1.1"),
		.gnb_teid = 7,
		.cp_seid = 0x1111,

	};
	h->sequence = 1;
	upf_begin(h, 0);
}

void harness_close(struct harness *h)
{
	upf_stop(&h->upf);
	if (h->state_dir[0] && rmdir(h->state_dir))
		abort(); /* something is left there */
	uv_run(&h->loop, UV_RUN_DEFAULT);
	if (uv_loop_close(&h->loop))
		abort();
}

/* ---- killed, and back ---- */

void harness_keep(struct harness *h)
{
	strcpy(h->state_dir, "/tmp/upf_harness.XXXXXX");
	if (!mkdtemp(h->state_dir))
		abort();
	strcpy(h->config.state_dir, h->state_dir);
	if (upf_keep_start(&h->upf, upf_keep_lock(&h->config)) || !h->upf.keep)
		abort();
}

const char *harness_journal(const struct harness *h)
{
	static char path[sizeof(h->state_dir) + sizeof(UPF_STATE_FILE) + 1];

	snprintf(path, sizeof(path), "%s/%s", h->state_dir, UPF_STATE_FILE);
	return path;
}

/* An orderly end would remove the journal */
static void upf_kill(struct harness *h)
{
	char aside[64];

	snprintf(aside, sizeof(aside), "%s.aside", h->state_dir);
	if (rename(harness_journal(h), aside))
		abort();
	upf_stop(&h->upf);
	if (rename(aside, harness_journal(h)))
		abort();
}

/* Return: what its heritage said; unless 0 there is no UPF */
static int heir_begin(struct harness *h)
{
	struct upf_heritage *heritage;
	int rc;

	h->upf = (struct upf){.config = &h->config, .loop = &h->loop};
	rc = upf_heritage_open(&h->upf, &heritage);
	if (rc)
		return rc;
	upf_begin(h, upf_heritage_stamp(heritage));
	rc = upf_heritage_take(&h->upf, heritage);
	upf_heritage_free(heritage);
	if (rc)
		upf_stop(&h->upf);
	return rc;
}

static int successor(struct harness *h)
{
	int rc = heir_begin(h);

	if (rc)
		upf_begin(h, 0);
	if (upf_keep_start(&h->upf, upf_keep_lock(&h->config)) || !h->upf.keep)
		abort();
	return rc;
}

int harness_restart(struct harness *h)
{
	upf_kill(h);
	return successor(h);
}

int harness_restart_again(struct harness *h, void (*between)(void))
{
	int rc;

	upf_kill(h);
	rc = heir_begin(h);
	if (rc)
		return rc;
	upf_stop(&h->upf); /* it has no journal to remove yet */
	between();
	return successor(h);
}

bool harness_bytes(struct harness *h, struct in_addr from, const uint8_t *buf, size_t len)
{
	struct sockaddr_in addr = {.sin_family = AF_INET, .sin_addr = from};
	size_t before = h->sent;

	addr.sin_port = htons(PFCP_PORT);
	n4_receive(h->upf.n4, &addr, buf, len);
	return h->sent > before;
}

bool harness_send(struct harness *h, struct in_addr from)
{
	static uint8_t buf[65536];
	size_t len;

	if (pfcp_encode(&h->msg, buf, sizeof(buf), &len))
		abort();
	return harness_bytes(h, from, buf, len);
}

uint8_t harness_associate(struct harness *h, struct in_addr smf, uint32_t stamp,
			  const struct pfcp_session_retention *retention)
{
	struct example ex = {.smf = smf, .sequence = h->sequence++};

	example_association(&h->msg, &ex, stamp);
	if (retention) {
		h->msg.association_setup_request.has_retention = true;
		h->msg.association_setup_request.retention = *retention;
	}
	if (!harness_send(h, smf))
		return 0;
	return h->reply.association_setup_response.cause;
}

uint8_t harness_establish(struct harness *h, struct example *ex)
{
	example_establishment(&h->msg, ex);
	return harness_request(h, ex);
}

uint8_t harness_delete(struct harness *h, const struct example *ex)
{
	pfcp_msg_init(&h->msg, PFCP_SESSION_DELETION_REQUEST, ex->up_seid, h->sequence++);
	return harness_send(h, ex->smf) ? h->reply.session_deletion_response.cause : 0;
}

const struct dp_session *harness_dp(struct harness *h, const struct example *ex)
{
	const struct dp_session *s = null_dp_find(h->upf.dp, ex->up_seid);

	if (!s)
		abort();
	return s;
}

uint8_t harness_request(struct harness *h, struct example *ex)
{
	const struct pfcp_session_establishment_response *r =
		&h->reply.session_establishment_response;

	ex->sequence = h->msg.header.sequence = h->sequence++;
	if (!harness_send(h, ex->smf))
		return 0;
	if (h->reply.header.type == PFCP_SESSION_MODIFICATION_RESPONSE)
		return h->reply.session_modification_response.cause;
	if (r->cause == PFCP_CAUSE_ACCEPTED) {
		ex->up_seid = r->up_f_seid.seid;
		ex->ul_teid = r->n_created_pdr ? r->created_pdr[0].f_teid.teid : 0;
	}
	return r->cause;
}

static void session_state(FILE *f, struct harness *h, const struct upf_session *s)
{
	const struct dp_session *d = null_dp_find(h->upf.dp, s->seid);
	json_t *rules = json_object();
	char *text;

	fprintf(f, "session %" PRIx64 " cp %" PRIx64 " urrs %u", s->seid, s->cp.seid, s->usages.n);
	for (size_t i = 0; i < s->usages.n; i++)
		fprintf(f, " %u:%x", s->usages.usage[i].urr_id, s->usages.usage[i].due);
	upf_rest_rules(&h->upf, s, rules);
	text = json_dumps(rules, JSON_INDENT(1));
	fprintf(f, "\n%s\n", text);
	free(text);
	json_decref(rules);
	if (d)
		dp_session_print(f, d);
}

char *harness_state(struct harness *h)
{
	char *text = NULL;
	size_t size = 0;
	FILE *f = open_memstream(&text, &size);
	const struct upf_session *s;

	for (s = upf_session_next(&h->upf.sessions, NULL); s;
	     s = upf_session_next(&h->upf.sessions, s))
		session_state(f, h, s);
	fprintf(f, "sessions %zu dp %zu applies %zu teids %zu addresses %zu\n",
		h->upf.sessions.count, null_dp_count(h->upf.dp), null_dp_applies(h->upf.dp),
		upf_teid_count(&h->upf.teids), upf_ue_address_count(&h->upf.addresses));
	fclose(f);
	return text;
}
