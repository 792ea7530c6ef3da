#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# Strategy dual: what plays and what decides killed while the other side is prepared (dual-kill.sh says what must hold after it).
# Arguments are other victims: 'NODE PROGRAM'.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
topology=e2e-dk-p
# shellcheck source=tests/integration/e2e.sh
. "$(dirname "$0")/e2e.sh"
# shellcheck source=tests/integration/game.sh
. "$(dirname "$0")/game.sh"
# shellcheck source=tests/integration/dual-kill.sh
. "$(dirname "$0")/dual-kill.sh"
game_begin

victims=('core migration-manager' 'ue ue-agent' 'ue stream-client' 'source edge-agent' 'destination edge-agent'
	'source snake-edge' 'destination snake-edge' 'cloud snake-cloud' 'cloud cloud-agent')
[ $# -eq 0 ] || victims=("$@")
kill_run prepared "${victims[@]}"
