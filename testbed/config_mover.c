// SPDX-License-Identifier: Apache-2.0
/* The mover's configuration: masts, and UEs with their walks, in the units of the topology file. */
#include <arpa/inet.h>

#include "testbed/plan.h"

static void put_url(const struct plan *plan, unsigned node, const char *daemon, FILE *out)
{
	char text[INET_ADDRSTRLEN];

	fprintf(out, "url: \"http://%s:%u\"",
		inet_ntop(AF_INET, &plan->run->node[node].address, text, sizeof(text)),
		daemon_rest_port(daemon));
}

static bool serves_one(const struct topology *t, unsigned gnb)
{
	for (size_t w = 0; w < t->movement.walk_count; w++) {
		const struct topo_node *ue = &t->node[t->movement.walk[w].ue];

		for (size_t g = 0; g < ue->gnb_count; g++)
			if (ue->gnb[g] == gnb)
				return true;
	}
	return false;
}

static void put_masts(const struct plan *plan, FILE *out)
{
	const struct topology *t = plan->t;
	const struct topo_movement *m = &t->movement;
	bool any = false;

	for (unsigned i = 0; i < t->node_count; i++) {
		if (!serves_one(t, i))
			continue;
		fprintf(out, "%s  - {name: \"%s\", ", any ? "" : "gnbs:\n", t->node[i].name);
		put_url(plan, i, "gnb", out);
		fprintf(out, ", x: \"%.3f\", y: \"%.3f\"}\n", m->place[i].x, m->place[i].y);
		any = true;
	}
	if (!any)
		fprintf(out, "gnbs: []\n");
}

static void put_walk(const struct plan *plan, const struct topo_walk *walk, FILE *out)
{
	const struct topo_node *ue = &plan->t->node[walk->ue];

	fprintf(out, "  - supi: \"%s\"\n    ", ue->supi);
	put_url(plan, walk->ue, "ue", out);
	fprintf(out, "\n    gnbs: [");
	for (size_t g = 0; g < ue->gnb_count; g++)
		fprintf(out, "%s\"%s\"", g ? ", " : "", plan->t->node[ue->gnb[g]].name);
	fprintf(out, "]\n    walk:\n");
	for (size_t i = 0; i < walk->count; i++)
		fprintf(out, "      - {at: %lluus, x: \"%.3f\", y: \"%.3f\"}\n",
			(unsigned long long)walk->point[i].at_us, walk->point[i].place.x,
			walk->point[i].place.y);
}

void config_mover(const struct plan *plan, FILE *out)
{
	const struct topo_movement *m = &plan->t->movement;

	if (plan->t->repeat_us)
		fprintf(out, "repeat: %lluus\n", (unsigned long long)plan->t->repeat_us);
	fprintf(out, "hysteresis: %u\n", m->hysteresis);
	put_masts(plan, out);
	fprintf(out, m->walk_count ? "ues:\n" : "ues: []\n");
	for (size_t w = 0; w < m->walk_count; w++)
		put_walk(plan, &m->walk[w], out);
}
