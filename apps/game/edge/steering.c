// SPDX-License-Identifier: Apache-2.0
#include "apps/game/edge/steering.h"

#include <string.h>

static void forget_inputs(struct steering *s)
{
	s->first = s->last = 0;
}

void steering_welcome(struct steering *s, const struct state_welcome *m)
{
	s->connected = true;
	s->role = m->role;
	s->newest = m->switch_number;
	s->asked = 0;
	forget_inputs(s);
}

/* The role is kept: nobody has taken it as far as is known here. */
void steering_lost(struct steering *s)
{
	s->connected = false;
	s->asked = 0;
	forget_inputs(s);
}

struct control_role_change steering_role(struct steering *s, const struct state_role_change *m)
{
	static const uint8_t outcomes[] = {[STATE_ACCEPTED] = CONTROL_ACCEPTED,
					   [STATE_STALE] = CONTROL_STALE,
					   [STATE_REFUSED] = CONTROL_REFUSED};

	s->role = m->role;
	s->newest = m->switch_number;
	/* News of another's older signal is no answer: ours is under way still. */
	if (m->switch_number >= s->asked || m->outcome != STATE_ACCEPTED)
		s->asked = 0;
	forget_inputs(s);
	return (struct control_role_change){
		.number = m->switch_number, .role = m->role, .outcome = outcomes[m->outcome]};
}

struct control_role_change steering_told(const struct steering *s)
{
	return (struct control_role_change){
		.number = s->newest,
		.role = s->role == STATE_PRIMARY ? CONTROL_PRIMARY : CONTROL_SECONDARY,
		.outcome = s->connected ? CONTROL_ACCEPTED : CONTROL_UNKNOWN};
}

bool steering_input(const struct steering *s, uint32_t applied, const struct control_input *in,
		    struct state_input *ret)
{
	uint32_t first = in->first, end = in->first + in->count, done = applied;

	/* What was sent counts only from where it began: an earlier one may be missing there. */
	if (s->last && first >= s->first && done < s->last)
		done = s->last;
	if (first <= done)
		first = done + 1;
	if (first >= end || end < in->first)
		return false;
	*ret = (struct state_input){.switch_number = s->newest, .first = first};
	ret->count = (uint8_t)(end - first);
	memcpy(ret->input, in->input + (first - in->first), ret->count);
	return true;
}

void steering_input_sent(struct steering *s, const struct state_input *m)
{
	uint32_t last = m->first + m->count - 1;

	if (s->last && m->first == s->last + 1) {
		s->last = last;
		return;
	}
	s->first = m->first;
	s->last = last;
}

enum steering_signal steering_signal(const struct steering *s, uint32_t number,
				     struct control_role_change *ret_answer)
{
	*ret_answer = steering_told(s);
	if (!s->connected)
		return STEERING_ANSWER;
	if (number <= s->newest) {
		if (number < s->newest || s->role != STATE_PRIMARY)
			ret_answer->outcome = CONTROL_STALE;
		return STEERING_ANSWER;
	}
	return number > s->asked ? STEERING_SEND : STEERING_WAIT;
}

void steering_signal_sent(struct steering *s, uint32_t number)
{
	s->asked = number;
	forget_inputs(s);
}
