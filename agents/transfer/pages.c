// SPDX-License-Identifier: Apache-2.0
#include "agents/transfer/pages.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "agents/transfer/sender_internal.h"

static int announce(const struct transfer_io *io, const char *name, const char *previous,
		    uint64_t bytes, struct transfer_error *err)
{
	struct transfer_item item = {.kind = TRANSFER_ROUND, .pages = true, .bytes = bytes};

	snprintf(item.name, sizeof(item.name), "%s", name);
	snprintf(item.previous, sizeof(item.previous), "%s", previous);
	return sender_announce(io, &item, &(struct transfer_status){0}, err);
}

int transfer_pages_begin(const struct transfer_target *to, const char *name, const char *previous,
			 uint64_t bytes, const char *interface, int wake,
			 struct transfer_pages *ret, struct transfer_error *err)
{
	struct transfer_io io = {-1, wake};
	int rc;

	*ret = (struct transfer_pages){.fd = -1};
	if (!transfer_name_valid(name) || (previous[0] && !transfer_name_valid(previous)))
		return sender_fail(err, -EINVAL, "'%.80s' above '%.80s': no names of rounds", name,
				   previous);
	snprintf(ret->interface, sizeof(ret->interface), "%s", interface);
	transfer_interface_count(interface, &ret->interface_before);
	rc = sender_meet(to, &io, err);
	if (rc)
		return rc;
	rc = announce(&io, name, previous, bytes, err);
	if (!rc)
		rc = transfer_io_block(io.fd, true);
	if (rc)
		close(io.fd);
	else
		ret->fd = io.fd;
	return rc;
}

int transfer_pages_end(struct transfer_pages *p, int wake, struct transfer_outcome *ret,
		       struct transfer_error *err)
{
	struct transfer_io io = {p->fd, wake};
	struct transfer_wire_bytes wire, after;
	struct transfer_status status;
	int rc = transfer_io_block(io.fd, false);

	if (!rc)
		rc = sender_await(&io, &status, err, "awaiting the page server's end");
	if (!rc) {
		transfer_wire_count(io.fd, &wire);
		transfer_interface_count(p->interface, &after);
		*ret = (struct transfer_outcome){
			.wire_bytes = wire.sent + wire.received,
			.interface_bytes = after.sent - p->interface_before.sent,
			.interface_received = after.received - p->interface_before.received,
		};
	}
	transfer_pages_abort(p);
	return rc;
}

bool transfer_pages_are_lost(const struct transfer_pages *p)
{
	struct pollfd fd = {.fd = p->fd, .events = POLLRDHUP};

	return poll(&fd, 1, 0) > 0;
}

void transfer_pages_abort(struct transfer_pages *p)
{
	if (p->fd >= 0)
		close(p->fd);
	p->fd = -1;
}
