#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# PFCP's seeds for the fuzzer, which are golden messages of tests/unit/test_pfcp_golden.h too, as tshark reads them: each is
# dissected to its end, without a complaint. Those that hold on purpose what tshark can't know are not among them: a length
# that is wrong, strangers, an octet of a later release.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
need_command text2pcap tshark od

strange='rts-length-0 vendor-and-unknown session-modification-request'
port=8805
seeds=()
for seed in "$root"/tests/fuzz/seeds/fuzz_pfcp/*; do
	name=${seed##*/}
	[[ " $strange " = *" $name "* ]] && continue
	seeds+=("$name")
	od -Ax -tx1 -v "$seed"
done >"$tmp/seeds.txt"
ok 'the seeds as packets' text2pcap -q -u $port,$port "$tmp/seeds.txt" "$tmp/seeds.pcap"

tshark -r "$tmp/seeds.pcap" -T fields -e frame.protocols -e pfcp.msg_type -e _ws.malformed -e _ws.expert.message \
	>"$tmp/fields" 2>"$tmp/complaints"
is 'all of them are there' "$(wc -l <"$tmp/fields")" ${#seeds[@]}
number=0
while IFS=$'\t' read -r protocols type rest; do
	is "${seeds[number++]}: PFCP, no complaint" "${protocols##*:} ${type:+of some type} $rest" 'pfcp of some type '
done <"$tmp/fields"
done_testing
