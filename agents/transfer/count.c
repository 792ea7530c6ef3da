// SPDX-License-Identifier: Apache-2.0
/* What the kernel counted. linux/tcp.h knows more of tcp_info than the C library's header, and
 * doesn't go with it. */
#include <inttypes.h>
#include <linux/tcp.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "agents/transfer/io.h"
#include "lib/file.h"

void transfer_wire_count(int fd, struct transfer_wire_bytes *ret)
{
	struct tcp_info info = {0};
	socklen_t len = sizeof(info);

	*ret = (struct transfer_wire_bytes){0};
	if (getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &len))
		return;
	ret->sent = info.tcpi_bytes_sent - info.tcpi_bytes_retrans;
	ret->received = info.tcpi_bytes_received;
}

/* The namespace's own: /sys shows those of whoever mounted it */
void transfer_interface_count(const char *name, struct transfer_wire_bytes *ret)
{
	char text[8192], *line, *rest;
	size_t len = strlen(name);

	*ret = (struct transfer_wire_bytes){0};
	if (file_read_text("/proc/thread-self/net/dev", text, sizeof(text)) < 0)
		return;
	for (line = strtok_r(text, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest)) {
		line += strspn(line, " ");
		if (!strncmp(line, name, len) && line[len] == ':' &&
		    sscanf(line + len + 1, "%" SCNu64 " %*u %*u %*u %*u %*u %*u %*u %" SCNu64,
			   &ret->received, &ret->sent) == 2)
			return;
	}
}
