#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# gtp5g, gtp5g-link and gtp5g-tunnel where no driver is needed: help, mistakes and their exit status, files and where they are wrong,
# manual pages that know every option, completion; and that without a driver it is said and nothing is left. With drivers: lab/gtp5g-tools.t.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
need_command jq
programs=(gtp5g gtp5g-link gtp5g-tunnel)
need_built "${programs[@]/#/$build/bin/}"
gtp5g() { "$build/bin/gtp5g" "$@"; }

nouns='pdr far qer urr bar tunnel'

# ---- help and manual pages ----

status 'no words: usage' 2 gtp5g
like 'which commands there are' "$_output" '^usage: gtp5g \[--json\].*  pdr add\|mod\|del\|get\|list \.\.\. .*exit status: 0 done'
for program in "${programs[@]}"; do
	status "$program help" 0 "$build/bin/$program" help
	status "$program --help" 0 "$build/bin/$program" --help
	status "$program --version" 0 "$build/bin/$program" --version
	like "$program: its version and the module's" "$_output" "^$program [0-9.]+ \([0-9a-z]+\)"$'\n''module gtp5g: '
	ok "$program(1) is there" test -s "$root/docs/man/$program.1"
	is "$program(1) is sound" "$(groff -man -ww -Tutf8 -z "$root/docs/man/$program.1" 2>&1)" ''
done
ok 'version in JSON' jq -e '.version and has("gtp5g")' < <(gtp5g --json version)

page=$(sed 's/\\-/-/g; s/\\f[BRI]//g' "$root/docs/man/gtp5g.1" "$root/docs/man/gtp5g-link.1")
for command in $nouns link; do
	status "$command --help" 0 gtp5g "$command" --help
	like "$command: its usage" "$_output" "^usage: gtp5g $command add"
	while read -r option; do
		ok "$command $option is in a manual page" grep -q -- "$option\b" <<<"$page"
	done < <(grep -oE '^  --[a-z-]+' <<<"$_output")
done
while read -r command; do
	status "$command --help" 0 gtp5g "$command" --help
	like "$command: its usage" "$_output" "^usage: gtp5g $command"
	ok "$command is in the manual page" grep -qE "^\.B (gtp5g )?$command\b" "$root/docs/man/gtp5g.1"
done < <(gtp5g help | sed -n 's/^  \(report\|load\|dump\) .*/\1/p')

# ---- mistakes: status | arguments | what is said ----

cat >"$tmp/wrong" <<'END'
# a comment
far add nowhere0 1 --action forw

far add nowhere0 2 --acton forw
pdr add nowhere0 1 --precedence 1 --teid 0x1ffffffff
END
cat >"$tmp/wrong.json" <<'END'
[
  {"rule": "far", "device": "nowhere0", "id": 1, "action": ["forw"]},
  {"rule": "far", "device": "nowhere0", "id": 2, "action": ["forward"]}
]
END
echo 'far add nowhere0 1 --action forw' >"$tmp/nowhere"
echo 'pdr add lo 1 --precedence 1 --source core --ue-address 10.0.0.1 --far 1' >"$tmp/lo"
head -c 17000000 /dev/zero >"$tmp/huge"
while IFS='|' read -r wanted arguments said; do
	[ -n "$wanted" ] || continue
	# shellcheck disable=SC2086 # words on purpose
	status "$arguments" "$wanted" gtp5g ${arguments//TMP/$tmp}
	like "$arguments: what is said" "$_output" "^gtp5g: $said"
done <<'END'
2|prd list|unknown command 'prd', did you mean 'pdr'\?; see `gtp5g help`
2|pdr|pdr: expected add, mod, del, get or list behind it
2|pdr ad upf0 1|unknown verb 'ad', did you mean 'add'\?
2|pdr add upf0 1 --teid -1|--teid: expected a number from 0 to 4294967295, decimal or 0x hexadecimal, found '-1'
2|pdr add upf0 1 --precedence 1 --source core --ue-address 10.0.0.1|pdr add: --far is missing: without one the kernel module dereferences NULL
2|pdr add upf0 1 --ue-adress 10.0.0.1|pdr has no --ue-adress, did you mean --ue-address\?
2|far mod upf0 1|usage: far mod DEVICE \[SEID:\]ID --FIELD VALUE
2|tunnel mod gtp0 10.60.0.2 --teid 1|tunnel mod: the driver takes a change of the TEID
2|tunnel add gtp0 10.60.0.2 --teid 1|--peer-teid is missing
2|link|usage: link add\|del\|show\|stats
2|link add|usage: link add NAME
2|link add upf0 --role gnb|--role: expected one of upf, ran, found 'gnb'
2|link add upf0 --hash-size 0|--hash-size: expected a number from 1 to
2|link add sixteen-letters0|usage: link add NAME: a name of up to 15 letters
2|link add gtp%d --driver gtp|usage: link add NAME: a name of up to 15 letters, digits
2|link add gtp%d|usage: link add NAME: a name of up to 15 letters, digits
2|link add a/b --driver gtp|usage: link add NAME: a name of
2|link add .. --driver gtp|usage: link add NAME: a name of
2|link del|usage: link del NAME
2|report|usage: report get DEVICE
2|report get upf0|usage: report get DEVICE
2|report get upf0 1:x|id: expected a number
2|report watch --count 0|--count: expected a number from 1
2|load|usage: load FILE
2|load a b|usage: load FILE
2|load TMP/x --atomc|usage: load FILE
1|load TMP/none|.*/none: No such file or directory
1|load TMP/huge|.*/huge: File too large
2|load TMP/wrong|.*/wrong:4:20: far has no --acton, did you mean --action\?
2|load TMP/wrong.json|.*/wrong.json:3:3: /action: expected some of, with commas, drop, forw, buff, nocp, dupl, found 'forward'
1|load TMP/nowhere|.*/nowhere:1:1: there is no link nowhere0
1|load TMP/lo --dry-run|.*/lo:1:1: lo is a link, but neither of gtp5g nor of gtp
1|pdr list nowhere0|there is no link nowhere0
1|dump lo|lo is a link, but neither of gtp5g nor of gtp
1|link del lo|lo is a link, but neither
1|link show nowhere0|there is no link nowhere0
1|link stats nowhere0|there is no link nowhere0
1|far add nowhere0 1 --action drop|there is no link nowhere0
END
status 'every mistake of a file is told' 2 gtp5g load "$tmp/wrong"
like 'the second, too' "$_output" "wrong:5:42: --teid: expected a number"
like 'and that nothing was sent' "$_output" 'wrong: nothing was sent'
loaded() { gtp5g load - <<<"$1"; }
status 'standard input' 2 loaded 'far list upf0'
like 'has a place, too' "$_output" '^gtp5g: -:1:1: far list: a file holds add, mod and del alone'
status 'of nothing' 0 loaded '# nothing'
status 'of an empty list' 0 loaded '[]'
for words in dump 'link show' 'link del' 'link stats'; do
	# shellcheck disable=SC2086 # words
	status "$words of no name" 1 gtp5g $words ''
	is 'is told' "$_output" "gtp5g: there is no link ''"
done
few() { (ulimit -n "$1" && gtp5g link add gtp0 --driver gtp); }
for files in 4 5; do
	status "a link that can't be held, with room for $files open files" 1 few $files
	like 'is not made without a word' "$_output" '^gtp5g: gtp0: (signalfd|netlink): Too many open files'
done
full() { gtp5g help >/dev/full; }
status 'what can not be written was not said' 1 full

# ---- the other names ----

for words in 'add pdr upf0 1 --x' 'pdr add upf0 1 --x'; do
	# shellcheck disable=SC2086 # words
	status "gtp5g-tunnel $words" 2 "$build/bin/gtp5g-tunnel" $words
	like 'is about a PDR' "$_output" '^gtp5g-tunnel: pdr has no --x'
done
status 'gtp5g-tunnel add gtp0' 2 "$build/bin/gtp5g-tunnel" add gtp0 10.60.0.2 --x
like 'is about a tunnel' "$_output" '^gtp5g-tunnel: tunnel has no --x'
status 'gtp5g-link pdr' 2 "$build/bin/gtp5g-link" pdr list
like 'is none of its commands' "$_output" "^gtp5g-link: unknown command 'pdr'"
status 'gtp5g-link add --help' 0 "$build/bin/gtp5g-link" add --help
like 'is its usage' "$_output" '^usage: gtp5g-link add NAME'

# ---- without drivers, in a namespace of its own ----

if [ "$(id -u)" -eq 0 ]; then
	alone() { unshare --net "$@"; }
	is 'no links' "$(alone "$build/bin/gtp5g" link show)" ''
	is 'no links in JSON' "$(alone "$build/bin/gtp5g" --json link show)" '[]'
	for noun in $nouns; do
		is "$noun list: nothing" "$(alone "$build/bin/gtp5g" "$noun" list)" ''
	done
	is 'dump in JSON: nothing' "$(alone "$build/bin/gtp5g" dump --json)" '[]'
	nothing() {
		# shellcheck disable=SC2016 # the inner shell's
		unshare --net bash -c 'ip link set lo up; "$0" "$@"; status=$?; ip -o link show | grep -v "lo:"; ss -Hlun; exit $status' \
			"$build/bin/gtp5g" link add none0 "$@"
	}
	if [ ! -d /sys/module/gtp5g ]; then
		for how in '' --detach; do
			# shellcheck disable=SC2086 # a word or none
			status "link add $how without the module" 1 nothing $how
			is 'says so, and leaves nothing' "$_output" "gtp5g: the module gtp5g isn't loaded"
		done
		status 'report watch without the module' 1 gtp5g report watch
		like 'says so' "$_output" "the module gtp5g isn't loaded"
	else
		skip 'link add without the module' 'gtp5g is loaded here'
	fi
	status 'an address that is not ours' 1 nothing --driver gtp --local 192.0.2.1
	like 'is told' "$_output" 'UDP 192.0.2.1:2152: Cannot assign requested address'
else
	skip 'in a namespace of its own' 'needs root'
fi

# ---- completion ----

# shellcheck source=gtp5g-tools/completion.bash
. "$root/gtp5g-tools/completion.bash"
offered() { # WORD...: the last is the one that is being written
	COMP_WORDS=("$build/bin/$1" "${@:2}") COMP_CWORD=$(($# - 1))
	_gtp5g
	echo "${COMPREPLY[*]}"
}
is 'every command of the help' "$(offered gtp5g '' | wc -w)" "$(gtp5g help | grep -c '^  [a-z]')"
is 'of gtp5g-link' "$(offered gtp5g-link '')" 'add del show stats version help'
is 'verbs' "$(offered gtp5g pdr '')" 'add mod del get list'
is 'a tunnel has no mod' "$(offered gtp5g tunnel '')" 'add del get list'
is 'of a report' "$(offered gtp5g report w)" watch
is 'options of a noun' "$(offered gtp5g far add upf0 1 --p)" '--peer-address --peer-port'
is 'words of an option' "$(offered gtp5g pdr add upf0 1 --source '')" 'access core'
is 'verb first' "$(offered gtp5g-tunnel add pdr upf0 1 --te)" --teid
is 'a noun or a link behind a verb' "$(offered gtp5g-tunnel add q)" qer
is 'options of a link' "$(offered gtp5g-link add x --d)" '--detach --driver'
is 'files' "$(offered gtp5g load "$tmp/nowh")" "$tmp/nowhere"
done_testing
