// SPDX-License-Identifier: Apache-2.0
#include "testbed/measure/requests.h"

#include <ctype.h>
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "testbed/measure/ascending.h"

static const char columns[] = "number,made_ns,sent_ns,answered_ns,sends,edge,ok";

static int fail(struct requests *r, const char *what, const char *found)
{
	snprintf(r->error, sizeof r->error, "line %zu: expected %s, found '%.40s'", r->lines, what,
		 found);
	return -EINVAL;
}

/* ---- a line ---- */

static bool take_number(char **rest, uint64_t max, uint64_t *ret)
{
	char *field = strsep(rest, ","), *end;

	if (!field || !isdigit((unsigned char)field[0]))
		return false;
	errno = 0;
	*ret = strtoull(field, &end, 10);
	return !errno && !*end && *ret <= max;
}

/* Return: its index, or -1: there are too many, or its name is too long */
static int edge_index(struct requests *r, const char *name)
{
	size_t e = 0;

	while (e < r->edge_count && strcmp(r->edge[e], name) != 0)
		e++;
	if (e == REQUEST_EDGES_MAX || strlen(name) >= REQUEST_EDGE_SIZE)
		return -1;
	if (e == r->edge_count)
		memcpy(r->edge[r->edge_count++], name, strlen(name) + 1);
	return (int)e;
}

static int append(struct requests *r, const struct request_row *row)
{
	if (r->count == REQUESTS_MAX)
		return -ENOSPC;
	if (r->count == r->room) {
		size_t room = r->room ? r->room * 2 : 1024;
		struct request_row *larger = reallocarray(r->row, room, sizeof *larger);

		if (!larger)
			return -ENOMEM;
		r->row = larger;
		r->room = room;
	}
	r->row[r->count++] = *row;
	return 0;
}

static bool take_ok(const char *text, bool *ret)
{
	*ret = text && strcmp(text, "1") == 0;
	return text && (*ret || strcmp(text, "0") == 0);
}

static int read_row(struct requests *r, char *line)
{
	struct request_row row = {0};
	uint64_t sends;
	char *rest = line, *edge;
	int e = 0;

	if (!take_number(&rest, UINT64_MAX, &row.number) ||
	    !take_number(&rest, INT64_MAX, &row.made_ns) ||
	    !take_number(&rest, INT64_MAX, &row.sent_ns) ||
	    !take_number(&rest, INT64_MAX, &row.answered_ns) ||
	    !take_number(&rest, UINT32_MAX, &sends))
		return fail(r, "five numbers first", line);
	edge = strsep(&rest, ",");
	if (!take_ok(rest, &row.ok))
		return fail(r, "1 or 0 as the seventh and last column", rest ? rest : "");
	if (row.answered_ns)
		e = edge_index(r, edge);
	if (e < 0)
		return fail(r, "an edge's name, and not more than 32 of them", edge);
	if (row.answered_ns && row.answered_ns < row.made_ns)
		return fail(r, "an answer after the request", line);
	row.sends = (uint32_t)sends;
	row.edge = (uint16_t)e;
	return append(r, &row);
}

static int read_line(struct requests *r, char *line, size_t len)
{
	if (len && line[len - 1] == '\r')
		line[--len] = '\0';
	if (strlen(line) != len)
		return fail(r, "no NUL", line);
	if (r->lines++ > 0)
		return read_row(r, line);
	return strcmp(line, columns) == 0 ? 0 : fail(r, columns, line);
}

int requests_add(struct requests *r, const char *text, size_t len)
{
	int status = 0;

	for (size_t i = 0; i < len && status == 0; i++) {
		if (text[i] != '\n') {
			if (r->partial_len == REQUEST_LINE_MAX)
				return fail(r, "a shorter line", "");
			r->partial[r->partial_len++] = text[i];
			continue;
		}
		r->partial[r->partial_len] = '\0';
		status = read_line(r, r->partial, r->partial_len);
		r->partial_len = 0;
	}
	return status;
}

void requests_done(struct requests *r)
{
	free(r->row);
	*r = (struct requests){0};
}

/* ---- figures ---- */

static int by_answer(const void *a, const void *b)
{
	const struct request_row *x = a, *y = b;
	/* one less wraps: without an answer they come last */
	uint64_t m = x->answered_ns - 1, n = y->answered_ns - 1;

	if (m != n)
		return m < n ? -1 : 1;
	return (x->number > y->number) - (x->number < y->number);
}

void requests_order(struct requests *r)
{
	if (r->count)
		qsort(r->row, r->count, sizeof *r->row, by_answer);
	for (r->answered = 0; r->answered < r->count && r->row[r->answered].answered_ns;)
		r->answered++;
}

static void add_made(const struct request_row *row, double *waits, struct request_figures *f)
{
	f->made++;
	f->resent += row->sends > 1;
	f->sends += row->sends;
	if (!row->answered_ns) {
		f->unanswered++;
		return;
	}
	waits[f->answered] = (double)(row->answered_ns - row->made_ns) / 1e3;
	if (!(waits[f->answered] <= f->longest_wait_us)) {
		f->longest_wait_us = waits[f->answered];
		f->longest_made_ns = row->made_ns;
	}
	f->answered++;
	f->wrong += !row->ok;
}

/* Silences that begin before the time or end after it count whole: they touch it. */
static void add_gaps(const struct requests *r, uint64_t from_ns, uint64_t to_ns,
		     struct request_figures *f)
{
	for (size_t i = 0; i < r->answered; i++) {
		uint64_t at = r->row[i].answered_ns, before = i ? r->row[i - 1].answered_ns : at;

		f->answers += at >= from_ns && at <= to_ns;
		if (i && at >= from_ns && before <= to_ns)
			f->longest_gap_us = fmax(f->longest_gap_us, (double)(at - before) / 1e3);
	}
}

int requests_figures(const struct requests *r, uint64_t from_ns, uint64_t to_ns,
		     struct request_figures *ret)
{
	double *waits = calloc(r->count + 1, sizeof *waits);

	*ret = (struct request_figures){.longest_wait_us = NAN, .longest_gap_us = NAN};
	if (!waits)
		return -ENOMEM;
	for (size_t i = 0; i < r->count; i++)
		if (r->row[i].made_ns >= from_ns && r->row[i].made_ns <= to_ns)
			add_made(&r->row[i], waits, ret);
	ascending_sort(waits, ret->answered);
	ret->wait_p50_us = ascending_at(waits, ret->answered, 0.5);
	add_gaps(r, from_ns, to_ns, ret);
	free(waits);
	return 0;
}

size_t requests_spells(const struct requests *r, uint64_t from_ns, uint64_t to_ns,
		       struct request_spell *ret, size_t max)
{
	size_t n = 0;
	int edge = -1;

	for (size_t i = 0; i < r->answered; i++) {
		const struct request_row *row = &r->row[i];

		if (row->answered_ns < from_ns || row->answered_ns > to_ns)
			continue;
		if (row->edge != edge) {
			edge = row->edge;
			if (n++ < max)
				ret[n - 1] =
					(struct request_spell){row->edge, row->answered_ns, 0, 0};
		}
		if (n <= max) {
			ret[n - 1].to_ns = row->answered_ns;
			ret[n - 1].answers++;
		}
	}
	return n;
}
