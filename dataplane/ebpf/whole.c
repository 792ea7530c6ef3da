// SPDX-License-Identifier: Apache-2.0
#include "dataplane/ebpf/whole.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "dataplane/tap.h"
#include "lib/gtpu/gtpu.h"
#include "lib/wire.h"

static const char wire_name[] = "dp-whole";
static const char program_end[] = "dp-whole-x";

enum { IP4_LENGTH = 2, IP6_LENGTH = 4, IP4_HEADER = 20, IP6_HEADER = 40 };

struct whole {
	struct tap tap; /* to send by alone */
};

int whole_open(struct dataplane *dp, int program, struct whole **ret)
{
	struct whole *w = calloc(1, sizeof(*w));
	struct nl_link link;
	int rc;

	if (!w)
		return -ENOMEM;
	rc = tap_open(&w->tap, dp->nl, wire_name);
	if (!rc)
		rc = dp_link_find(dp->nl, program_end, &link);
	if (!rc)
		rc = dp_filter_attach(dp, link.ifindex, false, program, "dp_whole");
	if (rc) {
		whole_close(w);
		return rc;
	}
	close(w->tap.in); /* nobody listens there */
	w->tap.in = -1;
	*ret = w;
	return 0;
}

void whole_close(struct whole *w)
{
	if (!w)
		return;
	tap_close(&w->tap);
	free(w);
}

/* As its own header says, which is all that programs look for; 0: it has none */
static size_t packet_length(const uint8_t *packet, size_t len)
{
	size_t said = 0;

	if (len >= IP4_HEADER && packet[0] >> 4 == 4)
		said = wire_load16(packet + IP4_LENGTH);
	else if (len >= IP6_HEADER && packet[0] >> 4 == 6)
		said = IP6_HEADER + wire_load16(packet + IP6_LENGTH);
	return said && said < len ? said : len;
}

bool whole_put(struct whole *w, const struct gtpu_msg *msg)
{
	const struct virtio_net_hdr vnet = {.flags = 0};
	const struct gtpu_header *h = &msg->header;
	const size_t len = packet_length(msg->payload, msg->payload_len);
	const uint16_t type = htons(len && msg->payload[0] >> 4 == 6 ? ETH_P_IPV6 : ETH_P_IP);
	const uint8_t head[ETH_HLEN - 2] = {0x02,
					    h->has_psc ? h->psc.type : 0,
					    (uint8_t)(h->teid >> 24),
					    (uint8_t)(h->teid >> 16),
					    (uint8_t)(h->teid >> 8),
					    (uint8_t)h->teid,
					    0x02,
					    0xba,
					    0xfc,
					    h->has_psc,
					    0,
					    h->has_psc ? h->psc.qfi : 0};
	uint8_t *frame = w->tap.frame;

	if (len + ETH_HLEN > sizeof(w->tap.frame))
		return false;
	memcpy(frame, head, sizeof(head));
	memcpy(frame + sizeof(head), &type, sizeof(type));
	memcpy(frame + ETH_HLEN, msg->payload, len);
	return !tap_send(&w->tap, w->tap.ifindex, &vnet, frame, ETH_HLEN + len);
}
