// SPDX-License-Identifier: Apache-2.0
/*
 * A handover between two gNBs as a switch to be measured: T0 is when the UE got the command, its
 * end when the source let go of it, the path being switched.
 */
#include <arpa/inet.h>
#include <math.h>
#include <string.h>

#include "lib/json.h"
#include "testbed/measure/session.h"
#include "testbed/move.h"
#include "testbed/sessions.h"

enum { UE_PORT = 8083 };

bool session_mode_hands_over(const char *mode)
{
	const char *behind = strchr(mode, '+');

	return strcmp(behind ? behind + 1 : mode, "handover") == 0;
}

/* The next of the UE's gNBs after the one that serves it */
static int choose_target(struct session *s, struct move_error *err)
{
	const struct topology *t = s->place.topology;
	const struct topo_node *ue = &t->node[s->place.ue];
	char serving[64];
	int r = move_serving(t, &s->place.run, s->place.ue, serving, sizeof serving, err);

	s->target = ue->gnb[0];
	for (size_t i = 0; r == 0 && i + 1 < ue->gnb_count; i++)
		if (strcmp(t->node[ue->gnb[i]].name, serving) == 0)
			s->target = ue->gnb[i + 1];
	return r;
}

int session_move(struct session *s, json_t **ret_answer)
{
	struct move_error err = {0};
	int r = choose_target(s, &err);

	*ret_answer = NULL;
	if (r == 0)
		r = move_ue(s->place.topology, &s->place.run, s->place.ue, s->target, ret_answer,
			    &err);
	if (r < 0)
		complain("no handover: %s", err.text);
	return r;
}

static uint64_t command_ns(struct session *s)
{
	char url[128];
	json_t *status;
	uint64_t ns;

	place_url(&s->place, s->place.ue, UE_PORT, "/v1/status", url, sizeof url);
	status = client_get(&s->client, url);
	ns = json_u64(status, "handover_ns");
	json_decref(status);
	return ns;
}

/* The session is the one before; what tells the new way is where its packets enter N3. */
static void note_way(struct session *s, struct switch_event *event)
{
	const struct topo_port *n3 = topology_find_port(s->place.topology, s->target, TOPO_N3);
	json_int_t primary = client_primary_session(&s->client, s->place.supi);
	json_t *list = sessions_list(&s->place.run, s->place.ue), *session;
	const char *address;
	size_t i;

	event->uplink_teid = client_uplink(&s->client, s->place.supi, primary, &event->uplink_upf);
	if (n3)
		event->uplink_gnb = n3->addr;
	json_array_foreach(list, i, session)
	{
		address = json_string_value(json_object_get(session, "address"));
		if (address && json_integer_value(json_object_get(session, "id")) == primary)
			inet_pton(AF_INET, address, &event->destination_address);
	}
	json_decref(list);
}

int session_handover(struct session *s, struct switch_event *event)
{
	json_t *answer;
	int r;

	*event = (struct switch_event){.mode = event->mode, .setup_us = NAN};
	r = session_move(s, &answer);
	if (!place_is_up(&s->place)) {
		complain("topology %s was taken down", s->place.run.name);
		json_decref(answer);
		return -ENOENT;
	}
	event->ok = r == 0 && answer;
	snprintf(event->state, sizeof event->state, "%s", event->ok ? "completed" : "failed");
	event->created_ns = json_u64(answer, "asked_ns");
	event->ended_ns = event->switched_ns = json_u64(answer, "completed_ns");
	event->t0_ns = event->ok ? command_ns(s) : 0;
	event->hold_ns = s->options.hold_ms * UINT64_C(1000000);
	json_decref(answer);
	if (event->ok)
		note_way(s, event);
	pause_ms(s->options.hold_ms); /* the window's end, before the next one begins */
	return 0;
}
