#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# The stream-client against real streaming servers (play_bed) on the loopback of a namespace of its own: joining, the gate, the
# switch and its downtime, inputs over switches, servers that die, streams that are none, REST misuse, the record and the screen,
# and 64 switches to and fro.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
need_root
need_command curl jq perl unshare ffprobe script
need_built "$build/bin/stream-client" "$build/integration/play_bed"
[ -n "${BATON_OWN_NET:-}" ] || become env BATON_OWN_NET=1 unshare --net --mount "$(readlink -f "$0")"
ip link set lo up

key1=00112233445566778899aabbccddeeff key2=ffeeddccbbaa99887766554433221100
echo secret >"$tmp/token"

# What an empty $pids has yet to end
pids=()
end_all() {
	local pid
	for pid in "${pids[@]}"; do
		kill "$pid" 2>/dev/null && wait "$pid"
	done
	return 0
}
undo end_all

http() { # BASE METHOD PATH [BODY]: body, then a line with the status
	curl -s -m 10 -w '\n%{http_code}' -H 'Authorization: Bearer secret' -H 'Content-Type: application/json' -X "$2" \
		${4:+-d "$4"} "http://127.0.0.1:$1$3"
}
sc() { http 8093 "$@"; }
bed() { http 8200 "$@" | sed '$d'; }
code() { sc "$@" | tail -n 1; }
problem() { sc "$@" | tr -d '\n' | sed 's/}\([0-9]*\)$/} \1/' | jq -rs '"\(.[1]) \(.[0].cause)"'; }
get() { sc GET "$1" | sed '$d' | jq -r "$2"; }
holds() { [ "$(get "$1" "$2")" = true ]; }
bed_holds() { [ "$(bed GET /v1/bed | jq -r "$1")" = true ]; }
place() { printf '{"address": "127.0.0.1", "port": %d, "key": "%s"}' "$1" "$2"; }

start_client() { # NAME [CONFIG LINE]...
	printf '%s\n' "rest_address: 127.0.0.1" "rest_port: 8093" "token_file: $tmp/token" "account: p1" "width: 320" "height: 240" \
		"${@:2}" >"$tmp/$1.yaml"
	"$build/bin/stream-client" --config "$tmp/$1.yaml" 2>"$tmp/$1.log" &
	client=$!
	pids+=("$client")
	wait_for 10 curl -sf http://127.0.0.1:8093/healthz
}
stop_client() {
	ended=0
	kill "$client"
	wait "$client" || ended=$?
}

# ---- its configuration ----

refused() { # NAME LINE REGEX
	printf '%s\n' "rest_address: 127.0.0.1" "rest_port: 8093" "token_file: x" "account: p1" "$2" >"$tmp/bad.yaml"
	if _output=$("$build/bin/stream-client" --config "$tmp/bad.yaml" --check-config 2>&1); then
		fail "$1 is refused"
	else
		like "$1 is refused" "$_output" "$3"
	fi
}
printf '0 go\n10 jump\n' >"$tmp/bad.script"
refused 'a threshold over 1' 'threshold: 1.5' 'bad.yaml:5:.*threshold: expected a number from 0 to 1'
refused 'an unknown buffer' 'buffer: two-frames' "buffer: unknown word 'two-frames', expected one-frame or fifo"
refused 'an unknown codec' 'codec: vp8' "codec: unknown word 'vp8', expected openh264 or x264"
refused 'a missing script' 'input: nowhere' "'nowhere' is none of none, player and keyboard, and as a file: No such file"
refused 'a wrong script' "input: $tmp/bad.script" 'bad.script:2: unknown input'
refused 'an unknown key' 'treshold: 0.5' "unknown key 'treshold'"
printf '%s\n' "account: Player 1" >"$tmp/bad.yaml"
nok 'an account with a space is refused' "$build/bin/stream-client" --config "$tmp/bad.yaml" --check-config

# ---- REST before there is anything, and misuse ----

"$build/integration/play_bed" 8200 320 240 60 5004 $key1 5005 $key2 2>"$tmp/bed.log" &
pids+=($!)
wait_for 10 curl -sf http://127.0.0.1:8200/v1/bed
printf '0 go\n60 up\n120 right\n180 down\n240 right\n300 repeat\n' >"$tmp/script"
start_client main "input: $tmp/script" "screen_port: 8100"

is 'nothing is there yet' "$(get /v1/status '.state, .shown, .steered' | xargs)" 'no-stream 0 0'
while read -r want method path body; do
	is "$method $path ${body:0:60} -> $want" "$(problem "$method" "$path" "$body")" "${want/_/ }"
done <<-EOF
	400_INVALID_PARAMETER PUT /v1/streams/0 $(place 5004 $key1)
	400_INVALID_PARAMETER PUT /v1/streams/16 $(place 5004 $key1)
	400_INVALID_PARAMETER PUT /v1/streams/-1 $(place 5004 $key1)
	400_INVALID_PARAMETER PUT /v1/streams/1x $(place 5004 $key1)
	400_INVALID_PARAMETER PUT /v1/streams/1 {}
	400_INVALID_PARAMETER PUT /v1/streams/1 {"address": "127.0.0.1", "port": 0, "key": "$key1"}
	400_INVALID_PARAMETER PUT /v1/streams/1 {"address": "nowhere", "port": 5004, "key": "$key1"}
	400_INVALID_PARAMETER PUT /v1/streams/1 {"address": "127.0.0.1", "port": 5004, "key": "0011"}
	400_INVALID_PARAMETER PUT /v1/streams/1 {"address": "127.0.0.1", "port": 5004, "key": "${key1/0/g}"}
	400_INVALID_PARAMETER PUT /v1/streams/1 {"address": "127.0.0.1", "port": 5004, "key": "$key1", "device": "a-name-that-is-too-long"}
	400_INVALID_PARAMETER PUT /v1/streams/1 {"address": "127.0.0.1", "port": 5004, "key": "$key1", "colour": 1}
	409_DEVICE_NOT_FOUND PUT /v1/streams/1 {"address": "127.0.0.1", "port": 5004, "key": "$key1", "device": "nodev0"}
	404_STREAM_NOT_FOUND GET /v1/streams/1
	404_STREAM_NOT_FOUND DELETE /v1/streams/1
	404_STREAM_NOT_FOUND GET /v1/streams/1/frames
	404_STREAM_NOT_FOUND PUT /v1/switches/1 {"to": 1}
	400_INVALID_PARAMETER PUT /v1/switches/0 {"to": 1}
	400_INVALID_PARAMETER PUT /v1/switches/4294967296 {"to": 1}
	400_INVALID_PARAMETER PUT /v1/switches/1 {}
	400_INVALID_PARAMETER PUT /v1/switches/1 {"to": 1, "threshold": 1.5}
	400_INVALID_PARAMETER PUT /v1/switches/1 {"to": 1, "window": 0}
	400_INVALID_PARAMETER PUT /v1/switches/1 {"to": 1, "timeout_ms": 0}
	400_INVALID_PARAMETER PUT /v1/switches/1 {"to": 1, "force": "yes"}
	404_SWITCH_NOT_FOUND GET /v1/switches/1
	404_SWITCH_NOT_FOUND DELETE /v1/switches/1
	404_NOTHING_SHOWN GET /v1/screen.png
	400_INVALID_PARAMETER GET /v1/trace?from=x
	400_INVALID_PARAMETER GET /v1/trace?inputs_from=-1
	400_INVALID_PARAMETER GET /v1/ssim?from=1.5
	400_INVALID_PARAMETER POST /v1/inputs {"input": "jump"}
	400_INVALID_PARAMETER POST /v1/inputs {"input": "none"}
	409_NOT_READY POST /v1/inputs {"input": "up"}
	413_TOO_LONG PUT /v1/view {"a": "$(printf 'x%.0s' {1..260})"}
EOF
is 'a body that is no JSON' "$(code PUT /v1/streams/1 'key')" 400
is 'without the token nothing changes' "$(curl -s -o /dev/null -w '%{http_code}' -X PUT -d '{"to": 1}' http://127.0.0.1:8093/v1/switches/1)" 401
is 'a method that there is not' "$(code PATCH /v1/status '{}')" 405
is 'nothing of that has made a stream' "$(get /v1/streams '.streams | length')" 0

# ---- a device that has lost its address, while another one has one: nothing goes out under the other's ----

readonly far='{"device": "idle0", "address": "198.51.100.7", "port": 5004, "key": "00112233445566778899aabbccddeeff"}'
source_of() { ss -Hun dst 198.51.100.7 | awk '{ print $3 }' | sed 's,[%:].*,,'; }
source_is() { [ "$(source_of)" = "$1" ]; }
ip link add idle0 type veth peer name idle1
ip link add other0 type veth peer name other1
ip link set idle0 up && ip link set idle1 up
ip link set other0 up && ip link set other1 up
ip address add 192.0.2.1/24 dev other0
ip route add 198.51.100.0/24 dev idle0
is 'without an address there is no stream' "$(problem PUT /v1/streams/1 "$far")" '503 DEVICE_NOT_READY'
ip address add 192.0.2.2/32 dev idle0
is 'with one there is' "$(code PUT /v1/streams/1 "$far")" 201
is 'sent from it' "$(source_of)" 192.0.2.2
ip address del 192.0.2.2/32 dev idle0
ip route replace 198.51.100.0/24 dev idle0
ok 'it waits while there is none' wait_for 10 holds /v1/streams/1 '.cause == "Cannot assign requested address"'
is 'and has no socket' "$(source_of)" ''
ip address add 192.0.2.3/32 dev idle0
ok 'and goes on with the next one' wait_for 10 source_is 192.0.2.3
is 'taken away' "$(code DELETE /v1/streams/1)" 204
ip link del idle0
ip link del other0

# ---- joining ----

is 'a stream is added' "$(code PUT /v1/streams/1 "$(place 5004 $key1)")" 201
ok 'it decodes' wait_for 10 holds /v1/streams/1 '.state == "decoding" and .frames > 10'
ok 'the first stream is shown, and inputs go to it' holds /v1/streams/1 '.shown and .steered'
is 'again the same: nothing changes' "$(code PUT /v1/streams/1 "$(place 5004 $key1)")" 200
is 'no join was made for that' "$(bed GET /v1/bed | jq '.servers[0].joined')" 1
is 'a second stream' "$(code PUT /v1/streams/2 "$(place 5005 $key2)")" 201
ok 'it decodes, too' wait_for 10 holds /v1/streams/2 '.state == "decoding" and .frames > 10'
ok 'it is not shown' holds /v1/streams/2 '(.shown or .steered) | not'
ok 'each decoded picture carries the code that its packets announced' holds /v1/streams \
	'[.streams[] | .unverified == 0 and .refused == 0 and .lost == 0] | all'
is 'one thread a stream, one selector, one main thread' \
	"$(cat /proc/"$client"/task/*/comm | sort | xargs)" 'client-1 client-2 selector stream-client'
ok 'the screen as PNG' test "$(curl -s http://127.0.0.1:8093/v1/screen.png | head -c 8 | xxd -p)" = 89504e470d0a1a0a
ok 'client-side state goes up while there are two streams' wait_for 5 bed_holds '.servers[0].views > 0 and (.servers[0].view | fromjson | .stream == 1)'
is 'a view of the user' "$(code PUT /v1/view '{"camera": "north"}')" 204
ok 'goes up instead' wait_for 5 bed_holds '.servers[0].view == "{\"camera\":\"north\"}"'
is 'and back to our own' "$(code PUT /v1/view '{}')" 204

# ---- the gate, the switch ----

bed PUT /v1/servers/2 '{"lag": 25}' >/dev/null
ok 'the second stream lags' wait_for 10 holds /v1/streams '[.streams[].last_stamp.tick] | .[0] - .[1] >= 20'
switch() { code PUT "/v1/switches/$1" "$2"; }
is 'a switch is asked for' "$(switch 10 '{"to": 2, "threshold": 0.9, "timeout_ms": 60000}')" 202
ok 'pairs are looked at' wait_for 10 holds /v1/switches/10 '.pairs > 5'
ok 'pairs that are not alike keep it waiting' holds /v1/switches/10 '.state == "waiting" and .ssim < 0.9 and .t0_ns == null and .downtime == null'
ok 'what is shown stays meanwhile' holds /v1/streams/1 '.shown and .steered'
is 'the same again' "$(switch 10 '{"to": 2, "threshold": 0.9, "timeout_ms": 60000}')" 202
is 'the number with another body' "$(problem PUT /v1/switches/10 '{"to": 1}')" '409 SWITCH_EXISTS'
is 'another one while it waits' "$(problem PUT /v1/switches/11 '{"to": 2}')" '409 SWITCH_WAITING'
is 'a smaller number' "$(problem PUT /v1/switches/9 '{"to": 2}')" '409 SWITCH_STALE'
is 'a number that leaves none for later' "$(problem PUT /v1/switches/4294967295 '{"to": 2}')" '409 SWITCH_TOO_FAR'
bed PUT /v1/bed '{"moving": false}' >/dev/null
ok 'the player rests, the pair is alike, it switches' wait_for 10 holds /v1/switches/10 '.state == "switched" and .settled_ns != null and .role == "accepted"'
ok 'by the gate' holds /v1/switches/10 '.reason == "ssim" and .ssim > 0.9 and .from == 1'
ok 'in order: step, first display, settled' holds /v1/switches/10 '.t0_ns < .first_display_ns and .first_display_ns < .settled_ns and .t0_ns <= .role_ns'
ok 'the display and the inputs have changed over' holds /v1/streams/2 '.shown and .steered'
ok 'and the primary' bed_holds '.primary == 2 and .switch_number == 10 and .servers[1].switches >= 1 and .servers[0].switches == 0'
is 'too late to cancel' "$(problem DELETE /v1/switches/10)" '409 SWITCH_ENDED'
get '/v1/trace' . >"$tmp/trace"
is 'frame sliding: n from 0 to 8, the source before alpha, the destination after' \
	"$(jq -c '[.frames[] | select(.[7] >= 0) | [.[1], .[7]]]' "$tmp/trace")" '[[1,0],[2,1],[2,2],[2,3],[2,4],[2,5],[2,6],[2,7],[2,8]]'
ok 'what is shown never goes back' jq -e '[.frames[] | [.[1], .[3]]] | group_by(.[0]) | map([.[][1]] | . == sort) | all' "$tmp/trace"
# shellcheck disable=SC2016 # jq's own
ok 'shown again is what has the sequence of the row before' jq -e \
	'.frames | [range(1; length) as $i | (.[$i][1] == .[$i - 1][1] and .[$i][3] == .[$i - 1][3]) == (.[$i][6] == 1) or .[$i][7] > 0] | all' "$tmp/trace"
overwritten=$(get /v1/streams/1 .buffer.overwritten)
lost=$(jq '[.frames[] | select(.[1] == 1) | .[3]] | unique | (max - min + 1) - length' "$tmp/trace")
ok "frames left out ($lost) were overwritten in the buffer before a turn ($overwritten)" test "$lost" -le "$overwritten"
is 'pairs are recorded' "$(get /v1/ssim '.pairs | length')" "$(get /v1/switches/10 .pairs)"
ok 'with their ticks' holds /v1/ssim '.pairs[-1] | .[2] - .[3] | . >= 20 and . <= 30'
ok 'the downtime is there' wait_for 10 holds /v1/switches/10 '.downtime.complete'
ok 'and what goes with it' holds /v1/switches/10 \
	'.downtime | .frame_ms >= 0 and .packet_ms >= 0 and .displays > 8 and .tick_jump < 0 and .input_before.count > 10 and .input_after.count > 10'

# ---- cancel, give up, force ----

bed PUT /v1/bed '{"moving": true}' >/dev/null
is 'a switch that will not pass' "$(switch 20 '{"to": 1, "threshold": 1, "timeout_ms": 60000}')" 202
is 'is cancelled' "$(code DELETE /v1/switches/20)" 204
is 'once more' "$(code DELETE /v1/switches/20)" 204
is 'its state' "$(get /v1/switches/20 .state)" cancelled
switch 21 '{"to": 1, "threshold": 1, "timeout_ms": 200}' >/dev/null
ok 'one is given up after its time' wait_for 10 holds /v1/switches/21 '.state == "given-up" and .reason == "timeout" and .waited_ms >= 200'
ok 'what is shown stays' holds /v1/streams/2 '.shown and .steered'
switch 22 '{"to": 1, "force": true, "window": 1}' >/dev/null
ok 'one is forced' wait_for 10 holds /v1/switches/22 '.state == "switched" and .reason == "forced" and .settled_ns != null'
next=$(get '/v1/trace?from=99999999' .next)
is 'the trace goes on where one asks' "$(get "/v1/trace?from=$((next - 3))" '.from')" $((next - 3))
bed PUT /v1/servers/2 '{"lag": 0}' >/dev/null

# ---- inputs over a switch: nothing lost, nothing applied twice ----

# While neither stream shows anything new, what was applied isn't known: it is sent again, also on stream 2, and not applied again.
before=$(get /v1/status .inputs.resends)
bed PUT /v1/servers/1 '{"freeze_ms": 900}' >/dev/null
bed PUT /v1/servers/2 '{"freeze_ms": 700}' >/dev/null
ok 'inputs pile up unacknowledged' wait_for 5 holds /v1/status '.inputs.made - .inputs.acked >= 3'
switch 23 '{"to": 2, "force": true, "window": 1}' >/dev/null
ok 'the switch' wait_for 10 holds /v1/switches/23 '.role == "accepted"'
ok 'they are acknowledged by the other stream' wait_for 5 holds /v1/status '.inputs.made - .inputs.acked <= 1'
ok 'after having been sent again' holds /v1/status ".inputs.resends > $before"
ok 'each was applied once and in order' bed_holds '.gaps == 0 and .repeated > 0'
ok 'each has its stamps in order' holds '/v1/trace?from=99999999' \
	'[.inputs[:-3][] | .[1] <= .[2] and .[2] <= .[3] and .[3] <= .[4] and .[6] >= 1] | all'
ok 'numbers without a gap' holds '/v1/trace?from=99999999' '[.inputs[][0]] | . == [range(.[0]; .[0] + length)]'
seq=$(get /v1/status .inputs.made)
ok 'an input by REST' test "$(sc POST /v1/inputs '{"input": "left"}' | head -n 1 | jq .seq)" -gt "$seq"
switch 24 '{"to": 2}' >/dev/null
is 'who says nothing else has 0.85, 8 frames, 75 s' "$(get /v1/switches/24 '[.threshold, .window, .timeout_ms] | tostring')" '[0.85,8,75000]'
ok 'a switch to what is shown only signals' wait_for 10 holds /v1/switches/24 '.reason == "shown" and .role == "accepted"'

# ---- the role is lost: what is shown is to be primary ----

reclaims=$(get /v1/status .reclaims)
bed PUT /v1/servers/1 '{"takes_role": 29}' >/dev/null
ok 'somebody else has signalled on the other stream: it is claimed back' \
	wait_for 10 bed_holds '.primary == 2 and .switch_number == 30'
ok 'once' holds /v1/status ".reclaims == $reclaims + 1 and .shown == 2 and .steered == 2"
switch 30 '{"to": 1, "force": true}' >/dev/null
ok 'a switch whose number has been taken: stale' wait_for 10 holds /v1/switches/30 '.state == "switched" and .role == "stale"'
ok 'the display has switched, the role follows' wait_for 10 bed_holds '.primary == 1 and .switch_number == 31'
ok 'the inputs, too' holds /v1/streams/1 '.shown and .steered'
switch 32 '{"to": 2, "force": true, "window": 1}' >/dev/null
ok 'and back' wait_for 10 holds /v1/switches/32 '.role == "accepted" and .settled_ns != null'

# ---- the negative control of the downtime ----

bed PUT /v1/servers/1 '{"freeze_on_switch_ms": 300}' >/dev/null
switch 45 '{"to": 1, "force": true}' >/dev/null
ok 'a destination that freezes for 300 ms' wait_for 10 holds /v1/switches/45 '.downtime.complete'
ok 'has a downtime of no less, at both levels' holds /v1/switches/45 '.downtime | .frame_ms >= 300 and .packet_ms >= 300'
ok 'shows pictures again meanwhile' holds /v1/switches/45 '.downtime.again >= 5'

# ---- servers that die ----

switch 50 '{"to": 2, "threshold": 1, "timeout_ms": 60000}' >/dev/null
bed PUT /v1/servers/2 '{"up": false}' >/dev/null
ok 'the destination dies while a switch waits: given up' wait_for 10 holds /v1/switches/50 '.state == "given-up" and .reason == "destination-stalled"'
ok 'what is shown goes on' holds /v1/status '.state == "showing" and .shown == 1'
is 'a switch to a dead stream' "$(switch 51 '{"to": 2, "force": true}')" 202
ok 'is given up' wait_for 10 holds /v1/switches/51 '.reason == "destination-stalled"'
bed PUT /v1/servers/2 '{"up": true}' >/dev/null
ok 'a server that is back is joined again' wait_for 10 holds /v1/streams/2 '.state == "decoding"'
switch 52 '{"to": 2, "threshold": 1, "timeout_ms": 60000}' >/dev/null
bed PUT /v1/servers/1 '{"up": false}' >/dev/null
ok 'the source dies while a switch waits: there is no pair to wait for' wait_for 10 holds /v1/switches/52 '.state == "switched" and .reason == "no-source"'
ok 'its picture is shown without sliding' wait_for 10 holds /v1/switches/52 '.settled_ns == .first_display_ns and .role == "accepted"'
bed PUT /v1/servers/2 '{"up": false}' >/dev/null
ok 'nobody is left: stalled' wait_for 10 holds /v1/status '.state == "stalled" and .shown == 2'
bed PUT /v1/servers/1 '{"up": true}' >/dev/null
bed PUT /v1/servers/2 '{"up": true}' >/dev/null
ok 'it goes on by itself' wait_for 10 holds /v1/status '.state == "showing"'
switch 53 '{"to": 1, "threshold": 1, "timeout_ms": 60000}' >/dev/null
is 'the destination is taken away while a switch waits' "$(code DELETE /v1/streams/1)" 204
is 'given up' "$(get /v1/switches/53 '.state + " " + .reason')" 'given-up destination-gone'
is 'its thread is gone' "$(cat /proc/"$client"/task/*/comm | sort | xargs)" 'client-2 selector stream-client'
is 'it has said that it leaves' "$(code PUT /v1/streams/1 "$(place 5004 $key1)")" 201
ok 'and is there again' wait_for 10 holds /v1/streams/1 '.state == "decoding" and (.shown | not)'
ok 'the server saw it' bed_holds '.servers[0].left >= 1'

# ---- streams that are none ----

for kind in noise text units; do
	mkfifo "$tmp/$kind"
	"$root/tests/integration/stream-garbage.pl" 5010 $kind 3000 <"$tmp/$kind" &
	pids+=($!)
	exec {hold}>"$tmp/$kind"
	shown=$(get /v1/streams/2 .displayed)
	is "$kind: the stream is added" "$(code PUT /v1/streams/3 "$(place 5010 $key1)")" 201
	ok "$kind: a flood of it has come" wait_for 15 holds /v1/streams/3 '.datagrams >= 5000'
	ok "$kind: refused and counted" holds /v1/streams/3 '.frames == 0 and .malformed + .foreign + .refused + .broken + .skipped > 100'
	ok "$kind: never decodes" holds /v1/streams/3 '.state != "decoding" and (.shown | not)'
	ok "$kind: the picture goes on" wait_for 5 holds /v1/streams/2 ".displayed > $shown + 20"
	exec {hold}>&-
	is "$kind: and goes" "$(code DELETE /v1/streams/3)" 204
	wait $!
done

# ---- to and fro ----

rss() { awk '/VmRSS/ {print $2}' "/proc/$client/status"; }
counts() { echo "$(find "/proc/$client/task" -mindepth 1 -maxdepth 1 | wc -l) threads, $(find "/proc/$client/fd" -mindepth 1 | wc -l) files"; }
bed PUT /v1/bed '{"moving": true}' >/dev/null
counts_before=$(counts) rss_before=$(rss) failed=0
files_before=$(find "/proc/$client/fd" -mindepth 1 | wc -l)
for number in {101..164}; do
	switch "$number" "{\"to\": $((number % 2 + 1)), \"threshold\": 0, \"window\": $((number % 4 + 1))}" >/dev/null
	wait_for 10 holds "/v1/switches/$number" '.settled_ns != null and .role == "accepted"' || ((failed++))
done
is '64 switches to and fro' "$failed" 0
is 'the same threads and files after them' "$(counts)" "$counts_before"
if [ "$build" = "$root/build/san" ]; then
	skip 'the same memory' 'a sanitizer keeps what is freed'
else
	ok "the same memory, within 1 MB ($rss_before, $(rss) kB)" test $(($(rss) - rss_before)) -lt 1024
fi
ok 'the primary is the last one' bed_holds '.switch_number == 164 and .primary == 1'
ok 'all inputs are acknowledged' wait_for 5 holds /v1/status '.inputs.made - .inputs.acked <= 1'
ok 'each was applied once and in order' bed_holds '.gaps == 0'
is 'all of them are listed' "$(get /v1/switches '[.switches[] | select(.number > 100 and .state == "switched")] | length')" 64

# ---- the browser's screen ----

curl -s http://127.0.0.1:8100/ >"$tmp/page"
like 'the page shows the stream' "$(cat "$tmp/page")" 'src="/screen.mjpeg"'
nok 'it refers to no outside address' grep -q '//' "$tmp/page"
timeout 2 curl -s http://127.0.0.1:8100/screen.mjpeg >"$tmp/mjpeg"
ok 'pictures come one after the other' test "$(grep -ac '^--frame-of-stream-client' "$tmp/mjpeg")" -gt 10
ok 'a player takes them' test "$(ffprobe -v quiet -f mpjpeg -strict_mime_boundary 1 -count_frames -show_entries stream=width,nb_read_frames -of csv=p=0 "$tmp/mjpeg" |
	cut -d, -f1)" = 320
is 'another path' "$(curl -s -o /dev/null -w '%{http_code}' http://127.0.0.1:8100/etc)" 404
is 'another method' "$(curl -s -o /dev/null -w '%{http_code}' -X PUT http://127.0.0.1:8100/)" 405
is 'keys only with input: keyboard' "$(curl -s -o /dev/null -w '%{http_code}' -X POST -H 'X-Baton: 1' http://127.0.0.1:8100/inputs/up)" 403
is 'a request without an end' "$(head -c 8192 /dev/zero | tr '\0' a | curl -s -m 5 --http0.9 telnet://127.0.0.1:8100 | head -n 1 | cut -c1-12)" 'HTTP/1.1 431'
perl -MIO::Socket::INET -e 'my @s = map { my $s = IO::Socket::INET->new("127.0.0.1:8100"); $s and $s->print("GET /screen.mjpeg HTTP/1.1\r\n\r\n"); $s } 1 .. 20; sleep 60' \
	</dev/null >/dev/null 2>&1 &
idle=$!
ok 'twenty clients that read nothing: the display goes on' wait_for 5 holds /v1/streams/1 '.displayed > 100'
ok 'and no more than eight are taken' test "$(find "/proc/$client/fd" -mindepth 1 | wc -l)" -le $((files_before + 8 + 2))
kill $idle
wait $idle 2>/dev/null
like 'metrics' "$(curl -s http://127.0.0.1:8093/metrics)" 'baton_stream_client_displayed_total [1-9]'
stop_client
is 'it ends when told' "$ended" 0

# ---- the FIFO of the baseline; the record; keys from the browser ----

start_client fifo "buffer: fifo" "record: $tmp/screen.y4m" "pairs: always" "input: keyboard" "screen_port: 8100"
sc PUT /v1/streams/1 "$(place 5004 $key1)" >/dev/null
ok 'fifo: frames are shown' wait_for 10 holds /v1/streams/1 '.displayed > 60'
ok 'fifo: every frame is, in order' holds /v1/trace '[.frames[] | select(.[6] == 0) | .[3]] | . == [range(.[0]; .[0] + length)]'
is 'fifo: nothing is overwritten' "$(get /v1/streams/1 .buffer.overwritten)" 0
sc PUT /v1/streams/2 "$(place 5005 $key2)" >/dev/null
ok 'pairs: always: recorded without a switch' wait_for 10 holds /v1/ssim '.pairs | length > 10'
is 'a key from the browser' "$(curl -s -o /dev/null -w '%{http_code}' -X POST -H 'X-Baton: 1' http://127.0.0.1:8100/inputs/up)" 204
is 'from another origin' "$(curl -s -o /dev/null -w '%{http_code}' -X POST http://127.0.0.1:8100/inputs/up)" 403
ok 'it is applied' wait_for 5 holds /v1/status '.inputs.made == .inputs.acked'
ok 'the record is written' holds /v1/status '.record.state == "writing" and .record.frames > 60'
stop_client
is 'it ends when told' "$ended" 0
ok 'a player takes the record' test "$(ffprobe -v error -show_entries stream=width,height,r_frame_rate -of csv=p=0 "$tmp/screen.y4m")" = 320,240,60/1
is 'it is made of whole frames' $((($(stat -c %s "$tmp/screen.y4m") - $(head -n 1 "$tmp/screen.y4m" | wc -c)) % (320 * 240 * 3 / 2 + 6))) 0

# ---- killed in the middle of the inputs: the next run gives no number twice, and leaves none out ----

start_client killed 'input: player'
sc PUT /v1/streams/1 "$(place 5004 $key1)" >/dev/null
ok 'killed: inputs flow' wait_for 20 holds /v1/status '.inputs.acked > 0 and .inputs.made - .inputs.acked >= 0 and .inputs.sends >= 5'
kill -KILL "$client"
wait "$client" 2>/dev/null
applied=$(bed GET /v1/bed | jq .applied) gaps=$(bed GET /v1/bed | jq .gaps)
start_client again 'input: player'
sc PUT /v1/streams/1 "$(place 5004 $key1)" >/dev/null
ok 'again: inputs flow' wait_for 20 holds /v1/status ".inputs.acked >= $applied + 5"
is 'again: their numbers go on' "$(get '/v1/trace?from=99999999' '.inputs[0][0]')" $((applied + 1))
ok 'again: one after another, each once' holds '/v1/trace?from=99999999' '[.inputs[][0]] | . == [range(.[0]; .[0] + length)]'
is 'again: none is missing' "$(bed GET /v1/bed | jq .gaps)" "$gaps"
stop_client

# ---- arrow keys on a terminal ----

printf '%s\n' "rest_address: 127.0.0.1" "rest_port: 8093" "token_file: $tmp/token" "account: p1" "width: 320" "height: 240" "input: keyboard" >"$tmp/tty.yaml"
mkfifo "$tmp/keys"
# exec: a $SHELL may stay between, and would be what is ended
script -qfec "exec $build/bin/stream-client --config $tmp/tty.yaml" /dev/null <"$tmp/keys" >"$tmp/tty.log" 2>&1 &
terminal=$!
pids+=("$terminal")
exec {keys}>"$tmp/keys"
wait_for 10 curl -sf http://127.0.0.1:8093/healthz
sc PUT /v1/streams/1 "$(place 5004 $key1)" >/dev/null
ok 'keyboard: the stream decodes' wait_for 10 holds /v1/status '.inputs.ready'
printf '\033[A\033[C x\033OD\r' >&"$keys"
ok 'keyboard: keys are inputs, anything else is not' wait_for 10 holds '/v1/trace?from=99999999' '[.inputs[][5]] == [1, 2, 5, 4, 6]'
ok 'keyboard: they are applied' wait_for 5 holds /v1/status '.inputs.made == .inputs.acked'
kill "$(cat "/proc/$terminal/task/$terminal/children")"
ended=0
wait "$terminal" || ended=$?
is 'it ends when told' "$ended" 0
exec {keys}>&-

mkdir "$tmp/small"
mount -t tmpfs -o size=2m none "$tmp/small"
undo umount "$tmp/small"
start_client full "record: $tmp/small/screen.y4m"
sc PUT /v1/streams/1 "$(place 5004 $key1)" >/dev/null
ok 'the disk is full' wait_for 10 holds /v1/status '.record.state == "failed" and .record.cause == "DISK_FULL"'
shown=$(get /v1/streams/1 .displayed)
ok 'the picture goes on' wait_for 5 holds /v1/streams/1 ".displayed > $shown + 20"
is 'the record ends with a whole frame' $((($(stat -c %s "$tmp/small/screen.y4m") - $(head -n 1 "$tmp/small/screen.y4m" | wc -c)) % (320 * 240 * 3 / 2 + 6))) 0
stop_client
is 'it ends when told' "$ended" 0
nok 'no sanitizer had anything to say' grep -lE 'ERROR: |runtime error' "$tmp"/*.log
done_testing
