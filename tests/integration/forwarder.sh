# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
#
#        10.120.1.1  wan       wan  10.120.1.2        The steps of a replay migration at two edges that are network namespaces,
#   edge-a ------------------------- edge-b --n6-- U   asked as the agent would. Nothing here needs CRIU: what stands in for the
#   ledger at 10.70.128.1                   10.60.2.2  restored instance is a new one, whose snapshot is that nothing was applied.
#     +--n6-- V 10.60.1.2, who stays
. "$(dirname "${BASH_SOURCE[0]}")/../lib.sh"
need_root
need_built "$build/bin/process-step" "$build/bin/forwarder" "$build/bin/ledger" "$build/bin/service-client" \
	"$build/integration/gate_tool" "$build/bin/link-shaper"

address=10.70.128.1
A=fwdA-$$ B=fwdB-$$ U=fwdU-$$ V=fwdV-$$
heap=1MB

bed_networks() {
	local namespace
	for namespace in "$A" "$B" "$U" "$V"; do
		ip netns add "$namespace"
		undo ip netns del "$namespace"
		ip -n "$namespace" link set lo up
	done
	ip -n "$A" link add wan type veth peer name wan netns "$B"
	ip -n "$B" link add n6 type veth peer name n6 netns "$U"
	ip -n "$A" link add n6 type veth peer name n6 netns "$V"
	ip -n "$A" addr add 10.60.1.1/24 dev n6
	ip -n "$V" addr add 10.60.1.2/24 dev n6
	ip -n "$A" addr add 10.120.1.1/16 dev wan
	ip -n "$B" addr add 10.120.1.2/16 dev wan
	ip -n "$B" addr add 10.60.2.1/24 dev n6
	ip -n "$U" addr add 10.60.2.2/24 dev n6
	for namespace in "$A:wan" "$A:n6" "$B:wan" "$B:n6" "$U:n6" "$V:n6"; do
		ip -n "${namespace%:*}" link set "${namespace#*:}" up
	done
	ip -n "$A" route add 10.70.128.0/17 dev wan scope link
	ip -n "$B" route add 10.70.128.0/17 dev wan scope link
	ip -n "$A" route add 10.60.2.0/24 via 10.120.1.2
	ip -n "$B" route add 10.60.1.0/24 via 10.120.1.1
	ip -n "$U" route add default via 10.60.2.1
	ip -n "$V" route add default via 10.60.1.1
	ip netns exec "$A" sysctl -qw net.ipv4.ip_forward=1
	ip netns exec "$B" sysctl -qw net.ipv4.ip_forward=1
}

# Who runs is known by a file: `ok` has shells of its own.
pid_of() { cat "$tmp/$1.pid" 2>/dev/null; }
runs() { [ -n "$(pid_of "$1")" ] && grep -qv ') Z' "/proc/$(pid_of "$1")/stat" 2>/dev/null; }
ends() { ! runs "$1"; }
kill_one() { # NAME: a process of this test's, by its number
	! runs "$1" || { kill -9 "$(pid_of "$1")" && { wait "$(pid_of "$1")"; } 2>/dev/null; }
	wait_for 10 ends "$1"
	rm -f "$tmp/$1.pid"
}

gate() { ip netns exec "$1" "$build/integration/gate_tool" "$2" $address wan n6 "${@:3}"; }

# its own node name, as an edge has
ledger_start() { # NAMESPACE EDGE HEAP
	local dir=$tmp/$2
	mkdir -p "$dir/processes/ledger/steps" "$dir/processes/ledger/state" "$dir/repository"
	printf 'address: %s\nport: 7000\nheap: %s\nread: 4KB\nwrite: 4KB\nclients: 4\n' $address "$3" >"$dir/ledger.yaml"
	ip netns exec "$1" setsid unshare --uts sh -c "hostname $2; echo \$\$ >'$tmp/$2.pid'; exec '$build/bin/ledger' --config '$dir/ledger.yaml'" \
		>>"$dir/ledger.log" 2>&1 &
	wait_for 30 ip netns exec "$1" "$build/bin/service-client" --address $address --port 7000 --ping || return
	# who it is, as the agent writes it
	printf '%d %s %s\n' "$(pid_of "$2")" "$(cut -d ' ' -f 22 "/proc/$(pid_of "$2")/stat")" \
		"$(cat /proc/sys/kernel/random/boot_id)" >"$dir/processes/ledger/process"
}

steps=0
step() { # NAMESPACE EDGE WAN KIND [ARGS]: its outcome.json on standard output; succeeds when the step has
	local dir=$tmp/$2 here
	here=$dir/processes/ledger/steps/$((++steps))-$4
	mkdir -p "$here"
	jq -n --arg migration "${migration:-m-1}" --arg dir "$dir" --arg here "$here" --arg edge "$2" --arg wan "$3" --arg kind "$4" --argjson args "${5:-"{}"}" '
		{migration: $migration, kind: $kind, round: 0, epoch: 1, directory: $here,
		 images: ($dir + "/processes/ledger/migrations/" + $migration), args: $args,
		 node: {name: $edge, directory: ($dir + "/processes"), repository: ($dir + "/repository"),
			wan_interface: "wan", n6_interface: "n6", wan_address: $wan},
		 app: {name: "ledger", image: "ledger", version: "1", directory: ($dir + "/processes/ledger"), number: 1,
		       address: "10.70.128.1", port: 7000, cooperative: false}}' >"$here/request.json"
	ip netns exec "$1" "$build/bin/process-step" "$here" 2>>"$tmp/steps.log" || return
	cat "$here/outcome.json"
	jq -e '.state == "done"' "$here/outcome.json" >/dev/null
}
at_a() { step "$A" edge-a 10.120.1.1 "$@"; }
at_b() { step "$B" edge-b 10.120.1.2 "$@"; }
forward() { at_b forward "${1:-"{\"source\": \"10.120.1.1\"}"}"; }
divert() { at_a divert '{"to": "10.120.1.2"}'; }

client_start() { # NAME ARGUMENTS...; in $from
	ip netns exec "${from:-$U}" sh -c 'echo $$ >"$0"; exec "$@"' "$tmp/$1.pid" "$build/bin/service-client" --address $address --port 7000 \
		--body 200 --resend 50 --model heap=$heap,read=4KB,write=4KB,clients=4 --out "$tmp/$1.csv" "${@:2}" \
		>"$tmp/$1.json" 2>"$tmp/$1.err" &
}
client_answered() { # NAME AT-LEAST
	[ "$(grep -c ',edge' "$tmp/$1.csv" 2>/dev/null)" -ge "$2" ]
}
client_end() { # NAME: succeeds when every request was answered once and right
	kill -TERM "$(pid_of "$1")"
	wait_for 30 ends "$1"
	cat "$tmp/$1.json" "$tmp/$1.err"
	jq -e '.ok and .unanswered == 0 and .wrong == 0 and .doubled == 0' "$tmp/$1.json"
}
answered_by() { # NAME EDGE
	grep -c ",$2," "$tmp/$1.csv"
}

filters() { # NAMESPACE: tc programs on its interfaces
	local interface
	for interface in wan n6; do
		ip netns exec "$1" tc filter show dev "$interface" ingress 2>/dev/null
		ip netns exec "$1" tc filter show dev "$interface" egress 2>/dev/null
	done | grep -c 'handle 0xf0'
}
sockets() { # NAMESPACE: of a forwarder
	ip netns exec "$1" ss -xlH | grep -c baton/forwarder
}
listens() { # NAMESPACE: at the forwarder's port
	ip netns exec "$1" ss -tulnH 'sport = 17001' | wc -l
}
forwarder_pid() {
	ip netns exec "$B" ss -xlpH | sed -n 's/.*baton\/forwarder.*pid=\([0-9]*\).*/\1/p'
}
nothing_left() {
	is "$1: no tc program is left" "$(filters "$B")" 0
	is "$1: nor a forwarder" "$(sockets "$B") $(listens "$B")" '0 0'
}
kill_all() {
	local file
	for file in "$tmp"/*.pid; do
		[ ! -e "$file" ] || kill_one "$(basename "$file" .pid)"
	done
	file=$(forwarder_pid)
	[ -z "$file" ] || kill -9 "$file"
}
