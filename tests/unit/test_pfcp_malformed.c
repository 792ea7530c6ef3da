// SPDX-License-Identifier: Apache-2.0
/*
 * PFCP: bad messages. Each is refused with the cause, the IE and the place that an answer and a log
 * need, and with a header that holds. Among them is what has crashed or stalled other user planes;
 * the issue is named in the row.
 */
#include "lib/pfcp/ie.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "tests/unit/hex_bytes.h"
#include "tests/unit/test_pfcp_golden.h"

#define N(a) (sizeof(a) / sizeof((a)[0]))

static struct pfcp_msg msg;
static uint8_t wire[PFCP_MAX_MESSAGE + 256];

#define NODE_ID	   "003c(00 0a640001) "
#define RECOVERY   "0060(e81fe7b4) "
#define F_SEID	   "0039(02 0000000000000001 0a640001) "
#define PDR	   "0001(0038(0001) 001d(00000001) 0002(0014(00)) 006c(00000001)) "
#define FAR	   "0003(006c(00000001) 002c(01)) "
#define ESTABLISH  "21 32 (0000000000000000 000001 00 "
#define MODIFY	   "21 34 (0000000000000001 000001 00 "
#define REPORT	   "21 38 (0000000000000001 000001 00 "
#define RESPONSE   "21 33 (0000000000000001 000001 00 "
#define WITH_RULES ESTABLISH NODE_ID F_SEID
/* a Create PDR with this in its PDI, a FAR to core with this in its Forwarding Parameters */
#define PDI(x)	 WITH_RULES "0001(0038(0001) 001d(00000001) 0002(" x ") 006c(00000001)) " FAR ")"
#define PDI_AT	 64 /* where the PDI's first member is */
#define PARAM(x) WITH_RULES PDR "0003(006c(00000001) 002c(02) 0004(" x ")))"
#define PARAM_AT 98
#define RULE_AT	 42 /* the first rule of WITH_RULES */
/* a node message with these IEs, the first one behind the Node ID; an Update FAR, Update URR,
 * Update QER with this in its parameters, resp. in it */
#define NODE(t, x) "20 " t " (000001 00 " NODE_ID x ")"
#define NODE_AT	   17
#define UPDATE(x)  MODIFY "000a(006c(00000001) 000b(" x ")))"
#define UPDATE_AT  32
#define URR(x)	   MODIFY "000d(0051(00000001) " x "))"
#define QER(x)	   MODIFY "000e(006d(00000001) " x "))"
#define BAR(x)	   "21 39 (0000000000000001 000001 00 0013(01) 000c(0058(01) " x "))"
#define RULE_MORE  28 /* what is behind the id in these */
#define BAR_MORE   30
#define NEW_URR(x) MODIFY "0006(0051(00000001) 003e(07) " x "))"
#define SIXTY_FOUR "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"

static const struct {
	const char *what;
	const char *hex;
	int rc;
	uint8_t cause;
	uint16_t ie;
	size_t offset;
} malformed[] = {
	/* ---- header: cl. 7.6.2 to 7.6.4 ---- */
	{"1: nothing", "", -EBADMSG, 0, 0, 0},
	{"2: one octet", "20", -EBADMSG, 0, 0, 0},
	{"3: a node header cut by one", "20 01 0004 000001", -EBADMSG, 0, 0, 0},
	{"4: a session header cut by one", "21 36 000c 0000000000000001 000001", -EBADMSG, 0, 0, 0},
	{"5: Length under a header", "20 01 0003 000001 00", -EBADMSG, 0, 0, 0},
	{"6: Length under a header with SEID", "21 36 000b 0000000000000001 000001 00", -EBADMSG, 0,
	 0, 0},
	{"7: Length over the datagram", "20 01 000d 000001 00 0060(e81fe7b4)", -EINVAL, 68, 0, 0},
	{"8: Length under the datagram", "20 01 000b 000001 00 0060(e81fe7b4)", -EINVAL, 68, 0, 0},
	{"9: version 2", "40 01 (000001 00 " RECOVERY ")", -EPROTONOSUPPORT, 0, 0, 0},
	{"10: GTP-U on the wrong port (open5gs#1767: port scan)", "30 ff 0004 00000001 00000000",
	 -EOPNOTSUPP, 0, 0, 0},
	{"11: message type 58", "21 3a (0000000000000001 000001 00)", -EOPNOTSUPP, 0, 0, 0},
	{"12: message type 18, of a later release", "20 12 (000001 00 " NODE_ID ")", -EOPNOTSUPP, 0,
	 0, 0},
	{"13: a Heartbeat with a SEID", "21 01 (0000000000000001 000001 00 " RECOVERY ")", -EINVAL,
	 64, 0, 0},
	{"14: a Deletion without SEID", "20 36 (000001 00)", -EINVAL, 64, 0, 0},
	/* ---- IEs: cl. 7.6.6 to 7.6.8 ---- */
	{"15: Recovery Time Stamp of length 0 (free5gc#483)", "2001000c0000020000600000e81fe7b4",
	 -EINVAL, 68, 96, 8},
	{"16: IE header cut", "20 01 (000001 00 006000)", -EINVAL, 68, 0, 8},
	{"17: IE longer than the message", "20 01 (000001 00 0060 0005 e81fe7b4)", -EINVAL, 68, 96,
	 8},
	{"18: IE of length 0xffff", "20 01 (000001 00 0060 ffff e81fe7b4)", -EINVAL, 68, 96, 8},
	{"19: IE shorter than its value", "20 01 (000001 00 0060(e81fe7))", -EINVAL, 68, 96, 8},
	{"20: vendor IE behind, without enterprise id (free5gc#482: type over 0x7fff)",
	 "20 01 (000001 00 " RECOVERY "ffff(00))", -EINVAL, 68, 0xffff, 16},
	{"21: Cause of two octets: fixed length", "20 0a (000001 00 " NODE_ID "0013(0100))",
	 -EINVAL, 68, 19, 17},
	{"22: Cause 0 is reserved", "20 0a (000001 00 " NODE_ID "0013(00))", -EINVAL, 69, 19, 17},
	{"23: Heartbeat without time stamp", "20 01 (000001 00)", -EINVAL, 66, 96, 0},
	{"24: Association Setup without Node ID", "20 05 (000001 00 " RECOVERY ")", -EINVAL, 66, 60,
	 0},
	{"25: session rules in an Association Setup (free5gc#745)",
	 "20 05 (000001 00 " RECOVERY PDR FAR ")", -EINVAL, 66, 60, 0},
	{"26: Node ID type 3", "20 09 (000001 00 003c(03 0a640001))", -EINVAL, 69, 60, 8},
	{"27: Node ID IPv6 with an IPv4 address", "20 09 (000001 00 003c(01 0a640001))", -EINVAL,
	 68, 60, 8},
	{"28: Node ID FQDN without one", "20 09 (000001 00 003c(02))", -EINVAL, 68, 60, 8},
	{"29: Node ID FQDN, label over its end", "20 09 (000001 00 003c(02 05616263))", -EINVAL, 68,
	 60, 8},
	{"30: Node ID FQDN with a NUL", "20 09 (000001 00 003c(02 03610062))", -EINVAL, 69, 60, 8},
	/* ---- session establishment ---- */
	{"31: empty (omec-project/upf#927)", ESTABLISH ")", -EINVAL, 66, 60, 0},
	{"32: no CP F-SEID (omec-project/upf#957)", ESTABLISH NODE_ID PDR FAR ")", -EINVAL, 66, 57,
	 0},
	{"33: no PDR", WITH_RULES FAR ")", -EINVAL, 66, 1, 0},
	{"34: no FAR", WITH_RULES PDR ")", -EINVAL, 66, 3, 0},
	{"35: F-SEID without address", ESTABLISH NODE_ID "0039(00 0000000000000001) " PDR FAR ")",
	 -EINVAL, 69, 57, 25},
	{"36: F-SEID with both flags, one address",
	 ESTABLISH NODE_ID "0039(03 0000000000000001 0a640001) " PDR FAR ")", -EINVAL, 68, 57, 25},
	{"37: Create PDR of length 0 (free5gc#802)", WITH_RULES "0001() " FAR ")", -EINVAL, 66, 56,
	 RULE_AT},
	{"38: Create PDR without PDI",
	 WITH_RULES "0001(0038(0001) 001d(00000001) 006c(00000001))" FAR ")", -EINVAL, 66, 2,
	 RULE_AT},
	{"39: Create PDR without FAR ID (open5gs#4179, gtp5g#173)",
	 WITH_RULES "0001(0038(0001) 001d(00000001) 0002(0014(00))) " FAR ")", -EINVAL, 67, 108,
	 RULE_AT},
	{"40: PDI without Source Interface (eupf#631)", PDI("007c(09)"), -EINVAL, 66, 20,
	 PDI_AT - 4},
	{"41: Source Interface 5", PDI("0014(05)"), -EINVAL, 69, 20, PDI_AT},
	{"42: Source Interface of length 0", PDI("0014()"), -EINVAL, 68, 20, PDI_AT},
	{"43: PDI longer than its PDR",
	 WITH_RULES "0001(0038(0001) 001d(00000001) 0002 0040 0014(00)) " FAR ")", -EINVAL, 68, 2,
	 PDI_AT - 4},
	{"44: F-TEID without V4 and V6", PDI("0015(00 00000001)"), -EINVAL, 69, 21, PDI_AT},
	{"45: F-TEID, CHOOSE without V4 and V6", PDI("0015(04)"), -EINVAL, 69, 21, PDI_AT},
	{"46: F-TEID, CHOOSE ID without CHOOSE", PDI("0015(09 00000001 0a650001 05)"), -EINVAL, 69,
	 21, PDI_AT},
	{"47: F-TEID, CHOOSE ID cut", PDI("0015(0d)"), -EINVAL, 68, 21, PDI_AT},
	{"48: F-TEID, V6 with an IPv4 address", PDI("0015(02 00000001 0a650001)"), -EINVAL, 68, 21,
	 PDI_AT},
	{"49: UE IP Address, V4 without address", PDI("005d(02)"), -EINVAL, 68, 93, PDI_AT},
	{"50: UE IP Address with an address and a wish for one", PDI("005d(12 0a3c0002)"), -EINVAL,
	 69, 93, PDI_AT},
	{"51: UE IP Address without any", PDI("005d(04)"), -EINVAL, 69, 93, PDI_AT},
	{"52: UE IP Address, prefix of IPv6 without IPv6", PDI("005d(42 0a3c0002 40)"), -EINVAL, 69,
	 93, PDI_AT},
	{"53: SDF Filter, Flow Description of 0xffff (open5gs#4154)",
	 PDI("0017(0100 ffff 7065726d6974)"), -EINVAL, 68, 23, PDI_AT},
	{"54: SDF Filter, FD without text", PDI("0017(0100)"), -EINVAL, 68, 23, PDI_AT},
	{"55: SDF Filter, empty Flow Description", PDI("0017(0100 0000)"), -EINVAL, 68, 23, PDI_AT},
	{"56: SDF Filter, control characters", PDI("0017(0100 0003 610a62)"), -EINVAL, 69, 23,
	 PDI_AT},
	{"57: SDF Filter, all flags and nothing behind", PDI("0017(1f00)"), -EINVAL, 68, 23,
	 PDI_AT},
	{"58: Outer Header Removal 9",
	 WITH_RULES "0001(0038(0001) 001d(00000001) 0002(0014(00)) 005f(09) 006c(00000001)) " FAR
		    ")",
	 -EINVAL, 69, 95, 69},
	/* ---- FAR ---- */
	{"59: FORW without Forwarding Parameters", WITH_RULES PDR "0003(006c(00000001) 002c(02)))",
	 -EINVAL, 67, 4, 77},
	{"60: Create FAR without Apply Action", WITH_RULES PDR "0003(006c(00000001)))", -EINVAL, 66,
	 44, 77},
	{"61: Apply Action of no action", WITH_RULES PDR "0003(006c(00000001) 002c(08)))", -EINVAL,
	 69, 44, 89},
	{"62: Apply Action, DROP and FORW", WITH_RULES PDR "0003(006c(00000001) 002c(03)))",
	 -EINVAL, 69, 44, 89},
	{"63: Apply Action of length 0", WITH_RULES PDR "0003(006c(00000001) 002c()))", -EINVAL, 68,
	 44, 89},
	{"64: Outer Header Creation of length 0 (open5gs#4423, free5gc#796)",
	 PARAM("002a(00) 0054()"), -EINVAL, 68, 84, PARAM_AT + 5},
	{"65: Outer Header Creation cut in the TEID (open5gs#4152)",
	 PARAM("002a(00) 0054(0100 0000)"), -EINVAL, 68, 84, PARAM_AT + 5},
	{"66: Outer Header Creation without address (eupf#630)",
	 PARAM("002a(00) 0054(0100 00000001)"), -EINVAL, 68, 84, PARAM_AT + 5},
	{"67: Outer Header Creation of no header", PARAM("002a(00) 0054(0001 00000001)"), -EINVAL,
	 69, 84, PARAM_AT + 5},
	{"68: Destination Interface 0x99 (open5gs#4218)", PARAM("002a(99)"), -EINVAL, 69, 42,
	 PARAM_AT},
	{"69: Forwarding Parameters without Destination Interface", PARAM("00a0(11)"), -EINVAL, 67,
	 42, PARAM_AT - 4},
	/* ---- QER, URR, BAR ---- */
	{"70: MBR cut (open5gs#4154)",
	 WITH_RULES PDR FAR "0007(006d(00000001) 0019(00) 001a(000000000100000000)))", -EINVAL, 68,
	 26, 111},
	{"71: Create QER without Gate Status", WITH_RULES PDR FAR "0007(006d(00000001)))", -EINVAL,
	 67, 25, 94},
	{"72: Create URR of no method",
	 WITH_RULES PDR FAR "0006(0051(0000ffff) 003e(00) 0025(010000)))", -EINVAL, 69, 62, 106},
	{"73: Create URR, periodic without period",
	 WITH_RULES PDR FAR "0006(0051(0000ffff) 003e(02) 0025(010000)))", -EINVAL, 67, 64, 94},
	{"74: Create URR, Reporting Triggers of one octet",
	 WITH_RULES PDR FAR "0006(0051(00000001) 003e(02) 0025(01)))", -EINVAL, 68, 37, 111},
	{"75: Volume Threshold, flags over its length",
	 WITH_RULES PDR FAR "0006(0051(00000001) 003e(02) 0025(020000) 001f(07 00)))", -EINVAL, 68,
	 31, 118},
	{"76: Create BAR without id, which is optional in an establishment only",
	 MODIFY "0055(002e(02)))", -EINVAL, 67, 88, 16},
	{"77: S-NSSAI of three octets", WITH_RULES PDR FAR "0101(01ffff))", -EINVAL, 68, 257, 94},
	{"78: S-NSSAI of five octets: fixed length", WITH_RULES PDR FAR "0101(01ffffff00))",
	 -EINVAL, 68, 257, 94},
	{"79: User ID, IMSI over its end", WITH_RULES PDR FAR "008d(01 08 0001))", -EINVAL, 68, 141,
	 94},
	{"80: PDN Type 0", WITH_RULES PDR FAR "0071(00))", -EINVAL, 69, 113, 94},
	/* ---- modification ---- */
	{"81: Remove FAR of length 0 (eupf#635)", MODIFY "0010())", -EINVAL, 67, 108, 16},
	{"82: Remove PDR with half an id", MODIFY "000f(0038(00)))", -EINVAL, 68, 56, 20},
	{"83: Update PDR with a PDR ID of length 0: an id is not taken away",
	 MODIFY "0009(0038()))", -EINVAL, 68, 56, 20},
	{"84: Create FAR, Outer Header Creation cut (eupf#637)",
	 MODIFY "0003(006c(00000001) 002c(02) 0004(002a(00) 0054(0100))))", -EINVAL, 68, 84, 42},
	/* ---- responses and reports ---- */
	{"85: Establishment Response without Cause (free5gc#815)", RESPONSE NODE_ID F_SEID ")",
	 -EINVAL, 66, 19, 0},
	{"86: Establishment Response accepted without F-SEID", RESPONSE NODE_ID "0013(01))",
	 -EINVAL, 67, 57, 0},
	{"87: Created PDR that asks for a choice",
	 RESPONSE NODE_ID "0013(01) " F_SEID "0008(0038(0001) 0015(05)))", -EINVAL, 69, 21, 47},
	{"88: Session Report Response without Cause (omec-project/upf#958)",
	 "21 39 (0000000000000001 000001 00)", -EINVAL, 66, 19, 0},
	{"89: Session Report of nothing", REPORT "0027(00))", -EINVAL, 69, 39, 16},
	{"90: Session Report, ERIR without report", REPORT "0027(04))", -EINVAL, 67, 99, 0},
	{"91: Error Indication Report without F-TEID", REPORT "0027(04) 0063())", -EINVAL, 67, 21,
	 21},
	{"92: Error Indication Report with a wish", REPORT "0027(04) 0063(0015(05)))", -EINVAL, 69,
	 21, 21},
	{"93: Usage Report without number", REPORT "0027(02) 0050(0051(00000001) 003f(010000)))",
	 -EINVAL, 67, 104, 21},
	/* ---- other messages of nodes ---- */
	{"94: Association Setup with a SEID (free5gc#741)",
	 "21 05 (0000000000000000 000001 00 " NODE_ID RECOVERY ")", -EINVAL, 64, 0, 0},
	{"95: SMF Set ID without a name", NODE("05", RECOVERY "00b4(00)"), -EINVAL, 68, 180, 25},
	{"96: SMF Set ID, dot in a label", NODE("05", RECOVERY "00b4(00 03612e62)"), -EINVAL, 69,
	 180, 25},
	{"97: NF Instance ID of 17 octets: fixed length",
	 NODE("05", RECOVERY "00fd(00112233445566778899aabbccddeeff00)"), -EINVAL, 68, 253, 25},
	{"98: Alternative SMF IP Address cut", NODE("05", RECOVERY "00b2(02 0a64)"), -EINVAL, 68,
	 178, 25},
	{"99: Pool Information, IP version of length 0", NODE("05", RECOVERY "00e9(0102())"),
	 -EINVAL, 68, 258, 29},
	{"100: Pool Identity longer than its IE", NODE("05", RECOVERY "00e9(00b1(0005 61))"),
	 -EINVAL, 68, 177, 29},
	{"101: Association Update without Node ID", "20 07 (000001 00 006f(01))", -EINVAL, 66, 60,
	 0},
	{"102: Graceful Release Period of length 0", NODE("07", "0070()"), -EINVAL, 68, 112,
	 NODE_AT},
	{"103: Association Update Response without Cause", NODE("08", ""), -EINVAL, 66, 19, 0},
	{"104: Node Report without type", NODE("0c", ""), -EINVAL, 66, 101, 0},
	{"105: Node Report of nothing", NODE("0c", "0065(00)"), -EINVAL, 69, 101, NODE_AT},
	{"106: Node Report of spare bits", NODE("0c", "0065(c0)"), -EINVAL, 69, 101, NODE_AT},
	{"107: Path Failure without report", NODE("0c", "0065(01)"), -EINVAL, 67, 102, 0},
	{"108: Path Recovery without report", NODE("0c", "0065(03) 0066(0067(02 0a650101))"),
	 -EINVAL, 67, 187, 0},
	{"109: Path Failure Report without peer", NODE("0c", "0065(01) 0066()"), -EINVAL, 67, 103,
	 22},
	{"110: Remote GTP-U Peer without address", NODE("0c", "0065(01) 0066(0067(00))"), -EINVAL,
	 69, 103, 26},
	{"111: Remote GTP-U Peer, interface of no octet",
	 NODE("0c", "0065(01) 0066(0067(06 0a650101 0000))"), -EINVAL, 68, 103, 26},
	{"112: Remote GTP-U Peer, interface 6",
	 NODE("0c", "0065(01) 0066(0067(06 0a650101 0001 06))"), -EINVAL, 69, 103, 26},
	{"113: Remote GTP-U Peer, name over its end",
	 NODE("0c", "0065(01) 0066(0067(0a 0a650101 0009 026e33))"), -EINVAL, 68, 103, 26},
	{"114: Remote GTP-U Peer, name of no octet",
	 NODE("0c", "0065(01) 0066(0067(0a 0a650101 0000))"), -EINVAL, 68, 103, 26},
	{"115: FQ-CSID of length 0: of a session only", NODE("0e", "0041()"), -EINVAL, 68, 65,
	 NODE_AT},
	{"116: FQ-CSID, node id of type 3", NODE("0e", "0041(31 0a640001 0001 02)"), -EINVAL, 69,
	 65, NODE_AT},
	{"117: FQ-CSID, fewer ids than said", NODE("0e", "0041(03 0a640001 0001 0002)"), -EINVAL,
	 68, 65, NODE_AT},
	{"118: FQ-CSID, node type 6", NODE("0e", "0041(01 0a640001 0001 06)"), -EINVAL, 69, 65,
	 NODE_AT},
	{"119: FQ-CSID cut in the address", NODE("0e", "0041(11 fd00)"), -EINVAL, 68, 65, NODE_AT},
	{"120: Session Set Modification of none", NODE("10", ""), -EINVAL, 66, 290, 0},
	{"121: Change Info that leads nowhere", NODE("10", "0122(0123(61))"), -EINVAL, 66, 178,
	 NODE_AT},
	{"122: Change Info, address without one", NODE("10", "0122(00b2(04))"), -EINVAL, 69, 178,
	 21},
	{"123: Group Id of length 0", NODE("10", "0122(0123() 00b2(02 0a640001))"), -EINVAL, 68,
	 291, 21},
	{"124: Group Id longer than we keep", NODE("10", "0122(0123(" SIXTY_FOUR SIXTY_FOUR "00))"),
	 -EINVAL, 75, 291, 21},
	{"125: PFDs of no application", "20 03 (000001 00 003a(003b(003d(0400 000161))))", -EINVAL,
	 67, 24, 8},
	{"126: PFD context without contents", "20 03 (000001 00 003a(0018(61) 003b()))", -EINVAL,
	 67, 61, 17},
	{"127: PFD Contents of nothing", "20 03 (000001 00 003a(0018(61) 003b(003d(0000))))",
	 -EINVAL, 69, 61, 21},
	{"128: PFD Contents of one octet", "20 03 (000001 00 003a(0018(61) 003b(003d(01))))",
	 -EINVAL, 68, 61, 21},
	{"129: PFD Contents, protocol of no domain name",
	 "20 03 (000001 00 003a(0018(61) 003b(003d(1000 000161))))", -EINVAL, 69, 61, 21},
	{"130: PFD Contents, empty flow", "20 03 (000001 00 003a(0018(61) 003b(003d(0100 0000))))",
	 -EINVAL, 69, 61, 21},
	{"131: PFD Contents, control character",
	 "20 03 (000001 00 003a(0018(61) 003b(003d(0200 00010a))))", -EINVAL, 69, 61, 21},
	{"132: PFD Contents, field over its end",
	 "20 03 (000001 00 003a(0018(61) 003b(003d(0100 ffff 61))))", -EINVAL, 68, 61, 21},
	{"133: PFD Contents, custom field over its end",
	 "20 03 (000001 00 003a(0018(61) 003b(003d(1c00 000161 0005 62))))", -EINVAL, 68, 61, 21},
	{"134: PFD Contents, additional field that is cut inside",
	 "20 03 (000001 00 003a(0018(61) 003b(003d(2000 0005 000161 0005))))", -EINVAL, 68, 61, 21},
	{"135: PFD Contents, additional domain name without its protocol's length",
	 "20 03 (000001 00 003a(0018(61) 003b(003d(8000 0003 000161))))", -EINVAL, 68, 61, 21},
	{"136: PFD Contents, 13 flows",
	 "20 03 (000001 00 003a(0018(61) 003b(003d(2000 0027 000161 000161 000161 000161 000161 "
	 "000161"
	 "000161 000161 000161 000161 000161 000161 000161))))",
	 -EINVAL, 75, 61, 21},
	/* ---- forwarding ---- */
	{"137: Redirect Information of length 0 in a Create FAR", PARAM("002a(01) 0026()"), -EINVAL,
	 68, 38, PARAM_AT + 5},
	{"138: Redirect Information, type 9", UPDATE("0026(09 000161)"), -EINVAL, 69, 38,
	 UPDATE_AT},
	{"139: Redirect Information, empty address", UPDATE("0026(02 0000)"), -EINVAL, 68, 38,
	 UPDATE_AT},
	{"140: Redirect Information, address over its end", UPDATE("0026(02 ffff 61)"), -EINVAL, 68,
	 38, UPDATE_AT},
	{"141: Redirect Information, second address missing", UPDATE("0026(04 000161)"), -EINVAL,
	 68, 38, UPDATE_AT},
	{"142: Redirect Information, no port", UPDATE("0026(05)"), -EINVAL, 68, 38, UPDATE_AT},
	{"143: Redirect Information, port cut", UPDATE("0026(05 0000 0000 1f)"), -EINVAL, 68, 38,
	 UPDATE_AT},
	{"144: Redirect Information, control character", UPDATE("0026(02 0002 610a)"), -EINVAL, 69,
	 38, UPDATE_AT},
	{"145: Forwarding Policy of no name", UPDATE("0029(00)"), -EINVAL, 68, 41, UPDATE_AT},
	{"146: Forwarding Policy over its end", UPDATE("0029(05 61)"), -EINVAL, 68, 41, UPDATE_AT},
	{"147: Header Enrichment of type 1", UPDATE("0062(01 0161 0162)"), -EINVAL, 69, 98,
	 UPDATE_AT},
	{"148: Header Enrichment, no name", UPDATE("0062(00 00 0162)"), -EINVAL, 68, 98, UPDATE_AT},
	{"149: Header Enrichment, no value's length", UPDATE("0062(00 0161)"), -EINVAL, 68, 98,
	 UPDATE_AT},
	{"150: Header Enrichment, value with a line feed", UPDATE("0062(00 0161 020a62)"), -EINVAL,
	 69, 98, UPDATE_AT},
	{"151: replacement by no address", UPDATE("0125(2400 0050 0051)"), -EINVAL, 69, 293,
	 UPDATE_AT},
	{"152: replacement cut", UPDATE("0125(0300 0a000001 fd00)"), -EINVAL, 68, 293, UPDATE_AT},
	{"153: Linked Traffic Endpoint ID of length 0 in a Create FAR", PARAM("002a(01) 0083()"),
	 -EINVAL, 68, 131, PARAM_AT + 5},
	{"154: DUPL without Duplicating Parameters",
	 WITH_RULES PDR "0003(006c(00000001) 002c(11)))", -EINVAL, 67, 5, 77},
	{"155: Duplicating Parameters without Destination Interface",
	 WITH_RULES PDR "0003(006c(00000001) 002c(11) 0005()))", -EINVAL, 67, 42, 94},
	{"156: Update Duplicating Parameters, Outer Header Creation cut",
	 MODIFY "000a(006c(00000001) 0069(0054(0100 00))))", -EINVAL, 68, 84, UPDATE_AT},
	/* ---- PDR, Traffic Endpoint ---- */
	{"157: Framed-Routing of three octets", PDI("0014(00) 009a(000000)"), -EINVAL, 68, 154,
	 PDI_AT + 5},
	{"158: Framed-Route of length 0", PDI("0014(00) 0099()"), -EINVAL, 68, 153, PDI_AT + 5},
	{"159: Framed-IPv6-Route with a NUL", PDI("0014(00) 009b(61 00)"), -EINVAL, 69, 155,
	 PDI_AT + 5},
	{"160: Traffic Endpoint ID of length 0", PDI("0014(00) 0083()"), -EINVAL, 68, 131,
	 PDI_AT + 5},
	{"161: Ethernet PDU Session Information of length 0", PDI("0014(00) 008e()"), -EINVAL, 68,
	 142, PDI_AT + 5},
	{"162: the second UE IP Address cut", PDI("0014(00) 005d(02 0a3c0002) 005d(02 0a3c)"),
	 -EINVAL, 68, 93, PDI_AT + 14},
	{"163: Activation Time of three octets", MODIFY "0009(0038(0001) 00a3(000000)))", -EINVAL,
	 68, 163, 26},
	{"164: Deactivate Predefined Rules with a line feed", MODIFY "0009(0038(0001) 006b(0a)))",
	 -EINVAL, 69, 107, 26},
	{"165: MAR ID of one octet",
	 MODIFY "0001(0038(0001) 001d(00000001) 0002(0014(00)) 00aa(01)))", -EINVAL, 68, 170, 43},
	{"166: Create Traffic Endpoint without id", MODIFY "007f(0015(05)))", -EINVAL, 67, 131, 16},
	{"167: Create Traffic Endpoint, F-TEID without V4 and V6",
	 MODIFY "007f(0083(01) 0015(04)))", -EINVAL, 69, 21, 25},
	{"168: Remove Traffic Endpoint of length 0", MODIFY "0082())", -EINVAL, 67, 131, 16},
	{"169: Update Traffic Endpoint, UE IP Address of both kinds",
	 MODIFY "0081(0083(01) 005d(12 0a3c0002)))", -EINVAL, 69, 93, 25},
	{"170: Created Traffic Endpoint that asks for a choice",
	 RESPONSE NODE_ID "0013(01) " F_SEID "0080(0083(01) 0015(05)))", -EINVAL, 69, 21, 47},
	/* ---- QER ---- */
	{"171: GBR cut (open5gs#4154)", QER("001b(000000000100000000)"), -EINVAL, 68, 27,
	 RULE_MORE},
	{"172: Packet Rate of nothing", QER("005e(04)"), -EINVAL, 69, 94, RULE_MORE},
	{"173: Packet Rate cut", QER("005e(03 020064)"), -EINVAL, 68, 94, RULE_MORE},
	{"174: Packet Rate, additional one missing", QER("005e(05 020064)"), -EINVAL, 68, 94,
	 RULE_MORE},
	{"175: DL Flow Level Marking cut", QER("0061(03 28fc 80)"), -EINVAL, 68, 97, RULE_MORE},
	{"176: Averaging Window of two octets", QER("009d(07d0)"), -EINVAL, 68, 157, RULE_MORE},
	/* ---- URR ---- */
	{"177: Dropped DL Traffic Threshold, flags over its length (open5gs#4154)",
	 URR("0048(03 000000000000000a)"), -EINVAL, 68, 72, RULE_MORE},
	{"178: Dropped DL Traffic Threshold of nothing", URR("0048(00)"), -EINVAL, 69, 72,
	 RULE_MORE},
	{"179: Volume Quota of packets, which it has not", URR("0049(08 0000000000000001)"),
	 -EINVAL, 69, 73, RULE_MORE},
	{"180: Subsequent Volume Threshold cut", URR("0022(01 00)"), -EINVAL, 68, 34, RULE_MORE},
	{"181: Subsequent Volume Quota of nothing", URR("0079(00)"), -EINVAL, 69, 121, RULE_MORE},
	{"182: Event Threshold of two octets", URR("0095(0001)"), -EINVAL, 68, 149, RULE_MORE},
	{"183: Number of Reports of three octets: fixed length", URR("00b6(000100)"), -EINVAL, 68,
	 182, RULE_MORE},
	{"184: Linked URR ID cut", URR("0052(000000)"), -EINVAL, 68, 82, RULE_MORE},
	{"185: QUHTI without Quota Holding Time", NEW_URR("0025(0800)"), -EINVAL, 67, 71, 16},
	{"186: DROTH without threshold", NEW_URR("0025(4000)"), -EINVAL, 67, 72, 16},
	{"187: LIUSA without Linked URR ID", NEW_URR("0025(8000)"), -EINVAL, 67, 82, 16},
	{"188: EVETH without threshold", NEW_URR("0025(0010)"), -EINVAL, 67, 149, 16},
	{"189: UPINT without timer", NEW_URR("0025(000002)"), -EINVAL, 67, 117, 16},
	{"190: TIMTH without threshold", NEW_URR("0025(0400)"), -EINVAL, 67, 32, 16},
	/* ---- answers and reports ---- */
	{"191: DL Buffering Suggested Packet Count of length 3", BAR("0030(000001)"), -EINVAL, 68,
	 48, BAR_MORE},
	{"192: Update BAR without id", "21 39 (0000000000000001 000001 00 0013(01) 000c(002e(02)))",
	 -EINVAL, 67, 88, 21},
	{"193: Load Control Information, number cut",
	 "21 37 (0000000000000001 000001 00 0013(01) 0033(0034(000001)))", -EINVAL, 68, 52, 25},
	{"194: Metric of two octets: fixed length",
	 "21 37 (0000000000000001 000001 00 0013(01) 0033(0034(00000001) 0035(0001)))", -EINVAL, 68,
	 53, 33},
	{"195: Overload Control Information, Timer of length 0",
	 "21 37 (0000000000000001 000001 00 0013(01) 0036(0034(00000001) 0035(01) 0037()))",
	 -EINVAL, 68, 55, 38},
	{"196: Partial Failure Information without offending IE",
	 RESPONSE NODE_ID "0013(03) " F_SEID "0110(0072(000001) 0013(49)))", -EINVAL, 67, 274, 47},
	{"197: Offending IE Information of one octet",
	 RESPONSE NODE_ID "0013(03) " F_SEID "0110(0072(000001) 0013(49) 0112(00)))", -EINVAL, 68,
	 274, 63},
	{"198: partially accepted, without F-SEID", RESPONSE NODE_ID "0013(03))", -EINVAL, 67, 57,
	 0},
	{"199: Additional Usage Reports Information of one octet",
	 "21 37 (0000000000000001 000001 00 0013(01) 007e(80))", -EINVAL, 68, 126, 21},
	{"200: Downlink Data Report of no PDR", REPORT "0027(01) 0053(002d(00)))", -EINVAL, 67, 56,
	 21},
	{"201: Downlink Data Service Information cut",
	 REPORT "0027(01) 0053(0038(0001) 002d(03 2e)))", -EINVAL, 68, 45, 31},
	{"202: Application Detection Information of none",
	 REPORT "0027(02) 0050(0051(00000001) 0068(00000001) 003f(100000) 0044(0038(0001))))",
	 -EINVAL, 67, 24, 48},
	{"203: Flow Information, text over its end",
	 REPORT "0027(02) 0050(0051(00000001) 0068(00000001) 003f(100000) 0044(0018(61) 005c(01 "
		"0005 61))))",
	 -EINVAL, 68, 92, 57},
	{"204: Event Time Stamp of three octets",
	 REPORT "0027(02) 0050(0051(00000001) 0068(00000001) 003f(100000) 009c(000000)))", -EINVAL,
	 68, 156, 48},
	{"205: a request with a rejecting Cause still needs the rest", REPORT "0013(40))", -EINVAL,
	 66, 39, 0},
	{"206: UPF's F-SEID in a report, cut", REPORT "0027(08) 0039(02 0000000000000001 0a))",
	 -EINVAL, 68, 57, 21},
	{"207: Query URR Reference of length 0", MODIFY "007d())", -EINVAL, 68, 125, 16},
	{"208: CP F-SEID of length 0: only FQ-CSIDs can be taken away", MODIFY "0039())", -EINVAL,
	 68, 57, 16},
	{"209: a Create URR of length 0 takes nothing away", MODIFY "0006())", -EINVAL, 67, 81, 16},
	/* ---- groups in groups: cl. 7.2.3.2 ---- */
	{"210: a PDR's PDI without Source Interface is conditional with its PDR",
	 MODIFY "0001(0038(0001) 001d(00000001) 0002(007c(09)) 006c(00000001)))", -EINVAL, 67, 20,
	 34},
	{"211: Heartbeats bundled, which no message of nodes is (cl. 6.5)",
	 "24 01 (000001 00 " RECOVERY ") 20 01 (000002 00 " RECOVERY ")", -EINVAL, 68, 0, 0},
	/* ---- what decides over what a PDR matches, optional or not ---- */
	{"212: PDI, Network Instance with a line feed", PDI("0014(00) 0016(0a)"), -EINVAL, 69, 22,
	 PDI_AT + 5},
	{"213: Create Traffic Endpoint, Network Instance with an escape",
	 MODIFY "007f(0083(01) 0016(1b)))", -EINVAL, 69, 22, 25},
	{"214: Update Traffic Endpoint, Network Instance with an escape",
	 MODIFY "0081(0083(01) 0016(1b)))", -EINVAL, 69, 22, 25},
	{"215: MPTCP Applicable Indication of length 0",
	 MODIFY "0001(0038(0001) 001d(00000001) 0002(0014(00)) 0109() 006c(00000001)))", -EINVAL,
	 68, 265, 43},
};

static void malformed_messages(void **state)
{
	unsigned int failed = 0;

	for (size_t i = 0; i < N(malformed); i++) {
		size_t len = bytes_from_hex(malformed[i].hex, wire, sizeof(wire));
		struct pfcp_error err = {.cause = 255, .ie_type = 255};
		int rc = pfcp_decode(wire, len, &msg, &err);

		if (rc != malformed[i].rc || err.cause != malformed[i].cause ||
		    err.ie_type != malformed[i].ie || err.offset != malformed[i].offset) {
			print_error("%s: %d, cause %u, IE %u at %zu (%s)\n", malformed[i].what, rc,
				    err.cause, err.ie_type, err.offset, err.what);
			failed++;
		}
		assert_non_null(err.what);
		assert_int_equal(pfcp_decode(wire, len, &msg, NULL), rc);
	}
	assert_int_equal(failed, 0);
}

/* After all but -EBADMSG the header is there to answer with. */
static void header_holds(void **state)
{
	for (size_t i = 0; i < N(malformed); i++) {
		size_t len = bytes_from_hex(malformed[i].hex, wire, sizeof(wire));
		int rc = pfcp_decode(wire, len, &msg, NULL);

		if (rc == -EBADMSG)
			continue;
		assert_int_equal(msg.header.type, wire[1]);
		assert_int_equal(msg.header.sequence, wire[0] & 1 ? wire[14] : wire[6]);
		assert_int_equal(msg.header.version, wire[0] >> 5);
		assert_int_equal(msg.header.has_seid, wire[0] & 1);
		assert_true(msg.header.size <= len);
	}
}

/* A huge SEID is a number like any other (free5gc#731). */
static void huge_seid(void **state)
{
	size_t len = bytes_from_hex("21 36 (ffffffffffffffff ffffff 00)", wire, sizeof(wire));

	assert_int_equal(pfcp_decode(wire, len, &msg, NULL), 0);
	assert_true(msg.header.seid == UINT64_MAX);
}

/* A rejection may come with its cause alone (cl. 7.6.6). */
static void bare_rejection(void **state)
{
	size_t len = bytes_from_hex(RESPONSE "0013(42) 0028(0039))", wire, sizeof(wire));

	assert_int_equal(pfcp_decode(wire, len, &msg, NULL), 0);
	assert_int_equal(msg.session_establishment_response.cause, PFCP_CAUSE_MANDATORY_IE_MISSING);
	assert_int_equal(msg.session_establishment_response.offending_ie, PFCP_IE_F_SEID);
}

static size_t repeat(size_t len, const char *hex, unsigned int n)
{
	while (n-- > 0)
		len += bytes_from_hex(hex, wire + len, sizeof(wire) - len);
	wire[2] = (uint8_t)((len - 4) >> 8);
	wire[3] = (uint8_t)(len - 4);
	return len;
}

/* One more than the bound: cause 75; as many as the bound: taken. */
static void over_the_bounds(void **state)
{
	static const struct {
		const char *hex;
		unsigned int max;
		uint16_t ie;
	} row[] = {
		{PDR, PFCP_MAX_PDR, PFCP_IE_CREATE_PDR},
		{FAR, PFCP_MAX_FAR, PFCP_IE_CREATE_FAR},
		{"0010(006c(00000001))", PFCP_MAX_FAR, PFCP_IE_REMOVE_FAR},
		{"0009(0038(0001))", PFCP_MAX_PDR, PFCP_IE_UPDATE_PDR},
		{"0007(006d(00000001) 0019(00))", PFCP_MAX_QER, PFCP_IE_CREATE_QER},
		{"0006(0051(00000001) 003e(02) 0025(1000))", PFCP_MAX_URR, PFCP_IE_CREATE_URR},
		{"004d(0051(00000001))", PFCP_MAX_URR, PFCP_IE_QUERY_URR},
	};

	for (size_t i = 0; i < N(row); i++) {
		size_t header = bytes_from_hex(MODIFY ")", wire, sizeof(wire));
		size_t one = bytes_from_hex(row[i].hex, wire + header, sizeof(wire) - header);
		struct pfcp_error err = {0};
		size_t len = repeat(header, row[i].hex, row[i].max);

		assert_int_equal(pfcp_decode(wire, len, &msg, NULL), 0);
		len = repeat(header, row[i].hex, row[i].max + 1);
		assert_int_equal(pfcp_decode(wire, len, &msg, &err), -EINVAL);
		assert_int_equal(err.cause, PFCP_CAUSE_NO_RESOURCES);
		assert_int_equal(err.ie_type, row[i].ie);
		assert_int_equal(err.offset, header + one * row[i].max);
	}
}

/* One more than the bound of what is optional, itself or with its group, costs nothing but that one
 * (cl. 7.6.10). */
static void optional_over_the_bounds(void **state)
{
	static const struct {
		const char *before, *one, *after;
		unsigned int max;
	} row[] = {
		{"", "0074(01 0a650201) ", "", PFCP_MAX_IP_RESOURCE},
		{"", "00b2(02 0a640002) ", "", PFCP_MAX_ALTERNATIVE_SMF},
		{"", "00e9(00b1(0001 61)) ", "", PFCP_MAX_POOL_INFO},
		{"00b7(", "00b9(02 0a640001) ", ") ", PFCP_MAX_CP_ENTITY},
		{"00e9(", "00b1(0001 61) ", ") ", PFCP_MAX_POOL_ID}, /* mandatory in its group */
		{"00e9(00b1(0001 61) ", "0101(01ffffff) ", ") ", PFCP_MAX_POOL_ID},
	};
	char hex[1024];

	for (size_t i = 0; i < N(row); i++) {
		struct pfcp_error err = {0};
		size_t len;

		strcpy(hex, "20 05 (000001 00 " NODE_ID RECOVERY);
		strcat(hex, row[i].before);
		for (unsigned int k = 0; k < row[i].max + 2; k++)
			strcat(hex, row[i].one);
		strcat(strcat(hex, row[i].after), ")");
		len = bytes_from_hex(hex, wire, sizeof(wire));
		if (pfcp_decode(wire, len, &msg, &err))
			fail_msg("row %zu: cause %u", i + 1, err.cause);
		assert_int_equal(msg.skipped.repeated, 2);
		assert_int_equal(msg.skipped.incorrect, 0);
	}
	assert_int_equal(msg.association_setup_request.n_pool, 1);
	assert_int_equal(msg.association_setup_request.pool[0].n_s_nssai, PFCP_MAX_POOL_ID);
}

/* ---- by the tables: what goes for every IE ---- */

/* An IE in wire, with the places of the lengths that count it: the message's first, its own last */
struct place {
	size_t at;
	size_t length_at[8];
	unsigned int depth;
};

/* How many IEs lie in wire from @at to @end, and the @nth of them with what is in it; in @ret */
static unsigned int find_place(size_t at, size_t end, unsigned int nth, struct place *now,
			       struct place *ret)
{
	unsigned int n = 0;

	while (at < end) {
		uint16_t type = (uint16_t)(wire[at] << 8 | wire[at + 1]);
		size_t length = (size_t)(wire[at + 2] << 8 | wire[at + 3]);
		const struct pfcp_ie *ie = pfcp_ie_find(type);

		now->at = at;
		now->length_at[now->depth++] = at + 2;
		if (n++ == nth)
			*ret = *now;
		if (ie && ie->group)
			n += find_place(at + 4, at + 4 + length, nth - n, now, ret);
		now->depth--;
		at += 4 + length;
	}
	return n;
}

static unsigned int place_of(size_t len, unsigned int nth, struct place *ret)
{
	struct place now = {.length_at = {2}, .depth = 1};

	return find_place(wire[0] & 1 ? 16 : 8, len, nth, &now, ret);
}

static void change_lengths(const struct place *p, unsigned int upto, long change)
{
	for (unsigned int i = 0; i < upto; i++) {
		uint8_t *length = &wire[p->length_at[i]];
		long n = (length[0] << 8 | length[1]) + change;

		length[0] = (uint8_t)(n >> 8);
		length[1] = (uint8_t)n;
	}
}

static unsigned int decoded;

static void decode_copy(size_t len)
{
	static uint8_t coded[PFCP_MAX_MESSAGE];
	uint8_t *copy = test_malloc(len);
	struct pfcp_error err = {0};
	int rc;

	memcpy(copy, wire, len);
	memset(&msg.header, 0xa5, sizeof(msg.header));
	rc = pfcp_decode(copy, len, &msg, &err);
	test_free(copy);
	decoded++;
	assert_true(rc == 0 || rc == -EINVAL);
	if (rc)
		assert_true(err.cause && err.what && err.offset <= len);
	else
		assert_int_equal(pfcp_encode(&msg, coded, sizeof(coded), &len), 0);
}

/* Every IE of every good message cut at every octet, all lengths around it put right: an error or a
 * message that we could send; and nothing read behind it (the copy is as long as the message). */
static void every_ie_cut(void **state)
{
	for (size_t i = 0; i < N(golden); i++) {
		size_t whole = bytes_from_hex(golden[i].hex, wire, sizeof(wire));
		struct place p;
		unsigned int count = place_of(whole, 0, &p);

		for (unsigned int k = 0; k < count; k++) {
			size_t length, len = bytes_from_hex(golden[i].hex, wire, sizeof(wire));

			place_of(whole, k, &p);
			length = (size_t)(wire[p.at + 2] << 8 | wire[p.at + 3]);
			for (size_t n = length; n-- > 0; len--) {
				size_t end = p.at + 4 + n;

				memmove(wire + end, wire + end + 1, len - end - 1);
				change_lengths(&p, p.depth, -1);
				decode_copy(len - 1);
			}
		}
	}
	assert_true(decoded > 10000);
}

/* Every element of a list in every good message, as often as its list takes and once more: taken,
 * and cause 75. What is no list, or an optional one, is repeated, and the first ones count
 * (cl. 7.6.10). */
static void every_ie_repeated(void **state)
{
	unsigned int lists = 0;

	for (size_t i = 0; i < N(golden); i++) {
		size_t whole = bytes_from_hex(golden[i].hex, wire, sizeof(wire));
		struct place p;
		unsigned int count = place_of(whole, 0, &p);

		for (unsigned int k = 0; k < count; k++) {
			size_t len = bytes_from_hex(golden[i].hex, wire, sizeof(wire)), size;
			struct pfcp_error err = {0};
			unsigned int copies = 0;
			int rc = 0;

			place_of(whole, k, &p);
			size = 4 + (size_t)(wire[p.at + 2] << 8 | wire[p.at + 3]);
			while (!rc && copies++ < UINT8_MAX && len + size < PFCP_MAX_MESSAGE) {
				memmove(wire + p.at + size, wire + p.at, len - p.at);
				len += size;
				change_lengths(&p, p.depth - 1, (long)size);
				rc = pfcp_decode(wire, len, &msg, &err);
				if (!rc && msg.skipped.repeated)
					break;
			}
			if (!rc)
				continue;
			if (err.cause != PFCP_CAUSE_NO_RESOURCES)
				fail_msg("%s: IE %u, %u times: cause %u", golden[i].what,
					 wire[p.at] << 8 | wire[p.at + 1], copies, err.cause);
			assert_int_equal(err.ie_type, wire[p.at] << 8 | wire[p.at + 1]);
			lists++;
		}
	}
	assert_true(lists > 150);
}

/* Text longer than we keep: cause 75, not a cut text. */
static void long_text(void **state)
{
	char hex[2048];
	char digits[2 * PFCP_MAX_FLOW_DESCRIPTION + 3];
	struct pfcp_error err;

	for (unsigned int n = PFCP_MAX_FLOW_DESCRIPTION; n <= PFCP_MAX_FLOW_DESCRIPTION + 1; n++) {
		size_t len;

		memset(digits, '6', sizeof(digits));
		digits[2 * n] = '\0';
		snprintf(hex, sizeof(hex),
			 MODIFY "0009(0038(0001) 0002(0014(00) 0017(0100 (%s)))))", digits);
		len = bytes_from_hex(hex, wire, sizeof(wire));
		err.cause = 0;
		assert_int_equal(pfcp_decode(wire, len, &msg, &err),
				 n > PFCP_MAX_FLOW_DESCRIPTION ? -EINVAL : 0);
		assert_int_equal(err.cause,
				 n > PFCP_MAX_FLOW_DESCRIPTION ? PFCP_CAUSE_NO_RESOURCES : 0);
	}
}

/* Every good message, cut at every octet with its Length field put right: an error or a smaller
 * message, and nothing read behind it (the copy is as long as the message, for the sanitizer). */
static void every_cut(void **state)
{
	for (size_t i = 0; i < N(golden); i++) {
		size_t len = bytes_from_hex(golden[i].hex, wire, sizeof(wire));

		for (size_t n = 0; n < len; n++) {
			uint8_t *cut = test_malloc(n ? n : 1);
			int rc;

			memcpy(cut, wire, n);
			if (n >= 4) {
				cut[2] = (uint8_t)((n - 4) >> 8);
				cut[3] = (uint8_t)(n - 4);
			}
			rc = pfcp_decode(cut, n, &msg, NULL);
			test_free(cut);
			assert_true(rc == 0 || rc == -EINVAL || rc == -EBADMSG);
		}
	}
}

/* Every octet of every good message set to what breaks parsers: the decoder comes back. */
static void every_octet_changed(void **state)
{
	static const uint8_t values[] = {0x00, 0x01, 0x7f, 0x80, 0xff};

	for (size_t i = 0; i < N(golden); i++) {
		size_t len = bytes_from_hex(golden[i].hex, wire, sizeof(wire));

		for (size_t k = 0; k < len * N(values); k++) {
			uint8_t *octet = &wire[k / N(values)], before = *octet;
			struct pfcp_error err = {0};
			int rc;

			*octet = values[k % N(values)];
			rc = pfcp_decode(wire, len, &msg, &err);
			*octet = before;
			assert_true(rc == 0 || err.what);
			assert_true((rc == -EINVAL) == (err.cause != 0));
		}
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(malformed_messages),  cmocka_unit_test(header_holds),
		cmocka_unit_test(huge_seid),	       cmocka_unit_test(bare_rejection),
		cmocka_unit_test(over_the_bounds),     cmocka_unit_test(optional_over_the_bounds),
		cmocka_unit_test(long_text),	       cmocka_unit_test(every_cut),
		cmocka_unit_test(every_octet_changed), cmocka_unit_test(every_ie_cut),
		cmocka_unit_test(every_ie_repeated),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("pfcp, malformed", tests, NULL, NULL);
}
