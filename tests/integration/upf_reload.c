// SPDX-License-Identifier: Apache-2.0
/*
 * A real upf that is given another configuration while it serves (SIGHUP): no packet is lost, what
 * waits goes on waiting, what was counted stays, and what can't be is refused as a whole.
 */
#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/gtpu/gtpu.h"
#include "tests/integration/upf_flow.h"
#include "tests/integration/upf_talk.h"

enum { RELOAD_MS = 30000, WAITING = 12, SESSIONS_MAX = 1000 };

static struct smf smf;
static char state_dir[] = "/tmp/upf_reload.XXXXXX";

/* ---- configurations ---- */

/* A configuration of the bed's, with its one list of pools, and other lines */
static void configure(struct bed *bed, const char *pools, const char *lines)
{
	char state[sizeof(state_dir) + 32];

	bed_resize(bed, "ebpf", pools, SESSIONS_MAX);
	snprintf(state, sizeof(state), "state_dir: %s\n", state_dir);
	bed_configure(bed, state);
	bed_configure(bed, lines);
}

static long long event(const char *what)
{
	char want[96], *text = upf_text("/metrics", 200), *at;
	long long ret = -1;

	snprintf(want, sizeof(want), "\nbaton_upf_events_total{what=\"%s\"} ", what);
	at = text ? strstr(text, want) : NULL;
	if (at)
		ret = strtoll(at + strlen(want), NULL, 10);
	free(text);
	return ret;
}

/* Return: whether it was taken; bails out when neither that nor refused */
static bool reload(struct bed *bed)
{
	const long long done = event("configurations_reloaded"),
			refused = event("configurations_refused");
	const uint64_t end = now_ms() + RELOAD_MS;

	kill(bed->pid, SIGHUP);
	while (now_ms() < end) {
		if (event("configurations_reloaded") == done + 1)
			return true;
		if (event("configurations_refused") == refused + 1)
			return false;
		poll(NULL, 0, 10);
	}
	bail("reload", ETIMEDOUT);
}

/* What the stack routes UEs by, as text; the interface of packets that wait is there once some
 * have. Freed by the caller */
static char *routing(void)
{
	FILE *f = popen("ip rule; ip -6 rule; ip route show table 106; ip -o link | cut -d: -f2 |"
			" grep -v dp-wait",
			"re");
	char *text = NULL;
	size_t size = 0;

	if (!f || getdelim(&text, &size, 0, f) < 0)
		bail("ip", errno);
	pclose(f);
	return text;
}

/* ---- sessions ---- */

static int modify_action(struct bed *bed, const struct example *ex, uint16_t action)
{
	struct pfcp_session_modification_request *m = &smf.msg.session_modification_request;
	struct pfcp_far *far = &m->update_far[0];

	example_modification(&smf.msg, ex);
	m->n_update_far = 1;
	pfcp_far_init(far);
	far->far_id = EX_FAR_DL;
	far->has_apply_action = true;
	far->apply_action = action;
	return smf_request(&smf, bed) ? smf.answer.session_modification_response.cause : -1;
}

static bool comes(struct bed *bed, const struct example *ex, int number)
{
	struct gnb_packet packet;
	char text[16];

	snprintf(text, sizeof(text), "%d", number);
	return gnb_next(bed, bed->gnb_fd, &packet, SOON_MS) && packet.type == GTPU_G_PDU &&
	       packet.teid == ex->gnb_teid && !strcmp(packet.text, text);
}

static void edge_send_number(struct bed *bed, const struct example *ex, int number)
{
	char text[16];

	snprintf(text, sizeof(text), "%d", number);
	edge_send(bed, ex->ue, text);
}

/* ---- cases ---- */

static void case_nothing_is_lost(struct bed *bed, const struct example *ex)
{
	struct traffic traffic = traffic_start(bed, ex);
	char *before = upf_rules_state(), *after;
	struct flow flow;
	bool all = true;

	for (int i = 0; i < 5; i++) {
		poll(NULL, 0, 200);
		all &= reload(bed);
	}
	flow = traffic_end(&traffic);
	tap_ok(all, "a configuration is taken five times");
	tap_ok(flow.sent[0] > 50 && flow.received[0] == flow.sent[0], "uplink meanwhile: %u of %u",
	       flow.received[0], flow.sent[0]);
	tap_ok(flow.sent[1] > 50 && flow.received[1] == flow.sent[1], "downlink: %u of %u",
	       flow.received[1], flow.sent[1]);
	after = upf_rules_state();
	tap_ok(before && after && !strcmp(before, after), "the sessions are the same");
	tap_ok(talk_session_counter(ex->up_seid, "uplink") == flow.sent[0] &&
		       talk_session_counter(ex->up_seid, "downlink") == flow.sent[1],
	       "all packets are counted");
	free(before);
	free(after);
}

static void case_waiting(struct bed *bed)
{
	struct example ex = talk_example(bed, &smf, "10.60.1.9", 0x9);
	int n = 0;

	ex.gnb_teid = 9;
	if (talk_establish(bed, &smf, &ex) != PFCP_CAUSE_ACCEPTED ||
	    modify_action(bed, &ex, PFCP_ACTION_BUFF) != PFCP_CAUSE_ACCEPTED)
		bail("a session that buffers", EPROTO);
	for (; n < WAITING / 3; n++)
		edge_send_number(bed, &ex, n);
	tap_ok(reload(bed), "while packets wait");
	for (; n < 2 * WAITING / 3; n++)
		edge_send_number(bed, &ex, n);
	tap_ok(reload(bed), "and once more");
	for (; n < WAITING; n++)
		edge_send_number(bed, &ex, n);
	tap_ok(!comes(bed, &ex, 0), "they wait still");
	modify_action(bed, &ex, PFCP_ACTION_FORW);
	for (n = 0; n < WAITING && comes(bed, &ex, n); n++)
		;
	tap_ok(n == WAITING, "and then all come, in order: %d of %d", n, WAITING);
	edge_send_number(bed, &ex, n);
	tap_ok(comes(bed, &ex, n), "and those behind them");
	talk_delete(bed, &smf, ex.up_seid);
}

static void case_pools(struct bed *bed)
{
	struct example ex = talk_example(bed, &smf, "10.60.2.5", 0x25);
	char *before = routing(), *after;

	tap_ok(talk_establish(bed, &smf, &ex) != PFCP_CAUSE_ACCEPTED, "an address of no pool");
	configure(bed, "10.60.1.0/24, 10.60.2.0/24", "");
	tap_ok(reload(bed), "its pool is added");
	tap_ok(talk_establish(bed, &smf, &ex) == PFCP_CAUSE_ACCEPTED &&
		       talk_uplink(bed, &ex, EX_QFI) &&
		       talk_downlink(bed, &ex, bed->gnb_fd, ex.gnb_teid, EX_QFI),
	       "then it is served");
	configure(bed, "10.60.1.0/24", "");
	tap_ok(!reload(bed), "the pool can't go while a session has an address of it");
	tap_ok(talk_uplink(bed, &ex, EX_QFI) &&
		       talk_downlink(bed, &ex, bed->gnb_fd, ex.gnb_teid, EX_QFI),
	       "which is served as before");
	talk_delete(bed, &smf, ex.up_seid);
	tap_ok(reload(bed), "then it can");
	after = routing();
	tap_ok(!strcmp(before, after), "and has left no route, no rule and no interface");
	tap_ok(talk_establish(bed, &smf, &ex) != PFCP_CAUSE_ACCEPTED, "and nobody can have it");
	free(before);
	free(after);
}

static void case_protected(struct bed *bed, const struct example *ex)
{
	configure(bed, "10.60.1.0/24", "n9_ue_pools: [10.61.0.0/16]\necho_interval_s: 61\n");
	tap_ok(reload(bed) && talk_uplink(bed, ex, EX_QFI), "other pools of N9, another interval");
	bed_substitute(bed, "protected: [10.101.0.0/16]",
		       "protected: [10.101.0.0/16, 10.110.1.0/24]");
	tap_ok(reload(bed), "the edge's network is protected");
	tap_ok(!talk_uplink(bed, ex, EX_QFI), "then no UE reaches it");
	configure(bed, "10.60.1.0/24", "");
	tap_ok(reload(bed) && talk_uplink(bed, ex, EX_QFI), "and no more");
}

static void refused(struct bed *bed, const struct example *ex, const char *what)
{
	char *before = upf_rules_state(), *after;
	const bool taken = reload(bed);

	after = upf_rules_state();
	tap_ok(!taken && before && after && !strcmp(before, after) &&
		       talk_uplink(bed, ex, EX_QFI) && talk_alive(bed, &smf),
	       "%s is refused, and all is as before", what);
	free(before);
	free(after);
}

static void case_refused(struct bed *bed, const struct example *ex)
{
	configure(bed, "10.60.1.0/24", "attach: xdp\n");
	refused(bed, ex, "XDP instead of tc");
	configure(bed, "10.60.1.0/24", "no_such_key: 1\n");
	refused(bed, ex, "an unknown key");
	configure(bed, "10.60.1.0/24, 10.60.1.0/25", "");
	refused(bed, ex, "a pool in another");
	configure(bed, "10.60.1.0/24, \"2001:db8::/48\"", "");
	refused(bed, ex, "IPv6 where there was none");
	configure(bed, "10.60.9.0/24", "");
	refused(bed, ex, "a pool that has none of the addresses in use");
	bed_resize(bed, "ebpf", "10.60.1.0/24", SESSIONS_MAX + 1);
	refused(bed, ex, "room for more sessions");
	unlink(bed->config_path);
	refused(bed, ex, "no configuration at all");
	configure(bed, "10.60.1.0/24", "");
}

/* XDP programs take nobody's place: between the two tc serves */
static void case_xdp(struct bed *bed, struct example *ex)
{
	upf_end(bed, SIGTERM);
	configure(bed, "10.60.1.0/24", "attach: xdp\n");
	upf_run(bed);
	if (talk_associate(bed, &smf, false) != PFCP_CAUSE_ACCEPTED ||
	    talk_establish(bed, &smf, ex) != PFCP_CAUSE_ACCEPTED)
		bail("a session", EPROTO);
	case_nothing_is_lost(bed, ex);
}

/* What is kept is the new configuration's */
static void case_killed(struct bed *bed, const struct example *ex)
{
	struct example other = talk_example(bed, &smf, "10.60.3.3", 0x33);

	configure(bed, "10.60.1.0/24, 10.60.3.0/24", "");
	tap_ok(reload(bed), "another pool");
	other.gnb_teid = 33;
	talk_establish(bed, &smf, &other);
	upf_end(bed, SIGKILL);
	upf_run(bed);
	tap_ok(talk_status_number("sessions") == 2, "killed after that, it has its sessions");
	tap_ok(talk_uplink(bed, &other, EX_QFI) && talk_uplink(bed, ex, EX_QFI), "and serves them");
	tap_ok(reload(bed) && talk_uplink(bed, &other, EX_QFI), "and takes another configuration");
	talk_delete(bed, &smf, other.up_seid);
}

int main(void)
{
	struct example ex;
	struct bed bed;

	if (!mkdtemp(state_dir))
		bail(state_dir, errno);
	bed_make(&bed, "ebpf");
	route_add(&bed.edge, "n6", "10.60.0.0", 16, "10.110.1.1", 0);
	netns_enter(&bed.upf);
	configure(&bed, "10.60.1.0/24", "");
	upf_run(&bed);
	smf_open(&smf, "127.0.4.10", 1000);
	ex = talk_example(&bed, &smf, "10.60.1.2", 0x2);
	if (talk_associate(&bed, &smf, false) != PFCP_CAUSE_ACCEPTED ||
	    talk_establish(&bed, &smf, &ex) != PFCP_CAUSE_ACCEPTED)
		bail("a session", EPROTO);
	case_nothing_is_lost(&bed, &ex);
	case_waiting(&bed);
	case_pools(&bed);
	case_protected(&bed, &ex);
	case_refused(&bed, &ex);
	case_killed(&bed, &ex);
	case_xdp(&bed, &ex);
	tap_ok(upf_end(&bed, SIGTERM) == 0, "it ends in order");
	smf_close(&smf);
	bed_free(&bed);
	rmdir(state_dir);
	return tap_end();
}
