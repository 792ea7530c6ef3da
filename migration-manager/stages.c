// SPDX-License-Identifier: Apache-2.0
#include "migration-manager/stages.h"

#include "lib/daemon.h"

static const char *const names[] = {NULL,
				    "initialisation",
				    "session set-up",
				    "state synchronisation",
				    "dual streaming",
				    "stream switch",
				    "delayed release"};

static unsigned stage_of(const json_t *entry)
{
	return (unsigned)json_integer_value(json_object_get(entry, "stage"));
}

static json_t *last(json_t *stages)
{
	return json_array_get(stages, json_array_size(stages) - 1);
}

static void end_last(json_t *stages)
{
	json_t *entry = last(stages);

	if (entry && !json_object_get(entry, "ended_ns"))
		json_object_set_new(entry, "ended_ns", json_integer((json_int_t)clock_now_ns()));
}

void stages_enter(struct migration *m, const struct step *step)
{
	json_t *stages = json_object_get(m->data, "stages");

	if (!m->request.strategy->staged)
		return;
	if (!stages) {
		stages = json_array();
		json_object_set_new(m->data, "stages", stages);
	}
	if (m->direction == DIRECTION_ROLLBACK) {
		end_last(stages);
		return;
	}
	if (!step->stage || (last(stages) && stage_of(last(stages)) == step->stage))
		return;
	end_last(stages);
	while (last(stages) && stage_of(last(stages)) >= step->stage)
		json_array_remove(stages, json_array_size(stages) - 1);
	json_array_append_new(stages, json_pack("{s:i, s:s, s:I}", "stage", (int)step->stage,
						"name", names[step->stage], "started_ns",
						(json_int_t)clock_now_ns()));
}

void stages_end(struct migration *m)
{
	end_last(json_object_get(m->data, "stages"));
}
