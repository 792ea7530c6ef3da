// SPDX-License-Identifier: Apache-2.0
/*
 * RFC 6184: NAL units through packets and back; with any one packet lost, swapped, doubled or cut;
 * jumps, floods and sizes at their limits.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "apps/stream/h264_nal.h"
#include "apps/stream/h264_rtp.h"
#include "lib/wire.h"
#include "tests/unit/hex_bytes.h"

#define N(a) (sizeof(a) / sizeof((a)[0]))

enum { FRAMES = 6, PACKETS = 64, WINDOW = 16, AU_KEPT = 64 * 1024 };

/* What is sent: FRAMES access units, the first and the fourth keys */
static struct {
	unsigned count, frame[PACKETS];
	size_t len[PACKETS];
	uint8_t data[PACKETS][RTP_PACKET_MAX];
	size_t au_len[FRAMES];
	uint8_t au[FRAMES][AU_KEPT];
} sent;

/* What came out */
static struct {
	unsigned count, after_loss;
	uint32_t seq[FRAMES * 2];
} got;

static uint8_t nal[AU_KEPT];

/* ---- sending ---- */

static void au_add(unsigned frame, const uint8_t *octets, size_t len)
{
	uint8_t *at = sent.au[frame] + sent.au_len[frame];

	memcpy(at, "\0\0\0\1", 4);
	memcpy(at + 4, octets, len);
	sent.au_len[frame] += 4 + len;
}

static void nal_send(struct h264_packer *p, unsigned frame, uint8_t header, size_t len)
{
	for (size_t i = 0; i < len; i++)
		nal[i] = (uint8_t)(1 + (i * 7 + frame) % 250);
	nal[0] = header;
	assert_int_equal(h264_packer_nal(p, nal, len), 0);
	au_add(frame, nal, len);
}

static void packets_keep(const struct h264_packer *p, unsigned frame)
{
	for (unsigned i = 0; i < p->count; i++) {
		assert_true(sent.count < PACKETS);
		assert_in_range(p->len[i], RTP_HEADER_LEN + 21, RTP_PACKET_MAX);
		memcpy(sent.data[sent.count], p->data[i], p->len[i]);
		sent.len[sent.count] = p->len[i];
		sent.frame[sent.count++] = frame;
	}
}

/* Each form of packet: a key has parameter sets with a small slice (STAP-A), a large slice (FU-A),
 * one that just fits */
static void stream_make(uint16_t first_seq)
{
	struct h264_packer p;

	memset(&sent, 0, sizeof(sent));
	assert_int_equal(h264_packer_init(&p, 0x1234, first_seq), 0);
	for (unsigned f = 0; f < FRAMES; f++) {
		const bool key = f == 0 || f == 3;

		h264_packer_begin(&p, 1000 + 1500 * f, &(struct frame_stamp){1, f + 1, f, 0});
		if (key) {
			nal_send(&p, f, 0x67, 10);
			nal_send(&p, f, 0x68, 4);
		}
		nal_send(&p, f, key ? 0x65 : 0x61, 100);
		nal_send(&p, f, key ? 0x65 : 0x61, 5000);
		nal_send(&p, f, key ? 0x65 : 0x61, H264_NAL_FIT);
		if (f % 2)
			nal_send(&p, f, key ? 0x65 : 0x61, 1);
		assert_int_equal(h264_packer_end(&p), 0);
		packets_keep(&p, f);
	}
	h264_packer_done(&p);
}

/* ---- receiving ---- */

static void on_unit(void *user, const struct h264_unit *unit)
{
	const unsigned frame = (unit->timestamp - 1000) / 1500;

	assert_true(frame < FRAMES);
	assert_int_equal(unit->len, sent.au_len[frame]);
	assert_memory_equal(unit->au, sent.au[frame], unit->len);
	assert_true(unit->has_stamp);
	assert_int_equal(unit->stamp.seq, frame + 1);
	assert_int_equal(unit->key, frame == 0 || frame == 3);
	assert_true(got.count < N(got.seq));
	got.after_loss += unit->after_loss;
	got.seq[got.count++] = unit->stamp.seq;
}

static struct h264_unpacker *unpacker(void)
{
	struct h264_unpacker *u;

	memset(&got, 0, sizeof(got));
	assert_int_equal(h264_unpacker_new(WINDOW, on_unit, NULL, &u), 0);
	return u;
}

static void push_octets(struct h264_unpacker *u, const uint8_t *octets, size_t len, uint64_t now)
{
	struct rtp_packet p;

	assert_int_equal(rtp_parse(octets, len, &p), 0);
	h264_unpacker_push(u, &p, now);
}

static void push(struct h264_unpacker *u, unsigned i)
{
	push_octets(u, sent.data[i], sent.len[i], 1000 + i);
}

static void in_order(void **state)
{
	/* 0xfff8: the numbers wrap under way */
	static const uint16_t starts[] = {0, 0xfff8, 0x7ff0};

	for (size_t s = 0; s < N(starts); s++) {
		struct h264_unpacker *u;

		stream_make(starts[s]);
		u = unpacker();
		for (unsigned i = 0; i < sent.count; i++) {
			push(u, i);
			/* with its last packet, not with the next frame's first */
			assert_int_equal(got.count,
					 sent.frame[i] + (i + 1 == sent.count ||
							  sent.frame[i + 1] != sent.frame[i]));
		}
		assert_int_equal(h264_unpacker_counters(u)->lost, 0);
		assert_int_equal(h264_unpacker_counters(u)->units, FRAMES);
		assert_int_equal(h264_unpacker_highest(u), starts[s] + sent.count - 1);
		assert_int_equal(h264_unpacker_waiting(u), 0);
		/* the first unit follows on nothing known */
		assert_int_equal(got.after_loss, 1);
		h264_unpacker_free(u);
	}
}

static void packet_forms(void **state)
{
	stream_make(0);
	/* parameter sets and the small slice together */
	assert_int_equal(sent.data[0][32] & H264_TYPE_MASK, H264_STAP_A);
	assert_int_equal(sent.data[0][32] & H264_NRI_MASK, 0x60);
	assert_int_equal(wire_load16(sent.data[0] + 33), 10);
	/* 4999 octets in parts of 1166 */
	for (unsigned i = 1; i <= 5; i++) {
		assert_int_equal(sent.data[i][32], 0x60 | H264_FU_A);
		assert_int_equal(sent.data[i][33],
				 5 | (i == 1 ? H264_FU_START : 0) | (i == 5 ? H264_FU_END : 0));
	}
	assert_int_equal(sent.data[6][32], 0x65);
	assert_int_equal(sent.len[6], RTP_PACKET_MAX);
	/* the marker is on a frame's last packet, and there only */
	for (unsigned i = 0; i < sent.count; i++)
		assert_int_equal(sent.data[i][1] >> 7,
				 i + 1 == sent.count || sent.frame[i] != sent.frame[i + 1]);
}

/* After a frame's last packet the beginning of the next might be missing, too, unless it shows that
 * it is whole, as a key frame does. It would lack its reference in any case */
static bool takes_next(unsigned lost)
{
	return lost + 1 < sent.count && sent.frame[lost + 1] != sent.frame[lost] &&
	       sent.frame[lost + 1] != 3;
}

static void any_one_lost(void **state)
{
	stream_make(0xfff0);
	for (unsigned lost = 0; lost < sent.count; lost++) {
		struct h264_unpacker *u = unpacker();
		const unsigned frame = sent.frame[lost];

		for (unsigned i = 0; i < sent.count; i++)
			if (i != lost)
				push(u, i);
		h264_unpacker_expire(u);
		for (unsigned i = 0; i < got.count; i++)
			assert_int_not_equal(got.seq[i], frame + 1);
		/* the very first or last packet lost isn't known to have been */
		assert_int_equal(h264_unpacker_counters(u)->lost,
				 lost > 0 && lost + 1 < sent.count);
		assert_int_equal(got.count, FRAMES - 1 - takes_next(lost));
		/* who decodes is told */
		assert_true(got.after_loss == 2 || frame == 0 || frame + 2 > FRAMES - 1);
		h264_unpacker_free(u);
	}
}

static void any_two_swapped(void **state)
{
	stream_make(0xfff8);
	for (unsigned swapped = 1; swapped + 1 < sent.count; swapped++) {
		struct h264_unpacker *u = unpacker();

		for (unsigned i = 0; i < sent.count; i++)
			push(u, i == swapped ? i + 1 : i == swapped + 1 ? i - 1 : i);
		assert_int_equal(got.count, FRAMES);
		assert_int_equal(h264_unpacker_counters(u)->lost, 0);
		assert_int_equal(h264_unpacker_counters(u)->reordered, 1);
		h264_unpacker_free(u);
	}
}

static void any_one_late(void **state)
{
	stream_make(0);
	for (unsigned late = 1; late + WINDOW < sent.count; late++) {
		struct h264_unpacker *u = unpacker();

		/* as late as the window allows: nothing is lost */
		for (unsigned i = 0; i < sent.count; i++) {
			if (i != late)
				push(u, i);
			if (i == late + WINDOW - 1)
				push(u, late);
		}
		assert_int_equal(got.count, FRAMES);
		assert_int_equal(h264_unpacker_counters(u)->lost, 0);
		h264_unpacker_free(u);
		/* one later, and it is given up; then it comes */
		u = unpacker();
		for (unsigned i = 0; i < sent.count; i++) {
			if (i != late)
				push(u, i);
			if (i == late + WINDOW)
				push(u, late);
		}
		assert_int_equal(got.count, FRAMES - 1 - takes_next(late));
		assert_int_equal(h264_unpacker_counters(u)->lost, 1);
		assert_int_equal(h264_unpacker_counters(u)->late, 1);
		h264_unpacker_free(u);
	}
}

static void all_doubled(void **state)
{
	struct h264_unpacker *u;

	stream_make(0xfff0);
	u = unpacker();
	for (unsigned i = 0; i < sent.count; i++) {
		push(u, i);
		push(u, i);
	}
	assert_int_equal(got.count, FRAMES);
	assert_int_equal(h264_unpacker_counters(u)->late, sent.count);
	h264_unpacker_free(u);
}

static void any_one_cut(void **state)
{
	stream_make(0);
	for (unsigned cut = 0; cut < sent.count; cut++) {
		static const size_t lens[] = {32, 33, 34, 35};

		for (size_t l = 0; l < N(lens); l++) {
			struct h264_unpacker *u = unpacker();

			if (lens[l] >= sent.len[cut] || (sent.data[cut][32] & 0x1f) < H264_STAP_A) {
				h264_unpacker_free(u);
				continue;
			}
			for (unsigned i = 0; i < sent.count; i++)
				push_octets(u, sent.data[i], i == cut ? lens[l] : sent.len[i],
					    1000);
			/* a part of FU-A that is only shorter can't be told from a good one here;
			 * the decoder tells */
			if (lens[l] < 35) {
				assert_int_equal(got.count, FRAMES - 1);
				assert_true(h264_unpacker_counters(u)->malformed > 0);
			}
			h264_unpacker_free(u);
			if (lens[l] == 34)
				break;
		}
	}
}

static void waiting_and_expiry(void **state)
{
	struct h264_unpacker *u;

	stream_make(100);
	u = unpacker();
	push(u, 0);
	assert_int_equal(h264_unpacker_waiting(u), 0);
	push(u, 2);
	push(u, 3);
	assert_int_equal(h264_unpacker_waiting(u), 1002);
	h264_unpacker_expire(u);
	assert_int_equal(h264_unpacker_waiting(u), 0);
	assert_int_equal(h264_unpacker_counters(u)->lost, 1);
	push(u, 5);
	assert_int_equal(h264_unpacker_waiting(u), 1005);
	push(u, 4);
	assert_int_equal(h264_unpacker_waiting(u), 0);
	h264_unpacker_free(u);
}

/* ---- another sequence ---- */

static void renumber(uint16_t by, uint32_t ssrc)
{
	for (unsigned i = 0; i < sent.count; i++) {
		wire_store16(sent.data[i] + 2, (uint16_t)(wire_load16(sent.data[i] + 2) + by));
		wire_store32(sent.data[i] + 8, ssrc);
	}
}

static void sequence_jumps(void **state)
{
	struct h264_unpacker *u;
	uint8_t stray[RTP_PACKET_MAX];

	stream_make(0);
	u = unpacker();
	for (unsigned i = 0; i < sent.count; i++) {
		push(u, i);
		/* one packet of nowhere ends nothing */
		memcpy(stray, sent.data[i], sent.len[i]);
		wire_store16(stray + 2, (uint16_t)(20000 + 10 * i));
		push_octets(u, stray, sent.len[i], 1000);
	}
	assert_int_equal(got.count, FRAMES);
	assert_int_equal(h264_unpacker_counters(u)->resets, 0);
	/* a source that goes on elsewhere is followed: the packet that made sure is the first */
	memset(&got, 0, sizeof(got));
	renumber(20000, 0x1234);
	for (unsigned i = 0; i < sent.count; i++)
		push(u, i);
	assert_int_equal(h264_unpacker_counters(u)->resets, 1);
	assert_int_equal(got.count, FRAMES - 1);
	/* another source at once */
	memset(&got, 0, sizeof(got));
	renumber(1, 0x9999);
	for (unsigned i = 0; i < sent.count; i++)
		push(u, i);
	assert_int_equal(got.count, FRAMES);
	assert_int_equal(h264_unpacker_counters(u)->resets, 2);
	h264_unpacker_free(u);
}

/* ---- limits ---- */

static void packer_limits(void **state)
{
	uint8_t *large = calloc(1, 1 << 20);
	struct h264_packer p;

	large[0] = 0x65;
	assert_int_equal(h264_packer_init(&p, 1, 7), 0);
	h264_packer_begin(&p, 1, &(struct frame_stamp){1, 1, 1, 1});
	assert_int_equal(h264_packer_end(&p), -ENODATA);
	assert_int_equal(h264_packer_nal(&p, large, 0), -EINVAL);
	assert_int_equal(h264_packer_nal(&p, large, 1 << 20), -EMSGSIZE);
	assert_int_equal(h264_packer_end(&p), -EMSGSIZE);
	assert_int_equal(p.count, 0);
	/* as if it hadn't been: the next packet has the number that was due */
	h264_packer_begin(&p, 2, &(struct frame_stamp){1, 2, 1, 1});
	assert_int_equal(h264_packer_nal(&p, large, 10), 0);
	assert_int_equal(h264_packer_end(&p), 0);
	assert_int_equal(wire_load16(p.data[0] + 2), 7);
	h264_packer_done(&p);
	free(large);
}

static void no_unit(void *user, const struct h264_unit *unit)
{
	fail_msg("an access unit of %zu octets", unit->len);
}

static void endless_unit(void **state)
{
	static uint8_t payload[1100] = {H264_FU_A, H264_FU_START | 5};
	struct rtp_packet p = {
		.payload_type = 96, .payload = payload, .payload_len = sizeof(payload)};
	const struct rtp_packet set = {.payload = (const uint8_t *)"\x67\x42", .payload_len = 2};
	struct h264_unpacker *u;

	assert_int_equal(h264_unpacker_new(0, no_unit, NULL, &u), -EINVAL);
	assert_int_equal(h264_unpacker_new(H264_WINDOW_MAX + 1, no_unit, NULL, &u), -EINVAL);
	assert_int_equal(h264_unpacker_new(WINDOW, no_unit, NULL, &u), 0);
	h264_unpacker_push(u, &set, 1);
	for (p.seq = 1; p.seq < 2000; p.seq++) {
		h264_unpacker_push(u, &p, 1);
		payload[1] = 5;
	}
	assert_int_equal(h264_unpacker_counters(u)->oversize, 1);
	h264_unpacker_free(u);
}

static const struct {
	const char *what, *hex;
} malformed[] = {
	{"1: nothing", ""},
	{"2: forbidden bit", "e5 00"},
	{"3: type 0", "60 00"},
	{"4: type 25, STAP-B", "79 0000 0001 65"},
	{"5: type 29, FU-B", "7d 85 0000 00"},
	{"6: STAP-A of nothing", "78"},
	{"7: STAP-A with a unit of 0", "78 0000"},
	{"8: STAP-A shorter than it says", "78 0005 65"},
	{"9: STAP-A in a STAP-A", "78 0003 780001"},
	{"10: FU-A without payload", "7c 85"},
	{"11: FU-A that begins and ends", "7c c5 00"},
	{"12: FU-A that goes on with nothing", "7c 05 00"},
};

static void malformed_payloads(void **state)
{
	for (size_t i = 0; i < N(malformed); i++) {
		uint8_t octets[64];
		struct h264_unpacker *u;
		struct rtp_packet p = {.marker = true, .payload = octets};

		p.payload_len = bytes_from_hex(malformed[i].hex, octets, sizeof(octets));
		assert_int_equal(h264_unpacker_new(WINDOW, no_unit, NULL, &u), 0);
		h264_unpacker_push(u, &p, 1);
		if (h264_unpacker_counters(u)->malformed != 1 ||
		    h264_unpacker_counters(u)->broken != 1)
			fail_msg("%s", malformed[i].what);
		h264_unpacker_free(u);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(in_order),	  cmocka_unit_test(packet_forms),
		cmocka_unit_test(any_one_lost),	  cmocka_unit_test(any_two_swapped),
		cmocka_unit_test(any_one_late),	  cmocka_unit_test(all_doubled),
		cmocka_unit_test(any_one_cut),	  cmocka_unit_test(waiting_and_expiry),
		cmocka_unit_test(sequence_jumps), cmocka_unit_test(packer_limits),
		cmocka_unit_test(endless_unit),	  cmocka_unit_test(malformed_payloads),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
