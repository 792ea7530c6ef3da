// SPDX-License-Identifier: Apache-2.0
/* Generators: each does what its rate asks for, tells how far it is, goes on where it was in memory
 * that has moved, and every mistake of its configuration is told. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "apps/generators/generator.h"
#include "lib/file.h"
#include "lib/wire.h"

enum { SECOND = 1000000, TICK = GENERATOR_TICK_MS * 1000 };

struct bed {
	char directory[64];
	struct generator_settings settings;
	struct generator g;
	void *memory;
	size_t size;
};

static void open_bed(struct bed *b, const struct generator_kind *kind)
{
	char tree[128];

	memset(b, 0, sizeof(*b));
	strcpy(b->directory, "/tmp/baton-generators.XXXXXX");
	assert_non_null(mkdtemp(b->directory));
	snprintf(tree, sizeof(tree), "%s/tree", b->directory);
	assert_int_equal(mkdir(tree, 0700), 0);
	b->settings = (struct generator_settings){.kind = kind,
						  .heap = 1 << 20,
						  .write = 1 << 20,
						  .work_us = 20000,
						  .compressible = 0.5};
	strcpy(b->settings.state, b->directory);
	strcpy(b->settings.tree, tree);
	strcat(tree, "/file");
	assert_int_equal(file_create(tree, "seven..", 7, 0600), 0);
	b->size = generator_ops.size(&b->settings, GENERATOR_CLIENTS);
	b->memory = calloc(1, b->size);
	assert_non_null(b->memory);
	assert_int_equal(generator_use(&b->g, &b->settings, b->memory), 0);
}

static void close_bed(struct bed *b)
{
	generator_done(&b->g);
	free(b->memory);
	assert_int_equal(file_remove_tree(b->directory), 0);
}

static void run(struct bed *b, uint64_t us)
{
	for (uint64_t done = 0; done < us; done += TICK)
		b->settings.kind->run(&b->g, TICK);
}

static void rates_are_kept(void **state)
{
	for (const struct generator_kind *const *k = generator_kinds; *k; k++) {
		struct bed b;
		uint64_t units;

		open_bed(&b, *k);
		run(&b, SECOND);
		units = b.g.state->units;
		assert_true(units > 0);
		assert_int_equal(b.g.state->failed, 0);
		if (*k == &generator_mem || *k == &generator_io || *k == &generator_tar)
			assert_int_equal(b.g.state->octets, 1 << 20);
		if (*k == &generator_mem)
			assert_int_equal(units, 256);
		if (*k == &generator_io)
			assert_int_equal(units, 64);
		if (*k == &generator_tar)
			assert_int_equal(units, 2048);
		run(&b, SECOND);
		assert_true(b.g.state->units > units);
		close_bed(&b);
	}
}

static void a_file_is_bounded_and_has_no_name(void **state)
{
	struct bed b;
	struct stat st;

	open_bed(&b, &generator_io);
	run(&b, 3 * SECOND);
	assert_int_equal(b.g.state->octets, 3 << 20);
	assert_int_equal(fstat(b.g.file, &st), 0);
	assert_int_equal(st.st_nlink, 0);
	assert_int_equal(st.st_size, GENERATOR_FILE_MAX);
	close_bed(&b);
}

/* tar reads a file that has gone, or no longer is one, as an empty one. */
static void what_is_gone_is_counted(void **state)
{
	struct bed b;
	char path[128];

	open_bed(&b, &generator_tar);
	snprintf(path, sizeof(path), "%s/tree/file", b.directory);
	assert_int_equal(unlink(path), 0);
	run(&b, SECOND);
	assert_int_equal(b.g.state->failed, b.g.state->units);
	assert_int_equal(b.g.state->octets, 1 << 20);
	close_bed(&b);
}

/* Of a dumped process the memory comes elsewhere, without being begun again. */
static void it_goes_on_elsewhere(void **state)
{
	for (const struct generator_kind *const *k = generator_kinds; *k; k++) {
		struct bed b;
		uint64_t units;
		void *moved;

		open_bed(&b, *k);
		run(&b, SECOND);
		units = b.g.state->units;
		moved = malloc(b.size);
		assert_non_null(moved);
		memcpy(moved, b.memory, b.size);
		memset(b.memory, 0xa5, b.size);
		free(b.memory);
		b.memory = moved;
		generator_done(&b.g);
		assert_int_equal(generator_use(&b.g, &b.settings, moved), 0);
		assert_int_equal(b.g.state->units, units);
		run(&b, SECOND);
		assert_true(b.g.state->units > units);
		assert_int_equal(b.g.state->failed, 0);
		close_bed(&b);
	}
}

static void it_tells_how_far_it_is(void **state)
{
	struct service_apply a = {.client = 1, .number = 1};
	uint8_t before[SERVICE_CHAIN_LEN];
	struct bed b;

	open_bed(&b, &generator_mem);
	run(&b, SECOND);
	memcpy(before, a.chain, sizeof(before));
	assert_int_equal(generator_ops.apply(b.memory, &b.settings, &a), 0);
	assert_int_equal(a.answer_length, 24);
	assert_int_equal(wire_load64(a.answer), 256);
	assert_int_equal(wire_load64(a.answer + 8), 1 << 20);
	assert_memory_not_equal(before, a.chain, sizeof(before));
	close_bed(&b);
}

/* What isn't done in time is let go. */
static void nothing_is_made_up_for(void **state)
{
	struct bed b;

	open_bed(&b, &generator_mem);
	b.g.settings->kind->run(&b.g, (uint64_t)100 * SECOND);
	assert_int_equal(b.g.state->units, 256); /* each page of the heap once */
	close_bed(&b);
}

static const struct {
	const char *text, *error;
} mistakes[] = {
	{"kind: mem", "key 'address' is missing"},
	{"address: 127.0.0.1", "key 'kind' is missing"},
	{"address: 127.0.0.1\nkind: disk",
	 ":2:7: kind: expected cpu, io, mem, tar or video, found 'disk'"},
	{"address: 127.0.0.1\nkind: [mem]", ":2:7: kind: expected cpu"},
	{"address: 127.0.0.1\nkind: mem\nheap: 4096", ":3:7: "},
	{"address: 127.0.0.1\nkind: mem\nwork_us: 2000000", ":3:10: "},
	{"address: 127.0.0.1\nkind: mem\ncompressible: 2",
	 ":3:15: compressible: expected a number from 0 to 1"},
	{"address: 127.0.0.1\nkind: mem\nhaep: 1", ":3:1: unknown key 'haep'"},
	{"address: 127.0.0.1\nkind: io", "state: expected a directory for the file of io"},
	{"address: 127.0.0.1\nkind: video\nstate: /tmp\nheap: 65536", "heap: expected at least "},
	{"address: 127.0.0.1\nkind: cpu\ndata: /nowhere/data",
	 ":3:7: data: '/nowhere/data': No such file"},
};

static void each_mistake_is_told(void **state)
{
	char path[] = "/tmp/baton-generators.XXXXXX";
	int fd = mkstemp(path);

	assert_true(fd >= 0);
	close(fd);
	for (size_t i = 0; i < sizeof(mistakes) / sizeof(mistakes[0]); i++) {
		struct generator_settings settings;
		struct yaml_error err = {""};

		assert_int_equal(
			file_create(path, mistakes[i].text, strlen(mistakes[i].text), 0600), 0);
		if (!generator_settings_load(path, &settings, &err) ||
		    !strstr(err.text, mistakes[i].error))
			fail_msg("row %zu: got '%s', wanted '%s'", i, err.text, mistakes[i].error);
	}
	unlink(path);
}

static void the_example_is_read(void **state)
{
	struct generator_settings settings;
	struct yaml_error err = {""};

	assert_int_equal(
		generator_settings_load("apps/generators/generator.example.yaml", &settings, &err),
		0);
	assert_ptr_equal(settings.kind, &generator_mem);
	assert_int_equal(settings.port, 7000);
	assert_int_equal(settings.heap, 64 << 20);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rates_are_kept),
		cmocka_unit_test(a_file_is_bounded_and_has_no_name),
		cmocka_unit_test(what_is_gone_is_counted),
		cmocka_unit_test(it_goes_on_elsewhere),
		cmocka_unit_test(it_tells_how_far_it_is),
		cmocka_unit_test(nothing_is_made_up_for),
		cmocka_unit_test(each_mistake_is_told),
		cmocka_unit_test(the_example_is_read),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
