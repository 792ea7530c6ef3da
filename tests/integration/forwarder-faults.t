#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# What goes wrong with a replay: the forwarder is killed in each of its states, the instances differ, the cache is full, a request came
# past it, packets are lost. Each time one instance serves in the end, nothing is left, and no client misses or doubles anything.
# shellcheck source=tests/integration/forwarder.sh
. "$(dirname "$0")/forwarder.sh"
bed_networks
undo kill_all

# A source's instance, and a client of it
begin() { # NAME
	note "$1"
	gate "$A" open >/dev/null
	ledger_start "$A" edge-a $heap || fail "$1: the source answers"
}
divert_clients() {
	local outcome
	outcome=$(divert)
	jq -e '.state == "done"' <<<"$outcome" >/dev/null || fail 'the source is diverted' "$outcome"
}
restored() { # HEAP
	gate "$B" close && ledger_start "$B" edge-b "$1" || fail 'the restored instance answers'
}
# What the manager's roll-back comes to: the destination first, then the source goes on
roll_back() { # NAME
	is "$1: taken back" "$(at_b unforward | jq -c '[.state, .outcome.serves]')" '["done",false]'
	kill_one edge-b
	gate "$B" clear >/dev/null
	at_b drop >/dev/null
	is "$1: the source goes on" "$(at_a thaw | jq -r .state) $(gate "$A" read) $(filters "$A")" 'done open 0'
	nothing_left "$1"
}
served_on() { # NAME EDGE
	local before
	before=$(answered_by udp "$2")
	ok "$1: $2 serves" wait_for 30 eval "[ \"\$(answered_by udp $2)\" -gt $((before + 20)) ]"
	ok "$1: nothing is lost or doubled" client_end udp
	rm -rf "$tmp"/*.csv "$tmp/edge-b/processes/ledger/migrations" "$tmp/edge-a/processes/ledger/migrations"
}
end() {
	kill_one edge-a
	kill_one edge-b
	gate "$A" clear >/dev/null
	gate "$B" clear >/dev/null
}
kill_forwarder() {
	kill -9 "$(forwarder_pid)"
	wait_for 10 eval '[ "$(sockets "$B")" = 0 ]'
}
# A forwarder that is there, and hangs up
deaf_start() {
	ip netns exec "$B" perl -MSocket -e 'socket($s, AF_UNIX, SOCK_STREAM, 0) && bind($s, pack_sockaddr_un("\0baton/forwarder/1")) or die;
		listen($s, 8); while (accept($c, $s)) { close($c) }' &
	echo $! >"$tmp/deaf.pid"
	wait_for 10 eval '[ "$(sockets "$B")" -ge 1 ]'
}
why() { jq -r '.state + " " + .cause' <<<"$1"; }

begin 'killed while it forwards'
forward >/dev/null
client_start udp --rate 100
wait_for 30 client_answered udp 20
divert_clients
kill_forwarder
is 'who is redirected to nobody is not served by another' "$(filters "$B")" 4
is 'the next step says it' "$(at_b pause | jq -r .detail)" 'the forwarder: it is gone'
roll_back 'killed while it forwards'
served_on 'killed while it forwards' edge-a
end

begin 'killed in a pause'
forward >/dev/null
client_start udp --rate 100
wait_for 30 client_answered udp 20
divert_clients
at_b pause >/dev/null
restored $heap
kill_forwarder
is 'no replay' "$(why "$(at_b replay)")" 'failed STEP_FAILED'
roll_back 'killed in a pause'
served_on 'killed in a pause' edge-a
end

begin 'killed when all is replayed'
forward >/dev/null
client_start udp --rate 100
wait_for 30 client_answered udp 20
divert_clients
restored $heap
at_b pause >/dev/null
at_a suspend >/dev/null
is 'replayed' "$(why "$(at_b replay)")" 'done '
kill_forwarder
deaf_start
outcome=$(at_b cut)
is 'no cut while there is one that says nothing' "$(why "$outcome")" 'failed STEP_FAILED'
like 'which is told' "$(jq -r .detail <<<"$outcome")" "^the forwarder doesn't say how far it is: "
kill_one deaf
is 'the cut is done without it' "$(why "$(at_b cut)")" 'done '
is 'and stays so' "$(at_b unforward | jq -c '[.state, .outcome.serves]')" '["done",true]'
nothing_left 'killed when all is replayed'
kill_one edge-a
served_on 'killed when all is replayed' edge-b
end

begin 'another memory'
forward >/dev/null
client_start udp --rate 100
wait_for 30 client_answered udp 20
divert_clients
restored 2MB
at_b pause >/dev/null
at_a suspend >/dev/null
outcome=$(at_b replay)
is 'is noticed' "$(why "$outcome")" 'failed DIVERGED'
like 'and where' "$(jq -r .detail <<<"$outcome")" 'number [0-9]+ of client [0-9a-f]+: another chain than the source'
is 'no cut then' "$(why "$(at_b cut)")" 'failed STEP_FAILED'
roll_back 'another memory'
served_on 'another memory' edge-a
end

begin 'a full cache'
forward '{"source": "10.120.1.1", "cache_requests": 30}' >/dev/null
client_start udp --rate 100
ok 'a full cache: the source goes on serving' wait_for 30 client_answered udp 60
outcome=$(at_b pause)
is 'is told' "$(why "$outcome")" 'failed CACHE_FULL'
like 'with figures' "$(jq -r .detail <<<"$outcome")" '^30 requests of 1 clients, [0-9]+ octets, are cached$'
roll_back 'a full cache'
served_on 'a full cache' edge-a
end

begin 'a request past it'
forward >/dev/null
client_start udp --rate 100
wait_for 30 client_answered udp 20
ip netns exec "$A" "$build/bin/service-client" --address $address --port 7000 --requests 3 --rate 100 \
	--model heap=$heap,read=4KB,write=4KB,clients=4 >/dev/null
divert_clients
restored $heap
at_b pause >/dev/null
at_a suspend >/dev/null
is 'is noticed' "$(why "$(at_b replay)")" 'failed DIVERGED'
roll_back 'a request past it'
served_on 'a request past it' edge-a
end

begin 'a forwarder that is not alone'
forward >/dev/null
is 'another migration has none' "$(migration=m-2 at_b forward '{"source": "10.120.1.1"}' | jq -r .detail)" 'a forwarder of migration m-1 is here'
is 'and takes none away' "$(migration=m-2 at_b drop | jq -r .state) $(sockets "$B") $(filters "$B")" 'done 1 4'
mkdir -p "$tmp/edge-b/processes/ledger/migrations/m-0/forwarder" # of a forwarder that has died
is 'nor does one whose own has died' "$(migration=m-0 at_b drop | jq -r .state) $(sockets "$B") $(filters "$B")" 'done 1 4'
is 'its own does' "$(at_b drop | jq -r .state)" done
nothing_left 'a forwarder that is not alone'
end
rm -rf "$tmp/edge-b/processes/ledger/migrations"

begin 'a cut after it was taken back'
at_b unforward >/dev/null
is 'comes too late' "$(why "$(at_b cut)")" 'failed CANCELLED'
end
rm -rf "$tmp/edge-b/processes/ledger/migrations"

begin 'a source that is silent'
forward >/dev/null
client_start udp --rate 100
wait_for 30 client_answered udp 20
divert_clients
is 'a cut comes too early' "$(why "$(at_b cut)")" 'failed STEP_FAILED'
kill -STOP "$(pid_of edge-a)"
at_b pause >"$tmp/silent.json" &
pausing=$!
ok 'is waited for' wait_for 30 eval "ls $tmp/edge-b/processes/ledger/steps/*-pause/request.json >/dev/null"
kill -CONT "$(pid_of edge-a)"
wait $pausing
is 'and paused when it speaks' "$(why "$(cat "$tmp/silent.json")")" 'done '
roll_back 'a source that is silent'
served_on 'a source that is silent' edge-a
end
done_testing
