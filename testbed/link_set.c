// SPDX-License-Identifier: Apache-2.0
#include "testbed/link_set.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "lib/shape/patch.h"
#include "testbed/baton.h"
#include "testbed/kernel.h"
#include "testbed/link_client.h"
#include "testbed/link_kernel.h"
#include "testbed/link_state.h"

/* Whose egress one direction is, and what it is to be */
struct end {
	const char *node, *interface;
	struct link_shape shape;
	enum shape_backend backend; /* where the kernel does it alone */
};

struct set {
	const struct baton_context *ctx;
	const struct run *run;
	const struct topology *t;
	struct patch patch;
	size_t count;
	struct end end[2];
	char path_ifname[2][IFNAMSIZ]; /* of a way over N3 */
};

/* ---- what is asked ---- */

static int read_keys(int argc, char **argv, struct patch *patch)
{
	struct patch_error err;

	for (int i = 0; i < argc; i++) {
		char *equals = strchr(argv[i], '=');

		if (!equals) {
			complain("expected KEY=VALUE, such as delay=5ms, found '%.60s'", argv[i]);
			return BATON_USAGE;
		}
		*equals = '\0';
		if (patch_read_text(argv[i], equals + 1, patch, &err)) {
			complain("%s", err.text);
			return BATON_USAGE;
		}
	}
	return BATON_OK;
}

static void add_end(struct set *s, unsigned port, bool back)
{
	const struct topo_port *p = &s->t->port[port];
	struct end *end = &s->end[s->count++];

	if (back && s->t->network[p->network].bridged) {
		*end = (struct end){.node = RUN_FABRIC, .interface = p->bridge_ifname};
		return;
	}
	if (back)
		p = &s->t->port[topology_far_port(s->t, port)];
	*end = (struct end){.node = s->t->node[p->node].name, .interface = p->ifname};
}

/* A pair's own way over N3 (n3_paths); Return: false when these two have none */
static bool add_path(struct set *s, unsigned near, const char *far, unsigned directions)
{
	int other = topology_find_node(s->t, far);
	const struct topo_port *a = topology_find_port(s->t, near, TOPO_N3);
	const struct topo_port *b =
		other < 0 ? NULL : topology_find_port(s->t, (unsigned)other, TOPO_N3);

	if (!a || !b || a == b ||
	    !topology_find_path(s->t, (unsigned)(a - s->t->port), (unsigned)(b - s->t->port)))
		return false;
	for (int d = 0; d < 2; d++) {
		const struct topo_port *from = d ? b : a, *to = d ? a : b;

		if (!(directions & (d ? LINK_BACKWARD : LINK_FORWARD)))
			continue;
		topology_path_ifname(s->t, (unsigned)(from - s->t->port),
				     (unsigned)(to - s->t->port), s->path_ifname[d]);
		s->end[s->count++] =
			(struct end){.node = RUN_FABRIC, .interface = s->path_ifname[d]};
	}
	return true;
}

static int find_ends(struct set *s, const char *near, const char *far, unsigned directions)
{
	int node = topology_find_node(s->t, near);
	unsigned port;

	if (node < 0) {
		complain("'%s' has no node '%.60s'", s->run->name, near);
		return BATON_FAILED;
	}
	if (topology_find_link(s->t, (unsigned)node, far, &port)) {
		if (add_path(s, (unsigned)node, far, directions))
			return BATON_OK;
		complain("'%s' has no link to '%.60s' (`baton link` lists those there are)", near,
			 far);
		return BATON_FAILED;
	}
	if (directions & LINK_FORWARD)
		add_end(s, port, false);
	if (directions & LINK_BACKWARD)
		add_end(s, port, true);
	return BATON_OK;
}

/* ---- can it be? ---- */

static int check_end(const struct set *s, const struct link_state *state, struct end *end)
{
	json_t *described = link_state_of(state, end->node, end->interface);
	struct patch_error err;
	int rc;

	end->shape = shape_of_json(described);
	json_decref(described);
	rc = patch_check(&s->patch, &end->shape, &err);
	patch_apply(&s->patch, &end->shape);
	end->backend = shape_choose(&end->shape, true);
	if (!rc)
		return BATON_OK;
	complain("%s %s: %s", end->node, end->interface, err.text);
	return BATON_USAGE;
}

static bool wants(const struct set *s, enum shape_backend backend)
{
	for (size_t i = 0; i < s->count; i++)
		if (s->end[i].backend == backend)
			return true;
	return false;
}

/* Without link-shaper there is what the kernel has. */
static int check_kernel(const struct set *s)
{
	if (wants(s, SHAPE_NETEM) && kernel_try(kernel_try_netem)) {
		complain("'%s' has no link-shaper (it was brought up with `management: none` and "
			 "no shaped link), and this kernel has no netem, so that all a link can "
			 "have is a rate and a queue; for more give any link of the file a shape, "
			 "such as `delay: 1ms`, then `baton down` and `baton up`",
			 s->run->name);
		return BATON_KERNEL;
	}
	if (wants(s, SHAPE_TBF) && kernel_try(kernel_try_tbf)) {
		complain("a rate needs the packet scheduler tbf, which this kernel lacks (see "
			 "`baton doctor`)");
		return BATON_KERNEL;
	}
	return BATON_OK;
}

static int check(struct set *s, bool shaper)
{
	struct link_state state;
	int rc = BATON_OK;

	link_state_read(s->run, &state);
	if (!state.index) {
		complain("%s", state.why[0] ? state.why : "what shapes links can't be asked");
		rc = BATON_FAILED;
	}
	for (size_t i = 0; rc == BATON_OK && i < s->count; i++)
		rc = check_end(s, &state, &s->end[i]);
	link_state_done(&state);
	return rc == BATON_OK && !shaper ? check_kernel(s) : rc;
}

/* ---- make it so ---- */

static int ask_shaper(const struct set *s, const struct end *end, char ret_backend[16])
{
	struct link_client_error err = {""};
	char socket[RUN_PATH_MAX];

	link_client_socket(s->run, socket);
	if (!link_client_set(socket, end->node, end->interface, patch_json(&s->patch), ret_backend,
			     &err))
		return BATON_OK;
	complain("%s", err.text);
	return BATON_FAILED;
}

static int ask_kernel(const struct set *s, const struct end *end, char ret_backend[16])
{
	int rc = link_kernel_set(s->run, end->node, end->interface, &end->shape, end->backend);

	snprintf(ret_backend, 16, "%s", shape_backend_name(end->backend));
	if (!rc)
		return BATON_OK;
	complain("%s %s: %s: %s", end->node, end->interface, ret_backend, strerror(-rc));
	return BATON_FAILED;
}

int link_set(const struct baton_context *ctx, const struct run *run, const struct topology *t,
	     int argc, char **argv, unsigned directions)
{
	struct set s = {.ctx = ctx, .run = run, .t = t};
	bool shaper = link_state_has_shaper(run);
	int rc = find_ends(&s, argv[0], argv[1], directions);
	char backend[16];

	if (rc == BATON_OK)
		rc = read_keys(argc - 2, argv + 2, &s.patch);
	if (rc == BATON_OK)
		rc = check(&s, shaper);
	for (size_t i = 0; rc == BATON_OK && i < s.count; i++) {
		rc = shaper ? ask_shaper(&s, &s.end[i], backend)
			    : ask_kernel(&s, &s.end[i], backend);
		if (rc == BATON_OK && !ctx->json)
			printf("%s %s: shaped by %s\n", s.end[i].node, s.end[i].interface, backend);
	}
	return rc;
}
