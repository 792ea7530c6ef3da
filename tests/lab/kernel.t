#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# What the lab is for: the kernel in it has what this machine's may lack, loaded when first asked for.
. "$(dirname "$0")/../lib.sh"
in_lab

loaded() {
	[ -d "/sys/module/$1" ]
}

like 'a Debian kernel' "$(uname -v)" Debian
ok 'its modules are known' modprobe --dry-run gtp
ok 'BTF of the kernel' bpftool btf dump file /sys/kernel/btf/vmlinux format raw
is 'cgroup2' "$(stat -f -c %T /sys/fs/cgroup)" cgroup2fs
is 'bpffs' "$(stat -f -c %T /sys/fs/bpf)" bpf_fs
is '/tmp, /run and /dev/shm in memory' "$(stat -f -c %T /tmp /run /dev/shm | uniq)" tmpfs
ok 'IPv4 on lo' ping -q -c 1 127.0.0.1
ok 'IPv6 on lo' ping -q -c 1 ::1
is 'no other network' "$(ls /sys/class/net)" lo

# ip(8) of Debian 12 cannot give a gtp device its sockets, but asks for the driver; the kernel loads it
# by its alias, and answers with the driver's own refusal instead of "Unknown device type".
like 'gtp: asked for, loaded, and answers' "$(ip link add gtp0 type gtp 2>&1)" 'Invalid argument'
ok 'gtp: is there' loaded gtp
like 'gtp: its generic netlink family' "$(genl ctrl get name gtp)" 'Name: gtp'

# perl makes a socket of any protocol; 132 is SCTP.
sctp_echo() {
	perl -MSocket -e '
		alarm 60;
		my $address = sockaddr_in(38412, INADDR_LOOPBACK);
		my ($server, $client, $peer, $text);
		socket($server, AF_INET, SOCK_STREAM, 132) && bind($server, $address) && listen($server, 1) or die "server: $!\n";
		system("ss -H -n -l -S >&2");
		socket($client, AF_INET, SOCK_STREAM, 132) && connect($client, $address) or die "client: $!\n";
		syswrite($client, "ping") or die "write: $!\n";
		accept($peer, $server) && sysread($peer, $text, 100) or die "accept: $!\n";
		print $text;'
}
nok 'sctp: not loaded beforehand' loaded sctp
is 'sctp: an association carries a message' "$(sctp_echo 2>"$tmp/ss")" ping
ok 'sctp: was loaded for it' loaded sctp
like 'sctp: ss sees the listener (sctp_diag)' "$(<"$tmp/ss")" 'LISTEN.*127.0.0.1:38412'

netem_delay_ms() {
	tc qdisc add dev lo root netem delay 150ms && ping -q -c 1 127.0.0.1 | sed -n 's|^rtt [^=]*= \([0-9]*\).*|\1|p'
}
delay=$(netem_delay_ms)
ok "netem: two times 150 ms of delay make 300 ms and more ($delay)" [ "$delay" -ge 300 ]
tc qdisc change dev lo root netem loss 100%
nok 'netem: all lost' ping -q -c 1 -W 1 127.0.0.1
tc qdisc del dev lo root

ok 'a namespace' ip netns add lab-test
ok 'veth' ip link add lab0 type veth peer name lab1 netns lab-test
ok 'bridge' ip link add lab2 type bridge
ok 'vlan' ip link add link lab0 name lab0.5 type vlan id 5
ok 'vrf' ip link add lab3 type vrf table 10
ok 'dummy' ip link add lab4 type dummy
ok 'tun' ip tuntap add lab5 mode tun
for qdisc in htb prio fq fq_codel 'tbf rate 1mbit burst 10k latency 10ms'; do
	# shellcheck disable=SC2086 # a qdisc and its options
	ok "qdisc $qdisc" tc qdisc replace dev lab0 root $qdisc
done
ok 'clsact' tc qdisc add dev lab0 clsact
ok 'ifb' ip link add lab6 type ifb
ok 'nf_tables' modprobe nf_tables
done_testing
