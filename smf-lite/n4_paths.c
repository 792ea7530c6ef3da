// SPDX-License-Identifier: Apache-2.0
/*
 * Node Reports (TS 29.244 cl. 6.2.9): which GTP-U peers a UPF doesn't reach. Shown by REST and
 * counted; the sessions stay, since a gNB that is gone is told by its association on N2, and one
 * that isn't is mostly reached again (TS 23.527 cl. 5.4 leaves it to the SMF).
 */
#include <arpa/inet.h>
#include <string.h>

#include "lib/log.h"
#include "smf-lite/config.h"
#include "smf-lite/n4_client.h"

static bool same(const struct pfcp_address *a, const struct pfcp_address *b)
{
	return a->v4 == b->v4 && a->v6 == b->v6 && (!a->v4 || a->ip4.s_addr == b->ip4.s_addr) &&
	       (!a->v6 || !memcmp(&a->ip6, &b->ip6, sizeof(a->ip6)));
}

static void take_out(struct n4_lost_paths *lost, size_t i)
{
	memmove(&lost->peer[i], &lost->peer[i + 1], (--lost->count - i) * sizeof(lost->peer[0]));
}

/* Return: whether it was among them */
static bool take(struct n4_lost_paths *lost, const struct pfcp_address *peer)
{
	for (size_t i = 0; i < lost->count; i++) {
		if (!same(&lost->peer[i], peer))
			continue;
		take_out(lost, i);
		return true;
	}
	return false;
}

const char *n4_address_text(const struct pfcp_address *a, char buf[INET6_ADDRSTRLEN])
{
	return inet_ntop(a->v4 ? AF_INET : AF_INET6, a->v4 ? (const void *)&a->ip4 : &a->ip6, buf,
			 INET6_ADDRSTRLEN);
}

static void note(struct upf *upf, const struct pfcp_path_report *r, bool is_lost)
{
	struct smf_counters *counters = &upf->client->smf->counters;
	char addr[INET6_ADDRSTRLEN];

	for (size_t i = 0; i < r->n_peer; i++) {
		const struct pfcp_address *peer = &r->peer[i].address;
		const bool was_lost = take(&upf->lost, peer);

		if (is_lost) {
			if (upf->lost.count == N4_LOST_PATHS_MAX)
				take_out(&upf->lost, 0);
			upf->lost.peer[upf->lost.count++] = *peer;
		}
		if (is_lost == was_lost)
			continue;
		counters->count[is_lost ? SMF_upf_paths_lost : SMF_upf_paths_back]++;
		log_warn("n4", "upf=%s peer=%s what=%s", upf->config->name,
			 n4_address_text(peer, addr), is_lost ? "path-lost" : "path-back");
	}
}

void n4_node_report(struct n4_request *req, const struct pfcp_msg *msg, void *user)
{
	const struct pfcp_node_report_request *r = &msg->node_report_request;
	const struct n4_peer *peer = req->peer;

	if (!peer || !peer->associated || !pfcp_node_id_equal(&peer->node_id, &r->node_id)) {
		n4_respond_cause(req, 0, PFCP_CAUSE_NO_ASSOCIATION, 0);
		return;
	}
	if (r->has_path_failure)
		note(peer->user, &r->path_failure, true);
	if (r->has_path_recovery)
		note(peer->user, &r->path_recovery, false);
	n4_respond_cause(req, 0, PFCP_CAUSE_ACCEPTED, 0);
}
