#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# tests/integration/upf-noise.t once more, by programs with the address and undefined behaviour sanitizers.
# What was freed would be kept for so long that it looks like growth.
export ASAN_OPTIONS=${ASAN_OPTIONS:+$ASAN_OPTIONS:}quarantine_size_mb=1
cd "$(dirname "$0")/../.." && BATON_BUILD=$PWD/build/san exec tests/integration/upf-noise.t
