// SPDX-License-Identifier: Apache-2.0
#include "agents/ue-agent/sessions.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "lib/log.h"

/* ---- reading the kernel ---- */

/* "pdu7" -> 7; 0 for everything else */
static unsigned session_of_name(const char *name)
{
	char *end;
	unsigned long id;

	if (strncmp(name, "pdu", 3) != 0 || name[3] < '1' || name[3] > '9')
		return 0;
	id = strtoul(name + 3, &end, 10);
	return *end == '\0' && id < SESSION_IDS ? (unsigned)id : 0;
}

static int note_link(const struct nl_link *link, void *user)
{
	struct session *sessions = user;
	unsigned id = session_of_name(link->name);

	if (id && link->up)
		sessions[id] = (struct session){.id = id, .ifindex = link->ifindex};
	return 0;
}

static int note_address(struct in_addr addr, unsigned prefix_len, void *user)
{
	struct session *session = user;

	session->address = addr;
	return 1;
}

int sessions_read(struct agent *a, struct session ret_sessions[SESSION_IDS])
{
	int r;

	memset(ret_sessions, 0, SESSION_IDS * sizeof *ret_sessions);
	r = nl_link_list(a->nl, note_link, ret_sessions);
	for (unsigned id = 1; r >= 0 && id < SESSION_IDS; id++) {
		if (!ret_sessions[id].id)
			continue;
		r = nl_addr_list(a->nl, ret_sessions[id].ifindex, note_address, &ret_sessions[id]);
		if (ret_sessions[id].address.s_addr == 0)
			ret_sessions[id].id = 0;
	}
	return r < 0 ? r : 0;
}

struct route_search {
	struct yaml_prefix prefix;
	unsigned ifindex;
};

static int match_route(const struct nl_route *route, void *user)
{
	struct route_search *search = user;

	if (route->dst_len != search->prefix.len ||
	    route->dst.s_addr != search->prefix.addr.s_addr || route->metric != 0)
		return 0;
	search->ifindex = route->ifindex;
	return 1;
}

/* The interface of the main table's route to @prefix, or 0 */
static unsigned route_interface(struct agent *a, struct yaml_prefix prefix)
{
	struct route_search search = {.prefix = prefix};

	nl_route_list(a->nl, 0, match_route, &search);
	return search.ifindex;
}

/* The session that the main table's route to the services names, or 0. */
static unsigned primary_in_kernel(struct agent *a, const struct session sessions[SESSION_IDS])
{
	unsigned ifindex = route_interface(a, a->config.service_prefix);

	for (unsigned id = 1; ifindex && id < SESSION_IDS; id++) {
		if (sessions[id].id && sessions[id].ifindex == ifindex)
			return id;
	}
	return 0;
}

/* ---- the traffic switch ---- */

/* One session without reading them all: this is on the way between T0 and the switch. */
static int read_one(struct agent *a, unsigned id, struct session *ret_session)
{
	char device[16];
	int r;

	snprintf(device, sizeof device, "pdu%u", id);
	*ret_session = (struct session){.id = id};
	r = nl_link_index(a->nl, device, &ret_session->ifindex);
	if (r == 0)
		r = nl_addr_list(a->nl, ret_session->ifindex, note_address, ret_session);
	return r < 0 ? r : ret_session->address.s_addr ? 0 : -ENOENT;
}

static int set_route(struct agent *a, const struct session *session, struct yaml_prefix prefix)
{
	struct nl_route route = {.dst = prefix.addr,
				 .dst_len = prefix.len,
				 .ifindex = session->ifindex,
				 .prefsrc = session->address};

	return nl_route_replace(a->nl, &route);
}

static const struct yaml_prefix everything; /* 0.0.0.0/0 */

int sessions_make_primary(struct agent *a, unsigned id, uint64_t *ret_ns)
{
	struct session session;
	int r = id < SESSION_IDS ? read_one(a, id, &session) : -ENOENT;

	if (r < 0)
		return r == -ENODEV ? -ENOENT : r;
	r = set_route(a, &session, a->config.service_prefix);
	if (r < 0)
		return r;
	a->primary_set_ns = clock_now_ns();
	if (ret_ns)
		*ret_ns = a->primary_set_ns;
	r = set_route(a, &session, everything);
	if (a->primary != id)
		a->switches++;
	a->primary = id;
	return r;
}

/* ---- following the kernel ---- */

/* The two routes are replaced one after the other: who was killed between them left them apart. */
static void adopt(struct agent *a, const struct session *session)
{
	a->primary = session->id;
	if (route_interface(a, everything) != session->ifindex)
		set_route(a, session, everything);
}

void sessions_follow(struct agent *a)
{
	struct session sessions[SESSION_IDS];
	unsigned id;
	int r;

	if (sessions_read(a, sessions) < 0)
		return;
	id = primary_in_kernel(a, sessions);
	if (id) {
		adopt(a, &sessions[id]);
		return;
	}
	a->primary = 0;
	for (id = 1; id < SESSION_IDS && !sessions[id].id; id++)
		;
	if (id == SESSION_IDS)
		return;
	r = sessions_make_primary(a, id, NULL);
	if (r < 0) /* going up or down under our hands: the next change tells */
		log_debug("sessions", "session=%u what=\"not made primary\" error=\"%s\"", id,
			  strerror(-r));
	else
		log_info("sessions", "session=%u what=\"is the primary now\"", id);
}

/* What one reading of the monitor brought */
struct changes {
	bool ours;
	unsigned gone_count;
	struct in_addr gone[SESSION_IDS]; /* addresses */
};

static void note_change(const struct nl_change *change, void *user)
{
	struct changes *c = user;

	c->ours |= change->what == NL_OVERRUN || change->what == NL_ADDR_NEW ||
		   change->what == NL_ADDR_GONE || session_of_name(change->name);
	if (change->what == NL_ADDR_GONE && c->gone_count < SESSION_IDS)
		c->gone[c->gone_count++] = change->addr;
}

static bool is_back(const struct session sessions[SESSION_IDS], struct in_addr address)
{
	for (unsigned id = 1; id < SESSION_IDS; id++)
		if (sessions[id].id && sessions[id].address.s_addr == address.s_addr)
			return true;
	return false;
}

/* A session that the network released took its address with it: what is bound to that address can
 * only send into nothing. Ended, applications reconnect at once instead of after a time-out. Where
 * the release was our own that is done: to look through all sockets takes a millisecond. */
static void end_sockets(struct agent *a, const struct changes *c)
{
	struct session sessions[SESSION_IDS];

	if (!c->gone_count || sessions_read(a, sessions) < 0)
		return;
	for (unsigned i = 0; i < c->gone_count; i++) {
		bool done =
			is_back(sessions, c->gone[i]) || c->gone[i].s_addr == a->released.s_addr;
		int ended = done ? 0 : nl_sock_destroy(c->gone[i]);

		if (ended < 0) /* a kernel without SOCK_DESTROY */
			log_debug("sessions", "what=\"sockets not ended\" error=\"%s\"",
				  strerror(-ended));
		if (c->gone[i].s_addr == a->released.s_addr) /* it may be given to us again */
			a->released.s_addr = 0;
	}
}

static void monitor_readable(uv_poll_t *poll, int status, int events)
{
	struct agent *a = poll->data;
	struct changes changes = {0};

	nl_monitor_read(a->monitor, note_change, &changes);
	if (changes.ours)
		sessions_follow(a);
	end_sockets(a, &changes);
}

int sessions_watch(struct agent *a)
{
	int r = nl_monitor_open(&a->monitor);

	if (r < 0)
		return r;
	r = uv_poll_init(&a->daemon.loop, &a->monitor_poll, nl_monitor_fd(a->monitor));
	if (r < 0)
		return r;
	a->monitor_poll.data = a;
	r = uv_poll_start(&a->monitor_poll, UV_READABLE, monitor_readable);
	sessions_follow(a);
	return r;
}

void sessions_unwatch(struct agent *a)
{
	if (!a->monitor)
		return;
	if (a->monitor_poll.data)
		uv_close((uv_handle_t *)&a->monitor_poll, NULL);
	nl_monitor_close(a->monitor);
	a->monitor = NULL;
}
