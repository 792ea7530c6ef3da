#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# Topologies of hosts and routers under Debian's kernel, whose netem delays and loses.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
need_built "$build/bin/baton"
in_lab
become "$root/tests/integration/topology.t"
