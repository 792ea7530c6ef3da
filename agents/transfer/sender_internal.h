/* SPDX-License-Identifier: Apache-2.0 */
/* What a sender of items and one of pages share. */
#ifndef BATON_AGENTS_TRANSFER_SENDER_INTERNAL_H
#define BATON_AGENTS_TRANSFER_SENDER_INTERNAL_H

#include "agents/transfer/sender.h"

/** sender_fail - Return: @rc */
int sender_fail(struct transfer_error *err, int rc, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
/** sender_broken - what a connection said while @doing something; Return: @rc */
int sender_broken(struct transfer_error *err, int rc, const char *doing);
/** sender_explain - it is broken: by a status that says why, if there is one; Return: an error */
int sender_explain(const struct transfer_io *io, int rc, struct transfer_error *err);
/** sender_await - a status; a refusal is an error */
int sender_await(const struct transfer_io *io, struct transfer_status *ret,
		 struct transfer_error *err, const char *doing);
/** sender_meet - a connection that has shown its key; @io: wake set */
int sender_meet(const struct transfer_target *to, struct transfer_io *io,
		struct transfer_error *err);
/** sender_announce - an item; @ret: GO or HAVE */
int sender_announce(const struct transfer_io *io, const struct transfer_item *item,
		    struct transfer_status *ret, struct transfer_error *err);

#endif
