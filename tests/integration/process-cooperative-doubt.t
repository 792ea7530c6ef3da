#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# Strategy cooperative where one side can't know what the other did: the message that decides is lost, or its answer; the destination stands
# still, or isn't heard any more. Whatever the destination decided holds, one instance serves, and every answer is right and had once.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
topology=e2e-doubt
# shellcheck source=tests/integration/cooperative.sh
. "$(dirname "$0")/cooperative.sh"
e2e_begin

client_model=heap=8MB
cooperative_file doubt <<'YAML'
  ledger: {workload: ledger, at: edge-a, heap: 8MB, cooperative: true}
YAML
ok 'up' baton up "$tmp/topology.yaml"
e2e_env
client_start client --rate 50 --alone

note 'the message that decides is lost'
ok 'every one of them' lose edge-b $frame_commit
id=$(move cooperative edge-b)
ended "$id" 60
is 'nothing has moved' "$(field "$id" '[.state, .cause] | join(" ")')" 'rolled-back UNDECIDED'
ok 'it is where it was' wait_for 20 here_alone edge-a || where >&2
hearing edge-b

note 'the answer to it is lost'
ok 'every one of them' lose edge-a $frame_ack
id=$(move cooperative edge-b)
ended "$id" 60
is 'it has moved' "$(field "$id" '[.state, .cause] | join(" ")')" 'completed '
is 'and the source could not know' "$(field "$id" .details.process.commit_cause)" UNDECIDED
ok 'it is there, and the one that did not know has gone' wait_for 20 here_alone edge-b || where >&2
hearing edge-a
id=$(move cooperative edge-a)
ended "$id" 60
is 'and back' "$(field "$id" '[.state, .cause] | join(" ")')" 'completed '

note 'the destination stands still'
id=$(move cooperative edge-b)
wait_for 30 pushing "$id"
is 'stopped' "$(baton exec edge-b -- sh -c "kill -STOP \$(cut -d' ' -f1 $(here)/process) && echo so")" so
ended "$id" 90
is 'it is given up' "$(field "$id" .state)" 'rolled-back'
ok 'and is gone' wait_for 30 here_alone edge-a || where >&2

note 'the destination is not heard any more'
ok 'that it has all of a round' lose edge-a $frame_round
id=$(move cooperative edge-b)
ended "$id" 90
is 'it is given up' "$(field "$id" '[.state, .cause] | join(" ")')" 'rolled-back TRANSFER_FAILED'
hearing edge-a
ok 'it is where it was' wait_for 20 here_alone edge-a || where >&2

note 'the WAN is down while memory is sent'
ok 'slow' baton link set edge-a wan rate=8Mbit
id=$(move cooperative edge-b)
wait_for 30 pushing "$id"
ok 'and down' baton link set edge-a wan loss=100%
before=$(answered client)
ended "$id" 90
is 'it is given up' "$(field "$id" '[.state, .cause] | join(" ")')" 'rolled-back TRANSFER_FAILED'
ok 'users never noticed' wait_for 20 answers_more client '' $((before + 50))
is 'the UE has its one session' "$(agent /v1/status | jq '.pdu_sessions | length')" 1
ok 'up again' baton link set edge-a wan loss=none rate=60Mbit
ok 'it is where it was, alone' wait_for 40 here_alone edge-a || where >&2
id=$(move cooperative edge-b)
ended "$id" 60
is 'and can be moved' "$(field "$id" '[.state, .cause] | join(" ")')" 'completed '

clients_end client
remember
ok 'down' baton down
is 'nothing is left' "$(remnants)" ''
done_testing
