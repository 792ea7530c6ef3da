// SPDX-License-Identifier: Apache-2.0
/* A connection to a receiver: begun, the key shown, an item announced; and why it failed. */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "agents/transfer/sender_internal.h"
#include "lib/wire.h"

int sender_fail(struct transfer_error *err, int rc, const char *format, ...)
{
	va_list args;

	err->cause = rc == -ECANCELED ? "CANCELLED" : "TRANSFER_FAILED";
	va_start(args, format);
	vsnprintf(err->text, sizeof(err->text), format, args);
	va_end(args);
	return rc;
}

int sender_broken(struct transfer_error *err, int rc, const char *doing)
{
	if (rc == -ECANCELED)
		return sender_fail(err, rc, "cut short while %s", doing);
	if (rc == -EBADMSG)
		return sender_fail(err, rc, "%s: an answer that is none", doing);
	return sender_fail(err, rc, "%s: %s", doing,
			   rc == -ECONNRESET ? "the connection ended" : strerror(-rc));
}

static int refused(struct transfer_error *err, const struct transfer_status *status)
{
	sender_fail(err, -EREMOTEIO, "the receiver says: %s", status->text);
	err->cause = transfer_status_cause(status->code);
	return -EREMOTEIO;
}

int sender_await(const struct transfer_io *io, struct transfer_status *ret,
		 struct transfer_error *err, const char *doing)
{
	int rc = transfer_receive_status(io, ret);

	if (rc)
		return sender_broken(err, rc, doing);
	return ret->code > TRANSFER_DONE ? refused(err, ret) : 0;
}

/* Why the other side doesn't want more often stands in what it said before it went */
int sender_explain(const struct transfer_io *io, int rc, struct transfer_error *err)
{
	struct transfer_status status;

	if (rc == -ECANCELED || rc == -EIO || transfer_receive_status(io, &status) ||
	    status.code <= TRANSFER_DONE)
		return sender_broken(err, rc, "sending");
	return refused(err, &status);
}

static int greet(const struct transfer_io *io, const char *key, struct transfer_error *err)
{
	uint8_t greeting[TRANSFER_GREETING_BYTES], hello[TRANSFER_HELLO_BYTES];
	struct transfer_status status;
	int rc = transfer_read(io, greeting, sizeof(greeting), 0);

	if (!rc && wire_load32(greeting) != TRANSFER_MAGIC)
		rc = -EBADMSG;
	if (rc)
		return sender_broken(err, rc, "greeting");
	wire_store32(hello, TRANSFER_MAGIC);
	proof_make(key, strlen(key), greeting + 4, hello + 4);
	rc = transfer_write(io, hello, sizeof(hello), 0);
	return rc ? sender_explain(io, rc, err) : sender_await(io, &status, err, "showing the key");
}

int sender_meet(const struct transfer_target *to, struct transfer_io *io,
		struct transfer_error *err)
{
	int rc;

	io->fd = transfer_connect(to->address, to->port, io->wake);
	if (io->fd < 0)
		return sender_broken(err, io->fd, "connecting");
	rc = greet(io, to->key, err);
	if (rc) {
		close(io->fd);
		io->fd = -1;
	}
	return rc;
}

int sender_announce(const struct transfer_io *io, const struct transfer_item *item,
		    struct transfer_status *ret, struct transfer_error *err)
{
	uint8_t bytes[TRANSFER_MESSAGE_MAX];
	int rc = transfer_send(io, TRANSFER_ITEM, bytes, transfer_item_write(bytes, item));

	return rc ? sender_explain(io, rc, err) : sender_await(io, ret, err, "announcing");
}
