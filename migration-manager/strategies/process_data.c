// SPDX-License-Identifier: Apache-2.0
/* Moving a process: what its steps keep in the migration's record, and the arguments that they
 * send. */
#include <string.h>

#include "migration-manager/strategies/process.h"

const json_t *process_figures(const json_t *answer)
{
	const json_t *outcome = json_object_get(answer, "outcome");

	return json_object_size(outcome) ? outcome : json_object_get(answer, "progress");
}

json_t *process_details(const struct migration *m)
{
	json_t *details = json_object_get(m->data, "process");

	if (!json_is_object(details)) {
		details = json_object();
		json_object_set_new(m->data, "process", details);
	}
	return details;
}

void process_set(struct migration *m, const char *name, uint64_t value)
{
	json_object_set_new(process_details(m), name, json_integer((json_int_t)value));
}

uint64_t process_get(const struct migration *m, const char *name)
{
	return json_u64(json_object_get(m->data, "process"), name);
}

void process_set_span(json_t *object, const char *name, uint64_t from_ns, uint64_t to_ns)
{
	if (from_ns && to_ns >= from_ns)
		json_object_set_new(object, name,
				    json_integer((json_int_t)((to_ns - from_ns) / 1000)));
}

void process_set_us(struct migration *m, const char *name, uint64_t from_ns, uint64_t to_ns)
{
	process_set_span(process_details(m), name, from_ns, to_ns);
}

static void add(json_t *object, const char *name, uint64_t more)
{
	json_object_set_new(object, name,
			    json_integer((json_int_t)(json_u64(object, name) + more)));
}

/* ---- bytes ---- */

/* The whole of it, step by step: what a ledger of layers is made of (004) */
static void keep_sent(json_t *details, const char *what, const json_t *figures)
{
	json_t *sent = json_object_get(details, "sent"), *entry = json_deep_copy(figures);

	if (!entry)
		return;
	if (!sent) {
		sent = json_array();
		json_object_set_new(details, "sent", sent);
	}
	json_object_set_new(entry, "what", json_string(what));
	json_array_append_new(sent, entry);
}

void process_count_sent(struct migration *m, const char *what, const json_t *answer)
{
	json_t *details = process_details(m), *bytes = json_object_get(details, "bytes");
	const json_t *figures = process_figures(answer);
	bool told = json_object_get(figures, "wire_bytes") != NULL;

	if (!bytes) {
		bytes = json_pack("{s:i, s:i, s:i, s:i}", "rounds", 0, "image", 0, "layers", 0,
				  "interface", 0);
		json_object_set_new(details, "bytes", bytes);
	}
	if (strcmp(what, "rounds") != 0)
		keep_sent(details, what, figures);
	add(bytes, what, json_u64(figures, told ? "wire_bytes" : "bytes"));
	add(bytes, "interface", json_u64(figures, "interface_bytes"));
	add(details, "cpu_us", json_u64(figures, "cpu_us"));
}

/* ---- arguments ---- */

json_t *process_to(const json_t *receiver)
{
	const json_t *at = process_figures(receiver);
	json_t *to = json_object();

	json_object_set(to, "address", json_object_get(at, "address"));
	json_object_set(to, "port", json_object_get(at, "port"));
	json_object_set(to, "key", json_object_get(at, "key"));
	return to;
}

json_t *process_send_args(const struct migration *m, const char *what, const char *name,
			  const json_t *receiver)
{
	const struct process_options *o = &m->request.process;

	/* A page server takes pages alone; files go by a stream. */
	return json_pack("{s:s, s:s*, s:o, s:s, s:s}", "what", what, "name", name, "to",
			 process_to(receiver), "compress", process_compress_name(o), "tool",
			 o->transfer == TRANSFER_RSYNC ? "rsync" : "stream");
}

json_t *process_dump_args(const struct migration *m, const char *leave)
{
	json_t *args = json_pack("{s:s, s:s, s:b}", "leave", leave, "tcp",
				 process_tcp_name(&m->request.process), "lazy",
				 m->request.strategy->process->lazy);

	process_add_previous(m, args);
	return args;
}

/* ---- stamps and times ---- */

void process_note_dump(struct migration *m, const json_t *answer)
{
	static const char *const names[] = {"frozen_us", "memory_us", "write_us"};
	const json_t *figures = process_figures(answer);
	uint64_t closed = json_u64(figures, "gate_closed_ns"), ended = json_u64(answer, "ended_ns");

	/* one that leaves it running closes no gate; one that serves pages has not ended */
	process_set_us(m, "t_chkp_us", closed ? closed : json_u64(answer, "begun_ns"),
		       ended ? ended : json_u64(figures, "dumped_ns"));
	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
		json_object_set(process_details(m), names[i], json_object_get(figures, names[i]));
	json_object_set(process_details(m), "image_bytes", json_object_get(figures, "bytes"));
	if (!closed)
		return;
	process_set(m, "gate_closed_ns", closed);
	process_set_us(m, "t_pre_us", process_get(m, "rounds_ns"), closed);
}

void process_note_serves(struct migration *m, uint64_t at_ns)
{
	process_set(m, "opened_ns", at_ns);
	process_set_us(m, "t_comp_us", process_get(m, "gate_closed_ns"), at_ns);
	process_set_us(m, "t_net_us", migration_data_u64(m, "t0_ns"),
		       migration_data_u64(m, "switched_ns"));
}
