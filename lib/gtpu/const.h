/* SPDX-License-Identifier: Apache-2.0 */
/* Bits and types that GTP-U's reader and writer share; internal to lib/gtpu. */
#ifndef BATON_GTPU_CONST_H
#define BATON_GTPU_CONST_H

#include "lib/gtpu/gtpu.h"
#include "lib/wire.h"

/* First octet, TS 29.281 cl. 5.1 */
#define GTPU_VERSION_MASK 0xe0
#define GTPU_VERSION_1	  0x20
#define GTPU_FLAG_PT	  0x10 /* GTP, not GTP' */
#define GTPU_FLAG_E	  0x04
#define GTPU_FLAG_S	  0x02
#define GTPU_FLAG_PN	  0x01
#define GTPU_FLAG_OPTIONS 0x07 /* any of them: four more octets */

/* IE types, TS 29.281 cl. 8.1: under 128 type and value of a known length, else with a length field
 */
#define GTPU_IE_RECOVERY	14
#define GTPU_IE_TEID_DATA_I	16
#define GTPU_IE_TLV		128
#define GTPU_IE_PEER_ADDRESS	133
#define GTPU_IE_EXTENSION_TYPES 141 /* the only one whose length field is one octet */
#define GTPU_IE_TUNNEL_STATUS	230
#define GTPU_IE_RECOVERY_TIME	231
#define GTPU_IE_PRIVATE		255

#define GTPU_TUNNEL_STATUS_SPOC 0x01

#define GTPU_EXTENSION_UNIT  4
#define GTPU_MAX_LONG_PDCP   0x3ffff
#define GTPU_MAX_PSC_CONTENT 64 /* octets; over the longest there is */

/* The content of an extension header, which @r is; Return: 0 or -EBADMSG */
int gtpu_psc_get(struct wire_reader *r, struct gtpu_psc *ret);
void gtpu_psc_put(struct wire_writer *w, const struct gtpu_psc *psc);
bool gtpu_psc_is_valid(const struct gtpu_psc *psc);

#endif
