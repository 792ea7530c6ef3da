#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# A real upf that is killed and comes back with its sessions while packets pass, or without them and says so (upf_restart.c).
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
need_root
need_built "$build/integration/upf_restart" "$build/bin/upf"

export BATON_UPF=$build/bin/upf
ok 'upf_restart' "$build/integration/upf_restart"
note "$_output"
done_testing
