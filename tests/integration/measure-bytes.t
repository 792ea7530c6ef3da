#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# Bytes by source and destination (B18, B27): a known number of bytes is copied from edge to edge over every path there is, and through a relay
# in the cloud, and the counter has them within their headers; a migration of a game has none. And what nodes use (B26), a player watched (B20).
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
topology=bytes
# shellcheck source=tests/integration/e2e.sh
. "$(dirname "$0")/e2e.sh"
# shellcheck source=tests/integration/game.sh
. "$(dirname "$0")/game.sh"
game_begin
need_command perl

readonly copied=5000000
copy=$root/tests/integration/bytes-copy.pl
out=$tmp/out

{
	game_topology "$topology" '{ue: ue, account: alice, threshold: 0, countdown: 300ms}'
	echo 'links: [{between: [edge-a, edge-b]}]'
} >"$tmp/topology.yaml"
ok 'baton up' baton up "$tmp/topology.yaml" --timeout 60 || { done_testing && exit 1; }
e2e_env

# Everything that listens is there before anything is sent.
cat >"$tmp/copy.sh" <<'SH'
# copy.sh NAMESPACES PERL BYTES FROM TO ADDRESS [RELAY ADDRESS]
set -eu
in_node() { ip netns exec "$1.$2" perl "$copy" "${@:3}"; }
names=$1 copy=$2 bytes=$3 from=$4 to=$5 address=$6
await() { for _ in $(seq 200); do grep -qs ready "$1" && return; sleep 0.05; done; exit 1; }
dir=$(mktemp -d)
in_node "$names" "$to" take "$address" 7001 >"$dir/take" & takes=$!
await "$dir/take"
if [ $# -gt 6 ]; then
	in_node "$names" "$7" relay "$8" 7002 "$address" 7001 >"$dir/relay" & relays=$!
	await "$dir/relay"
	in_node "$names" "$from" send "$8" 7002 "$bytes"
	wait $relays
else
	in_node "$names" "$from" send "$address" 7001 "$bytes"
fi
wait $takes
[ "$(tail -1 "$dir/take")" = "$bytes" ]
rm -r "$dir"
SH

counted() { # COMMAND...: what is counted while it runs
	baton measure bytes --json -- "$@" >"$tmp/bytes.json"
}
pair() { # FROM TO FILTER
	jq -r --arg from "$1" --arg to "$2" ".edges[] | select(.from == \$from and .to == \$to) | $3" "$tmp/bytes.json"
}
within() { # NAME BYTES: what was copied, and its headers, once
	if [ "$2" -ge $copied ] && [ "$2" -le $((copied * 11 / 10)) ]; then
		pass "$1"
	else
		fail "$1" "$2 of $copied bytes"
	fi
}
small() { # NAME BYTES: control messages at most
	if [ "$2" -le $((copied / 10)) ]; then
		pass "$1"
	else
		fail "$1" "$2 bytes"
	fi
}
addr() { # NODE INTERFACE
	ip -n "$topology.$1" -4 -j addr show "$2" | jq -r '.[0].addr_info[0].local'
}

# ---- a copy, over each path
for path in wan to-edge-a mgmt0; do
	ok "$path: a copy" counted bash "$tmp/copy.sh" "$topology" "$copy" $copied edge-a edge-b "$(addr edge-b $path)"
	within "$path: is counted where it leaves" "$(pair edge-a edge-b .there.left.payload)"
	within "$path: and where it comes" "$(pair edge-a edge-b .there.came.octets)"
	within "$path: once" "$(pair edge-a edge-b .edge_to_edge)"
	small "$path: nothing was relayed" "$(pair edge-a edge-b .relayed_at_most)"
	is "$path: everything was counted" "$(jq '.complete, .untold_packets' "$tmp/bytes.json" | paste -sd ' ')" 'true 0'
done
within 'seen from the other side it is what came back' "$(pair edge-b edge-a .back.octets)"
like 'the matrix has it' "$(jq '[.matrix[] | select(.from == "edge-a" and .to == "edge-b")] | length' "$tmp/bytes.json")" '^1$'

# ---- through others
ok 'a copy by way of the cloud' counted bash "$tmp/copy.sh" "$topology" "$copy" $copied edge-a edge-b "$(addr edge-b wan)" cloud "$(addr cloud wan)"
is 'is none from edge to edge' "$(pair edge-a edge-b .edge_to_edge)" 0
within 'went into the cloud' "$(pair edge-a edge-b '.relays[] | select(.by == "cloud") | .in_payload')"
within 'came out of it' "$(pair edge-a edge-b '.relays[] | select(.by == "cloud") | .out_payload')"
within 'and may have been relayed' "$(pair edge-a edge-b .relayed_at_most)"
small 'one way only' "$(pair edge-b edge-a .relayed_at_most)"
ok 'a copy by way of the manager' counted bash "$tmp/copy.sh" "$topology" "$copy" $copied edge-b edge-a "$(addr edge-a mgmt0)" core "$(addr core mgmt0)"
within 'may have been relayed, the other way' "$(pair edge-b edge-a .relayed_at_most)"
is 'by the core' "$(pair edge-b edge-a '[.relays[] | select(.at_most > 1000000) | .by] | @csv')" '"core"'

# ---- in tunnels
ok 'G-PDUs to a third node, with a packet for the other edge in each' counted ip netns exec "$topology.edge-a" \
	perl "$copy" gtpu "$(addr cloud wan)" "$(addr edge-a wan)" "$(addr edge-b wan)" 1000 200
is 'are the edge'\''s, with all their headers' "$(pair edge-a edge-b '.there.left | [.packets, .octets, .payload] | @csv')" \
	"200,$((200 * (1000 + 8 + 20 + 16 + 8 + 20))),200000"
ip -n "$topology.edge-a" link add vx type vxlan id 7 remote "$(addr edge-b wan)" dstport 4789 dev wan &&
	ip -n "$topology.edge-b" link add vx type vxlan id 7 remote "$(addr edge-a wan)" dstport 4789 dev wan &&
	ip -n "$topology.edge-a" addr add 10.99.0.1/24 dev vx && ip -n "$topology.edge-b" addr add 10.99.0.2/24 dev vx &&
	ip -n "$topology.edge-a" link set vx up && ip -n "$topology.edge-b" link set vx up
ok 'a copy in a tunnel of one'\''s own' counted bash "$tmp/copy.sh" "$topology" "$copy" $copied edge-a edge-b 10.99.0.2
within 'is counted once' "$(pair edge-a edge-b .there.octets)"
ip -n "$topology.edge-a" link del vx
ip -n "$topology.edge-b" link del vx

# ---- a migration
status 'a game is migrated' 0 baton measure switch --app snake --switches 1 --hold 300 --threshold 0 --bytes --resources 50ms --around 1 --quiet --out "$out"
is 'no byte from edge to edge' "$(jq '.samples[0].bytes | [.edge_to_edge, .there.octets, .back.octets] | add' "$out/report.json")" 0
is 'nor in the whole run' "$(jq '[.bytes.edges[].edge_to_edge] | add' "$out/report.json")" 0
is 'from where to where' "$(jq -r '.samples[0].bytes | [.from, .to] | join(" ")' "$out/report.json")" 'edge-a edge-b'
like 'nothing relayed but what control takes' "$(jq '.samples[0].bytes.relayed_at_most < 300000' "$out/report.json")" true
like 'both streams and the state went their ways' "$(jq '[.bytes.matrix[] | select((.from | test("edge|cloud")) and (.to | test("ue|edge"))) |
	select(.left.octets > 1000) | .from + ">" + .to] | unique | join(" ")' "$out/report.json")" 'cloud>edge-a cloud>edge-b.*edge-a>ue.*edge-b>ue'
is 'what nodes used, before, during and after' "$(jq '.resources.figures | [.source, .destination] |
	map([.before, .during, .after] | all(.cpu_percent >= 0 and .memory_mb > 0)) | all' "$out/report.json")" true
is 'the destination took memory' "$(jq '.resources.figures.destination | .node == "edge-b" and .memory_growth_mb > 1' "$out/report.json")" true
is 'and sent a stream' "$(jq '.resources.figures.destination.during.egress_mbps > 0' "$out/report.json")" true
is 'every node has its series' "$(jq '.resources | (.nodes | length) as $n | [.samples[] | (.[1] | length) == $n] | all and ($n == 8)' "$out/report.json")" true
like 'the picture has four panels' "$(grep -c "font-size='18'\|(a)\|(b)\|(c)\|(d)" "$out/report-resources.svg")" '^[4-9]'
like 'and lines where it begins and ends' "$(grep -c 'migration begins' "$out/report-resources.svg")" '^4$'
is 'a line a sample and node' "$(($(wc -l <"$out/report-resources.csv") - 1))" "$(jq '.resources.samples | length * 8' "$out/report.json")"
is 'what experiments ask of such a report is in it' "$(metrics_missing "$out/report.json" "$root"/experiments/csm-{bytes,overhead}.yaml)" ''
like 'the matrix as CSV' "$(head -1 "$out/report-bytes.csv")" '^from,to,left_packets,left_octets,'

ip netns exec "$topology.edge-b" perl "$copy" take "$(addr edge-b wan)" 7001 >"$tmp/take" &
takes=$!
undo end_pids $takes
ok 'an edge listens' wait_for 10 grep -q ready "$tmp/take"
ip netns exec "$topology.edge-a" perl "$copy" drip "$(addr edge-b wan)" 7001 &
drips=$!
undo end_pids $drips
status 'a migration during which the other copies' 0 baton measure switch --app snake --switches 1 --hold 300 --threshold 0 --bytes --quiet --out "$out"
end_pids $drips
wait $takes
run_total=$(jq '.bytes.edges[] | select(.from == "edge-a") | .there.payload' "$out/report.json")
like 'shows in that switch' "$(jq --argjson all "$run_total" '.samples[0].bytes | .edge_to_edge > 20000 and
	([.there.payload, .back.payload] | max) < $all' "$out/report.json")" true
like 'and is in the whole run, which has no more than was copied' "$((run_total > 20000 && run_total <= $(tail -1 "$tmp/take")))" 1

# ---- a player
status 'a player is watched' 0 baton measure play --app snake --seconds 3 --quiet --out "$out"
like 'as a table' "$_output" 'pictures shown'
is 'he sees pictures' "$(jq '.frames_per_second > 1 and .rendering == "edge" and .player == "ue"' "$out/report.json")" true
is 'what the experiment asks of such a report is in it' "$(metrics_missing "$out/report.json" "$root/experiments/csm-deployments.yaml")" ''
is 'which came to him' "$(jq '.ue.ingress_mbps > 0 and .ue.cpu_percent >= 0' "$out/report.json")" true

# ---- mistakes
status 'play without an application' 2 baton measure play
like 'is told' "$_output" 'expected --app APP'
status 'of one that he doesn'\''t play' 1 baton measure play --app chess
like 'is told, too' "$_output" 'ue plays snake'
status 'a command that fails' 1 baton measure bytes -- false
like 'is told with its status' "$_output" 'false failed with status 1'
status 'seconds and a command' 2 baton measure bytes --seconds 3 -- true
like 'one of both' "$_output" 'as long as the command'
status 'resources without a unit' 2 baton measure switch --resources 100
like 'expects one' "$_output" 'expected 20ms to 1s'
status 'around without resources' 2 baton measure switch --around 3
like 'expects them' "$_output" 'expected --resources too'
ok 'baton down' baton down
done_testing
