// SPDX-License-Identifier: Apache-2.0
/* SCTP's common half: choice of the stack, the public calls, whole messages out of pieces. */
#include "lib/sctp_internal.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <utlist.h>

enum sctp_stack sctp_probe(void)
{
	/* A failed probe makes the kernel look for a module: once is enough, and the answer must
	 * not change. */
	static enum sctp_stack found = SCTP_AUTO;
	int fd;

	if (found != SCTP_AUTO)
		return found;
	fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, IPPROTO_SCTP);
	found = fd < 0 ? SCTP_USER : SCTP_KERNEL;
	if (fd >= 0)
		close(fd);
	return found;
}

const char *sctp_stack_name(enum sctp_stack stack)
{
	if (stack == SCTP_AUTO)
		stack = sctp_probe();
	return stack == SCTP_KERNEL ? "kernel" : "usrsctp";
}

static const struct sctp_ops *ops_of(enum sctp_stack stack)
{
	if (stack == SCTP_AUTO)
		stack = sctp_probe();
	return stack == SCTP_KERNEL ? &sctp_kernel_ops : &sctp_user_ops;
}

int sctp_listen(uv_loop_t *loop, enum sctp_stack stack, const struct sockaddr_in *local,
		const struct sctp_events *events,
		void *(*accepted)(struct sctp_assoc *assoc, void *user), void *user,
		struct sctp_listener **ret_listener)
{
	const struct sctp_ops *ops = ops_of(stack);
	struct sctp_listener *listener;
	int err = ops->listen(loop, local, &listener);

	if (err)
		return err;
	listener->ops = ops;
	listener->loop = loop;
	listener->events = *events;
	listener->accepted = accepted;
	listener->user = user;
	*ret_listener = listener;
	return 0;
}

void sctp_listener_free(struct sctp_listener *listener)
{
	if (!listener)
		return;
	listener->closed = true;
	listener->ops->unlisten(listener);
}

int sctp_connect(uv_loop_t *loop, enum sctp_stack stack, const struct sockaddr_in *local,
		 const struct sockaddr_in *remote, const struct sctp_events *events, void *user,
		 struct sctp_assoc **ret_assoc)
{
	static const struct sockaddr_in any = {.sin_family = AF_INET};
	const struct sctp_ops *ops = ops_of(stack);
	struct sctp_assoc *assoc;
	int err = ops->connect(loop, local ? local : &any, remote, &assoc);

	if (err)
		return err;
	assoc->ops = ops;
	assoc->events = *events;
	assoc->user = user;
	assoc->peer = *remote;
	*ret_assoc = assoc;
	return 0;
}

/* ---- what waits for the stack ---- */

static void want_writable(struct sctp_assoc *assoc, bool wanted)
{
	if (assoc->ops->want_writable)
		assoc->ops->want_writable(assoc, wanted);
}

static int wait_for_stack(struct sctp_assoc *assoc, uint16_t stream, uint32_t ppid,
			  const void *data, size_t len)
{
	struct sctp_waiting *w;

	if (assoc->waiting_bytes + len > ASSOC_QUEUE_BYTES)
		return -EAGAIN;
	w = malloc(sizeof(*w) + len);
	if (!w)
		return -EAGAIN;
	w->stream = stream;
	w->ppid = ppid;
	w->len = len;
	memcpy(w->data, data, len);
	if (!assoc->waiting)
		want_writable(assoc, true);
	DL_APPEND(assoc->waiting, w);
	assoc->waiting_bytes += len;
	return 0;
}

static void drop_first(struct sctp_assoc *assoc)
{
	struct sctp_waiting *w = assoc->waiting;

	DL_DELETE(assoc->waiting, w);
	assoc->waiting_bytes -= w->len;
	free(w);
}

/* An error that isn't "full" is the association's end, of which the stack tells by itself. */
void sctp_assoc_writable(struct sctp_assoc *assoc)
{
	struct sctp_waiting *w;

	if (assoc->closed || !assoc->waiting)
		return;
	while ((w = assoc->waiting) &&
	       assoc->ops->send(assoc, w->stream, w->ppid, w->data, w->len) != -EAGAIN)
		drop_first(assoc);
	if (!assoc->waiting)
		want_writable(assoc, false);
}

int sctp_send(struct sctp_assoc *assoc, uint16_t stream, uint32_t ppid, const void *data,
	      size_t len)
{
	int err = -EAGAIN;

	if (!assoc->up || assoc->closed)
		return -ENOTCONN;
	if (len > ASSOC_MESSAGE_MAX || len == 0)
		return -EMSGSIZE; /* SCTP has no empty messages */
	if (!assoc->waiting)
		err = assoc->ops->send(assoc, stream, ppid, data, len);
	return err == -EAGAIN ? wait_for_stack(assoc, stream, ppid, data, len) : err;
}

struct sockaddr_in sctp_peer(const struct sctp_assoc *assoc)
{
	return assoc->peer;
}

static void close_once(struct sctp_assoc *assoc, bool abort)
{
	if (!assoc || assoc->closed)
		return;
	if (!abort) /* as far as the stack takes it */
		sctp_assoc_writable(assoc);
	assoc->closed = true;
	free(assoc->partial);
	assoc->partial = NULL;
	while (assoc->waiting)
		drop_first(assoc);
	assoc->ops->close(assoc, abort);
}

void sctp_close(struct sctp_assoc *assoc)
{
	close_once(assoc, false);
}

void sctp_abort(struct sctp_assoc *assoc)
{
	close_once(assoc, true);
}

void sctp_assoc_accepted(struct sctp_listener *listener, struct sctp_assoc *assoc)
{
	assoc->ops = listener->ops;
	assoc->events = listener->events;
	assoc->up = true;
	if (listener->accepted)
		assoc->user = listener->accepted(assoc, listener->user);
}

void sctp_assoc_up(struct sctp_assoc *assoc)
{
	if (assoc->up)
		return;
	assoc->up = true;
	if (assoc->events.up)
		assoc->events.up(assoc, assoc->user);
}

static int keep_piece(struct sctp_assoc *assoc, const void *data, size_t len)
{
	if (assoc->partial_len + len > ASSOC_MESSAGE_MAX)
		return -EMSGSIZE;
	if (!assoc->partial)
		assoc->partial = malloc(ASSOC_MESSAGE_MAX);
	if (!assoc->partial)
		return -ENOMEM;
	memcpy(assoc->partial + assoc->partial_len, data, len);
	assoc->partial_len += len;
	return 0;
}

int sctp_assoc_input(struct sctp_assoc *assoc, uint16_t stream, uint32_t ppid, const void *data,
		     size_t len, bool end)
{
	char *whole;
	int err;

	if (!end || assoc->partial_len) {
		err = keep_piece(assoc, data, len);
		if (err || !end)
			return err;
		data = assoc->partial;
		len = assoc->partial_len;
	}
	/* Out of the association while the callback runs, which may close it. */
	whole = assoc->partial;
	assoc->partial = NULL;
	assoc->partial_len = 0;
	if (assoc->events.message)
		assoc->events.message(assoc, stream, ppid, data, len, assoc->user);
	free(whole);
	return 0;
}

void sctp_assoc_down(struct sctp_assoc *assoc, int error, bool abort)
{
	if (assoc->closed)
		return;
	close_once(assoc, abort);
	if (assoc->events.down)
		assoc->events.down(assoc, error, assoc->user);
}
