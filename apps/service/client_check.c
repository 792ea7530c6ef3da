// SPDX-License-Identifier: Apache-2.0
/* Answers: each is compared with what the model says, and counted. */
#include "apps/service/client_internal.h"

#include <string.h>

static void model_send(void *user, const struct service_peer *peer, const struct service_answer *a)
{
	struct client_expected *e = user;

	memcpy(e->chain, a->chain, sizeof(e->chain));
	e->length = a->length;
	if (a->length)
		memcpy(e->body, a->body, a->length);
}

/* The model applies up to @number, which is at most SERVICE_AHEAD beyond what was answered. */
static const struct client_expected *model_answer(struct service_client *c, uint64_t number)
{
	const struct service_peer nobody = {0};
	struct service_request r = {.type = SERVICE_APPLY,
				    .client = c->settings.client,
				    .length = c->settings.body,
				    .body = c->body};
	struct client_expected *e = &c->expected[number % CLIENT_EXPECTED];

	for (r.number = c->machine_applied + 1; r.number <= number; r.number++) {
		struct client_expected *next = &c->expected[r.number % CLIENT_EXPECTED];

		*next = (struct client_expected){.number = r.number};
		c->settings.ops->body(c->settings.model, r.client, r.number, c->body, r.length);
		c->machine.send = model_send;
		c->machine.user = next;
		service_machine_take(&c->machine, &r, &nobody);
		c->machine_applied = r.number;
	}
	return e->number == number ? e : NULL;
}

/* Totals grow with numbers; by one each when nobody else is served. */
static bool total_right(struct service_client *c, const struct service_answer *a)
{
	struct client_expected *before = &c->expected[(a->number - 1) % CLIENT_EXPECTED];
	struct client_expected *after = &c->expected[(a->number + 1) % CLIENT_EXPECTED];
	struct client_expected *this = &c->expected[a->number % CLIENT_EXPECTED];

	if (this->total && this->total != a->total)
		return false;
	this->total = a->total;
	if (before->number == a->number - 1 && before->total &&
	    (c->settings.alone ? before->total + 1 != a->total : before->total >= a->total))
		return false;
	return !(after->number == a->number + 1 && after->total && after->total <= a->total);
}

/* Return: what is wrong with it, NULL: nothing */
static const char *answer_wrong(struct service_client *c, const struct service_answer *a)
{
	const struct client_expected *e = model_answer(c, a->number);

	if (!e)
		return NULL; /* so old that it was compared before */
	if (memcmp(a->chain, e->chain, sizeof(a->chain)) != 0)
		return "chain";
	if (a->applied != a->number)
		return "applied";
	if (a->length != e->length || (e->length && memcmp(a->body, e->body, e->length) != 0))
		return "body";
	return total_right(c, a) ? NULL : "total";
}

static struct service_client_edge *edge_of(struct service_client *c, const char *name)
{
	struct service_client_figures *f = &c->figures;

	for (unsigned i = 0; i < f->edge_count; i++)
		if (strcmp(f->edges[i].name, name) == 0)
			return &f->edges[i];
	if (f->edge_count == CLIENT_EDGES_MAX)
		return NULL;
	strcpy(f->edges[f->edge_count].name, name);
	return &f->edges[f->edge_count++];
}

static void edge_count(struct service_client *c, const char *name, uint64_t at_ns)
{
	struct service_client_edge *e = edge_of(c, name);

	if (!e)
		return;
	e->answered++;
	if (!e->first_ns)
		e->first_ns = at_ns;
	e->last_ns = at_ns;
}

static void longest(uint64_t *so_far, uint64_t ns)
{
	if (ns > *so_far)
		*so_far = ns;
}

void client_gap_note(struct service_client *c, uint64_t at_ns)
{
	struct service_client_figures *f = &c->figures;
	const struct client_request *oldest = client_request_at(c, c->floor);
	uint64_t begin = oldest ? oldest->made_ns : at_ns;

	if (c->last_ns > begin)
		begin = c->last_ns;
	if (at_ns <= begin || at_ns - begin <= f->longest_gap_ns)
		return;
	f->longest_gap_ns = at_ns - begin;
	f->longest_gap_begin_ns = begin;
}

static void first_answer(struct service_client *c, struct client_request *r,
			 const struct service_answer *a, uint64_t at_ns, bool ok)
{
	struct service_client_figures *f = &c->figures;
	const struct service_client_row row = {.number = r->number,
					       .made_ns = r->made_ns,
					       .sent_ns = r->sent_ns,
					       .answered_ns = at_ns,
					       .sends = r->sends,
					       .edge = a->edge,
					       .ok = ok};

	longest(&f->longest_answer_ns, at_ns > r->sent_ns ? at_ns - r->sent_ns : 0);
	if (c->last_ns && at_ns > c->last_ns)
		longest(&f->longest_between_ns, at_ns - c->last_ns);
	client_gap_note(c, at_ns);
	/* what was sent meanwhile and lost need not wait for its turn */
	c->hurry = c->hurry || at_ns > c->last_ns + c->settings.resend_ms * 1000000ull;
	r->answered_ns = at_ns;
	if (at_ns > c->last_ns)
		c->last_ns = at_ns;
	f->answered++;
	f->reordered += r->number < c->highest;
	if (r->number > c->highest) {
		c->highest = r->number;
		memcpy(f->chain, a->chain, sizeof(f->chain));
		f->total = a->total;
	}
	while (c->floor <= f->made && client_request_at(c, c->floor)->answered_ns)
		c->floor++;
	edge_count(c, a->edge, at_ns);
	if (c->settings.row)
		c->settings.row(c->settings.user, &row);
}

static void take_applied(struct service_client *c, const struct service_answer *a, uint64_t at_ns)
{
	struct client_request *r = client_request_at(c, a->number);
	const char *wrong;

	if (a->number > c->figures.made || a->number >= c->floor + SERVICE_AHEAD) {
		c->figures.wrong++;
		client_complain(c, "an answer to request %lu, which was not sent", a->number);
		return;
	}
	if (!r || !r->sends) {
		c->figures.doubled += !r; /* answered long ago */
		return;
	}
	c->behind = 0;
	wrong = answer_wrong(c, a);
	if (wrong) {
		c->figures.wrong++;
		client_complain(c, "request %lu, answered by %s: %s is not what the model says",
				a->number, a->edge, wrong);
	}
	if (++r->answers > r->sends)
		c->figures.doubled++;
	if (r->answered_ns)
		return;
	first_answer(c, r, a, at_ns, !wrong);
}

/* It has applied fewer than it answered: what it knew is lost. Once is no proof: answers may
 * overtake one another. */
static void behind_note(struct service_client *c, const struct service_answer *a)
{
	if (a->applied + 1 >= c->floor) {
		c->behind = 0;
		return;
	}
	if (++c->behind < CLIENT_BEHIND || c->figures.forgotten)
		return;
	c->figures.forgotten = true;
	c->complaints = 0; /* to be said in any case */
	client_complain(c,
			"the service at %s has applied %lu requests of this client, of which it "
			"answered %lu",
			a->edge, a->applied, c->floor - 1);
}

void client_take(struct service_client *c, const struct service_answer *a, uint64_t at_ns)
{
	if (a->client != c->settings.client || (a->type == SERVICE_APPLY && !a->number)) {
		c->figures.malformed++;
		return;
	}
	if (c->lost_ns) {
		c->figures.last_reconnect_ns = at_ns - c->lost_ns;
		longest(&c->figures.longest_reconnect_ns, at_ns - c->lost_ns);
		c->figures.reconnects++;
		c->lost_ns = 0;
	}
	/* over UDP each is sent again anyway */
	if (a->type == SERVICE_APPLY &&
	    (a->status == SERVICE_TOO_FAR || a->status == SERVICE_REFUSED) && !c->retry_ns)
		c->retry_ns = at_ns + c->settings.resend_ms * 1000000ull;
	if (a->type == SERVICE_WHERE ||
	    (a->type == SERVICE_APPLY && a->status == SERVICE_TOO_FAR)) {
		behind_note(c, a);
	} else if (a->type == SERVICE_APPLY && a->status == SERVICE_TOO_OLD) {
		/* of a request sent again whose first answer is here or on its way; else it stays
		 * unanswered */
	} else if (a->type == SERVICE_APPLY && a->status == SERVICE_REFUSED) {
		c->figures.refused++;
		client_complain(c, "request %lu was refused by %s", a->number, a->edge);
	} else if (a->type == SERVICE_APPLY) {
		take_applied(c, a, at_ns);
	}
}
