#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# A player who walks: the UE is handed over between gNBs under the running stream, which loses nothing and keeps its order, and
# whose way is longer from there (001 Fig. 3); a migration with the handover in its middle; no packet of it all is fragmented;
# and what the player saw is in a file.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
topology=e2e-game-handover
# shellcheck source=tests/integration/e2e.sh
. "$(dirname "$0")/e2e.sh"
# shellcheck source=tests/integration/game.sh
. "$(dirname "$0")/game.sh"
game_begin
need_command ffprobe

# Smaller pictures for a busy machine; all else is the file that the experiments use.
sed "s/image: at-edges/&\n    width: 320\n    height: 240\n    fps: 30/; s|account: alice, |&record: $tmp/screen.y4m, |" \
	"$root/topologies/game-handover.yaml" >"$tmp/walk.yaml"
ok 'up' baton up "$tmp/walk.yaml" --timeout 40
e2e_env

stream() { client "/v1/streams/$1" | jq -r "$2"; }
decodes() { [ "$(stream "$1" .state)" = decoding ]; }
# What a stream has lost, in packets, pictures and order; whether it began anew
harm() { stream "$1" '[.lost, .late, .reordered, .broken, .skipped, .restarts] | tostring'; }
has_frames() { [ "$(stream "$1" .frames)" -ge "$2" ]; }
more() { # STREAM COUNT: so many more pictures come
	local want=$(($(stream "$1" .frames) + $2))
	wait_for 20 has_frames "$1" $want
}
dropped() { for gnb in gnb1 gnb2; do rest 8086 "$gnb" /v1/status; done | jq -s '[.[].drops[]] | add'; }
next_of() { client "/v1/streams/$1/frames?from=999999999" | jq .next; }
# Of the renders that arrived from the FROMth on: are there so many, and how many are not the one after the one before
sequence() { # STREAM FROM AT-LEAST
	client "/v1/streams/$1/frames?from=$2" | jq -c --argjson n "$3" '[.frames[][1]] | [length >= $n, ([.[1:], .[:-1]] | transpose | map(select(.[0] != .[1] + 1)) | length)]'
}
rtt_us() { # SESSION: the least of five
	in_ue --pdu "$1" ping -q -c 5 -i 0.05 10.70.0.2 | awk -F'[ /]' '/^rtt/ { printf "%d\n", $7 * 1000 }'
}

ok 'alice plays' wait_for 20 decodes 1
ok 'by way of gnb1' wait_for 20 baton move ue gnb1
ok 'pictures come' more 1 30
near=$(rtt_us 1)

note 'handovers under the stream'
# To and fro and to. A machine that stands still for a second takes the UE for lost, and the stream for dead: such a walk says
# nothing, and is repeated.
walks() {
	local gnb was from lost
	was="$(harm 1) $(dropped)" from=$(next_of 1)
	for gnb in gnb2 gnb1 gnb2; do
		[ "$(baton --json move ue $gnb | jq -r .gnb)" = $gnb ] && more 1 30 || return
	done
	lost="$(harm 1) $(dropped) $(sequence 1 "$from" 85)"
	note "before: $was; after: $lost"
	[ "$lost" = "$was [true,0]" ]
}
one_of_four() {
	local i
	for i in 1 2 3 4; do
		walks && return
		wait_for 20 decodes 1 && baton move ue gnb1
	done
	return 1
}
ok 'three of them: nothing is lost, late, out of order or begun anew; every picture comes, gNBs drop nothing' one_of_four
far=$(rtt_us 1)
ok "the way to the old edge is 20 ms longer, there and back ($near, $far us)" test $((far - near)) -ge 36000
ok 'back' wait_for 20 baton move ue gnb1

note 'a migration with the handover in its middle'
report() { jq -c "$1" "$tmp/out/report.json"; }
measured() {
	baton measure switch --app snake --mode make-before-break+handover:1 --threshold 0 --hold 300 --quiet --out "$tmp/out" || return
	[ "$(report '[.samples[0].state, ([.samples[0] | .uplink, .downlink | .lost, .duplicated] | add)]')" = '["completed",0]' ]
}
ok 'is completed, and no probe is lost or doubled' eval 'measured || measured || measured'
number=$(client /v1/switches | jq '.switches[-1].number')
judged() { [ "$(client "/v1/switches/$number" | jq -c '[.state, .role, .downtime.complete, (.downtime.frame_ms | type)]')" = '["switched","accepted",true,"number"]' ]; }
ok 'what alice saw of it is known' wait_for 10 judged
is 'alice is written for by the edge that she moved to, alone' "$(account alice | jq -c '[.sessions[] | [.edge, .role]]')" "[[$(report '.samples[0].application.destination'),\"primary\"]]"

note 'packets are smaller than what tunnels leave'
# Of eight nodes, three counters each: fragments made, packets that should have been, fragments that came; their sum
fragments() {
	local node
	for node in ue gnb1 gnb2 upf-a upf-b edge-a edge-b cloud; do
		ip netns exec "$topology.$node" cat /proc/net/snmp
	done | awk '$1 != "Ip:" { next } $2 !~ /[0-9]/ { for (i = 2; i <= NF; i++) name[i] = $i; next }
		{ for (i = 2; i <= NF; i++) if (name[i] ~ /^(FragCreates|FragFails|ReasmReqds)$/) { n += $i; seen++ } } END { print seen + 0, n + 0 }'
}
is 'no packet was fragmented' "$(fragments)" '24 0'
ok 'down' baton down
is 'what she saw was written' "$(ffprobe -v error -show_entries stream=width,height,r_frame_rate -of csv=p=0 "$tmp/screen.y4m")" '320,240,30/1'
ok 'from the first picture on' test "$(stat -c %s "$tmp/screen.y4m")" -gt $((150 * 320 * 240 * 3 / 2))
is 'nothing is there after' "$(remnants)" ''
done_testing
