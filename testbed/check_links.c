// SPDX-License-Identifier: Apache-2.0
/*
 * baton check links: does each shaped link do what was asked of it? Measured one direction after
 * the other, by frames of its own (check_probe.h): delay, jitter and shares by a slow flow, the
 * rate by one that is a third above it, on a link that is otherwise used as little as may be.
 */
#include "testbed/check.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/shape/patch.h"
#include "testbed/check_direction.h"
#include "testbed/link_state.h"

/* ---- telling ---- */

static void print_head(void)
{
	printf("%-28s %-7s %-34s %10s %9s %8s %10s %s\n", "FROM", "BY", "ASKED", "DELAY", "JITTER",
	       "LOST", "RATE", "VERDICT");
}

static void print_check(const struct direction_check *d)
{
	char name[64], asked[96] = "", text[16];
	FILE *out = fmemopen(asked, sizeof(asked), "w");

	if (out) {
		shape_print(&d->asked, " ", " ", out);
		fclose(out);
	}
	snprintf(name, sizeof(name), "%s %s", d->node, d->interface);
	printf("%-28s %-7s %-34s ", name, d->by, asked[0] ? asked + 1 : "-");
	if (isnan(d->delay_us))
		printf("%10s ", "-");
	else
		printf("%7.2f ms ", d->delay_us / 1e3);
	if (isnan(d->jitter_us))
		printf("%9s ", "-");
	else
		printf("%6.2f ms ", d->jitter_us / 1e3);
	snprintf(text, sizeof(text), "%u/%u", d->seen.lost, d->seen.sent);
	printf("%8s ", text);
	if (isnan(d->rate_bps))
		printf("%10s ", "-");
	else
		printf("%6.4gMbit ", d->rate_bps / 1e6);
	printf("%s%s%s%s%s\n",
	       d->off[0]    ? "off: "
	       : d->note[0] ? "as asked as far as measured"
			    : "as asked",
	       d->off, d->note[0] ? " (" : "", d->note, d->note[0] ? ")" : "");
}

static json_t *number(double value)
{
	return isnan(value) ? json_null() : json_real(value);
}

static json_t *check_json(const struct direction_check *d)
{
	const struct check_seen *s = &d->seen;

	return json_pack("{s:s, s:s, s:s, s:s, s:o, s:{s:i, s:i, s:i, s:i, s:i, s:i, s:o, s:o, "
			 "s:o}, s:b, s:s, s:s}",
			 "node", d->node, "interface", d->interface, "to", d->far, "shaped_by",
			 d->by, "asked", shape_json(&d->asked), "measured", "sent", (int)s->sent,
			 "arrived", (int)s->arrived, "lost", (int)s->lost, "duplicated",
			 (int)s->duplicated, "reordered", (int)s->reordered, "corrupted",
			 (int)s->corrupted, "delay_us", number(d->delay_us), "jitter_us",
			 number(d->jitter_us), "rate_bps", number(d->rate_bps), "as_asked",
			 !d->off[0], "off", d->off, "note", d->note);
}

/* ---- all links ---- */

struct check_links {
	const struct baton_context *ctx;
	struct run run;
	struct topology *t;
	struct link_state state;
	json_t *json;
	unsigned checked, off;
};

/* @back: towards the port's node */
static void ends_of(const struct check_links *c, unsigned port, bool back,
		    struct direction_check *d, unsigned ret_node[2])
{
	const struct topo_port *p = &c->t->port[port], *far = p;
	bool bridged = c->t->network[p->network].bridged;

	ret_node[0] = p->node;
	ret_node[1] = (unsigned)c->t->node_count; /* the fabric */
	d->from.interface = p->ifname;
	d->to.interface = p->bridge_ifname;
	if (!bridged) {
		far = &c->t->port[topology_far_port(c->t, port)];
		ret_node[1] = far->node;
		d->to.interface = far->ifname;
	}
	if (back) {
		unsigned node = ret_node[0];
		const char *interface = d->from.interface;

		ret_node[0] = ret_node[1];
		ret_node[1] = node;
		d->from.interface = d->to.interface;
		d->to.interface = interface;
	}
	d->interface = d->from.interface;
	d->node = c->run.node[ret_node[0]].name;
	d->far = c->run.node[ret_node[1]].name;
}

static int run_one(struct check_links *c, struct direction_check *d, const unsigned node[2])
{
	int r;

	d->from.netns_fd = run_netns_open(&c->run, node[0]);
	d->to.netns_fd = d->from.netns_fd < 0 ? -1 : run_netns_open(&c->run, node[1]);
	r = d->from.netns_fd < 0 ? d->from.netns_fd
	    : d->to.netns_fd < 0 ? d->to.netns_fd
				 : check_direction(d);
	if (d->from.netns_fd >= 0)
		close(d->from.netns_fd);
	if (d->to.netns_fd >= 0)
		close(d->to.netns_fd);
	return r;
}

enum { SLOW_BPS = 100000 };

static int check_way(struct check_links *c, unsigned port, bool back, const json_t *described)
{
	struct direction_check d = {.asked = shape_of_json(described)};
	unsigned node[2];
	int r;

	snprintf(d.by, sizeof(d.by), "%s",
		 json_string_value(json_object_get(described, "shaped_by")));
	/* what isn't in force is off, however little of it shows */
	if (!strcmp(d.by, "missing") || !strcmp(d.by, "failed"))
		snprintf(d.off, sizeof(d.off), "%s", d.by);
	ends_of(c, port, back, &d, node);
	if (d.asked.rate_bps && d.asked.rate_bps < SLOW_BPS)
		fprintf(stderr, "%s %s is slow: up to %u s are taken to measure it\n", d.node,
			d.interface, check_direction_seconds(&d.asked));
	r = run_one(c, &d, node);
	if (r < 0) {
		complain("%s %s can't be checked: %s", d.node, d.interface, strerror(-r));
		return BATON_FAILED;
	}
	c->checked++;
	c->off += d.off[0] != '\0';
	if (c->json)
		json_array_append_new(c->json, check_json(&d));
	else
		print_check(&d);
	fflush(stdout);
	free(d.seen.delay_us);
	return BATON_OK;
}

static void note_plain(const struct check_links *c, unsigned port)
{
	const struct topo_port *p = &c->t->port[port];
	const struct topo_network *network = &c->t->network[p->network];

	complain("%s to %s isn't shaped, so there is nothing to check", c->t->node[p->node].name,
		 network->bridged ? network->name
				  : c->t->node[c->t->port[topology_far_port(c->t, port)].node].name);
}

/* @named: asked for by its name */
static int check_port(struct check_links *c, unsigned port, bool named)
{
	json_t *link = link_state_link(&c->state, c->t, port),
	       *forward = json_object_get(link, "forward"),
	       *backward = json_object_get(link, "backward");
	int rc = BATON_OK;

	if (named && !link_state_is_shaped(forward) && !link_state_is_shaped(backward))
		note_plain(c, port);
	if (link_state_is_shaped(forward))
		rc = check_way(c, port, false, forward);
	if (rc == BATON_OK && link_state_is_shaped(backward))
		rc = check_way(c, port, true, backward);
	json_decref(link);
	return rc;
}

/* NODE or NODE:FAR; none: all */
static bool is_wanted(const struct check_links *c, unsigned port, int argc, char **argv)
{
	const struct topo_port *p = &c->t->port[port];
	const struct topo_network *network = &c->t->network[p->network];
	const struct topo_port *far =
		network->bridged ? NULL : &c->t->port[topology_far_port(c->t, port)];
	const char *ends[3] = {c->t->node[p->node].name,
			       far ? c->t->node[far->node].name : network->name, network->name};

	for (int i = 0; i < argc; i++) {
		size_t len = strcspn(argv[i], ":");

		for (int e = 0; e < 2; e++)
			if (strlen(ends[e]) == len && !strncmp(argv[i], ends[e], len) &&
			    (!argv[i][len] || !strcmp(argv[i] + len + 1, ends[1 - e]) ||
			     !strcmp(argv[i] + len + 1, ends[2])))
				return true;
	}
	return argc == 0;
}

static int check_words(const struct check_links *c, int argc, char **argv)
{
	for (int i = 0; i < argc; i++) {
		bool found = false;

		for (unsigned p = 0; !found && p < c->t->port_count; p++)
			found = is_wanted(c, p, 1, argv + i);
		if (!found) {
			complain("'%s' has no link '%.60s' (`baton link` lists those there are)",
				 c->run.name, argv[i]);
			return BATON_FAILED;
		}
	}
	return BATON_OK;
}

static int check_all(struct check_links *c, int argc, char **argv)
{
	int rc = BATON_OK;

	link_state_read(&c->run, &c->state);
	if (json_is_true(json_object_get(json_object_get(c->state.answer, "changes"), "running")))
		complain("the file's changes go on meanwhile, so links may be off what was asked "
			 "when their measurement began (`baton link changes stop`)");
	if (c->ctx->json)
		c->json = json_array();
	else
		print_head();
	for (unsigned p = 0; rc == BATON_OK && p < c->t->port_count; p++) {
		const struct topo_network *network = &c->t->network[c->t->port[p].network];

		if ((network->bridged || p == network->first_port) && is_wanted(c, p, argc, argv))
			rc = check_port(c, p, argc > 0);
	}
	link_state_done(&c->state);
	return rc;
}

static int tell(const struct check_links *c)
{
	if (c->json) {
		json_dumpf(c->json, stdout, JSON_INDENT(2));
		printf("\n");
	} else {
		printf("%u shaped direction%s, %u off\n", c->checked, c->checked == 1 ? "" : "s",
		       c->off);
	}
	return c->off ? BATON_FAILED : BATON_OK;
}

int check_links_main(const struct baton_context *ctx, int argc, char **argv)
{
	struct check_links c = {.ctx = ctx};
	int rc = geteuid() == 0 ? run_select(ctx, NULL, &c.run) : BATON_NOT_ROOT;

	if (rc == BATON_NOT_ROOT) {
		complain("check needs root");
		return rc;
	}
	if (rc != BATON_OK)
		return rc;
	c.t = run_topology(&c.run);
	rc = c.t ? check_words(&c, argc - 1, argv + 1) : BATON_FAILED;
	if (rc == BATON_OK)
		rc = check_all(&c, argc - 1, argv + 1);
	if (rc == BATON_OK)
		rc = tell(&c);
	json_decref(c.json);
	topology_free(c.t);
	run_done(&c.run);
	return rc;
}
