// SPDX-License-Identifier: Apache-2.0
/* Is a switch of the stream seen? Clips made of pictures that scroll, with switches that are clean,
 * freeze, step back or slide; what is told of clips, and what was asked for. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "apps/picture/blend.h"
#include "apps/picture/stamp.h"
#include "apps/stream-client/jump.h"
#include "testbed/measure/clips.h"
#include "tests/unit/picture_scene.h"

enum { WIDTH = 320, HEIGHT = 160, FPS = 50, ROWS = 400, SWITCH_ROW = 200, WINDOW = 8 };

#define INTERVAL (1000000000ULL / FPS)
#define BEGIN	 (1000 * INTERVAL)
#define AT	 (BEGIN + SWITCH_ROW * INTERVAL)

/* ---- clips of pictures ---- */

/* What a screen shows row by row: the source's scene up to the switch, then the destination's,
 * which is @ahead pictures ahead of it (behind: less than 0) and comes @hold rows late */
struct film {
	int ahead;
	unsigned hold, window;
	unsigned stumbles; /* a picture shown twice, so often before the switch */
};

/* Time of the world that the source shows at row @i */
static unsigned source_time(const struct film *film, unsigned i)
{
	unsigned time = 100 + i;

	for (unsigned s = 1; s <= film->stumbles; s++)
		time -= i == 20 + 30 * s; /* again, then one is left out */
	return time;
}

static void draw_row(const struct film *film, unsigned i, struct picture *p, struct picture *other)
{
	unsigned since = i < SWITCH_ROW ? 0 : i - SWITCH_ROW, n = since;

	bool frozen = i >= SWITCH_ROW && since < film->hold;

	scene_draw(p, source_time(film, frozen ? SWITCH_ROW - 1 : i));
	if (i < SWITCH_ROW)
		return;
	scene_draw(other, (unsigned)((int)source_time(film, i) + film->ahead));
	if (since < film->hold)
		return;
	assert_int_equal(picture_blend(p, other, p, n, film->window, frame_stamp_strip(WIDTH)), 0);
}

static void shoot(const struct film *film, struct clip_row rows[ROWS])
{
	struct picture *p, *other;
	struct jump *jump;

	assert_int_equal(picture_new(WIDTH, HEIGHT, &p), 0);
	assert_int_equal(picture_new(WIDTH, HEIGHT, &other), 0);
	assert_int_equal(jump_new(INTERVAL, &jump), 0);
	for (unsigned i = 0; i < ROWS; i++) {
		rows[i] = (struct clip_row){.ns = BEGIN + i * INTERVAL, .alpha_n = -1, .jump = NAN};
		draw_row(film, i, p, other);
		(void)jump_next(jump, p, rows[i].ns, &rows[i].jump);
	}
	jump_free(jump);
	picture_free(p);
	picture_free(other);
}

static struct clip_verdict judge(struct film film)
{
	struct clip_row rows[ROWS];
	struct clip_verdict v;

	film.window = film.window ? film.window : 1;
	shoot(&film, rows);
	assert_int_equal(clip_judge(rows, ROWS, AT, INTERVAL, &v), 0);
	assert_true(v.jump_ns >= AT && v.jump_ns < AT + CLIP_ZONE * INTERVAL);
	assert_int_equal(v.flicker, v.jump > v.p99);
	return v;
}

static void test_clean_switch(void **state)
{
	assert_false(judge((struct film){.stumbles = 2}).flicker);
}

static void test_freeze(void **state)
{
	assert_true(judge((struct film){.hold = 1}).flicker);
	assert_true(judge((struct film){.hold = 6}).flicker);
}

static void test_step_back(void **state)
{
	assert_true(judge((struct film){.ahead = -2}).flicker);
	assert_true(judge((struct film){.ahead = -3, .stumbles = 2}).flicker);
}

static void test_step_ahead(void **state)
{
	assert_true(judge((struct film){.ahead = 2}).flicker);
	assert_true(judge((struct film){.ahead = 4, .stumbles = 2}).flicker);
}

/* What the viewer is used to in this very clip isn't seen at the switch. */
static void test_own_p99(void **state)
{
	struct clip_verdict smooth = judge((struct film){.ahead = 3, .window = WINDOW});
	struct clip_verdict stumbling =
		judge((struct film){.ahead = 3, .window = WINDOW, .stumbles = 3});

	assert_true(smooth.jump == stumbling.jump);
	assert_true(stumbling.p99 > smooth.p99);
	assert_false(stumbling.flicker);
}

static void test_sliding_is_less_than_a_switch_at_once(void **state)
{
	struct clip_verdict slid =
		judge((struct film){.ahead = 3, .window = WINDOW, .stumbles = 3});
	struct clip_verdict at_once = judge((struct film){.ahead = 3, .stumbles = 3});

	assert_true(slid.jump < at_once.jump / 2);
	assert_true(at_once.flicker);
	assert_false(slid.flicker);
}

/* ---- clips of numbers ---- */

static void fill(struct clip_row rows[ROWS], double jump)
{
	for (unsigned i = 0; i < ROWS; i++)
		rows[i] =
			(struct clip_row){.ns = BEGIN + i * INTERVAL, .alpha_n = -1, .jump = jump};
}

/* 130 others, of which the 129th is the 99th percentile */
static void test_percentile(void **state)
{
	struct clip_row rows[ROWS];
	struct clip_verdict v;

	fill(rows, 1);
	rows[SWITCH_ROW - 50].jump = 9;
	assert_int_equal(clip_judge(rows, ROWS, AT, INTERVAL, &v), 0);
	assert_int_equal(v.others, 130);
	assert_true(v.p99 == 1 && v.jump == 1);
	rows[SWITCH_ROW - 40].jump = 8;
	rows[SWITCH_ROW + CLIP_ZONE - 1].jump = 8;
	assert_int_equal(clip_judge(rows, ROWS, AT, INTERVAL, &v), 0);
	assert_true(v.p99 == 8 && v.jump == 8);
	assert_false(v.flicker);
	rows[SWITCH_ROW + CLIP_ZONE - 1].jump = 8.5;
	assert_int_equal(clip_judge(rows, ROWS, AT, INTERVAL, &v), 0);
	assert_true(v.flicker);
	assert_true(v.jump_ns == AT + (CLIP_ZONE - 1) * INTERVAL);
}

/* Neither what is before the clip nor behind it counts, nor is the row behind the zone in it. */
static void test_edges(void **state)
{
	struct clip_row rows[ROWS];
	struct clip_verdict v;
	size_t first, count;

	fill(rows, 1);
	count = clip_window(rows, ROWS, AT, &first);
	assert_int_equal(first, SWITCH_ROW - 100);
	assert_int_equal(count, 100 + 40);
	rows[SWITCH_ROW + CLIP_ZONE].jump = rows[first - 1].jump = rows[first + count].jump = 50;
	assert_int_equal(clip_judge(rows, ROWS, AT, INTERVAL, &v), 0);
	assert_true(v.jump == 1 && v.p99 == 1);
}

static void test_unknown(void **state)
{
	struct clip_row rows[ROWS];
	struct clip_verdict v;

	fill(rows, 1);
	rows[SWITCH_ROW + 3].jump = NAN;
	assert_int_equal(clip_judge(rows, ROWS, AT, INTERVAL, &v), -ENODATA);
	fill(rows, 1);
	for (unsigned i = 0; i < 13; i++)
		rows[SWITCH_ROW - 30 + i].jump = NAN;
	assert_int_equal(clip_judge(rows, ROWS, AT, INTERVAL, &v), 0);
	rows[SWITCH_ROW - 10].jump = NAN;
	assert_int_equal(clip_judge(rows, ROWS, AT, INTERVAL, &v), -ENODATA);
	fill(rows, 1);
	assert_int_equal(clip_judge(rows, SWITCH_ROW, AT, INTERVAL, &v), -ENODATA);
	assert_int_equal(clip_judge(rows, 0, AT, INTERVAL, &v), -ENODATA);
}

static bool near(double a, double b)
{
	return fabs(a - b) < 5e-4;
}

static void test_share(void **state)
{
	struct clip_share s = clip_share_of(5, 115);

	assert_true(near(s.value, 0.0435) && near(s.low, 0.0187) && near(s.high, 0.0978));
	s = clip_share_of(0, 10);
	assert_true(s.value == 0 && s.low == 0 && near(s.high, 0.2775));
	s = clip_share_of(10, 10);
	assert_true(s.value == 1 && near(s.low, 0.7225) && near(s.high, 1));
	assert_true(isnan(clip_share_of(0, 0).value));
}

/* ---- what is told ---- */

static json_t *document(const char *variant, unsigned flickers, unsigned clips)
{
	double ssim[] = {0.99, 0.5, 0.86, 0.86, 1, 0.77};
	json_t *d = json_pack("{s:s, s:s, s:b, s:s, s:f, s:i, s:i, s:[]}", "measurement", "clips",
			      "variant", variant, "migrates", 1, "buffer", "one-frame", "threshold",
			      0.85, "window", 8, "fps", FPS, "clips");
	struct clip_row rows[ROWS];

	fill(rows, 1);
	for (unsigned i = 0; i < clips; i++) {
		struct clip_verdict v;
		size_t first, count = clip_window(rows, ROWS, AT, &first);

		rows[SWITCH_ROW + 2].jump = i < flickers ? 2 : 1;
		rows[SWITCH_ROW - 2].jump = NAN;
		assert_int_equal(clip_judge(rows, ROWS, AT, INTERVAL, &v), 0);
		json_array_append_new(json_object_get(d, "clips"),
				      clips_clip_json(&v, rows + first, count, AT));
	}
	clips_summary(d);
	json_object_set_new(d, "pair_ssim", clips_pairs_json(ssim, sizeof ssim / sizeof ssim[0]));
	return d;
}

static void test_document(void **state)
{
	json_t *d = document("csm", 1, 4), *clip = json_array_get(json_object_get(d, "clips"), 0);
	json_t *row = json_array_get(json_object_get(clip, "rows"), 100);
	const json_t *bins = json_object_get(json_object_get(d, "pair_ssim"), "bins");
	size_t total = 0, i;
	json_t *bin;

	assert_int_equal(
		json_integer_value(json_object_get(json_object_get(d, "flicker"), "count")), 1);
	assert_true(json_number_value(json_object_get(json_object_get(d, "flicker"), "percent")) ==
		    25);
	assert_true(json_is_true(json_object_get(clip, "flicker")));
	assert_true(json_number_value(json_object_get(clip, "jump_at_ms")) == 40);
	assert_true(json_number_value(json_array_get(row, 0)) == 0);
	assert_true(json_number_value(json_object_get(clip, "again_percent")) == 100); /* tick 0 */
	row = json_array_get(json_object_get(clip, "rows"), 98);
	assert_true(json_is_null(json_array_get(row, 1)));
	json_array_foreach(bins, i, bin) total +=
		(size_t)json_integer_value(json_object_get(bin, "pairs"));
	assert_int_equal(total, 6);
	assert_int_equal(json_integer_value(json_object_get(json_array_get(bins, 0), "pairs")), 1);
	assert_int_equal(json_integer_value(json_object_get(json_array_get(bins, 7), "pairs")), 2);
	assert_int_equal(json_integer_value(json_object_get(json_array_get(bins, 9), "pairs")), 2);
	json_decref(d);
}

static char *printed(int (*print)(const json_t *, FILE *), const json_t *what)
{
	char *text = NULL;
	size_t len;
	FILE *out = open_memstream(&text, &len);

	assert_non_null(out);
	assert_int_equal(print(what, out), 0);
	fclose(out);
	return text;
}

static void test_forms(void **state)
{
	json_t *d = document("no-opt", 3, 4), *both = json_pack("[o, o]", document("csm", 0, 4), d);
	char *table = printed(clips_table, d), *csv = printed(clips_csv, d);
	char *share = printed(clips_share_svg, both), *jumps = printed(clips_jumps_svg, both);

	assert_non_null(strstr(table, "3 of 4, 75.0 % (95 %: 30.1 to 95.4)"));
	assert_non_null(strstr(table, "the paper's viewers: 92.17 %"));
	assert_non_null(strstr(table, "up to 0.90   33.3 %"));
	assert_non_null(strstr(csv, "variant,clip,at_ns,jump,p99,flicker,"));
	assert_non_null(strstr(csv, "\nno-opt,4,"));
	assert_non_null(strstr(share, "csm, 0 of 4"));
	assert_non_null(strstr(share, "no-opt, paper"));
	assert_null(strstr(share, "static"));
	assert_true(strstr(jumps, "csm: a clip") < strstr(jumps, "no-opt: a clip"));
	free(table);
	free(csv);
	free(share);
	free(jumps);
	json_decref(both);
}

/* ---- what was asked for ---- */

static int read_words(struct clips_options *o, const char *line)
{
	static char copy[200]; /* options borrow it */
	char *words[16] = {"clips"}, *save, *word;
	int n = 1;

	o->json = false;
	snprintf(copy, sizeof copy, "%s", line);
	for (word = strtok_r(copy, " ", &save); word; word = strtok_r(NULL, " ", &save))
		words[n++] = word;
	return clips_options_read(o, n, words);
}

static void test_options(void **state)
{
	struct clips_options o;

	assert_int_equal(read_words(&o, ""), 0);
	assert_string_equal(o.variant->name, "csm");
	assert_true(o.clips == 10 && o.threshold == 0.85 && o.window == 8 && !o.handover);
	assert_int_equal(read_words(&o, "--variant no-opt --clips 115 --handover --way=20-40"), 0);
	assert_true(o.variant->fifo && o.threshold == 0 && o.window == 1 && o.handover);
	assert_true(o.clips == 115 && o.way_low_us == 20000 && o.way_high_us == 40000);
	assert_int_equal(read_words(&o, "--variant no-sliding --threshold 0.9 --window 4"), 0);
	assert_true(o.threshold == 0.9 && o.window == 4 && !o.variant->fifo);
	assert_int_equal(read_words(&o, "--variant static"), 0);
	assert_true(o.variant->still);
}

static void test_mistakes(void **state)
{
	static const char *const mistakes[][2] = {
		{"--clips 0", "--clips: expected a number from 1 to 1000, found '0'"},
		{"--clips 1001", "--clips: expected a number from 1 to 1000, found '1001'"},
		{"--window 65", "--window: expected a number from 1 to 64, found '65'"},
		{"--threshold 1.5", "--threshold: expected 0 to 1, found '1.5'"},
		{"--way=40-20", "--way: expected LOW-HIGH in ms, from 1 to 1000, such as 20-40, "
				"found '40-20'"},
		{"--way=20", "--way: expected LOW-HIGH in ms, from 1 to 1000, such as 20-40, found "
			     "'20'"},
		{"--variant fast",
		 "--variant: expected csm, static, no-sliding or no-opt, found 'fast'"},
		{"--clip 3 x", "measure clips: unexpected argument 'x'"},
		{"--fast", "measure clips: unknown option '--fast'"},
		{"--clips", "measure clips: --clips needs an argument"},
		{"--draw", "--draw: expected --out DIR, and the files to draw"},
		{"--draw --out x", "--draw: expected --out DIR, and the files to draw"},
	};
	struct clips_options o;

	for (size_t i = 0; i < sizeof mistakes / sizeof mistakes[0]; i++) {
		assert_int_equal(read_words(&o, mistakes[i][0]), -EINVAL);
		assert_string_equal(o.error, mistakes[i][1]);
	}
	assert_int_equal(read_words(&o, "--draw --out x a b"), 0);
	assert_true(o.draw == 2 && strcmp(o.draw_file[1], "b") == 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_clean_switch),
		cmocka_unit_test(test_freeze),
		cmocka_unit_test(test_step_back),
		cmocka_unit_test(test_step_ahead),
		cmocka_unit_test(test_own_p99),
		cmocka_unit_test(test_sliding_is_less_than_a_switch_at_once),
		cmocka_unit_test(test_percentile),
		cmocka_unit_test(test_edges),
		cmocka_unit_test(test_unknown),
		cmocka_unit_test(test_share),
		cmocka_unit_test(test_document),
		cmocka_unit_test(test_forms),
		cmocka_unit_test(test_options),
		cmocka_unit_test(test_mistakes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
