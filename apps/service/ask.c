// SPDX-License-Identifier: Apache-2.0
/* One request that changes nothing. */
#include "apps/service/client.h"
#include "lib/clock.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { AGAIN_MS = 20, ROOM = SERVICE_ANSWER_LEN + SERVICE_ANSWER_BODY_MAX };

/* Return: 0 answered, -EAGAIN not yet, another negative errno */
static int answer_await(int fd, int wake, int timeout_ms, const struct service_request *asked,
			uint8_t octets[ROOM], struct service_answer *ret)
{
	struct pollfd p[] = {{.fd = fd, .events = POLLIN}, {.fd = wake, .events = POLLIN}};
	ssize_t len;
	size_t used;

	if (poll(p, 2, timeout_ms) <= 0)
		return -EAGAIN;
	if (p[1].revents)
		return -ECANCELED;
	len = recv(fd, octets, ROOM, MSG_DONTWAIT);
	if (len < 0)
		return errno == EAGAIN || errno == EINTR || errno == ECONNREFUSED ? -EAGAIN
										  : -errno;
	if (service_answer_read(octets, (size_t)len, ret, &used) < 0 || ret->type != asked->type ||
	    ret->client != asked->client || ret->number != asked->number)
		return -EAGAIN;
	return 0;
}

static int ask(int fd, int wake, const struct service_request *request, int timeout_ms,
	       uint8_t octets[ROOM], struct service_answer *ret)
{
	const uint64_t end = clock_mono_ns() / 1000000 + (uint64_t)timeout_ms;
	uint8_t message[SERVICE_REQUEST_LEN];
	uint64_t now, again = 0;
	int rc = -EAGAIN;

	service_request_write(request, message, sizeof(message));
	while (rc == -EAGAIN && (now = clock_mono_ns() / 1000000) < end) {
		if (now >= again) {
			/* a refusal of the one before may come out here: it is asked again */
			send(fd, message, sizeof(message), MSG_NOSIGNAL);
			again = now + AGAIN_MS;
		}
		rc = answer_await(fd, wake, (int)((again < end ? again : end) - now), request,
				  octets, ret);
	}
	return rc == -EAGAIN ? -ETIMEDOUT : rc;
}

int service_ask(struct in_addr address, uint16_t port, enum service_type type, uint64_t client,
		int timeout_ms, int wake, struct service_answer *ret,
		uint8_t body[SERVICE_ANSWER_BODY_MAX])
{
	const struct sockaddr_in to = {
		.sin_family = AF_INET, .sin_addr = address, .sin_port = htons(port)};
	const struct service_request request = {
		.type = type, .client = client, .number = clock_mono_ns() / 1000000};
	const int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	struct service_answer answer;
	uint8_t octets[ROOM];
	int rc;

	if (fd < 0)
		return -errno;
	if (connect(fd, (const void *)&to, sizeof(to)) < 0)
		rc = -errno;
	else
		rc = ask(fd, wake, &request, timeout_ms, octets, &answer);
	close(fd);
	if (rc < 0 || !ret)
		return rc;
	*ret = answer;
	ret->body = memcpy(body, answer.body, answer.length);
	return 0;
}
