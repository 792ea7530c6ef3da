#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# The data plane under Debian's kernel: the ebpf back end on an older kernel than this machine's, also by XDP, and the
# gtp back end on the kernel's own gtp driver. One boot for all.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"

programs=(dataplane_cases dataplane_rules dataplane_life dataplane_hold dataplane_networks dataplane_traffic)
need_built "${programs[@]/#/$build/integration/}"
in_lab

for backend in ebpf gtp; do
	for program in dataplane_cases dataplane_life dataplane_hold; do
		ok "$backend: $program" "$build/integration/$program" "$backend"
		note "$(grep -c '^ok' <<<"$_output") checks"
	done
	# what the gtp driver refuses
	[ "$backend" = gtp ] || ok "$backend: dataplane_networks" "$build/integration/dataplane_networks" "$backend"
	ok "$backend: dataplane_traffic" "$build/integration/dataplane_traffic" "$backend" 32
	note "$_output"
done
ok "ebpf: dataplane_rules" "$build/integration/dataplane_rules" ebpf
for program in dataplane_cases dataplane_rules; do
	ok "ebpf by XDP: $program" "$build/integration/$program" xdp
	note "$(grep -c '^ok' <<<"$_output") checks"
done
done_testing
