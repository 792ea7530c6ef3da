// SPDX-License-Identifier: Apache-2.0
#include "apps/service/wire.h"

#include <errno.h>
#include <string.h>

#include "lib/wire.h"

enum { ANSWER_BIT = 0x80 };

int service_request_read(const uint8_t *octets, size_t len, struct service_request *ret,
			 size_t *ret_used)
{
	struct wire_reader r = {.at = octets, .end = octets + len};
	uint32_t magic, padding;
	uint8_t type, flags;

	if (len < SERVICE_REQUEST_LEN)
		return -EAGAIN;
	magic = wire_get_u32(&r);
	type = wire_get_u8(&r);
	flags = wire_get_u8(&r);
	padding = wire_get_u16(&r);
	*ret = (struct service_request){.type = type, .client = wire_get_u64(&r)};
	ret->number = wire_get_u64(&r);
	ret->length = wire_get_u32(&r);
	padding |= wire_get_u32(&r);
	if (magic != SERVICE_MAGIC || type < SERVICE_APPLY || type > SERVICE_WHERE || flags ||
	    padding)
		return -EBADMSG;
	if (ret->length > SERVICE_BODY_MAX)
		return -EMSGSIZE;
	ret->body = wire_get(&r, ret->length);
	if (!ret->body)
		return -EAGAIN;
	*ret_used = SERVICE_REQUEST_LEN + ret->length;
	return 0;
}

int service_answer_read(const uint8_t *octets, size_t len, struct service_answer *ret,
			size_t *ret_used)
{
	struct wire_reader r = {.at = octets, .end = octets + len};
	uint32_t magic, padding;
	uint8_t type, status;

	if (len < SERVICE_ANSWER_LEN)
		return -EAGAIN;
	magic = wire_get_u32(&r);
	type = wire_get_u8(&r) ^ ANSWER_BIT;
	status = wire_get_u8(&r);
	padding = wire_get_u16(&r);
	*ret = (struct service_answer){.type = type, .status = status, .client = wire_get_u64(&r)};
	ret->number = wire_get_u64(&r);
	ret->applied = wire_get_u64(&r);
	ret->total = wire_get_u64(&r);
	wire_get_bytes(&r, ret->chain, sizeof(ret->chain));
	wire_get_bytes(&r, ret->edge, sizeof(ret->edge));
	ret->length = wire_get_u32(&r);
	padding |= wire_get_u32(&r);
	if (magic != SERVICE_MAGIC || type < SERVICE_APPLY || type > SERVICE_WHERE || padding ||
	    status >= SERVICE_STATUSES || ret->length > SERVICE_ANSWER_BODY_MAX ||
	    ret->edge[SERVICE_EDGE_LEN - 1])
		return -EBADMSG;
	ret->body = wire_get(&r, ret->length);
	if (!ret->body)
		return -EAGAIN;
	*ret_used = SERVICE_ANSWER_LEN + ret->length;
	return 0;
}

size_t service_request_write(const struct service_request *request, uint8_t *octets, size_t size)
{
	struct wire_writer w = {.at = octets, .end = octets + size};

	wire_put_number(&w, SERVICE_MAGIC, 4);
	wire_put_number(&w, request->type, 1);
	wire_put_number(&w, 0, 3); /* flags, padding */
	wire_put_number(&w, request->client, 8);
	wire_put_number(&w, request->number, 8);
	wire_put_number(&w, request->length, 4);
	wire_put_number(&w, 0, 4);
	if (request->length)
		wire_put_bytes(&w, request->body, request->length);
	return w.full ? 0 : (size_t)(w.at - octets);
}

size_t service_answer_write(const struct service_answer *answer, uint8_t *octets, size_t size)
{
	struct wire_writer w = {.at = octets, .end = octets + size};

	wire_put_number(&w, SERVICE_MAGIC, 4);
	wire_put_number(&w, answer->type | ANSWER_BIT, 1);
	wire_put_number(&w, answer->status, 1);
	wire_put_number(&w, 0, 2);
	wire_put_number(&w, answer->client, 8);
	wire_put_number(&w, answer->number, 8);
	wire_put_number(&w, answer->applied, 8);
	wire_put_number(&w, answer->total, 8);
	wire_put_bytes(&w, answer->chain, sizeof(answer->chain));
	wire_put_bytes(&w, answer->edge, sizeof(answer->edge));
	wire_put_number(&w, answer->length, 4);
	wire_put_number(&w, 0, 4);
	if (answer->length)
		wire_put_bytes(&w, answer->body, answer->length);
	return w.full ? 0 : (size_t)(w.at - octets);
}
