// SPDX-License-Identifier: Apache-2.0
/* A real upf between a scripted SMF, gNB and edge; see the header. */
#include "tests/integration/upf_bed.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/gtpu/gtpu.h"
#include "lib/http_client.h"

enum { UE_PORT = 5000, EDGE_PORT = 9000, WAIT_MS = 3000, BED_SESSIONS_MAX = 65536 };

static const uint8_t mac_n3[6] = {2, 0, 0, 0, 3, 1}, mac_gnb[6] = {2, 0, 0, 0, 3, 2};
static const uint8_t mac_n6[6] = {2, 0, 0, 0, 6, 1}, mac_edge[6] = {2, 0, 0, 0, 6, 2};

static const char config_text[] = "name: upf-test\n"
				  "n4_address: 127.0.4.1\n"
				  "n3_address: 10.101.2.1\n"
				  "n3_device: n3\n"
				  "n6_device: n6\n"
				  "dataplane: %s\n"
				  "ue_pools: [%s]\n"
				  "sessions_max: %u\n"
				  "protected: [10.101.0.0/16]\n"
				  "rest_address: 127.0.0.1\n";

static int udp_open(struct netns *netns, const char *addr, uint16_t port)
{
	struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr = ip(addr)};
	int fd;

	netns_enter(netns);
	at.sin_port = htons(port);
	fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd < 0 || bind(fd, (struct sockaddr *)&at, sizeof(at)))
		bail(addr, errno);
	return fd;
}

void bed_resize(struct bed *bed, const char *backend, const char *ue_pool, unsigned sessions_max)
{
	const bool known = bed->config_path[0];
	int fd;

	if (!known)
		strcpy(bed->config_path, "/tmp/upf_n4.XXXXXX");
	fd = known ? open(bed->config_path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600)
		   : mkstemp(bed->config_path);
	if (fd < 0 || dprintf(fd, config_text, backend, ue_pool, sessions_max) < 0)
		bail(bed->config_path, errno);
	close(fd);
}

void bed_make(struct bed *bed, const char *backend)
{
	memset(bed, 0, sizeof(*bed));
	bed->n4 = ip("127.0.4.1");
	bed->n3 = ip("10.101.2.1");
	netns_make(&bed->gnb);
	netns_make(&bed->edge);
	netns_make(&bed->upf);
	link_make(&bed->upf, "n3", mac_n3, &bed->gnb, "n3", mac_gnb, 1500);
	link_make(&bed->upf, "n6", mac_n6, &bed->edge, "n6", mac_edge, 1500);
	netns_enter(&bed->upf);
	addr_add(&bed->upf, "n3", "10.101.2.1", 16);
	addr_add(&bed->upf, "n6", "10.110.1.1", 24);
	route_add(&bed->upf, "n6", "0.0.0.0", 0, "10.110.1.2", 106);
	route_add(&bed->upf, "n6", "10.110.1.0", 24, NULL, 106);
	neigh_add(&bed->upf, "n3", "10.101.1.1", mac_gnb);
	neigh_add(&bed->upf, "n3", "10.101.1.2", mac_gnb);
	neigh_add(&bed->upf, "n6", "10.110.1.2", mac_edge);
	addr_add(&bed->gnb, "n3", "10.101.1.1", 16);
	addr_add(&bed->gnb, "n3", "10.101.1.2", 16);
	neigh_add(&bed->gnb, "n3", "10.101.2.1", mac_n3);
	addr_add(&bed->edge, "n6", "10.110.1.2", 24);
	neigh_add(&bed->edge, "n6", "10.110.1.1", mac_n6);
	route_add(&bed->edge, "n6", "10.60.1.0", 24, "10.110.1.1", 0);
	bed->gnb_fd = udp_open(&bed->gnb, "10.101.1.1", GTPU_PORT);
	bed->gnb2_fd = udp_open(&bed->gnb, "10.101.1.2", GTPU_PORT);
	bed->edge_fd = udp_open(&bed->edge, "10.110.1.2", EDGE_PORT);
	netns_enter(&bed->upf);
	bed_resize(bed, backend, "10.60.1.0/24", BED_SESSIONS_MAX);
}

void bed_free(struct bed *bed)
{
	if (bed->pid)
		upf_end(bed, SIGKILL);
	close(bed->gnb_fd);
	close(bed->gnb2_fd);
	close(bed->edge_fd);
	unlink(bed->config_path);
	netns_free(&bed->upf);
	netns_free(&bed->gnb);
	netns_free(&bed->edge);
}

void bed_configure(struct bed *bed, const char *lines)
{
	FILE *f = fopen(bed->config_path, "a");

	if (!f || fputs(lines, f) < 0 || fclose(f))
		bail(bed->config_path, errno);
}

void bed_substitute(struct bed *bed, const char *was, const char *is)
{
	char text[4096], *at;
	FILE *f = fopen(bed->config_path, "r+");
	size_t n = f ? fread(text, 1, sizeof(text) - 1, f) : 0;

	text[n] = 0;
	at = strstr(text, was);
	if (!at)
		bail(was, ENOENT);
	rewind(f);
	if (fprintf(f, "%.*s%s%s", (int)(at - text), text, is, at + strlen(was)) < 0 || fclose(f))
		bail(bed->config_path, errno);
}

/* ---- the process ---- */

static bool get(const char *path, struct http_answer *answer)
{
	char url[256];
	struct http_call call = {.method = "GET", .url = url, .timeout_ms = 1000};

	snprintf(url, sizeof(url), "http://127.0.0.1:8082%s", path);
	return !http_call_blocking(&call, answer) && !answer->error;
}

static bool healthy(void)
{
	struct http_answer answer;
	bool ok = get("/healthz", &answer) && answer.status == 204;

	http_answer_done(&answer);
	return ok;
}

void upf_spawn(struct bed *bed)
{
	const char *program = getenv("BATON_UPF") ? getenv("BATON_UPF") : "build/bin/upf";

	bed->pid = fork();
	if (bed->pid < 0)
		bail("fork", errno);
	if (bed->pid == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL); /* also where a test bails out */
		execl(program, "upf", "--config", bed->config_path, NULL);
		_exit(127);
	}
}

void upf_run(struct bed *bed)
{
	uint64_t end = now_ms() + 60000; /* BPF programs take long to load on a busy machine */

	upf_spawn(bed);
	while (!healthy()) {
		if (now_ms() > end || waitpid(bed->pid, NULL, WNOHANG) == bed->pid)
			bail("upf doesn't come up", ETIMEDOUT);
		poll(NULL, 0, 10);
	}
}

int upf_end(struct bed *bed, int signal)
{
	int status = 0;

	kill(bed->pid, signal);
	waitpid(bed->pid, &status, 0);
	bed->pid = 0;
	return status;
}

json_t *upf_get(const char *path)
{
	struct http_answer answer;
	json_t *body = get(path, &answer) && answer.status == 200 ? json_incref(answer.body) : NULL;

	http_answer_done(&answer);
	return body;
}

char *upf_text(const char *path, unsigned status)
{
	struct http_answer answer;
	char *text = get(path, &answer) && answer.status == status ? strdup(answer.text) : NULL;

	http_answer_done(&answer);
	return text;
}

char *upf_state(void)
{
	json_t *sessions = upf_get("/v1/sessions"), *status = upf_get("/v1/status");
	json_t *all = json_pack("{s:o*, s:O*}", "sessions", sessions, "teids",
				json_object_get(status, "teids"));
	char *text = json_dumps(all, JSON_SORT_KEYS | JSON_INDENT(1));

	json_decref(status);
	json_decref(all);
	return text;
}

char *upf_rules_state(void)
{
	json_t *sessions = upf_get("/v1/sessions"), *session;
	size_t i;
	char *text;

	json_array_foreach(json_object_get(sessions, "sessions"), i, session)
	{
		json_object_del(session, "counters");
		json_object_del(session, "urrs");
	}
	text = json_dumps(sessions, JSON_SORT_KEYS | JSON_INDENT(1));
	json_decref(sessions);
	return text;
}

/* ---- SMFs ---- */

void smf_open(struct smf *smf, const char *addr, uint32_t stamp)
{
	struct sockaddr_in at = {.sin_family = AF_INET, .sin_port = htons(PFCP_PORT)};

	memset(smf, 0, sizeof(*smf));
	smf->addr = at.sin_addr = ip(addr);
	smf->stamp = stamp;
	smf->sequence = 100;
	smf->fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (smf->fd < 0 || bind(smf->fd, (struct sockaddr *)&at, sizeof(at)))
		bail(addr, errno);
}

void smf_close(struct smf *smf)
{
	close(smf->fd);
}

void smf_send(struct smf *smf, const struct bed *bed, const uint8_t *buf, size_t len)
{
	struct sockaddr_in to = {
		.sin_family = AF_INET, .sin_addr = bed->n4, .sin_port = htons(PFCP_PORT)};

	if (sendto(smf->fd, buf, len, 0, (struct sockaddr *)&to, sizeof(to)) < 0)
		bail("sendto", errno);
}

static void send_msg(struct smf *smf, const struct bed *bed, const struct pfcp_msg *msg)
{
	static uint8_t buf[BED_DATAGRAM];
	size_t len;

	if (pfcp_encode(msg, buf, sizeof(buf), &len))
		bail("a test's own message", EINVAL);
	smf_send(smf, bed, buf, len);
}

/* The next datagram that isn't a heartbeat, into smf->answer. Return: false: none until @end_ms */
static bool next_message(struct smf *smf, const struct bed *bed, uint64_t end_ms)
{
	struct pollfd p = {.fd = smf->fd, .events = POLLIN};
	static struct pfcp_msg beat;
	ssize_t n;

	for (uint64_t now = now_ms(); now < end_ms; now = now_ms()) {
		if (poll(&p, 1, (int)(end_ms - now)) <= 0)
			continue;
		n = recv(smf->fd, smf->reply, sizeof(smf->reply), 0);
		if (n < 0)
			continue;
		smf->reply_len = (size_t)n;
		if (pfcp_decode(smf->reply, smf->reply_len, &smf->answer, NULL))
			bail("the UPF sent what can't be read", EBADMSG);
		if (smf->answer.header.type != PFCP_HEARTBEAT_REQUEST)
			return true;
		pfcp_msg_init(&beat, PFCP_HEARTBEAT_RESPONSE, 0, smf->answer.header.sequence);
		beat.heartbeat_response.recovery_time_stamp = smf->stamp;
		send_msg(smf, bed, &beat);
	}
	return false;
}

bool smf_exchange(struct smf *smf, const struct bed *bed, const uint8_t *buf, size_t len,
		  uint8_t type, uint32_t sequence)
{
	uint64_t end = now_ms() + WAIT_MS;

	smf_send(smf, bed, buf, len);
	while (next_message(smf, bed, end))
		if (smf->answer.header.type == type && smf->answer.header.sequence == sequence)
			return true;
	return false;
}

bool smf_request(struct smf *smf, const struct bed *bed)
{
	static uint8_t buf[BED_DATAGRAM];
	size_t len;

	smf->msg.header.sequence = ++smf->sequence;
	if (pfcp_encode(&smf->msg, buf, sizeof(buf), &len))
		bail("a test's own message", EINVAL);
	return smf_exchange(smf, bed, buf, len, (uint8_t)(smf->msg.header.type + 1), smf->sequence);
}

bool smf_await(struct smf *smf, const struct bed *bed, uint8_t type, int timeout_ms)
{
	uint64_t end = now_ms() + (uint64_t)timeout_ms;

	while (next_message(smf, bed, end)) {
		if (smf->answer.header.type != type)
			continue;
		smf->request = smf->answer;
		return true;
	}
	return false;
}

void smf_accept(struct smf *smf, const struct bed *bed)
{
	const struct pfcp_node_id id = {.type = PFCP_NODE_IP4, .ip4 = smf->addr};
	static struct pfcp_msg m;

	pfcp_msg_init(&m, (uint8_t)(smf->request.header.type + 1), 0, smf->request.header.sequence);
	if (m.header.type == PFCP_NODE_REPORT_RESPONSE) {
		m.node_report_response.node_id = id;
		m.node_report_response.cause = PFCP_CAUSE_ACCEPTED;
	} else {
		m.association_update_response.node_id = id;
		m.association_update_response.cause = PFCP_CAUSE_ACCEPTED;
	}
	send_msg(smf, bed, &m);
}

/* ---- user packets ---- */

static uint16_t checksum(const uint8_t *buf, size_t len)
{
	uint32_t sum = 0;

	for (size_t i = 0; i < len; i += 2)
		sum += (uint32_t)buf[i] << 8 | buf[i + 1];
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return (uint16_t)~sum;
}

/* An IPv4/UDP packet from the UE to the edge or back, without a UDP checksum; Return: its length */
static size_t inner_build(uint8_t *buf, struct in_addr ue, bool uplink, const char *text)
{
	size_t len = 28 + strlen(text);
	struct in_addr edge = ip("10.110.1.2");
	const uint8_t head[28] = {
		0x45, 0, 0, (uint8_t)len, 0,	1,    0,    0, 64,
		17,   0, 0, [20] = 0x13,  0x88, 0x23, 0x28, 0, (uint8_t)(len - 20)};
	uint16_t sum;

	memcpy(buf, head, sizeof(head));
	memcpy(buf + 12, uplink ? &ue : &edge, 4);
	memcpy(buf + 16, uplink ? &edge : &ue, 4);
	memcpy(buf + 28, text, strlen(text));
	sum = htons(checksum(buf, 20));
	memcpy(buf + 10, &sum, 2);
	return len;
}

static void gtpu_send(struct bed *bed, const struct gtpu_msg *msg)
{
	struct sockaddr_in to = {
		.sin_family = AF_INET, .sin_addr = bed->n3, .sin_port = htons(GTPU_PORT)};
	uint8_t buf[2048];
	size_t len;

	if (gtpu_encode(msg, buf, sizeof(buf), &len))
		bail("a test's own packet", EINVAL);
	if (sendto(bed->gnb_fd, buf, len, 0, (struct sockaddr *)&to, sizeof(to)) < 0)
		bail("sendto", errno);
}

void gnb_send(struct bed *bed, uint32_t teid, uint8_t qfi, struct in_addr ue, const char *text)
{
	uint8_t inner[512];
	struct gtpu_msg msg = {.header = {.type = GTPU_G_PDU, .teid = teid}};

	msg.header.has_psc = qfi != 0;
	msg.header.psc.type = GTPU_PSC_UL;
	msg.header.psc.qfi = qfi;
	msg.payload = inner;
	msg.payload_len = inner_build(inner, ue, true, text);
	gtpu_send(bed, &msg);
}

void n9_send(struct bed *bed, uint32_t teid, uint8_t qfi, struct in_addr ue, const char *text)
{
	uint8_t inner[512];
	struct gtpu_msg msg = {.header = {.type = GTPU_G_PDU, .teid = teid}};

	msg.header.has_psc = qfi != 0;
	msg.header.psc.type = GTPU_PSC_DL;
	msg.header.psc.qfi = qfi;
	msg.payload = inner;
	msg.payload_len = inner_build(inner, ue, false, text);
	gtpu_send(bed, &msg);
}

void gnb_error(struct bed *bed, struct in_addr gnb, uint32_t teid)
{
	const struct gtpu_msg msg = {
		.header = {.type = GTPU_ERROR_INDICATION},
		.error_teid = teid,
		.error_ip4 = gnb,
	};

	gtpu_send(bed, &msg);
}

static ssize_t receive(int fd, uint8_t *buf, size_t size, struct sockaddr_in *ret_from,
		       int timeout_ms)
{
	struct pollfd p = {.fd = fd, .events = POLLIN};
	socklen_t len = sizeof(*ret_from);

	if (poll(&p, 1, timeout_ms) <= 0)
		return -1;
	return recvfrom(fd, buf, size, 0, (struct sockaddr *)ret_from, &len);
}

bool edge_receive(struct bed *bed, struct in_addr ue, const char *text, int timeout_ms)
{
	struct sockaddr_in from;
	uint8_t buf[2048];
	ssize_t n = receive(bed->edge_fd, buf, sizeof(buf), &from, timeout_ms);

	return n == (ssize_t)strlen(text) && !memcmp(buf, text, (size_t)n) &&
	       from.sin_addr.s_addr == ue.s_addr && ntohs(from.sin_port) == UE_PORT;
}

void edge_send(struct bed *bed, struct in_addr ue, const char *text)
{
	struct sockaddr_in to = {.sin_family = AF_INET, .sin_addr = ue, .sin_port = htons(UE_PORT)};

	if (sendto(bed->edge_fd, text, strlen(text), 0, (struct sockaddr *)&to, sizeof(to)) < 0)
		bail("sendto", errno);
}

/* The text of a UDP packet over IPv4 */
static void text_of(const uint8_t *inner, size_t len, char *ret, size_t size)
{
	const size_t n = len > 28 ? len - 28 : 0;

	snprintf(ret, size, "%.*s", (int)n, n ? (const char *)inner + 28 : "");
}

bool gnb_next(struct bed *bed, int fd, struct gnb_packet *ret, int timeout_ms)
{
	struct sockaddr_in from;
	struct gtpu_msg msg;
	uint8_t buf[2048];
	ssize_t n = receive(fd, buf, sizeof(buf), &from, timeout_ms);

	if (n < 0 || gtpu_decode(buf, (size_t)n, &msg) || from.sin_addr.s_addr != bed->n3.s_addr)
		return false;
	*ret = (struct gnb_packet){
		.type = msg.header.type,
		.teid = msg.header.teid,
		.qfi = msg.header.has_psc ? msg.header.psc.qfi : 0,
	};
	if (ret->type == GTPU_G_PDU)
		text_of(msg.payload, msg.payload_len, ret->text, sizeof(ret->text));
	return true;
}

bool gnb_receive(struct bed *bed, int fd, uint32_t *ret_teid, uint8_t *ret_qfi, int timeout_ms)
{
	struct gnb_packet packet;

	if (!gnb_next(bed, fd, &packet, timeout_ms) || packet.type != GTPU_G_PDU)
		return false;
	*ret_teid = packet.teid;
	*ret_qfi = packet.qfi;
	return true;
}

bool gnb_told(struct bed *bed, uint32_t teid, int timeout_ms)
{
	struct sockaddr_in from;
	struct gtpu_msg msg;
	uint8_t buf[2048];
	ssize_t n = receive(bed->gnb_fd, buf, sizeof(buf), &from, timeout_ms);

	return n > 0 && !gtpu_decode(buf, (size_t)n, &msg) &&
	       msg.header.type == GTPU_ERROR_INDICATION && msg.error_teid == teid &&
	       msg.error_ip4.s_addr == bed->n3.s_addr;
}

bool gnb_answer_echo(struct bed *bed, int timeout_ms)
{
	uint64_t end = now_ms() + (uint64_t)timeout_ms;
	struct sockaddr_in from;
	struct gtpu_msg msg;
	uint8_t buf[2048];

	for (uint64_t now = now_ms(); now < end; now = now_ms()) {
		ssize_t n = receive(bed->gnb_fd, buf, sizeof(buf), &from, (int)(end - now));

		if (n < 0 || gtpu_decode(buf, (size_t)n, &msg) ||
		    msg.header.type != GTPU_ECHO_REQUEST)
			continue;
		const struct gtpu_msg answer = {.header = {.type = GTPU_ECHO_RESPONSE,
							   .has_sequence = true,
							   .sequence = msg.header.sequence}};
		gtpu_send(bed, &answer);
		return true;
	}
	return false;
}
