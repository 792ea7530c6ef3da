#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# minetest-cloud on loopback: its command line, and with Debian's minetestserver and minetest (without a picture) all that edges and
# players can do to it (minetest_cloud_cases.c), each case with a daemon and a server of its own.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
cases=$build/integration/minetest_cloud_cases
export BATON_GAME_CLOUD=$build/bin/minetest-cloud
export BATON_MINETEST_SHARE=$root/apps/minetest BATON_MINETEST_PROBE=$root/tests/integration/minetest_probe
need_command jq curl unshare
need_built "$cases" "$BATON_GAME_CLOUD"

example=$root/apps/minetest/cloud/minetest-cloud.example.yaml
ok 'the example configuration is right' "$BATON_GAME_CLOUD" --config "$example" --check-config
check_refusal() { # NAME LINE REGEX: the example with another line is refused, and why
	sed -e "/^${2%%:*}:/d" "$example" >"$tmp/wrong.yaml"
	sed -i "1i $2" "$tmp/wrong.yaml"
	nok "$1: refused" "$BATON_GAME_CLOUD" --config "$tmp/wrong.yaml" --check-config
	like "$1: told" "$_output" "$3"
}
check_refusal 'an unknown key' 'bot: 3' "wrong.yaml:[0-9]+:1: unknown key 'bot'"
check_refusal 'too many steps' 'tick_hz: 500' 'expected .*60'
check_refusal 'too many bots' 'bots: 500' 'expected .*64'

sed "s,^state_dir:.*,state_dir: $tmp/state,; s,^share_dir:.*,share_dir: $root/apps/minetest,; s,^server:.*,server: /bin/true,; /^state_file\|^token_file\|^rest_/d" \
	"$example" >"$tmp/right.yaml"
check_start() { # NAME LINE REGEX: so it can't start, and why
	sed -e "/^${2%%:*}:/d" "$tmp/right.yaml" >"$tmp/wrong.yaml"
	sed -i "1i $2" "$tmp/wrong.yaml"
	nok "$1: not started" "$BATON_GAME_CLOUD" --config "$tmp/wrong.yaml"
	like "$1: told" "$_output" "$3"
}
check_start 'no such server' 'server: /nowhere/minetestserver' 'path=/nowhere/minetestserver .*package minetest-server'
check_start 'no game' "share_dir: $tmp" "path=$tmp/game/game.conf "
check_start 'a directory that is not absolute' 'state_dir: here' 'expected an absolute path'
check_start 'a directory that cannot be' "state_dir: $tmp/right.yaml/state" "path=$tmp/right.yaml/state "

# Servers that are none: one that never says a word, one that ends at once.
printf '#!/bin/sh\nexec sleep 1000\n' >"$tmp/silent"
printf '#!/bin/sh\nexit 3\n' >"$tmp/short"
chmod +x "$tmp/silent" "$tmp/short"
cat >"$tmp/watch" <<'END'
# PROGRAM CONFIG JQ: runs it in a network of its own until its status is so; says health, status and how it ended
ip link set lo up
"$1" --config "$2" 2>"$2.log" &
pid=$! tries=0
status() { curl -sf http://127.0.0.1:8090/v1/status; }
until [ "$(status | jq "$3")" = true ] || [ $((tries += 1)) -gt 300 ]; do sleep 0.1; done
curl -s http://127.0.0.1:8090/healthz | jq -r '"health \(.status) \(.cause)"'
status | jq -c '[.server.state, .server.pid > 0, .server.restarts, .world.players]'
server=$(status | jq .server.pid)
kill "$pid"
wait "$pid"
echo "status $?"
[ "$server" = 0 ] || kill -0 "$server" 2>/dev/null || echo 'server gone'
END
watch() { # SERVER JQ
	sed "s,^server:.*,server: $tmp/$1," "$tmp/right.yaml" >"$tmp/$1.yaml"
	unshare -rn sh "$tmp/watch" "$BATON_GAME_CLOUD" "$tmp/$1.yaml" "$2" 2>&1
}
if unshare -rn true 2>/dev/null; then
	got=$(watch silent '.server.pid > 0')
	is 'a server that says nothing: not ready, and it ends with its parent' "$got" \
		$'health 503 NOT_READY\n["starting",true,0,0]\nstatus 0\nserver gone'
	got=$(watch short '.server.restarts >= 3')
	like 'a server that ends at once is started again' "$got" '"starting",(true|false),[3-9],0\]'
	like 'and why is logged' "$(cat "$tmp/short.yaml.log")" 'ended="exit 3" again_in_ms=200'
	like 'later each time' "$(cat "$tmp/short.yaml.log")" 'ended="exit 3" again_in_ms=800'
else
	skip 'servers that are none' 'no network namespace of our own'
fi

image=$build/bin/images/minetest-cloud
need_built "$build/bin/cloud-agent" # images come along
for file in minetest-cloud game/game.conf game/mods/land/init.lua mod/init.lua; do
	like "the image has $file" "$(cat "$image/manifest.json")" "\"path\": \"$file\""
done

if [ ! -x /usr/lib/minetest/minetestserver ] || [ ! -x /usr/games/minetest ]; then
	skip 'the cases' 'scripts/setup minetest installs minetest and minetest-server'
	done_testing
	exit
fi
# They mostly wait, so several run at once.
export tmp cases
# shellcheck disable=SC2016 # expanded there
"$cases" | xargs -P 6 -I '{}' sh -c '"$cases" {} >"$tmp/{}.out" 2>&1; echo $? >"$tmp/{}.status"'
while read -r name; do
	is "$name" "$(cat "$tmp/$name.status")" 0 || note "$(cat "$tmp/$name.out")" >&2
done < <("$cases")
done_testing
