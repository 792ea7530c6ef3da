#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# What a user may write, and what is answered to what is wrong: the JSON Schema has the reader's keys, no more and no fewer; every command has
# --help from its one table; a table of mistakes, each with its status and what would be right.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
need_command jq
need_built "$build/bin/baton"
baton() { "$build/bin/baton" "$@"; }

schema=$(baton schema)
is 'baton schema prints the published one' "$schema" "$(<"$root/docs/topology.schema.json")"
is 'of the 2020-12 draft' "$(jq -r '."$schema"' <<<"$schema")" https://json-schema.org/draft/2020-12/schema

known() { # YAML: the keys that the reader names when it finds another
	printf '%b' "$1" >"$tmp/keys.yaml"
	baton graph "$tmp/keys.yaml" 2>&1 >/dev/null | sed -n "s/.*unknown key 'zzzzzz', expected one of: \([^;]*\).*/\1/p" | tr -d ' ' | tr , '\n' | sort | xargs
}
same_keys() { # NAME JQ YAML
	local wanted
	wanted=$(known "$3")
	is "$1: the schema has the reader's keys" "$(jq -r "$2 | keys[]" <<<"$schema" | sort | xargs)" "${wanted:-none were named}"
}
ab='nodes: {a: host, b: host, e: edge, c: core, u: upf}'
same_keys 'top' .properties 'name: x\nzzzzzz: 1\n'
same_keys 'networks' '."$defs".network.properties' "name: x\n$ab\nnetworks: {n: {zzzzzz: 1}}\n"
same_keys 'members' '."$defs".member.anyOf[1].properties' "name: x\n$ab\nnetworks: {n: {members: [{zzzzzz: 1}]}}\n"
same_keys 'links' '."$defs".link.properties' "name: x\n$ab\nlinks: [{zzzzzz: 1}]\n"
same_keys 'one direction' '."$defs".shape.properties' "name: x\n$ab\nlinks: [{between: [a, b], forward: {zzzzzz: 1}}]\n"
same_keys 'changes' '."$defs".change.properties' "name: x\n$ab\nchanges: [{zzzzzz: 1}]\n"
same_keys 'services' '."$defs".service.anyOf[1].properties' "name: x\n$ab\nservices: {s: {zzzzzz: 1}}\n"
same_keys 'dnns' '."$defs".dnn.properties' "name: x\n$ab\ndnns: {internet: {zzzzzz: 1}}\n"
for kind in core ue gnb upf edge cloud host router; do
	same_keys "$kind" "\"\$defs\" as \$d | .[\$d].node_$kind.properties" "name: x\nnodes: {a: {kind: $kind, zzzzzz: 1}}\n"
done
game='nodes: {core: core, g: gnb, upf: upf, e: edge, c: cloud, u: ue}'
same_keys 'apps' '."$defs".app.properties' "name: x\n$game\napps: {snake: {zzzzzz: 1}}\n"
same_keys 'workloads' '."$defs".process.properties' "name: x\n$game\napps: {l: {workload: ledger, zzzzzz: 1}}\n"
same_keys 'layers' '."$defs".layers.properties' "name: x\n$game\napps: {l: {workload: ledger, layers: {zzzzzz: 1}}}\n"
same_keys 'players' '."$defs".player.properties' "name: x\n$game\napps: {snake: {players: [{zzzzzz: 1}]}}\n"
same_keys 'triggers' '."$defs".trigger.properties' "name: x\n$game\napps: {snake: {players: [{ue: u, trigger: {zzzzzz: 1}}]}}\n"
same_keys 'sessions' '."$defs".node_ue.properties.sessions.items.properties' 'name: x\nnodes: {a: {kind: ue, sessions: [{zzzzzz: 1}]}}\n'
same_keys 'routes' '."$defs".node_host.properties.routes.items.properties' 'name: x\nnodes: {a: {kind: host, routes: [{zzzzzz: 1}]}}\n'
is 'every property says what it is' "$(jq '[.. | objects | .properties? // empty | objects | .[] | objects
	| select((has("description") or has("$ref") or keys == ["const"]) | not)] | length' <<<"$schema")" 0
is 'every reference is there' "$(jq -r '[.. | objects | ."$ref"? // empty | ltrimstr("#/$defs/")] - (."$defs" | keys) | length' <<<"$schema")" 0
for file in "$root"/topologies/*.yaml; do
	like "${file##*/} names it" "$(<"$file")" 'yaml-language-server: \$schema='
done

note 'every command has help'
for command in $(baton help | sed -n 's/^  \([a-z]*\)\( .*\)\?$/\1/p'); do
	status "$command --help" 0 baton "$command" --help
	like "$command: its usage" "$_output" "usage: baton $command"
done

note 'a table of mistakes: status | arguments | what is said'
printf 'name: x\nnodes:\n  a: {kind: host, adresses: {}}\n' >"$tmp/key.yaml"
printf 'name: x\nnodes: {a: host, b: host}\nlinks: [{between: [a, b], dleay: 5ms}]\n' >"$tmp/delay.yaml"
while IFS='|' read -r wanted arguments said; do
	[ -n "$wanted" ] || continue
	# shellcheck disable=SC2086 # words on purpose
	status "$arguments" "$wanted" baton --name view-none ${arguments//TMP/$tmp}
	like "$arguments: what would be right" "$_output" "$said"
done <<'END'
2|stauts|unknown command 'stauts', did you mean 'status'
2|captur|did you mean 'capture'
2|xyzzy|unknown command 'xyzzy'; see `baton help`
3|graph TMP/key.yaml|key.yaml:3:19: unknown key 'adresses', expected one of: .*did you mean 'addresses'
3|graph TMP/delay.yaml|delay.yaml:3:27: unknown key 'dleay'.*did you mean 'delay'
2|graph|usage: baton graph FILE\|running
2|graph TMP/key.yaml --format gif|expected svg, dot or mermaid
2|capture|usage: baton capture NODE
2|capture a --count 0|--count: expected a number above 0
2|capture a --duration x|--duration: expected a number above 0
2|events --since never|such as 30s, 5m or 2h
2|events more|usage: baton events
2|exec|usage: baton exec NODE
2|exec a --pdu 99 -- true|expected a PDU session id from 1 to 15
2|shell|usage: baton shell NODE
2|shell a b|usage: baton shell NODE
2|wait --timeout x|usage: baton wait
2|wait --session ue2=active|--session: expected UE:ID=STATE, such as ue:2=active
2|wait --daemon upf-a:upf=reday|expected one of the states starting, ready, waiting, stopped, found 'reday'
2|wait --migration m1|--migration: expected ID=STATE, such as m1=completed
2|schema now|usage: baton schema
2|measure migrate|expected 'switch', 'storm', 'bytes', 'play', 'clips' or 'migration', found migrate
2|measure migration|expected --strategy NAME, such as stop-and-copy
2|measure migration --strategy simple|expected one of stop-and-copy, iterative, live-process, post-copy, layered, cooperative, replay, found 'simple'
2|list all|usage: baton list
2|status a b|usage: baton status
END
if [ "$(id -u)" -eq 0 ]; then
	for command in status env logs events 'shell a' 'capture a --out TMP' 'exec a -- true' wait 'graph running' down; do
		# shellcheck disable=SC2086 # words
		status "$command: of what is not up" 6 baton --name view-none ${command//TMP/$tmp/x}
	done
	status 'list' 0 baton list --json
	ok 'is JSON' jq -e 'type == "array"' <<<"$_output"
fi

# ---- docs/rows.md: what it names is there ----

while read -r name; do
	case $name in
	lab/*.t) file=tests/$name ;;
	*.t) file=tests/integration/$name ;;
	*.yaml) file=experiments/$name ;;
	*) file=tests/unit/$name.c ;;
	esac
	ok "docs/rows.md: $name" test -e "$root/$file"
done < <(grep -oE '`((lab/)?[a-z0-9-]+\.(t|yaml)|test_[a-z0-9_]+)`' "$root/docs/rows.md" | tr -d '`' | sort -u)
done_testing
