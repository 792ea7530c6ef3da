// SPDX-License-Identifier: Apache-2.0
/*
 * REST of what was recorded: rows as arrays, by sequence. Each answer says where it begins and
 * where to go on ("from", "next"), and holds at most TRACE_ROWS rows.
 */
#include <stdlib.h>

#include "apps/stream-client/viewer.h"

enum { TRACE_ROWS = 4096 };

/* ?NAME=K; false: 400 has been answered */
static bool read_from(struct http_request *req, const char *name, uint64_t *ret_from)
{
	const char *text = http_query(req, name);
	char *end;

	*ret_from = 0;
	if (!text)
		return true;
	*ret_from = strtoull(text, &end, 10);
	if (*text >= '0' && *text <= '9' && *end == '\0')
		return true;
	http_problem(req, 400, "INVALID_PARAMETER", "%s is a row's number, from 1, not '%.32s'",
		     name, text);
	return false;
}

/* @user: what else a row has; @n: its number */
typedef json_t *(*row_json)(const void *row, uint64_t n, void *user);

static json_t *rows_json(struct ring *ring, uint64_t from, size_t row_bytes, row_json json,
			 void *user, uint64_t *ret_first, uint64_t *ret_next)
{
	char *rows = calloc(TRACE_ROWS, row_bytes);
	size_t count = rows ? ring_read(ring, from, TRACE_ROWS, rows, ret_first) : 0;
	json_t *list = json_array();

	for (size_t i = 0; i < count; i++)
		json_array_append_new(list, json(rows + i * row_bytes, *ret_first + i, user));
	*ret_next = *ret_first + count;
	free(rows);
	return list;
}

static void add_number(json_t *row, uint64_t value)
{
	json_array_append_new(row, json_integer((json_int_t)value));
}

/* With jumps, another column: null where it isn't known (yet) */
static json_t *display_json(const void *at, uint64_t n, void *user)
{
	const struct display_row *d = at;
	struct jumps *jumps = user;
	json_t *row = json_array();
	double jump;

	add_number(row, d->display_ns);
	add_number(row, d->stream);
	add_number(row, d->stamp.edge);
	add_number(row, d->stamp.seq);
	add_number(row, d->stamp.tick);
	add_number(row, d->stamp.input);
	add_number(row, d->again);
	json_array_append_new(row, json_integer(d->alpha_n));
	if (jumps)
		json_array_append_new(row,
				      jumps_get(jumps, n, &jump) ? json_real(jump) : json_null());
	return row;
}

static json_t *pair_json(const void *at, uint64_t n, void *user)
{
	const struct pair_row *p = at;
	json_t *row = json_array();

	add_number(row, p->ns);
	json_array_append_new(row, json_real(p->ssim));
	add_number(row, p->tick_s);
	add_number(row, p->tick_d);
	return row;
}

static json_t *arrival_json(const void *at, uint64_t n, void *user)
{
	const struct arrival_row *a = at;
	json_t *row = json_array();

	add_number(row, a->stamp.edge);
	add_number(row, a->stamp.seq);
	add_number(row, a->stamp.tick);
	add_number(row, a->stamp.input);
	add_number(row, a->first_ns);
	add_number(row, a->last_ns);
	add_number(row, a->decoded_ns);
	add_number(row, a->bytes);
	add_number(row, a->packets);
	add_number(row, a->key);
	return row;
}

static json_t *inputs_json(struct inputs *inputs, uint64_t from, uint64_t *ret_first,
			   uint64_t *ret_next)
{
	struct input_row *rows = calloc(TRACE_ROWS, sizeof *rows);
	size_t count = 0;
	json_t *list = json_array();

	if (rows && from <= UINT32_MAX)
		count = inputs_rows(inputs, (uint32_t)from, TRACE_ROWS, rows);
	*ret_first = count ? rows[0].seq : from;
	*ret_next = *ret_first + count;
	for (size_t i = 0; i < count; i++) {
		json_t *row = json_array();

		add_number(row, rows[i].seq);
		add_number(row, rows[i].made_ns);
		add_number(row, rows[i].sent_ns);
		add_number(row, rows[i].acked_ns);
		add_number(row, rows[i].shown_ns);
		add_number(row, rows[i].input);
		add_number(row, rows[i].sends);
		json_array_append_new(list, row);
	}
	free(rows);
	return list;
}

void trace_get(struct http_request *req, void *user)
{
	struct viewer *v = user;
	uint64_t from, inputs_from, first = 0, next = 0;
	json_t *json;

	if (!read_from(req, "from", &from) || !read_from(req, "inputs_from", &inputs_from))
		return;
	json = json_object();
	json_object_set_new(json, "frames",
			    rows_json(v->displays, from, sizeof(struct display_row), display_json,
				      v->jumps, &first, &next));
	json_object_set_new(json, "from", json_integer((json_int_t)first));
	json_object_set_new(json, "next", json_integer((json_int_t)next));
	json_object_set_new(json, "inputs", inputs_json(v->inputs, inputs_from, &first, &next));
	json_object_set_new(json, "inputs_from", json_integer((json_int_t)first));
	json_object_set_new(json, "inputs_next", json_integer((json_int_t)next));
	http_reply(req, 200, json);
}

static void reply_rows(struct http_request *req, const char *name, struct ring *ring,
		       size_t row_bytes, row_json row)
{
	uint64_t from, first = 0, next = 0;
	json_t *json;

	if (!read_from(req, "from", &from))
		return;
	json = json_object();
	json_object_set_new(json, name, rows_json(ring, from, row_bytes, row, NULL, &first, &next));
	json_object_set_new(json, "from", json_integer((json_int_t)first));
	json_object_set_new(json, "next", json_integer((json_int_t)next));
	http_reply(req, 200, json);
}

void ssim_get(struct http_request *req, void *user)
{
	reply_rows(req, "pairs", ((struct viewer *)user)->pairs, sizeof(struct pair_row),
		   pair_json);
}

void rest_arrivals(struct http_request *req, struct ring *arrivals)
{
	reply_rows(req, "frames", arrivals, sizeof(struct arrival_row), arrival_json);
}
