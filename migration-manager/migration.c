// SPDX-License-Identifier: Apache-2.0
#include "migration-manager/migration.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "lib/daemon.h"
#include "lib/json.h"
#include "migration-manager/events.h"
#include "migration-manager/step.h"

static const char *const state_names[MIGRATION_STATES] = {
	[MIGRATION_ACCEPTED] = "accepted",	     [MIGRATION_PREPARING] = "preparing",
	[MIGRATION_SYNCHRONISING] = "synchronising", [MIGRATION_READY] = "ready",
	[MIGRATION_SWITCHING] = "switching",	     [MIGRATION_RELEASING] = "releasing",
	[MIGRATION_COMPLETED] = "completed",	     [MIGRATION_ROLLING_BACK] = "rolling-back",
	[MIGRATION_ROLLED_BACK] = "rolled-back",     [MIGRATION_FAILED] = "failed",
};

const char *migration_state_name(enum migration_state state)
{
	return state_names[state];
}

int migration_state_parse(const char *name, enum migration_state *ret_state)
{
	for (int i = 0; i < MIGRATION_STATES; i++) {
		if (strcmp(state_names[i], name) == 0) {
			*ret_state = (enum migration_state)i;
			return 0;
		}
	}
	return -EINVAL;
}

bool migration_ended(const struct migration *m)
{
	return m->state == MIGRATION_COMPLETED || m->state == MIGRATION_ROLLED_BACK ||
	       m->state == MIGRATION_FAILED;
}

const char *migration_direction_name(enum migration_direction direction)
{
	static const char *const names[] = {"forward", "rollback", "back"};

	return names[direction];
}

struct migration *migration_new(struct manager *mm, const char *id,
				const struct migration_request *request)
{
	struct migration *m = calloc(1, sizeof *m);

	if (!m)
		return NULL;
	m->data = json_object();
	if (!m->data) {
		free(m);
		return NULL;
	}
	snprintf(m->id, sizeof m->id, "%s", id);
	m->mm = mm;
	m->request = *request;
	m->state = MIGRATION_ACCEPTED;
	m->epoch = 1;
	m->created_ns = m->state_since_ns = clock_now_ns();
	return m;
}

static void timer_closed(uv_handle_t *handle)
{
	free(handle);
}

void migration_free(struct migration *m)
{
	if (!m)
		return;
	if (m->timer)
		uv_close((uv_handle_t *)m->timer, timer_closed);
	free(m->scratch);
	json_decref(m->data);
	free(m);
}

static void set_text(json_t *object, const char *name, const char *text)
{
	if (text[0])
		json_object_set_new(object, name, json_string(text));
}

json_t *migration_request_json(const struct migration_request *r)
{
	json_t *j = json_pack("{s:s, s:s, s:s, s:s, s:I}", "ue", r->ue, "destination",
			      r->destination, "strategy", r->strategy->name, "mode", r->mode->name,
			      "hold_ms", (json_int_t)r->hold_ms);

	set_text(j, "app", r->app);
	set_text(j, "source", r->source);
	if (r->threshold >= 0)
		json_object_set_new(j, "threshold", json_real(r->threshold));
	if (r->window)
		json_object_set_new(j, "window", json_integer((json_int_t)r->window));
	if (r->timeout_ms)
		json_object_set_new(j, "timeout_ms", json_integer((json_int_t)r->timeout_ms));
	if (r->strategy->process)
		json_object_set_new(j, "process",
				    process_options_json(&r->process, r->strategy->process));
	return j;
}

/* A term of 001's equations that the steps of a process's move keep; 0: none */
static uint64_t term(const struct migration *m, const char *name)
{
	json_int_t us =
		json_integer_value(json_object_get(json_object_get(m->data, "process"), name));

	return us > 0 ? (uint64_t)us : migration_data_u64(m, name);
}

/* The time in which the application took nothing in. A process's is what its edges' clocks say,
 * which is more than its terms: there is the switch between them. Where it is copied, the copying
 * (001 eq. 2). Where a stream is switched none of those terms exists, and it is what an input
 * across the switch took longer than the one before (B34), which the stream-client tells; 0 where
 * none was made. */
static uint64_t computation_us(const struct migration *m)
{
	const json_t *stream = json_object_get(m->data, "stream");
	double ms =
		json_number_value(json_object_get(json_object_get(stream, "downtime"), "comp_ms"));

	if (stream)
		return ms > 0 ? (uint64_t)(ms * 1000) : 0;
	if (term(m, "t_comp_us"))
		return term(m, "t_comp_us");
	return term(m, "t_chkp_us") + term(m, "t_copy_us") + term(m, "t_restore_us");
}

static uint64_t downtime_began(const struct migration *m, uint64_t t0)
{
	uint64_t stream = json_u64(json_object_get(m->data, "stream"), "t0_ns"),
		 gate = json_u64(json_object_get(m->data, "process"), "gate_closed_ns");

	if (gate)
		return gate;
	return stream ? stream : t0;
}

/*
 * Downtime and its terms as the control plane sees them (001 eq. 1 to 3): T_net is the time from T0
 * to the route on the new session; what users lost in it is for probes to say. Terms that a
 * strategy doesn't set are zero: nothing was copied. T_pre is all before, from the accepted request
 * on, also a wait for pictures that are alike; a process's ends as its gate is closed.
 */
static json_t *downtime_json(const struct migration *m)
{
	uint64_t t0 = migration_data_u64(m, "t0_ns"),
		 switched = migration_data_u64(m, "switched_ns");
	uint64_t comp = computation_us(m), net = switched > t0 ? (switched - t0) / 1000 : 0;
	uint64_t down = net > comp ? net : comp;
	uint64_t began = downtime_began(m, t0);
	/* accepted: the request, or the latest that turned it */
	uint64_t turned = migration_data_u64(m, "turned_ns"),
		 accepted = turned ? turned : m->created_ns;
	uint64_t pre = began > accepted ? (began - accepted) / 1000 : 0;

	if (!t0 || !switched)
		return json_null();
	return json_pack("{s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I}", "t_pre_us", (json_int_t)pre,
			 "t_net_us", (json_int_t)net, "t_chkp_us", (json_int_t)term(m, "t_chkp_us"),
			 "t_copy_us", (json_int_t)term(m, "t_copy_us"), "t_restore_us",
			 (json_int_t)term(m, "t_restore_us"), "t_comp_us", (json_int_t)comp,
			 "t_down_us", (json_int_t)down, "t_mig_us", (json_int_t)(pre + down));
}

json_t *migration_json(const struct migration *m)
{
	json_t *j = migration_request_json(&m->request);
	char href[sizeof "/v1/migrations/" + MIGRATION_ID_SIZE];

	snprintf(href, sizeof href, "/v1/migrations/%s", m->id);
	json_object_set_new(j, "id", json_string(m->id));
	json_object_set_new(j, "href", json_string(href));
	json_object_set_new(j, "state", json_string(migration_state_name(m->state)));
	json_object_set_new(j, "direction", json_string(migration_direction_name(m->direction)));
	json_object_set_new(j, "epoch", json_integer((json_int_t)m->epoch));
	json_object_set_new(j, "created_ns", json_integer((json_int_t)m->created_ns));
	json_object_set_new(j, "state_since_ns", json_integer((json_int_t)m->state_since_ns));
	json_object_set_new(j, "downtime", downtime_json(m));
	json_object_set_new(j, "details", json_deep_copy(m->data));
	if (m->cause[0]) {
		json_object_set_new(j, "cause", json_string(m->cause));
		json_object_set_new(j, "detail", json_string(m->detail));
	}
	return j;
}

void migration_event(struct migration *m, const char *name, json_t *data)
{
	events_publish(m, name, data);
}

uint64_t migration_data_u64(const struct migration *m, const char *name)
{
	json_int_t value = json_integer_value(json_object_get(m->data, name));

	return value > 0 ? (uint64_t)value : 0;
}

const char *migration_data_string(const struct migration *m, const char *name)
{
	const char *text = json_string_value(json_object_get(m->data, name));

	return text ? text : "";
}

const char migration_meanwhile_member[] = "meanwhile";

json_t *migration_meanwhile(const struct migration *m)
{
	json_t *meanwhile = json_object_get(m->data, migration_meanwhile_member);

	if (!json_is_object(meanwhile)) {
		meanwhile = json_object();
		json_object_set_new(m->data, migration_meanwhile_member, meanwhile);
	}
	return meanwhile;
}

void migration_data_set_u64(struct migration *m, const char *name, uint64_t value)
{
	json_object_set_new(m->data, name, json_integer((json_int_t)value));
}
