#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
#   S  wan ---- wan  D     10.120.1.1, .2; 80 Mbit/s from S to D. Items by stream, gzip and rsync, whole or not at all:
#                          wrong key, either side killed or cut at each stage, the way cut, the disk full, two at once.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
need_root
need_command rsync tc
need_built "$build/integration/transfer_tool"

S=transferS-$$ D=transferD-$$ cutS=transferX-$$ cutD=transferY-$$
tool=$build/integration/transfer_tool
pair() { # SOURCE DESTINATION
	local namespace
	for namespace in "$1" "$2"; do
		run ip netns add "$namespace"
		undo ip netns del "$namespace"
		ip -n "$namespace" link set lo up
	done
	run ip -n "$1" link add wan type veth peer name wan netns "$2"
	ip -n "$1" addr add 10.120.1.1/24 dev wan
	ip -n "$2" addr add 10.120.1.2/24 dev wan
	ip -n "$1" link set wan up
	ip -n "$2" link set wan up
	run tc -n "$1" qdisc add dev wan root tbf rate 80mbit burst 32k limit 1m
}
pair "$S" "$D"
pair "$cutS" "$cutD"

mkdir "$tmp"/{out,in,repository,basis,run,at}
head -c 1500000 /dev/urandom >"$tmp/random"
mkdir "$tmp"/out/{1,2,large}
cp "$tmp/random" "$tmp/out/1/pages-1.img"
head -c 1500000 /dev/zero >"$tmp/out/1/zero.img"
echo core >"$tmp/out/1/core-20100.img"
chmod 600 "$tmp/out/1/core-20100.img"
cp -p "$tmp"/out/1/* "$tmp/out/2"
printf changed | dd of="$tmp/out/2/pages-1.img" bs=1 seek=700000 conv=notrunc status=none
ln -s ../1 "$tmp/out/2/parent"
head -c 12000000 /dev/urandom >"$tmp/out/large/pages-1.img"

# Elsewhere the way is cut while the rest goes on: it takes a while until that is noticed.
mkdir "$tmp/cut"
ip netns exec "$cutD" "$tool" receive 10.120.1.2 "$tmp/cut" - - - >"$tmp/cut-received" &
cut_receiver=$!
wait_for 20 test -s "$tmp/cut-received"
read -r port key <"$tmp/cut-received"
ip netns exec "$cutS" "$tool" send 10.120.1.2 "$port" "$key" round "$tmp/out/large" large - wan >"$tmp/cut-sent" &
cut_sender=$!
wait_for 20 test -s "$tmp/cut/.incoming-large/pages-1.img"
run ip -n "$cutD" link set wan down

receiver='' port='' key=''
undo eval 'end_pids $receiver $cut_receiver $cut_sender'
receive() { # [REPOSITORY]
	: >"$tmp/received"
	ip netns exec "$D" "$tool" receive 10.120.1.2 "$tmp/in" "$tmp/repository" "$tmp/basis" "$tmp/run" >"$tmp/received" &
	receiver=$!
	wait_for 20 test -s "$tmp/received"
	read -r port key <"$tmp/received"
}
finish_receiver() { # [SIGNAL]
	kill "-${1:-TERM}" $receiver
	wait $receiver 2>/dev/null
	receiver=''
}
send() { ip netns exec "$S" "$tool" send 10.120.1.2 "$port" "$key" "$@"; }
figure() { sed -n "s/.* *$2=\([0-9a-z]*\).*/\1/p" <<<"$1"; }
same() { diff -r "$tmp/out/$1" "$tmp/in/$1" && [ "$(readlink "$tmp/in/$1/parent")" = "$(readlink "$tmp/out/$1/parent")" ]; }
# A child's end is waited for here, and not in the subshell of ok and nok.
ended() { # PID: its exit status
	local status=0
	wait "$1" 2>/dev/null || status=$?
	echo $status >"$tmp/status"
}
status_is() { grep -qx "$1" "$tmp/status"; }
file_gone() { [ ! -e "$1" ]; }
nothing_half() { ! compgen -G "$tmp/in/.incoming-*" && ! compgen -G "$tmp/repository/.incoming-*" && ! compgen -G "$tmp/run/*"; }
no_rsync() { ! ip netns pids "$D" | xargs -r ps -o comm= -p | grep -q rsync; }
counted() { sed -n 's/^counts //p' "$tmp/received"; }

receive
out=$(send round "$tmp/out/1" 1 - wan)
is 'a round by stream: files, octets' "$(figure "$out" files) $(figure "$out" bytes)" '3 3000005'
ok 'is what was sent' same 1
is 'permissions too' "$(stat -c %a "$tmp/in/1/core-20100.img" "$tmp/in/1")" $'600\n700'
wire=$(figure "$out" wire) interface=$(figure "$out" interface)
ok "the wire has a little more than its octets ($wire)" [ "$wire" -gt 3000005 -a "$wire" -lt 3100000 ]
ok "the interface some more, for its headers ($interface)" [ "$interface" -gt "$wire" -a "$interface" -lt 3400000 ]
out=$(send round "$tmp/out/2" 2 z wan)
ok 'the next by gzip' same 2
wire=$(figure "$out" wire)
ok "zeros cost nothing ($wire)" [ "$wire" -gt 1500000 -a "$wire" -lt 1600000 ]
is "the compressor's time is told" "$(figure "$out" cpu)" some
out=$(send round "$tmp/out/1" 1 - wan)
ok 'the same again takes its place' same 1

rm -rf "$tmp"/in/*
out=$(send round "$tmp/out/1" 1 r wan)
ok 'by rsync, without a basis' same 1
is 'all of it travels' "$(figure "$out" literal) $(figure "$out" matched)" '3000005 0'
cp -p "$tmp"/out/1/* "$tmp/basis"
out=$(send round "$tmp/out/2" 2 r wan)
ok 'with one' same 2
literal=$(figure "$out" literal) wire=$(figure "$out" wire)
ok "what differs alone travels ($literal, $wire on the wire), size and time being the same" \
	[ "$literal" -gt 0 -a "$literal" -lt 20000 -a "$wire" -lt 60000 ]
ok 'the basis is as it was' diff -r "$tmp/out/1" "$tmp/basis"
out=$(send round "$tmp/out/1" 1 rz wan)
ok 'and compressed' same 1
ok 'nothing of it is left' nothing_half
ok 'no rsync either' no_rsync

# images: by their manifest
mkdir "$tmp/image"
cp "$tmp/random" "$tmp/image/data"
printf '#!/bin/sh\n' >"$tmp/image/ledger"
chmod 755 "$tmp/image/ledger"
"$root/scripts/image" "$tmp/image" ledger 1
out=$(send image "$tmp/image" ledger - wan)
ok 'an image' diff -r "$tmp/image" "$tmp/repository/ledger"
is 'has three files' "$(figure "$out" files) $(figure "$out" had)" '3 0'
out=$(send image "$tmp/image" ledger - wan)
is 'and is not sent again' "$(figure "$out" bytes) $(figure "$out" had)" '0 1'
printf changed | dd of="$tmp/image/data" bs=1 seek=700000 conv=notrunc status=none
"$root/scripts/image" "$tmp/image" ledger 2
out=$(send image "$tmp/image" ledger r wan)
ok 'its next version by rsync' diff -r "$tmp/image" "$tmp/repository/ledger"
ok "of which differences travel ($(figure "$out" literal))" [ "$(figure "$out" literal)" -lt 20000 ]
printf '#!/bin/bash\n' >"$tmp/image/ledger"
printf '\n' >>"$tmp/image/manifest.json"
is 'one that is not as its manifest says is refused' "$(send image "$tmp/image" ledger - wan)" \
	'TRANSFER_FAILED the receiver says: ledger: has 12 bytes, the manifest says 10'
is 'and the old one stays' "$(stat -c %s "$tmp/repository/ledger/ledger")" 10
is 'one by another name too' "$(send image "$tmp/image" snake - wan)" \
	"TRANSFER_FAILED the receiver says: the manifest of 'snake' is that of 'ledger'"

# two at once, and one twice
rm -rf "$tmp"/in/*
send round "$tmp/out/1" 1 - wan >"$tmp/first" &
first=$!
send round "$tmp/out/2" 2 r wan >"$tmp/second"
ended $first
ok 'two at once' status_is 0
ok 'both whole' same 1
ok 'both' same 2
send round "$tmp/out/large" large - wan >"$tmp/first" &
first=$!
wait_for 20 test -s "$tmp/in/.incoming-large/pages-1.img"
is 'one twice at once' "$(send round "$tmp/out/large" large - wan)" \
	'TRANSFER_FAILED the receiver says: somebody else brings it already'
ended $first
ok 'is brought by the first' status_is 0

good=$key key=00000000000000000000000000000000
is 'a wrong key' "$(send round "$tmp/out/1" 3 - wan)" 'TRANSFER_FAILED the receiver says: the key is wrong'
key=$good
rate=$(ip netns exec "$S" "$tool" rate 10.120.1.2 "$port" "$key" 1000000)
ok "the rate is the link's at most ($rate)" [ "$rate" -gt 8000000 -a "$rate" -lt 96000000 ]

# the sender ends: by stream and by rsync
for options in - z r; do
	rm -rf "$tmp"/in/*
	ip netns exec "$S" "$tool" send 10.120.1.2 "$port" "$key" round "$tmp/out/large" large $options wan >/dev/null &
	sender=$!
	wait_for 20 compgen -G "$tmp/in/.incoming-large/*pages-1.img*"
	kill -9 $sender
	wait $sender 2>/dev/null
	ok "a sender killed ($options) leaves nothing" wait_for 20 nothing_half
	is 'nor what it sent' "$(ls -A "$tmp/in")" ''
	ok 'no rsync' wait_for 20 no_rsync
done
rm -rf "$tmp"/in/*
ip netns exec "$S" "$tool" send 10.120.1.2 "$port" "$key" round "$tmp/out/large" large r wan >"$tmp/first" &
sender=$!
wait_for 20 compgen -G "$tmp/in/.incoming-large/.pages-1.img*"
kill -TERM $sender
ended $sender
ok 'one that is told to end' status_is 1
like 'says so' "$(cat "$tmp/first")" '^CANCELLED cut short while '
ok 'and leaves nothing' wait_for 20 nothing_half
ok 'no rsync' wait_for 20 no_rsync
finish_receiver
like 'the receiver has counted' "$(counted)" 'key_wrong=1 busy=0 malformed=2 failed=1 cut=[4-9] items=12'

# the receiver ends
for options in - r; do
	receive
	send round "$tmp/out/large" large $options wan >"$tmp/first" &
	sender=$!
	wait_for 20 compgen -G "$tmp/in/.incoming-large/*pages-1.img*"
	finish_receiver
	ended $sender
	ok "a receiver told to end ($options): the sender fails" status_is 1
	like 'and says so' "$(cat "$tmp/first")" '^TRANSFER_FAILED '
	ok 'nothing is left' nothing_half
	ok 'no rsync' no_rsync
done
for options in - r; do
	receive
	send round "$tmp/out/large" large $options wan >"$tmp/first" &
	sender=$!
	wait_for 20 compgen -G "$tmp/in/.incoming-large/*pages-1.img*"
	finish_receiver KILL
	ended $sender
	ok "a receiver killed ($options): the sender fails" status_is 1
	ok 'no rsync is left' wait_for 20 no_rsync
done
rm -f "$tmp"/run/*
receive
ok 'the next receiver removes the half' nothing_half
ok 'and takes it' send round "$tmp/out/large" large - wan
ok 'whole' same large
finish_receiver

# a disk that is full: 8 MB, then one that fills meanwhile
run mount -t tmpfs -o size=8m tmpfs "$tmp/at"
undo umount "$tmp/at"
rm "$tmp/received"
ip netns exec "$D" "$tool" receive 10.120.1.2 "$tmp/at" - - - >"$tmp/received" &
receiver=$!
wait_for 20 test -s "$tmp/received"
read -r port key <"$tmp/received"
like 'more than there is room for' "$(send round "$tmp/out/large" large - wan)" '^DISK_SHORT the receiver says: .*stays free'
head -c 5900000 /dev/zero >"$tmp/at/other"
like 'of which a tenth stays' "$(send round "$tmp/out/1" 1 - wan)" '^DISK_SHORT '
rm "$tmp/at/other"
send round "$tmp/out/1" 1 - wan >"$tmp/first" &
sender=$!
wait_for 20 test -s "$tmp/at/.incoming-1/pages-1.img"
head -c 8000000 /dev/zero >"$tmp/at/other" 2>/dev/null
ended $sender
ok 'filled meanwhile' status_is 1
is 'is told' "$(cat "$tmp/first")" 'DISK_SHORT the receiver says: No space left on device'
is 'and leaves nothing' "$(ls -A "$tmp/at")" other
finish_receiver

ended $cut_sender
ok 'the way cut: the sender gives up' status_is 1
like 'and says so' "$(cat "$tmp/cut-sent")" '^TRANSFER_FAILED '
ok 'so does the receiver' wait_for 60 file_gone "$tmp/cut/.incoming-large"
kill $cut_receiver
ended $cut_receiver
ok 'which goes on' status_is 0
done_testing
