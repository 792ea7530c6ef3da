// SPDX-License-Identifier: Apache-2.0
/*
 * What the WAN between two edges carries: TCP for a moment, from the node of one to that of the
 * other, both ends here. What arrives is counted, after the first moment, in which the shaper's
 * bucket empties and TCP finds its window.
 */
#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "testbed/measure/migration_stage.h"
#include "testbed/measure/probe.h"

enum { WARM_MS = 300, COUNT_MS = 1000, CONNECT_MS = 3000, CHUNK = 64 << 10 };

enum pipe_end { FROM, TO, LISTENER, SENDER, RECEIVER, PIPE_ENDS };

struct pipe_ends {
	int fd[PIPE_ENDS]; /* -1: not there */
};

static int listen_at(struct pipe_ends *p, struct in_addr address, struct sockaddr_in *ret)
{
	socklen_t len = sizeof *ret;

	*ret = (struct sockaddr_in){.sin_family = AF_INET, .sin_addr = address};
	p->fd[LISTENER] = netns_socket(p->fd[TO], AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (p->fd[LISTENER] < 0)
		return p->fd[LISTENER];
	if (bind(p->fd[LISTENER], (struct sockaddr *)ret, sizeof *ret) < 0 ||
	    listen(p->fd[LISTENER], 1) < 0 ||
	    getsockname(p->fd[LISTENER], (struct sockaddr *)ret, &len) < 0)
		return -errno;
	return 0;
}

static int await(int fd, short events, int timeout_ms)
{
	struct pollfd p = {.fd = fd, .events = events};
	int n = poll(&p, 1, timeout_ms);

	return n > 0 ? 0 : n < 0 ? -errno : -ETIMEDOUT;
}

static int connect_both(struct pipe_ends *p, const struct sockaddr_in *to)
{
	int r;

	p->fd[SENDER] =
		netns_socket(p->fd[FROM], AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (p->fd[SENDER] < 0)
		return p->fd[SENDER];
	if (connect(p->fd[SENDER], (const struct sockaddr *)to, sizeof *to) < 0 &&
	    errno != EINPROGRESS)
		return -errno;
	r = await(p->fd[LISTENER], POLLIN, CONNECT_MS);
	if (r < 0)
		return r;
	p->fd[RECEIVER] = accept4(p->fd[LISTENER], NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
	return p->fd[RECEIVER] < 0 ? -errno : 0;
}

/* Return: octets that were read, or a negative errno */
static ssize_t pump(const struct pipe_ends *p)
{
	static char octets[CHUNK]; /* of no interest, either way */
	struct pollfd fds[2] = {{.fd = p->fd[SENDER], .events = POLLOUT},
				{.fd = p->fd[RECEIVER], .events = POLLIN}};
	ssize_t n;

	if (poll(fds, 2, 100) < 0)
		return errno == EINTR ? 0 : -errno;
	if ((fds[0].revents & POLLOUT) &&
	    send(p->fd[SENDER], octets, sizeof octets, MSG_NOSIGNAL) < 0 && errno != EAGAIN)
		return -errno;
	if (!(fds[1].revents & (POLLIN | POLLHUP)))
		return 0;
	n = read(p->fd[RECEIVER], octets, sizeof octets);
	return n < 0 && errno == EAGAIN ? 0 : n < 0 ? -errno : n;
}

static int count(const struct pipe_ends *p, double *ret_bps)
{
	uint64_t begun = clock_mono_ns(), from = begun + WARM_MS * UINT64_C(1000000),
		 end = from + COUNT_MS * UINT64_C(1000000), now, first = 0, last = 0, octets = 0;

	while ((now = clock_mono_ns()) < end) {
		ssize_t n = pump(p);

		if (n < 0)
			return (int)n;
		if (n == 0 || now < from)
			continue;
		now = clock_mono_ns();
		if (first)
			octets += (uint64_t)n;
		else
			first = now;
		last = now;
	}
	if (last <= first)
		return -ENODATA;
	*ret_bps = (double)octets * 8e9 / (double)(last - first);
	return 0;
}

/* Reset, so that what is still on its way keeps nobody */
static void end(struct pipe_ends *p)
{
	struct linger now = {.l_onoff = 1};

	if (p->fd[SENDER] >= 0)
		setsockopt(p->fd[SENDER], SOL_SOCKET, SO_LINGER, &now, sizeof now);
	for (int i = PIPE_ENDS - 1; i >= 0; i--)
		if (p->fd[i] >= 0)
			close(p->fd[i]);
}

static int measure(const struct run *run, int from, int to, struct in_addr address, double *ret_bps)
{
	struct pipe_ends p = {{-1, -1, -1, -1, -1}};
	struct sockaddr_in name;
	int r = 0;

	p.fd[FROM] = run_netns_open(run, (size_t)from);
	p.fd[TO] = run_netns_open(run, (size_t)to);
	if (p.fd[FROM] < 0 || p.fd[TO] < 0)
		r = -ENOENT;
	if (r == 0)
		r = listen_at(&p, address, &name);
	if (r == 0)
		r = connect_both(&p, &name);
	if (r == 0)
		r = count(&p, ret_bps);
	end(&p);
	return r;
}

/* The lower rate of what the file asks for from one to the other; 0: none */
static uint64_t asked_bps(const struct topo_port *from, const struct topo_port *to)
{
	uint64_t out = from->shape.is.rate_bps, in = to->back.is.rate_bps;

	return out && in ? (out < in ? out : in) : out ? out : in;
}

static void one_way(struct migration_stage *st, const char *from, const char *to)
{
	const struct topology *t = st->s.place.topology;
	int a = topology_find_node(t, from), b = topology_find_node(t, to), r;
	const struct topo_port *out = a < 0 ? NULL : topology_find_port(t, (unsigned)a, TOPO_WAN),
			       *in = b < 0 ? NULL : topology_find_port(t, (unsigned)b, TOPO_WAN);
	json_t *link = json_pack("{s:s, s:s}", "from", from, "to", to);
	double bps = 0;

	r = out && in ? measure(&st->s.place.run, a, b, in->addr, &bps) : -ENOENT;
	if (out && in && asked_bps(out, in))
		json_object_set_new(link, "asked_bps",
				    json_integer((json_int_t)asked_bps(out, in)));
	if (r == 0)
		json_object_set_new(link, "measured_bps", json_integer((json_int_t)bps));
	else
		json_object_set_new(link, "error", json_string(strerror(-r)));
	json_array_append_new(st->links, link);
}

void migration_links(struct migration_stage *st)
{
	one_way(st, st->home, st->other);
	one_way(st, st->other, st->home);
}

double migration_link_from(const struct migration_stage *st, const char *edge)
{
	const json_t *link;
	size_t i;

	json_array_foreach(st->links, i, link)
	{
		const char *from = json_string_value(json_object_get(link, "from"));
		double bps = migration_number(link, "measured_bps");

		if (from && strcmp(from, edge) == 0)
			return bps > 0 ? bps : 0;
	}
	return 0;
}
