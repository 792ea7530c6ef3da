// SPDX-License-Identifier: Apache-2.0
/*
 * The gate's calls, from a test: gate_tool VERB ADDRESS WAN N6 [EXCEPT], VERB one of close, open,
 * clear, read, announce. read prints the state, and who gets through. `many` closes, for all but
 * one and for all, and opens. With GATE_TOOL_DIES=N it is killed instead of its message number N to
 * the kernel.
 */
#include <arpa/inet.h>
#include <libmnl/libmnl.h>
#include <linux/netlink.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "agents/gate/gate.h"

static int print_state(const struct gate *g)
{
	struct gate_status status;
	char text[INET_ADDRSTRLEN];
	int rc = gate_read(g, &status);

	if (rc)
		return rc;
	printf("%s", gate_state_name(status.state));
	if (status.except.s_addr)
		printf(" %s", inet_ntop(AF_INET, &status.except, text, sizeof(text)));
	printf("\n");
	return 0;
}

static int close_and_open(const struct gate *g, struct in_addr except)
{
	int rc = gate_close(g, except);

	if (!rc)
		rc = gate_close(g, (struct in_addr){0});
	return rc ? rc : gate_open(g);
}

/* Instead of libmnl's, which does no more than this */
ssize_t mnl_socket_sendto(const struct mnl_socket *nl, const void *req, size_t size)
{
	static const struct sockaddr_nl kernel = {.nl_family = AF_NETLINK};
	static int sent;
	const char *dies = getenv("GATE_TOOL_DIES");

	if (dies && ++sent == atoi(dies))
		raise(SIGKILL);
	return sendto(mnl_socket_get_fd(nl), req, size, 0, (const struct sockaddr *)&kernel,
		      sizeof(kernel));
}

static int run(const char *verb, const struct gate *g, struct in_addr except)
{
	if (!strcmp(verb, "close"))
		return gate_close(g, except);
	if (!strcmp(verb, "open"))
		return gate_open(g);
	if (!strcmp(verb, "clear"))
		return gate_clear(g);
	if (!strcmp(verb, "announce"))
		return gate_announce(g->wan, g->address);
	if (!strcmp(verb, "many"))
		return close_and_open(g, except);
	return print_state(g);
}

int main(int argc, char **argv)
{
	struct in_addr except = {0};
	struct gate g = {0};
	int rc;

	if (argc < 5 || inet_pton(AF_INET, argv[2], &g.address) != 1 ||
	    (argc > 5 && inet_pton(AF_INET, argv[5], &except) != 1)) {
		fprintf(stderr, "gate_tool VERB ADDRESS WAN N6 [EXCEPT]\n");
		return 2;
	}
	g.wan = argv[3];
	g.n6 = argv[4];
	rc = run(argv[1], &g, except);
	if (rc)
		fprintf(stderr, "%s: %s\n", argv[1], strerror(-rc));
	return rc ? 1 : 0;
}
