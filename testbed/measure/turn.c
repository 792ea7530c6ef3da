// SPDX-License-Identifier: Apache-2.0
#include "testbed/measure/turn.h"

#include <math.h>

static json_int_t integer(const json_t *object, const char *name)
{
	return json_integer_value(json_object_get(object, name));
}

static const struct input_times *made(const struct app_trace *trace, json_int_t seq)
{
	for (size_t i = trace->input_count; seq && i > 0; i--)
		if (trace->input[i - 1].seq == seq)
			return &trace->input[i - 1];
	return NULL;
}

double turn_comp_us(const json_t *turn, uint32_t number, const struct app_trace *trace)
{
	const struct input_times *last = made(trace, integer(turn, "last")),
				 *first = made(trace, integer(turn, "first"));
	json_int_t last_ns = integer(turn, "last_ns"), first_ns = integer(turn, "first_ns");
	double apart, us;

	if (integer(turn, "number") != number || !last || !first || !last_ns || !first_ns)
		return NAN;
	apart = (double)(int64_t)(first->made_ns - last->made_ns);
	if (apart > 2.0 * (double)INPUTS_AROUND_NS)
		return NAN;
	us = ((double)(int64_t)((uint64_t)first_ns - (uint64_t)last_ns) - apart) / 1000;
	return us > 0 ? us : 0;
}
