// SPDX-License-Identifier: Apache-2.0
/* A UPF or a gNB under test, see dataplane_bed.h */
#include "tests/integration/dataplane_bed.h"

#include <poll.h>
#include <stdio.h>
#include <string.h>

#include "lib/radio.h"

enum { SESSIONS = 16384 };

const uint8_t node_macs[PORTS][6] = {{0x02, 0, 0, 0, 0, 1},
				     {0x02, 0, 0, 0, 0, 2},
				     RADIO_GNB_MAC,
				     {0x02, 0, 0, 0, 0, 3},
				     {0x02, 0, 0, 0, 0, 4}};
const uint8_t peer_macs[PORTS][6] = {{0x02, 0, 0, 0, 1, 1},
				     {0x02, 0, 0, 0, 1, 2},
				     {0x02, 0xba, 0, 0, 1, 1},
				     {0x02, 0, 0, 0, 1, 3},
				     {0x02, 0, 0, 0, 1, 4}};

uint8_t frame[PACKET_MAX];
static uint8_t wanted[PACKET_MAX];

void apply(struct bed *bed, const struct dp_session *session)
{
	struct dp_error err;
	int rc = dataplane_session_apply(bed->dp, session, &err);

	if (rc) {
		printf("# %s\n", err.text);
		bail("dataplane_session_apply", rc);
	}
}

/* Packets for the node's socket are handled while we wait */
size_t receive(struct bed *bed, enum port port, int timeout_ms)
{
	const uint64_t end = now_ms() + (uint64_t)timeout_ms;

	for (;;) {
		struct pollfd fds[] = {{.fd = bed->port[port], .events = POLLIN},
				       {.fd = dataplane_fd(bed->dp), .events = POLLIN}};
		uint64_t now = now_ms();
		size_t len = port_receive(bed->port[port], frame, sizeof(frame), 0);

		if (len || now >= end)
			return len;
		poll(fds, 2, (int)(end - now));
		dataplane_process(bed->dp);
	}
}

void frame_note(const char *what, const uint8_t *data, size_t len)
{
	printf("# %s (%zu):", what, len);
	for (size_t i = 0; i < len && i < 128; i++)
		printf("%s%02x", i % 16 ? "" : " ", data[i]);
	printf("\n");
}

bool frame_equal(const struct packet *packet, enum port port, size_t len)
{
	size_t want = packet_build(packet, peer_macs[port], node_macs[port], wanted);

	if (len == want && packet_normalise(frame, len) && !memcmp(frame, wanted, len))
		return true;
	frame_note("got", frame, len);
	frame_note("want", wanted, want);
	return false;
}

uint64_t drop_count(struct bed *bed, enum dp_drop reason)
{
	uint64_t drops[DP_DROP_REASONS];

	dataplane_drops(bed->dp, drops);
	return drops[reason];
}

void inject(struct bed *bed, enum port port, const struct packet *packet)
{
	static uint8_t out[PACKET_MAX];
	size_t len = packet_build(packet, node_macs[port], peer_macs[port], out);

	port_send(bed->port[port], out, len);
}

void bed_link(struct bed *bed, enum port port, const char *name)
{
	char tester_name[16];

	snprintf(tester_name, sizeof(tester_name), "t-%s", name);
	link_make(&bed->tester, tester_name, peer_macs[port], &bed->node, name, node_macs[port],
		  1500);
	bed->port[port] = port_open(&bed->tester, tester_name);
}

void bed_start(struct bed *bed, const struct dp_config *config, const struct dp_events *events)
{
	struct dp_error err;
	int rc;

	netns_enter(&bed->node);
	rc = dataplane_new(config, events, &bed->dp, &err);
	if (rc) {
		printf("# %s\n", err.text);
		bail("dataplane_new", rc);
	}
	bed->gtp = !strcmp(dataplane_backend(bed->dp), "gtp");
}

struct dp_addr address(const char *text)
{
	if (strchr(text, ':'))
		return (struct dp_addr){.family = AF_INET6, .ip6 = ip6(text)};
	return dp_addr_ip4(ip(text));
}

struct dp_prefix prefix(const char *addr, unsigned len)
{
	return (struct dp_prefix){.addr = address(addr), .len = len};
}

struct dp_config upf_config(const char *backend)
{
	struct dp_config config = {
		.role = DP_ROLE_UPF,
		.backend = strcmp(backend, "xdp") ? backend : "ebpf",
		.attach = strcmp(backend, "xdp") ? DP_ATTACH_TC : DP_ATTACH_XDP,
		.sessions_max = SESSIONS,
		.local_count = 1,
		.local = {{.addr = address(UPF_N3), .dev = "n3"}},
		.instance_count = 1,
		.instance = {{.dev = "n6",
			      .table = 106,
			      .pool_count = 1,
			      .pool = {prefix("10.60.0.0", 16)}}},
		.protected_count = 3,
		.protected_prefix = {prefix("10.100.0.0", 15), prefix("10.102.0.0", 16),
				     prefix("10.192.0.0", 10)},
	};

	if (!strcmp(backend, "gtp") || !strcmp(backend, "auto"))
		return config;
	config.local[config.local_count++] =
		(struct dp_local){.addr = address(UPF_N3_6), .dev = "n3"};
	config.instance[0].pool[config.instance[0].pool_count++] = prefix("2001:db8:60::", 48);
	config.protected_prefix[config.protected_count++] = prefix("2001:db8:101::", 64);
	config.protected_prefix[config.protected_count++] = prefix("2001:db8:192::", 48);
	return config;
}

struct dp_config gnb_config(const char *backend)
{
	struct dp_config config = {.role = DP_ROLE_GNB,
				   .backend = strcmp(backend, "xdp") ? backend : "ebpf",
				   .local_count = 1,
				   .local = {{.addr = address(GNB_N3), .dev = "n3"}}};

	if (strcmp(backend, "gtp") && strcmp(backend, "auto"))
		config.local[config.local_count++] =
			(struct dp_local){.addr = address(GNB_N3_6), .dev = "n3"};
	return config;
}

static void bed_begin(struct bed *bed)
{
	netns_make(&bed->tester);
	netns_make(&bed->node);
	for (enum port port = 0; port < PORTS; port++)
		bed->port[port] = -1;
}

/* Routes as docs/contracts.md has them: the main table has connected ones only, table 106 the edge
 */
void upf_make(struct bed *ret_bed)
{
	struct netns *node = &ret_bed->node;

	bed_begin(ret_bed);
	bed_link(ret_bed, PORT_N3, "n3");
	bed_link(ret_bed, PORT_N6, "n6");
	addr_add(node, "n3", UPF_N3, 16);
	addr_add(node, "n6", UPF_N6, 24);
	neigh_add(node, "n3", GNB_N3, peer_macs[PORT_N3]);
	neigh_add(node, "n3", UPF2_N3, peer_macs[PORT_N3]);
	neigh_add(node, "n6", EDGE_N6, peer_macs[PORT_N6]);
	route_add(node, "n6", "10.110.1.0", 24, NULL, 106);
	route_add(node, "n6", "0.0.0.0", 0, EDGE_N6, 106);
	ip6_on(node, "n3");
	ip6_on(node, "n6");
	addr_add(node, "n3", UPF_N3_6, 64);
	addr_add(node, "n6", UPF_N6_6, 64);
	neigh_add(node, "n3", GNB_N3_6, peer_macs[PORT_N3]);
	neigh_add(node, "n3", UPF2_N3_6, peer_macs[PORT_N3]);
	neigh_add(node, "n6", EDGE_N6_6, peer_macs[PORT_N6]);
	route_add(node, "n6", "2001:db8:110::", 64, NULL, 106);
	route_add(node, "n6", "::", 0, EDGE_N6_6, 106);
}

void gnb_make(struct bed *ret_bed)
{
	bed_begin(ret_bed);
	bed_link(ret_bed, PORT_N3, "n3");
	bed_link(ret_bed, PORT_RADIO, "radio");
	addr_add(&ret_bed->node, "n3", GNB_N3, 16);
	neigh_add(&ret_bed->node, "n3", UPF_N3, peer_macs[PORT_N3]);
	ip6_on(&ret_bed->node, "n3");
	addr_add(&ret_bed->node, "n3", GNB_N3_6, 64);
	neigh_add(&ret_bed->node, "n3", UPF_N3_6, peer_macs[PORT_N3]);
}

void upf_start(struct bed *ret_bed, const char *backend, const struct dp_events *events)
{
	const struct dp_config config = upf_config(backend);

	upf_make(ret_bed);
	bed_start(ret_bed, &config, events);
}

void gnb_start(struct bed *ret_bed, const char *backend, const struct dp_events *events)
{
	const struct dp_config config = gnb_config(backend);
	int rc;

	gnb_make(ret_bed);
	bed_start(ret_bed, &config, events);
	rc = dataplane_radio_add(ret_bed->dp, link_index(&ret_bed->node, "radio"));
	if (rc)
		bail("dataplane_radio_add", rc);
}

struct dp_destination tunnel(const char *peer, uint32_t teid)
{
	return (struct dp_destination){.interface = DP_N3,
				       .local = strchr(peer, ':') ? 1 : 0,
				       .peer = address(peer),
				       .teid = teid};
}

struct dp_session upf_session(const struct bed *bed, uint64_t id, const char *ue, uint32_t teid,
			      uint32_t peer_teid)
{
	return (struct dp_session){
		.id = id,
		.ue_count = 1,
		.ue = {prefix(ue, 32)},
		.pdr_count = 2,
		.far_count = 2,
		.pdr = {{.id = 1,
			 .precedence = 100,
			 .source = DP_N3,
			 .direction = DP_UPLINK,
			 .teid = teid,
			 .ue = 1,
			 .remove_outer = true,
			 .far = 0},
			{.id = 2,
			 .precedence = 100,
			 .source = DP_N6,
			 .direction = DP_DOWNLINK,
			 .ue = 1,
			 .mark.qfi = bed->gtp ? 0 : 9,
			 .far = 1}},
		.far = {{.id = 1, .action = DP_FORWARD, .to.interface = DP_N6},
			{.id = 2, .action = DP_FORWARD, .to = tunnel(GNB_N3, peer_teid)}},
	};
}

struct dp_session gnb_session(struct bed *bed)
{
	struct dp_session s = {
		.id = 1,
		.bearer = {.ifindex = link_index(&bed->node, "radio")},
		.ue_count = 1,
		.ue = {prefix(UE, 32)},
		.pdr_count = 2,
		.far_count = 2,
		.pdr = {{.id = 1,
			 .precedence = 1,
			 .source = DP_RADIO,
			 .direction = DP_UPLINK,
			 .ue = 1,
			 .mark.qfi = bed->gtp ? 0 : 9,
			 .far = 0},
			{.id = 2,
			 .precedence = 1,
			 .source = DP_N3,
			 .direction = DP_DOWNLINK,
			 .teid = TEID_GNB,
			 .remove_outer = true,
			 .far = 1}},
		.far = {{.id = 1, .action = DP_FORWARD, .to = tunnel(UPF_N3, TEID_UPF)},
			{.id = 2, .action = DP_FORWARD, .to.interface = DP_RADIO}},
	};

	memcpy(s.bearer.ue_mac, peer_macs[PORT_RADIO], 6);
	return s;
}

void bed_free(struct bed *bed)
{
	netns_enter(&bed->node);
	dataplane_free(bed->dp);
	netns_free(&bed->node);
	netns_free(&bed->tester);
}
