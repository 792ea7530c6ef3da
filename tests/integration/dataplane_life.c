// SPDX-License-Identifier: Apache-2.0
/*
 * The life of sessions and of a data plane: dataplane_life BACKEND. Many sessions, changes,
 * refusals, path messages, a predecessor that was killed, and what is left at the end (nothing).
 */
#include <dirent.h>
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/radio.h"
#include "tests/integration/dataplane_bed.h"

enum { MANY = 1000, FLOOD = 2000 };

static const struct packet uplink = {.form = PACKET_TUNNEL,
				     .outer_src = GNB_N3,
				     .outer_dst = UPF_N3,
				     .teid = TEID_UPF,
				     .src = UE,
				     .dst = SERVER};
static const struct packet uplink_out = {.form = PACKET_PLAIN, .src = UE, .dst = SERVER, .ttl = 63};
static const struct packet downlink = {.form = PACKET_PLAIN, .src = SERVER, .dst = UE};

static struct packet downlink_out(const struct bed *bed, uint32_t teid)
{
	return (struct packet){.form = PACKET_TUNNEL,
			       .outer_src = UPF_N3,
			       .outer_dst = GNB_N3,
			       .teid = teid,
			       .psc = bed->gtp ? 0 : PSC_DL,
			       .qfi = 9,
			       .outer_no_df = bed->gtp,
			       .outer_unfinished = bed->gtp,
			       .src = SERVER,
			       .dst = UE,
			       .ttl = 63};
}

static bool passes(struct bed *bed, enum port in, const struct packet *packet, enum port out,
		   const struct packet *want)
{
	inject(bed, in, packet);
	return frame_equal(want, out, receive(bed, out, WAIT_MS));
}

static bool both_pass(struct bed *bed, uint32_t peer_teid)
{
	const struct packet down = downlink_out(bed, peer_teid);

	return passes(bed, PORT_N3, &uplink, PORT_N6, &uplink_out) &&
	       passes(bed, PORT_N6, &downlink, PORT_N3, &down);
}

static bool is_message(uint8_t type, size_t len)
{
	return len > 43 && frame[23] == 17 && frame[43] == type;
}

/* Counted under @reason, and nothing comes out of the other side */
static bool drops(struct bed *bed, enum port in, const struct packet *packet, enum port out,
		  enum dp_drop reason)
{
	const uint64_t before = drop_count(bed, reason), end = now_ms() + WAIT_MS;

	inject(bed, in, packet);
	while (drop_count(bed, reason) == before && now_ms() < end)
		if (receive(bed, out, 10))
			return false;
	if (reason == DP_DROP_UNKNOWN_TEID && !is_message(26, receive(bed, PORT_N3, WAIT_MS)))
		return false; /* that is answered */
	return drop_count(bed, reason) == before + 1 && !receive(bed, out, 0);
}

static struct dp_session nth_session(const struct bed *bed, unsigned n, char ue[32])
{
	snprintf(ue, 32, "10.60.%u.%u", 1 + n / 250, 1 + n % 250);
	return upf_session(bed, 100 + n, ue, 0x10000 + n, 0x20000 + n);
}

static bool nth_passes(struct bed *bed, unsigned n)
{
	struct packet up = uplink, up_out = uplink_out, down = downlink;
	struct packet down_out = downlink_out(bed, 0x20000 + n);
	char ue[32];

	(void)nth_session(bed, n, ue);
	up.teid = 0x10000 + n;
	up.src = up_out.src = down.dst = down_out.dst = ue;
	return passes(bed, PORT_N3, &up, PORT_N6, &up_out) &&
	       passes(bed, PORT_N6, &down, PORT_N3, &down_out);
}

static void many_check(struct bed *bed)
{
	const uint64_t start = now_ms();
	unsigned passed = 0, removed = 0;
	uint64_t made;
	char ue[32];

	for (unsigned n = 0; n < MANY; n++) {
		struct dp_session s = nth_session(bed, n, ue);

		apply(bed, &s);
	}
	made = now_ms();
	for (unsigned n = 0; n < MANY; n++)
		passed += nth_passes(bed, n);
	tap_ok(passed == MANY, "%u of %d sessions pass both ways", passed, MANY);
	for (unsigned n = 0; n < MANY; n++)
		removed += !dataplane_session_remove(bed->dp, 100 + n);
	tap_ok(removed == MANY && dataplane_session_remove(bed->dp, 100) == -ENOENT,
	       "all are removed, and the second time not there");
	tap_note("%d sessions installed in %lu ms", MANY, (unsigned long)(made - start));
}

static void removed_check(struct bed *bed)
{
	struct packet up = uplink;

	up.teid = 0x10000;
	tap_ok(drops(bed, PORT_N3, &up, PORT_N6, DP_DROP_UNKNOWN_TEID),
	       "a removed session's TEID is unknown");
	tap_ok(drops(bed, PORT_N6, &downlink, PORT_N3, DP_DROP_UNKNOWN_UE),
	       "a UE of the pool without a session is unknown");
}

/* As PFCP makes it: the gNB's F-TEID comes with a modification, and changes in a handover */
static void change_check(struct bed *bed)
{
	struct dp_session s = upf_session(bed, 1, UE, TEID_UPF, 0x3001);

	s.far[1].action = DP_DROP;
	apply(bed, &s);
	tap_ok(drops(bed, PORT_N6, &downlink, PORT_N3,
		     bed->gtp ? DP_DROP_UNKNOWN_UE : DP_DROP_ACTION),
	       "half a session: downlink is dropped");
	s.far[1].action = DP_FORWARD;
	apply(bed, &s);
	tap_ok(both_pass(bed, 0x3001), "whole: both ways pass");
	/* gtp: by one sender and the other in turn */
	for (uint32_t teid = 0x3005; teid > 0x3001; teid--) {
		s.far[1].to.teid = teid;
		apply(bed, &s);
		tap_ok(both_pass(bed, teid), "another peer TEID");
	}
	s.pdr[0].teid = 0x1fff;
	apply(bed, &s);
	tap_ok(drops(bed, PORT_N3, &uplink, PORT_N6, DP_DROP_UNKNOWN_TEID),
	       "another local TEID: the old one is unknown");
	s.pdr[0].teid = TEID_UPF;
	apply(bed, &s);
	tap_ok(both_pass(bed, 0x3002), "and back");
}

static bool refused(struct bed *bed, const struct dp_session *s, int rc, int what, uint32_t rule)
{
	struct dp_error err;
	int got = dataplane_session_apply(bed->dp, s, &err);

	if (got == rc && (int)err.what == what && err.rule_id == rule && err.text[0])
		return true;
	tap_note("got %d (%d, rule %u: %s)", got, err.what, err.rule_id, err.text);
	return false;
}

static void refusal_check(struct bed *bed)
{
	struct dp_session other = upf_session(bed, 2, UE_NARROW, TEID_UPF, 0x3003);
	struct dp_session s = upf_session(bed, 1, UE, TEID_UPF, 0x3002);

	tap_ok(refused(bed, &other, -EEXIST, DP_ERROR_PDR, 1), "TEID of another session");
	other = upf_session(bed, 2, UE, 0x1ffe, 0x3003);
	tap_ok(refused(bed, &other, -EEXIST, DP_ERROR_PDR, 2), "UE address of another session");
	s.pdr[1].far = 77;
	tap_ok(refused(bed, &s, -EINVAL, DP_ERROR_PDR, 2), "a FAR that isn't there");
	s.pdr[1].far = 1;
	s.far[1].to.teid = 0;
	tap_ok(refused(bed, &s, -EINVAL, DP_ERROR_FAR, 2), "no peer TEID");
	tap_ok(both_pass(bed, 0x3002), "the old rules stand");
}

static void driver_refusal_check(struct bed *bed)
{
	struct dp_session s = upf_session(bed, 1, UE, TEID_UPF, 0x3002);

	s.pdr[1].mark.qfi = 9;
	tap_ok(refused(bed, &s, -EOPNOTSUPP, DP_ERROR_PDR, 2), "QFI marking is refused");
	s.pdr[1].mark.qfi = 0;
	s.pdr[0].qfis = 1ull << 9;
	tap_ok(refused(bed, &s, -EOPNOTSUPP, DP_ERROR_PDR, 1), "a QFI to match is refused");
	s.pdr[0].qfis = 0;
	s.far[0].action = DP_DROP;
	tap_ok(refused(bed, &s, -EOPNOTSUPP, DP_ERROR_FAR, 1), "dropping uplink alone is refused");
	s.far[0].action = DP_FORWARD;
	s.pdr[s.pdr_count] = s.pdr[1];
	s.pdr[s.pdr_count++].id = 3;
	tap_ok(refused(bed, &s, -EOPNOTSUPP, DP_ERROR_PDR, 3), "a second downlink PDR is refused");
	tap_ok(both_pass(bed, 0x3002), "the old rules stand");
}

/* What the events said last */
struct heard {
	unsigned errors, answers, losses;
	struct dp_addr peer;
	uint32_t teid;
};

static bool is_from(const struct heard *heard, const char *peer)
{
	const struct dp_addr wanted = address(peer);

	return dp_addr_equal(&heard->peer, &wanted);
}

static void on_error(const struct dp_addr *peer, uint32_t teid, void *user)
{
	struct heard *heard = user;

	heard->errors++;
	heard->peer = *peer;
	heard->teid = teid;
}

static void on_path(const struct dp_addr *peer, bool lost, void *user)
{
	struct heard *heard = user;

	heard->peer = *peer;
	*(lost ? &heard->losses : &heard->answers) += 1;
}

static void wait_while(struct bed *bed, const unsigned *count, unsigned is)
{
	const uint64_t end = now_ms() + WAIT_MS;

	while (*count == is && now_ms() < end) {
		struct pollfd fd = {.fd = dataplane_fd(bed->dp), .events = POLLIN};

		poll(&fd, 1, 100);
		dataplane_process(bed->dp);
	}
}

static void control(struct bed *bed, const char *hex)
{
	const struct packet packet = {
		.form = PACKET_TUNNEL, .outer_src = GNB_N3, .outer_dst = UPF_N3, .gtpu = hex};

	inject(bed, PORT_N3, &packet);
}

static void path_check(struct bed *bed, struct heard *heard)
{
	const struct dp_addr gnb = address(GNB_N3), upf2 = address(UPF2_N3);
	struct dp_path_counters counters;
	char answer[64];

	control(bed, "361a0014 00000000 00000040 01086800 1000003002 8500040a650101");
	wait_while(bed, &heard->errors, 0);
	tap_ok(heard->errors == 1 && heard->teid == 0x3002 && is_from(heard, GNB_N3),
	       "Error Indication of a peer is told");
	control(bed, "361a0014 00000000 00000040 01086800 1000003002 8500040a650109");
	control(bed, "30fe0000 00001001");
	tap_ok(!dataplane_echo(bed->dp, &gnb) && is_message(1, receive(bed, PORT_N3, WAIT_MS)),
	       "Echo Request is sent");
	snprintf(answer, sizeof(answer), "32020006 00000000 %02x%02x0000 0e00", frame[50],
		 frame[51]);
	control(bed, answer);
	wait_while(bed, &heard->answers, 0);
	tap_ok(heard->answers == 1 && heard->losses == 0, "and its answer is told");
	tap_ok(heard->errors == 1, "an Error Indication that speaks for another peer is not");
	dataplane_path_counters(bed->dp, &counters);
	tap_ok(counters.end_markers == 1 && counters.echo_responses == 1 &&
		       counters.error_indications_received == 2,
	       "End Marker and the others are counted");
	tap_ok(!dataplane_echo(bed->dp, &upf2), "Echo Request to a peer that is silent");
	wait_while(bed, &heard->losses, 0);
	tap_ok(heard->losses == 1 && is_from(heard, UPF2_N3), "is told as lost");
}

/* A flood of unknown TEIDs is answered a few times, and an Echo Request in it still is */
static void flood_check(struct bed *bed)
{
	unsigned errors = 0, echoes = 0;
	struct packet up = uplink;
	const uint64_t end = now_ms() + WAIT_MS;

	up.teid = TEID_UNKNOWN;
	while (receive(bed, PORT_N3, 0))
		; /* Echo Requests of the path before */
	for (unsigned i = 0; i < FLOOD; i++)
		inject(bed, PORT_N3, &up);
	control(bed, "32010004 00000000 abcd0000");
	while (!echoes && now_ms() < end) {
		size_t len = receive(bed, PORT_N3, 100);

		errors += is_message(26, len);
		echoes += is_message(2, len);
	}
	tap_ok(echoes == 1, "an Echo Request after %d unknown TEIDs is answered", FLOOD);
	/* 10 a second for a peer; the flood may lie over the turn of seconds */
	tap_ok(errors >= 1 && errors <= 10 * (2 + (now_ms() - end + WAIT_MS) / 1000),
	       "Error Indications are few: %u", errors);
}

static int rule_of_ours(const struct nl_rule *rule, void *user)
{
	return rule->priority >= 10599 && rule->priority <= 10603;
}

static void nothing_left_check(struct bed *bed)
{
	unsigned ifindex;

	tap_ok(nl_link_index(bed->node.nl, "dp-ue", &ifindex) == -ENODEV &&
		       nl_link_index(bed->node.nl, "dp-gtp", &ifindex) == -ENODEV &&
		       !nl_rule_list(bed->node.nl, rule_of_ours, NULL) &&
		       !nl_rule6_list(bed->node.nl, rule_of_ours, NULL),
	       "no link and no rule is left");
}

/* A data plane that ends without a word; what it made stays in the namespace */
static void predecessor(struct bed *bed, const struct dp_config *config)
{
	pid_t pid = fork();
	int status;

	if (pid < 0)
		bail("fork", errno);
	if (!pid) {
		struct dp_session s;

		bed_start(bed, config, NULL);
		s = upf_session(bed, 1, UE, TEID_UPF, 0x3004);
		apply(bed, &s);
		raise(SIGKILL);
	}
	if (waitpid(pid, &status, 0) != pid || !WIFSIGNALED(status))
		bail("predecessor", EIO);
}

static void takeover_check(const char *backend)
{
	const struct dp_config config = upf_config(backend);
	struct bed bed;
	struct dp_session s;
	unsigned ifindex;

	upf_make(&bed);
	predecessor(&bed, &config);
	tap_ok(!nl_link_index(bed.node.nl, "dp-ue", &ifindex) ||
		       !nl_link_index(bed.node.nl, "dp-gtp", &ifindex),
	       "a killed predecessor leaves its link");
	bed_start(&bed, &config, NULL);
	tap_ok(drops(&bed, PORT_N6, &downlink, PORT_N3, DP_DROP_UNKNOWN_UE),
	       "its sessions are gone");
	s = upf_session(&bed, 1, UE, TEID_UPF, 0x3005);
	apply(&bed, &s);
	tap_ok(both_pass(&bed, 0x3005), "and its place is taken");
	netns_enter(&bed.node);
	dataplane_free(bed.dp);
	nothing_left_check(&bed);
	bed.dp = NULL;
	bed_free(&bed);
}

/* One that passes all, as a monitoring tool may have it */
static int foreign_program(void)
{
	const struct bpf_insn code[] = {{.code = BPF_ALU64 | BPF_MOV | BPF_K, .imm = XDP_PASS},
					{.code = BPF_JMP | BPF_EXIT}};
	int fd = bpf_prog_load(BPF_PROG_TYPE_XDP, "foreign", "GPL", code, 2, NULL);

	if (fd < 0)
		bail("foreign XDP program", errno);
	return fd;
}

static void foreign_check(void)
{
	const struct dp_config config = upf_config("xdp");
	struct dataplane *dp;
	struct dp_error err;
	uint32_t before = 0, after = 0;
	struct bed bed;
	int ifindex;

	upf_make(&bed);
	netns_enter(&bed.node);
	ifindex = (int)link_index(&bed.node, "n6");
	if (bpf_xdp_attach(ifindex, foreign_program(), 0, NULL) ||
	    bpf_xdp_query_id(ifindex, 0, &before))
		bail("attach the foreign XDP program", errno);
	tap_ok(dataplane_new(&config, NULL, &dp, &err) == -EBUSY && strstr(err.text, "n6"),
	       "somebody else's XDP program is in the way: %s", err.text);
	tap_ok(!bpf_xdp_query_id(ifindex, 0, &after) && before && before == after, "and stays");
	ifindex = (int)link_index(&bed.node, "n3");
	tap_ok(!bpf_xdp_query_id(ifindex, 0, &after) && !after, "and none of ours is left on N3");
	bed.dp = NULL;
	bed_free(&bed);
}

/* One that took packets by XDP would take them from who comes after it by tc */
static void xdp_takeover_check(void)
{
	const struct dp_config xdp = upf_config("xdp"), tc = upf_config("ebpf");
	struct dp_session s;
	struct bed bed;

	upf_make(&bed);
	predecessor(&bed, &xdp);
	bed_start(&bed, &tc, NULL);
	tap_ok(drops(&bed, PORT_N6, &downlink, PORT_N3, DP_DROP_UNKNOWN_UE),
	       "a killed predecessor by XDP takes no packets");
	s = upf_session(&bed, 1, UE, TEID_UPF, 0x3005);
	apply(&bed, &s);
	tap_ok(both_pass(&bed, 0x3005), "from who is there now");
	bed_free(&bed);
}

static unsigned files_in(const char *path)
{
	DIR *dir = opendir(path);
	struct dirent *entry;
	unsigned count = 0;

	while (dir && (entry = readdir(dir)))
		count += entry->d_name[0] != '.';
	if (dir)
		closedir(dir);
	return count;
}

/* Maps are there for bpftool as long as the data plane is, a killed predecessor's too */
static void pins_check(const char *backend)
{
	char root[] = "/tmp/dataplane-life.XXXXXX", dir[64];
	struct dp_config config = upf_config(backend);
	struct bed bed;

	if (unshare(CLONE_NEWNS) || mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) ||
	    !mkdtemp(root) || mount("bpf", root, "bpf", 0, NULL))
		bail("bpffs", errno);
	snprintf(dir, sizeof(dir), "%s/upf", root);
	config.pin_dir = dir;
	upf_make(&bed);
	predecessor(&bed, &config);
	tap_ok(files_in(dir) > 0, "a killed predecessor leaves its pins");
	bed_start(&bed, &config, NULL);
	tap_ok(files_in(dir) > 0, "%u maps are pinned", files_in(dir));
	bed_free(&bed);
	tap_ok(files_in(dir) == 0, "and none afterwards");
	umount(root);
	rmdir(root);
}

/* So many sessions, and no more; one that goes makes room */
static void bounded_check(const char *backend)
{
	struct dp_config config = upf_config(backend);
	struct dp_session s;
	struct bed bed;

	config.sessions_max = 2;
	upf_make(&bed);
	bed_start(&bed, &config, NULL);
	s = upf_session(&bed, 1, UE, TEID_UPF, 0x3006);
	apply(&bed, &s);
	s = upf_session(&bed, 2, UE_QFI, TEID_UPF_QFI, 0x3007);
	apply(&bed, &s);
	s = upf_session(&bed, 3, UE_NARROW, TEID_UPF_NARROW, 0x3008);
	tap_ok(refused(&bed, &s, -ENOSPC, DP_ERROR_SESSION, 0),
	       "a third session of two is refused");
	tap_ok(both_pass(&bed, 0x3006), "the first passes");
	tap_ok(!dataplane_session_remove(bed.dp, 2) && !dataplane_session_apply(bed.dp, &s, NULL),
	       "and without the second the third finds room");
	bed_free(&bed);
}

static void port_taken_check(const char *backend)
{
	const struct dp_config config = upf_config(backend);
	struct dataplane *second;
	struct dp_error err;
	struct bed bed;

	upf_start(&bed, backend, NULL);
	netns_enter(&bed.node);
	tap_ok(dataplane_new(&config, NULL, &second, &err) == -EADDRINUSE && err.text[0],
	       "a second data plane is refused: %s", err.text);
	bed_free(&bed);
}

/* The bearer moves to another radio link */
static void handover_check(const char *backend)
{
	static const uint8_t far_mac[6] = {0x02, 0xba, 0, 0, 1, 1};
	static const uint8_t gnb_mac[6] = RADIO_GNB_MAC;
	struct packet down = {.form = PACKET_TUNNEL,
			      .outer_src = UPF_N3,
			      .outer_dst = GNB_N3,
			      .teid = TEID_GNB,
			      .src = SERVER,
			      .dst = UE};
	const struct packet plain = {.form = PACKET_PLAIN, .src = SERVER, .dst = UE};
	struct dp_session s;
	struct bed bed;
	int other;

	gnb_start(&bed, backend, NULL);
	link_make(&bed.tester, "t-radio2", far_mac, &bed.node, "radio2", gnb_mac, 1500);
	other = port_open(&bed.tester, "t-radio2");
	netns_enter(&bed.node);
	if (dataplane_radio_add(bed.dp, link_index(&bed.node, "radio2")))
		bail("dataplane_radio_add", EIO);
	s = gnb_session(&bed);
	apply(&bed, &s);
	tap_ok(passes(&bed, PORT_N3, &down, PORT_RADIO, &plain), "gNB: the first radio link");
	s.bearer.ifindex = link_index(&bed.node, "radio2");
	apply(&bed, &s);
	inject(&bed, PORT_N3, &down);
	close(bed.port[PORT_RADIO]);
	bed.port[PORT_RADIO] = other;
	tap_ok(frame_equal(&plain, PORT_RADIO, receive(&bed, PORT_RADIO, WAIT_MS)),
	       "gNB: a bearer moves to another radio link");
	tap_ok(!dataplane_radio_remove(bed.dp, s.bearer.ifindex) &&
		       dataplane_radio_remove(bed.dp, s.bearer.ifindex) == -ENOENT,
	       "gNB: a radio link is removed once");
	bed_free(&bed);
}

static void life_check(const char *backend)
{
	struct heard heard = {0};
	const struct dp_events events = {
		.error_indication = on_error, .path = on_path, .user = &heard};
	struct bed bed;

	upf_start(&bed, backend, &events);
	many_check(&bed);
	removed_check(&bed);
	change_check(&bed);
	refusal_check(&bed);
	if (bed.gtp)
		driver_refusal_check(&bed);
	path_check(&bed, &heard);
	flood_check(&bed);
	bed_free(&bed);
}

int main(int argc, char **argv)
{
	if (argc != 2) {
		fprintf(stderr, "usage: dataplane_life BACKEND\n");
		return 2;
	}
	life_check(argv[1]);
	handover_check(argv[1]);
	bounded_check(argv[1]);
	port_taken_check(argv[1]);
	takeover_check(argv[1]);
	if (!strcmp(argv[1], "ebpf")) {
		takeover_check("xdp");
		xdp_takeover_check();
		foreign_check();
	}
	pins_check(argv[1]);
	return tap_end();
}
