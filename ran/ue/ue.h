/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The UE: NAS over a radio link, and one interface pduN for each PDU session.
 *
 * What is agreed with the network lives in the kernel (the interface, its address, its alias with
 * DNN and slice), so that a killed `ue` comes back with its sessions: see bearer.h. Registration is
 * without authentication and NAS without protection (docs/guide.md).
 */
#ifndef BATON_RAN_UE_H
#define BATON_RAN_UE_H

#include <net/if.h>

#include "lib/daemon.h"
#include "lib/http_server.h"
#include "lib/nas/nas.h"
#include "lib/netlink/netlink.h"
#include "ran/radio_link.h"

enum { UE_SESSIONS = 16 /* ids 1 to 15 */, UE_RADIOS_MAX = 8, UE_WAITERS_MAX = 4 };

struct ue_config {
	struct in_addr rest_address;
	uint32_t rest_port;
	char token_file[256];
	char supi[24];
	char mcc[8], mnc[8];
	const struct yaml_node *radios, *sessions;
	char resolv_conf[256];
};

enum ue_session_state {
	UE_SESSION_NONE,
	UE_SESSION_ESTABLISHING,
	UE_SESSION_ACTIVE,
	UE_SESSION_RELEASING
};

struct ue;

struct ue_session {
	struct ue *ue;
	uint8_t id;
	enum ue_session_state state;
	bool wanted; /* established again after a new registration */
	char dnn[NAS_MAX_DNN + 1];
	uint8_t sst, ssc_mode, pti;
	struct in_addr address;
	uint16_t mtu;
	struct in_addr dns[NAS_MAX_DNS];
	size_t dns_count;
	uint64_t generation; /* grows with each establishment of this id, also over a restart:
				microseconds */
	uint64_t requested_ns, established_ns, release_command_ns;
	uint8_t cause;	   /* 5GSM cause of the latest reject or release command */
	unsigned tries;	   /* of the request under way */
	unsigned refusals; /* in a row, of what the UE asked for by itself */
	uv_timer_t timer;  /* T3580 or T3582 */
	struct http_request *waiting[UE_WAITERS_MAX]; /* for the end of the procedure under way */
	size_t waiting_count;
};

struct ue_radio {
	struct ue *ue;
	struct radio_link *link;
	unsigned ifindex;
};

struct ue {
	struct daemon daemon;
	struct ue_config config;
	struct yaml_doc *config_doc;
	char token[128];
	uint32_t ue24;
	struct nl *nl;
	struct bearers *bearers;
	struct ue_radio radio[UE_RADIOS_MAX];
	size_t radio_count, serving;
	char adopted_radio[IFNAMSIZ]; /* where a killed predecessor was served; "": not known */
	bool attached, registered;
	char gnb[RADIO_TEXT_MAX + 1];
	bool handing_over; /* told to go, the target has not said yet that it takes us */
	bool came_over; /* from source, by the latest handover (handover_ns), and not attached since
			 */
	size_t source;	/* then: the radio to return to */
	uv_timer_t handover_timer;
	uint64_t handovers, handovers_failed, handover_ns; /* ns: of the latest command */
	struct nas_guti guti;
	bool has_guti;
	uv_timer_t registration_timer;
	uint64_t registration_retry_ms;
	bool registration_backs_off; /* rejected: the timer is the pause before the next try */
	uint64_t frame_ns;	     /* arrival of the radio frame being handled */
	struct ue_session session[UE_SESSIONS];
	uint8_t next_pti;
	struct http_server *server;
	struct http_stream *streams[8];
	unsigned long long event_count;
	uint64_t nas_malformed, nas_unexpected;
};

/* radio.c */
int radio_start(struct ue *ue);
void radio_stop(struct ue *ue);
void radio_send(struct ue *ue, const struct radio_frame *frame);

/* mm.c: 5GMM, registration and transport */
int mm_start(struct ue *ue);
void mm_stop(struct ue *ue);
/** mm_register - begin again with an initial registration: sessions are gone, wanted ones follow it
 */
void mm_register(struct ue *ue);
/** mm_receive - one NAS PDU from the network */
void mm_receive(struct ue *ue, const uint8_t *nas, size_t len);
/** mm_send_sm - a 5GSM message inside an UL NAS TRANSPORT; @initial: with request type, DNN and
 * S-NSSAI */
void mm_send_sm(struct ue *ue, const struct ue_session *s, const struct nas_message *sm,
		bool initial);

/* sm.c: 5GSM, PDU sessions */
int sm_start(struct ue *ue);
void sm_stop(struct ue *ue);
void sm_receive(struct ue *ue, const uint8_t *sm, size_t len);
/** sm_not_forwarded - the network could not deliver a 5GSM message of ours (TS 24.501
 * cl. 5.4.5.3.3) */
void sm_not_forwarded(struct ue *ue, uint8_t session, uint8_t mm_cause);
void sm_establish(struct ue_session *s);
void sm_release(struct ue_session *s);
/** sm_registered, sm_deregistered - what that means for the sessions */
void sm_registered(struct ue *ue);
void sm_deregistered(struct ue *ue);
/** sm_wanted - how many sessions the UE means to hold */
int sm_wanted(const struct ue *ue);
const char *sm_state_name(enum ue_session_state state);

/* rest.c */
extern const struct http_route ue_routes[];
json_t *rest_session_json(const struct ue_session *s);
/** rest_session_event - tell who watches: "established", "release-commanded", "released",
 * "rejected" */
void rest_session_event(const struct ue_session *s, const char *what);
/* End the requests that wait for this session's procedure */
void rest_answer_established(struct ue_session *s);
void rest_answer_released(struct ue_session *s);
void rest_answer_problem(struct ue_session *s, unsigned status, const char *cause,
			 const char *detail);

#endif
