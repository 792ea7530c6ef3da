// SPDX-License-Identifier: Apache-2.0
#include <errno.h>
#include <linux/sockios.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include "apps/game/cloud/connection.h"
#include "lib/daemon.h"
#include "lib/log.h"

enum {
	BACKLOG = 64,
	READ_SIZE = 16384,
	/* The kernel's own share of what is unsent. Small, so that the bound above it is the bound.
	 */
	KERNEL_UNSENT = 131072,
	/* Deltas flow all the time, so a peer that acknowledges nothing for so long has gone
	 * without a word, or is too far behind to be of use */
	SILENT_MS = 10000,
	NS_PER_S = 1000000000, /* what an ended one has for its last octets */
	NO_BYE = 0,	       /* the peer has gone */
	CLOSING_MAX = 256, /* handles that close beside those in use; more are taken no sooner */
};

struct connection {
	uv_tcp_t tcp;
	uv_shutdown_t shutdown;
	struct connections *all;
	struct connection *prev, *next;
	struct state_parser parser;
	void *user;
	uint64_t born_ns, ended_ns, sent;
	size_t budget;
	bool ended, paused;
};

struct connections {
	uv_tcp_t listener;
	const struct connection_events *events;
	void *user;
	struct connection *first;
	size_t count;	/* that are not ended */
	size_t handles; /* open or closing, the listener's too */
	unsigned max;
	struct connections_tally tally;
	uint8_t buf[READ_SIZE];
};

struct pending {
	uv_write_t req;
	uint8_t bytes[];
};

/* ---- end ---- */

static void release(struct connections *all)
{
	if (--all->handles == 0)
		free(all);
}

static void on_closed(uv_handle_t *handle)
{
	struct connection *c = handle->data;
	struct connections *all = c->all;

	*(c->prev ? &c->prev->next : &all->first) = c->next;
	if (c->next)
		c->next->prev = c->prev;
	state_parser_done(&c->parser);
	free(c);
	release(all);
}

static void on_listener_closed(uv_handle_t *handle)
{
	release(handle->data);
}

static void close_now(struct connection *c)
{
	if (!uv_is_closing((uv_handle_t *)&c->tcp))
		uv_close((uv_handle_t *)&c->tcp, on_closed);
}

static void on_shutdown(uv_shutdown_t *req, int status)
{
	close_now(req->data);
}

static int put(struct connection *c, const uint8_t *head, size_t head_len, const uint8_t *tail,
	       size_t tail_len);

/* The owner is told first, and once */
static void end(struct connection *c, int reason)
{
	uint8_t bye[STATE_SMALL_MAX];

	if (c->ended)
		return;
	c->ended = true;
	c->ended_ns = clock_mono_ns();
	c->all->count--;
	c->all->events->on_end(c);
	uv_read_stop((uv_stream_t *)&c->tcp);
	if (reason == NO_BYE ||
	    put(c, bye, state_put_bye(bye, (enum state_bye)reason), NULL, 0) < 0 ||
	    uv_shutdown(&c->shutdown, (uv_stream_t *)&c->tcp, on_shutdown) < 0)
		close_now(c);
}

/* The kernel tells once that a peer has fallen silent: to whoever reads or writes first */
static void lost(struct connection *c, int error)
{
	if (c->ended)
		return;
	c->all->tally.silent += error == UV_ETIMEDOUT;
	end(c, NO_BYE);
}

void connection_end(struct connection *c, enum state_bye reason)
{
	end(c, (int)reason);
}

/* ---- out ---- */

static void on_written(uv_write_t *req, int status)
{
	struct connection *c = req->handle->data;

	free(req->data);
	if (status < 0)
		lost(c, status);
}

/* What the kernel did not take: kept in one piece, behind what is kept already */
static int put_later(struct connection *c, const uv_buf_t buf[2], size_t done)
{
	size_t total = buf[0].len + buf[1].len;
	struct pending *p = malloc(sizeof *p + total);
	uv_buf_t rest;
	int r;

	if (!p)
		return UV_ENOMEM;
	memcpy(p->bytes, buf[0].base, buf[0].len);
	if (buf[1].len)
		memcpy(p->bytes + buf[0].len, buf[1].base, buf[1].len);
	p->req.data = p;
	rest = uv_buf_init((char *)p->bytes + done, (unsigned)(total - done));
	r = uv_write(&p->req, (uv_stream_t *)&c->tcp, &rest, 1, on_written);
	if (r < 0)
		free(p);
	return r;
}

static int put(struct connection *c, const uint8_t *head, size_t head_len, const uint8_t *tail,
	       size_t tail_len)
{
	uv_buf_t buf[2] = {uv_buf_init((char *)head, (unsigned)head_len),
			   uv_buf_init((char *)tail, (unsigned)tail_len)};
	int done = 0, r = 0;

	if (uv_stream_get_write_queue_size((uv_stream_t *)&c->tcp) == 0)
		done = uv_try_write((uv_stream_t *)&c->tcp, buf, tail_len ? 2 : 1);
	if (done < 0 && done != UV_EAGAIN)
		return done;
	if (done < 0)
		done = 0;
	if ((size_t)done < head_len + tail_len)
		r = put_later(c, buf, (size_t)done);
	if (r < 0)
		return r;
	c->sent += head_len + tail_len;
	c->all->tally.octets_out += head_len + tail_len;
	return 0;
}

bool connection_send(struct connection *c, const uint8_t *head, size_t head_len,
		     const uint8_t *tail, size_t tail_len)
{
	size_t unsent = uv_stream_get_write_queue_size((uv_stream_t *)&c->tcp);
	int r;

	if (c->ended)
		return false;
	if (unsent + head_len + tail_len > CONNECTION_UNSENT_MAX) {
		c->all->tally.slow++;
		end(c, STATE_BYE_SLOW);
		return false;
	}
	r = put(c, head, head_len, tail, tail_len);
	if (r < 0)
		lost(c, r);
	return r == 0;
}

/* ---- in ---- */

static void on_alloc(uv_handle_t *handle, size_t suggested, uv_buf_t *ret)
{
	struct connection *c = handle->data;

	*ret = uv_buf_init((char *)c->all->buf, READ_SIZE);
}

static int on_frame(uint8_t type, const uint8_t *body, size_t len, void *user)
{
	struct connection *c = user;
	int r = c->all->events->on_frame(c, type, body, len);

	return c->ended ? -ECANCELED : r;
}

static void on_read(uv_stream_t *stream, ssize_t n, const uv_buf_t *buf)
{
	struct connection *c = stream->data;

	if (n < 0) {
		lost(c, (int)n);
		return;
	}
	c->all->tally.octets_in += (uint64_t)n;
	if (state_parser_feed(&c->parser, (const uint8_t *)buf->base, (size_t)n, on_frame, c) < 0 &&
	    !c->ended) {
		c->all->tally.malformed++;
		end(c, STATE_BYE_PROTOCOL);
	}
	if (c->ended)
		return;
	c->budget -= c->budget < (size_t)n ? c->budget : (size_t)n;
	if (c->budget == 0) {
		uv_read_stop(stream);
		c->paused = true;
	}
}

void connections_refill(struct connections *all)
{
	uint64_t now = clock_mono_ns();

	for (struct connection *c = all->first; c; c = c->next) {
		c->budget = CONNECTION_BUDGET;
		if (c->ended && now - c->ended_ns > NS_PER_S)
			close_now(c);
		if (c->paused && !c->ended)
			uv_read_start((uv_stream_t *)&c->tcp, on_alloc, on_read);
		c->paused = false;
	}
}

/* ---- connections ---- */

static void set_options(struct connection *c)
{
	int size = KERNEL_UNSENT, silent = SILENT_MS;
	uv_os_fd_t fd;

	uv_tcp_nodelay(&c->tcp, 1);
	if (uv_fileno((uv_handle_t *)&c->tcp, &fd) == 0)
		setsockopt(fd, IPPROTO_TCP, TCP_USER_TIMEOUT, &silent, sizeof silent);
	uv_send_buffer_size((uv_handle_t *)&c->tcp, &size);
}

static void link_first(struct connections *all, struct connection *c)
{
	c->next = all->first;
	if (c->next)
		c->next->prev = c;
	all->first = c;
	all->count++;
	all->handles++;
}

/* The oldest that has never said who it is: connections alone must keep nobody out */
static struct connection *oldest_stranger(const struct connections *all)
{
	struct connection *oldest = NULL;

	for (struct connection *c = all->first; c; c = c->next)
		if (!c->ended && !c->user)
			oldest = c; /* the newest comes first */
	return oldest;
}

/* Return: whether @c, which is linked, may stay */
static bool make_room(struct connections *all, struct connection *c)
{
	struct connection *oldest = all->count > all->max ? oldest_stranger(all) : NULL;

	if (oldest && oldest != c) {
		all->tally.displaced++;
		end(oldest, NO_BYE);
	}
	return all->count <= all->max && all->handles - 1 <= all->max + CLOSING_MAX;
}

/* Who ends lingers, so handles are counted, too. Who finds no room is closed without a word. */
static void on_connection(uv_stream_t *listener, int status)
{
	struct connections *all = listener->data;
	struct connection *c = status < 0 ? NULL : calloc(1, sizeof *c);

	if (!c)
		return;
	c->all = all;
	c->born_ns = clock_mono_ns();
	c->budget = CONNECTION_BUDGET;
	c->tcp.data = c->shutdown.data = c;
	state_parser_init(&c->parser, STATE_EDGE_LEN_MAX);
	uv_tcp_init(listener->loop, &c->tcp);
	link_first(all, c);
	if (uv_accept(listener, (uv_stream_t *)&c->tcp) == 0 && make_room(all, c)) {
		all->tally.accepted++;
		set_options(c);
		uv_read_start((uv_stream_t *)&c->tcp, on_alloc, on_read);
		return;
	}
	all->tally.full++;
	all->count--;
	c->ended = true;
	close_now(c);
}

int connections_new(uv_loop_t *loop, struct in_addr address, uint16_t port, unsigned max,
		    const struct connection_events *events, void *user,
		    struct connections **ret_connections)
{
	struct sockaddr_in at = {
		.sin_family = AF_INET, .sin_port = htons(port), .sin_addr = address};
	struct connections *all = calloc(1, sizeof *all);
	int r;

	if (!all)
		return -ENOMEM;
	all->events = events;
	all->user = user;
	all->max = max;
	all->handles = 1;
	all->listener.data = all;
	uv_tcp_init(loop, &all->listener);
	r = uv_tcp_bind(&all->listener, (struct sockaddr *)&at, 0);
	if (r == 0)
		r = uv_listen((uv_stream_t *)&all->listener, BACKLOG, on_connection);
	if (r < 0) {
		uv_close((uv_handle_t *)&all->listener, on_listener_closed);
		return r;
	}
	*ret_connections = all;
	return 0;
}

void connections_free(struct connections *all)
{
	if (!all)
		return;
	for (struct connection *c = all->first; c; c = c->next) {
		end(c, STATE_BYE_SHUTDOWN);
		close_now(c);
	}
	uv_close((uv_handle_t *)&all->listener, on_listener_closed);
}

uint16_t connections_port(const struct connections *all)
{
	struct sockaddr_in at = {0};
	int len = sizeof at;

	uv_tcp_getsockname(&all->listener, (struct sockaddr *)&at, &len);
	return ntohs(at.sin_port);
}

void *connections_user(const struct connections *all)
{
	return all->user;
}

const struct connections_tally *connections_tally(const struct connections *all)
{
	return &all->tally;
}

size_t connections_count(const struct connections *all)
{
	return all->count;
}

struct connection *connection_after(const struct connections *all, const struct connection *c)
{
	struct connection *n = c ? c->next : all->first;

	while (n && n->ended)
		n = n->next;
	return n;
}

struct connections *connection_all(const struct connection *c)
{
	return c->all;
}

void *connection_user(const struct connection *c)
{
	return c->user;
}

void connection_set_user(struct connection *c, void *user)
{
	c->user = user;
}

uint64_t connection_age_ns(const struct connection *c)
{
	return clock_mono_ns() - c->born_ns;
}

uint64_t connection_sent(const struct connection *c)
{
	return c->sent;
}

uint64_t connection_acknowledged(const struct connection *c)
{
	uint64_t unsent = uv_stream_get_write_queue_size((const uv_stream_t *)&c->tcp);
	int queued = 0;
	uv_os_fd_t fd;

	if (uv_fileno((const uv_handle_t *)&c->tcp, &fd) == 0)
		ioctl(fd, SIOCOUTQ, &queued);
	unsent += (uint64_t)queued;
	return c->sent > unsent ? c->sent - unsent : 0;
}
