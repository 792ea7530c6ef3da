#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# A process moved with CRIU under the mode uplink-classifier: its service address moves with it, the UE keeps its own, so a TCP connection
# lives through the migration: the same socket of the UE, answered by the process at the other edge. UDP beside it. Each request is answered
# once, and nothing is left. The kernel's gtp driver has no filters, so the data plane is ebpf.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
topology=e2e-classified
# shellcheck source=tests/integration/process-bed.sh
. "$(dirname "$0")/../integration/process-bed.sh"
need_command criu
e2e_begin
in_lab

connection() { # the client's own end
	in_ue ss -tnH state established dst 10.70.128.1 | awk '{ print $3 }'
}
session() { smf "/v1/pdu-sessions/$supi/1" | jq -r "$1"; }
ue_routes() { rest 8085 "$1" /v1/ue-routes | jq -c .ue_routes; }

moved() { # NAME STRATEGY EDGE [PROCESS]
	local id udp tcp
	udp=$(answered udp "$3") tcp=$(answered tcp "$3")
	id=$(hold_ms=300 move "$2" "$3" "${4:-}" uplink-classifier)
	ok "$1" ended "$id" 300
	is "$1: completed" "$(state "$id")" completed || note "$(field "$id" '[.cause, .detail] | tojson')" >&2
	note "$(field "$id" '.downtime | tojson')"
	is "$1: it runs at the other edge alone" "$(places)" "[\"$3\"]"
	ok "$1: and serves there" wait_for 60 answers_more udp "$3" "$udp"
	ok "$1: over TCP, too" wait_for 60 answers_more tcp "$3" "$tcp"
	is "$1: by the connection that was there before" "$(connection)" "$socket"
	is "$1: in the same session" "$(session '"\(.address) \(.anchor_dnai) \(.dnai)"')" "$address edge-a $3"
	is "$1: nothing is left at either" "$(left_over edge-a edge-b)" ''
}

bed_file 's/heap: .*/heap: 4MB\n    clients: 4/' ';s/kind: upf,/kind: upf, dataplane: ebpf,/' ';s/gnb: gnb/gnb: {kind: gnb, dataplane: ebpf}/' \
	';/anchor: edge-b/d'
client_model=heap=4MB,read=4KB,write=4KB,clients=4
ok 'up' baton up --timeout 120 "$tmp/topology.yaml"
e2e_env
client_start udp --rate 10
client_start tcp --tcp --rate 5
ok 'clients are served' wait_for 60 answers_more udp edge-a 5
ok 'over TCP, too' wait_for 60 answers_more tcp edge-a 2
socket=$(connection) address=$(session .address)
like 'the connection is of the session' "$socket" "^$address:"

moved 'live-process, away' live-process edge-b '{"not_converged": "stop", "rounds": 2}'
is 'the other edge has a route to the UE' "$(ue_routes edge-b)" "[\"$address\"]"
moved 'live-process, home' live-process edge-a '{"not_converged": "stop", "rounds": 2}'
is 'and it has gone' "$(ue_routes edge-b)" '[]'
is 'and the classifier with it' "$(session '.classifiers | tojson')" '[]'
moved 'stop-and-copy' stop-and-copy edge-b
moved 'iterative, home' iterative edge-a '{"criterion": "rounds", "rounds": 2}'

clients_end udp tcp
ok 'no connection was lost' jq -e '.reconnects == 0 and .connections == 1' "$tmp/tcp.json"
note "$(jq -c '{connections, reconnects}' "$tmp/tcp.json")"
remember
ok 'down' baton down
is 'nothing is left' "$(remnants)" ''
done_testing
