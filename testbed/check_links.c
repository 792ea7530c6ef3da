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
	PROBES_MAX = 30000,
	PROBES_MIN = 20,
	PROBES_PER_HIT = 25, /* so many hits are expected, or none could be chance as well */
	PROBE_SIZE = 128,
	PROBE_HEADER = 14, /* a bit flipped there can make a frame nobody's */
	PROBE_INTERVAL_NS = 1000000,
	PROBE_INTERVAL_MIN_NS = 200000,
	SPACED_NS = 2000000000, /* a flow whose frames don't wait for one another takes so long */
	RATE_SIZE = 1514,
	RATE_SIZE_MIN = 64,
	RATE_FRAMES_MIN = 60,
	RATE_MS = 400,
	TBF_BURST =
		128 << 10, /* as lib/shape gives it; what it lets pass says nothing of the rate */
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
	char note[160];
};

/* ---- verdicts ---- */

static void add_off(struct direction_check *d, const char *key)
{
	size_t len = strlen(d->off);

	snprintf(d->off + len, sizeof(d->off) - len, "%s%s", len ? " " : "", key);
}

static void add_note(struct direction_check *d, const char *text)
{
	size_t len = strlen(d->note);

	snprintf(d->note + len, sizeof(d->note) - len, "%s%s", len ? "; " : "", text);
}

/* Could so many of @n have been hit by chance, each with @share? Half a packet is for the step from
 * counts to the curve. */
static bool is_likely(double share, double n, double hits)
{
	double sigma = sqrt(n * share * (1 - share));

	return fabs(hits - n * share) <= sigmas * sigma + 0.5;
}

/* The header's part of the flipped bits may show as loss instead. */
static void judge_corrupt(struct direction_check *d, double kept)
{
	const double all = d->asked.corrupt, seen = all * (PROBE_SIZE - PROBE_HEADER) / PROBE_SIZE;
	const double n = kept + d->seen.corrupted, hits = d->seen.corrupted;

	if ((hits > n * all && !is_likely(all, n, hits)) ||
	    (hits < n * seen && !is_likely(seen, n, hits)))
		add_off(d, "corrupt");
}

static void judge_shares(struct direction_check *d)
{
	const struct link_shape *a = &d->asked;
	const struct check_seen *s = &d->seen;
	double kept = s->arrived;

	/* a bit that is flipped in the header makes a frame nobody's: lost, as far as can be seen
	 */
	if (!is_likely(1 - (1 - a->loss) * (1 - a->corrupt), s->sent, s->lost + s->corrupted))
		add_off(d, "loss");
	if (kept && !is_likely(a->duplicate, kept, s->duplicated))
		add_off(d, "duplicate");
	judge_corrupt(d, kept);
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
static void judge_delay(struct direction_check *d, const struct check_seen *s)
{
	const struct link_shape *a = &d->asked;
	double tolerance = DELAY_TOLERANCE_US + a->delay_us * 0.02;
	double chance = sigmas / sqrt(s->arrived ? s->arrived : 1), spread, want;

	d->delay_us = at(s, a->reorder + (1 - a->reorder) / 2);
	if (isnan(d->delay_us)) {
		if (a->loss < 1)
			add_off(d, "delay");
		return;
	}
	/* the median of n uniform ones is off by the half width over the root of n */
	if (fabs(d->delay_us - a->delay_us) > tolerance + a->jitter_us * chance)
		add_off(d, "delay");
	if (!a->jitter_us)
		return;
	/* uniform: nine tenths lie within nine tenths of the width; none comes before it is sent */
	spread = at(s, 0.95) - at(s, a->reorder + (1 - a->reorder) * 0.05);
	want = a->delay_us + a->jitter_us * 0.9 - fmax(0, a->delay_us - a->jitter_us * 0.9);
	d->jitter_us = spread / 1.8;
	if (fabs(spread - want) > tolerance + want * (0.1 + 0.35 * chance))
		add_off(d, "jitter");
}

/* ---- measuring ---- */

static uint64_t longest_ns(const struct direction_check *d)
{
	return (d->asked.delay_us + d->asked.jitter_us + STRAGGLERS_MS * 1000) * UINT64_C(1000);
}

static double smallest_share(const struct link_shape *a)
{
	const double shares[] = {a->loss, a->duplicate, a->corrupt, a->reorder};
	double least = 1;

	for (size_t i = 0; i < sizeof(shares) / sizeof(shares[0]); i++)
		if (shares[i] > 0 && shares[i] < least)
			least = shares[i];
	return least;
}

/* As far apart as the link wants it: half of a low rate, half of a small queue. */
static uint64_t least_interval_ns(const struct link_shape *a)
{
	uint64_t least = PROBE_INTERVAL_MIN_NS, rate, queue;

	rate = a->rate_bps ? (uint64_t)(PROBE_SIZE * 8 * 2e9 / (double)a->rate_bps) : 0;
	queue = a->queue_packets ? (a->delay_us + a->jitter_us) * UINT64_C(2000) / a->queue_packets
				 : 0;
	least = rate > least ? rate : least;
	return queue > least ? queue : least;
}

/* So many that the smallest share shows, as close together as that needs. */
static void plan_slow(struct direction_check *d, struct check_flow *flow)
{
	uint64_t least = least_interval_ns(&d->asked);
	double wanted = PROBES_PER_HIT / smallest_share(&d->asked), room;

	flow->count = wanted < PROBES	    ? PROBES
		      : wanted > PROBES_MAX ? PROBES_MAX
					    : (unsigned)wanted;
	flow->interval_ns = PROBES * (uint64_t)PROBE_INTERVAL_NS * 5 / flow->count;
	if (flow->interval_ns > PROBE_INTERVAL_NS)
		flow->interval_ns = PROBE_INTERVAL_NS;
	if (flow->interval_ns < least)
		flow->interval_ns = least;
	room = 6e9 / (double)flow->interval_ns;
	if (flow->count > room)
		flow->count = room < PROBES_MIN ? PROBES_MIN : (unsigned)room;
	if (flow->count < wanted)
		add_note(d, "too few frames to tell so small a share from none");
}

static int measure_slow(struct direction_check *d)
{
	struct check_flow flow = {
		.from = d->from, .to = d->to, .size = PROBE_SIZE, .longest_ns = longest_ns(d)};
	int r;

	plan_slow(d, &flow);
	r = check_probe(&flow, &d->seen);
	if (r < 0)
		return r;
	judge_shares(d);
	return 0;
}

/* Order is kept under jitter, so a frame that is close behind another waits for it: those that
 * tell delay and jitter are as far apart as jitter reaches. */
static int measure_delay(struct direction_check *d)
{
	struct check_flow flow = {.from = d->from,
				  .to = d->to,
				  .size = PROBE_SIZE,
				  .interval_ns = d->asked.jitter_us * UINT64_C(2000),
				  .longest_ns = longest_ns(d)};
	struct check_seen seen;
	int r;

	if (!d->asked.jitter_us) {
		judge_delay(d, &d->seen);
		return 0;
	}
	if (flow.interval_ns < PROBE_INTERVAL_NS)
		flow.interval_ns = PROBE_INTERVAL_NS;
	if (flow.interval_ns < least_interval_ns(&d->asked))
		flow.interval_ns = least_interval_ns(&d->asked);
	flow.count = (unsigned)(SPACED_NS / flow.interval_ns);
	if (flow.count < PROBES_MIN)
		flow.count = PROBES_MIN;
	r = check_probe(&flow, &seen);
	if (r < 0)
		return r;
	judge_delay(d, &seen);
	free(seen.delay_us);
	return 0;
}

/* Small frames where the rate is low, or enough of them would take minutes. */
static void plan_rate(const struct direction_check *d, double wanted, struct check_flow *flow)
{
	double rate = (double)d->asked.rate_bps, size = rate / 8 / RATE_FRAMES_MIN;

	flow->size = size > RATE_SIZE	    ? RATE_SIZE
		     : size < RATE_SIZE_MIN ? RATE_SIZE_MIN
					    : (unsigned)size;
	flow->interval_ns = (uint64_t)(flow->size * 8e9 / wanted);
	flow->count = (unsigned)(RATE_MS * 1e6 / (double)flow->interval_ns);
	if (flow->count < RATE_FRAMES_MIN)
		flow->count = RATE_FRAMES_MIN;
	if (!strcmp(d->by, "tbf"))
		flow->burst = TBF_BURST / flow->size + 1;
	/* what a queue holds at its end, a third of what went and the burst, comes within this */
	flow->longest_ns = longest_ns(d) + STRAGGLERS_MS * UINT64_C(1000000) +
			   (uint64_t)(flow->count * flow->size * 8e9 / rate / 3);
	flow->count += flow->burst;
}

static void judge_rate(struct direction_check *d, const struct check_seen *seen)
{
	const double rate = (double)d->asked.rate_bps, loss = d->asked.loss,
		     duplicate = d->asked.duplicate;

	if (seen->sent_bps < rate * 1.1) {
		add_note(d, "rate not measured: this machine could not send more just then");
		return;
	}
	d->rate_bps = seen->rate_bps * (1 - d->asked.corrupt);
	/* loss, when it is carried out behind the rate, takes its share of it */
	if (d->rate_bps < rate * (1 - loss) * 0.93 || d->rate_bps > rate * (1 + duplicate) * 1.07)
		add_off(d, "rate");
}

static int measure_rate(struct direction_check *d)
{
	double wanted = (double)d->asked.rate_bps * 4 / 3;
	struct check_flow flow = {.from = d->from, .to = d->to};
	struct check_seen seen;
	int r;

	if (!d->asked.rate_bps)
		return 0;
	if (wanted > rate_max_bps || d->asked.loss > 0.5) {
		add_note(d, wanted > rate_max_bps ? "rate not measured: above what this can send"
						  : "rate not measured: most is lost");
		return 0;
	}
	plan_rate(d, wanted, &flow);
	r = check_probe(&flow, &seen);
	if (r < 0)
		return r;
	judge_rate(d, &seen);
	free(seen.delay_us);
	return 0;
}

static int measure(struct direction_check *d)
{
	int r;

	d->delay_us = d->jitter_us = d->rate_bps = NAN;
	r = measure_slow(d);
	if (r >= 0)
		r = measure_delay(d);
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
