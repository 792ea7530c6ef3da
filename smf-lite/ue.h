/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The UEs: who is registered, by SUPI, AMF UE NGAP ID and 5G-TMSI, and at which gNB (TS 23.501
 * cl. 5.3).
 *
 * A UE context begins without SUPI when a UE comes with an identity that isn't known
 * (UE_IDENTIFYING), and is stored once its registration is accepted. gnb == NULL means CM-IDLE.
 */
#ifndef BATON_SMF_UE_H
#define BATON_SMF_UE_H

#include <stdbool.h>
#include <stdint.h>
#include <uthash.h>

#include "lib/nas/nas.h"
#include "lib/ngap/ngap.h"
#include "smf-lite/smf.h"

enum ue_state {
	UE_IDENTIFYING, /* Identity Request sent */
	UE_ACCEPTING,	/* Registration Accept sent, Registration Complete awaited */
	UE_REGISTERED,
};

struct gnb;
struct session;
struct smf_timer;
struct upf;

/* A session that was lost without anybody having asked for its end (see anchor.h) */
struct ue_lost {
	struct upf *upf; /* NULL: none */
	char dnn[SMF_NAME_SIZE];
};

struct ue {
	struct smf *smf;
	enum ue_state state;
	char supi[SMF_SUPI_SIZE]; /* "" while UE_IDENTIFYING */
	uint32_t tmsi;		  /* 5G-TMSI; 0: none given */
	struct gnb *gnb;	  /* NULL: CM-IDLE */
	uint64_t amf_ue_id;	  /* good while gnb is set */
	uint32_t ran_ue_id;
	/* Left by the latest path switch: what was on its way there counts. gnb NULL: none */
	struct {
		struct gnb *gnb;
		uint32_t ran_ue_id;
	} former;
	bool context;	/* the gNB has a UE context (Initial Context Setup was sent) */
	unsigned tries; /* of the message that timer repeats */
	struct smf_timer *timer;
	bool path_switching;   /* a Path Switch Request waits for its answer */
	uint16_t switched_ids; /* bit n: session n is in it, and known */
	uint16_t refused_ids;  /* and not known */
	/* The Registration Request under way, as far as the answer needs it */
	struct nas_registration_request request;
	struct session *session[NGAP_MAX_SESSIONS + 1]; /* by PDU session id; [0] is unused */
	struct ue_lost lost[NGAP_MAX_SESSIONS + 1];	/* likewise; not stored */
	UT_hash_handle by_supi, by_amf_id, by_tmsi;
};

struct ue_table {
	struct smf *smf;
	struct ue *supi, *amf_id, *tmsi; /* hash heads */
	size_t count;			 /* UE contexts, those without SUPI included */
	uint64_t last_amf_id;
};

int ue_table_new(struct smf *smf, struct ue_table **ret_table);
void ue_table_free(struct ue_table *table);

/** ue_new - a context without identity or connection; Return: NULL over SMF_UES_MAX (counted) or
 * out of memory */
struct ue *ue_new(struct smf *smf);
/** ue_free - forget it: sessions must have been detached; nothing is sent or stored */
void ue_free(struct ue *ue);

struct ue *ue_find_supi(struct smf *smf, const char *supi);
struct ue *ue_find_amf_id(struct smf *smf, uint64_t amf_ue_id);
struct ue *ue_find_tmsi(struct smf *smf, uint32_t tmsi);
/** ue_find_ran_id - by the gNB's own number for it */
struct ue *ue_find_ran_id(struct smf *smf, const struct gnb *gnb, uint32_t ran_ue_id);

void ue_set_supi(struct ue *ue, const char *supi);
/** ue_set_tmsi - 0: a new one, random and unique */
void ue_set_tmsi(struct ue *ue, uint32_t tmsi);

/** ue_connect - CM-CONNECTED at @gnb under a new AMF UE NGAP ID */
void ue_connect(struct ue *ue, struct gnb *gnb, uint32_t ran_ue_id);
/** ue_connect_as - the same with a known AMF UE NGAP ID (from the database) */
void ue_connect_as(struct ue *ue, struct gnb *gnb, uint32_t ran_ue_id, uint64_t amf_ue_id);
/** ue_adopt - @ue takes over the connection of @from, which is left without one */
void ue_adopt(struct ue *ue, struct ue *from);
/** ue_disconnect - CM-IDLE: nothing is sent; its sessions lose their user plane (session_ue_idle)
 */
void ue_disconnect(struct ue *ue);
/** ue_idle - begin to wait for its return; a UE that doesn't come back is deregistered
 * (registration_timer) */
void ue_idle(struct ue *ue);
/** ue_connected - there is a connection, and the gNB can be reached */
bool ue_connected(const struct ue *ue);

/** ue_context_release - UE Context Release Command for the connection, which ends at once on our
 * side */
void ue_context_release(struct ue *ue, struct ngap_cause cause);
/** ue_deregister - release its sessions locally, forget the UE, here and in the database */
void ue_deregister(struct ue *ue);

/** ue_send_nas - a 5GMM message by Downlink NAS Transport; Return: 0 or a negative errno (counted)
 */
int ue_send_nas(struct ue *ue, const struct nas_message *msg);
/** ue_send_sm - a 5GSM message in a DL NAS Transport */
int ue_send_sm(struct ue *ue, const struct nas_message *sm);
/** ue_send_container - give back a payload that couldn't be forwarded, with a 5GMM cause */
int ue_send_container(struct ue *ue, const struct nas_ul_nas_transport *from, uint8_t mm_cause);

/** ue_wrap_sm - the bytes of a DL NAS Transport with @sm in it; @size >= NAS_MAX_MESSAGE */
int ue_wrap_sm(struct ue *ue, const struct nas_message *sm, uint8_t *buf, size_t size,
	       size_t *ret_len);

#endif
