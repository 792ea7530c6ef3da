// SPDX-License-Identifier: Apache-2.0
/* What is told of one migration: the manager's record of it, and what the client saw meanwhile. */
#include <errno.h>
#include <math.h>
#include <string.h>

#include "lib/json.h"
#include "testbed/measure/migration.h"

enum { SPELLS_MAX = 64 };

/* Where its parts begin and end, as the agents stamped them; 0: not known */
struct stamps {
	uint64_t created, begun, rounds, closed, answered, opened, drained, ended;
};

double migration_number(const json_t *object, const char *path)
{
	char name[64];

	while (object && *path) {
		size_t len = strcspn(path, ".");

		if (len >= sizeof name)
			return NAN;
		memcpy(name, path, len);
		name[len] = '\0';
		object = json_object_get(object, name);
		path += len + (path[len] == '.');
	}
	return json_is_number(object) ? json_number_value(object) : NAN;
}

static json_t *number(double value)
{
	return isfinite(value) ? json_real(round(value * 1000) / 1000) : json_null();
}

static double or_0(double value)
{
	return isnan(value) ? 0 : value;
}

static void set(json_t *object, const char *name, double value)
{
	json_object_set_new(object, name, number(value));
}

static double between_us(uint64_t from_ns, uint64_t to_ns)
{
	return from_ns && to_ns >= from_ns ? (double)(to_ns - from_ns) / 1e3 : NAN;
}

/* ---- the manager's record ---- */

/* The first answer of another edge than @from between two times, where no agent said when the
 * destination opened */
static uint64_t first_answer(const struct requests *requests, const char *from, uint64_t since_ns,
			     uint64_t until_ns)
{
	for (size_t i = 0; i < requests->answered; i++) {
		const struct request_row *row = &requests->row[i];

		if (row->answered_ns > until_ns)
			break;
		if (row->answered_ns > since_ns && strcmp(requests->edge[row->edge], from) != 0)
			return row->answered_ns;
	}
	return 0;
}

static bool is_word(const json_t *object, const char *name, const char *word)
{
	const char *text = json_string_value(json_object_get(object, name));

	return text && strcmp(text, word) == 0;
}

static struct stamps stamps_of(const json_t *record, const char *from,
			       const struct requests *requests)
{
	const json_t *process = json_object_get(json_object_get(record, "details"), "process");
	struct stamps t = {.created = json_u64(record, "created_ns"),
			   .begun = json_u64(process, "begun_ns"),
			   .rounds = json_u64(process, "rounds_ns"),
			   .closed = json_u64(process, "gate_closed_ns"),
			   .answered = json_u64(process, "answered_ns"),
			   .opened = json_u64(process, "opened_ns"),
			   .drained = json_u64(process, "drained_ns"),
			   .ended = json_u64(record, "state_since_ns")};

	if (!t.opened && t.closed && is_word(record, "state", "completed"))
		t.opened = first_answer(requests, from, t.closed, t.ended);
	return t;
}

static void tell_state(json_t *sample, const json_t *record, const char *from)
{
	static const char *const names[] = {"id", "state", "cause", "detail", "strategy", "mode"};
	const json_t *details = json_object_get(record, "details");

	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
		json_t *value = json_object_get(record, names[i]);

		if (value)
			json_object_set(sample, names[i], value);
	}
	json_object_set_new(sample, "completed",
			    json_boolean(is_word(record, "state", "completed")));
	json_object_set_new(sample, "from", json_string(from));
	json_object_set(sample, "to",
			json_object_get(details, "destination_edge")
				? json_object_get(details, "destination_edge")
				: json_null());
}

/* ---- its phases ---- */

/* @net_us: as the control plane sees it */
static void tell_phases(json_t *sample, const json_t *process, double net_us,
			const struct stamps *t)
{
	static const char *const names[] = {"t_pre_us",	 "t_chkp_us", "t_copy_us", "t_restore_us",
					    "t_open_us", "t_comp_us", "t_net_us"};
	double chkp = migration_number(process, "t_chkp_us"),
	       copy = migration_number(process, "t_copy_us");

	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
		set(sample, names[i], migration_number(process, names[i]));
	/* what the size of the process decides: both methods of 002 share the restore */
	set(sample, "t_chkp_copy_us", chkp + (isnan(copy) ? 0 : copy));
	if (isnan(migration_number(sample, "t_net_us")))
		set(sample, "t_net_us", net_us);
	set(sample, "total_us", between_us(t->created, t->opened));
	set(sample, "complete_us", between_us(t->created, t->drained ? t->drained : t->opened));
	set(sample, "hold_us", between_us(t->opened, t->ended));
}

static void tell_stamps(json_t *sample, const struct stamps *t)
{
	const struct {
		const char *name;
		uint64_t ns;
	} all[] = {{"created_ns", t->created},	 {"begun_ns", t->begun},
		   {"rounds_ns", t->rounds},	 {"gate_closed_ns", t->closed},
		   {"answered_ns", t->answered}, {"opened_ns", t->opened},
		   {"drained_ns", t->drained},	 {"ended_ns", t->ended}};
	json_t *stamps = json_object();

	for (size_t i = 0; i < sizeof all / sizeof all[0]; i++)
		if (all[i].ns)
			json_object_set_new(stamps, all[i].name,
					    json_integer((json_int_t)all[i].ns));
	json_object_set_new(sample, "stamps", stamps);
}

/* ---- bytes ---- */

static void tell_bytes(json_t *sample, const json_t *process)
{
	const json_t *said = json_object_get(process, "bytes");
	json_t *bytes = json_is_object(said) ? json_copy((json_t *)said) : json_object();
	static const char *const phases[] = {"rounds", "image", "layers"};
	double total = 0;

	for (size_t i = 0; i < sizeof phases / sizeof phases[0]; i++) {
		double value = migration_number(bytes, phases[i]);

		total += isnan(value) ? 0 : value;
	}
	set(bytes, "total", total);
	json_object_set_new(sample, "bytes", bytes);
}

/* Of those sends whose @member is @word */
static double sum_sent(const json_t *process, const char *member, const char *word,
		       const char *name)
{
	const json_t *sent;
	double sum = 0;
	size_t i;

	json_array_foreach(json_object_get(process, "sent"), i, sent)
	{
		const char *is = json_string_value(json_object_get(sent, member));
		double value = migration_number(sent, name);

		sum += is && strcmp(is, word) == 0 && isfinite(value) ? value : 0;
	}
	return sum;
}

/* 004's ledger: what each layer put on the wire. What runs is the instance layer, by whatever
 * strategy, and before or after the service stops; and how many processes that is (002, Table I).
 */
static void tell_ledger(json_t *sample, const json_t *process)
{
	const json_t *bytes = json_object_get(process, "bytes"),
		     *pids = json_object_get(process, "pids");
	json_t *ledger = json_object();

	if (bytes) {
		set(ledger, "base", sum_sent(process, "name", "base", "wire_bytes"));
		set(ledger, "application", sum_sent(process, "name", "application", "wire_bytes"));
		set(ledger, "instance",
		    or_0(migration_number(bytes, "rounds")) +
			    or_0(migration_number(bytes, "image")));
	}
	json_object_set_new(sample, "ledger", ledger);
	if (json_array_size(pids))
		json_object_set_new(sample, "process_count",
				    json_integer((json_int_t)json_array_size(pids)));
}

/* @round: the manager's, copied; beside the link's rate its own: above 1 the link can't keep up */
static void weigh_round(json_t *round, double link_bps)
{
	double rate = migration_number(round, "rate_bps"), bytes = migration_number(round, "bytes"),
	       wire = migration_number(round, "wire_bytes");

	double sent = bytes > 0 ? rate * wire / bytes : NAN;

	set(round, "wire_rate_bps", sent);
	set(round, "wire_share", bytes > 0 ? wire / bytes : NAN);
	set(round, "to_link", link_bps > 0 ? rate / link_bps : NAN);
	set(round, "wire_to_link", link_bps > 0 ? sent / link_bps : NAN);
}

static void tell_rounds(json_t *sample, const json_t *process, double link_bps)
{
	json_t *rounds = json_array(), *said = json_object_get(process, "rounds"), *round;
	static const char *const names[] = {"stopped_by",    "cpu_us",	      "layers",
					    "source_layers", "sent",	      "image_bytes",
					    "memory_bytes",  "frozen_us",     "memory_us",
					    "write_us",	     "threshold_bps", "replay"};
	size_t i;

	json_array_foreach(said, i, round)
	{
		json_t *copy = json_copy(round);

		weigh_round(copy, link_bps);
		json_array_append_new(rounds, copy);
	}
	json_object_set_new(sample, "round_count",
			    json_integer((json_int_t)json_array_size(rounds)));
	json_object_set_new(sample, "rounds", rounds);
	for (i = 0; i < sizeof names / sizeof names[0]; i++)
		if (json_object_get(process, names[i]))
			json_object_set(sample, names[i], json_object_get(process, names[i]));
}

/* ---- what the client saw ---- */

static json_t *figures_json(const struct request_figures *f)
{
	return json_pack("{s:I, s:I, s:I, s:I, s:I, s:I, s:o, s:I}", "made", (json_int_t)f->made,
			 "answered", (json_int_t)f->answered, "unanswered",
			 (json_int_t)f->unanswered, "wrong", (json_int_t)f->wrong, "resent",
			 (json_int_t)f->resent, "sends", (json_int_t)f->sends, "wait_p50_us",
			 number(f->wait_p50_us), "answers", (json_int_t)f->answers);
}

/*
 * 003's service jitter: reachable, but not at the nearest edge, which the UE's is from the
 * beginning on. It ends when the first request was made that the destination answered, as the edge
 * stamped in each answer says: from there on users waited. @to NULL: whichever edge isn't @from
 */
static double jitter_us(const struct stamps *t, const char *from, const char *to,
			const struct requests *requests)
{
	uint64_t until = t->opened;

	for (size_t i = 0; until && i < requests->answered; i++) {
		const struct request_row *row = &requests->row[i];
		const char *edge = requests->edge[row->edge];

		if (row->answered_ns > t->created && row->made_ns < until &&
		    (to ? strcmp(edge, to) == 0 : strcmp(edge, from) != 0))
			until = row->made_ns;
	}
	return between_us(t->created, until && until < t->created ? t->created : until);
}

/* The longest wait of those that were under way while the gate was closed; 0: nobody noticed. The
 * interruption is the longest of the whole migration, whatever the reason. */
static double gate_wait_us(const struct stamps *t, const struct requests *requests)
{
	double longest = 0;

	if (!t->closed || !t->opened)
		return NAN;
	for (size_t i = 0; i < requests->answered; i++) {
		const struct request_row *row = &requests->row[i];

		if (row->made_ns <= t->opened && row->answered_ns >= t->closed)
			longest = fmax(longest, between_us(row->made_ns, row->answered_ns));
	}
	return longest;
}

static int tell_client(json_t *sample, const struct stamps *t, const struct requests *requests)
{
	struct request_figures f;
	int r = requests_figures(requests, t->created, t->ended, &f);

	if (r < 0)
		return r;
	json_object_set_new(sample, "requests", figures_json(&f));
	set(sample, "interruption_us", f.longest_wait_us);
	set(sample, "longest_gap_us", f.longest_gap_us);
	set(sample, "gate_wait_us", gate_wait_us(t, requests));
	set(sample, "jitter_us",
	    jitter_us(t, json_string_value(json_object_get(sample, "from")),
		      json_string_value(json_object_get(sample, "to")), requests));
	return 0;
}

/* While pages were still fetched (000, Table 2) */
static int tell_draining(json_t *sample, const struct stamps *t, const struct requests *requests)
{
	struct request_figures f;
	int r;

	if (!t->drained || !t->closed)
		return 0;
	r = requests_figures(requests, t->closed, t->drained, &f);
	if (r == 0)
		json_object_set_new(sample, "until_drained",
				    json_pack("{s:o, s:I, s:I}", "us",
					      number(between_us(t->closed, t->drained)), "made",
					      (json_int_t)f.made, "answers",
					      (json_int_t)f.answers));
	return r;
}

static void tell_shares(json_t *sample)
{
	static const char *const parts[] = {"interruption_us", "jitter_us",   "t_pre_us",
					    "t_chkp_us",       "t_copy_us",   "t_restore_us",
					    "t_comp_us",       "transfer_us", "criu_us"};
	double total = migration_number(sample, "total_us");
	json_t *shares = json_object();

	for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++) {
		char name[32];

		snprintf(name, sizeof name, "%.*s", (int)strlen(parts[i]) - 3, parts[i]);
		set(shares, name, migration_number(sample, parts[i]) / total);
	}
	json_object_set_new(sample, "shares", shares);
}

static void tell_spells(json_t *sample, const struct stamps *t, const struct requests *requests)
{
	struct request_spell spell[SPELLS_MAX];
	size_t count = requests_spells(requests, t->created, t->ended, spell, SPELLS_MAX);
	json_t *served = json_array();

	for (size_t i = 0; i < count && i < SPELLS_MAX; i++)
		json_array_append_new(
			served,
			json_pack("{s:s, s:o, s:o, s:I}", "edge", requests->edge[spell[i].edge],
				  "from_ms", number(between_us(t->created, spell[i].from_ns) / 1e3),
				  "to_ms", number(between_us(t->created, spell[i].to_ns) / 1e3),
				  "answers", (json_int_t)spell[i].answers));
	json_object_set_new(sample, "served", served);
	json_object_set_new(sample, "served_spells", json_integer((json_int_t)count));
}

static double sum_of(const json_t *rounds, const char *name)
{
	double sum = 0, value;
	const json_t *round;
	size_t i;

	json_array_foreach(rounds, i, round)
	{
		value = migration_number(round, name);
		sum += isnan(value) ? 0 : value;
	}
	return sum;
}

/* 000's Table 1: the downtime over what the image takes at the link's rate */
static void tell_over_link(json_t *sample, double link_bps)
{
	double bits = migration_number(sample, "bytes.image") * 8;

	set(sample, "t_comp_over_link",
	    bits > 0 && link_bps > 0
		    ? migration_number(sample, "t_comp_us") / (bits / link_bps * 1e6)
		    : NAN);
}

/*
 * What the operations of 003 Fig. 5 took: sending files, and CRIU. A round of `cooperative` is
 * looking for what changed and sending it, and no CRIU is in it; with a page server CRIU itself
 * sends, and there is one time for both.
 */
static void tell_operations(json_t *sample, const json_t *record, const json_t *process)
{
	const json_t *rounds = json_object_get(process, "rounds");
	const double restore = migration_number(sample, "t_restore_us");
	const bool cooperative = is_word(sample, "strategy", "cooperative"),
		   pages = is_word(json_object_get(record, "process"), "transfer", "page-server");
	double sent = cooperative ? sum_of(rounds, "us") : pages ? 0 : sum_of(rounds, "sent_us");

	if (!isfinite(restore))
		return;
	set(sample, "transfer_us",
	    sent + or_0(migration_number(sample, "t_copy_us")) +
		    sum_sent(process, "what", "layers", "us"));
	if (!cooperative)
		set(sample, "criu_us",
		    sum_of(rounds, "us") + or_0(migration_number(sample, "t_chkp_us")) + restore);
}

json_t *migration_sample(const json_t *record, const char *from, double link_bps,
			 const struct requests *requests)
{
	const json_t *process = json_object_get(json_object_get(record, "details"), "process");
	struct stamps t = stamps_of(record, from, requests);
	json_t *sample = json_object();

	tell_state(sample, record, from);
	tell_phases(sample, process, migration_number(record, "downtime.t_net_us"), &t);
	tell_operations(sample, record, process);
	tell_bytes(sample, process);
	tell_ledger(sample, process);
	tell_over_link(sample, link_bps);
	tell_rounds(sample, process, link_bps);
	if (tell_client(sample, &t, requests) < 0 || tell_draining(sample, &t, requests) < 0) {
		json_decref(sample);
		return NULL;
	}
	tell_shares(sample);
	tell_spells(sample, &t, requests);
	tell_stamps(sample, &t);
	return sample;
}

void migration_refer(json_t *sample, double bps)
{
	json_t *round;
	size_t i;

	json_array_foreach(json_object_get(sample, "rounds"), i, round)
	{
		set(round, "to_link", migration_number(round, "rate_bps") / bps);
		set(round, "wire_to_link", migration_number(round, "wire_rate_bps") / bps);
	}
}
