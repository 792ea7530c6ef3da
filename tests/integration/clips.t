#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# baton measure clips in a topology: clips with and without switches, what is written of them, pictures of several
# measurements together, and what is refused. Counts and forms only: how many flicker is the machine's.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
topology=e2e-clips
# shellcheck source=tests/integration/e2e.sh
. "$(dirname "$0")/e2e.sh"
# shellcheck source=tests/integration/game.sh
. "$(dirname "$0")/game.sh"
game_begin

refused() { # STATUS WORDS REGEX
	ended=0
	# shellcheck disable=SC2086 # words
	_output=$(baton $2 2>&1) || ended=$?
	is "$2 is refused" "$ended" "$1"
	like 'and why' "$_output" "$3"
}
shows() { [ "$(client /v1/status | jq -r .shown)" = "$1" ]; }
has_jumps() { [ "$(client /v1/trace | jq '[.frames[][8] | numbers] | length > 30')" = true ]; }
is_file() { [ -s "$tmp/$1" ]; }

note 'what needs no topology'
refused 2 'measure clips --variant fast' 'expected csm, static, no-sliding or no-opt'
refused 2 'measure clips --draw nothing.json' 'expected --out DIR'
refused 1 "measure clips --draw --out $tmp/none $tmp/none.json" 'none.json'
echo '{"measurement": "switch"}' >"$tmp/other.json"
refused 1 "measure clips --draw --out $tmp/none $tmp/other.json" 'expected what .baton measure clips. wrote'
ok 'the experiment is a plan' baton experiment "$root/experiments/csm-flicker.yaml" --dry-run --json
is 'of all four variants' "$(baton experiment "$root/experiments/csm-flicker.yaml" --dry-run --json | jq -c '[.runs[].settings["workload.variant"]] | sort')" \
	'["csm","no-opt","no-sliding","static"]'

note 'a player whose jumps are not recorded'
game_topology clips '{ue: ue, account: alice}' >"$tmp/plain.yaml"
ok 'up' baton up "$tmp/plain.yaml"
e2e_env
ok 'alice plays' wait_for 20 shows 1
refused 1 'measure clips' 'jumps of the player.s screen aren.t recorded; expected jumps: true'
refused 1 'measure clips --app chess' "plays no 'chess'"
refused 1 'measure clips --handover' 'has one gNB in its reach'
ok 'down' baton down

note 'clips'
game_topology clips '{ue: ue, account: alice, jumps: true}' >"$tmp/clips.yaml"
ok 'up' baton up "$tmp/clips.yaml"
e2e_env
ok 'alice plays' wait_for 20 shows 1
refused 1 'measure clips --variant no-opt' 'has buffer: one-frame; expected buffer: fifo'
ok 'jumps are in the trace' wait_for 20 has_jumps
ok 'static' baton measure clips --variant static --clips 1 --quiet --out "$tmp/static"
ok 'with switches' baton measure clips --threshold 0 --clips 2 --quiet --out "$tmp/csm"
is 'two clips, each judged by its own jumps' \
	"$(jq -c '[.clips | length, (map(.flicker == (.jump > .p99)) | all), (map(.others >= 60) | all)]' "$tmp/csm/clips.json")" '[2,true,true]'
is 'what the experiment asks of such a result is in it' "$(metrics_missing "$tmp/csm/clips.json" "$root/experiments/csm-flicker.yaml")" ''
is 'to and fro' "$(jq -c '[.clips[] | [.from, .to]] | .[0] == (.[1] | reverse)' "$tmp/csm/clips.json")" true
is 'every jump is there' "$(jq '[.clips[].rows[] | select(.[1] == null)] | length < 20' "$tmp/csm/clips.json")" true
is 'pairs were compared' "$(jq '.pair_ssim.pairs > 0' "$tmp/csm/clips.json")" true
is 'no switch in static' "$(jq -c '[.migrates, (.clips[0] | has("ssim"))]' "$tmp/static/clips.json")" '[false,false]'
is 'nothing is held any more' "$(api GET /v1/migrations | jq '[.migrations[] | select(.state != "completed")] | length')" 0
ok 'all together' baton measure clips --draw --out "$tmp/all" "$tmp/csm/clips.json" "$tmp/static/clips.json"
for file in all/clips-share.svg all/clips-jumps.svg csm/clips-jumps.svg all/clips.csv; do
	ok "$file" is_file "$file"
done
is 'a line a clip' "$(grep -c '^csm,\|^static,' "$tmp/all/clips.csv")" 3
ok 'down' baton down
done_testing
