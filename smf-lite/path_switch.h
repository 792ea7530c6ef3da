/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Path Switch, TS 38.413 cl. 8.4.4, TS 23.502 cl. 4.9.1.2.2: a UE has gone from one gNB to another,
 * and the target asks for its downlink. It is answered when the UPFs have it; a UPF that doesn't
 * answer is asked again, and the target too asks again, which changes nothing.
 */
#ifndef BATON_SMF_PATH_SWITCH_H
#define BATON_SMF_PATH_SWITCH_H

#include "smf-lite/amf_n2.h"

void n2_path_switch_request(struct n2_conn *conn, struct ue *ue, const struct ngap_pdu *pdu);

/** path_switch_progress - a session of @ue (NULL: of none) is settled with its UPF: maybe that was
 * the last */
void path_switch_progress(struct ue *ue);

#endif
