// SPDX-License-Identifier: Apache-2.0
/*
 * How far is a UPF from here? GTP-U Echo Requests (TS 29.281 cl. 7.2.1), one after another, asked
 * for over REST. The least of their round trips is told: what is more was waiting.
 */
#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>

#include "ran/gnb/gnb.h"

enum { ECHO_COUNT_MAX = 20 };

static void finish(struct gnb_echo *echo)
{
	char text[INET_ADDRSTRLEN];

	inet_ntop(AF_INET, &echo->peer, text, sizeof text);
	if (echo->answered)
		http_reply(echo->request, 200,
			   json_pack("{s:s, s:i, s:i, s:I}", "address", text, "sent",
				     (int)echo->sent, "answered", (int)echo->answered, "rtt_us",
				     (json_int_t)(echo->least_ns / 1000)));
	else
		http_problem(echo->request, 504, "NO_ECHO", "%s does not answer GTP-U echoes",
			     text);
	memset(echo, 0, sizeof *echo);
}

static void send_one(struct gnb *g, struct gnb_echo *echo)
{
	const struct dp_addr peer = dp_addr_ip4(echo->peer);

	echo->sent++;
	echo->sent_ns = clock_mono_ns();
	if (dataplane_echo(g->dp, &peer) < 0)
		finish(echo);
}

void echo_answered(struct gnb *g, struct in_addr peer, bool lost)
{
	for (size_t i = 0; i < GNB_ECHOES_MAX; i++) {
		struct gnb_echo *echo = &g->echo[i];
		uint64_t ns = clock_mono_ns() - echo->sent_ns;

		if (!echo->request || echo->peer.s_addr != peer.s_addr)
			continue;
		if (!lost && (!echo->answered++ || ns < echo->least_ns))
			echo->least_ns = ns;
		if (lost || echo->sent == echo->wanted)
			finish(echo);
		else
			send_one(g, echo);
	}
}

static struct gnb_echo *free_slot(struct gnb *g)
{
	for (size_t i = 0; i < GNB_ECHOES_MAX; i++)
		if (!g->echo[i].request)
			return &g->echo[i];
	return NULL;
}

/* A whole number of @query, or @otherwise when it isn't there; 0: it is none */
static unsigned number(const struct http_request *req, const char *query, unsigned otherwise)
{
	const char *text = http_query(req, query);
	char *end;
	unsigned long value = text ? strtoul(text, &end, 10) : otherwise;

	return text && (*text < '0' || *text > '9' || *end || value > ECHO_COUNT_MAX)
		       ? 0
		       : (unsigned)value;
}

void echo_get(struct http_request *req, void *user)
{
	struct gnb *g = user;
	const char *address = http_query(req, "address");
	unsigned count = number(req, "count", 3);
	struct gnb_echo *echo = free_slot(g);
	struct in_addr peer;

	if (!address || inet_pton(AF_INET, address, &peer) != 1 || !peer.s_addr)
		http_problem(req, 400, "INVALID_PARAMETER", "address: expected an IPv4 address");
	else if (!count)
		http_problem(req, 400, "INVALID_PARAMETER", "count: expected 1 to %d",
			     ECHO_COUNT_MAX);
	else if (!echo)
		http_problem(req, 503, "TOO_MANY_REQUESTS", "%d echoes are under way already",
			     GNB_ECHOES_MAX);
	else {
		*echo = (struct gnb_echo){.request = req, .peer = peer, .wanted = count};
		send_one(g, echo);
	}
}

void echo_stop(struct gnb *g)
{
	for (size_t i = 0; i < GNB_ECHOES_MAX; i++)
		if (g->echo[i].request)
			finish(&g->echo[i]);
}
