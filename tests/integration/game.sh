# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
#
# A game at two edges, for tests/*/dual*.t; after e2e.sh.
#
#   game_begin                          e2e_begin, and the game's programs
#   game_topology NAME PLAYER...        prints a topology; a PLAYER is an entry of `players`, its UE is made
#   client PATH [UE], edge NODE [PATH], account [NAME]      REST of stream-client, of the instance's edge agent, of the cloud
#   metrics_missing REPORT EXPERIMENT...    the metrics of experiments that a report.json has no place for, a line each
#   dual SUPI EDGE [MEMBERS]            prints the migration's id, or the cause of a refusal

game_begin() {
	local program
	for program in cloud-agent stream-client snake-edge snake-cloud; do
		need_built "$build/bin/$program"
	done
	e2e_begin
}

game_topology() {
	local player
	cat <<-YAML
		name: $1
		nodes:
		  core: core
		  gnb1: gnb
		  upf-a: {kind: upf, edge: edge-a}
		  upf-b: {kind: upf, edge: edge-b}
		  edge-a: edge
		  edge-b: edge
		  cloud: cloud
	YAML
	shift
	for player in "$@"; do
		sed 's/^{ue: \([a-z0-9]*\),.*/  \1: {kind: ue, sessions: [{dnn: internet, anchor: edge-a}]}/' <<<"$player"
	done
	cat <<-YAML
		apps:
		  snake:
		    service: 10.70.0.2
		    edges: [edge-a, edge-b]
		    start: [edge-a]
		    image: at-edges
		    width: 320
		    height: 240
		    fps: 30
		    players:
	YAML
	printf '      - %s\n' "$@"
}

client() { rest 8093 "${2:-ue}" "$1"; }
edge() { rest 8085 "$1" "/v1/instances/snake${2:-}"; }
account() { rest 8096 cloud "/v1/accounts/${1:-alice}"; }

dual() {
	local destination=${2:+\"destination\": \"$2\", }
	api POST /v1/migrations "{\"ue\": \"$1\", \"app\": \"snake\", \"strategy\": \"dual\", $destination${3:-\"hold_ms\": 60000}}" |
		jq -r '.id // .cause'
}

metrics_missing() {
	local metric
	sed -nE 's/.*(^ *metric|with): *"?([^",}]+)"?.*/\2/p' "${@:2}" | sort -u | while read -r metric; do
		# a.b[].c, modes.*.d: as the report's paths are, with [] and * for what may be any; where a player rests on one
		# side of the switch, inputs of the other side tell how they look
		jq -e --arg metric "${metric/inputs_after/inputs_before}" '[paths | map(if type == "number" then "[]" else . end) | join(".") | gsub("[.]\\[\\]"; "[]") |
			sub("inputs_after"; "inputs_before")] | unique |
			any(. == $metric or (sub("^modes[.][^.]+[.]"; "modes.*.") == $metric))' "$1" >/dev/null || echo "$metric"
	done
}
