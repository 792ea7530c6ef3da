/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Bytes by source and destination (001 Table IV; acceptance B18, B27): what each node's interfaces
 * carry, who sent it and to whom, and so what came from edge to edge, over whatever path.
 *
 * Each packet that leaves a node is seen there, with its first and its innermost IPv4 header, and
 * is counted once, at the node that sent it: one that forwards (gNB, UPF, router) sent only what
 * has one of its own addresses as its innermost source. The receiving node's count is kept beside
 * it.
 *
 * Edge to edge: what left one edge for an address of the other, by either header, or came to that
 * other from an address of the first; the larger of both, both ways.
 *
 * Relayed: what left one edge for a third party, and what came to the other edge from there, as
 * octets of payload. No more than the smaller of the two can have been passed on. It is an upper
 * bound: a third party that both edges talk to for reasons of their own has one, too.
 */
#ifndef BATON_MEASURE_BYTES_H
#define BATON_MEASURE_BYTES_H

#include <jansson.h>
#include <net/if.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "testbed/measure/bytes_shared.h"

enum {
	BYTES_NODES_MAX = 64,
	BYTES_ADDRESSES_MAX = 64, /* of a node, over the whole run */
	BYTES_PORTS_MAX = 64,	  /* the same */
	BYTES_NAME_SIZE = 40
};

enum bytes_role { BYTES_OTHER, BYTES_EDGE, BYTES_UE };

/* An interface by which packets leave their node: not one that hands them to another here */
struct bytes_port {
	unsigned ifindex;
	char name[IFNAMSIZ];
};

struct bytes_node {
	char name[BYTES_NAME_SIZE];
	enum bytes_role role;
	bool forwards;
	bool seen; /* its packets are counted; else its addresses alone are known, as the host's */
	size_t address_count, port_count;
	struct in_addr address[BYTES_ADDRESSES_MAX];
	struct bytes_port port[BYTES_PORTS_MAX];
};

/* Who there is. */
struct bytes_places {
	size_t count;
	struct bytes_node node[BYTES_NODES_MAX];
	bool untold; /* an address or a port had no room, or a node is left out */
};

/** bytes_address, bytes_port - one more of node @n's; what is there already stays */
void bytes_address(struct bytes_places *places, size_t n, struct in_addr address);
void bytes_port(struct bytes_places *places, size_t n, unsigned ifindex, const char *name);

struct bytes_flow {
	size_t node; /* where it was seen */
	struct bytes_key key;
	struct bytes_value value;
};

/* All that was counted until one moment. */
struct bytes_reading {
	size_t count;
	struct bytes_flow *flow;
	uint64_t untold; /* packets of flows without room */
};

void bytes_reading_done(struct bytes_reading *reading);
/** bytes_since - what came to be counted between @from and @to, two readings of one counter;
 * Return: 0 or -ENOMEM */
int bytes_since(const struct bytes_reading *from, const struct bytes_reading *to,
		struct bytes_reading *ret);

/* What went from one to another. Index places->count: an address that nobody there has; + 1: one
 * that several have, as a service's. */
struct bytes_matrix {
	size_t size;			 /* places->count + 2 */
	struct bytes_value *left, *came; /* [from * size + to] */
	struct bytes_value not_ipv4;	 /* that left anybody */
};

/** bytes_matrix_new - Return: 0 or -ENOMEM */
int bytes_matrix_new(const struct bytes_places *places, const struct bytes_reading *reading,
		     struct bytes_matrix *ret);
void bytes_matrix_done(struct bytes_matrix *m);
const struct bytes_value *bytes_left(const struct bytes_matrix *m, size_t from, size_t to);
const struct bytes_value *bytes_came(const struct bytes_matrix *m, size_t from, size_t to);
/** bytes_matrix_name - of a row or column */
const char *bytes_matrix_name(const struct bytes_places *places, size_t i);

/* One way between two edges. */
struct bytes_way {
	struct bytes_value left, came;
	uint64_t octets, payload; /* the larger of both */
};
struct bytes_way bytes_way(const struct bytes_places *places, const struct bytes_reading *reading,
			   size_t from, size_t to);

/* Through a third party, one way, payload octets */
struct bytes_relay {
	size_t by;		   /* as in a matrix */
	uint64_t in, out, at_most; /* left the source for it; came from it to the destination */
};

/* Both edges of a migration. */
struct bytes_pair {
	size_t from, to;
	struct bytes_way there, back;
	uint64_t octets, payload; /* both ways */
	size_t relay_count;
	struct bytes_relay relay[BYTES_NODES_MAX + 2]; /* those with anything, from -> to */
	uint64_t relayed;			       /* at most, by all of them but UEs */
	uint64_t relayed_ue; /* by UEs, to which each edge streams anyway */
};

/** bytes_pair_new - returned */
struct bytes_pair *bytes_pair_new(const struct bytes_places *places,
				  const struct bytes_reading *reading,
				  const struct bytes_matrix *matrix, size_t from, size_t to);
/** bytes_place_of - index of the node called @name; places->count: there is none */
size_t bytes_place_of(const struct bytes_places *places, const char *name);

/* ---- how it is told (bytes_report.c) ---- */

/** bytes_pair_json - returned */
json_t *bytes_pair_json(const struct bytes_places *places, const struct bytes_pair *pair);
/** bytes_json - all of it, each pair of edges one way in order; returned */
json_t *bytes_json(const struct bytes_places *places, const struct bytes_reading *reading);
void bytes_table(const struct bytes_places *places, const struct bytes_reading *reading, FILE *out);
/** bytes_csv - a line a cell */
void bytes_csv(const struct bytes_places *places, const struct bytes_reading *reading, FILE *out);
/** bytes_text - "0 B", "1.5 MB" */
void bytes_text(uint64_t octets, char *buf, size_t size);

#endif
