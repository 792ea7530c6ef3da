// SPDX-License-Identifier: Apache-2.0
/* The whole user plane in four namespaces, see dataplane_chain.h */
#include "tests/integration/dataplane_chain.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "dataplane/internal.h"
#include "lib/radio.h"

static const uint8_t ue_mac[6] = {0x02, 0xba, 0, 0, 1, 1};
static const uint8_t gnb_mac[6] = RADIO_GNB_MAC;

/* N3 by way of a bridge in each node: no virtual Ethernet device as far as the data plane can see
 */
static void bridge_in(struct netns *netns, const char *port, const char *name)
{
	if (nl_link_add_bridge(netns->nl, name) ||
	    nl_link_set_master(netns->nl, link_index(netns, port), link_index(netns, name)) ||
	    nl_link_set_up(netns->nl, link_index(netns, name), true))
		bail(name, EIO);
}

static void chain_links(struct chain *c)
{
	netns_make(&c->ue);
	netns_make(&c->gnb);
	netns_make(&c->upf);
	netns_make(&c->edge);
	link_make(&c->ue, "radio", ue_mac, &c->gnb, "radio", gnb_mac, 1500);
	if (!c->bridged) {
		link_make(&c->gnb, "n3", NULL, &c->upf, "n3", NULL, 1500);
	} else {
		link_make(&c->gnb, "port", NULL, &c->upf, "port", NULL, 1500);
		bridge_in(&c->gnb, "port", "n3");
		bridge_in(&c->upf, "port", "n3");
	}
	link_make(&c->upf, "n6", NULL, &c->edge, "n6", NULL, 1500);
}

static void chain_addresses(struct chain *c)
{
	addr_add(&c->ue, "radio", UE, 24);
	addr_add(&c->ue, "radio", UE_QFI, 24);
	neigh_add(&c->ue, "radio", "10.60.1.1", gnb_mac);
	route_add(&c->ue, "radio", "0.0.0.0", 0, "10.60.1.1", 0);
	if (nl_link_set_mtu(c->ue.nl, link_index(&c->ue, "radio"), 1456))
		bail("MTU", EINVAL);
	addr_add(&c->gnb, "n3", GNB_N3, 16);
	addr_add(&c->upf, "n3", UPF_N3, 16);
	addr_add(&c->upf, "n6", UPF_N6, 24);
	route_add(&c->upf, "n6", "10.110.1.0", 24, NULL, 106);
	route_add(&c->upf, "n6", "0.0.0.0", 0, EDGE_N6, 106);
	addr_add(&c->edge, "n6", EDGE_N6, 24);
	addr_add(&c->edge, "lo", SERVER, 32);
	route_add(&c->edge, "n6", "10.60.0.0", 16, UPF_N6, 0);
}

static void chain_addresses6(struct chain *c)
{
	ip6_on(&c->ue, "radio");
	ip6_on(&c->gnb, "n3");
	ip6_on(&c->upf, "n3");
	ip6_on(&c->upf, "n6");
	ip6_on(&c->edge, "n6");
	ip6_on(&c->edge, "lo");
	addr_add(&c->ue, "radio", UE6, 64);
	neigh_add(&c->ue, "radio", "2001:db8:60:2::1", gnb_mac);
	route_add(&c->ue, "radio", "::", 0, "2001:db8:60:2::1", 0);
	if (nl_link_set_mtu(c->ue.nl, link_index(&c->ue, "radio"), 1436))
		bail("MTU", EINVAL);
	/* neighbours are solicited from link-local addresses */
	addr_add(&c->gnb, "n3", "fe80::1", 64);
	addr_add(&c->upf, "n3", "fe80::2", 64);
	addr_add(&c->upf, "n6", "fe80::1", 64);
	addr_add(&c->edge, "n6", "fe80::2", 64);
	addr_add(&c->gnb, "n3", GNB_N3_6, 64);
	addr_add(&c->upf, "n3", UPF_N3_6, 64);
	addr_add(&c->upf, "n6", UPF_N6_6, 64);
	route_add(&c->upf, "n6", "2001:db8:110::", 64, NULL, 106);
	route_add(&c->upf, "n6", "::", 0, EDGE_N6_6, 106);
	addr_add(&c->edge, "n6", EDGE_N6_6, 64);
	addr_add(&c->edge, "lo", SERVER6, 128);
	route_add(&c->edge, "n6", "2001:db8:60::", 48, UPF_N6_6, 0);
}

void session_apply(struct dataplane *dp, const struct dp_session *session)
{
	struct dp_error err;
	int rc = dataplane_session_apply(dp, session, &err);

	if (rc) {
		printf("# %s\n", err.text);
		bail("dataplane_session_apply", rc);
	}
}

struct dp_session chain_upf_side(struct chain *c, unsigned n, const char *ue)
{
	const struct bed bed = {.gtp = c->gtp};

	struct dp_session s = upf_session(&bed, n, ue, 0x1000 + n, 0x2000 + n);

	if (c->v6) {
		s.ue[0] = prefix("2001:db8:60:2::", 64);
		s.far[1].to = tunnel(GNB_N3_6, 0x2000 + n);
	}
	return s;
}

struct dp_session chain_gnb_side(struct chain *c, unsigned n, const char *ue)
{
	struct bed bed = {.gtp = c->gtp, .node = c->gnb};
	struct dp_session s = gnb_session(&bed);

	s.id = n;
	s.bearer.ue_mac[5] = (uint8_t)n;
	s.ue[0].addr = address(ue);
	s.pdr[1].teid = 0x2000 + n;
	s.far[0].to.teid = 0x1000 + n;
	if (c->v6) {
		s.ue[0] = prefix("2001:db8:60:2::", 64);
		s.far[0].to = tunnel(UPF_N3_6, 0x1000 + n);
	}
	return s;
}

void chain_session(struct chain *c, unsigned n, const char *ue)
{
	struct dp_session s = chain_upf_side(c, n, ue);

	session_apply(c->upf_dp, &s);
	s = chain_gnb_side(c, n, ue);
	session_apply(c->gnb_dp, &s);
}

static struct dataplane *start(struct netns *netns, const struct dp_config *config)
{
	struct dataplane *dp;
	struct dp_error err;
	int rc;

	netns_enter(netns);
	rc = dataplane_new(config, NULL, &dp, &err);
	if (rc) {
		printf("# %s\n", err.text);
		bail("dataplane_new", rc);
	}
	return dp;
}

void chain_make(struct chain *c, const char *backend)
{
	struct dp_config upf = upf_config(backend), gnb = gnb_config(backend);
	int rc;

	if (!c->v6)
		upf.local_count = gnb.local_count = 1;
	chain_links(c);
	chain_addresses(c);
	if (c->v6)
		chain_addresses6(c);
	c->upf_dp = start(&c->upf, &upf);
	c->gnb_dp = start(&c->gnb, &gnb);
	rc = dataplane_radio_add(c->gnb_dp, link_index(&c->gnb, "radio"));
	if (rc)
		bail("dataplane_radio_add", rc);
	c->gtp = !strcmp(dataplane_backend(c->upf_dp), "gtp");
	chain_session(c, 1, UE);
}

static void router(struct netns *netns, const char *in, const char *out)
{
	netns_enter(netns);
	if (dp_sysctl_set(NULL, "ip_forward", 1) || dp_forwarding_set_up(in) ||
	    dp_forwarding_set_up(out))
		bail("router", EPERM);
}

void chain_make_plain(struct chain *c)
{
	chain_links(c);
	chain_addresses(c);
	router(&c->gnb, "radio", "n3");
	router(&c->upf, "n3", "n6");
	neigh_add(&c->gnb, "radio", UE, ue_mac);
	route_add(&c->gnb, "radio", UE, 32, NULL, 0);
	route_add(&c->gnb, "n3", SERVER, 32, UPF_N3, 0);
	route_add(&c->upf, "n6", SERVER, 32, EDGE_N6, 0);
	route_add(&c->upf, "n3", "10.60.0.0", 16, GNB_N3, 0);
}

void chain_free(struct chain *c)
{
	netns_enter(&c->gnb);
	dataplane_free(c->gnb_dp);
	netns_enter(&c->upf);
	dataplane_free(c->upf_dp);
	netns_free(&c->ue);
	netns_free(&c->gnb);
	netns_free(&c->upf);
	netns_free(&c->edge);
}

static struct sockaddr_storage name_of(const char *addr, uint16_t port)
{
	struct sockaddr_storage ret = {0};

	if (strchr(addr, ':'))
		*(struct sockaddr_in6 *)&ret = (struct sockaddr_in6){
			.sin6_family = AF_INET6, .sin6_addr = ip6(addr), .sin6_port = htons(port)};
	else
		*(struct sockaddr_in *)&ret = (struct sockaddr_in){
			.sin_family = AF_INET, .sin_addr = ip(addr), .sin_port = htons(port)};
	return ret;
}

int socket_in(struct netns *netns, int type, const char *addr, uint16_t port)
{
	const struct sockaddr_storage local = name_of(addr, port);
	const int on = 1;
	int fd;

	netns_enter(netns);
	fd = socket(local.ss_family, type | SOCK_CLOEXEC, 0);
	if (fd < 0)
		bail("socket", errno);
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	if (bind(fd, (const struct sockaddr *)&local, sizeof(local)))
		bail("bind", errno);
	return fd;
}

struct sockaddr_in server_addr(void)
{
	return (struct sockaddr_in){
		.sin_family = AF_INET, .sin_addr = ip(SERVER), .sin_port = htons(SERVER_PORT)};
}

static void give_up_after(int fd, time_t seconds)
{
	const struct timeval limit = {.tv_sec = seconds};

	setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof(limit));
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit));
}

void tcp_connect(struct chain *c, int *ret_ue, int *ret_edge)
{
	const char *to = c->v6 ? SERVER6 : SERVER;
	const struct sockaddr_storage server = name_of(to, SERVER_PORT);
	int listener = socket_in(&c->edge, SOCK_STREAM, to, SERVER_PORT);

	if (listen(listener, 1))
		bail("listen", errno);
	*ret_ue = socket_in(&c->ue, SOCK_STREAM, c->v6 ? UE6 : UE, 0);
	give_up_after(*ret_ue, 30);
	if (connect(*ret_ue, (const struct sockaddr *)&server, sizeof(server)))
		bail("connect", errno);
	*ret_edge = accept(listener, NULL, NULL);
	if (*ret_edge < 0)
		bail("accept", errno);
	give_up_after(*ret_edge, 30);
	close(listener);
}
