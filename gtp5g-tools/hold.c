// SPDX-License-Identifier: Apache-2.0
/*
 * The process that holds a link's UDP socket. With it gone the mainline driver's link carries
 * nothing, and gtp5g's is a trap (links.h): so ended by a signal it deletes the link, and with the
 * link deleted it ends.
 *
 * What a driver can't handle comes up to the socket. An Echo Request is answered (TS 29.281
 * cl. 7.2.1): the mainline driver doesn't on a socket that it was given; gtp5g does itself. The
 * rest is read and, if wanted, printed.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "gtp5g-tools/tools.h"
#include "lib/gtpu/gtpu.h"

enum { PACKET_MAX = 65536 };

struct holder {
	const struct hold *hold;
	struct nl *nl;
	struct nl_monitor *monitor;
	int udp, listener, signals;
	unsigned ifindex;
	bool gone, stop;
	char address[INET_ADDRSTRLEN];
};

static int fail(const struct holder *h, const char *what, int rc)
{
	complain("%s: %s: %s", h->hold->link.name, what,
		 rc == -EPERM || rc == -EACCES ? "this needs root (CAP_NET_ADMIN)" : strerror(-rc));
	return rc;
}

/* ---- begin ---- */

static int open_udp(struct holder *h)
{
	const struct sockaddr_in local = {.sin_family = AF_INET,
					  .sin_port = htons(GTPU_PORT),
					  .sin_addr = h->hold->link.local};

	h->udp = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (h->udp < 0)
		return fail(h, "socket", -errno);
	if (bind(h->udp, (const struct sockaddr *)&local, sizeof(local))) {
		const int rc = -errno;

		complain("%s: UDP %s:%d: %s", h->hold->link.name, h->address, GTPU_PORT,
			 strerror(-rc));
		return rc;
	}
	return 0;
}

/* They are blocked before anything is made that has to be undone */
static int open_signals(struct holder *h)
{
	sigset_t wanted;

	sigemptyset(&wanted);
	sigaddset(&wanted, SIGINT);
	sigaddset(&wanted, SIGTERM);
	sigaddset(&wanted, SIGHUP);
	sigprocmask(SIG_BLOCK, &wanted, NULL);
	/* who reads what --verbose prints may go away; the link stays held */
	signal(SIGPIPE, SIG_IGN);
	h->signals = signalfd(-1, &wanted, SFD_CLOEXEC);
	return h->signals < 0 ? fail(h, "signalfd", -errno) : 0;
}

static int add_gtp5g(struct holder *h)
{
	const struct link *link = &h->hold->link;
	struct gtp5g *g;
	int rc = gtp5g_open(&g);

	if (rc)
		return fail(h, "gtp5g", rc);
	rc = gtp5g_link_add(g, link->name, h->udp, link->role == ROLE_RAN, link->hash_size);
	if (rc && *gtp5g_why(g))
		complain("%s: %s", link->name, gtp5g_why(g));
	else if (rc)
		fail(h, "gtp5g", rc);
	gtp5g_close(g);
	return rc;
}

static int add_gtp(struct holder *h)
{
	const struct link *link = &h->hold->link;
	struct gtp_netlink *gtp;
	int rc = gtp_netlink_open(&gtp);

	if (rc == -ENOENT) {
		complain("%s: this kernel has no gtp driver", link->name);
		return rc;
	}
	if (rc)
		return fail(h, "gtp", rc);
	rc = gtp_link_add(gtp, link->name, h->udp, link->role == ROLE_RAN, link->hash_size);
	if (rc)
		fail(h, "gtp", rc);
	gtp_netlink_close(gtp);
	return rc;
}

/* Its name says that somebody holds the link; who connects sees when that ends */
static int open_listener(struct holder *h)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	char name[LINK_SOCKET_SIZE];
	socklen_t len;

	link_socket(h->ifindex, name);
	len = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + 1 + strlen(name));
	memcpy(address.sun_path + 1, name, strlen(name));
	h->listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (h->listener < 0 || bind(h->listener, (struct sockaddr *)&address, len) ||
	    listen(h->listener, 1))
		return fail(h, "socket for others to see", -errno);
	return 0;
}

static int set_up(struct holder *h)
{
	char alias[LINK_ALIAS_SIZE];
	int rc = nl_link_index(h->nl, h->hold->link.name, &h->ifindex);

	if (rc)
		return fail(h, "link", rc);
	rc = open_listener(h);
	if (rc)
		return rc;
	link_alias(&h->hold->link, alias);
	rc = nl_link_set_alias(h->nl, h->ifindex, alias);
	if (!rc)
		rc = nl_link_set_mtu(h->nl, h->ifindex, h->hold->link.mtu);
	if (!rc)
		rc = nl_link_set_up(h->nl, h->ifindex, true);
	return rc ? fail(h, "link", rc) : 0;
}

/* The monitor before the link is there, so that its end can't be missed */
static int open_netlink(struct holder *h)
{
	int rc = nl_open(&h->nl);

	if (!rc)
		rc = nl_monitor_open(&h->monitor);
	return rc ? fail(h, "netlink", rc) : 0;
}

/* Whatever fails has been told */
static int begin(struct holder *h)
{
	int rc = open_signals(h);

	if (!rc)
		rc = open_netlink(h);
	if (!rc)
		rc = open_udp(h);
	if (!rc)
		rc = h->hold->link.driver == DRIVER_GTP5G ? add_gtp5g(h) : add_gtp(h);
	return rc ? rc : set_up(h);
}

/* The caller has what he waits for, and is not to have what comes after */
static void tell_ready(struct holder *h)
{
	int null;

	if (h->hold->ready_fd < 0) {
		printf("%s: up, UDP %s:%d is held until this ends\n", h->hold->link.name,
		       h->address, GTPU_PORT);
		fflush(stdout);
		return;
	}
	null = open("/dev/null", O_RDWR | O_CLOEXEC);
	if (null >= 0)
		for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
			dup2(null, fd);
	if (write(h->hold->ready_fd, "", 1) != 1 || chdir("/"))
		h->stop = true;
	close(h->hold->ready_fd);
}

/* ---- packets ---- */

static void answer_echo(struct holder *h, const struct gtpu_msg *request,
			const struct sockaddr_in *peer)
{
	const struct gtpu_msg answer = {.header = {.type = GTPU_ECHO_RESPONSE,
						   .has_sequence = true,
						   .sequence = request->header.sequence}};
	uint8_t buf[64];
	size_t len;

	if (gtpu_encode(&answer, buf, sizeof(buf), &len))
		return;
	/* one that can't be sent is asked for again */
	(void)sendto(h->udp, buf, len, 0, (const struct sockaddr *)peer, sizeof(*peer));
}

static void print_packet(const struct sockaddr_in *peer, const struct gtpu_msg *msg, size_t len)
{
	char address[INET_ADDRSTRLEN], text[512] = "no GTP-U";

	inet_ntop(AF_INET, &peer->sin_addr, address, sizeof(address));
	if (msg)
		gtpu_print(msg, text, sizeof(text));
	printf("%s:%u %zu octets: %s\n", address, ntohs(peer->sin_port), len, text);
	fflush(stdout);
}

static void read_packet(struct holder *h, uint8_t *buf)
{
	struct sockaddr_in peer;
	socklen_t size = sizeof(peer);
	ssize_t len = recvfrom(h->udp, buf, PACKET_MAX, 0, (struct sockaddr *)&peer, &size);
	struct gtpu_msg msg;
	bool good;

	if (len < 0)
		return;
	good = !gtpu_decode(buf, (size_t)len, &msg);
	if (good && msg.header.type == GTPU_ECHO_REQUEST)
		answer_echo(h, &msg, &peer);
	if (h->hold->verbose)
		print_packet(&peer, good ? &msg : NULL, (size_t)len);
}

/* ---- until the end ---- */

static void on_change(const struct nl_change *change, void *user)
{
	struct holder *h = user;
	unsigned ifindex;

	if (change->what == NL_LINK_GONE && change->ifindex == h->ifindex)
		h->gone = true;
	if (change->what == NL_OVERRUN &&
	    (nl_link_index(h->nl, h->hold->link.name, &ifindex) || ifindex != h->ifindex))
		h->gone = true;
}

/* Return: 0 when the link is gone or a signal came */
static int serve(struct holder *h, uint8_t *buf)
{
	struct pollfd wait[] = {{.fd = h->signals, .events = POLLIN},
				{.fd = nl_monitor_fd(h->monitor), .events = POLLIN},
				{.fd = h->udp, .events = POLLIN}};
	int rc = 0;

	while (!rc && !h->gone && !h->stop) {
		if (poll(wait, 3, -1) < 0) {
			rc = errno == EINTR ? 0 : fail(h, "poll", -errno);
			continue;
		}
		h->stop = h->stop || wait[0].revents;
		if (wait[1].revents) {
			rc = nl_monitor_read(h->monitor, on_change, h);
			if (rc)
				fail(h, "netlink", rc);
		}
		if (wait[2].revents)
			read_packet(h, buf);
	}
	return rc;
}

static int wait_for_end(struct holder *h)
{
	uint8_t *buf = malloc(PACKET_MAX);
	int rc = buf ? serve(h, buf) : fail(h, "buffer", -ENOMEM);

	free(buf);
	if (h->gone)
		complain("%s: it was deleted", h->hold->link.name);
	return rc;
}

/* The UDP socket before the listener: who waits for the one to end wants the other's address */
static void end(struct holder *h)
{
	if (h->ifindex && !h->gone)
		(void)nl_link_del(h->nl, h->ifindex);
	if (h->udp >= 0)
		close(h->udp);
	if (h->listener >= 0)
		close(h->listener);
	if (h->signals >= 0)
		close(h->signals);
	nl_monitor_close(h->monitor);
	nl_close(h->nl);
}

int hold_run(const struct hold *hold)
{
	struct holder h = {.hold = hold, .udp = -1, .listener = -1, .signals = -1};
	int rc;

	inet_ntop(AF_INET, &hold->link.local, h.address, sizeof(h.address));
	rc = begin(&h);
	if (!rc) {
		tell_ready(&h);
		rc = wait_for_end(&h);
	}
	end(&h);
	return rc ? TOOLS_FAILED : TOOLS_OK;
}
