// SPDX-License-Identifier: Apache-2.0
#include "apps/game/cloud/inputs.h"

void inputs_init(struct inputs *in, uint32_t applied)
{
	*in = (struct inputs){.applied = applied};
}

static void put_one(struct inputs *in, uint32_t number, uint8_t kind, struct inputs_tally *tally)
{
	unsigned at = number % INPUTS_WINDOW;

	if (number <= in->applied) {
		tally->duplicate++;
	} else if (number - in->applied > INPUTS_WINDOW) {
		tally->ahead++;
	} else if (in->held[at]) {
		tally->duplicate++;
	} else {
		in->held[at] = true;
		in->kind[at] = kind;
		tally->accepted++;
	}
}

void inputs_put(struct inputs *in, const struct state_input *m, struct inputs_tally *tally)
{
	if (!in->counting && m->count && m->first - 1 > in->applied)
		in->applied = m->first - 1;
	in->counting = in->counting || m->count;
	for (unsigned i = 0; i < m->count; i++)
		put_one(in, m->first + i, m->input[i], tally);
}

bool inputs_next(const struct inputs *in, enum state_input_kind *ret)
{
	unsigned at = (in->applied + 1) % INPUTS_WINDOW;

	*ret = in->kind[at];
	return in->held[at];
}

void inputs_take(struct inputs *in)
{
	in->applied++;
	in->held[in->applied % INPUTS_WINDOW] = false;
}
