#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# A topology as its user finds it: PDU sessions, the services over each of them, MTU, walls, the commands of `baton`,
# two topologies side by side, and nothing left after `down`.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
topology=e2e-use
# shellcheck source=tests/integration/e2e.sh
. "$(dirname "$0")/e2e.sh"
need_command ping iperf3
e2e_begin

is 'nothing is there before' "$(remnants)" ''
status 'status of what is not up is 6' 6 baton status
ok 'up' baton up "$root/topologies/two-edges.yaml"
like 'says what is up' "$_output" '2 of 2 PDU sessions active'
e2e_env
remember

note 'status --json'
is 'the topology is up' "$(jq -r '.topology + " " + .state' <<<"$_status")" "$topology up"
is 'every node is up' "$(jq -c '[.nodes[] | select(.state == "up") | .name] | sort' <<<"$_status")" \
	'["cloud","core","edge-a","edge-b","gnb1","gnb2","ue","upf-a","upf-b"]'
is 'every daemon is ready, none was restarted' "$(jq -c '[.nodes[].daemons[] | [.state, .restarts]] | unique' <<<"$_status")" \
	'[["ready",0]]'
is 'the UE has two PDU sessions' "$(jq -c '[.pdu_sessions[] | [.id, .state, .ssc_mode, .mtu, .device]]' <<<"$_status")" \
	'[[1,"active",3,1456,"pdu1"],[2,"active",3,1456,"pdu2"]]'
is 'their anchors' "$(smf /v1/pdu-sessions | jq -c '[.pdu_sessions[] | [.id, .dnai, .upf]] | sort')" \
	'[[1,"edge-a","upf-a"],[2,"edge-b","upf-b"]]'
is 'addresses are of their pools' "$(jq -c '[.pdu_sessions[].address | split(".")[0:3] | join(".")]' <<<"$_status")" \
	'["10.60.1","10.60.2"]'
ok 'smf-lite, ue, ue-agent and UPFs agree' wait_for 5 agree
ok 'wait: nothing to wait for' baton wait --timeout 5

note 'services'
ok 'ping the service by name' in_ue ping -q -c 3 -i 0.1 -W 2 service
like 'none was lost' "$_output" '3 received, 0% packet loss'
is 'the primary session reaches its edge' "$(edge_of_service)" edge-a
is 'session 1 reaches edge-a' "$(edge_of_service --pdu 1)" edge-a
is 'session 2 reaches edge-b' "$(edge_of_service --pdu 2)" edge-b
is 'with its own address' "$(in_ue --pdu 2 curl -s --max-time 3 http://service/ | jq -r .client)" \
	"$(jq -r '.pdu_sessions[1].address' <<<"$_status")"
for id in 1 2; do
	ok "ping over session $id" in_ue --pdu $id ping -q -c 2 -i 0.1 -W 2 service
	ok "ping the cloud over session $id" in_ue --pdu $id ping -q -c 2 -i 0.1 -W 2 cloud
done

# iperf3's server takes one client at a time and may not have seen the end of the one before.
transfer() { # OPTION...
	in_ue "${@:1}" --json >"$tmp/iperf.json"
}
# Uplink the server is told of the end before it has read everything, and counts what it had read.
moved() { jq -e '.end | .sum_sent.bytes >= 2000000 and .sum_received.bytes > 0' "$tmp/iperf.json"; }
for id in 1 2; do
	ok "TCP uplink over session $id" wait_for 10 transfer --pdu $id iperf3 -c service -n 2M
	ok 'which moves data' moved
	ok "TCP downlink over session $id" wait_for 10 transfer --pdu $id iperf3 -c service -n 2M -R
	ok 'which moves data' moved
done
ok 'UDP by iperf3' wait_for 10 transfer iperf3 -c service -u -b 20M -n 1M -l 1400
is 'no datagram was lost' "$(jq '.end.sum.lost_packets' "$tmp/iperf.json")" 0
ok 'the UPFs dropped nothing' test "$(for upf in upf-a upf-b; do
	upf $upf /v1/status | jq '[.drops[]] | add // 0'
done | tr '\n' ' ')" = '0 0 '

note 'MTU: 1456 leaves room for IPv4, UDP, GTP-U and its PDU session container in 1500'
mtu=$(jq -r '.pdu_sessions[0].mtu' <<<"$_status")
ok 'a packet of the session MTU passes' in_ue ping -q -c 1 -W 2 -M "do" -s $((mtu - 28)) service
nok 'one byte more does not leave the UE' in_ue ping -c 1 -W 2 -M "do" -s $((mtu - 27)) service
like 'which is told' "$_output" "message too long, mtu=$mtu"
ok 'without DF it goes in fragments' in_ue ping -q -c 1 -W 2 -M dont -s 3000 service
address_of_ue=$(jq -r '.pdu_sessions[0].address' <<<"$_status")
ok 'downlink: the session MTU passes' baton exec edge-a -- ping -q -c 1 -W 2 -M "do" -s $((mtu - 28)) "$address_of_ue"
nok 'downlink: one byte more does not' baton exec edge-a -- ping -c 1 -W 2 -M "do" -s $((mtu - 27)) "$address_of_ue"
like 'and the UPF says fragmentation needed' "$_output" "10\.110\.1\.1.*Frag needed and DF set \(mtu = $mtu\)"
ok 'the edge has learnt the path MTU' baton exec edge-a -- ip route get "$address_of_ue"
like 'of this session' "$_output" "mtu $mtu"

note 'walls: user packets reach N6 and what is behind it, and nothing of the network itself'
drops() { upf upf-a /v1/status | jq '[.drops[]] | add // 0'; }
before=$(drops)
for place in 'N4 of the core 10.100.128.1' 'N2 of the core 10.100.0.1' 'N3 of the other UPF 10.101.2.2' \
	'N3 of its own UPF 10.101.2.1' "management of the core $(address core)" "management of its UPF $(address upf-a)"; do
	nok "the UE does not reach ${place% *}" in_ue --pdu 1 ping -c 2 -i 0.1 -W 0.3 "${place##* }"
done
is 'each was dropped and counted' "$(($(drops) - before))" 12
nok 'nor N4 by UDP or TCP: no answer, and no refusal either' in_ue --pdu 1 curl -s --max-time 0.5 http://10.100.128.1:8805/
nok 'nor the REST of a daemon' in_ue --pdu 1 curl -s --max-time 0.5 "http://$(address upf-a):8082/v1/status"
nok 'a source address that is not the session'"'"'s does not pass' in_ue --pdu 2 ping -c 2 -i 0.1 -W 0.3 -I "$address_of_ue" service

note 'commands'
status 'exec: the exit status of the command' 37 in_ue sh -c 'exit 37'
status 'exec: a command that is not there' 127 in_ue no-such-command
status 'exec: a signal' 143 in_ue sh -c 'kill -TERM $$'
is 'exec: standard input is passed on' "$(echo word | in_ue cat)" word
is 'exec: the host name is the node'"'"'s' "$(in_ue uname -n)" ue
status 'exec: no such node' 1 baton exec nowhere -- true
status 'exec: no such session' 1 in_ue --pdu 7 true
ok 'nodes know each other by name' baton exec core -- ping -q -c 1 -W 2 upf-a
like 'logs of a daemon' "$(baton logs ue --daemon ue)" 'session=1 what=established'
nok 'and of no other' grep -q ue-agent: <(baton logs ue --daemon ue)
is 'env: the URL answers' "$(curl -s "$BATON_URL/v1/about" | jq -r .name)" migration-manager
is 'and the token opens' "$(api POST /v1/migrations '{}' -o /dev/null -w '%{http_code}')" 400
is 'which nothing else does' "$(BATON_TOKEN=x api POST /v1/migrations '{}' -o /dev/null -w '%{http_code}')" 401
is 'ip netns exec works, too' "$(ip netns exec "$topology.ue" ip -j link show pdu1 | jq -r '.[].ifname')" pdu1
status 'a second up of the same name, if it is to be new, is 5' 5 baton up --new "$root/topologies/two-edges.yaml"
ok 'else there is nothing to do' baton up "$root/topologies/two-edges.yaml"
ok 'and changes nothing' agree

note 'side by side'
other() { "$build/bin/baton" --name "$topology-2" "$@"; }
undo eval "[ ! -e /run/baton/$topology-2 ] || other down --force"
ok 'a second topology' other up "$root/topologies/one-edge.yaml"
is 'has a PDU session of its own' "$(other status --json | jq '.pdu_sessions | length')" 1
is 'and an edge' "$(other exec ue -- curl -s --max-time 3 http://service/ | jq -r .edge)" edge-a
is 'management prefixes differ' "$(jq -rs '[.[].nodes[0].address] | unique | length' <(other status --json) <(baton status --json))" 2
nok 'which of the two is asked for when none is said' "$build/bin/baton" env
ok 'the second goes' other down
ok 'the first is still whole' agree
is 'and serves' "$(edge_of_service)" edge-a

ok 'down' baton down
is 'nothing is left' "$(remnants)" ''
status 'a second down is 6' 6 baton down
is 'nothing is left of the second' "$(topology=$topology-2 remnants)" ''
done_testing
