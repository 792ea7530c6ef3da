// SPDX-License-Identifier: Apache-2.0
#include "testbed/measure/app.h"

#include <math.h>
#include <string.h>

const char *const app_stage_name[APP_STAGES] = {"initialisation",	 "session set-up",
						"state synchronisation", "dual streaming",
						"stream switch",	 "delayed release"};

static double number_of(const json_t *object, const char *name, double scale)
{
	const json_t *value = json_object_get(object, name);

	return json_is_number(value) ? json_number_value(value) * scale : NAN;
}

struct app_result app_result_none(void)
{
	struct app_result a = {.pre_us = NAN,
			       .comp_us = NAN,
			       .logic_us = NAN,
			       .migration_us = NAN,
			       .pull_us = NAN,
			       .frame_us = NAN,
			       .settle_us = NAN,
			       .wait_us = NAN,
			       .ssim = NAN,
			       .tick_jump = NAN,
			       .input_before_us = NAN,
			       .input_after_us = NAN};

	for (int i = 0; i < APP_STAGES; i++)
		a.stage_us[i] = NAN;
	return a;
}

static void read_stages(struct app_result *a, const json_t *stages)
{
	const json_t *stage;
	size_t i;

	json_array_foreach(stages, i, stage)
	{
		json_int_t n = json_integer_value(json_object_get(stage, "stage"));
		const json_t *from = json_object_get(stage, "started_ns"),
			     *to = json_object_get(stage, "ended_ns");

		if (n >= 1 && n <= APP_STAGES && json_is_integer(from))
			a->stage_ns[n - 1] = (uint64_t)json_integer_value(from);
		if (n >= 1 && n <= APP_STAGES && json_is_integer(from) && json_is_integer(to))
			a->stage_us[n - 1] =
				(double)(json_integer_value(to) - json_integer_value(from)) / 1000;
	}
}

/* A median of no inputs is none, however it is told. */
static double input_us(const json_t *side)
{
	if (json_integer_value(json_object_get(side, "count")) == 0)
		return NAN;
	return number_of(side, "p50_ms", 1000);
}

static void read_stream(struct app_result *a, const json_t *stream)
{
	const json_t *downtime = json_object_get(stream, "downtime");
	const char *reason = json_string_value(json_object_get(stream, "reason"));

	a->number = (uint32_t)json_integer_value(json_object_get(stream, "number"));
	a->t0_ns = (uint64_t)json_integer_value(json_object_get(stream, "t0_ns"));
	a->first_ns = (uint64_t)json_integer_value(json_object_get(stream, "first_display_ns"));
	a->settle_us = number_of(stream, "settling_ms", 1000);
	a->wait_us =
		number_of(stream, "waited_ms", 1000) - (isnan(a->settle_us) ? 0 : a->settle_us);
	a->ssim = number_of(stream, "ssim", 1);
	a->passed = !isnan(a->ssim) && reason && !strcmp(reason, "ssim");
	a->tick_jump = number_of(downtime, "tick_jump", 1);
	a->input_before_us = input_us(json_object_get(downtime, "input_before"));
	a->input_after_us = input_us(json_object_get(downtime, "input_after"));
	/* what may still grow is no figure */
	if (json_is_true(json_object_get(downtime, "complete")))
		a->frame_us = number_of(downtime, "frame_ms", 1000);
}

/* Where no input was made about the switch the manager's term is 0, and what it would be is not
 * known */
static double stream_comp_us(const json_t *stream)
{
	return number_of(json_object_get(stream, "downtime"), "comp_ms", 1000);
}

struct app_result app_result_read(const json_t *migration)
{
	const json_t *details = json_object_get(migration, "details"),
		     *terms = json_object_get(migration, "downtime");
	struct app_result a = app_result_none();

	a.pre_us = number_of(terms, "t_pre_us", 1);
	a.comp_us = number_of(terms, "t_comp_us", 1);
	a.migration_us = number_of(terms, "t_mig_us", 1);
	a.pull_us = number_of(details, "instance_pull_us", 1);
	read_stages(&a, json_object_get(details, "stages"));
	read_stream(&a, json_object_get(details, "stream"));
	if (json_object_get(details, "stream"))
		a.comp_us = stream_comp_us(json_object_get(details, "stream"));
	return a;
}

static json_t *value(double v, double scale)
{
	return isnan(v) ? json_null() : json_real(round(v / scale * 1e6) / 1e6);
}

const char *app_rest_text(enum app_rest rest)
{
	return rest == APP_REST_UNKNOWN ? "" : rest == APP_RESTS ? "yes" : "no";
}

static json_t *rest_json(enum app_rest rest)
{
	return rest == APP_REST_UNKNOWN ? json_null() : json_boolean(rest == APP_RESTS);
}

json_t *app_result_json(const struct app_result *a)
{
	json_t *stages = json_object();

	for (int i = 0; i < APP_STAGES; i++)
		json_object_set_new(stages, app_stage_name[i], value(a->stage_us[i], 1000));
	return json_pack(
		"{s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:b, s:o, s:o}",
		"stages_ms", stages, "image_pull_ms", value(a->pull_us, 1000), "t_pre_ms",
		value(a->pre_us, 1000), "t_comp_ms", value(a->comp_us, 1000), "t_comp_logic_ms",
		value(a->logic_us, 1000), "t_mig_ms", value(a->migration_us, 1000),
		"frame_downtime_ms", value(a->frame_us, 1000), "waited_ms", value(a->wait_us, 1000),
		"ssim", value(a->ssim, 1), "tick_jump", value(a->tick_jump, 1),
		"input_to_display_before_ms", value(a->input_before_us, 1000),
		"input_to_display_after_ms", value(a->input_after_us, 1000), "gate_passed",
		a->passed, "rested", rest_json(a->rest), "settling_ms", value(a->settle_us, 1000));
}
