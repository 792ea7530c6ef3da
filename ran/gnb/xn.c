// SPDX-License-Identifier: Apache-2.0
/* The wire between gNBs: one UDP socket on N2, for neighbours that the configuration names. */
#include <errno.h>
#include <string.h>

#include "lib/log.h"
#include "ran/gnb/handover.h"

const struct gnb_neighbour *xn_neighbour(const struct gnb *g, const char *name)
{
	for (size_t i = 0; i < g->neighbour_count; i++)
		if (strcmp(g->neighbour[i].name, name) == 0)
			return &g->neighbour[i];
	return NULL;
}

static bool is_neighbour(const struct gnb *g, struct in_addr address)
{
	for (size_t i = 0; i < g->neighbour_count; i++)
		if (g->neighbour[i].address.s_addr == address.s_addr)
			return true;
	return false;
}

static void allocate(uv_handle_t *handle, size_t suggested, uv_buf_t *ret)
{
	struct gnb *g = handle->data;

	*ret = uv_buf_init((char *)g->xn_buffer, sizeof g->xn_buffer);
}

static void dispatch(struct gnb *g, struct in_addr from, const struct xn_message *m)
{
	if (m->type == XN_REQUEST || m->type == XN_CANCEL || m->type == XN_QUERY ||
	    m->type == XN_RELEASED)
		handover_in_receive(g, from, m);
	else
		handover_out_receive(g, from, m);
}

static void received(uv_udp_t *udp, ssize_t len, const uv_buf_t *buf, const struct sockaddr *from,
		     unsigned flags)
{
	struct gnb *g = udp->data;
	struct in_addr address;
	struct xn_message m;

	if (len <= 0 || !from)
		return;
	address = ((const struct sockaddr_in *)from)->sin_addr;
	if (flags & UV_UDP_PARTIAL || !is_neighbour(g, address) ||
	    xn_decode((const uint8_t *)buf->base, (size_t)len, &m) < 0) {
		g->xn_refused++;
		return;
	}
	log_debug("xn", "message=%s transaction=%u what=received", xn_type_name(m.type),
		  m.transaction);
	dispatch(g, address, &m);
}

/* What can't be sent is repeated, as what gets lost is. */
void xn_send(struct gnb *g, struct in_addr peer, const struct xn_message *message)
{
	struct sockaddr_in to = {
		.sin_family = AF_INET, .sin_addr = peer, .sin_port = htons(XN_PORT)};
	uint8_t bytes[XN_MAX];
	uv_buf_t buf;
	size_t len;

	if (xn_encode(message, bytes, sizeof bytes, &len) < 0) {
		log_error("xn", "message=%s what=\"not encoded\"", xn_type_name(message->type));
		return;
	}
	buf = uv_buf_init((char *)bytes, (unsigned)len);
	log_debug("xn", "message=%s transaction=%u what=sent", xn_type_name(message->type),
		  message->transaction);
	uv_udp_try_send(&g->xn, &buf, 1, (const struct sockaddr *)&to);
}

int xn_start(struct gnb *g)
{
	struct sockaddr_in local = {.sin_family = AF_INET,
				    .sin_addr = g->config.n2_address,
				    .sin_port = htons(XN_PORT)};
	int r = uv_udp_init(&g->daemon.loop, &g->xn);

	if (r < 0)
		return r;
	g->xn.data = g;
	r = uv_udp_bind(&g->xn, (const struct sockaddr *)&local, 0);
	if (r == 0)
		r = uv_udp_recv_start(&g->xn, allocate, received);
	if (r < 0)
		log_error("xn", "port=%d error=\"%s\"", XN_PORT, strerror(-r));
	return r;
}

void xn_stop(struct gnb *g)
{
	if (g->xn.data)
		uv_close((uv_handle_t *)&g->xn, NULL);
}
