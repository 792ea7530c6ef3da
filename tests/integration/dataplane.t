#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# The data plane with the ebpf back end on this machine's kernel: every packet case of packet_cases.h octet by
# octet, every rule, and rules that change at random, by tc and by XDP, the life of sessions, and real traffic. tests/lab/dataplane.t does the same
# under Debian's kernel, for the gtp back end as well. Each program speaks TAP; its lines are shown as they are when one fails.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
need_root

programs=(dataplane_cases dataplane_rules dataplane_churn dataplane_networks dataplane_life dataplane_hold dataplane_traffic)
need_built "${programs[@]/#/$build/integration/}"

for program in "${programs[@]}"; do
	ok "ebpf: $program" "$build/integration/$program" ebpf
	note "$(grep -c '^ok' <<<"$_output") checks"
done
for program in dataplane_cases dataplane_rules dataplane_churn dataplane_networks; do
	ok "ebpf by XDP: $program" "$build/integration/$program" xdp
	note "$(grep -c '^ok' <<<"$_output") checks"
done
done_testing
