#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# The tree itself: a licence line in every source file, arrows between folders that run downwards only, an example configuration
# that each daemon takes.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
cd "$root" || exit 1

sources=$(find . -path ./build -prune -o -path ./.git -prune -o -type f \( -name '*.[ch]' -o -name '*.sh' -o -name '*.t' -o -name '*.mk' -o \
	-name Makefile -o -path './scripts/*' \) -print | sort)

unlicensed=$(xargs grep -L 'SPDX-License-Identifier: \(Apache-2.0\|GPL-2.0\)' <<<"$sources")
is 'every source file has a licence line' "$unlicensed" ''
bpf=$(grep '\.bpf\.[ch]$' <<<"$sources" | xargs grep -L 'SPDX-License-Identifier: GPL-2.0')
is 'BPF programs are GPL-2.0' "$bpf" ''

# Who may include whom: a daemon nobody else's header, wire formats nothing but lib/wire.h and lib/text.h.
daemons='upf smf-lite ran migration-manager agents link-shaper testbed gtp5g-tools'
for one in $daemons; do
	for other in $daemons; do
		[ "$one" = "$other" ] && continue
		found=$(grep -rln "#include \"$other/" --include='*.[ch]' "$one")
		is "$one includes nothing of $other" "$found" ''
	done
done
for format in pfcp gtpu ngap nas stamp ipfilter; do
	found=$(grep -rhn '#include "' --include='*.[ch]' "lib/$format" | grep -v "\"lib/$format/\|\"lib/wire.h\"\|\"lib/text.h\"")
	is "lib/$format depends on nothing but lib/wire.h and lib/text.h" "$found" ''
done
found=$(grep -rhn '#include "' --include='*.[ch]' lib/pfd | grep -v '"lib/pfd/\|"lib/ipfilter/\|"lib/wire.h"\|"lib/text.h"')
is 'lib/pfd depends on nothing but lib/ipfilter, lib/wire.h and lib/text.h' "$found" ''
found=$(grep -rln '#include "\(upf\|smf-lite\|ran\|migration-manager\|agents\|link-shaper\|testbed\|dataplane\|gtp5g-tools\)/' --include='*.[ch]' lib)
is 'lib includes nothing above it' "$found" ''
found=$(grep -rln '#include "agents/\(process-step\|edge-agent\|ue-agent\|cloud-agent\)/' --include='*.[ch]' agents/common agents/forwarder agents/gate agents/process agents/transfer)
is "the agents' rooms include nothing of the programs above them" "$found" ''

for example in upf/upf smf-lite/smf-lite ran/gnb/gnb ran/ue/ue agents/ue-agent/ue-agent agents/edge-agent/edge-agent \
	agents/cloud-agent/cloud-agent \
	migration-manager/migration-manager link-shaper/link-shaper apps/snake/cloud/snake-cloud apps/snake/edge/snake-edge \
	apps/minetest/cloud/minetest-cloud apps/minetest/edge/minetest-edge \
	apps/stream-client/stream-client apps/generators/generator apps/ledger/ledger; do
	program=$build/bin/$(basename "$example")
	need_built "$program"
	ok "$(basename "$example") takes its example configuration" "$program" --config "$example.example.yaml" --check-config
done
done_testing
