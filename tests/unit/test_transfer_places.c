// SPDX-License-Identifier: Apache-2.0
/* Where items come from and go to: tree.h, incoming.h, basis.h; and a receiver whose sender ends
 * anywhere, says anything, or has no key. */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/unit/transfer_world.h"

#include "agents/transfer/basis.h"
#include "agents/transfer/incoming.h"
#include "agents/transfer/receiver.h"
#include "agents/transfer/sender.h"
#include "lib/file.h"
#include "lib/wire.h"

/* ---- tree, incoming ---- */

static void a_tree_is_its_body(void **state)
{
	uint8_t bytes[2048], of_tree[32], of_body[32];
	struct seen seen = {0};
	struct image_error err;
	struct body_reader r;
	struct tree t;
	size_t len;

	make_round("1");
	assert_int_equal(symlink("../0", path_of("1/parent")), 0);
	assert_int_equal(tree_read(path_of("1"), &t, &err), 0);
	assert_int_equal(t.count, 3);
	assert_int_equal(t.bytes, 14);
	assert_string_equal(t.previous, "0");
	assert_string_equal(t.file[0].path, "inventory.img");
	assert_string_equal(t.file[2].path, "sub/x");
	assert_int_equal(tree_digest(path_of("1"), &t, NULL, of_tree), 0);
	len = put_file(bytes, "inventory.img", 0644, "inventory");
	len += put_file(bytes + len, "pages-1.img", 0600, "pages");
	len += put_file(bytes + len, "sub/x", 0755, "");
	len += body_head_write(bytes + len, NULL);
	body_reader_init(&r, &see, &seen, 99, 9);
	assert_int_equal(body_push(&r, bytes, len), 0);
	body_digest(&r, of_body);
	assert_memory_equal(of_tree, of_body, sizeof(of_tree));
	make_file("1/pages-1.img", "page", 0600);
	assert_int_equal(tree_digest(path_of("1"), &t, NULL, of_tree), -EBADMSG);
	tree_done(&t);
}

static void a_tree_of_something_else(void **state)
{
	struct image_error err;
	struct tree t;

	assert_int_equal(tree_read(path_of("none"), &t, &err), -ENOENT);
	make_round("1");
	assert_int_equal(symlink("/etc/passwd", path_of("1/link")), 0);
	assert_int_equal(tree_read(path_of("1"), &t, &err), -EBADMSG);
	assert_string_equal(err.text, "link: expected plain files and directories");
	assert_int_equal(unlink(path_of("1/link")), 0);
	assert_int_equal(symlink("/etc", path_of("1/parent")), 0);
	assert_int_equal(tree_read(path_of("1"), &t, &err), -EBADMSG);
	assert_string_equal(err.text, "parent: expected a link to ../NAME, found /etc");
	assert_int_equal(unlink(path_of("1/parent")), 0);
	assert_int_equal(mkfifo(path_of("1/fifo"), 0600), 0);
	assert_int_equal(tree_read(path_of("1"), &t, &err), -EBADMSG);
}

static void bring(struct incoming *in, const char *path, const char *text)
{
	struct body_file file = {.mode = 0640, .size = strlen(text)};

	snprintf(file.path, sizeof(file.path), "%s", path);
	assert_int_equal(incoming_sink.begin(in, &file), 0);
	assert_int_equal(incoming_sink.content(in, (const uint8_t *)text, strlen(text)), 0);
	assert_int_equal(incoming_sink.end(in), 0);
}

static void a_round_appears_whole(void **state)
{
	struct transfer_item item = {.name = "2", .previous = "1", .bytes = 5};
	struct image_error err;
	struct incoming in;
	struct stat st;
	char link[16] = "";

	assert_int_equal(incoming_begin(&in, transfer_directory, &item, 0, &err), 0);
	bring(&in, "deep/er/x", "hello");
	assert_true(is_there(".incoming-2/deep/er/x"));
	assert_false(is_there("2"));
	assert_int_equal(incoming_commit(&in, NULL, &err), 0);
	assert_true(holds("2/deep/er/x", "hello"));
	assert_int_equal(stat(path_of("2/deep/er/x"), &st), 0);
	assert_int_equal(st.st_mode & 07777, 0640);
	assert_int_equal(readlink(path_of("2/parent"), link, sizeof(link)), 4);
	assert_string_equal(link, "../1");
	assert_false(is_there(".incoming-2"));
	/* the same once more takes its place */
	assert_int_equal(incoming_begin(&in, transfer_directory, &item, 0, &err), 0);
	bring(&in, "y", "new");
	assert_true(holds("2/deep/er/x", "hello"));
	assert_int_equal(incoming_commit(&in, NULL, &err), 0);
	assert_true(holds("2/y", "new"));
	assert_false(is_there("2/deep"));
	assert_false(is_there(".incoming-2"));
}

static void the_rest_joins(void **state)
{
	struct transfer_item item = {.name = "dump", .join = true};
	struct image_error err;
	struct incoming in;

	make_directory("dump");
	make_file("dump/pages-1.img", "pages", 0600);
	assert_int_equal(incoming_begin(&in, transfer_directory, &item, 0, &err), 0);
	bring(&in, "core-1.img", "core");
	bring(&in, "sub/x", "x");
	assert_int_equal(incoming_commit(&in, NULL, &err), 0);
	assert_true(holds("dump/pages-1.img", "pages"));
	assert_true(holds("dump/core-1.img", "core"));
	assert_true(holds("dump/sub/x", "x"));
	assert_false(is_there(".incoming-dump"));
}

static void what_is_given_up_leaves_nothing(void **state)
{
	struct transfer_item item = {.name = "2"};
	struct body_file file = {.path = "x", .mode = 0600, .size = 5};
	struct image_error err;
	struct incoming in, other;

	assert_int_equal(incoming_begin(&in, transfer_directory, &item, 0, &err), 0);
	assert_int_equal(incoming_sink.begin(&in, &file), 0);
	assert_int_equal(incoming_begin(&other, transfer_directory, &item, 0, &err), -EBUSY);
	incoming_abort(&other);
	assert_true(is_there(".incoming-2/x"));
	incoming_remove_stale(transfer_directory);
	assert_true(is_there(".incoming-2/x")); /* whose maker lives */
	incoming_abort(&in);
	assert_true(file_is_empty_directory(transfer_directory));
	make_directory(".incoming-3"); /* of one that was killed */
	make_file(".incoming-3/x", "x", 0600);
	incoming_remove_stale(transfer_directory);
	assert_true(file_is_empty_directory(transfer_directory));
}

static void the_disk_keeps_a_tenth(void **state)
{
	struct transfer_item item = {.name = "2", .bytes = TRANSFER_BYTES_MAX};
	struct image_error err;
	struct incoming in;

	assert_int_equal(incoming_begin(&in, transfer_directory, &item, UINT64_MAX / 4, &err),
			 -ENOSPC);
	assert_non_null(strstr(err.text, "stays free"));
	incoming_abort(&in);
	assert_true(file_is_empty_directory(transfer_directory));
}

static void a_basis_is_the_last_dump(void **state)
{
	char app[80], images[80];

	make_directory("app");
	make_directory("images");
	snprintf(app, sizeof(app), "%s", path_of("app"));
	snprintf(images, sizeof(images), "%s", path_of("images"));
	assert_int_equal(transfer_basis_keep(app, images), -ENOENT);
	make_directory("images/dump");
	make_file("images/dump/x", "one", 0600);
	assert_int_equal(transfer_basis_keep(app, images), 0);
	assert_true(holds("app/basis/x", "one"));
	assert_false(is_there("images/dump"));
	make_directory("images/dump");
	make_file("images/dump/y", "two", 0600);
	assert_int_equal(transfer_basis_keep(app, images), 0);
	assert_true(holds("app/basis/y", "two"));
	assert_false(is_there("app/basis/x"));
}

/* ---- a receiver ---- */

struct running {
	struct transfer_receiver *r;
	struct transfer_receiver_config config;
	pthread_t thread;
	char images[80];
};

static void *run(void *user)
{
	transfer_receiver_run(((struct running *)user)->r);
	return NULL;
}

static void start(struct running *g)
{
	make_directory("in");
	snprintf(g->images, sizeof(g->images), "%s", path_of("in"));
	g->config = (struct transfer_receiver_config){.address = {htonl(INADDR_LOOPBACK)},
						      .images = g->images,
						      .repository = "",
						      .basis = "",
						      .run = "",
						      .criu = "",
						      .wake = eventfd(0, EFD_CLOEXEC)};
	assert_int_equal(transfer_receiver_open(&g->config, &g->r), 0);
	assert_int_equal(pthread_create(&g->thread, NULL, run, g), 0);
}

static void stop(struct running *g, struct transfer_counts *ret)
{
	struct transfer_received list[RECEIVER_LIST];

	eventfd_write(g->config.wake, 1);
	assert_int_equal(pthread_join(g->thread, NULL), 0);
	transfer_receiver_list(g->r, list, ret);
	transfer_receiver_close(g->r);
	close(g->config.wake);
}

/* All that a sender says of one item, but for the greeting */
static size_t a_session(uint8_t *bytes, size_t ends[4])
{
	struct transfer_item item = {.name = "1", .files = 3, .bytes = 6};
	uint8_t *at = bytes, digest[32];
	struct sha256_ctx sha;
	size_t len = transfer_item_write(at + TRANSFER_HEADER_BYTES, &item);

	transfer_header_write(at, TRANSFER_ITEM, (uint32_t)len);
	at += TRANSFER_HEADER_BYTES + len;
	ends[0] = (size_t)(at - bytes);
	len = a_body(at + TRANSFER_HEADER_BYTES);
	transfer_header_write(at, TRANSFER_DATA, (uint32_t)len);
	sha256_init(&sha);
	sha256_update(&sha, len, at + TRANSFER_HEADER_BYTES);
	sha256_digest(&sha, sizeof(digest), digest);
	at += TRANSFER_HEADER_BYTES + len;
	ends[1] = (size_t)(at - bytes);
	transfer_header_write(at, TRANSFER_END, sizeof(digest));
	memcpy(at + TRANSFER_HEADER_BYTES, digest, sizeof(digest));
	return (size_t)(at - bytes) + TRANSFER_HEADER_BYTES + sizeof(digest);
}

static int hello(const struct running *g, struct transfer_io *io)
{
	uint8_t greeting[TRANSFER_GREETING_BYTES], answer[TRANSFER_HELLO_BYTES];
	struct transfer_status status;

	io->wake = -1;
	io->fd = transfer_connect(g->config.address, transfer_receiver_port(g->r), -1);
	assert_true(io->fd >= 0);
	assert_int_equal(transfer_read(io, greeting, sizeof(greeting), 0), 0);
	wire_store32(answer, TRANSFER_MAGIC);
	proof_make(transfer_receiver_key(g->r), strlen(transfer_receiver_key(g->r)), greeting + 4,
		   answer + 4);
	assert_int_equal(transfer_write(io, answer, sizeof(answer), 0), 0);
	assert_int_equal(transfer_receive_status(io, &status), 0);
	return status.code;
}

/* Says @len octets, ends, and listens until the other side has ended, too; Return: the last status
 */
static int say(const struct running *g, const uint8_t *bytes, size_t len)
{
	struct transfer_status status;
	struct transfer_io io;
	int last = -1;

	assert_int_equal(hello(g, &io), TRANSFER_GO);
	assert_int_equal(transfer_write(&io, bytes, len, 0), 0);
	shutdown(io.fd, SHUT_WR);
	while (!transfer_receive_status(&io, &status))
		last = status.code;
	close(io.fd);
	return last;
}

/* However often it hears that the receiver still looks, it hears what came of it */
static void who_waits_is_patient(void **state)
{
	const struct transfer_status looking = {.code = TRANSFER_LOOKING},
				     done = {.code = TRANSFER_DONE};
	struct transfer_io here = {.wake = -1}, there = {.wake = -1};
	struct transfer_status status;
	int fd[2];

	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, fd), 0);
	here.fd = fd[0];
	there.fd = fd[1];
	for (int i = 0; i < 3; i++)
		assert_int_equal(transfer_send_status(&there, &looking), 0);
	assert_int_equal(transfer_send_status(&there, &done), 0);
	assert_int_equal(transfer_receive_status(&here, &status), 0);
	assert_int_equal(status.code, TRANSFER_DONE);
	assert_int_equal(transfer_send_status(&there, &looking), 0);
	close(fd[1]);
	assert_int_equal(transfer_receive_status(&here, &status), -ECONNRESET);
	close(fd[0]);
}

/* What is hashed can be cut short at any piece */
static bool not_any_more(void *user)
{
	return --*(int *)user < 0;
}

static void looking_can_be_cut_short(void **state)
{
	uint8_t digest[TRANSFER_DIGEST_SIZE];
	struct image_error err;
	struct look look;
	struct tree t;
	int pieces = 1;

	make_round("1");
	look = (struct look){not_any_more, &pieces};
	assert_int_equal(tree_read(path_of("1"), &t, &err), 0);
	assert_int_equal(tree_digest(path_of("1"), &t, &look, digest), -ECANCELED);
	pieces = 2; /* two of its files have something in them */
	assert_int_equal(tree_digest(path_of("1"), &t, &look, digest), 0);
	assert_int_equal(pieces, 0);
	tree_done(&t);
}

static void a_sender_may_end_anywhere(void **state)
{
	struct transfer_counts counts;
	struct running g;
	uint8_t bytes[1024];
	size_t ends[4], len = a_session(bytes, ends);

	start(&g);
	for (size_t n = 0; n < len; n++) {
		int last = say(&g, bytes, n);

		assert_int_equal(last, n < ends[0] ? -1 : TRANSFER_GO);
		assert_true(file_is_empty_directory(g.images));
	}
	assert_int_equal(say(&g, bytes, len), TRANSFER_DONE);
	assert_true(holds("in/1/a", "hello"));
	stop(&g, &counts);
	assert_int_equal(counts.items, 1);
	assert_int_equal(counts.cut, len - ends[0]);
	assert_int_equal(counts.connections, len + 1);
}

static void octets_that_are_none(void **state)
{
	static const struct {
		size_t at; /* of the item's message, or of the data's, or of the end's */
		int part;
		const char *why;
	} rows[] = {
		{0, 0, "type of the item"},	{9, 0, "its flags"},
		{8, 1, "length of a path"},	{20, 1, "a path's first letter"},
		{10, 1, "permissions"},		{21, 1, "content, which the digest tells"},
		{3, 2, "length of the digest"}, {8, 2, "the digest"},
	};
	struct transfer_counts counts;
	struct running g;

	start(&g);
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		uint8_t bytes[1024];
		size_t ends[4], len = a_session(bytes, ends);

		bytes[(rows[i].part ? ends[rows[i].part - 1] : 0) + rows[i].at] ^= 0x80;
		if (say(&g, bytes, len) != TRANSFER_MALFORMED)
			fail_msg("%s: was not told that it is malformed", rows[i].why);
		assert_true(file_is_empty_directory(g.images));
	}
	stop(&g, &counts);
	assert_int_equal(counts.malformed, sizeof(rows) / sizeof(*rows));
	assert_int_equal(counts.items, 0);
}

static void who_has_no_key(void **state)
{
	struct transfer_counts counts;
	struct transfer_target to;
	struct transfer_error err;
	struct transfer_rate rate;
	struct running g;

	start(&g);
	to = (struct transfer_target){g.config.address, transfer_receiver_port(g.r), "00"};
	assert_int_equal(transfer_measure_rate(&to, 1000, -1, &rate, &err), -EREMOTEIO);
	assert_string_equal(err.text, "the receiver says: the key is wrong");
	assert_string_equal(err.cause, "TRANSFER_FAILED");
	strcpy(to.key, transfer_receiver_key(g.r));
	assert_int_equal(transfer_measure_rate(&to, 1000000, -1, &rate, &err), 0);
	assert_int_equal(rate.bytes, 1000000);
	assert_true(rate.rate_bps > 0);
	stop(&g, &counts);
	assert_int_equal(counts.key_wrong, 1);
}

static void what_is_not_served_is_refused(void **state)
{
	struct transfer_request request = {.kind = TRANSFER_IMAGE, .interface = "", .wake = -1};
	struct transfer_outcome out;
	struct transfer_counts counts;
	struct transfer_target to;
	struct transfer_error err;
	struct running g;
	char source[80];

	start(&g);
	make_round("1");
	snprintf(source, sizeof(source), "%s", path_of("1"));
	to = (struct transfer_target){g.config.address, transfer_receiver_port(g.r), ""};
	strcpy(to.key, transfer_receiver_key(g.r));
	request.directory = source;
	request.name = "1";
	assert_true(transfer_send_item(&to, &request, &out, &err) < 0);
	assert_non_null(strstr(err.text, "has no manifest.json"));
	make_file("1/manifest.json", "{}", 0644);
	assert_int_equal(transfer_send_item(&to, &request, &out, &err), -EREMOTEIO);
	assert_string_equal(err.text, "the receiver says: images aren't taken here");
	request.kind = TRANSFER_ROUND;
	request.rsync = true;
	assert_int_equal(transfer_send_item(&to, &request, &out, &err), -EREMOTEIO);
	assert_string_equal(err.text, "the receiver says: rsync isn't served here");
	request.name = "../1";
	assert_int_equal(transfer_send_item(&to, &request, &out, &err), -EINVAL);
	stop(&g, &counts);
	assert_int_equal(counts.failed, 2);
	assert_true(file_is_empty_directory(g.images));
}

static void too_many_at_once(void **state)
{
	struct transfer_io io[RECEIVER_CONNECTIONS], more = {.wake = -1};
	struct transfer_counts counts;
	struct running g;
	uint8_t byte;

	start(&g);
	for (size_t i = 0; i < RECEIVER_CONNECTIONS; i++)
		assert_int_equal(hello(&g, &io[i]), TRANSFER_GO);
	more.fd = transfer_connect(g.config.address, transfer_receiver_port(g.r), -1);
	assert_true(more.fd >= 0);
	assert_int_equal(transfer_read(&more, &byte, 1, 0), -ECONNRESET);
	close(more.fd);
	stop(&g, &counts); /* idle ones don't hold it up */
	for (size_t i = 0; i < RECEIVER_CONNECTIONS; i++)
		close(io[i].fd);
	assert_int_equal(counts.busy, 1);
	assert_int_equal(counts.connections, RECEIVER_CONNECTIONS);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, transfer_setup, transfer_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_tree_is_its_body),
		TEST(a_tree_of_something_else),
		TEST(a_round_appears_whole),
		TEST(the_rest_joins),
		TEST(what_is_given_up_leaves_nothing),
		TEST(the_disk_keeps_a_tenth),
		TEST(a_basis_is_the_last_dump),
		TEST(who_waits_is_patient),
		TEST(looking_can_be_cut_short),
		TEST(a_sender_may_end_anywhere),
		TEST(octets_that_are_none),
		TEST(who_has_no_key),
		TEST(what_is_not_served_is_refused),
		TEST(too_many_at_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
