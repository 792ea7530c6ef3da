#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# The build option X264=1 (docs/csm.md, Codecs): a build of its own, its unit tests with both codecs, and a game that is streamed
# and shown by x264 and libavcodec.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
need_root
need_command ip unshare jq curl pkg-config
pkg-config --exists x264 libavcodec || skip_all 'needs libx264-dev and libavcodec-dev; scripts/setup libx264-dev libavcodec-dev'
need_built "$build/bin/snake-edge"
[ -n "${X264_NET:-}" ] || become unshare -n env X264_NET=1 "$(readlink -f "$0")"
# shellcheck source=tests/integration/snake_edge_net.sh
. "$(dirname "$0")/snake_edge_net.sh"
run ip link set lo up
without=$build build=$root/build/x264
ok 'it builds' make -s -C "$root" X264=1 B=build/x264 build/x264/bin/{snake-edge,snake-cloud,stream-client} build/x264/tests/test_{codec,stream_player}
ok 'both codecs keep what is agreed' env CMOCKA_MESSAGE_OUTPUT=TAP "$build/tests/test_codec"
ok 'a player of each' env CMOCKA_MESSAGE_OUTPUT=TAP "$build/tests/test_stream_player"

write_configs
undo stop_all
echo 'codec: x264' >>"$tmp/a.yaml"
nok 'a program without x264 refuses it' "$without/bin/snake-edge" --check-config --config "$tmp/a.yaml"
like 'and says why' "$_output" 'codec: this program was built without x264'
ok 'this one has it' "$build/bin/snake-edge" --check-config --config "$tmp/a.yaml"

start cloud snake-cloud
start a snake-edge
is 'a player' "$(status_of a PUT /v1/players/ann '{}')" 202
ok 'is synchronised' wait_for 10 player_is a ann synchronised
rest_of[screen]=8094
printf '%s\n' 'rest_address: 127.0.0.1' 'rest_port: 8094' "token_file: $tmp/token" 'account: ann' 'codec: x264' >"$tmp/screen.yaml"
start screen stream-client
is 'the stream is joined' "$(status_of screen PUT /v1/streams/1 "$(rest a GET /v1/players/ann | jq -c '{address, port, key: .stream_key}')")" 201
shown() { rest screen GET /v1/streams/1 | jq -e ".state == \"decoding\" and .frames > $1" >/dev/null; }
ok 'pictures are shown' wait_for 15 shown 60
ok 'each has the code that its packets announced' jq -e '.unverified == 0 and .broken == 0' <<<"$(rest screen GET /v1/streams/1)"
for name in screen a cloud; do
	ended=0
	stop "$name" TERM || ended=$?
	is "$name ends when told" "$ended" 0
done
done_testing
