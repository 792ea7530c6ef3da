#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# N4 of a real upf on the ebpf data plane of this machine's kernel (upf_n4.c), and what rules do to packets
# (upf_rules.c); its command line and example file.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
need_root
need_command tc
need_built "$build/integration/upf_n4" "$build/integration/upf_rules" "$build/bin/upf"

upf=$build/bin/upf
ok 'the example configuration is right' "$upf" --config "$root/upf/upf.example.yaml" --check-config
sed 's/^n3_device:.*/n3_devise: n3/' "$root/upf/upf.example.yaml" >"$tmp/wrong.yaml"
nok 'a misspelt key is not' "$upf" --config "$tmp/wrong.yaml" --check-config
like 'and is told with its place' "$_output" 'wrong.yaml:[0-9]+:1: '
sed 's/^n3_device:.*/n3_device: nowhere0/; s/^n4_address:.*/n4_address: 127.0.0.1/; s/^rest_address:.*/rest_address: 127.0.0.1/; /^token_file:/d' "$root/upf/upf.example.yaml" \
	>"$tmp/nowhere.yaml"
nok 'without its device it does not start' "$upf" --config "$tmp/nowhere.yaml"
like 'and says which' "$_output" 'nowhere0'

export BATON_UPF=$upf
for program in upf_n4 upf_rules; do
	ok "$program" "$build/integration/$program"
	note "$(grep -c '^ok' <<<"$_output") checks"
done
done_testing
