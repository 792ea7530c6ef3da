// SPDX-License-Identifier: Apache-2.0
/* The AMF's identity and its slices, in the structs of NGAP and of NAS. */
#include "smf-lite/guami.h"

#include <string.h>

struct nas_plmn guami_plmn_nas(const struct smf_config *config)
{
	struct nas_plmn plmn = {0};

	nas_plmn_set(&plmn, config->mcc, config->mnc); /* checked when they were read */
	return plmn;
}

bool guami_plmn_is_ours(const struct smf_config *config, const struct nas_plmn *plmn)
{
	struct nas_plmn ours = guami_plmn_nas(config);

	return memcmp(plmn->octets, ours.octets, sizeof(ours.octets)) == 0;
}

struct ngap_guami guami_ngap(const struct smf_config *config)
{
	return (struct ngap_guami){config->plmn, GUAMI_REGION, GUAMI_SET, GUAMI_POINTER};
}

struct nas_guti guami_guti(const struct smf_config *config, uint32_t tmsi)
{
	return (struct nas_guti){.plmn = guami_plmn_nas(config),
				 .amf_region_id = GUAMI_REGION,
				 .amf_set_id = GUAMI_SET,
				 .amf_pointer = GUAMI_POINTER,
				 .tmsi = tmsi};
}

bool guami_is_ours(const struct smf_config *config, const struct nas_guti *guti)
{
	return guti->amf_region_id == GUAMI_REGION && guti->amf_set_id == GUAMI_SET &&
	       guti->amf_pointer == GUAMI_POINTER && guami_plmn_is_ours(config, &guti->plmn);
}

static bool has_slice(const struct ngap_allowed_nssai *list, uint8_t sst, bool has_sd, uint32_t sd)
{
	for (size_t i = 0; i < list->count; i++)
		if (list->item[i].sst == sst && list->item[i].has_sd == has_sd &&
		    (!has_sd || list->item[i].sd == sd))
			return true;
	return false;
}

void guami_slices(const struct smf_config *config, struct ngap_allowed_nssai *ret)
{
	memset(ret, 0, sizeof(*ret));
	for (size_t i = 0; i < config->dnn_count; i++) {
		const struct smf_dnn *dnn = &config->dnns[i];

		if (!has_slice(ret, (uint8_t)dnn->sst, dnn->has_sd, dnn->sd))
			ret->item[ret->count++] =
				(struct ngap_snssai){(uint8_t)dnn->sst, dnn->has_sd, dnn->sd};
	}
}

void guami_allowed(const struct smf_config *config, const struct nas_nssai *requested,
		   struct ngap_allowed_nssai *ret)
{
	struct ngap_allowed_nssai served;

	guami_slices(config, &served);
	if (!requested->count) {
		*ret = served;
		return;
	}
	memset(ret, 0, sizeof(*ret));
	for (size_t i = 0; i < requested->count; i++) {
		const struct nas_snssai *s = &requested->item[i];

		if (has_slice(&served, s->sst, s->has_sd, s->sd) &&
		    !has_slice(ret, s->sst, s->has_sd, s->sd))
			ret->item[ret->count++] = (struct ngap_snssai){s->sst, s->has_sd, s->sd};
	}
}
