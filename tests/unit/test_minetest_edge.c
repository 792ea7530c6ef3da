// SPDX-License-Identifier: Apache-2.0
/* What is pure in minetest-edge: pictures converted, the code in the HUD, tickets, what clients and
 * displays are told. */
#include <arpa/inet.h>
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "apps/minetest/edge/client.h"
#include "apps/minetest/edge/hud_code.h"
#include "apps/minetest/edge/scene.h"
#include "apps/minetest/edge/xvfb.h"
#include "apps/picture/stamp.h"
#include "lib/wire.h"

#define N(a) (sizeof(a) / sizeof((a)[0]))

enum { WIDTH = 320, HEIGHT = 240, PADDING = 16 };

/* A screen whose lines are longer than its width, all of one colour at first */
struct screen {
	uint8_t pixels[HEIGHT][WIDTH * BGRX_PIXEL + PADDING];
	struct bgrx view;
};

static struct screen *screen(uint8_t level)
{
	struct screen *s = calloc(1, sizeof *s);

	assert_non_null(s);
	memset(s->pixels, level, sizeof s->pixels);
	s->view = (struct bgrx){WIDTH, HEIGHT, sizeof s->pixels[0], s->pixels[0]};
	return s;
}

static void put(struct screen *s, unsigned x, unsigned y, uint8_t r, uint8_t g, uint8_t b)
{
	uint8_t *at = &s->pixels[y][x * BGRX_PIXEL];

	at[0] = b;
	at[1] = g;
	at[2] = r;
	at[3] = 0xa5; /* says nothing */
}

/* ---- conversion ---- */

static const struct colour_row {
	uint8_t r, g, b, y, cb, cr;
} colours[] = {
	/* ITU-R BT.601: the corners of the cube */
	{0, 0, 0, 16, 128, 128},     {255, 255, 255, 235, 128, 128}, {255, 0, 0, 82, 90, 240},
	{0, 255, 0, 145, 54, 34},    {0, 0, 255, 41, 240, 110},	     {255, 255, 0, 210, 16, 146},
	{0, 255, 255, 170, 166, 16}, {255, 0, 255, 107, 202, 222},   {128, 128, 128, 126, 128, 128},
};

static void test_colours(void **state)
{
	struct screen *s = screen(0);
	struct picture *to;

	assert_int_equal(picture_new(WIDTH, HEIGHT, &to), 0);
	for (size_t i = 0; i < N(colours); i++) {
		const struct colour_row *c = &colours[i];

		for (unsigned at = 0; at < 4; at++)
			put(s, 10 + at % 2, 20 + at / 2, c->r, c->g, c->b);
		assert_int_equal(bgrx_convert(&s->view, to), 0);
		for (unsigned at = 0; at < 4; at++)
			assert_in_range(to->plane[PICTURE_Y][(20 + at / 2) * to->stride[PICTURE_Y] +
							     10 + at % 2],
					c->y - 1, c->y + 1);
		assert_in_range(to->plane[PICTURE_CB][10 * to->stride[PICTURE_CB] + 5], c->cb - 1,
				c->cb + 1);
		assert_in_range(to->plane[PICTURE_CR][10 * to->stride[PICTURE_CR] + 5], c->cr - 1,
				c->cr + 1);
		/* and nothing else */
		assert_int_equal(to->plane[PICTURE_Y][20 * to->stride[PICTURE_Y] + 12], 16);
		assert_int_equal(to->plane[PICTURE_CB][10 * to->stride[PICTURE_CB] + 6], 128);
	}
	picture_free(to);
	free(s);
}

/* Against real numbers, and never out of the limited range */
static void test_against_formula(void **state)
{
	struct screen *s = screen(0);
	struct picture *to;

	assert_int_equal(picture_new(WIDTH, HEIGHT, &to), 0);
	for (unsigned i = 0; i < WIDTH * HEIGHT; i++)
		put(s, i % WIDTH, i / WIDTH, (uint8_t)(i * 7), (uint8_t)(i / 3),
		    (uint8_t)(i / 251));
	assert_int_equal(bgrx_convert(&s->view, to), 0);
	for (unsigned y = 0; y < HEIGHT; y++)
		for (unsigned x = 0; x < WIDTH; x++) {
			const uint8_t *p = &s->pixels[y][x * BGRX_PIXEL];
			double luma = 16 + (65.481 * p[2] + 128.553 * p[1] + 24.966 * p[0]) / 255;
			double is = to->plane[PICTURE_Y][y * to->stride[PICTURE_Y] + x];

			assert_true(is - luma < 1.0 && luma - is < 1.0);
		}
	for (unsigned plane = PICTURE_CB; plane <= PICTURE_CR; plane++)
		for (unsigned y = 0; y < HEIGHT / 2; y++)
			for (unsigned x = 0; x < WIDTH / 2; x++)
				assert_in_range(to->plane[plane][y * to->stride[plane] + x], 16,
						240);
	picture_free(to);
	free(s);
}

/* Chroma is the mean of four pixels: two red, two blue ones */
static void test_chroma_mean(void **state)
{
	struct screen *s = screen(0);
	struct picture *to, *small;

	assert_int_equal(picture_new(WIDTH, HEIGHT, &to), 0);
	assert_int_equal(picture_new(WIDTH, HEIGHT - 16, &small), 0);
	put(s, 0, 0, 255, 0, 0);
	put(s, 1, 1, 255, 0, 0);
	put(s, 1, 0, 0, 0, 255);
	put(s, 0, 1, 0, 0, 255);
	assert_int_equal(bgrx_convert(&s->view, to), 0);
	assert_in_range(to->plane[PICTURE_CB][0], (90 + 240) / 2 - 1, (90 + 240) / 2 + 1);
	assert_in_range(to->plane[PICTURE_CR][0], (240 + 110) / 2 - 1, (240 + 110) / 2 + 1);
	assert_int_equal(bgrx_convert(&s->view, small), -EINVAL);
	picture_free(small);
	picture_free(to);
	free(s);
}

/* ---- the code ---- */

static void fill_block(struct screen *s, unsigned block, uint8_t level)
{
	unsigned x = block % HUD_CODE_ROW * HUD_CODE_BLOCK,
		 y = block / HUD_CODE_ROW * HUD_CODE_BLOCK;

	for (unsigned i = 0; i < HUD_CODE_BLOCK * HUD_CODE_BLOCK; i++)
		put(s, x + i % HUD_CODE_BLOCK, y + i / HUD_CODE_BLOCK, level, level, level);
}

/* As the mod writes it */
static void write_octets(struct screen *s, const uint8_t octets[HUD_CODE_LEN])
{
	for (unsigned block = 0; block < HUD_CODE_ROW * HUD_CODE_ROWS; block++)
		fill_block(s, block, octets[block / 8] >> (7 - block % 8) & 1 ? 255 : 0);
}

static void code_octets(uint32_t tick, uint32_t input, uint8_t ret[HUD_CODE_LEN])
{
	wire_store32(ret, tick);
	wire_store32(ret + 4, input);
	wire_store16(ret + 8, frame_stamp_crc(ret, 8));
}

static const struct hud_code codes[] = {
	{0, 0},
	{1, 0},
	{0x01020304, 0x05060708},
	{0xffffffff, 0xffffffff},
	{0xaaaaaaaa, 0x55555555},
};

static void test_code(void **state)
{
	struct screen *s = screen(90);
	uint8_t octets[HUD_CODE_LEN];
	struct hud_code code;

	for (size_t i = 0; i < N(codes); i++) {
		code_octets(codes[i].tick, codes[i].input, octets);
		write_octets(s, octets);
		assert_int_equal(hud_code_read(&s->view, &code), 0);
		assert_int_equal(code.tick, codes[i].tick);
		assert_int_equal(code.input, codes[i].input);
	}
	s->view.width = WIDTH - 16;
	assert_int_equal(hud_code_read(&s->view, &code), -EINVAL);
	s->view.width = WIDTH;
	s->view.height = 8;
	assert_int_equal(hud_code_read(&s->view, &code), -EINVAL);
	free(s);
}

/* Screens without one: black, white, grey, noise */
static void test_no_code(void **state)
{
	static const uint8_t levels[] = {0, 255, 128, 63, 64, 191, 192};
	struct hud_code code = {7, 8};

	for (size_t i = 0; i < N(levels); i++) {
		struct screen *s = screen(levels[i]);

		assert_int_equal(hud_code_read(&s->view, &code), -EBADMSG);
		for (unsigned at = 0; at < WIDTH * 16; at++)
			put(s, at % WIDTH, at / WIDTH, (uint8_t)(at * 37), (uint8_t)at,
			    (uint8_t)(at / 5));
		assert_int_equal(hud_code_read(&s->view, &code), -EBADMSG);
		free(s);
	}
	assert_int_equal(code.tick, 7);
	assert_int_equal(code.input, 8);
}

/* Every block turned over, and octets of two steps side by side: never a code that isn't one */
static void test_damaged(void **state)
{
	struct screen *s = screen(0);
	uint8_t before[HUD_CODE_LEN], after[HUD_CODE_LEN], mixed[HUD_CODE_LEN];
	struct hud_code code;

	code_octets(0x1ff, 0xff, before);
	code_octets(0x200, 0x100, after);
	for (unsigned block = 0; block < HUD_CODE_ROW * HUD_CODE_ROWS; block++) {
		memcpy(mixed, before, sizeof mixed);
		mixed[block / 8] ^= (uint8_t)(0x80 >> block % 8);
		write_octets(s, mixed);
		assert_int_equal(hud_code_read(&s->view, &code), -EBADMSG);
		write_octets(s, before);
		fill_block(s, block, 128);
		assert_int_equal(hud_code_read(&s->view, &code), -EBADMSG);
	}
	for (unsigned split = 1; split < HUD_CODE_LEN; split++) {
		memcpy(mixed, after, split);
		memcpy(mixed + split, before + split, HUD_CODE_LEN - split);
		write_octets(s, mixed);
		if (memcmp(mixed, before, sizeof mixed) && memcmp(mixed, after, sizeof mixed))
			assert_int_equal(hud_code_read(&s->view, &code), -EBADMSG);
	}
	free(s);
}

/* A line over the code, as of chat, is damage; a block's edges may be mixed with its neighbours */
static void test_written_over(void **state)
{
	struct screen *s = screen(0);
	uint8_t octets[HUD_CODE_LEN];
	struct hud_code code;

	code_octets(1234, 5678, octets);
	write_octets(s, octets);
	for (unsigned x = 0; x < WIDTH; x++)
		put(s, x, 0, 128, 128, 128);
	assert_int_equal(hud_code_read(&s->view, &code), 0);
	assert_int_equal(code.tick, 1234);
	for (unsigned x = 0; x < WIDTH; x++)
		put(s, x, 4, 128, 128, 128);
	assert_int_equal(hud_code_read(&s->view, &code), -EBADMSG);
	free(s);
}

/* ---- what pictures tell of a client ---- */

#define S UINT64_C(1000000000)
static const struct trouble_row {
	bool coded;
	uint64_t read_ns, unread_ns;
	uint32_t tick, shown; /* the cloud's, the code's */
	uint16_t tick_hz;
	const char *trouble;
} troubles[] = {
	{false, 0, 0, 50, 0, 20, "CLIENT_ENDED"}, /* no code: what is known besides */
	{true, 9 * S, 8 * S, 50, 50, 20, NULL},
	{true, 9 * S, 12 * S, 50, 50, 20, NULL},
	{true, 9 * S, 12 * S + 1, 50, 50, 20, "CODE_UNREADABLE"},
	{true, 9 * S, 8 * S, 150, 50, 20, NULL},
	{true, 9 * S, 8 * S, 151, 50, 20, "CLIENT_STALLED"},
	{true, 9 * S, 8 * S, 151, 50, 30, NULL},
	{true, 9 * S, 8 * S, 50, 60, 20, NULL}, /* the picture is ahead of the cloud's word */
	{true, 9 * S, 8 * S, 3, UINT32_MAX - 3, 20, NULL},
};

static void test_trouble(void **state)
{
	for (size_t i = 0; i < N(troubles); i++) {
		const struct trouble_row *row = &troubles[i];
		const struct scene s = {.cause = "CLIENT_ENDED",
					.coded = row->coded,
					.code.tick = row->shown,
					.read_ns = row->read_ns,
					.unread_ns = row->unread_ns,
					.tick = row->tick,
					.tick_hz = row->tick_hz};
		const char *trouble = scene_trouble(&s);

		if (row->trouble)
			assert_string_equal(trouble, row->trouble);
		else
			assert_null(trouble);
	}
}

/* A client that has shown a code goes on with the last one; until then there is none */
static void test_look(void **state)
{
	struct minetest all = {.begun = 1};
	struct scene s = {.all = &all, .tick = 1234, .tick_hz = 20, .failures = 3};
	struct screen *picture = screen(0);
	uint8_t octets[HUD_CODE_LEN];

	scene_look(&s, &picture->view);
	assert_false(s.coded);
	code_octets(1234, 5, octets);
	write_octets(picture, octets);
	scene_look(&s, &picture->view);
	assert_true(s.coded);
	assert_null(scene_trouble(&s));
	assert_int_equal(s.failures, 0); /* it was started long ago */
	fill_block(picture, 3, 128);
	scene_look(&s, &picture->view);
	assert_int_equal(s.code.tick, 1234);
	assert_int_equal(s.code.input, 5);
	assert_null(scene_trouble(&s));
	assert_int_equal(all.counters.pictures, 3);
	assert_int_equal(all.counters.joining, 1);
	assert_int_equal(all.counters.unreadable, 1);
	free(picture);
}

/* ---- tickets ---- */

#define GAME(members) "{\"session\": \"x\", \"minetest\": {" members "}}"
static const struct ticket_row {
	const char *answer;
	int result;
} tickets[] = {
	{GAME("\"address\":\"10.1.2.3\",\"port\":30000,\"name\":\"ann_1\",\"password\":\"aB3-\""),
	 0},
	{GAME("\"address\":\"10.1.2.3\",\"port\":0,\"name\":\"ann_1\",\"password\":\"a\""),
	 -EBADMSG},
	{GAME("\"address\":\"10.1.2.3\",\"port\":65536,\"name\":\"a\",\"password\":\"a\""),
	 -EBADMSG},
	{GAME("\"address\":\"10.1.2\",\"port\":1,\"name\":\"ann_1\",\"password\":\"a\""), -EBADMSG},
	{GAME("\"address\":\"10.1.2.3\",\"port\":1,\"name\":\"\",\"password\":\"a\""), -EBADMSG},
	{GAME("\"address\":\"10.1.2.3\",\"port\":1,\"name\":\"--go\",\"password\":\"a b\""),
	 -EBADMSG},
	{GAME("\"address\":\"10.1.2.3\",\"port\":1,\"name\":\"a b\",\"password\":\"a\""), -EBADMSG},
	{GAME("\"address\":\"10.1.2.3\",\"port\":1,\"name\":\"a\",\"password\":\"a\\n\""),
	 -EBADMSG},
	{GAME("\"address\":\"10.1.2.3\",\"port\":1,\"name\":\"a\",\"password\":\"\""), -EBADMSG},
	{GAME("\"address\":\"10.1.2.3\",\"port\":1,\"name\":\"a23456789012345678901\",\"password\":"
	      "\"a\""),
	 -EBADMSG},
	{GAME("\"address\":\"10.1.2.3\",\"port\":1,\"name\":\"a\""), -EBADMSG},
	{"{\"minetest\": []}", -EBADMSG},
	{"{}", -EBADMSG},
};

static void test_tickets(void **state)
{
	struct ticket t, other;

	for (size_t i = 0; i < N(tickets); i++) {
		json_t *json = json_loads(tickets[i].answer, 0, NULL);

		assert_non_null(json);
		assert_int_equal(ticket_read(json, &t), tickets[i].result);
		if (tickets[i].result == 0) {
			assert_string_equal(t.name, "ann_1");
			assert_string_equal(t.password, "aB3-");
			assert_int_equal(t.port, 30000);
			assert_int_equal(ntohl(t.address.s_addr), 0x0a010203);
			other = t;
			assert_true(ticket_equal(&t, &other));
			other.password[0] = 'x';
			assert_false(ticket_equal(&t, &other));
		}
		json_decref(json);
	}
}

static void test_names(void **state)
{
	static const struct {
		const char *name;
		unsigned again;
		const char *wanted;
	} rows[] = {
		{"ann_1", 0, "ann_1"},
		{"ann_1", 1, "ann_1-1"},
		{"ann_1", 99, "ann_1-99"},
		{"ann_1", 100, "ann_1-1"},
		{"abcdefghijklmn_1", 99, "abcdefghijklmn_1-99"},
		{"abcdefghijklmnopq_1", 5, "abcdefghijklmnopq_1"},
	};
	char name[TICKET_NAME_MAX + 1];
	struct ticket t = {0};

	for (size_t i = 0; i < N(rows); i++) {
		strcpy(t.name, rows[i].name);
		client_name(&t, rows[i].again, name);
		assert_string_equal(name, rows[i].wanted);
	}
}

/* ---- what clients and displays are told ---- */

static void test_settings(void **state)
{
	static const char *const lines[] = {
		"screen_w = 480\n",	     "screen_h = 320\n",      "fps_max = 25\n",
		"fps_max_unfocused = 25\n",  "viewing_range = 60\n",  "enable_sound = false\n",
		"vsync = false\n",	     "undersampling = 1\n",   "hud_scaling = 1\n",
		"server_announce = false\n", "crosshair_alpha = 0\n",
	};
	const struct client_config c = {
		.width = 480, .height = 320, .fps = 25, .viewing_range = 60};
	char *text = client_settings(&c);

	assert_non_null(text);
	for (size_t i = 0; i < N(lines); i++)
		assert_non_null(strstr(text, lines[i]));
	free(text);
}

/* What minetest makes of each size that a configuration may have is 96 dots an inch */
static void test_dpi(void **state)
{
	for (unsigned width = 320; width <= 1920; width += 16)
		for (unsigned height = 240; height <= 1088; height += 16) {
			unsigned lines, dpi = xvfb_screen(width, height, &lines);
			unsigned mm[2] = {(width * 254 + dpi * 5) / (dpi * 10),
					  (lines * 254 + dpi * 5) / (dpi * 10)};
			unsigned across = (unsigned)(width / (mm[0] * 0.039370) + 0.5),
				 down = (unsigned)(lines / (mm[1] * 0.039370) + 0.5);

			assert_int_equal(across > down ? across : down, 96);
			assert_in_range(lines, height, height + 64);
		}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_colours),	     cmocka_unit_test(test_against_formula),
		cmocka_unit_test(test_chroma_mean),  cmocka_unit_test(test_code),
		cmocka_unit_test(test_no_code),	     cmocka_unit_test(test_damaged),
		cmocka_unit_test(test_written_over), cmocka_unit_test(test_trouble),
		cmocka_unit_test(test_look),	     cmocka_unit_test(test_tickets),
		cmocka_unit_test(test_names),	     cmocka_unit_test(test_settings),
		cmocka_unit_test(test_dpi),
	};

	return cmocka_run_group_tests_name("minetest_edge", tests, NULL, NULL);
}
