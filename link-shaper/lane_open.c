// SPDX-License-Identifier: Apache-2.0
#include "link-shaper/lane_open.h"

#include <arpa/inet.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <sched.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "bpf/shaper_redirect.skel.h"
#include "lib/shape/redirect.h"

enum {
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

/* ---- the socket ---- */

/* Only what was taken from this port; attached before anything can come */
static int filter_attach(int fd, unsigned ifindex)
{
	struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, (uint32_t)(SKF_AD_OFF + SKF_AD_MARK)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SHAPER_TAKEN | ifindex, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, UINT32_MAX),
		BPF_STMT(BPF_RET | BPF_K, 0),
	};
	const struct sock_fprog program = {sizeof(code) / sizeof(code[0]), code};

	return setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &program, sizeof(program));
}

static int socket_set(int fd, unsigned ifindex)
{
	const struct sockaddr_ll at = {.sll_family = AF_PACKET,
				       .sll_protocol = htons(ETH_P_ALL),
				       .sll_ifindex = SHAPER_LO};
	const int on = 1, bytes = SOCKET_BYTES;
	const unsigned mark = SHAPER_MARK;

	if (filter_attach(fd, ifindex) < 0 ||
	    setsockopt(fd, SOL_PACKET, PACKET_VNET_HDR, &on, sizeof(on)) < 0 ||
	    setsockopt(fd, SOL_PACKET, PACKET_IGNORE_OUTGOING, &on, sizeof(on)) < 0 ||
	    setsockopt(fd, SOL_SOCKET, SO_TIMESTAMPNS, &on, sizeof(on)) < 0 ||
	    setsockopt(fd, SOL_SOCKET, SO_MARK, &mark, sizeof(mark)) < 0 ||
	    setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &bytes, sizeof(bytes)) < 0 ||
	    setsockopt(fd, SOL_SOCKET, SO_SNDBUFFORCE, &bytes, sizeof(bytes)) < 0 ||
	    bind(fd, (const struct sockaddr *)&at, sizeof(at)) < 0)
		return -errno;
	return 0;
}

static int open_here(unsigned ifindex, int *ret_fd)
{
	int fd = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, 0), rc;

	if (fd < 0)
		return -errno;
	rc = socket_set(fd, ifindex);
	if (rc)
		close(fd);
	else
		*ret_fd = fd;
	return rc;
}

int lane_open(int netns_fd, unsigned ifindex, int *ret_fd)
{
	int own, rc;

	if (ifindex & SHAPER_TAKEN_MASK)
		return -ERANGE; /* a mark has no room for it */
	own = open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC);
	if (own < 0)
		return -errno;
	rc = setns(netns_fd, CLONE_NEWNET) < 0 ? -errno : open_here(ifindex, ret_fd);
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
				      .priority = SHAPER_PRIORITY,
				      .handle = SHAPER_HANDLE,
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
int lane_hook(const struct lane_programs *p, struct nl *nl, unsigned ifindex)
{
	int rc = attach(nl, SHAPER_LO, false, p->skel->progs.shaper_swallow);

	if (!rc)
		rc = nl_link_set_up(nl, SHAPER_LO, true);
	return rc ? rc : attach(nl, ifindex, true, p->skel->progs.shaper_take);
}

void lane_unhook(struct nl *nl, unsigned ifindex, bool last)
{
	const struct nl_bpf_filter take = filter_of(ifindex, true);
	const struct nl_bpf_filter swallow = filter_of(SHAPER_LO, false);

	(void)nl_bpf_filter_del(nl, &take); /* the port may be gone */
	if (last)
		(void)nl_bpf_filter_del(nl, &swallow);
}
