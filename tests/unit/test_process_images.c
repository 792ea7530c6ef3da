// SPDX-License-Identifier: Apache-2.0
/* What is read of CRIU's images: 002's hash of a round, and the statistics of a dump. And what
 * comes to a process that isn't ours. */
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <sched.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "agents/process/images.h"
#include "agents/process/sockets.h"
#include "agents/process/stats.h"
#include "agents/process-step/step.h"
#include "lib/file.h"

/* ---- a directory of images ---- */

static int setup(void **state)
{
	char *directory = strdup("/tmp/baton-images.XXXXXX");

	assert_non_null(directory);
	assert_non_null(mkdtemp(directory));
	*state = directory;
	return 0;
}

static int teardown(void **state)
{
	assert_int_equal(file_remove_tree(*state), 0);
	free(*state);
	return 0;
}

static void put(const char *directory, const char *name, const char *text)
{
	char path[128];

	snprintf(path, sizeof(path), "%s/%s", directory, name);
	assert_int_equal(file_create(path, text, strlen(text), 0600), 0);
}

struct hash {
	uint8_t octets[IMAGES_HASH_SIZE];
};

static struct hash hash_of(const char *directory, unsigned files)
{
	struct hash hash;
	unsigned count;

	assert_int_equal(images_hash(directory, hash.octets, &count), 0);
	assert_int_equal(count, files);
	return hash;
}

static bool same(struct hash a, struct hash b)
{
	return !memcmp(a.octets, b.octets, sizeof(a.octets));
}

static void hash_is_of_memory_alone(void **state)
{
	const char *directory = *state;
	struct hash first;

	put(directory, "pages-1.img", "content");
	put(directory, "pagemap-20100.img", "map");
	put(directory, "inventory.img", "one");
	first = hash_of(directory, 2);
	put(directory, "inventory.img", "another");
	put(directory, "stats-dump", "times");
	assert_true(same(hash_of(directory, 2), first));
	put(directory, "pages-1.img", "content!");
	assert_false(same(hash_of(directory, 2), first));
	put(directory, "pages-1.img", "content");
	assert_true(same(hash_of(directory, 2), first));
	put(directory, "pagemap-20100.img", "mop");
	assert_false(same(hash_of(directory, 2), first));
}

/* What moves from one file to the next, or to another name, is another content. */
static void hash_knows_files_apart(void **state)
{
	const char *directory = *state;
	struct hash first;

	put(directory, "pages-1.img", "ab");
	put(directory, "pages-2.img", "c");
	first = hash_of(directory, 2);
	put(directory, "pages-1.img", "a");
	put(directory, "pages-2.img", "bc");
	assert_false(same(hash_of(directory, 2), first));
}

static void hash_refuses_what_is_no_file(void **state)
{
	uint8_t hash[IMAGES_HASH_SIZE];
	char path[128];
	unsigned count;

	assert_int_equal(images_hash("/nowhere/at/all", hash, &count), -ENOENT);
	snprintf(path, sizeof(path), "%s/pages-1.img", (char *)*state);
	assert_int_equal(symlink("/etc/hostname", path), 0);
	assert_int_equal(images_hash(*state, hash, &count), -ELOOP);
}

static void bytes_are_of_plain_files(void **state)
{
	uint64_t bytes;
	char path[128];

	put(*state, "pages-1.img", "12345");
	put(*state, "core-1.img", "123");
	snprintf(path, sizeof(path), "%s/parent", (char *)*state);
	assert_int_equal(symlink("../1", path), 0);
	assert_int_equal(images_bytes(*state, &bytes), 0);
	assert_int_equal(bytes, 8);
}

/* ---- statistics ---- */

/* As CRIU writes them: two magic numbers, a length, and field by field what criu_stats.proto says
 */
static const uint8_t dump_stats[] = {
	0x40, 0x59, 0x10, 0x55, 0x06, 0x33, 0x09, 0x57, 26, 0, 0, 0, /* head */
	0x0a, 24,						     /* dump */
	0x08, 0x64,						     /* 1: freezing 100 */
	0x10, 0xd7, 0x92, 0x0c,					     /* 2: frozen 198999 */
	0x18, 0xf4, 0x03,					     /* 3: memory 500 */
	0x20, 0xe8, 0x07,					     /* 4: write 1000 */
	0x28, 0xbb, 0x80, 0x01,					     /* 5: scanned 16443 */
	0x30, 0x07,						     /* 6: in the parent 7 */
	0x38, 0xac, 0x02,					     /* 7: written 300 */
	0x48, 0x00, 0x60, /* 9: lazy 0; and half a field, which is cut off */
};

static void stats_of_a_dump_are_read(void **state)
{
	uint8_t octets[sizeof(dump_stats)];
	struct criu_stats stats;
	size_t len = sizeof(dump_stats) - 1;

	memcpy(octets, dump_stats, sizeof(octets));
	octets[8] = (uint8_t)(len - 12);
	octets[13] = (uint8_t)(len - 14);
	assert_int_equal(criu_stats_parse(octets, len, &stats), 0);
	assert_true(stats.dump);
	assert_false(stats.restore);
	assert_int_equal(stats.frozen_us, 198999);
	assert_int_equal(stats.memory_us, 500);
	assert_int_equal(stats.write_us, 1000);
	assert_int_equal(stats.pages, 300);
	assert_int_equal(stats.pages_skipped, 7);
	for (size_t cut = 0; cut < len; cut++) /* every length but its own */
		assert_int_equal(criu_stats_parse(octets, cut, &stats), -EBADMSG);
	octets[4]++;
	assert_int_equal(criu_stats_parse(octets, len, &stats), -EBADMSG);
}

static void stats_too_long_are_refused(void **state)
{
	char path[128], text[CRIU_STATS_MAX + 2];
	struct criu_stats stats;

	memset(text, 'x', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	put(*state, "stats-dump", text);
	snprintf(path, sizeof(path), "%s/stats-dump", (char *)*state);
	assert_int_equal(criu_stats_read(path, &stats), -EBADMSG);
	unlink(path);
	assert_int_equal(criu_stats_read(path, &stats), -ENOENT);
}

/* ---- steps' names ---- */

static void names_of_steps_are_split(void **state)
{
	static const struct {
		const char *name, *kind;
		unsigned round;
	} rows[] = {
		{"dump", "dump", 0},	    {"predump.1", "predump", 1},
		{"send.64", "send", 64},    {"predump.0", NULL, 0},
		{"predump.", NULL, 0},	    {".dump", NULL, 0},
		{"dump.1.2", NULL, 0},	    {"dump.x", NULL, 0},
		{"Dump", NULL, 0},	    {"", NULL, 0},
		{"predump.10000", NULL, 0}, {"predump.9999", "predump", 9999},
		{"../dump", NULL, 0},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		char kind[STEP_NAME_SIZE];
		unsigned round = 0;
		bool valid = process_step_split(rows[i].name, kind, &round);

		assert_int_equal(valid, rows[i].kind != NULL);
		if (!valid)
			continue;
		assert_string_equal(kind, rows[i].kind);
		assert_int_equal(round, rows[i].round);
	}
}

/* ---- what comes on a process's connections ---- */

static int listen_here(struct sockaddr_in *at)
{
	socklen_t len = sizeof(*at);
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	*at = (struct sockaddr_in){.sin_family = AF_INET,
				   .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	assert_true(fd >= 0);
	assert_int_equal(bind(fd, (struct sockaddr *)at, sizeof(*at)), 0);
	assert_int_equal(listen(fd, 1), 0);
	assert_int_equal(getsockname(fd, (struct sockaddr *)at, &len), 0);
	return fd;
}

/* Another process has the connection, and reads until it ends. */
static pid_t reader(int listening)
{
	char octets[256];
	pid_t pid = fork();
	int fd;

	if (pid)
		return pid;
	fd = accept(listening, NULL, NULL);
	while (read(fd, octets, sizeof(octets)) > 0)
		;
	_exit(0);
}

static void received_is_of_its_connections_alone(void **state)
{
	static const char octets[1000];
	struct sockaddr_in at;
	int listening = listen_here(&at), to;
	pid_t one = reader(listening), other = fork();

	if (!other) {
		close(listening);
		pause();
		_exit(0);
	}
	assert_true(one > 0 && other > 0);
	to = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	assert_true(to >= 0);
	assert_int_equal(connect(to, (struct sockaddr *)&at, sizeof(at)), 0);
	assert_int_equal(sockets_received(one), 0);
	assert_int_equal(write(to, octets, sizeof(octets)), sizeof(octets));
	while (sockets_received(one) < sizeof(octets))
		sched_yield();
	assert_int_equal(sockets_received(one), sizeof(octets));
	assert_int_equal(sockets_received(other), 0);
	close(to);
	close(listening);
	kill(other, SIGKILL);
	assert_int_equal(waitpid(one, NULL, 0), one);
	assert_int_equal(waitpid(other, NULL, 0), other);
}

/* The other end is silent, and its process waits: who listens goes on. */
static void connections_are_shut_at_their_port(void **state)
{
	struct sockaddr_in at, elsewhere;
	int listening = listen_here(&at), other = listen_here(&elsewhere), to, again;
	pid_t one = reader(listening), two = reader(other);

	to = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	again = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	assert_true(one > 0 && two > 0 && to >= 0 && again >= 0);
	sockets_shut(one, at.sin_addr, ntohs(at.sin_port));
	assert_int_equal(connect(to, (struct sockaddr *)&at, sizeof(at)), 0);
	assert_int_equal(connect(again, (struct sockaddr *)&elsewhere, sizeof(at)), 0);
	while (!waitpid(one, NULL, WNOHANG)) {
		sockets_shut(one, at.sin_addr, ntohs(at.sin_port));
		sockets_shut(two, at.sin_addr, ntohs(at.sin_port));
	}
	assert_int_equal(waitpid(two, NULL, WNOHANG), 0);
	close(again);
	assert_int_equal(waitpid(two, NULL, 0), two);
	close(to);
	close(listening);
	close(other);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(connections_are_shut_at_their_port),
		cmocka_unit_test_setup_teardown(hash_is_of_memory_alone, setup, teardown),
		cmocka_unit_test_setup_teardown(hash_knows_files_apart, setup, teardown),
		cmocka_unit_test_setup_teardown(hash_refuses_what_is_no_file, setup, teardown),
		cmocka_unit_test_setup_teardown(bytes_are_of_plain_files, setup, teardown),
		cmocka_unit_test(stats_of_a_dump_are_read),
		cmocka_unit_test_setup_teardown(stats_too_long_are_refused, setup, teardown),
		cmocka_unit_test(names_of_steps_are_split),
		cmocka_unit_test(received_is_of_its_connections_alone),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("process_images", tests, NULL, NULL);
}
