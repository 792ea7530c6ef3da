#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# Applications that process-strategies.t doesn't move, by CRIU and the migration manager: one of several processes, of which the stateful one
# goes alone, by a page server until the rate of dirty data is low, and back by rsync until p.haul's rule; and generators, which go on where they were.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
topology=e2e-workloads
# shellcheck source=tests/integration/process-bed.sh
. "$(dirname "$0")/../integration/process-bed.sh"
need_command criu rsync
need_built "$build/bin/images/generator/generator" "$build/bin/images/ledger/ledger-worker"
e2e_begin
in_lab

sed "s/^name: .*/name: $topology/; s/heap: 64MB/heap: 4MB\n    clients: 2/" "$root/topologies/process-split.yaml" >"$tmp/topology.yaml"
cat >>"$tmp/topology.yaml" <<'YAML'
  tar: {workload: tar, at: edge-a}
  mem: {workload: mem, at: edge-b, heap: 4MB, write: 256KB}
  io: {workload: io, at: edge-a, write: 256KB}
YAML
client_model=heap=4MB,read=4KB,write=4KB,clients=2
moved() { # EDGE STRATEGY [PROCESS]
	id=$(move "$2" "$1" "${3:-}")
	ok "$app: a migration ends" ended "$id" 300
	is "$app: and has moved it" "$(state "$id") $(places)" "completed [\"$1\"]" || note "$(field "$id" '[.cause, .detail] | tojson')" >&2
	is "$app: nothing is left" "$(left_over edge-a edge-b)" ''
}
of_process() { field "$id" ".details.process | $1 | tojson"; } # JQ

# ---- a split application ----

workers() { process_at "$1" ledger-worker | sort | paste -sd ' '; } # EDGE
calls() { # EDGE: how often its workers have waited for one
	local pid
	for pid in $(workers "$1"); do grep '^voluntary' "/proc/$pid/status"; done | awk '{ sum += $2 } END { print sum }'
}
are_called() { [ "$(calls "$1")" -gt "$2" ]; } # EDGE SINCE

ok 'up' baton up --timeout 120 "$tmp/topology.yaml"
e2e_env
client_start udp --rate 10
client_start tcp --tcp --rate 5
for client in udp tcp; do ok "$client: is served" wait_for 60 answers_more $client edge-a 5; done
before="$(workers edge-a), $(workers edge-b)" idle=$(calls edge-b)
like 'two workers at each edge' "$before" '^[0-9]+ [0-9]+, [0-9]+ [0-9]+$'
moved edge-b iterative '{"transfer": "page-server", "criterion": "dirty-rate"}'
is 'rounds to a page server, until the rate was low' "$(of_process '[.stopped_by, (.rounds | length > 1), .threshold_bps > 0, .bytes.rounds > 4000000]')" \
	'["dirty-rate",true,true,true]'
is 'one process went' "$(of_process '.pids | length')" 1
for client in udp tcp; do ok "$client: is served there" wait_for 120 answers_more $client edge-b 5; done
ok 'by the workers of that edge' are_called edge-b "$idle"
idle=$(calls edge-a) count=$(answered udp edge-a)
moved edge-a iterative '{"transfer": "rsync", "criterion": "p-haul"}'
like "rounds by rsync, until p.haul's rule" "$(of_process .stopped_by)" '^"p-haul: '
is 'each by rsync' "$(of_process '(.rounds | length > 0) and (.sent[-1] | .literal_bytes > 0)')" true
ok 'udp: is served' wait_for 60 answers_more udp edge-a $((count + 5))
ok 'by its workers' are_called edge-a "$idle"
is 'all workers are who they were' "$(workers edge-a), $(workers edge-b)" "$before"
clients_end udp tcp

# ---- generators ----

# How much it has done, how much it has written, and how often it failed: the body of an answer (docs/processes.md)
cat >"$tmp/units.pl" <<'END'
use IO::Socket::INET; use IO::Select;
my $s = IO::Socket::INET->new(Proto => 'udp', PeerAddr => "$ARGV[0]:7000") or die;
do { $s->send(pack('NCCnQ>Q>NN', 0x42535631, 1, 0, 0, $ARGV[1], 1, 0, 0)) } until IO::Select->new($s)->can_read(1); # it may be lost
$s->recv(my $answer, 2000);
print join ' ', unpack('Q>3', substr $answer, 128, 24);
END
work_of() { in_ue timeout 60 perl "$tmp/units.pl" "$1" "${EPOCHREALTIME/[.,]/}"; } # ADDRESS; as a client of its own each time
goes_on() { # ADDRESS SINCE
	local units failures
	read -r units _ failures < <(work_of "$1")
	[ "$units" -gt "$2" ] && [ "$failures" = 0 ]
}
moved_generator() { # NAME ADDRESS EDGE
	local since
	app=$1
	ok "$app: it works" wait_for 60 goes_on "$2" 0
	since=$(work_of "$2" | cut -d ' ' -f 1)
	moved "$3" stop-and-copy
	ok "$app: it goes on from where it was, and has not failed" wait_for 60 goes_on "$2" "$since"
}
moved_generator tar 10.70.128.2 edge-b
moved_generator mem 10.70.128.3 edge-a
moved_generator io 10.70.128.4 edge-b
remember
ok 'down' baton down
is 'nothing is left' "$(remnants)" ''
done_testing
