#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# Strategies that move a process with CRIU, one after another to and fro under the session switch, while a client over UDP and one over TCP
# ask on: each request is answered once, every chain is right, the process is at one edge alone, and nothing of a migration is left.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
topology=e2e-strategies
# shellcheck source=tests/integration/process-bed.sh
. "$(dirname "$0")/../integration/process-bed.sh"
need_command criu
e2e_begin
in_lab

connection() { # the client's own end
	in_ue ss -tnH state established dst 10.70.128.1 | awk '{ print $3 }'
}
lives_on() { # NAME EDGE: over the old session, while both are there
	ok "$1: the connection lives on" wait_for 120 answers_more tcp "$2" "$(answered tcp "$2")"
	is "$1: on the same session" "$(connection) $(state "$id")" "$old releasing"
}

# It goes to EDGE, serves there alone, and leaves nothing behind.
moved() { # NAME STRATEGY EDGE [PROCESS [MODE]]
	local id udp tcp
	udp=$(answered udp "$3") tcp=$(answered tcp "$3")
	id=$(move "${@:2}")
	[ -z "${meanwhile:-}" ] || $meanwhile "$1" "$3"
	ok "$1" ended "$id" 300
	is "$1: completed" "$(state "$id")" completed || note "$(field "$id" '[.cause, .detail] | tojson')" >&2
	note "$(field "$id" '.details.process | {t_pre_us, t_chkp_us, t_copy_us, t_restore_us, t_comp_us, t_net_us, bytes, stopped_by} | tojson')"
	is "$1: it runs at the other edge alone" "$(places)" "[\"$3\"]"
	ok "$1: and serves there" wait_for 60 answers_more udp "$3" "$udp"
	ok "$1: over TCP, too" wait_for 60 answers_more tcp "$3" "$tcp"
	is "$1: nothing is left at either" "$(left_over edge-a edge-b)" ''
	moved_id=$id
}
process_of() { # JQ, of details.process of the latest
	field "$moved_id" ".details.process | $1 | tojson"
}

bed_file 's/heap: .*/heap: 4MB\n    clients: 4\n    layers: {base: 1MB, application: 2MB, at: [edge-a]}/'
client_model=heap=4MB,read=4KB,write=4KB,clients=4,data=2MB
ok 'up' baton up --timeout 120 "$tmp/topology.yaml"
e2e_env
client_start udp --rate 10
client_start tcp --tcp --rate 5
ok 'clients are served' wait_for 60 answers_more udp edge-a 5
ok 'a table that is there would be seen' baton exec edge-a -- unshare --net perl "$root/tests/integration/nf-tables.pl" control
ok 'over TCP, too' wait_for 60 answers_more tcp edge-a 2

moved 'layered, its layer missing there' layered edge-b
is 'layered: the layer was sent while it ran' "$(process_of '[.bytes.layers > 2000000, (.sent | map(.what))]')" '[true,["layers","image"]]'
old=$(connection)
hold_ms=20000 meanwhile=lives_on moved 'stop-and-copy' stop-and-copy edge-a
nok 'and ended with its session' test "$old" = "$(connection)"
is 'stop-and-copy: all its memory was copied while it stood' "$(process_of '.bytes.image > 4000000 and .bytes.rounds == 0')" true
moved 'iterative, break-before-make, gzip' iterative edge-b '{"criterion": "rounds", "rounds": 2, "compress": "gzip"}' break-before-make
is 'iterative: two rounds, the second a part of the first' "$(process_of '[(.rounds | length), (.rounds[1].bytes < .rounds[0].bytes / 4)]')" '[2,true]'
is 'iterative: less while it stood than before' "$(process_of '.bytes.image < .bytes.rounds and .image_bytes < 1000000')" true
moved 'post-copy' post-copy edge-a
is 'post-copy: its pages followed' "$(process_of '.drained_ns > .opened_ns and ([.sent[] | select(.what == "pages") | .bytes] | add > 4000000)')" true
moved 'layered, where it was before' layered edge-b
is 'layered: only what differs travelled' "$(process_of '[.bytes.layers, (.sent[0] | .matched_bytes > .literal_bytes)]')" '[0,true]'

note 'live-process: no idle moment under continuous requests'
id=$(move live-process edge-a '{"rounds": 2}')
ok 'live-process ends' ended "$id" 300
is 'as not converged' "$(field "$id" '[.state, .cause, (.details.process.rounds | length)] | tojson')" '["rolled-back","NOT_CONVERGED",2]'
is 'it has stayed' "$(places)" '["edge-b"]'

clients_end udp tcp
ok 'tcp: connected again when its session had gone' jq -e '.reconnects > 0 and .reconnect_us > 0' "$tmp/tcp.json"
note "connected again after (us): $(jq -c '[.reconnect_us, .last_reconnect_us]' "$tmp/tcp.json")"

note 'live-process: idle'
id=$(move live-process edge-a)
ok 'live-process ends' ended "$id" 300
is 'converged' "$(field "$id" '[.state, .details.process.stopped_by] | tojson')" '["completed","equal-hash"]' ||
	note "$(field "$id" '[.cause, .detail, .details.process.rounds] | tojson')" >&2
is 'the last two rounds hash alike' "$(field "$id" '.details.process.rounds[-2:] | (.[0].hash == .[1].hash) and .[0].hash != null')" true
is 'it has moved' "$(places)" '["edge-a"]'
remember
ok 'down' baton down
is 'nothing is left' "$(remnants)" ''
done_testing
