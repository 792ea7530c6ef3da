/* SPDX-License-Identifier: Apache-2.0 */
/* The scripted UPFs of smf_world.h: the PFCP side of its border. */
#ifndef BATON_TESTS_SMF_WORLD_UPF_H
#define BATON_TESTS_SMF_WORLD_UPF_H

#include "tests/unit/smf_world.h"

/** world_upf_transmit - n4's transmit: queues */
int world_upf_transmit(const struct sockaddr_in *to, const uint8_t *buf, size_t len, void *user);
/** world_upf_answer - the oldest datagram in the queue is read, and answered if its UPF does */
void world_upf_answer(struct world *w);

#endif
