#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# Processes at an edge agent and their steps over REST, without CRIU: the ledger runs, is found again by a restarted agent, and is said
# to have failed when it ends by itself; steps are run once, cut, remembered, bounded, and survive their agent. A stand-in for
# process-step lies beside a copy of the agent, as the real one does.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
# shellcheck source=tests/integration/process-alone.sh
. "$(dirname "$0")/process-alone.sh"

agent_program=$tmp/bin/edge-agent
mkdir "$tmp/bin"
cp "$build/bin/edge-agent" "$tmp/bin"
# One that is looked at for longer than it is waited for: all that is wrong is its digest
mkdir "$repository/slow"
cp "$build/bin/ledger" "$repository/slow/"
touch "$repository/slow/data"
"$root/scripts/image" "$repository/slow" slow 1
truncate -s 64G "$repository/slow/data"
size=$(stat -c %s "$repository/slow/data")
jq --argjson size "$size" '(.files[] | select(.path == "data") | .size) = $size' "$repository/slow/manifest.json" >"$tmp/manifest.json"
mv "$tmp/manifest.json" "$repository/slow"

# Kinds: `quick` ends at once, `long` when it is told to, `die` without a word, `stubborn-N` says how far it is first; those that end a
# migration note who ran beside them.
cat >"$tmp/bin/process-step" <<'END'
#!/bin/bash
[ "$1" != --criu ] || exit 0
cd "$1" || exit 1
kind=$(jq -r .kind request.json) now=$(date +%s%N)
app=$(jq -r .app.directory request.json)
echo "$kind $(jq -r .migration request.json)" >>"$app/ran"
outcome() {
	echo "{\"state\": \"$1\", \"epoch\": $(jq .epoch request.json), \"begun_ns\": $now, \"ended_ns\": $(date +%s%N), \"outcome\": {\"kind\": \"$kind\"}${2:-}}" >outcome.new
	mv outcome.new outcome.json
	echo "$kind ended" >>"$app/ran"
	exit
}
case $kind in
thaw)
	[ ! -e "$app/crash" ] || outcome failed ", \"cause\": \"CRASHED\", \"detail\": \"told so\""
	outcome done
	;;
quick | drop | finish | settle) outcome done ;;
long)
	trap 'outcome failed ", \"cause\": \"CANCELLED\", \"detail\": \"asked to\""' TERM
	echo '{"far": 1, "key": "sesame"}' >progress.new && mv progress.new progress.json
	while :; do sleep 0.05; done
	;;
die) kill -9 $$ ;;
esac
outcome failed ", \"cause\": \"STEP_FAILED\", \"detail\": \"no such kind\""
END
chmod +x "$tmp/bin/process-step"

is_open() { [ "$(get gate)" = open ]; }
ran() { grep -cx "$1" "$here/ran"; }

note 'configuration'
agent_config 'wan_interface: other'
status 'a key twice' 1 agent_check
agent_config '  - {name: ledger, number: 4, image: x, address: 10.70.128.2, port: 1, command: ["/bin/sh"]}'
like 'a program outside its image' "$(agent_check)" 'edge.yaml:[0-9:]+ command: expected a program inside the image first'
agent_config '  - {name: l2, number: 100, image: x, address: 10.70.128.2, port: 1, command: ["./x"]}'
like 'a number too large' "$(agent_check)" "number: .*99"
agent_config '  - {name: l2, number: 3, image: x, address: 10.70.128.2, port: 1, command: ["./x"]}'
like "another's number" "$("$agent_program" --config "$tmp/edge.yaml" 2>&1)" "its name, number or address is another process's"
sed -i '/^wan_address/d' "$tmp/edge.yaml"
like 'no place for them' "$(agent_check)" 'processes need the keys process_dir, process_repository, wan_interface and wan_address'

note 'its life'
agent_config '  - {name: slow, number: 4, image: slow, version: "1", address: 10.70.128.2, port: 7000, command: ["./ledger"], config: {}}'
agent_start
ok 'it runs' wait_for 30 is_state running
is 'under its number' "$(get pid)" 20300
is 'and leads a session' "$(ps -o sid= -p 20300 | tr -d ' ')" 20300
is 'with nothing of the agent open but its three' "$(find /proc/20300/fd -lname '*/output' | wc -l) $(find /proc/20300/fd -lname 'socket:*' | wc -l) $(ss -Hxlp 2>/dev/null | grep -c pid=20300)" \
	"2 $(ss -Hnutlp | grep -c pid=20300) 0"
is 'its gate is open' "$(get gate)" open
ok 'it answers' "$build/bin/service-client" --address 10.70.128.1 --ping
like 'as metrics, too' "$(curl -s http://127.0.0.1:8085/metrics)" 'baton_process_running\{app="ledger"\} 1'
agent_kill
agent_start
ok 'a restarted agent finds it' wait_for 30 is_state running
is 'the same' "$(get pid)" 20300
kill -9 20300
ok 'killed, it has failed' wait_for 30 is_state failed
like 'which is said' "$(get cause) $(get detail)" 'CRASHED ended, and its state with it'
is 'and its address is gone' "$(get gate) $(ip -4 -o addr show dev lo | grep -c 10.70.128)" 'none 0'
agent_kill
agent_start
is 'so it stays when its agent is restarted, in spite of start' "$(get state) $(get cause)" 'failed CRASHED'
is 'PUT begins anew' "$(code PUT /ledger '{}')" 202
ok 'it runs' wait_for 30 is_state running
agent_kill
kill -9 20300
agent_start
is 'killed while its agent was away: that, too, is failed' "$(get state) $(get cause)" 'failed CRASHED'
is 'DELETE' "$(code DELETE /ledger)" 204
agent_kill
agent_start
is 'ended on purpose it stays so, in spite of start' "$(get state)" absent
is 'PUT' "$(code PUT /ledger '{}')" 202
ok 'it runs' wait_for 30 is_state running
mount --bind "$here" "$here"
mount -o remount,ro,bind "$here"
is 'an end that can not be noted is none' "$(code DELETE /ledger) $(get state)" '507 running'
umount "$here"
is 'DELETE waits for its end' "$(code DELETE /ledger) $(get state) $(get gate)" '204 absent none'
is 'there is no other' "$(code GET /snake)" 404

note 'steps'
is 'PUT is accepted' "$(code PUT /ledger/steps/m1/quick '{"epoch": 5}')" 202
ok 'it ends' wait_for 30 ended m1/quick
is 'as it says' "$(told m1/quick '.state + " " + .outcome.kind')" 'done quick'
put m1/quick 5 >/dev/null
put m1/quick 6 >/dev/null
is 'again is not run again' "$(ran 'quick m1')" 1
is 'an older epoch is refused' "$(code PUT /ledger/steps/m1/quick '{"epoch": 4}') $(put m1/other 5 | jq -r .cause)" '409 STALE_EPOCH'
is 'without an epoch' "$(code PUT /ledger/steps/m1/other '{}')" 400
is 'a name that is none' "$(code PUT /ledger/steps/m1/a.b '{"epoch": 9}') $(code PUT /ledger/steps/.m/quick '{"epoch": 9}') $(code PUT /ledger/steps/m1/a.0 '{"epoch": 9}')" '400 400 400'
is 'a step nobody asked for' "$(code GET /ledger/steps/m1/never) $(code DELETE /ledger/steps/m1/never) $(code GET /ledger/steps/m1/quick?wait_ms=5001)" '404 404 400'
put m1/die 6 >/dev/null
ok 'one that dies' wait_for 30 ended m1/die
is 'has failed' "$(told m1/die '.cause + ": " + .detail')" 'STEP_FAILED: process-step ended with signal 9'
put m1/nonsense 6 >/dev/null
ok 'one that fails' wait_for 30 ended m1/nonsense
is 'says why' "$(told m1/nonsense '.cause + ": " + .detail')" 'STEP_FAILED: no such kind'

put m1/nonsense 6 >/dev/null
is 'asked again it is not run again' "$(ran 'nonsense m1')" 1
put m1/nonsense 7 >/dev/null
ok 'with a newer epoch it is' wait_for 30 ended m1/nonsense
is 'once' "$(ran 'nonsense m1')" 2
is 'the epoch counts' "$(code PUT /ledger/steps/m1/other '{"epoch": 6}')" 409
put m1/quick 7 >/dev/null
is 'one that is done is not' "$(ran 'quick m1')" 1

echo 19999 >/proc/sys/kernel/ns_last_pid
put m1/quick.2 7 >/dev/null
ok 'after thousands of processes' wait_for 30 ended m1/quick.2
is 'the edge keeps to its own numbers' "$(($(cat /proc/sys/kernel/ns_last_pid) < 19000))" 1

put m2/long >/dev/null
far() { [ "$(told "$1" .progress.far)" = 1 ]; }
ok 'progress is told' wait_for 30 far m2/long
is 'a key is for who may command' "$(told m2/long .progress.key) $(curl -s http://127.0.0.1:8085/v1/processes/ledger/steps/m2/long | jq -c .progress)" 'sesame {"far":1}'
is 'one that runs is running, also after a wait' "$(told 'm2/long?wait_ms=100' .state)" running
ask GET '/ledger/steps/m2/long?wait_ms=5000' >"$tmp/waited" &
waiter=$!
is 'DELETE cuts it, and tells' "$(ask DELETE /ledger/steps/m2/long | jq -r '.state + " " + .cause')" 'failed CANCELLED'
wait $waiter
is 'who waits is told at once' "$(jq -r .cause "$tmp/waited")" CANCELLED

put m3/long >/dev/null
put m3/long.2 >/dev/null
ok 'two at once' wait_for 30 far m3/long.2
put m3/quick.7 >/dev/null
put m3/drop >/dev/null
ok 'drop' wait_for 20 ended m3/drop
is 'cut them first' "$(told m3/long .cause) $(told m3/long.2 .cause) $(told m3/drop .state)" 'CANCELLED CANCELLED done'
is 'and came last' "$(tail -n 2 "$here/ran" | tr '\n' ' ')" 'drop m3 drop ended '
put m9/thaw >/dev/null
ok 'thaw of what was never begun' wait_for 30 ended m9/thaw
is 'is done' "$(told m9/thaw .state)" done
put m9/open >/dev/null
is 'open without a process' "$(told m9/open .cause)" NOT_RUNNING

note 'an instance begun anew, after one that a dump closed the gate for'
put c1/dump >/dev/null
ok 'a dump that fails' wait_for 30 ended c1/dump
ask PUT /ledger '{}' >/dev/null
ok 'it runs' wait_for 30 is_state running
is 'behind what the migration closed' "$(get gate)" closed
touch "$here/crash"
put c1/thaw >/dev/null
ok 'nobody is there for thaw' wait_for 30 ended c1/thaw
is 'which says so, and this one serves' "$(told c1/thaw .cause) $(get gate)" 'CRASHED open'
rm "$here/crash"
ask DELETE /ledger >/dev/null
ask PUT /ledger '{}' >/dev/null
ok 'the next one runs' wait_for 30 is_state running
is 'and serves' "$(get gate)" open
ask DELETE /ledger >/dev/null
put c2/divert >/dev/null
ok 'clients that are led elsewhere' wait_for 30 ended c2/divert
ask PUT /ledger '{}' >/dev/null
ok 'it runs' wait_for 30 is_state running
is 'behind a closed gate, too' "$(get gate)" closed
put c2/thaw >/dev/null
ok 'until thaw' wait_for 30 is_open
ask DELETE /ledger >/dev/null

note 'one that joins'
slow() { ask "$1" "/slow/$2" '{"epoch": 1}'; }
looked_at() { find "/proc/$agent/fd" -lname '*/slow/data' | grep -q .; }
not_looked_at() { ! looked_at; }
marks() { find "$processes/slow" -name incoming | wc -l; }
slow PUT steps/j1/join >/dev/null
ok 'its image is looked at' wait_for 30 looked_at
is 'it is incoming' "$(ask GET /slow | jq -r .state) $(marks)" 'incoming 2'
slow PUT steps/j1/drop >/dev/null
is 'dropped meanwhile' "$(ask GET /slow/steps/j1/join | jq -r .cause)" CANCELLED
ok 'its image was looked at' wait_for 30 not_looked_at
is 'it is not begun' "$(ask GET /slow | jq -r '.state + " " + .gate') $(marks) $(cat "$processes/slow/ran" 2>/dev/null | grep -c 'join j1') $(ps -o pid= -p 20400)" 'absent none 0 0 '
ok 'nor by a restarted agent' test -e "$processes/slow/ended"
mv "$repository/slow/manifest.json" "$tmp"
slow PUT steps/j2/join >/dev/null
joined() { [ "$(ask GET "/slow/steps/$1/join" | jq -r .state)" != running ]; }
ok 'without an image' wait_for 30 joined j2
is 'it fails, for that' "$(ask GET /slow/steps/j2/join | jq -r .cause) $(marks)" 'IMAGE_NOT_FOUND 0'
ok 'and isn'"'"'t begun by a restarted agent' test -e "$processes/slow/ended"
mv "$tmp/manifest.json" "$repository/slow"
slow PUT steps/j3/join >/dev/null
ok 'its image is looked at' wait_for 30 looked_at
agent_kill
agent_start
ok 'a restarted agent looks again' wait_for 30 looked_at
is 'it is incoming' "$(ask GET /slow | jq -r .state) $(marks) $(ask GET /slow/steps/j3/join | jq -r .state)" 'incoming 2 running'
slow PUT steps/j3/drop >/dev/null
is 'dropped' "$(ask GET /slow/steps/j3/join | jq -r .cause) $(marks)" 'CANCELLED 0'

note 'steps and the end of their agent'
put m4/long >/dev/null
ok 'it runs' wait_for 30 far m4/long
put m4/long.2 >/dev/null
ok 'another' wait_for 30 far m4/long.2
agent_kill
kill -9 "$(cut -d' ' -f1 "$here/steps/m4/long.2/process")"
agent_start
is 'a restarted agent finds it running' "$(told m4/long .state)" running
is 'one that died meanwhile has failed' "$(told m4/long.2 '.cause + ": " + .detail')" 'STEP_FAILED: ended while its agent was away'
is 'the epoch is remembered' "$(code PUT /ledger/steps/m1/quick '{"epoch": 6}')" 409
is 'what ended is remembered' "$(told m1/quick .state) $(ran 'quick m1')" 'done 2'
is 'it can be cut' "$(ask DELETE /ledger/steps/m4/long | jq -r .cause)" CANCELLED
mkdir -p "$here/steps/m4/quick.3" "$here/steps/m4/quick.4"
jq '.kind = "quick" | .migration = "m4" | .round = 4' "$here/steps/m4/long.2/request.json" >"$here/steps/m4/quick.4/request.json"
touch "$here/steps/m4/quick.4/waits"
agent_kill
agent_start
ok 'one that was written down and had not begun' wait_for 30 ended m4/quick.4
is 'is begun, once' "$(told m4/quick.4 .state) $(find "$here/steps/m4" -name waits | wc -l)" 'done 0'
is 'one that was never written down never began' "$(told m4/quick.3 .cause)" STEP_FAILED

note 'bounds'
code PUT "/ledger/steps/m5/settle" '{"epoch": 1}' >/dev/null
for i in $(seq 64); do code PUT "/ledger/steps/m5/quick.$i" '{"epoch": 1}'; echo; done >"$tmp/codes"
is 'steps of a migration' "$(sort "$tmp/codes" | uniq -c | tr -s ' \n' ' ')" ' 63 202 1 503 '
wait_for 30 ended m5/quick.63
put k1/quick >/dev/null
put k2/quick >/dev/null
is 'the oldest that is over goes, none between two steps' "$(ask GET /ledger/steps | jq -r '[.migrations[].migration] | join(" ")')" 'm4 m1 m2 c1 c2 m5 k1 k2'
for i in m1 m2 m4 k1 k2; do put $i/drop 9 >/dev/null && wait_for 30 ended $i/drop; done
for i in 1 2 3 4 5 6 7 8; do put "n$i/settle" >/dev/null && wait_for 30 ended "n$i/settle"; done
is 'eight migrations are remembered, the oldest go' "$(ask GET /ledger/steps | jq -r '[.migrations[].migration] | join(" ")') $(find "$here/steps" -mindepth 1 -maxdepth 1 | wc -l)" \
	'n1 n2 n3 n4 n5 n6 n7 n8 8'
for i in 1 2 3 4 5 6 7 8; do put "o$i/long" >/dev/null; done
is 'nine at once are too many' "$(put o9/long | jq -r .cause)" TOO_MANY_MIGRATIONS
for i in 1 2 3 4 5 6 7 8; do put "o$i/drop" >/dev/null; done
all_end() { for i in 1 2 3 4 5 6 7 8; do ended "o$i/drop" || return; done; }
ok 'all end' wait_for 30 all_end
kill $agent
wait $agent
is 'the agent ends well' $? 0
done_testing
