// SPDX-License-Identifier: Apache-2.0
/*
 * The configured applications, provisioned in each UPF that can (PFDM) whenever it is associated
 * (TS 29.244 cl. 6.2.5.2): each flow description is a PFD of its own, so that no UPF needs PFDE.
 * Those that others have provisioned are left alone.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "lib/log.h"
#include "smf-lite/config.h"
#include "smf-lite/n4_client.h"

/* Applications in one request: the largest ones then fill a quarter of a datagram. */
enum { BATCH = 4 };

static void on_done(int status, const struct pfcp_msg *response, void *user)
{
	struct upf *upf = user;
	const uint8_t cause = status ? 0 : response->pfd_management_response.cause;

	if (status == -ECANCELED)
		return;
	if (cause == PFCP_CAUSE_ACCEPTED) {
		upf->client->smf->counters.count[SMF_pfds_provisioned]++;
		return;
	}
	upf->client->smf->counters.drop[status ? SMF_upf_timeout : SMF_upf_rejected]++;
	log_warn("n4", "upf=%s what=pfds-not-provisioned status=%d cause=%s", upf->config->name,
		 status, status ? "-" : pfcp_cause_name(cause));
}

/* Return: 0, or what pfcp_pfd_add() says */
static int fill(struct pfcp_application_pfds *ret, const struct smf_application *app)
{
	int err = 0;

	memset(ret, 0, offsetof(struct pfcp_application_pfds, lists));
	snprintf(ret->application_id.text, sizeof(ret->application_id.text), "%s", app->id);
	for (size_t i = 0; i < app->flow_count && !err; i++) {
		struct pfcp_pfd *pfd = &ret->pfd[ret->n_pfd++];

		pfd->n_contents = 1;
		memset(&pfd->contents[0], 0, sizeof(pfd->contents[0]));
		err = pfcp_pfd_add(&pfd->contents[0], PFCP_PFD_FLOW, app->flow[i],
				   strlen(app->flow[i]));
	}
	return err;
}

static int batch_send(struct upf *upf, const struct smf_application *app, size_t count)
{
	struct n4_node *node = upf->client->node;
	struct pfcp_msg *msg = n4_msg(node, PFCP_PFD_MANAGEMENT_REQUEST, 0);
	struct pfcp_pfd_management_request *r = &msg->pfd_management_request;
	int err = 0;

	r->has_node_id = true;
	r->node_id = *n4_node_id(node);
	while (r->n_application < count && !err) {
		err = fill(&r->application[r->n_application], &app[r->n_application]);
		r->n_application++;
	}
	return err ? err : n4_request_send(upf->peer, msg, on_done, upf);
}

void n4_pfds_provision(struct upf *upf)
{
	const struct smf_config *config = upf->client->smf->config;

	if (!(upf->peer->features & PFCP_UPF_PFDM))
		return;
	for (size_t i = 0; i < config->application_count; i += BATCH) {
		size_t count = config->application_count - i;
		int err = batch_send(upf, &config->applications[i], count < BATCH ? count : BATCH);

		if (err)
			log_warn("n4", "upf=%s what=pfds-not-sent error=\"%s\"", upf->config->name,
				 strerror(-err));
	}
}
