#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# Every packet of a full run on N2, N3 and N4, as tshark reads it: all of it dissected, nothing malformed, no complaint,
# and each expected message there. The daemons of 5GC and RAN are started anew under the capture, so that it has their
# first words; then two switches of each mode and a release that the UE asks for.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
topology=e2e-dissect
# shellcheck source=tests/integration/e2e.sh
. "$(dirname "$0")/e2e.sh"
need_command dumpcap mergecap editcap tshark ping
e2e_begin

ok 'up' baton up "${E2E_TOPOLOGY:-$root/topologies/two-edges.yaml}"
e2e_env
dataplane=$(upf upf-a /v1/status | jq -r .dataplane)

# ---- the run ----

captures=()
capture() { # NODE INTERFACE...
	local node=$1 interfaces=()
	shift
	for interface; do
		interfaces+=(-i "$interface")
	done
	ip netns exec "$topology.$node" dumpcap -q -B 16 "${interfaces[@]}" -w "$tmp/$node.pcap" 2>"$tmp/dumpcap.$node" &
	captures+=($!)
	wait_for 10 test -s "$tmp/$node.pcap"
}
capture core n2 n4
capture gnb1 n3
capture gnb2 n3

restart() { # NODE DAEMON
	local old
	old=$(pid_of "$1" "$2") && kill -9 "$old"
	wait_for 20 restarted "$1" "$2" "$old"
}
restarted() { # NODE DAEMON OLD-PID
	local pid
	pid=$(pid_of "$1" "$2") && [ "$pid" != "$3" ]
}
for node in upf-a upf-b; do
	restart $node upf
done
restart gnb1 gnb
restart gnb2 gnb
restart core smf-lite
restart ue ue
ok 'all of it is up again' baton wait --timeout 30
ok 'and agrees' wait_for 10 agree

quiet_since=$EPOCHREALTIME # nobody is killed from now on
switch() { # MODE EDGE
	local id
	id=$(migrate "$1" "$2" 100)
	ended "$id" 60
	is "$1 to $2" "$(state "$id")" completed
	ok 'ping' in_ue ping -q -c 3 -i 0.05 -W 5 service
	is 'curl' "$(edge_of_service)" "$2"
}
other() { [ "$(edge_of_service)" = edge-a ] && echo edge-b || echo edge-a; }
for mode in make-before-break break-before-make; do
	switch $mode "$(other)"
	switch $mode "$(other)"
done
session=$(primary)
is 'the UE asks for a release' "$(ue "/v1/pdu-sessions/$session" -X DELETE -o /dev/null -w '%{http_code}')" 204
is 'none is left' "$(smf /v1/pdu-sessions | jq -c .pdu_sessions)" '[]'

read_core() { tshark -r "$tmp/core.pcap" -Y "$1" 2>/dev/null | grep -q .; }
ok 'heartbeats were exchanged' wait_for 60 read_core 'pfcp.msg_type == 2'
kill "${captures[@]}"
wait "${captures[@]}" 2>/dev/null
remember
ok 'down' baton down
is 'nothing is left' "$(remnants)" ''

# ---- the packets ----

mergecap -w "$tmp/all.pcap" "$tmp/core.pcap" "$tmp/gnb1.pcap" "$tmp/gnb2.pcap"
# What users send inside is theirs: a segment that is sent again is no fault of the tunnel.
dissect() {
	tshark -r "$tmp/all.pcap" --disable-protocol icmp --disable-protocol tcp "$@" 2>/dev/null
}
none() { # NAME FILTER
	local found
	found=$(dissect -Y "$2") || found="tshark refuses: $2"
	is "$1" "$(head -n 5 <<<"$found")" ''
}
seen() { # NAME FILTER
	ok "$1" test "$(dissect -Y "$2" | wc -l)" -gt 0
}

teids() { # FILTER FIELD
	dissect -Y "$1" -T fields -e "$2" | tr ',' '\n' | sort -u
}

note 'no complaint'
none 'nothing is malformed' '_ws.malformed'
none 'no error, no warning' '_ws.expert.severity >= 0x600000'
none 'all of N4 is PFCP' 'udp.port == 8805 && !pfcp'
none 'all of N3 is GTP-U' 'udp.port == 2152 && !gtp && !icmp'
none 'all SCTP data is NGAP, by its PPID' 'sctp.data_payload_proto_id && !(sctp.data_payload_proto_id == 60 && ngap)'
none 'on its port' 'sctp && !(sctp.port == 38412)'
none 'all NAS in it is read' 'ngap.NAS_PDU && !nas-5gs'
none 'in plain' 'nas_5gs.security_header_type > 0'

# The same would be seen in packets that are not right.
editcap -E 0.05 --seed 1 "$tmp/all.pcap" "$tmp/broken.pcap" >/dev/null 2>&1
ok 'broken ones are noticed' test "$(tshark -r "$tmp/broken.pcap" -Y '_ws.malformed || _ws.expert.severity >= 0x600000' 2>/dev/null | wc -l)" -gt 5

note 'N2'
seen 'NG Setup Request' 'ngap.NGSetupRequest_element'
seen 'NG Setup Response' 'ngap.NGSetupResponse_element'
seen 'Initial UE Message' 'ngap.procedureCode == 15'
seen 'PDU Session Resource Setup Request' 'ngap.PDUSessionResourceSetupRequest_element'
seen 'PDU Session Resource Setup Response' 'ngap.PDUSessionResourceSetupResponse_element'
seen 'PDU Session Resource Release Command' 'ngap.PDUSessionResourceReleaseCommand_element'
seen 'PDU Session Resource Release Response' 'ngap.PDUSessionResourceReleaseResponse_element'

note 'NAS'
seen 'Registration Request' 'nas_5gs.mm.message_type == 0x41'
seen 'Registration Accept' 'nas_5gs.mm.message_type == 0x42'
seen 'PDU Session Establishment Request' 'nas_5gs.sm.message_type == 0xc1'
seen 'PDU Session Establishment Accept' 'nas_5gs.sm.message_type == 0xc2'
seen 'PDU Session Release Request' 'nas_5gs.sm.message_type == 0xd1'
seen 'PDU Session Release Command, reactivation requested' 'nas_5gs.sm.message_type == 0xd3 && nas_5gs.sm.5gsm_cause == 39'
seen 'PDU Session Release Command, regular deactivation' 'nas_5gs.sm.message_type == 0xd3 && nas_5gs.sm.5gsm_cause == 36'
seen 'PDU Session Release Complete' 'nas_5gs.sm.message_type == 0xd4'
seen 'SSC mode 3 is asked for' 'nas_5gs.sm.message_type == 0xc1 && nas_5gs.sm.sc_mode == 3'

note 'N4'
messages=('2 Heartbeat Response' '1 Heartbeat Request' '5 Association Setup Request' '6 Association Setup Response'
	'50 Session Establishment Request' '51 Session Establishment Response' '52 Session Modification Request'
	'53 Session Modification Response' '54 Session Deletion Request' '55 Session Deletion Response')
for message in "${messages[@]}"; do
	seen "${message#* }" "pfcp.msg_type == ${message%% *}"
done
none 'every cause is Request accepted' "pfcp.cause && pfcp.cause != 1 && frame.time_epoch > $quiet_since"
requests() { dissect -Y "pfcp.msg_type == $1" -T fields -e pfcp.seqno -e ip.dst | sort -u | wc -l; }
is 'a response for every establishment' "$(requests 50)" \
	"$(dissect -Y 'pfcp.msg_type == 51' -T fields -e pfcp.seqno -e ip.src | sort -u | wc -l)"

note 'N3'
for way in '1 uplink' '0 downlink'; do
	container="gtp.message == 0xff && gtp.ext_hdr.pdu_ses_con.pdu_type == ${way% *}"
	if [ "$dataplane" = gtp ]; then # cannot carry it
		none "${way#* }: no PDU session container" "$container"
	else
		seen "${way#* }: PDU session container with the QFI" "$container && gtp.ext_hdr.pdu_ses_con.qos_flow_id == 1"
		none "${way#* }: of no other QFI" "$container && gtp.ext_hdr.pdu_ses_con.qos_flow_id != 1"
	fi
done
gnb='10.101.1.0/24' upf='10.101.2.0/24'
seen 'G-PDU uplink' "gtp.message == 0xff && ip.src == $gnb && ip.dst == $upf"
seen 'G-PDU downlink' "gtp.message == 0xff && ip.src == $upf && ip.dst == $gnb"
is 'uplink in tunnels that N4 has told, all of them' \
	"$(teids "gtp.message == 0xff && ip.dst == $upf" gtp.teid | comm -23 - <(teids 'pfcp.msg_type == 51' pfcp.f_teid.teid))" ''
done_testing
