// SPDX-License-Identifier: Apache-2.0
/* A service and what is none of its messages, more connections than it has room for, who never
 * reads, and nobody at all */
#include <errno.h>
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "apps/service/server.h"
#include "tests/unit/service_bed.h"

enum { PATIENCE_MS = 60000, SOON_MS = 400 };

static int connected(uint16_t port, int type)
{
	const struct sockaddr_in to = {
		.sin_family = AF_INET, .sin_addr = bed_loopback, .sin_port = htons(port)};
	const int fd = socket(AF_INET, type | SOCK_CLOEXEC, 0);

	assert_int_equal(connect(fd, (const void *)&to, sizeof(to)), 0);
	return fd;
}

/* Return: octets that come until the other side closes */
static size_t until_closed(int fd, uint8_t *octets, size_t size)
{
	size_t at = 0;
	ssize_t len;

	while (at < size && (len = recv(fd, octets + at, size - at, 0)) > 0)
		at += (size_t)len;
	close(fd);
	return at;
}

static void garbage(void **state)
{
	static const char web[] = "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n";
	const struct service_request long_one = {
		.type = SERVICE_APPLY, .client = 7, .number = 1, .length = 0};
	struct bed_service s = bed_start(&bed_model, NULL, NULL, 0);
	uint8_t octets[2048] = {0}, body[SERVICE_ANSWER_BODY_MAX];
	const int udp_fd = connected(s.port, SOCK_DGRAM);
	struct service_answer answer;
	size_t used;
	int fd;

	for (size_t len = 0; len < 200; len++)
		assert_int_equal(send(udp_fd, octets, len, 0), len);
	/* more after the message than it says */
	used = service_request_write(&long_one, octets, sizeof(octets));
	assert_int_equal(send(udp_fd, octets, used + 1, 0), used + 1);
	close(udp_fd);
	fd = connected(s.port, SOCK_STREAM);
	assert_int_equal(send(fd, web, sizeof(web) - 1, 0), sizeof(web) - 1);
	assert_int_equal(until_closed(fd, octets, sizeof(octets)), 0);

	fd = connected(s.port, SOCK_STREAM);
	service_request_write(&long_one, octets, sizeof(octets));
	octets[24] = 1; /* 16 MB */
	assert_int_equal(send(fd, octets, SERVICE_REQUEST_LEN, 0), SERVICE_REQUEST_LEN);
	assert_int_equal(until_closed(fd, octets, sizeof(octets)), SERVICE_ANSWER_LEN);
	assert_int_equal(service_answer_read(octets, SERVICE_ANSWER_LEN, &answer, &used), 0);
	assert_int_equal(answer.status, SERVICE_REFUSED);

	assert_int_equal(
		service_ask(bed_loopback, s.port, SERVICE_WHERE, 7, PATIENCE_MS, -1, &answer, body),
		0);
	assert_int_equal(answer.applied, 0);
	assert_int_equal(answer.total, 0);
	bed_stop(&s);
}

static void ask_where(int fd)
{
	const struct service_request where = {.type = SERVICE_WHERE, .client = 7};
	uint8_t octets[SERVICE_ANSWER_LEN];
	const size_t len = service_request_write(&where, octets, sizeof(octets));

	assert_int_equal(send(fd, octets, len, MSG_NOSIGNAL), len);
	assert_int_equal(recv(fd, octets, sizeof(octets), MSG_WAITALL), sizeof(octets));
}

/* One connection more than there is room for: the one that asked nothing for longest goes */
static void crowd(void **state)
{
	struct bed_service s = bed_start(&bed_model, NULL, NULL, 0);
	int fds[SERVICE_CONNECTIONS_MAX + 1];
	uint8_t octet;

	for (unsigned i = 0; i < SERVICE_CONNECTIONS_MAX; i++) {
		fds[i] = connected(s.port, SOCK_STREAM);
		ask_where(fds[i]);
	}
	ask_where(fds[0]);
	fds[SERVICE_CONNECTIONS_MAX] = connected(s.port, SOCK_STREAM);
	ask_where(fds[SERVICE_CONNECTIONS_MAX]);
	assert_int_equal(recv(fds[1], &octet, 1, 0), 0);
	for (unsigned i = 0; i <= SERVICE_CONNECTIONS_MAX; i++) {
		if (i != 1)
			ask_where(fds[i]);
		close(fds[i]);
	}
	bed_stop(&s);
}

/* Who asks and never reads is not listened to any more, and holds nobody up */
static void deaf(void **state)
{
	struct bed_service s = bed_start(&bed_model, NULL, NULL, 0);
	const int fd = connected(s.port, SOCK_STREAM), small = 4096;
	const struct service_request where = {.type = SERVICE_WHERE, .client = 7};
	static uint8_t octets[1 << 16];
	size_t sent = 0;
	ssize_t len = 0;

	setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &small, sizeof(small));
	for (size_t at = 0; at < sizeof(octets); at += SERVICE_REQUEST_LEN)
		service_request_write(&where, octets + at, sizeof(octets) - at);
	while (len >= 0 && sent < 1u << 28) {
		struct pollfd p = {.fd = fd, .events = POLLOUT};

		len = poll(&p, 1, SOON_MS) == 1 ? send(fd, octets, sizeof(octets), MSG_DONTWAIT)
						: -1;
		sent += len > 0 ? (size_t)len : 0;
	}
	assert_in_range(sent, 1, (1u << 28) - 1); /* it was stopped */
	assert_int_equal(
		service_ask(bed_loopback, s.port, SERVICE_PING, 7, PATIENCE_MS, -1, NULL, NULL), 0);
	close(fd);
	bed_stop(&s);
}

static void nobody(void **state)
{
	int wake[2];
	struct bed_service s = bed_start(&bed_model, NULL, NULL, 0);
	struct service_answer answer;
	uint8_t body[SERVICE_ANSWER_BODY_MAX];

	assert_int_equal(
		service_ask(bed_loopback, s.port, SERVICE_WHERE, 7, PATIENCE_MS, -1, &answer, body),
		0);
	assert_int_equal(answer.applied, 0);
	bed_stop(&s);
	assert_int_equal(service_ask(bed_loopback, s.port, SERVICE_PING, 7, 100, -1, NULL, NULL),
			 -ETIMEDOUT);
	/* who is told to end doesn't wait for it */
	assert_int_equal(pipe(wake), 0);
	assert_int_equal(write(wake[1], "w", 1), 1);
	assert_int_equal(service_ask(bed_loopback, s.port, SERVICE_PING, 7, PATIENCE_MS, wake[0],
				     NULL, NULL),
			 -ECANCELED);
	close(wake[0]);
	close(wake[1]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nobody),
		cmocka_unit_test(garbage),
		cmocka_unit_test(crowd),
		cmocka_unit_test(deaf),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
