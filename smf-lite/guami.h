/* SPDX-License-Identifier: Apache-2.0 */
/* Who this AMF is (GUAMI, 5G-GUTI) and which slices it serves: TS 23.003 cl. 2.10, TS 23.501
 * cl. 5.15. */
#ifndef BATON_SMF_GUAMI_H
#define BATON_SMF_GUAMI_H

#include "lib/nas/nas.h"
#include "lib/ngap/ngap.h"
#include "smf-lite/config.h"

/* One AMF a network: these need no configuration. */
enum { GUAMI_REGION = 1, GUAMI_SET = 1, GUAMI_POINTER = 1 };

/** guami_plmn_nas - the PLMN as NAS has it: with an MNC of three digits another order than NGAP's
 */
struct nas_plmn guami_plmn_nas(const struct smf_config *config);

bool guami_plmn_is_ours(const struct smf_config *config, const struct nas_plmn *plmn);
struct ngap_guami guami_ngap(const struct smf_config *config);
struct nas_guti guami_guti(const struct smf_config *config, uint32_t tmsi);
/** guami_is_ours - the GUTI was given by this AMF */
bool guami_is_ours(const struct smf_config *config, const struct nas_guti *guti);

/** guami_slices - the S-NSSAIs of all DNNs, each once */
void guami_slices(const struct smf_config *config, struct ngap_allowed_nssai *ret);

/**
 * guami_allowed - those of guami_slices that the UE asks for; all when it asks for none
 * @ret: count 0: none of what it wants is served
 */
void guami_allowed(const struct smf_config *config, const struct nas_nssai *requested,
		   struct ngap_allowed_nssai *ret);

#endif
