// SPDX-License-Identifier: Apache-2.0
/* baton link: what shapes each link, changes of a link that runs, and the scripted ones. */
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "testbed/baton.h"
#include "testbed/link_client.h"
#include "testbed/link_set.h"
#include "testbed/link_state.h"
#include "testbed/run.h"

struct link_command {
	const struct baton_context *ctx;
	struct run run;
	struct topology *t;
	char socket[RUN_PATH_MAX];
};

static int usage(void)
{
	complain("usage: baton link [show]\n"
		 "       baton link set NODE NODE|NETWORK KEY=VALUE... [--forward|--backward]\n"
		 "       baton link changes start|stop\n"
		 "KEY: rate, delay, jitter, loss, duplicate, reorder, corrupt, queue; VALUE as in "
		 "a topology file, or none");
	return BATON_USAGE;
}

static int begin(struct link_command *c)
{
	int rc = run_select(c->ctx, NULL, &c->run);

	if (rc != BATON_OK)
		return rc;
	c->t = run_topology(&c->run);
	link_client_socket(&c->run, c->socket);
	return c->t ? BATON_OK : BATON_FAILED;
}

static void end(struct link_command *c)
{
	topology_free(c->t);
	run_done(&c->run);
}

/* ---- show ---- */

static const char *far_of(const struct topology *t, unsigned port)
{
	const struct topo_network *network = &t->network[t->port[port].network];

	return network->bridged ? network->name
				: t->node[t->port[topology_far_port(t, port)].node].name;
}

/* @link: given */
static void print_one(const char *near, const char *far, json_t *link)
{
	char *text = NULL;
	size_t len;
	FILE *out = open_memstream(&text, &len);

	if (out) {
		link_state_print(json_object_get(link, "forward"), out);
		fclose(out);
	}
	printf("%-20s %-20s %-40s ", near, far, text ? text : "");
	link_state_print(json_object_get(link, "backward"), stdout);
	printf("\n");
	free(text);
	json_decref(link);
}

static void print_links(const struct link_command *c, const struct link_state *state)
{
	printf("%-20s %-20s %-40s %s\n", "NODE", "TO", "FORWARD", "BACKWARD");
	for (unsigned p = 0; p < c->t->port_count; p++) {
		const struct topo_network *network = &c->t->network[c->t->port[p].network];

		if (!network->bridged && p != network->first_port)
			continue;
		print_one(c->t->node[c->t->port[p].node].name, far_of(c->t, p),
			  link_state_link(state, c->t, p));
	}
	for (size_t i = 0; i < c->t->n3_path_count; i++) {
		const struct topo_path *path = &c->t->n3_path[i];

		if (path->from < path->to)
			print_one(c->t->node[c->t->port[path->from].node].name,
				  c->t->node[c->t->port[path->to].node].name,
				  link_state_path(state, c->t, path));
	}
}

static int show(struct link_command *c)
{
	struct link_state state;
	json_t *report;

	link_state_read(&c->run, &state);
	if (c->ctx->json) {
		report = json_pack("{s:o, s:O*}", "links", link_state_report(&state, c->t),
				   "changes", json_object_get(state.answer, "changes"));
		json_dumpf(report, stdout, JSON_INDENT(2));
		printf("\n");
		json_decref(report);
	} else {
		print_links(c, &state);
	}
	link_state_done(&state);
	return BATON_OK;
}

/* ---- changes ---- */

static int changes(struct link_command *c, const char *what)
{
	struct link_client_error err = {""};
	bool start = !strcmp(what, "start");

	if (!start && strcmp(what, "stop") != 0)
		return usage();
	if (!link_state_has_shaper(&c->run) || !c->t->change_count) {
		complain("the file of '%s' has no changes", c->run.name);
		return BATON_FAILED;
	}
	if (start ? link_client_start(c->socket, &err) : link_client_stop(c->socket, &err)) {
		complain("%s", err.text);
		return BATON_FAILED;
	}
	return BATON_OK;
}

static int read_directions(int argc, char **argv, unsigned *ret)
{
	static const struct option options[] = {
		{"forward", no_argument, NULL, 'f'}, {"backward", no_argument, NULL, 'b'}, {0}};
	int o;

	*ret = 0;
	while ((o = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (o == '?')
			return BATON_USAGE;
		*ret |= o == 'f' ? LINK_FORWARD : LINK_BACKWARD;
	}
	if (!*ret)
		*ret = LINK_FORWARD | LINK_BACKWARD;
	return BATON_OK;
}

int link_main(const struct baton_context *ctx, int argc, char **argv)
{
	struct link_command c = {.ctx = ctx};
	unsigned directions;
	int rc = read_directions(argc, argv, &directions), count = argc - optind;
	char **words = argv + optind;
	const char *what = count ? words[0] : "show";
	bool is_set = !strcmp(what, "set"), is_show = !strcmp(what, "show"),
	     is_changes = !strcmp(what, "changes");

	if (rc != BATON_OK)
		return usage();
	if (is_set ? count < 4 : is_changes ? count != 2 : !is_show || count > 1)
		return usage();
	if (is_set && geteuid() != 0) {
		complain("link set needs root");
		return BATON_NOT_ROOT;
	}
	rc = begin(&c);
	if (rc == BATON_OK)
		rc = is_set    ? link_set(ctx, &c.run, c.t, count - 1, words + 1, directions)
		     : is_show ? show(&c)
			       : changes(&c, words[1]);
	end(&c);
	return rc;
}
