// SPDX-License-Identifier: Apache-2.0
/* SCTP associations as N2 connections. */
#include "smf-lite/n2_sctp.h"

static int wire_send(void *link, uint16_t stream, const void *data, size_t len)
{
	return sctp_send(link, stream, NGAP_PPID, data, len);
}

static void wire_abort(void *link)
{
	sctp_abort(link);
}

const struct n2_wire n2_sctp_wire = {wire_send, wire_abort};

static void on_message(struct sctp_assoc *assoc, uint16_t stream, uint32_t ppid, const void *data,
		       size_t len, void *user)
{
	struct n2_conn *conn = user;

	if (conn)
		n2_conn_receive(conn, ppid, data, len);
}

static void on_down(struct sctp_assoc *assoc, int error, void *user)
{
	struct n2_conn *conn = user;

	if (conn)
		n2_conn_closed(conn);
}

/* The listener's user is the n2, an association's its n2_conn: one table of events serves both. */
static const struct sctp_events events = {.message = on_message, .down = on_down};

static void *on_accepted(struct sctp_assoc *assoc, void *user)
{
	struct sockaddr_in peer = sctp_peer(assoc);
	struct n2_conn *conn = n2_conn_open(user, assoc, &peer);

	if (!conn) /* over the bound: kept, it would be an association that nothing counts */
		sctp_abort(assoc);
	return conn;
}

int n2_sctp_listen(struct n2 *n2, struct in_addr addr, struct sctp_listener **ret_listener)
{
	struct sockaddr_in local = {
		.sin_family = AF_INET, .sin_addr = addr, .sin_port = htons(NGAP_PORT)};

	return sctp_listen(n2->smf->loop, SCTP_AUTO, &local, &events, on_accepted, n2,
			   ret_listener);
}

void n2_sctp_close(struct n2 *n2)
{
	for (size_t i = 0; i < SMF_GNBS_MAX; i++)
		if (n2->conns[i].link)
			sctp_close(n2->conns[i].link);
}
