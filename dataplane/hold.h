/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Holds, the user-space side: packets that wait on their way from N3 to a radio link in a gNB
 * (struct ebpf_hold tells the kernel's side, dataplane.h what they are for).
 *
 *   N3 --[dp_n3, guard_in]--> gnb-hold ==veth== gnb-hold-x --packet socket--> a queue a hold -->
 * radio link
 *
 * Packets keep what the kernel knows of them (struct virtio_net_hdr): a super-packet stays one, an
 * unfinished checksum is finished where it would have been.
 */
#ifndef BATON_DATAPLANE_HOLD_H
#define BATON_DATAPLANE_HOLD_H

#include "dataplane/internal.h"

struct hold_set;

/** hold_open - the wire and its sockets; @map: of struct ebpf_hold; @nl, @path, @backlog (of
 * dp_barrier): borrowed, @path tells when there is something to read */
int hold_open(struct nl *nl, int map, struct gtpu_path *path, int backlog,
	      struct hold_set **ret_holds);
void hold_close(struct hold_set *holds);
/** hold_process - take in, and send on, a bounded batch */
void hold_process(struct hold_set *holds);

/** hold_put - a plain IP packet that came by user space, for @mac: behind what waits; Return: false
 * when the hold is full */
bool hold_put(struct hold_set *holds, uint16_t hold, const uint8_t mac[6], const uint8_t *packet,
	      size_t len);

/* As dataplane_hold_ says */
int hold_new(struct hold_set *holds, unsigned ifindex, uint16_t *ret_hold);
void hold_release(struct hold_set *holds, uint16_t hold);
bool hold_empty(struct hold_set *holds, uint16_t hold);
void hold_free(struct hold_set *holds, uint16_t hold);
const struct dp_hold_counters *hold_counters(const struct hold_set *holds);

#endif
