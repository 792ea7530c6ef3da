#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# PFCP's golden messages of tests/unit/test_pfcp_golden.h, and its seeds for the fuzzer, as tshark reads them: each is dissected
# to its end, without a complaint, and of golden ones the header and some values of each are what lib/pfcp takes them for.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
need_command text2pcap tshark od perl

port=8805
# Seeds that hold on purpose what tshark can't know: a length that is wrong, strangers, an octet of a later release.
strange='rts-length-0 vendor-and-unknown session-modification-request'
# Where the standard and tshark (4.0) disagree. CP Function Features have octet 5, then 6 to 7 (figure 8.2.58-1): tshark knows
# 5 and 6. IP Address and Port Number Replacement has two octets of flags (figure 8.2.200-1): tshark takes one.
undecoded='IE data not decoded by WS yet'
declare -A differs=([24]=$undecoded [49]="$undecoded,$undecoded,$undecoded"
	[association-setup-request-set]=$undecoded [session-modification-replacement]="$undecoded,$undecoded,$undecoded")

dissect() { # PCAP FIELD...: a line for each packet, what there is of a field more than once joined by commas
	tshark -r "$1" -T fields -E separator='|' "${@:2}" 2>>"$tmp/complaints"
}

note 'the seeds'
seeds=()
for seed in "$root"/tests/fuzz/seeds/fuzz_pfcp/*; do
	name=${seed##*/}
	[[ " $strange " = *" $name "* ]] && continue
	seeds+=("$name")
	od -Ax -tx1 -v "$seed"
done >"$tmp/seeds.txt"
ok 'as packets' text2pcap -q -u $port,$port "$tmp/seeds.txt" "$tmp/seeds.pcap"
dissect "$tmp/seeds.pcap" -e frame.protocols -e pfcp.msg_type -e _ws.malformed -e _ws.expert.message >"$tmp/seeds.fields"
is 'tshark ends well' $? 0
is 'all of them are there' "$(wc -l <"$tmp/seeds.fields")" ${#seeds[@]}
number=0
while IFS='|' read -r protocols type malformed expert; do
	name=${seeds[number++]}
	is "$name: PFCP, no complaint" "${protocols##*:} ${type:+of some type} $malformed$expert" "pfcp of some type ${differs[$name]:-}"
done <"$tmp/seeds.fields"

note 'the golden messages'
# "NUMBER OCTETS", in hexadecimal, for each row
perl -0777 -ne '
	while (/\{"(\d+): [^"]*",\s*\.hex =(.*?)\.text =/sg) {
		my ($number, $hex) = ($1, $2);
		$hex =~ s{/\*.*?\*/}{}sg;
		$hex = join "", $hex =~ /"([^"]*)"/g;
		$hex =~ tr/0-9a-f//cd;
		print "$number $hex\n";
	}' "$root"/tests/unit/test_pfcp_golden.h "$root"/tests/unit/test_pfcp_golden_rows.h >"$tmp/golden"
while read -r _ octets; do
	perl -e 'print pack "H*", shift' "$octets" | od -Ax -tx1 -v
done <"$tmp/golden" >"$tmp/golden.txt"
ok 'as packets' text2pcap -q -u $port,$port "$tmp/golden.txt" "$tmp/golden.pcap"

header=(-e _ws.malformed -e pfcp.msg_type -e pfcp.length -e pfcp.seid -e pfcp.seqno -e _ws.expert.message)
dissect "$tmp/golden.pcap" "${header[@]}" >"$tmp/golden.fields"
is 'tshark ends well' $? 0
is 'all of them are there, and numbered' "$(cut -d' ' -f1 "$tmp/golden" | tr '\n' ' ')" "$(seq -s' ' "$(wc -l <"$tmp/golden.fields")") "
while read -r number octets && IFS='|' read -r malformed type length seid seqno expert <&3; do
	at=8 wanted_seid=
	[ $((16#${octets:0:2} & 1)) = 0 ] || at=24 wanted_seid=0x${octets:8:16}
	wanted="|$((16#${octets:2:2}))|$((16#${octets:4:4}))|$wanted_seid|$((16#${octets:at:6}))|${differs[$number]:-}"
	# the SEIDs of F-SEIDs come behind the header's
	is "$number: the header, no complaint" "$malformed|$type|$length|${seid%%,*}|$seqno|$expert" "$wanted"
	is "$number: the length" $((2 * 16#${octets:4:4} + 8)) ${#octets}
done <"$tmp/golden" 3<"$tmp/golden.fields"

# NUMBER FIELD VALUE, by the text of the row; no flags, which versions of tshark write differently
cat >"$tmp/values" <<'EOF'
3 pfcp.node_id_ipv4 10.100.0.1
3 pfcp.cp_pfcp_entity_ip_address.ipv4 10.100.0.1
4 pfcp.node_id_fqdn upf.a
4 pfcp.cause 1
5 pfcp.node_id_ipv6 fd00::1
6 pfcp.cause 72
8 pfcp.pdr_id 1,2
8 pfcp.far_id 1,2,1,2
8 pfcp.qer_id 1,1,1
8 pfcp.urr_id 1,1
8 pfcp.ue_ip_addr_ipv4 10.60.0.2,10.60.0.2
8 pfcp.network_instance internet,internet
8 pfcp.ul_mbr 100000
8 pfcp.dl_mbr 200000
8 pfcp.f_seid.ipv4 10.100.0.1
8 pfcp.s_nssai_sst.sd ffffff
8 pfcp.apn_dnn internet
9 pfcp.pdr_id 1
9 pfcp.f_teid.teid 0x00000001
9 pfcp.f_teid.ipv4_addr 10.101.0.1
9 pfcp.f_teid.ipv6_addr fd00::1
10 pfcp.offending_ie 3
10 pfcp.failed_rule_id_type 1
10 pfcp.far_id 2
11 pfcp.outer_hdr_creation.teid 0x0000abcd
11 pfcp.outer_hdr_creation.ipv4 10.101.0.2
12 pfcp.urr_id 1,2,2
12 pfcp.volume_threshold.tovol 65536
13 pfcp.ur_seqn 3
13 pfcp.volume_measurement.tovol 768
13 pfcp.volume_measurement.dlnop 2
13 pfcp.duration_measurement 10
15 pfcp.volume_measurement.ulvol 256
16 pfcp.cause 65
17 pfcp.f_teid.teid 0x0000abcd
17 pfcp.pdr_id 2
18 pfcp.mp 15
19 pfcp.pdr_id 1,2,3,4
19 pfcp.volume_threshold.tovol 104857600
20 pfcp.source_ip_address.ipv4 192.0.2.10
21 pfcp.application_id_str game,chat
21 pfcp.url ^http://game.example/,^http://play.example/
22 pfcp.cause 69
22 pfcp.offending_ie 61
23 pfcp.upiri.ipv4_addr 10.101.2.1
23 pfcp.upiri.ipv6_addr fd00::1
23 pfcp.s_nssai_sst.sd ffffff,000102
23 pfcp.nf_instance_id 0f1e2d3c-4b5a-4978-8695-a4b3c2d1e0ff
24 pfcp.alternative_smf_ip_address.ipv4 10.100.0.2,10.100.0.3
24 pfcp.node_id_fqdn set1.smfset.5gc.example
25 pfcp.alternative_smf_ip_address.ipv6 fd00::3
26 pfcp.timer_value 10
27 pfcp.cause 1
28 pfcp.node_id_ipv4 10.101.1.1,10.101.1.2,10.102.0.1
28 pfcp.network_instance n3,n3.a
29 pfcp.offending_ie 103
30 pfcp.csid 1,2,65535,5
31 pfcp.cause 1
32 pfcp.group_id group-a
32 pfcp.cp_ip_address.ipv4 10.100.0.1,10.100.0.9
33 pfcp.cause 65
34 pfcp.qer_id 3,1,3
34 pfcp.traffic_endpoint_id 1,2,1,1,2
34 pfcp.outer_hdr_creation.teid 0x00000009,0x0000000a
34 pfcp.ue_ip_addr_ipv6_prefix_length 56,56
34 pfcp.redirect_server_address http://login.example/
34 pfcp.forwarding_policy_id 6669726577616c6c,6c69
35 pfcp.cause 3,80,75
35 pfcp.offending_ie 106,24,212
35 pfcp.metric 40,10
36 pfcp.redirect_server_address 10.0.0.1
36 pfcp.f_teid.teid 0x00000099
36 pfcp.averaging_window 2000
37 pfcp.f_teid.teid 0x00000079,0x00000077
37 pfcp.ue_ip_addr_ipv6_prefix_length 56,48
38 pfcp.additional_usage_reports_information_value 300
39 pfcp.cause 84
39 pfcp.pdr_id 2,3,1
39 pfcp.metric 60,20
40 pfcp.packet_count 1000
40 pfcp.timer_value 6
40 pfcp.f_teid.teid 0x00000055
41 pfcp.alternative_smf_ip_address.ipv4 10.100.0.2
42 pfcp.framed_ipv6_route 2001:db8:1::/48,2001:db8:2::/48
42 pfcp.far_id 5,5,6,6
43 pfcp.offending_ie 106,24
44 pfcp.failed_rule_id_type 1
45 pfcp.offending_ie 60
46 pfcp.offending_ie 39
47 pfcp.redirect_address_type 5,6,7,8,4
47 pfcp.redirect_server_address 10.0.0.1,fd00::1,10.0.0.1,10.0.0.1
47 pfcp.other_redirect_server_address fd00::1,fd00::1
47 pfcp.redirect_port 8080,8080,80,80
48 pfcp.mar_id 7
48 pfcp.pdr_id 6,7
50 pfcp.offending_ie 65
51 pfcp.offending_ie 178
EOF
mapfile -t fields < <(cut -d' ' -f2 "$tmp/values" | sort -u)
arguments=()
declare -A column=()
for n in "${!fields[@]}"; do
	column[${fields[n]}]=$n
	arguments+=(-e "${fields[n]}")
done
dissect "$tmp/golden.pcap" "${arguments[@]}" >"$tmp/golden.values"
is 'tshark knows all these fields' $? 0
mapfile -t lines <"$tmp/golden.values"
while read -r number field value; do
	IFS='|' read -ra found <<<"${lines[number - 1]:-}"
	is "$number: $field" "${found[${column[$field]}]:-}" "$value"
done <"$tmp/values"

is 'tshark complains of nothing else' "$(grep -v '^Running as user "root"' "$tmp/complaints")" ''
done_testing
