/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A real upf in a namespace of its own, with a gNB's and an edge's end of N3 and N6 beside it, and
 * SMFs that say what a test has them say. The test's process lives in the UPF's namespace; N4 is on
 * its loopback.
 */
#ifndef BATON_TESTS_UPF_BED_H
#define BATON_TESTS_UPF_BED_H

#include <jansson.h>
#include <sys/types.h>

#include "lib/pfcp/pfcp.h"
#include "tests/integration/dataplane_net.h"

enum { BED_DATAGRAM = 65536 };

/* An SMF: a socket, and what it says of itself */
struct smf {
	int fd;
	struct in_addr addr;
	uint32_t stamp;
	uint32_t sequence; /* of the latest request */
	size_t reply_len;
	uint8_t reply[BED_DATAGRAM];
	struct pfcp_msg msg, answer; /* to build in; the latest answer */
	struct pfcp_msg request;     /* the latest request by the UPF that wasn't a heartbeat */
};

struct bed {
	struct netns upf, gnb, edge;
	struct in_addr n4, n3;
	/* UDP 2152 of 10.101.1.1 and .2, UDP 9000 of 10.110.1.2 */
	int gnb_fd, gnb2_fd, edge_fd;
	pid_t pid;
	char config_path[64];
};

/**
 * bed_make - namespaces, links, addresses, routes; the calling thread is in bed->upf afterwards
 * @backend: the UPF's data plane
 */
void bed_make(struct bed *bed, const char *backend);
void bed_free(struct bed *bed);
/** bed_resize - for so many sessions in the next upf_run, with a configuration of its own; bed_make
 * does so for 10.60.1.0/24 */
void bed_resize(struct bed *bed, const char *backend, const char *ue_pool, unsigned sessions_max);
/** bed_configure - more lines for the next upf_run's configuration */
void bed_configure(struct bed *bed, const char *lines);

/** bed_substitute - the same with @is where it says @was */
void bed_substitute(struct bed *bed, const char *was, const char *is);

/** upf_run - start build/bin/upf ($BATON_UPF) and wait until it is ready; bails out if it doesn't
 * get so */
void upf_run(struct bed *bed);
/** upf_spawn - start it, and no more */
void upf_spawn(struct bed *bed);
/** upf_end - send @signal and wait; Return: wait status */
int upf_end(struct bed *bed, int signal);
/** upf_get - a GET, parsed; NULL: none. Freed by the caller */
json_t *upf_get(const char *path);
/** upf_text - a GET's body, if its status is @status. Freed by the caller */
char *upf_text(const char *path, unsigned status);
/** upf_state - sessions, rules and TEIDs in use as one text, to be compared. Freed by the caller */
char *upf_state(void);

/** upf_rules_state - the same without what is counted */
char *upf_rules_state(void);

void smf_open(struct smf *smf, const char *addr, uint32_t stamp);
void smf_close(struct smf *smf);
/**
 * smf_exchange - send octets and wait for the answer to them
 *
 * Heartbeats of the UPF are answered meanwhile.
 * Return: whether an answer of type @type and number @sequence came within 3 s; it is in
 * smf->answer
 */
bool smf_exchange(struct smf *smf, const struct bed *bed, const uint8_t *buf, size_t len,
		  uint8_t type, uint32_t sequence);
/** smf_request - send smf->msg with a new sequence number and wait for the answer */
bool smf_request(struct smf *smf, const struct bed *bed);
/** smf_send - octets without waiting */
void smf_send(struct smf *smf, const struct bed *bed, const uint8_t *buf, size_t len);
/** smf_await - wait for a request of @type by the UPF, then in smf->request; Return: whether it
 * came in @timeout_ms */
bool smf_await(struct smf *smf, const struct bed *bed, uint8_t type, int timeout_ms);

/** smf_accept - cause 1 to smf->request, an Association Update or Node Report Request */
void smf_accept(struct smf *smf, const struct bed *bed);

/* User packets. @ue: the inner source or destination; the edge's end is 10.110.1.2 port 9000 */
void gnb_send(struct bed *bed, uint32_t teid, uint8_t qfi, struct in_addr ue, const char *text);
/** n9_send - downlink in a tunnel, as another UPF would; @qfi: 0: without a container */
void n9_send(struct bed *bed, uint32_t teid, uint8_t qfi, struct in_addr ue, const char *text);
/** edge_receive - Return: whether @text came from @ue within @timeout_ms */
bool edge_receive(struct bed *bed, struct in_addr ue, const char *text, int timeout_ms);
void edge_send(struct bed *bed, struct in_addr ue, const char *text);
/* What comes to a gNB, or to whoever else has a tunnel's other end; @text: of a UDP packet */
struct gnb_packet {
	uint8_t type; /* enum gtpu_type */
	uint8_t qfi;  /* 0: no PDU session container */
	uint32_t teid;
	char text[64];
};
/** gnb_next - from the UPF; Return: false: none within @timeout_ms */
bool gnb_next(struct bed *bed, int fd, struct gnb_packet *ret, int timeout_ms);
/** gnb_receive - the next G-PDU; Return: false: none within @timeout_ms */
bool gnb_receive(struct bed *bed, int fd, uint32_t *ret_teid, uint8_t *ret_qfi, int timeout_ms);
/** gnb_told - Return: whether an Error Indication for @teid of the UPF's came within @timeout_ms */
bool gnb_told(struct bed *bed, uint32_t teid, int timeout_ms);
/** gnb_answer_echo - wait for an Echo Request and answer it; Return: whether one came */
bool gnb_answer_echo(struct bed *bed, int timeout_ms);
/** gnb_error - an Error Indication for a TEID of the gNB's */
void gnb_error(struct bed *bed, struct in_addr gnb, uint32_t teid);

#endif
