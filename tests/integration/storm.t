#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# `baton measure storm`: many UEs switched at once, each in a namespace of its own and under probes of its own. What is told of
# them, what is lost (nothing, in make-before-break), what a mistake is answered with, and what becomes of it when daemons die.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
topology=storm-test
# shellcheck source=tests/integration/e2e.sh
. "$(dirname "$0")/e2e.sh"
e2e_begin

ues=12
sed "s/count: 20/count: $ues/" "$root/topologies/storm.yaml" >"$tmp/storm.yaml"
ok "up, $ues UEs" baton up "$tmp/storm.yaml" || { done_testing && exit 1; }
e2e_env
is 'each is a node' "$(baton status --json | jq '[.nodes[] | select(.kind == "ue")] | length')" $ues

storm() { baton measure storm "$@"; }
report() { jq -r "$1" "$tmp/out/report.json"; }
at() { # EDGE: how many UEs have their primary session there
	api GET /v1/pdu-sessions | jq --arg e "$1" '[.pdu_sessions[] | select(.state == "active" and .dnai == $e)] | length'
}

status 'a storm' 0 storm --out "$tmp/out" --hold 200
like 'says when the last was switched' "$_output" "round 1 of 1: $ues of $ues UEs switched, the last [0-9]+ ms after the first request"
like 'a table' "$_output" "$ues UEs at once, 1 time"
like 'with the manager'"'"'s processor time' "$_output" 'CPU, migration-manager of core +[0-9]'
is 'all are at the other edge' "$(at edge-b) $(at edge-a)" "$ues 0"
is 'a sample a UE' "$(report '[.samples[].ue] | unique | length')" $ues
is 'all completed' "$(report '[.samples[] | select(.completed)] | length')" $ues
is 'nothing is lost' "$(report '[.modes["make-before-break"] | .uplink.lost, .downlink.lost] | add')" 0
is 'nothing outside of windows either' "$(grep -c 'outside of all windows' <<<"$_output")" 0
is 'each had a PDU session set up' "$(report '[.samples[] | select(.pdu_session_setup_ms > 0)] | length')" $ues
is 'each has figures of both directions' "$(report '[.samples[] | select(.uplink.largest_gap_us != null and .downlink.latency_us != null)] | length')" $ues
is 'each has its packets' "$(report '[.samples[] | select((.packets.sent | length) > 10 and (.packets.replies | length) > 10)] | length')" $ues
is 'asked at once' "$(report '[.samples[].asked_ns] | unique | length')" 1
is 'accepted, switched, ended, one after the other' \
	"$(report '[.samples[] | select(.asked_ns <= .created_ns and .created_ns < .t0_ns and .t0_ns <= .switched_ns and .switched_ns < .ended_ns)] | length')" $ues
is 'the last of them is the maximum' "$(report '[.samples[] | .switched_ns - .asked_ns] | max / 1e6 - ('"$(report '.modes["make-before-break"].switched_ms.max')"') | fabs < 0.01')" true
is 'processor time of the control plane' "$(report '[.storm.cpu[] | select(.seconds > 0) | .daemon] | unique | join(" ")')" 'gnb migration-manager smf-lite upf'
for file in report.csv report.hlog report.svg report-phases.svg report-storm.svg report-timeline.svg; do
	ok "$file" [ -s "$tmp/out/$file" ]
done
is 'a line a UE in the CSV' "$(($(wc -l <"$tmp/out/report.csv") - 1))" $ues

note 'some of them, to and fro, with a break'
status 'five UEs, two rounds' 0 storm --ues 5 --rounds 2 --mode break-before-make --hold 50 --quiet --out "$tmp/out"
is 'ten switches' "$(report '[.samples[] | select(.completed)] | length')" 10
is 'UE by UE' "$(report '[.samples[].ue] | join(" ")')" 'ue-1 ue-1 ue-2 ue-2 ue-3 ue-3 ue-4 ue-4 ue-5 ue-5'
is 'two storms' "$(report '[.samples[].asked_ns] | unique | length')" 2
is 'they are back' "$(at edge-b)" $ues
ok 'a break loses packets' [ "$(report '.modes["break-before-make"].uplink.lost')" -gt 0 ]

note 'mistakes'
status 'more UEs than there are' 1 storm --ues $((ues + 1))
like 'in words' "$_output" "--ues: topology $topology has $ues UEs, found $((ues + 1))"
status 'an option of another measurement' 2 storm --tcp
status 'an unknown service' 1 storm --service video
status 'a folder that cannot be made' 1 storm --out /proc/x

"$build/bin/baton" --name "$topology" measure switch --ue ue-3 --mode make-before-break:3 --quiet >"$tmp/other" 2>&1 &
other=$!
undo end_pids $other
# Taking the lock to see whether it is taken would refuse the measurement that comes for it just then.
being_measured() { grep -q "FLOCK .*:$(stat -c %i "/run/baton/$topology/nodes/ue-3") " /proc/locks; }
ok 'while a UE is measured alone' wait_for 10 being_measured
status 'a storm with it is refused' 1 storm
like 'in words' "$_output" 'UE ue-3 is being measured already'
wait $other
note "$(cat "$tmp/other")"

note 'when things go wrong'
kill_manager() { kill -KILL "$(baton status --json | jq -r '.nodes[] | select(.name == "core") | .daemons[] | select(.name == "migration-manager") | .pid')"; }
begun() { [ "$(api GET /v1/migrations | jq '[.migrations[] | select(.state != "completed")] | length')" -ge 3 ]; }
"$build/bin/baton" --name "$topology" measure storm --hold 1000 --json --quiet >"$tmp/killed.json" 2>"$tmp/errors" &
storming=$!
ok 'a storm under way' wait_for 20 begun
ok 'the manager is killed' kill_manager
wait $storming
is 'all are told of' "$(jq '.samples | length' "$tmp/killed.json")" $ues
is 'its processor time is not known' "$(jq -c '[.storm.cpu[] | select(.daemon == "migration-manager") | .seconds]' "$tmp/killed.json")" '[null]'
settled() { [ "$(api GET /v1/migrations | jq '[.migrations[] | select(.state != "completed" and .state != "rolled-back" and .state != "failed")] | length')" -eq 0 ]; }
ok 'every migration comes to an end' wait_for 60 settled
is 'and each UE has one session' "$(api GET /v1/pdu-sessions | jq '[.pdu_sessions[] | select(.state == "active")] | length')" $ues

"$build/bin/baton" --name "$topology" measure storm --rounds 50 --hold 200 --json --quiet >"$tmp/cut.json" 2>/dev/null &
storming=$!
undo end_pids $storming
begun=$(api GET /v1/migrations | jq '.migrations | length')
more() { [ "$(api GET /v1/migrations | jq '.migrations | length')" -gt "$begun" ]; }
ok 'a long one' wait_for 20 more
kill -INT $storming
got=0
wait $storming || got=$?
is 'Ctrl-C ends it' $got 130
is 'after the round under way' "$(jq '(.samples | length) % '$ues $tmp/cut.json)" 0
done_testing
