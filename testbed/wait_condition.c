// SPDX-License-Identifier: Apache-2.0
#include "testbed/wait_condition.h"

#include <arpa/inet.h>
#include <string.h>
#include <unistd.h>

#include "lib/http_client.h"
#include "lib/netlink/netlink.h"
#include "testbed/control.h"
#include "testbed/plan.h"
#include "testbed/sessions.h"

const char *const condition_options[CONDITION_KINDS] = {
	[CONDITION_NODE] = "node",	 [CONDITION_DAEMON] = "daemon",
	[CONDITION_SESSION] = "session", [CONDITION_MIGRATION] = "migration",
	[CONDITION_LINK] = "link",
};

static const struct {
	bool part;
	const char *form;
	const char *states[12];
} forms[CONDITION_KINDS] = {
	[CONDITION_NODE] = {false, "NODE=STATE, such as ue=up", {"up", "gone"}},
	[CONDITION_DAEMON] = {true,
			      "NODE:DAEMON=STATE, such as upf-a:upf=ready",
			      {"starting", "ready", "waiting", "stopped"}},
	[CONDITION_SESSION] = {true,
			       "UE:ID=STATE, such as ue:2=active",
			       {"establishing", "active", "releasing", "none"}},
	[CONDITION_MIGRATION] = {false,
				 "ID=STATE, such as m1=completed",
				 {"accepted", "preparing", "synchronising", "ready", "switching",
				  "releasing", "completed", "rolling-back", "rolled-back",
				  "failed"}},
	[CONDITION_LINK] = {true,
			    "NODE:INTERFACE=STATE, such as cloud:wan=up",
			    {"up", "down", "none"}},
};

static int fail_state(enum condition_kind kind, const char *state)
{
	char known[200] = "";

	for (const char *const *s = forms[kind].states; *s; s++)
		snprintf(known + strlen(known), sizeof(known) - strlen(known), "%s%s",
			 known[0] ? ", " : "", *s);
	complain("--%s: expected one of the states %s, found '%.60s'", condition_options[kind],
		 known, state);
	return BATON_USAGE;
}

int condition_parse(enum condition_kind kind, const char *text, struct condition *c)
{
	const char *equals = strrchr(text, '='),
		   *colon = forms[kind].part ? strchr(text, ':') : NULL;
	const char *end = colon ? colon : equals;

	*c = (struct condition){.kind = kind};
	if (!equals || (forms[kind].part && (!colon || colon > equals || colon + 1 == equals)) ||
	    end == text || end - text >= (long)sizeof(c->subject) ||
	    (colon && equals - colon > (long)sizeof(c->part))) {
		complain("--%s: expected %s, found '%.80s'", condition_options[kind],
			 forms[kind].form, text);
		return BATON_USAGE;
	}
	snprintf(c->subject, sizeof(c->subject), "%.*s", (int)(end - text), text);
	if (colon)
		snprintf(c->part, sizeof(c->part), "%.*s", (int)(equals - colon - 1), colon + 1);
	snprintf(c->state, sizeof(c->state), "%s", equals + 1);
	for (const char *const *s = forms[kind].states; *s; s++)
		if (!strcmp(*s, c->state))
			return BATON_OK;
	return fail_state(kind, c->state);
}

static int core_of(const struct topology *t)
{
	for (unsigned i = 0; i < t->node_count; i++)
		if (t->node[i].kind == TOPO_CORE)
			return (int)i;
	return -1;
}

int condition_check(const struct run *run, const struct topology *t, const struct condition *c)
{
	int node;

	if (c->kind == CONDITION_MIGRATION) {
		if (core_of(t) >= 0)
			return BATON_OK;
		complain("topology '%s' has no core, so no migration manager", run->name);
		return BATON_FAILED;
	}
	node = run_find_node(run, c->subject);
	if (node < 0)
		return BATON_FAILED;
	if (c->kind == CONDITION_SESSION &&
	    ((size_t)node >= t->node_count || t->node[node].kind != TOPO_UE)) {
		complain("--session: node '%s' is no UE", c->subject);
		return BATON_FAILED;
	}
	return BATON_OK;
}

static void note(struct condition *c, const char *is)
{
	snprintf(c->is, sizeof(c->is), "%s", is ? is : "none");
}

static void look_at_daemon(const struct run *run, struct condition *c)
{
	json_t *status = control_status(run, c->subject), *daemon;
	size_t i;

	note(c, NULL);
	json_array_foreach(json_object_get(status, "daemons"), i, daemon)
	{
		const char *name = json_string_value(json_object_get(daemon, "name"));

		if (name && !strcmp(name, c->part))
			note(c, json_string_value(json_object_get(daemon, "state")));
	}
	json_decref(status);
}

static void look_at_session(const struct run *run, unsigned ue, struct condition *c)
{
	json_t *list = sessions_list(run, ue), *session;
	char id[16];
	size_t i;

	note(c, NULL);
	json_array_foreach(list, i, session)
	{
		snprintf(id, sizeof(id), "%lld",
			 (long long)json_integer_value(json_object_get(session, "id")));
		if (!strcmp(id, c->part))
			note(c, json_string_value(json_object_get(session, "state")));
	}
	json_decref(list);
}

static void look_at_migration(const struct run *run, unsigned core, struct condition *c)
{
	char url[160], addr[INET_ADDRSTRLEN];
	struct http_call call = {.method = "GET", .url = url, .timeout_ms = 1000};
	struct http_answer answer;

	note(c, NULL);
	snprintf(url, sizeof(url), "http://%s:%u/v1/migrations/%s",
		 inet_ntop(AF_INET, &run->node[core].address, addr, sizeof(addr)),
		 daemon_rest_port("migration-manager"), c->subject);
	if (!http_call_blocking(&call, &answer) && answer.status == 200)
		note(c, json_string_value(json_object_get(answer.body, "state")));
	http_answer_done(&answer);
}

static int look_at_link(const struct nl_link *link, void *user)
{
	struct condition *c = user;

	if (!strcmp(link->name, c->part))
		note(c, link->up && link->running ? "up" : "down");
	return 0;
}

static void look_at_links(const struct run *run, size_t node, struct condition *c)
{
	int netns = run_netns_open(run, node);
	struct nl *nl;

	note(c, NULL);
	if (netns < 0)
		return;
	if (!nl_open_netns(netns, &nl)) {
		nl_link_list(nl, look_at_link, c);
		nl_close(nl);
	}
	close(netns);
}

bool condition_holds(const struct run *run, const struct topology *t, struct condition *c)
{
	size_t node = 0;

	while (node < run->node_count && strcmp(run->node[node].name, c->subject) != 0)
		node++;
	if (c->kind == CONDITION_NODE)
		note(c, process_alive(&run->node[node].init) ? "up" : "gone");
	else if (c->kind == CONDITION_DAEMON)
		look_at_daemon(run, c);
	else if (c->kind == CONDITION_SESSION)
		look_at_session(run, (unsigned)node, c);
	else if (c->kind == CONDITION_MIGRATION)
		look_at_migration(run, (unsigned)core_of(t), c);
	else
		look_at_links(run, node, c);
	return !strcmp(c->is, c->state);
}

void condition_print(const struct condition *c, FILE *out)
{
	fprintf(out, "--%s %s%s%s=%s", condition_options[c->kind], c->subject,
		c->part[0] ? ":" : "", c->part, c->state);
}
