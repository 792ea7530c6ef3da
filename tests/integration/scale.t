#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# A topology of hundreds of nodes: all of it is there, it forwards from end to end, and nothing of it stays behind. Counts, not
# times: those are `make bench-topology`'s.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
need_root
need_command ip ping jq setpriv sysctl
need_built "$build/bin/baton"
name=scale-chain nodes=300
baton() { "$build/bin/baton" "$@"; }
[ ! -e "/run/baton/$name" ] || baton down "$name" --force >&2
undo eval "[ ! -e /run/baton/$name ] || baton down $name --force"

chain() { # NODES: on standard output; routers between two hosts
	printf 'name: %s\nmanagement: none\nnodes:\n' "$name"
	local i
	for ((i = 0; i < $1; i++)); do
		printf '  h%d: %s\n' "$i" "$( ((i == 0 || i == $1 - 1)) && echo host || echo router)"
	done
	printf 'links:\n'
	for ((i = 1; i < $1; i++)); do
		printf '  - {between: [h%d, h%d]}\n' $((i - 1)) "$i"
	done
}
# What stays the same while topologies come and go; not what the kernel counts or draws at random.
settings() {
	sysctl -a 2>/dev/null | grep -v -e '^fs\.\(dentry\|inode\|file-nr\|quota\)' -e '^kernel\.\(random\|ns_last_pid\|pty\.nr\)' \
		-e '^kernel\.sched_domain' -e 'netfilter\.nf_conntrack_count' -e '^net\.ipv[46]\.route\.flush'
}
namespaces() { ip netns list | wc -l; }
interfaces() { ip -o link | wc -l; }
mounts() { wc -l </proc/self/mountinfo; }
inits() { pgrep -cf "^baton-init $name/"; }

chain "$nodes" >"$tmp/chain.yaml"
settings >"$tmp/before"
before="$(namespaces) $(interfaces) $(mounts)"
ok "up of a chain of $nodes, with a soft limit of 256 descriptors" \
	bash -c 'ulimit -Sn 256 && exec "$@"' - "$build/bin/baton" up "$tmp/chain.yaml" --timeout 60
is 'an init for each node and the fabric' "$(inits)" $((nodes + 1))
is 'status knows all of them' "$(baton status "$name" --json | jq '.nodes | length')" "$nodes"
in_node() { baton --name "$name" exec "$@"; }
address() { in_node "$1" ip -j -4 addr show scope global | jq -r '[.[].addr_info[].local][0]'; }
# A packet lives for 255 hops at most, and replies set out with a node's default of 64: two ways that overlap, and cover all links
# between them.
far() { # FROM TO
	in_node "$2" sh -c 'echo 255 >/proc/sys/net/ipv4/ip_default_ttl' && in_node "$1" ping -c 1 -W 5 -t 255 -q "$(address "$2")"
}
ok 'from one end over 250 links' far h0 h250
ok 'from the other end over 250 links' far "h$((nodes - 1))" "h$((nodes - 251))"
is 'neighbours of a link are permanent' "$(in_node h1 ip -j neigh | jq '[.[] | select(.state | index("PERMANENT"))] | length')" 2
settings >"$tmp/during"
is "the host's settings are as before" "$(diff "$tmp/before" "$tmp/during")" ''
ok 'down' baton down "$name"
is 'no init is left' "$(inits)" 0
is 'no namespace, interface or mount is left' "$(namespaces) $(interfaces) $(mounts)" "$before"
nok 'no record is left' test -e "/run/baton/$name"
settings >"$tmp/after"
is "the host's settings are as before, still" "$(diff "$tmp/before" "$tmp/after")" ''

status 'too few descriptors, and no right to more' 1 \
	bash -c 'ulimit -n 256 && exec setpriv --bounding-set=-sys_resource --inh-caps=-sys_resource "$@"' - "$build/bin/baton" up "$tmp/chain.yaml"
like 'are told' "$_output" "$nodes nodes need 666 open files, but the limit is 256"
nok 'and nothing was made' test -e "/run/baton/$name"

chain 1001 >"$tmp/chain.yaml"
status 'one node too many is a mistake in the file' 3 baton up "$tmp/chain.yaml"
like 'said before anything is made' "$_output" 'more than 1000 nodes'
nok 'nothing was made' test -e "/run/baton/$name"
done_testing
