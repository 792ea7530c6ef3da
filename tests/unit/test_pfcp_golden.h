/* SPDX-License-Identifier: Apache-2.0 */
/*
 * PFCP messages in bytes, and their text. The bytes were worked out from TS 29.244 V17.7.1 (the
 * clause stands at each IE) apart from lib/pfcp: those of the rows 1 to 46 by a script that was not
 * kept, the others by hand. So what keeps them honest is another decoder: all rows are dissected by
 * tshark in tests/integration/pfcp-dissect.t, which says where the two disagree.
 */
#ifndef BATON_TEST_PFCP_GOLDEN_H
#define BATON_TEST_PFCP_GOLDEN_H

// clang-format off
static const struct {
	const char *what;
	const char *hex;
	const char *text;
} golden[] = {
	{"1: Heartbeat Request 7.4.2.1",
	 .hex =
	 "20 01 000c 000001 00 "
	 "0060 0004 e81fe7b4 ", /* Recovery Time Stamp 8.2.65 */
	 .text =
	 "heartbeat-request seq=1 { recovery-time-stamp=3894405044 }"},
	{"2: Heartbeat Response 7.4.2.2, largest sequence number",
	 .hex =
	 "20 02 000c ffffff 00 "
	 "0060 0004 e81fe7b4 ", /* Recovery Time Stamp 8.2.65 */
	 .text =
	 "heartbeat-response seq=16777215 { recovery-time-stamp=3894405044 }"},
	{"3: Association Setup Request 7.4.4.1: keep the sessions of one CP address",
	 .hex =
	 "20 05 0027 000002 00 "
	 "003c 0005 000a640001 " /* Node ID 8.2.38: IPv4 */
	 "0060 0004 e81fe7b4 " /* Recovery Time Stamp 8.2.65 */
	 "0059 0001 08 " /* CP Function Features 8.2.58: SSET */
	 "00b7 0009 " /* Session Retention Information 7.4.4.1-2 */
	 "  00b9 0005 020a640001 ", /* CP PFCP Entity IP Address 8.2.135: V4 is bit 2 */
	 .text =
	 "association-setup-request seq=2 { node-id=10.100.0.1 recovery-time-stamp=3894405044 "
	 "cp-function-features=SSET session-retention={ cp-pfcp-entity=10.100.0.1 } }"},
	{"4: Association Setup Response 7.4.4.2",
	 .hex =
	 "20 06 0024 000002 00 "
	 "003c 0007 02037570660161 " /* Node ID: FQDN */
	 "0013 0001 01 " /* Cause 8.2.1 */
	 "0060 0004 e81fe7b4 " /* Recovery Time Stamp 8.2.65 */
	 "002b 0004 10211004 ", /* UP Function Features 8.2.25, as open5gs sends them */
	 .text =
	 "association-setup-response seq=2 { node-id=upf.a cause=1(accepted) "
	 "recovery-time-stamp=3894405044 up-function-features=FTUP|EMPU|FRRT|MNOP|VTIME }"},
	{"5: Association Release Request 7.4.4.5",
	 .hex =
	 "20 09 0019 000003 00 "
	 "003c 0011 01fd000000000000000000000000000001 ", /* Node ID: IPv6 */
	 .text =
	 "association-release-request seq=3 { node-id=fd00::1 }"},
	{"6: Association Release Response 7.4.4.6: refused",
	 .hex =
	 "20 0a 0012 000003 00 "
	 "003c 0005 000a640001 " /* Node ID 8.2.38: IPv4 */
	 "0013 0001 48 ", /* Cause 8.2.1 */
	 .text =
	 "association-release-response seq=3 { node-id=10.100.0.1 cause=72(no-association) }"},
	{"7: Version Not Supported Response 7.4.4.7: a header only",
	 .hex =
	 "20 0b 0004 000004 00 ",
	 .text =
	 "version-not-supported-response seq=4 { }"},
	{"8: Session Establishment Request 7.5.2: uplink and downlink, all rules",
	 .hex =
	 "21 32 01ab 0000000000000000 000007 00 "
	 "003c 0005 000a640001 " /* Node ID 8.2.38: IPv4 */
	 "0039 000d 0200000000000000010a640001 " /* F-SEID 8.2.37: V4 is bit 2 */
	 "0001 0085 " /* Create PDR 7.5.2.2-1 */
	 "  0038 0002 0001 " /* PDR ID */
	 "  001d 0004 000000ff " /* Precedence 8.2.11 */
	 "  0002 0055 " /* PDI 7.5.2.2-2 */
	 "    0014 0001 00 " /* Source Interface 8.2.2: access */
	 "    0015 0002 0d05 " /* F-TEID 8.2.3: CHID|CH|V4, no TEID */
	 "    0016 0009 08696e7465726e6574 " /* Network Instance 8.2.4: labels */
	 "    005d 0005 020a3c0002 " /* UE IP Address 8.2.62: V4, source */
	 "    0017 0026 010000227065726d6974206f75742069702066726f6d20616e7920746f20 " /* SDF Filter 8.2.5: FD */
	 "    61737369676e6564 " /* SDF Filter 8.2.5: FD */
	 "    007c 0001 09 " /* QFI 8.2.89 */
	 "    00a0 0001 0b " /* 3GPP Interface Type 8.2.118 */
	 "  005f 0002 0000 " /* Outer Header Removal 8.2.64, both octets */
	 "  006c 0004 00000001 " /* FAR ID */
	 "  0051 0004 00000001 " /* URR ID */
	 "  006d 0004 00000001 " /* QER ID */
	 "0001 0035 " /* Create PDR */
	 "  0038 0002 0002 " /* PDR ID */
	 "  001d 0004 000000ff " /* Precedence */
	 "  0002 0013 " /* PDI */
	 "    0014 0001 01 " /* Source Interface: core */
	 "    005d 0005 060a3c0002 " /* UE IP Address: destination */
	 "    00a0 0001 11 " /* 3GPP Interface Type 8.2.118 */
	 "  006c 0004 00000002 " /* FAR ID */
	 "  006d 0004 00000001 " /* QER ID */
	 "0003 0029 " /* Create FAR 7.5.2.3-1 */
	 "  006c 0004 00000001 " /* FAR ID */
	 "  002c 0002 0200 " /* Apply Action 8.2.26: FORW */
	 "  0004 0017 " /* Forwarding Parameters 7.5.2.3-2 */
	 "    002a 0001 01 " /* Destination Interface 8.2.24: core */
	 "    0016 0009 08696e7465726e6574 " /* Network Instance 8.2.4: labels */
	 "    00a0 0001 11 " /* 3GPP Interface Type 8.2.118 */
	 "0003 0013 " /* Create FAR */
	 "  006c 0004 00000002 " /* FAR ID */
	 "  002c 0002 0c00 " /* Apply Action: BUFF|NOCP */
	 "  0058 0001 01 " /* BAR ID */
	 "0006 001c " /* Create URR 7.5.2.4 */
	 "  0051 0004 00000001 " /* URR ID */
	 "  003e 0001 02 " /* Measurement Method 8.2.40: volume */
	 "  0025 0003 010000 " /* Reporting Triggers 8.2.19: PERIO */
	 "  0040 0004 0000000a " /* Measurement Period 8.2.42 */
	 "0007 0020 " /* Create QER 7.5.2.5 */
	 "  006d 0004 00000001 " /* QER ID */
	 "  0019 0001 00 " /* Gate Status 8.2.7: open */
	 "  001a 000a 00000186a00000030d40 " /* MBR 8.2.8: 100 and 200 Mbit/s */
	 "  007c 0001 09 " /* QFI */
	 "0055 000a " /* Create BAR 7.5.2.6 */
	 "  0058 0001 01 " /* BAR ID */
	 "  002e 0001 02 " /* DL Data Notification Delay 8.2.28: 100 ms */
	 "0071 0001 01 " /* PDN Type 8.2.79: IPv4 */
	 "008d 000a 010800010100000000f1 " /* User ID 8.2.101: IMSI in TBCD */
	 "009f 0009 08696e7465726e6574 " /* APN/DNN 8.2.117 */
	 "00ba 0001 01 " /* PFCPSEReq-Flags 8.2.136: RESTI */
	 "0101 0004 01ffffff ", /* S-NSSAI 8.2.176: no SD */
	 .text =
	 "session-establishment-request seid=0x0 seq=7 { node-id=10.100.0.1 "
	 "f-seid=0x1@10.100.0.1 create-pdr={ pdr-id=1 precedence=255 pdi={ "
	 "source-interface=access f-teid=choose(v4,id=5) network-instance=internet "
	 "ue-ip-address=source:10.60.0.2 sdf-filter={ flow=\"permit out ip from any to "
	 "assigned\" } qfi=9 3gpp-interface-type=11 } "
	 "outer-header-removal=gtpu-udp-ip4,extension=0 far-id=1 urr-id=1 qer-id=1 } "
	 "create-pdr={ pdr-id=2 precedence=255 pdi={ source-interface=core "
	 "ue-ip-address=destination:10.60.0.2 3gpp-interface-type=17 } far-id=2 qer-id=1 } "
	 "create-far={ far-id=1 apply-action=FORW forwarding={ destination-interface=core "
	 "network-instance=internet 3gpp-interface-type=17 } } create-far={ far-id=2 "
	 "apply-action=BUFF|NOCP bar-id=1 } create-urr={ urr-id=1 measurement-method=VOLUM "
	 "reporting-triggers=PERIO measurement-period=10 } create-qer={ qer-id=1 "
	 "gate-status=ul-open,dl-open mbr=ul-100000kbps,dl-200000kbps qfi=9 } create-bar={ "
	 "bar-id=1 dl-data-notification-delay=2 } pdn-type=ipv4 user-id={ imsi=001010000000001"
	 " } dnn=internet sereq-flags=RESTI s-nssai=1-ffffff }"},
	{"9: Session Establishment Response 7.5.3",
	 .hex =
	 "21 33 0052 0000000000000001 000007 00 "
	 "003c 0005 000a640001 " /* Node ID 8.2.38: IPv4 */
	 "0013 0001 01 " /* Cause 8.2.1 */
	 "0039 000d 0200000000000000ff0a640002 " /* UP F-SEID */
	 "0008 0023 " /* Created PDR 7.5.3.2 */
	 "  0038 0002 0001 " /* PDR ID */
	 "  0015 0019 03000000010a650001fd000000000000000000000000000001 ", /* F-TEID 8.2.3: V4 is bit 1, V6 bit 2 */
	 .text =
	 "session-establishment-response seid=0x1 seq=7 { node-id=10.100.0.1 cause=1(accepted)"
	 " f-seid=0xff@10.100.0.2 created-pdr={ pdr-id=1 f-teid=0x1@10.101.0.1,fd00::1 } }"},
	{"10: Session Establishment Response: a rule refused, so no F-SEID",
	 .hex =
	 "21 33 0029 0000000000000001 000007 00 "
	 "003c 0005 000a640001 " /* Node ID 8.2.38: IPv4 */
	 "0013 0001 49 " /* Cause 8.2.1 */
	 "0028 0002 0003 " /* Offending IE 8.2.22: Create FAR */
	 "0072 0005 0100000002 ", /* Failed Rule ID 8.2.80: FAR 2 */
	 .text =
	 "session-establishment-response seid=0x1 seq=7 { node-id=10.100.0.1 "
	 "cause=73(rule-failure) offending-ie=3(create-far) failed-rule-id=far:2 }"},
	{"11: Session Modification Request 7.5.4: downlink to another gNB, with end markers",
	 .hex =
	 "21 34 003f 00000000000000ff 000008 00 "
	 "000a 002f " /* Update FAR 7.5.4.3-1 */
	 "  006c 0004 00000002 " /* FAR ID */
	 "  002c 0002 0200 " /* Apply Action: FORW */
	 "  000b 001d " /* Update Forwarding Parameters 7.5.4.3-2 */
	 "    002a 0001 00 " /* Destination Interface: access */
	 "    0054 000a 01000000abcd0a650002 " /* Outer Header Creation 8.2.56: GTP-U/UDP/IPv4 */
	 "    0031 0001 02 " /* PFCPSMReq-Flags 8.2.31: SNDEM */
	 "    00a0 0001 0b ", /* 3GPP Interface Type 8.2.118 */
	 .text =
	 "session-modification-request seid=0xff seq=8 { update-far={ far-id=2 "
	 "apply-action=FORW update-forwarding={ destination-interface=access "
	 "outer-header-creation=gtpu(0xabcd@10.101.0.2) smreq-flags=SNDEM "
	 "3gpp-interface-type=11 } } }"},
	{"12: Session Modification Request: removals, updates, a query",
	 .hex =
	 "21 34 00c3 00000000000000ff 000009 00 "
	 "0039 000d 0200000000000000010a640001 " /* F-SEID 8.2.37: V4 is bit 2 */
	 "000f 0006 " /* Remove PDR 7.5.4.6 */
	 "  0038 0002 0001 " /* PDR ID */
	 "0010 0008 " /* Remove FAR 7.5.4.7 */
	 "  006c 0004 00000001 " /* FAR ID */
	 "0011 0008 " /* Remove URR 7.5.4.8 */
	 "  0051 0004 00000001 " /* URR ID */
	 "0012 0008 " /* Remove QER 7.5.4.9 */
	 "  006d 0004 00000001 " /* QER ID */
	 "0057 0005 " /* Remove BAR 7.5.4.12 */
	 "  0058 0001 01 " /* BAR ID */
	 "0009 0012 " /* Update PDR 7.5.4.2 */
	 "  0038 0002 0002 " /* PDR ID */
	 "  001d 0004 00000007 " /* Precedence */
	 "  006d 0000 " /* QER ID of length 0: no QER any more, 5.6.3 */
	 "000d 001c " /* Update URR 7.5.4.4 */
	 "  0051 0004 00000002 " /* URR ID */
	 "  0025 0003 020000 " /* Reporting Triggers: VOLTH */
	 "  001f 0009 010000000000010000 " /* Volume Threshold 8.2.13: total */
	 "000e 000d " /* Update QER 7.5.4.5 */
	 "  006d 0004 00000002 " /* QER ID */
	 "  0019 0001 05 " /* Gate Status: both closed */
	 "0056 000a " /* Update BAR 7.5.4.11 */
	 "  0058 0001 02 " /* BAR ID */
	 "  008c 0001 40 " /* Suggested Buffering Packets Count 8.2.100 */
	 "0031 0001 01 " /* PFCPSMReq-Flags: DROBU */
	 "004d 0008 " /* Query URR 7.5.4.10 */
	 "  0051 0004 00000002 " /* URR ID */
	 "003c 0005 000a640001 ", /* Node ID 8.2.38: IPv4 */
	 .text =
	 "session-modification-request seid=0xff seq=9 { f-seid=0x1@10.100.0.1 remove-pdr={ "
	 "pdr-id=1 } remove-far={ far-id=1 } remove-urr={ urr-id=1 } remove-qer={ qer-id=1 } "
	 "remove-bar={ bar-id=1 } update-pdr={ pdr-id=2 precedence=7 cleared=qer-id } "
	 "update-urr={ urr-id=2 reporting-triggers=VOLTH volume-threshold=total-65536 } "
	 "update-qer={ qer-id=2 gate-status=ul-closed,dl-closed } update-bar={ bar-id=2 "
	 "suggested-buffering-packets=64 } smreq-flags=DROBU query-urr={ urr-id=2 } "
	 "node-id=10.100.0.1 }"},
	{"13: Session Modification Response 7.5.5: the usage asked for",
	 .hex =
	 "21 35 0079 0000000000000001 000009 00 "
	 "0013 0001 01 " /* Cause 8.2.1 */
	 "004e 0064 " /* Usage Report */
	 "  0051 0004 00000001 " /* URR ID */
	 "  0068 0004 00000003 " /* UR-SEQN 8.2.71 */
	 "  003f 0003 800000 " /* Usage Report Trigger 8.2.41 */
	 "  004b 0004 e81fe7b4 " /* Start Time 8.2.52 */
	 "  004c 0004 e81fe7be " /* End Time 8.2.53 */
	 "  0042 0031 3f0000000000000300000000000000010000000000000002000000000000 " /* Volume Measurement 8.2.44 */
	 "  00000300000000000000010000000000000002 " /* Volume Measurement 8.2.44 */
	 "  0043 0004 0000000a ", /* Duration Measurement 8.2.45 */
	 .text =
	 "session-modification-response seid=0x1 seq=9 { cause=1(accepted) usage-report={ "
	 "urr-id=1 ur-seqn=3 usage-report-trigger=IMMER start-time=3894405044 "
	 "end-time=3894405054 "
	 "volume-measurement=total-768,ul-256,dl-512,total-packets-3,ul-packets-1,dl-packets-2"
	 " duration-measurement=10 } }"},
	{"14: Session Deletion Request 7.5.6",
	 .hex =
	 "21 36 000c ffffffffffffffff 00000a 00 ",
	 .text =
	 "session-deletion-request seid=0xffffffffffffffff seq=10 { }"},
	{"15: Session Deletion Response 7.5.7, with the last usage",
	 .hex =
	 "21 37 0079 0000000000000001 00000a 00 "
	 "0013 0001 01 " /* Cause 8.2.1 */
	 "004f 0064 " /* Usage Report */
	 "  0051 0004 00000001 " /* URR ID */
	 "  0068 0004 00000003 " /* UR-SEQN 8.2.71 */
	 "  003f 0003 000800 " /* Usage Report Trigger 8.2.41 */
	 "  004b 0004 e81fe7b4 " /* Start Time 8.2.52 */
	 "  004c 0004 e81fe7be " /* End Time 8.2.53 */
	 "  0042 0031 3f0000000000000300000000000000010000000000000002000000000000 " /* Volume Measurement 8.2.44 */
	 "  00000300000000000000010000000000000002 " /* Volume Measurement 8.2.44 */
	 "  0043 0004 0000000a ", /* Duration Measurement 8.2.45 */
	 .text =
	 "session-deletion-response seid=0x1 seq=10 { cause=1(accepted) usage-report={ "
	 "urr-id=1 ur-seqn=3 usage-report-trigger=TERMR start-time=3894405044 "
	 "end-time=3894405054 "
	 "volume-measurement=total-768,ul-256,dl-512,total-packets-3,ul-packets-1,dl-packets-2"
	 " duration-measurement=10 } }"},
	{"16: Session Deletion Response: no such session, so SEID 0 (7.2.2.4.2)",
	 .hex =
	 "21 37 0011 0000000000000000 00000a 00 "
	 "0013 0001 41 ", /* Cause 8.2.1 */
	 .text =
	 "session-deletion-response seid=0x0 seq=10 { cause=65(session-not-found) }"},
	{"17: Session Report Request 7.5.8: all that we report",
	 .hex =
	 "21 38 0094 0000000000000001 00000b 00 "
	 "0027 0001 07 " /* Report Type 8.2.21 */
	 "0053 0006 " /* Downlink Data Report 7.5.8.2 */
	 "  0038 0002 0002 " /* PDR ID */
	 "0050 0064 " /* Usage Report */
	 "  0051 0004 00000001 " /* URR ID */
	 "  0068 0004 00000003 " /* UR-SEQN 8.2.71 */
	 "  003f 0003 010000 " /* Usage Report Trigger 8.2.41 */
	 "  004b 0004 e81fe7b4 " /* Start Time 8.2.52 */
	 "  004c 0004 e81fe7be " /* End Time 8.2.53 */
	 "  0042 0031 3f0000000000000300000000000000010000000000000002000000000000 " /* Volume Measurement 8.2.44 */
	 "  00000300000000000000010000000000000002 " /* Volume Measurement 8.2.44 */
	 "  0043 0004 0000000a " /* Duration Measurement 8.2.45 */
	 "0063 000d " /* Error Indication Report 7.5.8.4 */
	 "  0015 0009 010000abcd0a650002 ", /* Remote F-TEID */
	 .text =
	 "session-report-request seid=0x1 seq=11 { report-type=DLDR|USAR|ERIR "
	 "downlink-data-report={ pdr-id=2 } usage-report={ urr-id=1 ur-seqn=3 "
	 "usage-report-trigger=PERIO start-time=3894405044 end-time=3894405054 "
	 "volume-measurement=total-768,ul-256,dl-512,total-packets-3,ul-packets-1,dl-packets-2"
	 " duration-measurement=10 } error-indication-report={ f-teid=0xabcd@10.101.0.2 } }"},
	{"18: Session Report Response 7.5.9, with a message priority (7.2.2.3)",
	 .hex =
	 "23 39 0016 00000000000000ff 00000b f0 "
	 "0013 0001 01 " /* Cause 8.2.1 */
	 "0032 0001 01 ", /* PFCPSRRsp-Flags 8.2.32: DROBU */
	 .text =
	 "session-report-response seid=0xff seq=11 priority=15 { cause=1(accepted) "
	 "srrsp-flags=DROBU }"},
	{"19: Session Establishment Request in the manner of open5gs (facts/peers.md 4)",
	 .hex =
	 "21 32 0271 0000000000000000 00000c 00 "
	 "003c 0005 000a640001 " /* Node ID 8.2.38: IPv4 */
	 "0039 000d 0200000000000000010a640001 " /* F-SEID 8.2.37: V4 is bit 2 */
	 "0001 004a " /* Create PDR */
	 "  0038 0002 0001 " /* PDR ID */
	 "  001d 0004 000000ff " /* Precedence */
	 "  0002 0020 " /* PDI */
	 "    0014 0001 01 " /* Source Interface */
	 "    0016 0009 08696e7465726e6574 " /* Network Instance 8.2.4: labels */
	 "    005d 0005 060a2d0002 " /* UE IP Address: destination */
	 "    00a0 0001 11 " /* 3GPP Interface Type 8.2.118 */
	 "  006c 0004 00000001 " /* FAR ID */
	 "  0051 0004 00000001 " /* URR ID */
	 "  006d 0004 00000001 " /* QER ID */
	 "0001 005a " /* Create PDR */
	 "  0038 0002 0002 " /* PDR ID */
	 "  001d 0004 000000ff " /* Precedence */
	 "  0002 002b " /* PDI */
	 "    0014 0001 00 " /* Source Interface */
	 "    0015 0002 0f05 " /* F-TEID */
	 "    0016 0009 08696e7465726e6574 " /* Network Instance 8.2.4: labels */
	 "    005d 0005 020a2d0002 " /* UE IP Address: source */
	 "    007c 0001 01 " /* QFI */
	 "    00a0 0001 0b " /* 3GPP Interface Type 8.2.118 */
	 "  005f 0001 06 " /* Outer Header Removal: GTP-U/UDP/IP, one octet */
	 "  006c 0004 00000002 " /* FAR ID */
	 "  0051 0004 00000001 " /* URR ID */
	 "  006d 0004 00000001 " /* QER ID */
	 "0001 003e " /* Create PDR */
	 "  0038 0002 0003 " /* PDR ID */
	 "  001d 0004 000000ff " /* Precedence */
	 "  0002 0017 " /* PDI */
	 "    0014 0001 03 " /* Source Interface */
	 "    0015 0001 07 " /* F-TEID */
	 "    0016 0009 08696e7465726e6574 " /* Network Instance 8.2.4: labels */
	 "  005f 0001 06 " /* Outer Header Removal: GTP-U/UDP/IP, one octet */
	 "  006c 0004 00000001 " /* FAR ID */
	 "  0051 0004 00000001 " /* URR ID */
	 "0001 007b " /* Create PDR */
	 "  0038 0002 0004 " /* PDR ID */
	 "  001d 0004 00000001 " /* Precedence */
	 "  0002 0054 " /* PDI */
	 "    0014 0001 00 " /* Source Interface */
	 "    0015 0002 0f05 " /* F-TEID */
	 "    0016 0009 08696e7465726e6574 " /* Network Instance 8.2.4: labels */
	 "    0017 002e 0100002a7065726d6974206f75742035382066726f6d20666630323a3a32 " /* SDF Filter */
	 "    2f31323820746f2061737369676e6564 " /* SDF Filter */
	 "    007c 0001 01 " /* QFI */
	 "    00a0 0001 0b " /* 3GPP Interface Type 8.2.118 */
	 "  005f 0001 06 " /* Outer Header Removal: GTP-U/UDP/IP, one octet */
	 "  006c 0004 00000003 " /* FAR ID */
	 "  0051 0004 00000001 " /* URR ID */
	 "0003 0013 " /* Create FAR */
	 "  006c 0004 00000001 " /* FAR ID */
	 "  002c 0002 0c00 " /* Apply Action */
	 "  0058 0001 01 " /* BAR ID */
	 "0003 0029 " /* Create FAR */
	 "  006c 0004 00000002 " /* FAR ID */
	 "  002c 0002 0200 " /* Apply Action */
	 "  0004 0017 " /* Forwarding Parameters */
	 "    002a 0001 01 " /* Destination Interface */
	 "    0016 0009 08696e7465726e6574 " /* Network Instance 8.2.4: labels */
	 "    00a0 0001 11 " /* 3GPP Interface Type 8.2.118 */
	 "0003 0032 " /* Create FAR */
	 "  006c 0004 00000003 " /* FAR ID */
	 "  002c 0002 0200 " /* Apply Action */
	 "  0004 0020 " /* Forwarding Parameters */
	 "    002a 0001 03 " /* Destination Interface: CP-function */
	 "    0016 0009 08696e7465726e6574 " /* Network Instance 8.2.4: labels */
	 "    0054 000a 0100000000020a640001 " /* Outer Header Creation */
	 "0006 0021 " /* Create URR */
	 "  0051 0004 00000001 " /* URR ID */
	 "  003e 0001 02 " /* Measurement Method */
	 "  0025 0003 020000 " /* Reporting Triggers */
	 "  001f 0009 010000000006400000 " /* Volume Threshold */
	 "0007 0020 " /* Create QER */
	 "  006d 0004 00000001 " /* QER ID */
	 "  0019 0001 00 " /* Gate Status */
	 "  001a 000a 00000f424000000f4240 " /* MBR */
	 "  007c 0001 01 " /* QFI */
	 "0055 0005 " /* Create BAR */
	 "  0058 0001 01 " /* BAR ID */
	 "0071 0001 01 " /* PDN Type */
	 "009f 0009 08696e7465726e6574 ", /* APN/DNN */
	 .text =
	 "session-establishment-request seid=0x0 seq=12 { node-id=10.100.0.1 "
	 "f-seid=0x1@10.100.0.1 create-pdr={ pdr-id=1 precedence=255 pdi={ "
	 "source-interface=core network-instance=internet ue-ip-address=destination:10.45.0.2 "
	 "3gpp-interface-type=17 } far-id=1 urr-id=1 qer-id=1 } create-pdr={ pdr-id=2 "
	 "precedence=255 pdi={ source-interface=access f-teid=choose(v4,v6,id=5) "
	 "network-instance=internet ue-ip-address=source:10.45.0.2 qfi=1 "
	 "3gpp-interface-type=11 } outer-header-removal=gtpu-udp-ip far-id=2 urr-id=1 qer-id=1"
	 " } create-pdr={ pdr-id=3 precedence=255 pdi={ source-interface=cp-function "
	 "f-teid=choose(v4,v6) network-instance=internet } outer-header-removal=gtpu-udp-ip "
	 "far-id=1 urr-id=1 } create-pdr={ pdr-id=4 precedence=1 pdi={ source-interface=access"
	 " f-teid=choose(v4,v6,id=5) network-instance=internet sdf-filter={ flow=\"permit out "
	 "58 from ff02::2/128 to assigned\" } qfi=1 3gpp-interface-type=11 } "
	 "outer-header-removal=gtpu-udp-ip far-id=3 urr-id=1 } create-far={ far-id=1 "
	 "apply-action=BUFF|NOCP bar-id=1 } create-far={ far-id=2 apply-action=FORW "
	 "forwarding={ destination-interface=core network-instance=internet "
	 "3gpp-interface-type=17 } } create-far={ far-id=3 apply-action=FORW forwarding={ "
	 "destination-interface=cp-function network-instance=internet "
	 "outer-header-creation=gtpu(0x2@10.100.0.1) } } create-urr={ urr-id=1 "
	 "measurement-method=VOLUM reporting-triggers=VOLTH volume-threshold=total-104857600 }"
	 " create-qer={ qer-id=1 gate-status=ul-open,dl-open mbr=ul-1000000kbps,dl-1000000kbps"
	 " qfi=1 } create-bar={ bar-id=1 } pdn-type=ipv4 dnn=internet }"},
#include "tests/unit/test_pfcp_golden_rows.h"
};
// clang-format on

#endif
