// SPDX-License-Identifier: Apache-2.0
/* Copies of a stream for third-party players, and the SDP (RFC 8866, RFC 6184 cl. 8.2.1) that they
 * are told. */
#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "apps/stream/server_internal.h"

enum { SETS_TEXT_MAX = 2 * (SERVER_SET_MAX * 4 / 3 + 4) + 32 };

/* RFC 4648 cl. 4; @ret: 4 * ceil(len / 3) + 1 */
static void base64(const uint8_t *octets, size_t len, char *ret)
{
	static const char digit[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

	for (size_t i = 0; i < len; i += 3) {
		const size_t left = len - i;
		const uint32_t v = (uint32_t)octets[i] << 16 |
				   (uint32_t)(left > 1 ? octets[i + 1] : 0) << 8 |
				   (left > 2 ? octets[i + 2] : 0);

		*ret++ = digit[v >> 18];
		*ret++ = digit[v >> 12 & 63];
		*ret++ = left > 1 ? digit[v >> 6 & 63] : '=';
		*ret++ = left > 2 ? digit[v & 63] : '=';
	}
	*ret = 0;
}

/* ";profile-level-id=...;sprop-parameter-sets=...", or nothing while no key frame has gone by */
static void sets_print(const struct stream_player *p, char *ret, size_t size)
{
	char sps[SERVER_SET_MAX * 4 / 3 + 8], pps[sizeof(sps)];

	ret[0] = 0;
	if (p->sps.len < 4 || p->pps.len == 0)
		return;
	base64(p->sps.nal, p->sps.len, sps);
	base64(p->pps.nal, p->pps.len, pps);
	snprintf(ret, size, ";profile-level-id=%02x%02x%02x;sprop-parameter-sets=%s,%s",
		 p->sps.nal[1], p->sps.nal[2], p->sps.nal[3], sps, pps);
}

static void sdp_print(const struct stream_player *p, const struct sockaddr_in *to, char *ret_sdp)
{
	char from_text[INET_ADDRSTRLEN], to_text[INET_ADDRSTRLEN], sets[SETS_TEXT_MAX + 64];

	inet_ntop(AF_INET, &p->server->config.address, from_text, sizeof(from_text));
	inet_ntop(AF_INET, &to->sin_addr, to_text, sizeof(to_text));
	sets_print(p, sets, sizeof(sets));
	snprintf(ret_sdp, STREAM_SDP_MAX,
		 "v=0\r\n"
		 "o=- %u 1 IN IP4 %s\r\n"
		 "s=Baton\r\n"
		 "c=IN IP4 %s\r\n"
		 "t=0 0\r\n"
		 "m=video %u RTP/AVP %d\r\n"
		 "a=rtpmap:%d H264/%d\r\n"
		 "a=fmtp:%d packetization-mode=1%s\r\n"
		 "a=extmap:%d urn:baton:frame-stamp\r\n"
		 "a=sendonly\r\n",
		 p->packer.ssrc, from_text, to_text, ntohs(to->sin_port), RTP_PAYLOAD_H264,
		 RTP_PAYLOAD_H264, RTP_CLOCK_HZ, RTP_PAYLOAD_H264, sets, RTP_EXT_STAMP);
}

static bool unicast(struct in_addr address)
{
	const uint32_t host = ntohl(address.s_addr);

	return host != INADDR_ANY && host < 0xe0000000;
}

static struct copy *copy_find(struct stream_server *s, const struct stream_player *player,
			      const struct sockaddr_in *to)
{
	for (unsigned i = 0; i < STREAM_COPIES_MAX; i++)
		if (s->copy[i].player == player &&
		    (!player || server_address_equal(&s->copy[i].to, to)))
			return &s->copy[i];
	return NULL;
}

int stream_player_copy(struct stream_player *player, const struct sockaddr_in *to, char *ret_sdp)
{
	struct stream_server *s = player->server;
	struct copy *copy = copy_find(s, player, to);

	if (to->sin_port == 0 || ntohs(to->sin_port) == UINT16_MAX || !unicast(to->sin_addr))
		return -EINVAL;
	if (!copy)
		copy = copy_find(s, NULL, NULL);
	if (!copy)
		return -ENOSPC;
	*copy = (struct copy){.player = player, .to = *to};
	server_ask_key(player);
	sdp_print(player, to, ret_sdp);
	return 0;
}

void stream_player_uncopy(struct stream_player *player, const struct sockaddr_in *to)
{
	struct copy *copy = copy_find(player->server, player, to);

	if (copy)
		copy->player = NULL;
}
