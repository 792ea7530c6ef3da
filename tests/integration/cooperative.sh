# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
#
# For tests of strategy cooperative: two edges 60 Mbit/s apart with a ledger that moves, and an edge that doesn't hear what is said to it.
# It sources process-bed.sh.
#
#   cooperative_file NAME   $tmp/topology.yaml; its applications on standard input
#   lose EDGE TYPE     no frame of that type reaches it over the WAN        hearing EDGE     again
#   where, here_alone EDGE       $app's instances and the nodes that have $service; it runs at EDGE, and is nowhere else
#   pushing ID         its memory is on the way
#
# Packets are told by classic BPF: a frame of the library's protocol begins with BCOP and its type (apps/cooperative/wire.h), after 66 octets
# of Ethernet, IPv4 and TCP with time stamps. One that ends a round is not answered: pages are sent, and nothing follows for six seconds.
# shellcheck disable=SC2034,SC2154 # for the tests; of lib.sh and e2e.sh
# shellcheck source=tests/integration/process-bed.sh
. "$(dirname "${BASH_SOURCE[0]}")/process-bed.sh"
readonly frame_round=5 frame_commit=8 frame_ack=9

lose() { # EDGE TYPE; 2 drops a packet
	local program="6,32 0 0 66,21 0 3 $((0x42434f50)),48 0 0 70,21 0 1 $2,6 0 0 2,6 0 0 0"
	baton exec "$1" -- sh -c "tc qdisc add dev wan clsact 2>/dev/null; tc filter add dev wan ingress pref 7 bpf bytecode '$program' da"
}
hearing() { # EDGE
	baton exec "$1" -- tc filter del dev wan ingress pref 7
}

cooperative_file() { # NAME
	{
		echo "name: $1"
		cat <<'YAML'
nodes:
  core: core
  gnb: gnb
  upf-a: {kind: upf, edge: edge-a}
  upf-b: {kind: upf, edge: edge-b}
  edge-a: edge
  edge-b: edge
  ue: {kind: ue, sessions: [{dnn: internet, anchor: edge-a}]}
links:
  - {between: [edge-a, wan], rate: 60Mbit}
  - {between: [edge-b, wan], rate: 60Mbit}
apps:
YAML
		cat
	} >"$tmp/topology.yaml"
}
where() { # the instances that there are, and the nodes that have the address
	local edge
	baton status --json | jq -c --arg app "$app" '.processes[] | select(.app == $app) |
		[.instances[] | select(.state != "absent") | .node, .state]' | tr -d '\n'
	for edge in edge-a edge-b; do
		baton exec $edge -- ip -o addr show dev lo | grep "$service/32" >/dev/null && echo -n " $edge"
	done
	echo
}
here_alone() {
	[ "$(where)" = "[\"$1\",\"running\"] $1" ]
}
pushing() { # ID: pages are being sent
	[ "$(baton exec edge-a -- cat "$(here)/steps/$1/push/progress.json" 2>/dev/null | jq .bytes)" != '' ]
}

release=$(uname -r)
printf -v kernel '%d%03d' "${release%%.*}" "$(cut -d. -f2 <<<"$release")"
[ "$kernel" -ge 6007 ] || skip_all "Linux $release can't tell which pages were written: it takes one since 6.7"
need_command tc
