/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A UPF or a gNB under test, in a namespace of its own, with the tester on all its links:
 *
 *   tester t-n3 ==== n3 UPF n6 ==== t-n6 tester
 *   tester t-n3 ==== n3 gNB radio == t-radio tester
 *
 * Addresses are those of packet_cases.h.
 */
#ifndef BATON_TESTS_DATAPLANE_BED_H
#define BATON_TESTS_DATAPLANE_BED_H

#include "dataplane/address.h"
#include "tests/integration/dataplane_net.h"
#include "tests/integration/packet_build.h"

enum port { PORT_N3, PORT_N6, PORT_RADIO, PORT_N3B, PORT_N6B, PORTS };
enum { WAIT_MS = 5000 };

#define UE	  "10.60.1.2"
#define UE_QFI	  "10.60.1.3"  /* takes QFI 9 only */
#define UE_CLOSED "10.60.1.4"  /* FAR: drop */
#define UE_NARROW "10.60.1.5"  /* MTU 1000 */
#define UE_SHUT	  "10.60.1.6"  /* QER: both gates closed */
#define UE_NONE	  "10.60.1.77" /* in the pool, without a session */
#define SERVER	  "10.70.0.1"
#define GNB_N3	  "10.101.1.1"
#define UPF_N3	  "10.101.2.1"
#define UPF2_N3	  "10.101.2.2"
#define UPF_N6	  "10.110.1.1"
#define EDGE_N6	  "10.110.1.2"

/* Of back ends that carry IPv6 */
#define UE6	   "2001:db8:60:2::2"	/* of a /64 */
#define UE_BOTH	   "10.60.2.1"		/* the same session's */
#define UE6_WHOLE  "2001:db8:60:3::5"	/* a /128 */
#define UE6_SHORT  "2001:db8:60:1ff::7" /* of a /56; MTU 1300 */
#define UE6_NARROW "2001:db8:60:4::2"	/* of a /64; MTU 1000 */
#define UE_O	   "10.60.3.1"	/* whose gNB has IPv6 */
#define UE6_O	   "2001:db8:60:6::2"
#define UE_O_MARKED "10.60.3.2"
#define SERVER6	   "2001:db8:70::1"
#define GNB_N3_6   "2001:db8:101::1"
#define UPF_N3_6   "2001:db8:101::2"
#define UPF2_N3_6  "2001:db8:101::3"
#define UPF_N6_6   "2001:db8:110::1"
#define EDGE_N6_6  "2001:db8:110::2"

enum {
	TEID_UPF = 0x1001, /* UPF's, of UE */
	TEID_UPF_QFI = 0x1002,
	TEID_UPF_CLOSED = 0x1003,
	TEID_UPF_NARROW = 0x1004,
	TEID_N9 = 0x1005, /* UPF to UPF */
	TEID_UPF_SHUT = 0x1006,
	TEID_N9_DOWN = 0x1007,
	TEID_N9_BARE = 0x1008, /* no QFI to mark */
	TEID_GNB = 0x2001,
	TEID_GNB_N9 = 0x2007,
	TEID_UPF2 = 0x5005,
	TEID_UNKNOWN = 0x999,
	TEID_UPF6 = 0x1010, /* of UE6; then of _WHOLE, _SHORT, _NARROW */
	TEID_GNB6 = 0x2010,
	TEID_UPF_O6 = 0x1020, /* of UE_O, UE_O_MARKED */
	TEID_GNB_O6 = 0x2020,
	TEID_N9_O6 = 0x1022, /* to UPF2 by IPv6, then by IPv4 */
	TEID_CP = 0x5010, /* who answers router solicitations */
};

struct bed {
	struct netns tester, node;
	struct dataplane *dp;
	bool gtp;
	int port[PORTS]; /* -1: not on this node */
};

extern const uint8_t node_macs[PORTS][6], peer_macs[PORTS][6];
extern uint8_t frame[PACKET_MAX]; /* what was received last */

struct dp_addr address(const char *text);
struct dp_prefix prefix(const char *addr, unsigned len);
struct dp_config upf_config(const char *backend);
struct dp_config gnb_config(const char *backend);
/** upf_start - the namespace and the data plane; @events: NULL or borrowed */
void upf_start(struct bed *ret_bed, const char *backend, const struct dp_events *events);
void gnb_start(struct bed *ret_bed, const char *backend, const struct dp_events *events);
/** upf_make, gnb_make - the namespace without a data plane */
void upf_make(struct bed *ret_bed);
void gnb_make(struct bed *ret_bed);
/** bed_link - one more link between tester and node; its port in @bed->port[@port] */
void bed_link(struct bed *bed, enum port port, const char *name);
void bed_start(struct bed *bed, const struct dp_config *config, const struct dp_events *events);
void bed_free(struct bed *bed);

/* By the second local address to a peer with IPv6 */
struct dp_destination tunnel(const char *peer, uint32_t teid);
/* Usual sessions: one PDR each way, QFI 9 where the back end can mark it */
struct dp_session upf_session(const struct bed *bed, uint64_t id, const char *ue, uint32_t teid,
			      uint32_t peer_teid);
struct dp_session gnb_session(struct bed *bed);
void apply(struct bed *bed, const struct dp_session *session);

void inject(struct bed *bed, enum port port, const struct packet *packet);
/** receive - the next frame from the node, into `frame`; packets for the node's socket are handled
 * meanwhile */
size_t receive(struct bed *bed, enum port port, int timeout_ms);
void frame_note(const char *what, const uint8_t *data, size_t len);
/** frame_equal - is what was received this packet? Says what differs */
bool frame_equal(const struct packet *packet, enum port port, size_t len);
uint64_t drop_count(struct bed *bed, enum dp_drop reason);

#endif
