#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# A real upf under Debian's kernel: N4 on its own gtp driver, and on ebpf as on this machine; killed, and back with its sessions, and given
# another configuration (BATON_FULL=1: two minutes, as each loads programs anew), while packets pass. One boot for all.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"

need_built "$build/integration/upf_gtp" "$build/integration/upf_n4" "$build/integration/upf_restart" "$build/integration/upf_reload" \
	"$build/bin/upf"
in_lab

export BATON_UPF=$build/bin/upf
programs=(upf_gtp upf_n4 upf_restart)
[ -z "${BATON_FULL:-}" ] || programs+=(upf_reload)
for program in "${programs[@]}"; do
	ok "$program" "$build/integration/$program"
	note "$(grep -c '^ok' <<<"$_output") checks"
done
done_testing
