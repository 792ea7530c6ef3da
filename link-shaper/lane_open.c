// SPDX-License-Identifier: Apache-2.0
#include "link-shaper/lane_open.h"

#include <arpa/inet.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <linux/if_tun.h>
#include <net/if.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "bpf/shaper_redirect.skel.h"
#include "link-shaper/redirect.h"

enum {
	/* The first on the hook, since others may end the walk; those see the packet when it comes
	 * back. */
	FILTER_PRIORITY = 1,
	FILTER_HANDLE = 0xba5a,
	TAP_MTU = 65521, /* the most of a tap: what is forwarded into it must fit, super-packets
			    excepted */
	SOCKET_BYTES = 64 << 20, /* of each direction; super-packets count with all their memory */
};

struct lane_programs {
	struct shaper_redirect *skel;
};

static int quiet(enum libbpf_print_level level, const char *format, va_list args)
{
	return 0;
}

int lane_programs_load(struct lane_programs **ret_programs)
{
	struct lane_programs *p = calloc(1, sizeof(*p));

	if (!p)
		return -ENOMEM;
	libbpf_set_print(quiet);
	p->skel = shaper_redirect__open_and_load();
	if (!p->skel) {
		int rc = errno ? -errno : -EIO;

		free(p);
		return rc;
	}
	*ret_programs = p;
	return 0;
}

void lane_programs_free(struct lane_programs *p)
{
	if (!p)
		return;
	shaper_redirect__destroy(p->skel);
	free(p);
}

/* ---- in the port's namespace ---- */

/* No IPv6 talk on a device that nobody listens to; a kernel without IPv6 has no such file */
static void ipv6_disable(const char *name)
{
	char path[128];
	int fd;

	snprintf(path, sizeof(path), "/proc/sys/net/ipv6/conf/%s/disable_ipv6", name);
	fd = open(path, O_WRONLY | O_CLOEXEC);
	if (fd < 0)
		return;
	if (write(fd, "1", 1) != 1)
		errno = 0; /* it talks, and is swallowed */
	close(fd);
}

static int tap_open(unsigned ifindex, int *ret_fd)
{
	struct ifreq request = {.ifr_flags = IFF_TAP | IFF_NO_PI};
	unsigned tap_ifindex = ifindex | SHAPER_TAP_BIT;
	int fd = open("/dev/net/tun", O_RDWR | O_CLOEXEC | O_NONBLOCK), rc;

	if (fd < 0)
		return -errno;
	snprintf(request.ifr_name, sizeof(request.ifr_name), "shape%u", ifindex);
	if (ioctl(fd, TUNSETIFINDEX, &tap_ifindex) < 0 || ioctl(fd, TUNSETIFF, &request) < 0) {
		rc = -errno;
		close(fd);
		return rc;
	}
	ipv6_disable(request.ifr_name);
	*ret_fd = fd;
	return 0;
}

static int socket_bind(int fd, unsigned ifindex, uint16_t protocol)
{
	const struct sockaddr_ll at = {.sll_family = AF_PACKET,
				       .sll_protocol = htons(protocol),
				       .sll_ifindex = (int)ifindex};
	const int on = 1;

	if (setsockopt(fd, SOL_PACKET, PACKET_VNET_HDR, &on, sizeof(on)) < 0 ||
	    bind(fd, (const struct sockaddr *)&at, sizeof(at)) < 0)
		return -errno;
	return 0;
}

static int socket_open(int *ret_fd)
{
	*ret_fd = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	return *ret_fd < 0 ? -errno : 0;
}

static int in_open(unsigned tap_ifindex, int *ret_fd)
{
	const int on = 1, bytes = SOCKET_BYTES;
	int rc = socket_open(ret_fd);

	if (rc)
		return rc;
	if (setsockopt(*ret_fd, SOL_SOCKET, SO_TIMESTAMPNS, &on, sizeof(on)) < 0 ||
	    setsockopt(*ret_fd, SOL_SOCKET, SO_RCVBUFFORCE, &bytes, sizeof(bytes)) < 0)
		return -errno;
	return socket_bind(*ret_fd, tap_ifindex, ETH_P_ALL);
}

static int out_open(unsigned ifindex, int *ret_fd)
{
	const unsigned mark = SHAPER_MARK;
	const int bytes = SOCKET_BYTES;
	int rc = socket_open(ret_fd);

	if (rc)
		return rc;
	if (setsockopt(*ret_fd, SOL_SOCKET, SO_MARK, &mark, sizeof(mark)) < 0 ||
	    setsockopt(*ret_fd, SOL_SOCKET, SO_SNDBUFFORCE, &bytes, sizeof(bytes)) < 0)
		return -errno;
	return socket_bind(*ret_fd, ifindex, 0);
}

static int open_all(unsigned ifindex, struct lane_sockets *s)
{
	int rc = tap_open(ifindex, &s->tap_fd);

	if (!rc)
		rc = in_open(ifindex | SHAPER_TAP_BIT, &s->in_fd);
	return rc ? rc : out_open(ifindex, &s->out_fd);
}

static int open_there(int netns_fd, unsigned ifindex, struct lane_sockets *s)
{
	int own = open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC), rc;

	if (own < 0)
		return -errno;
	rc = setns(netns_fd, CLONE_NEWNET) < 0 ? -errno : open_all(ifindex, s);
	/* nothing of this thread would be right in the other one */
	if (setns(own, CLONE_NEWNET) < 0)
		abort();
	close(own);
	return rc;
}

/* ---- filters ---- */

static struct nl_bpf_filter filter_of(unsigned ifindex, bool egress)
{
	return (struct nl_bpf_filter){.ifindex = ifindex,
				      .egress = egress,
				      .priority = FILTER_PRIORITY,
				      .handle = FILTER_HANDLE,
				      .prog_fd = -1};
}

static int attach(struct nl *nl, unsigned ifindex, bool egress, const struct bpf_program *program)
{
	struct nl_bpf_filter filter = filter_of(ifindex, egress);
	int rc = nl_clsact_add(nl, ifindex);

	filter.prog_fd = bpf_program__fd(program);
	filter.name = bpf_program__name(program);
	return rc ? rc : nl_bpf_filter_replace(nl, &filter);
}

/* The port comes last: from then on its packets go this way. */
static int hook(const struct lane_programs *p, struct nl *nl, unsigned ifindex)
{
	const unsigned tap = ifindex | SHAPER_TAP_BIT;
	int rc = attach(nl, tap, false, p->skel->progs.shaper_swallow);

	if (!rc)
		rc = nl_link_set_mtu(nl, tap, TAP_MTU);
	if (!rc)
		rc = nl_link_set_up(nl, tap, true);
	return rc ? rc : attach(nl, ifindex, true, p->skel->progs.shaper_take);
}

int lane_open(const struct lane_programs *p, int netns_fd, struct nl *nl, unsigned ifindex,
	      struct lane_sockets *ret)
{
	struct lane_sockets s = {ifindex, -1, -1, -1};
	int rc = open_there(netns_fd, ifindex, &s);

	if (!rc)
		rc = hook(p, nl, ifindex);
	if (rc) {
		lane_close(&s);
		return rc;
	}
	*ret = s;
	return 0;
}

/* A packet socket forgets its device when that goes, also when another gets the same ifindex. */
static bool is_bound(int fd, unsigned ifindex)
{
	struct sockaddr_ll at;
	socklen_t len = sizeof(at);

	return !getsockname(fd, (struct sockaddr *)&at, &len) && at.sll_ifindex == (int)ifindex;
}

bool lane_is_alive(const struct lane_sockets *s)
{
	return is_bound(s->in_fd, s->ifindex | SHAPER_TAP_BIT) && is_bound(s->out_fd, s->ifindex);
}

void lane_unhook(struct nl *nl, unsigned ifindex)
{
	const struct nl_bpf_filter filter = filter_of(ifindex, true);

	(void)nl_bpf_filter_del(nl, &filter); /* the port may be gone */
}

void lane_close(struct lane_sockets *s)
{
	if (s->in_fd >= 0)
		close(s->in_fd);
	if (s->out_fd >= 0)
		close(s->out_fd);
	if (s->tap_fd >= 0)
		close(s->tap_fd);
	*s = (struct lane_sockets){s->ifindex, -1, -1, -1};
}
