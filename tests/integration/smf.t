#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# smf-lite with real gnb, ue and upf daemons: two PDU sessions at two edges, release with cause 39, anchors, restarts
# of smf-lite and of a UPF by kill -9, and what tshark says of every packet on N2 and N4.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
need_root
need_command ip tshark dumpcap jq curl
# shellcheck source=tests/integration/smf_net.sh
. "$(dirname "$0")/smf_net.sh"
for program in smf-lite upf gnb ue; do
	need_built "$build/bin/$program"
done
supi=imsi-001010000000001

ok 'the example configuration is right' "$build/bin/smf-lite" --check-config --config "$root/smf-lite/smf-lite.example.yaml"
sed 's/^tac:.*/tack: 1/' "$root/smf-lite/smf-lite.example.yaml" >"$tmp/wrong.yaml"
nok 'an unknown key is an error' "$build/bin/smf-lite" --check-config --config "$tmp/wrong.yaml"
like 'with its place' "$_output" "wrong.yaml:[0-9]+:[0-9]+: unknown key 'tack'"

run net_up
write_configs
undo stop_all

ip netns exec smft-core dumpcap -q -i n2 -i n4 -w "$tmp/core.pcap" 2>"$tmp/dumpcap.err" &
pid_of[dumpcap]=$!
wait_for 5 test -s "$tmp/core.pcap"
start smf-lite smft-core smf-lite
start upf-a smft-upfa upf
start upf-b smft-upfb upf
start gnb smft-gnb gnb
start ue smft-ue ue
wait_for 10 both_active || show_logs >&2

is 'session 1 is active' "$(session 1 .state)" active
is 'at the first UPF' "$(session 1 .dnai)" edge-a
is 'session 2 is at the UPF that is configured for it' "$(session 2 .dnai)" edge-b
is 'SMF and UE agree on the address' "$(session 1 .address)" "$(ue /v1/pdu-sessions/1 | jq -r .address)"
is 'the UE has the MTU' "$(ue /v1/pdu-sessions/1 | jq -r .mtu)" 1456
is 'and the DNS server' "$(ue /v1/pdu-sessions/1 | jq -r '.dns[0]')" 10.70.0.53
is 'the UPF has the session under both SEIDs' "$(upf a /v1/sessions | jq -c '[.sessions[].seid]')" \
	"$(session 1 .seid | jq -c '[.]')"
is 'gNB by name' "$(session 1 .gnb)" gnb1
is 'the UE is registered' "$(smf /v1/ues | jq -r '.ues[0].state')" registered
ok 'packets pass in session 1' wait_for 5 reach 1
ok 'packets pass in session 2' wait_for 5 reach 2

note 'REST refuses what it must'
http_status() { # PATH [CURL OPTIONS]
	smf "$1" -o /dev/null -w '%{http_code}' "${@:2}"
}
is 'no token' "$(ip netns exec smft-core curl -s -o /dev/null -w '%{http_code}' -X POST \
	"http://127.0.0.1:8081/v1/pdu-sessions/$supi/1/release" -d '{"cause": 39}' -H 'Content-Type: application/json')" 401
json=(-H 'Content-Type: application/json')
is 'unknown session' "$(http_status "/v1/pdu-sessions/$supi/9/release" "${json[@]}" -d '{"cause": 39}')" 404
is 'wrong cause' "$(http_status "/v1/pdu-sessions/$supi/1/release" "${json[@]}" -d '{"cause": 7}')" 400
is 'unknown DNAI' "$(smf "/v1/anchors/$supi/internet" -X PUT "${json[@]}" -d '{"dnai": "edge-z"}' | jq -r .cause)" UPF_NOT_FOUND
is 'unknown DNN' "$(http_status "/v1/anchors/$supi/nowhere" -X PUT "${json[@]}" -d '{"dnai": "edge-a"}')" 404
is 'healthz' "$(http_status /healthz)" 204

note 'session 1 moves to edge-b: anchor, then release with cause 39; the UE asks again by itself'
ip netns exec smft-core curl -sN http://127.0.0.1:8081/v1/events >"$tmp/events" &
pid_of[events]=$!
one_listener() { [ "$(metric baton_smf_event_streams)" = 1 ]; }
wait_for 5 one_listener
is 'the anchor is set' "$(http_status "/v1/anchors/$supi/internet" -X PUT "${json[@]}" -d '{"dnai": "edge-b"}')" 204
is 'the release is on its way' "$(http_status "/v1/pdu-sessions/$supi/1/release" "${json[@]}" -d '{"cause": 39}')" 202
at_edge_b() { session_is 1 active && [ "$(session 1 .dnai)" = edge-b ] && ue_session_is 1 active; }
ok 'session 1 is at edge-b' wait_for 10 at_edge_b
ok 'packets pass there' wait_for 5 reach 1
upf_has() { [ "$(upf "$1" /v1/sessions | jq '.sessions | length')" = "$2" ]; }
ok 'upf-a has none left' wait_for 5 upf_has a 0
ok 'upf-b has two' wait_for 5 upf_has b 2
states() { grep '^data:' "$tmp/events" | sed 's/^data: //' | jq -rs '[.[] | select(.id == 1) | .state] | join(" ")'; }
told_all() { [ "$(states)" = 'releasing released establishing active' ]; }
ok 'each change of state was told' wait_for 5 told_all
stop events KILL

note 'smf-lite is killed and started again: nothing changes for the user'
seids() { smf /v1/pdu-sessions | jq -c '[.pdu_sessions[] | {id, seid, address, uplink, downlink}] | sort_by(.id)'; }
before=$(seids)
ip netns exec smft-ue ping -q -i 0.05 -c 60 -I pdu1 10.70.0.1 >"$tmp/ping" &
pid_of[ping]=$!
stop smf-lite KILL
start smf-lite smft-core smf-lite
connected() { [ "$(metric baton_smf_gnbs)" = 1 ]; }
ok 'the gNB is back' wait_for 10 connected
associated() { [ "$(smf /v1/upfs | jq '[.upfs[] | select(.associated)] | length')" = 2 ]; }
ok 'the UPFs are associated' wait_for 10 associated
is 'sessions are what they were' "$(seids)" "$before"
wait "${pid_of[ping]}"
unset 'pid_of[ping]'
like 'not a packet was lost' "$(cat "$tmp/ping")" ', 0% packet loss'
ok 'upf-b has two still' upf_has b 2
is 'the anchor too' "$(smf "/v1/anchors/$supi/internet" | jq -r .dnai)" edge-b
is 'the release works' "$(http_status "/v1/pdu-sessions/$supi/1/release" "${json[@]}" -d '{"cause": 39}')" 202
changed() { both_active && [ "$(seids)" != "$before" ]; }
ok 'and the session comes up anew' wait_for 10 changed

note 'upf-b is killed and started again: its sessions are restored, the gNB needs no change'
before=$(seids)
tunnels() { smf /v1/pdu-sessions | jq -c '[.pdu_sessions[] | {id, uplink, downlink, address}] | sort_by(.id)'; }
tunnels_before=$(tunnels)
stop upf-b KILL
start upf-b smft-upfb upf
ok 'upf-b has two again' wait_for 10 upf_has b 2
is 'tunnels are what they were' "$(tunnels)" "$tunnels_before"
ok 'packets pass in session 1' wait_for 5 reach 1
ok 'packets pass in session 2' wait_for 5 reach 2
is 'none was set up by the UE' "$(metric baton_smf_sessions_restored_total)" 2

note 'a storm: smf-lite is killed again and again while sessions are released and set up'
for i in 1 2 3 4 5 6; do
	http_status "/v1/pdu-sessions/$supi/$((i % 2 + 1))/release" "${json[@]}" -d '{"cause": 39}' >/dev/null
	stop smf-lite KILL
	start smf-lite smft-core smf-lite
	wait_for 10 smf /healthz
done
ok 'both sessions are active in the end' wait_for 30 both_active || show_logs 40 >&2
ok 'packets pass in session 1' wait_for 5 reach 1
ok 'packets pass in session 2' wait_for 5 reach 2
upfs_agree() {
	[ "$(jq -s '[.[].sessions[].seid.cp] | sort' <(upf a /v1/sessions) <(upf b /v1/sessions))" = \
		"$(smf /v1/pdu-sessions | jq '[.pdu_sessions[].seid.cp] | sort')" ]
}
ok 'UPFs have these sessions and no others' wait_for 10 upfs_agree

note 'the UE says goodbye'
stop ue TERM
stop gnb TERM
stop smf-lite TERM
stop dumpcap INT

note 'every packet on N2 and N4, by tshark'
dissect() { tshark -r "$tmp/core.pcap" "$@" 2>/dev/null; }
is 'nothing malformed' "$(dissect -Y '_ws.malformed || _ws.expert.severity == "Error"' | head -3)" ''
ok 'N2 was seen' test "$(dissect -Y ngap | wc -l)" -gt 20
ok 'N4 was seen' test "$(dissect -Y 'pfcp.msg_type == 50' | wc -l)" -gt 3
ok 'NAS was seen' test "$(dissect -Y 'nas_5gs.sm.message_type == 0xc2' | wc -l)" -gt 3
ok 'restoration was asked for' test "$(dissect -Y 'pfcp.sereq_flags.flags.resti == 1' | wc -l)" -gt 0
done_testing
