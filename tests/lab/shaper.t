#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# link-shaper under Debian's kernel: packets, and the links of a user plane on ebpf. One boot for both.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"

need_built "$build/integration/shaper_cases" "$build/integration/shaper_gtp" "$build/bin/link-shaper"
in_lab

export BATON_SHAPER=$build/bin/link-shaper
for program in shaper_cases 'shaper_gtp ebpf'; do
	# shellcheck disable=SC2086 # a program and its argument
	ok "$program" "$build/integration/"$program
	note "$(grep -c '^ok' <<<"$_output") checks"
done
done_testing
