#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# A real upf that is killed at any moment of a burst of requests and of its own return: what it has answered is so afterwards (upf_kill.c).
#
#   upf-kill.t                12 s
#   BATON_FULL=1 upf-kill.t   ten minutes
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
need_root
need_built "$build/integration/upf_kill" "$build/bin/upf"

seconds=12
[ -z "${BATON_FULL-}" ] || seconds=600
export BATON_UPF=$build/bin/upf
ok "upf_kill $seconds" bash -c '"$1" "$2" 2>"$3"' - "$build/integration/upf_kill" "$seconds" "$tmp/log"
note "$_output"
done_testing
