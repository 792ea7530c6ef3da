/* SPDX-License-Identifier: Apache-2.0 */
/*
 * More rows of test_pfcp_golden.h, which includes this file where they belong: every message, group
 * and IE that the first ones lack.
 */
// clang-format off
	{"20: Heartbeat Request 7.4.2.1 that may come through a NAT",
	 .hex =
	 "20 01 0015 000014 00 "
	 "0060 0004 e81fe7b4 " /* Recovery Time Stamp 8.2.65 */
	 "00c0 0005 02c000020a ", /* Source IP Address 8.2.138: V4 */
	 .text =
	 "heartbeat-request seq=20 { recovery-time-stamp=3894405044 "
	 "source-ip-address=192.0.2.10 }"},
	{"21: PFD Management Request 7.4.3.1: one application's PFDs, another's taken away",
	 .hex =
	 "20 03 0174 000015 00 "
	 "003a 0157 " /* Application ID's PFDs 7.4.3.1-2 */
	 "  0018 0004 67616d65 " /* Application ID 8.2.6 */
	 "  003b 0103 " /* PFD context 7.4.3.1-3 */
	 "    003d 00ff ff0000287065726d6974206f75742031372066726f6d2031302e37302e30 " /* PFD Contents 8.2.39: all flags */
	 "    2e3120746f2061737369676e656400155e687474703a2f2f67616d652e65 "
	 "    78616d706c652f000e5e67616d652e6578616d706c652400076c6576656c "
	 "    3d370008646e73516e616d65005300277065726d6974206f757420362066 "
	 "    726f6d2031302e37302e302e3120746f2061737369676e65640028706572 "
	 "    6d6974206f75742031372066726f6d2031302e37302e302e3220746f2061 "
	 "    737369676e6564001700155e687474703a2f2f706c61792e6578616d706c "
	 "    652f0029000e5e706c61792e6578616d706c65240006746c73536e69000d "
	 "    5e63646e2e6578616d706c65240000 "
	 "  003b 0044 " /* PFD context */
	 "    003d 0025 010000217065726d6974206f757420362066726f6d20616e7920746f2061 " /* PFD Contents: FD */
	 "    737369676e6564 "
	 "    003d 0017 14000009612e6578616d706c650008646e73516e616d65 " /* PFD Contents: DN|DNP */
	 "003a 0008 " /* Application ID's PFDs */
	 "  0018 0004 63686174 " /* Application ID */
	 "003c 0005 000a640001 ", /* Node ID 8.2.38: IPv4 */
	 .text =
	 "pfd-management-request seq=21 { application-pfds={ application-id=\"game\" pfd={ "
	 "contents={ flow=\"permit out 17 from 10.70.0.1 to assigned\" "
	 "url=\"^http://game.example/\" domain=\"^game.example$\" protocol=\"dnsQname\" "
	 "custom=\"level=7\" flow=\"permit out 6 from 10.70.0.1 to assigned\" flow=\"permit out 17 "
	 "from 10.70.0.2 to assigned\" url=\"^http://play.example/\" domain=\"^play.example$\" "
	 "protocol=\"tlsSni\" domain=\"^cdn.example$\" } } pfd={ contents={ flow=\"permit out 6 "
	 "from any to assigned\" } contents={ domain=\"a.example\" protocol=\"dnsQname\" } } } "
	 "application-pfds={ application-id=\"chat\" } node-id=10.100.0.1 }"},
	{"22: PFD Management Response 7.4.3.2: refused",
	 .hex =
	 "20 04 0018 000015 00 "
	 "0013 0001 45 " /* Cause 8.2.1 */
	 "0028 0002 003d " /* Offending IE 8.2.22: PFD contents */
	 "003c 0005 000a640001 ", /* Node ID 8.2.38: IPv4 */
	 .text =
	 "pfd-management-response seq=21 { cause=69(mandatory-ie-incorrect) "
	 "offending-ie=61(contents) node-id=10.100.0.1 }"},
	{"23: Association Setup Request 7.4.4.1 of a UPF: pools, resources",
	 .hex =
	 "20 05 00af 000016 00 "
	 "003c 0007 02037570660161 " /* Node ID: FQDN */
	 "0060 0004 e81fe7b4 " /* Recovery Time Stamp 8.2.65 */
	 "002b 0006 102114040070 " /* UP Function Features 8.2.25: octets 5 to 10 */
	 "0074 0010 6d030a65020108696e7465726e657400 " /* User Plane IP Resource Information, V15 8.2.82 */
	 "0074 0011 02fd000000000000000000000000000001 " /* User Plane IP Resource Information, V15 8.2.82 */
	 "00e9 003a " /* UE IP address Pool Information 7.4.4.1-3 */
	 "  00b1 0008 0006706f6f6c2d34 " /* UE IP address Pool Identity 8.2.128 */
	 "  00b1 0008 0006706f6f6c2d36 " /* UE IP address Pool Identity 8.2.128 */
	 "  0016 0009 08696e7465726e6574 " /* Network Instance 8.2.4 */
	 "  0101 0004 01ffffff " /* S-NSSAI 8.2.176 */
	 "  0101 0004 02000102 " /* S-NSSAI 8.2.176 */
	 "  0102 0001 03 " /* IP version 8.2.177: V4|V6 */
	 "00e9 000a " /* UE IP address Pool Information */
	 "  00b1 0006 000465646765 " /* UE IP address Pool Identity 8.2.128 */
	 "00fd 0010 0f1e2d3c4b5a49788695a4b3c2d1e0ff " /* NF Instance ID 8.2.175 */
	 "0103 0001 01 ", /* PFCPASReq-Flags 8.2.178: UUPSI */
	 .text =
	 "association-setup-request seq=22 { node-id=upf.a recovery-time-stamp=3894405044 "
	 "up-function-features=FTUP|EMPU|FRRT|UEIP|MNOP|VTIME|UPBER|RESPS|IPREP ip-resource={ "
	 "10.101.2.1 teid-range=3/3 network-instance=internet source-interface=0 } "
	 "ip-resource={ fd00::1 } pool-information={ pool=\"pool-4\" pool=\"pool-6\" "
	 "network-instance=internet s-nssai=1-ffffff s-nssai=2-000102 ip-version=V4|V6 } "
	 "pool-information={ pool=\"edge\" } "
	 "nf-instance-id=0f1e2d3c-4b5a-4978-8695-a4b3c2d1e0ff asreq-flags=UUPSI }"},
	{"24: Association Setup Request 7.4.4.1 of an SMF of a set",
	 .hex =
	 "20 05 005f 000017 00 "
	 "003c 0005 000a640001 " /* Node ID 8.2.38: IPv4 */
	 "0060 0004 e81fe7b4 " /* Recovery Time Stamp 8.2.65 */
	 "0059 0003 2f0300 " /* CP Function Features 8.2.58: octet 5, then 6 to 7: LOAD, OVRL, EPFAR, SSET, MPAS, PSUCC, RPGUR */
	 "00b2 0015 070a640002fd000000000000000000000000000002 " /* Alternative SMF IP Address 8.2.129 */
	 "00b2 0005 020a640003 " /* Alternative SMF IP Address 8.2.129 */
	 "00b4 0019 00047365743106736d6673657403356763076578616d706c65 " /* SMF Set ID 8.2.131 */
	 "00b7 0000 ", /* PFCP Session Retention Information: all */
	 .text =
	 "association-setup-request seq=23 { node-id=10.100.0.1 "
	 "recovery-time-stamp=3894405044 "
	 "cp-function-features=LOAD|OVRL|EPFAR|SSET|MPAS|PSUCC|RPGUR "
	 "alternative-smf=10.100.0.2,fd00::2(preferred) alternative-smf=10.100.0.3 "
	 "smf-set-id=set1.smfset.5gc.example session-retention={ } }"},
	{"25: Association Setup Response 7.4.4.2 with all there is",
	 .hex =
	 "20 06 007e 000017 00 "
	 "003c 0007 02037570660161 " /* Node ID: FQDN */
	 "0013 0001 01 " /* Cause 8.2.1 */
	 "0060 0004 e81fe7b4 " /* Recovery Time Stamp 8.2.65 */
	 "002b 0002 1001 " /* UP Function Features */
	 "0059 0001 01 " /* CP Function Features */
	 "0074 0005 010a650201 " /* User Plane IP Resource Information, V15 8.2.82 */
	 "00b2 0011 01fd000000000000000000000000000003 " /* Alternative SMF IP Address 8.2.129 */
	 "00b4 000e 000473657431076578616d706c65 " /* SMF Set ID */
	 "00b8 0001 03 " /* PFCPASRsp-Flags 8.2.134: PSREI|UUPSI */
	 "00e9 000a " /* UE IP address Pool Information */
	 "  00b1 0006 000465646765 " /* UE IP address Pool Identity 8.2.128 */
	 "00fd 0010 000102030405060708090a0b0c0d0e0f ", /* NF Instance ID */
	 .text =
	 "association-setup-response seq=23 { node-id=upf.a cause=1(accepted) "
	 "recovery-time-stamp=3894405044 up-function-features=FTUP|EMPU "
	 "cp-function-features=LOAD ip-resource={ 10.101.2.1 } alternative-smf=fd00::3 "
	 "smf-set-id=set1.example asrsp-flags=PSREI|UUPSI pool-information={ pool=\"edge\" } "
	 "nf-instance-id=00010203-0405-0607-0809-0a0b0c0d0e0f }"},
	{"26: Association Update Request 7.4.4.3: a UPF wants to be released",
	 .hex =
	 "20 07 005b 000018 00 "
	 "003c 0007 02037570660161 " /* Node ID: FQDN */
	 "002b 0002 1081 " /* UP Function Features */
	 "0059 0001 04 " /* CP Function Features */
	 "006f 0001 03 " /* PFCP Association Release Request 8.2.77: SARR|URSS */
	 "0070 0001 2a " /* Graceful Release Period 8.2.78: 10 minutes */
	 "0074 0005 010a650201 " /* User Plane IP Resource Information, V15 8.2.82 */
	 "00a2 0001 01 " /* PFCPAUReq-Flags 8.2.120: PARPS */
	 "00b2 0005 020a640002 " /* Alternative SMF IP Address 8.2.129 */
	 "00b4 000e 000473657431076578616d706c65 " /* SMF Set ID */
	 "00e9 000a " /* UE IP address Pool Information */
	 "  00b1 0006 000465646765 ", /* UE IP address Pool Identity 8.2.128 */
	 .text =
	 "association-update-request seq=24 { node-id=upf.a "
	 "up-function-features=FTUP|EMPU|EPFAR cp-function-features=EPFAR "
	 "release-request=SARR|URSS graceful-release-period=600s ip-resource={ 10.101.2.1 } "
	 "aureq-flags=PARPS alternative-smf=10.100.0.2 smf-set-id=set1.example "
	 "pool-information={ pool=\"edge\" } }"},
	{"27: Association Update Response 7.4.4.4",
	 .hex =
	 "20 08 001d 000018 00 "
	 "003c 0005 000a640001 " /* Node ID 8.2.38: IPv4 */
	 "0013 0001 01 " /* Cause 8.2.1 */
	 "002b 0002 1001 " /* UP Function Features */
	 "0059 0001 0c ", /* CP Function Features */
	 .text =
	 "association-update-response seq=24 { node-id=10.100.0.1 cause=1(accepted) "
	 "up-function-features=FTUP|EMPU cp-function-features=EPFAR|SSET }"},
	{"28: Node Report Request 7.4.5.1: paths lost, one back, a peer restarted",
	 .hex =
	 "20 0c 0062 000019 00 "
	 "003c 0007 02037570660161 " /* Node ID: FQDN */
	 "0065 0001 13 " /* Node Report Type 8.2.69: UPFR|UPRR|PURR */
	 "0066 0026 " /* User Plane Path Failure Report 7.4.5.1.2 */
	 "  0067 0005 020a650101 " /* Remote GTP-U Peer 8.2.70 */
	 "  0067 0019 0dfd0000000000000000000000000000050001000003026e33 " /* Remote GTP-U Peer 8.2.70 */
	 "00bb 0010 " /* User Plane Path Recovery Report 7.4.5.1.3 */
	 "  0067 000c 0a0a6501020005026e330161 " /* Remote GTP-U Peer 8.2.70 */
	 "013b 000c " /* Peer UP Restart Report 7.4.5.1.7 */
	 "  0067 0008 060a660001000101 ", /* Remote GTP-U Peer 8.2.70 */
	 .text =
	 "node-report-request seq=25 { node-id=upf.a node-report-type=UPFR|UPRR|PURR "
	 "path-failure={ gtpu-peer={ 10.101.1.1 } gtpu-peer={ fd00::5 destination-interface=0 "
	 "network-instance=n3 } } path-recovery={ gtpu-peer={ 10.101.1.2 "
	 "network-instance=n3.a } } peer-restart={ gtpu-peer={ 10.102.0.1 "
	 "destination-interface=1 } } }"},
	{"29: Node Report Response 7.4.5.2",
	 .hex =
	 "20 0d 0018 000019 00 "
	 "003c 0005 000a640001 " /* Node ID 8.2.38: IPv4 */
	 "0013 0001 45 " /* Cause 8.2.1 */
	 "0028 0002 0067 ", /* Offending IE: Remote GTP-U Peer */
	 .text =
	 "node-report-response seq=25 { node-id=10.100.0.1 cause=69(mandatory-ie-incorrect) "
	 "offending-ie=103(gtpu-peer) }"},
	{"30: Session Set Deletion Request 7.4.6.1: by address and by operator",
	 .hex =
	 "20 0e 003f 00001a 00 "
	 "003c 0005 000a640001 " /* Node ID 8.2.38: IPv4 */
	 "0041 000a 020a6400010001000202 " /* FQ-CSID 8.2.43 */
	 "0041 0014 11fd000000000000000000000000000001ffff05 " /* FQ-CSID */
	 "0041 0008 21003e9007000502 ", /* FQ-CSID: MCC * 1000 + MNC */
	 .text =
	 "session-set-deletion-request seq=26 { node-id=10.100.0.1 fq-csid=smf:10.100.0.1:1,2 "
	 "fq-csid=upf:fd00::1:65535 fq-csid=smf:0x003e9007:5 }"},
	{"31: Session Set Deletion Response 7.4.6.2",
	 .hex =
	 "20 0f 0012 00001a 00 "
	 "003c 0005 000a640001 " /* Node ID 8.2.38: IPv4 */
	 "0013 0001 01 ", /* Cause 8.2.1 */
	 .text =
	 "session-set-deletion-response seq=26 { node-id=10.100.0.1 cause=1(accepted) }"},
	{"32: Session Set Modification Request 7.4.7.1: to other SMFs",
	 .hex =
	 "20 10 006c 00001b 00 "
	 "003c 0005 000a640001 " /* Node ID 8.2.38: IPv4 */
	 "0122 002c " /* PFCP Session Change Info 7.4.7.1-2 */
	 "  00b2 0005 020a640002 " /* Alternative SMF IP Address 8.2.129 */
	 "  0041 0008 010a640001000102 " /* FQ-CSID 8.2.43 */
	 "  0041 0008 010a640001000202 " /* FQ-CSID 8.2.43 */
	 "  0123 0007 67726f75702d61 " /* Group Id 8.2.198 */
	 "0122 002b " /* PFCP Session Change Info */
	 "  00b2 0005 060a640003 " /* Alternative SMF IP Address 8.2.129 */
	 "  0124 0015 030a640001fd000000000000000000000000000001 " /* CP IP Address 8.2.199 */
	 "  0124 0005 020a640009 ", /* CP IP Address */
	 .text =
	 "session-set-modification-request seq=27 { node-id=10.100.0.1 session-change={ "
	 "alternative-smf=10.100.0.2 fq-csid=smf:10.100.0.1:1 fq-csid=smf:10.100.0.1:2 "
	 "group-id=67726f75702d61 } session-change={ alternative-smf=10.100.0.3(preferred) "
	 "cp-ip-address=10.100.0.1,fd00::1 cp-ip-address=10.100.0.9 } }"},
	{"33: Session Set Modification Response 7.4.7.2",
	 .hex =
	 "20 11 0012 00001b 00 "
	 "003c 0005 000a640001 " /* Node ID 8.2.38: IPv4 */
	 "0013 0001 41 ", /* Cause 8.2.1 */
	 .text =
	 "session-set-modification-response seq=27 { node-id=10.100.0.1 "
	 "cause=65(session-not-found) }"},
	{"34: Session Establishment Request 7.5.2 with what the first one lacks",
	 .hex =
	 "21 32 04bc 0000000000000000 00001c 00 "
	 "003c 0005 000a640001 " /* Node ID 8.2.38: IPv4 */
	 "0039 000d 0200000000000000020a640001 " /* F-SEID 8.2.37 */
	 "0001 00dd " /* Create PDR 7.5.2.2 */
	 "  0038 0002 0001 " /* PDR ID */
	 "  001d 0004 0000000a " /* Precedence 8.2.11 */
	 "  0002 007b " /* PDI 7.5.2.2-2 */
	 "    0014 0001 00 " /* Source Interface 8.2.2 */
	 "    0083 0001 01 " /* Traffic Endpoint ID */
	 "    0083 0001 02 " /* Traffic Endpoint ID */
	 "    0017 0026 010000227065726d6974206f75742069702066726f6d20616e7920746f20 " /* SDF Filter 8.2.5 */
	 "    61737369676e6564 "
	 "    0017 002c 010000287065726d6974206f75742031372066726f6d2031302e37302e30 " /* SDF Filter 8.2.5 */
	 "    2e3120746f2061737369676e6564 "
	 "    0018 0004 67616d65 " /* Application ID */
	 "    007c 0001 01 " /* QFI */
	 "    007c 0001 3f " /* QFI */
	 "  005f 0002 0601 " /* Outer Header Removal 8.2.64 */
	 "  006c 0004 00000001 " /* FAR ID */
	 "  0051 0004 00000007 " /* URR ID */
	 "  0051 0004 00000001 " /* URR ID */
	 "  006d 0004 00000003 " /* QER ID */
	 "  006d 0004 00000001 " /* QER ID */
	 "  006a 0004 676f6c64 " /* Activate Predefined Rules 8.2.72 */
	 "  006a 0006 73696c766572 " /* Activate Predefined Rules */
	 "  00a3 0004 e8200000 " /* Activation Time 8.2.121 */
	 "  00a4 0004 e8200e10 " /* Deactivation Time 8.2.122 */
	 "0001 00a9 " /* Create PDR */
	 "  0038 0002 0002 " /* PDR ID */
	 "  001d 0004 00000014 " /* Precedence */
	 "  0002 0077 " /* PDI */
	 "    0014 0001 01 " /* Source Interface */
	 "    0016 0009 08696e7465726e6574 " /* Network Instance 8.2.4 */
	 "    005d 0005 060a3c0002 " /* UE IP Address 8.2.62 */
	 "    005d 0012 45fd00006000000000000000000000000038 " /* UE IP Address: a prefix of /56 */
	 "    008e 0001 01 " /* Ethernet PDU Session Information: ETHI */
	 "    0099 000c 3139322e302e322e302f3234 " /* Framed-Route */
	 "    0099 000f 3139382e35312e3130302e302f3234 " /* Framed-Route */
	 "    009a 0004 00000000 " /* Framed-Routing */
	 "    009b 000d 323030313a6462383a3a2f3438 " /* Framed-IPv6-Route */
	 "    00a0 0001 11 " /* 3GPP Interface Type */
	 "  006c 0004 00000002 " /* FAR ID */
	 "  00b1 0008 0006706f6f6c2d34 " /* UE IP address Pool Identity 8.2.128 */
	 "  00b1 0008 0006706f6f6c2d36 " /* UE IP address Pool Identity 8.2.128 */
	 "0003 00b5 " /* Create FAR 7.5.2.3 */
	 "  006c 0004 00000001 " /* FAR ID */
	 "  002c 0002 1200 " /* Apply Action 8.2.26: FORW|DUPL */
	 "  0004 0068 " /* Forwarding Parameters 7.5.2.3-2 */
	 "    002a 0001 02 " /* Destination Interface 8.2.24: N6-LAN */
	 "    0016 0009 08696e7465726e6574 " /* Network Instance 8.2.4 */
	 "    0026 0018 020015687474703a2f2f6c6f67696e2e6578616d706c652f " /* Redirect Information 8.2.20: URL */
	 "    001e 0002 28fc " /* Transport Level Marking 8.2.12 */
	 "    0029 0009 086669726577616c6c " /* Forwarding Policy 8.2.23 */
	 "    0062 000a 0006582d456467650161 " /* Header Enrichment 8.2.67 */
	 "    0083 0001 01 " /* Traffic Endpoint ID: linked */
	 "    0089 0001 03 " /* Proxying 8.2.97: ARP|INS */
	 "    00a0 0001 11 " /* 3GPP Interface Type: N6 */
	 "    00e8 0006 656467652d61 " /* Data Network Access Identifier 8.2.161 */
	 "  0005 0020 " /* Duplicating Parameters 7.5.2.3-3 */
	 "    002a 0001 04 " /* Destination Interface: LI function */
	 "    0054 000a 0100000000090a640901 " /* Outer Header Creation 8.2.56 */
	 "    001e 0002 00fc " /* Transport Level Marking */
	 "    0029 0003 026c69 " /* Forwarding Policy */
	 "  0005 0013 " /* Duplicating Parameters */
	 "    002a 0001 04 " /* Destination Interface */
	 "    0054 000a 01000000000a0a640902 " /* Outer Header Creation 8.2.56 */
	 "0003 0013 " /* Create FAR */
	 "  006c 0004 00000002 " /* FAR ID */
	 "  002c 0002 0406 " /* Apply Action: BUFF|BDPN|DDPN: uplink of an EAS that moves, 5.32.3 */
	 "  0058 0001 01 " /* BAR ID */
	 "0006 00f8 " /* Create URR 7.5.2.4 */
	 "  0051 0004 00000007 " /* URR ID */
	 "  003e 0001 07 " /* Measurement Method 8.2.40: all */
	 "  0025 0003 ffff03 " /* Reporting Triggers 8.2.19 */
	 "  0040 0004 0000003c " /* Measurement Period 8.2.42 */
	 "  001f 0009 0100000000000f4240 " /* Volume Threshold 8.2.13 */
	 "  0049 0011 0600000000001e848000000000002dc6c0 " /* Volume Quota 8.2.50 */
	 "  0095 0004 00000005 " /* Event Threshold 8.2.113 */
	 "  0094 0004 00000006 " /* Event Quota 8.2.112 */
	 "  0020 0004 0000012c " /* Time Threshold 8.2.14 */
	 "  004a 0004 00000258 " /* Time Quota 8.2.51 */
	 "  0047 0004 0000001e " /* Quota Holding Time 8.2.48 */
	 "  0048 0011 03000000000000000a0000000000004e20 " /* Dropped DL Traffic Threshold 8.2.49: DLPA|DLBY */
	 "  00b5 0004 00000e10 " /* Quota Validity Time 8.2.132 */
	 "  0021 0004 e8200000 " /* Monitoring Time 8.2.15 */
	 "  0022 0009 0100000000003d0900 " /* Subsequent Volume Threshold 8.2.16 */
	 "  0023 0004 0000012d " /* Subsequent Time Threshold 8.2.17 */
	 "  0079 0009 0100000000004c4b40 " /* Subsequent Volume Quota 8.2.86 */
	 "  007a 0004 00000259 " /* Subsequent Time Quota 8.2.87 */
	 "  0097 0004 00000007 " /* Subsequent Event Threshold 8.2.107 */
	 "  0096 0004 00000008 " /* Subsequent Event Quota 8.2.106 */
	 "  0024 0004 0000000f " /* Inactivity Detection Time 8.2.18 */
	 "  0052 0004 00000001 " /* Linked URR ID 8.2.55 */
	 "  0052 0004 00000002 " /* Linked URR ID */
	 "  0064 0001 11 " /* Measurement Information 8.2.68: MBQE|MNOP */
	 "  006c 0004 00000003 " /* FAR ID: for Quota Action */
	 "  00b6 0002 0009 " /* Number of Reports 8.2.133 */
	 "  0075 0004 00000078 " /* User Plane Inactivity Timer 8.2.83 */
	 "0007 0061 " /* Create QER 7.5.2.5 */
	 "  006d 0004 00000003 " /* QER ID */
	 "  0019 0001 00 " /* Gate Status 8.2.7 */
	 "  001c 0004 00000011 " /* QER Correlation ID 8.2.10 */
	 "  001a 000a 00000003e800000007d0 " /* MBR 8.2.8 */
	 "  001b 000a 00000001f40000000258 " /* GBR 8.2.9 */
	 "  005e 0007 030200640100c8 " /* Packet Rate 8.2.63: ULPR|DLPR */
	 "  0061 0005 0328fc8001 " /* DL Flow Level Marking 8.2.66: TTC|SCI */
	 "  007c 0001 05 " /* QFI */
	 "  007b 0001 01 " /* RQI 8.2.88 */
	 "  009e 0001 06 " /* Paging Policy Indicator 8.2.116 */
	 "  009d 0004 000007d0 " /* Averaging Window 8.2.115: 2 s */
	 "  00fb 0001 01 " /* QER Control Indications 8.2.174: RCSR */
	 "0055 000f " /* Create BAR 7.5.2.6 */
	 "  0058 0001 01 " /* BAR ID 8.2.57 */
	 "  002e 0001 02 " /* Downlink Data Notification Delay 8.2.28 */
	 "  008c 0001 40 " /* Suggested Buffering Packets Count 8.2.100 */
	 "007f 0074 " /* Create Traffic Endpoint 7.5.2.7 */
	 "  0083 0001 01 " /* Traffic Endpoint ID 8.2.92 */
	 "  0015 0001 05 " /* F-TEID: CH|V4 */
	 "  0016 0003 026e33 " /* Network Instance 8.2.4 */
	 "  005d 0005 020a3c0002 " /* UE IP Address 8.2.62 */
	 "  005d 0012 41fd00006000000000000000000000000038 " /* UE IP Address: a prefix of /56 */
	 "  0099 0018 3139322e302e322e302f32342031302e36302e302e322031 " /* Framed-Route 8.2.109 */
	 "  009a 0004 00000003 " /* Framed-Routing 8.2.110 */
	 "  009b 0012 323030313a6462383a3a2f3438203a3a2031 " /* Framed-IPv6-Route 8.2.111 */
	 "  007c 0001 09 " /* QFI 8.2.89 */
	 "  00a0 0001 0b " /* 3GPP Interface Type 8.2.118: N3 */
	 "007f 0017 " /* Create Traffic Endpoint */
	 "  0083 0001 02 " /* Traffic Endpoint ID */
	 "  0016 0009 08696e7465726e6574 " /* Network Instance 8.2.4 */
	 "  008e 0001 01 " /* Ethernet PDU Session Information 8.2.102: ETHI */
	 "0071 0001 03 " /* PDN Type 8.2.79: IPv4v6 */
	 "0041 0008 010a640001000102 " /* FQ-CSID 8.2.43 */
	 "0075 0004 00000258 " /* User Plane Inactivity Timer */
	 "0060 0004 e81fe7b4 " /* Recovery Time Stamp 8.2.65 */
	 "0113 0001 0a " /* RAT Type 8.2.186: NR */
	 "0123 0007 67726f75702d61 ", /* Group Id */
	 .text =
	 "session-establishment-request seid=0x0 seq=28 { node-id=10.100.0.1 "
	 "f-seid=0x2@10.100.0.1 create-pdr={ pdr-id=1 precedence=10 pdi={ "
	 "source-interface=access traffic-endpoint-id=1 traffic-endpoint-id=2 sdf-filter={ "
	 "flow=\"permit out ip from any to assigned\" } sdf-filter={ flow=\"permit out 17 from "
	 "10.70.0.1 to assigned\" } application-id=\"game\" qfi=1 qfi=63 } "
	 "outer-header-removal=gtpu-udp-ip,extension=1 far-id=1 urr-id=7 urr-id=1 qer-id=3 "
	 "qer-id=1 activate-predefined-rules=\"gold\" activate-predefined-rules=\"silver\" "
	 "activation-time=3894411264 deactivation-time=3894414864 } create-pdr={ pdr-id=2 "
	 "precedence=20 pdi={ source-interface=core network-instance=internet "
	 "ue-ip-address=destination:10.60.0.2 ue-ip-address=destination:fd00:60::/56 "
	 "ethernet-pdu-session=ETHI framed-route=\"192.0.2.0/24\" "
	 "framed-route=\"198.51.100.0/24\" framed-routing=0 framed-ipv6-route=\"2001:db8::/48\" "
	 "3gpp-interface-type=17 } far-id=2 pool=\"pool-4\" pool=\"pool-6\" } create-far={ "
	 "far-id=1 apply-action=FORW|DUPL forwarding={ destination-interface=n6-lan "
	 "network-instance=internet redirect=url:http://login.example/ "
	 "transport-level-marking=0x28/0xfc forwarding-policy=\"firewall\" "
	 "header-enrichment=\"X-Edge: a\" traffic-endpoint-id=1 proxying=ARP|INS "
	 "3gpp-interface-type=17 dnai=\"edge-a\" } duplicating={ "
	 "destination-interface=li-function outer-header-creation=gtpu(0x9@10.100.9.1) "
	 "transport-level-marking=0x00/0xfc forwarding-policy=\"li\" } duplicating={ "
	 "destination-interface=li-function outer-header-creation=gtpu(0xa@10.100.9.2) } } "
	 "create-far={ far-id=2 apply-action=BUFF|BDPN|DDPN bar-id=1 } create-urr={ urr-id=7 "
	 "measurement-method=DURAT|VOLUM|EVENT "
	 "reporting-triggers=PERIO|VOLTH|TIMTH|QUHTI|START|STOPT|DROTH|LIUSA|VOLQU|TIMQU|ENVCL"
	 "|MACAR|EVETH|EVEQU|IPMJL|QUVTI|REEMR|UPINT measurement-period=60 "
	 "volume-threshold=total-1000000 volume-quota=ul-2000000,dl-3000000 event-threshold=5 "
	 "event-quota=6 time-threshold=300 time-quota=600 quota-holding-time=30 "
	 "dropped-dl-traffic-threshold=packets-10,bytes-20000 quota-validity-time=3600 "
	 "monitoring-time=3894411264 subsequent-volume-threshold=total-4000000 "
	 "subsequent-time-threshold=301 subsequent-volume-quota=total-5000000 "
	 "subsequent-time-quota=601 subsequent-event-threshold=7 subsequent-event-quota=8 "
	 "inactivity-detection-time=15 linked-urr-id=1 linked-urr-id=2 "
	 "measurement-information=MBQE|MNOP far-id=3 number-of-reports=9 "
	 "user-plane-inactivity-timer=120 } create-qer={ qer-id=3 gate-status=ul-open,dl-open "
	 "qer-correlation-id=17 mbr=ul-1000kbps,dl-2000kbps gbr=ul-500kbps,dl-600kbps "
	 "packet-rate={ ul=100/hour dl=200/6min } dl-flow-level-marking={ tos=0x28fc "
	 "service-class=0x8001 } qfi=5 rqi=RQI paging-policy-indicator=6 "
	 "averaging-window=2000 qer-control=RCSR } create-bar={ bar-id=1 "
	 "dl-data-notification-delay=2 suggested-buffering-packets=64 } "
	 "create-traffic-endpoint={ traffic-endpoint-id=1 f-teid=choose(v4) "
	 "network-instance=n3 ue-ip-address=source:10.60.0.2 "
	 "ue-ip-address=source:fd00:60::/56 framed-route=\"192.0.2.0/24 10.60.0.2 1\" "
	 "framed-routing=3 framed-ipv6-route=\"2001:db8::/48 :: 1\" qfi=9 "
	 "3gpp-interface-type=11 } create-traffic-endpoint={ traffic-endpoint-id=2 "
	 "network-instance=internet ethernet-pdu-session=ETHI } pdn-type=ipv4v6 "
	 "fq-csid=smf:10.100.0.1:1 user-plane-inactivity-timer=600 "
	 "recovery-time-stamp=3894405044 rat-type=nr group-id=67726f75702d61 }"},
	{"35: Session Establishment Response 7.5.3: partially accepted",
	 .hex =
	 "21 33 0109 0000000000000002 00001c 00 "
	 "003c 0005 000a640001 " /* Node ID 8.2.38: IPv4 */
	 "0013 0001 03 " /* Cause 8.2.1 */
	 "0039 000d 0200000000000001020a648101 " /* UP F-SEID */
	 "0008 0032 " /* Created PDR 7.5.3.2 */
	 "  0038 0002 0001 " /* PDR ID */
	 "  0015 0009 01000000780a650201 " /* F-TEID 8.2.3 */
	 "  005d 0005 020a3c0002 " /* UE IP Address 8.2.62 */
	 "  005d 0012 41fd00006000000000000000000000000038 " /* UE IP Address: a prefix of /56 */
	 "0033 000d " /* Load Control Information 7.5.3.3 */
	 "  0034 0004 00000005 " /* Sequence Number 8.2.33 */
	 "  0035 0001 28 " /* Metric 8.2.34 */
	 "0036 0017 " /* Overload Control Information 7.5.3.4 */
	 "  0034 0004 00000006 " /* Sequence Number */
	 "  0035 0001 0a " /* Metric */
	 "  0037 0001 22 " /* Timer 8.2.35: 2 minutes */
	 "  006e 0001 01 " /* OCI Flags 8.2.76: AOCI */
	 "0041 0008 010a648101000305 " /* FQ-CSID 8.2.43 */
	 "0080 0031 " /* Created Traffic Endpoint 7.5.3.5 */
	 "  0083 0001 01 " /* Traffic Endpoint ID */
	 "  0015 0009 01000000770a650201 " /* F-TEID 8.2.3 */
	 "  005d 0005 020a3c0002 " /* UE IP Address 8.2.62 */
	 "  005d 0012 41fd00006000000000000000000000000038 " /* UE IP Address: a prefix of /56 */
	 "0110 0022 " /* Partial Failure Information 7.5.3.1-2 */
	 "  0072 0003 000001 " /* Failed Rule ID 8.2.80: PDR 1 */
	 "  0013 0001 50 " /* Cause 8.2.1 */
	 "  0112 0008 006a73696c766572 " /* Offending IE Information 8.2.185 */
	 "  0112 0006 001867616d65 " /* Offending IE Information */
	 "0110 0011 " /* Partial Failure Information */
	 "  0072 0002 0609 " /* Failed Rule ID: SRR 9 */
	 "  0013 0001 4b " /* Cause 8.2.1 */
	 "  0112 0002 00d4 ", /* Offending IE Information */
	 .text =
	 "session-establishment-response seid=0x2 seq=28 { node-id=10.100.0.1 "
	 "cause=3(partially-accepted) f-seid=0x102@10.100.129.1 created-pdr={ pdr-id=1 "
	 "f-teid=0x78@10.101.2.1 ue-ip-address=source:10.60.0.2 "
	 "ue-ip-address=source:fd00:60::/56 } load={ sequence=5 metric=40% } overload={ "
	 "sequence=6 metric=10% timer=120s oci-flags=AOCI } fq-csid=upf:10.100.129.1:3 "
	 "created-traffic-endpoint={ traffic-endpoint-id=1 f-teid=0x77@10.101.2.1 "
	 "ue-ip-address=source:10.60.0.2 ue-ip-address=source:fd00:60::/56 } "
	 "partial-failure={ failed-rule-id=pdr:1 cause=80(unknown-predefined-rule) "
	 "offending-ie-information=106(activate-predefined-rules):73696c766572 "
	 "offending-ie-information=24(application-id):67616d65 } partial-failure={ "
	 "failed-rule-id=srr:9 cause=75(no-resources) offending-ie-information=212(unknown): "
	 "} }"},
	{"36: Session Modification Request 7.5.4 with what the others lack",
	 .hex =
	 "21 34 0403 0000000000000102 00001d 00 "
	 "0082 0005 " /* Remove Traffic Endpoint 7.5.4.14 */
	 "  0083 0001 02 " /* Traffic Endpoint ID */
	 "007f 000a " /* Create Traffic Endpoint */
	 "  0083 0001 03 " /* Traffic Endpoint ID */
	 "  0015 0001 05 " /* F-TEID: CH|V4 */
	 "0009 0034 " /* Update PDR 7.5.4.2 */
	 "  0038 0002 0001 " /* PDR ID */
	 "  006a 0008 706c6174696e756d " /* Activate Predefined Rules */
	 "  006b 0004 676f6c64 " /* Deactivate Predefined Rules 8.2.73 */
	 "  006b 0006 73696c766572 " /* Deactivate Predefined Rules */
	 "  00a3 0004 00000000 " /* Activation Time */
	 "  00a4 0004 ffffffff " /* Deactivation Time */
	 "000a 0178 " /* Update FAR 7.5.4.3 */
	 "  006c 0004 00000001 " /* FAR ID */
	 "  002c 0002 1200 " /* Apply Action */
	 "  000b 0145 " /* Update Forwarding Parameters 7.5.4.3-2 */
	 "    0016 0004 036c616e " /* Network Instance 8.2.4 */
	 "    0026 0014 04000831302e302e302e310007666430303a3a31 " /* Redirect Information: IPv4 and IPv6 */
	 "    0029 0100 ff7878787878787878787878787878787878787878787878787878787878 " /* Forwarding Policy */
	 "    787878787878787878787878787878787878787878787878787878787878 "
	 "    787878787878787878787878787878787878787878787878787878787878 "
	 "    787878787878787878787878787878787878787878787878787878787878 "
	 "    787878787878787878787878787878787878787878787878787878787878 "
	 "    787878787878787878787878787878787878787878787878787878787878 "
	 "    787878787878787878787878787878787878787878787878787878787878 "
	 "    787878787878787878787878787878787878787878787878787878787878 "
	 "    78787878787878787878787878787878 "
	 "    0062 000a 0007582d456d70747900 " /* Header Enrichment */
	 "    0083 0001 03 " /* Traffic Endpoint ID */
	 "    00e8 0006 656467652d62 " /* Data Network Access Identifier */
	 "    0054 0000 " /* Outer Header Creation: none any more, 5.6.3 */
	 "  0069 001d " /* Update Duplicating Parameters 7.5.4.3-3 */
	 "    002a 0001 04 " /* Destination Interface */
	 "    0054 000a 01000000000b0a640903 " /* Outer Header Creation 8.2.56 */
	 "    001e 0002 28fc " /* Transport Level Marking */
	 "    0029 0000 " /* Forwarding Policy */
	 "000a 0011 " /* Update FAR */
	 "  006c 0004 00000002 " /* FAR ID */
	 "  0058 0001 01 " /* BAR ID */
	 "  0069 0000 " /* Update Duplicating Parameters: all of them go */
	 "000d 00f8 " /* Update URR 7.5.4.4 */
	 "  0051 0004 00000007 " /* URR ID */
	 "  003e 0001 07 " /* Measurement Method 8.2.40: all */
	 "  0025 0003 020100 " /* Reporting Triggers 8.2.19 */
	 "  0040 0004 0000003c " /* Measurement Period 8.2.42 */
	 "  001f 0009 0100000000000f4240 " /* Volume Threshold 8.2.13 */
	 "  0049 0011 0600000000001e848000000000002dc6c0 " /* Volume Quota 8.2.50 */
	 "  0020 0004 0000012c " /* Time Threshold 8.2.14 */
	 "  004a 0004 00000258 " /* Time Quota 8.2.51 */
	 "  0095 0004 00000005 " /* Event Threshold 8.2.113 */
	 "  0094 0004 00000006 " /* Event Quota 8.2.112 */
	 "  0047 0004 0000001e " /* Quota Holding Time 8.2.48 */
	 "  0048 0011 03000000000000000a0000000000004e20 " /* Dropped DL Traffic Threshold 8.2.49: DLPA|DLBY */
	 "  00b5 0004 00000e10 " /* Quota Validity Time 8.2.132 */
	 "  0021 0004 e8200000 " /* Monitoring Time 8.2.15 */
	 "  0022 0009 0100000000003d0900 " /* Subsequent Volume Threshold 8.2.16 */
	 "  0023 0004 0000012d " /* Subsequent Time Threshold 8.2.17 */
	 "  0079 0009 0100000000004c4b40 " /* Subsequent Volume Quota 8.2.86 */
	 "  007a 0004 00000259 " /* Subsequent Time Quota 8.2.87 */
	 "  0097 0004 00000007 " /* Subsequent Event Threshold 8.2.107 */
	 "  0096 0004 00000008 " /* Subsequent Event Quota 8.2.106 */
	 "  0024 0004 0000000f " /* Inactivity Detection Time 8.2.18 */
	 "  0052 0004 00000001 " /* Linked URR ID 8.2.55 */
	 "  0052 0004 00000002 " /* Linked URR ID */
	 "  0064 0001 11 " /* Measurement Information 8.2.68: MBQE|MNOP */
	 "  006c 0004 00000003 " /* FAR ID: for Quota Action */
	 "  00b6 0002 0009 " /* Number of Reports 8.2.133 */
	 "  0075 0004 00000078 " /* User Plane Inactivity Timer 8.2.83 */
	 "000d 0022 " /* Update URR */
	 "  0051 0004 00000001 " /* URR ID */
	 "  0049 0009 010000000000000000 " /* Volume Quota */
	 "  0064 0001 00 " /* Measurement Information */
	 "  0040 0000 " /* Measurement Period */
	 "  0052 0000 " /* Linked URR ID */
	 "000e 0061 " /* Update QER 7.5.4.5 */
	 "  006d 0004 00000003 " /* QER ID */
	 "  001c 0004 00000011 " /* QER Correlation ID 8.2.10 */
	 "  0019 0001 00 " /* Gate Status 8.2.7 */
	 "  001a 000a 00000003e800000007d0 " /* MBR 8.2.8 */
	 "  001b 000a 00000001f40000000258 " /* GBR 8.2.9 */
	 "  005e 0007 030200640100c8 " /* Packet Rate 8.2.63: ULPR|DLPR */
	 "  0061 0005 0328fc8001 " /* DL Flow Level Marking 8.2.66: TTC|SCI */
	 "  007c 0001 05 " /* QFI */
	 "  007b 0001 01 " /* RQI 8.2.88 */
	 "  009e 0001 06 " /* Paging Policy Indicator 8.2.116 */
	 "  009d 0004 000007d0 " /* Averaging Window 8.2.115: 2 s */
	 "  00fb 0001 01 " /* QER Control Indications 8.2.174: RCSR */
	 "0056 000f " /* Update BAR 7.5.4.11 */
	 "  0058 0001 01 " /* BAR ID */
	 "  002e 0001 00 " /* Downlink Data Notification Delay */
	 "  008c 0001 ff " /* Suggested Buffering Packets Count */
	 "0081 0048 " /* Update Traffic Endpoint 7.5.4.13 */
	 "  0083 0001 01 " /* Traffic Endpoint ID */
	 "  0015 0009 01000000990a650201 " /* F-TEID 8.2.3 */
	 "  0016 0003 026e33 " /* Network Instance 8.2.4 */
	 "  005d 0005 020a3c0003 " /* UE IP Address 8.2.62 */
	 "  0099 000c 3139322e302e322e302f3234 " /* Framed-Route */
	 "  009a 0004 00000001 " /* Framed-Routing */
	 "  007c 0001 0a " /* QFI */
	 "  00a0 0001 0f " /* 3GPP Interface Type: N9 */
	 "  009b 0000 " /* Framed-IPv6-Route */
	 "0031 0001 0d " /* PFCPSMReq-Flags 8.2.31: DROBU|QAURR|SUMPC */
	 "0075 0004 00000000 " /* User Plane Inactivity Timer: no more of it */
	 "007d 0004 0000abcd " /* Query URR Reference 8.2.90 */
	 "0101 0004 03000001 " /* S-NSSAI 8.2.176 */
	 "0113 0001 03 " /* RAT Type: WLAN */
	 "0123 0007 67726f75702d63 " /* Group Id */
	 "0041 0000 ", /* FQ-CSID: all of them go */
	 .text =
	 "session-modification-request seid=0x102 seq=29 { remove-traffic-endpoint={ "
	 "traffic-endpoint-id=2 } create-traffic-endpoint={ traffic-endpoint-id=3 "
	 "f-teid=choose(v4) } update-pdr={ pdr-id=1 activate-predefined-rules=\"platinum\" "
	 "deactivate-predefined-rules=\"gold\" deactivate-predefined-rules=\"silver\" "
	 "activation-time=0 deactivation-time=4294967295 } update-far={ far-id=1 "
	 "apply-action=FORW|DUPL update-forwarding={ network-instance=lan "
	 "redirect=ipv4-ipv6:10.0.0.1,fd00::1 "
	 "forwarding-policy=\"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
	 "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
	 "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
	 "xxxxxxxxxxxxxxxxxxxxxx\" header-enrichment=\"X-Empty: \" traffic-endpoint-id=3 "
	 "dnai=\"edge-b\" cleared=outer-header-creation } update-duplicating={ "
	 "destination-interface=li-function outer-header-creation=gtpu(0xb@10.100.9.3) "
	 "transport-level-marking=0x28/0xfc cleared=forwarding-policy } } update-far={ "
	 "far-id=2 bar-id=1 cleared=update-duplicating } update-urr={ urr-id=7 "
	 "measurement-method=DURAT|VOLUM|EVENT reporting-triggers=VOLTH|VOLQU "
	 "measurement-period=60 volume-threshold=total-1000000 "
	 "volume-quota=ul-2000000,dl-3000000 time-threshold=300 time-quota=600 "
	 "event-threshold=5 event-quota=6 quota-holding-time=30 "
	 "dropped-dl-traffic-threshold=packets-10,bytes-20000 quota-validity-time=3600 "
	 "monitoring-time=3894411264 subsequent-volume-threshold=total-4000000 "
	 "subsequent-time-threshold=301 subsequent-volume-quota=total-5000000 "
	 "subsequent-time-quota=601 subsequent-event-threshold=7 subsequent-event-quota=8 "
	 "inactivity-detection-time=15 linked-urr-id=1 linked-urr-id=2 "
	 "measurement-information=MBQE|MNOP far-id=3 number-of-reports=9 "
	 "user-plane-inactivity-timer=120 } update-urr={ urr-id=1 volume-quota=total-0 "
	 "measurement-information=0 cleared=measurement-period cleared=linked-urr-id } "
	 "update-qer={ qer-id=3 qer-correlation-id=17 gate-status=ul-open,dl-open "
	 "mbr=ul-1000kbps,dl-2000kbps gbr=ul-500kbps,dl-600kbps packet-rate={ ul=100/hour "
	 "dl=200/6min } dl-flow-level-marking={ tos=0x28fc service-class=0x8001 } qfi=5 "
	 "rqi=RQI paging-policy-indicator=6 averaging-window=2000 qer-control=RCSR } "
	 "update-bar={ bar-id=1 dl-data-notification-delay=0 suggested-buffering-packets=255 "
	 "} update-traffic-endpoint={ traffic-endpoint-id=1 f-teid=0x99@10.101.2.1 "
	 "network-instance=n3 ue-ip-address=source:10.60.0.3 framed-route=\"192.0.2.0/24\" "
	 "framed-routing=1 qfi=10 3gpp-interface-type=15 cleared=framed-ipv6-route } "
	 "smreq-flags=DROBU|QAURR|SUMPC user-plane-inactivity-timer=0 "
	 "query-urr-reference=43981 s-nssai=3-000001 rat-type=wlan group-id=67726f75702d63 "
	 "cleared=fq-csid }"},
	{"37: Session Modification Response 7.5.5 with all there is",
	 .hex =
	 "21 35 0120 0000000000000002 00001d 00 "
	 "0013 0001 01 " /* Cause 8.2.1 */
	 "0008 0013 " /* Created PDR */
	 "  0038 0002 0003 " /* PDR ID */
	 "  0015 0009 01000000790a650201 " /* F-TEID 8.2.3 */
	 "0033 000d " /* Load Control Information 7.5.3.3 */
	 "  0034 0004 00000007 " /* Sequence Number 8.2.33 */
	 "  0035 0001 00 " /* Metric 8.2.34 */
	 "0036 0012 " /* Overload Control Information 7.5.3.4 */
	 "  0034 0004 00000008 " /* Sequence Number */
	 "  0035 0001 64 " /* Metric */
	 "  0037 0001 e0 " /* Timer 8.2.35 */
	 "004e 0069 " /* Usage Report 7.5.5.2 */
	 "  0051 0004 00000001 " /* URR ID 8.2.54 */
	 "  0068 0004 00000003 " /* UR-SEQN 8.2.71 */
	 "  003f 0003 800000 " /* Usage Report Trigger 8.2.41 */
	 "  004b 0004 e81fe7b4 " /* Start Time 8.2.52 */
	 "  004c 0004 e81fe7be " /* End Time 8.2.53 */
	 "  0042 0019 07000000000000030000000000000001000000000000000200 " /* Volume Measurement 8.2.44 */
	 "  0043 0004 0000000a " /* Duration Measurement 8.2.45 */
	 "  0045 0004 e81fe7b5 " /* Time of First Packet 8.2.46 */
	 "  0046 0004 e81fe7bd " /* Time of Last Packet 8.2.47 */
	 "  005a 0001 06 " /* Usage Information 8.2.59: AFT|UAE */
	 "  007d 0004 0000abcd " /* Query URR Reference */
	 "007e 0002 8000 " /* Additional Usage Reports Information 8.2.91: AURI */
	 "0080 0031 " /* Created Traffic Endpoint 7.5.3.5 */
	 "  0083 0001 01 " /* Traffic Endpoint ID */
	 "  0015 0009 01000000770a650201 " /* F-TEID 8.2.3 */
	 "  005d 0005 020a3c0002 " /* UE IP Address 8.2.62 */
	 "  005d 0012 41fd00006000000000000000000000000038 " /* UE IP Address: a prefix of /56 */
	 "0100 0025 " /* Updated PDR 7.5.5.5 */
	 "  0038 0002 0002 " /* PDR ID */
	 "  005d 0005 020a3c0002 " /* UE IP Address 8.2.62 */
	 "  005d 0012 41fd00006000000000000000000000000030 ", /* UE IP Address: a prefix of /48 */
	 .text =
	 "session-modification-response seid=0x2 seq=29 { cause=1(accepted) created-pdr={ "
	 "pdr-id=3 f-teid=0x79@10.101.2.1 } load={ sequence=7 metric=0% } overload={ "
	 "sequence=8 metric=100% timer=infinite } usage-report={ urr-id=1 ur-seqn=3 "
	 "usage-report-trigger=IMMER start-time=3894405044 end-time=3894405054 "
	 "volume-measurement=total-768,ul-256,dl-512 duration-measurement=10 "
	 "first-packet=3894405045 last-packet=3894405053 usage-information=AFT|UAE "
	 "query-urr-reference=43981 } additional-usage-reports=more "
	 "created-traffic-endpoint={ traffic-endpoint-id=1 f-teid=0x77@10.101.2.1 "
	 "ue-ip-address=source:10.60.0.2 ue-ip-address=source:fd00:60::/56 } updated-pdr={ "
	 "pdr-id=2 ue-ip-address=source:10.60.0.2 ue-ip-address=source:fd00:60::/48 } }"},
	{"38: Session Deletion Response 7.5.7 with all there is",
	 .hex =
	 "21 37 00a8 0000000000000002 00001e 00 "
	 "0013 0001 02 " /* Cause 8.2.1 */
	 "0033 000d " /* Load Control Information 7.5.3.3 */
	 "  0034 0004 00000009 " /* Sequence Number 8.2.33 */
	 "  0035 0001 01 " /* Metric 8.2.34 */
	 "0036 0012 " /* Overload Control Information 7.5.3.4 */
	 "  0034 0004 0000000a " /* Sequence Number */
	 "  0035 0001 32 " /* Metric */
	 "  0037 0001 00 " /* Timer 8.2.35 */
	 "004f 0061 " /* Usage Report 7.5.7.2 */
	 "  0051 0004 00000001 " /* URR ID 8.2.54 */
	 "  0068 0004 00000003 " /* UR-SEQN 8.2.71 */
	 "  003f 0003 000800 " /* Usage Report Trigger 8.2.41 */
	 "  004b 0004 e81fe7b4 " /* Start Time 8.2.52 */
	 "  004c 0004 e81fe7be " /* End Time 8.2.53 */
	 "  0042 0019 07000000000000030000000000000001000000000000000200 " /* Volume Measurement 8.2.44 */
	 "  0043 0004 0000000a " /* Duration Measurement 8.2.45 */
	 "  0045 0004 e81fe7b5 " /* Time of First Packet 8.2.46 */
	 "  0046 0004 e81fe7bd " /* Time of Last Packet 8.2.47 */
	 "  005a 0001 06 " /* Usage Information 8.2.59: AFT|UAE */
	 "007e 0002 012c " /* Additional Usage Reports Information */
	 "013e 0001 01 ", /* PFCPSDRsp-Flags 8.2.215: PURU */
	 .text =
	 "session-deletion-response seid=0x2 seq=30 { cause=2(more-usage-report) load={ "
	 "sequence=9 metric=1% } overload={ sequence=10 metric=50% timer=0s } usage-report={ "
	 "urr-id=1 ur-seqn=3 usage-report-trigger=TERMR start-time=3894405044 "
	 "end-time=3894405054 volume-measurement=total-768,ul-256,dl-512 "
	 "duration-measurement=10 first-packet=3894405045 last-packet=3894405053 "
	 "usage-information=AFT|UAE } additional-usage-reports=300 sdrsp-flags=PURU }"},
	{"39: Session Report Request 7.5.8 with all there is",
	 .hex =
	 "21 38 0153 0000000000000002 00001f 00 "
	 "0027 0001 4b " /* Report Type 8.2.21: DLDR|USAR|UPIR|UISR */
	 "0053 001e " /* Downlink Data Report 7.5.8.2 */
	 "  0038 0002 0002 " /* PDR ID */
	 "  0038 0002 0003 " /* PDR ID */
	 "  002d 0003 032e09 " /* Downlink Data Service Information 8.2.27: PPI|QFII */
	 "  002d 0002 0205 " /* Downlink Data Service Information: QFII */
	 "  0104 0001 02 " /* Data Status 8.2.179: BUFF */
	 "0050 00d4 " /* Usage Report 7.5.8.3 */
	 "  0051 0004 00000001 " /* URR ID 8.2.54 */
	 "  0068 0004 00000003 " /* UR-SEQN 8.2.71 */
	 "  003f 0003 100020 " /* Usage Report Trigger 8.2.41 */
	 "  004b 0004 e81fe7b4 " /* Start Time 8.2.52 */
	 "  004c 0004 e81fe7be " /* End Time 8.2.53 */
	 "  0042 0019 07000000000000030000000000000001000000000000000200 " /* Volume Measurement 8.2.44 */
	 "  0043 0004 0000000a " /* Duration Measurement 8.2.45 */
	 "  0044 0041 " /* Application Detection Information 7.5.8.3-2 */
	 "    0018 0004 67616d65 " /* Application ID */
	 "    005b 0006 67616d652d31 " /* Application Instance ID 8.2.60 */
	 "    005c 0025 0300227065726d6974206f75742069702066726f6d20616e7920746f2061 " /* Flow Information 8.2.61: both directions */
	 "    737369676e6564 "
	 "    0038 0002 0001 " /* PDR ID */
	 "  005d 0005 020a3c0002 " /* UE IP Address 8.2.62 */
	 "  0016 0009 08696e7465726e6574 " /* Network Instance 8.2.4 */
	 "  0045 0004 e81fe7b5 " /* Time of First Packet 8.2.46 */
	 "  0046 0004 e81fe7bd " /* Time of Last Packet 8.2.47 */
	 "  005a 0001 06 " /* Usage Information 8.2.59: AFT|UAE */
	 "  007d 0004 00000001 " /* Query URR Reference */
	 "  009c 0004 e81fe7b6 " /* Time Stamp 8.2.114 */
	 "  009c 0004 e81fe7b7 " /* Time Stamp */
	 "0033 000d " /* Load Control Information 7.5.3.3 */
	 "  0034 0004 0000000b " /* Sequence Number 8.2.33 */
	 "  0035 0001 3c " /* Metric 8.2.34 */
	 "0036 0012 " /* Overload Control Information 7.5.3.4 */
	 "  0034 0004 0000000c " /* Sequence Number */
	 "  0035 0001 14 " /* Metric */
	 "  0037 0001 1f " /* Timer 8.2.35 */
	 "007e 0002 0002 " /* Additional Usage Reports Information */
	 "00a1 0001 01 " /* PFCPSRReq-Flags 8.2.119: PSDBU */
	 "0039 000d 0200000000000000010a640001 " /* Old CP F-SEID */
	 "0013 0001 54 ", /* Cause 8.2.1 */
	 .text =
	 "session-report-request seid=0x2 seq=31 { report-type=DLDR|USAR|UPIR|UISR "
	 "downlink-data-report={ pdr-id=2 pdr-id=3 dl-data-service={ paging-policy=46 qfi=9 } "
	 "dl-data-service={ qfi=5 } data-status=BUFF } usage-report={ urr-id=1 ur-seqn=3 "
	 "usage-report-trigger=START|UPINT start-time=3894405044 end-time=3894405054 "
	 "volume-measurement=total-768,ul-256,dl-512 duration-measurement=10 application={ "
	 "application-id=\"game\" instance-id=\"game-1\" flow-information=bidirectional:\"permit "
	 "out ip from any to assigned\" pdr-id=1 } ue-ip-address=source:10.60.0.2 "
	 "network-instance=internet first-packet=3894405045 last-packet=3894405053 "
	 "usage-information=AFT|UAE query-urr-reference=1 event-time=3894405046 "
	 "event-time=3894405047 } load={ sequence=11 metric=60% } overload={ sequence=12 "
	 "metric=20% timer=62s } additional-usage-reports=2 srreq-flags=PSDBU "
	 "f-seid=0x1@10.100.0.1 cause=84(l2tp-tunnel-release) }"},
	{"40: Session Report Response 7.5.9: another SMF has the session",
	 .hex =
	 "21 39 0072 0000000000000102 00001f 00 "
	 "0013 0001 01 " /* Cause 8.2.1 */
	 "000c 001a " /* Update BAR 7.5.9.2 */
	 "  0058 0001 01 " /* BAR ID */
	 "  002e 0001 04 " /* Downlink Data Notification Delay */
	 "  002f 0001 46 " /* DL Buffering Duration 8.2.29: 6 times 10 minutes */
	 "  0030 0002 03e8 " /* DL Buffering Suggested Packet Count 8.2.30 */
	 "  008c 0001 20 " /* Suggested Buffering Packets Count */
	 "0032 0001 01 " /* PFCPSRRsp-Flags 8.2.32: DROBU */
	 "0039 000d 0200000000000000770a640002 " /* CP F-SEID */
	 "0015 0009 01000000550a640002 " /* N4-u F-TEID */
	 "0041 0008 010a640002000902 " /* FQ-CSID 8.2.43 */
	 "0123 0007 67726f75702d62 " /* Group Id */
	 "003c 0005 000a640002 ", /* Node ID */
	 .text =
	 "session-report-response seid=0x102 seq=31 { cause=1(accepted) update-bar={ bar-id=1 "
	 "dl-data-notification-delay=4 dl-buffering-duration=3600s dl-buffering-packets=1000 "
	 "suggested-buffering-packets=32 } srrsp-flags=DROBU f-seid=0x77@10.100.0.2 "
	 "f-teid=0x55@10.100.0.2 fq-csid=smf:10.100.0.2:9 group-id=67726f75702d62 "
	 "node-id=10.100.0.2 }"},
	{"41: Session Report Response 7.5.9: ask another SMF, 5.22.2",
	 .hex =
	 "21 39 001a 0000000000000102 000020 00 "
	 "0013 0001 4e " /* Cause 8.2.1 */
	 "00b2 0005 060a640002 ", /* Alternative SMF IP Address 8.2.129 */
	 .text =
	 "session-report-response seid=0x102 seq=32 { cause=78(redirection-requested) "
	 "alternative-smf=10.100.0.2(preferred) }"},
	{"42: Session Modification Request 7.5.4: new rules beside the old, updates in full",
	 .hex =
	 "21 34 0112 0000000000000102 000021 00 "
	 "0001 001f " /* Create PDR */
	 "  0038 0002 0005 " /* PDR ID */
	 "  001d 0004 00000001 " /* Precedence */
	 "  0002 0005 " /* PDI */
	 "    0014 0001 00 " /* Source Interface */
	 "  006c 0004 00000005 " /* FAR ID */
	 "0003 000e " /* Create FAR */
	 "  006c 0004 00000005 " /* FAR ID */
	 "  002c 0002 0100 " /* Apply Action: DROP */
	 "0006 0014 " /* Create URR */
	 "  0051 0004 00000005 " /* URR ID */
	 "  003e 0001 02 " /* Measurement Method */
	 "  0025 0003 100000 " /* Reporting Triggers: START */
	 "0007 000d " /* Create QER */
	 "  006d 0004 00000005 " /* QER ID */
	 "  0019 0001 04 " /* Gate Status: uplink closed */
	 "0055 0005 " /* Create BAR */
	 "  0058 0001 05 " /* BAR ID */
	 "0009 0034 " /* Update PDR */
	 "  0038 0002 0001 " /* PDR ID */
	 "  005f 0001 01 " /* Outer Header Removal */
	 "  001d 0004 00000002 " /* Precedence */
	 "  0002 0005 " /* PDI */
	 "    0014 0001 03 " /* Source Interface */
	 "  006c 0004 00000006 " /* FAR ID */
	 "  0051 0004 00000005 " /* URR ID */
	 "  006d 0004 00000005 " /* QER ID */
	 "000a 001e " /* Update FAR */
	 "  006c 0004 00000006 " /* FAR ID */
	 "  000b 0006 " /* Update Forwarding Parameters */
	 "    001e 0002 b8fc " /* Transport Level Marking */
	 "  0069 0008 " /* Update Duplicating Parameters */
	 "    0029 0004 036c6932 " /* Forwarding Policy */
	 "0081 002b " /* Update Traffic Endpoint */
	 "  0083 0001 01 " /* Traffic Endpoint ID */
	 "  009b 000f 323030313a6462383a313a3a2f3438 " /* Framed-IPv6-Route */
	 "  009b 000f 323030313a6462383a323a3a2f3438 " /* Framed-IPv6-Route */
	 "0041 0006 000000000002 " /* FQ-CSID: none of an SMF any more */
	 "0041 0008 010a648101000305 ", /* FQ-CSID 8.2.43 */
	 .text =
	 "session-modification-request seid=0x102 seq=33 { create-pdr={ pdr-id=5 precedence=1 "
	 "pdi={ source-interface=access } far-id=5 } create-far={ far-id=5 apply-action=DROP "
	 "} create-urr={ urr-id=5 measurement-method=VOLUM reporting-triggers=START } "
	 "create-qer={ qer-id=5 gate-status=ul-closed,dl-open } create-bar={ bar-id=5 } "
	 "update-pdr={ pdr-id=1 outer-header-removal=gtpu-udp-ip6 precedence=2 pdi={ "
	 "source-interface=cp-function } far-id=6 urr-id=5 qer-id=5 } update-far={ far-id=6 "
	 "update-forwarding={ transport-level-marking=0xb8/0xfc } update-duplicating={ "
	 "forwarding-policy=\"li2\" } } update-traffic-endpoint={ traffic-endpoint-id=1 "
	 "framed-ipv6-route=\"2001:db8:1::/48\" framed-ipv6-route=\"2001:db8:2::/48\" } "
	 "fq-csid=smf:0.0.0.0 fq-csid=upf:10.100.129.1:3 }"},
	{"43: Session Modification Response 7.5.5: partially accepted",
	 .hex =
	 "21 35 0037 0000000000000002 000021 00 "
	 "0013 0001 03 " /* Cause 8.2.1 */
	 "0110 0022 " /* Partial Failure Information 7.5.3.1-2 */
	 "  0072 0003 000001 " /* Failed Rule ID 8.2.80: PDR 1 */
	 "  0013 0001 50 " /* Cause 8.2.1 */
	 "  0112 0008 006a73696c766572 " /* Offending IE Information 8.2.185 */
	 "  0112 0006 001867616d65 ", /* Offending IE Information */
	 .text =
	 "session-modification-response seid=0x2 seq=33 { cause=3(partially-accepted) "
	 "partial-failure={ failed-rule-id=pdr:1 cause=80(unknown-predefined-rule) "
	 "offending-ie-information=106(activate-predefined-rules):73696c766572 "
	 "offending-ie-information=24(application-id):67616d65 } }"},
	{"44: Session Modification Response 7.5.5: refused",
	 .hex =
	 "21 35 0020 0000000000000002 000022 00 "
	 "0013 0001 49 " /* Cause 8.2.1 */
	 "0028 0002 000a " /* Offending IE: Update FAR */
	 "0072 0005 0100000006 ", /* Failed Rule ID: FAR 6 */
	 .text =
	 "session-modification-response seid=0x2 seq=34 { cause=73(rule-failure) "
	 "offending-ie=10(update-far) failed-rule-id=far:6 }"},
	{"45: Session Deletion Response 7.5.7: refused",
	 .hex =
	 "21 37 0017 0000000000000002 000023 00 "
	 "0013 0001 44 " /* Cause 8.2.1 */
	 "0028 0002 003c ", /* Offending IE */
	 .text =
	 "session-deletion-response seid=0x2 seq=35 { cause=68(invalid-length) "
	 "offending-ie=60(node-id) }"},
	{"46: Session Report Response 7.5.9: refused",
	 .hex =
	 "21 39 0017 0000000000000102 000024 00 "
	 "0013 0001 42 " /* Cause 8.2.1 */
	 "0028 0002 0027 ", /* Offending IE: Report Type */
	 .text =
	 "session-report-response seid=0x102 seq=36 { cause=66(mandatory-ie-missing) "
	 "offending-ie=39(report-type) }"},
	{"47: Session Modification Request 7.5.4: redirected to ports (RATP)",
	 .hex =
	 "21 34 00b6 0000000000000102 000025 00 "
	 "000a 0013 " /* Update FAR */
	 "  006c 0004 00000001 " /* FAR ID */
	 "  000b 0007 " /* Update Forwarding Parameters */
	 "    0026 0003 051f90 " /* Redirect Information 8.2.20: Port, no address */
	 "000a 001d " /* Update FAR */
	 "  006c 0004 00000002 " /* FAR ID */
	 "  000b 0011 " /* Update Forwarding Parameters */
	 "    0026 000d 06000831302e302e302e311f90 " /* Redirect Information: IPv4 address and Port, no other address */
	 "000a 001c " /* Update FAR */
	 "  006c 0004 00000003 " /* FAR ID */
	 "  000b 0010 " /* Update Forwarding Parameters */
	 "    0026 000c 070007666430303a3a310050 " /* Redirect Information: IPv6 address and Port */
	 "000a 0026 " /* Update FAR */
	 "  006c 0004 00000004 " /* FAR ID */
	 "  000b 001a " /* Update Forwarding Parameters */
	 "    0026 0016 08000831302e302e302e310007666430303a3a310050 " /* Redirect Information: IPv4 and IPv6 addresses and Port */
	 "000a 0024 " /* Update FAR */
	 "  006c 0004 00000005 " /* FAR ID */
	 "  000b 0018 " /* Update Forwarding Parameters */
	 "    0026 0014 04000831302e302e302e310007666430303a3a31 ", /* Redirect Information: IPv4 and IPv6 addresses */
	 .text =
	 "session-modification-request seid=0x102 seq=37 { update-far={ far-id=1 "
	 "update-forwarding={ redirect=port::8080 } } update-far={ far-id=2 update-forwarding={ "
	 "redirect=ipv4-port:10.0.0.1:8080 } } update-far={ far-id=3 update-forwarding={ "
	 "redirect=ipv6-port:fd00::1:80 } } update-far={ far-id=4 update-forwarding={ "
	 "redirect=ipv4-ipv6-port:10.0.0.1,fd00::1:80 } } update-far={ far-id=5 "
	 "update-forwarding={ redirect=ipv4-ipv6:10.0.0.1,fd00::1 } } }"},
	{"48: Session Modification Request 7.5.4: PDRs of an MA PDU session",
	 .hex =
	 "21 34 0055 0000000000000102 000026 00 "
	 "0001 0024 " /* Create PDR */
	 "  0038 0002 0006 " /* PDR ID */
	 "  001d 0004 00000001 " /* Precedence */
	 "  0002 0005 " /* PDI */
	 "    0014 0001 00 " /* Source Interface: access */
	 "  006c 0004 00000005 " /* FAR ID */
	 "  0109 0001 01 " /* MPTCP Applicable Indication 8.2.181: MAI */
	 "0001 001d " /* Create PDR */
	 "  0038 0002 0007 " /* PDR ID */
	 "  001d 0004 00000001 " /* Precedence */
	 "  0002 0005 " /* PDI */
	 "    0014 0001 01 " /* Source Interface: core */
	 "  00aa 0002 0007 ", /* MAR ID 8.2.123, instead of a FAR ID */
	 .text =
	 "session-modification-request seid=0x102 seq=38 { create-pdr={ pdr-id=6 precedence=1 "
	 "pdi={ source-interface=access } far-id=5 mptcp-applicable=MAI } create-pdr={ pdr-id=7 "
	 "precedence=1 pdi={ source-interface=core } mar-id=7 } }"},
	/* Flags in two octets, as figure 8.2.200-1 has them: lib/pfcp/forward.c says why. tshark 4.0.17 takes one for them, and the
	 * addresses and ports one octet too early. */
	{"49: Session Modification Request 7.5.4: other addresses and ports (IPREP)",
	 .hex =
	 "21 34 009d 0000000000000102 000027 00 "
	 "0003 0023 " /* Create FAR */
	 "  006c 0004 00000006 " /* FAR ID */
	 "  002c 0002 0200 " /* Apply Action: FORW */
	 "  0004 0011 " /* Forwarding Parameters */
	 "    002a 0001 01 " /* Destination Interface: core */
	 "    0125 0008 05000a0000010050 " /* IP Address and Port Number Replacement 8.2.200: DPN|DIPV4 */
	 "000a 0024 " /* Update FAR */
	 "  006c 0004 00000002 " /* FAR ID */
	 "  000b 0018 " /* Update Forwarding Parameters */
	 "    0125 0014 3000fd0000000000000000000000000000020035 " /* IP Address and Port Number Replacement: SPN|SIPV6 */
	 "000a 003e " /* Update FAR */
	 "  006c 0004 00000003 " /* FAR ID */
	 "  000b 0032 " /* Update Forwarding Parameters */
	 "    0125 002e 3f000a000001fd00000000000000000000000000000100500a000002fd00 " /* IP Address and Port Number Replacement: all flags */
	 "    00000000000000000000000000020051 ",
	 .text =
	 "session-modification-request seid=0x102 seq=39 { create-far={ far-id=6 "
	 "apply-action=FORW forwarding={ destination-interface=core replacement={ "
	 "destination=10.0.0.1:80 } } } update-far={ far-id=2 update-forwarding={ replacement={ "
	 "source=fd00::2:53 } } } update-far={ far-id=3 update-forwarding={ replacement={ "
	 "destination=10.0.0.1,fd00::1:80 source=10.0.0.2,fd00::2:81 } } } }"},
	{"50: Session Set Deletion Response 7.4.6.2: refused",
	 .hex =
	 "20 0f 0018 000028 00 "
	 "003c 0005 000a640001 " /* Node ID 8.2.38: IPv4 */
	 "0013 0001 45 " /* Cause 8.2.1 */
	 "0028 0002 0041 ", /* Offending IE: FQ-CSID */
	 .text =
	 "session-set-deletion-response seq=40 { node-id=10.100.0.1 "
	 "cause=69(mandatory-ie-incorrect) offending-ie=65(fq-csid) }"},
	{"51: Session Set Modification Response 7.4.7.2: refused",
	 .hex =
	 "20 11 0018 000029 00 "
	 "003c 0005 000a640001 " /* Node ID 8.2.38: IPv4 */
	 "0013 0001 42 " /* Cause 8.2.1 */
	 "0028 0002 00b2 ", /* Offending IE: Alternative SMF IP Address */
	 .text =
	 "session-set-modification-response seq=41 { node-id=10.100.0.1 "
	 "cause=66(mandatory-ie-missing) offending-ie=178(alternative-smf) }"},
