#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# tests/integration/upf-kill.t once more, by programs with the address and undefined behaviour sanitizers.
cd "$(dirname "$0")/../.." && BATON_BUILD=$PWD/build/san exec tests/integration/upf-kill.t
