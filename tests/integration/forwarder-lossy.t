#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# A replay migration over links that lose and disorder packets: at the user's and between the edges. Each request is answered
# once and right, by the source until the cut and by the destination after it.
# shellcheck source=tests/integration/forwarder.sh
. "$(dirname "$0")/forwarder.sh"
bed_networks
undo kill_all

port() { # NAMESPACE INTERFACE
	printf '  - {node: %s, netns: /run/netns/%s, interface: %s, delay: 2ms, loss: 3%%, reorder: 3%%}\n' "$1" "$1" "$2"
}
{
	printf 'socket: %s\nstate: %s\nnetem: false\nports:\n' "$tmp/shaper.sock" "$tmp/shaper.state"
	port "$A" wan
	port "$B" wan
	port "$B" n6
	port "$U" n6
} >"$tmp/shaper.yaml"
sh -c 'echo $$ >"$0"; exec "$@"' "$tmp/shaper.pid" "$build/bin/link-shaper" --config "$tmp/shaper.yaml" 2>"$tmp/shaper.log" &
ok 'links are bad' wait_for 30 test -S "$tmp/shaper.sock"

ok 'a service address' gate "$A" open
ok 'has an instance' ledger_start "$A" edge-a $heap
is 'forward' "$(forward | jq -r .state)" done
client_start udp --rate 100
client_start tcp --tcp --rate 50
ok 'clients are served' wait_for 30 client_answered udp 100
ok 'over TCP, too' wait_for 30 client_answered tcp 50
is 'divert' "$(divert | jq -r .state)" done
ok 'the restored instance' eval 'gate "$B" close && ledger_start "$B" edge-b $heap'
is 'pause' "$(at_b pause | jq -r .state)" done
is 'suspend' "$(at_a suspend | jq -r .state)" done
outcome=$(at_b replay)
is 'replay' "$(jq -r '.state + " " + .detail' <<<"$outcome")" 'done '
is 'of all that was cached' "$(jq '.outcome | .compared == .cached_requests and .compared >= 150' <<<"$outcome")" true
is 'cut' "$(at_b cut | jq -r .state)" done
nothing_left 'after it'
ok 'the destination serves' wait_for 30 eval '[ "$(answered_by udp edge-b)" -ge 50 ]'
ok 'over TCP, too' wait_for 30 eval '[ "$(answered_by tcp edge-b)" -ge 20 ]'
for client in udp tcp; do
	ok "$client: every request was answered once, every chain is right" client_end $client
done
like 'though packets were lost' "$(jq .resent "$tmp/udp.json")" '^[1-9]'
done_testing
