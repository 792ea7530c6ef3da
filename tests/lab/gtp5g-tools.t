#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# gtp5g, gtp5g-link and gtp5g-tunnel on drivers: the mainline kernel's, which Debian's kernel has, and free5GC's module gtp5g, where one built
# for this kernel is found: BATON_GTP5G_KO=FILE, or baton-lab/gtp5g-RELEASE.ko in the cache. It isn't Baton's, so elsewhere its half is skipped.
#
#   ran                                     upf
#   10.60.1.2 on lo                         10.70.0.1 on lo
#   gtp0 or g5 === tunnel 100/200 ===       gtp0 or g5
#   n3 10.101.1.1 ------------------------- n3 10.101.2.1
#
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
need_built "$build/bin/gtp5g" "$build/bin/gtp5g-link" "$build/bin/gtp5g-tunnel"
in_lab

PATH=$build/bin:$PATH
cd "$tmp" || exit 1
upf() { ip netns exec upf "$@"; }
ran() { ip netns exec ran "$@"; }
pings() { ran ping -q -c 2 -i 0.2 -W 2 -I 10.60.1.2 10.70.0.1; }

lay() {
	local end
	for end in upf ran; do
		ip netns add $end
		ip netns exec $end sysctl -q -w net.ipv4.conf.all.rp_filter=0 net.ipv4.conf.default.rp_filter=0
		ip -n $end link set lo up
	done
	ip -n upf link add n3 type veth peer name n3 netns ran
	ip -n upf address add 10.101.2.1/16 dev n3
	ip -n ran address add 10.101.1.1/16 dev n3
	ip -n upf link set n3 up
	ip -n ran link set n3 up
	ip -n upf address add 10.70.0.1/32 dev lo
	ip -n ran address add 10.60.1.2/32 dev lo
}
lead() { # LINK: user packets into the tunnel
	ip -n upf route replace 10.60.1.2 dev "$1"
	ip -n ran route replace 10.70.0.1 dev "$1"
}
see() { # COUNT FILE: the next packets on N3
	ip netns exec upf "$root/tests/lab/gtpu.pl" see n3 "$1" "$2" &
	watcher=$!
	wait_for 30 test -e "$2"
}
lay

# ---- the mainline driver: links ----

note 'links of the mainline driver'
ok 'a link that goes on by itself' upf gtp5g link add gtp0 --driver gtp --local 10.101.2.1 --detach
is 'it says nothing' "$_output" ''
is 'and is shown as the command that makes it' "$(upf gtp5g link show gtp0)" \
	'link add gtp0 --driver gtp --role upf --local 10.101.2.1 --hash-size 16384 --mtu 1456 # up, held: yes'
is 'in JSON' "$(upf gtp5g link show gtp0 --json | tr -d ' \n')" \
	'[{"name":"gtp0","driver":"gtp","role":"upf","local":"10.101.2.1","hash_size":16384,"mtu":1456,"state":"up","held":"yes"}]'
status 'its name is taken' 1 upf gtp5g link add gtp0 --driver gtp --local 127.0.0.1
like 'as the kernel says' "$_output" 'gtp0: gtp: File exists'
status 'its address is taken' 1 upf gtp5g link add gtp1 --driver gtp --local 10.101.2.1
like 'as is said' "$_output" 'gtp1: UDP 10.101.2.1:2152: Address already in use'
is 'nothing is left of either' "$(upf gtp5g link show | wc -l)" 1
status 'it counts nothing' 1 upf gtp5g link stats gtp0
status 'it has no rules' 1 upf gtp5g far add gtp0 1 --action drop
like 'and that is said' "$_output" 'gtp0 is a link of the mainline driver, which has no far, only tunnels'

ip netns exec ran gtp5g-link add gtp0 --driver gtp --ran --local 10.101.1.1 --verbose >held 2>&1 &
holder=$!
ok 'a link in the foreground says when it is there' wait_for 30 grep -q '^gtp0: up, UDP 10.101.1.1:2152 is held until this ends$' held
like 'its role is the driver'"'"'s' "$(ran gtp5g link show)" '--role ran'

# ---- tunnels, and packets in them ----

note 'tunnels of the mainline driver'
lead gtp0
nok 'no packet passes without a tunnel' pings
ok 'a tunnel' upf gtp5g tunnel add gtp0 10.60.1.2 --teid 0x80000064 --peer-teid 200 --peer-address 10.101.1.1
ok 'by the other name, in the other order' ran gtp5g-tunnel add gtp0 10.60.1.2 --teid 0xc8 --peer-teid 2147483748 --peer-address 10.101.2.1
see 2 seen-gtp
ok 'packets pass' pings
wait "$watcher"
like 'uplink by its TEID, all 32 bits of it' "$(sed -n 1p seen-gtp)" '^10.101.1.1 10.101.2.1 30ff00548000006445'
like 'downlink by its own' "$(sed -n 2p seen-gtp)" '^10.101.2.1 10.101.1.1 30ff0054000000c845'
line='tunnel add gtp0 10.60.1.2 --teid 0x80000064 --peer-teid 0x000000c8 --peer-address 10.101.1.1'
is 'list prints commands' "$(upf gtp5g tunnel list)" "$line"
is 'get does' "$(upf gtp5g tunnel get gtp0 10.60.1.2)" "$line"
is 'in the other order' "$(upf gtp5g-tunnel list)" "$line"
is 'in JSON' "$(upf gtp5g --json tunnel list gtp0 | tr -d ' \n')" \
	'[{"rule":"tunnel","device":"gtp0","ue_address":"10.60.1.2","teid":2147483748,"peer_teid":200,"peer_address":"10.101.1.1"}]'
status 'one for each address' 1 upf gtp5g tunnel add gtp0 10.60.1.2 --teid 5 --peer-teid 5 --peer-address 10.101.1.1
like 'as is said' "$_output" 'tunnel gtp0 10.60.1.2 is there already'
status 'no change of one' 2 upf gtp5g tunnel mod gtp0 10.60.1.2 --teid 5
like 'since uplink would be dead' "$_output" 'uplink is dead from then on'
ok 'packets pass as before' pings
status 'none of another address' 1 upf gtp5g tunnel get gtp0 10.60.1.3
like 'as is said' "$_output" 'there is no tunnel gtp0 10.60.1.3'
status 'nor to delete' 1 upf gtp5g tunnel del gtp0 10.60.1.3
is 'an Echo Request is answered' "$(ran "$root/tests/lab/gtpu.pl" ask 10.101.1.1 10.101.2.1 320100040000000000070000)" \
	3202000600000000000700000e00
ran "$root/tests/lab/gtpu.pl" ask 10.101.1.1 10.101.1.1 320100040000000000070000 >/dev/null
ok '--verbose prints what comes up' wait_for 10 grep -q '^10.101.1.1:[0-9]* 12 octets: echo-request teid=0x0 seq=7$' held

# ---- files ----

note 'files of tunnels'
upf gtp5g dump >dumped
like 'a dump begins with how its links are made' "$(<dumped)" '# gtp5g link add gtp0 --driver gtp --role upf --local 10.101.2.1 --hash-size 16384 --mtu 1456'
upf gtp5g dump --json >dumped.json
for file in dumped dumped.json; do
	ok "$file: the tunnel is deleted" upf gtp5g tunnel del gtp0 10.60.1.2
	nok 'and carries nothing' pings
	ok 'a dry run' upf gtp5g load $file --dry-run
	is 'does nothing' "$(upf gtp5g tunnel list)" ''
	ok 'loaded' upf gtp5g load $file
	ok 'packets pass again' pings
	is 'what there is is what there was' "$(upf gtp5g dump | grep -v '^#')" "$(grep -v '^#' dumped)"
	status 'once more is refused' 1 upf gtp5g load $file
	like 'with its place' "$_output" "$file:[0-9]:[0-9]: tunnel gtp0 10.60.1.2 is there already"
done
tunnels() { # FIRST LAST
	seq "$1" "$2" | awk '{ printf "tunnel add gtp0 10.61.%d.%d --teid %d --peer-teid %d --peer-address 10.101.1.1\n", $1 / 250, $1 % 250 + 1, $1 + 1000, $1 }'
}
{
	tunnels 0 2
	echo 'tunnel add gtp0 10.62.0.1 --teid 1001 --peer-teid 1 --peer-address 10.101.1.1' # one that only the kernel knows to be taken
	tunnels 3 4
} >clash
status 'what the kernel refuses ends a file' 1 upf gtp5g load clash
like 'with its line, and what is in force' "$_output" 'clash:4:1: tunnel gtp0 10.62.0.1: the link has a tunnel of that address or TEID.*3 of 6 are in force'
is 'those before it' "$(upf gtp5g tunnel list | grep -c 10.61)" 3
sed 's/^tunnel add \([^ ]* [^ ]*\).*/tunnel del \1/; 4,$d' clash >undo-clash
ok 'deleted by a file' upf gtp5g load undo-clash
status 'an atomic one' 1 upf gtp5g load clash --atomic
like 'is taken back' "$_output" '0 of 6 are in force'
is 'all of it' "$(upf gtp5g dump | grep -v '^#')" "$(grep -v '^#' dumped)"
tunnels 0 999 >many
ok 'a thousand' upf gtp5g load many --atomic
upf gtp5g tunnel list gtp0 >all
is 'are there' "$(wc -l <all)" 1001
is 'in the order of their addresses' "$(cut -d ' ' -f 4 all)" "$(cut -d ' ' -f 4 all | sort -V)"

# ---- their end ----

note 'ends of links'
ok 'a link is deleted' upf gtp5g link del gtp0
ok 'its address is free at once' upf gtp5g link add gtp0 --driver gtp --local 10.101.2.1 --detach
ok 'again' upf gtp5g link del gtp0
is 'nobody holds anything' "$(upf ss -Hlun; upf cat /proc/net/unix | grep -c gtp5g-link)" 0
kill -TERM $holder
wait $holder
is 'a holder that is ended deletes its link' "$? $(ran gtp5g link show)" '0 '
ip netns exec ran gtp5g link add gtp0 --driver gtp --ran --local 10.101.1.1 >held &
holder=$!
wait_for 30 grep -q held held
ip -n ran link del gtp0
wait $holder
is 'a link that is deleted ends its holder' $? 0
ip netns exec ran gtp5g link add gtp0 --driver gtp --ran --local 10.101.1.1 >held &
holder=$!
wait_for 30 grep -q held held
kill -KILL $holder
wait $holder
like 'a holder that was killed is missed' "$(ran gtp5g link show)" 'held: no$'
ok 'and its link can be deleted' ran gtp5g link del gtp0

# ---- gtp5g ----

module() {
	local file
	for file in "${BATON_GTP5G_KO:-}" "${XDG_CACHE_HOME:-/var/cache}/baton-lab/gtp5g-$(uname -r).ko"; do
		[ -n "$file" ] && [ -e "$file" ] && echo "$file" && return
	done
	return 1
}
if ! ko=$(module); then
	skip 'gtp5g' "no module for $(uname -r): BATON_GTP5G_KO=FILE names one, built from its own repository"
	done_testing
	exit
fi
modprobe udp_tunnel
ok 'gtp5g is loaded' insmod "$ko"
# shellcheck source=tests/lab/gtp5g-module.sh
. "$root/tests/lab/gtp5g-module.sh"
done_testing
