// SPDX-License-Identifier: Apache-2.0
/* Node Reports, see node_report.h */
#include "upf/node_report.h"

#include <errno.h>
#include <stdlib.h>

#include "dataplane/address.h"
#include "lib/log.h"

/* A path of which an SMF has been told that it is lost. There are no more of them than paths. */
struct upf_told {
	struct dp_addr path;
	UT_hash_handle hh;
};

/* By address, not by pointer: either may be gone when the answer comes. */
struct report {
	struct upf *upf;
	struct in_addr smf;
	struct dp_addr path;
	bool lost;
};

static struct upf_told *told_find(const struct upf_peer *peer, const struct dp_addr *path)
{
	struct upf_told *told;

	HASH_FIND(hh, peer->told, path, sizeof(*path), told);
	return told;
}

static void told_remove(struct upf_peer *peer, struct upf_told *told)
{
	HASH_DEL(peer->told, told);
	free(told);
}

static void on_done(int status, const struct pfcp_msg *response, void *user)
{
	struct report report = *(struct report *)user;
	struct n4_peer *n4;
	struct upf_told *told;
	char smf[INET_ADDRSTRLEN], path[DP_ADDR_TEXT];

	free(user);
	if (status == -ECANCELED)
		return;
	if (!status && response->node_report_response.cause == PFCP_CAUSE_ACCEPTED)
		return;
	report.upf->counter[UPF_NODE_REPORTS_FAILED]++;
	log_warn("n4", "peer=%s what=node-report-failed path=%s status=%d cause=%s",
		 upf_addr_text(report.smf, smf), dp_addr_text(&report.path, path), status,
		 status ? "-" : pfcp_cause_name(response->node_report_response.cause));
	n4 = n4_peer_find(report.upf->n4, report.smf);
	told = report.lost && n4 && n4->user ? told_find(n4->user, &report.path) : NULL;
	if (told)
		told_remove(n4->user, told);
}

static void path_fill(struct pfcp_path_report *r, const struct dp_addr *path)
{
	struct pfcp_address *address = &r->peer[0].address;

	r->n_peer = 1;
	r->peer[0] = (struct pfcp_gtpu_peer){0};
	address->v4 = path->family == AF_INET;
	address->v6 = path->family == AF_INET6;
	if (address->v4)
		address->ip4 = path->ip4;
	else
		address->ip6 = path->ip6;
}

/* Return: 0 or a negative errno */
static int report_send(struct upf_peer *to, const struct dp_addr *path, bool lost)
{
	struct pfcp_msg *msg = n4_msg(to->upf->n4, PFCP_NODE_REPORT_REQUEST, 0);
	struct pfcp_node_report_request *r = &msg->node_report_request;
	struct report *report = calloc(1, sizeof(*report));
	int rc;

	if (!report)
		return -ENOMEM;
	*report = (struct report){to->upf, to->n4->addr, *path, lost};
	r->node_id = *n4_node_id(to->upf->n4);
	r->report_type = lost ? PFCP_NODE_REPORT_UPFR : PFCP_NODE_REPORT_UPRR;
	r->has_path_failure = lost;
	r->has_path_recovery = !lost;
	path_fill(lost ? &r->path_failure : &r->path_recovery, path);
	rc = n4_request_send(to->n4, msg, on_done, report);
	to->upf->counter[rc ? UPF_NODE_REPORTS_FAILED : UPF_NODE_REPORTS_SENT]++;
	if (rc)
		free(report);
	return rc;
}

void upf_node_report_lost(struct upf_peer *to, const struct dp_addr *path)
{
	struct upf_told *told;

	if (!to->n4->associated || !to->n4->alive || told_find(to, path))
		return;
	told = calloc(1, sizeof(*told));
	if (!told)
		return;
	if (report_send(to, path, true)) {
		free(told);
		return;
	}
	told->path = *path;
	HASH_ADD(hh, to->told, path, sizeof(told->path), told);
}

void upf_node_report_back(struct upf *upf, const struct dp_addr *path)
{
	for (struct n4_peer *p = n4_peer_next(upf->n4, NULL); p; p = n4_peer_next(upf->n4, p)) {
		struct upf_peer *peer = p->user;
		struct upf_told *told = told_find(peer, path);

		if (!told)
			continue;
		if (p->associated)
			(void)report_send(peer, path, false); /* counted */
		told_remove(peer, told);
	}
}

void upf_node_report_unused(struct upf *upf, const struct dp_addr *path)
{
	for (struct n4_peer *p = n4_peer_next(upf->n4, NULL); p; p = n4_peer_next(upf->n4, p)) {
		struct upf_told *told = told_find(p->user, path);

		if (told)
			told_remove(p->user, told);
	}
}

void upf_node_report_forget(struct upf_peer *of)
{
	struct upf_told *told, *tmp;

	HASH_ITER (hh, of->told, told, tmp)
		told_remove(of, told);
}
