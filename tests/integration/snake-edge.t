#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# snake-edge with the real snake-cloud, two instances and clients on loopback: what is streamed is what was rendered,
# inputs and switching signals, shared instances, lost clouds, garbage and floods, a third-party player.
# shellcheck source=tests/lib.sh disable=SC2016 # jq has variables, too
. "$(dirname "$0")/../lib.sh"
need_root
need_command ip unshare jq curl ffmpeg perl
need_built "$build/bin/snake-edge" "$build/bin/snake-cloud" "$build/integration/snake_edge_client"
[ -n "${SNAKE_EDGE_NET:-}" ] || become unshare -n env SNAKE_EDGE_NET=1 "$(readlink -f "$0")"
# shellcheck source=tests/integration/snake_edge_net.sh
. "$(dirname "$0")/snake_edge_net.sh"
run ip link set lo up
write_configs
undo stop_all

note 'configuration: status | change of the example | what is said'
example=$root/apps/snake/edge/snake-edge.example.yaml
ok 'the example configuration is right' "$build/bin/snake-edge" --check-config --config "$example"
while IFS='|' read -r change said; do
	sed "$change" "$example" >"$tmp/wrong.yaml"
	nok "$change is refused" "$build/bin/snake-edge" --check-config --config "$tmp/wrong.yaml"
	like "$change: what would be right" "$_output" "$said"
done <<'END'
s/^fps:.*/fsp: 60/|wrong.yaml:[0-9]+:1: unknown key 'fsp'.*did you mean 'fps'
s/^fps:.*/fps: 0/|fps: expected a number from 1 to 120
s/^width:.*/width: 648/|width: expected a multiple of 16, found 648
s/^width:.*/width: 160/|width: expected a number from 320 to 1920
s/^bitrate:.*/bitrate: 4Mbps/|bitrate: expected a rate such as 4Mbit
s/^bitrate:.*/bitrate: 99999999999999999999Mbit/|bitrate: expected a rate such as 4Mbit
s/^codec:.*/codec: mjpeg/|codec: expected openh264 or x264
s/^edge_number:.*/edge_number: 0/|edge_number: expected a number from 1 to 65535
s/account: ann/account: Ann/|account: expected 1 to 31 characters
s/account: bob/account: ann/|account 'ann' is there twice
s/^secrets:.*/secrets: none\nx:/|unknown key 'x'
/^login_url/d|login_url
END

note 'before there is a cloud'
start a snake-edge
ok 'edge a starts' healthy a
start b snake-edge
ok 'edge b starts' healthy b
is 'a player is taken' "$(status_of a PUT /v1/players/ann '{}')" 202
unreachable() { [ "$(player a ann .cause)" = CLOUD_UNREACHABLE ]; }
ok 'and it is said what is missing' wait_for 5 unreachable
is 'it is logging in' "$(player a ann .state)" logging-in
is 'it has no key yet' "$(player a ann .stream_key)" null

note 'a cloud'
start cloud snake-cloud
ok 'snake-cloud starts' healthy cloud
ok 'the player is synchronised by itself' wait_for 10 player_is a ann synchronised
is 'PUT again changes nothing' "$(status_of a PUT /v1/players/ann '{}')" 200
is 'it is the primary' "$(player a ann .role)" primary
is 'nothing is wrong any more' "$(player a ann .cause)" ''
ok 'the snapshot was measured' jq -e '.snapshot_bytes > 100 and .login_us > 0 and .snapshot_us > 0' <<<"$(rest a GET /v1/players/ann)"

note 'REST refuses what it must: status | method | path | body'
is 'no token' "$(token='' status_of a PUT /v1/players/ann '{}')" 401
while IFS='|' read -r wanted method path body; do
	is "$method $path $body" "$(status_of a "$method" "$path" "$body")" "$wanted"
done <<'END'
404|PUT|/v1/players/nobody|{}
400|PUT|/v1/players/bob|{"secret": "x"}
404|GET|/v1/players/bob|
404|DELETE|/v1/players/bob|
404|GET|/v1/frames/bob|
400|GET|/v1/frames/ann?from=x|
400|GET|/v1/frames/ann?from=4294967296|
404|GET|/v1/sdp|
400|GET|/v1/sdp?account=ann|
400|GET|/v1/sdp?account=ann&address=127.0.0.1&port=65536|
400|GET|/v1/sdp?account=ann&address=host&port=6000|
400|GET|/v1/sdp?account=ann&address=224.0.0.1&port=6000|
400|PUT|/v1/faults|{}
400|PUT|/v1/faults|{"freeze_on_switch_ms": 60001}
END
is 'no faults without leave' "$(rest b PUT /v1/faults '{"freeze_on_switch_ms": 1}' | jq -r .cause)" FAULTS_NOT_ALLOWED
is 'a wrong secret' "$(status_of a PUT /v1/players/eve '{}')" 202
ok 'fails for good' wait_for 5 player_is a eve failed
is 'and says why' "$(player a eve .cause)" LOGIN_REFUSED
is 'PUT tries again' "$(rest a PUT /v1/players/eve '{}' | jq -r .state)" logging-in
ok 'and fails again' wait_for 5 player_is a eve failed
is 'it goes' "$(status_of a DELETE /v1/players/eve)" 204

note 'a stream'
is 'nothing is rendered for nobody' "$(player a ann .frames)" 0
client ua a ann
ok 'frames come' wait_for 10 at_least 90 frames ua
is 'it is streaming' "$(player a ann .state)" streaming
ok 'the client knows its role' wait_for 5 heard ua 'role 0 1 0'
say ua 'input 1 5 6 5'
acked() { [ "$(last_frame "$1" 6)" -ge "$2" ]; }
ok 'inputs are seen in the stamps' wait_for 10 acked ua 3
is 'and applied in the cloud' "$(account ann .last_input)" 3
frames_of() { grep '^frame' "$tmp/$1.out"; }
is 'every picture has the code that its packets announce' "$(frames_of ua | awk '$7 != 1' | wc -l)" 0
is 'all are of edge a' "$(frames_of ua | cut -d' ' -f3 | sort -u)" 1
is 'no frame is missing' "$(frames_of ua | awk 'NR > 1 && $4 != last + 1 { n++ } { last = $4 } END { print n + 0 }')" 0
is 'ticks never go back' "$(frames_of ua | awk '$5 < last { n++ } { last = $5 } END { print n + 0 }')" 0
ok 'and advance' test "$(last_frame ua 5)" -gt "$(frames_of ua | head -n 1 | cut -d' ' -f5)"
is 'the first is a key frame' "$(frames_of ua | head -n 1 | cut -d' ' -f8)" 1
is 'and the only one' "$(frames_of ua | awk '$8 == 1' | wc -l)" 1
frames_of ua | awk '{ print $4, $5, $6, $8 }' | sort >"$tmp/seen"
rest a GET /v1/frames/ann >"$tmp/log.json"
jq -r '.frames[] | "\(.[0]) \(.[1]) \(.[2]) \(.[6])"' "$tmp/log.json" | sort >"$tmp/rendered"
logged() { comm -23 "$tmp/seen" "$tmp/rendered" | wc -l; }
is 'what was seen is what was rendered' "$(logged)" 0 || comm -23 "$tmp/seen" "$tmp/rendered" | head -n 3 >&2
ok 'the log is in order' jq -e '.account == "ann" and ([.frames[] | .[3] <= .[4] and .[5] > 0] | all)
	and (.frames as $f | [range(1; $f | length) | $f[.][3] > $f[. - 1][3]] | all)' "$tmp/log.json"
is 'and has no gap' "$(gaps a ann)" 0
is 'from=K gives the last ones' "$(rest a GET '/v1/frames/ann?from=10' | jq '.frames[0][0]')" 10

note 'a second instance: Algorithm 1'
is 'edge b takes the same account' "$(status_of b PUT /v1/players/ann '{}')" 202
ok 'and is synchronised' wait_for 10 player_is b ann synchronised
is 'as secondary' "$(player b ann .role)" secondary
client ub b ann
ok 'it streams' wait_for 10 at_least 30 frames ub
is 'frames of edge b' "$(frames_of ub | cut -d' ' -f3 | sort -u)" 2
shared() { comm -12 <(frames_of ua | cut -d' ' -f5 | sort -u) <(frames_of ub | cut -d' ' -f5 | sort -u) | wc -l; }
ok 'of the same world, tick for tick' wait_for 5 at_least 20 shared
say ub 'once 4 1'
secondary_dropped() { rest cloud GET /v1/status | jq .inputs.secondary; }
ok 'its input is dropped by the session manager' wait_for 5 at_least 1 secondary_dropped
is 'and not applied' "$(account ann .last_input)" 3
say ua 'view {"map": false, "zoom": 2}'
viewed() { [ "$(player b ann '.view.map')" = false ]; }
ok 'the client-side state gets to edge b' wait_for 5 viewed

note 'the switch'
say ub 'switch 1'
ok 'edge b becomes primary' wait_for 5 heard ub 'role 1 1 0'
ok 'edge a is told that it is secondary' wait_for 5 heard ua 'role 1 2 0'
is 'so says b' "$(player b ann .role)" primary
is 'and a' "$(player a ann .role)" secondary
is 'one primary in the cloud' "$(account ann '[.sessions[] | select(.role == "primary") | .edge] | join(" ")')" edge-b
say ub 'input 4 6'
ok 'edge b steers' wait_for 5 acked ub 4
ok 'which edge a shows' wait_for 5 acked ua 4
say ua 'once 5 1'
ok 'edge a does not' wait_for 5 at_least 2 secondary_dropped
is 'so nothing is applied' "$(account ann .last_input)" 4
say ub 'switch 1'
answered() { [ "$(grep -cx 'role 1 1 0' "$tmp/ub.out")" -ge 2 ]; }
ok 'a repeated signal is answered again' wait_for 5 answered
is 'and goes no further' "$(metric b 'baton_snake_edge_signals_total{outcome="sent"}')" 1

note 'the fault: a destination that freezes at the switch'
is 'is set' "$(status_of a PUT /v1/faults '{"freeze_on_switch_ms": 300}')" 204
say ua 'switch 2'
ok 'edge a becomes primary again' wait_for 5 heard ua 'role 2 1 0'
ok 'edge b is told' wait_for 5 heard ub 'role 2 2 0'
more_frames ua 5
longest_ms() { rest "$1" GET /v1/frames/ann | jq '.frames as $f | [range(1; $f | length) | $f[.][3] - $f[. - 1][3]] | max / 1000000 | floor'; }
ok 'it froze for at least so long' test "$(longest_ms a)" -ge 300
ok 'and counted the frames' at_least 5 metric a 'baton_snake_edge_frames_total{outcome="frozen"}'
is 'but numbered none' "$(gaps a ann)" 0
is 'no more' "$(status_of a PUT /v1/faults '{"freeze_on_switch_ms": 0}')" 204
say ub 'switch 1'
ok 'an old signal is stale' wait_for 5 heard ub 'role 2 2 1'
is 'roles are as they were' "$(player a ann .role) $(player b ann .role)" 'primary secondary'

note 'a shared instance: one of two players leaves'
is 'bob joins' "$(status_of a PUT /v1/players/bob '{}')" 202
ok 'and is synchronised' wait_for 10 player_is a bob synchronised
client uc a bob
ok 'he sees frames' wait_for 10 at_least 30 frames uc
before=$(frames ua)
is 'two play at edge a' "$(rest a GET /v1/players | jq '.players | length')" 2
is 'he leaves' "$(status_of a DELETE /v1/players/bob)" 204
gone() { [ "$(account bob '.sessions | length')" = 0 ]; }
ok 'the cloud hears it' wait_for 5 gone
more_frames ua 60
ok 'ann sees every frame' test "$(frames ua)" -gt "$before"
is 'without a gap' "$(frames_of ua | tail -n +"$before" | awk 'NR > 1 && $4 != last + 1 { n++ } { last = $4 } END { print n + 0 }')" 0
is 'in the log neither' "$(gaps a ann)" 0
is 'she still is primary' "$(player a ann .role)" primary
count=$(frames uc)
is 'and he gets nothing more' "$(more_frames ua 20 && frames uc)" "$count"
leave uc

note 'garbage and floods on the stream port'
cat >"$tmp/flood.pl" <<'END'
use strict;
use warnings;
use IO::Socket::INET;
my ($address, $count, $key) = @ARGV;
my $socket = IO::Socket::INET->new(PeerAddr => $address, PeerPort => 5004, Proto => 'udp') or die $!;
$key = pack 'H*', $key;
srand 1;
for my $i (1 .. $count) {
	my $kind = $i % 8;
	my $junk = join '', map { chr int rand 256 } 1 .. int rand 40;
	send $socket, (
		'', chr(64) . $junk, chr(128) . chr(96) . $junk, chr(128) . chr(200) . $junk,    # nothing, unknown, RTP, RTCP
		chr(1) . ('x' x 16),                                                             # JOIN with a wrong key
		chr(2) . $key . pack('NC', 1, 64) . chr(1),                                      # INPUT, cut short
		chr(3) . $key . pack('N', 99),                                                   # SWITCH by who hasn't joined
		chr(7) . $key . $junk)[$kind], 0;
}
END
seq=$(last_frame ua 4)
ok 'the flood is sent' perl "$tmp/flood.pl" 127.0.1.1 20000 "$(player a ann .stream_key)"
more_frames ua 60
ok 'the stream goes on' test "$(last_frame ua 4)" -ge $((seq + 60))
dropped() { metric a "baton_snake_edge_datagrams_dropped_total{reason=\"$1\"}"; }
for reason in $(rest a GET /metrics | sed -n 's/^baton_snake_edge_datagrams_dropped_total{reason="\([a-z_-]*\)"} [1-9].*/\1/p'); do
	note "dropped, $reason: $(dropped "$reason")"
done
reasons() { rest a GET /metrics | grep -c '^baton_snake_edge_datagrams_dropped_total{.*} [1-9]'; }
ok 'each for its reason' test "$(reasons)" -ge 8
is 'roles are as they were' "$(player a ann .role) $(player b ann .role)" 'primary secondary'
for ((i = 0; i < 3000; i++)); do echo "once $((i + 100000)) 5"; done >&"${fd_of[ua]}"
ok 'a client that floods is bounded' wait_for 10 at_least 100 metric a 'baton_snake_edge_inputs_total{outcome="dropped"}'
say ua 'input 5 5 6'
ok 'and still is heard' wait_for 10 acked ua 6
is 'its link was not lost' "$(metric a baton_snake_edge_links_lost_total)" 0

note 'a third-party player'
rest a GET '/v1/sdp?account=ann&address=127.0.0.1&port=6000' >"$tmp/ann.sdp"
like 'the SDP' "$(tr -d '\r' <"$tmp/ann.sdp")" 'm=video 6000 RTP/AVP 96'
timeout 30 ffmpeg -loglevel error -protocol_whitelist file,udp,rtp -i "$tmp/ann.sdp" -frames:v 30 -f rawvideo -pix_fmt yuv420p \
	-y "$tmp/ann.yuv" </dev/null 2>"$tmp/ffmpeg.log" &
pid_of[ffmpeg]=$!
listening() { ss -lun | grep -q ':6000 '; }
wait_for 10 listening
# its key frame may have gone before it listened: asking again asks for another
rest a GET '/v1/sdp?account=ann&address=127.0.0.1&port=6000' >/dev/null
wait "${pid_of[ffmpeg]}"
is 'ffmpeg shows it' $? 0
unset 'pid_of[ffmpeg]'
is 'thirty whole pictures' "$(stat -c %s "$tmp/ann.yuv")" $((30 * 640 * 480 * 3 / 2))
for port in 6001 6002 6003; do
	is "a copy to $port" "$(status_of a GET "/v1/sdp?account=ann&address=127.0.0.1&port=$port")" 200
done
is 'one too many' "$(rest a GET '/v1/sdp?account=ann&address=127.0.0.1&port=6004' | jq -r .cause)" TOO_MANY_COPIES

note 'the cloud is killed'
stop cloud KILL
lost() { [[ $(player "$1" ann .cause) == CLOUD_* ]]; }
ok 'edge a says so' wait_for 10 lost a
ok 'edge b, too' wait_for 10 lost b
is 'the state is' "$(player a ann .state)" logging-in
more_frames ua 1
tick=$(last_frame ua 5) seq=$(last_frame ua 4)
more_frames ua 60
ok 'the stream goes on' test "$(last_frame ua 4)" -ge $((seq + 60))
is 'and shows the last state' "$(last_frame ua 5)" "$tick"
say ua 'switch 3'
ok 'a signal is refused: nobody could take it' wait_for 5 heard ua 'role 2 1 2'
key=$(player a ann .stream_key)
start cloud snake-cloud
ok 'snake-cloud starts again' healthy cloud
both() { player_is a ann streaming && player_is b ann streaming; }
ok 'both are synchronised again' wait_for 15 both
is 'with the same key' "$(player a ann .stream_key)" "$key"
is 'one of them is primary' "$(account ann '[.sessions[] | select(.role == "primary")] | length')" 1
is 'no input is forgotten' "$(account ann .last_input)" 6
moves() { [ "$(last_frame ua 5)" != "$tick" ]; }
ok 'the world goes on' wait_for 10 moves
is 'edge a lost its link once' "$(metric a baton_snake_edge_links_lost_total)" 1

note 'the cloud is silent, but there'
roles() { echo "$(player a ann .role) $(player b ann .role)"; }
wanted=$(roles)
lost=$(metric a baton_snake_edge_links_lost_total)
kill -STOP "${pid_of[cloud]}"
silent() { [ "$(player a ann '.cause + " " + .state')" = 'CLOUD_SILENT synchronising' ]; }
wait_for 10 silent
found=$(player a ann .cause)
seq=$(last_frame ua 4)
more_frames ua 20
kill -CONT "${pid_of[cloud]}"
is 'edge a notices' "$found" CLOUD_SILENT
ok 'the stream went on' test "$(last_frame ua 4)" -ge $((seq + 20))
ok 'and all is well again' wait_for 15 both
is 'nothing is wrong any more' "$(player a ann .cause)" ''
is 'the session is the same' "$(metric a baton_snake_edge_links_lost_total)" "$lost"
is 'so roles are as they were' "$(roles)" "$wanted"

note 'as many as there is room for'
for name in "${accounts[@]:3}"; do status_of a PUT "/v1/players/$name" '{}' >"$tmp/status"; done
is 'sixteen' "$(rest a GET /v1/players | jq '.players | length')" 16
is 'the next is told' "$(rest a PUT /v1/players/bob '{}' | jq -r .cause)" TOO_MANY_PLAYERS
all_in() { [ "$(rest a GET /v1/players | jq '[.players[] | select(.state == "synchronised" or .state == "streaming")] | length')" = 16 ]; }
ok 'all are synchronised' wait_for 20 all_in
is 'ann sees every frame' "$(gaps a ann)" 0

note 'the end'
leave ua
like 'client of a: all was well' "$(tail -n 1 "$tmp/ua.out")" '^state decoding [0-9]+ 0 0 0$'
leave ub
like 'client of b: all was well' "$(tail -n 1 "$tmp/ub.out")" '^state decoding [0-9]+ 0 0 0$'
left() { player_is a ann synchronised; }
ok 'a player whose client left is kept' wait_for 5 left
stop a TERM
is 'edge a ends in order' $? 0
stop b TERM
is 'edge b, too' $? 0
nobody() { [ "$(rest cloud GET /v1/status | jq '.sessions.primary + .sessions.secondary')" = 0 ]; }
ok 'and everybody has logged out' wait_for 5 nobody
stop cloud TERM
is 'snake-cloud ends in order' $? 0
is 'no log has a complaint of the sanitizers' "$(grep -lE 'Sanitizer|runtime error' "$tmp"/*.log)" ''
is 'no secret is in a log' "$(grep -l 'of-ann' "$tmp"/*.log)" ''
done_testing
