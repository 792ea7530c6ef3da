#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# baton measure migration in a topology, by the strategy that needs no CRIU: what is refused, migrations there and back under requests, what
# is told and written of them, pictures of several measurements together, and an experiment of it. Counts, forms and order only.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
topology=e2e-measure-migration
# shellcheck source=tests/integration/e2e.sh
. "$(dirname "$0")/e2e.sh"
e2e_begin
need_built "$build/bin/service-client" "$build/bin/process-step"

refused() { # STATUS WORDS REGEX
	ended=0
	# shellcheck disable=SC2086 # words
	_output=$(baton $2 2>&1) || ended=$?
	is "$2 is refused" "$ended" "$1"
	like 'and why' "$_output" "$3"
}
is_file() { [ -s "$tmp/$1" ]; }
of() { jq -c "$2" "$tmp/$1/migration.json"; } # FOLDER FILTER

note 'what needs no topology'
refused 2 'measure migration' 'expected --strategy NAME'
refused 2 'measure migration --strategy teleport' "found 'teleport'"
refused 2 'measure migration --strategy replay --load fast' '--rate: expected 0.1 to'
refused 2 'measure migration --draw x.json' 'expected --out DIR'
echo '{"measurement": "clips"}' >"$tmp/other.json"
refused 1 "measure migration --draw --out $tmp/none $tmp/other.json" 'expected what .baton measure migration. wrote'
refused 6 'measure migration --strategy cooperative' 'is up$'
for name in 000 000-precopy 002 003 003-frames 004 004-ram all cooperative table1; do
	ok "process-$name.yaml is a plan" baton experiment "$root/experiments/process-$name.yaml" --dry-run --json
	is 'of at most 20 minutes' "$(jq '.seconds <= 1200' <<<"$_output")" true
done
ok 'in full it is 200 migrations' baton experiment "$root/experiments/process-all.yaml" --full --dry-run --json
is 'or more, by all strategies' "$(jq -c '[(.runs | length) * 6 >= 200, ([.runs[].settings["workload.strategy"]] | unique)]' <<<"$_output")" \
	'[true,["cooperative","iterative","layered","live-process","post-copy","replay","stop-and-copy"]]'
is 'ours is moved 30 times, of each size' \
	"$(baton experiment "$root/experiments/process-cooperative.yaml" --dry-run --json | jq -c '.runs | group_by(.settings) | map(length * 15 >= 30)')" '[true,true]'
is 'a sweep over sizes has ends and a middle' \
	"$(baton experiment "$root/experiments/process-002.yaml" --dry-run --json | jq -c '[.runs[].settings["apps.ledger.heap"]] | unique')" '["256MB","32MB","8MB"]'

note 'a ledger whose memory is the library'\''s, and a generator'
sed -e 's/heap: 64MB/heap: 4MB/' -e 's/write: 4KB/&\n    cooperative: true/' -e 's/rate: 100Mbit/rate: 200Mbit/' -e 's/^name: .*/name: ledger/' \
	"$root/topologies/process.yaml" >"$tmp/ledger.yaml"
printf '  load: {workload: cpu, at: edge-a}\n' >>"$tmp/ledger.yaml"
ok 'up' baton up "$tmp/ledger.yaml"
e2e_env
refused 1 'measure migration --strategy cooperative --app chess' "no application 'chess' that moves as a process"
refused 1 'measure migration --strategy cooperative --app load' 'its workload is cpu; expected one that answers'
refused 1 'measure migration --strategy cooperative --to upf-a' '--to: expected another edge of the topology than edge-a'

note 'there and back, and there again'
ok 'three migrations' baton measure migration --strategy cooperative --rate 200 --count 3 --pause 100 --lead 100 --out "$tmp/three" --quiet
like 'the table' "$_output" 'cooperative: 3 of 3 migrations completed'
like 'has a verdict' "$_output" 'every one answered once, every chain right'
is 'every request was answered once, and as it should be' "$(of three '.verdict | [.holds, .broken, .unanswered, .twice, .missing, .wrong]')" '[true,0,0,0,0,0]'
is 'from edge to edge and back' "$(of three '[.samples[] | [.from, .to, .completed]]')" \
	'[["edge-a","edge-b",true],["edge-b","edge-a",true],["edge-a","edge-b",true]]'
is 'each was answered by the source, then by the destination' "$(of three '[.samples[] | ([.served[].edge] == [.from, .to])] | all')" true
is 'in order: asked for, closed, answered, open' \
	"$(of three '[.samples[].stamps | .created_ns < .gate_closed_ns and .gate_closed_ns < .answered_ns and .answered_ns <= .opened_ns] | all')" true
is 'memory went over once and more' "$(of three '[.samples[] | .bytes.rounds >= 4194304] | all')" true
is 'jitter ends before it is open, and not before the last answer but one of the source' \
	"$(of three '[.samples[] | .jitter_us <= .total_us and .jitter_us > 0 and .served[0].from_ms * 1000 < .jitter_us] | all')" true
is 'both ways over the link were measured' "$(of three '[.link[] | [.from, .to, .asked_bps, (.measured_bps > 0)]]')" \
	'[["edge-a","edge-b",200000000,true],["edge-b","edge-a",200000000,true]]'
is 'a line a request' "$(($(wc -l <"$tmp/three/requests.csv") - 1))" "$(of three .verdict.requests)"
is 'a line a migration' "$(grep -c ',cooperative,' "$tmp/three/migration.csv")" 3
is 'ways' "$(of three '[(.ways.first | length), (.ways.back | length), (.ways.again | length), .completed, .not_completed]')" '[1,1,1,3,0]'
for file in timeline waits rounds shares curves; do
	ok "migration-$file.svg" is_file "three/migration-$file.svg"
	like 'is a picture' "$(head -c 200 "$tmp/three/migration-$file.svg")" '<svg'
done

note 'from the first edge each time: it is at edge-b now, which is the first'
ok 'two that count' baton measure migration --strategy cooperative --load 50 --tcp --count 2 --from-the-first --pause 100 --lead 100 --link=false \
	--out "$tmp/first" --quiet
is 'and one back that does not' "$(of first '[[.samples[].from], [.returns[].from], .link]')" '[["edge-b","edge-b"],["edge-a"],[]]'
is 'over TCP nothing is lost either' "$(of first .verdict.holds)" true
ok 'both together' baton measure migration --draw --out "$tmp/both" "$tmp/three/migration.json" "$tmp/first/migration.json"
ok 'a picture of both' is_file both/migration-timeline.svg
is 'and their documents' "$(jq length "$tmp/both/migration.json")" 2

note 'what the manager refuses, and what fails'
refused 1 'measure migration --strategy cooperative --process speed=3 --link=false --quiet' 'speed'
if [ "$(baton --json doctor | jq '.needs[] | select(.need == "CRIU") | .ok')" = true ]; then
	skip 'a machine without CRIU' 'it is sound here'
else
	ended=0
	baton measure migration --strategy stop-and-copy --count 2 --link=false --lead 100 --out "$tmp/criu" --quiet >/dev/null 2>"$tmp/said" || ended=$?
	is 'without CRIU' "$ended" 7
	like 'it is told where it works' "$(<"$tmp/said")" 'the same command works in the lab: scripts/lab'
	is 'and nobody was hurt' "$(of criu '[.verdict.holds, .completed, .not_completed]')" '[true,0,1]'
fi
ok 'down' baton down
done_testing
