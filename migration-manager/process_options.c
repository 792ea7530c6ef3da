// SPDX-License-Identifier: Apache-2.0
#include "migration-manager/process_options.h"

#include <errno.h>
#include <string.h>

#include "lib/json.h"
#include "migration-manager/step.h"

static const char *const transfers[] = {"stream", "rsync", "page-server", NULL};
static const char *const compressions[] = {"none", "gzip", NULL};
static const char *const tcps[] = {"keep", "close", NULL};
static const char *const criteria[] = {"dirty-rate", "equal-hash", "rounds", "p-haul", NULL};
static const char *const not_converged[] = {"fail", "stop", NULL};

/* One row a member; its bit in `members` is its place. */
struct member {
	const char *name;
	size_t offset;
	const char *const *words; /* NULL: a number */
	uint64_t min, max;
};

#define WORD(text, field, list)                                                                    \
	{                                                                                          \
		.name = text, .offset = offsetof(struct process_options, field), .words = list     \
	}
#define NUMBER(field, least, most)                                                                 \
	{                                                                                          \
		.name = #field, .offset = offsetof(struct process_options, field), .min = least,   \
		.max = most                                                                        \
	}

static const struct member members[] = {
	WORD("transfer", transfer, transfers),
	WORD("compress", compress, compressions),
	WORD("tcp", tcp, tcps),
	WORD("criterion", criterion, criteria),
	NUMBER(threshold, 1, PROCESS_THRESHOLD_MAX),
	NUMBER(rounds, 1, PROCESS_ROUNDS_MAX),
	NUMBER(interval_ms, 0, PROCESS_INTERVAL_MS_MAX),
	NUMBER(interval_last_ms, 0, PROCESS_INTERVAL_MS_MAX),
	WORD("not_converged", not_converged, not_converged),
};

enum { MEMBERS = sizeof members / sizeof members[0] };

static size_t *word_of(const struct member *member, struct process_options *options)
{
	return (size_t *)((char *)options + member->offset);
}

static uint64_t *number_of(const struct member *member, struct process_options *options)
{
	return (uint64_t *)((char *)options + member->offset);
}

/* ---- a request's ---- */

/* Names of the strategies that take a member */
static void takers(unsigned bit, char *buf, size_t size)
{
	size_t len = 0;

	buf[0] = '\0';
	for (size_t i = 0; strategy_names[i] && len < size; i++) {
		const struct process_takes *takes = strategy_find(strategy_names[i])->process;

		if (takes && takes->members & bit)
			len += (size_t)snprintf(buf + len, size - len, "%s%s", len ? ", " : "",
						strategy_names[i]);
	}
}

static void read_member(struct json_reader *own, const struct strategy *strategy, size_t at,
			struct process_options *options)
{
	const struct member *member = &members[at];
	char others[128];

	if (member->words)
		json_read_word(own, member->name, false, member->words, word_of(member, options));
	else
		json_read_u64(own, member->name, false, member->min, member->max,
			      number_of(member, options));
	if (strategy->process->members & 1U << at || !json_object_get(own->object, member->name))
		return;
	takers(1U << at, others, sizeof others);
	json_reader_fail(own, member->name, "strategy '%s' has no use for it; these have: %s",
			 strategy->name, others);
}

/* What doesn't go together */
static void check_page_server(struct json_reader *own, const struct strategy *strategy,
			      const struct process_options *o)
{
	if (o->transfer != TRANSFER_PAGE_SERVER || !(strategy->process->members & 1))
		return;
	if (!strategy->process->page_server)
		json_reader_fail(own, "transfer",
				 "strategy '%s' can't use a page server; stream or rsync",
				 strategy->name);
	if (o->compress != COMPRESS_NONE)
		json_reader_fail(own, "compress",
				 "a page server is sent pages as they are; with gzip, transfer "
				 "stream or rsync");
	if (o->criterion == CRITERION_EQUAL_HASH &&
	    strategy->process->members & PROCESS_TAKES_CRITERION)
		json_reader_fail(own, "criterion",
				 "with a page server the source keeps no pages, so there is "
				 "nothing to hash");
}

static void check_rounds(struct json_reader *own, const struct process_options *o)
{
	if (o->interval_last_ms > o->interval_ms)
		json_reader_fail(own, "interval_last_ms",
				 "intervals fall: expected at most interval_ms, which is %llu",
				 (unsigned long long)o->interval_ms);
	if (o->threshold && o->criterion != CRITERION_DIRTY_RATE)
		json_reader_fail(own, "threshold",
				 "criterion '%s' has no threshold; dirty-rate has",
				 criteria[o->criterion]);
}

/* Each complaint of @own, below the member's name */
static void hand_up(struct json_reader *r, const struct json_reader *own)
{
	for (size_t i = 0; i < own->invalid_count && r->invalid_count < JSON_INVALID_MAX; i++) {
		struct json_invalid *to = &r->invalid[r->invalid_count++];

		*to = own->invalid[i];
		snprintf(to->param, sizeof to->param, "/process%.50s", own->invalid[i].param);
	}
}

void process_options_read(struct json_reader *r, const struct strategy *strategy,
			  struct process_options *ret)
{
	const json_t *given = json_object_get(r->object, "process");
	struct json_reader own;

	r->known[r->known_count++] = "process";
	if (strategy->process)
		*ret = strategy->process->defaults;
	if (!given)
		return;
	if (!strategy->process) {
		json_reader_fail(r, "process", "strategy '%s' moves no process", strategy->name);
		return;
	}
	if (!json_is_object(given)) {
		json_reader_fail(r, "process", "expected an object");
		return;
	}
	json_reader_begin(&own, given);
	for (size_t i = 0; i < MEMBERS; i++)
		read_member(&own, strategy, i, ret);
	if (!json_object_get(given, "interval_last_ms"))
		ret->interval_last_ms = ret->interval_ms;
	check_page_server(&own, strategy, ret);
	check_rounds(&own, ret);
	json_reader_end(&own);
	hand_up(r, &own);
}

/* ---- the journal's ---- */

json_t *process_options_json(const struct process_options *options,
			     const struct process_takes *takes)
{
	struct process_options copy = *options;
	json_t *j = json_object();

	for (size_t i = 0; i < MEMBERS; i++) {
		const struct member *m = &members[i];

		if (!(takes->members & 1U << i))
			continue;
		if (m->words)
			json_object_set_new(j, m->name, json_string(m->words[*word_of(m, &copy)]));
		else if (*number_of(m, &copy) >= m->min)
			json_object_set_new(j, m->name,
					    json_integer((json_int_t)*number_of(m, &copy)));
	}
	return j;
}

int process_options_load(const json_t *j, const struct process_takes *takes,
			 struct process_options *ret)
{
	struct json_reader r;

	*ret = takes->defaults;
	if (!json_is_object(j))
		return -EINVAL;
	json_reader_begin(&r, j);
	for (size_t i = 0; i < MEMBERS; i++) {
		const struct member *m = &members[i];

		if (m->words)
			json_read_word(&r, m->name, false, m->words, word_of(m, ret));
		else
			json_read_u64(&r, m->name, false, m->min, m->max, number_of(m, ret));
	}
	return json_reader_end(&r);
}

const char *process_transfer_name(const struct process_options *options)
{
	return transfers[options->transfer];
}

const char *process_compress_name(const struct process_options *options)
{
	return compressions[options->compress];
}

const char *process_tcp_name(const struct process_options *options)
{
	return tcps[options->tcp];
}

const char *process_criterion_name(const struct process_options *options)
{
	return criteria[options->criterion];
}
