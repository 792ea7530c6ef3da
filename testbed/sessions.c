// SPDX-License-Identifier: Apache-2.0
/* PDU sessions as the UEs see them. */
#include "testbed/sessions.h"

#include <arpa/inet.h>
#include <string.h>

#include "lib/http_client.h"
#include "testbed/plan.h"

enum { ANSWER_TIMEOUT_MS = 500 };

json_t *sessions_list(const struct run *run, unsigned ue)
{
	char url[64], addr[INET_ADDRSTRLEN];
	struct http_call call = {.method = "GET", .url = url, .timeout_ms = ANSWER_TIMEOUT_MS};
	struct http_answer answer;
	json_t *list = NULL;

	snprintf(url, sizeof(url), "http://%s:%u/v1/pdu-sessions",
		 inet_ntop(AF_INET, &run->node[ue].address, addr, sizeof(addr)),
		 daemon_rest_port("ue"));
	if (!http_call_blocking(&call, &answer) && answer.status == 200)
		list = json_incref(json_object_get(answer.body, "pdu_sessions"));
	http_answer_done(&answer);
	return list ? list : json_array();
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

static void count_ue(const struct topology *t, const struct run *run, unsigned ue,
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

void sessions_count(const struct topology *t, const struct run *run,
		    struct session_count *ret_count)
{
	memset(ret_count, 0, sizeof(*ret_count));
	for (unsigned i = 0; i < t->node_count; i++)
		if (t->node[i].kind == TOPO_UE)
			count_ue(t, run, i, ret_count);
}
