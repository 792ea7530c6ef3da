#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# baton capture: what tshark and capinfos say of the file. Interfaces with their names, nanoseconds, order, directions, comments where a UE
# is switched, counts, what is dropped, and a pipe.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
topology=view-cap
# shellcheck source=tests/integration/e2e.sh
. "$(dirname "$0")/e2e.sh"
need_command tshark capinfos ping
e2e_begin
ok 'up' baton up "$root/topologies/two-edges.yaml"
e2e_env

capture_end() { # NAME: its status is 0
	kill -INT "$_capture" 2>/dev/null
	wait "$_capture"
	is "$1" $? 0
}
fields() { tshark -r "$1" "${@:2}" 2>/dev/null; }

# jq before 1.7 rounds nanoseconds (docs/rest.md): microseconds are compared.
note 'a switch, seen from four interfaces of three nodes'
file=$tmp/switch.pcapng
capture_to "$file" ue upf-a:n3 upf-b:n3 edge-b:n6
baton exec ue -- ping -i 0.01 -c 300 -W 1 service >"$tmp/ping" &
ping=$!
ok 'packets go' wait_for 10 grep -q 'icmp_seq=50 ' "$tmp/ping"
migration=$(migrate make-before-break edge-b 500)
ok 'the migration ends' wait_for 20 ended "$migration"
wait $ping
capture_end 'Ctrl-C ends it'
like 'it says how much there was' "$(tail -1 "$file.log")" '^[0-9]+ packets from [0-9]+ interfaces, 0 dropped$'

info=$(capinfos -M "$file")
like 'capinfos: pcapng' "$info" 'File type: +(Wireshark/\.\.\. - )?pcapng'
like 'capinfos: nanoseconds' "$info" 'File timestamp precision: +nanoseconds \(9\)'
like 'capinfos: in order' "$info" 'Strict time order: +True'
like 'capinfos: what made it' "$info" 'Capture application: +baton [0-9]'
like 'capinfos: the kernel' "$info" "Capture oper-sys: +Linux $(uname -r)"
for name in ue:pdu1 ue:pdu2 ue:radio-gnb1 upf-a:n3 upf-b:n3 edge-b:n6; do
	like "interface $name, with nanoseconds" "$info" "Name = $name
 *Description = interface ${name#*:} of node ${name%:*}"
done
is 'every interface has nanoseconds' "$(grep -c 'Time precision = nanoseconds (9)' <<<"$info")" "$(grep -c ' Name = ' <<<"$info")"
is 'as many as it said' "$(sed -n 's/^Number of packets: *//p' <<<"$info")" "$(tail -1 "$file.log" | cut -d' ' -f1)"
is 'names reach the packets' "$(fields "$file" -Y 'gtp && frame.interface_name == "upf-b:n3"' -T fields -e frame.interface_description | sort -u)" \
	'interface n3 of node upf-b'

comments=$(fields "$file" -Y frame.comment -T fields -e frame.time_epoch -e frame.comment)
for what in T0 switched preparing switching releasing completed; do
	like "a comment at $what" "$comments" "migration $migration: $what at [0-9]{10}\.[0-9]{9}"
done
# Each comment is at the first packet from its time on: that packet is not older, and with a packet each 10 ms not much later.
ok 'comments are where they belong' perl -ne '
	my ($packet, $text) = split /\t/; for ($text =~ /at (\d+\.\d+)/g) { $n++; $bad = 1 if $packet < $_ || $packet > $_ + 1 } END { exit($bad || $n < 6) }' <<<"$comments"
# jq's numbers have 53 bits: a microsecond may be lost
ok 'T0 is the record'"'"'s' perl -e 'exit(abs($ARGV[0] - $ARGV[1]) > 1)' \
	"$(sed -n 's/.*T0 at \([0-9]*\)\.\([0-9]\{6\}\).*/\1\2/p' <<<"$comments")" "$(field "$migration" .details.t0_ns | cut -c1-16)"
echo_request='icmp.type == 8 && frame.interface_name == "ue:pdu1"'
is 'direction: requests leave the UE' "$(fields "$file" -Y "$echo_request" -T fields -e frame.packet_flags_direction | sort -u)" 0x00000002
is 'direction: and come in at the UPF' \
	"$(fields "$file" -Y 'gtp && icmp.type == 8 && frame.interface_name == "upf-a:n3"' -T fields -e frame.packet_flags_direction | sort -u)" 0x00000001
is 'each of 300 requests left the UE once' \
	"$(fields "$file" -Y 'icmp.type == 8 && (frame.interface_name == "ue:pdu1" || frame.interface_name == "ue:pdu2")' -T fields -e icmp.seq | sort -u | wc -l)" 300
ok 'after the switch they go by upf-b' test "$(fields "$file" -Y 'gtp && icmp.type == 8 && frame.interface_name == "upf-b:n3"' | wc -l)" -gt 0
statistics=$(tshark -r "$file" -q -z io,stat,0 2>/dev/null | wc -l)
ok 'the file is read to its end' test "$statistics" -gt 0

note 'limits'
file=$tmp/count.pcapng
baton exec ue -- ping -q -i 0.02 -c 500 -W 1 service >/dev/null &
ping=$!
ok '--count ends it' timeout 20 "$build/bin/baton" --name "$topology" capture ue:pdu2 upf-b:n3 --count 25 --filter 'icmp or udp port 2152' --out "$file"
is '25 packets' "$(fields "$file" | wc -l)" 25
like 'the filter is told' "$(capinfos "$file")" 'Filter string = icmp or udp port 2152'
file=$tmp/short.pcapng
ok '--duration ends it' timeout 20 "$build/bin/baton" --name "$topology" capture ue:pdu2 --duration 0.5 --snaplen 60 --out "$file"
is '--snaplen cuts' "$(fields "$file" -T fields -e frame.cap_len | sort -u)" 60
is 'and the length is still told' "$(fields "$file" -T fields -e frame.len | sort -u)" 98
is 'a pipe' "$("$build/bin/baton" --name "$topology" capture ue:pdu2 --count 3 --filter icmp 2>/dev/null | tshark -r - -T fields -e frame.interface_name 2>/dev/null | sort | uniq -c | xargs)" \
	'3 ue:pdu2'
kill $ping

note 'what is refused'
status 'no node' 2 baton capture
status 'an unknown node' 1 baton capture upf-x --out "$tmp/x"
status 'an unknown interface' 1 baton capture upf-a:n33 --out "$tmp/x"
like 'with those there are' "$_output" 'upf-a:n33: no such interface; the node has:
.*upf-a:n3'
status 'a wrong filter' 2 baton capture ue --filter 'udp prt 5' --out "$tmp/x"
like 'with what would be right' "$_output" "such as 'udp port 2152'"
status 'a wrong number' 2 baton capture ue --count none --out "$tmp/x"
status 'a place that can not be written' 1 baton capture ue:pdu2 --out "$tmp/none/x"
capture_to "$tmp/down.pcapng" upf-b:n3
ok 'down' baton down
capture_end 'a capture outlives its topology'
ok 'with a file that can be read' capinfos "$tmp/down.pcapng"
done_testing
