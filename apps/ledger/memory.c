// SPDX-License-Identifier: Apache-2.0
#include "apps/ledger/memory.h"

#include <endian.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "lib/clock.h"
#include "lib/wire.h"

#define GOLDEN	  0x9e3779b97f4a7c15ull
#define DATA_SEED 0x64617461ull

/* splitmix64's finish: each of 2^64 numbers becomes another */
uint64_t ledger_mix(uint64_t z)
{
	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9ull;
	z = (z ^ z >> 27) * 0x94d049bb133111ebull;
	return z ^ z >> 31;
}

void ledger_random(uint64_t seed, uint8_t *at, size_t octets)
{
	size_t i = 0;

	for (; i + 8 <= octets; i += 8) {
		const uint64_t word = htole64(ledger_mix(seed += GOLDEN));

		memcpy(at + i, &word, 8);
	}
	for (uint64_t word = ledger_mix(seed + GOLDEN); i < octets; i++, word >>= 8)
		at[i] = (uint8_t)word;
}

static void page_fill(uint64_t seed, double compressible, uint8_t *at, size_t octets)
{
	size_t random = (size_t)(compressible * LEDGER_PAGE);

	/* the seed is always there: two versions of a page differ */
	random = random < 8 ? 8 : random;
	random = random > octets ? octets : random;
	ledger_random(seed, at, random);
	memset(at + random, (uint8_t)seed, octets - random);
}

void ledger_page(uint64_t seed, double compressible, uint8_t page[LEDGER_PAGE])
{
	page_fill(seed, compressible, page, LEDGER_PAGE);
}

void ledger_data_page(uint64_t index, double compressible, uint8_t page[LEDGER_PAGE])
{
	ledger_page(ledger_mix(DATA_SEED + index), compressible, page);
}

/* ---- digest ---- */

static uint64_t turn(uint64_t word, unsigned bits)
{
	return word << bits | word >> (64 - bits);
}

void ledger_lanes_begin(struct ledger_lanes *l)
{
	for (unsigned i = 0; i < LEDGER_LANES; i++)
		l->lane[i] = ledger_mix(i + 1);
}

void ledger_lanes_add(struct ledger_lanes *l, const uint8_t *at, size_t octets)
{
	uint64_t words[LEDGER_LANES];

	for (; octets; at += sizeof(words)) {
		const size_t part = octets < sizeof(words) ? octets : sizeof(words);

		if (part < sizeof(words))
			memset(words, 0, sizeof(words));
		memcpy(words, at, part);
		for (unsigned i = 0; i < LEDGER_LANES; i++)
			l->lane[i] = turn((l->lane[i] ^ le64toh(words[i])) * GOLDEN, 29);
		octets -= part;
	}
}

void ledger_lanes_store(const struct ledger_lanes *l, uint8_t at[8 * LEDGER_LANES])
{
	for (unsigned i = 0; i < LEDGER_LANES; i++)
		wire_store64(at + 8 * i, l->lane[i]);
}

void ledger_lanes_of(const uint8_t *at, size_t octets, uint8_t ret[8 * LEDGER_LANES])
{
	struct ledger_lanes lanes;

	ledger_lanes_begin(&lanes);
	ledger_lanes_add(&lanes, at, octets);
	ledger_lanes_store(&lanes, ret);
}

/* ---- memory ---- */

static uint64_t share_pages(const struct ledger_settings *s)
{
	return s->heap / LEDGER_PAGE / s->shares;
}

size_t ledger_share_size(const struct ledger_settings *s)
{
	return share_pages(s) * LEDGER_PAGE;
}

void ledger_share_begin(uint8_t *share, const struct ledger_settings *s)
{
	for (uint64_t page = 0; page < share_pages(s); page++)
		ledger_page(ledger_mix(page), s->compressible, share + page * LEDGER_PAGE);
}

static void share_read(const uint8_t *base, const struct ledger_settings *s, uint64_t where,
		       uint8_t evidence[8 * LEDGER_LANES])
{
	const uint64_t size = share_pages(s) * LEDGER_PAGE;
	const uint64_t at = where % share_pages(s) * LEDGER_PAGE;
	const uint64_t first = s->read < size - at ? s->read : size - at;
	struct ledger_lanes lanes;

	ledger_lanes_begin(&lanes);
	ledger_lanes_add(&lanes, base + at, first);
	ledger_lanes_add(&lanes, base, s->read - first);
	ledger_lanes_store(&lanes, evidence);
}

static void share_write(uint8_t *base, const struct ledger_settings *s, uint64_t where,
			uint64_t seed)
{
	uint64_t page = where % share_pages(s);

	for (uint64_t left = s->write; left; page = (page + 1) % share_pages(s)) {
		const uint64_t part = left < LEDGER_PAGE ? left : LEDGER_PAGE;

		page_fill(seed = ledger_mix(seed + GOLDEN), s->compressible,
			  base + page * LEDGER_PAGE, part);
		left -= part;
	}
}

/* ---- data of the application layer ---- */

/* Opened for each request, so that an answer tells of the file that is here now. */
static int data_page_load(const struct ledger_settings *s, uint64_t index,
			  uint8_t page[LEDGER_PAGE])
{
	const int file = open(s->data, O_RDONLY | O_CLOEXEC);
	ssize_t len;
	int rc = 0;

	if (file < 0)
		return -errno;
	len = pread(file, page, LEDGER_PAGE, (off_t)(index * LEDGER_PAGE));
	if (len < 0)
		rc = -errno;
	else if (len < LEDGER_PAGE)
		rc = -ENODATA;
	close(file);
	return rc;
}

static int data_read(const struct ledger_settings *s, uint64_t where,
		     uint8_t evidence[8 * LEDGER_LANES])
{
	uint8_t page[LEDGER_PAGE];
	struct ledger_lanes lanes;
	int rc = 0;

	ledger_lanes_begin(&lanes);
	if (s->data_size >= LEDGER_PAGE) {
		const uint64_t index = where % (s->data_size / LEDGER_PAGE);

		if (s->data[0])
			rc = data_page_load(s, index, page);
		else
			ledger_data_page(index, s->compressible, page);
		if (rc < 0)
			return rc;
		ledger_lanes_add(&lanes, page, sizeof(page));
	}
	ledger_lanes_store(&lanes, evidence);
	return 0;
}

/* ---- requests ---- */

int ledger_evidence(const uint8_t *share, const struct ledger_settings *s,
		    const uint8_t chain[SERVICE_CHAIN_LEN], uint8_t ret[LEDGER_EVIDENCE_LEN])
{
	const int rc = data_read(s, wire_load64(chain + 16), ret + 8 * LEDGER_LANES);

	if (rc == 0)
		share_read(share, s, wire_load64(chain), ret);
	return rc;
}

void ledger_rewrite(uint8_t *share, const struct ledger_settings *s,
		    const uint8_t chain[SERVICE_CHAIN_LEN])
{
	share_write(share, s, wire_load64(chain + 8), wire_load64(chain + 24));
}

void ledger_work(const struct ledger_settings *s)
{
	if (s->work_us)
		for (const uint64_t end = clock_processor_ns() + s->work_us * 1000;
		     clock_processor_ns() < end;)
			;
}
