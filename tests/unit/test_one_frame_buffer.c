// SPDX-License-Identifier: Apache-2.0
/*
 * The proof of B14: the buffer holds one frame, a read doesn't clear it, only its owner overwrites
 * it, and what was read never changes; alone, and with an owner, readers and intruders at the same
 * time (run by ASan and UBSan with SAN=1, by TSan in tests/integration/stream-client-threads.t).
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>

#include "apps/stream-client/one_frame_buffer.h"

enum {
	SIDE = 32,
	STRESS_PUTS = 20000,
	STRESS_READS = 20000,
	READERS = ONE_FRAME_BUFFER_READERS_MAX
};

static struct frame frame_new(uint32_t seq)
{
	struct frame frame = {.stamp = {.edge = 1, .seq = seq}};

	assert_int_equal(picture_new(SIDE, SIDE, &frame.picture), 0);
	picture_fill(frame.picture, (uint8_t)seq, (uint8_t)(seq >> 8), (uint8_t)(seq >> 16));
	return frame;
}

static int put(struct one_frame_buffer *buffer, uint32_t seq)
{
	struct frame frame = frame_new(seq);
	int r = one_frame_buffer_put(buffer, &frame);

	picture_free(frame.picture);
	return r;
}

/* Every sample says the sequence that the stamp says */
static bool is_whole(const struct frame *frame)
{
	for (unsigned p = 0; p < PICTURE_PLANES; p++)
		for (unsigned y = 0; y < picture_plane_height(frame->picture, p); y++)
			for (unsigned x = 0; x < picture_plane_width(frame->picture, p); x++)
				if (frame->picture->plane[p][y * frame->picture->stride[p] + x] !=
				    (uint8_t)(frame->stamp.seq >> 8 * p))
					return false;
	return true;
}

static struct one_frame_buffer *owned(enum one_frame_buffer_kind kind)
{
	struct one_frame_buffer *buffer;

	assert_int_equal(one_frame_buffer_new(kind, &buffer), 0);
	assert_int_equal(one_frame_buffer_own(buffer), 0);
	return buffer;
}

static uint32_t read_seq(struct one_frame_buffer *buffer)
{
	const struct frame *frame = one_frame_buffer_read(buffer);
	uint32_t seq = frame ? frame->stamp.seq : 0;

	assert_true(!frame || is_whole(frame));
	one_frame_buffer_let_go(buffer, frame);
	return seq;
}

static void test_read_does_not_clear(void **state)
{
	struct one_frame_buffer *buffer = owned(BUFFER_ONE_FRAME);
	struct one_frame_buffer_counters counters;

	assert_null(one_frame_buffer_read(buffer));
	assert_int_equal(one_frame_buffer_held(buffer), 0);
	assert_int_equal(put(buffer, 7), 0);
	for (unsigned i = 0; i < 100; i++) {
		assert_int_equal(read_seq(buffer), 7);
		assert_int_equal(one_frame_buffer_held(buffer), 1);
	}
	one_frame_buffer_counters(buffer, &counters);
	assert_int_equal(counters.reads, 100);
	assert_int_equal(counters.again, 99);
	one_frame_buffer_free(buffer);
}

static void test_holds_one_frame(void **state)
{
	struct one_frame_buffer *buffer = owned(BUFFER_ONE_FRAME);
	struct one_frame_buffer_counters counters;
	const struct frame *frame;

	for (uint32_t seq = 1; seq <= 50; seq++) {
		assert_int_equal(put(buffer, seq), 0);
		assert_int_equal(one_frame_buffer_held(buffer), 1);
	}
	assert_int_equal(read_seq(buffer), 50);
	frame = one_frame_buffer_read(buffer);
	assert_int_equal(frame->generation, 50);
	one_frame_buffer_let_go(buffer, frame);
	one_frame_buffer_counters(buffer, &counters);
	assert_int_equal(counters.puts, 50);
	assert_int_equal(counters.overwritten, 49);
	one_frame_buffer_free(buffer);
}

static void test_what_was_read_stays(void **state)
{
	struct one_frame_buffer *buffer = owned(BUFFER_ONE_FRAME);
	const struct frame *first;

	put(buffer, 1);
	first = one_frame_buffer_read(buffer);
	for (uint32_t seq = 2; seq < 40; seq++)
		assert_int_equal(put(buffer, seq), 0);
	assert_int_equal(first->stamp.seq, 1);
	assert_true(is_whole(first));
	assert_int_equal(read_seq(buffer), 39);
	one_frame_buffer_let_go(buffer, first);
	one_frame_buffer_let_go(buffer, NULL);
	one_frame_buffer_free(buffer);
}

/* Who holds on to everything costs the owner frames, counted, but no time. */
static void test_readers_hold_everything(void **state)
{
	struct one_frame_buffer *buffer = owned(BUFFER_ONE_FRAME);
	const struct frame *held[ONE_FRAME_BUFFER_READERS_MAX + 2];
	struct one_frame_buffer_counters counters;
	uint32_t seq = 0;

	for (unsigned i = 0; i < ONE_FRAME_BUFFER_READERS_MAX + 2; i++) {
		assert_int_equal(put(buffer, ++seq), 0);
		held[i] = one_frame_buffer_read(buffer);
	}
	assert_int_equal(put(buffer, 100), -EBUSY);
	assert_int_equal(read_seq(buffer), seq);
	one_frame_buffer_counters(buffer, &counters);
	assert_int_equal(counters.full, 1);
	one_frame_buffer_let_go(buffer, held[0]);
	assert_int_equal(put(buffer, 101), 0);
	assert_int_equal(read_seq(buffer), 101);
	for (unsigned i = 1; i < ONE_FRAME_BUFFER_READERS_MAX + 2; i++) {
		assert_int_equal(held[i]->stamp.seq, i + 1);
		assert_true(is_whole(held[i]));
		one_frame_buffer_let_go(buffer, held[i]);
	}
	one_frame_buffer_free(buffer);
}

/* ---- the owner ---- */

struct intruder {
	struct one_frame_buffer *buffer;
	int put, own, disown;
};

static void *intrude(void *user)
{
	struct intruder *i = user;

	i->put = put(i->buffer, 666);
	i->own = one_frame_buffer_own(i->buffer);
	i->disown = one_frame_buffer_disown(i->buffer);
	return NULL;
}

static struct intruder try_intruder(struct one_frame_buffer *buffer)
{
	struct intruder i = {.buffer = buffer};
	pthread_t thread;

	assert_int_equal(pthread_create(&thread, NULL, intrude, &i), 0);
	pthread_join(thread, NULL);
	return i;
}

static void test_only_owner_overwrites(void **state)
{
	struct one_frame_buffer *buffer = owned(BUFFER_ONE_FRAME);
	struct one_frame_buffer_counters counters;
	struct intruder i;

	put(buffer, 5);
	i = try_intruder(buffer);
	assert_int_equal(i.put, -EPERM);
	assert_int_equal(i.own, -EPERM);
	assert_int_equal(i.disown, -EPERM);
	assert_int_equal(read_seq(buffer), 5);
	one_frame_buffer_counters(buffer, &counters);
	assert_int_equal(counters.foreign, 1);
	assert_int_equal(counters.puts, 1);
	assert_int_equal(one_frame_buffer_own(buffer), 0);
	one_frame_buffer_free(buffer);
}

static void test_owner_goes(void **state)
{
	struct one_frame_buffer *buffer = owned(BUFFER_ONE_FRAME);
	struct intruder i;

	put(buffer, 5);
	assert_int_equal(one_frame_buffer_disown(buffer), 0);
	assert_int_equal(put(buffer, 6), -EPERM);
	assert_int_equal(read_seq(buffer), 5);
	i = try_intruder(buffer);
	assert_int_equal(i.put, -EPERM); /* not yet its owner then */
	assert_int_equal(i.own, 0);
	assert_int_equal(i.disown, 0);
	assert_int_equal(one_frame_buffer_own(buffer), 0);
	one_frame_buffer_free(buffer);
}

static void test_another_size(void **state)
{
	struct one_frame_buffer *buffer = owned(BUFFER_ONE_FRAME);
	struct frame large = {.stamp.seq = 9};
	const struct frame *small, *got;

	put(buffer, 1);
	small = one_frame_buffer_read(buffer);
	assert_int_equal(picture_new(2 * SIDE, SIDE, &large.picture), 0);
	picture_fill(large.picture, 9, 0, 0);
	for (unsigned i = 0; i < 20; i++)
		assert_int_equal(one_frame_buffer_put(buffer, &large), 0);
	got = one_frame_buffer_read(buffer);
	assert_int_equal(got->picture->width, 2 * SIDE);
	assert_true(is_whole(got));
	assert_int_equal(small->picture->width, SIDE);
	one_frame_buffer_let_go(buffer, got);
	one_frame_buffer_let_go(buffer, small);
	picture_free(large.picture);
	one_frame_buffer_free(buffer);
}

/* ---- the FIFO ---- */

static void test_fifo(void **state)
{
	struct one_frame_buffer *buffer = owned(BUFFER_FIFO);
	struct one_frame_buffer_counters counters;

	assert_null(one_frame_buffer_read(buffer));
	for (uint32_t seq = 1; seq <= 10; seq++)
		assert_int_equal(put(buffer, seq), 0);
	assert_int_equal(one_frame_buffer_held(buffer), 10);
	for (uint32_t seq = 1; seq <= 10; seq++)
		assert_int_equal(read_seq(buffer), seq);
	assert_int_equal(read_seq(buffer), 10);
	one_frame_buffer_counters(buffer, &counters);
	assert_int_equal(counters.overwritten, 0);
	assert_int_equal(counters.again, 1);
	one_frame_buffer_free(buffer);
}

static void test_fifo_full(void **state)
{
	struct one_frame_buffer *buffer = owned(BUFFER_FIFO);
	uint32_t seq = 0;

	while (put(buffer, seq + 1) == 0)
		seq++;
	assert_int_equal(seq, BUFFER_FIFO_MAX + 1);
	assert_int_equal(put(buffer, 1000), -EBUSY);
	for (uint32_t want = 1; want <= seq; want++)
		assert_int_equal(read_seq(buffer), want);
	assert_int_equal(put(buffer, 1001), 0);
	assert_int_equal(read_seq(buffer), 1001);
	one_frame_buffer_free(buffer);
}

/* ---- all at once ---- */

struct stress {
	struct one_frame_buffer *buffer;
	atomic_bool done;
	atomic_uint torn, backward, changed, refused_not, reads, puts;
};

static void *stress_owner(void *user)
{
	struct stress *s = user;
	struct frame frame = frame_new(0);

	one_frame_buffer_own(s->buffer);
	for (uint32_t seq = 1; seq <= STRESS_PUTS || s->reads < STRESS_READS; seq++) {
		frame.stamp.seq = seq;
		picture_fill(frame.picture, (uint8_t)seq, (uint8_t)(seq >> 8),
			     (uint8_t)(seq >> 16));
		s->puts += one_frame_buffer_put(s->buffer, &frame) == 0;
	}
	picture_free(frame.picture);
	atomic_store(&s->done, true);
	return NULL;
}

static void *stress_reader(void *user)
{
	struct stress *s = user;
	uint64_t last = 0;

	while (!atomic_load(&s->done)) {
		const struct frame *frame = one_frame_buffer_read(s->buffer);
		uint32_t seq;

		if (!frame)
			continue;
		seq = frame->stamp.seq;
		s->torn += !is_whole(frame);
		s->backward += frame->generation < last || frame->generation != seq;
		s->changed += !is_whole(frame) || frame->stamp.seq != seq;
		s->reads++;
		last = frame->generation;
		one_frame_buffer_let_go(s->buffer, frame);
	}
	return NULL;
}

static void *stress_intruder(void *user)
{
	struct stress *s = user;
	struct frame frame = frame_new(0xffffff);

	while (!atomic_load(&s->done))
		s->refused_not += one_frame_buffer_put(s->buffer, &frame) != -EPERM;
	picture_free(frame.picture);
	return NULL;
}

static void test_stress(void **state)
{
	struct stress s = {0};
	pthread_t owner, intruder, reader[READERS];
	struct one_frame_buffer_counters counters;

	assert_int_equal(one_frame_buffer_new(BUFFER_ONE_FRAME, &s.buffer), 0);
	for (unsigned i = 0; i < READERS; i++)
		pthread_create(&reader[i], NULL, stress_reader, &s);
	pthread_create(&intruder, NULL, stress_intruder, &s);
	pthread_create(&owner, NULL, stress_owner, &s);
	pthread_join(owner, NULL);
	pthread_join(intruder, NULL);
	for (unsigned i = 0; i < READERS; i++)
		pthread_join(reader[i], NULL);
	assert_int_equal(s.torn, 0);
	assert_int_equal(s.backward, 0);
	assert_int_equal(s.changed, 0);
	assert_int_equal(s.refused_not, 0);
	assert_int_equal(one_frame_buffer_held(s.buffer), 1);
	one_frame_buffer_counters(s.buffer, &counters);
	assert_int_equal(counters.puts, s.puts);
	assert_int_equal(counters.full, 0);
	assert_int_equal(counters.reads, s.reads);
	assert_int_equal(read_seq(s.buffer), s.puts);
	one_frame_buffer_free(s.buffer);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_read_does_not_clear),
		cmocka_unit_test(test_holds_one_frame),
		cmocka_unit_test(test_what_was_read_stays),
		cmocka_unit_test(test_readers_hold_everything),
		cmocka_unit_test(test_only_owner_overwrites),
		cmocka_unit_test(test_owner_goes),
		cmocka_unit_test(test_another_size),
		cmocka_unit_test(test_fifo),
		cmocka_unit_test(test_fifo_full),
		cmocka_unit_test(test_stress),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
