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

void inputs_take(struct inputs *in, uint64_t now_ns)
{
	struct inputs_turn *turn = &in->turn;

	in->applied++;
	in->applied_ns = now_ns;
	in->held[in->applied % INPUTS_WINDOW] = false;
	if (turn->number && in->applied <= turn->old_last) {
		turn->last = in->applied;
		turn->last_ns = now_ns;
	} else if (turn->number && !turn->first) {
		turn->first = in->applied;
		turn->first_ns = now_ns;
	}
}

void inputs_turn(struct inputs *in, uint32_t number)
{
	uint32_t old_last = in->applied;

	while (old_last - in->applied < INPUTS_WINDOW && in->held[(old_last + 1) % INPUTS_WINDOW])
		old_last++;
	in->turn = (struct inputs_turn){.number = number, .old_last = old_last};
	if (in->applied_ns) {
		in->turn.last = in->applied;
		in->turn.last_ns = in->applied_ns;
	}
}
