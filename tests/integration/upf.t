#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# N4 of a real upf on the ebpf data plane of this machine's kernel: see upf_n4.c.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
need_root
need_command tc

program=$build/integration/upf_n4
make -s -C "$root" "${program#"$root"/}" build/bin/upf || skip_all 'upf_n4 cannot be built'
BATON_UPF=$build/bin/upf exec "$program"
