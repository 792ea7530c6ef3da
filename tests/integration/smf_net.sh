# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
#
# A core, two UPFs with their edges, a gNB and a UE in namespaces smft-*, for tests/integration/smf*.t.
# Real daemons; REST on 127.0.0.1 of each namespace.

token=smft-token
declare -A pid_of=()

# A veth between a namespace and the bridge of a segment in smft-net
plug() { # NS DEVICE ADDRESS SEGMENT
	local peer="$1-$2"
	ip -n smft-net link add "${peer#smft-}" type veth peer name "$2" netns "$1"
	ip -n smft-net link set "${peer#smft-}" master "$4" up
	ip -n "$1" addr add "$3" dev "$2"
	ip -n "$1" link set "$2" up
}

net_up() {
	local ns i
	for ns in net core upfa upfb edgea edgeb gnb ue; do
		ip netns add smft-$ns
		undo ip netns del smft-$ns
		ip -n smft-$ns link set lo up
		ip netns exec smft-$ns sysctl -qw net.ipv6.conf.all.disable_ipv6=1 net.ipv4.conf.all.rp_filter=0 \
			net.ipv4.conf.default.rp_filter=0
	done
	for i in n2 n3 n4; do
		ip -n smft-net link add "$i" type bridge
		ip -n smft-net link set "$i" up
	done
	plug smft-core n2 10.100.0.1/17 n2
	plug smft-core n4 10.100.128.1/17 n4
	plug smft-gnb n2 10.100.1.1/17 n2
	plug smft-gnb n3 10.101.1.1/16 n3
	net_upf a 1
	net_upf b 2
	ip -n smft-gnb link add radio-ue type veth peer name radio-gnb netns smft-ue
	ip -n smft-gnb link set radio-ue up
	ip -n smft-ue link set radio-gnb up
}

net_upf() { # LETTER INDEX
	plug "smft-upf$1" n4 "10.100.129.$2/17" n4
	plug "smft-upf$1" n3 "10.101.2.$2/16" n3
	ip -n "smft-upf$1" link add n6 type veth peer name n6 netns "smft-edge$1"
	ip -n "smft-upf$1" addr add "10.110.$2.1/24" dev n6
	ip -n "smft-upf$1" link set n6 up
	ip -n "smft-upf$1" route add default via "10.110.$2.2" table 106
	ip -n "smft-upf$1" route add "10.110.$2.0/24" dev n6 table 106
	ip netns exec "smft-upf$1" sysctl -qw net.ipv4.ip_forward=1
	ip -n "smft-edge$1" addr add "10.110.$2.2/24" dev n6
	ip -n "smft-edge$1" addr add 10.70.0.1/32 dev lo
	ip -n "smft-edge$1" link set n6 up
	ip -n "smft-edge$1" route add "10.60.$2.0/24" via "10.110.$2.1"
}

write_configs() {
	local letter i
	echo "$token" >"$tmp/token"
	cat >"$tmp/smf-lite.yaml" <<END
rest_address: 127.0.0.1
rest_port: 8081
token_file: $tmp/token
n2_address: 10.100.0.1
n4_address: 10.100.128.1
database: $tmp/smf.sqlite
mcc: "001"
mnc: "01"
tac: 1
dnns:
  - {dnn: internet, sst: 1, dns: 10.70.0.53}
upfs:
  - {name: upf-a, n4_address: 10.100.129.1, dnai: edge-a, pool: 10.60.1.0/24, qos: true}
  - {name: upf-b, n4_address: 10.100.129.2, dnai: edge-b, pool: 10.60.2.0/24, qos: true}
anchors:
  - {supi: $supi, dnn: internet, session: 2, dnai: edge-b}
END
	for letter in a b; do
		i=$([ $letter = a ] && echo 1 || echo 2)
		cat >"$tmp/upf-$letter.yaml" <<END
name: upf-$letter
n4_address: 10.100.129.$i
n3_address: 10.101.2.$i
n3_device: n3
n6_device: n6
dataplane: ebpf
needs_qos: true
ue_pools: [10.60.$i.0/24]
protected: [10.100.0.0/16, 10.101.0.0/16]
rest_address: 127.0.0.1
END
	done
	cat >"$tmp/gnb.yaml" <<END
rest_address: 127.0.0.1
rest_port: 8086
token_file: $tmp/token
name: gnb1
gnb_id: 1
mcc: "001"
mnc: "01"
tac: 1
n2_address: 10.100.1.1
amf_address: 10.100.0.1
n3_address: 10.101.1.1
n3_device: n3
dataplane: ebpf
needs_qos: true
radios: [radio-ue]
END
	cat >"$tmp/ue.yaml" <<END
rest_address: 127.0.0.1
rest_port: 8083
token_file: $tmp/token
supi: $supi
mcc: "001"
mnc: "01"
radios: [radio-gnb]
sessions:
  - {id: 1, dnn: internet, sst: 1}
  - {id: 2, dnn: internet, sst: 1}
END
}

# The daemon of a node; its log goes on in $tmp/NAME.log
start() { # NAME NS PROGRAM
	ip netns exec "$2" "$build/bin/$3" --config "$tmp/$1.yaml" >>"$tmp/$1.log" 2>&1 &
	pid_of[$1]=$!
}

stop() { # NAME SIGNAL
	kill "-$2" "${pid_of[$1]}" 2>/dev/null
	wait "${pid_of[$1]}" 2>/dev/null
	unset "pid_of[$1]"
}

stop_all() {
	local name
	for name in "${!pid_of[@]}"; do
		stop "$name" TERM
	done
}

rest() { # NS PORT PATH [CURL OPTIONS]
	ip netns exec "$1" curl -sS --max-time 8 -H "Authorization: Bearer $token" "${@:4}" "http://127.0.0.1:$2$3"
}
smf() { # PATH [CURL OPTIONS]
	rest smft-core 8081 "$@"
}
ue() {
	rest smft-ue 8083 "$@"
}
upf() { # LETTER PATH
	rest "smft-upf$1" 8082 "${@:2}"
}

# One value of a PDU session at the SMF
session() { # ID FILTER
	smf "/v1/pdu-sessions/$supi/$1" | jq -r "$2"
}
session_is() { # ID STATE
	[ "$(session "$1" .state)" = "$2" ]
}
ue_session_is() { # ID STATE
	[ "$(ue "/v1/pdu-sessions/$1" | jq -r .state)" = "$2" ]
}
both_active() {
	session_is 1 active && session_is 2 active && ue_session_is 1 active && ue_session_is 2 active
}
metric() { # NAME
	smf /metrics | awk -v name="$1" '$1 == name { print $2 }'
}
# Through a session's own interface to the service at its anchor's edge
reach() { # SESSION
	ip netns exec smft-ue ping -q -c 1 -W 1 -I "pdu$1" 10.70.0.1
}
show_logs() {
	local file
	for file in "$tmp"/*.log; do
		echo "--- ${file##*/}"
		tail -n "${1:-15}" "$file"
	done
}
