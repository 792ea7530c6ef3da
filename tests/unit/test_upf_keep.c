// SPDX-License-Identifier: Apache-2.0
/* What outlives a upf that is killed: what was there is there, what was gone stays gone, and a
 * journal that isn't to be trusted is not. */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "lib/wal.h"
#include "tests/unit/upf_harness.h"
#include "upf/keep.h"

static int setup(void **state)
{
	struct harness *h = calloc(1, sizeof(*h));

	if (!h)
		return -1;
	harness_open(h);
	harness_keep(h);
	*state = h;
	return harness_associate(h, h->ex.smf, 100, NULL) == PFCP_CAUSE_ACCEPTED ? 0 : -1;
}

static int teardown(void **state)
{
	harness_close(*state);
	free(*state);
	return 0;
}

static uint64_t journal_octets(const struct harness *h)
{
	struct stat st;

	assert_int_equal(stat(harness_journal(h), &st), 0);
	return (uint64_t)st.st_size;
}

/* Records that say nothing, until the journal is written anew; Return: how many */
static size_t fill(struct harness *h)
{
	uint64_t size = journal_octets(h), now;

	for (size_t n = 1;; n++) {
		upf_keep_session_gone(&h->upf, 1);
		now = journal_octets(h);
		if (now < size)
			return n;
		size = now;
	}
}

/* ---- written anew at the worst moment: by the very record that says that something is gone ----
 */

static void test_deleted_by_the_last_record(void **state)
{
	struct harness *h = *state;
	size_t n;

	assert_int_equal(harness_establish(h, &h->ex), PFCP_CAUSE_ACCEPTED);
	fill(h);
	n = fill(h);
	for (size_t i = 1; i < n; i++)
		upf_keep_session_gone(&h->upf, 1);
	assert_int_equal(harness_delete(h, &h->ex), PFCP_CAUSE_ACCEPTED);
	assert_true(journal_octets(h) < 10000);
	assert_int_equal(harness_restart(h), 0);
	assert_int_equal(h->upf.sessions.count, 0);
	assert_int_equal(upf_teid_count(&h->upf.teids), 0);
}

static size_t peer_fill(struct harness *h)
{
	const struct in_addr nobody = harness_ip("192.0.2.1");
	uint64_t size = journal_octets(h), now;

	for (size_t n = 1;; n++) {
		upf_keep_peer_gone(&h->upf, nobody);
		now = journal_octets(h);
		if (now < size)
			return n;
		size = now;
	}
}

/* An SMF that was lost makes room for itself at another address */
static void test_released_by_the_last_record(void **state)
{
	struct harness *h = *state;
	const struct in_addr nobody = harness_ip("192.0.2.1"), other = harness_ip("10.100.128.9");
	struct example ex = {.smf = h->ex.smf, .sequence = h->sequence++};
	size_t n;

	peer_fill(h);
	n = peer_fill(h);
	for (size_t i = 1; i < n; i++)
		upf_keep_peer_gone(&h->upf, nobody);
	n4_peer_find(h->upf.n4, h->ex.smf)->alive = false;
	example_association(&h->msg, &ex, 101);
	assert_true(harness_send(h, other));
	assert_int_equal(h->reply.association_setup_response.cause, PFCP_CAUSE_ACCEPTED);
	assert_true(journal_octets(h) < 10000);
	assert_int_equal(harness_restart(h), 0);
	assert_null(n4_peer_find(h->upf.n4, h->ex.smf));
	assert_non_null(n4_peer_find(h->upf.n4, other));
}

/* ---- whose it is ---- */

static void another_n9(struct upf_config *config)
{
	config->n9.pool_count = 1;
	config->n9.pool[0] = (struct dp_prefix){
		.addr = {.family = AF_INET, .ip4 = harness_ip("10.61.0.0")}, .len = 16};
}

/* A session may have the address of a UE that is anchored elsewhere, as long as it is configured */
static void test_another_configuration(void **state)
{
	struct harness *h = *state;

	assert_int_equal(harness_establish(h, &h->ex), PFCP_CAUSE_ACCEPTED);
	another_n9(&h->config);
	assert_int_equal(harness_restart(h), -ESTALE);
	assert_int_equal(h->upf.sessions.count, 0);
	assert_int_equal(harness_restart(h), 0); /* its own */
}

static void journal_renew(struct harness *h)
{
	upf_keep_stop(&h->upf);
	assert_int_equal(upf_keep_start(&h->upf, upf_keep_lock(&h->config)), 0);
}

/* Another UPF has served since, which wrote no journal, or wrote it elsewhere */
static void test_another_data_plane(void **state)
{
	struct harness *h = *state;

	null_dp_generation(5, 0);
	journal_renew(h);
	assert_int_equal(harness_establish(h, &h->ex), PFCP_CAUSE_ACCEPTED);
	null_dp_generation(7, 6);
	assert_int_equal(harness_restart(h), -ESTALE);
	assert_int_equal(h->upf.sessions.count, 0);
	null_dp_generation(0, 0);
}

static void heir_serves(void)
{
	null_dp_generation(7, 6);
}

static void stranger_serves(void)
{
	null_dp_generation(9, 8);
}

/* The next one finds the data plane of one that was killed when it served already, but had not
 * written a journal of its own */
static void test_killed_while_it_took_over(void **state)
{
	struct harness *h = *state;

	null_dp_generation(5, 0);
	journal_renew(h);
	assert_int_equal(harness_establish(h, &h->ex), PFCP_CAUSE_ACCEPTED);
	null_dp_generation(6, 5);
	assert_int_equal(harness_restart_again(h, heir_serves), 0);
	assert_int_equal(h->upf.sessions.count, 1);
	null_dp_generation(8, 7);
	assert_int_equal(harness_restart_again(h, stranger_serves), 0);
	assert_int_equal(harness_delete(h, &h->ex), PFCP_CAUSE_ACCEPTED);
	null_dp_generation(11, 10); /* neither the heir 8 nor 9, whose journal it is */
	assert_int_equal(harness_restart(h), -ESTALE);
	null_dp_generation(0, 0);
}

/* Two of them must not write one journal */
static void test_locked(void **state)
{
	struct harness *h = *state;
	struct upf_config other = h->config;
	int lock;

	assert_int_equal(upf_keep_lock(&other), -EWOULDBLOCK);
	upf_keep_stop(&h->upf);
	lock = upf_keep_lock(&other);
	assert_true(lock >= 0);
	close(lock);
	strcpy(other.state_dir, "/proc/none");
	assert_int_equal(upf_keep_lock(&other), -ENOENT);
	strcpy(other.state_dir, "/proc/self/status"); /* a file */
	assert_int_equal(upf_keep_lock(&other), -ENOTDIR);
	other.state_dir[0] = 0;
	assert_int_equal(upf_keep_lock(&other), -1);
}

/* ---- requests whose answer was lost ---- */

static void test_asked_again(void **state)
{
	struct harness *h = *state;
	struct example first, *ex = &h->ex;

	assert_int_equal(harness_establish(h, ex), PFCP_CAUSE_ACCEPTED);
	first = *ex;
	assert_int_equal(harness_restart(h), 0);
	assert_int_equal(harness_establish(h, ex), PFCP_CAUSE_ACCEPTED);
	assert_int_not_equal(ex->up_seid, first.up_seid);
	assert_int_equal(h->upf.sessions.count, 1);
	assert_int_equal(upf_teid_count(&h->upf.teids), 1);
	assert_int_equal(harness_delete(h, &first), PFCP_CAUSE_SESSION_NOT_FOUND);
	/* that one has been answered */
	assert_int_equal(harness_establish(h, ex), PFCP_CAUSE_MANDATORY_IE_INCORRECT);
	/* and so has one that was modified since */
	assert_int_equal(harness_restart(h), 0);
	example_handover(&h->msg, ex, harness_ip("10.101.1.2"), 8);
	assert_int_equal(harness_request(h, ex), PFCP_CAUSE_ACCEPTED);
	assert_int_equal(harness_establish(h, ex), PFCP_CAUSE_MANDATORY_IE_INCORRECT);
	assert_int_equal(h->upf.sessions.count, 1);
}

/* ---- what a session has beside its rules ---- */

static void rich_establishment(struct harness *h)
{
	struct pfcp_session_establishment_request *e = &h->msg.session_establishment_request;

	example_establishment(&h->msg, &h->ex);
	e->has_dnn = true;
	strcpy(e->dnn.text, "internet");
	e->has_group_id = true;
	e->group_id.n = 3;
	memcpy(e->group_id.octet, "abc", 3);
	e->n_create_urr = 1;
	pfcp_urr_init(&e->create_urr[0]);
	e->create_urr[0].urr_id = 31;
	e->create_urr[0].has_method = true;
	e->create_urr[0].method = PFCP_MEASURE_VOLUME;
	e->create_urr[0].has_triggers = true;
	e->create_urr[0].triggers = PFCP_TRIGGER_VOLTH;
	e->create_urr[0].has_volume_threshold = true;
	e->create_urr[0].volume_threshold =
		(struct pfcp_volume){.has_total = true, .total_bytes = 1 << 30};
	e->create_pdr[0].n_urr_id = 1;
	e->create_pdr[0].urr_id[0] = 31;
}

/* What was measured, reported or not, and the numbers of reports */
static void test_usage_goes_on(void **state)
{
	struct harness *h = *state;
	const struct pfcp_usage_report *r = &h->reply.session_report_request.usage_report[0];
	size_t sent;

	rich_establishment(h);
	assert_int_equal(harness_request(h, &h->ex), PFCP_CAUSE_ACCEPTED);
	null_dp_urr(h->upf.dp, h->ex.up_seid, 31)->octets[DP_UPLINK] = 600000000;
	null_dp_urr(h->upf.dp, h->ex.up_seid, 31)->packets[DP_UPLINK] = 600000;
	upf_usage(h->ex.up_seid, 31, &h->upf);
	assert_int_equal(harness_restart(h), 0); /* this data plane begins to count anew */
	sent = h->sent;
	for (uint64_t octets = 300000000; octets <= 500000000; octets += 200000000) {
		assert_int_equal(h->sent, sent);
		null_dp_urr(h->upf.dp, h->ex.up_seid, 31)->octets[DP_UPLINK] = octets;
		null_dp_urr(h->upf.dp, h->ex.up_seid, 31)->packets[DP_UPLINK] = octets / 1000;
		upf_usage(h->ex.up_seid, 31, &h->upf);
	}
	assert_true(h->sent > sent);
	assert_int_equal(h->reply.header.type, PFCP_SESSION_REPORT_REQUEST);
	assert_int_equal(r->urr_id, 31);
	assert_int_equal(r->ur_seqn, 0);
	assert_int_equal(r->volume.total_bytes, 1100000000);
	assert_int_equal(harness_restart(h), 0);
	assert_int_equal(harness_delete(h, &h->ex), PFCP_CAUSE_ACCEPTED);
	assert_int_equal(h->reply.session_deletion_response.usage_report[0].ur_seqn, 1);
	assert_int_equal(h->reply.session_deletion_response.usage_report[0].volume.total_bytes, 0);
}

static void test_beside_its_rules(void **state)
{
	struct harness *h = *state;
	const struct upf_session *s;
	struct upf_inactivity inactivity;
	uint64_t established_ns;

	rich_establishment(h);
	h->msg.session_establishment_request.has_inactivity_timer = true;
	h->msg.session_establishment_request.inactivity_timer_s = 77;
	assert_int_equal(harness_request(h, &h->ex), PFCP_CAUSE_ACCEPTED);
	s = upf_session_find(&h->upf.sessions, h->ex.up_seid);
	inactivity = s->inactivity;
	established_ns = s->established_ns;
	assert_int_equal(harness_restart(h), 0);
	s = upf_session_find(&h->upf.sessions, h->ex.up_seid);
	assert_non_null(s);
	assert_string_equal(s->dnn, "internet");
	assert_memory_equal(s->sets.group, "\003abc", 4);
	assert_int_equal(s->inactivity.timer_s, 77);
	assert_int_equal(s->inactivity.since_ms, inactivity.since_ms);
	assert_int_equal(s->established_ns, established_ns);
	assert_true(s->alarm.place > 0);
}

/* ---- what isn't there any more ---- */

/* The time of all its PDRs ends while nobody is there: nothing of it is in the data plane then */
static void test_pdrs_end_meanwhile(void **state)
{
	struct harness *h = *state;
	struct pfcp_session_establishment_request *e = &h->msg.session_establishment_request;
	const uint32_t now = upf_now(&h->upf).ntp;

	example_establishment(&h->msg, &h->ex);
	for (size_t i = 0; i < e->n_create_pdr; i++) {
		e->create_pdr[i].has_deactivation_time = true;
		e->create_pdr[i].deactivation_time = now + 2;
	}
	assert_int_equal(harness_request(h, &h->ex), PFCP_CAUSE_ACCEPTED);
	assert_int_equal(null_dp_count(h->upf.dp), 1);
	while (upf_now(&h->upf).ntp < now + 2)
		usleep(20000);
	assert_int_equal(harness_restart(h), 0);
	assert_int_equal(h->upf.sessions.count, 1);
	assert_int_equal(null_dp_count(h->upf.dp), 0);
	assert_int_equal(harness_delete(h, &h->ex), PFCP_CAUSE_ACCEPTED);
}

/* ---- SMFs that restart meanwhile ---- */

static struct n4_peer_state state_of(struct harness *h)
{
	struct n4_peer_state ret;

	n4_peer_save(n4_peer_find(h->upf.n4, h->ex.smf), &ret);
	return ret;
}

/* It says that it is there, so it is asked for its stamp */
static void heartbeat_exchange(struct harness *h, uint32_t stamp)
{
	uint32_t sequence;

	n4_peer_find(h->upf.n4, h->ex.smf)->alive = false;
	pfcp_msg_init(&h->msg, PFCP_HEARTBEAT_REQUEST, 0, h->sequence++);
	h->msg.heartbeat_request.recovery_time_stamp = stamp;
	assert_true(harness_send(h, h->ex.smf));
	while (h->reply.header.type != PFCP_HEARTBEAT_REQUEST)
		uv_run(&h->loop, UV_RUN_ONCE); /* it is said again */
	sequence = h->reply.header.sequence;
	pfcp_msg_init(&h->msg, PFCP_HEARTBEAT_RESPONSE, 0, sequence);
	h->msg.heartbeat_response.recovery_time_stamp = stamp;
	(void)harness_send(h, h->ex.smf);
}

/* Only a stamp that was confirmed once says by being another that its SMF has restarted */
static void test_stamp_confirmed(void **state)
{
	struct harness *h = *state;

	assert_int_equal(harness_restart(h), 0);
	assert_false(state_of(h).stamp_confirmed);
	heartbeat_exchange(h, 100);
	assert_true(state_of(h).stamp_confirmed);
	assert_int_equal(harness_restart(h), 0);
	assert_true(state_of(h).stamp_confirmed);
	assert_true(state_of(h).associated);
	assert_int_equal(harness_establish(h, &h->ex), PFCP_CAUSE_ACCEPTED);
	heartbeat_exchange(h, 101);
	assert_false(state_of(h).associated);
}

/* Its sessions wait for it to associate anew, also in the next life, and no longer than in this */
static void test_smf_restarted(void **state)
{
	struct harness *h = *state;
	struct upf_peer *peer;

	heartbeat_exchange(h, 100);
	assert_int_equal(harness_establish(h, &h->ex), PFCP_CAUSE_ACCEPTED);
	heartbeat_exchange(h, 101);
	assert_int_equal(harness_restart(h), 0);
	assert_false(state_of(h).associated);
	assert_int_equal(h->upf.sessions.count, 1);
	assert_int_equal(harness_delete(h, &h->ex), PFCP_CAUSE_NO_ASSOCIATION);
	peer = n4_peer_find(h->upf.n4, h->ex.smf)->user;
	assert_true(uv_is_active((uv_handle_t *)peer->wait));
}

/* ---- who has seen it ---- */

/* A journal whose checksums are right, but nothing else is: it is used or it isn't, and nothing
 * else happens (under the sanitizers). */
struct forgery {
	struct wal *to;
	uint8_t only; /* this type of record; 0: all but the head */
	size_t octet, at;
	uint8_t bits;
};

static int record_forge(uint8_t type, const uint8_t *body, size_t len, void *user)
{
	struct forgery *f = user;
	uint8_t *copy = malloc(len + 1);
	const struct iovec part = {copy, len};
	int rc;

	memcpy(copy, body, len);
	if (f->only ? type == f->only : type != UPF_KEPT_HEAD) {
		if (f->octet >= f->at && f->octet < f->at + len)
			copy[f->octet - f->at] ^= f->bits;
		f->at += len;
	}
	rc = wal_append(f->to, type, &part, 1);
	free(copy);
	return rc;
}

/* Return: whether there was such an octet */
static bool forged_restart(struct harness *h, const uint8_t *octets, size_t size, struct forgery *f,
			   size_t count[2])
{
	f->at = 0;
	assert_int_equal(wal_create(harness_journal(h), &f->to), 0);
	assert_int_equal(wal_parse(octets, size, record_forge, f), 0);
	assert_int_equal(wal_publish(f->to), 0);
	wal_free(f->to);
	count[harness_restart(h) != 0]++;
	return f->octet < f->at;
}

/* Cut anywhere, as by a kill within a write: what is whole before the cut is so */
static void test_cut(void **state)
{
	struct harness *h = *state;
	uint8_t *octets;
	size_t size, with = 0, without = 0;
	FILE *f;

	assert_int_equal(harness_establish(h, &h->ex), PFCP_CAUSE_ACCEPTED);
	assert_int_equal(wal_load(harness_journal(h), &octets, &size), 0);
	for (size_t n = sizeof(struct upf_kept_head) + 8 + 13; n <= size; n++) {
		f = fopen(harness_journal(h), "w");
		assert_non_null(f);
		assert_int_equal(fwrite(octets, 1, n, f), n);
		fclose(f);
		assert_int_equal(harness_restart(h), 0);
		assert_int_equal(h->upf.sessions.count, n == size);
		with += n4_peer_count(h->upf.n4);
		without += !n4_peer_count(h->upf.n4);
	}
	free(octets);
	assert_true(with > 100 && without > 100);
}

/* A line for each journal that isn't used is too many */
static void quiet(int *ret_stderr)
{
	const int null = open("/dev/null", O_WRONLY | O_CLOEXEC);

	*ret_stderr = fcntl(2, F_DUPFD_CLOEXEC, 3);
	assert_true(null >= 0 && *ret_stderr >= 0);
	dup2(null, 2);
	close(null);
}

static void loud(int stderr_fd)
{
	dup2(stderr_fd, 2);
	close(stderr_fd);
}

static void test_forged(void **state)
{
	struct harness *h = *state;
	struct forgery any = {.bits = 1}; /* what is a bool stays one */
	struct forgery length = {.only = UPF_KEPT_SESSION};
	size_t size, count[2] = {0, 0};
	uint8_t *octets;
	int stderr_fd;

	rich_establishment(h);
	assert_int_equal(harness_request(h, &h->ex), PFCP_CAUSE_ACCEPTED);
	assert_int_equal(wal_load(harness_journal(h), &octets, &size), 0);
	quiet(&stderr_fd);
	while (forged_restart(h, octets, size, &any, count))
		any.octet++;
	for (size_t bit = 0; bit < 8; bit++)
		for (size_t at = 0; at < 5 * sizeof(uint32_t); at++) {
			length.octet = offsetof(struct upf_kept_session, group) + at;
			length.bits = (uint8_t)(1 << bit);
			assert_true(forged_restart(h, octets, size, &length, count));
		}
	loud(stderr_fd);
	free(octets);
	assert_true(count[0] > 100 && count[1] > 100);
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
		T(test_deleted_by_the_last_record),
		T(test_released_by_the_last_record),
		T(test_another_configuration),
		T(test_another_data_plane),
		T(test_killed_while_it_took_over),
		T(test_locked),
		T(test_usage_goes_on),
		T(test_beside_its_rules),
		T(test_asked_again),
		T(test_pdrs_end_meanwhile),
		T(test_stamp_confirmed),
		T(test_smf_restarted),
		T(test_cut),
		T(test_forged),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
