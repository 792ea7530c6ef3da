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

#include "testbed/check_probe.h"
#include "testbed/link_state.h"

enum {
	PROBES = 1000,
	PROBE_SIZE = 128,
	PROBE_INTERVAL_NS = 1000000,
	RATE_SIZE = 1514,
	RATE_MS = 400,
	STRAGGLERS_MS = 50,
	DELAY_TOLERANCE_US = 1000,
};

static const double rate_max_bps = 2e9; /* one thread sends no more, frame by frame */
static const double sigmas = 4.5; /* chance of a wrong verdict on a share: under one in 100,000 */

struct direction_check {
	struct check_end from, to;
	const char *node, *interface, *far;
	struct link_shape asked;
	char by[16];
	struct check_seen seen;
	double delay_us, jitter_us, rate_bps; /* measured; NAN: not asked, or not to be had */
	char off[160];			      /* keys that are off, with blanks between; "": none */
	char note[96];
};

/* ---- verdicts ---- */

static void add_off(struct direction_check *d, const char *key)
{
	size_t len = strlen(d->off);

	snprintf(d->off + len, sizeof(d->off) - len, "%s%s", len ? " " : "", key);
}

/* Could so many of @n have been hit by chance, each with @share? Half a packet is for the step from
 * counts to the curve. */
static bool is_likely(double share, double n, double hits)
{
	double sigma = sqrt(n * share * (1 - share));

	return fabs(hits - n * share) <= sigmas * sigma + 0.5;
}

static void judge_shares(struct direction_check *d)
{
	const struct link_shape *a = &d->asked;
	const struct check_seen *s = &d->seen;
	double kept = s->arrived;

	/* a bit that is flipped in the header makes a frame nobody's: lost, as far as can be seen */
	if (!is_likely(1 - (1 - a->loss) * (1 - a->corrupt), s->sent, s->lost + s->corrupted))
		add_off(d, "loss");
	if (kept && !is_likely(a->duplicate, kept, s->duplicated))
		add_off(d, "duplicate");
	if (a->corrupt > 0 ? s->corrupted == 0 && a->corrupt * kept > 50 : s->corrupted > 0)
		add_off(d, "corrupt");
	/* what goes at once overtakes only what is on its way, so some of the share are in order */
	if (a->reorder == 0 && a->jitter_us == 0 && s->reordered > 0)
		add_off(d, "reorder");
	if (a->reorder > 0 && !s->reordered)
		add_off(d, "reorder");
}

static double at(const struct check_seen *s, double share)
{
	return s->arrived ? s->delay_us[(size_t)(share * (s->arrived - 1))] : NAN;
}

/* The median is that of those that waited: shares that go at once are left out from below. */
static void judge_delay(struct direction_check *d)
{
	double tolerance = DELAY_TOLERANCE_US + d->asked.delay_us * 0.02, spread;

	d->delay_us = at(&d->seen, d->asked.reorder + (1 - d->asked.reorder) / 2);
	if (isnan(d->delay_us)) {
		if (d->asked.loss < 1)
			add_off(d, "delay");
		return;
	}
	if (fabs(d->delay_us - d->asked.delay_us) > tolerance)
		add_off(d, "delay");
	if (!d->asked.jitter_us)
		return;
	/* uniform: nine tenths lie within nine tenths of the width. Packets that wait for those
	 * before them come later */
	spread =
		at(&d->seen, 0.95) - at(&d->seen, d->asked.reorder + (1 - d->asked.reorder) * 0.05);
	d->jitter_us = spread / 1.8;
	if (d->jitter_us < d->asked.jitter_us * 0.3 - tolerance ||
	    d->jitter_us > d->asked.jitter_us * 1.3 + tolerance)
		add_off(d, "jitter");
}

/* ---- measuring ---- */

static int measure_slow(struct direction_check *d)
{
	struct check_flow flow = {
		.from = d->from,
		.to = d->to,
		.count = PROBES,
		.size = PROBE_SIZE,
		.interval_ns = PROBE_INTERVAL_NS,
		.longest_ns = (d->asked.delay_us + d->asked.jitter_us + STRAGGLERS_MS * 1000) *
			      UINT64_C(1000)};
	double per_second;
	int r;

	/* half of a low rate, or the probes would wait for one another */
	if (d->asked.rate_bps) {
		per_second = (double)d->asked.rate_bps / (PROBE_SIZE * 8) / 2;
		if (per_second < 1e9 / PROBE_INTERVAL_NS) {
			flow.interval_ns = (uint64_t)(1e9 / per_second);
			flow.count = per_second < 20 ? 20 : (unsigned)per_second;
		}
	}
	r = check_probe(&flow, &d->seen);
	if (r < 0)
		return r;
	judge_shares(d);
	judge_delay(d);
	return 0;
}

static int measure_rate(struct direction_check *d)
{
	double wanted = (double)d->asked.rate_bps * 4 / 3;
	struct check_seen seen;
	struct check_flow flow = {.from = d->from, .to = d->to, .size = RATE_SIZE};
	int r;

	if (!d->asked.rate_bps)
		return 0;
	if (wanted > rate_max_bps || d->asked.loss > 0.5) {
		snprintf(d->note, sizeof(d->note), "rate not measured: %s",
			 wanted > rate_max_bps ? "above what this can send" : "most is lost");
		return 0;
	}
	flow.interval_ns = (uint64_t)(RATE_SIZE * 8e9 / wanted);
	flow.count = (unsigned)(RATE_MS * 1e6 / (double)flow.interval_ns);
	if (flow.count < 60)
		flow.count = 60;
	/* what a queue holds at its end comes within this */
	flow.longest_ns =
		(uint64_t)((double)flow.count * RATE_SIZE * 8e9 / (double)d->asked.rate_bps / 3) +
		(d->asked.delay_us + d->asked.jitter_us + 2 * STRAGGLERS_MS * 1000) *
			UINT64_C(1000);
	r = check_probe(&flow, &seen);
	if (r < 0)
		return r;
	d->rate_bps = seen.rate_bps * (1 - d->asked.corrupt);
	free(seen.delay_us);
	/* loss, when it is carried out behind the rate, takes its share of it */
	if (d->rate_bps < (double)d->asked.rate_bps * (1 - d->asked.loss) * 0.93 ||
	    d->rate_bps > (double)d->asked.rate_bps * (1 + d->asked.duplicate) * 1.07)
		add_off(d, "rate");
	return 0;
}

static int measure(struct direction_check *d)
{
	int r;

	d->delay_us = d->jitter_us = d->rate_bps = NAN;
	r = measure_slow(d);
	return r < 0 ? r : measure_rate(d);
}

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
		topo_shape_print(&d->asked, " ", out);
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
	printf("%s%s%s%s%s\n", d->off[0] ? "off: " : "as asked", d->off, d->note[0] ? " (" : "",
	       d->note, d->note[0] ? ")" : "");
}

static json_t *number(double value)
{
	return isnan(value) ? json_null() : json_real(value);
}

static json_t *shape_json(const struct link_shape *s)
{
	return json_pack("{s:I, s:i, s:i, s:f, s:f, s:f, s:f, s:i}", "rate_bps",
			 (json_int_t)s->rate_bps, "delay_us", (int)s->delay_us, "jitter_us",
			 (int)s->jitter_us, "loss", s->loss, "duplicate", s->duplicate, "reorder",
			 s->reorder, "corrupt", s->corrupt, "queue", (int)s->queue_packets);
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
				 : measure(d);
	if (d->from.netns_fd >= 0)
		close(d->from.netns_fd);
	if (d->to.netns_fd >= 0)
		close(d->to.netns_fd);
	return r;
}

static int check_direction(struct check_links *c, unsigned port, bool back, const json_t *described)
{
	struct direction_check d = {.asked = link_state_shape(described)};
	unsigned node[2];
	int r;

	snprintf(d.by, sizeof(d.by), "%s",
		 json_string_value(json_object_get(described, "shaped_by")));
	ends_of(c, port, back, &d, node);
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

static int check_port(struct check_links *c, unsigned port)
{
	json_t *link = link_state_link(&c->state, c->t, port),
	       *forward = json_object_get(link, "forward"),
	       *backward = json_object_get(link, "backward");
	int rc = BATON_OK;

	if (link_state_is_shaped(forward))
		rc = check_direction(c, port, false, forward);
	if (rc == BATON_OK && link_state_is_shaped(backward))
		rc = check_direction(c, port, true, backward);
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
	const char *ends[2] = {c->t->node[p->node].name,
			       far ? c->t->node[far->node].name : network->name};

	for (int i = 0; i < argc; i++) {
		size_t len = strcspn(argv[i], ":");

		for (int e = 0; e < 2; e++)
			if (strlen(ends[e]) == len && !strncmp(argv[i], ends[e], len) &&
			    (!argv[i][len] || !strcmp(argv[i] + len + 1, ends[1 - e])))
				return true;
	}
	return argc == 0;
}

static int check_all(struct check_links *c, int argc, char **argv)
{
	int rc = BATON_OK;

	link_state_read(&c->run, &c->state);
	if (c->ctx->json)
		c->json = json_array();
	else
		print_head();
	for (unsigned p = 0; rc == BATON_OK && p < c->t->port_count; p++) {
		const struct topo_network *network = &c->t->network[c->t->port[p].network];

		if ((network->bridged || p == network->first_port) && is_wanted(c, p, argc, argv))
			rc = check_port(c, p);
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
	rc = c.t ? check_all(&c, argc - 1, argv + 1) : BATON_FAILED;
	if (rc == BATON_OK)
		rc = tell(&c);
	json_decref(c.json);
	topology_free(c.t);
	run_done(&c.run);
	return rc;
}
