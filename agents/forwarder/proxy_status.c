// SPDX-License-Identifier: Apache-2.0
#include "agents/forwarder/proxy.h"

const char *proxy_state_name(enum proxy_state state)
{
	static const char *const names[PROXY_STATES] = {
		[PROXY_FORWARDING] = "forwarding", [PROXY_PAUSING] = "pausing",
		[PROXY_PAUSED] = "paused",	   [PROXY_REPLAYING] = "replaying",
		[PROXY_REPLAYED] = "replayed",	   [PROXY_SERVING] = "serving",
	};

	return names[state];
}

static void put(json_t *object, const char *name, uint64_t value)
{
	json_object_set_new(object, name, json_integer((json_int_t)value));
}

json_t *proxy_status(const struct proxy *p)
{
	json_t *s = json_object();

	json_object_set_new(s, "state", json_string(proxy_state_name(p->state)));
	json_object_set_new(s, "cause", json_string(p->cause));
	json_object_set_new(s, "detail", json_string(p->detail));
	put(s, "requests", p->counters.requests);
	put(s, "forwarded", p->counters.forwarded);
	put(s, "answered", p->counters.answered);
	put(s, "repeated", p->counters.repeated);
	put(s, "dropped", p->counters.dropped);
	put(s, "strays", p->counters.strays);
	put(s, "relayed", p->counters.relayed);
	put(s, "clients", HASH_COUNT(p->cache.clients));
	put(s, "cached_requests", p->cache.answered);
	put(s, "cached_bytes", p->cache.bytes);
	put(s, "cached_bytes_most", p->cache.bytes_most);
	put(s, "held", p->state == PROXY_SERVING ? p->to_drain : p->cache.held + p->query_count);
	put(s, "owed", proxy_owes(p));
	put(s, "source_total", p->source_total);
	put(s, "snapshot_total", p->replay.total);
	put(s, "replayed", p->replay.sent);
	put(s, "compared", p->replay.compared);
	put(s, "first_ns", p->stamps.first_ns);
	put(s, "pause_ns", p->stamps.pause_ns);
	put(s, "paused_ns", p->stamps.paused_ns);
	put(s, "replay_ns", p->stamps.replay_ns);
	put(s, "replayed_ns", p->stamps.replayed_ns);
	put(s, "serve_ns", p->stamps.serve_ns);
	put(s, "served_ns", p->stamps.served_ns);
	return s;
}
