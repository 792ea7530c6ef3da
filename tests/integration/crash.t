#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# kill -9 of `baton` at 50 random points of bringing up, changing and taking down: the next command sees what there is, and
# can go on from it or clean it up. BATON_SEED chooses the points; they are spread over the time that each takes undisturbed.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
topology=crash
# shellcheck source=tests/integration/e2e.sh
. "$(dirname "$0")/e2e.sh"
need_command perl
e2e_begin
record=/run/baton/$topology/state.json

seed=${BATON_SEED:-$RANDOM}
RANDOM=$seed
note "BATON_SEED=$seed"

plain_a="$tmp/plain-a.yaml" plain_b="$tmp/plain-b.yaml" core_a="$tmp/core-a.yaml" core_b="$tmp/core-b.yaml"
cat >"$plain_a" <<END
name: $topology
nodes: {h1: host, r1: router, r2: router, h2: host, s1: host, s2: host, s3: host}
networks: {lan: {members: [s1, s2, s3, r2], prefix: 192.168.7.0/24}}
links: [{between: [h1, r1]}, {between: [r1, r2]}, {between: [r2, h2]}]
END
cat >"$plain_b" <<END
name: $topology
nodes: {h0: host, h1: host, r1: router, r2: router, h2: host, s1: host, s3: host, s4: host, s5: host}
networks: {lan: {members: [s4, s1, s3, s5, r2], prefix: 192.168.7.0/24}}
links: [{between: [h0, r1]}, {between: [h1, r1], rate: 50Mbit}, {between: [r1, r2], mtu: 1400}, {between: [r2, h2]}]
END
cat >"$core_a" <<END
name: $topology
nodes: {core: core, gnb1: gnb, upf-a: upf, edge-a: edge, cloud: cloud, ue: ue}
END
cat >"$core_b" <<END
name: $topology
nodes: {core: core, gnb1: gnb, upf-a: {kind: upf, edge: edge-a}, upf-b: {kind: upf, edge: edge-b}, edge-a: edge, edge-b: edge, cloud: cloud, ue: ue}
END

# COMMAND... is killed after so long
kill_at() { # MICROSECONDS COMMAND...
	perl -MTime::HiRes=usleep -e '
		my $after = shift;
		my $pid = fork // die;
		if (!$pid) { open STDOUT, ">", "/dev/null"; open STDERR, ">&STDOUT"; exec @ARGV }
		usleep $after;
		kill KILL => $pid;
		waitpid $pid, 0;' "$1" "$build/bin/baton" --name "$topology" "${@:2}"
}

took() { # COMMAND...: microseconds
	perl -MTime::HiRes=time -e '
		my $began = time;
		open STDOUT, ">&", \*STDERR;
		system(@ARGV) == 0 or exit 1;
		open my $out, ">&=", 3;
		printf $out "%d\n", (time - $began) * 1e6;' "$build/bin/baton" --name "$topology" "$@" 3>&1 2>>"$tmp/took"
}

no_inits() { [ "$(inits)" = 0 ]; }
inits() { pgrep -f "^baton-init $topology/" | wc -l; }
recorded() { [ ! -e "$record" ] || jq '[.nodes[] | select(.pid > 0) | .pid] | .[]' "$record" 2>/dev/null; }
# Inits that were not committed end with their maker, in their own time.
settled() {
	case $(baton status --json 2>/dev/null | jq -r .state) in
	half-made | '') [ "$(inits)" = 0 ] || [ "$(inits)" = "$(recorded | wc -l)" ] ;;
	*) true ;;
	esac
}

# Not a zombie, which only waits for somebody to read how it ended.
is_init() { grep -qs "^Name:.baton-init" "/proc/$1/status" && ! grep -qs "^State:.[ZX]" "/proc/$1/status"; }
# What status says, held against the machine: prints what isn't so
untruths() { # FILE...: what it may be, when it says that it is up
	local status code state node pid file matches=no
	status=$(baton status --json 2>"$tmp/status.err")
	code=$?
	if [ $code = 6 ]; then
		remnants
		return
	fi
	if [ $code != 0 ]; then
		grep -q "can't be read.*baton down" "$tmp/status.err" || echo "status ended with $code: $(cat "$tmp/status.err")"
		return
	fi
	while read -r node state pid; do
		case $state in
		up) is_init "$pid" || echo "node $node is not up" ;;
		gone) [ "$pid" = 0 ] || ! is_init "$pid" || echo "node $node is up" ;;
		esac
	done < <(jq -r '.nodes[] | "\(.name) \(.state) \(.pid)"' <<<"$status")
	state=$(jq -r .state <<<"$status")
	case $state in
	up)
		for file in "$@"; do baton up --dry-run "$file" >"$tmp/dry" 2>&1 && matches=yes; done
		[ $matches = yes ] || echo "it is up, but as none of its files says: $(cat "$tmp/dry")"
		;;
	half-made | half-changed | half-removed | dead) ;;
	*) echo "state $state, and nobody is at it" ;;
	esac
}

clean() {
	local code
	baton down >"$tmp/down.out" 2>&1
	code=$?
	[ $code = 0 ] || [ $code = 6 ] || echo "down ended with $code: $(cat "$tmp/down.out")"
	wait_for 5 no_inits || echo "inits are left"
	remnants
}

works() { # FILE
	local out
	out=$(baton up "$1" 2>&1) || echo "up: $out"
	out=$(baton up --dry-run "$1" 2>&1) || echo "as the file says: $out"
	case $1 in
	*plain*) baton exec h1 -- ping -q -c 1 -W 2 s3 >/dev/null || echo 'h1 does not reach s3' ;;
	*) baton exec ue -- ping -q -c 1 -W 2 cloud >/dev/null || echo 'the UE does not reach the cloud' ;;
	esac
}

states='' points=0
round() { # WHAT A B
	local what=$1 a=$2 b=$3 whole after bad=''
	case $what in
	up) whole=${up_took[$a]} ;;
	change) whole=${change_took[$a]} && baton up "$a" >/dev/null 2>&1 ;;
	down) whole=${down_took[$a]} && baton up "$a" >/dev/null 2>&1 ;;
	esac
	after=$((whole * (RANDOM % 1000) / 1000))
	points=$((points + 1))
	case $what in
	up) kill_at $after up "$a" ;;
	change) kill_at $after up "$b" ;;
	down) kill_at $after down ;;
	esac
	wait_for 5 settled || bad+='inits neither end nor stay; '
	bad+=$(untruths "$a" "$b")
	states+=" $(baton status --json 2>/dev/null | jq -r .state)"
	# half of them go on from there, to where they were going or back, and half are cleaned up first
	if [ $((RANDOM % 2)) = 0 ]; then
		[ $((RANDOM % 2)) = 0 ] && bad+=$(works "$b") || bad+=$(works "$a")
		bad+=$(clean)
	else
		bad+=$(clean)
		[ $((points % 3)) != 0 ] || bad+=$(works "$a")$(clean)
	fi
	[ -z "$bad" ] || note "$what killed after $after of $whole us: $bad"
	all_bad+=$bad
}

declare -A up_took change_took down_took
for pair in "$plain_a $plain_b" "$core_a $core_b"; do
	read -r a b <<<"$pair"
	up_took[$a]=$(took up "$a")
	change_took[$a]=$(took up "$b")
	down_took[$a]=$(took down)
	note "$(basename "$a"): up ${up_took[$a]} us, change ${change_took[$a]} us, down ${down_took[$a]} us"
done
like 'undisturbed all end well' "${up_took[*]} ${change_took[*]} ${down_took[*]}" '^[0-9]+ [0-9]+ [0-9]+ [0-9]+ [0-9]+ [0-9]+$'

rounds() { # COUNT WHAT A B
	local i
	all_bad=''
	for ((i = 0; i < $1; i++)); do round "${@:2}"; done
	is "$2 of $(basename "$3" .yaml), killed $1 times: status tells the truth, and all can be cleaned and made again" "$all_bad" ''
}
rounds 13 up "$plain_a" "$plain_b"
rounds 16 change "$plain_a" "$plain_b"
rounds 9 down "$plain_a" "$plain_b"
rounds 5 up "$core_a" "$core_b"
rounds 5 change "$core_a" "$core_b"
rounds 2 down "$core_a" "$core_b"
is 'points' $points 50
note "states seen:$(tr ' ' '\n' <<<"$states" | sort | uniq -c | tr '\n' ';')"
is 'nothing is left' "$(remnants)" ''
done_testing
