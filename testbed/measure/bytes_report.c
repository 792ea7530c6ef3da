// SPDX-License-Identifier: Apache-2.0
/* Bytes by source and destination, as JSON, table and CSV. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "testbed/measure/bytes.h"

void bytes_text(uint64_t octets, char *buf, size_t size)
{
	static const char *const units[] = {"B", "kB", "MB", "GB", "TB"};
	double value = (double)octets;
	size_t i = 0;

	while (value >= 999.95 && i < sizeof units / sizeof units[0] - 1) {
		value /= 1000;
		i++;
	}
	snprintf(buf, size, i ? "%.1f %s" : "%.0f %s", value, units[i]);
}

/* ---- JSON ---- */

static json_t *value_json(const struct bytes_value *v)
{
	return json_pack("{s:I, s:I, s:I}", "packets", (json_int_t)v->packets, "octets",
			 (json_int_t)v->octets, "payload", (json_int_t)v->payload);
}

static json_t *way_json(const struct bytes_way *way)
{
	return json_pack("{s:I, s:I, s:o, s:o}", "octets", (json_int_t)way->octets, "payload",
			 (json_int_t)way->payload, "left", value_json(&way->left), "came",
			 value_json(&way->came));
}

json_t *bytes_pair_json(const struct bytes_places *places, const struct bytes_pair *pair)
{
	json_t *relays = json_array();

	for (size_t i = 0; i < pair->relay_count; i++) {
		const struct bytes_relay *r = &pair->relay[i];

		json_array_append_new(relays, json_pack("{s:s, s:I, s:I, s:I}", "by",
							bytes_matrix_name(places, r->by),
							"in_payload", (json_int_t)r->in,
							"out_payload", (json_int_t)r->out,
							"at_most", (json_int_t)r->at_most));
	}
	return json_pack("{s:s, s:s, s:I, s:I, s:o, s:o, s:I, s:I, s:o}", "from",
			 places->node[pair->from].name, "to", places->node[pair->to].name,
			 "edge_to_edge", (json_int_t)pair->octets, "edge_to_edge_payload",
			 (json_int_t)pair->payload, "there", way_json(&pair->there), "back",
			 way_json(&pair->back), "relayed_at_most", (json_int_t)pair->relayed,
			 "relayed_by_ue_at_most", (json_int_t)pair->relayed_ue, "relays", relays);
}

static json_t *matrix_json(const struct bytes_places *places, const struct bytes_matrix *m)
{
	json_t *cells = json_array();

	for (size_t from = 0; from < m->size; from++)
		for (size_t to = 0; to < m->size; to++) {
			const struct bytes_value *left = bytes_left(m, from, to),
						 *came = bytes_came(m, from, to);

			if (left->packets || came->packets)
				json_array_append_new(cells,
						      json_pack("{s:s, s:s, s:o, s:o}", "from",
								bytes_matrix_name(places, from),
								"to", bytes_matrix_name(places, to),
								"left", value_json(left), "came",
								value_json(came)));
		}
	return cells;
}

static bool is_pair(const struct bytes_places *places, size_t from, size_t to)
{
	return from != to && places->node[from].role == BYTES_EDGE &&
	       places->node[to].role == BYTES_EDGE;
}

static json_t *pairs_json(const struct bytes_places *places, const struct bytes_reading *reading,
			  const struct bytes_matrix *m)
{
	json_t *pairs = json_array();

	for (size_t from = 0; from < places->count; from++)
		for (size_t to = 0; to < places->count; to++) {
			struct bytes_pair *pair =
				is_pair(places, from, to)
					? bytes_pair_new(places, reading, m, from, to)
					: NULL;

			if (pair)
				json_array_append_new(pairs, bytes_pair_json(places, pair));
			free(pair);
		}
	return pairs;
}

/* By what each node has, so that it can be seen that no interface was left out */
static json_t *ports_json(const struct bytes_places *places)
{
	json_t *nodes = json_array();

	for (size_t n = 0; n < places->count; n++) {
		const struct bytes_node *node = &places->node[n];
		json_t *ports = json_array();

		for (size_t i = 0; i < node->port_count; i++)
			json_array_append_new(ports, json_string(node->port[i].name));
		json_array_append_new(nodes, json_pack("{s:s, s:b, s:o}", "node", node->name,
						       "counted", node->seen, "interfaces", ports));
	}
	return nodes;
}

json_t *bytes_json(const struct bytes_places *places, const struct bytes_reading *reading)
{
	struct bytes_matrix m;
	json_t *j;

	if (bytes_matrix_new(places, reading, &m) < 0)
		return NULL;
	j = json_pack("{s:o, s:o, s:o, s:o, s:I, s:b}", "nodes", ports_json(places), "edges",
		      pairs_json(places, reading, &m), "matrix", matrix_json(places, &m),
		      "not_ipv4", value_json(&m.not_ipv4), "untold_packets",
		      (json_int_t)reading->untold, "complete", !reading->untold && !places->untold);
	bytes_matrix_done(&m);
	return j;
}

/* ---- table ---- */

static void pairs_table(const struct bytes_places *places, const struct bytes_reading *reading,
			const struct bytes_matrix *m, FILE *out)
{
	char direct[16], payload[16], relayed[16], ue[16];

	for (size_t from = 0; from < places->count; from++)
		for (size_t to = 0; to < places->count; to++) {
			struct bytes_pair *p =
				is_pair(places, from, to)
					? bytes_pair_new(places, reading, m, from, to)
					: NULL;

			if (!p)
				continue;
			bytes_text(p->there.octets, direct, sizeof direct);
			bytes_text(p->there.payload, payload, sizeof payload);
			bytes_text(p->relayed, relayed, sizeof relayed);
			bytes_text(p->relayed_ue, ue, sizeof ue);
			fprintf(out,
				"  %s to %s: %s (payload %s); relayed at most %s, by UEs at most "
				"%s\n",
				places->node[from].name, places->node[to].name, direct, payload,
				relayed, ue);
			free(p);
		}
}

static void matrix_table(const struct bytes_places *places, const struct bytes_matrix *m, FILE *out)
{
	char left[16], came[16], payload[16];

	fprintf(out, "  %-20s %-20s %12s %12s %12s\n", "from", "to", "left", "payload", "came");
	for (size_t from = 0; from < m->size; from++)
		for (size_t to = 0; to < m->size; to++) {
			const struct bytes_value *l = bytes_left(m, from, to),
						 *c = bytes_came(m, from, to);

			if (!l->packets && !c->packets)
				continue;
			bytes_text(l->octets, left, sizeof left);
			bytes_text(l->payload, payload, sizeof payload);
			bytes_text(c->octets, came, sizeof came);
			fprintf(out, "  %-20s %-20s %12s %12s %12s\n",
				bytes_matrix_name(places, from), bytes_matrix_name(places, to),
				left, payload, came);
		}
}

void bytes_table(const struct bytes_places *places, const struct bytes_reading *reading, FILE *out)
{
	struct bytes_matrix m;
	char text[16];

	if (bytes_matrix_new(places, reading, &m) < 0)
		return;
	fprintf(out, "Bytes by source and destination, each packet counted once\n");
	pairs_table(places, reading, &m, out);
	matrix_table(places, &m, out);
	if (m.not_ipv4.packets) {
		bytes_text(m.not_ipv4.octets, text, sizeof text);
		fprintf(out, "  %s were neither IPv4 nor ARP and are in no line\n", text);
	}
	if (reading->untold || places->untold)
		fprintf(out, "  mark: not all was counted: there were more flows, addresses or "
			     "interfaces than there is room for\n");
	bytes_matrix_done(&m);
}

/* ---- CSV ---- */

void bytes_csv(const struct bytes_places *places, const struct bytes_reading *reading, FILE *out)
{
	struct bytes_matrix m;

	fprintf(out, "from,to,left_packets,left_octets,left_payload,came_packets,came_octets,came_"
		     "payload\n");
	if (bytes_matrix_new(places, reading, &m) < 0)
		return;
	for (size_t from = 0; from < m.size; from++)
		for (size_t to = 0; to < m.size; to++) {
			const struct bytes_value *l = bytes_left(&m, from, to),
						 *c = bytes_came(&m, from, to);

			if (l->packets || c->packets)
				fprintf(out,
					"%s,%s,%" PRIu64 ",%" PRIu64 ",%" PRIu64 ",%" PRIu64
					",%" PRIu64 ",%" PRIu64 "\n",
					bytes_matrix_name(places, from),
					bytes_matrix_name(places, to), (uint64_t)l->packets,
					(uint64_t)l->octets, (uint64_t)l->payload,
					(uint64_t)c->packets, (uint64_t)c->octets,
					(uint64_t)c->payload);
		}
	bytes_matrix_done(&m);
}
