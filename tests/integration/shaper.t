#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# link-shaper on this machine's kernel: its command line, what it does to packets (shaper_cases.c), and to a user plane's
# links (shaper_gtp.c).
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
need_root
need_command tc
need_built "$build/integration/shaper_cases" "$build/integration/shaper_gtp" "$build/bin/link-shaper"

shaper=$build/bin/link-shaper
example=$root/link-shaper/link-shaper.example.yaml
ok 'the example configuration is right' "$shaper" --config "$example" --check-config
sed 's/^netem:/netm:/' "$example" >"$tmp/wrong.yaml"
nok 'a misspelt key is not' "$shaper" --config "$tmp/wrong.yaml" --check-config
like 'and is told with its place' "$_output" 'wrong.yaml:[0-9]+:1: unknown key .netm'
nok 'without a configuration it does not start' "$shaper"
like 'and says what is missing' "$_output" '--config FILE is missing'
status 'nor with an argument it does not know' 2 "$shaper" now
ok 'it has a version' "$shaper" --version
ok 'and help' "$shaper" --help
sed "s,^socket:.*,socket: $tmp/no/socket,; s,^state:.*,state: $tmp/state," "$example" >"$tmp/nowhere.yaml"
nok 'where it cannot listen it ends' "$shaper" --config "$tmp/nowhere.yaml"
like 'and says where' "$_output" "socket=$tmp/no/socket"

export BATON_SHAPER=$shaper
for program in shaper_cases 'shaper_gtp ebpf'; do
	# shellcheck disable=SC2086 # a program and its argument
	ok "$program" "$build/integration/"$program
	note "$(grep -c '^ok' <<<"$_output") checks"
done
done_testing
