// SPDX-License-Identifier: Apache-2.0
/* What all kinds share: the block, its file, rates, and the answers of the service. */
#include "apps/generators/generator.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "apps/ledger/state.h"
#include "lib/clock.h"
#include "lib/wire.h"

#define STATE_MAGIC 0x6261746f6e67656eull /* "batongen" */

const struct generator_kind *const generator_kinds[] = {
	&generator_cpu, &generator_io, &generator_mem, &generator_tar, &generator_video, NULL};

/* ---- the service ---- */

/* The heap is nobody's share: who asks is told of all of it. */
static size_t generator_size(const void *settings, unsigned shares)
{
	const struct generator_settings *s = settings;

	return GENERATOR_PAGE + (s->heap + GENERATOR_PAGE - 1) / GENERATOR_PAGE * GENERATOR_PAGE;
}

static void share_begin(void *memory, const void *settings, unsigned share)
{
}

/* Nothing of it is in the chain: it would be another at each time. */
static int generator_apply(void *memory, const void *settings, struct service_apply *a)
{
	const struct generator_state *state = memory;

	service_chain_next(a, (const uint8_t *)"", 0);
	wire_store64(a->answer, state->units);
	wire_store64(a->answer + 8, state->octets);
	wire_store64(a->answer + 16, state->failed);
	a->answer_length = 24;
	return 0;
}

static void generator_digest(const void *memory, const void *settings, unsigned share,
			     struct sha256_ctx *hash)
{
	if (!share)
		sha256_update(hash, generator_size(settings, 1), memory);
}

static void no_body(const void *settings, uint64_t client, uint64_t number, uint8_t *body,
		    uint32_t length)
{
	memset(body, 0, length);
}

const struct service_ops generator_ops = {
	.name = "generator",
	.size = generator_size,
	.begin = share_begin,
	.apply = generator_apply,
	.digest = generator_digest,
	.body = no_body,
};

/* ---- the block and the file ---- */

static int open_file(const struct generator_settings *s)
{
	char path[sizeof(s->state) + 16];
	int file;

	snprintf(path, sizeof(path), "%s/output.XXXXXX", s->state);
	file = mkostemp(path, O_CLOEXEC);
	if (file < 0 || unlink(path))
		return -errno;
	return file;
}

int generator_use(struct generator *g, const struct generator_settings *settings, void *memory)
{
	int rc = 0;

	*g = (struct generator){settings, memory, (uint8_t *)memory + GENERATOR_PAGE, -1};
	if (settings->kind->writes_file)
		g->file = open_file(settings);
	if (settings->kind->writes_file && g->file < 0)
		return g->file;
	if (g->state->magic == STATE_MAGIC)
		return 0;
	for (uint64_t at = 0; at < settings->heap; at += GENERATOR_PAGE)
		generator_fill(g, at, g->heap + at, GENERATOR_PAGE);
	rc = settings->kind->begin ? settings->kind->begin(g) : 0;
	g->state->magic = STATE_MAGIC;
	return rc;
}

void generator_done(struct generator *g)
{
	if (g->file >= 0)
		close(g->file);
	g->file = -1;
}

uint64_t generator_due(struct generator *g, uint64_t elapsed_us, size_t unit, uint64_t limit)
{
	const uint64_t price = (uint64_t)unit * 1000000;
	uint64_t due;

	g->state->spare += g->settings->write * elapsed_us;
	due = g->state->spare / price;
	g->state->spare %= price;
	return due < limit ? due : limit;
}

void generator_append(struct generator *g, const void *octets, size_t len)
{
	struct generator_state *s = g->state;
	ssize_t put;

	if (s->file_at + len > GENERATOR_FILE_MAX)
		s->file_at = 0;
	put = pwrite(g->file, octets, len, (off_t)s->file_at);
	if (put != (ssize_t)len) {
		s->failed++;
		return;
	}
	s->file_at += len;
	s->octets += len;
}

void generator_work(struct generator *g, uint64_t us)
{
	const uint64_t end = clock_processor_ns() + us * 1000;

	while (clock_processor_ns() < end) {
		struct sha256_ctx hash;

		sha256_init(&hash);
		sha256_update(&hash, sizeof(g->state->digest), g->state->digest);
		sha256_update(&hash, GENERATOR_PAGE, g->heap);
		sha256_digest(&hash, sizeof(g->state->digest), g->state->digest);
	}
}

void generator_fill(const struct generator *g, uint64_t seed, uint8_t *at, size_t len)
{
	uint8_t page[GENERATOR_PAGE];

	for (size_t done = 0; done < len; done += sizeof(page)) {
		const size_t part = len - done < sizeof(page) ? len - done : sizeof(page);

		ledger_data_page(seed + done, g->settings->compressible, page);
		memcpy(at + done, page, part);
	}
}
