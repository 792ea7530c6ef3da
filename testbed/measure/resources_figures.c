// SPDX-License-Identifier: Apache-2.0
/* What the samples say of times before, during and after. */
#include <math.h>
#include <string.h>

#include "testbed/measure/resources.h"

size_t resource_node_of(const struct resources *r, const char *name)
{
	size_t n = 0;

	while (n < r->node_count && strcmp(r->node[n].name, name) != 0)
		n++;
	return n;
}

/* Samples in the time: [*ret_first, *ret_end) */
static void range(const struct resources *r, uint64_t from_ns, uint64_t to_ns, size_t *ret_first,
		  size_t *ret_end)
{
	size_t i = 0;

	while (i < r->count && r->ns[i] < from_ns)
		i++;
	*ret_first = i;
	while (i < r->count && r->ns[i] <= to_ns)
		i++;
	*ret_end = i;
}

/* An interface that is taken away and made anew counts from 0. */
static double grown(uint64_t from, uint64_t to)
{
	return to > from ? (double)(to - from) : 0;
}

static void add_ports(const struct resources *r, size_t node, size_t first, size_t last,
		      double seconds, struct resource_means *m)
{
	for (size_t p = 0; p < r->port_count; p++) {
		const struct resource_octets *from = &r->octets[first * r->port_count + p],
					     *to = &r->octets[last * r->port_count + p];
		double received = grown(from->received, to->received) * 8 / seconds,
		       sent = grown(from->sent, to->sent) * 8 / seconds;

		if (r->port[p].node != node)
			continue;
		if (r->port[p].control) {
			m->control_received_bps += received;
			m->control_sent_bps += sent;
		} else {
			m->received_bps += received;
			m->sent_bps += sent;
		}
	}
}

struct resource_means resource_means(const struct resources *r, size_t node, uint64_t from_ns,
				     uint64_t to_ns)
{
	struct resource_means m = {NAN, NAN, NAN, NAN, NAN, NAN, NAN};
	size_t first, end;
	double seconds, sum = 0;

	range(r, from_ns, to_ns, &first, &end);
	if (node >= r->node_count || end - first < 2)
		return m;
	seconds = (double)(r->ns[end - 1] - r->ns[first]) / 1e9;
	m = (struct resource_means){.memory_max = 0};
	add_ports(r, node, first, end - 1, seconds, &m);
	m.cpu = (r->use[(end - 1) * r->node_count + node].cpu_s -
		 r->use[first * r->node_count + node].cpu_s) /
		seconds;
	for (size_t i = first; i < end; i++) {
		sum += r->use[i * r->node_count + node].memory;
		m.memory_max = fmax(m.memory_max, r->use[i * r->node_count + node].memory);
	}
	m.memory = sum / (double)(end - first);
	return m;
}

/* ---- JSON ---- */

static json_t *number(double value, double scale)
{
	return isfinite(value) ? json_real(round(value / scale * 1000) / 1000) : json_null();
}

static json_t *means_json(const struct resource_means *m)
{
	return json_pack("{s:o, s:o, s:o, s:o, s:o, s:o}", "cpu_percent", number(m->cpu, 0.01),
			 "memory_mb", number(m->memory, 1e6), "memory_max_mb",
			 number(m->memory_max, 1e6), "ingress_mbps", number(m->received_bps, 1e6),
			 "egress_mbps", number(m->sent_bps, 1e6), "control_mbps",
			 number(m->control_received_bps + m->control_sent_bps, 1e6));
}

struct phases {
	struct resource_means before, during, after;
};

static struct phases phases_of(const struct resources *r, size_t node,
			       const struct resource_mark *marks, size_t count)
{
	struct phases p;

	p.before = resource_means(r, node, 0, count ? marks[0].from_ns : UINT64_MAX);
	p.during = count ? resource_means(r, node, marks[0].from_ns, marks[0].to_ns)
			 : resource_means(r, r->node_count, 0, 0);
	p.after = count ? resource_means(r, node, marks[count - 1].to_ns, UINT64_MAX) : p.during;
	return p;
}

static json_t *phases_json(const struct resources *r, size_t node,
			   const struct resource_mark *marks, size_t count)
{
	struct phases p = phases_of(r, node, marks, count);

	return json_pack("{s:s, s:o, s:o, s:o, s:o, s:o}", "node",
			 node < r->node_count ? r->node[node].name : "", "before",
			 means_json(&p.before), "during", means_json(&p.during), "after",
			 means_json(&p.after), "cpu_during_to_before",
			 number(p.during.cpu / p.before.cpu, 1), "memory_growth_mb",
			 number(p.during.memory_max - p.before.memory, 1e6));
}

static json_t *figures_json(const struct resources *r, const struct resource_mark *marks,
			    size_t count)
{
	json_t *nodes = json_object(), *j;

	for (size_t n = 0; n < r->node_count; n++)
		json_object_set_new(nodes, r->node[n].name, phases_json(r, n, marks, count));
	j = json_pack("{s:o}", "nodes", nodes);
	if (count) {
		json_object_set_new(
			j, "source",
			phases_json(r, resource_node_of(r, marks[0].source), marks, count));
		json_object_set_new(
			j, "destination",
			phases_json(r, resource_node_of(r, marks[0].destination), marks, count));
	}
	return j;
}

static json_t *sample_json(const struct resources *r, size_t i)
{
	json_t *cpu = json_array(), *memory = json_array(), *received = json_array(),
	       *sent = json_array();

	for (size_t n = 0; n < r->node_count; n++) {
		const struct resource_use *use = &r->use[i * r->node_count + n];

		json_array_append_new(cpu, number(use->cpu_s, 1));
		json_array_append_new(memory, isfinite(use->memory)
						      ? json_integer((json_int_t)use->memory)
						      : json_null());
	}
	for (size_t p = 0; p < r->port_count; p++) {
		const struct resource_octets *o = &r->octets[i * r->port_count + p];

		json_array_append_new(received, json_integer((json_int_t)o->received));
		json_array_append_new(sent, json_integer((json_int_t)o->sent));
	}
	return json_pack("[I, o, o, o, o]", (json_int_t)r->ns[i], cpu, memory, received, sent);
}

json_t *resources_json(const struct resources *r, const struct resource_mark *marks, size_t count)
{
	json_t *nodes = json_array(), *ports = json_array(), *samples = json_array(),
	       *migrations = json_array();

	for (size_t n = 0; n < r->node_count; n++)
		json_array_append_new(nodes, json_string(r->node[n].name));
	for (size_t p = 0; p < r->port_count; p++)
		json_array_append_new(ports,
				      json_pack("{s:s, s:s, s:b}", "node",
						r->node[r->port[p].node].name, "interface",
						r->port[p].name, "control", r->port[p].control));
	for (size_t i = 0; i < r->count; i++)
		json_array_append_new(samples, sample_json(r, i));
	for (size_t m = 0; m < count; m++)
		json_array_append_new(migrations, json_pack("{s:I, s:I, s:s, s:s}", "from_ns",
							    (json_int_t)marks[m].from_ns, "to_ns",
							    (json_int_t)marks[m].to_ns, "source",
							    marks[m].source, "destination",
							    marks[m].destination));
	return json_pack("{s:I, s:I, s:o, s:o, s:o, s:o, s:o}", "interval_ms",
			 (json_int_t)(r->interval_ns / 1000000), "late", (json_int_t)r->late,
			 "figures", figures_json(r, marks, count), "migrations", migrations,
			 "nodes", nodes, "ports", ports, "samples", samples);
}

/* ---- CSV ---- */

static void csv_line(const struct resources *r, size_t i, size_t n, FILE *out)
{
	const struct resource_use *use = &r->use[i * r->node_count + n];

	fprintf(out, "%.6f,%s,", (double)(r->ns[i] - r->ns[0]) / 1e9, r->node[n].name);
	if (isfinite(use->cpu_s))
		fprintf(out, "%.2f,%.0f", use->cpu_s, use->memory);
	else
		fprintf(out, ",");
	fprintf(out, ",");
	for (size_t p = 0, k = 0; p < r->port_count; p++) {
		const struct resource_octets *o = &r->octets[i * r->port_count + p];

		if (r->port[p].node == n)
			fprintf(out, "%s%s:%llu:%llu", k++ ? " " : "", r->port[p].name,
				(unsigned long long)o->received, (unsigned long long)o->sent);
	}
	fprintf(out, "\n");
}

void resources_csv(const struct resources *r, FILE *out)
{
	fprintf(out, "seconds,node,cpu_seconds,memory_octets,interfaces_received_sent\n");
	for (size_t i = 0; i < r->count; i++)
		for (size_t n = 0; n < r->node_count; n++)
			csv_line(r, i, n, out);
}

/* ---- table ---- */

static void cell(FILE *out, double value, double scale, const char *unit)
{
	if (isfinite(value))
		fprintf(out, " %8.1f %s", value / scale, unit);
	else
		fprintf(out, " %8s %s", "-", unit);
}

static void row(FILE *out, const char *name, const char *when, const struct resource_means *m)
{
	fprintf(out, "  %-16s %-8s", name, when);
	cell(out, m->cpu, 0.01, "%");
	cell(out, m->memory, 1e6, "MB");
	cell(out, m->received_bps, 1e6, "Mbit/s in");
	cell(out, m->sent_bps, 1e6, "out");
	cell(out, m->control_received_bps + m->control_sent_bps, 1e6, "control");
	fprintf(out, "\n");
}

void resources_table(const struct resources *r, const struct resource_mark *marks, size_t count,
		     FILE *out)
{
	fprintf(out, "What nodes used, means (processor: %% of one)\n");
	for (size_t n = 0; n < r->node_count; n++) {
		struct phases p = phases_of(r, n, marks, count);

		row(out, r->node[n].name, count ? "before" : "", &p.before);
		if (!count)
			continue;
		row(out, "", "during", &p.during);
		row(out, "", "after", &p.after);
	}
	if (r->late)
		fprintf(out, "  mark: %llu samples were left out, the machine was too slow\n",
			(unsigned long long)r->late);
}
