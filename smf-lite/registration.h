/* SPDX-License-Identifier: Apache-2.0 */
/*
 * 5GMM: registration and deregistration, TS 24.501 cl. 5.5.1, 5.5.2, TS 23.502 cl. 4.2.2.
 *
 * Without authentication and NAS security (a documented deviation): who says it is imsi-X is taken
 * for it. The accept goes in an Initial Context Setup Request, as gNBs expect before the first PDU
 * session; its Security Key is 32 zero octets, for it is mandatory there and nothing is derived
 * from it.
 *
 * A UE that registers again replaces its old context. Which PDU sessions live on: with a PDU
 * session status IE those that it names (cl. 5.5.1.3.4); without one, none at an initial
 * registration (a UE that begins anew has none), all at a mobility or periodic one. The others are
 * released locally.
 */
#ifndef BATON_SMF_REGISTRATION_H
#define BATON_SMF_REGISTRATION_H

#include "smf-lite/ue.h"

/* Each may free the UE. */
/** registration_timer - T3550, T3570 and implicit deregistration: struct ue's timer has expired */
void registration_timer(void *ue);
void registration_request(struct ue *ue, const struct nas_message *msg);
void registration_complete(struct ue *ue, const struct nas_message *msg);
void registration_identity(struct ue *ue, const struct nas_message *msg);
void registration_deregister(struct ue *ue, const struct nas_message *msg);
void registration_status(struct ue *ue, const struct nas_message *msg);

#endif
