// SPDX-License-Identifier: Apache-2.0
/*
 * A real upf that is killed and comes back: with its sessions, its recovery time stamp and what it
 * has counted, while packets pass all the time. And when it can't: with another stamp.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/integration/upf_flow.h"
#include "tests/integration/upf_talk.h"

enum { URR = 1 };

static char state_dir[] = "/tmp/upf_restart.XXXXXX";
static char journal[sizeof(state_dir) + 32];

/* ---- the upf ---- */

static void kill_and_run(struct bed *bed)
{
	upf_end(bed, SIGKILL);
	upf_run(bed);
}

static uint32_t stamp_of_heartbeat(struct bed *bed, struct smf *smf)
{
	return talk_alive(bed, smf) ? smf->answer.heartbeat_response.recovery_time_stamp : 0;
}

/* smf->msg: @ex with a URR of both of its PDRs, which counts octets */
static void counted(struct smf *smf, const struct example *ex)
{
	struct pfcp_session_establishment_request *e = &smf->msg.session_establishment_request;
	struct pfcp_urr *urr = &e->create_urr[0];

	example_establishment(&smf->msg, ex);
	pfcp_urr_init(urr);
	urr->urr_id = URR;
	urr->has_method = true;
	urr->method = PFCP_MEASURE_VOLUME;
	urr->has_triggers = true;
	urr->triggers = PFCP_TRIGGER_VOLTH;
	urr->has_volume_threshold = true;
	urr->volume_threshold = (struct pfcp_volume){.has_total = true, .total_bytes = 1 << 30};
	e->n_create_urr = 1;
	for (size_t i = 0; i < e->n_create_pdr; i++) {
		e->create_pdr[i].n_urr_id = 1;
		e->create_pdr[i].urr_id[0] = URR;
	}
}

static int establish_counted(struct bed *bed, struct smf *smf, struct example *ex)
{
	counted(smf, ex);
	return smf_request(smf, bed) ? talk_established(smf, ex) : -1;
}

/* ---- what is kept ---- */

static void case_kept(struct bed *bed, struct smf *smf, struct example *ex)
{
	const uint32_t stamp = stamp_of_heartbeat(bed, smf);
	char *before, *after;
	struct traffic traffic;
	struct flow flow;
	long long up, down;

	before = upf_rules_state();
	traffic = traffic_start(bed, ex);
	poll(NULL, 0, 500);
	upf_end(bed, SIGKILL);
	poll(NULL, 0, 500);
	upf_run(bed);
	poll(NULL, 0, 300);
	flow = traffic_end(&traffic);
	tap_ok(flow.sent[0] > 50 && flow.received[0] == flow.sent[0],
	       "uplink while it is killed and comes back: %u of %u", flow.received[0],
	       flow.sent[0]);
	tap_ok(flow.sent[1] > 50 && flow.received[1] == flow.sent[1], "downlink: %u of %u",
	       flow.received[1], flow.sent[1]);
	after = upf_rules_state();
	tap_ok(before && after && !strcmp(before, after), "the sessions are the same");
	tap_ok(stamp && stamp_of_heartbeat(bed, smf) == stamp, "and its recovery time stamp");
	up = talk_session_counter(ex->up_seid, "uplink");
	down = talk_session_counter(ex->up_seid, "downlink");
	tap_ok(up == flow.sent[0] && down == flow.sent[1], "all packets are counted: %lld and %lld",
	       up, down);
	free(before);
	free(after);
}

/* What was counted in both lives is in the last report */
static void case_usage(struct bed *bed, struct smf *smf, const struct example *ex)
{
	const struct pfcp_session_deletion_response *r = &smf->answer.session_deletion_response;
	const uint64_t octets = (uint64_t)talk_session_octets(ex->up_seid, "uplink") +
				(uint64_t)talk_session_octets(ex->up_seid, "downlink");

	tap_ok(talk_delete(bed, smf, ex->up_seid) == PFCP_CAUSE_ACCEPTED && r->n_usage_report == 1,
	       "a session of before is deleted, with a usage report");
	tap_ok(r->usage_report[0].volume.total_bytes == octets && octets > 28 * 100,
	       "which has what both lives have counted: %" PRIu64 " of %" PRIu64 " octets",
	       r->usage_report[0].volume.total_bytes, octets);
}

static void case_life(struct bed *bed, struct smf *smf, struct example *old, struct example *fresh)
{
	const struct in_addr other = ip("10.101.1.2");

	tap_ok(talk_establish(bed, smf, fresh) == PFCP_CAUSE_ACCEPTED &&
		       fresh->ul_teid != old->ul_teid && fresh->up_seid != old->up_seid,
	       "a new session has a TEID and a SEID of its own");
	tap_ok(talk_uplink(bed, fresh, EX_QFI) && talk_uplink(bed, old, EX_QFI), "both are served");
	tap_ok(talk_handover(bed, smf, old, other, 77) == PFCP_CAUSE_ACCEPTED &&
		       talk_downlink(bed, old, bed->gnb2_fd, 77, EX_QFI),
	       "the old one can be modified");
	kill_and_run(bed);
	tap_ok(talk_status_number("sessions") == 2 && talk_status_number("teids") == 2,
	       "killed once more: both are there");
	tap_ok(talk_downlink(bed, old, bed->gnb2_fd, 77, EX_QFI) && talk_uplink(bed, fresh, EX_QFI),
	       "as they were modified");
	tap_ok(talk_delete(bed, smf, fresh->up_seid) == PFCP_CAUSE_ACCEPTED, "one is deleted");
	kill_and_run(bed);
	tap_ok(talk_status_number("sessions") == 1 && talk_status_number("teids") == 1,
	       "and stays so");
}

/* A quota is used up, and stays so at any moment of the return */
static void case_quota(struct bed *bed, struct smf *smf)
{
	struct pfcp_urr *urr = &smf->msg.session_establishment_request.create_urr[0];
	struct example ex = talk_example(bed, smf, "10.60.1.9", 0x9999);
	struct traffic traffic;
	struct flow flow;

	counted(smf, &ex);
	urr->triggers = PFCP_TRIGGER_VOLQU;
	urr->has_volume_threshold = false;
	urr->has_volume_quota = true;
	urr->volume_quota = (struct pfcp_volume){.has_total = true, .total_bytes = 5000};
	if (!smf_request(smf, bed) || talk_established(smf, &ex) != PFCP_CAUSE_ACCEPTED)
		bail("a session with a quota", EPROTO);
	for (int i = 0; i < 1000 && talk_uplink(bed, &ex, EX_QFI); i++)
		;
	traffic = traffic_start(bed, &ex);
	poll(NULL, 0, 100);
	kill_and_run(bed);
	poll(NULL, 0, 300);
	flow = traffic_end(&traffic);
	tap_ok(flow.sent[0] > 200 && !flow.received[0] && !flow.received[1],
	       "a quota that is used up stays so: %u and %u of %u", flow.received[0],
	       flow.received[1], flow.sent[0]);
	tap_ok(talk_delete(bed, smf, ex.up_seid) == PFCP_CAUSE_ACCEPTED, "with its session");
}

static void idle(struct bed *bed, struct smf *smf, const struct example *ex, uint16_t action)
{
	struct pfcp_session_modification_request *m = &smf->msg.session_modification_request;

	example_modification(&smf->msg, ex);
	m->n_update_far = 1;
	pfcp_far_init(&m->update_far[0]);
	m->update_far[0].far_id = EX_FAR_DL;
	m->update_far[0].has_apply_action = true;
	m->update_far[0].apply_action = action;
	if (!smf_request(smf, bed) ||
	    smf->answer.session_modification_response.cause != PFCP_CAUSE_ACCEPTED)
		bail("a FAR's action", EPROTO);
}

static bool report_comes(struct bed *bed, struct smf *smf, const struct example *ex)
{
	return smf_await(smf, bed, PFCP_SESSION_REPORT_REQUEST, SOON_MS) &&
	       smf->request.header.seid == ex->cp_seid &&
	       smf->request.session_report_request.report_type == PFCP_REPORT_DLDR;
}

/* What waited is lost, but not that something is to be told */
static void case_idle(struct bed *bed, struct smf *smf, const struct example *ex)
{
	uint32_t teid;
	uint8_t qfi;

	idle(bed, smf, ex, PFCP_ACTION_BUFF | PFCP_ACTION_NOCP);
	edge_send(bed, ex->ue, "lost");
	tap_ok(report_comes(bed, smf, ex), "an idle UE's packet is told");
	kill_and_run(bed);
	edge_send(bed, ex->ue, "kept");
	tap_ok(report_comes(bed, smf, ex), "and the first one after a kill");
	idle(bed, smf, ex, PFCP_ACTION_FORW);
	tap_ok(gnb_receive(bed, bed->gnb2_fd, &teid, &qfi, SOON_MS) && teid == 77 &&
		       !gnb_receive(bed, bed->gnb2_fd, &teid, &qfi, NEVER_MS),
	       "that has waited, and no other");
}

/* ---- others ---- */

/* @bed's, which ends by itself; Return: whether it says that it failed */
static bool run_in_vain(struct bed *bed)
{
	upf_spawn(bed);
	return upf_end(bed, 0) != 0;
}

static void case_taken(struct bed *bed, struct smf *smf, struct example *ex)
{
	const struct sockaddr_in n4 = {
		.sin_family = AF_INET, .sin_addr = bed->n4, .sin_port = htons(PFCP_PORT)};
	const struct sockaddr_in rest = {
		.sin_family = AF_INET, .sin_addr = ip("127.0.0.1"), .sin_port = htons(8082)};
	const pid_t pid = bed->pid;
	int fd;

	tap_ok(run_in_vain(bed), "a second upf with the same addresses ends");
	bed->pid = pid;
	tap_ok(talk_alive(bed, smf) && talk_uplink(bed, ex, EX_QFI), "and leaves the first alone");
	upf_end(bed, SIGKILL);
	fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd < 0 || bind(fd, (const struct sockaddr *)&n4, sizeof(n4)))
		bail("N4's address", errno);
	tap_ok(run_in_vain(bed), "its address is another's: it ends");
	tap_ok(talk_uplink(bed, ex, EX_QFI), "packets pass all the same");
	close(fd);
	fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0 || bind(fd, (const struct sockaddr *)&rest, sizeof(rest)) || listen(fd, 1))
		bail("REST's address", errno);
	tap_ok(run_in_vain(bed), "REST's port is another's: it ends");
	tap_ok(talk_uplink(bed, ex, EX_QFI), "and packets pass");
	close(fd);
	upf_run(bed);
	tap_ok(talk_status_number("sessions") == 1 && talk_uplink(bed, ex, EX_QFI),
	       "when it is free the session is there");
}

/* ---- what isn't ---- */

static void journal_damage(void)
{
	const int fd = open(journal, O_RDWR | O_CLOEXEC);
	uint8_t octet;

	if (fd < 0 || pread(fd, &octet, 1, 100) != 1)
		bail(journal, errno);
	octet ^= 0xff;
	if (pwrite(fd, &octet, 1, 100) != 1)
		bail(journal, errno);
	close(fd);
}

/* NTP seconds have to pass for another stamp */
static void lost(struct bed *bed, struct smf *smf, uint32_t stamp, const char *why)
{
	poll(NULL, 0, 1100);
	upf_run(bed);
	tap_ok(talk_status_number("sessions") == 0 && talk_status_number("teids") == 0,
	       "%s: it begins with nothing", why);
	tap_ok(stamp_of_heartbeat(bed, smf) != stamp, "%s: and says so by its stamp", why);
}

static void session_anew(struct bed *bed, struct smf *smf, struct example *ex)
{
	if (talk_associate(bed, smf, false) != PFCP_CAUSE_ACCEPTED ||
	    establish_counted(bed, smf, ex) != PFCP_CAUSE_ACCEPTED)
		bail("a session", EPROTO);
}

static void case_lost(struct bed *bed, struct smf *smf, struct example *ex)
{
	uint32_t stamp = stamp_of_heartbeat(bed, smf);

	upf_end(bed, SIGKILL);
	journal_damage();
	lost(bed, smf, stamp, "a damaged journal");
	session_anew(bed, smf, ex);
	stamp = stamp_of_heartbeat(bed, smf);
	upf_end(bed, SIGKILL);
	bed_configure(bed, "needs_qos: true\n");
	lost(bed, smf, stamp, "another configuration");
	session_anew(bed, smf, ex);
	stamp = stamp_of_heartbeat(bed, smf);
	tap_ok(upf_end(bed, SIGTERM) == 0 && access(journal, F_OK) && errno == ENOENT,
	       "an orderly end leaves no journal");
	lost(bed, smf, stamp, "an orderly end");
}

/* One that keeps nothing serves in between: what is kept is of another time */
static void case_elsewhere(struct bed *bed, struct smf *smf, struct example *ex, const char *line)
{
	uint32_t stamp;

	session_anew(bed, smf, ex);
	stamp = stamp_of_heartbeat(bed, smf);
	upf_end(bed, SIGKILL);
	bed_resize(bed, "ebpf", "10.60.1.0/24", 65536);
	bed_configure(bed, "needs_qos: true\n");
	upf_run(bed);
	upf_end(bed, SIGKILL);
	bed_configure(bed, line);
	lost(bed, smf, stamp, "another has served since");
}

/* Its links go with the process, and the filters on clsact behind them serve meanwhile */
static void case_xdp(struct bed *bed, struct smf *smf, struct example *ex)
{
	upf_end(bed, SIGTERM);
	bed_configure(bed, "attach: xdp\n");
	upf_run(bed);
	session_anew(bed, smf, ex);
	tap_note("by XDP:");
	case_kept(bed, smf, ex);
}

/* A file system with room for a journal of nothing, but not for one of many */
static void case_full(struct bed *bed, struct smf *smf, struct example *ex)
{
	char ue[16];
	int rc = PFCP_CAUSE_ACCEPTED;
	uint32_t stamp;

	upf_end(bed, SIGTERM);
	if (mount("tmpfs", state_dir, "tmpfs", 0, "size=8k"))
		bail("tmpfs", errno);
	upf_run(bed);
	if (talk_associate(bed, smf, false) != PFCP_CAUSE_ACCEPTED)
		bail("association", EPROTO);
	for (int i = 2; i < 40 && rc == PFCP_CAUSE_ACCEPTED; i++) {
		snprintf(ue, sizeof(ue), "10.60.1.%d", i);
		*ex = talk_example(bed, smf, ue, (uint64_t)(0x3000 + i));
		rc = talk_establish(bed, smf, ex);
	}
	tap_ok(rc == PFCP_CAUSE_ACCEPTED && talk_uplink(bed, ex, EX_QFI),
	       "the disk is full: sessions are served all the same");
	tap_ok(access(journal, F_OK) && errno == ENOENT, "no journal is left to be believed");
	stamp = stamp_of_heartbeat(bed, smf);
	upf_end(bed, SIGKILL);
	umount(state_dir);
	lost(bed, smf, stamp, "nothing was kept");
}

int main(void)
{
	static struct smf smf;
	struct example first, second;
	struct bed bed;
	char line[64];

	/* so that what is mounted goes with this process */
	if (unshare(CLONE_NEWNS) || mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) ||
	    !mkdtemp(state_dir))
		bail(state_dir, errno);
	snprintf(journal, sizeof(journal), "%s/sessions.journal", state_dir);
	snprintf(line, sizeof(line), "state_dir: %s\n", state_dir);
	bed_make(&bed, "ebpf");
	bed_configure(&bed, line);
	upf_run(&bed);
	smf_open(&smf, "127.0.4.10", 1000);
	first = talk_example(&bed, &smf, "10.60.1.2", 0x1111);
	second = talk_example(&bed, &smf, "10.60.1.3", 0x2222);
	second.gnb_teid = 8;
	session_anew(&bed, &smf, &first);
	case_kept(&bed, &smf, &first);
	case_life(&bed, &smf, &first, &second);
	case_idle(&bed, &smf, &first);
	case_quota(&bed, &smf);
	case_taken(&bed, &smf, &first);
	case_usage(&bed, &smf, &first);
	session_anew(&bed, &smf, &first);
	case_lost(&bed, &smf, &first);
	case_elsewhere(&bed, &smf, &first, line);
	case_xdp(&bed, &smf, &first);
	case_full(&bed, &smf, &first);
	tap_ok(upf_end(&bed, SIGTERM) == 0, "it ends in order");
	smf_close(&smf);
	bed_free(&bed);
	rmdir(state_dir);
	return tap_end();
}
