// SPDX-License-Identifier: Apache-2.0
/*
 * Paths to the gNBs that sessions send to: a GTP-U Echo Request each config->echo_interval_s
 * (TS 29.281 cl. 7.2.1, TS 23.527 cl. 5.2). A path that is lost is logged and counted; its sessions
 * stand, the SMF decides.
 */
#include <errno.h>
#include <stdlib.h>
#include <uthash.h>

#include "dataplane/address.h"
#include "lib/log.h"
#include "upf/upf.h"

struct upf_path {
	struct in_addr peer;
	bool lost;
	uint64_t round; /* latest round in which a session sent to it */
	UT_hash_handle hh;
};

static struct upf_path *path_find(const struct upf *upf, struct in_addr peer)
{
	struct upf_path *path;

	HASH_FIND(hh, upf->paths, &peer, sizeof(peer), path);
	return path;
}

static void path_seen(struct upf *upf, struct in_addr peer, uint64_t round)
{
	struct upf_path *path = path_find(upf, peer);

	if (!path && HASH_COUNT(upf->paths) < UPF_PATHS_MAX) {
		path = calloc(1, sizeof(*path));
		if (!path)
			return;
		path->peer = peer;
		HASH_ADD(hh, upf->paths, peer, sizeof(path->peer), path);
	}
	if (path)
		path->round = round;
}

static void sessions_paths(struct upf *upf, uint64_t round)
{
	struct upf_session *s;

	for (s = upf_session_next(&upf->sessions, NULL); s; s = upf_session_next(&upf->sessions, s))
		for (size_t i = 0; i < s->n_remote; i++)
			path_seen(upf, s->remote[i].key.peer, round);
}

static void on_echo_time(uv_timer_t *timer)
{
	struct upf *upf = timer->data;
	struct upf_path *path, *tmp;
	uint64_t round = uv_now(upf->loop);

	sessions_paths(upf, round);
	HASH_ITER (hh, upf->paths, path, tmp) {
		if (path->round == round) {
			const struct dp_addr peer = dp_addr_ip4(path->peer);

			/* Not sent is not answered: path() tells of both. */
			(void)dataplane_echo(upf->dp, &peer);
			continue;
		}
		HASH_DEL(upf->paths, path);
		free(path);
	}
}

void upf_path_state(const struct dp_addr *peer, bool lost, void *user)
{
	struct upf *upf = user;
	struct upf_path *path = path_find(upf, peer->ip4);
	char addr[INET_ADDRSTRLEN];

	if (!path || path->lost == lost)
		return;
	path->lost = lost;
	upf->counter[UPF_PATHS_LOST] += lost;
	log_warn("n3", "peer=%s what=%s", upf_addr_text(peer->ip4, addr),
		 lost ? "path-lost" : "path-back");
}

size_t upf_paths_lost(const struct upf *upf)
{
	struct upf_path *path, *tmp;
	size_t n = 0;

	HASH_ITER (hh, upf->paths, path, tmp)
		n += path->lost;
	return n;
}

int upf_paths_start(struct upf *upf)
{
	const uint64_t interval_ms = upf->config->echo_interval_s * 1000ULL;

	upf->echo_timer = calloc(1, sizeof(*upf->echo_timer));
	if (!upf->echo_timer)
		return -ENOMEM;
	uv_timer_init(upf->loop, upf->echo_timer);
	upf->echo_timer->data = upf;
	return uv_timer_start(upf->echo_timer, on_echo_time, interval_ms, interval_ms);
}

static void on_close_free(uv_handle_t *handle)
{
	free(handle);
}

void upf_paths_stop(struct upf *upf)
{
	struct upf_path *path, *tmp;

	HASH_ITER (hh, upf->paths, path, tmp) {
		HASH_DEL(upf->paths, path);
		free(path);
	}
	if (upf->echo_timer)
		uv_close((uv_handle_t *)upf->echo_timer, on_close_free);
	upf->echo_timer = NULL;
}
