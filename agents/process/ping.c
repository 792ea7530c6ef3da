// SPDX-License-Identifier: Apache-2.0
#include "agents/process/ping.h"

#include <errno.h>
#include <sys/socket.h>
#include <unistd.h>

#include "apps/service/client.h"
#include "lib/daemon.h"

enum { BURST_MAX = 64 };

int process_ping_open(struct in_addr address, uint16_t port)
{
	struct sockaddr_in to = {
		.sin_family = AF_INET, .sin_port = htons(port), .sin_addr = address};
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0), error;

	if (fd < 0)
		return -errno;
	if (!connect(fd, (const struct sockaddr *)&to, sizeof(to)))
		return fd;
	error = errno;
	close(fd);
	return -error;
}

int process_ping_send(int fd, uint64_t number)
{
	const struct service_request ping = {.type = SERVICE_PING, .number = number};
	uint8_t octets[SERVICE_REQUEST_LEN];
	size_t len = service_request_write(&ping, octets, sizeof(octets));

	return send(fd, octets, len, 0) < 0 ? -errno : 0;
}

int process_ping_answered(int fd)
{
	uint8_t octets[SERVICE_ANSWER_LEN + SERVICE_ANSWER_BODY_MAX];
	struct service_answer answer;
	size_t used;

	for (int i = 0; i < BURST_MAX; i++) {
		ssize_t got = recv(fd, octets, sizeof(octets), 0);

		if (got < 0)
			return errno == EAGAIN ? 0 : -errno;
		if (!service_answer_read(octets, (size_t)got, &answer, &used) &&
		    answer.type == SERVICE_PING)
			return 1;
	}
	return 0;
}

int process_ping_await(struct in_addr address, uint16_t port, int timeout_ms, int wake,
		       uint64_t *ret_ns)
{
	int rc = service_ask(address, port, SERVICE_PING, 0, timeout_ms, wake, NULL, NULL);

	if (!rc)
		*ret_ns = clock_now_ns();
	return rc;
}
