// SPDX-License-Identifier: Apache-2.0
/* baton graph: a topology drawn, from its file or as it is up. */
#include <arpa/inet.h>
#include <errno.h>
#include <getopt.h>
#include <stdlib.h>
#include <string.h>

#include "lib/http_client.h"
#include "lib/shape/patch.h"
#include "lib/file.h"
#include "testbed/graph.h"
#include "testbed/link_state.h"
#include "testbed/plan.h"

struct form {
	const char *name, *suffix;
	void (*write)(const struct graph *g, FILE *out);
};

static const struct form forms[] = {
	{"svg", ".svg", graph_write_svg},
	{"dot", ".dot", graph_write_dot},
	{"mermaid", ".mmd", graph_write_mermaid},
	{0},
};

static const struct form *find_form(const char *name)
{
	for (const struct form *f = forms; f->name; f++)
		if (!strcmp(f->name, name))
			return f;
	complain("--format: expected svg, dot or mermaid, found '%s'", name);
	return NULL;
}

/* What isn't said follows from the name of the file. */
static const struct form *form_of(const char *path)
{
	size_t len = path ? strlen(path) : 0;

	for (const struct form *f = forms; f->name; f++)
		if (len > strlen(f->suffix) && !strcmp(path + len - strlen(f->suffix), f->suffix))
			return f;
	return forms;
}

static json_t *ask_sessions(const struct run *run, unsigned core)
{
	char url[80], addr[INET_ADDRSTRLEN];
	struct http_call call = {.method = "GET", .url = url, .timeout_ms = 2000};
	struct http_answer answer;
	json_t *list = NULL;

	snprintf(url, sizeof(url), "http://%s:%u/v1/pdu-sessions",
		 inet_ntop(AF_INET, &run->node[core].address, addr, sizeof(addr)),
		 daemon_rest_port("smf-lite"));
	if (!http_call_blocking(&call, &answer) && answer.status == 200)
		list = json_incref(json_object_get(answer.body, "pdu_sessions"));
	else
		complain("smf-lite doesn't answer; PDU sessions are left out");
	http_answer_done(&answer);
	return list ? list : json_array();
}

/* What shapes links now, whatever the file said: as `baton status` tells it */
static void take_shapes(const struct run *run, struct topology *t)
{
	struct link_state state;

	link_state_read(run, &state);
	if (!state.index)
		complain("%s; links are drawn as the file has them",
			 state.why[0] ? state.why : "what shapes the links can't be asked");
	for (size_t p = 0; state.index && p < t->port_count; p++) {
		struct topo_port *port = &t->port[p];
		json_t *forward = link_state_of(&state, t->node[port->node].name, port->ifname);
		json_t *back = t->network[port->network].bridged
				       ? link_state_of(&state, RUN_FABRIC, port->bridge_ifname)
				       : NULL;

		port->shape.is = shape_of_json(forward);
		port->back.is = shape_of_json(back);
		json_decref(forward);
		json_decref(back);
	}
	link_state_done(&state);
}

static int build_running(const struct baton_context *ctx, struct graph *ret_graph)
{
	json_t *sessions = NULL;
	struct topology *t;
	struct run run;
	int rc = run_select(ctx, NULL, &run);

	if (rc != BATON_OK)
		return rc;
	t = run_topology(&run);
	for (unsigned i = 0; t && i < t->node_count; i++)
		if (t->node[i].kind == TOPO_CORE)
			sessions = ask_sessions(&run, i);
	if (!sessions)
		sessions = json_array();
	if (t)
		take_shapes(&run, t);
	rc = t && !graph_build(t, sessions, ret_graph) ? BATON_OK : BATON_FAILED;
	for (size_t i = 0; rc == BATON_OK && i < t->node_count; i++) {
		struct graph_vertex *v = &ret_graph->vertex[i];

		v->gone = !run_is_of_this_boot(&run) || !process_alive(&run.node[i].init);
		if (v->gone)
			snprintf(v->note, sizeof(v->note), "%s, gone", topo_kind_name(v->kind));
	}
	if (rc == BATON_OK)
		snprintf(ret_graph->title, sizeof(ret_graph->title), "%s", run.name);
	json_decref(sessions);
	topology_free(t);
	run_done(&run);
	return rc;
}

static int build_file(const char *path, struct graph *ret_graph)
{
	struct yaml_error err = {""};
	struct topology *t;
	int rc = topology_load(path, &t, &err);

	if (rc) {
		complain("%s%s%s", err.text[0] ? err.text : path, err.text[0] ? "" : ": ",
			 err.text[0] ? "" : strerror(-rc));
		return rc == -EINVAL ? BATON_TOPOLOGY : BATON_FAILED;
	}
	rc = graph_build(t, NULL, ret_graph) ? BATON_FAILED : BATON_OK;
	topology_free(t);
	return rc;
}

static int write_graph(const struct graph *g, const struct form *form, const char *path)
{
	char *text = NULL;
	size_t len = 0;
	FILE *out = open_memstream(&text, &len);
	int rc;

	if (!out)
		return BATON_FAILED;
	form->write(g, out);
	if (fclose(out)) {
		free(text);
		return BATON_FAILED;
	}
	if (path)
		rc = file_create(path, text, len, 0644);
	else
		rc = fwrite(text, 1, len, stdout) == len && !fflush(stdout) ? 0 : -errno;
	free(text);
	if (rc)
		complain("%s: %s", path ? path : "standard output", strerror(-rc));
	return rc ? BATON_FAILED : BATON_OK;
}

int graph_main(const struct baton_context *ctx, int argc, char **argv)
{
	static const struct option options[] = {{"format", required_argument, NULL, 'f'},
						{"out", required_argument, NULL, 'o'},
						{0}};
	const struct form *form = NULL;
	const char *path = NULL;
	struct graph g = {0};
	int c, rc;

	while ((c = getopt_long(argc, argv, "f:o:", options, NULL)) != -1) {
		if (c == 'f')
			form = find_form(optarg);
		else if (c == 'o')
			path = strcmp(optarg, "-") ? optarg : NULL;
		if ((c == 'f' && !form) || c == '?')
			return BATON_USAGE;
	}
	if (argc - optind != 1) {
		complain("usage: baton graph FILE|running [--format dot|mermaid|svg] [--out F]");
		return BATON_USAGE;
	}
	rc = strcmp(argv[optind], "running") ? build_file(argv[optind], &g)
					     : build_running(ctx, &g);
	if (rc != BATON_OK)
		return rc;
	if (graph_layout(&g)) {
		complain("%s: too large to be drawn", argv[optind]);
		rc = BATON_FAILED;
	} else {
		rc = write_graph(&g, form ? form : form_of(path), path);
	}
	graph_done(&g);
	return rc;
}
