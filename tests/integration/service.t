#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# ledger, frames, ledger-worker and service-client as programs: what is wrong with options and configurations, every pattern and form of
# output, ends that are asked for, a service that is killed.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
need_root
need_command unshare jq ip perl taskset
need_built "$build/bin/ledger" "$build/bin/frames" "$build/bin/ledger-worker" "$build/bin/service-client"
[ -n "${SERVICE_NET:-}" ] || become unshare -n -u -m env SERVICE_NET=1 "$(readlink -f "$0")"
run ip link set lo up
run hostname edge-test
cd "$tmp" || exit 1
client() { timeout 20 "$build/bin/service-client" --address 127.0.0.1 "$@"; }
answers() { client --ping --port "$1"; }

note 'options: status | what is said'
while IFS='|' read -r arguments said; do
	# shellcheck disable=SC2086 # words on purpose
	status "service-client $arguments" 2 "$build/bin/service-client" $arguments
	like 'what would be right' "$_output" "$said"
done <<'END'
--port 7000|--address is missing
--address here|--address: expected an IPv4 address, found 'here'
--address 127.0.0.1 --port 0|--port: expected a number from 1 to 65535
--address 127.0.0.1 --rate fast|--rate: expected requests a second
--address 127.0.0.1 --rate 0|--rate: expected requests a second
--address 127.0.0.1 --burst 1000/3000|--burst: expected ON_MS/OFF_MS/N such as 1000/3000/50
--address 127.0.0.1 --body 1401|--body: expected at most 1400 octets over UDP
--address 127.0.0.1 --tcp --body 1048577|--body: expected a number from 0 to 1048576
--address 127.0.0.1 --app frames --body 19|--body: a picture takes at least 20 octets
--address 127.0.0.1 --app game|--app: expected ledger or frames, found 'game'
--address 127.0.0.1 --model heap|--model: expected KEY=VALUE, found 'heap'
--address 127.0.0.1 --model haep=1MB|--model: unknown key 'haep', expected one of: heap, read
--address 127.0.0.1 --model heap=1mb|--model: heap: expected a size such as 64MB, found '1mb'
--address 127.0.0.1 --model heap=1MB,read=2MB|--model: read: expected at most
--address 127.0.0.1 --model data=much|--model: data: expected a size
--address 127.0.0.1 --requests 0|--requests: expected a number from 1
--address 127.0.0.1 --client -1|--client: expected a number
--address 127.0.0.1 now|unexpected 'now'
--adress 127.0.0.1|unrecognized option
END
for program in ledger frames; do
	status "$program without a configuration" 2 "$build/bin/$program"
	like 'its usage' "$_output" "usage: $program --config FILE"
	status "$program --help" 0 "$build/bin/$program" --help
	status "$program --version" 0 "$build/bin/$program" --version
	like 'and commit' "$_output" "^$program [0-9.]+ \("
	status "$program of a file that isn't there" 1 "$build/bin/$program" --config none.yaml
	like 'which' "$_output" 'none.yaml'
	status "$program takes the example" 0 "$build/bin/$program" --check-config --config "$root/apps/ledger/ledger.example.yaml"
done
status 'ledger-worker without a socket' 2 "$build/bin/ledger-worker"
status 'nor in a directory that is not there' 1 "$build/bin/ledger-worker" --socket "$tmp/none/socket"
status 'data of an odd size' 2 "$build/bin/ledger" --make-data "$tmp/data" --size 5000
like 'what would be right' "$_output" 'a multiple of 4 KB'
run mkdir full
run mount -t tmpfs -o size=64k none full
undo umount "$tmp/full"
status 'data without room' 1 "$build/bin/ledger" --make-data "$tmp/full/data" --size 1MB
like 'why' "$_output" 'No space left'
nok 'nothing is left of it' test -e full/data
echo mine >mine
status 'data where something is' 1 "$build/bin/ledger" --make-data "$tmp/mine" --size 1MB
is 'which stays' "$(<mine)" mine

note 'a ledger, its data and its client'
ok 'data of the application layer is made' "$build/bin/ledger" --make-data "$tmp/data" --size 1MB --compressible 0.5
is 'of its size' "$(stat -c %s data)" 1048576
cat >ledger.yaml <<'END'
{address: 127.0.0.1, port: 7000, heap: 1MB, read: 8KB, write: 16KB, compressible: 0.5, data: data}
END
model=heap=1MB,read=8KB,write=16KB,compressible=0.5,data=1MB
start() {
	"$build/bin/ledger" --config ledger.yaml 2>ledger.log &
	ledger=$!
	wait_for 20 answers 7000
}
stop() {
	! kill -KILL "$ledger" 2>/dev/null || wait "$ledger" 2>/dev/null
}
undo stop
ended() { # NAME WANTED: the one of $pid; not in ok, whose shell is another
	local got=0
	wait "$pid" 2>/dev/null || got=$?
	is "$1" "$got" "$2"
}
nok 'nobody answers before it is there' client --ping
start
status 'its address is taken' 1 "$build/bin/ledger" --config ledger.yaml
like 'which is said' "$_output" 'what=address error="Address already in use"'

ok 'requests at a rate' client --model "$model" --rate 200 --requests 60 --out rows.csv
is 'all are answered, rightly' "$(jq -c '[.made, .answered, .unanswered, .wrong, .doubled, .ok]' <<<"$_output")" '[60,60,0,0,0,true]'
is 'at this edge' "$(jq -c '[.edges[] | [.edge, .answered]]' <<<"$_output")" '[["edge-test",60]]'
is 'a row each, and what it is' "$(head -1 rows.csv) $(($(wc -l <rows.csv) - 1))" 'number,made_ns,sent_ns,answered_ns,sends,edge,ok 60'
is 'stamps in order, answered here, right' "$(awk -F, 'NR > 1 && ($2 <= $3 && $3 < $4 && $5 >= 1 && $6 == "edge-test" && $7 == 1)' rows.csv | wc -l)" 60
is 'due every 5 ms' "$(awk -F, 'NR > 2 { print $2 - last } { last = $2 }' rows.csv | sort -un | awk '{ printf "%.3f\n", $1 / 5e6 }' | sort -u)" 1.000
ok 'in bursts' client --model "$model" --burst 20/80/200 --requests 12 --out rows.csv
is '4, then silence' "$(awk -F, 'NR > 2 { printf "%.0f ", ($2 - last) / 1e6 } { last = $2 }' rows.csv)" '5 5 5 85 5 5 5 85 5 5 5 '
ok 'one after the other, over TCP' client --model "$model" --tcp --closed --requests 50 --body 100000
is 'on one connection' "$(jq -c '[.answered, .connections, .reconnects]' <<<"$_output")" '[50,1,0]'
ok 'for a second' client --model "$model" --rate 50 --seconds 1
is 'as many as are due' "$(jq .made <<<"$_output")" 50
nok 'of another heap' client --model heap=1MB --rate 200 --requests 20 --patience 300
like 'which it says' "$_output" 'chain is not what the model says'
is 'and counts' "$(jq -c '[.answered, .wrong > 0, .ok]' < <(client --model heap=1MB --rate 200 --requests 20 --patience 300 2>/dev/null))" '[20,true,false]'
mv data away
nok 'the layer is gone' client --model "$model" --rate 50 --requests 3 --patience 300
like 'nothing was applied' "$_output" 'request 1 was refused by edge-test'
mv away data

note 'ends'
# itself, not a shell that runs it: signals are for it
client=("$build/bin/service-client" --address 127.0.0.1 --model "$model" --rate 100)
"${client[@]}" --out rows.csv >summary.json 2>complaints &
pid=$!
rows() { [ "$(wc -l <rows.csv)" -gt "$1" ]; }
wait_for 20 rows 5
run kill -TERM "$pid"
ended 'SIGTERM: it awaits what is under way, and is content' 0
is 'a row each' "$(($(wc -l <rows.csv) - 1))" "$(jq .made summary.json)"
mkfifo input
"${client[@]}" --until-stdin --out rows.csv >summary.json 2>complaints <input &
pid=$!
exec 7>input
wait_for 20 rows 5
exec 7>&-
ended 'standard input is closed: the same' 0

trap '' XFSZ # as a full disk, for a moment
"${client[@]}" --until-stdin --out rows.csv >summary.json 2>complaints <input &
pid=$!
exec 7>input
trap - XFSZ
wait_for 20 rows 5
run prlimit --pid "$pid" --fsize="$(stat -c %s rows.csv)":unlimited
sleep 0.5
run prlimit --pid "$pid" --fsize=unlimited
exec 7>&-
ended 'rows that could not be written' 1
like 'are told' "$(<complaints)" 'rows.csv: Input/output error'

run kill -STOP "$ledger"
status 'a service that does not answer: nor is it content' 1 client --model "$model" --rate 100 --requests 5 --patience 200
is 'which it counts' "$(jq -c '[.made, .unanswered, .resent > 0, .longest_gap_us > 200000]' <<<"$_output")" '[5,5,true,true]'
run kill -CONT "$ledger"
stop
"${client[@]}" --out rows.csv >summary.json 2>complaints &
pid=$!
start
wait_for 20 rows 5
stop
start
ended 'a service that begins anew: its client ends' 1
like 'and says why' "$(<complaints)" 'the service at edge-test has applied 0 requests of this client, of which it answered [0-9]+'
is 'which it counts, too' "$(jq -c '[.forgotten, .ok]' summary.json)" '[true,false]'
run kill -TERM "$ledger"
pid=$ledger
ended 'a service ends well' 0
like 'and tells what it did' "$(<ledger.log)" 'what=stopped datagrams=[0-9]+ .*forgotten=0'

note 'an idle ledger, split: nothing in its memory changes, whichever processor it is stopped and goes on at (live-process waits for that)'
cat >split.yaml <<END
{address: 127.0.0.1, port: 7002, heap: 1MB, socket: $tmp/split, workers: [$tmp/worker]}
END
"$build/bin/ledger-worker" --socket worker 2>worker.log &
worker=$!
"$build/bin/ledger" --config split.yaml 2>ledger.log &
ledger=$!
wait_for 20 answers 7002
ok 'it has done something' client --port 7002 --model heap=1MB --rate 100 --requests 10
memory() { # PID: digest of all that it can write
	# shellcheck disable=SC2016 # perl has variables, too
	perl -MDigest::SHA -e 'my ($pid) = @ARGV; my $sha = Digest::SHA->new(256);
		open my $maps, "<", "/proc/$pid/maps" or die; open my $mem, "<:raw", "/proc/$pid/mem" or die;
		while (<$maps>) { my ($from, $to) = /^(\w+)-(\w+) rw/ or next;
			sysseek $mem, hex $from, 0; sysread $mem, my $octets, hex($to) - hex($from); $sha->add($octets) }
		print $sha->hexdigest' "$1"
}
sleeps() { grep -q '^State:.S' "/proc/$1/status"; }
walk() { # PID: from one processor to another, stopped and going on at each
	for cpu in $(taskset -cp "$1" | sed 's/.*: //; s/[-,]/ /g'); do
		taskset -cp "$cpu" "$1" >/dev/null && kill -STOP "$1" && kill -CONT "$1" && wait_for 20 sleeps "$1" && memory "$1" && echo
	done
}
is 'the same at each processor' "$(walk "$ledger" | sort -u | wc -l)" 1
before=$(memory "$ledger")
client --port 7002 --model heap=1MB --rate 100 --requests 1 >/dev/null
nok 'another after a request' test "$before" = "$(memory "$ledger")"
run kill "$worker"
wait "$worker"
stop

note 'frames'
echo '{address: 127.0.0.1, port: 7001, heap: 1MB}' >frames.yaml
"$build/bin/frames" --config frames.yaml 2>frames.log &
ledger=$!
wait_for 20 answers 7001
ok 'pictures over UDP' client --app frames --port 7001 --model heap=1MB --rate 100 --requests 30
is 'are analysed' "$(jq -c '[.answered, .wrong, .ok]' <<<"$_output")" '[30,0,true]'
ok 'and over TCP, 640x480' client --app frames --port 7001 --model heap=1MB --tcp --closed --requests 10 --body 307208
nok 'not those that are too short' client --port 7001 --model heap=1MB --rate 100 --requests 2 --body 10 --patience 200
run kill -TERM "$ledger"
pid=$ledger
ended 'it ends well' 0
done_testing
