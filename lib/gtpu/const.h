/* SPDX-License-Identifier: Apache-2.0 */
/* Bits and types that GTP-U's reader and writer share; internal to lib/gtpu. */
#ifndef BATON_GTPU_CONST_H
#define BATON_GTPU_CONST_H

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

/* PDU Session Container, TS 38.415 cl. 5.5.2 */
#define GTPU_PSC_PPP   0x80
#define GTPU_PSC_RQI   0x40
#define GTPU_PSC_QFI   0x3f
#define GTPU_PPI_SHIFT 5

#endif
