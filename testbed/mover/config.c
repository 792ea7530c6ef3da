// SPDX-License-Identifier: Apache-2.0
/* The lists of the mover's configuration. */
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "lib/log.h"
#include "lib/shape/quantity.h"
#include "testbed/mover/mover.h"

static int read_metres(const struct yaml_doc *doc, const struct yaml_node *node,
		       const struct yaml_field *field, void *ret, struct yaml_error *err)
{
	char *end = NULL;
	double value = node->kind == YAML_SCALAR ? strtod(node->scalar, &end) : 0;

	if (!end || end == node->scalar || *end || !isfinite(value))
		return yaml_fail(doc, node, err, "%s: expected a number of metres", field->key);
	*(double *)ret = value;
	return 0;
}

#define GNB(member) offsetof(struct mover_gnb, member)
static const struct yaml_field gnb_fields[] = {
	{"name", yaml_read_text, GNB(name), 64, 0, 0, true, "its name"},
	{"url", yaml_read_text, GNB(url), 96, 0, 0, true, "of its REST interface"},
	{"x", read_metres, GNB(place.x), 0, 0, 0, true, "metres"},
	{"y", read_metres, GNB(place.y), 0, 0, 0, true, "metres"},
	{0},
};

struct ue_keys {
	struct mover_ue ue;
	const struct yaml_node *gnbs, *walk;
};
#define UE(member) offsetof(struct ue_keys, member)
static const struct yaml_field ue_fields[] = {
	{"supi", yaml_read_text, UE(ue.supi), 24, 0, 0, true, "imsi- and digits"},
	{"url", yaml_read_text, UE(ue.url), 96, 0, 0, true, "of its REST interface"},
	{"gnbs", yaml_read_node, UE(gnbs), 0, 0, 0, true, "names of those in its reach"},
	{"walk", yaml_read_node, UE(walk), 0, 0, 0, true, "list of {at, x, y}"},
	{0},
};

#define POINT(member) offsetof(struct walk_point, member)
static const struct yaml_field point_fields[] = {
	{"at", shape_quantity_read_duration, POINT(at_us), 0, 0, 0, true, "time"},
	{"x", read_metres, POINT(place.x), 0, 0, 0, true, "metres"},
	{"y", read_metres, POINT(place.y), 0, 0, 0, true, "metres"},
	{0},
};

static int read_gnbs(struct mover *m, struct yaml_error *err)
{
	for (const struct yaml_node *n = m->config.gnbs->child; n; n = n->next) {
		int r;

		if (m->gnb_count == MOVER_GNBS_MAX)
			return yaml_fail(m->config_doc, n, err, "more than %d gnbs",
					 MOVER_GNBS_MAX);
		r = yaml_read_fields(m->config_doc, n, gnb_fields, &m->gnb[m->gnb_count++], err);
		if (r < 0)
			return r;
	}
	return 0;
}

static int read_reach(struct mover *m, struct mover_ue *ue, const struct yaml_node *list,
		      struct yaml_error *err)
{
	for (const struct yaml_node *n = list->child; n; n = n->next) {
		size_t g = 0;

		while (g < m->gnb_count &&
		       (n->kind != YAML_SCALAR || strcmp(m->gnb[g].name, n->scalar) != 0))
			g++;
		if (g == m->gnb_count || ue->reach_count == MOVER_REACH_MAX)
			return yaml_fail(m->config_doc, n, err,
					 "expected the names of at most %d of the gnbs above",
					 MOVER_REACH_MAX);
		ue->reach[ue->reach_count++] = g;
	}
	return ue->reach_count ? 0
			       : yaml_fail(m->config_doc, list, err, "gnbs: expected at least one");
}

static int read_walk(struct mover *m, struct mover_ue *ue, const struct yaml_node *list,
		     struct yaml_error *err)
{
	size_t count = 0;

	for (const struct yaml_node *n = list->child; n; n = n->next)
		count++;
	if (!count || count > MOVER_POINTS_MAX)
		return yaml_fail(m->config_doc, list, err, "walk: expected 1 to %d points",
				 MOVER_POINTS_MAX);
	ue->point = calloc(count, sizeof *ue->point);
	if (!ue->point)
		return -ENOMEM;
	for (const struct yaml_node *n = list->child; n; n = n->next) {
		struct walk_point *point = &ue->point[ue->point_count];
		int r = yaml_read_fields(m->config_doc, n, point_fields, point, err);

		if (r < 0)
			return r;
		if (ue->point_count++ && point->at_us <= point[-1].at_us)
			return yaml_fail(m->config_doc, n, err, "at: expected a later time");
	}
	return 0;
}

static int read_ues(struct mover *m, struct yaml_error *err)
{
	size_t count = 0;
	int r = 0;

	for (const struct yaml_node *n = m->config.ues->child; n; n = n->next)
		count++;
	if (count > MOVER_UES_MAX)
		return yaml_fail(m->config_doc, m->config.ues, err, "more than %d ues",
				 MOVER_UES_MAX);
	m->ue = calloc(count + 1, sizeof *m->ue);
	if (!m->ue)
		return -ENOMEM;
	for (const struct yaml_node *n = m->config.ues->child; n && r == 0; n = n->next) {
		struct ue_keys keys = {0};
		struct mover_ue *ue = &m->ue[m->ue_count++];

		r = yaml_read_fields(m->config_doc, n, ue_fields, &keys, err);
		*ue = keys.ue;
		ue->mover = m;
		if (r == 0)
			r = read_reach(m, ue, keys.gnbs, err);
		if (r == 0)
			r = read_walk(m, ue, keys.walk, err);
		ue->serving = ue->reach_count;
	}
	return r;
}

int mover_config_read(struct mover *m)
{
	struct yaml_error err = {0};
	int r = read_gnbs(m, &err);

	if (r == 0)
		r = read_ues(m, &err);
	if (r < 0)
		log_error("config", "error=\"%s\"", err.text);
	return r;
}
