# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
#
# TAP in bash, for tests/*/*.t. A test sources this first, then says what must hold, and ends with
# done_testing. What a test changes it undoes by `undo`, written beside the change.
#
#   ok NAME COMMAND...      COMMAND succeeds         is NAME GOT WANTED       two texts are the same
#   nok NAME COMMAND...     COMMAND fails            like NAME GOT REGEX      a text matches
#   status NAME N COMMAND...  exits with N           skip NAME REASON         one test, visibly not run
#   pass NAME / fail NAME [DETAIL]
#   plan N                  when the number matters; done_testing counts otherwise
#   skip_all REASON, need_root, need_command NAME...        the whole file, visibly not run
#   need_built FILE...      programs below $build; built when they are not, and no reason to skip
#
#   run COMMAND...          shows the command, then runs it; ns NAMESPACE COMMAND... in a namespace
#   wait_for SECONDS COMMAND...    until COMMAND succeeds; fails when the time is over
#   undo COMMAND...         at the end, whatever it is like, last registered first
#   end_pids [-SIGNAL] PID...      ends processes; that one has ended already is well
#   in_lab                  starts the test again in scripts/lab, unless it runs there
#   become COMMAND...       goes on as COMMAND, which speaks TAP itself
#   $root the repository, $build its build directory (BATON_BUILD: another one, as build/san), $tmp a directory of this test's own
set -u -o pipefail

root=$(readlink -f "$(dirname "${BASH_SOURCE[0]}")/..")
# shellcheck disable=SC2034 # for the tests
build=${BATON_BUILD:-$root/build}
_count=0 _planned='' _undo=() _output='' _pid=$BASHPID

note() {
	printf '%s\n' "$*" | sed 's/^/# /'
}

pass() {
	echo "ok $((++_count)) - ${1//#/\\#}"
}

# DETAIL goes to standard error, where prove shows it.
fail() { # NAME [DETAIL]
	echo "not ok $((++_count)) - ${1//#/\\#}"
	{
		note "failed: $1 (${BASH_SOURCE[-1]##*/} line ${BASH_LINENO[-2]})"
		[ -z "${2:-}" ] || note "$2"
	} >&2
	return 1
}

ok() { # NAME COMMAND...
	if _output=$("${@:2}" 2>&1); then
		pass "$1"
	else
		fail "$1" "status $? of: ${*:2}"$'\n'"$_output"
	fi
}

nok() { # NAME COMMAND...
	if _output=$("${@:2}" 2>&1); then
		fail "$1" "should have failed: ${*:2}"$'\n'"$_output"
	else
		pass "$1"
	fi
}

status() { # NAME WANTED COMMAND...
	local got=0
	_output=$("${@:3}" 2>&1) || got=$?
	if [ "$got" = "$2" ]; then
		pass "$1"
	else
		fail "$1" "status $got, not $2, of: ${*:3}"$'\n'"$_output"
	fi
}

is() { # NAME GOT WANTED
	if [ "$2" = "$3" ]; then
		pass "$1"
	else
		fail "$1" "   got: $2"$'\n'"wanted: $3"
	fi
}

like() { # NAME GOT REGEX
	if [[ $2 =~ $3 ]]; then
		pass "$1"
	else
		fail "$1" "   got: $2"$'\n'"wanted: /$3/"
	fi
}

skip() { # NAME REASON
	echo "ok $((++_count)) - ${1//#/\\#} # SKIP $2"
}

plan() { # NUMBER
	_planned=$1
	echo "1..$1"
}

done_testing() {
	[ -n "$_planned" ] || plan $_count
}

skip_all() { # REASON
	[ "$_count" -eq 0 ] || { echo "skip_all: tests have run already" >&2 && exit 1; }
	_planned=0
	echo "1..0 # SKIP $*"
	exit 0
}

need_root() {
	[ "$(id -u)" -eq 0 ] || skip_all "needs root"
}

need_command() { # NAME...
	local name
	for name in "$@"; do
		command -v "$name" >/dev/null || skip_all "needs $name; scripts/setup installs it"
	done
}

# The lab has no time for make: there a program was built before, or the file fails. One at a time builds: a test of the lab may want the
# same as one beside it.
need_built() { # FILE...
	local file sanitized=()
	[ "$build" != "$root/build/san" ] || sanitized=(SAN=1)
	for file in "$@"; do
		[ -n "${BATON_LAB:-}" ] || flock "$root/Makefile" make -s -C "$root" "${sanitized[@]}" "${file#"$root"/}" >&2
		[ -x "$file" ] && continue
		fail "${file#"$root"/} is built"
		done_testing
		exit 1
	done
}

run() { # COMMAND...
	note "\$ $*"
	"$@"
}

ns() { # NAMESPACE COMMAND...
	note "[$1] \$ ${*:2}"
	ip netns exec "$1" "${@:2}"
}

wait_for() { # SECONDS COMMAND...
	local end=$((${EPOCHREALTIME/[.,]/} + $1 * 1000000))
	while ! "${@:2}" >/dev/null 2>&1; do
		if [ "${EPOCHREALTIME/[.,]/}" -ge $end ]; then
			note "waited $1 s in vain for: ${*:2}" >&2
			return 1
		fi
		sleep 0.05
	done
}

undo() { # COMMAND...
	_undo+=("$(printf '%q ' "$@")")
}

end_pids() { # [-SIGNAL] PID...
	kill "$@" 2>/dev/null || :
}

# An undo that fails fails the test: it has left something behind.
_run_undo() {
	local i failed=0
	for ((i = ${#_undo[@]} - 1; i >= 0; i--)); do
		eval "${_undo[i]}" >&2 && continue
		note "undo failed: ${_undo[i]}" >&2
		failed=1
	done
	_undo=()
	return $failed
}

_end() {
	local status=$?
	[ "$BASHPID" = "$_pid" ] || exit "$status" # a subshell's end is not the test's
	trap '' INT TERM HUP
	_run_undo || status=1
	if [ -z "$_planned" ]; then
		note "ended before done_testing" >&2
		[ "$status" -ne 0 ] || status=1
	fi
	exit "$status"
}
trap _end EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP

# For a program that speaks TAP itself. exec alone would leave undone what undo has to do.
become() { # COMMAND...
	trap - EXIT
	_run_undo || exit
	exec "$@"
}

in_lab() {
	[ -n "${BATON_LAB:-}" ] || become "$root/scripts/lab" "$(readlink -f "$0")" "$@"
}

# $tmp is made when it is first wanted, which is here: every test may use it.
tmp=$(mktemp -d "${TMPDIR:-/tmp}/baton-test.XXXXXXXX") || skip_all "cannot make a directory in ${TMPDIR:-/tmp}"
undo rm -rf "$tmp"
