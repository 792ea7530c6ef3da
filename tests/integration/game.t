#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# The game in its three deployments (B20), with everything real: up until the player sees it, how it is told, down until nothing is left. And at
# edges (B6, B8): the image pulled when it is only in the cloud; each part killed, after which the player sees the game again.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
topology=e2e-game
# shellcheck source=tests/integration/e2e.sh
. "$(dirname "$0")/e2e.sh"
for program in cloud-agent stream-client snake-edge snake-cloud; do
	need_built "$build/bin/$program"
done
e2e_begin

client() { rest 8093 ue "$@"; }
edge() { rest 8085 "$1" "/v1/instances/snake${2:-}" "${@:3}"; }
frames() { client /v1/streams | jq -r '[.streams[].frames] | add'; }
more_frames() { [ "$(frames)" -gt "$1" ]; }
sees() { # N: stream n is decoded and shown
	[ "$(client /v1/streams | jq -c '[.streams[] | [.n, .state, .shown]]')" = "[[$1,\"decoding\",true]]" ]
}
part() { baton status --json | jq -r ".apps[0].$1"; }
# Every process that status knows: inits, daemons, services, instances
know_processes() { processes=$(baton status --json | jq '[.. | objects | .pid? // empty | select(. > 0)] | unique | .[]'); }
processes_left() { # but for those that the machine's own init has not reaped
	local pid
	for pid in $processes; do
		grep -qs '^State:.*[RSDTtI] ' "/proc/$pid/status" && cat "/proc/$pid/comm"
	done
}

for rendering in local cloud edge; do
	ok "$rendering: baton up" baton up "$root/topologies/game-$rendering.yaml" --timeout 40
	e2e_env
	is "$rendering: the player's stream is shown" "$(part 'players[0].streams[] | [.n, .state, .shown] | @csv')" '1,"decoding",true'
	ok "$rendering: pictures come" wait_for 10 more_frames "$(frames)"
	is "$rendering: services and instances" "$(part 'services + .apps[0].instances | map([.node, .service // .app, .state]) | @json')" "$(
		case $rendering in
		local) echo '[["cloud","snake-cloud","running"]]' ;;
		cloud) echo '[["cloud","snake-cloud","running"],["cloud","snake","running"]]' ;;
		edge) echo '[["cloud","snake-cloud","running"],["edge-a","snake","running"],["edge-b","snake","absent"]]' ;;
		esac)"
	like "$rendering: as text" "$(baton status)" "cloud +service +snake-cloud +running.*ue +player +alice +stream 1 decoding, shown"
	is "$rendering: processes are called as the host calls them" "$(
		for pid in $(part 'services + .apps[0].instances | map(.pid // empty) | .[]'); do cat "/proc/$pid/comm"; done | sort | paste -sd ' ')" "$(
		case $rendering in local) echo snake-cloud ;; *) echo snake-cloud snake-edge ;; esac)"
	is "$rendering: the player's login is the cloud's only session" "$(rest 8096 cloud /v1/accounts/alice | jq -r '.sessions | length')" 1
	[ $rendering = edge ] && break
	know_processes
	ok "$rendering: there are processes" test "$(wc -w <<<"$processes")" -ge 16
	ok "$rendering: baton down" baton down
	is "$rendering: and none is left" "$(processes_left)" ''
	nok "$rendering: nor a file" test -e "/run/baton/$topology"
done

# ---- secrets
run=/run/baton/$topology
secret=$(cut -d' ' -f2 "$run/secrets")
is 'secrets are for root alone' "$(stat -c %a "$run/secrets" "$run/nodes/cloud/cloud-agent.yaml" "$run/nodes/edge-a/edge-agent.yaml" | sort -u)" 600
like 'each account has one' "$secret" '^[0-9a-f]{32}$'
is 'they are told to nobody' "$({
	baton status --json
	rest 8085 edge-a /v1/applications
	rest 8085 edge-a /v1/status
	rest 8094 cloud /v1/services
	baton logs
} | grep -c "$secret")" 0

# ---- it stays as it is
status 'baton up again, of the same' 0 baton up "$root/topologies/game-edge.yaml"
pid=$(edge edge-a | jq .pid)
sed 's/account: alice/account: anna/' "$root/topologies/game-edge.yaml" >"$tmp/other.yaml"
nok 'of other players' baton up "$tmp/other.yaml"
like 'is refused, with its place' "$_output" "other.yaml:[0-9]+:[0-9]+: apps can't change while"
is 'the instance goes on' "$(edge edge-a | jq .pid)" "$pid"

# ---- each part is killed
kill_in() { # NODE PROGRAM
	baton exec "$1" -- pkill -KILL -x "$2"
}
ok 'the player sees it' wait_for 10 sees 1
kill_in ue stream-client
ok 'the stream-client is killed: he sees it again' wait_for 20 sees 1
is 'without another login' "$(rest 8096 cloud /v1/accounts/alice | jq '.sessions | length')" 1
kill_in edge-a snake-edge
ok 'the instance is killed: it is started again' wait_for 20 eval '[ "$(edge edge-a | jq -c "[.state, .restarts]")" = "[\"running\",1]" ]'
ok 'and he sees it again' wait_for 20 sees 1
pid=$(edge edge-a | jq .pid)
kill_in edge-a edge-agent
ok 'the edge agent is killed: it finds the instance again' wait_for 20 eval '[ "$(edge edge-a | jq -c "[.state, .pid]")" = "[\"running\",$pid]" ]'
kill_in ue ue-agent
ok 'the UE agent is killed, and is back' wait_for 20 rest 8084 ue /healthz -f
kill_in cloud cloud-agent
ok 'the cloud agent is killed, and is back' wait_for 20 rest 8094 cloud /healthz -f
kill_in cloud snake-cloud
ok 'the cloud tier is killed: it is started again' wait_for 20 eval '[ "$(rest 8094 cloud /v1/services/snake-cloud | jq -c "[.state, .restarts]")" = "[\"running\",1]" ]'
ok 'and the player sees it' wait_for 20 sees 1
one_primary() { [ "$(rest 8096 cloud /v1/accounts/alice | jq -c '[.sessions[].role]')" = '["primary"]' ]; }
ok 'with exactly one primary' wait_for 20 one_primary
ok 'pictures come' wait_for 20 more_frames "$(frames)"

# ---- a node dies
init=$(baton status --json | jq '.nodes[] | select(.name == "edge-a") | .pid')
kill -9 "$init"
edge_is_gone() { [ "$(baton status --json | jq -r '.nodes[] | select(.name == "edge-a") | .state')" = gone ]; }
wait_for 10 edge_is_gone
ok 'a node that died is made again' baton up "$root/topologies/game-edge.yaml"
ok 'with its game, which the player sees' wait_for 20 eval '[ "$(edge edge-a | jq -r .state)" = running ] && sees 1 && one_primary'

# ---- stop
is 'an instance with a player isn'\''t stopped' "$(edge edge-a '' -X DELETE | jq -r .cause)" IN_USE
is 'another one is started' "$(edge edge-b '' -X PUT -o /dev/null -w '%{http_code}' -H "$json_type" -d '{}')" 202
ok 'and runs' wait_for 20 eval '[ "$(edge edge-b | jq -r .state)" = running ]'
is 'without players it is stopped' "$(edge edge-b '' -X DELETE -w '%{http_code}')" 204
know_processes
ok 'baton down' baton down
is 'no process is left' "$(processes_left)" ''

# ---- an image that is in the cloud alone
sed 's/image: at-edges.*/image: cloud-only\n    rate_limit: 100Mbit/; s/account: alice/&, countdown: 1200ms/' "$root/topologies/game-edge.yaml" >"$tmp/cloud-only.yaml"
ok 'baton up, with the image in the cloud alone' baton up "$tmp/cloud-only.yaml" --timeout 40
e2e_env
is 'it was pulled, every byte' "$(edge edge-a | jq '.pulled_bytes == .image_bytes and .pulled_bytes > 0')" true
is 'where it runs' "$(ls "$run/nodes/edge-a/repository/snake")" "$(ls "$build/bin/images/snake")"
is 'and not where it doesn'\''t' "$(ls "$run/nodes/edge-b/repository")" ''
ok 'the player sees it' wait_for 10 sees 1
id=$(api POST /v1/migrations "{\"ue\": \"$supi\", \"app\": \"snake\", \"strategy\": \"dual\", \"destination\": \"edge-b\"}" | jq -r .id)
ok 'a migration ends' ended "$id" 40
is 'well, after the player'\''s own countdown' "$(field "$id" '[.state, .hold_ms] | @csv')" '"completed",1200'
is 'its destination pulled the image' "$(field "$id" '.details.instance_pulled_bytes > 0 and .details.instance_pulled_bytes == .details.instance_bytes')" true
ok 'the player sees it from there' wait_for 10 sees 2
is 'where nobody plays any more nothing runs' "$(edge edge-a | jq -r .state)" absent
kill_in ue stream-client
ok 'a stream-client that is killed now gets the new stream' wait_for 20 sees 2
kill_in edge-b snake-edge
ok 'an instance that is killed now knows the player anew' wait_for 20 eval '[ "$(edge edge-b | jq .restarts)" = 1 ] && sees 2 && one_primary'
ok 'baton down' baton down

# ---- three at once
cat >"$tmp/three.yaml" <<'YAML'
name: three
nodes: {core: core, gnb: gnb, upf: upf, edge: edge, cloud: cloud, ue1: ue, ue2: ue, ue3: ue}
apps:
  at-edge: {players: [{ue: ue1}]}
  far: {rendering: cloud, players: [{ue: ue2}]}
  near: {rendering: local, players: [{ue: ue3}]}
YAML
ok 'three games beside each other' baton up "$tmp/three.yaml" --timeout 40
is 'each with a cloud tier of its own, each player in his' "$(baton status --json | jq -c \
	'[.apps[] | [.app, ([.services[].service] | sort | join(" ")), .players[0].ue, .players[0].streams[0].state]]')" \
	'[["at-edge","at-edge-cloud","ue1","decoding"],["far","far far-cloud","ue2","decoding"],["near","near-cloud","ue3","decoding"]]'
ok 'baton down' baton down

# ---- what is missing is told
mkdir "$tmp/libexec"
ln -s "$build"/bin/* "$tmp/libexec/"
rm "$tmp/libexec/images"
BATON_LIBEXEC=$tmp/libexec nok 'without the image' baton up "$root/topologies/game-edge.yaml"
like 'is told' "$_output" "apps need $tmp/libexec/images/snake/manifest.json"
cp -R "$build/bin/images" "$tmp/libexec/"
printf x >>"$tmp/libexec/images/snake/snake-edge"
BATON_LIBEXEC=$tmp/libexec nok 'with an image that isn'\''t what its manifest says' baton up "$root/topologies/game-edge.yaml"
like 'is told, too' "$_output" "edge-a: app 'snake' is failed: IMAGE_CORRUPT: snake-edge: has [0-9]+ bytes, the manifest says [0-9]+"
nok 'and nothing is left' test -e "/run/baton/$topology"
done_testing
