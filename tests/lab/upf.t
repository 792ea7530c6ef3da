#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# N4 of a real upf under Debian's kernel: on its own gtp driver, and on ebpf as on this machine. One boot for both.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"

need_built "$build/integration/upf_gtp" "$build/integration/upf_n4" "$build/bin/upf"
in_lab

export BATON_UPF=$build/bin/upf
for program in upf_gtp upf_n4; do
	ok "$program" "$build/integration/$program"
	note "$(grep -c '^ok' <<<"$_output") checks"
done
done_testing
