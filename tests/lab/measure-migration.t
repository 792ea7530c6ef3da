#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# An experiment that needs CRIU, asked for on the machine itself: where CRIU isn't sound it runs itself in the lab, with its results in the folder
# that was named. A process of 2 MB is stopped, copied and restored, there and back, under requests; a second call has nothing left to run.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
need_root
need_command jq
for program in baton service-client process-step edge-agent ledger; do need_built "$build/bin/$program"; done
baton() { "$build/bin/baton" "$@"; }

cat >"$tmp/smallest.yaml" <<YAML
experiment: smallest
title: A process of 2 MB
needs: criu
topology: {file: "$root/topologies/process.yaml", set: {apps.ledger.heap: 2MB}}
workload:
  measure: migration
  options: {app: ledger, strategy: stop-and-copy, load: 20, count: 2, link: "false"}
  seconds: 30
bandwidth: false
rows:
  - {id: C2, what: Requests that were lost, metric: verdict.broken, unit: runs, statistic: max, shape: {check: at-most, limit: 0}}
  - {id: C2, what: Bytes of the image, metric: "samples[].bytes.image", unit: B, shape: {check: at-least, limit: 2097152}}
  - {id: C2, what: Not completed, metric: not_completed, unit: migrations, statistic: sum, shape: {check: at-most, limit: 0}}
YAML
of() { jq -c "$1" "$tmp/out/result.json"; }

ended=0
said=$(baton experiment "$tmp/smallest.yaml" --out "$tmp/out" 2>&1) || ended=$?
is 'it is run' "$ended" 0 || note "$said"
is 'its one run is done' "$(of '[.done, .planned, .partial]')" '[1,1,false]'
is 'nothing was lost, all was copied, both were completed' "$(of '[.rows[].shape_holds]')" '[true,true,true]'
is 'the record has every migration' "$(jq -c '[.report.samples[] | [.from, .to, .state]]' "$tmp"/out/runs/001-*.json)" \
	'[["edge-a","edge-b","completed"],["edge-b","edge-a","completed"]]'
ok 'there is a page' test -s "$tmp/out/report.html"
if [ "$(baton --json doctor | jq '.needs[] | select(.need == "CRIU") | .ok')" = true ]; then
	skip 'in the lab' 'CRIU is sound here'
else
	like 'it says where' "$said" 'in the lab, then'
	nok 'by another kernel' test "$(of .kernel)" = "\"$(uname -r)\""
fi
ok 'all is drawn from the run' baton measure migration --draw --out "$tmp/drawn" "$tmp"/out/runs/001-*.json
ok 'its phases' test -s "$tmp/drawn/migration-timeline.svg"
done_testing
