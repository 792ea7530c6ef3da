#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# Mode uplink-classifier on the wires: N2, N4, N3, N9 (docs/guide.md). The UE's one session, address and TCP connections stay while its
# services are led from edge to edge: there and back, on to a third, turned in the hold, cancelled, with gNB handovers; by `measure switch` no
# probe is lost or doubled in any of them. Then each daemon is killed in the middle, and what is left is right; and `down` leaves nothing.
#
#   e2e-classifier.t [NODE DAEMON]     only this one is killed
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
topology=e2e-classifier
# shellcheck source=tests/integration/e2e.sh
. "$(dirname "$0")/e2e.sh"
need_command ping perl tshark
e2e_begin

readonly mode=uplink-classifier
cat >"$tmp/topology.yaml" <<EOF
name: $topology
nodes:
  core: core
  gnb1: gnb
  gnb2: gnb
  upf-a: {kind: upf, edge: edge-a}
  upf-b: {kind: upf, edge: edge-b}
  upf-c: {kind: upf, edge: edge-c}
  edge-a: edge
  edge-b: edge
  edge-c: edge
  ue: {kind: ue, sessions: [{dnn: internet, anchor: edge-a}]}
services:
  service: 10.70.0.1
EOF
ok 'up' baton up "$tmp/topology.yaml"
e2e_env

session() { smf "/v1/pdu-sessions/$supi/1" | jq -r "$1"; }
address=$(session .address)
uplink=$(session '"\(.uplink.address) \(.uplink.teid)"')
seids() { upf "$1" /v1/sessions | jq -c '[.sessions[].seid]'; }
ue_routes() { rest 8085 "$1" /v1/ue-routes | jq -c .ue_routes; }
# What everybody has when the services are at EDGE
led_to() { # EDGE
	local edge has other
	[ "$(session '"\(.address) \(.anchor_dnai) \(.dnai) \(.state)"')" = "$address edge-a $1 active" ] || return
	[ "$(session '[.classifiers[] | select(.state != "draining" and .state != "deleting") | .dnai] | join(" ")')" = "${1#edge-a}" ] || return
	for edge in b c; do
		has=$(seids upf-$edge | jq length) other=$(ue_routes edge-$edge)
		if [ "edge-$edge" = "$1" ]; then
			[ "$has $other" = "1 [\"$address\"]" ] || return
		else
			[ "$has $other" = '0 []' ] || return
		fi
	done
	[ "$(seids upf-a | jq length)" = 1 ] && at "$1"
}
moved() { # EDGE [HOLD_MS]
	local id
	id=$(migrate $mode "$1" "${2:-50}")
	ok "to $1: ends" ended "$id"
	is "to $1: completed" "$(state "$id")" completed || note "$(field "$id" '"\(.cause): \(.detail)"')" >&2
	ok "to $1: all agree" wait_for 5 led_to "$1" || session . >&2
}

# ---- a TCP connection, and what is on the wires ----

edge_address=$(baton exec edge-a -- ip -4 -j addr show dev n6 | jq -r '.[0].addr_info[0].local')
baton exec edge-a -- perl "$root/tests/integration/echo.pl" serve "$edge_address" 5300 >"$tmp/server" 2>&1 &
undo end_pids $!
wait_for 5 grep -q listening "$tmp/server"
tcp_start() { # SECONDS
	in_ue perl "$root/tests/integration/echo.pl" ask "$edge_address" 5300 "$1" >"$tmp/tcp" 2>&1 &
	_tcp=$!
	wait_for 5 grep -q connected "$tmp/tcp"
}
tcp_end() { # NAME
	local asked answered wrong silence
	wait $_tcp
	read -r asked answered wrong silence < <(tail -1 "$tmp/tcp")
	ok "$1: the connection has lived, each line is answered" test "${asked:-0}" -gt 100 -a "$asked" = "$answered" -a "$wrong" = 0
	note "$1: $asked lines, longest silence $silence ms"
}

capture_to "$tmp/n9.pcap" upf-b:n3
n9=$_capture
tcp_start 4
moved edge-b
is 'the gNB sends to the classifier' "$(session .uplink.address)" "$(session '.classifiers[0].access.address')"
ok 'what is no service comes from where it did' in_ue ping -q -c 3 -i 0.05 -W 5 "$edge_address"
is 'the UE has what it had' "$(in_ue ip -j addr show dev pdu1 | jq -r '.[0].addr_info[0].local')" "$address"
moved edge-a
is 'and to where it sent before' "$(session '"\(.uplink.address) \(.uplink.teid)"')" "$uplink"
tcp_end 'there and back'
end_pids $n9
n9_packets() { # FROM TO: G-PDUs
	tshark -r "$tmp/n9.pcap" -Y "gtp.message == 0xff && ip.src == $1 && ip.dst == $2" -T fields -e frame.number 2>/dev/null | wc -l
}
a=10.101.2.1 b=10.101.2.2
ok 'on N9: uplink to the anchor' test "$(n9_packets $b $a)" -gt 100
ok 'and downlink from it' test "$(n9_packets $a $b)" -gt 100
is 'which ends the tunnel that it leaves, once' "$(tshark -r "$tmp/n9.pcap" -Y "gtp.message == 0xfe && ip.src == $a && ip.dst == $b" \
	-T fields -e frame.number 2>/dev/null | wc -l)" 1
is 'tshark finds no fault' "$(tshark -r "$tmp/n9.pcap" -Y 'gtp && _ws.malformed' 2>/dev/null | wc -l)" 0

note 'on to a third edge, and home from there'
tcp_start 4
moved edge-b
moved edge-c
moved edge-a
tcp_end 'by three edges'

note 'in the hold'
id=$(migrate $mode edge-b 60000)
ok 'holding' wait_for 5 state_is "$id" releasing
ok 'at edge-b' at edge-b
is 'switch-back' "$(api POST "/v1/migrations/$id/switch-back" '' -o /dev/null -w '%{http_code}')" 202
ok 'at edge-a' wait_for 5 at edge-a
api POST "/v1/migrations/$id/switch" '' >/dev/null
ok 'ends' ended "$id"
ok 'all agree' wait_for 5 led_to edge-a

note 'refused'
pid=$(pid_of upf-b upf)
kill -STOP "$pid"
id=$(migrate $mode edge-b)
ok 'a destination that does not answer: ends' ended "$id" 30
is 'rolled back' "$(state "$id")" rolled-back
kill -CONT "$pid"
ok 'all agree' wait_for 15 led_to edge-a
moved edge-b
rest 8086 gnb1 "/v1/ues/$supi/handover" -X POST -H "$json_type" -d '{"target": "gnb2"}' >"$tmp/handover"
is 'a UE that is led is handed over' "$(jq -r .target "$tmp/handover")" gnb2
ok 'and still led' wait_for 5 led_to edge-b
moved edge-a
rest 8086 gnb2 "/v1/ues/$supi/handover" -X POST -H "$json_type" -d '{"target": "gnb1"}' >"$tmp/handover"

note 'release takes all with it'
moved edge-b
is 'released' "$(ue /v1/pdu-sessions/1 -X DELETE -o /dev/null -w '%{http_code}')" 204
none_left() { [ "$(seids upf-a)$(seids upf-b)$(smf /v1/pdu-sessions | jq -c .pdu_sessions)" = '[][][]' ]; }
ok 'at both UPFs' wait_for 5 none_left
ue /v1/pdu-sessions/1 -X PUT -H "$json_type" -d '{"dnn": "internet"}' >/dev/null
ok 'and the next is where it would be' wait_for 5 at edge-a
address=$(session .address)
uplink=$(session '"\(.uplink.address) \(.uplink.teid)"')

# ---- measured ----

ok 'measure' baton measure switch --json --quiet --mode $mode:20 --mode $mode+handover:4 --interval 1ms --out "$tmp/out"
printf '%s' "$_output" >"$tmp/report.json"
report() { jq -r "$1" "$tmp/report.json"; }
is 'all switched' "$(report '.modes | [.[] | .switches, .failed] | tojson')" '[20,0,4,0]'
is 'none lost, none doubled' "$(report ".modes[\"$mode\"] | [.uplink, .downlink] | map(.lost, .duplicated) | tojson")" '[0,0,0,0]'
is 'nor in handovers' "$(report ".modes[\"$mode+handover\"] | [.uplink, .downlink] | map(.lost, .duplicated) | tojson")" '[0,0,0,0]'
is 'no session was set up' "$(report ".modes[\"$mode\"].pdu_session_setup_ms.max")" null
is 'each switch has latencies' "$(report '[.samples[] | .uplink.latency_us > 0, .downlink.latency_us > 0] | unique | tojson')" '[true]'
note "$(report ".modes[\"$mode\"] | {up: .uplink, down: .downlink} | map_values({latency_us, largest_gap_us, reordered}) | tojson")"

# ---- killed in the middle ----

restarted() { # NODE DAEMON OLD-PID
	local pid
	pid=$(pid_of "$1" "$2")
	[ -n "$pid" ] && [ "$pid" != "$3" ]
}
registered() {
	[ "$(api GET /v1/edges | jq '.edges | length')" = 3 ] && [ "$(api GET /v1/ues | jq '.ues | length')" = 1 ]
}
core_log=/run/baton/$topology/nodes/core/core.log
# As soon as the manager says that the migration is in STATE
kill_in() { # STATE PID
	local offset
	offset=$(stat -c %s "$core_log")
	{ grep -qm1 "state=$1" < <(exec tail -c +$((offset + 1)) -f "$core_log") && kill -9 "$2"; } &
	_killer=$!
}
home() {
	local id
	at edge-a && return
	id=$(migrate $mode edge-a 50)
	ended "$id" 30
}
one_kill() { # NODE DAEMON STATE
	local pid id end name="$2 of $1 killed in $3"
	wait_for 10 registered && home
	wait_for 10 pid_of "$1" "$2"
	pid=$(pid_of "$1" "$2") || fail "$name: runs" || return
	kill_in "$3" "$pid"
	id=$(migrate $mode edge-b 300)
	wait $_killer
	ok "$name: started again" wait_for 10 restarted "$1" "$2" "$pid"
	ok "$name: the migration ends" ended "$id" 60
	end=$(state "$id")
	like "$name: completed or rolled back" "$end" '^(completed|rolled-back)$' || note "$(field "$id" '"\(.cause): \(.detail)"')" >&2
	[ "$end" = completed ] && to=edge-b || to=edge-a
	address=$(session .address) # a gNB or a UE that was killed has asked for the session anew
	ok "$name: $end, the service answers" wait_for 15 served
	ok "$name: the next migration completes" goes_on || session . >&2
}
served() { [ -n "$(edge_of_service)" ]; }
goes_on() {
	local id from
	wait_for 10 registered
	from=$(edge_of_service)
	id=$(migrate $mode "$([ "$from" = edge-c ] && echo edge-a || echo edge-c)" 50)
	ended "$id" 30
	[ "$(state "$id")" = completed ]
}
victims=('core migration-manager' 'core smf-lite' 'upf-a upf' 'upf-b upf' 'gnb1 gnb' 'edge-b edge-agent' 'ue ue-agent' 'ue ue')
[ $# -eq 0 ] || victims=("$*")
for victim in "${victims[@]}"; do
	for moment in preparing switching releasing; do
		# shellcheck disable=SC2086 # two words
		one_kill $victim $moment
	done
done

remember
ok 'down' baton down
is 'nothing is left' "$(remnants)" ''
done_testing
