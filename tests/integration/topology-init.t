#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# A node's init: readiness, restarts with back-off, logs, orphans, its control socket; and what `up` says when a daemon
# doesn't come.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
topology=topo-init
# shellcheck source=tests/integration/standin.sh
. "$(dirname "$0")/standin.sh"

note 'readiness'
behave gnb orphan
ok 'up' up
remember
is 'all are ready' "$(baton status --json | jq -c '[.nodes[].daemons[] | [.name, .state, .restarts]] | sort')" \
	'[["gnb","ready",0],["gnb","ready",0],["migration-manager","ready",0],["smf-lite","ready",0]]'
is 'with the words of their notification' "$(daemon gnb1 gnb .status)" 'gnb serves'
pid=$(daemon gnb1 gnb .pid)
is 'the pid is the host'"'"'s' "$(tr '\0' ' ' <"/proc/$pid/cmdline" | grep -o 'gnb --config [^ ]*')" \
	"gnb --config /run/baton/$topology/nodes/gnb1/gnb.yaml"
is 'and has the node'"'"'s namespaces' "$(stat -Lc %i "/proc/$pid/ns/net")" "$(stat -Lc %i "/run/netns/$topology.gnb1")"
like 'log lines have time, daemon and text' "$(baton logs gnb1 --daemon gnb | head -1)" \
	'^20[0-9-]{8}T[0-9:]{8}\.[0-9]{6}Z gnb: info gnb what=begins arguments=--config '
like 'a daemon sees its configuration where it is' "$(baton exec gnb1 -- head -1 "/run/baton/$topology/nodes/gnb1/gnb.yaml")" '^rest_address: '
ok 'an orphan is the init'"'"'s' wait_for 5 baton exec gnb1 -- sh -c 'grep -l "^PPid:.1$" /proc/[0-9]*/status | xargs grep -l "^Name:.sleep$"'
ok 'and reaped by it' baton exec gnb1 -- sh -c 'pkill -x sleep; i=0
	while grep -l "^Name:.sleep$" /proc/[0-9]*/status; do i=$((i + 1)); [ $i -lt 200 ] || exit 1; sleep 0.02; done'
is 'nothing else is copied into a daemon' "$(baton exec gnb1 -- sh -c 'ls -l /proc/2/fd' | grep -c -v 'total\|/dev/null\|pipe:\|socket:\|standin\|gnb')" 0

note 'restarts'
behave gnb ready
kill -9 "$pid"
restarted() { [ "$(daemon "$1" "$2" '[.state, .restarts] | join(" ")')" = "ready $3" ]; }
ok 'a killed daemon is started again' wait_for 5 restarted gnb1 gnb 1
is 'it is told why' "$(daemon gnb1 gnb .last_exit)" 'signal 9'
is 'the other gNB is not touched' "$(daemon gnb2 gnb .restarts)" 0
behave gnb exit 3
is 'restart, asked for' "$(ask gnb1 'restart gnb')" ok
many() { [ "$(daemon gnb1 gnb .restarts)" -ge 6 ]; }
ok 'a daemon that ends at once is tried again and again' wait_for 10 many
# Times of "begins" in ms; what lies between them is at least 200, 400 and 800 ms (100 ms were for the kill)
is 'with twice the delay each time' "$(baton logs gnb1 --daemon gnb | awk '/what=begins/ {
		split($1, t, /[T:Z]/); now = (t[2] * 3600 + t[3] * 60 + t[4]) * 1000
		if (n++ > 2) print now - last
		last = now
	}' | head -3 | awk '{ low = 100 * 2 ^ NR } $1 < low - 2 { bad = bad " " $1 } END { print NR, bad }')" '3 '
is 'its status says so' "$(daemon gnb1 gnb .last_exit)" 'status 3'
behave gnb ready
is 'a restart by hand does not wait' "$(ask gnb1 'restart gnb')" ok
waits=$(daemon gnb1 gnb .restarts)
ok 'it is ready' wait_for 5 restarted gnb1 gnb "$waits"

note 'control socket'
is 'stop' "$(ask core 'stop smf-lite')" ok
stopped() { [ "$(daemon core smf-lite .state)" = stopped ]; }
ok 'the daemon stops' wait_for 5 stopped
like 'orderly' "$(baton logs core --daemon smf-lite | tail -1)" 'what=stopped'
is 'and is not started again, but when asked' "$(daemon core smf-lite .pid) $(ask core 'start smf-lite')" '0 ok'
ok 'start' wait_for 5 restarted core smf-lite 0
is 'kill with a signal' "$(ask core 'kill smf-lite 9')" ok
ok 'counts as an end' wait_for 5 restarted core smf-lite 1
is 'start of what runs' "$(ask core 'start smf-lite')" 'error: the daemon is running'
is 'an unknown daemon' "$(ask core 'stop upf')" 'error: no such daemon in this node'
is 'an unknown verb' "$(ask core 'freeze smf-lite')" 'error: expected status, start, stop, restart or kill'
is 'no signal' "$(ask core 'kill smf-lite x')" 'error: expected a signal number'
is 'a signal that is none' "$(ask core 'kill smf-lite 4096')" 'error: expected a signal number'
is 'an empty line' "$(ask core '')" 'error: expected status, or a verb and a daemon'
is 'a line without end is cut off' "$(ask core "$(printf 'x%.0s' {1..5000})")" closed
is 'several lines at once' "$(ask core $'stop upf\nstop upf')" 'error: no such daemon in this node'
is 'status' "$(ask core status | jq -c '[.node, (.daemons | length)]')" '["core",2]'

note 'logs'
behave gnb loud 12000000
ok 'a daemon that says 12 MB' test "$(ask gnb2 'restart gnb')" = ok
ok 'says all of it' wait_for 60 grep -q 'gnb: done' "/run/baton/$topology/nodes/gnb2/gnb2.log"
is 'in two files of at most 8 MiB' "$(find "/run/baton/$topology/nodes/gnb2" -name 'gnb2.log*' -size -8193k | wc -l)" 2
is 'a long line is cut in pieces of 2048' "$(grep -o 'gnb: y*$' "/run/baton/$topology/nodes/gnb2/gnb2.log" | awk '{ printf "%d ", length($2) }')" '2048 2048 904 '
behave gnb ready
baton logs gnb1 --daemon gnb -f >"$tmp/follow" &
follower=$!
ok 'logs -f shows what is there' wait_for 5 grep -q what=begins "$tmp/follow"
lines=$(wc -l <"$tmp/follow")
ask gnb1 'restart gnb' >/dev/null
more() { [ "$(wc -l <"$tmp/follow")" -ge $((lines + 2)) ]; }
ok 'and what is added' wait_for 5 more
ok 'down' baton down
wait $follower
is 'logs -f ends with the node' $? 0
is 'nothing is left' "$(remnants)" ''

note 'what up says'
behave gnb exit 5
status 'a daemon that ends before it is ready' 1 up
like 'is named, with its end' "$_output" 'node gnb[12]: gnb ended with status 5 before it was ready, 3 times'
like 'and its last words' "$_output" 'gnb: info gnb what=begins'
is 'all was taken down' "$(remnants)" ''
behave gnb never
status 'a daemon that is never ready' 1 up --timeout 0.7
like 'is named' "$_output" 'not everything was ready after 700 ms:.*node gnb1.*node gnb1: gnb is starting'
is 'all was taken down' "$(remnants)" ''
status '--keep' 1 up --timeout 0.7 --keep
like 'leaves it' "$_output" "'$topology' is left as it is \(--keep\)"
is 'as failed' "$(baton status --json | jq -r .state)" failed
is 'and running' "$(daemon gnb1 gnb .state)" starting
status 'wait says who is missing' 1 baton wait --timeout 0.3
like 'by name' "$_output" 'gnb is starting'
ok 'down' baton down
rm "$BATON_LIBEXEC/gnb"
status 'a program that is not there' 1 up
like 'is named' "$_output" "node gnb1 needs $BATON_LIBEXEC/gnb: No such file"
is 'before anything was made' "$(remnants)" ''
done_testing
