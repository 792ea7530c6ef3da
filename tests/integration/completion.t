#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# Completion for bash: what is offered after what, from the program's own help and from what is up.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
need_built "$build/bin/baton"
need_root
# shellcheck source=testbed/completion.bash
. "$root/testbed/completion.bash"

topology=completion-$$
tmp=$(mktemp -d /tmp/baton-test.XXXXXXXX)
finish() {
	"$build/bin/baton" --name "$topology" down >/dev/null 2>&1
	rm -rf "$tmp"
}
trap finish EXIT
cat >"$tmp/c.yaml" <<YAML
name: c
management: none
nodes: {left: host, right: host, leftmost: host}
links: [{between: [left, right]}]
YAML
ok 'up' "$build/bin/baton" --name "$topology" up "$tmp/c.yaml"

offered() { # WORD...: the last is the one that is being written
	COMP_WORDS=("$build/bin/baton" "$@") COMP_CWORD=$#
	_baton
	echo "${COMPREPLY[*]}"
}
is 'a command' "$(offered va)" validate
is 'several' "$(offered ca)" capture
like 'all' "$(offered '')" '^up validate down .* help$'
is 'every command of the help' "$(offered '' | wc -w)" "$("$build/bin/baton" help | grep -c '^  [a-z]')"
like 'its options' "$(offered up --)" '--dry-run .*--new'
is 'an option' "$(offered measure storm --ro)" --rounds
is 'a measurement' "$(offered measure s)" 'switch storm'
is 'another' "$(offered measure p)" play
is 'and clips' "$(offered measure cl)" clips
like 'with theirs' "$(offered measure clips --)" '--clips .*--variant'
like 'its own options' "$(offered measure play --)" '--app .*--seconds'
is 'nodes of a topology' "$(offered --name "$topology" exec '')" 'left right leftmost'
is 'those that begin so' "$(offered --name "$topology" logs left)" 'left leftmost'
is 'of a link' "$(offered --name "$topology" link set r)" right
like 'topologies' "$(offered --name '')" "$topology"
is 'the one' "$(offered down "$topology")" "$topology"
is 'files' "$(offered up "$tmp/c")" "$tmp/c.yaml"
is 'the command of exec is its own' "$(offered --name "$topology" exec left -- l)" ''
done_testing
