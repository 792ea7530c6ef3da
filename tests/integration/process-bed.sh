# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
#
# A topology whose application moves as a process: steps by the agents' REST or migrations by the manager's, clients that ask meanwhile,
# somebody who is killed at a moment, and what is left of it all. It sources e2e.sh.
#
#   app=ledger, service=10.70.128.1, client_model=heap=4MB,...       a test that has others says so
#   bed_file SED-SCRIPT...   topologies/process.yaml under this topology's name, changed so: $tmp/topology.yaml
#   here [NODE]              the application's directory, as NODE sees it, or as the machine sees NODE's
#
#   agents_begin             after e2e_env; the next are by agents-client.pl
#   edge NODE METHOD PATH [BODY]         the agent's REST below the application's path
#   get NODE FIELD...                    of the application there
#   begin NODE MIGRATION/STEP [MEMBERS]  a step is asked for         look NODE MIGRATION/STEP      how it is
#   await NODE MIGRATION/STEP            waits for its end; prints "done", or "failed CAUSE: detail"; all that it told: $tmp/step
#   says NODE MIGRATION/STEP [MEMBERS]   begin and await             outcome FILTER...             jq, of what the last one told
#   receive NODE MIGRATION/STEP MEMBERS  until it listens            to NODE MIGRATION/STEP        where, for a sender's members
#   serves NODE OTHER        it runs at NODE behind an open gate, and OTHER has none
#
#   move STRATEGY EDGE [PROCESS [MODE]]  prints the migration's id; $hold_ms
#   places [APP], runs_at EDGE [APP]     where it runs, as status tells it, a second later
#
#   client_start NAME ARG... a service-client that asks until clients_end; rows in $tmp/NAME.csv, report in NAME.json
#   answered NAME [EDGE], answers_more NAME EDGE THAN        rows; of any edge: ''
#   clients_end NAME...      they end; a test for each: every request was answered once, and rightly
#
#   killer_start NODE WHOM [WHEN], killer_end    somebody dies as soon as he is there (killer.pl); NODE host: outside of them
#   process_at NODE WORDS    whose command line begins so, behind its directory: numbers as this machine counts
#   kill_at NODE WORDS       these
#   left_over NODE...        of migrations: rules, tables and filters of a firewall, processes, images, a line each
#   tables NODE              of a firewall
# shellcheck disable=SC2154 # of lib.sh and e2e.sh
# shellcheck source=tests/integration/e2e.sh
. "$(dirname "${BASH_SOURCE[0]}")/e2e.sh"
need_built "$build/bin/process-step" "$build/bin/service-client" "$build/bin/images/ledger/ledger"

app=ledger service=10.70.128.1 client_model=heap=4MB,read=4KB,write=4KB

bed_file() { # SED-SCRIPT...
	sed "s/^name: .*/name: $topology/; ${*}" "$root/topologies/process.yaml" >"$tmp/topology.yaml"
}

# shellcheck disable=SC2120 # [NODE], for the tests
here() {
	echo "/run/baton/$topology/${1+nodes/}${1-here}/processes/$app"
}

# ---- steps ----

agents_begin() {
	local token=$BATON_TOKEN # where nothing came up the test ends here, and doesn't wait for nobody's answers
	mkfifo "$tmp/agents-in" "$tmp/agents-out"
	perl "$root/tests/integration/agents-client.pl" "$token" "edge-a=$(address edge-a)" "edge-b=$(address edge-b)" \
		<"$tmp/agents-in" >"$tmp/agents-out" &
	undo kill $!
	exec {_agents_in}>"$tmp/agents-in" {_agents_out}<"$tmp/agents-out"
}
_agents() { # A LINE OF agents-client.pl
	local answer
	echo "$*" >&"$_agents_in" && IFS= read -r answer <&"$_agents_out" && echo "$answer"
}
edge() { _agents ask "$1" "$2" "/$app$3" "${@:4}"; }
get() { _agents get "$1" "$app" "${@:2}"; }
_body() { echo "{\"epoch\": 1${1:+, $1}}"; }
begin() { edge "$1" PUT "/steps/$2" "$(_body "${3:-}")" >/dev/null; }
look() { edge "$1" GET "/steps/$2"; }
_told() { # LINE
	local answer
	answer=$(_agents "$@")
	echo "${answer#*$'\t'}" >"$tmp/step"
	echo "${answer%%$'\t'*}"
}
await() { _told await "$1" "$app" "$2"; }
says() { _told step "$1" "$app" "$2" "$(_body "${3:-}")"; }
outcome() { jq -ce ".outcome | $*" "$tmp/step"; }
receive() { begin "$@" && to "$1" "$2" >/dev/null; }
to() { _agents listens "$1" "$app" "$2"; }
serves() { [ "$(get "$1" state gate)" = 'running open' ] && [ "$(get "$2" state gate)" = 'absent none' ]; }

# ---- migrations ----

move() { # STRATEGY EDGE [PROCESS [MODE]]
	api POST /v1/migrations "{\"ue\": \"$supi\", \"app\": \"$app\", \"destination\": \"$2\", \"strategy\": \"$1\",
		\"mode\": \"${4:-make-before-break}\", ${hold_ms:+\"hold_ms\": $hold_ms,} \"process\": ${3:-{\}}}" |
		jq -er 'if .id then .id else error(tostring) end'
}
places() {
	baton status --json | jq -c --arg app "${1:-$app}" '.processes[] | select(.app == $app) | [.instances[] | select(.state == "running") | .node]'
}
runs_at() { [ "$(places "${2:-}")" = "[\"$1\"]" ]; }

# ---- clients ----

declare -A _clients=()

client_start() { # NAME ARG...
	[ -p "$tmp/clients" ] || { mkfifo "$tmp/clients" && exec {_clients_input}<>"$tmp/clients"; }
	rm -f "$tmp/$1.csv"
	in_ue service-client --address "$service" --until-stdin --patience 60000 --model "$client_model" --out "$tmp/$1.csv" "${@:2}" \
		<"$tmp/clients" >"$tmp/$1.json" 2>"$tmp/$1.err" {_clients_input}>&- &
	_clients[$1]=$!
}
answered() { # NAME [EDGE]
	grep -cs ",${2:-[^,]*},1\$" "$tmp/$1.csv"
}
answers_more() { [ "$(answered "$1" "$2")" -gt "$3" ]; } # NAME EDGE THAN
clients_end() { # NAME...
	local name status
	rm "$tmp/clients"
	exec {_clients_input}>&-
	for name in "$@"; do
		status=0
		wait "${_clients[$name]}" || status=$?
		is "$name: every request was answered once, and rightly" \
			"$status $(jq -c '[.ok, .made > 0, .unanswered, .wrong, .doubled]' "$tmp/$name.json")" '0 [true,true,0,0,0]' ||
			note "$(cat "$tmp/$name".{json,err})" >&2
		note "$(jq -c '[.made, .resent, .connections, .longest_gap_us]' "$tmp/$name.json")"
	done
}

# ---- who is killed, and what is left ----

killer_start() { # NODE WHOM [WHEN]
	local ready=$tmp/killer within=()
	[ "$1" = host ] || within=(baton exec "$1" --)
	rm -f "$ready"{,-status}
	{ # its status by a file: a test may ask for it in a subshell, which has no children yet
		"${within[@]}" perl "$root/tests/integration/killer.pl" "$ready" "${@:2}"
		echo $? >"$ready-status"
	} &
	wait_for 60 test -e "$ready"
}
killer_end() { wait_for 130 test -s "$tmp/killer-status" && return "$(<"$tmp/killer-status")"; }

process_at() { # NODE WORDS
	local pid inode
	inode=$(stat -Lc %i "/run/netns/$topology.$1")
	pgrep -f "^([^ ]*/)?$2" | while read -r pid; do
		[ "$(stat -Lc %i "/proc/$pid/ns/net" 2>/dev/null)" != "$inode" ] || echo "$pid"
	done
}
kill_at() { # NODE WORDS
	local pids
	pids=$(process_at "$@")
	# shellcheck disable=SC2086 # words
	[ -n "$pids" ] && kill -9 $pids
}

tables() { # NODE
	baton exec "$1" -- perl "$root/tests/integration/nf-tables.pl"
}
left_over() { # NODE...
	local node
	for node in "$@"; do
		{
			baton exec "$node" -- perl "$root/tests/integration/left-over.pl" "/run/baton/$topology/here/processes" ||
				echo 'what is left is not known'
		} | sed "s/^/$node: /"
	done
}
