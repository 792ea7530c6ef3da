#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# The STAMP packets that tests/unit/test_stamp.c wants octet by octet, read by tshark, whose TWAMP-Test
# dissector knows the same layout (RFC 8762 is compatible with it). What it calls the first MBZ is the
# SSID of RFC 8972. It takes the sender's timestamp for NTP whatever the sender's Z flag says (seen in
# 4.0.17), so that one is looked at in hex.
. "$(dirname "$0")/../lib.sh"
need_command tshark text2pcap

# the text of a macro of test_stamp.c, as hex digits
hex_of() { # MACRO
	sed -n "/^#define $1/,/[^\\\\]\$/p" "$root/tests/unit/test_stamp.c" | sed 1d | tr -dc '0-9a-f'
}

packet() { # MACRO FILE
	hex_of "$1" | sed 's/../& /g; s/^/0000 /' >"$tmp/hex"
	text2pcap -q -u 40000,862 "$tmp/hex" "$2" 2>/dev/null
}

fields() { # FILE FIELD...
	local args=() field
	for field in "${@:2}"; do args+=(-e "twamp.test.$field"); done
	TZ=UTC tshark -r "$1" -d udp.port==862,twamp.test -T fields -E occurrence=f "${args[@]}" 2>/dev/null
}

packet TEST_HEX "$tmp/test.pcap"
is 'test: sequence number' "$(fields "$tmp/test.pcap" seq_number)" 42
like 'test: time' "$(fields "$tmp/test.pcap" timestamp)" '22:13:20\.123456789'
is 'test: synchronised, PTPv2, 2^-32 s' \
	"$(fields "$tmp/test.pcap" error_estimate.s error_estimate.z error_estimate.scale error_estimate.multiplier)" $'1\t1\t0\t1'
is 'test: SSID' "$(fields "$tmp/test.pcap" mbz1)" 7

packet REPLY_HEX "$tmp/reply.pcap"
is 'reply: own sequence number' "$(fields "$tmp/reply.pcap" seq_number)" 17
like 'reply: time' "$(fields "$tmp/reply.pcap" timestamp)" '22:13:20\.123457792'
like 'reply: receive time' "$(fields "$tmp/reply.pcap" receive_timestamp)" '22:13:20\.123457535'
is 'reply: sender'"'"'s sequence number' "$(fields "$tmp/reply.pcap" sender_seq_number)" 42
is 'reply: sender'"'"'s error estimate' "$(fields "$tmp/reply.pcap" sender_error_estimate)" 16389
is 'reply: sender'"'"'s TTL' "$(fields "$tmp/reply.pcap" sender_ttl)" 63
is 'reply: SSID' "$(fields "$tmp/reply.pcap" mbz1)" 7
is 'reply: sender'"'"'s time, in hex' "$(hex_of REPLY_HEX | cut -c57-72)" 6553f100075bcd15
is 'no complaint' "$(tshark -r "$tmp/reply.pcap" -d udp.port==862,twamp.test -Y '_ws.malformed || _ws.expert.severity == error' 2>/dev/null)" ''
done_testing
