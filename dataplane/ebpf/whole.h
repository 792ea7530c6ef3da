/* SPDX-License-Identifier: Apache-2.0 */
/*
 * G-PDUs that came up to the socket though their tunnel is known: their outer packets were
 * fragments, which the programs leave to the stack, or had extension headers. They are handed to
 * the programs again (dp_whole in tc.bpf.c), by a device of their own, which is made when the first
 * one comes.
 *
 * Spec: TS 29.281 cl. 13 (fragments of outer packets are put together by who receives them)
 */
#ifndef BATON_DATAPLANE_EBPF_WHOLE_H
#define BATON_DATAPLANE_EBPF_WHOLE_H

#include "dataplane/internal.h"

struct whole;

/** whole_open - Return: 0 or a negative errno
 * @program: dp_whole */
int whole_open(struct dataplane *dp, int program, struct whole **ret);
void whole_close(struct whole *whole);
/** whole_put - a G-PDU; Return: false: it couldn't be handed on, and is lost */
bool whole_put(struct whole *whole, const struct gtpu_msg *msg);

#endif
