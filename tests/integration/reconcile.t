#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# `up` on a running topology: what differs from the file is changed, and nothing else; `validate`.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
topology=reconcile
# shellcheck source=tests/integration/e2e.sh
. "$(dirname "$0")/e2e.sh"
need_command ping jq
e2e_begin
record=/run/baton/$topology/state.json

file() { # NAME: a topology from standard input
	cat >"$tmp/$1.yaml"
	echo "$tmp/$1.yaml"
}
pid() { jq --arg node "$1" '.nodes[] | select(.name == $node) | .pid' "$record"; }
reaches() { baton exec "$1" -- ping -q -c 1 -W 2 "$2"; }
changes() { # FILE: of --dry-run --json, a line each
	baton up --dry-run --json "$1" | jq -r '.changes[] | "\(.action) \(.what) \(.name)"' | sort
}

a=$(file a <<END
name: $topology
nodes: {h1: host, r1: router, h2: host, s1: host, s2: host, s3: host}
networks: {lan: {members: [s1, s2, s3, r1], prefix: 192.168.7.0/24}}
links:
  - {between: [h1, r1], prefix: 10.9.1.0/24}
  - {between: [r1, h2], prefix: 10.9.2.0/24}
END
)
b=$(file b <<END
name: $topology
nodes: {h0: host, h1: host, r1: router, h2: host, s1: host, s3: host, s4: host}
networks: {lan: {members: [{node: s4, address: 192.168.7.2}, {node: s1, address: 192.168.7.1}, {node: s3, address: 192.168.7.30}, {node: r1, address: 192.168.7.4}], prefix: 192.168.7.0/24}}
links:
  - {between: [h0, r1], prefix: 10.9.3.0/24}
  - {between: [h1, r1], prefix: 10.9.1.0/24}
  - {between: [r1, h2], prefix: 10.9.2.0/24, rate: 50Mbit, mtu: 1400, addresses: [10.9.2.1, 10.9.2.77]}
END
)

note 'dry run'
status 'of what is not up' 8 baton up --dry-run "$a"
like 'says what would be made' "$_output" "$topology is not up; would make:.*node h1 \(host\).*link h1:to-r1 - r1:to-h1"
is 'and makes nothing' "$(remnants)" ''
ok 'up' baton up "$a"
ok 'of what is as the file says' baton up --dry-run "$a"
is 'as JSON' "$(baton up --dry-run --json "$a" | jq -c '[.running, .done, (.changes | length)]')" '[true,false,0]'
before=$(sha256sum "$record")
status 'of another file' 8 baton up --dry-run "$b"
is 'says what would change' "$(changes "$b")" "add link h0:to-r1 - r1:to-h0
add link s4:lan - lan
add node h0
add node s4
change address h2:to-r1
change address s3:lan
change mtu h2:to-r1
change mtu r1:to-h2
change shape h2:to-r1
change shape r1:to-h2
remove link s2:lan - lan
remove node s2"
is 'and does nothing' "$(sha256sum "$record")" "$before"

note 'change'
stay=$(for n in h1 r1 h2 s1 s3 fabric; do pid $n; done)
baton exec h1 -- ping -q -i 0.002 -c 300 10.9.1.2 >"$tmp/ping" 2>&1 &
pinger=$!
baton exec s1 -- ping -q -i 0.002 -c 300 192.168.7.4 >"$tmp/ping2" 2>&1 &
pinger2=$!
wait_for 5 pgrep -f '^ping -q -i 0.002 -c 300 10.9.1.2'
ok 'up with another file' baton up "$b"
like 'says what was changed' "$_output" '\+ node h0 \(host\)'
is 'inits of nodes that stay stay' "$(for n in h1 r1 h2 s1 s3 fabric; do pid $n; done)" "$stay"
wait $pinger $pinger2
like 'no packet was lost on a link that stays' "$(cat "$tmp/ping")" '300 received, 0% packet loss'
like 'nor on a bridge that stays' "$(cat "$tmp/ping2")" '300 received, 0% packet loss'
for pair in 'h0 h2' 'h1 s4' 's4 s1' 's1 s4' 'h2 s3' 's3 h0'; do
	# shellcheck disable=SC2086 # two words
	ok "reach each other: $pair" reaches $pair
done
is 'the address' "$(baton exec h2 -- ip -j -4 addr show to-r1 | jq -r '.[].addr_info[].local')" 10.9.2.77
is 'the MTU' "$(baton exec r1 -- cat /sys/class/net/to-h2/mtu)" 1400
like 'the rate' "$(baton exec r1 -- tc qdisc show dev to-h2)" 'tbf .* rate 50Mbit'
is 'no name of the node that went' "$(baton exec h1 -- grep -c 's2' /etc/hosts)" 0
is 'nor its namespace' "$(ip netns | grep -c "$topology.s2")" 0
ok 'it is as the file says' baton up --dry-run "$b"
ok 'and back' baton up "$a"
ok 'it is as the first file says' baton up --dry-run "$a"
nok 'the rate is gone' eval "baton exec r1 -- tc qdisc show dev to-h2 | grep -q tbf"
for pair in 'h1 h2' 's2 s1' 'h2 s3'; do
	# shellcheck disable=SC2086 # two words
	ok "reach each other: $pair" reaches $pair
done

note 'what died is made again'
stay=$(for n in r1 h2 s1 s2 s3 fabric; do pid $n; done)
old=$(pid h1)
kill -9 "$old"
baton exec s2 -- ip link del lan
h1_is_gone() { [ "$(baton status --json | jq -r '.nodes[] | select(.name == "h1") | .state')" = gone ]; }
wait_for 5 h1_is_gone
is 'the difference' "$(changes "$a")" 'add link h1:to-r1 - r1:to-h1
add link s2:lan
add node h1
remove link h1:to-r1 - r1:to-h1
remove node h1'
ok 'up' baton up "$a"
is 'the others stay' "$(for n in r1 h2 s1 s2 s3 fabric; do pid $n; done)" "$stay"
ok 'the node is reached' reaches h2 h1
ok 'and the interface is there again' reaches h2 s2
ok 'nothing more to do' baton up --dry-run "$a"

note 'what cannot be changed'
fixed=$(file fixed < <(sed 's/^name.*/&\nmcc: "999"/' "$b"))
before=$(sha256sum "$record")
status 'is a mistake' 3 baton up "$fixed"
like 'with its place, and why' "$_output" "fixed.yaml:2:6: mcc can't change while '$topology' is up: .*baton down $topology"
is 'and nothing is done' "$(sha256sum "$record")" "$before"
baton exec s2 -- true
ip netns exec "$topology.s2" sleep 3604 &
foreign=$!
in_s2() { [ "$(stat -Lc %i /proc/$foreign/ns/net)" = "$(stat -Lc %i "/run/netns/$topology.s2")" ]; }
wait_for 5 in_s2
status 'a node with a process of somebody else is not removed' 1 baton up "$b"
like 'which is named' "$_output" "node s2 is to be removed, and process $foreign isn't Baton's: sleep 3604"
is 'before anything is done' "$(sha256sum "$record")" "$before"
kill $foreign && wait $foreign 2>/dev/null
ok 'down' baton down
is 'nothing is left' "$(remnants)" ''

note 'daemons'
one=$(file one <<END
name: $topology
nodes: {core: core, gnb1: gnb, upf-a: {kind: upf, edge: edge-a}, edge-a: edge, cloud: cloud, ue: {kind: ue, sessions: [{dnn: internet, anchor: edge-a}]}}
services: {service: 10.70.0.1}
END
)
two=$(file two <<END
name: $topology
nodes: {core: core, gnb1: gnb, upf-a: {kind: upf, edge: edge-a}, upf-b: {kind: upf, edge: edge-b}, edge-a: edge, edge-b: edge, cloud: cloud, ue: {kind: ue, sessions: [{dnn: internet, anchor: edge-a}, {dnn: internet, anchor: edge-b}]}}
services: {service: 10.70.0.1}
END
)
daemon() { baton status --json | jq -r --arg daemon "$1" '.nodes[].daemons[] | select(.name == $daemon) | .pid' | head -1; }
ok 'up' baton up "$one"
same="$(daemon ue-agent) $(daemon edge-agent)"
smf=$(daemon smf-lite)
ok 'another UPF and edge, and a second session' baton up "$two"
is 'who is not concerned runs on' "$(daemon ue-agent) $(daemon edge-agent)" "$same"
nok 'smf-lite was started again' test "$(daemon smf-lite)" = "$smf"
is 'both sessions are there' "$(baton status --json | jq -c '[.pdu_sessions[] | [.id, .state]]')" '[[1,"active"],[2,"active"]]'
for n in service edge-a edge-b cloud; do ok "the UE reaches $n" reaches ue $n; done
ok 'it is as the file says' baton up --dry-run "$two"
ok 'and back' baton up "$one"
is 'one session' "$(baton status --json | jq -c '[.pdu_sessions[] | [.id, .state]]')" '[[1,"active"]]'
ok 'the UE reaches the service' reaches ue service

note 'a UE comes and goes beside another'
more=$(file more < <(sed 's/}]}}$/}]}, ue2: ue}/' "$one"))
gnb=$(daemon gnb)
baton exec ue -- ping -q -i 0.002 -c 300 service >"$tmp/ping" 2>&1 &
pinger=$!
wait_for 5 pgrep -f '^ping -q -i 0.002 -c 300 service'
ok 'up' baton up "$more"
like 'its gNB is told to read its file' "$_output" 'daemon gnb of gnb1 .told to read its configuration again'
ok 'the other UE reaches the service' reaches ue2 service
ue2=$(pid ue2)
kill -9 "$ue2"
ue2_is_gone() { [ "$(baton status --json | jq -r '.nodes[] | select(.name == "ue2") | .state')" = gone ]; }
wait_for 5 ue2_is_gone
ok 'it is made again when it died' baton up "$more"
ok 'and reaches the service' reaches ue2 service
ok 'and goes' baton up "$one"
wait $pinger
like 'no packet of the first was lost' "$(cat "$tmp/ping")" '300 received, 0% packet loss'
is 'by the same gNB' "$(daemon gnb)" "$gnb"
cp "/run/baton/$topology/nodes/gnb1/gnb.yaml" "$tmp/gnb.yaml"
echo 'radios: [' >"/run/baton/$topology/nodes/gnb1/gnb.yaml"
kill -HUP "$gnb"
refused() { baton logs gnb1 | grep -q 'gnb: error config error=.*gnb.yaml'; }
ok 'a bad file is refused' wait_for 5 refused
ok 'and changes nothing' reaches ue service
cp "$tmp/gnb.yaml" "/run/baton/$topology/nodes/gnb1/gnb.yaml"
is 'the gNB lives' "$(daemon gnb)" "$gnb"
ok 'down' baton down
is 'nothing is left' "$(remnants)" ''

note 'validate'
wrong=$(file wrong <<<$'name: x\nnodes:\n  a: hoost')
ok 'good files, as nobody' setpriv --reuid=65534 --clear-groups "$build/bin/baton" validate topologies/one-edge.yaml topologies/two-edges.yaml
like 'counts' "$_output" 'topologies/two-edges.yaml: ok: topology two-edges, 9 nodes, 8 networks and links, 21 interfaces, 1 services'
status 'a mistake' 3 baton validate "$a" "$wrong" "$b"
like 'has its place, and others are read' "$_output" 'a.yaml: ok.*wrong.yaml:3:6: kind: expected core.*b.yaml: ok'
validate_json() { baton validate --json "$@" >"$tmp/json"; }
status 'as JSON' 3 validate_json "$a" "$wrong"
is 'for an editor' "$(jq -c '[.[].ok], .[0].counts.nodes, (.[1].mistakes[0] | [.line, .column])' "$tmp/json" | tr '\n' ' ')" '[true,false] 6 [3,6] '
status 'a file that is not there' 1 baton validate "$tmp/none.yaml"
status 'no file' 2 baton validate
done_testing
