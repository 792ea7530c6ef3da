#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# snake-cloud on loopback: its command line, and everything that an edge can do to it (snake_cloud_cases.c), each case with a
# daemon of its own.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
cases=$build/integration/snake_cloud_cases
export BATON_GAME_CLOUD=$build/bin/snake-cloud
need_built "$cases" "$BATON_GAME_CLOUD"

example=$root/apps/snake/cloud/snake-cloud.example.yaml
ok 'the example configuration is right' "$BATON_GAME_CLOUD" --config "$example" --check-config
check_refusal() { # NAME LINE REGEX: the example with another line is refused, and why
	sed -e "/^${2%%:*}:/d" -e /^accounts:/d -e '/^  - /d' "$example" >"$tmp/wrong.yaml"
	[[ $2 == accounts:* ]] || echo 'accounts: [{name: ann, secret: x}]' >>"$tmp/wrong.yaml"
	echo "$2" >>"$tmp/wrong.yaml"
	nok "$1: refused" "$BATON_GAME_CLOUD" --config "$tmp/wrong.yaml" --check-config
	like "$1: told" "$_output" "$3"
}
check_refusal 'an unknown key' 'bot: 3' "wrong.yaml:[0-9]+:1: unknown key 'bot'"
check_refusal 'too many ticks' 'tick_hz: 5000' 'expected .*1000'
check_refusal 'a small world' 'world_width: 8' 'expected .*32'
check_refusal 'an account with capitals' 'accounts: [{name: Ann, secret: x}]' "found 'Ann'"
check_refusal 'an account twice' 'accounts: [{name: ann, secret: x}, {name: ann, secret: y}]' "a second account 'ann'"
check_refusal 'an account without a secret' 'accounts: [{name: ann}]' 'secret'
check_refusal 'no list of accounts' 'accounts: ann' 'expected a list of accounts'

sed -e "s,^state_file:.*,state_file: $tmp/state," -e '/^rest_\|^token/d' "$example" >"$tmp/state.yaml"
echo 'what is this' >"$tmp/state"
nok 'a state file that is none' "$BATON_GAME_CLOUD" --config "$tmp/state.yaml"
like 'is told with its line' "$_output" "path=$tmp/state line=1 "

rm "$tmp/state"
echo "token_file: $tmp/none" >>"$tmp/state.yaml"
nok 'a token file that is not there' "$BATON_GAME_CLOUD" --config "$tmp/state.yaml"
like 'is told' "$_output" "$tmp/none"

# They mostly wait, so several run at once.
export tmp cases
# shellcheck disable=SC2016 # expanded there
"$cases" | xargs -P 6 -I '{}' sh -c '"$cases" {} >"$tmp/{}.out" 2>&1; echo $? >"$tmp/{}.status"'
while read -r name; do
	is "$name" "$(cat "$tmp/$name.status")" 0 || note "$(cat "$tmp/$name.out")" >&2
done < <("$cases")
done_testing
