#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# lib/sctp where the kernel has SCTP: its cases on the kernel's stack; kernel and usrsctp with each
# other, over UDP (RFC 6951), since a raw socket beside the kernel's SCTP gets each packet answered twice;
# and how long it takes until a peer that vanished without a word is missed.
#
#   [sctp-a] veth 10.99.0.1 ------------- 10.99.0.2 veth [sctp-b]
. "$(dirname "$0")/../lib.sh"
peer=$build/tests/test_sctp
need_built "$peer"
in_lab
readonly PORT=38412 UDP=9899

run modprobe sctp
run ip netns add sctp-a
run ip netns add sctp-b
run ip link add veth netns sctp-a type veth peer name veth netns sctp-b
for side in a b; do
	ns sctp-$side ip addr add "10.99.0.$([ $side = a ] && echo 1 || echo 2)/24" dev veth
	ns sctp-$side ip link set veth up
	ns sctp-$side ip link set lo up
done

listen() { # NAMESPACE STACK UDP-PORT
	ip netns exec "$1" "$peer" "$2" "$3" listen 0.0.0.0 $PORT >"$tmp/listen" 2>&1 &
	listener=$!
	wait_for 10 grep -q '^listen 0$' "$tmp/listen"
}

stop_listener() {
	kill -9 "$listener"
	wait "$listener" 2>/dev/null
}

# The listener is in sctp-a, who connects in sctp-b.
echoes() { # NAME STACK UDP STACK UDP
	listen sctp-a "$2" "$3"
	ok "$1: 40 messages of 1 to 65536 bytes come back" ip netns exec sctp-b "$peer" "$4" "$5" connect 10.99.0.1 $PORT 40
	ok "$1: the end is seen as a shutdown" wait_for 5 grep -q '^down 0$' "$tmp/listen"
	stop_listener
}

ok "the unit test's cases on the kernel's stack" "$peer"

echoes 'kernel to kernel' kernel 0 kernel 0

# A veth that goes down says nothing: heartbeats must miss the peer.
listen sctp-a kernel 0
ip netns exec sctp-b "$peer" kernel 0 connect 10.99.0.1 $PORT 0 >"$tmp/connect" &
connector=$!
wait_for 10 grep -q '^up$' "$tmp/connect"
ns sctp-a tc qdisc add dev veth root netem loss 100%
ns sctp-b tc qdisc add dev veth root netem loss 100%
wait_for 20 grep -q '^down' "$tmp/connect"
like 'kernel: a silent peer is a time-out' "$(<"$tmp/connect")" 'down -110 after'
ms=$(sed -n 's/^down .* after \([0-9]*\) ms$/\1/p' "$tmp/connect")
ok "kernel: noticed within 5 s, slow machine included ($ms ms)" [ "${ms:-99999}" -le 5000 ]
wait $connector
ok 'kernel: both ends notice' wait_for 10 grep -q '^down -110$' "$tmp/listen"
ip netns exec sctp-b "$peer" kernel 0 connect 10.99.0.1 $PORT 0 >"$tmp/connect"
like 'kernel: nobody answers INIT' "$(<"$tmp/connect")" 'down -110 after'
ns sctp-a tc qdisc del dev veth root
ns sctp-b tc qdisc del dev veth root
stop_listener

# RFC 6951 as the kernel's documentation has it: udp_port opens its own port, encap_port is the peer's. usrsctp holds UDP port 9899 in its namespace, the kernel in the other one.
ns sctp-a sysctl -qw net.sctp.encap_port=$UDP net.sctp.udp_port=$UDP
ns sctp-b sysctl -qw net.sctp.encap_port=$UDP net.sctp.udp_port=0
echoes 'usrsctp to kernel' kernel 0 usrsctp $UDP
ns sctp-a sysctl -qw net.sctp.udp_port=0
ns sctp-b sysctl -qw net.sctp.udp_port=$UDP
echoes 'kernel to usrsctp' usrsctp $UDP kernel 0
ns sctp-b sysctl -qw net.sctp.udp_port=0
echoes 'usrsctp to usrsctp' usrsctp $UDP usrsctp $UDP

done_testing
