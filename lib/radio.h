/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The radio link: an Ethernet link between one UE and one gNB, in place of NR. This is not RRC.
 *
 * User packets are plain Ethernet frames; the bearer is told by the MAC address, so nothing is
 * added to them:
 *
 *   UE -> gNB   source = bearer address, destination = RADIO_GNB_MAC, type IPv4 or IPv6
 *   gNB -> UE   source = RADIO_GNB_MAC, destination = bearer address
 *
 * The bearer address is locally administered: 02 ba UU UU UU SS, UU being the lower 24 bits of the
 * number in the UE's SUPI and SS the PDU session id. NAS and the control protocol below use an
 * ethertype of their own (RADIO_ETHERTYPE), source and destination the same addresses with SS 0.
 */
#ifndef BATON_LIB_RADIO_H
#define BATON_LIB_RADIO_H

#include <stdint.h>

enum { RADIO_ETHERTYPE = 0x88b5 /* IEEE 802 local experimental */, RADIO_FRAME_MAX = 1400 };

#define RADIO_GNB_MAC                                                                              \
	{                                                                                          \
		0x02, 0xba, 0xff, 0xff, 0xff, 0xff                                                 \
	}

/** radio_bearer_mac - the bearer address; session 0 is the control channel's */
static inline void radio_bearer_mac(uint32_t ue24, uint8_t session, uint8_t ret_mac[6])
{
	ret_mac[0] = 0x02;
	ret_mac[1] = 0xba;
	ret_mac[2] = (uint8_t)(ue24 >> 16);
	ret_mac[3] = (uint8_t)(ue24 >> 8);
	ret_mac[4] = (uint8_t)ue24;
	ret_mac[5] = session;
}

#endif
