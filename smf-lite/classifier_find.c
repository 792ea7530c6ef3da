// SPDX-License-Identifier: Apache-2.0
/* Uplink classifiers looked up, and what can be said of them: see classifier.h. */
#include "smf-lite/classifier.h"
#include "smf-lite/n4_client.h"

static const char *const state_names[CLASSIFIER_STATES] = {
	[CLASSIFIER_ESTABLISHING] = "establishing",
	[CLASSIFIER_READY] = "ready",
	[CLASSIFIER_DRAINING] = "draining",
	[CLASSIFIER_DELETING] = "deleting",
};

const char *classifier_state_name(enum classifier_state state)
{
	return state_names[state];
}

struct classifier *classifier_find_seid(struct smf *smf, uint64_t cp_seid)
{
	struct classifier *c;

	HASH_FIND(by_seid, smf->sessions->classifiers, &cp_seid, sizeof(cp_seid), c);
	return c;
}

struct classifier *classifier_find_any(const struct session *s, const struct upf *upf)
{
	struct classifier *c = s->classifiers;

	while (c && c->upf != upf)
		c = c->next;
	return c;
}

struct classifier *classifier_find(const struct session *s, const struct upf *upf)
{
	struct classifier *c = classifier_find_any(s, upf);

	return c && c->state <= CLASSIFIER_READY ? c : NULL;
}

bool classifier_usable(const struct classifier *c)
{
	return c->state == CLASSIFIER_READY && c->upf->associated && !c->n4_lost;
}

bool classifiers_settled(const struct session *s)
{
	const struct session_route *r = &s->route;

	for (const struct classifier *c = s->classifiers; c; c = c->next)
		if ((c == r->up || c == r->down) &&
		    (c->n4_busy || (c->upf->associated && (c->n4_dirty || c->n4_lost))))
			return false;
	return true;
}
