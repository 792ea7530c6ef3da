#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# Topologies of hosts and routers: links, routes, shapes, what a node is made of, exit codes, and the machine around
# them, of which nothing changes.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
topology=topo-plain
# shellcheck source=tests/integration/e2e.sh
. "$(dirname "$0")/e2e.sh"
need_root
need_command ip tc ping jq perl setpriv
need_built "$build/bin/baton"
[ ! -e "/run/baton/$topology" ] || baton down --force >&2
undo eval "[ ! -e /run/baton/$topology ] || baton down --force"

file() { # NAME: a topology from standard input
	cat >"$tmp/$1.yaml"
	echo "$tmp/$1.yaml"
}
in_node() { baton exec "$@"; }

chain=$(file chain <<END
name: $topology
nodes: {h1: host, r1: router, r2: router, h2: host, s1: host, s2: host, s3: host}
networks:
  lan: {members: [s1, s2, {node: s3, interface: eth7}, r2], prefix: 192.168.7.0/24, mtu: 1400}
links:
  - {between: [h1, r1]}
  - {between: [r1, r2], rate: 80Mbit, prefix: 10.9.0.0/30}
  - {between: [r2, h2], addresses: [10.130.3.9, 10.130.3.10], interfaces: [left, right]}
  - {between: [s1, lan], rate: 5Mbit}
END
)

# The host's own settings, interfaces of the topology and of others' tests apart
host_settings() {
	local path
	for path in /proc/sys/net/ipv4/ip_forward /proc/sys/net/ipv4/conf/{all,default,lo}/* /proc/sys/net/ipv6/conf/{all,default,lo}/disable_ipv6; do
		printf '%s ' "$path" && cat "$path" 2>/dev/null || echo
	done
}
settings=$(host_settings)

note 'before anything is made'
status 'usage' 2 baton
status 'an unknown command' 2 baton upp
like 'is named' "$_output" "unknown command 'upp'"
status 'an unknown option' 2 baton up --fast x
status 'up without a file' 2 baton up
status 'a file that is not there' 1 baton up "$tmp/none.yaml"
like 'is named' "$_output" 'none.yaml: No such file'
status 'a mistake in the file' 3 baton up "$(file wrong <<<$'name: x\nnodes:\n  a: hoost')"
like 'with its place' "$_output" 'wrong.yaml:3:6: kind: expected core, ue, '
status 'not root' 4 setpriv --reuid=65534 --clear-groups "$build/bin/baton" --name "$topology" up topologies/one-edge.yaml
like 'is said' "$_output" 'needs root'
chmod 755 "$tmp"
status 'a mistake counts more than not being root' 3 setpriv --reuid=65534 --clear-groups "$build/bin/baton" up "$tmp/wrong.yaml"
status 'down of what is not up' 6 baton down
status 'exec in what is not up' 6 in_node h1 -- true
is 'nothing was made by any of them' "$(remnants)" ''

delayed=$(file delayed <<<"{name: $topology, nodes: {a: host, b: host}, links: [{between: [a, b], delay: 20ms}]}")
ok 'a delay, with netem or without' baton up "$delayed"
ok 'is there' in_node a -- ping -q -c 1 -W 2 b
like 'both ways' "$_output" 'min/avg/max/mdev = (4[0-9]|5[0-9])\.'
like 'status says by what' "$(baton status --json | jq -r '.links[0].forward.shaped_by')" '^(user|netem)$'
ok 'down' baton down

note 'a chain and a network'
ok 'up' baton up "$chain"
like 'says what is up' "$_output" "$topology is up: 7 nodes, "
remember
ok 'ping over two routers, by name' in_node h1 -- ping -q -c 2 -i 0.1 -W 2 h2
ok 'and to the network of four' in_node h1 -- ping -q -c 2 -i 0.1 -W 2 s3
ok 'within the network' in_node s1 -- ping -q -c 1 -W 2 s2
is 'two hops' "$(in_node h1 -- ping -c 1 -W 2 h2 | grep -o 'ttl=[0-9]*')" ttl=62
is 'addresses and names of interfaces as asked' \
	"$(in_node h2 -- ip -j -4 addr show right | jq -r '.[].addr_info[].local') $(in_node s3 -- cat /sys/class/net/eth7/mtu)" '10.130.3.10 1400'
like 'a neighbour is permanent' "$(in_node h1 -- ip neigh show dev to-r1)" PERMANENT
like 'rate: tbf at one end' "$(in_node r1 -- tc qdisc show dev to-r2)" 'qdisc tbf .* rate 80Mbit'
like 'and at the other' "$(in_node r2 -- tc qdisc show dev to-r1)" 'qdisc tbf .* rate 80Mbit'
like 'to a network: at the node' "$(in_node s1 -- tc qdisc show dev lan)" 'qdisc tbf .* rate 5Mbit'
like 'and in the fabric' "$(in_node fabric -- tc qdisc show dev s1.lan)" 'qdisc tbf .* rate 5Mbit'
unlike_tbf=$(in_node s2 -- tc qdisc show dev lan)
is 'others are not shaped' "${unlike_tbf/tbf/}" "$unlike_tbf"
is 'status tells of the shapes' "$(baton status --json | jq -c '[.links[] | select(.forward.shaped_by == "tbf") | [.network, .forward.rate_bps, .backward.rate_bps]]')" \
	'[["lan",5000000,5000000],["r1-r2",80000000,80000000]]'
like 'as a table, too' "$(baton status)" 'tbf: rate 80Mbit'

note 'what a node is'
is 'process 1 is its init' "$(in_node h1 -- cat /proc/1/comm)" baton-init
is 'it sees its own processes alone' "$(in_node h1 -- sh -c 'echo /proc/[0-9]*' | wc -w)" 2
is 'its name' "$(in_node h1 -- cat /proc/sys/kernel/hostname)" h1
is '/sys shows its own interfaces' "$(in_node h1 -- ls /sys/class/net | sort | tr '\n' ' ')" 'lo mgmt0 to-r1 '
is '/sys/fs/bpf is a bpffs' "$(in_node h1 -- stat -f -c %T /sys/fs/bpf)" bpf_fs
is 'the same in each' "$(in_node h1 -- stat -c %d /sys/fs/bpf)" "$(in_node r2 -- stat -c %d /sys/fs/bpf)"
is 'forwarding where it belongs' "$(for n in h1 r1; do in_node $n -- cat /proc/sys/net/ipv4/ip_forward; done | tr '\n' ' ')" '0 1 '
is 'no filter of return paths' "$(in_node r1 -- sh -c 'cat /proc/sys/net/ipv4/conf/*/rp_filter' | sort -u)" 0
is 'mounts of other namespaces are not copied' "$(in_node h1 -- grep -c " /run/netns/" /proc/self/mountinfo)" 0
is 'the working directory is kept' "$(cd "$tmp" && in_node h1 -- pwd)" "$tmp"
host_end=$(jq -r .host_interface "/run/baton/$topology/state.json")
is 'the link to the host is told by its alias' "$(cat "/sys/class/net/$host_end/ifalias")" "baton:$topology"
ok 'the host reaches a node by it' ping -q -c 1 -W 2 "$(baton status --json | jq -r '.nodes[0].address')"
is 'the run directory is for root alone' "$(stat -c '%a' "/run/baton/$topology") $(stat -c %a "/run/baton/$topology/token")" '700 600'
status 'logs of a node without daemons' 1 baton logs h1
status 'env without a core' 1 baton env
ok 'wait: nothing to wait for' baton wait --timeout 1

note 'exec'
status 'the exit status' 37 in_node h1 -- sh -c 'exit 37'
status 'a signal' 137 in_node h1 -- sh -c 'kill -9 $$'
status 'no such command' 127 in_node h1 -- no-such-command
status 'one that cannot be run' 126 in_node h1 -- /etc/passwd
status 'no such node' 1 in_node h9 -- true
status 'usage' 2 in_node
status 'no such session id' 2 in_node h1 --pdu 16 -- true
"$build/bin/baton" --name "$topology" exec h1 -- \
	sh -c 'trap "echo caught; exit 3" TERM; echo ready; while :; do sleep 0.05; done' >"$tmp/out" &
exec_pid=$!
wait_for 5 grep -q ready "$tmp/out"
kill -TERM $exec_pid
wait $exec_pid
is 'a signal to baton exec reaches the command' "$? $(tail -1 "$tmp/out")" '3 caught'
is 'fifty in a row' "$(for ((i = 0; i < 50; i++)); do in_node h1 -- true || echo "bad: $?"; done)" ''

note 'the machine around it'
is 'its settings are untouched' "$(host_settings)" "$settings"
ok 'a second up has nothing to do' baton up "$chain"
like 'and says so' "$_output" "$topology is up and as the file says"
status 'with --new it is 5' 5 baton up --new "$chain"
ok 'the first still works' in_node h1 -- ping -q -c 1 -W 2 h2
ip netns add "$topology-x.h1" && undo eval "! ip netns | grep -q '^$topology-x.h1' || ip netns del $topology-x.h1"
status 'a namespace of that name that is not ours' 1 "$build/bin/baton" --name "$topology-x" up "$chain"
like 'is not touched' "$_output" "/run/netns/$topology-x.h1 is there and isn't Baton's"
ok 'it is still there' ip netns exec "$topology-x.h1" true
nok 'and no run directory' test -e "/run/baton/$topology-x"
prefix=$(jq -r '.management + "/" + (.management_len | tostring)' "/run/baton/$topology/state.json")
status 'a management prefix that is in use' 1 "$build/bin/baton" up "$(file taken <<<"{name: $topology-y, management: $prefix, nodes: {a: host}}")"
like 'is said' "$_output" 'management prefix of the topology: Address already in use'

note 'two at once'
for i in 1 2 3; do
	echo "{name: $topology-$i, nodes: {a: host, b: host}, links: [{between: [a, b]}]}" >"$tmp/p$i.yaml"
	undo eval "[ ! -e /run/baton/$topology-$i ] || $build/bin/baton down $topology-$i --force"
	"$build/bin/baton" up "$tmp/p$i.yaml" >"$tmp/p$i.out" 2>&1 &
	jobs[i]=$!
done
for i in 1 2 3; do
	wait "${jobs[i]}"
	is "topology $i came up beside the others" "$? $(cat "$tmp/p$i.out" | cut -d, -f1)" "0 $topology-$i is up: 2 nodes"
done
is 'each has a prefix of its own' "$(jq -r .management /run/baton/"$topology"{,-1,-2,-3}/state.json | sort -u | wc -l)" 4
for i in 1 2 3; do ok "and works: $i" "$build/bin/baton" --name "$topology-$i" exec a -- ping -q -c 1 -W 2 b; done
for i in 1 2 3; do ok "down $i" "$build/bin/baton" down "$topology-$i"; done
ok 'the first is whole' in_node h1 -- ping -q -c 1 -W 2 s2

note 'down'
ok 'down' baton down
is 'nothing is left' "$(remnants)" ''
status 'a second down is 6' 6 baton down
is 'the host is as it was' "$(host_settings)" "$settings"
ok 'what was not ours is still there' ip netns exec "$topology-x.h1" true

note 'a chain of 100'
{
	echo "name: $topology"
	echo 'routing: none'
	echo 'nodes:'
	for ((i = 0; i < 100; i++)); do echo "  r$i: router"; done
	echo 'links:'
	for ((i = 0; i < 99; i++)); do echo "  - {between: [r$i, r$((i + 1))]}"; done
} >"$tmp/long.yaml"
ok 'up' baton up "$tmp/long.yaml"
note "$_output"
is '100 nodes and the fabric' "$(ip netns | grep -c "^$topology\.")" 101
is 'each with its links' "$(for n in 0 1 99; do in_node r$n -- ls /sys/class/net | wc -l; done | tr '\n' ' ')" '3 4 3 '
ok 'neighbours reach each other' in_node r98 -- ping -q -c 1 -W 2 10.130.98.2
ok 'down' baton down
is 'nothing is left' "$(remnants)" ''

note 'without management'
ok 'up' baton up "$(file bare <<<"{name: $topology, management: none, nodes: {a: host, b: host}, links: [{between: [a, b]}]}")"
is 'no link to the host' "$(ip -j link | jq -r --arg alias "baton:$topology" '[.[] | select(.ifalias == $alias)] | length')" 0
ok 'it works' in_node a -- ping -q -c 1 -W 2 b
ok 'down' baton down
is 'nothing is left' "$(remnants)" ''

note 'doctor'
unshare -n sh -c 'tc qdisc add dev lo root netem delay 1ms' 2>/dev/null && netem=yes || netem=no
ok 'doctor' baton doctor --json
is 'what is essential is there' "$(jq '[.needs[] | select(.essential and (.ok | not))] | length' <<<"$_output")" 0
is 'what it says of netem is so' "$(jq -r '.needs[] | select(.need == "netem") | .ok' <<<"$_output")" "$([ $netem = yes ] && echo true || echo false)"
ok 'each need that is missing has a word on what is used instead' \
	jq -e '[.needs[] | select((.ok | not) and .used == "")] | length == 0' <<<"$_output"
like 'help names every command' "$(baton help)" 'up FILE .*down .*status.*exec NODE.*logs.*env.*wait.*doctor.*version'
done_testing
