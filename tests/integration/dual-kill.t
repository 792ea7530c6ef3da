#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# Strategy dual with each part killed (-9) while the other side is prepared, while the stream switch waits for its pair,
# and in the countdown: the migration comes to an end that says what became of it, the game goes on with exactly one
# primary, which is at the edge whose pictures the player sees, inputs are applied, and nothing is left over.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
topology=e2e-dual-kill
# shellcheck source=tests/integration/e2e.sh
. "$(dirname "$0")/e2e.sh"
# shellcheck source=tests/integration/game.sh
. "$(dirname "$0")/game.sh"
game_begin

game_topology dual-kill '{ue: ue, account: alice}' >"$tmp/kill.yaml"

# ---- what is asked ----

sessions() { account | jq -c '[.sessions[] | [.edge, .role]] | sort'; }
# The one edge whose session may write, and which streams the picture that is shown. Stream n is over PDU session n.
place() {
	local shown
	shown=$(client /v1/status | jq -r 'select(.state == "showing") | .shown') && [ -n "$shown" ] || return
	[ "$(account | jq -r '[.sessions[] | select(.role == "primary" or .role == 1) | .edge] | join(" ")')" = \
		"$(smf "/v1/pdu-sessions/$supi/$shown" | jq -r .dnai)" ] || return
	smf "/v1/pdu-sessions/$supi/$shown" | jq -r .dnai
}
one_primary() { [ -n "$(place)" ]; }
applied() { account | jq .last_input; }
more_applied() { [ "$(applied)" -gt "$1" ]; }
alone() { # where she plays, and nowhere else
	local here there
	here=$(place) && there=$(other "$here") || return
	[ "$(edge "$here" | jq -r .state) $(edge "$there" | jq -r .state)" = 'running absent' ] &&
		[ "$(sessions | jq length)" = 1 ] && [ "$(client /v1/streams | jq '.streams | length')" = 1 ] &&
		[ "$(smf "/v1/pdu-sessions?supi=$supi" | jq '.pdu_sessions | length')" = 1 ]
}
other() { [ "$1" = edge-a ] && echo edge-b || echo edge-a; }
all_there() {
	baton status --json | jq -e '[.nodes[].daemons[].state] | all(. == "ready")' &&
		[ "$(api GET /v1/edges | jq '[.edges[] | select(.available and .applications)] | length')" = 2 ] &&
		[ "$(api GET /v1/ues | jq '.ues | length')" = 1 ] && [ "$(rest 8094 cloud /v1/services/snake-cloud | jq -r .state)" = running ]
}

begin() { # EDGE [MEMBERS]: a migration that waits for its pair for long where MEMBERS says so
	dual "$supi" "$1" "$2"
}

kill_in() { # NODE PROGRAM
	baton exec "$1" -- pkill -KILL -x "$(cut -c1-15 <<<"$2")"
}

# One move from where she plays to the other edge, in the middle of which something is killed.
one_kill() { # WHERE PROGRAM WHEN: WHERE is a node, or source, destination
	local from to node id inputs end name="$2 ($1) killed $3"
	from=$(place) || fail "$name: she plays" || return
	to=$(other "$from")
	case $1 in source) node=$from ;; destination) node=$to ;; *) node=$1 ;; esac
	case $3 in
	prepared)
		id=$(begin "$to" '"hold_ms": 500')
		wait_for 5 state_is "$id" 'synchronising|ready|switching|releasing'
		;;
	waiting)
		id=$(begin "$to" '"hold_ms": 500, "threshold": 1, "timeout_ms": 2500')
		wait_for 10 state_is "$id" switching
		;;
	holding)
		id=$(begin "$to" '"hold_ms": 4000')
		wait_for 10 state_is "$id" releasing
		;;
	esac
	kill_in "$node" "$2"
	ok "$name: the migration ends" ended "$id" 60
	end=$(field "$id" '"\(.state) \(.direction) \(.cause // "")"')
	like "$name: it says how" "$end" '^(completed (forward|back)|rolled-back|failed rollback [A-Z_]+|failed (forward|back) [A-Z_]+)'
	note "$end"
	ok "$name: she plays on, with one primary" wait_for 30 one_primary || note "$(sessions) $(client /v1/status)" >&2
	inputs=$(applied)
	ok "$name: what she does is done" wait_for 20 more_applied "$inputs"
	ok "$name: everything is back" wait_for 20 all_there
	ok "$name: nothing is left over" wait_for 15 alone ||
		note "$(sessions) $(client /v1/streams | jq -c '[.streams[] | [.n, .state, .shown]]') $(edge edge-a | jq -c .) $(edge edge-b | jq -c .) $(smf "/v1/pdu-sessions?supi=$supi" | jq -c '[.pdu_sessions[] | [.id, .dnai]]')" >&2
}

ok 'up' baton up "$tmp/kill.yaml"
e2e_env
remember
ok 'alice plays' wait_for 20 one_primary
ok 'alone' wait_for 10 alone
for when in prepared waiting holding; do
	one_kill core migration-manager $when
	one_kill ue ue-agent $when
	one_kill ue stream-client $when
	one_kill destination edge-agent $when
	one_kill destination snake-edge $when
	one_kill source snake-edge $when
	one_kill cloud snake-cloud $when
done
ok 'down' baton down
is 'nothing is there after' "$(remnants)" ''
done_testing
