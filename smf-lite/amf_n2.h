/* SPDX-License-Identifier: Apache-2.0 */
/*
 * N2, the AMF's side of NGAP (TS 38.413): gNBs, their SCTP associations, which message goes to
 * which handler, and the answers to what doesn't fit (cl. 10).
 *
 * A gNB (struct gnb, told by its Global gNB ID) outlives its association (struct n2_conn): when it
 * comes back with UE Retention Information, its UEs go on. The wire border is struct n2_wire: SCTP
 * in the daemon (n2_sctp.c), a recorder in unit tests; bytes on both sides of it are real NGAP.
 */
#ifndef BATON_SMF_AMF_N2_H
#define BATON_SMF_AMF_N2_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/ngap/ngap.h"
#include "smf-lite/smf.h"

/* SCTP streams, TS 38.412 cl. 7: 0 is kept for what belongs to no UE */
enum { N2_STREAM_COMMON = 0, N2_STREAM_UE = 1 };

struct n2_wire {
	int (*send)(void *link, uint16_t stream, const void *data,
		    size_t len);   /* 0 or a negative errno */
	void (*abort)(void *link); /* no further call for that link */
};

struct smf_timer;

/* One association. @gnb is NULL until NG Setup has succeeded. */
struct n2_conn {
	struct n2 *n2;
	void *link; /* NULL: the slot is free */
	struct sockaddr_in peer;
	struct gnb *gnb;
};

/* One gNB that has set up once. @conn is NULL while it is not connected: then @gone runs. */
struct gnb {
	bool used;
	struct n2 *n2;
	struct smf_timer *gone;
	struct ngap_gnb_id id;
	char name[SMF_NAME_SIZE];
	struct n2_conn *conn;
};

struct n2 {
	struct smf *smf;
	struct n2_wire wire;
	struct n2_conn conns[SMF_GNBS_MAX];
	struct gnb gnbs[SMF_GNBS_MAX];
	struct ngap_pdu in, out; /* the PDU handled, the PDU being built: too large for the stack */
};

struct ue;

/** n2_new - Return: 0 or -ENOMEM */
int n2_new(struct smf *smf, const struct n2_wire *wire, struct n2 **ret_n2);
/** n2_free - forgets the associations without a word: the wire is the caller's to close */
void n2_free(struct n2 *n2);

/** n2_conn_open - a new association; Return: NULL when SMF_GNBS_MAX are open: the caller aborts it
 */
struct n2_conn *n2_conn_open(struct n2 *n2, void *link, const struct sockaddr_in *peer);
/** n2_conn_closed - the association has gone; the gNB's UEs are kept for its return, for
 * SMF_GNB_GONE_MS */
void n2_conn_closed(struct n2_conn *conn);
/** n2_conn_receive - one SCTP message; @data borrowed until return */
void n2_conn_receive(struct n2_conn *conn, uint32_t ppid, const void *data, size_t len);

/** n2_gnb_get - the gNB with this id, made (not connected) when it isn't known; Return: NULL when
 * there are too many, or out of memory */
struct gnb *n2_gnb_get(struct n2 *n2, const struct ngap_gnb_id *id);
struct gnb *n2_gnb_find(struct n2 *n2, const struct ngap_gnb_id *id);

/** n2_pdu - an empty PDU to build in: borrowed until the next n2_pdu(); n2_send and friends have
 * encoded it */
struct ngap_pdu *n2_pdu(struct n2 *n2, enum ngap_message type);
/** n2_send - encode and send to a gNB; Return: 0, -ENOTCONN, or what the codec or the wire says;
 * counted */
int n2_send(struct gnb *gnb, struct n2 *n2, uint16_t stream, const struct ngap_pdu *pdu);
int n2_conn_send(struct n2_conn *conn, uint16_t stream, const struct ngap_pdu *pdu);

/* ng_interface.c: procedures that belong to no UE */
void ng_setup_request(struct n2_conn *conn, struct ue *ue, const struct ngap_pdu *pdu);
void ng_reset(struct n2_conn *conn, struct ue *ue, const struct ngap_pdu *pdu);
void ng_error_indication(struct n2_conn *conn, struct ue *ue, const struct ngap_pdu *pdu);
/** ng_gnb_gone - the gNB (@user) hasn't come back in time: its UEs lose their connection */
void ng_gnb_gone(void *user);
/** ng_setup_refuse - NG Setup Failure; @err NULL or why the request couldn't be decoded */
void ng_setup_refuse(struct n2_conn *conn, struct ngap_cause cause, const struct ngap_error *err);

#endif
