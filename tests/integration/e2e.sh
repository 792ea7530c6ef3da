# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
#
# A topology from end to end, for tests/*/e2e-*.t: `baton` under a name of the test's own, the daemons' REST, and
# what a topology could leave behind.
#
#   topology=e2e-x          said by the test before all others
#   e2e_begin               what has to be there; the topology is taken down at the end, whatever happens
#   baton ARG...            of this topology          in_ue [--pdu N] CMD...    in its UE
#   rest PORT NODE PATH [CURL OPTION]...              a daemon's REST with the token; smf, ue, agent, upf NODE: daemons'
#   api METHOD PATH [BODY] [CURL OPTION]...           the migration manager's, as `baton env` says
#   migrate MODE EDGE [HOLD_MS]                       prints the id of the migration that was begun
#   ended ID, state ID, field ID FILTER               of a migration
#   capture_to FILE ARG...  `baton capture` in the background ($_capture), from when it says that it captures; FILE.log
#   probe_start, probe_stop, probe_result             echoes to the service while something happens
#   remember, remnants      what the topology is made of now; what is there of it still, a line each

# Two checkouts may be tested at once.
topology+=-$(cksum <<<"$root" | cut -c1-3)

readonly supi=imsi-001010000000001
json_type='Content-Type: application/json'

baton() {
	"$build/bin/baton" --name "$topology" "$@"
}

e2e_begin() {
	local program
	need_root
	need_command ip jq curl
	for program in baton link-shaper smf-lite upf gnb ue ue-agent edge-agent migration-manager; do
		need_built "$build/bin/$program"
	done
	# A run that was killed may have left it.
	[ ! -e "/run/baton/$topology" ] || baton down --force >&2
	# What a sanitizer says of a daemon goes to files here, since a daemon's log goes with the topology.
	export ASAN_OPTIONS="${ASAN_OPTIONS:+$ASAN_OPTIONS:}log_path=$tmp/sanitizer"
	undo e2e_down
}

e2e_down() {
	[ ! -e "/run/baton/$topology" ] || baton down --force >/dev/null
	! cat "$tmp"/sanitizer.* 2>/dev/null
}

capture_to() { # FILE ARG...
	"$build/bin/baton" --name "$topology" capture "${@:2}" --out "$1" >/dev/null 2>"$1.log" &
	_capture=$!
	undo end_pids $_capture
	wait_for 10 grep -q '^capturing on' "$1.log"
}

in_ue() {
	local pdu=()
	[ "$1" != --pdu ] || { pdu=(--pdu "$2") && shift 2; }
	baton exec ue "${pdu[@]}" -- "$@"
}

# ---- REST ----

e2e_env() {
	eval "$(baton env)"
	_status=$(baton status --json)
	_addresses=$(jq -r '.nodes[] | "\(.name)=\(.address)"' <<<"$_status")
}

address() { # NODE
	local line
	while read -r line; do
		[ "${line%%=*}" != "$1" ] || echo "${line#*=}"
	done <<<"$_addresses"
}

pid_of() { # NODE DAEMON; fails while it does not run
	baton status --json | jq -er --arg node "$1" --arg daemon "$2" \
		'.nodes[] | select(.name == $node) | .daemons[] | select(.name == $daemon) | .pid | select(. > 0)'
}

rest() { # PORT NODE PATH [CURL OPTION]...
	curl -sS --max-time 10 -H "Authorization: Bearer $BATON_TOKEN" "${@:4}" "http://$(address "$2"):$1$3"
}
smf() { rest 8081 core "$@"; }
ue() { rest 8083 ue "$@"; }
agent() { rest 8084 ue "$@"; }
upf() { rest 8082 "$@"; }

api() { # METHOD PATH [BODY] [CURL OPTION]...
	local body=()
	[ -z "${3:-}" ] || body=(-d "$3" -H "$json_type")
	curl -sS --max-time 10 -X "$1" -H "Authorization: Bearer $BATON_TOKEN" "${body[@]}" "${@:4}" "$BATON_URL$2"
}

request() { # MODE EDGE [HOLD_MS]
	printf '{"ue": "%s", "mode": "%s", "destination": "%s", "hold_ms": %d}' $supi "$1" "$2" "${3:-200}"
}

migrate() { # MODE EDGE [HOLD_MS]
	local answer
	answer=$(api POST /v1/migrations "$(request "$@")") || return
	jq -er 'if .id then .id else error(tostring) end' <<<"$answer"
}

field() { # ID FILTER
	api GET "/v1/migrations/$1" | jq -r "$2"
}
state() { field "$1" .state; }
state_is() { [[ "$(state "$1")" =~ ^($2)$ ]]; } # ID REGEX
ended() { # ID [SECONDS]
	wait_for "${2:-20}" state_is "$1" 'completed|rolled-back|failed'
}

# ---- where the user is ----

# The edge that answers, asked anew each time
edge_of_service() { # [--pdu N]
	in_ue "$@" curl -s --max-time 3 http://service/ | jq -r .edge
}
at() { [ "$(edge_of_service)" = "$1" ]; }
primary() { agent /v1/status | jq .primary; }

# smf-lite, ue, ue-agent and the UPFs tell of the same sessions: ids and addresses; SEIDs at the UPFs
agree() {
	local sessions seids
	sessions=$(smf /v1/pdu-sessions | jq -ce '[.pdu_sessions[] | {id, address, state}] | sort_by(.id)') || return
	seids=$(smf /v1/pdu-sessions | jq -c '[.pdu_sessions[] | .upf + (.seid | tojson)] | sort') || return
	[ "$sessions" = "$(ue /v1/pdu-sessions | jq -c '[.pdu_sessions[] | {id, address, state}] | sort_by(.id)')" ] || return
	[ "$(jq -c 'map({id, address})' <<<"$sessions")" = \
		"$(agent /v1/status | jq -c '[.pdu_sessions[] | {id, address}] | sort_by(.id)')" ] || return
	[ "$seids" = "$(for upf in upf-a upf-b; do
		upf $upf /v1/sessions | jq -c --arg upf $upf '.sessions[] | $upf + (.seid | tojson)'
	done | jq -sc sort)" ]
}

# ---- echoes while something happens ----

probe_start() { # [SECONDS between two]
	# exec: what is killed is ping, not a shell that waits for it
	exec "$build/bin/baton" --name "$topology" exec ue -- ping -i "${1:-0.01}" service >"$tmp/probe" 2>&1 &
	_probe=$!
	wait_for 5 grep -q 'icmp_seq=' "$tmp/probe"
}

_probe_count() { grep -o 'icmp_seq=[0-9]*' "$tmp/probe" | wc -l; }
_probe_more() { [ "$(_probe_count)" -ge $((_probes + 5)) ]; }

# After five more answers: what was lost before them is lost.
probe_stop() {
	_probes=$(_probe_count)
	wait_for 10 _probe_more
	kill $_probe
	wait $_probe 2>/dev/null
}

probe_result() {
	grep -o 'icmp_seq=[0-9]*' "$tmp/probe" | cut -d= -f2 | sort -n | awk '
		{ doubled += seen[$1]++ > 0; last = $1 }
		END { for (i = 1; i <= last; i++) lost += !seen[i]; printf "%d lost, %d doubled\n", lost, doubled }'
}

# ---- what is left ----

# "PID START" of each process that a network namespace has, one stat(1) for all: the lab forks slowly. A process is the
# same one when it began at the same time: numbers come round. One that has ended and waits for whoever started it
# (process 1, once `up` is over) is gone.
processes_of() { # INODE...
	local inode pid stat=()
	stat -Lc '%i %n' /proc/[0-9]*/ns/net 2>/dev/null | while read -r inode pid; do
		[[ " $* " == *" $inode "* ]] || continue
		pid=${pid#/proc/} pid=${pid%%/*}
		read -r stat 2>/dev/null <"/proc/$pid/stat" || continue
		# shellcheck disable=SC2206 # words
		stat=(${stat##*) })
		[ "${stat[0]}" = Z ] || echo "$pid ${stat[19]}"
	done
}

remember() {
	# shellcheck disable=SC2046 # words
	_processes=$(processes_of $(stat -Lc %i "/run/netns/$topology".*))
	[ -n "$_processes" ]
}

processes_left() {
	local pid since stat=()
	while read -r pid since; do
		read -r stat 2>/dev/null <"/proc/$pid/stat" || continue
		# shellcheck disable=SC2206 # words
		stat=(${stat##*) })
		[ "${stat[0]:-Z}" = Z ] || [ "${stat[19]:-gone}" != "$since" ] || echo "process $pid: $(tr '\0' ' ' <"/proc/$pid/cmdline")"
	done <<<"${_processes:-}"
}

remnants() {
	ip netns | grep -E "^$topology\." | sed 's/^/namespace /'
	ip -j link | jq -r --arg alias "baton:$topology" '.[] | select(.ifalias == $alias) | "interface " + .ifname'
	ip -4 -j route | jq -r '.[].dev' | sort -u | while read -r dev; do
		[ "$(cat "/sys/class/net/$dev/ifalias" 2>/dev/null)" = "baton:$topology" ] && echo "route over $dev"
	done
	grep -oE "/run/(baton/$topology|netns/$topology\.)[^ ]*" /proc/self/mountinfo | sed 's/^/mount /'
	find /run/baton /run/netns -maxdepth 1 \( -name "$topology" -o -name "$topology.*" \) 2>/dev/null | sed 's/^/file /'
	find /sys/fs/cgroup -maxdepth 2 -name "baton.$topology.*" 2>/dev/null | sed 's/^/cgroup /'
	processes_left
}
