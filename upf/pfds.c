// SPDX-License-Identifier: Apache-2.0
/* The store of PFDs, see pfds.h */
#include "upf/pfds.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A request while it is read: the applications as they are going to be; without flows: to be
 * deleted */
struct update {
	struct upf_pfds *pfds;
	size_t n;
	struct upf_application *fresh[PFCP_MAX_APPLICATION];
	uint16_t ie;
	const char *text;
};

static struct upf_application *find(const struct upf_pfds *pfds, const char *id)
{
	struct upf_application *app;

	HASH_FIND_STR(pfds->by_id, id, app);
	return app;
}

const struct upf_application *upf_pfds_find(const struct upf_pfds *pfds, const char *application_id)
{
	return find(pfds, application_id);
}

static void app_free(struct upf_application *app)
{
	free(app->flow);
	free(app);
}

static void app_remove(struct upf_pfds *pfds, struct upf_application *app)
{
	HASH_DEL(pfds->by_id, app);
	pfds->flows -= app->n_flow;
	app_free(app);
}

static uint8_t refuse(struct update *u, uint8_t cause, uint16_t ie, const char *text)
{
	u->ie = ie;
	u->text = text;
	return cause;
}

/* ---- reading ---- */

static uint8_t flow_add(struct update *u, struct upf_application *app, const char *text, size_t len)
{
	struct ipfilter flow, *grown;

	switch (ipfilter_parse(text, len, IPFILTER_PFD, &flow, NULL)) {
	case 0:
		break;
	case -ENOSPC:
		return refuse(u, PFCP_CAUSE_NO_RESOURCES, 0, "a flow with too many ports");
	default:
		return refuse(u, PFCP_CAUSE_MANDATORY_IE_INCORRECT, PFCP_IE_PFD_CONTENTS,
			      "a flow description that is none");
	}
	if (app->n_flow == UPF_APPLICATION_FLOWS_MAX)
		return refuse(u, PFCP_CAUSE_NO_RESOURCES, 0, "too many flows of an application");
	grown = realloc(app->flow, (app->n_flow + 1) * sizeof(*grown));
	if (!grown)
		return refuse(u, PFCP_CAUSE_NO_RESOURCES, 0, "out of memory");
	app->flow = grown;
	app->flow[app->n_flow++] = flow;
	return 0;
}

static bool flows_only(const struct pfcp_pfd *pfd)
{
	for (size_t i = 0; i < pfd->n_contents; i++)
		for (size_t j = 0; j < pfd->contents[i].n_value; j++)
			if (pfd->contents[i].value[j].kind != PFCP_PFD_FLOW)
				return false;
	return true;
}

static uint8_t pfd_read(struct update *u, struct upf_application *app, const struct pfcp_pfd *pfd)
{
	const size_t before = app->n_flow;
	uint8_t cause = 0;

	for (size_t i = 0; !cause && i < pfd->n_contents; i++) {
		const struct pfcp_pfd_contents *c = &pfd->contents[i];

		for (size_t j = 0; !cause && j < c->n_value; j++)
			if (c->value[j].kind == PFCP_PFD_FLOW)
				cause = flow_add(u, app, c->text + c->value[j].at,
						 c->value[j].length);
	}
	if (!flows_only(pfd)) {
		app->n_flow = before;
		app->left_out++;
	}
	return cause;
}

static bool named_before(const struct update *u, const char *id)
{
	for (size_t i = 0; i < u->n; i++)
		if (!strcmp(u->fresh[i]->id, id))
			return true;
	return false;
}

static uint8_t app_read(struct update *u, const struct pfcp_application_pfds *asked)
{
	struct upf_application *app;
	uint8_t cause = 0;

	if (named_before(u, asked->application_id.text))
		return refuse(u, PFCP_CAUSE_MANDATORY_IE_INCORRECT, PFCP_IE_APPLICATION_ID,
			      "an application is named twice");
	app = calloc(1, sizeof(*app));
	if (!app)
		return refuse(u, PFCP_CAUSE_NO_RESOURCES, 0, "out of memory");
	strcpy(app->id, asked->application_id.text); /* of the same size */
	u->fresh[u->n++] = app;
	for (size_t i = 0; !cause && i < asked->n_pfd; i++)
		cause = pfd_read(u, app, &asked->pfd[i]);
	if (!cause && asked->n_pfd && !app->n_flow)
		return refuse(u, PFCP_CAUSE_SERVICE_NOT_SUPPORTED, 0,
			      "an application without a PFD of flow descriptions alone");
	return cause;
}

/* ---- taking it ---- */

static uint8_t room_check(struct update *u)
{
	size_t apps = HASH_COUNT(u->pfds->by_id), flows = u->pfds->flows;

	for (size_t i = 0; i < u->n; i++) {
		const struct upf_application *old = find(u->pfds, u->fresh[i]->id);

		apps += (u->fresh[i]->n_flow != 0);
		apps -= old != NULL;
		flows += u->fresh[i]->n_flow;
		flows -= old ? old->n_flow : 0;
	}
	return apps > UPF_APPLICATIONS_MAX || flows > UPF_PFD_FLOWS_MAX
		       ? refuse(u, PFCP_CAUSE_NO_RESOURCES, 0, "too many applications or flows")
		       : 0;
}

/* Unused fields of a filter are zero: equal ones are equal in memory. */
static bool same(const struct upf_application *a, const struct upf_application *b)
{
	return a->n_flow == b->n_flow && !memcmp(a->flow, b->flow, a->n_flow * sizeof(*a->flow));
}

/* Return: whether it is another than before */
static bool app_take(struct upf_pfds *pfds, struct upf_application *fresh)
{
	struct upf_application *old = find(pfds, fresh->id);
	const bool changed = old ? !same(old, fresh) : fresh->n_flow != 0;

	if (old)
		app_remove(pfds, old);
	if (fresh->n_flow) {
		HASH_ADD_STR(pfds->by_id, id, fresh);
		pfds->flows += fresh->n_flow;
	} else {
		app_free(fresh);
	}
	return changed;
}

static void take(struct update *u)
{
	char changed[PFCP_MAX_APPLICATION][PFCP_MAX_NAME + 1];
	size_t n = 0;

	for (size_t i = 0; i < u->n; i++) {
		strcpy(changed[n], u->fresh[i]->id);
		n += app_take(u->pfds, u->fresh[i]);
	}
	u->n = 0;
	for (size_t i = 0; u->pfds->changed && i < n; i++)
		u->pfds->changed(changed[i], u->pfds->user);
}

static void delete_all(struct upf_pfds *pfds)
{
	struct upf_application *all = pfds->by_id, *app, *tmp;

	pfds->by_id = NULL;
	pfds->flows = 0;
	HASH_ITER (hh, all, app, tmp) {
		HASH_DEL(all, app);
		if (pfds->changed)
			pfds->changed(app->id, pfds->user);
		app_free(app);
	}
}

uint8_t upf_pfds_update(struct upf_pfds *pfds, const struct pfcp_pfd_management_request *request,
			uint16_t *ret_offending_ie, const char **ret_text)
{
	struct update u = {.pfds = pfds};
	uint8_t cause = 0;

	if (!request->n_application) {
		delete_all(pfds);
		return PFCP_CAUSE_ACCEPTED;
	}
	for (size_t i = 0; !cause && i < request->n_application; i++)
		cause = app_read(&u, &request->application[i]);
	if (!cause)
		cause = room_check(&u);
	if (!cause)
		take(&u);
	while (u.n)
		app_free(u.fresh[--u.n]);
	*ret_offending_ie = u.ie;
	*ret_text = u.text;
	return cause ? cause : PFCP_CAUSE_ACCEPTED;
}

void upf_pfds_forget(struct upf_pfds *pfds, const char *id)
{
	struct upf_application *app = find(pfds, id);

	if (app)
		app_remove(pfds, app);
}

int upf_pfds_restore(struct upf_pfds *pfds, const char *id, size_t left_out, const void *flows,
		     size_t n_flow)
{
	struct upf_application *app;

	upf_pfds_forget(pfds, id);
	if (n_flow > UPF_APPLICATION_FLOWS_MAX || pfds->flows + n_flow > UPF_PFD_FLOWS_MAX ||
	    HASH_COUNT(pfds->by_id) >= UPF_APPLICATIONS_MAX)
		return -ENOSPC;
	app = calloc(1, sizeof(*app));
	if (!app)
		return -ENOMEM;
	app->flow = malloc(n_flow ? n_flow * sizeof(*app->flow) : 1);
	if (!app->flow) {
		free(app);
		return -ENOMEM;
	}
	snprintf(app->id, sizeof(app->id), "%s", id);
	memcpy(app->flow, flows, n_flow * sizeof(*app->flow));
	app->n_flow = n_flow;
	app->left_out = left_out;
	HASH_ADD_STR(pfds->by_id, id, app);
	pfds->flows += n_flow;
	return 0;
}

void upf_pfds_done(struct upf_pfds *pfds)
{
	pfds->changed = NULL;
	delete_all(pfds);
}
