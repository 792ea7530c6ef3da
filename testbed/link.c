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
#include "testbed/link_state.h"
#include "testbed/run.h"

enum { FORWARD = 1, BACKWARD = 2 };

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

static int failed(const struct link_command *c, const struct link_client_error *err)
{
	if (access(c->socket, F_OK))
		complain("'%s' has no link-shaper: it was brought up with `management: none` and "
			 "no shaped link; give one a shape in the "
			 "file, and bring it up anew",
			 c->run.name);
	else
		complain("%s", err->text);
	return BATON_FAILED;
}

/* ---- show ---- */

static const char *far_of(const struct topology *t, unsigned port)
{
	const struct topo_network *network = &t->network[t->port[port].network];

	return network->bridged ? network->name
				: t->node[t->port[topology_far_port(t, port)].node].name;
}

static void print_links(const struct link_command *c, const struct link_state *state)
{
	printf("%-20s %-20s %-40s %s\n", "NODE", "TO", "FORWARD", "BACKWARD");
	for (unsigned p = 0; p < c->t->port_count; p++) {
		const struct topo_network *network = &c->t->network[c->t->port[p].network];
		char *text = NULL;
		size_t len;
		json_t *link;
		FILE *out;

		if (!network->bridged && p != network->first_port)
			continue;
		link = link_state_link(state, c->t, p);
		out = open_memstream(&text, &len);
		if (out) {
			link_state_print(json_object_get(link, "forward"), out);
			fclose(out);
		}
		printf("%-20s %-20s %-40s ", c->t->node[c->t->port[p].node].name, far_of(c->t, p),
		       text ? text : "");
		link_state_print(json_object_get(link, "backward"), stdout);
		printf("\n");
		free(text);
		json_decref(link);
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

/* ---- set ---- */

/* One key in the form of link-shaper's requests */
static int add_key(json_t *shape, const char *key, const char *value)
{
	static const char *const names[] = {"rate",	 "rate_bps",  "delay",	 "delay_us",
					    "jitter",	 "jitter_us", "loss",	 "loss",
					    "duplicate", "duplicate", "reorder", "reorder",
					    "corrupt",	 "corrupt",   "queue",	 "queue"};
	struct link_shape one = {0};
	const char *expected;
	double values[8];
	int rc = topo_shape_key(key, strcmp(value, "none") ? value : "0", &one, &expected);

	if (rc == -ENOENT) {
		complain("unknown key '%.40s', expected one of: rate, delay, jitter, loss, "
			 "duplicate, reorder, corrupt, queue",
			 key);
		return BATON_USAGE;
	}
	if (rc && strcmp(value, "none") != 0) {
		complain("%s: expected %s, or none, found '%.60s'", key, expected, value);
		return BATON_USAGE;
	}
	values[0] = (double)one.rate_bps;
	values[1] = one.delay_us;
	values[2] = one.jitter_us;
	values[3] = one.loss;
	values[4] = one.duplicate;
	values[5] = one.reorder;
	values[6] = one.corrupt;
	values[7] = one.queue_packets;
	for (size_t i = 0; i < 8; i++) {
		if (strcmp(names[2 * i], key) != 0)
			continue;
		if (!strcmp(value, "none"))
			json_object_set_new(shape, names[2 * i + 1], json_null());
		else if (i >= 3 && i <= 6)
			json_object_set_new(shape, names[2 * i + 1], json_real(values[i]));
		else
			json_object_set_new(shape, names[2 * i + 1],
					    json_integer((json_int_t)values[i]));
	}
	return BATON_OK;
}

static int read_keys(int argc, char **argv, json_t *shape)
{
	int rc = BATON_OK;

	for (int i = 0; rc == BATON_OK && i < argc; i++) {
		char *equals = strchr(argv[i], '=');

		if (!equals) {
			complain("expected KEY=VALUE, such as delay=5ms, found '%.60s'", argv[i]);
			return BATON_USAGE;
		}
		*equals = '\0';
		rc = add_key(shape, argv[i], equals + 1);
	}
	return rc;
}

static int set_end(struct link_command *c, unsigned port, bool back, json_t *shape)
{
	const struct topo_port *p = &c->t->port[port];
	bool bridged = c->t->network[p->network].bridged;
	const char *node = c->t->node[p->node].name, *interface = p->ifname;
	struct link_client_error err = {""};
	char backend[16];

	if (back && bridged) {
		node = RUN_FABRIC;
		interface = p->bridge_ifname;
	} else if (back) {
		p = &c->t->port[topology_far_port(c->t, port)];
		node = c->t->node[p->node].name;
		interface = p->ifname;
	}
	if (link_client_set(c->socket, node, interface, json_incref(shape), backend, &err))
		return failed(c, &err);
	if (!c->ctx->json)
		printf("%s %s: shaped by %s\n", node, interface, backend);
	return BATON_OK;
}

static int set_link(struct link_command *c, int argc, char **argv, unsigned directions)
{
	int node = topology_find_node(c->t, argv[0]), rc;
	unsigned port;
	json_t *shape;

	if (node < 0) {
		complain("'%s' has no node '%.60s'", c->run.name, argv[0]);
		return BATON_FAILED;
	}
	if (topology_find_link(c->t, (unsigned)node, argv[1], &port)) {
		complain("'%s' has no link to '%.60s' (`baton link` lists those there are)",
			 argv[0], argv[1]);
		return BATON_FAILED;
	}
	shape = json_object();
	rc = read_keys(argc - 2, argv + 2, shape);
	if (rc == BATON_OK && directions & FORWARD)
		rc = set_end(c, port, false, shape);
	if (rc == BATON_OK && directions & BACKWARD)
		rc = set_end(c, port, true, shape);
	json_decref(shape);
	return rc;
}

/* ---- changes ---- */

static int changes(struct link_command *c, const char *what)
{
	struct link_client_error err = {""};
	bool start = !strcmp(what, "start");

	if (!start && strcmp(what, "stop") != 0)
		return usage();
	if (!c->t->change_count) {
		complain("the file of '%s' has no changes", c->run.name);
		return BATON_FAILED;
	}
	if (start ? link_client_start(c->socket, &err) : link_client_stop(c->socket, &err))
		return failed(c, &err);
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
		*ret |= o == 'f' ? FORWARD : BACKWARD;
	}
	if (!*ret)
		*ret = FORWARD | BACKWARD;
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
		rc = is_set    ? set_link(&c, count - 1, words + 1, directions)
		     : is_show ? show(&c)
			       : changes(&c, words[1]);
	end(&c);
	return rc;
}
