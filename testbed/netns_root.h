/* SPDX-License-Identifier: Apache-2.0 */
/*
 * /run/netns, where ip-netns(8) keeps its names, as that wants it: a mount of its own. Were it a plain directory, the first
 * `ip netns add` after us would mount it over itself, and our namespaces, bound below, could never be let go.
 */
#ifndef BATON_TESTBED_NETNS_ROOT_H
#define BATON_TESTBED_NETNS_ROOT_H

/** netns_root_make - the directory and its mount, when they aren't there; call with the run lock held */
int netns_root_make(void);
/** netns_root_release - undo it, when it was Baton's doing and nothing is in it any more; call with the run lock held */
void netns_root_release(void);

#endif
