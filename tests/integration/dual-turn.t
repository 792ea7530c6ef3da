#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# Strategy dual with everything real: a player moved to and fro in one migration, another one not knowing (B17, B32, B33); a
# destination chosen by measured round trips, and asked for by the UE's own trigger (B3, B4).
# shellcheck disable=SC2016 # awk's
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
topology=e2e-dual-turn
# shellcheck source=tests/integration/e2e.sh
. "$(dirname "$0")/e2e.sh"
# shellcheck source=tests/integration/game.sh
. "$(dirname "$0")/game.sh"
# shellcheck source=tests/integration/dual.sh
. "$(dirname "$0")/dual.sh"
need_command tshark
game_begin

pids() { # of all that plays, carries and decides
	baton status --json | jq -c '[.nodes[] | .name as $n | .daemons[] | [$n, .name, .pid, .restarts]]'
	for edge in edge-a edge-b; do edge $edge | jq -c '[.pid, .restarts]'; done
}

dual_begin
id=$(dual $supi edge-b)
is 'begun' "$id" m1
ok 'it switches and holds' wait_for 40 holding "$id"

note 'to and fro (B32): no PFCP, no NGAP, no login, no instance, the same processes'
before=$(pids)
capture_begin core cloud:wan
switched=$(field "$id" .details.switched_ns)
for to in edge-a edge-b edge-a edge-b; do
	is "to $to: the same migration" "$(dual $supi $to)" "$id"
	ok 'it holds again' wait_for 40 holding "$id"
	ok "one primary: $to" wait_for 5 primary_at alice $to
	ok 'its stream is shown' wait_for 5 shows "$([ $to = edge-a ] && echo 1 || echo 2)"
	now=$(field "$id" .details.switched_ns)
	ok 'the countdown began anew' test "${now:0:16}" -gt "${switched:0:16}"
	switched=$now
done
capture_end
is 'no PFCP but heartbeats' "$(kinds '$1 ~ /pfcp/ && $2 !~ /^[12]$/' 2)" ''
is 'no NGAP' "$(kinds '$1 ~ /ngap/' 3)" ''
is 'no login' "$(kinds '$4 ~ /login/' 4)" ''
ok 'the capture saw the state of the game' test "$(seen '$5 ~ /(^|,)8091(,|$)/')" -gt 0
is 'the same processes' "$(pids)" "$before"
is 'no record but the one' "$(api GET /v1/migrations | jq '.migrations | length')" 1
bob_sees_nothing
is 'it is ended now' "$(end_hold "$id")" releasing
ok 'the migration ends' wait_for 20 ended "$id"
is 'completed' "$(field "$id" '.state + " " + .direction')" 'completed forward'

note 'where to: by the round trips from the gNB to the UPFs'
ok 'edge-b gets far away' baton link set upf-b n3 delay=30ms
# What a whole migration has, in the same capture's eyes: what was looked for above in vain can be seen
capture_begin core cloud:wan
id=$(dual $supi '' '"hold_ms": 300')
like 'a migration' "$id" '^m[0-9]+$'
is 'to edge-a, since it is nearer' "$(field "$id" '.destination + " " + (.details.choice.candidates |
	((map(select(.edge == "edge-b"))[0].rtt_us - map(select(.edge == "edge-a"))[0].rtt_us) > 20000 | tostring))')" 'edge-a true'
ok 'it ends' wait_for 40 ended "$id"
capture_end
is 'completed' "$(field "$id" .state)" completed
ok 'it has a login, PFCP and NGAP, which the capture shows' test "$(seen '$4 ~ /login/')" -ge 1 -a "$(seen '$2 ~ /(^|,)50(,|$)/')" -ge 1 -a "$(seen '$3 ~ /(^|,)29(,|$)/')" -ge 1
is 'now there is none better' "$(dual $supi '')" NO_BETTER_EDGE
is 'alice plays at edge-a' "$(primaries alice)" '["edge-a"]'

note 'asked for by the UE itself, when its round trips stay above what it was told'
rtt() { agent /v1/status | jq .trigger.rtt_us; }
ok 'so far they are below it' wait_for 10 eval '[ "$(rtt)" -gt 0 ] && [ "$(rtt)" -lt 120000 ]'
is 'and it has not asked' "$(agent /v1/status | jq .trigger.asked)" 0
ok 'edge-a gets further away' baton link set upf-a n3 delay=80ms
ok 'now they are above it' wait_for 10 eval '[ "$(rtt)" -ge 160000 ]'
began() { api GET "/v1/migrations?ue=$supi" | jq -e --arg last "$id" '.migrations[-1] | select(.id != $last) | .id' -r; }
ok 'it asks' wait_for 20 began
id=$(began)
is 'to edge-b, which is nearer now' "$(field "$id" '.destination + " " + .details.choice.policy')" 'edge-b lowest-rtt'
ok 'it switches and holds' wait_for 40 holding "$id"
is 'once' "$(agent /v1/status | jq -c '.trigger | [.asked, .begun]')" '[1,1]'
is 'the hold is ended' "$(end_hold "$id")" releasing
ok 'it ends' wait_for 40 ended "$id"
ok 'one primary: edge-b' wait_for 5 primary_at alice edge-b

dual_end
