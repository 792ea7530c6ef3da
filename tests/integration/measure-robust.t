#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# `baton measure switch` when things go wrong: mistakes are told before the first probe; what was measured is told when
# daemons die, somebody interferes, the disk is full, Ctrl-C comes or the topology goes; nothing hangs.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
topology=meas-robust
# shellcheck source=tests/integration/e2e.sh
. "$(dirname "$0")/e2e.sh"
e2e_begin
need_command mount unshare

ok 'up' baton up "$root/topologies/two-edges.yaml" || { done_testing && exit 1; }
e2e_env

measure() { baton measure switch "$@"; }
report() { jq -r "$1" "$tmp/report.json"; } # FILTER

# In the background: standard output in report.json, error in errors
measure_begin() {
	# not by a function: the signals are for baton, not for a shell around it
	"$build/bin/baton" --name "$topology" measure switch --json --quiet "$@" >"$tmp/report.json" 2>"$tmp/errors" &
	measuring=$!
	undo end_pids $measuring
	begun=$(migrations)
}
migrations() { api GET /v1/migrations | jq '.migrations | length'; }
more_begun() { [ "$(migrations)" -ge $((begun + $1)) ]; }
measure_ended() { # NAME STATUS: within a time, which is not the measurement's but a hang's
	local got=0
	wait_for 60 not_there $measuring || fail "$1: ends"
	wait $measuring || got=$?
	is "$1" $got "$2"
}
not_there() { ! kill -0 "$1"; }

# ---- mistakes ----

status 'an interval that is too short is a mistake' 2 measure --interval 10us
like 'and what was expected is said' "$_output" "expected 100us to 10ms, found '10us'"
status 'an unknown UE' 1 measure --ue ue7
like 'in words' "$_output" "has no UE 'ue7'"
status 'an unknown service' 1 measure --service video
like 'in words' "$_output" "has no service 'video'"
begun=$(migrations)
status 'a folder that cannot be made' 1 measure --out /proc/x
like 'in words' "$_output" '--out /proc/x: No such file'
is 'before anything was switched' "$(migrations)" "$begun"

in_full_folder() {
	mkdir -p "$tmp/full"
	# shellcheck disable=SC2016 # expanded in there
	unshare -m bash -c 'mount -t tmpfs -o size=32k none "$1" && echo old >"$1/report.csv" && "${@:2}" --out "$1"; status=$?
		ls -A "$1"; cat "$1/report.csv"; exit $status' - "$tmp/full" "$build/bin/baton" --name "$topology" measure switch "$@"
}
status 'a disk that is full' 1 in_full_folder --mode make-before-break:2 --quiet
like 'is told' "$_output" 'report.json can.t be written: No space left on device'
like 'what was measured is told all the same' "$_output" 'switches completed +2 of 2'
like 'and what was there before is left, nothing else' "$_output" 'report\.csv'$'\n''old$'

# ---- others ----

measure_begin --mode make-before-break:3
wait_for 20 more_begun 1
status 'a second measurement of the same UE' 1 measure --switches 1
like 'is refused in words' "$_output" 'UE ue is being measured already'
measure_ended 'the first one goes on' 0
is 'undisturbed' "$(report '[.samples[] | select(.completed)] | length')" 3

# shellcheck disable=SC2119 # its argument may be left out
migration=$(migrate make-before-break "$(jq -r --arg at "$(edge_of_service)" '[.nodes[] | select(.kind == "edge") | .name |
	select(. != $at)][0]' <<<"$_status")" 30000)
wait_for 10 state_is "$migration" releasing
status "somebody else's migration" 1 measure --switches 1 --quiet --out "$tmp/none"
like 'is named' "$_output" "somebody else is migrating the UE: migration $migration"
nok 'a report of nothing is not written' test -e "$tmp/none/report.json"
api POST "/v1/migrations/$migration/switch" >/dev/null # ends the hold
ok 'it ends' ended "$migration"

# ---- daemons ----

measure_begin --mode make-before-break:8
wait_for 20 more_begun 3
run kill -9 "$(pid_of core migration-manager)"
measure_ended 'the manager is killed' 0
is 'all switches are in the report' "$(report '.modes["make-before-break"].switches')" 8
is 'most of them completed' "$(report '.modes["make-before-break"].failed <= 1')" true

measure_begin --mode make-before-break:8
wait_for 20 more_begun 3
run kill -9 "$(pid_of edge-a edge-agent)"
measure_ended 'an edge agent is killed' 0
like 'which is noticed' "$(cat "$tmp/errors")" 'the edge agent of edge-a was restarted: what it received .* is not known'
is 'and noted with the switches that it disturbed' "$(report '[.samples[] | select(.note) | .note] | unique | .[]')" \
	'the edge agent of edge-a was restarted'
is 'of which nobody knows what was lost' "$(report '[.samples[] | select(.note) | .uplink.lost, .downlink.lost] | unique | .[]')" null
is 'the others are known' "$(report '[.samples[] | select(.completed and (.note | not)) | .uplink.lost] | all(. != null)')" true
is 'and alone are in the figures' "$(report '.modes["make-before-break"].uplink.lost ==
	([.samples[] | select(.completed and (.note | not)) | .uplink.lost] | add)')" true

# ---- the end before the end ----

measure_begin --mode make-before-break:500
wait_for 20 more_begun 3
run kill -INT $measuring
measure_ended 'Ctrl-C' 130
is 'what was measured until then is told' "$(report '.samples | length >= 3 and length < 20')" true
like 'and what happens is said' "$(cat "$tmp/errors")" 'ending after the switch under way'

measure_begin --mode make-before-break:4 --interval 100us
measure_ended 'a probe every 100 us' 0
is 'all were sent' "$(report '[.samples[].packets.sent | length > 2500] | all')" true
is 'how late is said' "$(report '[.samples[].sender_gap_us | type] | unique | .[]')" number

measure_begin --mode make-before-break:500
wait_for 20 more_begun 3
ok 'the topology is taken down' baton down
measure_ended 'which ends the measurement' 1
like 'in words' "$(cat "$tmp/errors")" "topology $topology was taken down"
is 'with what was measured' "$(report '.samples | length >= 2')" true
done_testing
