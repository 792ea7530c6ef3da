#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# What is left behind: nothing, whatever was killed and when; and what isn't Baton's is not touched.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
topology=topo-down
# shellcheck source=tests/integration/standin.sh
. "$(dirname "$0")/standin.sh"
need_command ping

record=/run/baton/$topology/state.json
# A second topology, and things of others with names close to ours, that must outlive everything below
echo "{name: other-$topology, nodes: {a: host, b: host}, links: [{between: [a, b]}]}" >"$tmp/b.yaml"
undo eval "[ ! -e /run/baton/other-$topology ] || $build/bin/baton down other-$topology --force"
"$build/bin/baton" up "$tmp/b.yaml" >/dev/null
ip netns add "$topology.own" 2>/dev/null
undo ip netns del "$topology.own"
link=tdl$$
ip link add $link type veth peer name "${link}p"
undo ip link del $link
ip link set $link alias "baton:${topology}x"

others_stand() {
	"$build/bin/baton" --name "other-$topology" exec a -- ping -q -c 1 -W 2 b &&
		ip netns exec "$topology.own" true &&
		ip link show $link
}
# remnants, but for our own bystanders
left() { remnants | grep -v "[ /]$topology\.own"; }
ok 'bystanders are there' others_stand
is 'and nothing of ours' "$(left)" ''

# Up goes on in the background; its process is $maker.
begin() {
	"$build/bin/baton" --name "$topology" up "$topology_file" "$@" >"$tmp/up.out" 2>&1 &
	maker=$!
}

# Conditions, in the order in which up makes things; each is seen at once or not at all, so they spin.
exists() { [ -e "$1" ]; }
host_link() { grep -qx "baton:$topology" /sys/class/net/bt-*/ifalias 2>/dev/null; }
netns_files() { compgen -G "/run/netns/$topology.core" >/dev/null; }
first_init() { [ -e "$record" ] && [ "$(jq '[.nodes[] | select(.pid > 0)] | length' "$record" 2>/dev/null)" -gt 0 ] 2>/dev/null; }
daemon_log() { compgen -G "/run/baton/$topology/nodes/*/*.log" >/dev/null; }
spin() { # COMMAND...: until it succeeds or up has ended
	while ! "$@"; do kill -0 $maker 2>/dev/null || return; done
}
maker_killed() { # SIGNAL WHEN...
	begin --timeout 5
	spin "${@:2}"
	kill "-$1" $maker 2>/dev/null
	wait $maker 2>/dev/null
	ended=$?
}
inits() { pgrep -f "^baton-init $topology/" | wc -l; }
no_inits() { [ "$(inits)" = 0 ]; }

behave gnb never # so that the kill always comes before the end
moments=("exists /run/baton/$topology" "exists $record" "exists /run/baton/$topology/token" "exists /run/baton/$topology/topology.yaml"
	"exists /run/baton/$topology/bpf/gnb1" first_init netns_files host_link daemon_log)
for moment in "${moments[@]}"; do
	note "kill -9 of up: $moment"
	# shellcheck disable=SC2086 # a command and its argument
	maker_killed KILL $moment
	is 'up was killed' "$ended" 137
	ok 'its inits end by themselves' wait_for 5 no_inits
	status 'down' 0 baton down
	is 'nothing is left' "$(left)" ''
	status 'a second down is 6' 6 baton down
done

for moment in "${moments[@]}"; do
	note "Ctrl-C: $moment"
	# shellcheck disable=SC2086 # several words
	maker_killed INT $moment
	is 'up says that it was interrupted' "$ended" 130
	is 'nothing is left' "$(left)" ''
done
like 'in clear words' "$(cat "$tmp/up.out")" 'interrupted; everything was taken down again'
maker_killed TERM daemon_log
is 'SIGTERM is the same' "$ended $(left)" '130 '

note 'kill -9 in the middle, at times that nobody chose'
bad=''
for ((i = 1; i <= 25; i++)); do
	begin --timeout 5
	# a number of failed execs is as good a clock as any, and grows from nothing to longer than up takes
	for ((k = 0; k < i * i; k++)); do exists "/nowhere/$k" || [ $((k % 8)) -ne 0 ] || (:); done
	kill -KILL $maker 2>/dev/null
	wait $maker 2>/dev/null
	baton down >"$tmp/down.out" 2>&1
	case $? in 0 | 6) ;; *) bad+="round $i: $(cat "$tmp/down.out")" ;; esac
	wait_for 5 no_inits
	bad+=$(left)
done
is 'nothing is left after any of them' "$bad" ''

note 'what is left is made room for'
maker_killed KILL host_link
behave gnb ready
ok 'up after a kill' baton up "$topology_file"
remember
is 'is whole' "$(baton status --json | jq -r '.state + " " + ([.nodes[].daemons[].state] | unique | join(","))')" 'up ready'

note 'a node dies'
kill -9 "$(jq '.nodes[] | select(.name == "gnb1") | .pid' "$record")"
gone() { [ "$(baton status --json | jq -r '.nodes[] | select(.name == "gnb1") | .state')" = gone ]; }
ok 'status says so' wait_for 5 gone
status 'exec says so' 1 baton exec gnb1 -- true
like 'in clear words' "$_output" 'node gnb1 can.t be entered'
ok 'the others live' baton exec gnb2 -- true
ok 'down' baton down
is 'nothing is left' "$(left)" ''

note 'all inits die'
ok 'up' up
remember
for pid in $(jq '.nodes[].pid' "$record"); do kill -9 "$pid"; done
ok 'they end' wait_for 5 no_inits
is 'status' "$(baton status --json | jq -r .state)" dead
ok 'down' baton down
is 'nothing is left' "$(left)" ''

note 'foreign processes'
ok 'up' up
remember
ip netns exec "$topology.core" sleep 3601 &
foreign=$!
in_core() { [ "$(stat -Lc %i /proc/$foreign/ns/net)" = "$(stat -Lc %i "/run/netns/$topology.core")" ]; }
ok 'someone is in the core' wait_for 5 in_core
status 'down refuses' 1 baton down
like 'and names the process' "$_output" "node core, process $foreign: sleep 3601"
is 'everything still runs' "$(baton status --json | jq -r .state)" up
status 'exec is not foreign' 0 baton exec core -- true
ok 'down --force' baton down --force
wait $foreign 2>/dev/null
is 'ended it' $? 137
is 'nothing is left' "$(left)" ''

note 'a command of baton exec that is stopped'
ok 'up' up
remember
"$build/bin/baton" --name "$topology" exec core -- sleep 3602 &
stopped=$!
runs() { pgrep -f '^sleep 3602$'; }
ok 'it runs' wait_for 5 runs
kill -STOP $stopped
ok 'does not hold up down' baton down
nok 'and is gone' runs
is 'nothing is left' "$(left)" ''
kill -9 $stopped 2>/dev/null
wait $stopped 2>/dev/null

note 'while another up is at work'
behave gnb never
begin --timeout 8
spin daemon_log
status 'down refuses' 1 baton down
like 'and names the process' "$_output" "being brought up by process $maker"
status 'up says that it is up' 5 up
ok 'down --force ends it' baton down --force
wait $maker 2>/dev/null
is 'it was killed' $? 137
is 'nothing is left' "$(left)" ''
behave gnb ready

note 'records'
ok 'up' up
remember
cp "$record" "$tmp/record"
echo '{"version": 1' >"$record"
status 'a broken record' 1 baton status
like 'is told, with what to do' "$_output" 'can.t be read.*baton down'
cp "$tmp/record" "$record"
ok 'down' baton down
is 'nothing is left' "$(left)" ''

# After a reboot with /run on disk: files, but no mounts or processes; numbers that are someone else's now
mkdir -p "/run/baton/$topology/nodes/core" && touch "/run/netns/$topology.core"
sleep 3603 &
bystander=$!
jq --argjson pid $bystander '.boot_id = "00000000-0000-0000-0000-000000000000" | .nodes |= map(.pid = $pid)' "$tmp/record" >"$record"
ok 'down after a reboot' baton down
is 'removes the files' "$(left)" ''
ok 'and touches no process' kill -0 $bystander
mkdir -p "/run/baton/$topology"
jq --argjson pid $bystander '.nodes |= map(.pid = $pid)' "$tmp/record" >"$record"
ok 'down with a number that came round' baton down
ok 'touches no process either' kill -0 $bystander
is 'and removes the files' "$(left)" ''
mkdir -p "/run/baton/$topology"
echo '{' >"$record"
ok 'down of a record that cannot be read' baton down
is 'removes the files' "$(left)" ''
mkdir -p "/run/baton/$topology"
jq '.nodes[0].name = "../../../tmp/x"' "$tmp/record" >"$record"
ok 'a record with a path for a name is not believed' baton down
is 'and removed' "$(left)" ''
mkdir -p "/run/baton/$topology/nodes"
ok 'up after all of this' up
ok 'down' baton down
kill $bystander && wait $bystander 2>/dev/null

note 'someone else has the name now'
ok 'up' up
remember
umount "/run/netns/$topology.core" && rm "/run/netns/$topology.core" && ip netns add "$topology.core"
ok 'down' baton down
ok 'leaves their namespace alone' ip netns exec "$topology.core" true
ip netns del "$topology.core"
is 'nothing of ours is left' "$(left)" ''

ok 'bystanders are still there' others_stand
ok 'down of the second' "$build/bin/baton" down "other-$topology"
done_testing
