// SPDX-License-Identifier: Apache-2.0
#include "agents/transfer/sender_internal.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "agents/common/image.h"
#include "agents/transfer/pack.h"
#include "agents/transfer/rsync.h"
#include "agents/transfer/tree.h"
#include "lib/daemon.h"
#include "lib/thread.h"

enum { CHUNK = 64 << 10, US_NS = 1000, BITS = 8 };

struct sending {
	const struct transfer_target *to;
	const struct transfer_request *request;
	struct transfer_io io;
	struct transfer_error *err;
	struct tree tree;
	struct transfer_outcome out;
};

static int put_content(struct sending *s, struct pack *p, int fd, const struct body_file *file)
{
	uint8_t bytes[CHUNK];
	uint64_t left = file->size;
	int rc = 0;

	while (!rc && left) {
		ssize_t got = read(fd, bytes, left < CHUNK ? (size_t)left : CHUNK);

		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			return sender_fail(s->err, -EIO, "%.300s: %s", file->path,
					   got ? strerror(errno) : "has become shorter");
		if (transfer_readable(&s->io))
			return sender_explain(&s->io, -ECONNRESET, s->err);
		rc = pack_put(p, bytes, (size_t)got);
		left -= (uint64_t)got;
	}
	return rc ? sender_explain(&s->io, rc, s->err) : 0;
}

static int put_file(struct sending *s, struct pack *p, int directory, const struct body_file *file)
{
	uint8_t head[BODY_HEAD_MAX];
	int fd = image_open_file(directory, file->path, O_RDONLY), rc;

	if (fd < 0)
		return sender_fail(s->err, fd, "%.300s: %s", file->path, strerror(-fd));
	rc = pack_put(p, head, body_head_write(head, file));
	rc = rc ? sender_explain(&s->io, rc, s->err) : put_content(s, p, fd, file);
	close(fd);
	return rc;
}

static int put_body(struct sending *s, struct pack *p)
{
	int directory = open(s->request->directory, O_PATH | O_DIRECTORY | O_CLOEXEC), rc = 0;
	uint8_t head[BODY_HEAD_MAX];

	if (directory < 0)
		return sender_fail(s->err, -errno, "%.300s: %s", s->request->directory,
				   strerror(errno));
	for (uint32_t i = 0; !rc && i < s->tree.count; i++)
		rc = put_file(s, p, directory, &s->tree.file[i]);
	close(directory);
	if (rc)
		return rc;
	rc = pack_put(p, head, body_head_write(head, NULL));
	if (!rc)
		rc = pack_end(p);
	return rc ? sender_explain(&s->io, rc, s->err) : 0;
}

static int send_stream(struct sending *s)
{
	struct pack *p = malloc(sizeof(*p));
	int rc = p ? pack_init(p, &s->io, s->request->level) : -ENOMEM;

	if (rc) {
		free(p);
		return sender_fail(s->err, rc, "no memory");
	}
	rc = put_body(s, p);
	s->out.cpu_us = p->cpu_ns / US_NS;
	pack_done(p);
	free(p);
	return rc;
}

/* Read while rsync sends: it waits for the link, mostly. */
struct digesting {
	const struct sending *s;
	pthread_t thread;
	uint8_t digest[TRANSFER_DIGEST_SIZE];
	int rc;
};

static bool looks_in_vain(void *user)
{
	const struct sending *s = user;

	if (s->request->looks)
		(*s->request->looks)++;
	return transfer_is_cut(s->io.wake);
}

static void *run_digest(void *user)
{
	struct digesting *d = user;
	const struct look look = {looks_in_vain, (void *)d->s};

	d->rc = tree_digest(d->s->request->directory, &d->s->tree, &look, d->digest);
	return NULL;
}

static int run_rsync(struct sending *s, uint16_t port)
{
	struct rsync_stats stats = {0};
	struct image_error err = {""};
	int rc;

	rc = rsync_run(s->request->directory, s->to->address, port, s->to->key,
		       s->request->level > 0, s->io.wake, &stats, &err);
	if (rc)
		return err.text[0] ? sender_fail(s->err, rc, "%s", err.text)
				   : sender_broken(s->err, rc, "running rsync");
	s->out.cpu_us = stats.cpu_us;
	s->out.wire_bytes = stats.sent + stats.received;
	s->out.literal_bytes = stats.literal;
	s->out.matched_bytes = stats.matched;
	return 0;
}

static int send_rsync(struct sending *s, uint16_t port)
{
	struct digesting d = {.s = s};
	int rc = thread_begin(&d.thread, run_digest, &d);

	if (rc)
		return sender_fail(s->err, rc, "no thread: %s", strerror(-rc));
	rc = run_rsync(s, port);
	pthread_join(d.thread, NULL);
	if (rc)
		return rc;
	if (d.rc)
		return sender_broken(s->err, d.rc, "reading what was sent");
	rc = transfer_send(&s->io, TRANSFER_END, d.digest, sizeof(d.digest));
	return rc ? sender_explain(&s->io, rc, s->err) : 0;
}

static int announce(struct sending *s, struct transfer_status *ret)
{
	const struct transfer_request *request = s->request;
	struct transfer_item item = {
		.kind = request->kind,
		.gzip = request->level > 0 && !request->rsync,
		.rsync = request->rsync,
		.join = request->join,
		.files = s->tree.count,
		.bytes = s->tree.bytes,
	};

	snprintf(item.name, sizeof(item.name), "%s", request->name);
	if (!request->join)
		strcpy(item.previous, s->tree.previous);
	if (request->kind == TRANSFER_IMAGE &&
	    tree_manifest_digest(request->directory, item.manifest))
		return sender_fail(s->err, -ENOENT, "%.300s: has no " MANIFEST_FILE,
				   request->directory);
	return sender_announce(&s->io, &item, ret, s->err);
}

static int send_item(struct sending *s)
{
	struct transfer_status status;
	int rc = announce(s, &status);

	if (rc)
		return rc;
	if (status.code == TRANSFER_HAVE) {
		s->out.had = true;
		return 0;
	}
	rc = s->request->rsync ? send_rsync(s, status.port) : send_stream(s);
	return rc ? rc : sender_await(&s->io, &status, s->err, "awaiting the acknowledgement");
}

static void count(struct sending *s, uint64_t begin_ns, const struct transfer_wire_bytes *before)
{
	struct transfer_outcome *out = &s->out;
	struct transfer_wire_bytes wire, after;

	transfer_wire_count(s->io.fd, &wire);
	out->wire_bytes += wire.sent + wire.received;
	out->us = (clock_mono_ns() - begin_ns) / US_NS;
	out->rate_bps = out->us ? out->wire_bytes * BITS * 1000000 / out->us : 0;
	out->bytes = out->had ? 0 : s->tree.bytes;
	out->files = out->had ? 0 : s->tree.count;
	if (!s->request->interface[0])
		return;
	transfer_interface_count(s->request->interface, &after);
	out->interface_bytes = after.sent - before->sent;
	out->interface_received = after.received - before->received;
}

static int send_over(struct sending *s)
{
	struct transfer_wire_bytes before;
	uint64_t begin_ns = clock_mono_ns();
	int rc;

	transfer_interface_count(s->request->interface, &before);
	rc = sender_meet(s->to, &s->io, s->err);
	if (rc)
		return rc;
	rc = send_item(s);
	if (!rc)
		count(s, begin_ns, &before);
	close(s->io.fd);
	return rc;
}

int transfer_send_item(const struct transfer_target *to, const struct transfer_request *request,
		       struct transfer_outcome *ret, struct transfer_error *err)
{
	struct sending s = {.to = to, .request = request, .io = {-1, request->wake}, .err = err};
	struct image_error why;
	int rc;

	if (!transfer_name_valid(request->name))
		return sender_fail(err, -EINVAL, "'%.80s' is no name of an item", request->name);
	rc = tree_read(request->directory, &s.tree, &why);
	if (rc)
		return sender_fail(err, rc, "%s", why.text);
	rc = send_over(&s);
	tree_done(&s.tree);
	if (!rc)
		*ret = s.out;
	return rc;
}
