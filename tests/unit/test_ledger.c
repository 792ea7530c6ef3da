// SPDX-License-Identifier: Apache-2.0
/*
 * The ledger's memory: what gzip leaves of it, that every octet that is read counts, that a request
 * writes as much as it should, the data of the application layer, settings and configuration.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zlib.h>

#include <cmocka.h>

#include "apps/ledger/config.h"
#include "apps/ledger/memory.h"
#include "tests/unit/service_world.h"

#define N(a) (sizeof(a) / sizeof((a)[0]))

enum { KB = 1 << 10, BODY = 16 };

static struct world a, b;

/* Share of @octets that gzip (level 6) leaves */
static double left_by_gzip(const uint8_t *octets, size_t len)
{
	uLongf size = compressBound(len);
	uint8_t *out = malloc(size);

	assert_non_null(out);
	assert_int_equal(compress2(out, &size, octets, len, 6), Z_OK);
	free(out);
	return (double)size / (double)len;
}

static void compressible(void **state)
{
	static const double shares[] = {0, 0.1, 0.36, 0.5, 0.9, 1};

	for (size_t i = 0; i < N(shares); i++) {
		const struct ledger_settings s = {.heap = 512 * KB,
						  .write = 96 * KB + 100,
						  .compressible = shares[i],
						  .shares = 1};
		uint8_t chain[SERVICE_CHAIN_LEN] = {1}, *memory = malloc(s.heap);
		double left;

		assert_non_null(memory);
		ledger_share_begin(memory, &s);
		left = left_by_gzip(memory, s.heap);
		if (left < shares[i] - 0.01 || left > shares[i] + 0.02)
			fail_msg("at the beginning %f of %f", left, shares[i]);
		/* rewritten all over */
		for (unsigned n = 0; n < 40; n++) {
			ledger_random(n, chain, sizeof(chain));
			ledger_rewrite(memory, &s, chain);
		}
		left = left_by_gzip(memory, s.heap);
		if (left < shares[i] - 0.01 || left > shares[i] + 0.02)
			fail_msg("rewritten %f of %f", left, shares[i]);
		free(memory);
	}
}

static size_t pages_differing(const uint8_t *x, const uint8_t *y, size_t len)
{
	size_t pages = 0;

	for (size_t at = 0; at < len; at += LEDGER_PAGE)
		pages += memcmp(x + at, y + at, LEDGER_PAGE) != 0;
	return pages;
}

static void writes(void **state)
{
	static const struct {
		uint64_t write;
		size_t pages;
	} rows[] = {{0, 0}, {1, 1}, {4096, 1}, {4097, 2}, {64 * KB, 16}, {256 * KB, 64}};

	for (size_t i = 0; i < N(rows); i++) {
		world_begin(&a, &ledger_ops, 1);
		world_copy(&b, &a);
		a.settings.write = rows[i].write;
		world_take(&a, 7, 1, BODY);
		assert_int_equal(
			pages_differing(a.machine.memory, b.machine.memory, a.settings.heap),
			rows[i].pages);
		world_end(&a);
		world_end(&b);
	}
}

/* Each octet that is read shows in the chain, and no other */
static void reads(void **state)
{
	uint8_t chain[SERVICE_CHAIN_LEN] = {0}, evidence[LEDGER_EVIDENCE_LEN],
		other[LEDGER_EVIDENCE_LEN];
	struct ledger_settings s = {.heap = 16 * KB, .read = 9000, .compressible = 1, .shares = 1};
	static uint8_t memory[16 * KB];
	unsigned seen = 0;

	chain[7] = 3; /* from the last page on, around the end */
	ledger_share_begin(memory, &s);
	assert_int_equal(ledger_evidence(memory, &s, chain, evidence), 0);
	for (size_t at = 0; at < sizeof(memory); at++) {
		const bool read = at >= 12 * KB || at < 9000 - 4 * KB;

		memory[at] ^= (uint8_t)(1 << at % 8);
		assert_int_equal(ledger_evidence(memory, &s, chain, other), 0);
		memory[at] ^= (uint8_t)(1 << at % 8);
		if ((memcmp(evidence, other, sizeof(other)) != 0) != read)
			fail_msg("octet %zu", at);
		seen += read;
	}
	assert_int_equal(seen, 9000);
	s.read = 0;
	assert_int_equal(ledger_evidence(memory, &s, chain, other), 0);
	assert_memory_not_equal(evidence, other, sizeof(other));
}

/* Two words that change places show, too: in one lane, and in two */
static void order(void **state)
{
	struct ledger_lanes x, y;
	uint64_t words[32];
	uint8_t one[8 * LEDGER_LANES], other[8 * LEDGER_LANES];

	for (unsigned i = 0; i < N(words); i++)
		words[i] = i;
	ledger_lanes_begin(&x);
	ledger_lanes_add(&x, (const uint8_t *)words, sizeof(words));
	ledger_lanes_store(&x, one);
	for (unsigned i = 1; i < N(words); i++) {
		words[0] = i;
		words[i] = 0;
		ledger_lanes_begin(&y);
		ledger_lanes_add(&y, (const uint8_t *)words, sizeof(words));
		ledger_lanes_store(&y, other);
		assert_memory_not_equal(one, other, sizeof(one));
		words[0] = 0;
		words[i] = i;
	}
}

/* ---- data of the application layer ---- */

static void data_file(char path[64], uint64_t pages)
{
	uint8_t page[LEDGER_PAGE];
	int fd;

	strcpy(path, "/tmp/baton-test-ledger-XXXXXX");
	fd = mkstemp(path);
	assert_true(fd >= 0);
	for (uint64_t i = 0; i < pages; i++) {
		ledger_data_page(i, 0.5, page);
		assert_int_equal(write(fd, page, sizeof(page)), sizeof(page));
	}
	close(fd);
}

static void data(void **state)
{
	char path[64];

	data_file(path, 8);
	world_begin(&a, &ledger_ops, 1);
	world_begin(&b, &ledger_ops, 1);
	a.settings.data_size = b.settings.data_size = 8 * LEDGER_PAGE;
	strcpy(a.settings.data, path); /* the model has none, but knows it */
	for (uint64_t n = 1; n <= 20; n++) {
		world_take(&a, 7, n, BODY);
		world_take(&b, 7, n, BODY);
		assert_int_equal(world_last(&a)->status, SERVICE_APPLIED);
		assert_memory_equal(world_last(&a)->chain, world_last(&b)->chain,
				    SERVICE_CHAIN_LEN);
	}
	assert_int_equal(truncate(path, LEDGER_PAGE), 0);
	assert_int_equal(truncate(path, 8 * LEDGER_PAGE),
			 0); /* all but the first page is another */
	for (uint64_t n = 21; n <= 40; n++) {
		world_take(&a, 7, n, BODY);
		world_take(&b, 7, n, BODY);
	}
	assert_memory_not_equal(world_last(&a)->chain, world_last(&b)->chain, SERVICE_CHAIN_LEN);
	unlink(path);
	world_take(&a, 7, 41, BODY);
	assert_int_equal(world_last(&a)->status, SERVICE_REFUSED);
	world_end(&a);
	world_end(&b);
}

/* ---- settings ---- */

static void settings(void **state)
{
	static const struct {
		struct ledger_settings s;
		const char *said;
	} rows[] = {
		{{.heap = 8192, .read = 8192, .write = 8192, .compressible = 1, .shares = 1}, NULL},
		{{.heap = 8192, .read = 4097, .compressible = 1, .shares = 2},
		 "read: expected at most"},
		{{.heap = 8192, .write = 4097, .compressible = 1, .shares = 2},
		 "write: expected at most"},
		{{.heap = 8192, .compressible = 1, .shares = 3}, "heap: expected at least"},
		{{.heap = 8192, .compressible = 1.1, .shares = 1}, "compressible: expected"},
		{{.heap = 8192, .shares = 0}, "clients: expected"},
		{{.heap = 1ull << 30, .shares = 1025}, "clients: expected"},
		{{.heap = 8192, .shares = 1, .data_size = 10}, "data: expected"},
	};

	for (size_t i = 0; i < N(rows); i++) {
		const char *said = ledger_settings_check(&rows[i].s);

		if (!said != !rows[i].said ||
		    (said && strncmp(said, rows[i].said, strlen(rows[i].said)) != 0))
			fail_msg("%zu: %s", i, said);
	}
}

static const char *load(const char *text, struct ledger_config *ret)
{
	static struct yaml_error err;
	char path[] = "/tmp/baton-test-ledger-XXXXXX";
	const int fd = mkstemp(path);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
	close(fd);
	err.text[0] = '\0';
	if (ledger_config_load(path, ret, &err) == 0)
		err.text[0] = '\0';
	unlink(path);
	return err.text;
}

static void configuration(void **state)
{
	static const struct {
		const char *text, *said;
	} rows[] = {
		{"address: 10.70.128.1\n", ""},
		{"port: 7000\n", "address"},
		{"address: 10.70.128.1\nport: 0\n",
		 ":2:7: port: expected a number from 1 to 65535"},
		{"address: 10.70.128.1\nheap: 64mb\n",
		 ":2:7: heap: expected a size such as 64MB, found '64mb'"},
		{"address: 10.70.128.1\nheap: [1]\n",
		 ":2:7: heap: expected one value, found 'several'"},
		{"address: 10.70.128.1\ncompressible: 36\n",
		 "compressible: expected a share from 0 to 1"},
		{"address: 10.70.128.1\nclients: 0\n", "clients: expected a number from 1 to 1024"},
		{"address: 10.70.128.1\nclients: 1KB\n",
		 "clients: expected a number from 1 to 1024"},
		{"address: 10.70.128.1\nread: 65MB\n",
		 "read: expected at most a client's share of heap"},
		{"address: 10.70.128.1\nhaep: 64MB\n", ":2:1: unknown key 'haep'"},
		{"address: 10.70.128.1\nsocket: /tmp/x\n",
		 "expected both socket and workers, or neither"},
		{"address: 10.70.128.1\nsocket: /tmp/x\nworkers: y\n",
		 ":3:10: workers: expected a list of paths"},
		{"address: 10.70.128.1\nsocket: /tmp/x\nworkers: []\n",
		 "workers: expected a list of paths"},
		{"address: 10.70.128.1\ndata: /nonexistent/data\n",
		 ":2:7: data: '/nonexistent/data': No such file"},
		{"address: 10.70.128.1\ncooperative: true\n",
		 "cooperative: expected number and state, too"},
		{"address: 10.70.128.1\ncooperative: true\nnumber: 1\nstate: /tmp\n", ""},
	};
	struct ledger_config config;

	for (size_t i = 0; i < N(rows); i++) {
		const char *said = load(rows[i].text, &config);

		if (!strstr(said, rows[i].said) || (!rows[i].said[0] && said[0]))
			fail_msg("%zu: %s", i, said);
	}
	assert_string_equal(
		load("address: 10.70.128.1\nport: 7001\nheap: 48MB\nread: 1MB\nwrite: 31MB\n"
		     "compressible: 0.36\nclients: 1\nwork_us: 500\n"
		     "socket: /s/l\nworkers: [/s/1, /s/2]\n",
		     &config),
		"");
	assert_int_equal(config.port, 7001);
	assert_int_equal(config.settings.heap, 48 << 20);
	assert_int_equal(config.settings.write, 31 << 20);
	assert_int_equal(config.settings.work_us, 500);
	assert_int_equal(config.worker_count, 2);
	assert_string_equal(config.workers[1], "/s/2");
	assert_string_equal(config.socket, "/s/l");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(compressible),	 cmocka_unit_test(writes),
		cmocka_unit_test(reads),	 cmocka_unit_test(order),
		cmocka_unit_test(data),		 cmocka_unit_test(settings),
		cmocka_unit_test(configuration),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
