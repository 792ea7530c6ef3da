#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# N4 between nodes, all daemons real: applications are provisioned, a UPF tells of a gNB that doesn't answer, and one
# that is stopped hands its sessions over to the other first. tshark reads every message.
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

run net_up
write_configs
undo stop_all
cat >>"$tmp/smf-lite.yaml" <<END
applications:
  - id: game
    flows: ["permit out 17 from 10.70.0.0/24 30000 to assigned", "permit out 6 from 10.70.0.1 443 to assigned"]
END
for letter in a b; do
	printf 'echo_interval_s: 1\ndrain_s: 20\n' >>"$tmp/upf-$letter.yaml"
done

ip netns exec smft-core dumpcap -q -i n4 -w "$tmp/n4.pcap" 2>"$tmp/dumpcap.err" &
pid_of[dumpcap]=$!
wait_for 5 test -s "$tmp/n4.pcap"
start smf-lite smft-core smf-lite
start upf-a smft-upfa upf
start upf-b smft-upfb upf
start gnb smft-gnb gnb
start ue smft-ue ue
wait_for 10 both_active || show_logs 15 >&2
of_upf() { # NAME FILTER
	smf /v1/upfs | jq -r ".upfs[] | select(.name == \"$1\") | $2"
}

is 'both UPFs have the applications' "$(metric baton_smf_pfds_provisioned_total)" 2
is 'and say so' "$(cat "$tmp"/upf-[ab].log | grep -c 'what=pfds named=1 applications=1 flows=2')" 2

note 'a gNB that stands still'
lost_is() { [ "$(of_upf upf-a '.lost_paths | join(" ")')" = "$1" ]; }
kill -STOP "${pid_of[gnb]}"
ok 'its path is told as lost' wait_for 10 lost_is 10.101.1.1
kill -CONT "${pid_of[gnb]}"
ok 'and as back' wait_for 10 lost_is ''
is 'the session stands' "$(session 1 .state)" active

note 'a UPF that is stopped'
is 'session 1 is at edge-a' "$(session 1 .dnai)" edge-a
kill -TERM "${pid_of[upf-a]}"
at_edge_b() { session_is 1 active && [ "$(session 1 .dnai)" = edge-b ] && ue_session_is 1 active; }
ok 'its session goes to the other one' wait_for 10 at_edge_b || show_logs 15 >&2
ok 'packets pass there' wait_for 5 reach 1
gone() { ! kill -0 "${pid_of[upf-a]}" 2>/dev/null; }
ok 'it ends before its time is over' wait_for 10 gone
wait "${pid_of[upf-a]}"
is 'with status 0' $? 0
is 'one session has moved' "$(metric baton_smf_sessions_moved_total)" 1
is 'it is not associated' "$(of_upf upf-a .associated)" false
start upf-a smft-upfa upf
back() { [ "$(of_upf upf-a .associated)" = true ]; }
ok 'started again, it is' wait_for 10 back
is 'and has the applications' "$(metric baton_smf_pfds_provisioned_total)" 3

stop smf-lite TERM
stop_all
note 'every packet on N4, by tshark'
dissect() { tshark -r "$tmp/n4.pcap" "$@" 2>/dev/null; }
is 'nothing malformed' "$(dissect -Y '_ws.malformed || _ws.expert.severity == "Error"' | head -3)" ''
for type in 3 4 7 8 9 10 12 13; do
	ok "message type $type was seen" test "$(dissect -Y "pfcp.msg_type == $type" | wc -l)" -gt 0
done
done_testing
