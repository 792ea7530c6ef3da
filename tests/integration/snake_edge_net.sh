# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
#
# snake-cloud, two instances of snake-edge and clients on the loopback of a network namespace of their own, for
# tests/integration/snake-edge*.t: edge a streams from 127.0.1.1, b from 127.0.1.2.

declare -A pid_of=() fd_of=()
declare -A rest_of=([a]=8092 [b]=8093 [cloud]=8090)
token=snake-token
accounts=(ann bob eve p{01..15})

write_configs() {
	local name letter
	echo $token >"$tmp/token"
	chmod 600 "$tmp/token"
	{
		printf '%s\n' 'address: 127.0.0.1' 'login_port: 8090' 'state_port: 8091' 'world_width: 128' 'world_height: 128' \
			'bots: 6' 'seed: 7' "state_file: $tmp/cloud.state" 'accounts:'
		for name in "${accounts[@]}"; do echo "  - {name: $name, secret: of-$name}"; done
	} >"$tmp/cloud.yaml"
	for letter in a b; do
		{
			printf '%s\n' 'rest_address: 127.0.0.1' "rest_port: ${rest_of[$letter]}" "token_file: $tmp/token" \
				"edge: edge-$letter" 'login_url: http://127.0.0.1:8090'
			if [ $letter = a ]; then
				printf '%s\n' 'edge_number: 1' 'stream_address: 127.0.1.1' 'faults: true'
			else
				printf '%s\n' 'edge_number: 2' 'stream_address: 127.0.1.2'
			fi
			echo 'secrets:'
			for name in "${accounts[@]}"; do echo "  - {account: $name, secret: of-${name/eve/adam}}"; done
		} >"$tmp/$letter.yaml"
	done
}

start() { # NAME PROGRAM
	"$build/bin/$2" --config "$tmp/$1.yaml" >>"$tmp/$1.log" 2>&1 &
	pid_of[$1]=$!
	wait_for 10 healthy "$1"
}

healthy() { # NAME
	curl -sf -o /dev/null "http://127.0.0.1:${rest_of[$1]}/healthz"
}

stop() { # NAME SIGNAL; its exit status
	[ -n "${pid_of[$1]:-}" ] || return 0
	kill "-$2" "${pid_of[$1]}"
	wait "${pid_of[$1]}" 2>/dev/null
	local status=$?
	unset "pid_of[$1]"
	return $status
}

stop_all() {
	local name
	for name in "${!pid_of[@]}"; do stop "$name" KILL; done
	true
}

# ---- REST ----

rest() { # NAME METHOD PATH [JSON] [CURL OPTIONS]
	curl -s -X "$2" -H "Authorization: Bearer $token" ${4:+-H 'Content-Type: application/json' -d "$4"} "${@:5}" \
		"http://127.0.0.1:${rest_of[$1]}$3"
}
status_of() { # NAME METHOD PATH [JSON]
	rest "$1" "$2" "$3" "${4:-}" -o /dev/null -w '%{http_code}'
}
player() { # NAME ACCOUNT JQ
	rest "$1" GET "/v1/players/$2" | jq -r "$3"
}
player_is() { # NAME ACCOUNT STATE
	[ "$(player "$1" "$2" .state)" = "$3" ]
}
account() { # ACCOUNT JQ
	rest cloud GET "/v1/accounts/$1" | jq -r "$2"
}
metric() { # NAME METRIC
	rest "$1" GET /metrics | awk -v name="$2" '$1 == name { print $2 }'
}
at_least() { # NUMBER COMMAND...
	[ "$("${@:2}")" -ge "$1" ]
}

# ---- clients ----

client() { # NAME EDGE ACCOUNT
	local fd
	mkfifo "$tmp/$1.in"
	"$build/integration/snake_edge_client" "$(player "$2" "$3" .address)" "$(player "$2" "$3" .port)" \
		"$(player "$2" "$3" .stream_key)" <"$tmp/$1.in" >"$tmp/$1.out" 2>>"$tmp/$1.log" &
	pid_of[$1]=$!
	exec {fd}>"$tmp/$1.in"
	fd_of[$1]=$fd
}
say() { # CLIENT WORDS...
	echo "${*:2}" >&"${fd_of[$1]}"
}
# its state line
leave() { # CLIENT
	say "$1" quit
	wait "${pid_of[$1]}"
	local status=$?
	unset "pid_of[$1]"
	eval "exec ${fd_of[$1]}>&-"
	return $status
}
frames() { # CLIENT: how many so far
	grep -c '^frame' "$tmp/$1.out"
}
last_frame() { # CLIENT FIELD (2 when decoded, ns; 3 edge, 4 seq, 5 tick, 6 input)
	grep '^frame' "$tmp/$1.out" | tail -n 1 | cut -d' ' -f "$2"
}
more_frames() { # CLIENT NUMBER: waits for so many more
	wait_for 20 at_least $(($(frames "$1") + $2)) frames "$1"
}
heard() { # CLIENT LINE
	grep -qx "$2" "$tmp/$1.out"
}
# Of the log of a player's frames: how many rows don't follow the row before
gaps() { # EDGE ACCOUNT
	rest "$1" GET "/v1/frames/$2" | jq '[.frames[][0]] | . as $s | [range(1; length) | select($s[.] != $s[. - 1] + 1)] | length'
}
