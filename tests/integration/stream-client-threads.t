#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# The stream-client's threads under ThreadSanitizer: the one-frame buffer's stress test, then the whole program with two streams and
# switches to and fro.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
need_root
need_command curl jq unshare
echo 'int main(void) { return 0; }' >"$tmp/probe.c"
if ! { ${CC:-gcc} -fsanitize=thread -o "$tmp/probe" "$tmp/probe.c" 2>/dev/null && "$tmp/probe"; }; then
	skip_all 'the compiler has no ThreadSanitizer here'
fi
if [ -z "${BATON_OWN_NET:-}" ]; then
	need_built "$build/integration/play_bed"
	CFLAGS='-O1 -g -fsanitize=thread' make -s -C "$root" B=build/tsan build/tsan/tests/test_one_frame_buffer build/tsan/bin/stream-client >&2 ||
		{ fail 'the programs are built'; exit 1; }
	become env BATON_OWN_NET=1 unshare --net "$(readlink -f "$0")"
fi
ip link set lo up
tsan=$root/build/tsan
# The codec's library is not instrumented and uses its decoder from one thread only.
export TSAN_OPTIONS="halt_on_error=0 exitcode=66"

status 'the one-frame buffer: no race' 0 "$tsan/tests/test_one_frame_buffer"

key1=00112233445566778899aabbccddeeff key2=ffeeddccbbaa99887766554433221100
echo secret >"$tmp/token"
printf '%s\n' "rest_address: 127.0.0.1" "rest_port: 8093" "token_file: $tmp/token" "account: p1" "width: 320" "height: 240" "input: player" \
	"record: $tmp/screen.y4m" "screen_port: 8100" "pairs: always" >"$tmp/client.yaml"
http() { curl -s -m 10 -X "$1" -H 'Authorization: Bearer secret' -H 'Content-Type: application/json' ${3:+-d "$3"} "http://127.0.0.1:8093$2"; }
holds() { [ "$(http GET "$1" | jq -r "$2")" = true ]; }

"$build/integration/play_bed" 8200 320 240 60 5004 $key1 5005 $key2 2>"$tmp/bed.log" &
bed=$!
undo kill $bed
"$tsan/bin/stream-client" --config "$tmp/client.yaml" 2>"$tmp/client.log" &
client=$!
ok 'it serves' wait_for 20 curl -sf http://127.0.0.1:8093/healthz || exit 1
for n in 1 2; do
	key=key$n
	http PUT /v1/streams/$n "{\"address\": \"127.0.0.1\", \"port\": $((5003 + n)), \"key\": \"${!key}\"}" >/dev/null
	ok "stream $n decodes" wait_for 20 holds /v1/streams/$n '.state == "decoding"'
done
failed=0
for number in {1..6}; do
	http PUT "/v1/switches/$number" "{\"to\": $((2 - number % 2)), \"threshold\": 0.5, \"timeout_ms\": 2000}" >/dev/null
	http POST /v1/inputs '{"input": "up"}' >/dev/null
	http GET /v1/trace >/dev/null
	http GET /v1/screen.png >/dev/null
	http GET /v1/streams/2/frames >/dev/null
	wait_for 20 holds "/v1/switches/$number" '.settled_ns != null and .role == "accepted"' || ((failed++))
done
is 'switches to and fro' "$failed" 0
timeout 1 curl -s http://127.0.0.1:8100/screen.mjpeg >/dev/null
http DELETE /v1/streams/1 >/dev/null
ended=0
kill "$client"
wait "$client" || ended=$?
is 'the whole program: no race' "$ended" 0
nok 'nor a report of one' grep -A 12 'WARNING: ThreadSanitizer' "$tmp/client.log"
done_testing
