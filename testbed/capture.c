// SPDX-License-Identifier: Apache-2.0
/*
 * baton capture: interfaces of several nodes into one pcapng file, in order of time. Each interface
 * has two packet rings, one for each direction, which the kernel tells apart by its filter. What
 * the migration manager says becomes comments of packets.
 */
#include "testbed/capture.h"

#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <linux/filter.h>
#include <pcap/pcap.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/utsname.h>
#include <time.h>
#include <unistd.h>

#include "lib/netlink/netlink.h"
#include "lib/version.h"
#include "testbed/plan.h"
#include "testbed/stream.h"

enum {
	PORTS_MAX = 256,
	RING_BYTES = 8 << 20,
	RING_MS = 20,	     /* a ring hands over what it has at least this often */
	HOLD_NS = 250000000, /* what is older has come from every ring, and from the manager */
	FLUSH_MS = 50,
	SNAPLEN_MAX = 262144,
};

struct ring {
	pcap_t *pcap; /* NULL: closed */
	uv_poll_t poll;
	bool polled;
	struct port *port;
	bool outbound;
	struct pcap_stat before; /* the filter */
};

struct port {
	struct capture *capture;
	uint32_t number;
	char name[TOPO_NAME_SIZE + IFNAMSIZ]; /* NODE:IF */
	struct ring ring[2];
	uint64_t accepted, dropped;
};

struct options {
	const char *out, *filter;
	double seconds; /* 0: until it is ended */
	uint64_t count;
	uint32_t snaplen;
};

struct capture {
	struct run *run;
	struct options o;
	uv_loop_t loop;
	uv_timer_t flush, end;
	uv_signal_t signal[2];
	struct stream *manager;
	struct port *port;
	size_t port_count, open_rings;
	uint64_t *delivered;
	struct capture_queue queue;
	struct pcapng png;
	uint64_t begin_ns;
	int error; /* of the file */
	bool ending;
};

static uint64_t now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	return (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
}

/* ---- rings ---- */

static void take_packet(u_char *user, const struct pcap_pkthdr *head, const u_char *data)
{
	struct ring *ring = (struct ring *)user;
	struct capture *c = ring->port->capture;
	/* with nanosecond precision tv_usec counts those */
	uint64_t time_ns = (uint64_t)head->ts.tv_sec * 1000000000 + (uint64_t)head->ts.tv_usec;

	if (time_ns < c->begin_ns)
		return;
	if (capture_queue_add(&c->queue, ring->port->number, ring->outbound, time_ns, data,
			      head->caplen, head->len))
		ring->port->dropped++;
}

static void close_ring(struct ring *ring)
{
	struct pcap_stat stat = {0};

	if (!ring->pcap)
		return;
	if (!pcap_stats(ring->pcap, &stat)) {
		ring->port->accepted += stat.ps_recv - ring->before.ps_recv;
		ring->port->dropped += stat.ps_drop - ring->before.ps_drop;
	}
	if (ring->polled)
		uv_close((uv_handle_t *)&ring->poll, NULL);
	pcap_close(ring->pcap);
	ring->pcap = NULL;
	ring->port->capture->open_rings--;
}

static void read_ring(struct ring *ring)
{
	if (ring->pcap && pcap_dispatch(ring->pcap, -1, take_packet, (u_char *)ring) < 0) {
		complain("%s: %s", ring->port->name, pcap_geterr(ring->pcap));
		uv_poll_stop(&ring->poll);
		close_ring(ring);
	}
}

static void begin_end(struct capture *c);

static void on_readable(uv_poll_t *poll, int status, int events)
{
	struct ring *ring = poll->data;
	struct capture *c = ring->port->capture;

	read_ring(ring);
	if (!c->open_rings)
		begin_end(c);
}

/*
 * Given to the kernel by ourselves: pcap_setfilter() filters what is in the first block of its ring
 * once more, in user space, where a packet's direction isn't known, and so loses the first packets.
 * What came before the filter is told by its time.
 */
static int set_filter(struct ring *ring, const char *filter, char error[PCAP_ERRBUF_SIZE])
{
	struct bpf_program program;
	struct sock_fprog attach;
	char text[1024];
	int rc;

	snprintf(text, sizeof(text), filter ? "%s and (%s)" : "%s",
		 ring->outbound ? "outbound" : "inbound", filter);
	if (pcap_compile(ring->pcap, &program, text, 1, PCAP_NETMASK_UNKNOWN)) {
		snprintf(error, PCAP_ERRBUF_SIZE, "%s", pcap_geterr(ring->pcap));
		return -1;
	}
	/* the same instructions, by two names */
	attach = (struct sock_fprog){(unsigned short)program.bf_len,
				     (struct sock_filter *)program.bf_insns};
	rc = setsockopt(pcap_fileno(ring->pcap), SOL_SOCKET, SO_ATTACH_FILTER, &attach,
			sizeof(attach));
	if (rc)
		snprintf(error, PCAP_ERRBUF_SIZE, "filter: %s", strerror(errno));
	pcap_freecode(&program);
	pcap_stats(ring->pcap, &ring->before);
	return rc;
}

/* In the node's namespace */
static int open_ring(struct ring *ring, const char *ifname, const struct options *o,
		     char error[PCAP_ERRBUF_SIZE])
{
	int rc;

	ring->pcap = pcap_create(ifname, error);
	if (!ring->pcap)
		return -1;
	pcap_set_snaplen(ring->pcap, (int)o->snaplen);
	pcap_set_timeout(ring->pcap, RING_MS);
	pcap_set_buffer_size(ring->pcap, RING_BYTES);
	pcap_set_tstamp_precision(ring->pcap, PCAP_TSTAMP_PRECISION_NANO);
	rc = pcap_activate(ring->pcap);
	if (rc >= 0 && pcap_datalink(ring->pcap) != DLT_EN10MB) {
		snprintf(error, PCAP_ERRBUF_SIZE, "not an Ethernet interface");
		rc = -1;
	} else if (rc < 0) {
		snprintf(error, PCAP_ERRBUF_SIZE, "%s",
			 rc == PCAP_ERROR_NO_SUCH_DEVICE ? "no such interface"
							 : pcap_geterr(ring->pcap));
	}
	if (rc >= 0)
		rc = set_filter(ring, o->filter, error);
	if (rc >= 0)
		rc = pcap_setnonblock(ring->pcap, 1, error);
	if (rc < 0) {
		pcap_close(ring->pcap);
		ring->pcap = NULL;
	}
	return rc < 0 ? -1 : 0;
}

static int poll_ring(struct capture *c, struct ring *ring)
{
	c->open_rings++;
	if (uv_poll_init(&c->loop, &ring->poll, pcap_get_selectable_fd(ring->pcap)))
		return -1;
	ring->polled = true;
	ring->poll.data = ring;
	return uv_poll_start(&ring->poll, UV_READABLE, on_readable);
}

/* ---- what is captured ---- */

struct listing {
	struct capture *c;
	const char *node;
	int rc;
};

static int add_port(struct capture *c, const char *node, const char *ifname)
{
	struct port *port;

	for (size_t i = 0; i < c->port_count; i++) {
		size_t len = strlen(node);

		if (!strncmp(c->port[i].name, node, len) &&
		    !strcmp(c->port[i].name + len + 1, ifname) && c->port[i].name[len] == ':')
			return BATON_OK;
	}
	if (c->port_count == PORTS_MAX) {
		complain("more than %d interfaces", PORTS_MAX);
		return BATON_USAGE;
	}
	port = &c->port[c->port_count];
	port->capture = c;
	port->number = (uint32_t)c->port_count++;
	snprintf(port->name, sizeof(port->name), "%s:%s", node, ifname);
	for (int i = 0; i < 2; i++)
		port->ring[i] = (struct ring){.port = port, .outbound = i};
	return BATON_OK;
}

static int add_listed(const struct nl_link *link, void *user)
{
	struct listing *listing = user;
	unsigned session;
	int hidden = 0;

	/* the far end of a PDU session's pair: what it has is seen at pduN already */
	if (sscanf(link->name, "pdu%u-r%n", &session, &hidden) == 1 && hidden &&
	    !link->name[hidden])
		return 0;
	if (!strcmp(link->name, "lo") || !strcmp(link->name, "mgmt0") || !link->up)
		return 0;
	listing->rc = add_port(listing->c, listing->node, link->name);
	return listing->rc;
}

/* All that a node has, but for its management and loopback */
static int add_node(struct capture *c, size_t node)
{
	struct listing listing = {.c = c, .node = c->run->node[node].name};
	int netns = run_netns_open(c->run, node);
	size_t before = c->port_count;
	struct nl *nl;

	if (netns < 0 || nl_open_netns(netns, &nl)) {
		complain("node %s is gone", listing.node);
		if (netns >= 0)
			close(netns);
		return BATON_FAILED;
	}
	close(netns);
	nl_link_list(nl, add_listed, &listing);
	nl_close(nl);
	if (listing.rc == BATON_OK && c->port_count == before) {
		complain("node %s has no interface that is up, but for lo and mgmt0", listing.node);
		return BATON_FAILED;
	}
	return listing.rc;
}

static int add_wanted(struct capture *c, const char *wanted)
{
	const char *colon = strchr(wanted, ':');
	char node[TOPO_NAME_SIZE];
	int index;

	snprintf(node, sizeof(node), "%.*s", colon ? (int)(colon - wanted) : TOPO_NAME_SIZE - 1,
		 wanted);
	index = run_find_node(c->run, node);
	if (index < 0)
		return BATON_FAILED;
	/* its namespace may be there still, without anything to be seen */
	if (!run_is_of_this_boot(c->run) || !process_alive(&c->run->node[index].init)) {
		complain("node %s is gone", node);
		return BATON_FAILED;
	}
	if (!colon)
		return add_node(c, (size_t)index);
	if (!colon[1] || strlen(colon + 1) >= IFNAMSIZ) {
		complain("%s: expected NODE or NODE:INTERFACE", wanted);
		return BATON_USAGE;
	}
	return add_port(c, node, colon + 1);
}

/* Interfaces that there are instead of a wrong one */
static int print_name(const struct nl_link *link, void *user)
{
	fprintf(stderr, "  %s:%s\n", (const char *)user, link->name);
	return 0;
}

static int open_port(struct capture *c, struct port *port, int home)
{
	char node[TOPO_NAME_SIZE], error[PCAP_ERRBUF_SIZE] = "";
	const char *ifname = strchr(port->name, ':') + 1;
	int index, netns, rc = -1;
	struct nl *nl;

	snprintf(node, sizeof(node), "%.*s", (int)(ifname - 1 - port->name), port->name);
	index = run_find_node(c->run, node);
	netns = run_netns_open(c->run, (size_t)index);
	if (netns < 0 || setns(netns, CLONE_NEWNET)) {
		complain("node %s is gone", node);
	} else {
		rc = open_ring(&port->ring[0], ifname, &c->o, error) ||
		     open_ring(&port->ring[1], ifname, &c->o, error);
		if (setns(home, CLONE_NEWNET))
			rc = -1;
		if (rc)
			complain("%s: %s%s", port->name, error,
				 strstr(error, "no such") ? "; the node has:" : "");
		if (rc && strstr(error, "no such") && !nl_open_netns(netns, &nl)) {
			nl_link_list(nl, print_name, node);
			nl_close(nl);
		}
	}
	if (netns >= 0)
		close(netns);
	return rc || poll_ring(c, &port->ring[0]) || poll_ring(c, &port->ring[1]) ? BATON_FAILED
										  : BATON_OK;
}

/* ---- the file ---- */

static int begin_file(struct capture *c, FILE *out)
{
	char os[512], application[64], comment[96];
	struct utsname uts;
	struct pcapng_section section = {.os = os, .application = application, .comment = comment};
	int rc;

	uname(&uts);
	section.hardware = uts.machine;
	snprintf(os, sizeof(os), "%s %s %s", uts.sysname, uts.release, uts.version);
	snprintf(application, sizeof(application), "baton %s (%s)", version_string, version_commit);
	snprintf(comment, sizeof(comment), "topology %s", c->run->name);
	rc = pcapng_begin(&c->png, out, &section);
	for (size_t i = 0; !rc && i < c->port_count; i++) {
		struct pcapng_interface interface = {
			.name = c->port[i].name, .filter = c->o.filter, .snaplen = c->o.snaplen};
		char description[TOPO_NAME_SIZE + IFNAMSIZ + 32];
		const char *colon = strchr(c->port[i].name, ':');

		snprintf(description, sizeof(description), "interface %s of node %.*s", colon + 1,
			 (int)(colon - c->port[i].name), c->port[i].name);
		interface.description = description;
		rc = pcapng_add_interface(&c->png, &interface);
	}
	return rc ? rc : fflush(out) ? -errno : 0;
}

static int end_file(struct capture *c)
{
	char *rest = capture_queue_rest(&c->queue);
	int rc = 0;

	for (size_t i = 0; !rc && i < c->port_count; i++) {
		struct pcapng_statistics statistics = {
			.interface = (uint32_t)i,
			.begin_ns = c->begin_ns,
			.end_ns = now_ns(),
			.accepted = c->port[i].accepted,
			.dropped = c->port[i].dropped,
			.delivered = c->delivered[i],
			.comment = i ? NULL : rest,
		};

		rc = pcapng_add_statistics(&c->png, &statistics);
	}
	free(rest);
	return rc ? rc : fflush(c->png.out) ? -errno : 0;
}

/* ---- the loop ---- */

static void flush(struct capture *c, uint64_t until_ns)
{
	int rc = capture_queue_flush(&c->queue, until_ns);

	if (!rc && fflush(c->png.out))
		rc = -errno;
	if (rc && !c->error)
		c->error = rc;
}

static void on_end(uv_timer_t *timer)
{
	uv_stop(timer->loop);
}

/* What the rings have still comes within RING_MS. */
static void begin_end(struct capture *c)
{
	if (c->ending)
		return;
	c->ending = true;
	uv_timer_start(&c->end, on_end, c->open_rings ? 2 * RING_MS : 0, 0);
}

static void on_flush(uv_timer_t *timer)
{
	struct capture *c = timer->data;

	flush(c, now_ns() - HOLD_NS);
	if (c->error || (c->o.count && c->queue.written >= c->o.count))
		begin_end(c);
}

static void on_over(uv_timer_t *timer)
{
	begin_end(timer->data);
}

static void on_signal(uv_signal_t *signal, int number)
{
	begin_end(signal->data);
}

/* ---- marks ---- */

static void mark(struct capture *c, const char *migration, const char *what, uint64_t time_ns)
{
	char text[160];

	snprintf(text, sizeof(text), "migration %s: %s at %llu.%09llu", migration, what,
		 (unsigned long long)(time_ns / 1000000000),
		 (unsigned long long)(time_ns % 1000000000));
	capture_queue_mark(&c->queue, time_ns, text);
}

static void on_migration(struct stream *stream, const char *name, const json_t *data, void *user)
{
	struct capture *c = user;
	const char *migration = json_string_value(json_object_get(data, "migration"));
	const char *state = json_string_value(json_object_get(data, "state"));
	uint64_t t0 = (uint64_t)json_integer_value(json_object_get(data, "t0_ns"));
	uint64_t switched = (uint64_t)json_integer_value(json_object_get(data, "switched_ns"));

	if (!migration || !state)
		return;
	if (t0)
		mark(c, migration, "T0", t0);
	if (switched)
		mark(c, migration, "switched", switched);
	mark(c, migration, strcmp(name, "state") ? name : state,
	     (uint64_t)json_integer_value(json_object_get(data, "time_ns")));
}

static void manager_path(struct stream *stream, char *buf, size_t size, void *user)
{
	snprintf(buf, size, "/v1/events");
}

static void watch_manager(struct capture *c)
{
	struct stream_handler handler = {.event = on_migration, .path = manager_path, .user = c};
	struct topology *t = run_topology(c->run);

	for (size_t i = 0; t && i < t->node_count; i++)
		if (t->node[i].kind == TOPO_CORE && c->run->node[i].address.s_addr)
			stream_open(&c->loop, c->run->node[i].address,
				    daemon_rest_port("migration-manager"), &handler, &c->manager);
	topology_free(t);
}

static void start_loop(struct capture *c)
{
	static const int signals[] = {SIGINT, SIGTERM};

	for (int i = 0; i < 2; i++) {
		uv_signal_init(&c->loop, &c->signal[i]);
		c->signal[i].data = c;
		uv_signal_start(&c->signal[i], on_signal, signals[i]);
	}
	uv_timer_init(&c->loop, &c->flush);
	uv_timer_init(&c->loop, &c->end);
	c->flush.data = c->end.data = c;
	uv_timer_start(&c->flush, on_flush, FLUSH_MS, FLUSH_MS);
	if (c->o.seconds > 0)
		uv_timer_start(&c->end, on_over, (uint64_t)(c->o.seconds * 1000), 0);
	watch_manager(c);
}

static void close_handle(uv_handle_t *handle, void *user)
{
	if (!uv_is_closing(handle))
		uv_close(handle, NULL);
}

static void stop_loop(struct capture *c)
{
	for (size_t i = 0; i < c->port_count; i++)
		for (int r = 0; r < 2; r++) {
			read_ring(&c->port[i].ring[r]);
			close_ring(&c->port[i].ring[r]);
		}
	stream_close(c->manager);
	uv_run(&c->loop, UV_RUN_NOWAIT);
	uv_walk(&c->loop, close_handle, NULL);
	uv_run(&c->loop, UV_RUN_DEFAULT);
	uv_loop_close(&c->loop);
}

static void report(const struct capture *c)
{
	uint64_t dropped = 0;

	for (size_t i = 0; i < c->port_count; i++)
		dropped += c->port[i].dropped;
	fprintf(stderr, "%llu packet%s from %zu interface%s, %llu dropped",
		(unsigned long long)c->queue.written, c->queue.written == 1 ? "" : "s",
		c->port_count, c->port_count == 1 ? "" : "s", (unsigned long long)dropped);
	if (c->queue.late)
		fprintf(stderr, ", %llu out of order", (unsigned long long)c->queue.late);
	fprintf(stderr, "\n");
}

static int open_all(struct capture *c, char *const *wanted)
{
	int home, rc = BATON_OK;

	for (; *wanted && rc == BATON_OK; wanted++)
		rc = add_wanted(c, *wanted);
	if (rc != BATON_OK)
		return rc;
	home = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
	for (size_t i = 0; i < c->port_count && rc == BATON_OK; i++)
		rc = open_port(c, &c->port[i], home);
	close(home);
	return rc;
}

static int capture_into(struct capture *c, FILE *out)
{
	int rc;

	c->begin_ns = now_ns();
	c->queue.png = &c->png;
	c->queue.limit = c->o.count;
	c->queue.delivered = c->delivered;
	rc = begin_file(c, out);
	if (!rc) {
		start_loop(c);
		fprintf(stderr, "capturing on %zu interface%s; Ctrl-C ends it\n", c->port_count,
			c->port_count == 1 ? "" : "s");
		uv_run(&c->loop, UV_RUN_DEFAULT);
	}
	stop_loop(c);
	if (!rc && !c->error) {
		flush(c, UINT64_MAX);
		rc = c->error ? c->error : end_file(c);
	} else if (!rc) {
		rc = c->error;
	}
	return rc;
}

static int run_capture(struct run *run, const struct options *o, char *const *wanted)
{
	bool standard = !strcmp(o->out, "-");
	struct capture c = {.run = run, .o = *o};
	FILE *out = NULL;
	int rc;

	signal(SIGPIPE, SIG_IGN);
	c.port = calloc(PORTS_MAX, sizeof(*c.port));
	c.delivered = calloc(PORTS_MAX, sizeof(*c.delivered));
	if (!c.port || !c.delivered || uv_loop_init(&c.loop)) {
		free(c.port);
		free(c.delivered);
		return BATON_FAILED;
	}
	rc = open_all(&c, wanted);
	if (rc == BATON_OK && !(out = standard ? stdout : fopen(o->out, "we"))) {
		complain("%s: %s", o->out, strerror(errno));
		rc = BATON_FAILED;
	}
	if (rc != BATON_OK) {
		stop_loop(&c);
	} else {
		int failed = capture_into(&c, out);

		/* whoever reads from a pipe may have seen enough */
		if (failed == -EPIPE && standard)
			failed = 0;
		if (failed)
			complain("%s: %s", standard ? "standard output" : o->out,
				 strerror(-failed));
		rc = failed ? BATON_FAILED : BATON_OK;
		report(&c);
		if (!standard)
			fclose(out);
	}
	capture_queue_done(&c.queue);
	free(c.port);
	free(c.delivered);
	return rc;
}

/* ---- the command line ---- */

static int check_filter(const char *filter)
{
	pcap_t *pcap = pcap_open_dead(DLT_EN10MB, SNAPLEN_MAX);
	struct bpf_program program;
	int rc = pcap ? pcap_compile(pcap, &program, filter, 1, PCAP_NETMASK_UNKNOWN) : -1;

	if (rc)
		complain("--filter '%s': %s; expected a pcap-filter(7) expression, such as 'udp "
			 "port 2152'",
			 filter, pcap ? pcap_geterr(pcap) : strerror(ENOMEM));
	else
		pcap_freecode(&program);
	if (pcap)
		pcap_close(pcap);
	return rc ? BATON_USAGE : BATON_OK;
}

static int read_number(const char *option, const char *text, double max, double *ret_value)
{
	char *end;
	double value = strtod(text, &end);

	if (end == text || *end || !(value > 0) || value > max) {
		complain("--%s: expected a number above 0 and up to %.0f, found '%s'", option, max,
			 text);
		return BATON_USAGE;
	}
	*ret_value = value;
	return BATON_OK;
}

static int read_options(int argc, char **argv, struct options *o)
{
	static const struct option options[] = {{"out", required_argument, NULL, 'o'},
						{"filter", required_argument, NULL, 'f'},
						{"duration", required_argument, NULL, 'd'},
						{"count", required_argument, NULL, 'c'},
						{"snaplen", required_argument, NULL, 's'},
						{0}};
	int c, index = 0, rc = BATON_OK;
	double value = 0;

	while (rc == BATON_OK &&
	       (c = getopt_long(argc, argv, "o:f:d:c:s:", options, &index)) != -1) {
		if (c == '?')
			return BATON_USAGE;
		if (c == 'o')
			o->out = optarg;
		else if (c == 'f')
			o->filter = optarg;
		else
			rc = read_number(c == 'd'   ? "duration"
					 : c == 'c' ? "count"
						    : "snaplen",
					 optarg,
					 c == 'd'   ? 86400
					 : c == 'c' ? 1e15
						    : SNAPLEN_MAX,
					 &value);
		if (c == 'd')
			o->seconds = value;
		else if (c == 'c')
			o->count = (uint64_t)value;
		else if (c == 's')
			o->snaplen = (uint32_t)value;
	}
	if (rc == BATON_OK && strlen(o->filter ? o->filter : "") > 900) {
		complain("--filter: expected up to 900 characters");
		rc = BATON_USAGE;
	}
	return rc == BATON_OK && o->filter ? check_filter(o->filter) : rc;
}

int capture_main(const struct baton_context *ctx, int argc, char **argv)
{
	struct options o = {.out = "-", .snaplen = SNAPLEN_MAX};
	struct run run;
	int rc = read_options(argc, argv, &o);

	if (rc != BATON_OK)
		return rc;
	if (optind >= argc) {
		complain("usage: baton capture NODE[:IF]... [--out F.pcapng] [--filter EXPR] "
			 "[--duration S] [--count N] "
			 "[--snaplen N]");
		return BATON_USAGE;
	}
	if (!strcmp(o.out, "-") && isatty(STDOUT_FILENO)) {
		complain("a capture is no text: expected --out FILE.pcapng, or a pipe such as `| "
			 "tshark -r -`");
		return BATON_USAGE;
	}
	rc = run_select(ctx, NULL, &run);
	if (rc != BATON_OK)
		return rc;
	rc = run_capture(&run, &o, argv + optind);
	run_done(&run);
	return rc;
}
