# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
#
# Two players at one edge, one of whom is moved: for tests/integration/dual.t and dual-turn.t, after e2e.sh and game.sh.
#
#   dual_begin                 the topology is up; alice (the UE ue) and bob (ue2) play at edge-a, nobody moves
#   bob_sees_nothing           what bob has got since dual_begin is no worse than what he got before (B17, B33)
#   dual_end                   nothing but what alice plays by is there; down, and nothing is left

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
# Bob's frames (arrivals) from the FROMth to before the TOth, and how many of the gaps between them are above two frame
# intervals
arrived() { client '/v1/streams/1/frames?from=999999999' ue2 | jq .next; }
has_arrived() { [ "$(arrived)" -ge "$1" ]; }
gaps() { # FROM TO
	local from=$1 page rows=()
	while [ "$from" -lt "$2" ]; do
		page=$(client "/v1/streams/1/frames?from=$from" ue2) && from=$(jq .next <<<"$page") || return
		rows+=("$page")
		[ "$(jq '.frames | length' <<<"$page")" -gt 0 ] || break
	done
	printf '%s\n' "${rows[@]}" | jq -sc --argjson count $(($2 - $1)) '[.[].frames[][6]][:$count] | [length, ([.[1:], .[:-1]] | transpose | map(select(.[0] - .[1] > 2e9 / 30)) | length)]'
}
end_hold() {
	api POST "/v1/migrations/$1/switch" | jq -r '.state'
}
# A capture of these interfaces, from now to capture_end, which lists its packets for seen
capture_begin() { # INTERFACE...
	capture_to "$tmp/capture.pcapng" "$@"
	ok 'a capture runs' grep -q '^capturing on' "$tmp/capture.pcapng.log"
}
capture_end() {
	kill -INT $_capture
	wait $_capture
	tshark -r "$tmp/capture.pcapng" -T fields -e frame.protocols -e pfcp.msg_type -e ngap.procedureCode \
		-e http.request.uri -e tcp.port 2>/dev/null >"$tmp/packets"
}
# How many packets: $1 protocols, $2 PFCP's types, $3 NGAP's procedures, $4 URI, $5 TCP's ports; lists are "A,B"
seen() { # AWK-CONDITION
	awk -F'\t' "$1 { n++ } END { print n + 0 }" "$tmp/packets"
}
# "COUNT VALUE ..." of a column, of those packets
kinds() { # AWK-CONDITION COLUMN
	awk -F'\t' "$1 { print \$$2 }" "$tmp/packets" | sort | uniq -c | xargs
}

# ---- begin and end ----

dual_begin() {
	game_topology dual '{ue: ue, account: alice, trigger: {rtt: 120ms, for: 3s, hold_off: 60s}}' \
		'{ue: ue2, account: bob}' >"$tmp/dual.yaml"
	ok 'up' baton up "$tmp/dual.yaml"
	e2e_env
	remember
	ok 'alice plays' wait_for 20 shows 1
	ok 'bob plays' wait_for 20 shows 1 ue2
	is 'both at edge-a' "$(instance edge-a) $(instance edge-b)" 'running absent'
	ok 'alice is written for by edge-a alone' wait_for 5 primary_at alice edge-a
	_bob=$(client /v1/streams/1 ue2 | jq -c '[.restarts, .lost, .keys]')
	# Noise of this machine, now: what bob sees while nobody moves
	_quiet=$(arrived)
	ok 'bob sees some frames' wait_for 30 has_arrived $((_quiet + 120))
	_moving=$(arrived)
}

# Share of bob's gaps above two intervals while alice moved, against that before; loose, as machines are
bob_sees_nothing() {
	local before during
	before=$(gaps "$_quiet" "$_moving") during=$(gaps "$_moving" "$(arrived)")
	note "bob: frames and gaps before $before, during $during"
	ok 'bob has not seen it: gaps as before' jq -ne --argjson b "$before" --argjson d "$during" '$d[0] > 100 and $d[1] / $d[0] <= 3 * $b[1] / $b[0] + 0.05'
	is 'bob lost nothing' "$(client /v1/streams/1 ue2 | jq -c '[.restarts, .lost, .keys]')" "$_bob"
	ok 'bob is shown' wait_for 5 shows 1 ue2
}

dual_end() {
	note 'nothing is left'
	ok 'smf-lite, ue and ue-agent agree' wait_for 5 test "$(smf "/v1/pdu-sessions?supi=$supi" | jq '.pdu_sessions | length')" = 1
	is 'no daemon was restarted' "$(baton status --json | jq -c '[.nodes[].daemons[].restarts] | unique')" '[0]'
	ok 'down' baton down
	is 'nothing is there after' "$(remnants)" ''
	done_testing
}
