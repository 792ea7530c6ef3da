#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# Daemons are killed (-9) in the middle of a switch, under traffic, and started again by their node: the migration ends
# completed or rolled back, the UE has one working primary session, everybody agrees on what there is, the next
# migration completes, and `down` leaves nothing.
#
# The moment is held still where it can be, by a UPF that is stopped (SIGSTOP) and does not answer on N4: the
# destination's keeps make-before-break in preparing (its session is not established) and break-before-make in switching
# (the UE does not come back), the source's keeps either in releasing. Make-before-break's switching is over in
# milliseconds: there the kill follows the manager's own word for it in the log.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
topology=e2e-kill
# shellcheck source=tests/integration/e2e.sh
. "$(dirname "$0")/e2e.sh"
need_command ping
e2e_begin

ok 'up' baton up "$root/topologies/two-edges.yaml"
e2e_env
core_log=/run/baton/$topology/nodes/core/core.log

here() { [ "$(primary)" -gt 0 ] && at "$1"; }
restarted() { # NODE DAEMON OLD-PID
	local pid
	pid=$(pid_of "$1" "$2")
	[ -n "$pid" ] && [ "$pid" != "$3" ]
}
other_edge() { [ "$(edge_of_service)" = edge-a ] && echo edge-b || echo edge-a; }
# Agents register once a second: a manager that was started again knows nobody at first.
registered() {
	[ "$(api GET /v1/edges | jq '.edges | length')" = 2 ] && [ "$(api GET /v1/ues | jq '.ues | length')" = 1 ]
}
all_ready() { baton status --json | jq -e '[.nodes[].daemons[].state] | all(. == "ready")'; }

freeze_upf_of() { # EDGE
	frozen=$(pid_of "upf-${1#edge-}" upf) && kill -STOP "$frozen"
}
thaw() {
	[ -z "${frozen:-}" ] || kill -CONT "$frozen" 2>/dev/null
	frozen=''
}
undo thaw

# A make-before-break whose destination has a session already would not set one up, and be over too soon. A `ue` that was
# killed has asked for all of its sessions again.
one_session() {
	local id
	while [ "$(smf /v1/pdu-sessions | jq '.pdu_sessions | length')" -gt 1 ]; do
		id=$(migrate make-before-break "$(other_edge)" 0)
		ended "$id" || return
	done
}

# One switch from where the UE is to the other edge, in the middle of which a daemon is killed.
one_kill() { # NODE DAEMON MODE STATE
	local from to pid id end next name="$2 of $1 killed in $4 ($3)"
	one_session
	from=$(edge_of_service)
	to=$(other_edge)
	wait_for 10 pid_of "$1" "$2"
	pid=$(pid_of "$1" "$2") || fail "$name: runs" || return
	probe_start 0.02
	case "$3 $4" in
	'make-before-break preparing' | 'break-before-make switching')
		freeze_upf_of "$to"
		id=$(migrate "$3" "$to" 200)
		wait_for 5 state_is "$id" "$4" && kill -9 "$pid"
		;;
	'make-before-break switching')
		local offset
		offset=$(stat -c %s "$core_log")
		{ grep -qm1 'state=switching' < <(exec tail -c +$((offset + 1)) -f "$core_log") && kill -9 "$pid"; } &
		killer=$!
		id=$(migrate "$3" "$to" 200)
		wait $killer
		;;
	*' releasing') # and at the release itself
		id=$(migrate "$3" "$to" 60000)
		wait_for 5 state_is "$id" releasing
		freeze_upf_of "$from"
		api POST "/v1/migrations/$id/switch" '' >/dev/null
		kill -9 "$pid"
		;;
	esac
	ok "$name: started again" wait_for 10 restarted "$1" "$2" "$pid"
	thaw
	ok "$name: the migration ends" ended "$id" 30
	end=$(state "$id")
	like "$name: completed or rolled back" "$end" '^(completed|rolled-back)$' || note "$(field "$id" '"\(.cause): \(.detail)"')" >&2
	[ "$end" = completed ] || { to=$from && note "$(field "$id" '"\(.cause): \(.detail)"')"; }
	ok "$name: $end, the service is at $to" wait_for 10 here "$to"
	ok "$name: all agree" wait_for 10 agree || what_they_say >&2
	probe_end
	next=$(other_edge)
	wait_for 5 registered
	id=$(migrate make-before-break $next 50)
	ok "$name: the next migration ends" ended "$id" 30
	is "$name: completed" "$(field "$id" '.state + (.cause // "" | if . == "" then "" else " " + . end)')" completed
	ok "$name: at $next" here $next
	ok "$name: all agree again" wait_for 10 agree || what_they_say >&2
}

# The answers may have stopped for good where the session's address has changed.
probe_end() {
	kill "$_probe" 2>/dev/null
	wait "$_probe" 2>/dev/null
}

what_they_say() {
	smf /v1/pdu-sessions
	ue /v1/pdu-sessions
	agent /v1/status
	upf upf-a /v1/sessions
	upf upf-b /v1/sessions
}

# The source and the destination of a switch change places with every switch; a UPF is killed in both roles.
moments=('make-before-break preparing' 'make-before-break switching' 'make-before-break releasing' 'break-before-make switching')
victims=('core migration-manager' 'upf-a upf' 'upf-b upf' 'core smf-lite' 'ue ue-agent' 'ue ue' 'gnb1 gnb' 'edge-a edge-agent')
[ $# -eq 0 ] || victims=("$*")
for victim in "${victims[@]}"; do
	for moment in "${moments[@]}"; do
		# shellcheck disable=SC2086 # each is two words
		one_kill $victim $moment
	done
done
one_kill core migration-manager break-before-make releasing

# Its node starts it again, and meanwhile the programs that it left in the kernel forward.
note 'the UPF that serves is killed: its sessions stay, and no packet is lost'
victim=upf-$(edge_of_service | sed 's/edge-//')
ok 'ready' wait_for 10 all_ready
seids() { upf "$victim" /v1/sessions | jq -c '[.sessions[].seid] | sort'; }
before=$(seids) pid=$(pid_of "$victim" upf)
probe_start
kill -9 "$pid"
ok "$victim is started again" wait_for 10 restarted "$victim" upf "$pid"
ok 'and ready' wait_for 10 all_ready
probe_stop
is 'echoes meanwhile' "$(probe_result)" '0 lost, 0 doubled'
is 'its sessions' "$(seids)" "$before"
like 'are its own, not restored by smf-lite' "$(cat "/run/baton/$topology/nodes/$victim/$victim.log")" 'what=sessions-kept sessions='
ok 'all agree' wait_for 10 agree || what_they_say >&2

ok 'every daemon is ready' wait_for 10 all_ready
remember
ok 'down' baton down
is 'nothing is left' "$(remnants)" ''
done_testing
