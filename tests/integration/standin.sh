# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
#
# A topology with stand-in daemons (standin.pl) for tests of inits and of what they leave: a core with two daemons and
# two gNBs with one each.
#   topology=NAME        said before
#   behave NAME WORDS    what a stand-in does from its next start on
#   up ARG...            brings the topology up; $topology_file is its file
#   daemon NODE DAEMON FILTER      of status --json
#   ask NODE LINE        a line to the node's init, prints the answer
# shellcheck source=tests/integration/e2e.sh
. "$(dirname "${BASH_SOURCE[0]}")/e2e.sh"
need_root
need_command ip jq perl
need_built "$build/bin/baton"
# shellcheck disable=SC2034 # for the tests
topology_file=$tmp/$topology.yaml
echo "{name: $topology, nodes: {core: core, gnb1: gnb, gnb2: gnb}}" >"$topology_file"

export BATON_LIBEXEC=$tmp/libexec
mkdir -p "$BATON_LIBEXEC/behaviour"
for name in smf-lite migration-manager gnb link-shaper; do
	cp "$root/tests/integration/standin.pl" "$BATON_LIBEXEC/$name"
	echo ready >"$BATON_LIBEXEC/behaviour/$name"
done
[ ! -e "/run/baton/$topology" ] || baton down --force >&2
undo eval "[ ! -e /run/baton/$topology ] || baton down --force"

behave() {
	echo "${*:2}" >"$BATON_LIBEXEC/behaviour/$1"
}

up() {
	baton up "$topology_file" "$@"
}

daemon() {
	baton status --json | jq -r --arg node "$1" --arg daemon "$2" \
		".nodes[] | select(.name == \$node) | .daemons[] | select(.name == \$daemon) | $3"
}

ask() {
	perl -MSocket -e '
		socket(S, AF_UNIX, SOCK_STREAM, 0) and connect(S, sockaddr_un($ARGV[0])) or die "$!\n";
		syswrite(S, "$ARGV[1]\n");
		$_ = <S>;
		print defined ? $_ : "closed\n"' "/run/baton/$topology/nodes/$1/init.sock" "$2"
}
