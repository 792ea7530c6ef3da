#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# Each fuzz target gets its seeds once, under ASan and UBSan, without mutation. A seed that was once a
# crash stays a test. Fails when a target has no seeds, or seeds have no target.
. "$(dirname "$0")/../lib.sh"
seeds=$root/tests/fuzz/seeds
shopt -s nullglob dotglob

replay() { # TARGET
	# -runs=0: only what is in the directory
	"$build/fuzz/$1" -runs=0 -timeout=20 -rss_limit_mb=2048 -artifact_prefix="$tmp/" "$seeds/$1"
}

targets=("$build"/fuzz/*)
[ ${#targets[@]} -gt 0 ] || fail "there are fuzz targets in build/fuzz" "make fuzz builds them"
for target in "${targets[@]##*/}"; do
	files=("$seeds/$target"/*)
	if [ ${#files[@]} -eq 0 ]; then
		fail "$target: has seeds" "none in tests/fuzz/seeds/$target"
	else
		ok "$target: ${#files[@]} seeds" replay "$target"
	fi
done

for dir in "$seeds"/*/; do
	dir=$(basename "$dir")
	[ -x "$build/fuzz/$dir" ] || fail "$dir: has a target" "seeds, but no build/fuzz/$dir"
done
done_testing
