/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a service-client saw (docs/processes.md): a row a request, and what is worked out of the
 * rows for a part of the time. Pure.
 */
#ifndef BATON_MEASURE_REQUESTS_H
#define BATON_MEASURE_REQUESTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
	REQUESTS_MAX = 1 << 22,
	REQUEST_EDGES_MAX = 32,
	REQUEST_EDGE_SIZE = 49, /* 48 octets of the wire, and the NUL */
	REQUEST_LINE_MAX = 200
};

struct request_row {
	uint64_t number, made_ns, sent_ns, answered_ns; /* 0: never */
	uint32_t sends;
	uint16_t edge; /* index of the edge that answered; meaningless without an answer */
	bool ok;       /* the answer is what a model of the service says */
};

struct requests {
	struct request_row *row; /* by requests_order in order of their answers */
	size_t count, room;
	size_t answered; /* those with an answer are the first so many */
	char edge[REQUEST_EDGES_MAX][REQUEST_EDGE_SIZE];
	size_t edge_count;
	size_t lines;			    /* read so far */
	char partial[REQUEST_LINE_MAX + 1]; /* of a line that isn't whole yet */
	size_t partial_len;
	char error[120]; /* of the last failure: line, and what is wrong in it */
};

/**
 * requests_add - the next octets of the CSV, in pieces of any length; its first line names the
 * columns
 *
 * Return: 0; -EINVAL (r->error tells), -ENOSPC (more than REQUESTS_MAX rows), -ENOMEM
 */
int requests_add(struct requests *r, const char *text, size_t len);
/** requests_order - by the time of the answer, those without one last; once, after the last row */
void requests_order(struct requests *r);
void requests_done(struct requests *r);

/* Of a part of the time, of ordered rows */
struct request_figures {
	size_t made, answered, unanswered; /* those made in it */
	size_t wrong;			   /* answered, but not as the model says */
	size_t resent, sends; /* requests sent more than once, and what was sent of all */
	double wait_p50_us, longest_wait_us; /* from being made to the answer; NAN: none */
	uint64_t longest_made_ns;	     /* when that one was made */
	double longest_gap_us; /* between answers in order, as far as it touches the time */
	size_t answers;	       /* that came in it */
};

/** requests_figures - of [@from_ns, @to_ns]; Return: 0 or -ENOMEM */
int requests_figures(const struct requests *r, uint64_t from_ns, uint64_t to_ns,
		     struct request_figures *ret);

/* As long as one edge answered, and no other between */
struct request_spell {
	uint16_t edge;
	uint64_t from_ns, to_ns; /* first and last answer */
	size_t answers;
};

/** requests_spells - of the answers in [@from_ns, @to_ns]; Return: how many there are, of which the
 * first @max are written to @ret */
size_t requests_spells(const struct requests *r, uint64_t from_ns, uint64_t to_ns,
		       struct request_spell *ret, size_t max);

#endif
