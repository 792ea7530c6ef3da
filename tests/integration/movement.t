#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# Movement: a UE walks from one gNB to the other and is handed over on the way, radio links follow the distance, each pair on
# N3 has a way of its own; it stands still when the changes do, goes on when the mover is killed, and can't change while the
# topology is up.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
topology=movement
# shellcheck source=tests/integration/e2e.sh
. "$(dirname "$0")/e2e.sh"
need_built "$build/bin/mover"
need_command ping
e2e_begin

note 'the mover'\''s configuration: status | change of the example | what is said'
example=$root/testbed/mover/mover.example.yaml
ok 'the example is right' "$build/bin/mover" --check-config --config "$example"
while IFS='|' read -r change says; do
	sed "$change" "$example" >"$tmp/wrong.yaml"
	status "$says" 1 "$build/bin/mover" --check-config --config "$tmp/wrong.yaml"
	like 'is told, with its place' "$_output" "wrong\.yaml:[0-9]+:[0-9]+: .*$says"
done <<'ROWS'
s/^hysteresis/hystersis/|unknown key
s/x: 1000/x: far/|expected a number of metres
s/gnbs: \[gnb1, gnb2\]/gnbs: [gnb1, gnb3]/|expected the names of at most 8 of the gnbs above
s/at: 30s/at: 0s/|expected a later time
ROWS

cat >"$tmp/walk.yaml" <<-'END'
	name: movement
	dataplane: ebpf
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
	    sessions: [{dnn: internet, anchor: edge-a}, {dnn: internet, anchor: edge-b}]
	movement:
	  radio_delay: 1ms
	  n3_delay: 10ms
	  positions: {gnb1: [0, 0], upf-a: [0, 0], gnb2: [1000, 0], upf-b: [1000, 0]}
	  ues:
	    ue: [{at: 0s, to: [0, 0]}, {at: 3s, to: [1000, 0]}]
	n3_paths:
	  - {between: [gnb1, gnb2], delay: 2ms}
END
ok 'up' baton up "$tmp/walk.yaml"
e2e_env
mover() { rest 8087 core "$@"; }
serving() { ue /v1/status | jq -r .gnb; }
served_by() { [ "$(serving)" = "$1" ]; }
# Of a port of link-shaper's, in microseconds
delay_of() { # NODE INTERFACE
	baton --json link | jq -r --arg a "$1" --arg b "$2" \
		'[.. | objects | select(.link? == [$a, $b]) | .forward.delay_us // 0] | first // 0'
}
longer() { [ "$1" -gt "$2" ]; }
rtt_us() { # SESSION: the least of three
	in_ue --pdu "$1" ping -q -c 3 -i 0.05 service | awk -F'[ /]' '/^rtt/ { printf "%d\n", $7 * 1000 }'
}

halted() { [ "$(mover /v1/status | jq .running)" = false ]; }
handovers() { mover /v1/status | jq '.ues[0].handovers'; }
# It crosses the middle in 1.5 s, which a busy machine takes to look: it is stopped on the first half.
stopped_near_gnb1() {
	baton link changes start && wait_for 10 served_by gnb1 && baton link changes stop && wait_for 5 halted && [ "$(serving)" = gnb1 ]
}
ok 'a walk is stopped before the middle' wait_for 60 stopped_near_gnb1
first=$(rtt_us 2)
ok 'the second session'\''s way over N3 is 10 ms long, both ways' longer "$first" 20000

note 'it walks'
before=$(handovers)
ok 'from its beginning' baton link changes start
ok 'the UE is handed over on the way' wait_for 10 served_by gnb2
told() { [ "$(mover /v1/status | jq -r '.ues[0].gnb')" = gnb2 ]; } # the UE is there first, then the handover is answered
ok 'the mover knows' wait_for 10 told
is 'it was once, by the mover' "$(mover /v1/status | jq -c '.ues[0] | [.gnb, .handovers, .failed]')" "[\"gnb2\",$((before + 1)),0]"
arrived() { [ "$(mover /v1/status | jq '.ues[0].x')" = 1000 ] || [ "$(mover /v1/status | jq '.ues[0].x')" = 1000.0 ]; }
ok 'it arrives' wait_for 10 arrived
is 'where it has no way to gnb2, and a kilometre to gnb1' "$(mover /v1/status | jq -c '.ues[0].metres | [.gnb1, .gnb2] | map(round)')" '[1000,0]'
is 'which the links follow' "$(delay_of ue gnb1) $(delay_of ue gnb2)" '1000 0'
ok 'the first session has the longer way now' longer "$(rtt_us 1)" 20000
is 'baton link tells of ways over N3' "$(delay_of gnb1 upf-b) $(delay_of gnb1 gnb2)" '10000 2000'
ok 'one of them is changed' baton link set gnb1 upf-b delay=4ms
is 'and told' "$(delay_of gnb1 upf-b)" 4000
nok 'of two that have none nothing is' baton link set upf-a edge-b delay=4ms
nok 'the second has not' longer "$(rtt_us 2)" 20000
is 'nothing was dropped' "$(rest 8086 gnb1 /v1/status | jq '[.drops[]] | add') $(rest 8086 gnb2 /v1/status | jq '[.drops[]] | add')" '0 0'

note 'who is moved by hand'
ok 'to the far gNB' baton move ue gnb1
ok 'is brought back, also behind the end of the walk' wait_for 10 served_by gnb2
ok 'the walk begins anew' baton link changes start
ok 'where it began' wait_for 10 served_by gnb1
ok 'and ends in the middle' baton link changes stop
ok 'which the mover sees' wait_for 5 halted
ok 'to the far gNB' baton move ue gnb2
is 'it stays' "$(serving)" gnb2

note 'the mover is killed, and the walk begins anew'
pid=$(pid_of core mover) && kill -9 "$pid"
restarted() {
	local now
	now=$(pid_of core mover) && [ "$now" != "$pid" ]
}
ok 'it is started again' wait_for 10 restarted
ok 'changes start' baton link changes start
ok 'the UE is handed over to where it is' wait_for 10 served_by gnb1
ok 'and to where it goes' wait_for 10 served_by gnb2

note 'the same file, and others'
ok 'the same: nothing to do' baton up --dry-run "$tmp/walk.yaml"
refused() { # SED WHAT
	sed "$1" "$tmp/walk.yaml" >"$tmp/other.yaml"
	status "$2 can't change" 3 baton up "$tmp/other.yaml"
	like 'is told' "$_output" "other.yaml:[0-9]+:[0-9]+: $2 can't change while '$topology' is up"
}
refused 's/delay: 2ms/delay: 3ms/' n3_paths
refused 's/hysteresis.*//; s/radio_delay: 1ms/radio_delay: 2ms/' movement
is 'the service goes on' "$(edge_of_service --pdu 2)" edge-b

remember
ok 'down' baton down
is 'nothing is left' "$(remnants)" ''
done_testing
