#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# A real upf that is given another configuration while packets pass and wait (upf_reload.c).
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
need_root
need_built "$build/integration/upf_reload" "$build/bin/upf"

export BATON_UPF=$build/bin/upf
ok 'upf_reload' "$build/integration/upf_reload"
note "$_output"
done_testing
