#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# The edge agent's applications and the cloud agent's images (B6, B7), both in a network namespace of their own, with a stand-in for the
# game: an image that isn't there is pulled, checked and started; pulls that are cut off, wrong, or larger than the disk; an instance that
# crashes, and one that outlives its agent.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
need_root
need_command ip jq curl
need_built "$build/bin/edge-agent" "$build/bin/cloud-agent" "$build/integration/game_standin"

# Loopback of a namespace that ends with the test: no port of anybody else's, and no process left.
if [ "${1:-}" != inside ]; then
	become unshare --net --pid --fork --kill-child --mount --mount-proc "$0" inside
fi
ip link set lo up
set +o pipefail

token=topsecret
echo $token >"$tmp/token"
repository=$tmp/repository state=$tmp/state images=$tmp/images

make_image() { # NAME VERSION
	mkdir -p "$images/$1/data"
	cp "$build/integration/game_standin" "$images/$1/game"
	strip "$images/$1/game" 2>/dev/null
	head -c 3000000 /dev/urandom >"$images/$1/data/level"
	"$root/scripts/image" "$images/$1" "$1" "$2"
}

write_config() { # RATE_LIMIT
	cat >"$tmp/edge.yaml" <<-END
		rest_address: 127.0.0.1
		rest_port: 8085
		token_file: $tmp/token
		name: edge-x
		edge_number: 7
		dnai: edge-x
		manager_url: http://127.0.0.1:9
		reflector_samples: 1024
		repository: $repository
		state_dir: $state
		cloud_url: http://127.0.0.1:8095
		rate_limit: ${1:-0}
	END
}
cat >"$tmp/cloud.yaml" <<END
rest_address: 127.0.0.1
rest_port: 8094
token_file: $tmp/token
name: cloud
image_address: 127.0.0.1
images: $images
state_dir: $tmp/services
services:
  - name: back
    start: true
    image: back
    rest_port: 8190
    command: ["./game", "--config", "{config}"]
    config: {rest_address: "{address}", rest_port: "{port}", token_file: "{token_file}", edge: "{name}"}
END

edge_pid='' cloud_pid=''
start_edge() {
	"$build/bin/edge-agent" --config "$tmp/edge.yaml" 2>>"$tmp/edge.log" &
	edge_pid=$!
	wait_for 10 curl -sf http://127.0.0.1:8085/healthz
}
start_cloud() {
	"$build/bin/cloud-agent" --config "$tmp/cloud.yaml" 2>>"$tmp/cloud.log" &
	cloud_pid=$!
	wait_for 10 curl -sf http://127.0.0.1:8094/healthz
}
ask() { # METHOD PATH [BODY]
	curl -s -X "$1" -H "Authorization: Bearer $token" ${3:+-H 'Content-Type: application/json' -d "$3"} \
		-w '\n%{http_code}\n' "http://127.0.0.1:${port:-8085}$2"
}
code() { ask "$@" | tail -n 1; }
body() { ask "$@" | sed '$d'; }
field() { # FILTER [APP]
	body GET "/v1/instances/${2:-game}" | jq -r "$1"
}
is_state() { # STATE [APP]
	[ "$(field .state "${2:-game}")" = "$1" ]
}
definition() { # IMAGE VERSION PORT [BEHAVE]
	jq -n --arg image "$1" --arg version "$2" --argjson port "$3" --arg behave "${4:-}" '{image: $image, version: $version,
		rest_port: $port, command: ["./game", "--config", "{config}"], config: {rest_address: "{address}", rest_port: "{port}",
		token_file: "{token_file}", edge: "{name}", edge_number: "{number}", secret: "hunter2", behave: $behave}}'
}
digest() { sha256sum "$1" | cut -d' ' -f1; }

mkdir -p "$images"
make_image game 1
make_image back 1
write_config
start_cloud
start_edge

# ---- registration
is 'an application is registered' "$(code PUT /v1/applications/game "$(definition game 1 8192)")" 201
is 'and again' "$(code PUT /v1/applications/game "$(definition game 1 8192)")" 204
is 'without its configuration when it is shown' "$(body GET /v1/applications/game | jq -c '[.image, .version, has("config")]')" '["game","1",false]'
is 'what is saved is for root alone' "$(stat -c %a "$state/definitions/game.json")" 600
is 'a port is one application'\''s' "$(body PUT /v1/applications/other "$(definition game 1 8192)" | jq -r .cause)" PORT_TAKEN
is 'a command outside the image is refused' "$(body PUT /v1/applications/bad \
	"$(definition game 1 8193 | jq '.command[0] = "/bin/sh"')" | jq -r '.invalidParams[0].param')" /command
is 'a word that nobody knows, too' "$(body PUT /v1/applications/bad \
	"$(definition game 1 8193 | jq '.config.x = "{nobody}"')" | jq -r '.invalidParams[0].param')" /config
is 'an application that isn'\''t there' "$(body PUT /v1/instances/nobody '{}' | jq -r .cause)" APP_NOT_FOUND
is 'without a token' "$(curl -s -o /dev/null -w '%{http_code}' -X PUT http://127.0.0.1:8085/v1/instances/game)" 401
is 'players of one that doesn'\''t run' "$(body PUT /v1/instances/game/players/alice '{}' | jq -r .cause)" INSTANCE_NOT_RUNNING

# ---- absent, pulled, started
is 'an instance is asked for' "$(code PUT /v1/instances/game '{}')" 202
ok 'its image is pulled, and it runs' wait_for 20 is_state running
is 'all of the image came' "$(field .pulled_bytes)" "$(jq '[.files[].size] | add' "$images/game/manifest.json")"
is 'each file as it is in the cloud' "$(digest "$repository/game/data/level")" "$(digest "$images/game/data/level")"
is 'and nothing is left beside it' "$(ls -A "$repository/.pulling")" ''
is 'again: it runs already' "$(code PUT /v1/instances/game '{}')" 200
ok 'its words were filled in' wait_for 5 grep -q '\[game\] info game edge=edge-x number=7 secret_length=7' "$tmp/edge.log"
is 'its configuration is for root alone' "$(stat -c %a "$state/game/config")" 600
is 'its image is in use' "$(body DELETE /v1/images/game | jq -r .cause)" IN_USE
is 'so is its definition' "$(body DELETE /v1/applications/game | jq -r .cause)" IN_USE

# ---- players of a shared instance
is 'a player is passed to the instance' "$(body PUT /v1/instances/game/players/alice '{}' | jq -r .edge)" edge-x
is 'a second one' "$(code PUT /v1/instances/game/players/bob '{}')" 202
is 'one that isn'\''t there, the instance says' "$(body GET /v1/instances/game/players/carol | jq -r .cause)" PLAYER_NOT_FOUND
is 'with players it isn'\''t stopped' "$(body DELETE /v1/instances/game | jq -r '.cause, .detail' | paste -sd ' ')" \
	"IN_USE app 'game' has 2 players; ?force=1 stops it nevertheless"
is 'one leaves' "$(code DELETE /v1/instances/game/players/alice)" 204
is 'the other is untouched' "$(body GET /v1/instances/game/players/bob | jq -r .state)" synchronised

# ---- it crashes
pid=$(field .pid)
kill -9 "$pid"
ok 'a crashed instance is started again' wait_for 20 eval '[ "$(field .restarts)" = 1 ] && is_state running'
is 'with the cause at hand' "$(field '[.cause, .detail] | join(" ")')" 'CRASHED ended with signal 9'
nok 'as another process' test "$(field .pid)" = "$pid"

# ---- its agent is killed
pid=$(field .pid)
kill -9 "$edge_pid"
wait "$edge_pid" 2>/dev/null
ok 'it outlives its agent' curl -sf http://127.0.0.1:8192/healthz
start_edge
ok 'and is found again' wait_for 10 is_state running
is 'the same process' "$(field .pid)" "$pid"
is 'not started again' "$(field .restarts)" 0
kill -9 "$pid"
ok 'one that was found is started again, too' wait_for 20 eval '[ "$(field .restarts)" = 1 ] && is_state running'

kill "$edge_pid"
wait "$edge_pid"
is 'SIGTERM ends the agent in order' "$?" 0
pid=$(cut -d' ' -f1 "$state/game/process")
kill -9 "$pid"
start_edge
ok 'one that ended while its agent was away is started again' wait_for 20 is_state running
is 'and counted' "$(field .restarts)" 1
pid=$(field .pid)
is 'stopped' "$(code DELETE '/v1/instances/game?force=1')" 204
is 'gone' "$(field '[.state, has("pid")] | @csv')" '"absent",false'
nok 'no process is left' kill -0 "$pid"
is 'a name and a start time that are another'\''s are nobody'\''s' "$(ls "$state/game" | grep -c '^process$')" 0

# ---- what can't be run
ask PUT /v1/applications/crash "$(definition game 1 8194 crash)" >/dev/null
ask PUT /v1/instances/crash '{}' >/dev/null
ok 'one that always ends is given up' wait_for 20 is_state failed crash
is 'after three times' "$(field '[.cause, .restarts] | @csv' crash)" '"CRASHED",3'
ask PUT /v1/applications/none "$(definition none 1 8195)" >/dev/null
ask PUT /v1/instances/none '{}' >/dev/null
ok 'an image that nobody has' wait_for 20 is_state failed none
is 'is told' "$(field '[.cause, .detail] | join(": ")' none)" "IMAGE_NOT_FOUND: the cloud has no image 'none'"
ask PUT /v1/applications/none "$(definition game 1 8195 | jq '.command[0] = "./data/level"')" >/dev/null
ask PUT /v1/instances/none '{}' >/dev/null
ok 'a command that is no program' wait_for 20 is_state failed none
is 'is told, too' "$(field .cause none)" NOT_EXECUTABLE

# ---- wrong checksums
printf 'x' | dd of="$repository/game/data/level" bs=1 seek=99 conv=notrunc status=none
ask PUT /v1/instances/game '{}' >/dev/null
ok 'a file that was changed here keeps it from being started' wait_for 20 is_state failed
is 'with its name' "$(field '[.cause, .detail] | join(": ")')" "IMAGE_CORRUPT: data/level: its SHA-256 isn't that of the manifest"
is 'the image is removed' "$(code DELETE /v1/images/game)" 204
printf 'x' | dd of="$images/game/data/level" bs=1 seek=99 conv=notrunc status=none
ask PUT /v1/instances/game '{}' >/dev/null
ok 'a file that was changed in the cloud, as well' wait_for 20 is_state failed
is 'with its name, too' "$(field '[.cause, .detail] | join(": ")')" "IMAGE_CORRUPT: data/level: its SHA-256 isn't that of the manifest"
is 'nothing of it is installed' "$(ls "$repository"; ls "$repository/.pulling")" ''
cp "$images/game/manifest.json" "$tmp/manifest.json"
jq '.files[0].path = "../escaped"' "$tmp/manifest.json" >"$images/game/manifest.json"
ask PUT /v1/instances/game '{}' >/dev/null
ok 'a path that leads out is refused' wait_for 20 eval 'is_state failed && [ "$(field .cause)" = CLOUD_UNREACHABLE ] || [ "$(field .cause)" = IMAGE_CORRUPT ]'
ok 'and nothing was written there' test ! -e "$repository/escaped" -a ! -e "$repository/.pulling/escaped"
rm -f "$images/game/data/level"
ln -s /etc/passwd "$images/game/data/level"
cp "$tmp/manifest.json" "$images/game/manifest.json"
is 'a link in an image isn'\''t served' "$(curl -s http://127.0.0.1:8095/v1/images/game/files/data/level | jq -r .cause)" FILE_NOT_FOUND
is 'nor what no manifest lists' "$(curl -s --path-as-is http://127.0.0.1:8095/v1/images/game/files/../../../token | jq -r .cause)" FILE_NOT_FOUND
is 'the middle of a file' "$(curl -s -r 5-8 http://127.0.0.1:8095/v1/images/back/files/data/level | od -An -tx1)" \
	"$(dd if="$images/back/data/level" bs=1 skip=5 count=4 status=none | od -An -tx1)"
is 'its end' "$(curl -s -r -4 http://127.0.0.1:8095/v1/images/back/files/data/level | od -An -tx1)" \
	"$(tail -c 4 "$images/back/data/level" | od -An -tx1)"
is 'past it' "$(curl -s -o /dev/null -w '%{http_code}' -r 3000000- http://127.0.0.1:8095/v1/images/back/files/data/level)" 416
rm "$images/game/data/level"

# ---- a pull that is cut off goes on
make_image game 2
kill "$edge_pid" && wait "$edge_pid"
write_config 8Mbit
start_edge
ask PUT /v1/applications/game "$(definition game 2 8192)" >/dev/null
ask PUT /v1/instances/game '{}' >/dev/null
halfway() { [ "$(field .pulled_bytes)" -gt 300000 ]; }
ok 'a pull is under way' wait_for 20 halfway
is 'and says so' "$(field .state)" pulling
kill -9 "$edge_pid"
wait "$edge_pid" 2>/dev/null
here=$(find "$repository/.pulling/game" -type f ! -name manifest.json -printf '%s\n' | paste -sd+ | bc)
ok 'what came is kept' test "$here" -gt 300000
write_config
start_edge
ok 'it goes on without being asked again' wait_for 20 is_state running
is 'with the rest alone' "$(($(field .pulled_bytes) + here))" "$(jq '[.files[].size] | add' "$images/game/manifest.json")"
is 'to the same end' "$(digest "$repository/game/data/level")" "$(digest "$images/game/data/level")"
is 'another version' "$(body GET /v1/images | jq -r '.images[] | select(.image == "game") | .version')" 2
is 'stopped again' "$(code DELETE /v1/instances/game)" 204

# ---- the cloud goes away meanwhile
is 'the image is removed again' "$(code DELETE /v1/images/game)" 204
kill "$edge_pid" && wait "$edge_pid"
write_config 8Mbit
start_edge
ask PUT /v1/instances/game '{}' >/dev/null
ok 'a pull is under way again' wait_for 20 halfway
kill -9 "$cloud_pid"
wait "$cloud_pid" 2>/dev/null
start_cloud
ok 'it goes on by itself once the cloud is back' wait_for 30 is_state running
is 'no byte came twice' "$(field .pulled_bytes)" "$(jq '[.files[].size] | add' "$images/game/manifest.json")"
ask DELETE /v1/instances/game >/dev/null

# ---- no room
kill "$edge_pid" && wait "$edge_pid"
small=$tmp/small
mkdir "$small"
mount -t tmpfs -o size=2M none "$small"
repository=$small
write_config
start_edge
ask PUT /v1/instances/game '{}' >/dev/null
ok 'an image that doesn'\''t fit' wait_for 20 is_state failed
like 'is told with what it needs' "$(field '[.cause, .detail] | join(": ")')" "DISK_FULL: .*needs [0-9]+ bytes more, there is room for [0-9]+"
is 'and leaves nothing' "$(find "$small" -type f)" ''
kill "$edge_pid" && wait "$edge_pid"
mount -o remount,size=8M "$small"
write_config 8Mbit
start_edge
ask PUT /v1/instances/game '{}' >/dev/null
ok 'one that fits is being pulled' wait_for 20 halfway
head -c 8M /dev/zero >"$small/filler" 2>/dev/null
ok 'until the disk is full' wait_for 20 is_state failed
like 'which is told' "$(field '[.cause, .detail] | join(": ")')" 'DISK_FULL: data/level: the disk is full'
is 'and leaves nothing of it' "$(find "$small" -type f)" "$small/filler"

# ---- the cloud's services
port=8094
is 'a service of the cloud runs on after its agent was killed' "$(body GET /v1/services/back | jq -r '[.state, .restarts] | @csv')" '"running",0'
is 'is stopped' "$(code DELETE /v1/services/back)" 204
is 'stays so' "$(body GET /v1/services/back | jq -r .state)" absent
kill "$cloud_pid" && wait "$cloud_pid"
start_cloud
is 'also over a restart of the agent' "$(body GET /v1/services/back | jq -r .state)" absent
is 'and is started' "$(code PUT /v1/services/back '{}')" 202
back_runs() { [ "$(body GET /v1/services/back | jq -r .state)" = running ]; }
ok 'again' wait_for 20 back_runs
is 'what the file says isn'\''t changed by REST' "$(body PUT /v1/services/back "$(definition back 1 8199)" | jq -r .cause)" CONFIGURED
is 'one is registered' "$(code PUT /v1/services/other "$(definition back 1 8199)")" 201
is 'and given up' "$(code DELETE '/v1/services/other?forget=1')" 204
is 'which one that runs can'\''t be' "$(body DELETE '/v1/services/back?forget=1' | jq -r .cause)" CONFIGURED
ask PUT /v1/services/silent "$(definition back 1 8198 silent)" >/dev/null
ask PUT /v1/services/silent '{}' >/dev/null
hung() { [ "$(body GET /v1/services/silent | jq -c '[.cause, .restarts]')" = '["NOT_HEALTHY",1]' ]; }
ok 'one that runs but is never healthy is started again' wait_for 30 hung
like 'and why is told' "$(body GET /v1/services/silent | jq -r .detail)" 'did not answer /healthz within 10 s'
is 'stopped, it stays so' "$(code DELETE /v1/services/silent)" 204
like 'metrics say how it is' "$(curl -s http://127.0.0.1:8094/metrics)" 'baton_instance_running\{service="back"\} 1'

kill "$edge_pid" "$cloud_pid"
wait "$edge_pid" "$cloud_pid"
umount "$small"
is 'sanitizers have nothing to say' "$(grep -h 'Sanitizer\|runtime error' "$tmp"/*.log)" ''
done_testing
