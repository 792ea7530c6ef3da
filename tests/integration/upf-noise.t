#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# Noise at GTP-U and PFCP of a real upf: each datagram is counted once, nothing grows, the session is served (upf_noise.c).
#
#   upf-noise.t                200,000 datagrams at each
#   BATON_FULL=1 upf-noise.t   ten million at each: six minutes
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
need_root
need_built "$build/integration/upf_noise" "$build/bin/upf"

count=200000
[ -z "${BATON_FULL:-}" ] || count=10000000
export BATON_UPF=$build/bin/upf
ok "upf_noise $count" bash -c '"$1" "$2" 2>"$3"' - "$build/integration/upf_noise" "$count" "$tmp/log"
note "$_output"
done_testing
