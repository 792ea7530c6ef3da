#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# A UE is handed over between two gNBs under traffic (TS 23.502 cl. 4.9.1.2): nothing lost, doubled or out of order, all
# sessions move, connections live, the old path is ended by end markers, and every packet of it is dissected without a
# complaint; what can't be is refused and changes nothing; and a daemon that is killed in the middle costs the handover,
# or time, but not the service.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
topology=handover
# shellcheck source=tests/integration/e2e.sh
. "$(dirname "$0")/e2e.sh"
need_command tshark dumpcap iperf3
e2e_begin

cat >"$tmp/handover.yaml" <<-'END'
	name: handover
	dataplane: ebpf
	nodes:
	  core: core
	  gnb1: gnb
	  gnb2: gnb
	  gnb3: gnb
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
END
ok 'up' baton up "$tmp/handover.yaml"
e2e_env

gnb() { rest 8086 "$@"; }
serving() { ue /v1/status | jq -r .gnb; }
served_by() { [ "$(serving)" = "$1" ]; }
other() { [ "$(serving)" = gnb1 ] && echo gnb2 || echo gnb1; }
log_of() { echo "/run/baton/$topology/nodes/$1/$1.log"; }
capture() { # NODE INTERFACE
	ip netns exec "$topology.$1" dumpcap -q -i "$2" -w "$tmp/$1.$2.pcap" 2>"$tmp/dumpcap.$1.$2" &
	captures+=($!)
	wait_for 10 test -s "$tmp/$1.$2.pcap"
}

# On a slow machine it may have come up at the other one.
ok 'the UE is at gnb1' baton move ue gnb1
counts() { # GNB
	gnb "$1" /v1/status | jq -c '[.handovers | .out, .in, .out_failed, .end_markers_missed, .lost_packets]'
}
before=("$(counts gnb1)" "$(counts gnb2)")
since() { # GNB: what is more by now
	jq -nc --argjson was "${before[$((${1#gnb} - 1))]}" --argjson is "$(counts "$1")" '[$is, $was] | transpose | map(.[0] - .[1])'
}

note 'both sessions move, and nobody disagrees'
captures=()
capture gnb1 n3
capture gnb2 n3
capture core n2
capture core n4
baton --json move ue gnb2 >"$tmp/answer"
is 'moved' "$(jq -c '[.ue, .gnb, .moved, .handover.source, .handover.target]' "$tmp/answer")" '["ue","gnb2",true,"gnb1","gnb2"]'
is 'the UE is at gnb2' "$(serving)" gnb2
is 'smf-lite says so, of the UE and of both sessions' \
	"$(smf /v1/ues | jq -r '.ues[0].gnb') $(smf /v1/pdu-sessions | jq -c '[.pdu_sessions[] | [.id, .gnb, .state]]')" \
	'gnb2 [[1,"gnb2","active"],[2,"gnb2","active"]]'
sessions_of() { gnb "$1" /v1/sessions | jq -c '[.sessions[].id]'; }
no_special_rules() { [ "$(gnb gnb1 /v1/status | jq .handovers.tails)" = 0 ]; }
is 'gnb2 has both' "$(sessions_of gnb2)" '[1,2]'
is 'gnb1 has none' "$(sessions_of gnb1)" '[]'
ok 'nor forwards for long' wait_for 5 no_special_rules
is 'the downlink tunnels are those of gnb2' "$(smf /v1/pdu-sessions | jq -c '[.pdu_sessions[].downlink.teid]')" \
	"$(gnb gnb2 /v1/sessions | jq -c '[.sessions[].downlink_teid]')"
ok 'all agree' wait_for 5 agree
is 'both ways lead to their edges' "$(edge_of_service --pdu 1) $(edge_of_service --pdu 2)" 'edge-a edge-b'
ok 'and back' baton move ue gnb1
is 'both ways lead to their edges' "$(edge_of_service --pdu 1) $(edge_of_service --pdu 2)" 'edge-a edge-b'
is 'gnb1 counts one each way' "$(since gnb1)" '[1,1,0,0,0]'
is 'so does gnb2' "$(since gnb2)" '[1,1,0,0,0]'

note 'what was said'
seen() { # FILE FILTER: so many packets
	tshark -r "$tmp/$1.pcap" -d sctp.ppi==60,ngap -Y "$2" 2>/dev/null | wc -l
}
path_switches() { seen core.n2 'ngap.procedureCode == 25'; }
all_captured() { [ "$(path_switches)" -ge 4 ]; }
ok 'they are captured' wait_for 10 all_captured
is 'Path Switch Request and Acknowledge, twice' "$(path_switches)" 4
kill "${captures[@]}"
wait "${captures[@]}" 2>/dev/null
is 'nothing on N2 is malformed' "$(seen core.n2 '_ws.malformed || (ngap && _ws.expert.severity >= "Warning")')" 0
is 'nothing on N4 is' "$(seen core.n4 '_ws.malformed || (pfcp && _ws.expert.severity >= "Warning")')" 0
is 'SNDEM for each session, each way' "$(seen core.n4 'pfcp.smreq_flags.sndem == 1 && pfcp.msg_type == 52')" 4
gnb1=10.101.1.1 gnb2=10.101.1.2 upf_a=10.101.2.1 upf_b=10.101.2.2
markers() { seen "$1" "gtp.message == 0xfe && ip.src == $2 && ip.dst == $3"; }
is 'each UPF ends its path to gnb1' "$(markers gnb1.n3 $upf_a $gnb1) $(markers gnb1.n3 $upf_b $gnb1)" '1 1'
is 'gnb1 passes that on to gnb2' "$(markers gnb1.n3 $gnb1 $gnb2)" 2
is 'and back' "$(markers gnb2.n3 $upf_a $gnb2) $(markers gnb2.n3 $upf_b $gnb2) $(markers gnb2.n3 $gnb2 $gnb1)" '1 1 2'
is 'nothing on N3 is malformed' "$(seen gnb1.n3 _ws.malformed)" 0

note '20 handovers to and fro under probes, 1 ms apart; and in the middle of switches'
baton --json measure switch --quiet --mode handover:20 --mode make-before-break+handover:4 --hold 60 >"$tmp/report"
lost() { jq -c --arg mode "$1" '.modes[$mode] | [.switches, .failed, (.uplink, .downlink | .lost, .duplicated, .reordered)]' "$tmp/report"; }
is 'handover: none failed; nothing lost, doubled, out of order' "$(lost handover)" '[20,0,0,0,0,0,0,0]'
is 'in the middle of make-before-break: neither' "$(lost make-before-break+handover)" '[4,0,0,0,0,0,0,0]'
ok 'a handover has its latencies' jq -e '.modes.handover | .uplink.latency_us.p50 > 0 and .downlink.latency_us.p50 > 0' "$tmp/report"
ok 'all agree' wait_for 5 agree

note 'a TCP connection lives'
in_ue iperf3 -c service -t 2 -R -J >"$tmp/iperf" 2>&1 &
iperf=$!
ok 'it runs' wait_for 5 eval 'in_ue ss -tn | grep -q :5201'
for i in 1 2 3 4; do
	baton move ue "$(other)" >/dev/null || fail "handover $i"
done
wait $iperf
is 'to its end' "$? $(jq -r '.error // "no error"' "$tmp/iperf")" '0 no error'
is 'nothing was dropped by a gNB' "$(gnb gnb1 /v1/status | jq -c '[.drops[]] | add') $(gnb gnb2 /v1/status | jq -c '[.drops[]] | add')" '0 0'

note 'refusals: nothing changes'
here=$(serving)
says() { # COMMAND...: what it says on standard error
	{ "$@" >/dev/null; } 2>&1
}
status 'to where it is already' 0 baton move ue "$here"
is 'says so' "$(baton move ue "$here")" "ue is at $here already"
status 'an unknown gNB' 2 baton move ue gnb9
like 'is told' "$(says baton move ue gnb9)" "'gnb9' is no node of kind gnb, did you mean 'gnb[123]'"
status 'an unknown UE' 2 baton move eu gnb1
like 'is told' "$(says baton move eu gnb1)" "'eu' is no node of kind ue, did you mean 'ue'"
status 'a node of another kind' 2 baton move ue upf-a
status 'no gNB' 2 baton move ue
status 'a gNB out of reach' 1 baton move ue gnb3
like 'is told' "$(says baton move ue gnb3)" 'gnb3 is not in the reach of ue'
post() { # NODE BODY [CURL OPTION]...
	gnb "$1" "/v1/ues/$supi/handover" -X POST -H "$json_type" -d "$2" "${@:3}" -w '\n%{http_code}' | jq -rs '"\(.[1]) \(.[0].cause)"'
}
is 'a gNB that does not serve it' "$(post "$(other)" '{"target": "gnb1"}')" '404 UE_NOT_FOUND'
is 'no neighbour' "$(post "$here" '{"target": "gnb9"}')" '404 GNB_NOT_FOUND'
is 'itself' "$(post "$here" "{\"target\": \"$here\"}")" '409 ALREADY_THERE'
is 'a neighbour without a link to it' "$(post "$here" '{"target": "gnb3"}')" '409 TARGET_REFUSES'
is 'no target' "$(post "$here" '{}' | cut -d' ' -f1)" 400
is 'no token' "$(BATON_TOKEN='' post "$here" '{"target": "gnb1"}' | cut -d' ' -f1)" 401
is 'the UE stays' "$(serving)" "$here"

note 'two at once'
frozen=$(pid_of core smf-lite) && kill -STOP "$frozen"
undo end_pids -CONT "$frozen"
to=$(other)
baton move ue "$to" >"$tmp/first" 2>&1 &
first=$!
ok 'the first waits for smf-lite' wait_for 5 served_by "$to"
is 'the second is refused' "$(post "$here" "{\"target\": \"$to\"}")" '409 HANDOVER_UNDER_WAY'
is 'meanwhile the service goes on, both ways forwarded' "$(edge_of_service)" "$(edge_of_service --pdu "$(primary)")"
kill -CONT "$frozen"
wait $first
is 'the first completes' "$? $(serving)" "0 $to"

note 'killed in the middle: smf-lite does not answer, and somebody dies'
restarted() { # NODE DAEMON OLD-PID
	local pid
	pid=$(pid_of "$1" "$2") && [ "$pid" != "$3" ]
}
# The service must be back; whether the handover counts is the daemon's to say.
killed() { # NODE DAEMON
	local source target victim=$1 pid mover name
	source=$(serving) target=$(other)
	[ "$1" != source ] || victim=$source
	[ "$1" != target ] || victim=$target
	name="$2 of the $1 killed"
	frozen=$(pid_of core smf-lite) && kill -STOP "$frozen"
	baton move ue "$target" >"$tmp/move" 2>&1 &
	mover=$!
	wait_for 5 served_by "$target"
	pid=$(pid_of "$victim" "$2") && kill -9 "$pid"
	[ "$2" = smf-lite ] || kill -CONT "$frozen"
	ok "$name: started again" wait_for 10 restarted "$victim" "$2" "$pid"
	wait $mover
	note "$name: $(cat "$tmp/move")"
	ok "$name: the service goes on" wait_for 10 works
	ok "$name: all agree" wait_for 10 agree
	ok "$name: every session is where the UE is" wait_for 10 sessions_at_serving
	ok "$name: nothing dangles" wait_for 10 nothing_dangles
	ok "$name: the next handover completes" wait_for 10 baton move ue "$(other)"
	ok "$name: and the service goes on" wait_for 5 works
}
works() { [ "$(edge_of_service)" = edge-a ] || [ "$(edge_of_service)" = edge-b ]; }
sessions_at_serving() {
	[ "$(smf /v1/pdu-sessions | jq -r '[.pdu_sessions[].gnb] | unique | join(" ")')" = "$(serving)" ]
}
# Sessions at the gNB that serves, and nowhere else; no tail, no rule that was left
nothing_dangles() {
	[ "$(sessions_of "$(serving)")" = "$(smf /v1/pdu-sessions | jq -c '[.pdu_sessions[].id]')" ] &&
		[ "$(sessions_of "$(other)")" = '[]' ] &&
		[ "$(gnb gnb1 /v1/status | jq .handovers.tails) $(gnb gnb2 /v1/status | jq .handovers.tails)" = '0 0' ]
}
killed target gnb
killed source gnb
killed core smf-lite
killed ue ue

note 'a UE without sessions'
for id in 1 2; do ue "/v1/pdu-sessions/$id" -X DELETE >/dev/null; done
status 'has no path to be switched' 1 baton move ue "$(other)"
like 'is told' "$_output" 'it has no PDU session'
for id in 1 2; do ue "/v1/pdu-sessions/$id" -X PUT -H "$json_type" -d '{"dnn": "internet"}' >/dev/null; done
ok 'with sessions it has' baton move ue "$(other)"
ok 'the service goes on' wait_for 5 works

note 'a target that does not answer'
frozen=$(pid_of "$(other)" gnb) && kill -STOP "$frozen"
here=$(serving)
status 'the handover fails' 1 baton move ue "$(other)"
kill -CONT "$frozen"
is 'the UE stays' "$(serving)" "$here"
ok 'the service goes on' works
ok 'nothing dangles' wait_for 10 nothing_dangles
ok 'the next handover completes' wait_for 10 baton move ue "$(other)"

remember
ok 'down' baton down
is 'nothing is left' "$(remnants)" ''
done_testing
