#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# Strategy dual with everything real: two players at one edge, one of them moved to the other, the other one not knowing
# (B15, B17, B33); then he follows. A pair that is never alike, a cancel while it waits. To and fro is dual-turn.t's.
# shellcheck disable=SC2016 # awk's
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
topology=e2e-dual
# shellcheck source=tests/integration/e2e.sh
. "$(dirname "$0")/e2e.sh"
# shellcheck source=tests/integration/game.sh
. "$(dirname "$0")/game.sh"
# shellcheck source=tests/integration/dual.sh
. "$(dirname "$0")/dual.sh"
need_command tshark
game_begin

readonly other=imsi-001010000000002

# Client-side state (B16): messages that the stream-client has sent, and what the logic server and the destination know
views() { client /metrics | sed -n 's/^baton_stream_client_views_total //p'; }
knows_view() { # JQ-FILTER of the account, EDGE
	account | jq -e ".view | $1" && edge "$2" /players/alice | jq -e ".view | $1"
}

dual_begin
instance_a=$(edge edge-a | jq .pid)
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

note 'the end of the countdown: a PFCP deletion, an NGAP release, and edge-a plays on for bob (B17, B33)'
capture_begin core
is 'it is ended now' "$(end_hold "$id")" releasing
ok 'the migration ends' wait_for 20 ended "$id"
capture_end
is 'completed' "$(field "$id" '.state + " " + .direction')" 'completed forward'
ok 'a PFCP session was deleted' test "$(seen '$2 ~ /(^|,)54(,|$)/')" -ge 1
ok 'an NGAP release' test "$(seen '$3 ~ /(^|,)28(,|$)/')" -ge 1
is 'one stream is left' "$(client /v1/streams | jq -c '[.streams[].n]')" '[2]'
is 'one session is left' "$(agent /v1/status | jq -c '[.primary, [.pdu_sessions[].id]]')" '[2,[2]]'
is 'nobody of alice is left at edge-a' "$(edge edge-a /players/alice | jq -r .cause)" PLAYER_NOT_FOUND
is 'its instance is the same process' "$(edge edge-a | jq -c '[.state, .pid]')" "[\"running\",$instance_a]"
views=$(views) shows=$(client /v1/status | jq .displayed)
more_displayed() { [ "$(client /v1/status | jq .displayed)" -gt $((shows + 30)) ]; }
ok 'she plays on' wait_for 10 more_displayed
is 'but uploads no client-side state any more' "$(views)" "$views"
bob_sees_nothing

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

dual_end
