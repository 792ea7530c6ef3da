#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# `game: minetest` in a topology: what its file may say; what is said where its packages lack; how its programs are told of each other, also
# beside the snake; the player's screen with each rendering; three migrations, after each exactly one primary; and that nothing is left.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
topology=e2e-minetest
# shellcheck source=tests/integration/e2e.sh
. "$(dirname "$0")/e2e.sh"
for program in cloud-agent stream-client snake-edge snake-cloud minetest-edge minetest-cloud; do
	need_built "$build/bin/$program"
done
e2e_begin
file=$root/topologies/game-minetest.yaml

# ---- the file ----

refused() { # NAME SED WORDS
	sed "$2" "$file" >"$tmp/bad.yaml"
	status "$1" 3 baton validate "$tmp/bad.yaml"
	like "$1: where, and what" "$_output" "bad.yaml:[0-9]+:[0-9]+: $3"
}
ok 'the topology is one' baton validate "$file"
refused 'a game that there is not' 's/game: minetest/game: minecraft/' "game: expected snake or minetest, found 'minecraft'"
refused 'a key of the snake' 's/^    fps: 30/&\n    world: 64/' 'world: minetest has no such key'
refused 'more bots than it can have' 's/^    fps: 30/&\n    bots: 65/' 'bots: expected at most 64 of minetest, found 65'

# ---- without its packages: one of them is hidden in a mount namespace ----

without_xvfb() { # COMMAND...
	# shellcheck disable=SC2016 # the inner shell's own
	unshare --mount bash -c '[ ! -e /usr/bin/Xvfb ] || mount --bind /dev/null /usr/bin/Xvfb || exit 1; "$@"' - "$@"
}
status 'up without its packages' 9 without_xvfb "$build/bin/baton" --name "$topology" up "$file"
like 'is told where it is asked for, with the command that installs them' "$_output" \
	"game-minetest.yaml:[0-9]+:3: app 'minetest': the game minetest needs packages that aren't installed: .*xvfb; .scripts/setup minetest. installs them"
is 'and makes nothing' "$(remnants)" ''
is 'so does doctor' "$(without_xvfb "$build/bin/baton" doctor --json | jq -c '.sound as $sound | .needs[] | select(.need == "minetest") |
	[.ok, .essential, (.found | test("xvfb")), (.used | test("scripts/setup minetest")), $sound]')" "[false,false,true,true,$(baton doctor --json | jq .sound)]"
like 'which setup knows by that name' "$("$root/scripts/setup" --list minetest | paste -sd ' ')" 'minetest minetest-server xvfb$'
nok 'without being asked it installs none of them' grep -qx 'minetest\|xvfb' <<<"$("$root/scripts/setup" --list)"

if ! baton doctor --json | jq -e '.needs[] | select(.need == "minetest") | .ok' >/dev/null; then
	skip 'the rest of it' "needs minetest, minetest-server and xvfb; scripts/setup minetest installs them"
	done_testing
	exit 0
fi

# ---- what could be left ----

displays() { find /tmp/.X11-unix /tmp/.X*-lock 2>/dev/null | sort; }
displays_before=$(displays)
takes_down() { # NAME
	remember
	# also those that no status knows: X servers, clients, minetestserver
	is "$1: all of its programs run" "$(for comm in Xvfb minetest minetestserver; do
		while read -r pid _; do grep -qsx $comm "/proc/$pid/comm" && echo $comm; done <<<"$_processes" | uniq
	done | paste -sd ' ')" 'Xvfb minetest minetestserver'
	ok "$1: baton down" baton down
	is "$1: nothing is there after" "$(remnants)" ''
	is "$1: nor a display" "$(displays)" "$displays_before"
}
part() { baton status --json | jq -c ".apps | $1"; }

# ---- beside the snake, in the cloud and in the UE ----

cat >"$tmp/beside.yaml" <<'YAML'
name: beside
nodes: {core: core, gnb: gnb, upf: upf, edge: edge, cloud: cloud, ue1: ue, ue2: ue}
apps:
  snake: {players: []}
  far: {game: minetest, rendering: cloud, bots: 3, seed: 7, players: [{ue: ue1}]}
  near: {game: minetest, rendering: local, players: [{ue: ue2}]}
  idle: {game: minetest, players: []}
YAML
# kept where it fails, for its logs
ok 'up: the snake, and Minetest in the cloud, in the UE, and at the edge' baton up "$tmp/beside.yaml" --keep --timeout 90 ||
	{
		baton status --json | jq -c .apps
		baton logs cloud ue1 ue2 | tail -n 200
	} >&2
run=/run/baton/$topology
is 'each player sees his' "$(part '[.[] | select(.players != []) | [.app, .game, .rendering, .players[0].streams[0].state, .players[0].streams[0].shown]]')" \
	'[["far","minetest","cloud","decoding",true],["near","minetest","local","decoding",true]]'
is 'each app has a cloud tier of its own game' "$(grep -A2 'name: "[a-z]*-cloud"' "$run/nodes/cloud/cloud-agent.yaml" | sed -n 's/.*image: "\(.*\)"/\1/p' | paste -sd ' ')" \
	'snake-cloud minetest-cloud minetest-cloud minetest-cloud'
is 'with ports a hundred apart' "$(sed -n 's/^ *game_port: //p' "$run/nodes/cloud/cloud-agent.yaml" | paste -sd ' ')" '30100 30200 30300'
is 'and what the file says' "$(sed -n 's/^ *\(bots\|seed\): //p' "$run/nodes/cloud/cloud-agent.yaml" | paste -sd ' ')" '12 1 3 7 8 1 8 1'
is 'the world is the snake'\''s alone' "$(grep -c world_width "$run/nodes/cloud/cloud-agent.yaml")" 1
is 'an edge has the images of its games' "$(cd "$run/nodes/edge/repository" && echo *)" 'minetest snake'
is 'and runs both' "$(part '[.[] | .instances[] | [.app, .state]]')" '[["snake","running"],["idle","running"]]'
takes_down 'beside'

# ---- at two edges ----

client() { rest 8093 ue "$@"; }
shows() { [ "$(client /v1/status | jq -c '[.state, .shown]')" = "[\"showing\",$1]" ]; }
primary_is() { # EDGE: exactly one, there
	[ "$(rest 8096 cloud /v1/accounts/alice | jq -c '[.sessions[] | select(.role == "primary") | .edge]')" = "[\"$1\"]" ]
}
holds_only() { [ "$(agent /v1/status | jq -c '[.primary, [.pdu_sessions[].id]]')" = "[$1,[$1]]" ]; }
# A pair that is alike comes at the next rest; how much alike on a busy machine is no matter here.
moves() { # EDGE STREAM
	local id
	id=$(api POST /v1/migrations "{\"ue\": \"$supi\", \"app\": \"minetest\", \"strategy\": \"dual\", \"destination\": \"$1\", \"hold_ms\": 300, \"threshold\": 0.7}" | jq -r '.id // .cause')
	ok "to $1: the migration ends" ended "$id" 90
	is "to $1: well" "$(field "$id" '.state + " " + .cause')" 'completed '
	ok "to $1: exactly one primary, there" wait_for 10 primary_is "$1"
	ok "to $1: the player sees its stream" wait_for 20 shows "$2"
	ok "to $1: one session is left" wait_for 10 holds_only "$2"
}

ok 'up: at two edges' baton up "$file" --timeout 90
e2e_env
is 'the player is shown' "$(part '.[0] | [.app, .game, .rendering, .players[0].account, .players[0].streams[0].state, .players[0].streams[0].shown]')" \
	'["minetest","minetest","edge","alice","decoding",true]'
is 'services and instances' "$(part '.[0] | .services + .instances | map([.node, .service // .app, .state])')" \
	'[["cloud","minetest-cloud","running"],["edge-a","minetest","running"],["edge-b","minetest","absent"]]'
ok 'one primary' wait_for 10 primary_is edge-a
secret=$(cut -d' ' -f2 "/run/baton/$topology/secrets")
like 'alice has a secret' "$secret" '^[0-9a-f]{32}$'
moves edge-b 2
moves edge-a 1

note 'the third by baton measure'
status 'baton measure switch' 0 baton --json measure switch --app minetest --switches 1 --hold 300 --threshold 0.7 --quiet --out "$tmp/out"
report=$tmp/out/report.json
is 'its migration is completed' "$(jq -c '[.app, .strategy, (.samples | length), .samples[0].state]' "$report")" '["minetest","dual",1,"completed"]'
is 'whether the player rested is told' "$(jq -c '.samples[0].application | [(.rested | type), (.gate_passed | type)]' "$report")" '["boolean","boolean"]'
is 'and counted' "$(jq -c '(.samples[0].application | [.gate_passed, .rested]) as $one | .modes[].application.gate | [.passed, .rested] ==
	[if $one[0] then 1 else 0 end, if $one == [true, true] then 1 else 0 end]' "$report")" true
is 'in CSV, too' "$(head -1 "$tmp/out/report.csv" | grep -o 'gate_passed,rested')" gate_passed,rested
ok 'exactly one primary, at edge-b' wait_for 10 primary_is edge-b
is 'no daemon was started again' "$(baton status --json | jq -c '[.nodes[].daemons[].restarts] | unique')" '[0]'
is 'the secret is told to nobody' "$({
	baton status --json
	rest 8094 cloud /v1/services
	baton logs
} | grep -c "$secret")" 0
takes_down 'two edges'
done_testing
