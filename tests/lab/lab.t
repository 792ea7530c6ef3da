#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# scripts/lab from outside: what goes in, what comes out, and how each bad end is told apart. What the
# guest's kernel can do is kernel.t's.
. "$(dirname "$0")/../lib.sh"
need_root
lab=$root/scripts/lab
export TMPDIR=$tmp # so that what a run leaves behind can be seen

# One boot for all that goes in and out. The working directory is a mount of its own, in a mount
# namespace of its own, with a name that needs quoting, below /tmp, and --out is relative.
inside() {
	printf '%s|' "$@"
	echo
	pwd
	cat
	hostname
	echo "HOME=$HOME GREETING=$GREETING BATON_LAB=$BATON_LAB"
	cat here
	echo changed >here
	rm -f "$root/README.md"
	echo new >"$root/lab-was-here"
	echo result >out/file
	mkdir out/dir && mv out/file out/dir/
	rm out/old
	echo to-stderr >&2
	exit 7
}
export -f inside
export root

dir="$tmp/a b,c'd"
mkdir "$dir"
in_own_mount() {
	mount -t tmpfs tmpfs "$dir"
	cd "$dir" || return
	echo original >here
	mkdir out
	touch out/old
	printf 'line 1\nline 2\n' |
		GREETING='good  day' "$lab" --out out bash -c 'inside "$@"' inside 'a b' '' "q'u\"o" '*' '$HOME' $'new\nline'
	echo "status $?"
	echo "here: $(<here); out: $(find out -type f)"
	cat out/dir/file
}
export -f in_own_mount
export dir lab
before=$(cd "$root" && ls -A)
unshare --mount bash -c in_own_mount >"$tmp/stdout" 2>"$tmp/stderr"

is 'arguments, directory, input, environment and status 7 pass; nothing but --out is changed' "$(<"$tmp/stdout")" \
	"a b||q'u\"o|*|\$HOME|new
line|
$dir
line 1
line 2
lab
HOME=/root GREETING=good  day BATON_LAB=1
original
status 7
here: original; out: out/dir/file
result"
is 'standard error stays apart' "$(<"$tmp/stderr")" to-stderr
is 'the repository is untouched' "$(cd "$root" && ls -A)" "$before"

# Two at once, --out made when missing, a megabyte through each.
both() {
	"$lab" --out "$tmp/new/first" bash -c 'seq 200000; echo 1 >first' >"$tmp/first" &
	local first=$!
	"$lab" --out "$tmp/new/second" bash -c 'seq 200001; cd "$0" && echo 2 >file' "$tmp/new/second" >"$tmp/second" &
	wait $first && wait $!
}
ok 'two runs at once' both
is 'the first one is complete' "$(cksum <"$tmp/first")" "$(seq 200000 | cksum)"
is 'the second one is complete' "$(cksum <"$tmp/second")" "$(seq 200001 | cksum)"
is '--out is made and written' "$(cat "$tmp"/new/second/file)" 2
is '--out alone is written' "$(ls -A "$tmp/new/first")" ''

# The command goes on only when the caller has seen its first line; then both streams in one pipe.
live() {
	mkdir "$tmp/live"
	"$lab" --timeout 120 --out "$tmp/live" bash -c \
		'echo ready; until [ -e "$0/seen" ]; do sleep 0.1; done; for i in 1 2 3; do echo "out $i"; echo "err $i" >&2; done' \
		"$tmp/live" 2>&1 | { read -r line && touch "$tmp/live/seen" && echo "$line" && cat; }
}
is 'output is live, and in order' "$(live)" $'ready\nout 1\nerr 1\nout 2\nerr 2\nout 3\nerr 3'

# How it ends.
status 'an unknown command is 127' 127 "$lab" no-such-command
like 'and is named' "$_output" "no-such-command"
status 'a panic is 122' 122 "$lab" bash -c 'echo c >/proc/sysrq-trigger; read -r < <(sleep 60)'
like 'and is shown' "$_output" 'lab: the kernel panicked.*sysrq triggered crash'
status 'an end in mid-command is 123' 123 "$lab" poweroff -f
like 'and is called so' "$_output" 'lab: the machine ended before the command did'
status '--timeout ends a run with 124' 124 "$lab" --timeout 8 sleep 1000
like 'and says so' "$_output" 'lab: 8 s are over'

interrupt() {
	env --default-signal=INT "$lab" bash -c 'echo started; sleep 1000' >"$tmp/interrupted" &
	wait_for 60 grep -q started "$tmp/interrupted" || return
	kill -INT $!
	wait $!
}
status 'Ctrl-C ends it with 130' 130 interrupt
closed() {
	"$lab" bash -c 'while echo y; do :; done' | head -n 1
}
status 'so does a reader that goes away, with 141' 141 closed
is 'no run has left anything behind' "$(find "$tmp" -maxdepth 1 -name 'baton-lab.*')" ''

# A kernel changes its own code (static keys, here clsact's) while each processor runs it; QEMU 7.2 with a thread for each dies of it in seconds.
patched() {
	# shellcheck disable=SC2016 # the inner shell's
	"$lab" --timeout 120 bash -c 'ip link set lo up
		for i in $(seq 200); do echo "qdisc add dev lo clsact"; echo "qdisc del dev lo clsact"; done >/tmp/changes
		for i in 1 2; do ping -q -f -w 15 127.0.0.1 >/dev/null & done
		while [ -n "$(jobs -r)" ]; do tc -batch /tmp/changes || exit; done'
}
ok 'code that is replaced while it runs' patched
cache=${XDG_CACHE_HOME:-/var/cache}/baton-lab
if [ -d "$cache/qemu" ]; then # it was wanted: no KVM, and the machine's own is older
	mkdir -p "$tmp/cache/baton-lab"
	cp -s "$cache"/newest-* "$tmp/cache/baton-lab" && ln -s "$cache"/6.1* "$tmp/cache/baton-lab"
	echo 'no network' >"$tmp/cache/baton-lab/no-qemu"
	ok "without backports' QEMU it goes on" env XDG_CACHE_HOME="$tmp/cache" "$lab" true
	like 'with one thread, and says why' "$_output" 'one thread for all processors.*\(no network\)'
fi

# What cannot start.
refused() { # NAME REGEX COMMAND...
	status "$1: 125" 125 "${@:3}"
	like "$1: said clearly" "$_output" "$2"
}
refused 'no command' 'no command given' "$lab"
refused 'an unknown option' 'unknown option --fast' "$lab" --fast true
refused 'a bad number' "--timeout takes a number from 1, not '1m'" "$lab" --timeout 1m true
refused 'a kernel that is not there' 'cannot get the package linux-image-6.1.0-0-amd64' "$lab" --kernel 6.1.0-0 true
refused 'too much memory' 'QEMU did not start' "$lab" --memory 900000000 true
refused 'a shell without a terminal' 'needs a terminal' "$lab" --shell
without_qemu() {
	mkdir "$tmp/bin"
	local tool
	for tool in bash env readlink dirname uname id; do
		ln -s "$(command -v $tool)" "$tmp/bin"
	done
	PATH=$tmp/bin "$lab" true
}
refused 'no QEMU' 'qemu-system-x86_64 is missing; scripts/setup installs it' without_qemu
full_disk() {
	# shellcheck disable=SC2016 # the inner shell's
	unshare --mount bash -c 'mkdir "$0" && mount -t tmpfs -o size=100m full "$0" && XDG_CACHE_HOME=$0 "$lab" true' "$tmp/full"
}
refused 'a full disk' 'cannot get the package linux-image-6.1.*less than [0-9]+ MB free' full_disk
done_testing
