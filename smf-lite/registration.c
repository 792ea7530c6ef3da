// SPDX-License-Identifier: Apache-2.0
/* Registration and deregistration: identity, the merge with what is known of that UE, accept and
 * complete. */
#include "smf-lite/registration.h"

#include <stdio.h>
#include <string.h>

#include "lib/log.h"
#include "smf-lite/amf_n2.h"
#include "smf-lite/guami.h"
#include "smf-lite/session.h"
#include "smf-lite/store.h"
#include "smf-lite/timer.h"

static const struct ngap_cause cause_normal = {NGAP_CAUSE_NAS, NGAP_NAS_NORMAL_RELEASE};
static const struct ngap_cause cause_deregister = {NGAP_CAUSE_NAS, NGAP_NAS_DEREGISTER};

/* The UE is refused and forgotten, also when it was registered before: it counts as deregistered.
 */
static void reject(struct ue *ue, uint8_t cause)
{
	struct nas_message msg = {.type = NAS_REGISTRATION_REJECT};

	ue->smf->counters.drop[SMF_registration_rejected]++;
	log_warn("registration", "ue=%s what=rejected cause=%u", ue->supi, cause);
	msg.registration_reject.cause = cause;
	ue_send_nas(ue, &msg);
	ue_context_release(ue, (struct ngap_cause){NGAP_CAUSE_NAS, NGAP_NAS_UNSPECIFIED});
	if (ue->supi[0])
		ue_deregister(ue);
	else
		ue_free(ue);
}

static void fill_accept(struct ue *ue, struct nas_message *msg)
{
	const struct smf_config *config = ue->smf->config;
	struct nas_registration_accept *a = &msg->registration_accept;
	struct ngap_allowed_nssai allowed;

	memset(msg, 0, sizeof(*msg));
	msg->type = NAS_REGISTRATION_ACCEPT;
	a->access = NAS_ACCESS_3GPP;
	a->has_guti = true;
	a->guti.type = NAS_ID_GUTI;
	a->guti.guti = guami_guti(config, ue->tmsi);
	a->tais.count = 1;
	a->tais.item[0].plmn = guami_plmn_nas(config);
	a->tais.item[0].tac = config->tac;
	guami_allowed(config, &ue->request.requested_nssai, &allowed);
	a->allowed_nssai.count = allowed.count;
	for (size_t i = 0; i < allowed.count; i++)
		a->allowed_nssai.item[i] = (struct nas_snssai){
			allowed.item[i].sst, allowed.item[i].has_sd, allowed.item[i].sd};
	a->has_t3512 = true;
	a->t3512 = SMF_T3512_S;
	a->has_session_status = ue->request.has_session_status;
	for (unsigned id = 1; id <= NGAP_MAX_SESSIONS; id++)
		if (ue->session[id])
			a->session_status |= (uint16_t)(1U << id);
}

/*
 * The NAS octet has algorithm 0 in bit 7, NGAP has algorithm 1 in bit 15. A UE that told nothing
 * gets none: the gNB then uses NEA0/NIA0.
 */
static struct ngap_security_capabilities capabilities(const struct nas_registration_request *r)
{
	struct ngap_security_capabilities c = {0};

	if (!r->has_security_capability)
		return c;
	c.nr_encryption = (uint16_t)((r->security_capability.ea & 0x7f) << 9);
	c.nr_integrity = (uint16_t)((r->security_capability.ia & 0x7f) << 9);
	if (r->security_capability.has_eps) {
		c.eutra_encryption = (uint16_t)((r->security_capability.eps_ea & 0x7f) << 9);
		c.eutra_integrity = (uint16_t)((r->security_capability.eps_ia & 0x7f) << 9);
	}
	return c;
}

static int send_context_setup(struct ue *ue, const uint8_t *nas, size_t len)
{
	struct n2 *n2 = ue->smf->n2;
	struct ngap_pdu *pdu = n2_pdu(n2, NGAP_INITIAL_CONTEXT_SETUP_REQUEST);
	struct ngap_initial_context_setup_request *r = &pdu->initial_context_setup_request;

	r->amf_ue_id = ue->amf_ue_id;
	r->ran_ue_id = ue->ran_ue_id;
	r->guami = guami_ngap(ue->smf->config);
	guami_allowed(ue->smf->config, &ue->request.requested_nssai, &r->allowed_nssai);
	r->security_capabilities = capabilities(&ue->request);
	r->has_nas = true;
	r->nas = (struct ngap_octets){nas, len};
	ue->context = true;
	return n2_send(ue->gnb, n2, N2_STREAM_UE, pdu);
}

static void send_accept(struct ue *ue)
{
	uint8_t buf[NAS_MAX_MESSAGE];
	struct nas_message msg;
	size_t len;

	fill_accept(ue, &msg);
	if (ue->context)
		ue_send_nas(ue, &msg);
	else if (nas_encode(&msg, buf, sizeof(buf), &len) == 0)
		send_context_setup(ue, buf, len);
	else
		ue->smf->counters.drop[SMF_nas_encode_failed]++;
	smf_timer_start(ue->timer, SMF_T3550_MS);
}

static void send_identity_request(struct ue *ue)
{
	struct nas_message msg = {.type = NAS_IDENTITY_REQUEST};

	msg.identity_request.type = NAS_ID_SUCI;
	ue_send_nas(ue, &msg);
	smf_timer_start(ue->timer, SMF_T3570_MS);
}

/* T3550, T3570: the message again, a bounded number of times (cl. 5.4.3.6 b, 5.5.1.2.8 c) */
void registration_timer(void *user)
{
	struct ue *ue = user;

	if (!ue->gnb && ue->supi[0]) { /* TS 24.501 cl. 5.3.7: it has been silent for too long */
		ue_deregister(ue);
		return;
	}
	if (++ue->tries < SMF_NAS_TRIES && ue_connected(ue)) {
		if (ue->state == UE_IDENTIFYING)
			send_identity_request(ue);
		else
			send_accept(ue);
		return;
	}
	if (ue->state == UE_IDENTIFYING) {
		ue_context_release(ue, cause_normal);
		ue_free(ue);
		return;
	}
	/* cl. 5.5.1.2.8 c: the UE counts as registered, the old GUTI and the new one as valid */
	ue->state = UE_REGISTERED;
}

/* Which sessions the UE still has: see registration.h */
static void match_sessions(struct ue *ue)
{
	const struct nas_registration_request *r = &ue->request;

	for (unsigned id = 1; id <= NGAP_MAX_SESSIONS; id++) {
		bool keep = r->has_session_status
				    ? r->session_status >> id & 1
				    : r->registration_type != NAS_INITIAL_REGISTRATION;

		if (ue->session[id] && !keep)
			session_feed(ue->session[id], SESSION_EV_LOCAL_RELEASE, NULL);
	}
}

/*
 * @ue is known by its SUPI. Saved before the accept: what the UE is told outlives us.
 */
static void accept_ue(struct ue *ue)
{
	match_sessions(ue);
	if (!ue->tmsi)
		ue_set_tmsi(ue, 0);
	ue->tries = 0;
	ue->state = UE_ACCEPTING;
	if (store_ue_save(ue)) {
		reject(ue, NAS_MM_CONGESTION);
		return;
	}
	ue->smf->counters.count[SMF_registrations]++;
	log_info("registration", "ue=%s gnb=%s amf_ue_id=%llu ran_ue_id=%u what=accepted", ue->supi,
		 ue->gnb->name, (unsigned long long)ue->amf_ue_id, ue->ran_ue_id);
	send_accept(ue);
	/* Sessions that the UE kept get their user plane back. */
	session_feed_ue(ue, SESSION_EV_UE_BACK);
}

static void refuse_identity(struct ue *ue)
{
	struct nas_message msg = {.type = NAS_REGISTRATION_REJECT};

	ue->smf->counters.drop[SMF_registration_rejected]++;
	msg.registration_reject.cause = NAS_MM_ILLEGAL_UE;
	ue_send_nas(ue, &msg);
}

/* The UE of this connection is @supi: join it with what is known of that subscriber. */
static void identified(struct ue *ue, const char *supi)
{
	struct ue *known = ue_find_supi(ue->smf, supi);

	if (ue->supi[0] && known != ue) { /* a connection belongs to one subscriber */
		refuse_identity(ue);
		return;
	}
	if (!known)
		ue_set_supi(ue, supi);
	if (!known || known == ue) {
		accept_ue(ue);
		return;
	}
	if (known->gnb) /* another connection of the same UE: that one is a thing of the past */
		ue_context_release(known, cause_normal);
	ue_adopt(known, ue);
	known->request = ue->request;
	ue_free(ue);
	accept_ue(known);
}

static void identify_suci(struct ue *ue, const struct nas_identity *id)
{
	char imsi[NAS_MAX_IMSI + 1], supi[SMF_SUPI_SIZE];

	if (nas_suci_imsi(id, imsi)) { /* another protection scheme: there is no key for it here */
		reject(ue, NAS_MM_ILLEGAL_UE);
		return;
	}
	if (!guami_plmn_is_ours(ue->smf->config, &id->suci.plmn)) {
		reject(ue, NAS_MM_PLMN_NOT_ALLOWED);
		return;
	}
	snprintf(supi, sizeof(supi), "imsi-%s", imsi);
	identified(ue, supi);
}

static void ask_identity(struct ue *ue)
{
	ue->tries = 0;
	ue->state = UE_IDENTIFYING;
	send_identity_request(ue);
}

static void identify_guti(struct ue *ue, const struct nas_identity *id)
{
	struct ue *known = NULL;
	char supi[SMF_SUPI_SIZE];

	if (guami_is_ours(ue->smf->config, &id->guti))
		known = ue_find_tmsi(ue->smf, id->guti.tmsi);
	if (!known) {
		ask_identity(ue);
		return;
	}
	memcpy(supi, known->supi, sizeof(supi));
	identified(ue, supi);
}

/* Not kept beyond the request: what points into the message */
static void keep_request(struct ue *ue, const struct nas_registration_request *r)
{
	ue->request = *r;
	memset(&ue->request.identity, 0, sizeof(ue->request.identity));
}

void registration_request(struct ue *ue, const struct nas_message *msg)
{
	const struct nas_registration_request *r = &msg->registration_request;
	struct ngap_allowed_nssai allowed;

	keep_request(ue, r);
	guami_allowed(ue->smf->config, &r->requested_nssai, &allowed);
	if (r->registration_type < NAS_INITIAL_REGISTRATION ||
	    r->registration_type > NAS_PERIODIC_UPDATING) /* no emergency services */
		reject(ue, NAS_MM_ILLEGAL_UE);
	else if (!allowed.count)
		reject(ue, NAS_MM_NO_NETWORK_SLICES);
	else if (r->identity.type == NAS_ID_SUCI)
		identify_suci(ue, &r->identity);
	else if (r->identity.type == NAS_ID_GUTI)
		identify_guti(ue, &r->identity);
	else
		reject(ue, NAS_MM_UE_IDENTITY_UNKNOWN);
}

void registration_identity(struct ue *ue, const struct nas_message *msg)
{
	if (ue->state != UE_IDENTIFYING) {
		ue->smf->counters.drop[SMF_nas_unexpected]++;
		return;
	}
	smf_timer_stop(ue->timer);
	if (msg->identity_response.identity.type == NAS_ID_SUCI)
		identify_suci(ue, &msg->identity_response.identity);
	else
		reject(ue, NAS_MM_UE_IDENTITY_UNKNOWN);
}

void registration_complete(struct ue *ue, const struct nas_message *msg)
{
	if (ue->state != UE_ACCEPTING) {
		ue->smf->counters.drop[SMF_nas_unexpected]++;
		return;
	}
	smf_timer_stop(ue->timer);
	ue->state = UE_REGISTERED;
}

void registration_status(struct ue *ue, const struct nas_message *msg)
{
	log_warn("registration", "ue=%s what=status cause=%u", ue->supi, msg->mm_status.cause);
}

/* Who a deregistration is about: it may come on a connection of its own */
static struct ue *deregistering(struct ue *ue, const struct nas_identity *id)
{
	struct ue *known = NULL;
	char imsi[NAS_MAX_IMSI + 1], supi[SMF_SUPI_SIZE];

	if (ue->supi[0])
		return ue;
	if (id->type == NAS_ID_GUTI && guami_is_ours(ue->smf->config, &id->guti))
		known = ue_find_tmsi(ue->smf, id->guti.tmsi);
	if (id->type == NAS_ID_SUCI && nas_suci_imsi(id, imsi) == 0) {
		snprintf(supi, sizeof(supi), "imsi-%s", imsi);
		known = ue_find_supi(ue->smf, supi);
	}
	return known;
}

void registration_deregister(struct ue *ue, const struct nas_message *msg)
{
	const struct nas_deregistration_request_ue *r = &msg->deregistration_request_ue;
	struct ue *known = deregistering(ue, &r->identity);
	struct nas_message accept_msg = {.type = NAS_DEREGISTRATION_ACCEPT_UE};

	if (!r->switch_off) /* cl. 5.5.2.2.2: one that is switched off hears no answer */
		ue_send_nas(ue, &accept_msg);
	ue_context_release(ue, cause_deregister);
	if (known && known != ue && known->gnb)
		ue_context_release(known, cause_deregister);
	if (known)
		ue_deregister(known);
	if (known != ue)
		ue_free(ue);
}
