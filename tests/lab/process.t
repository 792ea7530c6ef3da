#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# A process moves by the agents' REST alone, with CRIU, while clients use it over UDP and TCP; and the agent, the step or CRIU is killed in
# each step that uses CRIU: one instance serves afterwards, every chain is right, and nothing is left: rules, tables, processes, images.
# One boot. It counts, and asks for no times.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
topology=process-lab
# shellcheck source=tests/integration/process-bed.sh
. "$(dirname "$0")/../integration/process-bed.sh"
need_command criu
e2e_begin
in_lab

bed_file 's/heap: .*/heap: 4MB\n    clients: 2/'
client_model=heap=4MB,read=4KB,write=4KB,clients=2
ok 'up' baton up --timeout 300 "$tmp/topology.yaml"
e2e_env
agents_begin

# Begins a step, and kills WHAT while CRIU works for it
disturb() { # NODE MIGRATION/STEP WHAT [MEMBERS]
	local here node=$1 whom
	here=$(here) whom=$here/criu/process
	case $3 in
	agent) node=host whom=$(pid_of "$1" edge-agent) here=$(here "$1") ;;
	step) whom=$here/steps/$2/process ;;
	esac
	killer_start "$node" "$whom" "$here/criu/process" && begin "$1" "$2" "${4:-}" && killer_end
}
send() { # MIGRATION NAME N
	says edge-a "$1/send.$3" "\"what\": \"round\", \"name\": \"$2\", \"compress\": \"none\", \"tool\": \"stream\", \"to\": $(to edge-b "$1/receive")"
}

ok 'the ledger runs' wait_for 60 serves edge-a edge-b
is 'CRIU is sound at both' "$(for node in edge-a edge-b; do says $node s/survey && outcome '[.criu.sound, .image != null, .pids]'; done | tr '\n' ' ')" \
	'done [true,true,[20100]] done [true,true,[]] '
is 'its number is free at the other' "$(says edge-b s/survey.2 '"pids": [20100, 1]') $(outcome .pids_taken)" 'done [1]'

client_start udp --rate 10
note 'killed at the source'
ok 'CRIU, in a pre-dump' disturb edge-a p/predump.1 criu
await edge-a p/predump.1 >/dev/null
is 'thawed' "$(says edge-a p/thaw)" 'done'
ok 'it serves' wait_for 60 serves edge-a edge-b
for what in agent step criu; do
	ok "$what, in a dump" disturb edge-a d-$what/dump $what '"leave": "stopped"'
	await edge-a d-$what/dump >/dev/null
	is 'thawed' "$(says edge-a d-$what/thaw)" 'done'
	ok 'it serves' wait_for 60 serves edge-a edge-b
	is 'and nothing is left' "$(left_over edge-a)" ''
done

note 'killed at the destination'
for what in step criu agent; do
	# Over TCP from the last roll-back on: the client's kernel sends again after pauses that double, and so many interruptions in a row would
	# make them minutes.
	[ $what != agent ] || { client_start tcp --tcp --rate 5 --patience 120000 && ok 'asked over TCP' wait_for 60 answers_more tcp edge-a 5; }
	receive edge-b "r-$what/receive" '"mode": "stream"'
	is 'dumped' "$(says edge-a r-$what/dump '"leave": "stopped"')" 'done'
	is 'sent' "$(send r-$what dump 1)" 'done'
	ok "$what, in a restore" disturb edge-b r-$what/restore $what
	await edge-b r-$what/restore >/dev/null
	is 'dropped' "$(says edge-b r-$what/drop)" 'done'
	is 'thawed' "$(says edge-a r-$what/thaw)" 'done'
	ok 'it serves' wait_for 60 serves edge-a edge-b
	is 'and nothing is left there' "$(left_over edge-b)" ''
done

note 'moved'
ok 'the connection over TCP lives on' wait_for 120 answers_more tcp edge-a "$(answered tcp)"
receive edge-b m/receive '"mode": "stream"'
is 'round 1' "$(says edge-a m/predump.1) $(send m 1 1)" 'done done'
is 'round 2' "$(says edge-a m/predump.2 '"previous": 1')" 'done'
ok 'is the smaller one' outcome '.pages < .pages_skipped and .bytes > 0 and .frozen_us > 0 and (.hash | length) == 64'
is 'sent' "$(send m 2 2)" 'done'
is 'dumped, stopped' "$(says edge-a m/dump '"previous": 2, "leave": "stopped"') $(get edge-a state gate)" 'done stopped closed'
is 'its connection is locked' "$(tables edge-a)" CRIU-20100
is 'sent' "$(send m dump 3)" 'done'
is 'restored' "$(says edge-b m/restore)" 'done'
is 'under its number, behind its gate' "$(get edge-b pid state gate)" '20100 incoming closed'
is 'opened, and ended at the source' "$(says edge-b m/open) $(says edge-a m/finish) $(says edge-b m/settle)" 'done done done'
ok 'it serves there' wait_for 60 serves edge-b edge-a
is 'nothing is left at either' "$(left_over edge-a edge-b)" ''
is 'again: nothing to do' "$(says edge-a m/thaw) $(get edge-a state) $(says edge-b m2/drop) $(get edge-b state)" 'done absent done running'
kill -9 "$(pid_of edge-b edge-agent)"
ok 'an agent that is restarted finds what came' wait_for 60 serves edge-b edge-a

ok 'asked from the other edge' wait_for 60 baton exec edge-a -- "$build/bin/service-client" --address 10.70.128.1 --ping
clients_end udp tcp
is 'over TCP on one connection' "$(jq .reconnects "$tmp/tcp.json")" 0
is 'at both edges' "$(jq -c '[.edges[].edge]' "$tmp/udp.json") $(jq -c '[.edges[].edge]' "$tmp/tcp.json")" '["edge-a","edge-b"] ["edge-a","edge-b"]'
done_testing
