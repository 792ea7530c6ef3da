/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Bearers in the kernel: for each PDU session N a veth pair. pduN carries the address; its hidden
 * end, pduN-r, is joined to the serving radio link by a tc program (bearer.bpf.c), which tells
 * bearers by MAC address. A handover is one map update.
 *
 * pduN: no ARP, MAC = the bearer's address, the session's MTU, an alias in JSON with what the
 * kernel has no place for. With it: rule "from ADDRESS lookup 100+N" and in that table a default
 * route. The main table is left to the UE agent.
 */
#ifndef BATON_RAN_UE_BEARER_H
#define BATON_RAN_UE_BEARER_H

#include "ran/ue/ue.h"

struct bearers;

/** bearers_open - load the programs; Return: 0 or a negative errno, logged */
int bearers_open(struct ue *ue, struct bearers **ret_bearers);
/** bearers_adopt - find the sessions that a killed predecessor left: they are active; Return: how
 * many, or a negative errno */
int bearers_adopt(struct ue *ue);
void bearers_close(struct bearers *bearers);

int bearers_attach_radio(struct bearers *b, unsigned ifindex);
/** bearers_serve - user packets go over this radio link from now on */
int bearers_serve(struct bearers *b, unsigned ifindex);

/** bearers_note_radio - write down, with the sessions, which radio link serves: a killed `ue` comes
 * back to the gNB that it was handed over to */
void bearers_note_radio(struct ue *ue);

/** bearer_add - @s has id, address, mtu and what goes into the alias; on failure nothing is left;
 * Return: 0 or a negative errno */
int bearer_add(struct bearers *b, const struct ue_session *s);
/** bearer_del - nothing when there is none; the interface itself lingers for two seconds, without
 * address */
void bearer_del(struct bearers *b, const struct ue_session *s);

#endif
