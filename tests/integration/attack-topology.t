#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# Topologies that nobody draws first: names as long as they may be, an MNC of three digits, an edge without a service,
# and a UE with more sessions than a switch needs.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
topology=attack-topology
# shellcheck disable=SC2119 source=tests/integration/e2e.sh
. "$(dirname "$0")/e2e.sh"
e2e_begin

cat >"$tmp/odd.yaml" <<'EOF'
name: attack-topology
mcc: "310"
mnc: "410"
services: {service: {address: 10.70.0.1, edges: [edge-a, edge-with-a-very-long-name-aaaab]}}
nodes:
  core: core
  gnb-with-a-very-long-name-aaaaaa: gnb
  1: upf
  2: upf
  3: upf
  edge-a: edge
  edge-with-a-very-long-name-aaaab: edge
  edge-with-a-very-long-name-aaaac: edge
  ue:
    kind: ue
    sessions:
      - {dnn: internet, anchor: edge-a}
      - {dnn: internet, anchor: edge-with-a-very-long-name-aaaac}
      - {dnn: internet, anchor: edge-with-a-very-long-name-aaaac}
EOF
ok 'up' baton up "$tmp/odd.yaml"
ok 'status reads the record' baton status
e2e_env
remember
is 'the network is 310-410' "$(jq -r '.pdu_sessions[0].supi' < <(smf /v1/pdu-sessions))" imsi-310410000000001
is 'the service is reached' "$(edge_of_service)" edge-a

request() { # MODE EDGE
	printf '{"ue": "imsi-310410000000001", "mode": "%s", "destination": "%s", "hold_ms": 0}' "$1" "$2"
}
for mode in break-before-make make-before-break break-before-make; do
	to=edge-with-a-very-long-name-aaaab
	! at "$to" || to=edge-a
	id=$(migrate $mode "$to")
	ok "$mode ends" ended "$id"
	is "$mode completes beside sessions that stay" "$(state "$id") $(field "$id" .cause)" 'completed null'
	is 'the user is there' "$(edge_of_service)" "$to"
done

note 'a destination without a service'
id=$(migrate make-before-break edge-with-a-very-long-name-aaaac)
ok 'ends' ended "$id"
is 'is refused' "$(state "$id") $(field "$id" .cause)" 'rolled-back SERVICE_NOT_FOUND'
is 'the user stays' "$(edge_of_service)" "$to"

ok 'down' baton down
is 'leaves nothing' "$(remnants)" ''
done_testing
