#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# An edge whose disk is full: a dump that failed leaves none of what filled it, and the steps that end a migration, or let the process
# serve, are done without room for a single octet. A file system of 1 MB, the real process-step; where a dump would have stopped the
# process and closed its gate, the test does.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
# shellcheck source=tests/integration/process-alone.sh
. "$(dirname "$0")/process-alone.sh"
need_command criu
mount -t tmpfs -o size=1m,mode=0700 full "$processes"
undo umount -l "$processes"
agent_config

serves() { [ "$(get state) $(get gate)" = 'running open' ]; }
step() { # MIGRATION/STEP EPOCH [MEMBERS]: prints what came of it
	put "$@" >"$tmp/put"
	wait_for 60 ended "$1"
	jq -r 'if .state then empty else .cause end' "$tmp/put"
	told "$1" '.state // empty'
}
room() { df --output=avail -B1 "$processes" | tail -n 1 | tr -d ' '; }
fill() { # what is there may have become less meanwhile
	cat /dev/zero >"$here/${1:-filler}" 2>/dev/null
	[ "$(room)" -eq 0 ]
}
answers() { "$build/bin/service-client" --address 10.70.128.1 --ping; }
# As a dump leaves it
stop() { # MIGRATION [WHAT-FILLS-THE-DISK]
	mkdir -p "$here/migrations/$1/victim" "$here/migrations/$1/dump"
	cp "$here/process" "$here/migrations/$1/victim/"
	ip rule add pref 0 to 10.70.128.1 iif wan blackhole
	ip rule add pref 0 to 10.70.128.1 iif n6 blackhole
	kill -STOP 20300
	[ -z "${2:-}" ] || fill "$2"
}

# A CRIU that knows but one thing, whatever kernel this is
cat >"$tmp/criu" <<-END
	#!/bin/sh
	cat /dev/zero >$here/migrations/d/dump/pages-1.img
	exit 1
END
chmod +x "$tmp/criu"
criu=$(readlink -f "$(command -v criu)")
mount --bind "$tmp/criu" "$criu"
undo umount "$criu"

agent_start
ok 'it runs' wait_for 30 is_state running
is 'there is a disk to be filled' "$(($(room) > 300000 && $(room) <= 1048576))" 1

note 'what a survey tells of it'
is 'done' "$(step s/survey 1)" 'done'
is 'of what is kept free: a tenth' "$(ask GET /ledger/steps/s/survey | jq .outcome.disk_kept)" $((1048576 / 10))
is 'of the image, by its manifest' "$(ask GET /ledger/steps/s/survey | jq -r '.outcome.manifests | "\(.application.digest) \(.application.bytes) \(.base)"')" \
	"$(sha256sum "$repository/ledger/manifest.json" | cut -d ' ' -f 1) $(jq '[.files[].size] | add' "$repository/ledger/manifest.json") null"

note 'a dump that failed'
is 'of all that fits' "$(step d/dump 1 '"leave": "stopped"')" failed
is 'leaves nothing of it, and says why it failed' "$(find "$here/migrations/d" -name '*.img' | wc -l) $(($(room) > 300000)) $(ask GET /ledger/steps/d/dump | jq -r .cause)" \
	'0 1 DISK_SHORT'
is 'and is undone' "$(step d/thaw 1) $(get state) $(get gate)" 'done running open'
is 'with all of it' "$(find "$here/migrations" -mindepth 1 | wc -l)" 0

note 'a disk that others fill'
ok 'full' fill
is 'nothing is begun that needs room' "$(step f/dump 1)" STATE_NOT_WRITABLE
is 'and nothing of that is left' "$(find "$here/steps/f" -mindepth 1 | wc -l)" 0
is 'where nothing was, there is nothing to undo' "$(step f/drop 1) $(step f/thaw 1) $(get state) $(get gate)" 'done done running open'
rm "$here/filler"

note 'stopped at the source, its disk full of the dump'
ok 'full' stop t migrations/t/dump/pages-1.img
is 'it is stopped, behind its gate' "$(get state) $(get gate)" 'stopped closed'
is 'thaw' "$(step t/thaw 1)" 'done'
is 'it serves' "$(get state) $(get gate)" 'running open'
ok 'and answers' answers
is 'nothing of the migration is left' "$(find "$here/migrations" -mindepth 1 | wc -l)" 0
is 'that there was a thaw is noted, now that there is room' "$(jq -r .state "$here/steps/t/thaw/outcome.json")" 'done'
is 'again it is not run again' "$(step t/thaw 1) $(grep -c 'migration=t step=thaw state=done' "$tmp/log")" 'done 1'

note 'stopped, and others fill the disk'
ok 'full' stop t2 filler
agent_kill
agent_start
is 'a restarted agent' "$(get state) $(get gate)" 'stopped closed'
is 'thaws as well' "$(step t2/thaw 1)" 'done'
ok 'it serves' wait_for 30 serves
agent_kill
agent_start
ok 'which stays' wait_for 30 serves

rm "$here/filler"

note 'moved away'
ok 'full' stop m migrations/m/dump/pages-1.img
is 'finish' "$(step m/finish 1) $(get state) $(get gate)" 'done absent none'
is 'and no crash' "$(get cause) $(ps -o pid= -p 20300)" 'null '
is 'its images are gone' "$(find "$here/migrations" -mindepth 1 | wc -l)" 0
agent_kill
agent_start
is 'nor to an agent that begins then' "$(get state)" absent

note 'moved away, and killed before it was told to end'
ask PUT /ledger '{}' >/dev/null
ok 'it runs' wait_for 30 is_state running
stop k
agent_kill
kill -9 20300
agent_start
ok 'it has failed' wait_for 30 is_state failed
is 'finish' "$(step k/finish 1) $(get state) $(get cause) $(get gate)" 'done absent null none'
agent_kill
agent_start
is 'which stays' "$(get state)" absent

note 'come here'
is 'started anew' "$(ask PUT /ledger '{}' | jq -r .app)" ledger
ok 'it runs' wait_for 30 is_state running
printf c >"$here/incoming"
ip rule add pref 0 to 10.70.128.1 iif wan blackhole
ip rule add pref 0 to 10.70.128.1 iif n6 blackhole
ok 'full' fill
is 'it is incoming' "$(get state) $(get gate)" 'incoming closed'
is 'open' "$(step c/open 1) $(get state) $(get gate)" 'done running open'
is 'settle' "$(step c/settle 1)" 'done'
printf e >"$here/incoming"
is 'drop of what came' "$(step e/drop 1) $(get state) $(get gate)" 'done absent none'

like 'it is said' "$(cat "$tmp/log")" 'step=thaw what="kept in memory: the disk is full"'
kill $agent
wait $agent
is 'the agent ends well' $? 0
done_testing
