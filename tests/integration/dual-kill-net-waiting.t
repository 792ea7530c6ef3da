#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# Strategy dual: what carries it killed while the stream switch waits for its pair (dual-kill.sh says what must hold after it).
# Arguments are other victims: 'NODE PROGRAM'.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
topology=e2e-dk-nw
# shellcheck source=tests/integration/e2e.sh
. "$(dirname "$0")/e2e.sh"
# shellcheck source=tests/integration/game.sh
. "$(dirname "$0")/game.sh"
# shellcheck source=tests/integration/dual-kill.sh
. "$(dirname "$0")/dual-kill.sh"
game_begin

victims=('core smf-lite' 'serving gnb' 'idle gnb' 'source-upf upf' 'destination-upf upf'
	'ue ue')
[ $# -eq 0 ] || victims=("$@")
kill_run waiting "${victims[@]}"
