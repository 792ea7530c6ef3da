#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# A UE is handed over between gNBs whose user plane, like the UPFs', is the kernel's own gtp driver: nothing is lost, doubled
# or out of order, with ways alike and with ways of different lengths; each UPF leaves the old tunnel with an End Marker,
# connections live, and a gNB that is killed costs no more than elsewhere. One boot for all. It counts packets, few enough
# for a machine under emulation: times say nothing there.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
topology=handover-lab
# shellcheck source=tests/integration/e2e.sh
. "$(dirname "$0")/../integration/e2e.sh"
need_command tshark dumpcap iperf3
e2e_begin
in_lab

cat >"$tmp/lab.yaml" <<-'END'
	name: handover-lab
	dataplane: gtp
	nodes:
	  core: core
	  gnb1: gnb
	  gnb2: gnb
	  upf-a: {kind: upf, edge: edge-a}
	  upf-b: {kind: upf, edge: edge-b}
	  edge-a: edge
	  edge-b: edge
	  ue:
	    kind: ue
	    gnbs: [gnb1, gnb2]
	    sessions:
	      - {dnn: internet, anchor: edge-a}
	      - {dnn: internet, anchor: edge-b}
	n3_paths:
	  - {between: [gnb1, upf-a], delay: 1ms}
	  - {between: [gnb2, upf-a], delay: 1ms}
END

gnb() { rest 8086 "$@"; }
serving() { ue /v1/status | jq -r .gnb; }
served_by() { [ "$(serving)" = "$1" ]; }
other() { [ "$(serving)" = gnb1 ] && echo gnb2 || echo gnb1; }
dataplanes() {
	for node in upf-a upf-b; do upf $node /v1/status; done | jq -r .dataplane
	for node in gnb1 gnb2; do gnb $node /v1/status; done | jq -r .dataplane
}
both_ways() { [ "$(edge_of_service --pdu 1) $(edge_of_service --pdu 2)" = 'edge-a edge-b' ]; }
sessions_of() { gnb "$1" /v1/sessions | jq -c '[.sessions[].id]'; }
# Sessions at the gNB that serves, and nowhere else; nothing is forwarded any more
nothing_dangles() {
	[ "$(sessions_of "$(serving)") $(sessions_of "$(other)")" = '[1,2] []' ] &&
		[ "$(for node in gnb1 gnb2; do gnb $node /v1/status; done | jq -sc 'map(.handovers.tails)')" = '[0,0]' ]
}
dropped() {
	for node in gnb1 gnb2; do gnb $node /v1/status; done | jq -sc '[.[].drops | add]'
}
logs() {
	for node in core ue gnb1 gnb2 upf-a; do note "--- $node"$'\n'"$(baton logs $node | tail -n 20)"; done >&2
}
# The device that UPF A sends by, downlink
sender() {
	ip netns exec "$topology.upf-a" ip -j route get "$(smf /v1/pdu-sessions | jq -r '.pdu_sessions[0].address')" | jq -r '.[0].dev'
}

captures=()
note 'both sessions move'
captures=()
ok 'up' baton up --timeout 120 "$tmp/lab.yaml"
e2e_env
is 'all on gtp' "$(dataplanes | sort -u)" gtp
for captured in gnb1/n3 core/n4; do
	ip netns exec "$topology.${captured%/*}" dumpcap -q -i "${captured#*/}" -w "$tmp/${captured#*/}.pcap" 2>/dev/null &
	captures+=($!)
	wait_for 20 test -s "$tmp/${captured#*/}.pcap"
done
# On a slow machine it may have gone to the other one.
ok 'the UE is at gnb1' baton move ue gnb1
# A UE that did not hear its new gNB in time, on a machine that stood still, has gone back: once more
moves() { # GNB
	[ "$(baton --json move ue "$1" | jq -r .gnb)" = "$1" ] &&
		[ "$(smf /v1/pdu-sessions | jq -c '[.pdu_sessions[] | [.id, .gnb, .state]]')" = "[[1,\"$1\",\"active\"],[2,\"$1\",\"active\"]]" ]
}
ok 'it moves, smf-lite says so, too' wait_for 60 moves gnb2
ok 'nothing dangles' wait_for 10 nothing_dangles
first=$(sender)
ok 'both ways lead to their edges' wait_for 5 both_ways
ok 'and back' wait_for 60 moves gnb1
like 'downlink went by one sender, and now goes by the other' "$first $(sender)" \
	'^(dp-gtp-1 dp-gtp-2|dp-gtp-2 dp-gtp-1)$'
ok 'both ways lead to their edges' wait_for 5 both_ways

note 'what was said'
seen() { # FILE FILTER: is there such a packet?
	[ "$(tshark -r "$tmp/$1.pcap" -Y "$2" 2>/dev/null | wc -l)" -gt 0 ]
}
marker() { seen n3 "gtp.message == 0xfe && ip.src == $1 && ip.dst == $2"; }
gnb1=10.101.1.1 gnb2=10.101.1.2
ok 'SNDEM' wait_for 20 seen n4 'pfcp.smreq_flags.sndem == 1 && pfcp.msg_type == 52'
ok 'UPF A ends its way to gnb1' wait_for 20 marker 10.101.2.1 $gnb1
ok 'UPF B does, too' wait_for 20 marker 10.101.2.2 $gnb1
ok 'gnb1 passes that on to gnb2' wait_for 20 marker $gnb1 $gnb2
ok 'and gnb2 to gnb1' wait_for 20 marker $gnb2 $gnb1
kill "${captures[@]}"
wait "${captures[@]}" 2>/dev/null
nok 'nothing on N3 is malformed' seen n3 _ws.malformed
is 'no End Marker was missed' "$(for node in gnb1 gnb2; do gnb $node /v1/status; done | jq -sc 'map(.handovers.end_markers_missed)')" '[0,0]'

# Handovers to and fro under probes. A machine that stands still for a second takes the UE for lost, or an End Marker: such a
# run says nothing, and is repeated.
missed() {
	for node in gnb1 gnb2; do gnb $node /v1/status; done | jq -s 'map(.handovers.end_markers_missed) | add'
}
kept_up() { # NAME
	local before
	before=$(missed)
	baton measure switch --json --quiet --interval 10ms --mode handover:4 --out "$tmp/$1" >/dev/null 2>"$tmp/said"
	[ "$(jq '.modes.handover.failed' "$tmp/$1/report.json") $(missed)" = "0 $before" ]
}
measured() { # NAME FILTER: of the report's handovers
	kept_up "$1" || kept_up "$1" || kept_up "$1" || { cat "$tmp/said" && logs; }
	jq -c ".modes.handover | [.switches, .failed, $2]" "$tmp/$1/report.json"
}
note 'under probes'
is 'none failed; nothing lost, doubled, out of order' \
	"$(measured alike '(.uplink, .downlink | .lost, .duplicated, .reordered)')" '[4,0,0,0,0,0,0,0]'
is 'nothing was dropped by a gNB' "$(dropped)" '[0,0]'

note 'a way of 1 and one of 60 ms'
ok 'gnb2 is far away' baton link set gnb2 upf-a delay=60ms
is 'none failed; nothing lost, doubled; downlink in order' \
	"$(measured far '(.uplink, .downlink | .lost, .duplicated), .downlink.reordered')" '[4,0,0,0,0,0,0]'
ok 'a hold had work' eval 'for node in gnb1 gnb2; do gnb $node /v1/status; done | jq -se "map(.handovers.held_packets) | add > 6"'
ok 'near again' baton link set gnb2 upf-a delay=1ms

note 'a TCP connection lives'
lives() {
	in_ue iperf3 -c service -t 4 -R -J >"$tmp/iperf" 2>&1 &
	local iperf=$!
	wait_for 20 eval 'in_ue ss -tn | grep -q :5201'
	baton move ue "$(other)" && baton move ue "$(other)"
	wait $iperf && [ "$(jq -r .error "$tmp/iperf")" = null ]
}
ok 'to its end, through two handovers' wait_for 60 lives

note 'smf-lite does not answer: the source forwards for as long'
frozen=$(pid_of core smf-lite) && kill -STOP "$frozen"
undo end_pids -CONT "$frozen"
to=$(other)
baton move ue "$to" >"$tmp/move" 2>&1 &
mover=$!
ok 'the UE is at the target' wait_for 10 served_by "$to"
ok 'both ways lead to their edges' wait_for 5 both_ways
kill -CONT "$frozen"
wait $mover
note "then: $(cat "$tmp/move")"
ok 'then it completes, or is undone' wait_for 20 nothing_dangles
ok 'both ways lead to their edges' wait_for 5 both_ways

note 'the target is killed before its path is switched'
kill -STOP "$frozen"
to=$(other)
baton move ue "$to" >"$tmp/move" 2>&1 &
mover=$!
wait_for 10 served_by "$to"
kill -9 "$(pid_of "$to" gnb)"
kill -CONT "$frozen"
wait $mover
note "$(cat "$tmp/move")"
ok 'both ways are back' wait_for 30 both_ways || logs
ok 'nothing dangles' wait_for 20 nothing_dangles || logs
ok 'the next handover completes' wait_for 20 baton move ue "$(other)"
ok 'both ways lead to their edges' wait_for 10 both_ways
remember
ok 'down' baton down
is 'nothing is left' "$(remnants)" ''

done_testing
