/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A killed predecessor's data plane, and how this one takes its place: its programs go on, since
 * their filters hold them, and their maps are found by these. They are never changed. This one's
 * own maps are filled beside them; then the filters are replaced, each in one step; then nobody
 * writes to the old maps any more, and what they counted is added here.
 */
#ifndef BATON_DATAPLANE_EBPF_ADOPT_H
#define BATON_DATAPLANE_EBPF_ADOPT_H

#include "dataplane/ebpf/rules.h"

struct predecessor;

/** predecessor_open - by the program at the first device of N3; Return: 0; -ENOENT: there is none,
 * or another kind of one */
int predecessor_open(struct dataplane *dp, struct predecessor **ret);
void predecessor_close(struct predecessor *p);
/** predecessor_generation - the id of its map of slots */
uint32_t predecessor_generation(const struct predecessor *p);
/** predecessor_drops - what it dropped, added to @drops; @cpus: libbpf_num_possible_cpus() */
void predecessor_drops(const struct predecessor *p, int cpus, uint64_t drops[DP_DROP_REASONS]);

/**
 * session_save - where a session's counts are, for its heir in another process
 * @ret: at most @size octets; NULL: none
 *
 * It holds until the session is next applied, whatever is counted or folded meanwhile. Return: how
 * many octets it takes
 */
size_t session_save(const struct dp_entry *entry, void *ret, size_t size);
/** session_inherit - @saved by the predecessor, @len octets: in place of what was inherited before,
 * as long as nothing was folded; Return: 0; -EBADMSG: that it can't
 * have; -ENOMEM */
int session_inherit(const struct predecessor *p, struct dp_entry *entry, const void *saved,
		    size_t len);

#endif
