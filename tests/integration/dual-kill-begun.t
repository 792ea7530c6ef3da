#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# Strategy dual: what plays and what decides killed when a migration has just begun, and while sessions are set up (dual-kill.sh
# says what must hold after it). Arguments are other victims: 'STAGE NODE PROGRAM'.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
topology=e2e-dk-b
# shellcheck source=tests/integration/e2e.sh
. "$(dirname "$0")/e2e.sh"
# shellcheck source=tests/integration/game.sh
. "$(dirname "$0")/game.sh"
# shellcheck source=tests/integration/dual-kill.sh
. "$(dirname "$0")/dual-kill.sh"
game_begin

victims=()
for victim in 'core migration-manager' 'ue ue-agent' 'destination edge-agent' 'source snake-edge' 'cloud snake-cloud'; do
	victims+=("begun $victim" "setting-up $victim")
done
victims+=('setting-up destination snake-edge')
[ $# -eq 0 ] || victims=("$@")
kill_run '' "${victims[@]}"
