# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
#
# Strategy dual with something killed (-9) in the middle of it, for tests/integration/dual-kill-*.t; after e2e.sh, game.sh.
#
#   kill_run STAGE VICTIM...   a topology of its own, and for each VICTIM ("NODE PROGRAM") a move in which it is killed.
#                              NODE may be source, destination, source-upf, destination-upf, serving, idle (gNB). STAGE,
#                              or '' where each VICTIM is "STAGE NODE PROGRAM":
#                              begun      when it has just been asked for (stage i)
#                              setting-up while sessions are set up (stage ii)
#                              prepared   while the other side is prepared
#                              waiting    while the stream switch waits for its pair
#                              holding    in the countdown
#
# What must hold after each: the migration ends and its record says how; one session is primary, at the edge whose pictures
# the player sees, and what she does is done; every daemon is back; and there is nothing but what she plays by: one session
# at the cloud, one stream, one instance, one PDU session about which smf-lite, ue, ue-agent and UPFs agree, one UE context.

kill_run() { # STAGE VICTIM...
	local victim
	game_topology "$topology" '{ue: ue, account: alice}' | sed 's/^  gnb1: gnb$/&\n  gnb2: gnb/' >"$tmp/kill.yaml"
	ok 'up' baton up "$tmp/kill.yaml"
	e2e_env
	remember
	ok 'alice plays, alone' wait_for 30 alone
	for victim in "${@:2}"; do
		# shellcheck disable=SC2086 # words
		one_kill $1 $victim
	done
	ok 'down' baton down
	is 'nothing is there after' "$(remnants)" ''
	done_testing
}

# ---- what is asked ----

gnb() { rest 8086 "$@"; }
sessions() { account | jq -c '[.sessions[] | [.edge, .role]] | sort'; }
# The one edge whose session may write, and which streams the picture that is shown. Stream n is over PDU session n.
place() {
	local shown writer
	shown=$(client /v1/status | jq -r 'select(.state == "showing") | .shown') && [ -n "$shown" ] || return
	writer=$(account | jq -r '[.sessions[] | select(.role == "primary") | .edge] | join(" ")')
	[ -n "$writer" ] && [ "$writer" = "$(smf "/v1/pdu-sessions/$supi/$shown" | jq -r .dnai)" ] && echo "$writer"
}
one_primary() { [ -n "$(place)" ]; }
applied() { account | jq .last_input; }
more_applied() { [ "$(applied)" -gt "$1" ]; }
other() { [ "$1" = edge-a ] && echo edge-b || echo edge-a; }
serving() { smf /v1/ues | jq -r '[.ues[] | select(.supi == "'"$supi"'") | .gnb] | join(" ")'; }
instances() { baton exec "$1" -- pgrep -c -x snake-edge; }
contexts() {
	{ gnb gnb1 /v1/status && gnb gnb2 /v1/status; } | jq -s '[.[].contexts] | add'
}
alone() { # where she plays, and nowhere else
	local here there
	here=$(place) && there=$(other "$here") || return
	[ "$(edge "$here" | jq -r .state) $(edge "$there" | jq -r .state)" = 'running absent' ] &&
		[ "$(instances "$here") $(instances "$there")" = '1 0' ] &&
		[ "$(sessions | jq length)" = 1 ] && [ "$(client /v1/streams | jq '.streams | length')" = 1 ] &&
		[ "$(smf "/v1/pdu-sessions?supi=$supi" | jq '.pdu_sessions | length')" = 1 ] &&
		[ "$(contexts) $(smf /v1/ues | jq '.ues | length')" = '1 1' ] && agree
}
all_there() {
	baton status --json | jq -e '[.nodes[].daemons[].state] | all(. == "ready")' &&
		[ "$(api GET /v1/edges | jq '[.edges[] | select(.available and .applications)] | length')" = 2 ] &&
		[ "$(api GET /v1/ues | jq '.ues | length')" = 1 ] && [ "$(rest 8096 cloud /v1/status -o /dev/null -w '%{http_code}')" = 200 ]
}
what_they_say() {
	note "$(account | jq -c .) $(client /v1/status | jq -c .)"
	client /v1/streams | jq -c '[.streams[] | [.n, .state, .shown, .restarts, .send_errors, .joins, .cause]]'
	edge edge-a | jq -c . && edge edge-b | jq -c .
	smf "/v1/pdu-sessions?supi=$supi" | jq -c '[.pdu_sessions[] | [.id, .dnai, .state]]'
	agent /v1/status | jq -c '[.primary, .pdu_sessions]'
	note "contexts $(contexts), ues $(smf /v1/ues | jq -c .ues), instances $(instances edge-a) $(instances edge-b)"
	upf upf-a /v1/sessions | jq -c '[.sessions[].seid]' && upf upf-b /v1/sessions | jq -c '[.sessions[].seid]'
	baton status --json | jq -c '[.nodes[].daemons[] | select(.state != "ready")]'
}

sets_up() { [ "$(field "$1" '.details.stages[-1].stage')" -ge 2 ]; }

# ---- a kill ----

kill_node() { # WHERE FROM TO
	case $1 in
	source) echo "$2" ;;
	destination) echo "$3" ;;
	source-upf) echo "upf-${2#edge-}" ;;
	destination-upf) echo "upf-${3#edge-}" ;;
	serving) serving ;;
	idle) [ "$(serving)" = gnb1 ] && echo gnb2 || echo gnb1 ;;
	*) echo "$1" ;;
	esac
}

kill_in() { # NODE PROGRAM
	baton exec "$1" -- pkill -KILL -x "$(cut -c1-15 <<<"$2")"
}

one_kill() { # STAGE WHERE PROGRAM
	local from to node id inputs end name="$3 ($2) killed $1"
	from=$(place) || fail "$name: she plays" || return
	to=$(other "$from")
	node=$(kill_node "$2" "$from" "$to")
	case $1 in
	begun) id=$(dual $supi "$to" '"hold_ms": 300') ;;
	setting-up)
		id=$(dual $supi "$to" '"hold_ms": 300')
		wait_for 10 sets_up "$id"
		;;
	prepared)
		id=$(dual $supi "$to" '"hold_ms": 300')
		wait_for 10 state_is "$id" 'synchronising|ready|switching|releasing'
		;;
	waiting)
		id=$(dual $supi "$to" '"hold_ms": 300, "threshold": 1, "timeout_ms": 1500')
		wait_for 10 state_is "$id" switching
		;;
	holding)
		id=$(dual $supi "$to" '"hold_ms": 2500')
		wait_for 10 state_is "$id" releasing
		;;
	esac
	ok "$name: $node" kill_in "$node" "$3"
	ok "$name: the migration ends" ended "$id" 60
	end=$(field "$id" '"\(.state) \(.direction) \(.cause // "")"')
	like "$name: it says how" "$end" '^(completed (forward|back)|rolled-back rollback [A-Z_]+|failed (rollback|forward|back) [A-Z_]+)'
	note "$end"
	ok "$name: she plays on, with one primary" wait_for 30 one_primary || what_they_say >&2
	inputs=$(applied)
	ok "$name: what she does is done" wait_for 20 more_applied "$inputs" || what_they_say >&2
	ok "$name: everything is back" wait_for 20 all_there
	ok "$name: nothing is left over" wait_for 15 alone || what_they_say >&2
}
