// SPDX-License-Identifier: Apache-2.0
/* Transfer's formats and bounds: wire.h, body.h, pack.h, rsync's figures. */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tests/unit/transfer_world.h"

#include "agents/transfer/io.h"
#include "agents/transfer/pack.h"
#include "agents/transfer/pages.h"
#include "agents/transfer/rsync.h"
#include "lib/wire.h"

/* ---- wire ---- */

static struct transfer_item an_item(void)
{
	return (struct transfer_item){.kind = TRANSFER_ROUND,
				      .gzip = true,
				      .files = 3,
				      .bytes = 123456789012,
				      .name = "2",
				      .previous = "1",
				      .manifest = {7, 8, 9}};
}

static void an_item_is_what_was_written(void **state)
{
	struct transfer_item item = an_item(), read;
	uint8_t bytes[TRANSFER_MESSAGE_MAX];
	size_t len;

	memset(&read, 0xff, sizeof(read));
	len = transfer_item_write(bytes, &item);
	assert_int_equal(transfer_item_read(bytes, len, &read), 0);
	assert_int_equal(read.kind, item.kind);
	assert_true(read.gzip && !read.rsync && !read.join && !read.pages);
	assert_int_equal(read.files, item.files);
	assert_int_equal(read.bytes, item.bytes);
	assert_string_equal(read.name, "2");
	assert_string_equal(read.previous, "1");
	assert_memory_equal(read.manifest, item.manifest, sizeof(item.manifest));
	for (size_t n = 0; n < len; n++)
		assert_int_equal(transfer_item_read(bytes, n, &read), -EBADMSG);
	bytes[len] = 0;
	assert_int_equal(transfer_item_read(bytes, len + 1, &read), -EBADMSG);
}

static void an_item_that_is_none(void **state)
{
	static const struct {
		const char *what;
		struct transfer_item item;
	} rows[] = {
		{"no name", {.name = ""}},
		{"a name above", {.name = ".."}},
		{"a hidden name", {.name = ".incoming-1"}},
		{"a path", {.name = "a/b"}},
		{"its own previous", {.name = "1", .previous = "1"}},
		{"a previous path", {.name = "1", .previous = "../0"}},
		{"an image with a previous",
		 {.kind = TRANSFER_IMAGE, .name = "a", .previous = "b"}},
		{"no such kind", {.kind = TRANSFER_KINDS, .name = "a"}},
		{"too many files", {.name = "a", .files = TRANSFER_FILES_MAX + 1}},
		{"too many octets", {.name = "a", .bytes = TRANSFER_BYTES_MAX + 1}},
		{"rsync by gzip", {.name = "a", .rsync = true, .gzip = true}},
		{"pages by rsync", {.name = "a", .rsync = true, .pages = true}},
		{"rsync joins", {.name = "a", .rsync = true, .join = true}},
		{"an image joins", {.kind = TRANSFER_IMAGE, .name = "a", .join = true}},
		{"an image by pages", {.kind = TRANSFER_IMAGE, .name = "a", .pages = true}},
	};
	struct transfer_item read;
	uint8_t bytes[TRANSFER_MESSAGE_MAX];

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		size_t len = transfer_item_write(bytes, &rows[i].item);

		if (transfer_item_read(bytes, len, &read) != -EBADMSG)
			fail_msg("%s was taken", rows[i].what);
	}
}

static void a_header_is_bounded(void **state)
{
	uint8_t bytes[TRANSFER_HEADER_BYTES];
	struct transfer_header h;

	transfer_header_write(bytes, TRANSFER_DATA, TRANSFER_DATA_MAX);
	assert_int_equal(transfer_header_read(bytes, &h), 0);
	assert_int_equal(h.type, TRANSFER_DATA);
	assert_int_equal(h.length, TRANSFER_DATA_MAX);
	transfer_header_write(bytes, TRANSFER_DATA, TRANSFER_DATA_MAX + 1);
	assert_int_equal(transfer_header_read(bytes, &h), -EBADMSG);
	transfer_header_write(bytes, TRANSFER_ITEM, TRANSFER_MESSAGE_MAX + 1);
	assert_int_equal(transfer_header_read(bytes, &h), -EBADMSG);
	transfer_header_write(bytes, 0, 0);
	assert_int_equal(transfer_header_read(bytes, &h), -EBADMSG);
	transfer_header_write(bytes, TRANSFER_STATUS + 1, 0);
	assert_int_equal(transfer_header_read(bytes, &h), -EBADMSG);
	transfer_header_write(bytes, TRANSFER_END, 0);
	bytes[2] = 1;
	assert_int_equal(transfer_header_read(bytes, &h), -EBADMSG);
}

static void a_status_is_fit_to_print(void **state)
{
	struct transfer_status status = {.code = TRANSFER_DISK_SHORT,
					 .port = 7,
					 .rate_bps = 9,
					 .text = "a\nb\x1b[2J"},
			       read;
	uint8_t bytes[TRANSFER_MESSAGE_MAX];
	size_t len = transfer_status_write(bytes, &status);

	assert_int_equal(transfer_status_read(bytes, len, &read), 0);
	assert_int_equal(read.code, TRANSFER_DISK_SHORT);
	assert_int_equal(read.port, 7);
	assert_int_equal(read.rate_bps, 9);
	assert_string_equal(read.text, "a?b?[2J");
	for (size_t n = 0; n < len; n++)
		assert_int_equal(transfer_status_read(bytes, n, &read), -EBADMSG);
	bytes[0] = TRANSFER_STATUS_CODES;
	assert_int_equal(transfer_status_read(bytes, len, &read), -EBADMSG);
	assert_string_equal(transfer_status_cause(TRANSFER_DISK_SHORT), "DISK_SHORT");
	assert_string_equal(transfer_status_cause(TRANSFER_KEY_WRONG), "TRANSFER_FAILED");
}

/* ---- body ---- */

static void a_body_in_pieces(void **state)
{
	uint8_t bytes[1024], whole[32], pieces[32];
	size_t len = a_body(bytes);
	struct body_reader r;

	for (size_t step = 1; step <= len; step++) {
		struct seen seen = {0};

		body_reader_init(&r, &see, &seen, 6, 3);
		for (size_t at = 0; at < len; at += step) {
			assert_false(r.done);
			assert_int_equal(
				body_push(&r, bytes + at, len - at < step ? len - at : step), 0);
		}
		assert_true(r.done);
		assert_string_equal(seen.text, "[a 644 5]hello;[b/c 755 0];[b/d 600 1]x;");
		body_digest(&r, step == 1 ? whole : pieces);
		if (step > 1)
			assert_memory_equal(whole, pieces, sizeof(whole));
	}
	assert_int_equal(body_push(&r, bytes, 1), -EBADMSG);
	assert_string_equal(r.error, "more after its end");
}

static void a_body_cut_off_is_not_done(void **state)
{
	uint8_t bytes[1024];
	size_t len = a_body(bytes);

	for (size_t n = 0; n < len; n++) {
		struct seen seen = {0};
		struct body_reader r;

		body_reader_init(&r, &see, &seen, 6, 3);
		assert_int_equal(body_push(&r, bytes, n), 0);
		assert_false(r.done);
	}
}

static void a_body_that_is_none(void **state)
{
	static const struct {
		const char *first, *second; /* paths */
		mode_t mode;
		uint64_t bytes_max;
		uint32_t files_max;
		const char *error;
	} rows[] = {
		{"/etc/passwd", NULL, 0644, 9, 9, "a path that isn't one below the item"},
		{"../x", NULL, 0644, 9, 9, "a path that isn't one below the item"},
		{"a/../../x", NULL, 0644, 9, 9, "a path that isn't one below the item"},
		{"a//b", NULL, 0644, 9, 9, "a path that isn't one below the item"},
		{"a/", NULL, 0644, 9, 9, "a path that isn't one below the item"},
		{"./a", NULL, 0644, 9, 9, "a path that isn't one below the item"},
		{"a\nb", NULL, 0644, 9, 9, "a path that isn't one below the item"},
		{"a", "a", 0644, 9, 9, "paths that aren't sorted"},
		{"b", "a", 0644, 9, 9, "paths that aren't sorted"},
		{"a", NULL, 010644, 9, 9, "permissions that are none"},
		{"a", "b", 0644, 9, 1, "more than was announced"},
		{"a", "b", 0644, 1, 9, "more than was announced"},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct seen seen = {0};
		struct body_reader r;
		uint8_t bytes[1024];
		size_t len = put_file(bytes, rows[i].first, 0644, "1");

		wire_store16(bytes + 2, (uint16_t)rows[i].mode);
		if (rows[i].second)
			len += put_file(bytes + len, rows[i].second, 0644, "1");
		body_reader_init(&r, &see, &seen, rows[i].bytes_max, rows[i].files_max);
		assert_int_equal(body_push(&r, bytes, len), -EBADMSG);
		assert_string_equal(r.error, rows[i].error);
	}
}

static void a_path_is_bounded_and_a_sink_heard(void **state)
{
	struct seen seen = {.rc = -EIO};
	uint8_t bytes[BODY_HEAD_MAX] = {BODY_PATH_SIZE >> 8, BODY_PATH_SIZE & 0xff};
	struct body_reader r;

	body_reader_init(&r, &see, &seen, 9, 9);
	assert_int_equal(body_push(&r, bytes, 2), -EBADMSG);
	assert_string_equal(r.error, "a path that is too long");
	body_reader_init(&r, &see, &seen, 9, 9);
	assert_int_equal(body_push(&r, bytes, put_file(bytes, "a", 0644, "1")), -EIO);
}

/* ---- pack ---- */

static void packed(int level, const uint8_t *bytes, size_t len, struct body_reader *body,
		   int *ret_rc, bool *ret_whole)
{
	struct pack *p = malloc(sizeof(*p));
	uint8_t data[TRANSFER_DATA_MAX];
	struct transfer_io io[2];
	struct transfer_header h;
	struct unpack u;
	int fds[2];

	assert_non_null(p);
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, fds), 0);
	io[0] = (struct transfer_io){fds[0], -1};
	io[1] = (struct transfer_io){fds[1], -1};
	assert_int_equal(pack_init(p, &io[0], level), 0);
	assert_int_equal(pack_put(p, bytes, len), 0);
	assert_int_equal(pack_end(p), 0);
	pack_done(p);
	free(p);
	assert_int_equal(unpack_init(&u, body, level > 0), 0);
	*ret_rc = 0;
	while (!transfer_receive(&io[1], &h, data) && h.type == TRANSFER_DATA && !*ret_rc)
		*ret_rc = unpack_put(&u, data, h.length);
	*ret_whole = unpack_whole(&u);
	unpack_done(&u);
	close(fds[0]);
	close(fds[1]);
}

static void a_body_by_gzip(void **state)
{
	uint8_t bytes[1024];
	size_t len = a_body(bytes);

	for (int level = 0; level <= PACK_LEVEL_MAX; level++) {
		struct seen seen = {0};
		struct body_reader r;
		bool whole;
		int rc;

		body_reader_init(&r, &see, &seen, 6, 3);
		packed(level, bytes, len, &r, &rc, &whole);
		assert_int_equal(rc, 0);
		assert_true(whole);
		assert_string_equal(seen.text, "[a 644 5]hello;[b/c 755 0];[b/d 600 1]x;");
	}
}

static void what_unpacks_to_more_is_not_taken(void **state)
{
	struct body_file file = {.path = "a", .mode = 0644, .size = 10000000};
	uint8_t *bytes = calloc(1, 10000100);
	struct seen seen = {0};
	struct body_reader r;
	bool whole;
	size_t len;
	int rc;

	len = body_head_write(bytes, &file);
	body_reader_init(&r, &see, &seen, 9999, 3);
	packed(PACK_LEVEL, bytes, len + 10000000, &r, &rc, &whole);
	assert_int_equal(rc, -EBADMSG);
	assert_false(whole);
	assert_string_equal(r.error, "more than was announced");
	free(bytes);
}

static void what_is_no_gzip(void **state)
{
	uint8_t garbage[64] = "no gzip stream at all";
	struct seen seen = {0};
	struct body_reader r;
	struct unpack u;

	body_reader_init(&r, &see, &seen, 9, 9);
	assert_int_equal(unpack_init(&u, &r, true), 0);
	assert_int_equal(unpack_put(&u, garbage, sizeof(garbage)), -EBADMSG);
	assert_string_equal(r.error, "no gzip stream");
	assert_false(unpack_whole(&u));
	unpack_done(&u);
}

/* ---- rsync ---- */

static void rsync_figures(void **state)
{
	static const char good[] =
		"\nNumber of files: 3 (reg: 2, dir: 1)\nNumber of created files: 0\n"
		"Total file size: 5000008 bytes\nTotal transferred file size: 5000008 bytes\n"
		"Literal data: 700 bytes\nMatched data: 4999308 bytes\nFile list size: 0\n"
		"Total bytes sent: 21143\nTotal bytes received: 20165\n\nsent 21143 bytes  "
		"received 20165 bytes  82616.00 bytes/sec\n";
	static const char *const bad[] = {
		"",
		"\nTotal bytes sent: 1\nTotal bytes received: 2\nLiteral data: 3 bytes\n",
		"\nTotal bytes sent: 1,000\nTotal bytes received: 2\nLiteral data: 3 "
		"bytes\nMatched "
		"data: 4 bytes\n",
		"\nTotal bytes sent: -1\nTotal bytes received: 2\nLiteral data: 3 bytes\nMatched "
		"data: 4 bytes\n",
		"\nTotal bytes sent: 99999999999999999999999\nTotal bytes received: 2\nLiteral "
		"data: 3 bytes\nMatched data: 4 bytes\n",
	};
	struct rsync_stats stats;

	assert_int_equal(rsync_stats_read(good, &stats), 0);
	assert_int_equal(stats.sent, 21143);
	assert_int_equal(stats.received, 20165);
	assert_int_equal(stats.literal, 700);
	assert_int_equal(stats.matched, 4999308);
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		assert_int_equal(rsync_stats_read(bad[i], &stats), -EBADMSG);
}

static int connect_from(const char *from, uint16_t port)
{
	struct sockaddr_in here = {.sin_family = AF_INET}, there = {.sin_family = AF_INET};
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	assert_int_equal(inet_pton(AF_INET, from, &here.sin_addr), 1);
	there.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	there.sin_port = htons(port);
	assert_int_equal(bind(fd, (struct sockaddr *)&here, sizeof(here)), 0);
	assert_int_equal(connect(fd, (struct sockaddr *)&there, sizeof(there)), 0);
	return fd;
}

/* A stranger who comes first is hung up on, and who brings the item is served. */
static void rsync_serves_its_peer_alone(void **state)
{
	const struct in_addr address = {htonl(INADDR_LOOPBACK)};
	struct rsync_daemon d;
	struct pollfd ready;
	char text[2048];
	ssize_t len;
	int fd, stranger;

	make_directory("item");
	assert_int_equal(rsync_daemon_open(&d, transfer_directory, "1", path_of("item"), address,
					   address, "key"),
			 0);
	stranger = connect_from("127.0.0.2", d.port);
	ready = (struct pollfd){.fd = d.listen, .events = POLLIN};
	assert_int_equal(poll(&ready, 1, 30000), 1);
	assert_int_equal(rsync_daemon_accept(&d), 0);
	assert_int_equal(d.pid, 0);
	assert_int_equal(recv(stranger, text, sizeof(text), 0), 0);
	fd = connect_from("127.0.0.1", d.port);
	assert_int_equal(poll(&ready, 1, 30000), 1);
	assert_int_equal(rsync_daemon_accept(&d), 0);
	assert_true(d.pid > 0);
	assert_int_equal(recv(fd, text, 8, MSG_WAITALL), 8);
	assert_memory_equal(text, "@RSYNCD:", 8);
	close(fd);
	close(stranger);
	fd = open(d.config, O_RDONLY | O_CLOEXEC);
	len = read(fd, text, sizeof(text) - 1);
	assert_true(len > 0);
	text[len] = '\0';
	assert_non_null(strstr(text, "\ntimeout = 60\n"));
	close(fd);
	rsync_daemon_close(&d);
}

/* ---- connections ---- */

static int a_cut(void)
{
	int wake = eventfd(1, EFD_CLOEXEC);

	assert_true(wake >= 0);
	return wake;
}

/* Data that is always there keeps nobody from hearing that it shall end. */
static void a_flow_is_cut(void **state)
{
	static const uint8_t bytes[100];
	uint8_t got[TRANSFER_DATA_MAX];
	struct transfer_io from, to;
	struct transfer_header h;
	int pair[2];

	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair), 0);
	from = (struct transfer_io){pair[0], -1};
	to = (struct transfer_io){pair[1], -1};
	for (int i = 0; i < 3; i++)
		assert_int_equal(transfer_send(&from, TRANSFER_DATA, bytes, sizeof(bytes)), 0);
	assert_int_equal(transfer_receive(&to, &h, got), 0);
	to.wake = from.wake = a_cut();
	assert_int_equal(transfer_receive(&to, &h, got), -ECANCELED);
	assert_int_equal(transfer_send(&from, TRANSFER_DATA, bytes, sizeof(bytes)), -ECANCELED);
	close(to.wake);
	close(pair[0]);
	close(pair[1]);
}

static void pages_are_lost_with_their_server(void **state)
{
	struct transfer_pages pages = {.fd = -1};
	int pair[2];

	assert_false(transfer_pages_are_lost(&pages));
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair), 0);
	pages.fd = pair[0];
	assert_false(transfer_pages_are_lost(&pages));
	assert_int_equal(write(pair[1], "x", 1), 1); /* what it says is no end */
	assert_false(transfer_pages_are_lost(&pages));
	close(pair[1]);
	assert_true(transfer_pages_are_lost(&pages));
	transfer_pages_abort(&pages);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, transfer_setup, transfer_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(an_item_is_what_was_written),
		TEST(an_item_that_is_none),
		TEST(a_header_is_bounded),
		TEST(a_status_is_fit_to_print),
		TEST(a_body_in_pieces),
		TEST(a_body_cut_off_is_not_done),
		TEST(a_body_that_is_none),
		TEST(a_path_is_bounded_and_a_sink_heard),
		TEST(a_body_by_gzip),
		TEST(what_unpacks_to_more_is_not_taken),
		TEST(what_is_no_gzip),
		TEST(rsync_figures),
		TEST(rsync_serves_its_peer_alone),
		TEST(a_flow_is_cut),
		TEST(pages_are_lost_with_their_server),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
