// SPDX-License-Identifier: Apache-2.0
/*
 * What the data plane carries: bench_dataplane BACKEND FILE. Packets a second of one core through a
 * UPF, the frames coming from an XDP generator; TCP through the whole user plane; sessions
 * installed a second. The yardstick is the same machine's kernel doing the same without a tunnel,
 * measured in the same run, turn about.
 */
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <linux/if_link.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "dataplane/internal.h"
#include "tests/bench/bench_report.h"
#include "tests/bench/dataplane_generator.h"
#include "tests/integration/dataplane_chain.h"
/* after dataplane_generator.h, whose structs are in it */
#include "bpf/dataplane_generator.skel.h"

enum { RUNS = 5, FRAMES = 2000000, BATCH = 64, MANY = 10000, TCP_SECONDS = 2, CHUNK = 1 << 18 };

static void must(const char *what, int rc)
{
	if (rc)
		bail(what, rc < 0 ? rc : errno);
}

/* A way through a node: where frames come in, the frame, and where they are counted */
struct way {
	struct bed *bed;
	enum port in, out;
	struct packet packet;
	struct generator_config config;
};

static bool by_xdp; /* the back end under test */

static struct dataplane_generator *generator_open(const struct way *way)
{
	struct dataplane_generator *skel = dataplane_generator__open();
	uint8_t data[PACKET_MAX];
	const uint32_t key = 0;

	if (!skel)
		bail("generator", errno);
	*(struct generator_config *)&skel->rodata->generator = way->config;
	((struct generator_config *)&skel->rodata->generator)->send = by_xdp && way->bed->dp;
	must("generator", dataplane_generator__load(skel));
	if (packet_build(&way->packet, node_macs[way->in], peer_macs[way->in], data) !=
	    GENERATOR_SIZE)
		bail("frame size", EINVAL);
	must("frame", bpf_map_update_elem(bpf_map__fd(skel->maps.template), &key, data, BPF_ANY));
	return skel;
}

static uint64_t received_count(struct dataplane_generator *skel)
{
	const int cpus = libbpf_num_possible_cpus();
	uint64_t *each = calloc((size_t)cpus, sizeof(*each)), sum = 0;
	const uint32_t key = 0;

	must("count", bpf_map_lookup_elem(bpf_map__fd(skel->maps.received), &key, each));
	for (int i = 0; i < cpus; i++)
		sum += each[i];
	free(each);
	return sum;
}

static void sink_attach(const struct way *way, struct dataplane_generator *skel)
{
	const char *dev = way->out == PORT_N6 ? "t-n6" : "t-n3";
	const bool xdp = by_xdp && way->bed->dp;
	const struct nl_bpf_filter filter = {.ifindex = link_index(&way->bed->tester, dev),
					     .priority = 1,
					     .handle = 1,
					     .prog_fd = bpf_program__fd(skel->progs.sink),
					     .name = "sink"};

	netns_enter(&way->bed->tester);
	(void)bpf_xdp_detach((int)filter.ifindex, XDP_FLAGS_DRV_MODE, NULL);
	if (xdp) {
		must("sink",
		     bpf_xdp_attach((int)filter.ifindex, bpf_program__fd(skel->progs.sink_xdp),
				    XDP_FLAGS_DRV_MODE, NULL));
		return;
	}
	must("clsact", nl_clsact_add(way->bed->tester.nl, filter.ifindex));
	must("sink", nl_bpf_filter_replace(way->bed->tester.nl, &filter));
}

/* Millions of packets a second that came out; all of them must */
static double way_run(const struct way *way)
{
	struct dataplane_generator *skel = generator_open(way);
	const bool xdp = by_xdp && way->bed->dp;
	const char *dev = way->in == PORT_N6 ? "t-n6" : "t-n3";
	struct netns *netns = xdp ? &way->bed->tester : &way->bed->node;
	struct xdp_md ctx = {.data_end = GENERATOR_SIZE,
			     .ingress_ifindex = link_index(netns, xdp ? dev : dev + 2)};
	uint8_t data[GENERATOR_SIZE] = {0};
	LIBBPF_OPTS(bpf_test_run_opts, opts, .data_in = data, .data_size_in = sizeof(data),
		    .ctx_in = &ctx, .ctx_size_in = sizeof(ctx), .repeat = FRAMES,
		    .batch_size = BATCH, .flags = BPF_F_TEST_XDP_LIVE_FRAMES);
	double start, took;
	uint64_t count;

	sink_attach(way, skel);
	netns_enter(netns);
	start = bench_seconds();
	must("generator run", bpf_prog_test_run_opts(bpf_program__fd(skel->progs.generate), &opts));
	took = bench_seconds() - start;
	count = received_count(skel);
	if (count < FRAMES - FRAMES / 100)
		tap_note("%lu of %d frames came out", (unsigned long)count, FRAMES);
	dataplane_generator__destroy(skel);
	return (double)count / took / 1e6;
}

static struct packet tunnel_packet(void)
{
	return (struct packet){.form = PACKET_TUNNEL,
			       .outer_src = GNB_N3,
			       .outer_dst = UPF_N3,
			       .teid = TEID_UPF,
			       .src = UE,
			       .dst = SERVER,
			       .size = GENERATOR_SIZE - 14 - 36};
}

static struct packet plain_packet(const char *src, const char *dst)
{
	return (struct packet){
		.form = PACKET_PLAIN, .src = src, .dst = dst, .size = GENERATOR_SIZE - 14};
}

/* The same node as a plain router, N3 to N6 and back */
static void router_make(struct bed *bed)
{
	upf_make(bed);
	netns_enter(&bed->node);
	must("ip_forward", dp_sysctl_set(NULL, "ip_forward", 1));
	must("n3", dp_forwarding_set_up("n3"));
	must("n6", dp_forwarding_set_up("n6"));
	route_add(&bed->node, "n6", SERVER, 32, EDGE_N6, 0);
	route_add(&bed->node, "n3", "10.60.0.0", 16, GNB_N3, 0);
}

static void ports_close(struct bed *bed)
{
	for (enum port port = 0; port < PORTS; port++)
		if (bed->port[port] >= 0)
			close(bed->port[port]);
}

/* The UE addresses of many sessions follow each other: 10.60.64.0 and on */
static double sessions_install(struct bed *bed)
{
	double start = bench_seconds();

	for (unsigned n = 0; n < MANY; n++) {
		struct dp_session s = upf_session(bed, 1000 + n, UE, 0x100000 + n, 0x200000 + n);
		const struct in_addr ue = {.s_addr = htonl(0x0a3c4000 + n)};

		s.ue[0].addr = dp_addr_ip4(ue);
		apply(bed, &s);
	}
	return MANY / (bench_seconds() - start);
}

static void sessions_remove(struct bed *bed)
{
	for (unsigned n = 0; n < MANY; n++)
		must("remove", dataplane_session_remove(bed->dp, 1000 + n));
}

/* What a session takes at least: its five map entries, one system call each */
static double map_updates(void)
{
	const int map = bpf_map_create(BPF_MAP_TYPE_HASH, NULL, 4, 256, MANY * 5, NULL);
	uint8_t value[256] = {0};
	double start = bench_seconds();

	if (map < 0)
		bail("map", errno);
	for (uint32_t n = 0; n < MANY * 5; n++)
		must("update", bpf_map_update_elem(map, &n, value, BPF_ANY));
	start = bench_seconds() - start;
	close(map);
	return MANY / start;
}

static void packets_bench(struct bench_report *report, const char *backend)
{
	struct bed upf = {0}, plain = {0};
	struct bench_row up = {.runs = RUNS,
			       .name = "uplink, 1 session",
			       .unit = "Mpps/core",
			       .yardstick = "plain forwarding by the kernel"};
	struct bench_row down = {.runs = RUNS,
				 .name = "downlink, 1 session",
				 .unit = "Mpps/core",
				 .yardstick = "plain forwarding by the kernel"};
	struct bench_row many = {.runs = RUNS,
				 .name = "uplink, 10000 sessions at random",
				 .unit = "Mpps/core",
				 .yardstick = "plain forwarding by the kernel"};
	struct bench_row install = {.runs = RUNS,
				    .name = "sessions installed",
				    .unit = "1/s",
				    .yardstick = "their map entries, bare"};
	struct dp_session s;

	upf_start(&upf, backend, NULL);
	router_make(&plain);
	ports_close(&upf);
	ports_close(&plain);
	s = upf_session(&upf, 1, UE, TEID_UPF, TEID_GNB);
	apply(&upf, &s);
	for (int i = 0; i < RUNS; i++) {
		const struct way to_n6 = {&upf, PORT_N3, PORT_N6, tunnel_packet(), {0}};
		const struct way to_n3 = {&upf, PORT_N6, PORT_N3, plain_packet(SERVER, UE), {0}};
		const struct way plain_to_n6 = {
			&plain, PORT_N3, PORT_N6, plain_packet(UE, SERVER), {0}};
		const struct way plain_to_n3 = {
			&plain, PORT_N6, PORT_N3, plain_packet(SERVER, UE), {0}};
		struct way random = to_n6;

		up.value[i] = way_run(&to_n6);
		up.yardstick_value[i] = many.yardstick_value[i] = way_run(&plain_to_n6);
		down.value[i] = way_run(&to_n3);
		down.yardstick_value[i] = way_run(&plain_to_n3);
		install.value[i] = sessions_install(&upf);
		install.yardstick_value[i] = map_updates();
		random.config = (struct generator_config){
			.sessions = MANY, .teid = 0x100000, .ue = 0x0a3c4000};
		many.value[i] = way_run(&random);
		sessions_remove(&upf);
	}
	bench_add(report, &up);
	bench_add(report, &down);
	bench_add(report, &many);
	bench_add(report, &install);
	bed_free(&upf);
	netns_free(&plain.node);
	netns_free(&plain.tester);
}

struct sender {
	int fd;
	volatile bool stop;
};

static void *sender_run(void *user)
{
	struct sender *s = user;
	uint8_t *chunk = calloc(1, CHUNK);

	while (chunk && !s->stop && send(s->fd, chunk, CHUNK, MSG_NOSIGNAL) > 0)
		;
	shutdown(s->fd, SHUT_WR);
	free(chunk);
	return NULL;
}

/* Gbit/s of TCP payload */
static double tcp_run(int from, int to)
{
	struct sender sender = {.fd = from};
	uint8_t *chunk = malloc(CHUNK);
	const double start = bench_seconds();
	uint64_t total = 0;
	pthread_t thread;
	double took;
	ssize_t n;

	if (!chunk || pthread_create(&thread, NULL, sender_run, &sender))
		bail("sender", ENOMEM);
	while ((n = recv(to, chunk, CHUNK, 0)) > 0) {
		total += (uint64_t)n;
		sender.stop = bench_seconds() - start > TCP_SECONDS;
	}
	took = bench_seconds() - start;
	pthread_join(thread, NULL);
	free(chunk);
	return (double)total * 8 / took / 1e9;
}

static double tcp_once(struct chain *c, bool uplink)
{
	int ue, edge;
	double rate;

	tcp_connect(c, &ue, &edge);
	rate = uplink ? tcp_run(ue, edge) : tcp_run(edge, ue);
	close(ue);
	close(edge);
	return rate;
}

static void tcp_bench(struct bench_report *report, const char *backend)
{
	struct chain chain = {0}, plain = {0};
	struct bench_row up = {.runs = RUNS,
			       .name = "TCP uplink, UE to edge",
			       .unit = "Gbit/s",
			       .yardstick = "the same links, plain forwarding"};
	struct bench_row down = {.runs = RUNS,
				 .name = "TCP downlink, edge to UE",
				 .unit = "Gbit/s",
				 .yardstick = "the same links, plain forwarding"};

	chain_make(&chain, backend);
	chain_make_plain(&plain);
	for (int i = 0; i < RUNS; i++) {
		up.value[i] = tcp_once(&chain, true);
		up.yardstick_value[i] = tcp_once(&plain, true);
		down.value[i] = tcp_once(&chain, false);
		down.yardstick_value[i] = tcp_once(&plain, false);
	}
	bench_add(report, &up);
	bench_add(report, &down);
	chain_free(&chain);
	chain_free(&plain);
}

int main(int argc, char **argv)
{
	struct bench_report report;

	if (argc != 3) {
		fprintf(stderr, "usage: bench_dataplane BACKEND FILE\n");
		return 2;
	}
	by_xdp = !strcmp(argv[1], "xdp");
	bench_begin(&report);
	packets_bench(&report, argv[1]);
	tcp_bench(&report, argv[1]);
	return bench_end(&report, argv[1], argv[2]) ? 1 : 0;
}
