# shellcheck shell=bash disable=SC2154 # variables of gtp5g-tools.t
# SPDX-License-Identifier: Apache-2.0
#
# The half of gtp5g-tools.t that needs the module gtp5g, which is loaded when this is read: links, rules, packets, reports, and what must not be
# sent. The last of it is on a machine that a mistake would stop.

is 'its version' "$(gtp5g --json version | jq -r .gtp5g)" "$(modinfo -F version "$ko")"
ok 'a link' upf gtp5g link add g5 --local 10.101.2.1 --detach
is 'as it is shown' "$(upf gtp5g link show)" \
	'link add g5 --driver gtp5g --role upf --local 10.101.2.1 --hash-size 16384 --mtu 1456 # up, held: yes'
ok 'the access side'"'"'s' ran gtp5g link add g5 --ran --local 10.101.1.1 --detach
lead g5

# ---- rules ----

note 'rules'
cat >upf.rules <<'END'
bar add g5 1:1 --delay 2 --packets 64
qer add g5 1:1 --gate open --mbr-uplink 100000 --mbr-downlink 100001 --qfi 9
urr add g5 1:1 --method volum --trigger perio --period 10 --information mnop
far add g5 1:1 --action forw
far add g5 1:2 --action forw --teid 200 --peer-address 10.101.1.1
pdr add g5 1:1 --precedence 255 --source access --ue-address 10.60.1.2 --teid 0x80000064 --local-address 10.101.2.1 --outer-header-removal gtpu-udp-ipv4 --far 1 --qer 1 --urr 1
pdr add g5 1:2 --precedence 255 --source core --ue-address 10.60.1.2 --far 2 --qer 1 --urr 1
END
cat >ran.rules <<'END'
qer add g5 7 --qfi 9
far add g5 1 --action forw
far add g5 2 --action forw --teid 0x80000064 --peer-address 10.101.2.1
pdr add g5 1 --precedence 1 --source core --ue-address 10.60.1.2 --teid 200 --local-address 10.101.1.1 --outer-header-removal gtpu-udp-ipv4 --far 1
pdr add g5 2 --precedence 1 --source access --ue-address 10.60.1.2 --far 2 --qer 7
END
nok 'no packet passes without' pings
ok 'all of a UPF' upf gtp5g load upf.rules
ok 'all of an access side' ran gtp5g load ran.rules --atomic
see 2 seen-5g
ok 'packets pass' pings
wait "$watcher"
like 'uplink with its QFI' "$(sed -n 1p seen-5g)" '^10.101.1.1 10.101.2.1 36ff005c80000064....00850110090045'
like 'downlink, too' "$(sed -n 2p seen-5g)" '^10.101.2.1 10.101.1.1 36ff005c000000c8....00850100090045'
like 'the link has counted' "$(upf gtp5g link stats g5)" 'uplink-packets-in 2.*downlink-packets-out 2'

# ---- there and back ----

note 'what is printed is taken back'
upf gtp5g dump >dump-5g
upf gtp5g dump --json >dump-5g.json
is 'a line for each rule' "$(grep -cv '^#' dump-5g)" 7
like 'in the order in which they can be made' "$(sed 's/ .*//; /#/d' dump-5g | uniq | xargs)" '^bar qer urr far pdr$'
like 'which PDRs use a FAR is a comment' "$(upf gtp5g far get g5 1:1)" 'far add g5 1:1 --action forw # pdrs 1$'
like 'what the module does not tell is said' "$(<dump-5g)" '# --source is worked out of'
is 'in JSON, too' "$(jq -r '.[] | select(.rule == "pdr") | "\(.id) \(.source) \(.derived[0])"' dump-5g.json | xargs)" '1 access source 2 core source'
is 'of the access side the other way round' "$(ran gtp5g pdr list | sed -n 's/.* --source \([a-z]*\) .*/\1/p' | xargs)" 'core access'
for file in dump-5g dump-5g.json; do
	ok "$file: the link is made anew" upf gtp5g link del g5
	ok 'with nothing in it' upf gtp5g link add g5 --local 10.101.2.1 --detach
	lead g5
	is 'as is seen' "$(upf gtp5g dump | grep -v '^#')" ''
	ok 'loaded' upf gtp5g load $file
	is 'what there is is what there was' "$(upf gtp5g dump)" "$(<dump-5g)"
	ok 'packets pass again' pings
done
is 'rates that nobody set are not told' "$(ran gtp5g qer get g5 7 | grep -c -- '--[gm]br-')" 0
for noun in pdr far qer urr bar; do
	is "$noun list is its part of the dump" "$(upf gtp5g $noun list | grep -v '^#')" "$(grep "^$noun" dump-5g)"
	is "$noun get is its line" "$(upf gtp5g $noun get g5 1:1 | grep -v '^#')" "$(grep "^$noun add g5 1:1 " dump-5g)"
done

# ---- changes ----

note 'changes'
ok 'a FAR drops' upf gtp5g far mod g5 1:1 --action drop
nok 'and packets are dropped' pings
ok 'and forwards again' upf gtp5g far mod g5 1:1 --action forw
ok 'and they pass' pings
ok 'a BAR is changed' upf gtp5g bar mod g5 1:1 --packets 8
is 'and keeps what was not' "$(upf gtp5g bar get g5 1:1)" 'bar add g5 1:1 --delay 2 --packets 8'
ok 'links can be changed after it' timeout 20 ip -n upf link set lo mtu 60000
ok 'a QER' upf gtp5g qer mod g5 1:1 --qfi 5
ok 'and so can they' timeout 20 ip -n upf link set lo mtu 65536
ok 'its PDR' upf gtp5g pdr mod g5 1:2 --precedence 5
see 2 seen-qfi
ok 'packets pass' pings
wait "$watcher"
like 'with the other QFI downlink' "$(sed -n 2p seen-qfi)" '00850100050045'
see 1 seen-marker
ok 'another peer, and an End Marker to the one that was' upf gtp5g far mod g5 1:2 --teid 201 --peer-address 10.101.1.1 --end-marker yes
wait "$watcher"
is 'which comes' "$(<seen-marker)" '10.101.2.1 10.101.1.1 30fe0000000000c8'
ok 'and back' upf gtp5g far mod g5 1:2 --teid 200 --peer-address 10.101.1.1
ok 'a filter' upf gtp5g pdr mod g5 1:1 --flow 'permit out tcp from any to any 80,8000-8080'
is 'as it was given' "$(upf gtp5g pdr get g5 1:1 | sed -n "s/.*--flow '\([^']*\)'.*/\1/p")" 'permit out 6 from any to any 80,8000-8080'
nok 'and pings are no TCP' pings
ok 'another, without ports' upf gtp5g pdr mod g5 1:1 --flow 'permit out icmp from any to any'
is 'keeps none of those that were' "$(upf gtp5g pdr get g5 1:1 | sed -n "s/.*--flow '\([^']*\)'.*/\1/p")" 'permit out 1 from any to any'
ok 'and pings pass' pings
ok 'a PDR is deleted' upf gtp5g pdr del g5 1:1
ok 'and made anew' upf gtp5g load - <<<"$(grep '^pdr add g5 1:1 ' dump-5g)"
ok 'packets pass' pings

# ---- reports ----

note 'reports'
upf gtp5g report get g5 1:1 >/dev/null
pings >/dev/null
like 'what a URR counted: two packets each way, of 64 octets of payload' "$(upf gtp5g report get g5 1:1)" \
	'^report device g5 seid 1 urr 1 total-octets 256 uplink-octets 128 downlink-octets 128 total-packets 4 uplink-packets 2 downlink-packets 2 start-ns [0-9]+ end-ns [0-9]+$'
like 'and begins anew' "$(upf gtp5g report get g5 1:1 --json | jq -r .total_octets)" '^0$'
like 'the last one when it is deleted' "$(upf gtp5g urr del g5 1:1)" '^report device g5 seid 1 urr 1 total-octets 0 '
ok 'one with a threshold' upf gtp5g urr add g5 1:1 --method volum --trigger volth --threshold-total 300
ok 'another threshold beside it' upf gtp5g urr mod g5 1:1 --threshold-uplink 100000
like 'and the first stays' "$(upf gtp5g urr get g5 1:1)" '--threshold-total 300 --threshold-uplink 100000( |$)'
upf gtp5g report watch --count 1 --json >watched 2>watching &
watch=$!
wait_for 30 grep -q watching watching
pings >/dev/null
pings >/dev/null
wait $watch
is 'reports by itself' "$(jq -r '"\(.what) \(.seid) \(.urr) \(.trigger[0]) \(.total_octets)"' watched)" 'report 1 1 volth 320'
ok 'a FAR that buffers' upf gtp5g far mod g5 1:2 --action buff,nocp
upf gtp5g report watch --count 1 >watched 2>watching &
watch=$!
wait_for 30 grep -q watching watching
nok 'no answer comes' pings
wait $watch
like 'for it is handed to who listens' "$(<watched)" '^packet seid 1 pdr 2 action buff,nocp sequence [0-9]+ octets 4500'
ok 'it forwards again' upf gtp5g far mod g5 1:2 --action forw

# ---- what must not be sent ----

note 'what the module would not survive'
status 'a PDR without a FAR' 2 upf gtp5g pdr add g5 1:9 --precedence 1 --source core --ue-address 10.60.1.9
status 'with one that is not there' 1 upf gtp5g pdr add g5 1:9 --precedence 1 --source core --ue-address 10.60.1.9 --far 99
like 'is told' "$_output" '--far: far g5 1:99 isn.t there, and must be before the PDR'
status 'a change to one that is not there' 1 upf gtp5g pdr mod g5 1:2 --far 99
status 'nor to another that is' 1 upf gtp5g pdr mod g5 1:2 --far 1
like 'is told' "$_output" '--far: pdr 1:2 has far 2, which would lead to the PDR even when'
status 'a QER that is not there' 1 upf gtp5g pdr add g5 1:9 --precedence 1 --source core --ue-address 10.60.1.9 --far 1 --qer 99
status 'a TEID for a PDR with an address' 1 upf gtp5g pdr mod g5 1:2 --teid 5 --local-address 10.101.2.1
like 'is told' "$_output" 'is found by its UE address, and the module crashes'
ok 'a FAR of no PDR' upf gtp5g far add g5 1:8 --action forw --teid 1 --peer-address 10.101.1.1
status 'sends no End Marker' 1 upf gtp5g far mod g5 1:8 --teid 2 --peer-address 10.101.1.1 --end-marker yes
status 'a threshold and a quota of one URR' 2 upf gtp5g urr add g5 1:8 --method volum --trigger volth,volqu --threshold-total 100 --quota-total 100
status 'a rule that is there' 1 upf gtp5g far add g5 1:8 --action drop
status 'one that is not' 1 upf gtp5g far del g5 1:7
status 'another kind of link' 1 upf gtp5g far add n3 1 --action drop
ok 'all of which has changed nothing' pings
upf gtp5g link add g6 --local 127.0.0.1 --detach
ok 'two links' upf gtp5g far add g6 1:1 --action drop
is 'have rules of their own' "$(upf gtp5g far list g6)" 'far add g6 1:1 --action drop'
is 'and only those' "$(upf gtp5g far list g5 | grep -c .)" 3
ok 'one goes' upf gtp5g link del g6
kill -KILL "$(upf ss -Hlunp | sed -n 's/.*:2152 .*pid=\([0-9]*\).*/\1/p')"
unheld() { upf gtp5g link show g5 | grep -q 'held: no'; }
ok 'a holder that was killed is missed' wait_for 10 unheld
status 'a PDR of a link whose socket is gone' 1 upf gtp5g pdr add g5 1:9 --precedence 1 --source core --ue-address 10.60.1.9 --far 1
like 'is told' "$_output" 'nobody holds the UDP socket of g5 any more, the process of its link add is gone'
ok 'the link can be deleted' upf gtp5g link del g5
ok 'both ends' ran gtp5g link del g5
ok 'the module can be unloaded' rmmod gtp5g
like 'the kernel has nothing to complain of' "$(dmesg | grep -cE 'BUG:|WARNING:|Oops|general protection')" '^0$'
