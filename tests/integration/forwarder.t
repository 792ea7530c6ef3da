#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# A replay migration's steps (003): a client over UDP and one over TCP are served through the forwarder, the "restored" instance is
# brought to the source's state, and goes on.
# shellcheck source=tests/integration/forwarder.sh
. "$(dirname "$0")/forwarder.sh"
bed_networks
undo kill_all

ok 'a service address' gate "$A" open
ok 'has an instance at the source' ledger_start "$A" edge-a $heap
ok 'is reached' ip netns exec "$U" "$build/bin/service-client" --address $address --port 7000 --ping

outcome=$(forward '{"source": "none"}')
is 'forward says what it misses' "$(jq -r '.state + " " + .detail' <<<"$outcome")" \
	"failed 'source': expected the source's WAN address, found none"
outcome=$(at_b pause)
is 'what comes before it says so' "$(jq -r .detail <<<"$outcome")" 'the forwarder: it is gone'
outcome=$(forward)
is 'forward' "$(jq -r .state <<<"$outcome")" done
is 'redirects at both interfaces' "$(filters "$B")" 4

client_start udp --rate 200
client_start tcp --tcp --rate 100
ok 'the source answers through it' wait_for 30 client_answered udp 50
ok 'over TCP, too' wait_for 30 client_answered tcp 50
coproc connected { ip netns exec "$V" bash -c "exec 3<>/dev/tcp/$address/7000 && echo connected && cat <&3"; }
read -r line <&"${connected[0]}"
is 'somebody is connected past it' "$line" connected
outcome=$(divert)
is 'who is told' "$(jq .outcome.connections_reset <<<"$outcome")" 1
is 'from now on only so' "$(jq -r .state <<<"$outcome") $(gate "$A" read)" 'done closed 10.120.1.2'
before=$(wc -l <"$tmp/udp.csv")
ok 'which is answered' wait_for 30 client_answered udp $((before + 50))
from=$V client_start stays --rate 50
from=$V client_start stays-tcp --tcp --rate 50
ok 'who is at the source still comes so, too' wait_for 30 client_answered stays 20
ok 'over TCP as well' wait_for 30 client_answered stays-tcp 20
is 'all by the source' "$(answered_by udp edge-b)" 0

ok 'an instance at the destination' gate "$B" close
ok 'which knows nothing' ledger_start "$B" edge-b $heap
ok 'and is not seen' wait_for 30 client_answered udp $((before + 100))
outcome=$(at_b pause)
is 'a pause' "$(jq -r .state <<<"$outcome")" done
total=$(jq .outcome.source_total <<<"$outcome")
is 'has all that the source applied' "$(jq .outcome.cached_requests <<<"$outcome")" "$total"
outcome=$(at_a suspend)
is 'the source stands still' "$(jq -r .state <<<"$outcome") $(cut -d ' ' -f 3 "/proc/$(pid_of edge-a)/stat")" 'done T'
outcome=$(at_b replay)
is 'a replay' "$(jq -r .state <<<"$outcome")" done
is 'of them all' "$(jq -c '.outcome | [.snapshot_total, .replayed, .compared]' <<<"$outcome")" "[0,$total,$total]"
is 'of which no client heard' "$(answered_by udp edge-b) $(answered_by tcp edge-b)" '0 0'
outcome=$(at_b cut)
is 'a cut' "$(jq -r .state <<<"$outcome") $(gate "$B" read)" 'done open'
nothing_left 'after it'
ok 'the restored instance serves' wait_for 30 eval '[ "$(answered_by udp edge-b)" -ge 50 ]'
ok 'over TCP, too' wait_for 30 eval '[ "$(answered_by tcp edge-b)" -ge 20 ]'
outcome=$(at_a finish)
is 'the source is finished' "$(jq -r .state <<<"$outcome") $(gate "$A" read) $(filters "$A")" 'done none 0'
ok 'and its process gone' ends edge-a
ok 'who is there still is served by the destination' wait_for 30 eval '[ "$(answered_by stays edge-b)" -ge 20 ]'
ok 'over TCP, too' wait_for 30 eval '[ "$(answered_by stays-tcp edge-b)" -ge 20 ]'
ok 'a cut again does nothing' at_b cut
for client in udp tcp stays stays-tcp; do
	ok "$client: every request was answered once, every chain is right" client_end $client
done
is 'over TCP it was connected twice' "$(jq .connections "$tmp/tcp.json")" 2
is 'nothing was doubled' "$(jq -s -c '[.[].doubled]' "$tmp"/{udp,tcp,stays,stays-tcp}.json)" '[0,0,0,0]'
done_testing
