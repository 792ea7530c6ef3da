/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Two gNBs and a UE for unit tests of ran/gnb: the gNBs' own code, everything around it played: the
 * wire between them, N2, radio links, the data plane and time, which passes when a test says so.
 */
#ifndef BATON_TESTS_GNB_WORLD_H
#define BATON_TESTS_GNB_WORLD_H

#include "ran/gnb/handover.h"

enum { SIDES = 2, LINKS = 4, SENT = 64, RULES = 32, WORLD_QFI = 8 /* and a session's id more */ };

#define WORLD_SUPI "imsi-001010000000001"

/* What a gNB's data plane has, and was told */
struct dataplane {
	const char *backend; /* that it says it is: "gtp", or what a test puts there */
	size_t count, markers, holds;
	struct dp_session session[RULES];
	struct {
		struct in_addr peer;
		uint32_t teid;
	} marker[SENT];
	bool open[DP_HOLDS_MAX], used[DP_HOLDS_MAX], busy[DP_HOLDS_MAX];
	bool full; /* nothing is installed any more */
};

struct radio_link {
	char device[IFNAMSIZ];
	unsigned ifindex;
	uint8_t peer[6];
	bool alive, made;
	size_t sent;
	struct radio_frame frame[SENT];
	struct radio_link_events events;
	void *user;
};

struct side {
	struct gnb g;
	struct dataplane dp;
	struct radio_link link[LINKS];
	struct yaml_node radios, device[LINKS];
	bool deaf; /* to the other gNB */
	bool dead_n2;
	unsigned asked_paths; /* Path Switch Requests */
	struct ngap_path_switch_request path;
	struct ngap_tunnel uplink; /* told with the path of session 1; teid 0: it isn't */
	struct ngap_pdu_session_resource_modify_response modified; /* the latest */
	unsigned releases;					   /* UE Context Release Requests */
	unsigned xn[XN_TYPES];
};

struct world {
	struct side side[SIDES];
	unsigned status; /* of the latest answer over REST, 0: none */
	char cause[32];
};

extern struct world *world;

int world_setup(void **state);
int world_teardown(void **state);
/** world_ue - of a side; its first radio link's */
struct gnb_ue *world_ue(int side);
/** world_attach - the UE is at @side, with so many sessions */
void world_attach(int side, unsigned sessions);
/** world_move - over REST: from side 0 to 1; with what follows between them */
void world_move(void);
/** world_pass - so many milliseconds pass */
void world_pass(unsigned ms);
/** world_talk - what gNBs have said reaches the other one, and its answer, and so on */
void world_talk(void);
void world_frame(int side, const struct radio_frame *frame);
/** world_switched - the AMF acknowledges what @side asked for, without @released (0: none);
 * world_not_switched - or refuses it */
void world_switched(int side, uint8_t released);
void world_not_switched(int side);
/** world_last_frame - the latest of this type that a gNB sent on its first radio link, or NULL */
const struct radio_frame *world_last_frame(int side, enum radio_type type);
/** world_rules - what is installed for a session at a side, or NULL */
const struct dp_session *world_rules(int side, uint8_t session);

#endif
