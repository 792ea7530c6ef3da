// SPDX-License-Identifier: Apache-2.0
/* NAS towards a UE: 5GMM messages, and 5GSM messages in a DL NAS Transport (TS 24.501 cl. 5.4.5).
 */
#include <errno.h>

#include "smf-lite/amf_n2.h"
#include "smf-lite/ue.h"

static int count_encode(struct smf *smf, int err)
{
	if (err)
		smf->counters.drop[SMF_nas_encode_failed]++;
	return err;
}

static int send_octets(struct ue *ue, const uint8_t *data, size_t len)
{
	struct n2 *n2 = ue->smf->n2;
	struct ngap_pdu *pdu = n2_pdu(n2, NGAP_DOWNLINK_NAS_TRANSPORT);

	if (!ue->gnb)
		return -ENOTCONN;
	pdu->downlink_nas_transport.amf_ue_id = ue->amf_ue_id;
	pdu->downlink_nas_transport.ran_ue_id = ue->ran_ue_id;
	pdu->downlink_nas_transport.nas = (struct ngap_octets){data, len};
	return n2_send(ue->gnb, n2, N2_STREAM_UE, pdu);
}

int ue_send_nas(struct ue *ue, const struct nas_message *msg)
{
	uint8_t buf[NAS_MAX_MESSAGE];
	size_t len;
	int err = count_encode(ue->smf, nas_encode(msg, buf, sizeof(buf), &len));

	return err ? err : send_octets(ue, buf, len);
}

int ue_wrap_sm(struct ue *ue, const struct nas_message *sm, uint8_t *buf, size_t size,
	       size_t *ret_len)
{
	struct nas_message mm = {.type = NAS_DL_NAS_TRANSPORT};
	uint8_t inner[NAS_MAX_MESSAGE];
	size_t len;
	int err = count_encode(ue->smf, nas_encode(sm, inner, sizeof(inner), &len));

	if (err)
		return err;
	mm.dl_nas_transport.container_type = NAS_CONTAINER_N1_SM;
	mm.dl_nas_transport.container = (struct nas_octets){inner, len};
	mm.dl_nas_transport.has_session_id = true;
	mm.dl_nas_transport.session_id = sm->session_id;
	return count_encode(ue->smf, nas_encode(&mm, buf, size, ret_len));
}

int ue_send_sm(struct ue *ue, const struct nas_message *sm)
{
	uint8_t buf[NAS_MAX_MESSAGE];
	size_t len;
	int err = ue_wrap_sm(ue, sm, buf, sizeof(buf), &len);

	return err ? err : send_octets(ue, buf, len);
}

int ue_send_container(struct ue *ue, const struct nas_ul_nas_transport *from, uint8_t mm_cause)
{
	struct nas_message mm = {.type = NAS_DL_NAS_TRANSPORT};

	mm.dl_nas_transport.container_type = from->container_type;
	mm.dl_nas_transport.container = from->container;
	mm.dl_nas_transport.has_session_id = from->has_session_id;
	mm.dl_nas_transport.session_id = from->session_id;
	mm.dl_nas_transport.has_cause = true;
	mm.dl_nas_transport.cause = mm_cause;
	return ue_send_nas(ue, &mm);
}
