#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# `workload:` in a topology: what comes up for an application that moves as a process. It runs where the file says and answers its users
# over both of their sessions; each edge has its files, layers, workers, PIDs and rules for it; generators tell how far they are; and
# down leaves nothing.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
topology=e2e-process
# shellcheck source=tests/integration/process-bed.sh
. "$(dirname "$0")/process-bed.sh"
need_built "$build/bin/images/generator/generator"
e2e_begin

run=/run/baton/$topology
in_edge() { # EDGE CMD...
	baton exec "$1" -- "${@:2}"
}
taken_down() { # NAME
	remember
	ok "$1: baton down" baton down
	is "$1: nothing is left" "$(remnants; ls -d "$run" 2>/dev/null; grep -F "$run" /proc/mounts)" ''
}

note 'one ledger, two edges'
file=$root/topologies/process.yaml
ok 'up' baton up "$file"
ok 'it runs at its edge' wait_for 20 runs_at edge-a
says_where() { baton status | grep -qE 'edge-a +ledger +ledger +10\.70\.128\.1 +running +gate open, pid [0-9]+'; }
ok 'which status says for people, too' wait_for 20 says_where
is 'its PID is its own everywhere' "$(in_edge edge-a cat $run/here/processes/ledger/process | cut -d' ' -f1)" 20100
like "each edge's own are of a region" "$(in_edge edge-b sh -c 'cd /proc; echo [0-9]*')" '^1 2[0-9]{3} '
is 'an edge has its own files at the same path' "$(for edge in edge-a edge-b; do
	[ "$(in_edge $edge stat -c %i $run/here/edge-agent.yaml)" = "$(stat -c %i "$run/nodes/$edge/edge-agent.yaml")" ] && echo $edge; done | paste -sd ' ')" 'edge-a edge-b'
is 'the host and other nodes have none there' "$(ls $run/here; baton exec ue -- ls $run/here)" ''
is 'rules of gates come before the local table' "$(in_edge edge-b ip -o rule | cut -f1,2 | head -1)" $'1:\tfrom all lookup local'
is 'everybody knows its name' "$(in_ue getent hosts ledger)" '10.70.128.1     ledger'
for pdu in 1 2; do
	ok "it answers over session $pdu" in_ue --pdu $pdu timeout 30 service-client --address 10.70.128.1 --ping
done
ok 'what it answers is right' in_ue timeout 30 service-client --address 10.70.128.1 --rate 200 --requests 50 --alone --out "$tmp/rows"
is 'all of it by the edge where it is' "$(jq -r '[.made, .answered, .wrong] | join(" ")' <<<"$_output"; tail -n +2 "$tmp/rows" | cut -d, -f6 | sort | uniq -c | tr -s ' ')" \
	$'50 50 0\n 50 edge-a'

note 'what cannot be while it is up'
sed 's/^    heap: .*/    heap: 32MB/' "$file" >"$tmp/other.yaml"
status 'another heap is refused' 3 baton up "$tmp/other.yaml"
like 'with its place' "$_output" "other.yaml:[0-9]+:[0-9]+: apps can't change while '$topology' is up"
is 'and with --dry-run, too' "$(baton up --dry-run "$tmp/other.yaml" >/dev/null 2>&1; echo $?)" 3
ok 'the same file changes nothing' baton up "$file"
ok 'and moves nothing' wait_for 20 runs_at edge-a
sed -i 's/rate: 100Mbit/rate: 50Mbit/' "$tmp/other.yaml"
sed -i 's/^    heap: .*/    heap: 64MB/' "$tmp/other.yaml"
ok 'links do change' baton up "$tmp/other.yaml"
ok 'under it' wait_for 20 runs_at edge-a
ok 'and it answers' in_ue timeout 30 service-client --address 10.70.128.1 --ping
taken_down 'one ledger'

note 'workers at both edges'
ok 'up' baton up "$root/topologies/process-split.yaml"
is 'two at each, before anything moves' "$(for edge in edge-a edge-b; do in_edge $edge sh -c 'cat /proc/[0-9]*/comm' | grep -c '^ledger-worker'; done | paste -sd ' ')" '2 2'
ok 'the ledger answers with what they worked out' in_ue timeout 30 service-client --address 10.70.128.1 --closed --requests 20 --body 1000
taken_down 'workers'

note 'layers'
ok 'up' baton up "$root/topologies/layers.yaml"
sizes() { # EDGE: of what is in its repository
	(cd "$run/nodes/$1/repository" && stat -c '%n %s' -- */data | paste -sd ' ')
}
is 'the edge where both run has all' "$(sizes edge-a)" 'base/data 16777216 known/data 12582912 unknown/data 12582912'
is 'the other what the file says' "$(sizes edge-b)" 'base/data 16777216 known/data 12582912'
is 'without that image, neither programs' "$(ls "$run/nodes/edge-b/repository")" $'base\nknown'
is 'an image is called as its application' "$(jq -r .image "$run/nodes/edge-b/repository/known/manifest.json")" known
is 'a layer does not compress' "$([ "$(gzip -1 <"$run/nodes/edge-a/repository/known/data" | wc -c)" -gt 12500000 ] && echo so)" so
ok 'answers tell of the data, too' in_ue timeout 30 service-client --address 10.70.128.1 --closed --requests 20 --model heap=8MB,data=12MB
taken_down 'layers'

note 'generators, at either edge'
_client=1
cat >"$tmp/generators.yaml" <<'YAML'
name: generators
nodes:
  {core: core, gnb: gnb, upf-a: {kind: upf, edge: edge-a}, upf-b: {kind: upf, edge: edge-b}, edge-a: edge, edge-b: edge,
   ue: {kind: ue, sessions: [{anchor: edge-a}, {anchor: edge-b}]}}
apps:
  c: {workload: cpu, work: 50ms, at: edge-b}
  i: {workload: io}
  m: {workload: mem, heap: 8MB, write: 1MB}
  t: {workload: tar}
  v: {workload: video, heap: 2MB, write: 1MB, work: 20ms, layers: {application: 4KB}}
YAML
ok 'up' baton up "$tmp/generators.yaml"
ok 'one at the other edge' wait_for 20 runs_at edge-b c
for generator in i m t v; do ok "$generator at the first" wait_for 20 runs_at edge-a $generator; done
for number in 1 2 3 4 5; do
	ok "number $number answers" in_ue timeout 30 service-client --address 10.70.128.$number --ping
done
units() { # NUMBER CLIENT: how much that generator has done
	in_ue timeout 30 perl -MIO::Socket::INET -MIO::Select -e 'my $s = IO::Socket::INET->new(Proto => "udp", PeerAddr => "10.70.128.$ARGV[0]:7000") or die;
		do { $s->send(pack("NCCnQ>Q>NN", 0x42535631, 1, 0, 0, $ARGV[1], 1, 0, 0)) } until IO::Select->new($s)->can_read(1); # it may be lost
		$s->recv(my $answer, 2000); print unpack("Q>", substr($answer, 128, 8))' "$@"
}
grows() { # NUMBER FROM; by another client each time: to one that asks again what it asked the same is answered
	((_client += 1))
	[ "$(units "$1" $_client)" -gt "$2" ]
}
for number in 1 2 3 4 5; do
	ok "number $number goes on" wait_for 20 grows $number "$(units $number 1)"
done
is 'their files have no names' "$(find "$run"/nodes/*/processes/*/state -type f)" ''
taken_down 'generators'

note 'CRIU'
without_criu() { # COMMAND...
	# shellcheck disable=SC2016 # the inner shell's own
	unshare --mount bash -c 'mount --bind /dev/null "$(command -v criu)" || exit 1; "$@"' - "$@"
}
criu() { # FILTER: what doctor finds
	jq -r ".needs[] | select(.need == \"CRIU\") | $1"
}
need_command criu
export TMPDIR=$tmp/doctor
like 'it needs a directory of its own' "$(baton doctor --json | criu .found)" "^$TMPDIR: No such file"
mkdir "$TMPDIR"
found=$(baton doctor --json)
like 'doctor says what came of a dump and a restore' "$(criu '"\(.ok) \(.found)"' <<<"$found")" \
	'^(true [0-9.]+: a process was dumped and restored|false [0-9.]+.*: .+)$'
is 'and what there is without it' "$(criu '(.used == "") == .ok' <<<"$found")" true
is 'nothing needs it to come up' "$(criu .essential <<<"$found")" false
like 'without the program it says so' "$(without_criu "$build/bin/baton" doctor --json | criu '"\(.ok) \(.found)"')" '^false criu is not installed'
is 'it leaves nothing' "$(ls -A "$TMPDIR")" ''
unset TMPDIR

note 'what is missing'
BATON_LIBEXEC=$tmp/libexec
export BATON_LIBEXEC
mkdir "$BATON_LIBEXEC"
ln -s "$build"/bin/* "$BATON_LIBEXEC/"
rm "$BATON_LIBEXEC/images"
status 'up without the image' 1 baton up "$file"
like 'says which' "$_output" 'apps need .*images/ledger/manifest.json: No such file'
is 'and makes nothing' "$(remnants)" ''
done_testing
