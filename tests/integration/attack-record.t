#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# Names that are none, and topologies whose record was lost: `down` takes away what is theirs and nothing else.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
topology=attack-record
# shellcheck source=tests/integration/e2e.sh
. "$(dirname "$0")/e2e.sh"
e2e_begin

# In a /run/baton of its own: what goes wrong here would go wrong for everyone.
elsewhere() {
	# shellcheck disable=SC2016 # the inner shell's
	unshare -m --propagation private bash -c '
		mount -t tmpfs none /run/baton && mkdir /run/baton/other && touch /run/baton/other/state.json || exit 99
		"$@"; status=$?
		[ -e /run/baton/other/state.json ] || exit 98
		exit $status' elsewhere "$@"
}
mkdir -p /run/baton
for name in '' . .. ../x other/ 'o*' Other other- ; do
	status "down '$name' is of no topology" 6 elsewhere "$build/bin/baton" down -- "$name"
done
status 'nor is --name without a name' 2 elsewhere "$build/bin/baton" --name '' down

for what in damaged missing; do
	note "a record that is $what"
	ok 'up' baton up "$root/topologies/one-edge.yaml"
	remember
	case $what in
	damaged) echo '{' >"/run/baton/$topology/state.json" ;;
	missing) umount "/run/baton/$topology/bpf" && rm -r "/run/baton/$topology" ;;
	esac
	nok 'a second up is refused' baton up "$root/topologies/one-edge.yaml"
	ok 'and has touched nothing' ip netns exec "$topology.ue" true
	ok 'down' baton down
	is 'leaves nothing' "$(remnants)" ''
	status 'and then there is nothing' 6 baton down
done

note 'a namespace of that name without an init of ours'
ok 'is made by somebody' ip netns add "$topology.core"
undo ip netns delete "$topology.core"
status 'down knows of no topology' 6 baton down
ok 'and leaves it' ip netns exec "$topology.core" true
done_testing
