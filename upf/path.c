// SPDX-License-Identifier: Apache-2.0
/*
 * Paths to the GTP-U peers that sessions send to: an Echo Request each config->echo_interval_s (TS
 * 29.281 cl. 7.2.1), tried again by the data plane (T3-RESPONSE, N3-REQUESTS). A path that is lost,
 * or back, is logged, counted, and reported to the SMFs whose sessions send there (TS 23.527
 * cl. 5.4); the sessions stand, the SMF decides.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <uthash.h>

#include "dataplane/address.h"
#include "lib/log.h"
#include "upf/node_report.h"
#include "upf/upf.h"

struct upf_path {
	struct dp_addr peer;
	bool lost;
	uint64_t round; /* latest round in which a session sent to it */
	UT_hash_handle hh;
};

/* As a hash key: without what the family leaves unused */
static struct dp_addr key_of(const struct dp_addr *addr)
{
	struct dp_addr key;

	memset(&key, 0, sizeof(key));
	key.family = addr->family;
	if (addr->family == AF_INET)
		key.ip4 = addr->ip4;
	else
		key.ip6 = addr->ip6;
	return key;
}

static struct upf_path *path_find(const struct upf *upf, const struct dp_addr *key)
{
	struct upf_path *path;

	HASH_FIND(hh, upf->paths, key, sizeof(*key), path);
	return path;
}

static struct upf_path *path_seen(struct upf *upf, const struct dp_addr *key, uint64_t round)
{
	struct upf_path *path = path_find(upf, key);

	if (!path && HASH_COUNT(upf->paths) < UPF_PATHS_MAX) {
		path = calloc(1, sizeof(*path));
		if (!path)
			return NULL;
		path->peer = *key;
		HASH_ADD(hh, upf->paths, peer, sizeof(path->peer), path);
	}
	if (path)
		path->round = round;
	return path;
}

/* The @i-th peer that a session sends to. Return: false, there is none */
static bool session_peer(const struct upf_session *s, size_t i, struct dp_addr *ret_key)
{
	if (i >= s->n_remote)
		return false;
	*ret_key = key_of(&s->remote[i].key.peer);
	return true;
}

/* SMFs that have got sessions on a lost path since, or are back, are told now. */
static void sessions_paths(struct upf *upf, uint64_t round)
{
	struct upf_session *s;
	struct dp_addr key;

	for (s = upf_session_next(&upf->sessions, NULL); s; s = upf_session_next(&upf->sessions, s))
		for (size_t i = 0; session_peer(s, i, &key); i++) {
			const struct upf_path *path = path_seen(upf, &key, round);

			if (path && path->lost)
				upf_node_report_lost(upf_peer_of(upf, s), &key);
		}
}

static void on_echo_time(uv_timer_t *timer)
{
	struct upf *upf = timer->data;
	struct upf_path *path, *tmp;
	uint64_t round = uv_now(upf->loop);

	sessions_paths(upf, round);
	HASH_ITER (hh, upf->paths, path, tmp) {
		if (path->round == round) {
			/* Not sent is not answered: path() tells of both. */
			(void)dataplane_echo(upf->dp, &path->peer);
			continue;
		}
		upf_node_report_unused(upf, &path->peer);
		HASH_DEL(upf->paths, path);
		free(path);
	}
}

static void report_lost(struct upf *upf, const struct dp_addr *path)
{
	struct upf_session *s;
	struct dp_addr key;

	for (s = upf_session_next(&upf->sessions, NULL); s; s = upf_session_next(&upf->sessions, s))
		for (size_t i = 0; session_peer(s, i, &key); i++)
			if (!memcmp(&key, path, sizeof(key)))
				upf_node_report_lost(upf_peer_of(upf, s), path);
}

void upf_path_state(const struct dp_addr *peer, bool lost, void *user)
{
	struct upf *upf = user;
	const struct dp_addr key = key_of(peer);
	struct upf_path *path = path_find(upf, &key);
	char addr[DP_ADDR_TEXT];

	if (!path || path->lost == lost)
		return;
	path->lost = lost;
	upf->counter[UPF_PATHS_LOST] += lost;
	log_warn("n3", "peer=%s what=%s", dp_addr_text(&key, addr),
		 lost ? "path-lost" : "path-back");
	if (lost)
		report_lost(upf, &key);
	else
		upf_node_report_back(upf, &key);
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

void upf_paths_interval(struct upf *upf)
{
	uv_timer_set_repeat(upf->echo_timer, upf->config->echo_interval_s * 1000ULL);
	uv_timer_again(upf->echo_timer);
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
