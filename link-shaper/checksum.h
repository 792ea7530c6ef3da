/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The internet checksum (RFC 1071), and a bit that flips on the way. A sum that was left to the
 * network card is completed before: else the receiver's kernel would take the packet's word for it.
 */
#ifndef BATON_LINK_SHAPER_CHECKSUM_H
#define BATON_LINK_SHAPER_CHECKSUM_H

#include "link-shaper/packet.h"
#include "link-shaper/random.h"

/** checksum_add - @len octets, of which only the last part may be odd, onto @sum */
uint32_t checksum_add(uint32_t sum, const void *bytes, size_t len);
/** checksum_fold - the complement, as it stands in a header, in host order */
uint16_t checksum_fold(uint32_t sum);
/** checksum_pseudo - the sum over the pseudo header of the IP header at @ip; @len: transport header
 * and payload */
uint32_t checksum_pseudo(const uint8_t *ip, bool ip6, uint8_t protocol, uint32_t len);

/** checksum_complete - what the virtio header asks for (NEEDS_CSUM), and the header saying so no
 * more */
void checksum_complete(struct packet *packet);

/**
 * packet_corrupt - flip one bit of what the transport checksum covers, after completing it
 *
 * Of packets without a known transport any bit after the Ethernet header. The packet must not be a
 * super-packet.
 */
void packet_corrupt(struct packet *packet, struct random *random);

#endif
