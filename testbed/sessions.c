// SPDX-License-Identifier: Apache-2.0
/* PDU sessions as the UEs see them, agents as the migration manager does. */
#include "testbed/sessions.h"

#include <arpa/inet.h>
#include <string.h>

#include "lib/http_client.h"
#include "testbed/plan.h"

enum { ANSWER_TIMEOUT_MS = 500 };

json_t *sessions_ask(const struct run *run, unsigned node, const char *daemon, const char *path)
{
	char url[64], addr[INET_ADDRSTRLEN];
	struct http_call call = {.method = "GET", .url = url, .timeout_ms = ANSWER_TIMEOUT_MS};
	struct http_answer answer;
	json_t *body = NULL;

	snprintf(url, sizeof(url), "http://%s:%u%s",
		 inet_ntop(AF_INET, &run->node[node].address, addr, sizeof(addr)),
		 daemon_rest_port(daemon), path);
	if (!http_call_blocking(&call, &answer) && answer.status == 200)
		body = json_incref(answer.body);
	http_answer_done(&answer);
	return body;
}

/* The array @member of it, [] when there is none; new reference */
static json_t *ask_for_list(const struct run *run, unsigned node, const char *daemon,
			    const char *path, const char *member)
{
	json_t *body = sessions_ask(run, node, daemon, path);
	json_t *list = json_incref(json_object_get(body, member));

	json_decref(body);
	return list ? list : json_array();
}

json_t *sessions_list(const struct run *run, unsigned ue)
{
	return ask_for_list(run, ue, "ue", "/v1/pdu-sessions", "pdu_sessions");
}

static const char *state_of(const json_t *list, size_t id)
{
	const char *state;
	size_t i;
	json_t *item;

	json_array_foreach(list, i, item)
	{
		if ((size_t)json_integer_value(json_object_get(item, "id")) != id)
			continue;
		state = json_string_value(json_object_get(item, "state"));
		return state ? state : "unknown";
	}
	return "not there";
}

/* Those that the topology file asks for, by id */
static void count_configured(const struct topology *t, const struct run *run, unsigned ue,
			     struct session_count *count)
{
	json_t *list = t->node[ue].session_count ? sessions_list(run, ue) : NULL;

	for (size_t id = 1; id <= t->node[ue].session_count; id++) {
		const char *state = state_of(list, id);

		count->wanted++;
		if (!strcmp(state, "active"))
			count->active++;
		else if (!count->missing[0])
			snprintf(count->missing, sizeof(count->missing),
				 "%s: PDU session %zu is %.40s", t->node[ue].name, id, state);
	}
	json_decref(list);
}

/* Those that the UE means to hold now: a migration releases some and asks for others. */
static void count_meant(const struct topology *t, const struct run *run, unsigned ue,
			struct session_count *count)
{
	json_t *body = sessions_ask(run, ue, "ue", "/v1/pdu-sessions"), *session;
	size_t wanted = (size_t)json_integer_value(json_object_get(body, "wanted")), active = 0, i;

	json_array_foreach(json_object_get(body, "pdu_sessions"), i, session)
	{
		const char *state = json_string_value(json_object_get(session, "state"));

		active += state && !strcmp(state, "active");
	}
	count->wanted += body ? wanted : t->node[ue].session_count;
	count->active += active < wanted ? active : wanted;
	if (active < wanted && !count->missing[0])
		snprintf(count->missing, sizeof(count->missing),
			 "%s: %zu of the %zu PDU sessions that it wants are active",
			 t->node[ue].name, active, wanted);
	json_decref(body);
}

static bool is_listed(const json_t *list, const char *member, const char *name)
{
	const char *value;
	size_t i;
	json_t *item;

	json_array_foreach(list, i, item)
	{
		value = json_string_value(json_object_get(item, member));
		if (value && !strcmp(value, name))
			return true;
	}
	return false;
}

/* Without them a migration would be refused. */
static void count_agents(const struct topology *t, const struct run *run, unsigned core,
			 struct session_count *count)
{
	json_t *edges = ask_for_list(run, core, "migration-manager", "/v1/edges", "edges");
	json_t *ues = ask_for_list(run, core, "migration-manager", "/v1/ues", "ues");

	for (unsigned i = 0; i < t->node_count; i++) {
		const struct topo_node *node = &t->node[i];
		bool listed;

		if (node->kind != TOPO_EDGE && node->kind != TOPO_UE)
			continue;
		listed = node->kind == TOPO_EDGE ? is_listed(edges, "id", node->name)
						 : is_listed(ues, "supi", node->supi);
		count->agents++;
		count->registered += listed;
		if (!listed && !count->missing[0])
			snprintf(count->missing, sizeof(count->missing),
				 "%s: its agent has not registered with the migration manager",
				 node->name);
	}
	json_decref(edges);
	json_decref(ues);
}

bool sessions_complete(const struct session_count *count)
{
	return count->active == count->wanted && count->registered == count->agents;
}

static void count_node(const struct topology *t, const struct run *run, enum session_which which,
		       unsigned node, struct session_count *count)
{
	if (t->node[node].kind == TOPO_UE && which == SESSIONS_CONFIGURED)
		count_configured(t, run, node, count);
	else if (t->node[node].kind == TOPO_UE)
		count_meant(t, run, node, count);
	else if (t->node[node].kind == TOPO_CORE)
		count_agents(t, run, node, count);
}

void sessions_count(const struct topology *t, const struct run *run, enum session_which which,
		    struct session_count *ret_count)
{
	memset(ret_count, 0, sizeof(*ret_count));
	for (unsigned i = 0; i < t->node_count; i++)
		count_node(t, run, which, i, ret_count);
}

/* The core is looked at behind all others: its list of agents is long where UEs are many. */
static bool has_its_turn(const struct topology *t, unsigned place, unsigned node)
{
	return (t->node[node].kind == TOPO_CORE) == (place >= t->node_count);
}

unsigned sessions_missing_from(const struct topology *t, const struct run *run,
			       enum session_which which, unsigned from)
{
	const unsigned places = 2 * (unsigned)t->node_count;

	for (unsigned place = from; place < places; place++) {
		struct session_count count = {0};

		if (!has_its_turn(t, place, place % (unsigned)t->node_count))
			continue;
		count_node(t, run, which, place % (unsigned)t->node_count, &count);
		if (!sessions_complete(&count))
			return place;
	}
	return places;
}

bool sessions_all_there(const struct topology *t, unsigned place)
{
	return place >= 2 * t->node_count;
}
