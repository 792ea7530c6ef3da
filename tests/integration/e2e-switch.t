#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# The traffic switch over REST, with curl and what `baton env` says: both modes, events, hold, switch-back, cancel,
# refusals, connections that end with their session; and what `baton measure switch` reports.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
topology=e2e-switch
# shellcheck source=tests/integration/e2e.sh
. "$(dirname "$0")/e2e.sh"
need_command ping ss xmllint
e2e_begin

ok 'up' baton up "$root/topologies/two-edges.yaml"
e2e_env

states() { # ID
	curl -sN --max-time 30 "$BATON_URL/v1/migrations/$1/events" | sed -n 's/^data: //p' | jq -rs 'map(.state) | join(" ")'
}
readonly forward='accepted preparing synchronising ready switching releasing completed'
address_of() { # SESSION
	smf "/v1/pdu-sessions/$supi/$1" | jq -r .address
}
sessions() { smf /v1/pdu-sessions | jq -c '[.pdu_sessions[] | [.id, .dnai, .state]] | sort'; }
# A session that the UE has let go of is smf-lite's until it has that from UE and gNB both.
settled() { # NAME SESSIONS
	sessions_are() { [ "$(sessions)" = "$1" ]; }
	wait_for 5 sessions_are "$2"
	is "$1" "$(sessions)" "$2"
}

note 'refusals: nothing begins'
problem() { # METHOD PATH BODY [CURL OPTION]...: "status cause"
	api "$1" "$2" "$3" -w '\n%{http_code}' "${@:4}" | jq -rs '"\(.[1]) \(.[0].cause)"'
}
is 'a destination that does not exist' "$(problem POST /v1/migrations "$(request make-before-break edge-z)")" '404 EDGE_NOT_FOUND'
is 'a UE that does not exist' \
	"$(problem POST /v1/migrations '{"ue": "imsi-001019999999999", "destination": "edge-b"}')" '404 UE_NOT_FOUND'
is 'a mode that does not exist' "$(problem POST /v1/migrations "$(request by-magic edge-b)" | cut -d' ' -f1)" 400
is 'with the parameter that is wrong' \
	"$(api POST /v1/migrations "$(request by-magic edge-b)" | jq -r '[.invalidParams[].param] | join(" ")')" /mode
is 'no token' "$(BATON_TOKEN='' problem POST /v1/migrations "$(request make-before-break edge-b)" | cut -d' ' -f1)" 401
is 'a migration that does not exist' "$(problem GET /v1/migrations/m999 '')" '404 MIGRATION_NOT_FOUND'
is 'none was begun' "$(api GET /v1/migrations | jq -c .migrations)" '[]'

note 'make-before-break, to edge-b, where session 2 is already'
api POST /v1/migrations "$(request make-before-break edge-b)" -D "$tmp/headers" >"$tmp/answer"
is '202' "$(awk 'NR == 1 { print $2 }' "$tmp/headers")" 202
id=$(jq -r .id "$tmp/answer")
is 'Location' "$(tr -d '\r' <"$tmp/headers" | sed -n 's/^Location: //p')" "/v1/migrations/$id"
is 'every state in order, as a stream' "$(states "$id")" "$forward"
ok 'the record has what openapi.json says' jq -e --slurpfile api <(curl -s "$BATON_URL/openapi.json") \
	'. as $m | $api[0].components.schemas.Migration.required | all(. as $key | $m | has($key))' <(api GET "/v1/migrations/$id")
is 'the session that was there was used' "$(field "$id" '.details | [.reused, .source_session, .destination_session] | tojson')" '[true,1,2]'
is 'the service is at edge-b' "$(edge_of_service)" edge-b
settled 'the old session is gone' '[[2,"edge-b","active"]]'
ok 'all agree' wait_for 5 agree
is 'stream from an event on' "$(curl -sN --max-time 5 -H 'Last-Event-ID: 5' "$BATON_URL/v1/migrations/$id/events" |
	sed -n 's/^id: //p' | tr '\n' ' ')" '6 7 '
is 'a finished record can go' "$(api DELETE "/v1/migrations/$id" '' -o /dev/null -w '%{http_code}')" 204
is 'and is gone' "$(problem GET "/v1/migrations/$id" '')" '404 MIGRATION_NOT_FOUND'

note 'and back to edge-a, where a session has to be set up'
id=$(migrate make-before-break edge-a)
is 'every state in order' "$(states "$id")" "$forward"
is 'a session was set up' "$(field "$id" '.details | [.reused, .source_session, .destination_session] | tojson')" '[false,2,1]'
ok 'in a time that is told' field "$id" '.details.setup_us > 0 // error'
is 'T_down is the greater of T_net and T_comp' "$(field "$id" '.downtime | .t_down_us == ([.t_net_us, .t_comp_us] | max)')" true
is 'the service is at edge-a' "$(edge_of_service)" edge-a
settled 'by one session' '[[1,"edge-a","active"]]'
ok 'all agree' wait_for 5 agree

note 'requests that fit no more'
id=$(migrate make-before-break edge-a)
ok 'to where it is: ends' ended "$id"
is 'rolled back, and why' "$(field "$id" '.state + " " + .cause')" 'rolled-back ALREADY_THERE'
id=$(api POST /v1/migrations '{"ue": "'$supi'", "source": "edge-b", "destination": "edge-a"}' | jq -r .id)
ok 'from where it is not: ends' ended "$id"
is 'rolled back, and why' "$(field "$id" '.state + " " + .cause')" 'rolled-back SOURCE_MISMATCH'
is 'the session is untouched' "$(sessions)" '[[1,"edge-a","active"]]'

note 'the hold: busy, switch-back, end'
address=$(address_of 1)
id=$(migrate make-before-break edge-b 60000)
ok 'holding' wait_for 5 state_is "$id" releasing
is 'the service is at edge-b' "$(edge_of_service)" edge-b
is 'both sessions are there' "$(sessions)" '[[1,"edge-a","active"],[2,"edge-b","active"]]'
is 'the UE is busy' "$(problem POST /v1/migrations "$(request make-before-break edge-a)")" '409 UE_BUSY'
is 'too late to cancel' "$(problem POST "/v1/migrations/$id/cancel" '')" '409 ALREADY_SWITCHED'
is 'not to be deleted' "$(problem DELETE "/v1/migrations/$id" '')" '409 MIGRATION_UNDER_WAY'
is 'switch-back' "$(api POST "/v1/migrations/$id/switch-back" '' -o /dev/null -w '%{http_code}')" 202
back() { [ "$(field "$id" '.direction + " " + .state')" = 'back releasing' ]; }
ok 'is done' wait_for 5 back
is 'the service is at edge-a again' "$(edge_of_service)" edge-a
is 'only once' "$(problem POST "/v1/migrations/$id/switch-back" '')" '409 NOT_HOLDING'
is 'the hold ends on request' "$(api POST "/v1/migrations/$id/switch" '' -o /dev/null -w '%{http_code}')" 202
ok 'ended' ended "$id"
is 'the states' "$(states "$id")" "${forward% *} switching releasing completed"
settled 'the first session has stayed' '[[1,"edge-a","active"]]'
is 'with its address' "$(address_of 1)" "$address"
ok 'all agree' wait_for 5 agree
is 'no hold is left to end' "$(problem POST "/v1/migrations/$id/switch" '')" '409 NOT_HOLDING'

note 'cancel before the switch, while ue is held up; a user sees nothing of it'
probe_start
pid=$(pid_of ue ue)
kill -STOP "$pid"
undo eval "kill -CONT $pid 2>/dev/null; :"
key="Idempotency-Key: $RANDOM"
wanted=$(request make-before-break edge-b)
id=$(api POST /v1/migrations "$wanted" -H "$key" | jq -r .id)
ok 'preparing' wait_for 5 state_is "$id" preparing
is 'the same request again is the same migration' "$(api POST /v1/migrations "$wanted" -H "$key" | jq -r .id)" "$id"
is 'the same key for another is refused' \
	"$(problem POST /v1/migrations "$(request break-before-make edge-b)" -H "$key")" '422 IDEMPOTENCY_KEY_REUSED'
is 'cancelled' "$(api POST "/v1/migrations/$id/cancel" '' -o /dev/null -w '%{http_code}')" 202
kill -CONT "$pid"
ok 'ended' ended "$id"
is 'the states' "$(states "$id")" 'accepted preparing rolling-back rolled-back'
is 'and why' "$(field "$id" .cause)" CANCELLED
settled 'the first session has stayed' '[[1,"edge-a","active"]]'
is 'with its address' "$(address_of 1)" "$address"
ok 'all agree' wait_for 5 agree
probe_stop
is 'no echo was lost or doubled' "$(probe_result)" '0 lost, 0 doubled'

note 'TCP connections end with their session, and no other'
# Opens a connection, says so, and says when it has ended.
hold_open() { # NAME [--pdu N]
	in_ue "${@:2}" bash -c 'exec 3<>/dev/tcp/service/5201 && echo open && read -r -u 3; echo ended' >"$tmp/tcp-$1" 2>&1 &
}
destroys() { # does this kernel end sockets for others?
	in_ue bash -c 'exec 3<>/dev/tcp/service/80; ss -K -tn dport = 80; [ -z "$(ss -Htn dport = 80)" ]'
}
id=$(migrate make-before-break edge-b 60000)
ok 'holding' wait_for 5 state_is "$id" releasing
hold_open a --pdu 1
hold_open b --pdu 2
ok 'a connection over the old session' wait_for 5 grep -q open "$tmp/tcp-a"
ok 'a connection over the new one' wait_for 5 grep -q open "$tmp/tcp-b"
api POST "/v1/migrations/$id/switch" '' >/dev/null
ok 'ended' ended "$id"
if destroys >/dev/null 2>&1; then
	ok 'the first has ended at once' wait_for 5 grep -q ended "$tmp/tcp-a"
else
	skip 'the first has ended at once' 'this kernel has no SOCK_DESTROY'
fi
nok 'the second has not' grep -q ended "$tmp/tcp-b"
in_ue ss -K -tn dport = 5201 >/dev/null
wait_for 5 grep -q ended "$tmp/tcp-b"

note 'break-before-make'
for edge in edge-a edge-b; do
	before=$(ue /v1/pdu-sessions/2 | jq .generation)
	id=$(migrate break-before-make $edge)
	is "to $edge: every state in order" "$(states "$id")" "$forward"
	settled 'the same session id, elsewhere' "[[2,\"$edge\",\"active\"]]"
	ok 'established anew' test "$(ue /v1/pdu-sessions/2 | jq .generation)" -gt "$before"
	is 'the service is there' "$(edge_of_service)" $edge
	ok 'all agree' wait_for 5 agree
done
id=$(migrate break-before-make edge-a 60000)
ok 'holding' wait_for 5 state_is "$id" releasing
is 'the service is at edge-a' "$(edge_of_service)" edge-a
is 'switch-back' "$(api POST "/v1/migrations/$id/switch-back" '' -o /dev/null -w '%{http_code}')" 202
ok 'is done' wait_for 5 back
is 'the service is at edge-b again' "$(edge_of_service)" edge-b
api POST "/v1/migrations/$id/switch" '' >/dev/null
ok 'ended' ended "$id"
is 'completed' "$(state "$id")" completed
ok 'all agree' wait_for 5 agree
api GET '/v1/migrations?state=failed' >"$tmp/failed"
is 'no migration has failed' "$(jq -c .migrations "$tmp/failed")" '[]'

note 'measure switch'
smf /v1/events --max-time 60 -N >"$tmp/smf-events" 2>/dev/null &
listener=$!
one_listener() { [ "$(smf /metrics | awk '$1 == "baton_smf_event_streams" { print $2 }')" = 1 ]; }
wait_for 5 one_listener
ok 'measure' baton measure switch --json --quiet --mode make-before-break:10 --mode break-before-make:3 --interval 1ms --out "$tmp/out"
printf '%s' "$_output" >"$tmp/report.json"
kill $listener
report() { jq -r "$1" "$tmp/report.json"; }
is 'the form of the report' "$(report '
	def s: type == "object" and (keys == ["max", "p50", "p99"]);
	def d: ([.latency_us, .largest_gap_us, .loss_gap_us, .first_lost_to_first_received_us] | all(s)) and
		([.lost, .duplicated, .reordered] | all(type == "number"));
	[([.version, .commit, .time, .machine, .kernel, .topology, .dataplane.upf, .dataplane.gnb] | all(type == "string")),
	([.interval_us, .hold_ms, .noise_floor_us] | all(type == "number")),
	(.modes | keys == ["break-before-make", "make-before-break"]),
	(.modes | all(([.switches, .failed] | all(type == "number")) and (.pdu_session_setup_ms | s) and
		(.uplink | d) and (.downlink | d))),
	(.samples | type == "array")] | unique | tojson')" '[true]'
is 'of this topology' "$(report '"\(.topology) \(.interval_us) \(.hold_ms)"')" 'two-edges 1000 200'
is 'on the data plane that the UPF says' "$(report .dataplane.upf)" "$(upf upf-a /v1/status | jq -r .dataplane)"
is 'all switched' "$(report '.modes | [.[] | .switches, .failed] | tojson')" '[10,0,3,0]'
is 'make-before-break: none lost, none doubled' \
	"$(report '.modes["make-before-break"] | [.uplink, .downlink] | map(.lost, .duplicated) | tojson')" '[0,0,0,0]'
ok 'break-before-make: uplink packets were lost' jq -e '.modes["break-before-make"].uplink.lost >= 1' "$tmp/report.json"
is 'no p99 of fewer than 100' "$(report '[.modes[] | .uplink, .downlink | .latency_us, .largest_gap_us, .loss_gap_us | .p99] | unique | tojson')" '[null]'
is 'each switch has an uplink latency, from N3' "$(report '[.samples[] | .uplink.latency_us > 0] | unique | tojson')" '[true]'
is 'and a downlink one' "$(report '[.samples[] | .downlink.latency_us > 0] | unique | tojson')" '[true]'
is 'on N3 the last probe is in the tunnel of the new session' \
	"$(report '[.samples[] | .packets.n3[-1][0] == .uplink_teid] | unique | tojson')" '[true]'
is 'the first in another' "$(report '[.samples[] | .packets.n3[0][0] != .uplink_teid] | unique | tojson')" '[true]'
sed -n 's/^data: //p' "$tmp/smf-events" | jq -s '[.[] | select(.state == "active") | .uplink.teid]' >"$tmp/teids"
is 'which is the one that smf-lite told' \
	"$(jq -c --slurpfile told "$tmp/teids" '[.samples[].uplink_teid | IN($told[0][])] | unique' "$tmp/report.json")" '[true]'
is 'the last is the one in use' "$(report '.samples[-1].uplink_teid')" "$(smf /v1/pdu-sessions | jq '.pdu_sessions[0].uplink.teid')"
is 'report.json has the same figures' "$(jq -S .modes "$tmp/out/report.json")" "$(jq -S .modes "$tmp/report.json")"
is 'report.csv has a head and a line a switch' "$(wc -l <"$tmp/out/report.csv")" 14
is 'of as many fields each' "$(awk -F, '{ print NF }' "$tmp/out/report.csv" | sort -u)" 21
ok 'report.svg is XML' xmllint --noout "$tmp/out/report.svg"
like 'an SVG' "$(xmllint --xpath 'local-name(/*)' "$tmp/out/report.svg")" '^svg$'
ok 'without --json a table' baton measure switch --quiet --mode make-before-break:1
like 'of both directions' "$_output" 'largest gap, uplink.*largest gap, downlink'
status 'a mode that does not exist' 2 baton measure switch --mode by-magic
status 'an interval out of range' 2 baton measure switch --interval 1us

ok 'all agree' wait_for 5 agree
ok 'every daemon is the one that was started' jq -e '[.nodes[].daemons[].restarts] | add == 0' <(baton status --json)
remember
ok 'down' baton down
is 'nothing is left' "$(remnants)" ''
done_testing
