/* SPDX-License-Identifier: Apache-2.0 */
/* The wire of N2: NGAP over SCTP, port 38412 (TS 38.412). */
#ifndef BATON_SMF_N2_SCTP_H
#define BATON_SMF_N2_SCTP_H

#include "lib/sctp.h"
#include "smf-lite/amf_n2.h"

/* For n2_new(): links are struct sctp_assoc */
extern const struct n2_wire n2_sctp_wire;

/** n2_sctp_listen - accept gNBs on @addr; Return: 0 or a negative errno */
int n2_sctp_listen(struct n2 *n2, struct in_addr addr, struct sctp_listener **ret_listener);

/** n2_sctp_close - shut all associations down */
void n2_sctp_close(struct n2 *n2);

#endif
