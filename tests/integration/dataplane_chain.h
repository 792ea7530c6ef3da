/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The whole user plane in four namespaces:
 *
 *   ue radio ==== radio gNB n3 ==== n3 UPF n6 ==== n6 edge (lo 10.70.0.1)
 *
 * Addresses are those of dataplane_bed.h; nothing is permanent in the neighbour tables of N3 and
 * N6.
 */
#ifndef BATON_TESTS_DATAPLANE_CHAIN_H
#define BATON_TESTS_DATAPLANE_CHAIN_H

#include "tests/integration/dataplane_bed.h"

enum { SERVER_PORT = 5000 };

struct chain {
	struct netns ue, gnb, upf, edge;
	struct dataplane *gnb_dp, *upf_dp;
	bool gtp, bridged;
	bool v6; /* IPv6 in IPv6 */
};

/** chain_make - with session 1, of UE, or UE6; c->bridged: N3 over a bridge in each node */
void chain_make(struct chain *c, const char *backend);
/** chain_make_plain - the same links, and two routers in place of gNB and UPF */
void chain_make_plain(struct chain *c);
void chain_free(struct chain *c);
/* The rules of session n at each side */
struct dp_session chain_upf_side(struct chain *c, unsigned n, const char *ue);
struct dp_session chain_gnb_side(struct chain *c, unsigned n, const char *ue);
void chain_session(struct chain *c, unsigned n, const char *ue);
void session_apply(struct dataplane *dp, const struct dp_session *session);

/** socket_in - bound to an address of either version in a namespace */
int socket_in(struct netns *netns, int type, const char *addr, uint16_t port);
struct sockaddr_in server_addr(void);
/** tcp_connect - a connection from the UE to the edge, whose ends give up after 30 s */
void tcp_connect(struct chain *c, int *ret_ue, int *ret_edge);

#endif
