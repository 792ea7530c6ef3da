#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# The steps receive, send and rate as the edge agent starts them: what they are asked, what comes of it, and how they end. On this machine's
# loopback; no CRIU.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
need_command rsync jq
need_built "$build/bin/process-step"

mkdir -p "$tmp"/{S,D}/{app,repository/ledger,steps}
printf 'ledger' >"$tmp/S/repository/ledger/ledger"
"$root/scripts/image" "$tmp/S/repository/ledger" ledger 1
rmdir "$tmp/D/repository/ledger"
mkdir -p "$tmp/S/app/migrations/m/"{1,2,dump}
head -c 300000 /dev/urandom >"$tmp/S/app/migrations/m/1/pages-1.img"
head -c 300000 /dev/zero >"$tmp/S/app/migrations/m/2/pages-1.img"
ln -s ../1 "$tmp/S/app/migrations/m/2/parent"
echo inventory >"$tmp/S/app/migrations/m/dump/inventory.img"
echo core >"$tmp/S/app/migrations/m/dump/core-20100.img"

request() { # SIDE KIND ROUND ARGS: its directory
	local directory=$tmp/$1/steps/$2.$3
	mkdir -p "$directory"
	jq -n --arg d "$directory" --arg side "$tmp/$1" --arg kind "$2" --argjson round "$3" --argjson args "$4" '{
		migration: "m", kind: $kind, round: $round, epoch: 1, directory: $d, images: ($side + "/app/migrations/m"), args: $args,
		node: {name: "edge", wan_interface: "lo", n6_interface: "", directory: $side, repository: ($side + "/repository"), wan_address: "127.0.0.1"},
		app: {name: "ledger", image: "ledger", version: "1", directory: ($side + "/app"), number: 1, address: "10.70.128.1", port: 7000, cooperative: false}
	}' >"$directory/request.json"
	echo "$directory"
}
step() { # SIDE KIND ROUND ARGS: the outcome
	local directory
	directory=$(request "$@")
	"$build/bin/process-step" "$directory" 2>/dev/null && cat "$directory/outcome.json"
}
failed() { step S "$@" | jq -r '.state + " " + .cause + " " + .detail'; }
listens() { jq -e .port "$1/progress.json"; }

receiver=$(request D receive 0 '{"mode": "rsync"}')
"$build/bin/process-step" "$receiver" 2>/dev/null &
pid=$!
undo eval 'end_pids $pid'
ok 'a receiver listens' wait_for 20 listens "$receiver"
to=$(jq -c '{address, port, key}' "$receiver/progress.json")
is 'on the WAN alone' "$(jq -r .address <<<"$to")" 127.0.0.1

send() { step S send "$1" "{\"to\": $to, $2}"; }
is 'a round by its number' "$(send 1 '"what": "round"' | jq -c '[.state, (.outcome | .bytes, .files, .had, .cpu_us)]')" '["done",300000,1,false,0]'
ok 'is there' diff -r "$tmp"/{S,D}/app/migrations/m/1
send 2 '"what": "round", "name": "2", "compress": "gzip", "level": 9' >"$tmp/second"
ok 'one by gzip' jq -e '.state == "done" and (.outcome | .bytes == 300000 and .wire_bytes < 5000 and .interface_bytes > .wire_bytes and .us > 0 and .rate_bps > 0)' "$tmp/second"
is 'above the first' "$(readlink "$tmp/D/app/migrations/m/2/parent")" ../1
mkdir -p "$tmp/D/app/migrations/m/dump"
echo map >"$tmp/D/app/migrations/m/dump/pagemap-20100.img"
is 'a dump without maps' "$(send 3 '"what": "image", "tool": "rsync"' | jq -c '[.state, .outcome.files]')" '["done",2]'
is 'joins those that are there' "$(ls "$tmp/D/app/migrations/m/dump" | tr '\n' ' ')" 'core-20100.img inventory.img pagemap-20100.img '
is 'a layer' "$(send 4 '"what": "layer", "name": "application", "tool": "rsync"' | jq -c '[.state, .outcome.had, .outcome.literal_bytes > 0, .outcome.matched_bytes]')" \
	'["done",false,true,0]'
ok 'as it is here' diff -r "$tmp"/{S,D}/repository/ledger
is 'which need not be sent again' "$(send 5 '"what": "layer"' | jq -c '[.state, .outcome.had, .outcome.bytes]')" '["done",true,0]'
ok 'the rate' jq -e '.state == "done" and .outcome.bytes == 1000000 and .outcome.rate_bps > 0' <<<"$(step S rate 0 "{\"to\": $to}")"

is 'what is missing here' "$(failed send 6 "{\"to\": $to, \"what\": \"round\"}")" \
	"failed TRANSFER_FAILED $tmp/S/app/migrations/m/6: No such file or directory"
is 'no such thing' "$(failed send 7 "{\"to\": $to, \"what\": \"all\"}")" 'failed STEP_FAILED what: expected one of image, round, layer'
is 'a name that leads away' "$(failed send 8 "{\"to\": $to, \"what\": \"round\", \"name\": \"../m\"}")" \
	"failed STEP_FAILED name: '../m' is none of a directory"
is 'no such tool' "$(failed send 9 "{\"to\": $to, \"tool\": \"scp\"}")" 'failed STEP_FAILED tool: expected one of stream, rsync'
is 'no such compression' "$(failed send 9 "{\"to\": $to, \"compress\": \"zip\"}")" 'failed STEP_FAILED compress: expected one of none, gzip'
is 'no such level' "$(failed send 9 "{\"to\": $to, \"compress\": \"gzip\", \"level\": 10}")" 'failed STEP_FAILED level: expected an integer from 1 to 9'
is 'nowhere' "$(failed send 10 '{"what": "round", "name": "1"}')" 'failed STEP_FAILED to: expected address, port and key of a receiver'
is 'too much for a rate' "$(failed rate 1 "{\"to\": $to, \"bytes\": 100000000}")" 'failed STEP_FAILED bytes: expected an integer from 1 to 67108864'
is 'a wrong key' "$(failed rate 2 "{\"to\": $(jq -c '.key = "0"' <<<"$to")}")" 'failed TRANSFER_FAILED the receiver says: the key is wrong'

# A link that is slow and one that is dead are told apart by it
tells_bytes() { jq -e '.bytes > 0' "$1/progress.json"; }
kill -STOP $pid
slow=$(request S send 11 "{\"to\": $to, \"what\": \"round\", \"name\": \"1\"}")
"$build/bin/process-step" "$slow" 2>/dev/null &
sender=$!
ok 'how far it is, is told meanwhile' wait_for 20 tells_bytes "$slow"
kill -CONT $pid
wait $sender
is 'and it is done' "$(jq -r .state "$slow/outcome.json")" done

kill $pid
wait $pid
is 'told to end, the receiver is done' "$? $(jq -c '[.state, .outcome.items, .outcome.connections.key_wrong, (.outcome.received | map(.name + " " + .tool))]' "$receiver/outcome.json")" \
	'0 ["done",6,1,["1 stream","2 stream","dump stream","ledger rsync","ledger stream","1 stream"]]'
is 'after which nobody is served' "$(failed rate 3 "{\"to\": $to}")" 'failed TRANSFER_FAILED connecting: Connection refused'
pages=$(request D receive 1 '{"mode": "page-server"}')
"$build/bin/process-step" "$pages" 2>/dev/null &
pid=$!
ok 'a receiver of pages' wait_for 20 listens "$pages"
kill $pid
wait $pid
is 'told to end before they came, fails' "$? $(jq -c '[.state, .cause]' "$pages/outcome.json")" '0 ["failed","CANCELLED"]'
is 'nothing half is left' "$(find "$tmp" -name '.incoming*' -o -name 'rsyncd*')" ''
done_testing
