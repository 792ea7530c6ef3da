# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
#
# An edge's agent with its processes and no topology around it. The test starts again with numbers of processes, a network and mounts of
# its own, which end with it; interfaces wan and n6 are the two ends of one link. Its application is the ledger, number 3: process 20300.
#
#   $repository, $processes, $here    images, what the agent keeps of processes, and of the ledger
#   agent_config [LINE...]  its configuration, with these lines at the end; agent_check: what it says of it
#   agent_start, agent_kill $agent    a program of its own: agent_program=FILE
#   ask METHOD PATH [BODY]  its REST below /v1/processes      code: the status alone
#   get FIELD, is_state STATE         of the ledger
#   put MIGRATION/STEP [EPOCH [MEMBERS]]     told MIGRATION/STEP FILTER     ended MIGRATION/STEP
# shellcheck disable=SC2034,SC2154 # for the tests; of lib.sh
need_root
need_command ip jq curl
need_built "$build/bin/edge-agent" "$build/bin/process-step" "$build/bin/ledger" "$build/bin/service-client"
if [ "${1:-}" != inside ]; then
	become unshare --net --pid --fork --kill-child --mount --mount-proc "$0" inside
fi
ip link set lo up
ip link add wan type veth peer name n6
ip link set wan up
ip link set n6 up
ip addr add 10.120.1.1/16 dev wan
set +o pipefail

token=topsecret
echo $token >"$tmp/token"
repository=$tmp/repository processes=$tmp/processes here=$tmp/processes/ledger
mkdir -p "$repository/ledger" "$processes"
cp "$build/bin/ledger" "$repository/ledger/"
"$root/scripts/image" "$repository/ledger" ledger 1

agent_config() { # [LINE...]
	cat >"$tmp/edge.yaml" <<-END
		rest_address: 127.0.0.1
		rest_port: 8085
		token_file: $tmp/token
		name: edge-x
		dnai: edge-x
		manager_url: http://127.0.0.1:9
		reflector_samples: 1024
		process_dir: $processes
		process_repository: $repository
		wan_interface: wan
		n6_interface: n6
		wan_address: 10.120.1.1
		processes:
		  - name: ledger
		    number: 3
		    image: ledger
		    version: "1"
		    address: 10.70.128.1
		    port: 7000
		    start: true
		    command: ["./ledger", "--config", "{config}"]
		    config: {address: "{service}", port: "{port}", heap: 1048576}
	END
	[ $# -eq 0 ] || printf '%s\n' "$@" >>"$tmp/edge.yaml"
}

agent='' agent_program=$build/bin/edge-agent
agent_check() {
	"$agent_program" --config "$tmp/edge.yaml" --check-config 2>&1
}
agent_start() {
	"$agent_program" --config "$tmp/edge.yaml" 2>>"$tmp/log" &
	agent=$!
	wait_for 20 curl -sf http://127.0.0.1:8085/healthz
}
agent_kill() {
	kill -9 "$agent"
	wait "$agent" 2>/dev/null
}

ask() { # METHOD PATH [BODY]
	curl -s -X "$1" -H "Authorization: Bearer $token" ${3:+-H 'Content-Type: application/json' -d "$3"} \
		"${@:4}" "http://127.0.0.1:8085/v1/processes$2"
}
code() { ask "$1" "$2" "${3:-}" -o /dev/null -w '%{http_code}'; } # METHOD PATH [BODY]
get() { ask GET /ledger | jq -r ".$1"; }
is_state() { [ "$(get state)" = "$1" ]; }
put() { ask PUT "/ledger/steps/$1" "{\"epoch\": ${2:-1}${3:+, $3}}"; }
told() { ask GET "/ledger/steps/$1" | jq -r "$2"; }
ended() { [ "$(told "$1" .state)" != running ]; }
