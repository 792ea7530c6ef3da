#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# Every packet case of packet_cases.h through the ebpf back end of this machine's kernel, octet by octet.
# tests/lab/dataplane.t does the same under Debian's kernel, for the gtp back end as well.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
need_root

cases=$build/integration/dataplane_cases
need_built "$cases"
become "$cases" ebpf
