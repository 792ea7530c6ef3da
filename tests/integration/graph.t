#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# baton graph of files: every node, link, address, shape and session is in the picture, nothing lies on top of another, and what
# is written can be read as SVG, dot and Mermaid.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
need_command xmllint perl
need_built "$build/bin/baton"
baton() { "$build/bin/baton" "$@"; }

mesh() { # NODES: each with each
	local i j
	printf 'name: mesh\nnodes:\n'
	for ((i = 1; i <= $1; i++)); do echo "  r$i: router"; done
	echo 'links:'
	for ((i = 1; i <= $1; i++)); do for ((j = i + 1; j <= $1; j++)); do echo "  - {between: [r$i, r$j]}"; done; done
}
grid() { # SIDE
	local i j
	printf 'name: grid\nnodes:\n'
	for ((i = 0; i < $1; i++)); do for ((j = 0; j < $1; j++)); do echo "  r$i-$j: router"; done; done
	echo 'links:'
	for ((i = 0; i < $1; i++)); do
		for ((j = 0; j < $1; j++)); do
			((j + 1 == $1)) || echo "  - {between: [r$i-$j, r$i-$((j + 1))]}"
			((i + 1 == $1)) || echo "  - {between: [r$i-$j, r$((i + 1))-$j]}"
		done
	done
}
chain() { # NODES
	local i
	printf 'name: chain\nnodes:\n'
	for ((i = 1; i <= $1; i++)); do echo "  h$i: router"; done
	echo 'links:'
	for ((i = 1; i < $1; i++)); do echo "  - {between: [h$i, h$((i + 1))]}"; done
}
mesh 30 >"$tmp/mesh.yaml"
grid 6 >"$tmp/grid.yaml"
chain 100 >"$tmp/chain.yaml"
cp "$root"/topologies/{one-edge,two-edges}.yaml "$tmp"
cat >"$tmp/shaped.yaml" <<END
name: shaped
nodes: {core: core, gnb1: gnb, gnb2: gnb, upf-a: {kind: upf, edge: edge-a}, upf-b: {kind: upf, edge: edge-b},
  edge-a: edge, edge-b: edge, ue: {kind: ue, sessions: [{dnn: internet, anchor: edge-a}, {dnn: internet, anchor: edge-b}]}}
links:
  - {between: [upf-b, n3], delay: 5ms, jitter: 1ms, loss: 0.1%}
  - {between: [ue, gnb1], rate: 200Mbit}
END

# Boxes of nodes and networks are apart; labels of links, as wide as their letters, don't lie on them or each other.
apart() { # SVG
	perl -ne '
		if (/<rect x="([\d.]+)" y="([\d.]+)" width="([\d.]+)" height="([\d.]+)"/ && !/fff8db/) { push @box, [$1, $2, $1 + $3, $2 + $4, "box"] }
		if (/<text x="([\d.]+)" y="([\d.]+)" text-anchor="(start|end)".*>([^<]*)</) {
			my $w = 6 * length $4; my $x = $3 eq "end" ? $1 - $w : $1; push @box, [$x, $2 - 7, $x + $w, $2, $4] }
		END { for my $i (0 .. $#box) { for my $j ($i + 1 .. $#box) { my ($a, $b) = @box[$i, $j];
			if ($a->[0] < $b->[2] && $b->[0] < $a->[2] && $a->[1] < $b->[3] && $b->[1] < $a->[3]) { print "$a->[4] on $b->[4]\n"; $bad = 1 } } }
			exit($bad || !@box) }' "$1"
}
# Everything lies within the page.
inside() { # SVG
	perl -ne '/viewBox="0 0 (\d+) (\d+)"/ and ($w, $h) = ($1, $2);
		while (/ x="(-?[\d.]+)" y="(-?[\d.]+)"/g) { $bad = 1 if $1 < 0 || $2 < 0 || $1 > $w || $2 > $h } END { exit($bad || !$w) }' "$1"
}

for name in one-edge two-edges shaped chain grid mesh; do
	ok "$name is drawn" baton graph "$tmp/$name.yaml" --out "$tmp/$name.svg"
	ok "$name: well formed" xmllint --noout "$tmp/$name.svg"
	ok "$name: nothing lies on anything" apart "$tmp/$name.svg"
	ok "$name: within the page" inside "$tmp/$name.svg"
	is "$name: every node once" "$(grep -c 'font-size="14"' "$tmp/$name.svg")" "$(baton graph "$tmp/$name.yaml" --format dot | grep -c 'shape=box')"
	nok "$name: no outside address, no script" grep -E '<script|href|url\(|@import' "$tmp/$name.svg"
done
is 'the mesh has all its links' "$(grep -c '<title>.*to-r' "$tmp/mesh.svg")" 435
is 'a chain of 100 is folded to a page' "$(sed -n 's/.*viewBox="0 0 \([0-9]*\) .*/\1/p' "$tmp/chain.svg" | awk '{print $1 < 3000}')" 1

svg=$(<"$tmp/shaped.svg")
for text in '>delay 5ms jitter 1ms loss 0.1%<' '>rate 200Mbit<' '>10.101.2.2<' '>n3<' '>radio-gnb1<' '>10.110.1.1/24<' '>10.100.0.0/17<' '>PDU session 2<'; do
	like "has $text" "$svg" "$(sed 's/[.]/[.]/g' <<<"$text")"
done
is 'sessions are dashed, each from the UE to its UPF' "$(grep -c 'stroke-dasharray="7 4" d=.*anchored at upf-' <<<"$svg")" 2

dot=$(baton graph "$tmp/shaped.yaml" --format dot)
like 'dot: a shaped link' "$dot" '"upf-b" -- "n3" \[taillabel="n3 10.101.2.2", label="delay 5ms jitter 1ms loss 0.1%"\];'
like 'dot: a session' "$dot" '"ue" -- "upf-a" \[style=dashed'
is 'dot: braces match' "$(tr -cd '{}' <<<"$dot")" '{}'
mermaid=$(baton graph "$tmp/shaped.yaml" --format mermaid)
like 'mermaid: a flowchart' "$mermaid" 'flowchart LR'
like 'mermaid: a session' "$mermaid" 'v[0-9]+ -\.-\|"PDU session 1 internet"\| v[0-9]+'
ok 'the format follows from the name' baton graph "$tmp/shaped.yaml" --out "$tmp/shaped.mmd"
is 'which is Mermaid' "$(<"$tmp/shaped.mmd")" "$mermaid"

status 'an unknown format' 2 baton graph "$tmp/shaped.yaml" --format png
like 'with those there are' "$_output" "expected svg, dot or mermaid, found 'png'"
status 'no file' 2 baton graph
status 'a mistake in the file' 3 baton graph <(printf 'name: x\nnodes: {a: hoost}\n')
like 'with its place' "$_output" ':2:'
status 'a file that is not there' 1 baton graph "$tmp/none.yaml"
status 'a place that can not be written' 1 baton graph "$tmp/shaped.yaml" --out "$tmp/none/x.svg"
like 'is named' "$_output" 'none/x.svg: No such file'
done_testing
