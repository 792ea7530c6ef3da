#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# Links that behave: shapes of a topology file, in each direction, on radio links, bridges and pairs; changed while they run; the
# scripted changes; and what is said of all that. Times are asserted from below only: what a shape adds, a machine can't take away.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
need_built "$build/bin/baton"
need_root

topology=links-$$
tmp=$(mktemp -d /tmp/baton-test.XXXXXXXX)
baton() { "$build/bin/baton" --name "$topology" "$@"; }
finish() {
	[ ! -d "/run/baton/$topology" ] || baton down --force >/dev/null 2>&1
	rm -rf "$tmp"
}
trap finish EXIT

cat >"$tmp/t.yaml" <<'YAML'
name: links
nodes:
  core: core
  gnb1: gnb
  upf-a: upf
  upf-b: upf
  edge-a: edge
  edge-b: edge
  ue: ue
  h1: host
  h2: host
links:
  - {between: [ue, gnb1], delay: 10ms}
  - {between: [upf-b, n3], rate: 100Mbit, backward: {loss: 1%}}
  - {between: [h1, h2], forward: {delay: 30ms}}
changes:
  - {at: 3s, link: [h2, h1], direction: forward, delay: 70ms}
YAML
# what is looked at before it takes longer there
[ -z "${BATON_LAB:-}" ] || sed -i 's/at: 3s/at: 20s/' "$tmp/t.yaml"

# rtt_min NODE HOST: in whole milliseconds
rtt_min() { baton exec "$1" -- ping -q -c 3 -i 0.05 -W 2 "$2" | sed -n 's|^rtt [^=]*= \([0-9]*\).*|\1|p'; }
by() { baton status --json | jq -r --arg n "$1" --arg i "$2" --arg d "$3" \
	'.links[] | select(.ends[0].node == $n and .ends[0].interface == $i) | .[$d].shaped_by'; }
unshare -n sh -c 'tc qdisc add dev lo root netem delay 1ms' 2>/dev/null && beyond=netem || beyond=user

[ -z "${BATON_LAB:-}" ] || is 'the lab has netem' $beyond netem
ok 'up' baton up "$tmp/t.yaml"
is 'the radio link, forth' "$(by ue radio-gnb1 forward)" $beyond
is 'and back' "$(by ue radio-gnb1 backward)" $beyond
is 'a rate alone is tbf' "$(by upf-b n3 forward)" tbf
is 'with loss on the way back it is not' "$(by upf-b n3 backward)" $beyond
is 'one way alone' "$(by h1 to-h2 forward) $(by h1 to-h2 backward)" "$beyond none"
is 'others are not shaped' "$(by upf-a n3 forward)" none
like 'baton link says so' "$(baton link)" "h1 +h2 +$beyond: delay 30ms +-"
is 'as JSON' "$(baton link --json | jq -r '.links | length')" 3

rtt=$(rtt_min ue service)
ok "users meet the radio's delay twice ($rtt ms)" [ "$rtt" -ge 20 ]
delay_is() { [ "$(baton link --json | jq --arg d "$1" '.links[] | select(.link == ["h1", "h2"]) | .[$d].delay_us')" = "$2" ]; }
ok 'the file has a change' wait_for 60 delay_is backward 70000
rtt=$(rtt_min h1 h2)
ok "a change of the file came, one way ($rtt ms)" [ "$rtt" -ge 100 ]

note 'links that run'
ok 'set' baton link set h1 h2 delay=none
is 'it is gone' "$(by h1 to-h2 forward)" none
ok 'one way' baton link set h1 h2 delay=50ms loss=0% --backward
rtt=$(rtt_min h1 h2)
ok "is there ($rtt ms)" [ "$rtt" -ge 50 ]
ok 'everything is lost' baton link set h1 h2 loss=100%
nok 'so nothing arrives' baton exec h1 -- ping -q -c 3 -i 0.05 -W 0.3 h2
ok 'and no more' baton link set h1 h2 loss=none delay=none
ok 'so it does' baton exec h1 -- ping -q -c 3 -i 0.05 -W 2 h2
ok 'a link that the file doesn'"'"'t name' baton link set edge-a wan delay=15ms
is 'is shaped' "$(by edge-a wan forward)" $beyond

note 'check'
# a machine that stands still is measured as a delay or a loss: it may try again
tries=4
check_links() {
	local try said status
	for ((try = 0; try < tries; try++)); do
		said=$(baton check links "$@") && break
	done
	status=$?
	echo "$said"
	return $status
}
ok 'check links' check_links --json
is 'each shaped direction is as asked' "$(jq -c '[.[] | select(.as_asked | not) | [.node, .interface, .off]]' <<<"$_output")" '[]'
ok 'one of them alone' check_links ue:gnb1
like 'both ways' "$_output" '2 shaped directions, 0 off'

note 'what the kernel says'
inside() { ip netns exec "$topology.$1" "${@:2}"; }
is 'tbf is there' "$(by upf-b n3 forward)" tbf
ok 'it is taken away' inside upf-b tc qdisc del dev n3 root
is 'status says so' "$(by upf-b n3 forward)" missing
is 'and what should be there' "$(baton status --json | jq -rc '.links[] | select(.ends[0].node == "upf-b" and .ends[0].interface == "n3") | .forward |
	[.should_be, .rate_bps]')" '["tbf",100000000]'
like 'baton link too' "$(baton link)" 'upf-b +n3 +missing \(tbf\): rate 100Mbit '
nok 'and check links' baton check links upf-b:n3
like 'which measures it' "$_output" 'upf-b n3 +missing .*off: missing'
ok 'the same set again' baton link set upf-b n3 rate=100Mbit --forward
is 'brings it back' "$(by upf-b n3 forward)" tbf
ok 'another rate behind its back' inside upf-b tc qdisc replace dev n3 root tbf rate 50mbit burst 128k limit 1m
is 'is not what was asked' "$(by upf-b n3 forward)" missing
ok 'nor is another qdisc' inside upf-b tc qdisc replace dev n3 root pfifo
is 'which is seen' "$(by upf-b n3 forward)" missing
ok 'it is set' baton link set upf-b n3 rate=100Mbit --forward
is 'and there' "$(by upf-b n3 forward)" tbf
ok 'the way of a delay is taken away' inside edge-a tc qdisc del dev wan $([ $beyond = user ] && echo clsact || echo root)
is 'status says that too' "$(by edge-a wan forward)" missing
ok 'and it is set again' baton link set edge-a wan delay=15ms
is 'so it is there' "$(by edge-a wan forward)" $beyond

note 'kill -9'
pid=$(baton status --json | jq -r '[.nodes[] | select(.name == "fabric") | .daemons[].pid][0] // empty')
[ -n "$pid" ] || pid=$(pgrep -f "link-shaper --config /run/baton/$topology/")
restarted() { [ "$(pgrep -f "link-shaper --config /run/baton/$topology/")" != "$pid" ] && [ "$(by edge-a wan forward)" = "$1" ]; }
kill -9 "$pid"
ok 'it is started again' wait_for 5 restarted $beyond
# WAN has two members here: a link of two nodes
is 'what was set is there again' "$(baton link --json | jq '.links[] | select(.link == ["edge-a", "edge-b"]) | .forward.delay_us')" 15000
ok 'and users are carried' baton exec ue -- ping -q -c 2 -i 0.1 -W 2 service

note 'mistakes'
while IFS='|' read -r want words text; do
	# shellcheck disable=SC2086 # words
	status "link $words" "$want" baton link $words
	like 'says why' "$_output" "$text"
done <<'ROWS'
2|set h1 h2|usage: baton link
2|set h1 h2 delay|expected KEY=VALUE, such as delay=5ms, found 'delay'
2|set h1 h2 delay=5|delay: expected a time of up to 10s
2|set h1 h2 dleay=5ms|unknown key 'dleay', expected one of: rate, delay
1|set h1 core delay=5ms|'h1' has no link to 'core'
1|set nobody h2 delay=5ms|has no node 'nobody'
2|set h1 h2 reorder=5%|h1 to-h2: reorder: expected a delay beside it
2|set h1 h2 delay=5ms queue=10 reorder=5% delay=none|h1 to-h2: reorder: expected a delay beside it
2|set h1 h2 queue=10 loss=1%|h1 to-h2: queue: expected a rate or a delay beside it
2|set ue gnb1 delay=none reorder=1%|ue radio-gnb1: reorder: expected a delay
2|changes begin|usage: baton link
2|paint|usage: baton link
ROWS

ok 'one way has a delay' baton link set h1 h2 delay=5ms --forward
status 'so what needs one is refused for both' 2 baton link set h1 h2 reorder=5%
like 'for the way that has none' "$_output" 'h2 to-h1: reorder: expected a delay'
is 'and neither way has it' "$(baton link --json | jq '[.links[] | select(.link == ["h1", "h2"]) | .[].reorder?] | add')" null
ok 'where there is one it is taken' baton link set h1 h2 reorder=5% --forward
ok 'and both go together' baton link set h1 h2 delay=none reorder=none

note 'reconcile'
sed -i 's/forward: {delay: 30ms}/forward: {delay: 40ms}/; /^changes:/,$d' "$tmp/t.yaml"
ok 'another shape in the file' baton up "$tmp/t.yaml"
ok 'is there' wait_for 5 delay_is forward 40000
ok 'down' baton down

note 'without link-shaper'
printf '%s\n' 'name: bare' 'management: none' 'nodes: {a: host, b: host, c: host}' 'networks: {lan: {members: [a, b, c]}}' \
	'links: [{between: [a, b]}]' >"$tmp/bare.yaml"
ok 'up' baton up "$tmp/bare.yaml"
is 'nothing is shaped' "$(baton link --json | jq -c .links)" '[]'
like 'a rate is the kernel'"'"'s' "$(baton link set a b rate=10Mbit)" $'a to-b: shaped by tbf\nb to-a: shaped by tbf'
ok 'a queue besides, one way' baton link set a b queue=50 --forward
ok 'at the bridge' baton link set b lan rate=3Mbit --backward
is 'each is as it was set' "$(baton link --json | jq -c '[.links[] | [.link, .forward.rate_bps, .forward.queue, .backward.rate_bps]]')" \
	'[[["b","lan"],null,null,3000000],[["a","b"],10000000,50,10000000]]'
ok 'and measured' check_links a:b
status 'the checks are the same' 2 baton link set a b rate=none --forward
like 'as anywhere' "$_output" 'a to-b: queue: expected a rate or a delay'
if [ $beyond = netem ]; then
	like 'a delay is netem'"'"'s' "$(baton link set a b delay=5ms)" 'a to-b: shaped by netem'
	is 'with what was there before' "$(baton link --json | jq -c '.links[1].forward | [.shaped_by, .rate_bps, .delay_us, .queue]')" \
		'["netem",10000000,5000,50]'
else
	status 'a delay is not to be had' 7 baton link set a b delay=5ms
	like 'which is said, and what would help' "$_output" 'no link-shaper .*no netem.* a rate and a queue; for more give any link of the file a shape'
fi
ok 'all away' baton link set a b rate=none queue=none delay=none
is 'is away' "$(baton link --json | jq -c '[.links[].link]')" '[["b","lan"]]'
sed 's/between: \[a, b\]/between: [a, b], delay: 5ms/' "$tmp/bare.yaml" >"$tmp/shaped.yaml"
status 'a shape in the file comes too late' 3 baton up "$tmp/shaped.yaml"
like 'and that is said with its place' "$_output" 'shaped.yaml:5:27: .* it has no link-shaper; .baton down'
ok 'nothing was changed' baton up --dry-run "$tmp/bare.yaml"
ok 'down' baton down
ok 'up with it' baton up "$tmp/shaped.yaml"
is 'it is shaped' "$(by a to-b forward)" $beyond
ok 'up without' baton up "$tmp/bare.yaml"
is 'it is no more' "$(by a to-b forward)" none
ok 'and can be again' baton link set a b loss=1%
is 'by the same' "$(by a to-b forward)" $beyond
ok 'down again' baton down
done_testing
