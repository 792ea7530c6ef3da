// SPDX-License-Identifier: Apache-2.0
#include "tests/integration/upf_flow.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/gtpu/gtpu.h"

enum { PERIOD_US = 1000, TAIL_MS = 500 };

static bool is_user_packet(int fd)
{
	uint8_t buf[256];
	const ssize_t n = recv(fd, buf, sizeof(buf), MSG_DONTWAIT);

	return n > 1 && buf[1] == GTPU_G_PDU;
}

static void receive_all(struct bed *bed, struct flow *flow)
{
	struct pollfd ready[2] = {{.fd = bed->edge_fd, .events = POLLIN},
				  {.fd = bed->gnb_fd, .events = POLLIN}};
	uint8_t buf[256];

	while (poll(ready, 2, 0) > 0) {
		if (ready[0].revents && recv(bed->edge_fd, buf, sizeof(buf), MSG_DONTWAIT) > 0)
			flow->received[0]++;
		if (ready[1].revents)
			flow->received[1] += is_user_packet(bed->gnb_fd);
	}
}

/* A packet each way every PERIOD_US, in a process of its own, until @stop can be read */
static void flow_run(struct bed *bed, const struct example *ex, int stop, int result)
{
	struct pollfd told = {.fd = stop, .events = POLLIN};
	struct flow flow = {{0}, {0}};
	uint64_t end;

	while (poll(&told, 1, 0) == 0) {
		gnb_send(bed, ex->ul_teid, EX_QFI, ex->ue, "up");
		edge_send(bed, ex->ue, "down");
		flow.sent[0]++;
		flow.sent[1]++;
		receive_all(bed, &flow);
		usleep(PERIOD_US);
	}
	for (end = now_ms() + TAIL_MS; now_ms() < end; poll(NULL, 0, 5))
		receive_all(bed, &flow);
	_exit(write(result, &flow, sizeof(flow)) == sizeof(flow) ? 0 : 1);
}

struct traffic traffic_start(struct bed *bed, const struct example *ex)
{
	int stop[2], result[2];
	struct traffic t;

	if (pipe2(stop, O_CLOEXEC) || pipe2(result, O_CLOEXEC))
		bail("pipe", errno);
	t.pid = fork();
	if (t.pid < 0)
		bail("fork", errno);
	if (!t.pid) {
		close(stop[1]);
		flow_run(bed, ex, stop[0], result[1]);
	}
	close(stop[0]);
	close(result[1]);
	t.stop = stop[1];
	t.result = result[0];
	return t;
}

struct flow traffic_end(struct traffic *t)
{
	struct flow flow;

	close(t->stop); /* it reads the end */
	if (read(t->result, &flow, sizeof(flow)) != sizeof(flow))
		bail("traffic", EIO);
	close(t->result);
	waitpid(t->pid, NULL, 0);
	return flow;
}
