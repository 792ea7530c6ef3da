#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
#        wan                   wan                10.70.128.1 is on B's lo. Closed: neither A nor U get a packet to it or an
#   A ----------- (bridge) ----------- B --- U    answer to ARP, B itself does. Open: A does at once, with the entry of before,
#   10.120.1.1       C      10.120.1.2    n6      when C had the address.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
need_root
need_built "$build/integration/gate_tool"

address=10.70.128.1
A=gateA-$$ B=gateB-$$ C=gateC-$$ U=gateU-$$ W=gateW-$$
for namespace in "$A" "$B" "$C" "$U" "$W"; do
	run ip netns add "$namespace"
	undo ip netns del "$namespace"
	ip -n "$namespace" link set lo up
done
run ip -n "$W" link add bridge type bridge
ip -n "$W" link set bridge up
number=0
for namespace in "$A" "$B" "$C"; do
	run ip -n "$W" link add "to-$((++number))" type veth peer name wan netns "$namespace"
	ip -n "$W" link set "to-$number" master bridge up
	ip -n "$namespace" link set wan up
	ip -n "$namespace" addr add 10.120.1.$number/16 dev wan
	ip -n "$namespace" route add 10.70.128.0/17 dev wan scope link
done
run ip -n "$B" link add n6 type veth peer name n6 netns "$U"
ip -n "$B" addr add 10.60.0.1/24 dev n6
ip -n "$U" addr add 10.60.0.2/24 dev n6
ip -n "$B" link set n6 up
ip -n "$U" link set n6 up
ip -n "$U" route add 10.70.128.0/17 dev n6

gate() { ip netns exec "$1" "$build/integration/gate_tool" "$2" $address wan n6 "${@:3}"; }
reaches() { ip netns exec "$1" ping -q -c 1 -W "${2:-5}" $address; }
rules() { ip -n "$1" rule | grep -v 'lookup \(main\|default\)' | tr -d '\t' | tr '\n' ';'; }
neighbour() { ip -n "$1" neigh show $address dev wan; }
mac() { ip -n "$1" -json link show wan | jq -r '.[0].address'; }
local='1:from all lookup local;'
closed="0:from all to $address iif n6 blackhole;0:from all to $address iif wan blackhole;$local"

is 'without the address there is no gate' "$(gate "$B" read)" none
ok 'closed' gate "$B" close
is 'so say the rules' "$(rules "$B")" "$closed"
is 'and it is read from them' "$(gate "$B" read)" closed
ok 'from inside it is reached' reaches "$B"
nok 'over the WAN not' reaches "$A" 1
like 'where ARP is not answered' "$(neighbour "$A")" 'FAILED|INCOMPLETE'
nok 'and over N6 neither' reaches "$U" 1
ok 'closed again' gate "$B" close
is 'the same rules' "$(rules "$B")" "$closed"

# C has it, A knows it there; then it goes to B
ok 'at another edge' gate "$C" open
is 'which is open' "$(gate "$C" read)" open
ok 'is reached' reaches "$A"
like 'by its MAC' "$(neighbour "$A")" "$(mac "$C")"
ok 'which closes' gate "$C" close
nok 'and is not reached, known as it is' reaches "$A" 1
like 'whose MAC is known still' "$(neighbour "$A")" "$(mac "$C")"
ok 'then B opens' gate "$B" open
like 'and is known at once' "$(neighbour "$A")" "$(mac "$B")"
ok 'reached over the WAN' reaches "$A"
ok 'and N6' reaches "$U"
is 'nothing but local is left' "$(rules "$B")" "$local"
ok 'open again' gate "$B" open
ok 'C is cleared' gate "$C" clear
is 'of the address' "$(gate "$C" read)" none
is 'and the rules' "$(rules "$C") $(ip -n "$C" -4 -o addr show dev lo | grep -c $address)" "$local 0"
ok 'from where B is reached' reaches "$C"
ok 'cleared again' gate "$C" clear

# one neighbour gets through
through="0:from 10.120.1.3 to $address iif wan lookup local;"
ok 'closed but for C' gate "$B" close 10.120.1.3
is 'who is read' "$(gate "$B" read)" 'closed 10.120.1.3'
ok 'who gets through' reaches "$C"
nok 'alone' reaches "$A" 1
ok 'then nobody' gate "$B" close
is 'as the rules say' "$(rules "$B")" "$closed"
ok 'closed, then but for C' gate "$B" close 10.120.1.3
is 'who stands before' "$(rules "$B")" \
	"0:from all to $address iif n6 blackhole;${through}0:from all to $address iif wan blackhole;$local"
ok 'but for A' gate "$B" close 10.120.1.1
is 'instead' "$(gate "$B" read)" 'closed 10.120.1.1'
is 'by one rule' "$(ip -n "$B" rule | grep -c 'iif wan lookup local')" 1
nok 'so C does not' reaches "$C" 1
ok 'A does' reaches "$A"
ok 'cleared' gate "$B" clear
is 'nothing is left' "$(rules "$B")" "$local"

# what a life that ended halfway left
ip -n "$B" rule add pref 0 to $address iif wan blackhole
ip -n "$B" addr add $address/32 dev lo
is 'half closed is not closed' "$(gate "$B" read)" open
ok 'and is closed' gate "$B" close
is 'to the end' "$(gate "$B" read)" closed
ip -n "$B" rule del pref 0 to $address iif wan
ip -n "$B" rule add pref 0 from 10.120.1.3 to $address iif wan lookup local
ip -n "$B" rule add pref 0 from 10.120.1.1 to $address iif wan lookup local
is 'nobody is kept out yet' "$(gate "$B" read)" open
ok 'closed' gate "$B" close 10.120.1.1
is 'but for one' "$(gate "$B" read) $(ip -n "$B" rule | grep -c 'iif wan lookup local')" 'closed 10.120.1.1 1'
# Killed at each of its messages to the kernel in turn, until it ends by itself
killed=0
completed=0
while ! GATE_TOOL_DIES=$((killed + 1)) gate "$B" many 10.120.1.3 2>/dev/null; do
	gate "$B" close 10.120.1.3
	[ "$(gate "$B" read) $(ip -n "$B" rule | grep -c '^0:')" = 'closed 10.120.1.3 3' ] && completed=$((completed + 1))
	[ $((++killed)) -lt 100 ] || break
done
is 'killed anywhere, the next one completes it' "$completed" "$killed"
note "$killed messages"
is 'at each of its messages' "$([ "$killed" -gt 8 ] && [ "$killed" -lt 100 ] && echo all)" all
ok 'opened' gate "$B" open
is 'wholly' "$(gate "$B" read) $(rules "$B")" "open $local"
ok 'cleared' gate "$B" clear

# a namespace whose local comes first: no rule could come before it
ip -n "$A" rule show | grep '^0:.*lookup local' >/dev/null # not -q: ip would be killed by SIGPIPE
is 'a fresh namespace asks local first' $? 0
ok 'the address alone' gate "$A" open
ok 'closed' gate "$A" close
is 'moves it' "$(rules "$A" | sed 's/ \[detached\]//')" "$closed"
ok 'cleared' gate "$A" clear

nok 'an interface that is not there tells nobody' \
	ip netns exec "$A" "$build/integration/gate_tool" announce $address nowhere n6
nok 'nor does one without ARP' ip netns exec "$A" "$build/integration/gate_tool" announce $address lo n6
done_testing
