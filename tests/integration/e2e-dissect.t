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
	wait_for 30 test -s "$tmp/$node.pcap" # its head is there: it captures
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

# By its first octets (version 1, type 2, 12 octets follow), since tshark takes long to start in the lab.
ok 'heartbeats were exchanged' wait_for 60 env LC_ALL=C grep -qaP '\x20\x02\x00\x0c' "$tmp/core.pcap"
kill "${captures[@]}"
wait "${captures[@]}" 2>/dev/null
remember
ok 'down' baton down
is 'nothing is left' "$(remnants)" ''

# ---- the packets ----

mergecap -w "$tmp/all.pcap" "$tmp/core.pcap" "$tmp/gnb1.pcap" "$tmp/gnb2.pcap"
# One line a packet, a column a field; several values in one packet are separated by commas.
fields=(frame.number frame.time_epoch frame.protocols ip.src ip.dst udp.port sctp.port sctp.data_payload_proto_id sctp.retransmission
	ngap.procedureCode ngap.NAS_PDU ngap.NGSetupRequest_element ngap.NGSetupResponse_element
	ngap.PDUSessionResourceSetupRequest_element ngap.PDUSessionResourceSetupResponse_element
	ngap.PDUSessionResourceReleaseCommand_element ngap.PDUSessionResourceReleaseResponse_element
	nas_5gs.security_header_type nas_5gs.mm.message_type nas_5gs.sm.message_type nas_5gs.sm.5gsm_cause nas_5gs.sm.sc_mode
	pfcp.msg_type pfcp.cause pfcp.seqno pfcp.f_teid.teid
	_ws.expert.severity gtp.message gtp.teid gtp.ext_hdr.pdu_ses_con.pdu_type gtp.ext_hdr.pdu_ses_con.qos_flow_id)
# What users send inside is theirs: a segment that is sent again is no fault of the tunnel.
read_packets() { # PCAP
	[ -s "$tmp/$1.packets" ] || tshark -r "$tmp/$1.pcap" --disable-protocol icmp --disable-protocol tcp -T fields \
		-E header=y "${fields[@]/#/-e}" >"$tmp/$1.packets" 2>/dev/null
	packets=$tmp/$1.packets
}
read_packets all
ok 'the packets are read' test "$(wc -l <"$packets")" -gt 200

# Those that every condition holds for: FIELD has a value, !FIELD has none, FIELD=VALUE is one of its values,
# FIELD!=VALUE has one that differs, FIELD>NUMBER; FIELD@TEXT begins with it.
packets() { # CONDITION...
	awk -F'\t' -v conditions="$*" '
		function holds(condition, at, operator, name, wanted, values, n, i) {
			if (sub(/^!/, "", condition)) return $(column_of(condition)) == ""
			at = match(condition, /!=|=|>|@/)
			if (!at) return $(column_of(condition)) != ""
			operator = substr(condition, at, RLENGTH)
			name = substr(condition, 1, at - 1)
			wanted = substr(condition, at + RLENGTH)
			n = split($(column_of(name)), values, ",")
			for (i = 1; i <= n; i++)
				if ((operator == "=" && values[i] == wanted) || (operator == "!=" && values[i] != wanted) ||
					(operator == ">" && values[i] + 0 > wanted + 0) || (operator == "@" && index(values[i], wanted) == 1))
					return 1
			return 0
		}
		function column_of(name) {
			if (name in column) return column[name]
			print "no field " name
			exit 2
		}
		NR == 1 { for (i = 1; i <= NF; i++) column[$i] = i; count = split(conditions, condition, " "); next }
		{ for (c = 1; c <= count; c++) if (!holds(condition[c])) next; print }' "$packets"
}
column() { # FIELD, of the packets in standard input
	local i
	for i in "${!fields[@]}"; do
		[ "${fields[i]}" != "$1" ] || cut -f$((i + 1)) | tr ',' '\n' | sort -u
	done
}
none() { # NAME CONDITION...
	is "$1" "$(packets "${@:2}" | tr -s '\t' ' ' | head -n 5)" ''
}
seen() { # NAME CONDITION...
	ok "$1" test "$(packets "${@:2}" | grep -c '^[0-9]')" -gt 0
}

note 'no complaint'
complaints=_ws.expert.severity\>$((0x5fffff)) # a warning, an error; what is malformed is an error, too
none 'nothing is malformed, no error, no warning' "$complaints"
editcap -E 0.05 --seed 1 "$tmp/all.pcap" "$tmp/broken.pcap" >/dev/null 2>&1
read_packets broken
ok 'which would be noticed' test "$(packets "$complaints" | wc -l)" -gt 5
read_packets all
none 'all of N4 is PFCP' udp.port=8805 !pfcp.msg_type
none 'all of N3 is GTP-U' udp.port=2152 !gtp.message
none 'all SCTP data is NGAP, by its PPID' sctp.data_payload_proto_id!=60
# What is sent again, on a slow machine, tshark has read once.
none 'and is read as such' sctp.data_payload_proto_id !sctp.retransmission !ngap.procedureCode
is 'on its port' "$(packets sctp.port | wc -l)" "$(packets sctp.port=38412 | wc -l)"
none 'all NAS in it is read' ngap.NAS_PDU !nas_5gs.mm.message_type !nas_5gs.sm.message_type
none 'in plain' nas_5gs.security_header_type!=0

note 'N2'
for message in NGSetupRequest NGSetupResponse PDUSessionResourceSetupRequest PDUSessionResourceSetupResponse \
	PDUSessionResourceReleaseCommand PDUSessionResourceReleaseResponse; do
	seen $message "ngap.${message}_element"
done
seen InitialUEMessage ngap.procedureCode=15

note 'NAS'
seen 'Registration Request' nas_5gs.mm.message_type=0x41
seen 'Registration Accept' nas_5gs.mm.message_type=0x42
seen 'PDU Session Establishment Request' nas_5gs.sm.message_type=0xc1
seen 'PDU Session Establishment Accept' nas_5gs.sm.message_type=0xc2
seen 'PDU Session Release Request' nas_5gs.sm.message_type=0xd1
seen 'PDU Session Release Command, reactivation requested' nas_5gs.sm.message_type=0xd3 nas_5gs.sm.5gsm_cause=39
seen 'PDU Session Release Command, regular deactivation' nas_5gs.sm.message_type=0xd3 nas_5gs.sm.5gsm_cause=36
seen 'PDU Session Release Complete' nas_5gs.sm.message_type=0xd4
seen 'SSC mode 3 is asked for' nas_5gs.sm.message_type=0xc1 nas_5gs.sm.sc_mode=3

note 'N4'
messages=('1 Heartbeat Request' '2 Heartbeat Response' '5 Association Setup Request' '6 Association Setup Response'
	'50 Session Establishment Request' '51 Session Establishment Response' '52 Session Modification Request'
	'53 Session Modification Response' '54 Session Deletion Request' '55 Session Deletion Response')
for message in "${messages[@]}"; do
	seen "${message#* }" "pfcp.msg_type=${message%% *}"
done
none 'every cause is Request accepted' pfcp.cause!=1 "frame.time_epoch>$quiet_since"
for type in 50 52 54; do
	is "a response for every request $type" "$(packets pfcp.msg_type=$((type + 1)) "frame.time_epoch>$quiet_since" | column pfcp.seqno)" \
		"$(packets pfcp.msg_type=$type "frame.time_epoch>$quiet_since" | column pfcp.seqno)"
done

note 'N3'
seen 'G-PDU uplink' gtp.message=0xff ip.src@10.101.1. ip.dst@10.101.2.
seen 'G-PDU downlink' gtp.message=0xff ip.src@10.101.2. ip.dst@10.101.1.
for way in '1 uplink' '0 downlink'; do
	container=(gtp.message=0xff "gtp.ext_hdr.pdu_ses_con.pdu_type=${way% *}")
	if [ "$dataplane" = gtp ]; then # which cannot carry it
		none "${way#* }: no PDU session container" "${container[@]}"
	else
		seen "${way#* }: PDU session container with the QFI" "${container[@]}" gtp.ext_hdr.pdu_ses_con.qos_flow_id=1
		none "${way#* }: of no other QFI" "${container[@]}" gtp.ext_hdr.pdu_ses_con.qos_flow_id!=1
	fi
done
[ "$dataplane" = gtp ] || none 'no G-PDU without' gtp.message=0xff !gtp.ext_hdr.pdu_ses_con.pdu_type
is 'uplink in tunnels that N4 has told, all of them' "$(comm -23 \
	<(packets gtp.message=0xff ip.dst@10.101.2. | column gtp.teid) <(packets pfcp.msg_type=51 | column pfcp.f_teid.teid))" ''
done_testing
