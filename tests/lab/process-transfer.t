#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# What moves with CRIU, by each tool: pages to a page server that is reached with the receiver's key alone, and the rest by a stream; a
# page server, a receiver and a sender that are killed; the dump by rsync, once more by rsync on the way back, when only what differs
# travels; the application's image as a layer; the way's rate. One boot. It counts, and asks for no times.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
topology=transfer-lab
# shellcheck source=tests/integration/process-bed.sh
. "$(dirname "$0")/../integration/process-bed.sh"
need_command criu rsync
e2e_begin
in_lab

bed_file 's/heap: .*/heap: 6MB/'
client_model=heap=6MB,read=4KB,write=4KB
ok 'up' baton up --timeout 300 "$tmp/topology.yaml"
e2e_env
agents_begin
a=$(here edge-a) b=$(here edge-b)

ok 'the ledger runs' wait_for 60 serves edge-a edge-b
client_start udp --rate 5

note 'a page server'
ok 'a receiver' receive edge-b p/receive.1 '"mode": "page-server"'
is 'a wrong key is refused' "$(says edge-a k/predump.1 "\"to\": $(to edge-b p/receive.1 | jq -c '.key = "00"')")" \
	'failed TRANSFER_FAILED: the page server: the receiver says: the key is wrong'
is 'which harms nobody' "$(says edge-a k/thaw) $(look edge-b p/receive.1 | jq -r .state)" 'done running'
is 'round 1' "$(says edge-a p/predump.1 "\"to\": $(to edge-b p/receive.1)")" 'done'
is 'is there when it is done here' "$(ls "$b/migrations/p/1" | sed 's/[0-9].*//' | sort -u | tr '\n' ' ')" 'pagemap- pages- '
ok 'all of the heap' outcome '.bytes > 6000000 and .wire_bytes > .bytes and .interface_bytes > .wire_bytes'
is 'its receiver is done' "$(await edge-b p/receive.1) $(outcome '[.received[0].tool, .connections.key_wrong]')" 'done ["page-server",1]'
ok 'the next' receive edge-b p/receive.2 '"mode": "page-server", "previous": 1'
is 'round 2' "$(says edge-a p/predump.2 "\"previous\": 1, \"to\": $(to edge-b p/receive.2)")" 'done'
ok 'is smaller' outcome '.bytes > 0 and .bytes < 3000000'
is 'above round 1' "$(readlink "$b/migrations/p/2/parent")" ../1
ok 'and the last' receive edge-b p/receive.3 '"mode": "page-server", "previous": 2'
is 'the dump' "$(says edge-a p/dump "\"previous\": 2, \"leave\": \"stopped\", \"to\": $(to edge-b p/receive.3)")" 'done'
ok 'a receiver of the rest' receive edge-b p/receive '"mode": "stream"'
is 'the rest' "$(says edge-a p/send "\"what\": \"image\", \"tool\": \"stream\", \"to\": $(to edge-b p/receive)")" 'done'
ok 'is a few files' outcome '.files > 5 and .bytes < 1000000'
is 'restored' "$(says edge-b p/restore)" 'done'
is 'opened, and ended at the source' "$(says edge-b p/open) $(says edge-a p/finish) $(says edge-b p/settle)" 'done done done'
ok 'it serves there' wait_for 60 serves edge-b edge-a
is 'nothing is left' "$(left_over edge-a edge-b)" ''

note 'back, by rsync; the image, too'
ok 'a receiver' receive edge-a r/receive '"mode": "rsync"'
is "the way's rate" "$(says edge-b r/rate "\"to\": $(to edge-a r/receive)") $(outcome '.rate_bps > 1000000')" 'done true'
rm -rf "$a/../../repository/ledger"
is 'the application layer' "$(says edge-b r/send.1 "\"what\": \"layer\", \"name\": \"application\", \"tool\": \"rsync\", \"to\": $(to edge-a r/receive)") $(outcome '[.had, .matched_bytes]')" \
	'done [false,0]'
ok 'as it was' diff -r "$a/../../repository/ledger" "$b/../../repository/ledger"
is 'once more: it is there' "$(says edge-b r/send.2 "\"what\": \"layer\", \"tool\": \"rsync\", \"to\": $(to edge-a r/receive)") $(outcome '[.had, .bytes]')" 'done [true,0]'
is 'dumped' "$(says edge-b r/dump '"leave": "stopped"')" 'done'
is 'sent' "$(says edge-b r/send "\"what\": \"image\", \"tool\": \"rsync\", \"to\": $(to edge-a r/receive)")" 'done'
ok 'all of it travels' outcome '.literal_bytes > 6000000 and .matched_bytes == 0'
is 'restored' "$(says edge-a r/restore)" 'done'
is 'opened, ended, images kept' "$(says edge-a r/open) $(says edge-b r/finish '"keep": true') $(says edge-a r/settle '"keep": true')" 'done done done'
ok 'it serves there' wait_for 60 serves edge-a edge-b
ok 'a receiver' receive edge-b d/receive '"mode": "rsync"'
is 'dumped' "$(says edge-a d/dump '"leave": "stopped"')" 'done'
is 'sent' "$(says edge-a d/send "\"what\": \"image\", \"tool\": \"rsync\", \"compress\": \"gzip\", \"to\": $(to edge-b d/receive)")" 'done'
ok 'what differs alone travels' outcome '.literal_bytes > 0 and .literal_bytes < 3000000 and .matched_bytes > 3000000 and .wire_bytes < 3000000'
is 'restored' "$(says edge-b d/restore)" 'done'
is 'opened, and ended at the source' "$(says edge-b d/open) $(says edge-a d/finish) $(says edge-b d/settle)" 'done done done'
ok 'it serves there' wait_for 60 serves edge-b edge-a

note 'killed'
for whom in 'criu page-server' 'process-step \S*receive.1' 'process-step \S*predump'; do
	migration=x-${whom: -4:3}
	node=edge-a
	[ "$whom" != 'process-step \S*predump' ] || node=edge-b
	ok "a receiver" receive edge-a "$migration/receive.1" '"mode": "page-server"'
	to=$(to edge-a "$migration/receive.1")
	killer_start $node "$whom"
	begin edge-b "$migration/predump.1" "\"to\": $to"
	ok "$whom" killer_end
	like 'the pre-dump fails' "$(await edge-b "$migration/predump.1")" '^failed '
	is 'dropped, thawed' "$(says edge-a "$migration/drop") $(says edge-b "$migration/thaw")" 'done done'
	is 'nothing is left' "$(left_over edge-a edge-b)" ''
	ok 'it serves' wait_for 60 serves edge-b edge-a
done

clients_end udp
done_testing
