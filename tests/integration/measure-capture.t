#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# `baton measure switch` against packet captures of the same run: at the UE's interfaces, on N3 of its gNB, and on N6 of both
# edges. What the report works out from its own probes and sockets is worked out again from the captures, by
# measure-capture.pl, which knows only the report's T0, times and TEIDs.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
topology=meas-capture
# shellcheck source=tests/integration/e2e.sh
. "$(dirname "$0")/e2e.sh"
e2e_begin
need_command dumpcap tshark perl

captures=() out=$tmp/report
ok 'up' baton up "$root/topologies/two-edges.yaml" || { done_testing && exit 1; }

capture() { # NAME NODE INTERFACE FILTER [OPTION]...
	ip netns exec "$topology.$2" dumpcap -q -i "$3" -f "$4" -B 64 "${@:5}" -w "$tmp/$1.pcapng" 2>"$tmp/$1.err" &
	captures+=($!)
	undo end_pids $!
	wait_for 5 test -s "$tmp/$1.pcapng" || note "$(cat "$tmp/$1.err")" >&2
}

# Interfaces of PDU sessions come and go: their numbers are noted as they appear.
links_noted() {
	ip netns exec "$topology.ue" ip -o link >"$tmp/links" || return
	ip netns exec "$topology.ue" ip -o monitor link >>"$tmp/links" 2>/dev/null &
	captures+=($!)
	undo end_pids $!
}

packets() { # CAPTURE FILTER FIELD...: a line each: time, fields, UDP payload (the innermost)
	tshark -r "$tmp/$1.pcapng" -Y "$2" -T fields -E occurrence=l -E separator=' ' -e frame.time_epoch "${@:3}" -e udp.payload \
		2> >(grep -v 'Running as user' >&2)
}

# Frames that dumpcap had no room for
dropped() {
	sed -n 's/^Packets received\/dropped.*: [0-9]*\/\([0-9]*\).*/\1/p' "$tmp"/*.err | awk '{ n += $1 } END { print n + 0 }'
}

run links_noted
capture ue ue any 'udp src port 862' -y LINUX_SLL2
capture n3 gnb1 n3 'udp dst port 2152'
capture edge-a edge-a n6 'udp dst port 862'
capture edge-b edge-b n6 'udp dst port 862'

status 'three switches each way are measured' 0 baton measure switch --mode make-before-break:3 --mode break-before-make:2 \
	--quiet --out "$out"
for pid in "${captures[@]}"; do
	kill "$pid" 2>/dev/null
done
wait "${captures[@]}" 2>/dev/null
is 'the captures are whole' "$(dropped)" 0

sed -n 's/^\(Deleted \)\{0,1\}\([0-9]*\): \(pdu[0-9]*\)@.*/\2/p' "$tmp/links" | sort -u >"$tmp/pdu.txt"
packets ue 'udp.srcport == 862' -e sll.ifindex >"$tmp/ue.txt"
packets n3 'gtp && udp.dstport == 862' -e gtp.teid >"$tmp/n3.txt"
packets edge-a 'udp.dstport == 862' >"$tmp/edge-a.txt"
packets edge-b 'udp.dstport == 862' >"$tmp/edge-b.txt"
like 'all five are in the report' "$(jq -r '[.samples[] | select(.completed)] | length' "$out/report.json")" '^5$'

# A line a check: what, got, wanted
checks=0
while IFS=$'\t' read -r what got wanted; do
	is "$what" "$got" "$wanted"
	checks=$((checks + 1))
done < <(perl "$root/tests/integration/measure-capture.pl" "$tmp" "$out/report.json")
is 'each of the five switches was checked' $((checks / 5)) 12
done_testing
