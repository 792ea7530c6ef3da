#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# What the lab's tests mean by "no table is left": nf-tables.pl sees tables of nf_tables, and of ip_tables where that program is there;
# those of its own namespace, as they come and go.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
need_root
need_command unshare perl ip

tables=$root/tests/integration/nf-tables.pl
space=nf-tables-test
ip netns add $space
undo ip netns delete $space
ns() { ip netns exec $space "$@"; }

is 'an empty namespace has none' "$(ns perl "$tables" && echo end)" end
nok 'called wrongly' perl "$tables" none
if ! ns perl "$tables" add CRIU-20100 2>"$tmp/err"; then
	skip 'tables of nf_tables' "this kernel has none: $(cat "$tmp/err")"
	done_testing
	exit
fi
is 'one that was made is seen' "$(ns perl "$tables")" CRIU-20100
is 'in its namespace alone' "$(unshare --net perl "$tables" && echo end)" end
ok 'another' ns perl "$tables" add lock
is 'two are' "$(ns perl "$tables" | sort | tr '\n' ' ')" 'CRIU-20100 lock '
nok 'a name that is too long is an error' ns perl "$tables" add "$(printf 'x%.0s' {1..300})"
ok 'the control' unshare --net perl "$tables" control
if command -v iptables-legacy >/dev/null; then
	ok 'a rule of ip_tables' ns iptables-legacy -A OUTPUT -j DROP
	is 'is seen by its table' "$(ns perl "$tables" | grep ' ')" 'ip filter'
else
	skip 'a rule of ip_tables' 'iptables-legacy is not installed'
fi
done_testing
