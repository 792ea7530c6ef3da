#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# process-step by itself: arguments of another type than theirs, notes that were half made, and whose process it ends. No CRIU is run.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
# shellcheck source=tests/integration/process-alone.sh
. "$(dirname "$0")/process-alone.sh"
need_command criu
mkdir -p "$here/state" "$processes/other/criu"
within=()
step() { # MIGRATION KIND[.N] [ARGUMENTS]: prints its state, cause and detail
	local kind=${2%.*} round=0 directory=$here/steps/$1/$2
	[ "$kind" = "$2" ] || round=${2##*.}
	mkdir -p "$directory" "$here/migrations/$1"
	jq -n --arg migration "$1" --arg kind "$kind" --argjson round "$round" --arg directory "$directory" --arg here "$here" --arg tmp "$tmp" \
		--argjson args "${3:-"{}"}" '{migration: $migration, kind: $kind, round: $round, epoch: 1, directory: $directory,
		images: ($here + "/migrations/" + $migration), args: $args,
		node: {name: "edge-x", wan_interface: "wan", n6_interface: "", directory: ($tmp + "/processes"),
			repository: ($tmp + "/repository"), wan_address: "10.120.1.1"},
		app: {name: "ledger", image: "ledger", version: "1", directory: $here, number: 3, address: "10.70.128.1", port: 7000,
			cooperative: false}}' >"$directory/request.json"
	"${within[@]}" "$build/bin/process-step" "$directory" 2>>"$tmp/log"
	jq -r '[.state, .cause, .detail] | map(strings) | join(" ")' "$directory/outcome.json"
}
record() { # DIRECTORY PID: as agents/common/child.h has it
	echo "$2 $(cut -d' ' -f22 "/proc/$2/stat") $(cat /proc/sys/kernel/random/boot_id)" >"$1/process"
}
numbered() { # PID COMMAND...: runs under that number
	echo $(($1 - 1)) >/proc/sys/kernel/ns_last_pid
	"${@:2}" >/dev/null 2>&1 &
	[ $! -eq "$1" ] || bail "its number is $!, not $1"
}
alive() { ps -o stat= -p "$1" | grep -q '^[^Z]' && echo yes || echo no; }

note 'arguments'
integer='expected an integer from 0 to'
is 'a round that is no number' "$(step a dump '{"previous": "1"}')" "failed STEP_FAILED previous: $integer 9999"
is 'nor one at all' "$(step a predump.1 '{"previous": -1}')" "failed STEP_FAILED previous: $integer 9999"
is 'connections' "$(step a dump '{"tcp": true}')" 'failed STEP_FAILED tcp: expected one of keep, close'
is 'what becomes of it' "$(step a dump '{"leave": "dead"}')" 'failed STEP_FAILED leave: expected one of stopped, running'
is 'pages later' "$(step a dump '{"lazy": "no"}') $(step a restore '{"lazy": 0}')" \
	'failed STEP_FAILED lazy: expected true or false failed STEP_FAILED lazy: expected true or false'
is 'at the destination' "$(step a restore '{"tcp": 1}')" 'failed STEP_FAILED tcp: expected one of keep, close'
is 'a receiver' "$(step a receive '{"mode": 7}')" 'failed STEP_FAILED mode: expected one of stream, rsync, page-server'
is 'what is kept' "$(step a finish '{"keep": "yes"}')" 'failed STEP_FAILED keep: expected true or false'
to='"to": {"address": "10.120.1.2", "port": 9, "key": "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"}'
is 'rounds' "$(step a push "{$to, \"rounds\": true}")" "failed STEP_FAILED rounds: $integer 9999"
is 'what is aimed at' "$(step a push "{$to, \"target_us\": 1.5}")" "failed STEP_FAILED target_us: $integer 60000000"
to='"to": {"address": "10.120.1.2", "port": 9, "key": "00"}'
is 'what is sent' "$(step a send "{$to, \"what\": 7}")" 'failed STEP_FAILED what: expected one of image, round, layer'
is 'its name' "$(step a send "{$to, \"name\": 1}")" 'failed STEP_FAILED name: expected a text'
is 'how' "$(step a send "{$to, \"tool\": true}") $(step a send "{$to, \"compress\": 1}") $(step a send "{$to, \"level\": \"6\"}")" \
	"failed STEP_FAILED tool: expected one of stream, rsync failed STEP_FAILED compress: expected one of none, gzip failed STEP_FAILED level: expected an integer from 1 to 9"
is 'what is cached' "$(step a forward '{"source": "10.120.1.2", "cache_bytes": "1"}')" "failed STEP_FAILED cache_bytes: $integer 9223372036854775807"
is 'numbers' "$(step a survey '{"pids": 5}') $(step a survey '{"pids": ["1"]}')" \
	'failed STEP_FAILED pids: expected a list of at most 1024 failed STEP_FAILED pids: expected a list of at most 1024'
is 'null is as if it were not there' "$(step a finish '{"keep": null}')" 'done'

note 'a note that was half made'
cat >"$tmp/ledger.yaml" <<-END
	address: 10.70.128.1
	port: 7000
	heap: 65536
	state: $here/state
END
ip addr add 10.70.128.1/32 dev lo
numbered 20300 "$tmp/repository/ledger/ledger" --config "$tmp/ledger.yaml"
record "$here" 20300
ok 'it runs' wait_for 20 "$build/bin/service-client" --address 10.70.128.1 --ping
mkdir -p "$here/migrations/b/victim"
is 'thaw finds nothing to undo' "$(step b thaw)" 'done'
is 'and the process lives' "$(alive 20300) $(find "$here/migrations" -name victim | wc -l)" 'yes 0'
mkdir -p "$here/migrations/b/victim"
is 'nor has finish anything to end' "$(step b finish) $(alive 20300)" 'done yes'
mkdir -p "$here/migrations/b/victim"
record "$here/migrations/b/victim" 20300
kill -9 20300
wait 20300 2>/dev/null
is 'of one that was noted it says so' "$(step b thaw | cut -d' ' -f1-2)" 'failed CRASHED'
touch "$here/crashed" # by its agent: it ended before this migration stopped it
is 'and of one that was not' "$(step b thaw | cut -d' ' -f1-2)" 'failed CRASHED'
rm "$here/crashed"

note 'whose it is'
cp "$(command -v sleep)" "$tmp/criu"
cp "$(command -v sleep)" "$tmp/criu-of-others"
numbered 20310 "$tmp/criu" 100
numbered 20311 "$tmp/criu-of-others" 100
numbered 20312 "$tmp/criu" 100
record "$processes/other/criu" 20312
printf d >"$here/incoming"
printf d >"$here/state/incoming"
is 'drop' "$(step d drop)" 'done'
is 'ends what was to become the application, no other' "$(alive 20310) $(alive 20311) $(alive 20312)" 'no yes yes'
is 'and nothing says that it is coming' "$(find "$here" -name incoming | wc -l)" 0
kill 20311 20312

note 'is CRIU sound?'
mkdir "$tmp/trial"
trial() { "$build/bin/process-step" --criu "$tmp/trial" 2>>"$tmp/log" | jq -c "$1"; }
printf '#!/bin/sh\nkill -9 $$\n' >"$tmp/killed"
chmod +x "$tmp/killed"
mount --bind "$tmp/killed" "$(command -v criu)"
is 'one that was killed says nothing of it' "$(trial '[.sound, .why != ""]') $(find "$tmp/trial" -name criu.json | wc -l)" '[false,true] 0'
umount "$(command -v criu)"
is 'what it says itself holds' "$(trial '.sound | type') $(find "$tmp/trial" -name criu.json | wc -l)" '"boolean" 1'
flock "$processes/.criu-lock" sleep 100 &
wait_for 20 test -e "$processes/.criu-lock"
within=(timeout 1)
is 'while another tries it a survey can be cut' "$(step a survey)" 'failed CANCELLED while another tried CRIU'
within=()
kill $!

note 'pages that still come'
noted() { # MIGRATION ROLE PID
	mkdir -p "$here/migrations/$1/$2"
	numbered "$3" sleep 100
	record "$here/migrations/$1/$2" "$3"
}
lazy() { # MIGRATION PID PID: its process, and who keeps its pages
	noted "$1" restored "$2"
	noted "$1" lazy "$3"
}
told() { echo '{"bytes": 7, "interface_bytes": 7}' >"$here/migrations/$1/lazy.json"; } # MIGRATION
whole() { told "$1" && touch "$here/migrations/$1/lazy.whole"; }                    # MIGRATION
lazy e 20320 20321
numbered 20322 sleep 100
record "$here" 20322 # begun anew meanwhile
is "another migration's drop" "$(step f drop) $(alive 20320) $(alive 20321)" 'done yes yes'
like 'settle leaves them' "$(step e settle) $(alive 20320) $(alive 20321)" '^failed STEP_FAILED .* yes yes$'
is 'its own ends them, and no other' "$(step e drop) $(alive 20320) $(alive 20321) $(alive 20322)" 'done no no yes'
is 'where its pages go' "$(step e dump '{"to": "x"}')" 'failed STEP_FAILED to: expected address, port and key of a receiver'
rm "$here/process"
lazy g 20323 20324
kill -9 20323
wait 20323 2>/dev/null
is 'settle ends the keeper of one that has ended' "$(step g settle) $(alive 20324)" 'done no'
lazy h 20325 20326
whole h
kill 20326
wait 20326 2>/dev/null
is 'one that is whole is not ended' "$(step h drop) $(alive 20325)" 'done yes'
lazy i 20327 20328
told i
kill 20328
wait 20328 2>/dev/null
like 'one without its keeper is' "$(step i drain) $(alive 20327)" '^failed TRANSFER_FAILED .* no$'
lazy j 20329 20330
whole j
kill 20330
wait 20330 2>/dev/null
record "$here" 20329
is 'all are here' "$(step j drain) $(jq -c .outcome.interface_bytes "$here/steps/j/drain/outcome.json")" 'done 7'
kill 20322 20325 20329
done_testing
