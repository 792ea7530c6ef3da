// SPDX-License-Identifier: Apache-2.0
#include "apps/service-client/report.h"

#include <jansson.h>

#include "lib/hex.h"

FILE *report_begin(const char *path)
{
	FILE *file = fopen(path, "w");

	if (file)
		fputs("number,made_ns,sent_ns,answered_ns,sends,edge,ok\n", file);
	return file;
}

void report_row(void *user, const struct service_client_row *row)
{
	fprintf(user, "%lu,%lu,%lu,%lu,%u,%s,%d\n", row->number, row->made_ns, row->sent_ns,
		row->answered_ns, row->sends, row->edge, row->ok);
}

static json_t *edges(const struct service_client_figures *f)
{
	json_t *list = json_array();

	for (unsigned i = 0; i < f->edge_count; i++)
		json_array_append_new(list,
				      json_pack("{s:s, s:I, s:I, s:I}", "edge", f->edges[i].name,
						"answered", (json_int_t)f->edges[i].answered,
						"first_ns", (json_int_t)f->edges[i].first_ns,
						"last_ns", (json_int_t)f->edges[i].last_ns));
	return list;
}

static void add(json_t *object, const char *name, uint64_t value)
{
	json_object_set_new(object, name, json_integer((json_int_t)value));
}

static void add_counts(json_t *object, const struct service_client_figures *f)
{
	add(object, "made", f->made);
	add(object, "answered", f->answered);
	add(object, "unanswered", f->made - f->answered);
	add(object, "not_made", f->not_made);
	add(object, "resent", f->resent);
	add(object, "doubled", f->doubled);
	add(object, "reordered", f->reordered);
	add(object, "wrong", f->wrong);
	add(object, "refused", f->refused);
	add(object, "malformed", f->malformed);
	json_object_set_new(object, "forgotten", json_boolean(f->forgotten));
	add(object, "total", f->total);
}

static void add_times(json_t *object, const struct service_client_figures *f)
{
	add(object, "longest_answer_us", f->longest_answer_ns / 1000);
	add(object, "longest_between_us", f->longest_between_ns / 1000);
	add(object, "longest_gap_us", f->longest_gap_ns / 1000);
	add(object, "longest_gap_begin_ns", f->longest_gap_begin_ns);
	add(object, "longest_gap_end_ns", f->longest_gap_begin_ns + f->longest_gap_ns);
	add(object, "connections", f->connections);
	add(object, "connects_failed", f->connects_failed);
	add(object, "reconnects", f->reconnects);
	add(object, "reconnect_us", f->longest_reconnect_ns / 1000);
	add(object, "last_reconnect_us", f->last_reconnect_ns / 1000);
}

void report_summary(const struct options *o, const struct service_client *client)
{
	const struct service_client_figures *f = service_client_figures(client);
	char chain[2 * SERVICE_CHAIN_LEN + 1];
	json_t *object = json_object();

	add_counts(object, f);
	add_times(object, f);
	json_object_set_new(object, "client", json_sprintf("%lu", o->client.client));
	json_object_set_new(object, "transport", json_string(o->client.tcp ? "tcp" : "udp"));
	json_object_set_new(object, "chain",
			    json_string(hex_text(f->chain, sizeof(f->chain), chain)));
	json_object_set_new(object, "edges", edges(f));
	json_object_set_new(object, "ok", json_boolean(report_right(client)));
	json_dumpf(object, stdout, JSON_INDENT(2));
	putchar('\n');
	json_decref(object);
}

bool report_right(const struct service_client *client)
{
	const struct service_client_figures *f = service_client_figures(client);

	return f->answered == f->made && !f->not_made && !f->wrong && !f->doubled && !f->forgotten;
}
