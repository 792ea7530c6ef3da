// SPDX-License-Identifier: Apache-2.0
#include "agents/transfer/pack.h"

#include <errno.h>
#include <string.h>
#include <time.h>

enum { GZIP_BITS = 15 + 16, MEMORY_LEVEL = 8 };

int pack_init(struct pack *p, const struct transfer_io *io, int level)
{
	p->io = io;
	p->gzip = level > 0;
	p->cpu_ns = 0;
	p->len = 0;
	memset(&p->z, 0, sizeof(p->z));
	sha256_init(&p->sha);
	if (p->gzip && deflateInit2(&p->z, level, Z_DEFLATED, GZIP_BITS, MEMORY_LEVEL,
				    Z_DEFAULT_STRATEGY) != Z_OK)
		return -ENOMEM;
	return 0;
}

static int flush_out(struct pack *p)
{
	int rc = transfer_send(p->io, TRANSFER_DATA, p->out, p->len);

	p->len = 0;
	return rc;
}

static uint64_t thread_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &ts);
	return (uint64_t)ts.tv_sec * 1000000000 + (uint64_t)ts.tv_nsec;
}

static int deflate_more(struct pack *p, int flush)
{
	uint64_t begin = thread_ns();
	int rc;

	p->z.next_out = p->out + p->len;
	p->z.avail_out = (uInt)(sizeof(p->out) - p->len);
	rc = deflate(&p->z, flush);
	p->len = sizeof(p->out) - p->z.avail_out;
	p->cpu_ns += thread_ns() - begin;
	return rc;
}

static int put_deflated(struct pack *p, const uint8_t *bytes, size_t len)
{
	int rc = 0;

	p->z.next_in = (uint8_t *)bytes;
	p->z.avail_in = (uInt)len;
	while (!rc && p->z.avail_in) {
		deflate_more(p, Z_NO_FLUSH);
		if (p->len == sizeof(p->out))
			rc = flush_out(p);
	}
	return rc;
}

int pack_put(struct pack *p, const uint8_t *bytes, size_t len)
{
	int rc = 0;

	sha256_update(&p->sha, len, bytes);
	if (p->gzip)
		return put_deflated(p, bytes, len);
	while (!rc && len) {
		size_t n = sizeof(p->out) - p->len;

		n = len < n ? len : n;
		memcpy(p->out + p->len, bytes, n);
		p->len += n;
		bytes += n;
		len -= n;
		if (p->len == sizeof(p->out))
			rc = flush_out(p);
	}
	return rc;
}

int pack_end(struct pack *p)
{
	uint8_t digest[TRANSFER_DIGEST_SIZE];
	bool more = p->gzip;
	int rc = 0;

	p->z.avail_in = 0;
	while (!rc && more) {
		more = deflate_more(p, Z_FINISH) != Z_STREAM_END;
		if (p->len == sizeof(p->out))
			rc = flush_out(p);
	}
	if (!rc && p->len)
		rc = flush_out(p);
	sha256_digest(&p->sha, sizeof(digest), digest);
	return rc ? rc : transfer_send(p->io, TRANSFER_END, digest, sizeof(digest));
}

void pack_done(struct pack *p)
{
	if (p->gzip)
		deflateEnd(&p->z);
}

int unpack_init(struct unpack *u, struct body_reader *body, bool gzip)
{
	*u = (struct unpack){.body = body, .gzip = gzip};
	return gzip && inflateInit2(&u->z, GZIP_BITS) != Z_OK ? -ENOMEM : 0;
}

static int fail(struct unpack *u, const char *error)
{
	u->body->error = error;
	return -EBADMSG;
}

int unpack_put(struct unpack *u, uint8_t *bytes, size_t len)
{
	uint8_t out[TRANSFER_DATA_MAX];
	int rc = 0;

	if (!u->gzip)
		return body_push(u->body, bytes, len);
	u->z.next_in = bytes;
	u->z.avail_in = (uInt)len;
	do {
		int status;

		if (u->ended)
			return u->z.avail_in ? fail(u, "more after its gzip stream") : 0;
		u->z.next_out = out;
		u->z.avail_out = sizeof(out);
		status = inflate(&u->z, Z_NO_FLUSH);
		if (status != Z_OK && status != Z_STREAM_END && status != Z_BUF_ERROR)
			return fail(u, "no gzip stream");
		u->ended = status == Z_STREAM_END;
		rc = body_push(u->body, out, sizeof(out) - u->z.avail_out);
	} while (!rc && (u->z.avail_in || !u->z.avail_out));
	return rc;
}

bool unpack_whole(const struct unpack *u)
{
	return u->body->done && (!u->gzip || u->ended);
}

void unpack_done(struct unpack *u)
{
	if (u->gzip)
		inflateEnd(&u->z);
}
