/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The gate of a service address at one edge (docs/processes.md): whether what comes over the WAN or
 * N6 reaches the process that has it here. It is nothing but rules of the kernel, so a restarted
 * agent finds it as it was, and what an earlier life left half done is completed by the same call.
 *
 *   0: from EXCEPT to ADDRESS iif WAN lookup local      closed, but for one neighbour
 *   0: from all to ADDRESS iif WAN blackhole            closed: no packet, no answer to ARP
 *   0: from all to ADDRESS iif N6 blackhole
 *   1: from all lookup local                            what comes from inside gets here
 *
 * Calls work in the caller's network namespace, take some 100 us, and may be repeated.
 */
#ifndef BATON_AGENTS_GATE_H
#define BATON_AGENTS_GATE_H

#include <netinet/in.h>

enum gate_state {
	GATE_NONE,   /* the address isn't here: packets to it go on over the WAN */
	GATE_OPEN,   /* nothing keeps packets from it, or not on both interfaces */
	GATE_CLOSED, /* reachable from inside alone, or by @except */
};

struct gate {
	const char *wan, *n6; /* interfaces' names; n6 NULL or "": none */
	struct in_addr address;
};

struct gate_status {
	enum gate_state state;
	struct in_addr except; /* zero: none */
};

/**
 * gate_close - nobody reaches the address from now on, but from inside; it is put on lo
 * @except: a neighbour on the WAN that does; zero: none. Another one than before replaces it, and
 *          meanwhile nobody else gets through
 *
 * The rule `local` is moved to preference 1 where it still is at 0, before which nothing fits.
 * Return: 0 or a negative errno
 */
int gate_close(const struct gate *g, struct in_addr except);
/**
 * gate_open - everybody reaches it, and the neighbours on both interfaces are told so at once
 * Return: 0 or a negative errno; open also when the neighbours couldn't be told
 */
int gate_open(const struct gate *g);
/** gate_admit, gate_tell - the two halves of it, for who is in a hurry between them: the second takes
 * tens of milliseconds, since the kernel waits for readers when a packet socket is closed */
int gate_admit(const struct gate *g);
int gate_tell(const struct gate *g);
/** gate_clear - the address and its rules are gone; Return: 0, also when nothing was there */
int gate_clear(const struct gate *g);
/** gate_read - what the kernel's rules say; Return: 0 or a negative errno */
int gate_read(const struct gate *g, struct gate_status *ret);
/** gate_state_name - "none", "open", "closed" */
const char *gate_state_name(enum gate_state state);

/**
 * gate_announce - gratuitous ARP for @address on @interface, as request and as reply (RFC 5227
 * cl. 3): a neighbour that has an entry for it uses the interface's MAC from now on
 */
int gate_announce(const char *interface, struct in_addr address);

#endif
