// SPDX-License-Identifier: Apache-2.0
#include "apps/stream-client/inputs.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

enum { NS_PER_MS = 1000000 };

struct inputs {
	pthread_mutex_t lock;
	bool ready;
	uint32_t heard;	   /* what the stamps say before it is ready */
	uint64_t heard_ns; /* since when; 0: there was none */
	uint32_t first;	   /* the first number of this run */
	uint32_t next;	   /* to be made */
	uint32_t acked, shown;
	uint32_t unsent; /* the first never sent */
	uint64_t sent_ns;
	uint64_t sends, resends, refused;
	struct input_row row[INPUTS_ROWS];
};

static const char *const names[INPUT_KINDS] = {"none", "up", "right", "down", "left", "rest", "go"};

int input_parse(const char *text, enum input_kind *ret_input)
{
	for (unsigned i = INPUT_UP; i < INPUT_KINDS; i++)
		if (strcmp(text, names[i]) == 0) {
			*ret_input = (enum input_kind)i;
			return 0;
		}
	return -EINVAL;
}

const char *input_name(enum input_kind input)
{
	return names[input];
}

int inputs_new(struct inputs **ret_inputs)
{
	struct inputs *in = calloc(1, sizeof *in);

	if (!in)
		return -ENOMEM;
	pthread_mutex_init(&in->lock, NULL);
	*ret_inputs = in;
	return 0;
}

void inputs_free(struct inputs *inputs)
{
	if (!inputs)
		return;
	pthread_mutex_destroy(&inputs->lock);
	free(inputs);
}

static struct input_row *row_of(struct inputs *in, uint32_t seq)
{
	return &in->row[seq % INPUTS_ROWS];
}

int inputs_make(struct inputs *inputs, enum input_kind input, uint64_t now_ns, uint32_t *ret_seq)
{
	int r = 0;

	pthread_mutex_lock(&inputs->lock);
	if (!inputs->ready) {
		r = -EAGAIN;
	} else if (inputs->next - inputs->acked > INPUTS_UNACKED_MAX) {
		inputs->refused++;
		r = -ENOBUFS;
	} else {
		struct input_row row = {
			.seq = inputs->next, .input = (uint8_t)input, .made_ns = now_ns};

		*row_of(inputs, inputs->next) = row;
		*ret_seq = inputs->next++;
	}
	pthread_mutex_unlock(&inputs->lock);
	return r;
}

static uint64_t wait_left(const struct inputs *in, uint64_t now_ns)
{
	uint64_t due = in->sent_ns + INPUTS_RESEND_MS * (uint64_t)NS_PER_MS;

	return due > now_ns ? due - now_ns : 0;
}

/* The oldest first, since the world applies them in order */
static void fill(struct inputs *in, uint64_t now_ns, struct control_input *ret_input)
{
	uint32_t seq = in->acked + 1;

	ret_input->first = seq;
	ret_input->count = 0;
	for (; seq != in->next && ret_input->count < CONTROL_INPUTS_MAX; seq++) {
		struct input_row *row = row_of(in, seq);

		ret_input->input[ret_input->count++] = row->input;
		if (row->sends++ == 0)
			row->sent_ns = now_ns;
	}
	if (seq > in->unsent)
		in->unsent = seq;
	else
		in->resends++;
	in->sends++;
	in->sent_ns = now_ns;
}

/* New ones that fit in one message with all that is unacknowledged before them */
static bool has_new(const struct inputs *in)
{
	return in->unsent != in->next && in->unsent - in->acked <= CONTROL_INPUTS_MAX;
}

bool inputs_due(struct inputs *inputs, uint64_t now_ns, bool at_once,
		struct control_input *ret_input, uint64_t *ret_wait_ns)
{
	bool any, due;

	pthread_mutex_lock(&inputs->lock);
	any = inputs->ready && inputs->next != inputs->acked + 1;
	due = any && (at_once || has_new(inputs) || wait_left(inputs, now_ns) == 0);
	if (due)
		fill(inputs, now_ns, ret_input);
	*ret_wait_ns = any ? wait_left(inputs, now_ns) : UINT64_MAX;
	pthread_mutex_unlock(&inputs->lock);
	return due;
}

/* Numbers of this run that a stamp can speak of */
static uint32_t known(const struct inputs *in, uint32_t seq)
{
	return seq < in->next ? seq : in->next - 1;
}

/* Return: whether stamps have said nothing but @seq for long enough */
static bool settles(struct inputs *in, uint32_t seq, uint64_t now_ns)
{
	if (in->ready)
		return false;
	if (!in->heard_ns || seq != in->heard) {
		in->heard = seq;
		in->heard_ns = now_ns;
		return false;
	}
	return now_ns - in->heard_ns >= INPUTS_SETTLE_MS * (uint64_t)NS_PER_MS;
}

void inputs_acked(struct inputs *inputs, uint32_t seq, uint64_t now_ns)
{
	struct inputs *in = inputs;

	pthread_mutex_lock(&in->lock);
	/* With nothing made yet, a later stamp may still know of more from the run before. */
	if (settles(in, seq, now_ns) || (in->ready && in->next == in->first && seq >= in->next)) {
		in->ready = true;
		in->first = in->next = in->unsent = seq + 1;
		in->acked = in->shown = seq;
	}
	while (in->ready && in->acked < known(in, seq)) {
		in->acked++;
		row_of(in, in->acked)->acked_ns = now_ns;
	}
	if (in->ready && in->unsent <= in->acked)
		in->unsent = in->acked + 1;
	pthread_mutex_unlock(&in->lock);
}

void inputs_shown(struct inputs *inputs, uint32_t seq, uint64_t now_ns)
{
	struct inputs *in = inputs;

	pthread_mutex_lock(&in->lock);
	while (in->ready && in->shown < known(in, seq)) {
		in->shown++;
		row_of(in, in->shown)->shown_ns = now_ns;
	}
	pthread_mutex_unlock(&in->lock);
}

void inputs_state(struct inputs *inputs, struct inputs_state *ret_state)
{
	pthread_mutex_lock(&inputs->lock);
	*ret_state = (struct inputs_state){
		.ready = inputs->ready,
		.made = inputs->ready ? inputs->next - 1 : 0,
		.acked = inputs->acked,
		.sends = inputs->sends,
		.resends = inputs->resends,
		.refused = inputs->refused,
	};
	pthread_mutex_unlock(&inputs->lock);
}

size_t inputs_rows(struct inputs *inputs, uint32_t from, size_t max, struct input_row *rows)
{
	struct inputs *in = inputs;
	size_t count = 0;

	pthread_mutex_lock(&in->lock);
	if (from < in->first)
		from = in->first;
	if (in->next > INPUTS_ROWS && from < in->next - INPUTS_ROWS)
		from = in->next - INPUTS_ROWS;
	for (; in->ready && from < in->next && count < max; from++)
		rows[count++] = *row_of(in, from);
	pthread_mutex_unlock(&in->lock);
	return count;
}
