#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# Strategy dual with everything real: two players at one edge, one of them moved to the other and to and fro (B15, B32),
# the other one not knowing (B17, B33); a pair that is never alike, a cancel while it waits; a destination chosen by
# measured round trips, and asked for by the UE's own trigger (B3, B4).
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
topology=e2e-dual
# shellcheck source=tests/integration/e2e.sh
. "$(dirname "$0")/e2e.sh"
# shellcheck source=tests/integration/game.sh
. "$(dirname "$0")/game.sh"
need_command tshark
game_begin

game_topology dual '{ue: ue, account: alice, trigger: {rtt: 120ms, for: 1s, hold_off: 60s}}' \
	'{ue: ue2, account: bob}' >"$tmp/dual.yaml"

readonly other=imsi-001010000000002

# ---- what is asked ----

shown() { client /v1/status "${1:-ue}" | jq -c '[.state, .shown]'; } # "joining", ... and the stream
shows() { [ "$(shown "${2:-ue}")" = "[\"showing\",$1]" ]; }
instance() { edge "$1" | jq -r .state; }
instance_is() { [ "$(instance "$1")" = "$2" ]; }
primaries() { account "$1" | jq -c '[.sessions[] | select(.role == "primary" or .role == 1) | .edge]'; }
primary_at() { [ "$(primaries "$1")" = "[\"$2\"]" ]; }

holding() { # ID
	state_is "$1" releasing && [ "$(field "$1" '.details.stream.downtime.complete')" = true ]
}
# Client-side state (B16): messages that the stream-client has sent, and what the logic server and the destination know
views() { client /metrics | sed -n 's/^baton_stream_client_views_total //p'; }
knows_view() { # JQ-FILTER of the account, EDGE
	account | jq -e ".view | $1" && edge "$2" /players/alice | jq -e ".view | $1"
}
# Bob's frames (arrivals) from the FROMth on, and how many of the gaps between them are above two frame intervals
arrived() { client '/v1/streams/1/frames?from=999999999' ue2 | jq .next; }
has_arrived() { [ "$(arrived)" -ge "$1" ]; }
gaps() { # FROM TO
	local from=$1 page rows=()
	while [ "$from" -lt "$2" ]; do
		page=$(client "/v1/streams/1/frames?from=$from" ue2) && from=$(jq .next <<<"$page") || return
		rows+=("$page")
		[ "$(jq '.frames | length' <<<"$page")" -gt 0 ] || break
	done
	printf '%s\n' "${rows[@]}" | jq -sc '[.[].frames[][6]] | [length, ([.[1:], .[:-1]] | transpose | map(select(.[0] - .[1] > 2e9 / 30)) | length)]'
}
end_hold() {
	api POST "/v1/migrations/$1/switch" | jq -r '.state'
}
pids() { # of all that plays, carries and decides
	baton status --json | jq -c '[.nodes[] | .name as $n | .daemons[] | [$n, .name, .pid, .restarts]]'
	for edge in edge-a edge-b; do edge $edge | jq -c '[.pid, .restarts]'; done
}

ok 'up' baton up "$tmp/dual.yaml"
e2e_env
remember
ok 'alice plays' wait_for 20 shows 1
ok 'bob plays' wait_for 20 shows 1 ue2
is 'both at edge-a' "$(instance edge-a) $(instance edge-b)" 'running absent'
ok 'alice is written for by edge-a alone' wait_for 5 primary_at alice edge-a
bobs=$(client /v1/streams/1 ue2 | jq -c '[.restarts, .lost, .keys]')
instance_a=$(edge edge-a | jq .pid)

# Noise of this machine, now: what bob sees while nobody moves
quiet=$(arrived)
ok 'bob sees some frames' wait_for 30 has_arrived $((quiet + 120))
moving=$(arrived)
is 'no client-side state is uploaded while nobody moves' "$(views) $(account | jq -c .view)" '0 null'

note 'there'
id=$(dual $supi edge-b)
is 'begun' "$id" m1
ok 'it switches and holds' wait_for 40 holding "$id"
is 'six stages, in order' "$(field "$id" '[.details.stages[].stage] | tostring')" '[1,2,3,4,5,6]'
is 'each after the one before' "$(field "$id" '[.details.stages[] | .started_ns, .ended_ns] | map(select(.)) | . == sort')" true
is 'five of them have ended' "$(field "$id" '[.details.stages[] | select(.ended_ns)] | length')" 5
is 'nothing was copied' "$(field "$id" '.downtime | [.t_chkp_us, .t_copy_us, .t_restore_us] | tostring')" '[0,0,0]'
ok 'the other terms are told' test "$(field "$id" '.downtime | .t_net_us > 0 and .t_pre_us > 0 and .t_comp_us >= 0
	and .t_down_us == ([.t_net_us, .t_comp_us] | max) and .t_mig_us == .t_pre_us + .t_down_us')" = true
ok 'the other stream is shown' wait_for 5 shows 2
is 'both are decoded' "$(client /v1/streams | jq -c '[.streams[] | [.n, .state]]')" '[[1,"decoding"],[2,"decoding"]]'
ok 'one primary: edge-b' wait_for 5 primary_at alice edge-b
ok 'both instances run' test "$(instance edge-a) $(instance edge-b)" = 'running running'
is 'the stream key is nobody'\''s business' "$(api GET "/v1/migrations/$id" | grep -c "$(edge edge-b /players/alice | jq -r .stream_key)")" 0

ok 'client-side state is known to logic server and destination (B16)' wait_for 5 knows_view '.stream == 2 and .input >= 0' edge-b

note 'to and fro (B32): no PFCP, no NGAP, no login, no instance, the same processes'
before=$(pids)
"$build/bin/baton" --name "$topology" capture core cloud:wan --out "$tmp/pp.pcapng" >/dev/null 2>"$tmp/pp.log" &
capture=$!
undo eval "kill $capture 2>/dev/null || true"
ok 'a capture runs' wait_for 10 grep -q '^capturing on' "$tmp/pp.log"
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
kill -INT $capture
wait $capture
seen() { tshark -r "$tmp/pp.pcapng" -Y "$1" -T fields -e frame.number 2>/dev/null | wc -l; }
is 'no PFCP but heartbeats' "$(seen 'pfcp && !(pfcp.msg_type == 1 || pfcp.msg_type == 2)')" 0
is 'no NGAP' "$(seen ngap)" 0
is 'no login' "$(seen 'http.request.uri contains "login"')" 0
ok 'the capture saw the state of the game' test "$(seen 'tcp.port == 8091')" -gt 0
is 'the same processes' "$(pids)" "$before"
is 'no record but the one' "$(api GET /v1/migrations | jq '.migrations | length')" 1

note 'the end of the countdown: a PFCP deletion, an NGAP release, and edge-a plays on for bob (B17, B33)'
"$build/bin/baton" --name "$topology" capture core --out "$tmp/end.pcapng" >/dev/null 2>"$tmp/end.log" &
capture=$!
ok 'a capture runs' wait_for 10 grep -q '^capturing on' "$tmp/end.log"
is 'it is ended now' "$(end_hold "$id")" releasing
ok 'the migration ends' wait_for 20 ended "$id"
kill -INT $capture
wait $capture
is 'completed' "$(field "$id" '.state + " " + .direction')" 'completed forward'
ok 'a PFCP session was deleted' test "$(tshark -r "$tmp/end.pcapng" -Y 'pfcp.msg_type == 54' 2>/dev/null | wc -l)" -ge 1
ok 'an NGAP release' test "$(tshark -r "$tmp/end.pcapng" -Y 'ngap.procedureCode == 28' 2>/dev/null | wc -l)" -ge 1
is 'one stream is left' "$(client /v1/streams | jq -c '[.streams[].n]')" '[2]'
is 'one session is left' "$(agent /v1/status | jq -c '[.primary, [.pdu_sessions[].id]]')" '[2,[2]]'
is 'nobody of alice is left at edge-a' "$(edge edge-a /players/alice | jq -r .cause)" PLAYER_NOT_FOUND
is 'its instance is the same process' "$(edge edge-a | jq -c '[.state, .pid]')" "[\"running\",$instance_a]"
views=$(views) shows=$(client /v1/status | jq .displayed)
more_displayed() { [ "$(client /v1/status | jq .displayed)" -gt $((shows + 30)) ]; }
ok 'she plays on' wait_for 10 more_displayed
is 'but uploads no client-side state any more' "$(views)" "$views"
# Share of bob's gaps above two intervals while alice moved, against that before; loose, as machines are
before=$(gaps "$quiet" "$moving") during=$(gaps "$moving" "$(arrived)")
note "bob: frames and gaps before $before, during $during"
ok 'bob has not seen it: gaps as before' jq -ne --argjson b "$before" --argjson d "$during" '$d[0] > 100 and $d[1] / $d[0] <= 3 * $b[1] / $b[0] + 0.05'
is 'bob lost nothing' "$(client /v1/streams/1 ue2 | jq -c '[.restarts, .lost, .keys]')" "$bobs"
ok 'bob is shown' wait_for 5 shows 1 ue2

note 'bob follows: nobody is left at edge-a'
lives() { baton exec edge-a -- kill -0 "$instance_a"; }
ok 'its process is there' lives
id=$(dual $other edge-b '"hold_ms": 300')
ok 'his migration ends' wait_for 40 ended "$id"
is 'completed' "$(field "$id" .state)" completed
ok 'the instance at edge-a has gone' wait_for 10 instance_is edge-a absent
nok 'its process, too' lives
is 'one instance for both at edge-b' "$(edge edge-b | jq -c '[.state, .restarts]')" '["running",0]'
ok 'alice is written for by edge-b' primary_at alice edge-b
ok 'bob, too' primary_at bob edge-b

note 'never alike: given up, and as if it had not been'
id=$(dual $supi edge-a '"threshold": 1, "timeout_ms": 1000')
ok 'it ends' wait_for 40 ended "$id"
is 'rolled back' "$(field "$id" '.state + " " + .cause')" 'rolled-back SIMILARITY_NOT_REACHED'
ok 'what it started is stopped' wait_for 10 instance_is edge-a absent
ok 'alice is shown what she was' wait_for 5 shows 2
is 'by the same primary' "$(primaries alice)" '["edge-b"]'
ok 'over one session' wait_for 5 test "$(agent /v1/status | jq -c '[.pdu_sessions[].id]')" = '[2]'

note 'cancelled while it waits'
id=$(dual $supi edge-a '"threshold": 1')
ok 'it waits' wait_for 40 state_is "$id" switching
api POST "/v1/migrations/$id/cancel" >/dev/null
ok 'it ends at once' wait_for 10 ended "$id"
is 'rolled back' "$(field "$id" '.state + " " + .cause')" 'rolled-back CANCELLED'
ok 'alice is shown what she was' wait_for 5 shows 2

note 'where to: by the round trips from the gNB to the UPFs'
ok 'edge-b gets far away' baton link set upf-b n3 delay=30ms
id=$(dual $supi '' '"hold_ms": 300')
like 'a migration' "$id" '^m[0-9]+$'
is 'to edge-a, since it is nearer' "$(field "$id" '.destination + " " + (.details.choice.candidates |
	((map(select(.edge == "edge-b"))[0].rtt_us - map(select(.edge == "edge-a"))[0].rtt_us) > 20000 | tostring))')" 'edge-a true'
ok 'it ends' wait_for 40 ended "$id"
is 'completed' "$(field "$id" .state)" completed
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

note 'nothing is left'
ok 'smf-lite, ue and ue-agent agree' wait_for 5 test "$(smf "/v1/pdu-sessions?supi=$supi" | jq '.pdu_sessions | length')" = 1
is 'no daemon was restarted' "$(baton status --json | jq -c '[.nodes[].daemons[].restarts] | unique')" '[0]'
ok 'down' baton down
is 'nothing is there after' "$(remnants)" ''
done_testing
