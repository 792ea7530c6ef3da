// SPDX-License-Identifier: Apache-2.0
/* What is told of all migrations of a measurement together. */
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "testbed/measure/ascending.h"
#include "testbed/measure/migration.h"

enum { WAITS_MAX = 3000 };

/* ---- verdict ---- */

static json_int_t of(const json_t *object, const char *name)
{
	return json_integer_value(json_object_get(object, name));
}

static size_t rows_wrong(const struct requests *requests)
{
	size_t wrong = 0;

	for (size_t i = 0; i < requests->answered; i++)
		wrong += !requests->row[i].ok;
	return wrong;
}

static int by_number(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return (x > y) - (x < y);
}

/* Numbers that are missing between 1 and the last, and those that are there twice: the rows are
 * looked at as if the client could have a mistake, too. Return: 0 or -ENOMEM */
static int look_at_numbers(const struct requests *requests, size_t *ret_missing, size_t *ret_twice)
{
	uint64_t *numbers = calloc(requests->count + 1, sizeof *numbers);

	*ret_missing = *ret_twice = 0;
	if (!numbers)
		return -ENOMEM;
	for (size_t i = 0; i < requests->count; i++)
		numbers[i] = requests->row[i].number;
	if (requests->count)
		qsort(numbers, requests->count, sizeof *numbers, by_number);
	for (size_t i = 0; i < requests->count; i++) {
		uint64_t before = i ? numbers[i - 1] : 0;

		if (numbers[i] == before)
			++*ret_twice;
		else
			*ret_missing += numbers[i] - before - 1;
	}
	free(numbers);
	return 0;
}

static json_t *yes_no(bool known, bool value)
{
	return known ? json_boolean(value) : json_null();
}

/* Without all rows or without the client's summary nothing is known: null, which is no verdict. */
json_t *migration_verdict(const json_t *summary, const struct requests *requests, bool whole)
{
	size_t missing, twice, wrong = rows_wrong(requests),
			       unanswered = requests->count - requests->answered;
	json_int_t said_wrong = of(summary, "wrong"), doubled = of(summary, "doubled");
	bool known = look_at_numbers(requests, &missing, &twice) == 0 && whole &&
		     json_is_object(summary) && requests->count > 0;
	json_t *verdict = json_object(), *copy = json_object();
	bool once = !unanswered && !missing && !twice && !doubled &&
		    of(summary, "answered") == (json_int_t)requests->answered;
	bool right = !wrong && !said_wrong;

	if (json_is_object(summary))
		json_object_update(copy, (json_t *)summary);
	json_object_set_new(verdict, "every_request_answered_once", yes_no(known, once));
	json_object_set_new(verdict, "every_chain_right", yes_no(known, right));
	json_object_set_new(verdict, "holds", yes_no(known, once && right));
	json_object_set_new(verdict, "broken",
			    known ? json_integer(!(once && right)) : json_null());
	json_object_set_new(verdict, "requests", json_integer((json_int_t)requests->count));
	json_object_set_new(verdict, "unanswered", json_integer((json_int_t)unanswered));
	json_object_set_new(verdict, "missing", json_integer((json_int_t)missing));
	json_object_set_new(verdict, "twice", json_integer((json_int_t)twice + doubled));
	json_object_set_new(
		verdict, "wrong",
		json_integer(said_wrong > (json_int_t)wrong ? said_wrong : (json_int_t)wrong));
	json_object_set_new(verdict, "client", copy);
	return verdict;
}

/* ---- figures of all samples ---- */

static bool counts(const json_t *sample, const char *strategy)
{
	const char *of_it = json_string_value(json_object_get(sample, "strategy"));

	return json_is_true(json_object_get(sample, "completed")) &&
	       (!strategy || (of_it && strcmp(of_it, strategy) == 0));
}

static double at_share(const json_t *document, const char *strategy, const char *path, double share)
{
	const json_t *samples = json_object_get(document, "samples"), *sample;
	double *values = calloc(json_array_size(samples) + 1, sizeof *values), found;
	size_t i, n = 0;

	if (!values)
		return NAN;
	json_array_foreach(samples, i, sample)
	{
		double value = migration_number(sample, path);

		if (counts(sample, strategy) && !isnan(value))
			values[n++] = value;
	}
	ascending_sort(values, n);
	found = ascending_at(values, n, share);
	free(values);
	return found;
}

double migration_median(const json_t *document, const char *strategy, const char *path)
{
	return at_share(document, strategy, path, 0.5);
}

double migration_max(const json_t *document, const char *strategy, const char *path)
{
	return at_share(document, strategy, path, 1);
}

/* ---- ways ---- */

/* How many ended how, as numbers for experiments */
static void count_ends(json_t *document)
{
	json_t *samples = json_object_get(document, "samples"), *sample;
	json_int_t completed = 0;
	size_t i;

	json_array_foreach(samples, i, sample) completed +=
		json_is_true(json_object_get(sample, "completed"));
	json_object_set_new(document, "completed", json_integer(completed));
	json_object_set_new(document, "not_completed",
			    json_integer((json_int_t)json_array_size(samples) - completed));
}

/* What experiments look at apart: 004's first move is to an edge that has the application layer, or
 * hasn't; one back, or there again, also finds its own last dump, so that only what changed
 * travels. */
void migration_ways(json_t *document)
{
	json_t *first = json_array(), *back = json_array(), *again = json_array(), *sample;
	const char *home = NULL;
	size_t i;

	count_ends(document);
	json_array_foreach(json_object_get(document, "samples"), i, sample)
	{
		const char *from = json_string_value(json_object_get(sample, "from"));

		if (!json_is_true(json_object_get(sample, "completed")) || !from)
			continue;
		if (!home)
			home = from;
		json_array_append(strcmp(from, home) != 0  ? back
				  : json_array_size(first) ? again
							   : first,
				  sample);
	}
	json_object_set_new(
		document, "ways",
		json_pack("{s:o, s:o, s:o}", "first", first, "back", back, "again", again));
}

/* ---- waits ---- */

static double wait_ms(const struct request_row *row)
{
	return (double)(row->answered_ns - row->made_ns) / 1e6;
}

/* What a hundredth of them is above; all of those are kept */
static double standing_out(const struct requests *requests)
{
	double *waits = calloc(requests->answered + 1, sizeof *waits), limit;

	if (!waits)
		return NAN;
	for (size_t i = 0; i < requests->answered; i++)
		waits[i] = wait_ms(&requests->row[i]);
	ascending_sort(waits, requests->answered);
	limit = ascending_at(waits, requests->answered, 0.99);
	free(waits);
	return limit;
}

json_t *migration_waits(const struct requests *requests, uint64_t from_ns)
{
	double limit = standing_out(requests);
	size_t every = requests->answered / WAITS_MAX + 1, kept = 0;
	json_t *rows = json_array();

	for (size_t i = 0; i < requests->answered; i++) {
		const struct request_row *row = &requests->row[i];
		bool out = wait_ms(row) > limit && kept < WAITS_MAX;

		if (i % every && !out)
			continue;
		kept += i % every && out;
		json_array_append_new(
			rows,
			json_pack("[f, f, s]",
				  round((double)(int64_t)(row->made_ns - from_ns) / 1e3) / 1e3,
				  round(wait_ms(row) * 1e3) / 1e3, requests->edge[row->edge]));
	}
	return rows;
}

void migration_load_text(const json_t *load, char *buf, size_t size)
{
	const char *kind = json_string_value(json_object_get(load, "kind"));
	const char *rate = json_string_value(json_object_get(load, "rate"));
	const char *over = json_is_true(json_object_get(load, "tcp")) ? "TCP" : "UDP";

	if (!kind || !rate)
		snprintf(buf, size, "-");
	else if (strcmp(kind, "closed") == 0)
		snprintf(buf, size, "one request after the other over %s", over);
	else if (strcmp(kind, "burst") == 0)
		snprintf(buf, size, "bursts %.40s (ms on/off/requests a second) over %s", rate,
			 over);
	else
		snprintf(buf, size, "%.20s requests a second over %s", rate, over);
}
