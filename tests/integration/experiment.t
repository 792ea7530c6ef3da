#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# `baton experiment`, `report`, `compare`: mistakes told before anything is made; an experiment killed with -9 in the
# middle goes on where it was, takes down what was left up, and ends with a whole result and a page that needs nothing
# but itself.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
need_root
need_command jq ip iperf3
need_built "$build/bin/baton"
baton="$build/bin/baton"

for file in "$root"/experiments/*.yaml; do
	ok "${file##*/} can be planned" "$baton" experiment --dry-run "$file"
	ok "${file##*/} can be planned in full" "$baton" experiment --full --dry-run "$file"
	like 'every run is told' "$_output" 'repeat 1'
	is 'as JSON, too' "$("$baton" experiment --dry-run --json "$file" | jq '.runs | length > 0')" true
done

cat >"$tmp/x.yaml" <<EOF
experiment: x
topology: {file: $root/topologies/two-edges.yaml, set: {topology.nodes.upf-a.dataplane: ebpf}}
workload: {measure: switch, options: {switches: 2, hold: 30}}
mode: [make-before-break, break-before-make]
repeats: {default: 1, full: 2}
rows:
  - {id: F2, what: "lost <script>", metric: "modes.*.*.lost", unit: packets, statistic: sum, where: {mode: make-before-break}, shape: {check: at-most, limit: 1000}}
  - {id: F3, what: gap, paper: 14 ms, metric: "samples[].uplink.largest_gap_us", unit: us, shape: {check: at-most, limit: 10000000}}
EOF

# ---- mistakes ----

sed 's/measure: switch/measure: dance/' "$tmp/x.yaml" >"$tmp/bad.yaml"
status 'a mistake in the file' 3 "$baton" experiment "$tmp/bad.yaml" --out "$tmp/bad"
like 'has its place' "$_output" 'bad.yaml:3:21: measure: expected one of: switch, storm'
sed 's/upf-a.dataplane/upf-z.dataplane/' "$tmp/x.yaml" >"$tmp/bad.yaml"
status 'a knob that the topology lacks' 3 "$baton" experiment "$tmp/bad.yaml" --out "$tmp/bad"
like 'is named' "$_output" 'nodes.upf-z.dataplane'
plan_says() { # NAME SED WORDS: refused before anything is made, with its place
	sed "$2" "$tmp/x.yaml" >"$tmp/bad.yaml"
	status "$1" 3 "$baton" experiment --dry-run "$tmp/bad.yaml" --out "$tmp/bad"
	like "$1: where, and what" "$_output" "$3"
}
plan_says 'an option that the measurement lacks' 's/switches: 2/swithces: 2/' "bad.yaml:3:39: measure switch: unknown option '--swithces=2'"
plan_says 'an option out of its range' 's/hold: 30/hold: 30ms/' "bad.yaml:3:52: --hold: expected a number from 0 to 600000, found '30ms'"
plan_says 'a mode that it lacks' 's/^mode:.*/mode: by-magic/; s/, where: {mode: make-before-break}//' 'bad.yaml:4:7: mode: expected one of: make-before-break'
plan_says 'a knob that a node lacks' 's/^repeats:/sweep: {knobs: {nodes.upf-a.datplane: [ebpf]}}\nrepeats:/' "bad.yaml:5:17: unknown key 'datplane'"
plan_says 'a value that a knob lacks' 's/^repeats:/sweep: {knobs: {links.ue-gnb1.delay: [5ms, 5]}}\nrepeats:/' 'bad.yaml:5:17: delay: expected a time'
plan_says 'a name that leads elsewhere' 's|^experiment: x|experiment: ../../escaped|' 'bad.yaml:1:13: experiment: expected 1 to 63 lower-case'
sed 's/switches: 2/switches: 9999/' "$tmp/x.yaml" >"$tmp/bad.yaml"
status 'more than 20 minutes' 2 "$baton" experiment "$tmp/bad.yaml" --out "$tmp/bad"
like 'want --full' "$_output" 'at most 20 min are taken without --full'
status 'nothing to run' 2 "$baton" experiment "$tmp/x.yaml" --only mode=sideways
like 'is told' "$_output" 'no run has the settings'
sed 's|^repeats:|sweep: {knobs: {links.ue-gnb1.delay: [1ms, 2ms, 3ms], links.ue-gnb1.loss: [0%, 1%]}}\nrepeats:|' "$tmp/x.yaml" >"$tmp/three.yaml"
delays() { "$baton" experiment "$tmp/three.yaml" --full --dry-run --json "$@" | jq -r '[.runs[].settings["links.ue-gnb1.delay"]] | unique | join(" ")'; }
is 'of one knob any of the values' "$(delays --only links.ue-gnb1.delay=1ms --only links.ue-gnb1.delay=3ms)" '1ms 3ms'
is 'of several knobs all of them' "$(delays --only links.ue-gnb1.delay=2ms --only links.ue-gnb1.loss=0%)" 2ms
status 'more than can be looked at' 2 "$baton" experiment "$tmp/x.yaml" $(printf -- '--only mode=%s ' $(seq 65))
like 'is told' "$_output" '--only: more than 64 times'
status 'nothing to resume' 1 "$baton" experiment "$tmp/x.yaml" --resume --out "$tmp/none"
like 'is told' "$_output" 'nothing to resume'
nok 'nothing was made' test -e "$tmp/bad"
status 'no file' 2 "$baton" experiment
status 'report of nothing' 1 "$baton" report "$tmp/none"
status 'compare wants two' 2 "$baton" compare "$tmp"

# ---- killed in the middle ----

runs() { find "$tmp/out/runs" -name '0*.json' 2>/dev/null | wc -l; }
one_done() { [ "$(runs)" -ge 1 ]; }
is_up() { compgen -G '/run/baton/exp-*/state.json' >/dev/null; }
"$baton" experiment "$tmp/x.yaml" --out "$tmp/out" 2>"$tmp/errors" &
experiment=$!
undo end_pids -9 $experiment
ok 'a first run is done' wait_for 40 one_done
ok 'the second begins' wait_for 10 is_up
status 'another experiment in the same folder' 1 "$baton" experiment "$tmp/x.yaml" --out "$tmp/out"
like 'is refused' "$_output" 'another .baton experiment. is at work there'
kill -9 $experiment
wait $experiment 2>/dev/null
like 'the plan was told' "$(cat "$tmp/errors")" 'x: 2 runs, about'
like 'and the time left' "$(cat "$tmp/errors")" 'run 1 of 2, .* left: mode='
first=$(find "$tmp/out/runs" -name '001-*.json')
stamp=$(stat -c %Y.%i "$first")

sed 's/hold: 30/hold: 40/' "$tmp/x.yaml" >"$tmp/other.yaml"
status 'another plan in that folder' 1 "$baton" experiment "$tmp/other.yaml" --out "$tmp/out"
like 'is refused, and what differs' "$_output" "holds runs of another plan: 'options' differs"

ok 'it goes on' "$baton" experiment "$tmp/x.yaml" --out "$tmp/out" --resume
is 'the first run is not made again' "$(stat -c %Y.%i "$first")" "$stamp"
is 'every run is there' "$(runs)" 2
name=$(jq -r '.commands[0][2]' "$first")
undo eval "[ ! -e /run/baton/$name ] || $baton --name $name down --force" # of this test's folder: the name is a hash of it
nok 'nothing is left up' test -e "/run/baton/$name"

# ---- the result ----

result() { jq -rc "$1" "$tmp/out/result.json"; }
is 'it is whole' "$(result '[.experiment, .done, .planned, .partial, .full]')" '["x",2,2,false,false]'
is 'each row is judged' "$(result '[.rows[] | [.id, .paper, .unit, .shape_holds]]')" \
	'[["F2",null,"packets",true],["F3","14 ms","us",true]]'
is 'each run has its bandwidth' "$(result '[.runs[].bandwidth.measured_bps > 1e6] | all')" true
is 'and its raw rows' "$(jq '(.report.samples | length) == 2 and (.links | length) > 5 and .kernel and .machine and .commit and .topology' "$first" | tail -1)" true
is 'samples of both modes' "$(result '[.rows[1].points[].n]')" '[2,2]'
nok 'the page has no outside address' grep -E 'https?://|//[a-z]|url\(' "$tmp/out/report.html"
nok 'and nothing that is not escaped' grep '<script' "$tmp/out/report.html"
ok 'it has plots' grep -q '<svg' "$tmp/out/report.html"
ok 'a page made anew' "$baton" report "$tmp/out" --out "$tmp/page.html"
ok 'is the same' cmp "$tmp/page.html" "$tmp/out/report.html"

# ---- compared ----

is 'with itself: no difference' \
	"$("$baton" compare "$tmp/out" "$tmp/out" --json | jq -c '[.rows[].verdict] | unique')" '["no difference seen"]'
mkdir "$tmp/slow" "$tmp/far" "$tmp/broken"
jq '.rows[1].points[].runs[][] += 1e6 | .machine = "another"' "$tmp/out/result.json" >"$tmp/slow/result.json"
ok 'with one a second slower' "$baton" compare "$tmp/out" "$tmp/slow" --metric largest_gap
like 'that is seen' "$_output" 'difference 1e\+06 .*: slower'
like 'another machine is warned of' "$_output" "warning: 'machine' differs"
jq '.plan.topology = "{}"' "$tmp/out/result.json" >"$tmp/far/result.json"
status 'with another topology' 1 "$baton" compare "$tmp/out" "$tmp/far"
like 'is refused' "$_output" 'their topologies differ'
echo '{"rows": [{"points": [3, {"runs": "x"}]}, 4], "runs": {}}' >"$tmp/broken/result.json"
ok 'a result of garbage has a page' "$baton" report "$tmp/broken"
status 'and no comparison' 1 "$baton" compare "$tmp/out" "$tmp/broken"
echo '{' >"$tmp/broken/result.json"
status 'half a result' 1 "$baton" report "$tmp/broken"

jq .report "$first" >"$tmp/a.json"
ok 'reports of two measurements' "$baton" compare "$tmp/a.json" "$tmp/a.json"
like 'are compared by mode' "$_output" 'make-before-break.*no difference seen'
jq '.samples[].downlink.largest_gap_us += 1e6' "$tmp/a.json" >"$tmp/b.json"
like 'and a gap of a second more is seen' "$("$baton" compare "$tmp/a.json" "$tmp/b.json" --metric downlink.largest_gap)" ': slower'

# ---- a run file that is garbage is made again ----

echo '{"status": "done", "number": 1' >"$first"
ok 'with a run file cut off' "$baton" experiment "$tmp/x.yaml" --out "$tmp/out"
is 'that run is made again' "$(jq -r .status "$first")" done

# ---- a workload that fails ----

cat >"$tmp/fails.yaml" <<EOF
experiment: fails
topology: $root/topologies/two-edges.yaml
workload: {command: [sh, -c, "echo no such luck >&2; exit 3"], node: ue, result: number}
bandwidth: false
rows: [{id: F2, what: n, metric: value, unit: "1"}]
EOF
status 'a run that fails' 1 "$baton" experiment "$tmp/fails.yaml" --out "$tmp/fails"
like 'is told, and tried once more' "$_output" 'failed, once more: command: exit status 3: no such luck'
is 'and recorded' "$(jq -c '[.partial, .runs[0].status, .runs[0].attempts]' "$tmp/fails/result.json")" '[true,"failed",2]'
sed "s,echo no.*exit 3,test -e $tmp/before \&\& echo 7 || { touch $tmp/before; echo not yet >\&2; exit 3; }," "$tmp/fails.yaml" >"$tmp/later.yaml"
ok 'one that works the second time' "$baton" experiment "$tmp/later.yaml" --out "$tmp/later"
is 'says what it did the first time' "$(jq -c '[.status, .attempts, .failures, .report.value]' "$tmp"/later/runs/001-*.json)" \
	'["done",2,["command: exit status 3: not yet"],7]'
sed 's/echo no.*exit 3/echo 42/' "$tmp/fails.yaml" >"$tmp/works.yaml"
ok 'a command in a node' "$baton" experiment "$tmp/works.yaml" --out "$tmp/works"
is 'its output is the figure' "$(jq -c '.rows[0].ours' "$tmp/works/result.json")" 42

sed 's/metric: value/metric: vlaue/' "$tmp/works.yaml" >"$tmp/empty.yaml"
status 'a metric that matches nothing' 1 "$baton" experiment "$tmp/empty.yaml" --out "$tmp/empty"
like 'is told' "$_output" "row F2: no run has a number at 'vlaue'"
like 'in the page, too' "$(cat "$tmp/empty/report.html")" 'no run has a number at vlaue'
chmod 755 "$tmp"
chmod 644 "$tmp/works.yaml"
status 'not as root' 4 setpriv --reuid 65534 --clear-groups "$baton" experiment "$tmp/works.yaml" --out "$tmp/works"

# ---- a game whose packages aren't installed: hidden, in a mount namespace ----

cat >"$tmp/games.yaml" <<EOF
experiment: games
topology: {file: $root/topologies/game-edge.yaml, set: {apps.snake.width: 320, apps.snake.height: 240, apps.snake.fps: 30}}
workload: {command: [echo, 42], node: ue, result: number}
bandwidth: false
sweep: {knobs: {apps.snake.game: [snake, minetest]}}
rows:
  - {id: B24, what: n, metric: value, unit: "1", where: {apps.snake.game: snake}}
  - {id: B24, what: n, metric: value, unit: "1", where: {apps.snake.game: minetest}}
EOF
mkdir -p "$tmp/nothing"
without_games() { # COMMAND...: where there may be no /usr/games at all
	local hide=(/usr/bin/Xvfb)
	[ -e /usr/bin/Xvfb ] || hide=()
	# shellcheck disable=SC2016 # the inner shell's own
	unshare --mount bash -c 'for file in $0; do mount --bind /dev/null "$file" || exit 1; done; "$@"' "${hide[*]}" "$@"
}
status 'a game whose packages lack' 0 without_games "$baton" experiment "$tmp/games.yaml" --out "$tmp/games"
like 'is skipped, with the command that installs them' "$_output" \
	"run runs/[0-9]+-p2-r1.json skipped: app 'snake': the game minetest needs packages that aren't installed: .*xvfb; .scripts/setup minetest. installs them"
like 'and counted' "$_output" 'games: 1 of 2 runs, 1 skipped; '
is 'the other is done' "$(jq -c '[.partial, .skipped, .rows[0].ours, ([.runs[].status] | sort | join(" "))]' "$tmp/games/result.json")" '[false,1,42,"done skipped"]'
like 'its row says why it is empty' "$(jq -r '.rows[1].why' "$tmp/games/result.json")" "skipped: app 'snake': the game minetest needs packages"
like 'so does the page' "$(cat "$tmp/games/report.html")" 'what was skipped, and why, is in the table of runs'
status 'where nothing else was to be run' 9 without_games "$baton" experiment "$tmp/games.yaml" --only apps.snake.game=minetest --out "$tmp/games-only"

# ---- a verdict that is broken is a finding: kept, and not tried once more ----

cat >"$tmp/verdict.yaml" <<EOF
experiment: verdict
topology: {file: $root/topologies/process.yaml, set: {apps.ledger.heap: 1MB, apps.ledger.cooperative: true}}
workload: {measure: migration, options: {app: ledger, strategy: cooperative, load: 100, count: 1, lead: 100, pause: 100, link: "false"}}
bandwidth: false
rows:
  - {id: F1, what: broken, metric: verdict.broken, unit: runs, statistic: max, shape: {check: at-most, limit: 0}}
EOF
# the client, of whose rows one is called wrong once they are whole
cp "$build/bin/service-client" "$tmp/client"
cat >"$tmp/liar" <<EOF
#!/bin/sh
for rows; do :; done
"$tmp/client" "\$@" &
trap 'kill "\$!"' TERM
wait "\$!"
wait "\$!"
sed -i 's/^\(7,.*\),1\$/\1,0/' "\$rows"
EOF
chmod 755 "$tmp/liar"
# shellcheck disable=SC2016 # the inner shell's own
with_liar() { unshare --mount bash -c 'mount --bind "$0" "$1" && shift && "$@"' "$tmp/liar" "$build/bin/service-client" "$@"; }
status 'a run whose verdict is broken' 0 with_liar "$baton" experiment "$tmp/verdict.yaml" --out "$tmp/verdict"
said=$_output
like 'is told' "$said" 'does not hold: F1 broken: 1 runs'
nok 'and not tried once more' grep -q 'once more' <<<"$said"
is 'and is in the result' "$(jq -c '[.done, .partial, .runs[0].status, .rows[0].ours, .rows[0].shape_holds]' "$tmp/verdict/result.json")" '[1,false,"done",1,false]'
is 'with a mark, and its report' \
	"$(jq -c '[(.marks | any(test("requests were lost"))), .attempts, .report.verdict.wrong, .report.completed]' "$tmp"/verdict/runs/001-*.json)" '[true,1,1,1]'

# ---- one that needs CRIU where there is none: what the lab is told, a stand-in of which is beside daemons that aren't there ----

mkdir "$tmp/nowhere"
cat >"$tmp/nowhere/lab" <<EOF
#!/bin/sh
printf '%s\n' "\$@" >"$tmp/told"
exit 5
EOF
chmod 755 "$tmp/nowhere/lab"
sed 's/^bandwidth/needs: criu\nlab: {kernel: 6.12, memory: 2048}\n&/' "$tmp/verdict.yaml" >"$tmp/needs.yaml"
status 'where CRIU is not sound it is run in the lab' 5 env BATON_LIBEXEC="$tmp/nowhere" "$baton" experiment "$tmp/needs.yaml" --full --out "$tmp/needs"
is 'with the kernel and the memory that the file names, before the command' \
	"$(grep -A1 -e --memory -e --kernel "$tmp/told" | tr '\n' ' ')$(sed -n '/^--$/,$p' "$tmp/told" | sed 1,2d | tr '\n' ' ')" \
	"--memory 2048 --kernel 6.12 experiment $tmp/needs.yaml --out $tmp/needs --full "
sed -i '/^lab:/d' "$tmp/needs.yaml"
status 'without one' 5 env BATON_LIBEXEC="$tmp/nowhere" "$baton" experiment "$tmp/needs.yaml" --out "$tmp/needs"
nok 'it is the lab'\''s own choice' grep -e --kernel "$tmp/told"

# ---- a rate that the path doesn't carry ----

cat >"$tmp/fast.yaml" <<EOF
experiment: fast
topology: $root/topologies/two-edges.yaml
workload: {measure: switch, options: {switches: 1}}
sweep: {knobs: {links.ue-gnb1.rate: [10Mbit, 900Gbit]}}
rows: [{id: F2, what: n, metric: "samples[].downlink.largest_gap_us", unit: us}]
EOF
status 'a sweep beyond two thirds of the path' 1 "$baton" experiment "$tmp/fast.yaml" --out "$tmp/fast"
like 'is refused, with what the path carries' "$_output" 'a rate of 9e\+05 Mbit/s is above two thirds of the [0-9.e+]+ Mbit/s that the path carries unshaped'
is 'before a run' "$(ls "$tmp/fast/runs")" ''

done_testing
