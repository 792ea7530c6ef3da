// SPDX-License-Identifier: Apache-2.0
/*
 * baton events: what happens in a topology, as one stream. Daemons: the lines of their inits in the
 * nodes' logs, so that what was before can be told too. Migrations: the manager's journal. PDU
 * sessions: smf-lite's and the UEs' streams. Nodes: their inits' process descriptors. Links:
 * netlink in every node. All is held for a moment and leaves by time.
 */
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>
#include <uv.h>

#include "lib/netlink/netlink.h"
#include "testbed/plan.h"
#include "testbed/stream.h"

enum { HOLD_NS = 150000000, PRINT_MS = 50, QUIET_MS = 400, STREAMS_MAX = 256, LINE_BYTES = 4096 };

struct event {
	uint64_t time_ns;
	json_t *json;
};

struct link {
	unsigned ifindex;
	char name[16];
	bool up;
};

struct node {
	struct events *events;
	const char *name;
	size_t index;
	char log[RUN_PATH_MAX];
	FILE *file;
	uv_poll_t init, netlink;
	int pidfd;
	struct nl_monitor *monitor;
	struct link *link;
	size_t link_count;
};

struct source {
	struct events *events;
	struct stream *stream;
	const char *node, *daemon;
	uint64_t last_ns;
};

struct events {
	struct run *run;
	uv_loop_t loop;
	uv_timer_t print, end;
	uv_signal_t signal[2];
	uv_poll_t inotify;
	int inotify_fd;
	struct node *node;
	size_t node_count, alive;
	struct source source[STREAMS_MAX];
	size_t source_count;
	struct event *event;
	size_t event_count, room;
	uint64_t since_ns;
	bool following, json;
};

static uint64_t now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	return (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
}

/* ---- what is told ---- */

/* @json is given */
static void tell(struct events *e, uint64_t time_ns, json_t *json)
{
	struct event *grown;
	size_t at;

	if (!json || time_ns < e->since_ns) {
		json_decref(json);
		return;
	}
	if (e->event_count == e->room) {
		grown = reallocarray(e->event, e->room ? 2 * e->room : 64, sizeof(*grown));
		if (!grown) {
			json_decref(json);
			return;
		}
		e->event = grown;
		e->room = e->room ? 2 * e->room : 64;
	}
	for (at = e->event_count++; at && e->event[at - 1].time_ns > time_ns; at--)
		e->event[at] = e->event[at - 1];
	e->event[at] = (struct event){time_ns, json};
}

static void print_stamp(uint64_t time_ns)
{
	time_t seconds = (time_t)(time_ns / 1000000000);
	char text[32];
	struct tm tm;

	gmtime_r(&seconds, &tm);
	strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%S", &tm);
	printf("%s.%06uZ", text, (unsigned)(time_ns / 1000 % 1000000));
}

/* TIME NODE WHAT, then the other members as KEY=VALUE */
static void print_text(const struct event *event)
{
	const char *key;
	json_t *value;

	print_stamp(event->time_ns);
	printf(" %-12s %-11s", json_string_value(json_object_get(event->json, "node")),
	       json_string_value(json_object_get(event->json, "event")));
	json_object_foreach(event->json, key, value)
	{
		if (!strcmp(key, "node") || !strcmp(key, "event") || !strcmp(key, "time_ns") ||
		    json_is_object(value) || json_is_array(value))
			continue;
		if (json_is_string(value))
			printf(strchr(json_string_value(value), ' ') ? " %s=\"%s\"" : " %s=%s",
			       key, json_string_value(value));
		else if (json_is_integer(value))
			printf(" %s=%lld", key, (long long)json_integer_value(value));
		else if (json_is_boolean(value))
			printf(" %s=%s", key, json_is_true(value) ? "true" : "false");
	}
	printf("\n");
}

static void print_until(struct events *e, uint64_t until_ns)
{
	size_t done = 0;

	for (; done < e->event_count && e->event[done].time_ns <= until_ns; done++) {
		struct event *event = &e->event[done];

		if (e->json) {
			json_object_set_new(event->json, "time_ns",
					    json_integer((json_int_t)event->time_ns));
			json_dumpf(event->json, stdout, JSON_COMPACT);
			printf("\n");
		} else {
			print_text(event);
		}
		json_decref(event->json);
	}
	e->event_count -= done;
	if (done) {
		memmove(e->event, e->event + done, e->event_count * sizeof(*e->event));
		fflush(stdout);
	}
}

static void on_print(uv_timer_t *timer)
{
	struct events *e = timer->data;

	print_until(e, now_ns() - HOLD_NS);
	if (ferror(stdout) || (e->following && !e->alive && !e->event_count))
		uv_stop(&e->loop);
}

static void on_end(uv_timer_t *timer)
{
	uv_stop(timer->loop);
}

static void on_signal(uv_signal_t *signal, int number)
{
	uv_stop(signal->loop);
}

/* ---- daemons: the inits' lines ---- */

static uint64_t read_stamp(const char *line)
{
	struct tm tm = {0};
	const char *at = strptime(line, "%Y-%m-%dT%H:%M:%S", &tm);

	if (!at || *at != '.')
		return 0;
	return (uint64_t)timegm(&tm) * 1000000000 + strtoull(at + 1, NULL, 10) * 1000;
}

/* "TIME init: what=ended daemon=upf pid=7 end="signal 9"" */
static void take_line(struct node *node, const char *line)
{
	const char *at = strstr(line, " init: what=");
	char what[24] = "", daemon[48] = "", end[32] = "";
	const char *quoted = strstr(line, "end=\"");
	unsigned pid = 0, restarts = 0;
	json_t *json;

	if (!at || at - line > 40 ||
	    sscanf(at, " init: what=%23s daemon=%47s pid=%u restarts=%u", what, daemon, &pid,
		   &restarts) < 2)
		return;
	if (quoted)
		snprintf(end, sizeof(end), "%.*s", (int)strcspn(quoted + 5, "\""), quoted + 5);
	json = json_pack("{s:s, s:s, s:s, s:s, s:i}", "node", node->name, "event", "daemon",
			 "daemon", daemon, "state", what, "pid", (int)pid);
	if (end[0])
		json_object_set_new(json, "end", json_string(end));
	if (restarts)
		json_object_set_new(json, "restarts", json_integer(restarts));
	tell(node->events, read_stamp(line), json);
}

static void read_log(struct node *node)
{
	char line[LINE_BYTES];

	if (!node->file)
		return;
	clearerr(node->file);
	while (fgets(line, sizeof(line), node->file))
		take_line(node, line);
}

static void on_logs(uv_poll_t *poll, int status, int events)
{
	struct events *e = poll->data;
	char buffer[65536];

	while (read(e->inotify_fd, buffer, sizeof(buffer)) > 0)
		;
	for (size_t i = 0; i < e->node_count; i++) {
		struct node *node = &e->node[i];
		struct stat is, was;

		read_log(node);
		if (stat(node->log, &is) ||
		    (node->file && !fstat(fileno(node->file), &was) && was.st_ino == is.st_ino))
			continue;
		if (node->file)
			fclose(node->file);
		node->file = fopen(node->log, "re");
		read_log(node);
	}
}

static void open_log(struct node *node)
{
	char old[RUN_PATH_MAX + 2], dir[RUN_PATH_MAX];

	run_path(node->events->run, node->log, "nodes/%s/%s.log", node->name, node->name);
	run_path(node->events->run, dir, "nodes/%s", node->name);
	snprintf(old, sizeof(old), "%s.1", node->log);
	inotify_add_watch(node->events->inotify_fd, dir, IN_MODIFY | IN_CREATE | IN_MOVED_TO);
	node->file = fopen(old, "re");
	if (node->file) {
		read_log(node);
		fclose(node->file);
	}
	node->file = fopen(node->log, "re");
	read_log(node);
}

/* ---- nodes and links ---- */

static void on_init(uv_poll_t *poll, int status, int events)
{
	struct node *node = poll->data;

	uv_poll_stop(poll);
	node->events->alive--;
	tell(node->events, now_ns(),
	     json_pack("{s:s, s:s, s:s}", "node", node->name, "event", "node", "state", "ended"));
}

static struct link *find_link(struct node *node, unsigned ifindex, bool make)
{
	struct link *grown;

	for (size_t i = 0; i < node->link_count; i++)
		if (node->link[i].ifindex == ifindex)
			return &node->link[i];
	grown = make ? reallocarray(node->link, node->link_count + 1, sizeof(*grown)) : NULL;
	if (!grown)
		return NULL;
	node->link = grown;
	node->link[node->link_count] = (struct link){.ifindex = ifindex};
	return &node->link[node->link_count++];
}

static int know_link(const struct nl_link *link, void *user)
{
	struct link *known = find_link(user, link->ifindex, true);

	if (known) {
		known->up = link->up;
		snprintf(known->name, sizeof(known->name), "%s", link->name);
	}
	return 0;
}

static void on_change(const struct nl_change *change, void *user)
{
	struct node *node = user;
	bool gone = change->what == NL_LINK_GONE;
	struct link *known;
	const char *state;

	if (change->what != NL_LINK_NEW && !gone)
		return;
	known = find_link(node, change->ifindex, !gone);
	if (!known)
		return;
	state = gone ? "removed" : !known->name[0] ? "added" : change->up ? "up" : "down";
	if (!gone && known->name[0] && known->up == change->up)
		return;
	if (change->name[0])
		snprintf(known->name, sizeof(known->name), "%s", change->name);
	known->up = change->up;
	tell(node->events, now_ns(),
	     json_pack("{s:s, s:s, s:s, s:s, s:b}", "node", node->name, "event", "link",
		       "interface", known->name, "state", state, "up", !gone && change->up));
	if (gone)
		*known = node->link[--node->link_count];
}

static void on_netlink(uv_poll_t *poll, int status, int events)
{
	struct node *node = poll->data;

	nl_monitor_read(node->monitor, on_change, node);
}

static void watch_links(struct node *node, int home)
{
	int netns = run_netns_open(node->events->run, node->index);
	struct nl *nl;

	if (netns < 0)
		return;
	if (!setns(netns, CLONE_NEWNET) && nl_monitor_open(&node->monitor))
		node->monitor = NULL;
	if (setns(home, CLONE_NEWNET))
		complain("the host's network namespace: %s", strerror(errno));
	if (node->monitor && !nl_open_netns(netns, &nl)) {
		nl_link_list(nl, know_link, node);
		nl_close(nl);
		uv_poll_init(&node->events->loop, &node->netlink, nl_monitor_fd(node->monitor));
		node->netlink.data = node;
		uv_poll_start(&node->netlink, UV_READABLE, on_netlink);
	}
	close(netns);
}

static void watch_node(struct node *node, int home)
{
	const struct process *init = &node->events->run->node[node->index].init;

	node->pidfd = run_is_of_this_boot(node->events->run) && process_alive(init)
			      ? (int)syscall(SYS_pidfd_open, init->pid, 0)
			      : -1;
	if (node->pidfd < 0)
		return;
	node->events->alive++;
	uv_poll_init(&node->events->loop, &node->init, node->pidfd);
	node->init.data = node;
	uv_poll_start(&node->init, UV_READABLE, on_init);
	watch_links(node, home);
}

/* ---- the daemons' streams ---- */

static void on_event(struct stream *stream, const char *name, const json_t *data, void *user)
{
	struct source *source = user;
	uint64_t time_ns = (uint64_t)json_integer_value(json_object_get(data, "time_ns"));
	bool migration = !strcmp(source->daemon, "migration-manager");
	json_t *json = json_pack("{s:s, s:s, s:s}", "node", source->node, "event",
				 migration ? "migration" : "pdu-session", "from", source->daemon);

	/* at a new attempt the journal's events begin with those that were told already */
	if (migration && time_ns <= source->last_ns) {
		json_decref(json);
		return;
	}
	source->last_ns = time_ns > source->last_ns ? time_ns : source->last_ns;
	if (migration && strcmp(name, "state") != 0)
		json_object_set_new(json, "what", json_string(name));
	json_object_update_missing(json, (json_t *)data);
	tell(source->events, time_ns, json);
}

static void on_stream(struct stream *stream, bool open, void *user)
{
	struct source *source = user;

	if (source->events->following)
		tell(source->events, now_ns(),
		     json_pack("{s:s, s:s, s:s, s:s}", "node", source->node, "event", "stream",
			       "from", source->daemon, "state", open ? "open" : "broken"));
}

static void source_path(struct stream *stream, char *buf, size_t size, void *user)
{
	struct source *source = user;
	uint64_t since = source->last_ns > source->events->since_ns ? source->last_ns
								    : source->events->since_ns;

	if (!strcmp(source->daemon, "migration-manager"))
		snprintf(buf, size, "/v1/events?since_ns=%llu",
			 (unsigned long long)(since ? since : 1));
	else
		snprintf(buf, size, "/v1/events");
}

static void add_source(struct events *e, size_t node, const char *daemon)
{
	struct source *source = &e->source[e->source_count];
	struct stream_handler handler = {
		.event = on_event, .state = on_stream, .path = source_path, .user = source};

	if (e->source_count == STREAMS_MAX || !e->run->node[node].address.s_addr)
		return;
	*source = (struct source){.events = e, .node = e->run->node[node].name, .daemon = daemon};
	if (!stream_open(&e->loop, e->run->node[node].address, daemon_rest_port(daemon), &handler,
			 &source->stream))
		e->source_count++;
}

static void add_sources(struct events *e, const struct topology *t)
{
	for (size_t i = 0; i < t->node_count; i++) {
		if (t->node[i].kind == TOPO_CORE) {
			add_source(e, i, "migration-manager");
			if (e->following)
				add_source(e, i, "smf-lite");
		} else if (t->node[i].kind == TOPO_UE && e->following) {
			add_source(e, i, "ue");
		}
	}
}

/* ---- the whole ---- */

static void start(struct events *e, const struct topology *t)
{
	static const int signals[] = {SIGINT, SIGTERM};
	int home = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);

	e->inotify_fd = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
	for (size_t i = 0; i < e->node_count; i++) {
		e->node[i] = (struct node){
			.events = e, .name = e->run->node[i].name, .index = i, .pidfd = -1};
		open_log(&e->node[i]);
		if (e->following)
			watch_node(&e->node[i], home);
	}
	close(home);
	for (int i = 0; i < 2; i++) {
		uv_signal_init(&e->loop, &e->signal[i]);
		uv_signal_start(&e->signal[i], on_signal, signals[i]);
	}
	uv_timer_init(&e->loop, &e->print);
	uv_timer_init(&e->loop, &e->end);
	e->print.data = e;
	uv_timer_start(&e->print, on_print, PRINT_MS, PRINT_MS);
	if (!e->following)
		uv_timer_start(&e->end, on_end, e->run->phase == RUN_UP ? QUIET_MS : 0, 0);
	uv_poll_init(&e->loop, &e->inotify, e->inotify_fd);
	e->inotify.data = e;
	uv_poll_start(&e->inotify, UV_READABLE, on_logs);
	add_sources(e, t);
}

static void close_handle(uv_handle_t *handle, void *user)
{
	if (!uv_is_closing(handle))
		uv_close(handle, NULL);
}

static void stop(struct events *e)
{
	print_until(e, UINT64_MAX);
	for (size_t i = 0; i < e->source_count; i++)
		stream_close(e->source[i].stream);
	uv_run(&e->loop, UV_RUN_NOWAIT);
	uv_walk(&e->loop, close_handle, NULL);
	uv_run(&e->loop, UV_RUN_DEFAULT);
	uv_loop_close(&e->loop);
	for (size_t i = 0; i < e->node_count; i++) {
		struct node *node = &e->node[i];

		if (node->file)
			fclose(node->file);
		if (node->pidfd >= 0)
			close(node->pidfd);
		nl_monitor_close(node->monitor);
		free(node->link);
	}
	close(e->inotify_fd);
}

static int run_events(struct events *e)
{
	struct topology *t = run_topology(e->run);

	if (!t)
		return BATON_FAILED;
	e->node_count = e->run->node_count;
	e->node = calloc(e->node_count + 1, sizeof(*e->node));
	if (!e->node || uv_loop_init(&e->loop)) {
		free(e->node);
		topology_free(t);
		return BATON_FAILED;
	}
	signal(SIGPIPE, SIG_IGN);
	start(e, t);
	uv_run(&e->loop, UV_RUN_DEFAULT);
	stop(e);
	free(e->node);
	free(e->event);
	topology_free(t);
	return BATON_OK;
}

/* "10s", "5m", "2h" ago, or a time as events have it */
static int read_since(const char *text, uint64_t *ret_since)
{
	char *end;
	double ago = strtod(text, &end);
	double unit = !strcmp(end, "s") ? 1 : !strcmp(end, "m") ? 60 : !strcmp(end, "h") ? 3600 : 0;
	struct tm tm = {0};
	const char *at = strptime(text, "%Y-%m-%dT%H:%M:%S", &tm);

	if (end != text && unit > 0 && ago >= 0) {
		*ret_since = now_ns() - (uint64_t)(ago * unit * 1e9);
		return BATON_OK;
	}
	if (at && (*at == '.' || *at == 'Z' || !*at)) {
		double fraction = *at == '.' ? strtod(at, NULL) : 0;

		*ret_since = (uint64_t)timegm(&tm) * 1000000000 + (uint64_t)(fraction * 1e9);
		return BATON_OK;
	}
	complain("--since: expected a time ago such as 30s, 5m or 2h, or a time (UTC) such as "
		 "2026-11-21T04:00:00Z, found '%s'",
		 text);
	return BATON_USAGE;
}

int events_main(const struct baton_context *ctx, int argc, char **argv)
{
	static const struct option options[] = {
		{"follow", no_argument, NULL, 'f'}, {"since", required_argument, NULL, 's'}, {0}};
	struct events e = {.json = ctx->json};
	struct run run;
	int c, rc = BATON_OK;

	while (rc == BATON_OK && (c = getopt_long(argc, argv, "fs:", options, NULL)) != -1) {
		if (c == 'f')
			e.following = true;
		else
			rc = c == 's' ? read_since(optarg, &e.since_ns) : BATON_USAGE;
	}
	if (rc == BATON_OK && optind < argc) {
		complain("usage: baton events [--follow] [--json] [--since TIME]");
		rc = BATON_USAGE;
	}
	if (rc != BATON_OK)
		return rc;
	if (e.following && !e.since_ns)
		e.since_ns = now_ns();
	rc = run_select(ctx, NULL, &run);
	if (rc != BATON_OK)
		return rc;
	e.run = &run;
	rc = run_events(&e);
	run_done(&run);
	return rc;
}
