#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# The whole under Debian's kernel, which has a gtp driver and SCTP: the same job as on this machine, on these; once more
# on ebpf, which an older kernel has to take as well; and every packet of a run on gtp by tshark. One boot for all. It
# counts packets: times under emulation say nothing.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
topology=e2e-lab
# shellcheck source=tests/integration/e2e.sh
. "$(dirname "$0")/../integration/e2e.sh"
need_command ping iperf3 tshark
e2e_begin
in_lab

sed 's/^name:.*/&\ndataplane: ebpf/' "$root/topologies/two-edges.yaml" >"$tmp/two-edges-ebpf.yaml"

dataplanes() {
	local node
	for node in upf-a upf-b; do
		rest 8082 $node /v1/status
	done | jq -r .dataplane | sort -u
	for node in gnb1 gnb2; do
		rest 8086 $node /v1/status
	done | jq -r .dataplane | sort -u
}

logs() {
	local node
	for node in core ue gnb1 upf-a upf-b; do
		note "--- $node"
		note "$(baton logs $node | tail -n 25)"
	done
}

whole_job() { # DATAPLANE FILE
	ok "$1: up" baton up --timeout 120 "$2" || { note "$(baton logs core | tail)" && return; }
	note "$_output"
	e2e_env
	is "$1: on the data plane" "$(dataplanes | tr '\n' ' ')" "$1 $1 "
	# The kernel's own stack lists its associations; those of usrsctp are not among them.
	is "$1: both gNBs by the kernel's SCTP" "$(baton exec core -- awk '/10\.100\.1\./ { n++ } END { print n + 0 }' /proc/net/sctp/assocs)" 2
	ok "$1: ping" in_ue ping -q -c 3 -i 0.2 -W 10 service
	is "$1: session 1" "$(edge_of_service --pdu 1)" edge-a
	is "$1: session 2" "$(edge_of_service --pdu 2)" edge-b
	ok "$1: TCP uplink" wait_for 30 in_ue iperf3 -c service -n 1M
	ok "$1: TCP downlink" wait_for 30 in_ue iperf3 -c service -n 1M -R
	ok "$1: measured" baton measure switch --json --quiet --interval 10ms --hold 500 \
		--mode make-before-break:3 --mode break-before-make:1 --out "$tmp/$1" || logs >&2
	report() { jq -c "$1" "$tmp/$dataplane/report.json"; }
	dataplane=$1
	is "$1: all switched" "$(report '.modes | [.[] | .switches, .failed]')" '[3,0,1,0]'
	is "$1: make-before-break: none lost, none doubled" \
		"$(report '.modes["make-before-break"] | [.uplink, .downlink] | map(.lost, .duplicated)')" '[0,0,0,0]'
	is "$1: uplink latency, from N3" "$(report '[.samples[] | .uplink.latency_us > 0] | unique')" '[true]'
	is "$1: the report says where" "$(report '[.dataplane.upf, .dataplane.gnb]')" "[\"$1\",\"$1\"]"
	ok "$1: all agree" wait_for 20 agree || logs >&2
	is "$1: the service answers" "$(edge_of_service)" "$(smf /v1/pdu-sessions | jq -r '.pdu_sessions[0].dnai')"
	remember
	ok "$1: down" baton down
	is "$1: nothing is left" "$(remnants)" ''
}

"$build/bin/baton" doctor --json >"$tmp/doctor"
is 'doctor finds both' "$(jq -c '[.. | objects | select(.need? == "gtp" or .need? == "SCTP") | .ok]' "$tmp/doctor")" '[true,true]'
whole_job gtp "$root/topologies/two-edges.yaml"
whole_job ebpf "$tmp/two-edges-ebpf.yaml"
ok 'every packet of a run on gtp, by tshark' "$root/tests/integration/e2e-dissect.t"
note "$(grep -c '^ok' <<<"$_output") checks"
done_testing
