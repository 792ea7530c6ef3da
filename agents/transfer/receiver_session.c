// SPDX-License-Identifier: Apache-2.0
/* One connection to a receiver. Whatever fails ends it, after the other side was told why. */
#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "agents/transfer/incoming.h"
#include "agents/transfer/pack.h"
#include "agents/transfer/page_server.h"
#include "agents/transfer/receiver_internal.h"
#include "agents/transfer/rsync.h"
#include "lib/daemon.h"
#include "lib/wire.h"

enum {
	HELLO_MS = 30000,
	LISTEN_MS = 5000, /* to what a sender still sends that was told why it need not */
	RSYNC_END_MS = 30000,
	US_NS = 1000,
	MS_NS = 1000000,
	PROBE_SKIPPED = 4, /* the first quarter: TCP's slow start, a shaper's burst */
	S_NS = 1000000000,
};

struct session {
	struct receiver_connection *c;
	struct transfer_io *io;
	struct transfer_item item;
	struct incoming in;
	struct body_reader body;
	uint64_t begin_ns, wire_before, told_ns;
	bool foreign; /* the connection was CRIU's, which would take what we say for its own */
	uint8_t data[TRANSFER_DATA_MAX];
};

static int say(struct session *s, enum transfer_status_code code, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* Return: -1, the session is over, unless all is well */
static int say(struct session *s, enum transfer_status_code code, const char *format, ...)
{
	struct transfer_status status = {.code = code};
	va_list args;
	int rc;

	va_start(args, format);
	vsnprintf(status.text, sizeof(status.text), format, args);
	va_end(args);
	rc = transfer_send_status(s->io, &status);
	return rc || code > TRANSFER_DONE ? -1 : 0;
}

static int fail(struct session *s, int rc, const char *text)
{
	struct transfer_receiver *r = s->c->r;

	if (rc == -ECONNRESET || rc == -ECANCELED || rc == -ETIMEDOUT || rc == -EPIPE) {
		receiver_count(r, &r->counts.cut); /* nobody there to be told */
		return -1;
	}
	receiver_count(r, rc == -EBADMSG ? &r->counts.malformed : &r->counts.failed);
	text = text && text[0] ? text : strerror(-rc);
	receiver_note_failure(r, text);
	if (s->foreign)
		return -1;
	return say(s,
		   rc == -EBADMSG      ? TRANSFER_MALFORMED
		   : rc == -ENOSPC     ? TRANSFER_DISK_SHORT
		   : rc == -EDQUOT     ? TRANSFER_DISK_SHORT
		   : rc == -EBUSY      ? TRANSFER_BUSY
		   : rc == -EOPNOTSUPP ? TRANSFER_REFUSED
				       : TRANSFER_FAILED,
		   "%s", text);
}

static int check_key(struct session *s)
{
	struct transfer_receiver *r = s->c->r;
	uint64_t deadline_ms = clock_mono_ns() / MS_NS + HELLO_MS;
	uint8_t greeting[TRANSFER_GREETING_BYTES], hello[TRANSFER_HELLO_BYTES];
	int rc;

	wire_store32(greeting, TRANSFER_MAGIC);
	if (proof_nonce(greeting + 4))
		return fail(s, -EIO, "no random number");
	rc = transfer_write(s->io, greeting, sizeof(greeting), deadline_ms);
	if (!rc)
		rc = transfer_read(s->io, hello, sizeof(hello), deadline_ms);
	if (rc)
		return fail(s, rc, NULL);
	if (wire_load32(hello) == TRANSFER_MAGIC &&
	    proof_check(r->key, strlen(r->key), greeting + 4, hello + 4))
		return say(s, TRANSFER_GO, "%s", "");
	receiver_count(r, &r->counts.key_wrong);
	return say(s, TRANSFER_KEY_WRONG, "the key is wrong");
}

static const char *place_of(const struct session *s)
{
	const struct transfer_receiver_config *config = &s->c->r->config;

	return s->item.kind == TRANSFER_IMAGE ? config->repository : config->images;
}

static uint64_t wire_now(const struct session *s)
{
	struct transfer_wire_bytes wire;

	transfer_wire_count(s->io->fd, &wire);
	return wire.sent + wire.received;
}

static void note(struct session *s, bool had)
{
	struct transfer_received received = {
		.kind = s->item.kind,
		.rsync = s->item.rsync,
		.gzip = s->item.gzip,
		.pages = s->item.pages,
		.had = had,
		.files = had ? 0 : s->item.files,
		.bytes = had ? 0 : s->item.bytes,
		.wire_bytes = wire_now(s) - s->wire_before,
		.us = (clock_mono_ns() - s->begin_ns) / US_NS,
	};

	strcpy(received.name, s->item.name);
	receiver_note(s->c->r, &received);
}

/* Takes DATA until END, whose digest is @ret */
static int take_data(struct session *s, struct unpack *u, uint8_t ret[TRANSFER_DIGEST_SIZE])
{
	for (;;) {
		struct transfer_header h;
		int rc = transfer_receive(s->io, &h, s->data);

		if (!rc && h.type == TRANSFER_END && h.length == TRANSFER_DIGEST_SIZE) {
			memcpy(ret, s->data, TRANSFER_DIGEST_SIZE);
			return unpack_whole(u) ? 0 : -EBADMSG;
		}
		if (!rc && h.type != TRANSFER_DATA)
			rc = -EBADMSG;
		if (!rc)
			rc = unpack_put(u, s->data, h.length);
		if (rc)
			return rc;
	}
}

static int take_stream(struct session *s, uint8_t ret[TRANSFER_DIGEST_SIZE],
		       uint8_t ret_actual[TRANSFER_DIGEST_SIZE])
{
	struct unpack u;
	int rc;

	body_reader_init(&s->body, &incoming_sink, &s->in, s->item.bytes, s->item.files);
	rc = unpack_init(&u, &s->body, s->item.gzip);
	if (!rc)
		rc = say(s, TRANSFER_GO, "%s", "") ? -ECONNRESET : take_data(s, &u, ret);
	unpack_done(&u);
	if (!rc)
		body_digest(&s->body, ret_actual);
	return rc;
}

/* Serves rsync until the sender says that it has ended */
static int serve_rsync(struct session *s, struct rsync_daemon *d)
{
	struct pollfd fds[] = {{.fd = s->io->wake, .events = POLLIN},
			       {.fd = s->io->fd, .events = POLLIN},
			       {.fd = d->listen, .events = POLLIN}};
	int rc;

	for (;;) {
		if (poll(fds, 3, -1) < 0) {
			if (errno != EINTR)
				return -errno;
			continue;
		}
		if (fds[0].revents)
			return -ECANCELED;
		if (fds[1].revents)
			return 0;
		rc = rsync_daemon_accept(d);
		if (rc)
			return rc;
	}
}

static int await_rsync(struct session *s, struct rsync_daemon *d, uint8_t ret[TRANSFER_DIGEST_SIZE])
{
	struct transfer_status go = {.code = TRANSFER_GO, .port = d->port};
	struct transfer_header h;
	int rc = transfer_send_status(s->io, &go);

	if (!rc)
		rc = serve_rsync(s, d);
	if (!rc)
		rc = transfer_receive(s->io, &h, s->data);
	if (!rc && (h.type != TRANSFER_END || h.length != TRANSFER_DIGEST_SIZE))
		rc = -EBADMSG;
	if (rc)
		return rc;
	memcpy(ret, s->data, TRANSFER_DIGEST_SIZE);
	return rsync_daemon_await(d, s->io->wake, RSYNC_END_MS);
}

/* Asked for between two pieces: whoever waits for the answer hears that there will be one. */
static bool looks_in_vain(void *user)
{
	struct session *s = user;
	const uint64_t now_ns = clock_mono_ns();

	if (transfer_is_cut(s->io->wake))
		return true;
	if (now_ns - s->told_ns < S_NS)
		return false;
	s->told_ns = now_ns;
	return say(s, TRANSFER_LOOKING, "%s", "") != 0;
}

static struct look look_of(struct session *s)
{
	s->told_ns = clock_mono_ns();
	return (struct look){looks_in_vain, s};
}

/* What rsync brought may not be what was announced */
static int look_at_rsynced(struct session *s, uint8_t ret[TRANSFER_DIGEST_SIZE],
			   struct image_error *err)
{
	const struct look look = look_of(s);
	struct tree t;
	int rc = tree_read(s->in.path, &t, err);

	if (rc)
		return rc;
	if (t.count != s->item.files || t.bytes != s->item.bytes)
		rc = image_fail(err, -EBADMSG,
				"%u files of %" PRIu64 " bytes came, %u of %" PRIu64
				" were announced",
				t.count, t.bytes, s->item.files, s->item.bytes);
	else
		rc = tree_digest(s->in.path, &t, &look, ret);
	tree_done(&t);
	return rc;
}

static int take_rsync(struct session *s, uint8_t ret[TRANSFER_DIGEST_SIZE],
		      uint8_t ret_actual[TRANSFER_DIGEST_SIZE], struct image_error *err)
{
	const struct transfer_receiver_config *config = &s->c->r->config;
	char tag[TRANSFER_NAME_SIZE], basis[INCOMING_PATH_SIZE];
	struct sockaddr_in peer = {0};
	socklen_t len = sizeof(peer);
	struct rsync_daemon d;
	int rc;

	if (!config->run[0])
		return image_fail(err, -EOPNOTSUPP, "rsync isn't served here");
	if (s->item.kind == TRANSFER_IMAGE)
		snprintf(basis, sizeof(basis), "%.500s/%s", config->repository, s->item.name);
	else
		snprintf(basis, sizeof(basis), "%.600s", config->basis);
	if (basis[0])
		(void)incoming_basis(&s->in, basis); /* no more than a saving */
	snprintf(tag, sizeof(tag), "%u", s->c->number);
	if (getpeername(s->io->fd, (struct sockaddr *)&peer, &len))
		return -errno;
	rc = rsync_daemon_open(&d, config->run, tag, s->in.path, config->address, peer.sin_addr,
			       s->c->r->key);
	if (rc)
		return image_fail(err, rc, "rsync: %s", strerror(-rc));
	rc = await_rsync(s, &d, ret);
	rsync_daemon_close(&d);
	return rc ? rc : look_at_rsynced(s, ret_actual, err);
}

static int commit(struct session *s, struct image_error *err)
{
	const struct look look = look_of(s);

	return incoming_commit(&s->in, &look, err);
}

/* The connection is CRIU's until its page server has ended */
static int take_pages(struct session *s, struct image_error *err)
{
	const struct transfer_receiver_config *config = &s->c->r->config;
	char tag[TRANSFER_NAME_SIZE];
	struct tree t;
	int rc;

	if (!config->criu[0] || !config->run[0])
		return image_fail(err, -EOPNOTSUPP, "CRIU's page server isn't here");
	snprintf(tag, sizeof(tag), "%u", s->c->number);
	rc = transfer_io_block(s->io->fd, true);
	if (!rc)
		rc = say(s, TRANSFER_GO, "%s", "") ? -ECONNRESET : 0;
	s->foreign = !rc;
	if (!rc)
		rc = page_server_serve(config->criu, s->in.path, s->item.previous, config->run, tag,
				       s->io->fd, s->io->wake, err);
	if (!rc)
		rc = transfer_io_block(s->io->fd, false);
	if (rc)
		return rc;
	s->foreign = false; /* both CRIUs are done with it */
	rc = tree_read(s->in.path, &t, err);
	if (rc)
		return rc;
	s->item.files = t.count;
	s->item.bytes = t.bytes;
	tree_done(&t);
	return commit(s, err);
}

static int take_and_commit(struct session *s, struct image_error *err)
{
	uint8_t told[TRANSFER_DIGEST_SIZE], actual[TRANSFER_DIGEST_SIZE];
	int rc = s->item.rsync ? take_rsync(s, told, actual, err) : take_stream(s, told, actual);

	if (rc == -EBADMSG && !err->text[0])
		image_fail(err, rc, "%s: %s", s->item.name,
			   s->body.error ? s->body.error : "messages out of place");
	if (rc)
		return rc;
	if (!s->item.rsync && s->body.files_left)
		return image_fail(err, -EBADMSG, "%s: fewer files than announced", s->item.name);
	if (memcmp(told, actual, sizeof(told)) != 0)
		return image_fail(err, -EBADMSG, "%s: its SHA-256 isn't the sender's",
				  s->item.name);
	return commit(s, err);
}

static int bring(struct session *s, uint64_t reserved)
{
	struct image_error err = {""};
	int rc = incoming_begin(&s->in, place_of(s), &s->item, reserved, &err);

	if (!rc)
		rc = s->item.pages ? take_pages(s, &err) : take_and_commit(s, &err);
	if (rc) {
		incoming_abort(&s->in);
		return fail(s, rc, err.text);
	}
	note(s, false);
	return say(s, TRANSFER_DONE, "%s", "");
}

static int take_item(struct session *s, size_t len)
{
	uint64_t reserved;
	int rc;

	if (transfer_item_read(s->data, len, &s->item))
		return fail(s, -EBADMSG, "an item that is none");
	s->begin_ns = clock_mono_ns();
	s->wire_before = wire_now(s);
	s->body.error = NULL;
	if (!place_of(s)[0])
		return fail(s, -EOPNOTSUPP, "images aren't taken here");
	if (incoming_have(place_of(s), &s->item)) {
		note(s, true);
		return say(s, TRANSFER_HAVE, "%s", "");
	}
	if (receiver_claim(s->c, &s->item, &reserved))
		return fail(s, -EBUSY, "somebody else brings it already");
	rc = bring(s, reserved);
	receiver_unclaim(s->c);
	return rc;
}

static int take_probe(struct session *s, size_t len)
{
	uint64_t bytes = len == sizeof(bytes) ? wire_load64(s->data) : 0, got = 0;
	uint64_t from_ns = 0, from = 0, ns;
	struct transfer_status status = {.code = TRANSFER_DONE};

	if (!bytes || bytes > TRANSFER_PROBE_MAX)
		return fail(s, -EBADMSG, "a probe that is none");
	while (got < bytes) {
		struct transfer_header h;
		int rc = transfer_receive(s->io, &h, s->data);

		if (!rc && (h.type != TRANSFER_DATA || !h.length || h.length > bytes - got))
			rc = -EBADMSG;
		if (rc)
			return fail(s, rc, "a probe that isn't as announced");
		got += h.length;
		if (!from_ns && got >= bytes / PROBE_SKIPPED) {
			from_ns = clock_mono_ns();
			from = got;
		}
	}
	ns = clock_mono_ns() - from_ns;
	status.rate_bps = ns ? (got - from) * 8 * S_NS / ns : 0;
	return transfer_send_status(s->io, &status);
}

static int take_message(struct session *s)
{
	struct transfer_receiver *r = s->c->r;
	struct transfer_header h;
	int rc = transfer_receive(s->io, &h, s->data);

	if (rc == -ECONNRESET || rc == -ECANCELED)
		return -1; /* between two messages a sender may end it */
	if (rc)
		return fail(s, rc, "no message of a transfer");
	if (h.type == TRANSFER_ITEM)
		return take_item(s, h.length);
	if (h.type == TRANSFER_PROBE)
		return take_probe(s, h.length);
	receiver_count(r, &r->counts.malformed);
	return say(s, TRANSFER_MALFORMED, "a message out of place");
}

/* A socket that is closed with something unread resets, and the other side never reads why. */
static void listen_to_the_end(struct session *s)
{
	uint64_t deadline_ms = clock_mono_ns() / MS_NS + LISTEN_MS;

	shutdown(s->io->fd, SHUT_WR);
	while (clock_mono_ns() / MS_NS < deadline_ms && !transfer_is_cut(s->io->wake) &&
	       !transfer_read(s->io, s->data, 1, deadline_ms) &&
	       recv(s->io->fd, s->data, sizeof(s->data), 0))
		continue;
}

void receiver_serve(struct receiver_connection *c)
{
	struct session *s = calloc(1, sizeof(*s));

	if (!s)
		return;
	s->c = c;
	s->io = &c->io;
	if (!check_key(s))
		while (!take_message(s))
			continue;
	if (!s->foreign) /* a CRIU must hear at once, for its process is frozen */
		listen_to_the_end(s);
	free(s);
}
