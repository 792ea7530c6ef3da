#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# N4 of a real upf on the ebpf data plane of this machine's kernel: see upf_n4.c.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
need_root
need_command tc

need_built "$build/integration/upf_n4" "$build/bin/upf"
BATON_UPF=$build/bin/upf exec "$build/integration/upf_n4"
