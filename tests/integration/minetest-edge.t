#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# minetest-edge with the real minetest-cloud and Debian's minetest and minetestserver, on loopback: pictures say which
# step of the server they show, inputs come to the world, what is killed comes back, what ends leaves nothing.
# shellcheck source=tests/lib.sh disable=SC2016 # jq has variables, too
. "$(dirname "$0")/../lib.sh"
need_root
need_command ip unshare jq curl perl Xvfb /usr/games/minetest /usr/lib/minetest/minetestserver
need_built "$build/bin/minetest-edge" "$build/bin/minetest-cloud" "$build/integration/snake_edge_client"
[ -n "${MINETEST_EDGE_NET:-}" ] || become unshare -n env MINETEST_EDGE_NET=1 "$(readlink -f "$0")"
# shellcheck source=tests/integration/snake_edge_net.sh
. "$(dirname "$0")/snake_edge_net.sh"
run ip link set lo up
accounts=(ann bob eve dan joe)
patience=90 # of a client that joins, on a machine that has other things to do

write_minetest_configs() {
	local name letter
	echo $token >"$tmp/token"
	chmod 600 "$tmp/token"
	{
		printf '%s\n' 'address: 127.0.0.1' 'login_port: 8090' 'state_port: 8091' 'tick_hz: 20' 'bots: 2' 'seed: 7' \
			"state_dir: $tmp/cloud" "share_dir: $root/apps/minetest" 'accounts:'
		for name in "${accounts[@]}"; do echo "  - {name: $name, secret: of-$name}"; done
	} >"$tmp/cloud.yaml"
	for letter in a b; do
		{
			printf '%s\n' 'rest_address: 127.0.0.1' "rest_port: ${rest_of[$letter]}" "token_file: $tmp/token" \
				"edge: edge-$letter" 'login_url: http://127.0.0.1:8090' "state_dir: $tmp/state-$letter" 'fps: 15'
			if [ $letter = a ]; then
				printf '%s\n' 'edge_number: 1' 'stream_address: 127.0.1.1'
			else
				printf '%s\n' 'edge_number: 2' 'stream_address: 127.0.1.2'
			fi
			echo 'secrets:'
			for name in "${accounts[@]}"; do echo "  - {account: $name, secret: of-$name}"; done
		} >"$tmp/$letter.yaml"
	done
}
write_minetest_configs
undo stop_all

# The processes of edge $1's players: their parent is that edge
children() { # EDGE [NAME]
	ps -o pid= --ppid "${pid_of[$1]}" ${2:+-o comm=} | awk -v name="${2:-}" 'name == "" || $2 == name { print $1 }'
}
count_children() { children "$@" | wc -l; }
has_children() { [ "$(count_children "$1" "${3:-}")" = "$2" ]; } # EDGE NUMBER [NAME]
shown() { # EDGE ACCOUNT
	[[ $(player "$1" "$2" .state) =~ ^(synchronised|streaming)$ ]]
}
gone() { # PID...
	local pid
	for pid in "$@"; do ! kill -0 "$pid" 2>/dev/null || return 1; done
}
files_of_x() { find /tmp/.X11-unix /tmp -maxdepth 1 -name '.X*-lock' -o -maxdepth 1 -path '/tmp/.X11-unix/X*' 2>/dev/null | sort; }
files_before=$(files_of_x)

note 'configuration: change of the example | what is said'
example=$root/apps/minetest/edge/minetest-edge.example.yaml
ok 'the example configuration is right' "$build/bin/minetest-edge" --check-config --config "$example"
while IFS='|' read -r change said; do
	sed "$change" "$example" >"$tmp/wrong.yaml"
	nok "$change is refused" "$build/bin/minetest-edge" --check-config --config "$tmp/wrong.yaml"
	like "$change: what would be right" "$_output" "$said"
done <<'END'
/^state_dir:/d|state_dir
s/^viewing_range:.*/viewing_range: 5/|viewing_range: expected a number from 20 to 200
s/^height:.*/height: 200/|height: expected a number from 240
s/^x_server:/xserver:/|unknown key 'xserver'.*did you mean 'x_server'
END
for key in client_program x_server; do
	{ cat "$tmp/a.yaml"; echo "$key: /nonexistent/program"; } >"$tmp/wrong.yaml"
	nok "without its $key it does not start" "$build/bin/minetest-edge" --config "$tmp/wrong.yaml"
	like "$key: the package is named" "$_output" "$key: /nonexistent/program.*the package (minetest|xvfb)"
done

note 'a player'
start cloud minetest-cloud
ok 'minetest-cloud starts' healthy cloud
start a minetest-edge
ok 'edge a starts' healthy a
is 'a player is taken' "$(status_of a PUT /v1/players/ann '{}')" 202
ok 'the player is synchronised: its client shows the world' wait_for $patience shown a ann
is 'nothing is wrong' "$(player a ann .cause)" ''
is 'it is the primary' "$(player a ann .role)" primary
is 'PUT again changes nothing' "$(status_of a PUT /v1/players/ann '{}')" 200
is 'two processes serve it' "$(count_children a)" 2

note 'pictures'
client ua a ann
ok 'they come and decode' wait_for $patience at_least 30 frames ua
is 'each has the stamp that its packets announce' "$(awk '/^frame/ && $7 != 1' "$tmp/ua.out" | wc -l)" 0
is 'of this edge' "$(last_frame ua 3)" 1
is 'the tick never goes back' "$(awk '/^frame/ { if ($5 + 0 < last) n++; last = $5 + 0 } END { print n + 0 }' "$tmp/ua.out")" 0
tick=$(last_frame ua 5)
later() { [ "$(last_frame ua 5)" -gt $((tick + 20)) ]; }
ok 'and it grows with the server' wait_for $patience later
near() { local now; now=$(player a ann .tick) && [ $((now - $(last_frame ua 5))) -lt 100 ]; }
ok 'near to what the cloud tells' wait_for $patience near
say ua input 1 2
applied() { [ "$(last_frame ua 6)" = 1 ]; }
ok 'an input is in the world, and in the picture' wait_for $patience applied
is 'the cloud has applied it' "$(account ann .last_input)" 1
say ua input 2 5
rests() { [ "$(last_frame ua 6)" = 2 ]; }
ok 'and a rest' wait_for $patience rests
ok 'codes are read' at_least 30 metric a 'baton_minetest_edge_pictures_total{code="read"}'

note 'processes'
mapfile -t pids < <(children a)
for pid in "${pids[@]}"; do
	is "process $pid leads a group of its own" "$(ps -o pgid= -p "$pid" | tr -d ' ')" "$pid"
	is "process $pid has ordinary priority" "$(ps -o ni= -p "$pid" | tr -d ' ')" 0
	is "process $pid has nothing of the edge open" "$(find "/proc/$pid/fd" -lname "*$tmp/token*" -o -lname '*/a.log' | wc -l)" 0
done
password=$(cat "$tmp"/state-a/players/*/password)
ok 'the password has a file of its own' test -n "$password"
is 'and is in no command line' "$(tr '\0' '\n' </proc/"${pids[0]}"/cmdline | cat - <(tr '\0' '\n' </proc/"${pids[1]}"/cmdline) | grep -cF "$password")" 0
is 'no file of an X server is anywhere' "$(files_of_x)" "$files_before"

note 'killed: the client, then the display'
for name in minetest Xvfb; do
	mapfile -t pids < <(children a)
	kill -KILL "$(children a $name)"
	is_down() { player a ann '.state + " " + .cause' >"$tmp/said" && grep -q '^synchronising ' "$tmp/said"; }
	ok "$name: the player's state says so" wait_for $patience is_down
	like "$name: and why" "$(<"$tmp/said")" ' (CLIENT|DISPLAY)_(ENDED|STARTING)$'
	ok "$name: it comes back" wait_for $patience shown a ann
	before=$(frames ua)
	more() { [ "$(frames ua)" -gt $((before + 10)) ]; }
	ok "$name: and so do pictures" wait_for $patience more
	is "$name: two processes again" "$(count_children a)" 2
done
# The client doesn't see that its server is another one; the cloud says so.
server=$(curl -sf http://127.0.0.1:8090/v1/status | jq .server.pid)
kill -KILL "$server"
renewed() { [ "$(curl -sf http://127.0.0.1:8090/v1/status | jq .server.restarts)" = 1 ] && shown a ann; }
told() { grep -q 'what="client is started anew" why="another server"' "$tmp/a.log"; }
ok 'minetestserver: the edge is told' wait_for $patience told
ok 'minetestserver: its client joins the next one' wait_for $patience renewed
before=$(frames ua)
ok 'minetestserver: and pictures go on' wait_for $patience more
is 'the session is the same' "$(metric a baton_minetest_edge_links_lost_total)" 0
ok 'both are counted' at_least 2 metric a 'baton_minetest_edge_clients_total{what="ended"}'

note 'programs that end at once: key | cause | what is counted'
cp "$tmp/b.yaml" "$tmp/b.right"
while IFS='|' read -r key cause counted; do
	{ cat "$tmp/b.right"; echo "$key: /bin/false"; } >"$tmp/b.yaml"
	start b minetest-edge
	status_of b PUT /v1/players/ann '{}' >"$tmp/status"
	ok "$key: tried again and again" wait_for $patience at_least 3 metric b "baton_minetest_edge_$counted{what=\"ended\"}"
	is "$key: the player is not synchronised" "$(player b ann .state)" synchronising
	is "$key: and why" "$(player b ann .cause)" "$cause"
	ok "$key: with back-off" test "$(metric b "baton_minetest_edge_$counted{what=\"started\"}")" -lt 12
	stop b TERM
done <<'END'
x_server|DISPLAY_ENDED|displays_total
client_program|CLIENT_ENDED|clients_total
END
mv "$tmp/b.right" "$tmp/b.yaml"

note 'a second edge: Algorithm 1, by the same code as snake'
start b minetest-edge
is 'ann is taken at b' "$(status_of b PUT /v1/players/ann '{}')" 202
ok 'a second client shows the world' wait_for $patience shown b ann
is 'as the secondary' "$(player b ann .role)" secondary
client ub b ann
ok 'its pictures come' wait_for $patience at_least 5 frames ub
say ub switch 1
ok 'a switching signal is accepted' wait_for $patience heard ub 'role 1 1 0'
say ub input 3 4
other() { [ "$(last_frame ub 6)" = 3 ] && [ "$(last_frame ua 6)" = 3 ]; }
ok 'its input is in the pictures of both' wait_for $patience other

note 'as many as there is room for, and the death of the edge'
leave ub
for name in bob eve dan; do status_of b PUT "/v1/players/$name" '{}' >"$tmp/status"; done
is 'four' "$(rest b GET /v1/players | jq '.players | length')" 4
is 'the fifth is told' "$(rest b PUT /v1/players/joe '{}' | jq -r .cause)" TOO_MANY_PLAYERS
ok 'four displays' wait_for $patience has_children b 4 Xvfb
mapfile -t pids < <(children b)
stop b KILL
ok 'killed: nothing of it runs on' wait_for $patience gone "${pids[@]}"
start b minetest-edge
is 'its successor removes what was left' "$(find "$tmp/state-b/players" -mindepth 1 | wc -l)" 0
stop b TERM
is 'and ends in order' $? 0
is 'without a file' "$(find "$tmp/state-b" -mindepth 1 | wc -l)" 0

note 'logout'
mapfile -t pids < <(children a)
is 'ann leaves' "$(status_of a DELETE /v1/players/ann)" 204
ok 'no process is left' wait_for $patience gone "${pids[@]}"
empty() { [ -z "$(ls "$tmp/state-a/players")" ]; }
ok 'and no file' wait_for $patience empty
say ua quit
wait "${pid_of[ua]}"
unset 'pid_of[ua]'
is 'PUT takes ann again' "$(status_of a PUT /v1/players/ann '{}')" 202
ok 'with a display' wait_for $patience has_children a 1 Xvfb
mapfile -t pids < <(children a)
stop a TERM
is 'the edge ends in order while it begins' $? 0
ok 'and nothing runs on' gone "${pids[@]}"
is 'nor is a file left' "$(find "$tmp/state-a" -mindepth 1 | wc -l)" 0
is 'none of an X server' "$(files_of_x)" "$files_before"
stop cloud TERM
is 'minetest-cloud ends in order' $? 0
is 'no log has a complaint of the sanitizers' "$(grep -lE 'Sanitizer|runtime error' "$tmp"/*.log)" ''
is 'no secret is in a log' "$(grep -lF -e 'of-ann' -e "$password" "$tmp"/*.log)" ''
done_testing
