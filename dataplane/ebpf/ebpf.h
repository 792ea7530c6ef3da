/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The ebpf back end inside: the loaded programs (ebpf.c), their maps (maps.c), sessions in them
 * (rules.h) and the wire into the stack (wire.c).
 */
#ifndef BATON_DATAPLANE_EBPF_H
#define BATON_DATAPLANE_EBPF_H

#include "dataplane/ebpf/adopt.h"
#include "dataplane/ebpf/buffer.h"
#include "dataplane/ebpf/rules.h"
#include "dataplane/ebpf/whole.h"

struct ebpf_tc; /* the skeletons */
struct ebpf_xdp;

/*
 * A wire into the stack: in a UPF, one for each network instance; in a gNB one, only to cut
 * super-packets in pieces, with segment.
 * Each segment needs its own GTP-U length, which neither the stack nor a network card would give it
 * once it is in the tunnel. Between virtual Ethernet devices a super-packet stays one, and needs no
 * cutting.
 */
struct wire {
	bool made;
	unsigned stack_ifindex, wire_ifindex;
	uint8_t stack_mac[6], wire_mac[6];
};

/* A map's own memory */
struct memory {
	void *at;
	size_t size;
};

enum {
	MEMORY_TEIDS,
	MEMORY_UE4,
	MEMORY_SETS,
	MEMORY_SLOTS,
	MEMORY_MORE,
	MEMORY_PEERS,
	MEMORY_STATE,
	MEMORIES
};

struct ebpf {
	struct ebpf_tc *skel;
	struct ebpf_xdp *xdp; /* NULL: tc alone */
	int xdp_link[DP_LOCALS_MAX + DP_INSTANCES_MAX];
	uint8_t xdp_link_count;
	struct rules rules;
	struct memory memory[MEMORIES];
	struct ebpf_pool pool[EBPF_POOLS_MAX];
	struct ebpf_local local[EBPF_LOCALS_MAX];
	bool segment; /* some device of N3 can't carry super-packets */
	struct wire wire[EBPF_INSTANCES_MAX];
	struct ring_buffer *events;
	volatile struct ebpf_state *state; /* the map's own memory */
	struct buffer *buffer;		   /* NULL: nobody has buffered yet */
	struct whole *whole;		   /* NULL: no fragments have come yet */
	struct predecessor *predecessor;   /* NULL: none, or it is done with */
	bool serving;			   /* filters are ours, or some of them */
	int cpus;
	size_t radio_count;
	unsigned radio[DP_RADIO_MAX];
};

/* maps.c */
/** maps_size - before loading: what each map has room for, and the pools that have cells */
void maps_size(const struct dataplane *dp, struct ebpf *e);
/** maps_open - after loading: their memory, and the rules on it; Return: 0 or a negative errno */
int maps_open(const struct dataplane *dp, struct ebpf *e);
void maps_close(struct ebpf *e);

/* routes.c */
/** ebpf_session_routes - what ICMP is to say of a session's MTU, by a route for each of its
 * prefixes where the wire doesn't say it; UPF
 * @entry: as it stands; @keys: NULL: the session ends. Return: 0 or a negative errno */
int ebpf_session_routes(struct dataplane *dp, const struct dp_entry *entry,
			const struct dp_keys *keys, uint16_t mtu);
/** ebpf_session_ip6_check - a UE's IPv6 packets need an instance that has it, and room on N3; 0 or
 * -EOPNOTSUPP with *ret_err */
int ebpf_session_ip6_check(const struct dataplane *dp, const struct dp_session *session,
			   struct dp_error *ret_err);

/* attach.c */
struct bpf_program;
/** ebpf_attach - a tc program, in place of a predecessor's; Return: 0 or a negative errno with
 * *ret_err */
int ebpf_attach(struct dataplane *dp, unsigned ifindex, const struct bpf_program *prog,
		struct dp_error *ret_err);
/** ebpf_serve - from now on packets come here; Return: 0 or a negative errno with *ret_err */
int ebpf_serve(struct dataplane *dp, struct ebpf *e, struct dp_error *ret_err);
/** ebpf_withdraw - nothing is left in the kernel that ebpf_serve or wires_make put there */
void ebpf_withdraw(struct dataplane *dp, struct ebpf *e);
/** ebpf_take_over - ebpf_serve in place of config.from, whose packets that wait wait here then;
 * Return: 0 or a negative errno with *ret_err: that one serves as before */
int ebpf_take_over(struct dataplane *dp, struct ebpf *e, struct dp_error *ret_err);

/* xdp.c */
/** xdp_open - the same rules by XDP, ahead of tc, on N3 and N6; Return: 0 or a negative errno with
 * *ret_err */
int xdp_open(struct dataplane *dp, struct ebpf *e, const struct ebpf_config *config,
	     struct dp_error *ret_err);
void xdp_close(struct ebpf *e);

/** wires_make - the veth pairs dp-ue, dp-ue-x, dp-ue1, dp-ue1-x, ..., with routes of the UE pools
 * and rules to the instances' tables; replaces a predecessor's */
int wires_make(struct dataplane *dp, struct ebpf *e, struct dp_error *ret_err);
/** wires_adopt - a predecessor's, of a UPF; Return: 0; -ENOENT: they aren't all there */
int wires_adopt(struct dataplane *dp, struct ebpf *e);
/** wires_lead - pools that @than hasn't lead there, too; Return: 0 or a negative errno with
 * *ret_err
 */
int wires_lead(struct dataplane *dp, const struct ebpf *e, const struct dataplane *than,
	       struct dp_error *ret_err);
/** wires_lead_no_more - pools that @than hasn't */
void wires_lead_no_more(struct dataplane *dp, const struct ebpf *e, const struct dataplane *than);
void wires_remove(struct dataplane *dp, struct ebpf *e);

#endif
