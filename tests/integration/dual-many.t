#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# A hundred migrations back and forth in one run, in the countdown and after it: none fails, no input of the player is
# lost or applied twice, no process dies or grows, nothing is left over.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
topology=e2e-dual-many
# shellcheck source=tests/integration/e2e.sh
. "$(dirname "$0")/e2e.sh"
# shellcheck source=tests/integration/game.sh
. "$(dirname "$0")/game.sh"
game_begin

game_topology dual-many '{ue: ue, account: alice}' >"$tmp/many.yaml"
readonly turns=85 moves=15

shows() { [ "$(client /v1/status | jq -r .shown)" = "$1" ]; }
move() { dual "$supi" "$1" "\"hold_ms\": $2"; } # EDGE HOLD_MS
turn_holds() { # ID TURNS: that switch is over
	[ "$(field "$1" '"\(.state) \(.details.turns // 0) \(.details.stream.number - .details.switch_base - .epoch)"')" = "releasing $2 0" ]
}
all_acked() { [ "$(client /v1/status | jq '.inputs.made - .inputs.acked')" -le 2 ] && [ "$(client /v1/status | jq .inputs.acked)" -le "$(account | jq .last_input)" ]; }
each_once() { # as many as the number of the last one
	[ "$(rest 8096 cloud /v1/status | jq .inputs.applied)" = "$(account | jq .last_input)" ]
}
growing() { # resident memory of those who could, in kB: what decides, plays and carries
	local at
	for at in 8080/core 8084/ue 8093/ue 8085/edge-a 8085/edge-b 8092/edge-a 8092/edge-b 8096/cloud 8094/cloud \
		8081/core 8082/upf-a 8082/upf-b 8083/ue 8086/gnb1; do
		rest "${at%/*}" "${at#*/}" /metrics 2>/dev/null | sed -n "s/^process_resident_memory_bytes /${at/\//-} /p"
	done | awk '{ printf "%s %d\n", $1, $2 / 1024 }'
}
grown() { # BEFORE AFTER: who has, by more than 8 MB
	join <(sort <<<"$1") <(sort <<<"$2") | awk '$3 - $2 > 8192'
}

ok 'up' baton up "$tmp/many.yaml"
e2e_env
remember
ok 'alice plays' wait_for 20 shows 1

note "$turns in the countdown"
id=$(move edge-b 60000)
ok 'there' wait_for 40 turn_holds "$id" 0
bad=0
for ((i = 1; i <= turns; i++)); do
	[ $i -ne 15 ] || before=$(growing)
	[ "$(move "$([ $((i % 2)) = 1 ] && echo edge-a || echo edge-b)" 60000)" = "$id" ] || bad=$((bad + 1))
	wait_for 40 turn_holds "$id" $i || bad=$((bad + 1))
	[ "$(field "$id" '.cause // ""')" = '' ] || bad=$((bad + 1))
done
is 'each was had, by the same migration' $bad 0
after=$(growing)
is 'all fourteen tell of their memory' "$(join <(sort <<<"$before") <(sort <<<"$after") | wc -l)" 14
is 'nobody has grown' "$(grown "$before" "$after")" ''
api POST "/v1/migrations/$id/switch" >/dev/null
ok 'it ends' wait_for 40 ended "$id"
is 'completed, where it should be' "$(field "$id" '.state + " " + .direction + " " + (.details.turns | tostring)')" "completed back $turns"

note "$moves more, each to its end"
bad=0
for ((i = 1; i <= moves; i++)); do
	id=$(move "$([ $((i % 2)) = 1 ] && echo edge-b || echo edge-a)" 50)
	wait_for 40 ended "$id" || bad=$((bad + 1))
	[ "$(field "$id" '.state + (.cause // "")')" = completed ] || { bad=$((bad + 1)) && note "$(field "$id" '[.state, .cause, .detail] | tostring')" >&2; }
done
is 'each was completed' $bad 0

note 'what is left of it'
ok 'every input was applied' wait_for 20 all_acked
ok 'each once' wait_for 10 each_once
is 'nobody was restarted' "$(baton status --json | jq -c '[.nodes[].daemons[].restarts] | unique')" '[0]'
is 'nor the instance that is there' "$(edge edge-b | jq -c '[.state, .restarts]')" '["running",0]'
is 'the other edge has none' "$(edge edge-a | jq -r .state)" absent
is 'one stream' "$(client /v1/streams | jq '.streams | length')" 1
is 'one session to write, and no other' "$(account | jq '.sessions | length')" 1
is 'one PDU session' "$(smf "/v1/pdu-sessions?supi=$supi" | jq '.pdu_sessions | length')" 1
is 'nobody has grown' "$(grown "$before" "$(growing)")" ''
ok 'down' baton down
is 'nothing is there after' "$(remnants)" ''
done_testing
