#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# `baton measure switch --app` with everything real: switches whose pictures are never alike are given up after --timeout, rolled back
# and counted; --record-ssim records how alike they are and works out waits, which its report has beside the live ones; each input around a
# switch has its time to the screen, in JSON, CSV and a picture that say the same.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
topology=e2e-measure-app
# shellcheck source=tests/integration/e2e.sh
. "$(dirname "$0")/e2e.sh"
# shellcheck source=tests/integration/game.sh
. "$(dirname "$0")/game.sh"
game_begin
need_command ffprobe

measure() { baton measure switch --quiet "$@"; }
report() { jq -c "$1" "$tmp/out/report.json"; }

# ---- mistakes ----

status 'a timeout without an application' 2 measure --timeout 500
like 'is told' "$_output" "--timeout: it is about an application; expected --app too"
status 'a recording without an application' 2 measure --record-ssim 5
like 'is told' "$_output" "--record-ssim: it is about an application"
status 'no timeout at all' 2 measure --app snake --timeout 0
like 'is told, too' "$_output" "--timeout: expected a number from 1 to 600000, found '0'"
status 'a recording of hours' 2 measure --app snake --record-ssim 601
like 'is refused' "$_output" "--record-ssim: expected a number from 1 to 600, found '601'"

game_topology measure-app '{ue: ue, account: alice, pairs: always}' '{ue: ue2, account: bob}' >"$tmp/game.yaml"
sed 's/pairs: always/pairs: sometimes/' "$tmp/game.yaml" >"$tmp/bad.yaml"
status 'pairs that are neither' 3 baton validate "$tmp/bad.yaml"
like 'have a place' "$_output" "pairs: expected waiting or always"

ok 'baton up' baton up "$tmp/game.yaml" --timeout 40
e2e_env
decodes() { [ "$(client /v1/streams "$1" | jq -c '[.streams[] | [.state, .shown]]')" = '[["decoding",true]]' ]; }
ok 'alice sees the game' wait_for 20 decodes ue
ok 'so does bob' wait_for 20 decodes ue2
status 'an application that is not there' 1 measure --app chess
like 'is told with one that is' "$_output" '--app chess: topology e2e-measure-app.* has no such application; expected snake'
status 'a strategy that there is not' 1 measure --app snake --strategy vm --hold 100 --switches 1
like 'is told with those that there are' "$_output" '/strategy: expected one of none, dual, .*found "vm"'

# ---- given up ----

# Greater than 1 no SSIM is.
status 'a threshold that nothing passes' 0 measure --app snake --switches 4 --threshold 1 --timeout 200 --hold 100 --out "$tmp/out"
like 'the table counts what was given up' "$_output" 'given up: pictures not alike +4'
is 'so does the report' "$(report '[.modes[].application.given_up, .timeout_ms]')" '[4,200]'
is 'each was rolled back' "$(report '[.samples[] | .state] | unique')" '["rolled-back"]'
is 'for the reason that it had' "$(report '[.samples[] | .cause] | unique')" '["SIMILARITY_NOT_REACHED"]'
is 'and how long it waited is known' "$(report '[.samples[].application | [.given_up, .waited_ms]] | unique')" '[[true,200]]'
is 'the player still plays where he was' "$(account alice | jq -c '[.sessions[] | [.edge, .role]]')" '[["edge-a","primary"]]'
ok 'and sees it' wait_for 10 decodes ue

# ---- waits, recorded and live; inputs ----

status 'two streams are recorded, one way and the other' 0 measure --app snake --switches 2 --threshold 0.5 --hold 300 --record-ssim 2 --out "$tmp/out"
like 'the table has both medians' "$_output" 'live, over 0.50: median of 2 waits .* computed .*: too few to compare'
like 'and the distribution' "$_output" 'SSIM of [0-9]+ recorded pairs: p5 0\.[0-9]+'
is 'pairs came all the time' "$(report '.similarity | .pairs > 40 and .pairs == ([.traces[].pairs | length] | add) and (.traces | length) == 2')" true
is 'shares of them add up' "$(report '.similarity.histogram | [.[].share] | add | . > 0.99 and . < 1.01')" true
is 'every moment passed, was given up or is open' "$(report '[.similarity.thresholds[] | .moments == .passed + .given_up + .open] | all')" true
is 'the higher the threshold, the fewer pass' "$(report '[.similarity.thresholds[].passed] | . == (sort | reverse)')" true
is 'waits of the threshold that was asked for' "$(report '.similarity.computed | [.threshold, .passed > 0, (.waits_ms | length) > 0]')" '[0.5,true,true]'
is 'two live waits' "$(report '.similarity.live | [.migrations, .given_up]')" '[2,0]'
is 'the picture is worked out from the same inputs' "$(report '[.samples[].application | (.inputs_before + .inputs_after)[] | [.seq, .made_ns]] | sort')" \
	"$(awk -F, 'NR > 1 { print $4, $6 }' "$tmp/out/report-inputs.csv" | jq -sc '[range(0; length; 2) as $i | [.[$i], .[$i + 1]]] | sort')"
is 'there are some' "$(report '[.samples[].application.inputs_before[]] | length > 0')" true
is 'inputs lie within 2 s of their switch, before it and after' "$(report '[.samples[].application |
	(.inputs_before[].from_switch_ms | . < 0 and . >= -2000), (.inputs_after[].from_switch_ms | . >= 0 and . < 2000)] | all')" true
is 'each that was shown was shown by an edge' "$(report '[.samples[].application | (.inputs_before + .inputs_after)[] | select(.latency_ms) | .edge] | unique | . - ["edge-a", "edge-b"]')" '[]'
is 'and later than it was made' "$(report '[.samples[].application | (.inputs_before + .inputs_after)[].latency_ms | select(.)] | map(. > 0) | all')" true
# of two inputs that were shown one at least went the old way
is 'where the player did something, T_comp is known at the logic server, too' "$(report '[.samples[].application |
	select(([.inputs_before[] | select(.latency_ms)] | length) > 1 and ([.inputs_after[] | select(.latency_ms)] | length) > 0) |
	.t_comp_logic_ms | type] | unique - ["number"]')" '[]'
ok 'there is a picture of it' grep -q 'Input to display across the switch of snake to edge-' "$tmp/out/report-inputs.svg"

experiments=$root/experiments
is 'what experiments ask of such a report is in it' \
	"$(metrics_missing "$tmp/out/report.json" "$experiments"/csm-{bandwidth,cloud,threshold,inputs}.yaml)" ''
is 'and what nobody has is told' "$(metrics_missing "$tmp/out/report.json" <(echo 'metric: "samples[].application.nothing"'))" \
	'samples[].application.nothing'

# ---- the timeline of the stages, and the screen before, during and after ----

is 'each of the six stages is a bar of the timeline' "$(for stage in initialisation 'session set-up' 'state synchronisation' 'dual streaming' \
	'stream switch' 'delayed release'; do grep -c ">$stage<" "$tmp/out/report-stages.svg"; done | paste -sd ' ')" '1 1 1 1 1 1'
is 'the screen is four pictures, side by side' "$(ffprobe -v error -show_entries stream=codec_name,height -of csv=p=0 "$tmp/out/report-screen.png") $((\
	$(ffprobe -v error -show_entries stream=width -of csv=p=0 "$tmp/out/report-screen.png") / 320))" 'png,240 4'

# ---- nothing to record: told before anything is ----

status 'a player whose pairs are not recorded' 1 measure --ue ue2 --app snake --switches 1 --record-ssim 1
like 'is named, and what to change' "$_output" '--record-ssim: expected pairs: always at the player of ue2 in the topology'

ok 'baton down' baton down
done_testing
