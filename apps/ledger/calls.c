// SPDX-License-Identifier: Apache-2.0
#include "apps/ledger/calls.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/wire.h"

#define CALL_MAGIC   0x4253434c
#define ANSWER_MAGIC 0x42534341

enum { ANSWERS_AT_ONCE = 64 };

size_t call_write(const struct call *call, uint8_t *octets, size_t size)
{
	struct wire_writer w = {.at = octets, .end = octets + size};

	wire_put_number(&w, CALL_MAGIC, 4);
	wire_put_number(&w, call->length, 4);
	wire_put_number(&w, call->call, 8);
	if (call->length)
		wire_put_bytes(&w, call->body, call->length);
	return w.full ? 0 : (size_t)(w.at - octets);
}

int call_read(const uint8_t *octets, size_t len, struct call *ret)
{
	struct wire_reader r = {.at = octets, .end = octets + len};
	const uint32_t magic = wire_get_u32(&r);

	ret->length = wire_get_u32(&r);
	ret->call = wire_get_u64(&r);
	ret->body = wire_get(&r, ret->length);
	return magic != CALL_MAGIC || r.bad || wire_left(&r) ? -EBADMSG : 0;
}

void call_answer_write(uint64_t call, const uint8_t digest[SHA256_DIGEST_SIZE],
		       uint8_t octets[CALL_ANSWER_LEN])
{
	wire_store32(octets, ANSWER_MAGIC);
	wire_store32(octets + 4, SHA256_DIGEST_SIZE);
	wire_store64(octets + 8, call);
	memcpy(octets + CALL_HEADER_LEN, digest, SHA256_DIGEST_SIZE);
}

int call_answer_read(const uint8_t *octets, size_t len, uint64_t *ret_call,
		     const uint8_t **ret_digest)
{
	if (len != CALL_ANSWER_LEN || wire_load32(octets) != ANSWER_MAGIC ||
	    wire_load32(octets + 4) != SHA256_DIGEST_SIZE)
		return -EBADMSG;
	*ret_call = wire_load64(octets + 8);
	*ret_digest = octets + CALL_HEADER_LEN;
	return 0;
}

int calls_path(const char *path, struct sockaddr_un *ret)
{
	*ret = (struct sockaddr_un){.sun_family = AF_UNIX};
	if (strlen(path) >= sizeof(ret->sun_path))
		return -ENAMETOOLONG;
	strcpy(ret->sun_path, path);
	return 0;
}

int calls_socket(const char *path)
{
	struct sockaddr_un at;
	struct stat old;
	int fd, rc = calls_path(path, &at);

	if (rc < 0)
		return rc;
	/* what a process that is gone left behind, and nothing but that */
	if (lstat(path, &old) == 0 && S_ISSOCK(old.st_mode))
		unlink(path);
	fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return -errno;
	if (bind(fd, (const void *)&at, sizeof(at)) < 0) {
		rc = -errno;
		close(fd);
		return rc;
	}
	return fd;
}

static void call_send(void *user, uint64_t call, const uint8_t *body, uint32_t length)
{
	const struct call message = {.call = call, .length = length, .body = body};
	uint8_t octets[CALL_HEADER_LEN + SERVICE_HELD_BODY_MAX];
	struct calls *c = user;
	const size_t len = call_write(&message, octets, sizeof(octets));

	c->made++;
	/* whoever takes it first: one may not be there, or have too much before it */
	for (unsigned i = 0; i < c->count; i++) {
		const struct sockaddr_un *to = &c->workers[c->next++ % c->count];

		if (sendto(c->fd, octets, len, MSG_DONTWAIT | MSG_NOSIGNAL, (const void *)to,
			   sizeof(*to)) >= 0)
			return;
	}
	c->unsent++; /* calls_tick makes it again */
}

void calls_begin(struct calls *c, struct service_machine *machine, int fd)
{
	c->fd = fd;
	c->machine = machine;
	machine->call = call_send;
	machine->call_user = c;
}

void calls_ready(void *user)
{
	uint8_t octets[CALL_ANSWER_LEN + 1]; /* one more, so that what is longer shows */
	struct calls *c = user;

	for (unsigned i = 0; i < ANSWERS_AT_ONCE; i++) {
		const ssize_t len = recv(c->fd, octets, sizeof(octets), MSG_DONTWAIT);
		const uint8_t *digest;
		uint64_t call;

		if (len < 0)
			return;
		if (call_answer_read(octets, (size_t)len, &call, &digest) < 0)
			c->malformed++;
		else
			service_machine_digested(c->machine, call, digest);
	}
}

void calls_tick(void *user)
{
	struct calls *c = user;

	service_machine_recall(c->machine);
}
