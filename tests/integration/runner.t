#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# The test tools themselves: that tests/lib.sh, tests/run-one and the line that counts call a failure a
# failure, whatever its kind.
. "$(dirname "$0")/../lib.sh"

script() { # NAME, the text on standard input
	{ echo '#!/bin/bash' && echo ". '$root/tests/lib.sh'" && cat; } >"$tmp/$1.t"
	chmod +x "$tmp/$1.t"
}
program() { # NAME, TAP of cmocka's kind and an exit on standard input
	{ echo '#!/bin/bash' && cat; } >"$tmp/$1"
	chmod +x "$tmp/$1"
}

script good <<'END'
undo bash -c "echo last >>'$OUT'"
ok a true
nok b false
status c 3 bash -c 'exit 3'
is d x x
like e abc '^a.c$'
skip f 'for a reason'
wait_for 5 test -d "$tmp" && pass g
undo bash -c "echo $tmp >'$OUT'; test -d $tmp"
done_testing
END
script bad <<'END'
ok a false
nok b true
status c 3 true
is d x y
like e abc '^b'
wait_for 0 false || fail f
done_testing
END
script dies <<'END'
pass a
exit 0
END
script undo <<'END'
undo false
pass a
done_testing
END
script skipped <<'END'
need_command no-such-command
END
program groups <<'END'
printf '1..2\nok 1 - a\nnot ok 2 # SKIP b\n1..1\nok 1 - c\n'
END
program crash <<'END'
printf '1..2\nok 1 - a\n'
echo 'what led to it' >&2
kill -SEGV $$
END
program hangs <<'END'
printf '1..1\nok 1 - a\n'
exec sleep 1000
END

export OUT=$tmp/undone
counted() { # FILE...
	BATON_TEST_TIMEOUT=${limit:-60} PERL5LIB=$root/tests/perl prove --formatter BatonSummary \
		--exec "$root/tests/run-one" "$@" >"$tmp/log" 2>&1
	echo "$? $(tail -n 1 "$tmp/log")"
}

is 'what holds' "$(counted "$tmp/good.t")" '0 6 passed, 0 failed, 1 skipped'
{ read -r dir && read -r last; } <"$OUT"
like 'undo ran, the latest first' "$dir $last" '^/.*/baton-test\.[^/]* last$'
nok 'its directory is gone' test -e "$dir"
is 'each kind of failure' "$(counted "$tmp/bad.t")" '1 0 passed, 6 failed, 0 skipped'
is 'a script that ends early' "$(counted "$tmp/dies.t")" '1 1 passed, 1 failed, 0 skipped'
is 'an undo that fails' "$(counted "$tmp/undo.t")" '1 1 passed, 1 failed, 0 skipped'
is 'a file that is skipped' "$(counted "$tmp/skipped.t")" '0 0 passed, 0 failed, 1 skipped'
is 'a program of two groups and a skip' "$(counted "$tmp/groups")" '0 2 passed, 0 failed, 1 skipped'
is 'a program that crashes' "$(counted "$tmp/crash")" '1 1 passed, 1 failed, 0 skipped'
like 'shows what it logged' "$(<"$tmp/log")" 'what led to it'
is 'a program that hangs' "$(limit=1 counted "$tmp/hangs")" '1 1 passed, 1 failed, 0 skipped'
is 'all of them' "$(limit=5 counted "$tmp"/*.t "$tmp"/{groups,crash,hangs})" '1 12 passed, 10 failed, 3 skipped'
done_testing
