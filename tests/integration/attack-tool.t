#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# The tool under adverse use: closed and full outputs, tiny shapes, links and daemons that change in the middle of a
# measurement, a state that can't be kept, a node that was killed. What happened is told, and nothing is taken for what
# it isn't.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
topology=attack-tool
# shellcheck source=tests/integration/e2e.sh
. "$(dirname "$0")/e2e.sh"
e2e_begin
need_command jq

program="$build/bin/baton"
into_full() { "$program" --name "$topology" "$@" >/dev/full; }
without_input() { "$program" --name "$topology" "$@" <&-; }
without_output() { "$program" --name "$topology" "$@" >&-; }

# ---- before anything is up ----

for words in 'version' 'help' 'list' 'doctor' 'schema' "validate $root/topologies/two-edges.yaml" '--version'; do
	# shellcheck disable=SC2086 # several words
	status "'$words' to a full disk" 1 into_full $words
	like 'is told' "$_output" "standard output can't be written"
done
ok 'who reads only the beginning has it' bash -o pipefail -c "'$program' schema | head -c 1 | grep -q ."
status 'a closed output' 0 without_output version
for seconds in 0 -1 3601 x; do
	status "up --timeout $seconds" 2 baton up "$root/topologies/two-edges.yaml" --timeout "$seconds"
	like 'says what would be right' "$_output" "expected seconds above 0 and up to 3600, found '$seconds'"
done

status 'an option that is none' 2 baton up --nope x
like 'is told by baton' "$_output" "^baton: up: unrecognized option '--nope'"

# ---- tiny shapes ----

sed 's/^links:.*/links:\n  - {between: [ue, gnb1], loss: 0.00005%, delay: 2ms}/' "$root/topologies/two-edges.yaml" >"$tmp/tiny.yaml"
grep -q '0.00005%' "$tmp/tiny.yaml" || printf 'links:\n  - {between: [ue, gnb1], loss: 0.00005%%, delay: 2ms}\n' >>"$tmp/tiny.yaml"
ok 'a tiny share is valid' baton validate "$tmp/tiny.yaml"
ok 'and comes up' baton up "$tmp/tiny.yaml" || { done_testing && exit 1; }
e2e_env
ok 'a tinier one on a running link' baton link set ue gnb1 loss=0.000001%
like 'is told as it is' "$(baton status)" 'loss 0.000001%'
ok 'the topology can be read on' baton up "$tmp/tiny.yaml"
status 'what is below the resolution' 2 baton link set ue gnb1 delay=0.4us
like 'is refused' "$_output" 'delay: expected 0us or at least 1us'

# ---- what is told ----

like 'status has the fabric, with link-shaper' "$(baton status)" 'fabric +fabric .* link-shaper ready pid [0-9]+'
is 'as JSON, too' "$(baton --json status | jq -r '.fabric.daemons[].name')" link-shaper
ok 'a link is changed' baton link set ue gnb1 delay=7ms
like 'and drawn as it is' "$(baton graph running --format dot)" 'delay 7ms'
for words in status '--json status' env logs link 'link --json' events; do
	# shellcheck disable=SC2086 # several words
	status "'$words' to a full disk" 1 into_full $words
done
status 'logs of a daemon that is none' 2 baton logs --daemon nope
like 'names those there are' "$_output" "expected one of init, smf-lite, .*found 'nope'"
ok 'a plain link can be named' baton check links gnb1:n3
like 'and is told to be plain' "$_output" "isn't shaped, so there is nothing to check"
ok 'capture without an input' without_input capture ue --duration 0.3 --out "$tmp/x.pcapng"
status 'capture without an output' 0 without_output capture ue --duration 0.3
events_closed() { timeout 1 "$program" --name "$topology" events --follow >&-; }
status 'events without an output' 124 events_closed

# ---- what can't be kept ----

kept=/run/baton/$topology/nodes/fabric
state=$(sed -n 's/^state: *//p' "$kept/link-shaper.yaml" | tr -d '"')
state=$kept/${state##*/}
mkdir "$state.new"
status 'a shape that no restart would know' 1 baton link set ue gnb1 delay=9ms
like 'is refused' "$_output" "nothing was changed: it can't be kept in"
rmdir "$state.new"
like 'and is not half there' "$(baton status)" 'delay 7ms'
nok 'not at all' grep -q 'delay 9ms' <<<"$(baton status)"

# ---- in the middle of a measurement ----

begun() { api GET /v1/migrations | jq '.migrations | length'; }
before=$(begun)
one_more() { [ "$(begun)" -gt "$before" ]; }
restarts() { baton --json status | jq '[.nodes[] | select(.name == "edge-a") | .daemons[] | select(.name == "iperf3") | .restarts][0]'; }
"$program" --name "$topology" measure switch --json --quiet --out "$tmp/out" --mode make-before-break:3 >"$tmp/report.json" 2>"$tmp/errors" &
measuring=$!
ok 'a measurement goes on' wait_for 30 one_more
ok 'a link is changed meanwhile' baton link set ue gnb1 delay=8ms
ok 'and changed back' baton link set ue gnb1 delay=7ms
kill -9 "$(baton --json status | jq '.nodes[] | select(.name == "edge-a") | .daemons[] | select(.name == "iperf3") | .pid')"
wait "$measuring"
is 'it ends' $? 0
marks=$(jq -r '.marks[]' "$tmp/report.json")
like 'links are marked' "$marks" 'links were changed during the run'
like 'and the daemon' "$marks" 'iperf3 of edge-a was restarted during the run'
is 'with the links as they were' "$(jq '.links_before | length > 0' "$tmp/report.json")" true

ok 'a folder of measure --out can be compared' baton compare "$tmp/out" "$tmp/out"
status 'one of nothing' 1 baton compare "$tmp/out" "$root/docs"
like 'is told to be one' "$_output" 'has neither result.json nor report.json'

# ---- a node that was killed ----

kill -9 "$(baton --json status | jq '.nodes[] | select(.name == "edge-a") | .pid')"
status 'wait for a node that is gone' 1 baton wait --timeout 1
like 'says so' "$_output" 'node edge-a is gone'
status 'capture there' 1 baton capture edge-a --duration 1 --out "$tmp/y.pcapng"
like 'too' "$_output" 'node edge-a is gone'

done_testing
