#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# The example of apps/cooperative/README.md compiles, and does what it says: it counts its requests on, in another process.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
need_command perl awk
library=$root/build/lib/libcooperative.a # plain, whatever is tested: so is the example
[ -n "${BATON_LAB:-}" ] || make -s -C "$root" build/lib/libcooperative.a >&2
release=$(uname -r)
printf -v kernel '%d%03d' "${release%%.*}" "$(cut -d. -f2 <<<"$release")"

awk '/^```c$/ { on = 1; next } /^```$/ { on = 0 } on' "$root/apps/cooperative/README.md" >"$tmp/example.c"
ok 'it compiles without a warning' "${CC:-gcc}" -std=gnu11 -Wall -Wextra -Wno-unused-parameter -Werror -I"$root" -o "$tmp/example" \
	"$tmp/example.c" "$library" -lnettle -pthread

# A line to an instance's control socket and its answer. With a third argument it stays, opens the gate when it is asked to, and tells what
# came of it.
control() { # DIRECTORY LINE [stay]
	perl -MIO::Socket::UNIX -e '
		my ($dir, $line, $stay) = @ARGV;
		$| = 1;
		my $s = IO::Socket::UNIX->new(Peer => "$dir/cooperative.sock") or die "$dir: $!\n";
		print $s "$line\n";
		while (<$s>) {
			print;
			print $s "armed\n" if /^event=arm/;
			last if /^\n/ && !$stay;
		}' "$@"
}
request() { # ADDRESS: how many requests it had
	perl -MIO::Socket::INET -e '
		my $s = IO::Socket::INET->new(PeerAddr => $ARGV[0], PeerPort => $ARGV[1], Proto => "udp") or die $!;
		send $s, "?", 0;
		alarm 10;
		recv $s, my $answer, 8, 0;
		print unpack("Q", $answer), "\n";' "$1" $port
}
port=$((20000 + RANDOM % 10000))
key=$(printf '%064d' 7)
mkdir "$tmp/here" "$tmp/there"
touch "$tmp/there/incoming"
"$tmp/example" "$tmp/here" 127.0.0.1 $port &
here=$!
undo end_pids $here
"$tmp/example" "$tmp/there" 127.0.0.2 $port &
there=$!
undo end_pids $there
wait_for 20 test -S "$tmp/here/cooperative.sock"
wait_for 20 test -S "$tmp/there/cooperative.sock"
answers() { [ "$(request 127.0.0.1)" -ge 1 ]; }
wait_for 20 answers
first=$(request 127.0.0.1)
is 'it counts' "$(request 127.0.0.1)" $((first + 1))

if [ "$kernel" -lt 6007 ]; then
	like 'this kernel does not let it move, which it says' "$(control "$tmp/here" status)" 'supported=no'
	like 'and refuses' "$(control "$tmp/here" "push address=127.0.0.1 port=9 key=$key")" 'error=KERNEL_UNSUPPORTED'
	done_testing
	exit
fi
control "$tmp/there" "listen address=127.0.0.1 key=$key" stay >"$tmp/join" &
joined=$!
wait_for 20 grep -q '^port=' "$tmp/join"
like 'it is sent' "$(control "$tmp/here" "push address=127.0.0.1 port=$(sed -n 's/^port=//p' "$tmp/join") key=$key verify=1")" 'state='
wait_for 20 eval "control '$tmp/here' 'wait ms=1000' | grep -q '^state=converged'"
like 'and moves' "$(control "$tmp/here" commit)" '^state=left'
wait $here
is 'the one ends' $? 0
wait $joined
like 'the other serves' "$(cat "$tmp/join")" 'state=serving'
is 'and goes on counting' "$(request 127.0.0.2)" $((first + 2))
done_testing
