#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# Links under Debian's kernel, where netem does what is link-shaper's own elsewhere.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
need_built "$build/bin/baton"
in_lab
become "$root/tests/integration/links.t"
