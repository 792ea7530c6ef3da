#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# A hundred switches back and forth between two instances of snake-edge, with inputs before, at and after each: every
# input is applied once, no frame is missing in either stream, and nothing grows.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
need_root
need_command ip unshare jq curl
need_built "$build/bin/snake-edge" "$build/bin/snake-cloud" "$build/integration/snake_edge_client"
[ -n "${SNAKE_EDGE_NET:-}" ] || become unshare -n env SNAKE_EDGE_NET=1 "$(readlink -f "$0")"
# shellcheck source=tests/integration/snake_edge_net.sh
. "$(dirname "$0")/snake_edge_net.sh"
run ip link set lo up
write_configs
undo stop_all

start cloud snake-cloud
start a snake-edge
start b snake-edge
for edge in a b; do
	status_of $edge PUT /v1/players/ann '{}' >"$tmp/status"
	ok "edge $edge is synchronised" wait_for 10 player_is $edge ann synchronised
	client u$edge $edge ann
	ok "edge $edge streams" wait_for 10 at_least 10 frames u$edge
done
memory() { awk '/^VmRSS/ { print $2 }' "/proc/${pid_of[$1]}/status"; }
descriptors() { find "/proc/${pid_of[$1]}/fd" -mindepth 1 | wc -l; }

# Inputs that are under way at the switch are said to the old primary first, and by the same numbers to the new one, as
# a UE does that has no acknowledgement yet.
input=0 failed=0
switch() { # NUMBER FROM TO
	local kinds="$((1 + $1 % 4)) 5 6"
	say "$2" "once $((input + 1)) $kinds"
	say "$3" "switch $1"
	say "$3" "input $((input + 1)) $kinds"
	input=$((input + 3))
	wait_for 10 heard "$3" "role $1 1 0" && wait_for 10 heard "$2" "role $1 2 0" && wait_for 10 acked "$3"
}
acked() { [ "$(last_frame "$1" 6)" -ge $input ]; }
for ((number = 1; number <= 100; number += 2)); do
	switch $number ua ub || failed=$((failed + 1))
	switch $((number + 1)) ub ua || failed=$((failed + 1))
	if [ $number = 9 ]; then
		early_a=$(memory a) early_b=$(memory b) early_fds=$(descriptors a)
	fi
done
is 'no switch failed' $failed 0
is 'the cloud accepted a hundred' "$(rest cloud GET /v1/status | jq .sessions.switches_accepted)" 100
is 'none was stale' "$(rest cloud GET /v1/status | jq .sessions.switches_stale)" 0
is 'the last input is applied' "$(account ann .last_input)" 300
is 'each was applied once' "$(rest cloud GET /v1/status | jq .inputs.applied)" 300
is 'one primary' "$(account ann '[.sessions[] | select(.role == "primary") | .edge] | join(" ")')" edge-a
for edge in a b; do
	is "edge $edge: every frame was rendered" "$(gaps $edge ann)" 0
	is "edge $edge: and seen" "$(grep '^frame' "$tmp/u$edge.out" | awk 'NR > 1 && $4 != last + 1 { n++ } { last = $4 } END { print n + 0 }')" 0
	is "edge $edge: ticks never go back" "$(grep '^frame' "$tmp/u$edge.out" | awk '$5 < last { n++ } { last = $5 } END { print n + 0 }')" 0
	is "edge $edge: inputs neither" "$(grep '^frame' "$tmp/u$edge.out" | awk '$6 < last { n++ } { last = $6 } END { print n + 0 }')" 0
	is "edge $edge: no link was lost" "$(metric $edge baton_snake_edge_links_lost_total)" 0
	is "edge $edge: fifty signals" "$(metric $edge 'baton_snake_edge_signals_total{outcome="sent"}')" 50
done
is 'no descriptor is left' "$(descriptors a)" "$early_fds"
case $build in
*/san) skip 'memory does not grow' 'the sanitizers keep what was freed' ;;
*) ok 'memory does not grow' test $(($(memory a) - early_a)) -lt 2048 -a $(($(memory b) - early_b)) -lt 2048 ;;
esac
leave ua
leave ub
stop a TERM
is 'edge a ends in order' $? 0
stop b TERM
is 'edge b, too' $? 0
done_testing
