#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# Paper 003's replay with CRIU, end to end: a client over UDP and one over TCP ask on while their service is moved, by way of a forwarder,
# and each request is answered once and right. On the way back the forwarder is killed: rolled back, which costs them nothing either.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
topology=e2e-replay
# shellcheck source=tests/integration/process-bed.sh
. "$(dirname "$0")/../integration/process-bed.sh"
need_built "$build/bin/forwarder"
e2e_begin
in_lab

bed_file 's/heap: .*/heap: 4MB\n    clients: 4/'
client_model=heap=4MB,read=4KB,write=4KB,clients=4
ok 'up' baton up --timeout 120 "$tmp/topology.yaml"
e2e_env
client_start udp --rate 20
client_start tcp --tcp --rate 10
ok 'clients are served' wait_for 60 answers_more udp edge-a 40
ok 'a table that is there would be seen' baton exec edge-a -- unshare --net perl "$root/tests/integration/nf-tables.pl" control
ok 'over TCP, too' wait_for 60 answers_more tcp edge-a 10

id=$(move replay edge-b)
ok 'a migration by replay' ended "$id" 300
is 'is completed' "$(state "$id")" completed
note "$(field "$id" '.details.process | tojson')"
is 'what was cached was replayed, and alike' "$(field "$id" '.details.process.replay | .compared == .replayed and .replayed > 0')" true
is 'jitter and interruption are told' "$(field "$id" '.details.process | [.replay.jitter_us, .replay.t_pause_us, .replay.t_replay_us, .t_comp_us] | all(. > 0)')" true
ok 'it runs at the other edge alone' wait_for 60 runs_at edge-b
ok 'and serves' wait_for 60 answers_more udp edge-b 20
ok 'over TCP, too' wait_for 60 answers_more tcp edge-b 5
is 'nothing is left at either' "$(left_over edge-a edge-b)" ''

said() { # what its daemons said last, for who looks into a failure
	local node
	for node in core ue gnb edge-a edge-b; do
		note "--- $node"
		note "$(baton logs $node | tail -n 15)"
	done >&2
}
ok 'the UE has a session there' wait_for 60 eval '[ "$(primary)" -gt 0 ]' || said
id=$(move replay edge-a)
ok 'back: input goes by a forwarder' wait_for 120 state_is "$id" switching
ok 'which is killed' kill_at edge-a forwarder
ok 'the migration ends' ended "$id" 300
is 'rolled back' "$(field "$id" '[.state, .cause] | join(" ")')" 'rolled-back STEP_FAILED'
ok 'it runs where it was' wait_for 60 runs_at edge-b
before=$(answered udp edge-b)
ok 'and serves' wait_for 60 answers_more udp edge-b $((before + 20))
is 'nothing is left of it' "$(left_over edge-a edge-b)" ''

clients_end udp tcp
remember
ok 'down' baton down
is 'nothing is left' "$(remnants)" ''
done_testing
