#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# tests/integration/dataplane.t once more, by programs with the address and undefined behaviour sanitizers.
# What was freed would be kept for so long that it looks like a leak.
export ASAN_OPTIONS=${ASAN_OPTIONS:+$ASAN_OPTIONS:}quarantine_size_mb=1
cd "$(dirname "$0")/../.." && BATON_BUILD=$PWD/build/san exec tests/integration/dataplane.t
