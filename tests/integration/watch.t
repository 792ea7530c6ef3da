#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# What is watched: `baton logs` over all nodes, in order and across rotation; `baton events` over a migration, a daemon that is killed, a link that
# goes down, and the end of the topology.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
topology=view-watch
# shellcheck source=tests/integration/e2e.sh
. "$(dirname "$0")/e2e.sh"
e2e_begin
ok 'up' baton up "$root/topologies/two-edges.yaml"
e2e_env

follow() { # FILE COMMAND...: baton, in the background
	"$build/bin/baton" --name "$topology" "${@:2}" >"$1" 2>"$1.log" &
	_pids+=("$!")
	_last=$!
	undo end_pids $!
}
has() { grep -Eq "$2" "$1"; }

note 'logs of all nodes'
all=$(baton logs)
is 'every node with daemons is there' "$(awk '{print $1}' <<<"$all" | sort -u | grep -v -e cloud -e fabric | xargs)" 'core edge-a edge-b gnb1 gnb2 ue upf-a upf-b'
is 'in order of time' "$(awk '{print $2}' <<<"$all" | sort -c 2>&1)" ''
is 'no colour in a file' "$(grep -c $'\033' <<<"$all")" 0
ok 'colour on a terminal' grep -q $'\033\[3' <(script -qec "'$build/bin/baton' --name $topology logs core ue" /dev/null)
is 'one node has no column' "$(baton logs upf-a | grep -vc '^20')" 0
is 'a daemon of all nodes' "$(baton logs --daemon upf | awk '{print $1, $3}' | sort -u | xargs)" 'upf-a upf: upf-b upf:'
status 'an unknown node' 1 baton logs upf-x
log=/run/baton/$topology/nodes/upf-a/upf-a.log
follow "$tmp/follow" logs upf-a upf-b -f
ok 'following shows what was' wait_for 10 has "$tmp/follow" '^upf-a .*what=ready'
mv "$log" "$log.1" && echo '2099-01-01T00:00:00.000000Z upf: after the rotation' >"$log"
ok 'and goes on after a rotation' wait_for 10 has "$tmp/follow" '^upf-a +2099.*after the rotation'
ok 'which shows nothing twice' test "$(grep -c 'what=started' "$tmp/follow")" = 2
mv "$log.1" "$log" # to who follows it is a new file, too
follow "$tmp/follow2" logs -f
ok 'all, followed' wait_for 10 has "$tmp/follow2" '^ue '
pid=$(pid_of gnb2 gnb) && kill -9 "$pid"
ok 'a daemon that is killed' wait_for 10 has "$tmp/follow2" '^gnb2 .*what=ended daemon=gnb .*signal 9'
ok 'and started again' wait_for 10 eval '[ "$(grep -c "^gnb2 .*what=ready" "$tmp/follow2")" = 2 ]'
ok 'wait: the sessions are back' baton wait

ok 'wait: conditions that hold' baton wait --session ue:2=active --daemon upf-a:upf=ready --node ue=up --link cloud:wan=up --session ue:9=none
status 'wait: one that does not' 1 baton wait --session ue:2=releasing --node ue=up --timeout 0.1
like 'is told, with what is' "$_output" '1 of 2 conditions did not come:
  --session ue:2=releasing: is active'

note 'events'
past=$(baton events)
like 'daemons that were started' "$past" 'upf-a +daemon +daemon=upf state=started pid='
like 'and one that ended, by what' "$past" 'gnb2 +daemon +daemon=gnb state=ended pid=[0-9]+ end="signal 9"'
is 'in order' "$(awk '{print $1}' <<<"$past" | sort -c 2>&1)" ''
follow "$tmp/json" events --follow --json
follow "$tmp/text" events --follow
ok 'streams are open' wait_for 10 eval '[ "$(grep -c "\"state\":\"open\"" "$tmp/json")" = 3 ]'
migration=$(migrate make-before-break edge-b 100)
ok 'wait: for a migration' baton wait --migration "$migration=completed"
ok 'a migration' wait_for 20 ended "$migration"
for state in preparing switching releasing completed; do
	ok "$state is told" wait_for 5 has "$tmp/json" "\"event\":\"migration\".*\"state\":\"$state\""
done
ok 'a PDU session that is released' wait_for 5 has "$tmp/json" '"event":"pdu-session".*"state":"released"'
ok 'every line is JSON with a time' jq -es 'all(.[]; .time_ns > 0 and .event and .node) and ([.[].time_ns] | . == sort)' "$tmp/json"
baton exec cloud -- ip link set wan down
ok 'a link that goes down' wait_for 5 has "$tmp/text" 'cloud +link +interface=wan state=down up=false'
baton exec cloud -- ip link set wan up
ok 'and comes up' wait_for 5 has "$tmp/text" 'cloud +link +interface=wan state=up up=true'
pid=$(pid_of core migration-manager) && kill -9 "$pid"
ok 'a stream that breaks' wait_for 10 has "$tmp/text" 'core +stream +from=migration-manager state=broken'
ok 'and is opened again' wait_for 10 eval '[ "$(grep -c "stream .*from=migration-manager state=open" "$tmp/text")" = 2 ]'
is 'nothing is told twice' "$(grep -c 'migration=m1 state=completed\|state=completed .*migration=m1' "$tmp/text")" 1
like 'what was, with the journal' "$(baton events --since 5m)" "migration .*state=completed"
is 'nothing of the future' "$(baton events --since 2099-01-01T00:00:00Z)" ''
status 'a wrong time' 2 baton events --since yesterday
like 'with what would be right' "$_output" 'such as 30s, 5m or 2h'
kill -INT "$_last" && wait "$_last"
is 'Ctrl-C ends it cleanly' $? 0
ok 'down' baton down
ok 'nodes that end are told' wait_for 5 has "$tmp/json" '"node":"ue","event":"node","state":"ended"'
for pid in "${_pids[@]}"; do
	ok 'the end of the topology ends it' wait_for 5 eval "! kill -0 $pid"
done
done_testing
