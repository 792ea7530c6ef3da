// SPDX-License-Identifier: Apache-2.0
/* What an SMF says most; see the header. */
#include "tests/integration/upf_talk.h"

#include <stdio.h>

struct example talk_example(const struct bed *bed, const struct smf *smf, const char *ue,
			    uint64_t cp_seid)
{
	return (struct example){
		.smf = smf->addr,
		.n3 = bed->n3,
		.ue = ip(ue),
		.gnb = ip("10.101.1.1"),
		.gnb_teid = 7,
		.cp_seid = cp_seid,
	};
}

int talk_associate(struct bed *bed, struct smf *smf, bool retain)
{
	const struct example ex = {.smf = smf->addr};

	example_association(&smf->msg, &ex, smf->stamp);
	smf->msg.association_setup_request.has_retention = retain;
	return smf_request(smf, bed) ? smf->answer.association_setup_response.cause : -1;
}

int talk_established(const struct smf *smf, struct example *ex)
{
	const struct pfcp_session_establishment_response *r =
		&smf->answer.session_establishment_response;

	if (r->cause == PFCP_CAUSE_ACCEPTED) {
		ex->up_seid = r->up_f_seid.seid;
		if (r->n_created_pdr)
			ex->ul_teid = r->created_pdr[0].f_teid.teid;
	}
	return r->cause;
}

int talk_establish(struct bed *bed, struct smf *smf, struct example *ex)
{
	example_establishment(&smf->msg, ex);
	return smf_request(smf, bed) ? talk_established(smf, ex) : -1;
}

int talk_restore(struct bed *bed, struct smf *smf, struct example *ex)
{
	struct pfcp_session_establishment_request *e = &smf->msg.session_establishment_request;

	example_establishment(&smf->msg, ex);
	e->has_sereq_flags = true;
	e->sereq_flags = PFCP_SEREQ_RESTI;
	e->create_pdr[0].pdi.f_teid =
		(struct pfcp_f_teid){.teid = ex->ul_teid, .address = {.v4 = true, .ip4 = ex->n3}};
	return smf_request(smf, bed) ? talk_established(smf, ex) : -1;
}

int talk_handover(struct bed *bed, struct smf *smf, const struct example *ex, struct in_addr gnb,
		  uint32_t teid)
{
	example_handover(&smf->msg, ex, gnb, teid);
	return smf_request(smf, bed) ? smf->answer.session_modification_response.cause : -1;
}

int talk_delete(struct bed *bed, struct smf *smf, uint64_t seid)
{
	pfcp_msg_init(&smf->msg, PFCP_SESSION_DELETION_REQUEST, seid, 0);
	return smf_request(smf, bed) ? smf->answer.session_deletion_response.cause : -1;
}

bool talk_alive(struct bed *bed, struct smf *smf)
{
	pfcp_msg_init(&smf->msg, PFCP_HEARTBEAT_REQUEST, 0, 0);
	smf->msg.heartbeat_request.recovery_time_stamp = smf->stamp;
	return smf_request(smf, bed);
}

long long talk_status_number(const char *name)
{
	json_t *status = upf_get("/v1/status");
	long long value = json_integer_value(json_object_get(status, name));

	json_decref(status);
	return value;
}

static long long session_number(uint64_t seid, const char *way, const char *what)
{
	char path[64];
	long long value;
	json_t *s;

	snprintf(path, sizeof(path), "/v1/sessions/%llu", (unsigned long long)seid);
	s = upf_get(path);
	value = json_integer_value(
		json_object_get(json_object_get(json_object_get(s, "counters"), way), what));
	json_decref(s);
	return value;
}

long long talk_session_counter(uint64_t seid, const char *way)
{
	return session_number(seid, way, "packets");
}

long long talk_session_octets(uint64_t seid, const char *way)
{
	return session_number(seid, way, "bytes");
}

bool talk_uplink(struct bed *bed, const struct example *ex, uint8_t qfi)
{
	gnb_send(bed, ex->ul_teid, qfi, ex->ue, "uplink");
	return edge_receive(bed, ex->ue, "uplink", SOON_MS);
}

bool talk_downlink(struct bed *bed, const struct example *ex, int fd, uint32_t teid, uint8_t qfi)
{
	uint32_t got = 0;
	uint8_t got_qfi = 0;

	edge_send(bed, ex->ue, "downlink");
	return gnb_receive(bed, fd, &got, &got_qfi, SOON_MS) && got == teid && got_qfi == qfi;
}
