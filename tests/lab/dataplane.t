#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# Every packet case of packet_cases.h under Debian's kernel: the ebpf back end on an older kernel than this
# machine's, and the gtp back end on the kernel's own gtp driver.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"

cases=$build/integration/dataplane_cases
need_built "$cases"

for backend in ebpf gtp; do
	ok "$backend: every packet case on Debian's kernel" "$root/scripts/lab" "$cases" "$backend"
	note "$backend: $(grep -c '^ok' <<<"$_output") cases"
done
done_testing
