#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# Whatever is killed, cut or filled while the migration manager moves a process with CRIU, in whatever step: the migration ends with a
# cause that fits, one instance serves, every request is answered once and right, and both edges are as they were: rules, tables, mounts,
# processes, images. One boot, one client, one row of the table below after another.
#
#   process-faults.t          the rows with a star: each kind of victim and each step at least once
#   BATON_FULL=1 process-faults.t     all of them, half an hour
#   process-faults.t REGEX    those whose name ("iterative, dump: agent S") matches
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
topology=e2e-faults
# shellcheck source=tests/integration/e2e.sh
. "$(dirname "$0")/../integration/e2e.sh"
need_command criu rsync
for program in process-step forwarder service-client images/ledger/ledger; do
	need_built "$build/bin/$program"
done
e2e_begin
all=${BATON_FULL:-}${1:-}
[ -n "${BATON_LAB:-}" ] || become "$root/scripts/lab" --timeout "$([ -n "$all" ] && echo 7200 || echo 1200)" "$(readlink -f "$0")" "$@"

# S and D: source and destination, wherever the process is just then. How it ends: a part of "STATE CAUSE". What is lost with its last
# memory (PAGES_LOST), or ended in its dump (CRASHED), which lies in the method, is started anew.
rows() {
	grep -v '^$\|^#' <<'END'
# ;strategy;in;victim;ends;members of the request's process
 ;iterative;predump.2;agent S;completed;
 ;iterative;predump.2;agent D;completed;
 ;iterative;predump.2;manager;completed;
*;iterative;predump.2;daemons;completed;
 ;iterative;predump.2;step S;rolled-back STEP_FAILED;
 ;iterative;predump.2;step D;rolled-back (TRANSFER|STEP)_FAILED;
 ;iterative;predump.2;criu;(rolled-back CRIU_FAILED|failed CRASHED);
 ;iterative;dump;agent S;completed;
 ;iterative;dump;agent D;completed;
 ;iterative;dump;manager;completed;
 ;iterative;dump;step S;rolled-back STEP_FAILED;
 ;iterative;dump;step D;rolled-back (TRANSFER|STEP)_FAILED;
 ;iterative;dump;criu;(rolled-back CRIU_FAILED|failed CRASHED);
 ;iterative;send;agent S;completed;
 ;iterative;send;agent D;completed;
 ;iterative;send;manager;completed;
 ;iterative;send;step S;rolled-back STEP_FAILED;
 ;iterative;send;step D;rolled-back (TRANSFER|STEP)_FAILED;
 ;iterative;restore;agent S;completed;
 ;iterative;restore;agent D;completed;
 ;iterative;restore;manager;completed;
 ;iterative;restore;daemons;completed;
 ;iterative;restore;step D;rolled-back STEP_FAILED;
*;iterative;restore;criu;rolled-back CRIU_FAILED;
 ;iterative;open;agent S;completed;
 ;iterative;open;agent D;completed;
 ;iterative;open;manager;completed;
 ;iterative;open;step D;completed;
 ;iterative;finish;agent S;completed;
 ;iterative;finish;agent D;completed;
 ;iterative;finish;manager;completed;
*;iterative;finish;step S;completed;
 ;iterative;finish;step D;completed;
 ;iterative;predump.2;page server;rolled-back (CRIU|TRANSFER|STEP)_FAILED;"transfer": "page-server"
*;iterative;dump;page server;(rolled-back (CRIU|TRANSFER|STEP)_FAILED|failed CRASHED);"transfer": "page-server"
 ;iterative;send.1;WAN;rolled-back TRANSFER_FAILED;
 ;stop-and-copy;send;WAN;rolled-back TRANSFER_FAILED;
*;iterative;restore;WAN;completed;
 ;iterative;predump.2;disk of S;(completed|rolled-back (DISK_SHORT|STATE_NOT_WRITABLE));
*;stop-and-copy;dump;disk of S;rolled-back (DISK_SHORT|STATE_NOT_WRITABLE);
 ;iterative;send;disk of S;(completed|rolled-back (DISK_SHORT|STATE_NOT_WRITABLE));
 ;iterative;finish;disk of S;completed;
 ;stop-and-copy;send;disk of D;rolled-back (DISK_SHORT|TRANSFER_FAILED|STATE_NOT_WRITABLE);
 ;iterative;restore;disk of D;(completed|rolled-back (DISK_SHORT|STATE_NOT_WRITABLE|CRIU_FAILED));
*;iterative;open;disk of D;completed;
*;stop-and-copy;send;edge D;rolled-back (TRANSFER|STEP)_FAILED;
 ;iterative;restore;edge D;rolled-back (STEP_FAILED|CRIU_FAILED|TRANSFER_FAILED);
 ;iterative;finish;edge S;completed;
 ;iterative;dump;edge S;failed (CRASHED|STEP_FAILED);
 ;stop-and-copy;dump;criu;(rolled-back CRIU_FAILED|failed CRASHED);
 ;stop-and-copy;restore;step D;rolled-back STEP_FAILED;
 ;live-process;predump.2;agent S;completed;"rounds": 2, "not_converged": "stop"
 ;live-process;send.1;step D;rolled-back (TRANSFER|STEP)_FAILED;"rounds": 2, "not_converged": "stop"
*;layered;send.1;step D;rolled-back (TRANSFER|STEP)_FAILED;
 ;layered;send.1;agent S;completed;
 ;layered;send.1;manager;completed;
*;replay;pause;forwarder;rolled-back STEP_FAILED;
 ;replay;replay;forwarder;(completed|rolled-back STEP_FAILED);
 ;replay;replay;manager;completed;
 ;replay;cut;agent D;completed;
 ;replay;divert;agent S;completed;
 ;replay;restore;criu;rolled-back CRIU_FAILED;
*;post-copy;restore;lazy pages of S;rolled-back (CRIU_FAILED|STEP_FAILED|NOT_ANSWERED|TRANSFER_FAILED);
 ;post-copy;drain;agent D;completed;
 ;post-copy;drain;manager;completed;
 ;post-copy;drain;drain D;completed;
# whoever knows how CRIU's daemon ends is one of these
 ;post-copy;drain;step D;(completed|failed PAGES_LOST);
 ;post-copy;drain;disk of D;completed;
 ;post-copy;drain;lazy pages of S;(completed|failed PAGES_LOST);
 ;post-copy;drain;lazy pages of D;(completed|failed PAGES_LOST);
END
}

# ---- a fault, as soon as a step has begun ----

# Outside of the nodes, since a shell is too slow for a step: PLACE (of the application, at the edge of the step), the edge's INIT, STEP, FILE
# that says when it looks, and what is done once that step of a migration that wasn't there before has begun
cat >"$tmp/fault.pl" <<'END'
use strict;
use Time::HiRes qw(sleep time);
my ($place, $init, $step, $said, $what, @rest) = @ARGV;
my %before = map { $_ => 1 } glob "$place/steps/*";

sub first_line { open my $f, '<', $_[0] or return ''; return <$f> // '' }
sub command { my $line = first_line("/proc/$_[0]/cmdline"); $line =~ tr/\0/ /; return $line }
sub within { # INIT
	my $namespace = readlink "/proc/$_[0]/ns/pid";
	return grep { $_ != $_[0] && (readlink("/proc/$_/ns/pid") // '') eq $namespace } map { m{(\d+)$} } glob '/proc/[0-9]*';
}
# One that the agent does itself has no program; what is started is nobody until it is that program
sub has_begun { # DIRECTORY
	return -e "$_[0]/outcome.json" || ($step eq 'open' ? -e "$_[0]/request.json" : -e "$_[0]/process" && grep { command($_) =~ m{process-step .*/$step $} } within($init));
}
sub number { my ($line) = map { /^NSpid:.*\s(\d+)$/ } do { open my $f, '<', "/proc/$_[0]/status"; <$f> }; return $line // 0 }
sub fill { # whatever there is room for
	my $at = 0;
	open my $f, '>', $rest[0] or die;
	for (my $size = 1 << 26; $size >= 4096; $size >>= 1) {
		$at += $size while syscall(285, fileno $f, 0, $at, $size) == 0; # fallocate
	}
	return $at;
}
my %do = (
	command => sub { # all of them, of each INIT PATTERN
		my ($count, @each) = (0, @rest);
		while (my ($its, $pattern) = splice @each, 0, 2) {
			$count += kill 'KILL', grep { command($_) =~ /$pattern/ } within($its);
		}
		return $count;
	},
	all => sub { kill 'KILL', within($rest[0]) },
	criu => sub { # it alone: not what it is restoring
		my $recorded = first_line("$place/criu/process") =~ /^(\d+) / ? $1 : 0;
		kill 'KILL', grep { number($_) == $recorded && command($_) =~ /^\S*criu[:\s]/ } within($rest[0]);
	},
	fill => \&fill,
	run => sub { !system @rest },
);
open my $out, '>', $said; print $out "ready\n"; close $out;
my $begun;
for (my $end = time + 120; time < $end; sleep 0.005) {
	$begun ||= grep { !$before{$_} && has_begun("$_/$step") } glob "$place/steps/*";
	exit 0 if $begun && $do{$what}->();
}
die $begun ? "nobody was there to be killed\n" : "$step never began\n";
END

place() { echo "/proc/${pids[$1]}/root/run/baton/$topology/here/processes/ledger"; } # EDGE

# What fault.pl does to VICTIM
action() { # VICTIM SOURCE DESTINATION
	local edge=$2
	case $1 in *' D') edge=$3 ;; esac
	case $1 in
	'agent '*) echo command "${pids[$edge]}" '^\S*edge-agent\s' ;;
	'step '*) echo command "${pids[$edge]}" '^\S*process-step\s' ;;
	'drain D') echo command "${pids[$3]}" '^\S*process-step\s\S*/drain\s' ;;
	'edge '*) echo all "${pids[$edge]}" ;;
	manager) echo command "${pids[core]}" '^\S*migration-manager\s' ;;
	daemons) echo command "${pids[core]}" '^\S*migration-manager\s' "${pids[edge-a]}" '^\S*edge-agent\s' "${pids[edge-b]}" '^\S*edge-agent\s' ;;
	criu) echo criu "${pids[$step_edge]}" ;;
	'page server') echo command "${pids[$3]}" '^\S*criu\spage-server' ;;
	'lazy pages of S') echo command "${pids[$2]}" '^\S*criu[:\s]' ;;
	'lazy pages of D') echo command "${pids[$3]}" '^\S*criu\slazy-pages' ;;
	forwarder) echo command "${pids[$3]}" '^\S*forwarder\s' ;;
	WAN) echo run "$build/bin/baton" --name "$topology" link set "$2" wan loss=100% ;;
	'disk of S') echo fill "$(place "$2")/../filler" ;;
	'disk of D') echo fill "$(place "$3")/../filler" ;;
	*) echo "no victim '$1'" >&2 && return 1 ;;
	esac
}
repository() { echo "$(place "$1")/../../repository"; } # EDGE
repair() { # VICTIM SOURCE DESTINATION
	local at
	at=$(repository "$3")
	[ ! -d "$at/away" ] || mv -T "$at/away" "$at/ledger" 2>/dev/null || rm -rf "$at/away" # the layer has come meanwhile
	case $1 in
	WAN) baton link set "$2" wan loss=none rate=100Mbit >"$tmp/link" 2>&1 ;;
	'disk of '*) rm -f "$(place "$2")/../filler" "$(place "$3")/../filler" ;;
	esac
}
edge_of_step() { # STEP VICTIM SOURCE DESTINATION
	case $1 in
	predump* | dump | send* | finish | divert | suspend) echo "$3" ;;
	*) echo "$4" ;;
	esac
}

# ---- what is there ----

at_edge() { rest 8085 "$1" "/v1/processes/ledger" "${@:2}"; } # EDGE [CURL OPTION]...
told() { # "STATE GATE" of both edges; curl takes both at once
	curl -sS --max-time 10 -H "Authorization: Bearer $BATON_TOKEN" "http://$(address "$1"):8085/v1/processes/ledger" \
		"http://$(address "$2"):8085/v1/processes/ledger" | jq -r '.state + " " + .gate' | paste -sd ,
}
runs_alone() { [ "$(told "$1" "$2")" = 'running open,absent none' ]; } # EDGE OTHER
runs_nowhere() { [[ "$(told edge-a edge-b)" =~ ^(absent|failed)\ .*,(absent|failed)\ .*$ ]]; }

# All at edges that a migration could change, a line each: NAME INIT, of each. From outside: a node has no perl quicker than this one.
cat >"$tmp/edges.pl" <<'END'
use strict;
my ($topology, $tables, @edges) = @ARGV;
my $edge;
sub found { print map { "$edge: $_\n" } @_ }
sub batch { # COMMAND LINE...: what it prints
	my ($command, @lines) = @_;
	open my $f, '-|', 'sh', '-c', "echo '" . join("\n", @lines) . "' | $command -batch -" or die;
	chomp(my @out = <$f>);
	close $f or die "$command: $?";
	return @out;
}
sub firewall {
	open my $f, '-|', 'perl', $tables or die;
	chomp(my @names = <$f>);
	close $f or die "tables aren't known";
	return @names;
}
while (($edge, my $init) = splice @edges, 0, 2) {
	open my $namespace, '<', "/run/netns/$topology.$edge" or die;
	syscall(308, fileno $namespace, 0) == 0 or die "setns: $!";
	for (batch('ip', 'rule show', 'address show dev lo')) {
		found("rule $_") if /^\d+:\s+from/;
		found("address $1") if /inet6? (\S+)/;
	}
	found(map { "table $_" } firewall());
	found(map { "filter $_" } grep { /handle 0xf0/ } batch('tc', map { ("filter show dev $_ ingress", "filter show dev $_ egress") } qw(wan n6)));
	my $its = readlink "/proc/$init/ns/pid";
	my %namespaces;
	for my $pid (map { m{(\d+)$} } glob '/proc/[0-9]*') {
		(readlink("/proc/$pid/ns/pid") // '') eq $its or next;
		open my $f, '<', "/proc/$pid/stat" or next;
		my ($name, $state) = (<$f> // '') =~ /\((.*)\) (\S)/ or next;
		found("process $name") if $name =~ /^(criu|rsync|forwarder|process-step)/;
		found("$name in state $state") if $state =~ /[Tt]/;
		$namespaces{$_} = 1 for map { readlink("/proc/$pid/ns/$_") // () } qw(net mnt pid);
	}
	found('namespaces ' . keys %namespaces);
	open my $mounts, '<', "/proc/$init/mountinfo" or die;
	found(map { 'mount ' . (split)[4] } <$mounts>);
	my $here = "/proc/$init/root/run/baton/$topology/here";
	my $place = "$here/processes/ledger";
	found(map { "file $_" } grep { -e } glob("$place/migrations/* $place/migrations/.[!.]* $here/repository/.[!.]*"), map { "$place/$_" } qw(incoming lazy/process state/incoming));
}
END
edges_now() {
	perl "$tmp/edges.pl" "$topology" "$root/tests/integration/nf-tables.pl" edge-a "${pids[edge-a]}" edge-b "${pids[edge-b]}" | sort
}
# What there is that wasn't before, and what isn't any more; the service address is to be at one edge
left_over() { # EDGE-OF-THE-ADDRESS; none: wherever it is
	local where='s/^edge-.: \(address 10\.70\.128\.1\)/'"${1:-edge}"': \1/' now='' line
	[ -n "$1" ] || now=$where
	edges_now >"$tmp/now"
	diff <(sed "$where" "$tmp/before" | sort) <(sed "$now" "$tmp/now" | sort) | while read -r line; do
		case $line in
		'>'*) [ "${line#> edge: }" != "$line" ] || echo "left at ${line#> }" ;;
		'<'*) [ "${line#< edge: }" != "$line" ] || echo "gone from ${line#< }" ;;
		esac
	done
}
nothing_left() { [ -z "$(left_over "$1")" ]; }

client_start() {
	clients=$((${clients:-0} + 1)) client=$tmp/client.$clients
	mkfifo "$client.in"
	in_ue service-client --address 10.70.128.1 --model heap=4MB,read=4KB,write=64KB,clients=16,data=512KB --until-stdin --patience 120000 --rate 10 \
		--out "$client.csv" <"$client.in" >"$client.json" 2>"$client.err" &
	client_pid=$!
	exec {client_input}>"$client.in"
}
client_end() {
	exec {client_input}>&-
	wait $client_pid
	cat "$client.err" >&2
}
answered() { grep -c ",$1,1\$" "$client.csv"; }           # EDGE
answers_more() { [ "$(answered "$1")" -gt "$2" ]; }       # EDGE THAN
mistakes() { # requests that were answered twice, or wrongly
	awk -F, 'NR > 1 && $4 > 0 && (seen[$1]++ || $7 != 1)' "$client.csv" | head -n 3
}

# ---- a row ----

migrate_by() { # STRATEGY EDGE PROCESS: prints the id
	api POST /v1/migrations "{\"ue\": \"$supi\", \"app\": \"ledger\", \"destination\": \"$2\", \"strategy\": \"$1\",
		\"mode\": \"make-before-break\", \"process\": {$3}}" | jq -er 'if .id then .id else error(tostring) end'
}
prepare() { # STRATEGY VICTIM SOURCE DESTINATION
	case $1 in
	iterative) process='"criterion": "rounds", "rounds": 2' ;;
	layered) mv "$(repository "$4")/ledger" "$(repository "$4")/away" ;;
	esac
	[ "$2" != WAN ] || baton link set "$3" wan rate=4Mbit >"$tmp/link" 2>&1
}
# It can't be had again: a new one begins where the UE is, with a new client
begin_anew() { # EDGE
	kill $client_pid
	exec {client_input}>&-
	wait $client_pid
	at_edge "$1" -X PUT -H "$json_type" -d '{}' >/dev/null
	client_start
	wait_for 60 answers_more "$1" 2
}
problem() { problems+="$*"$'\n'; }

# By the stream of its events, which ends with it: asked again and again it would be slower. Of a manager that is killed it ends, too.
has_ended() { # ID
	curl -sN --max-time 300 "$BATON_URL/v1/migrations/$1/events" >/dev/null
	record=$(api GET "/v1/migrations/$1" | jq -r '[.state, .cause, .detail] | join(" ")')
	[[ $record =~ ^(completed|rolled-back|failed) ]]
}
# What isn't as it should be after it, in $problems
look_after() { # VICTIM WANTED
	local outcome edge=$source other=$destination at='' before
	ended_as=$record
	outcome=$(cut -d ' ' -f 1,2 <<<"$record")
	parts+=" ended $((SECONDS - begun))"
	[[ $outcome =~ ^$2\ ?$ ]] || problem "it ended as '$outcome', not /$2/"
	repair "$1" "$source" "$destination"
	[[ ! $outcome =~ completed|PAGES_LOST ]] || { edge=$destination other=$source; }
	if [[ $outcome =~ ^failed ]]; then # nobody has it any more
		wait_for 60 runs_nowhere || problem "it runs: $(told edge-a edge-b)"
	else
		wait_for 60 runs_alone $edge $other || problem "$edge and $other: $(told $edge $other)"
		at=$edge
		before=$(answered $edge)
		wait_for 90 answers_more $edge $((before + 2)) || problem "$edge doesn't answer"
	fi
	parts+=" serves $((SECONDS - begun))"
	[ -z "$(mistakes)" ] || problem "answered wrongly: $(mistakes)"
	wait_for 30 nothing_left "$at" || {
		problem "$(left_over "$at")"
		cp "$tmp/now" "$tmp/before" # the next tells of its own
	}
	[[ ! $outcome =~ ^failed ]] || begin_anew $edge || problem 'a new one does not run'
	source=$edge destination=$other
}
# A migration in which VICTIM is killed, cut or filled as soon as STEP has begun
one_fault() { # STRATEGY STEP VICTIM WANTED [MEMBERS]
	local row="$1, $2: $3" id='' process='' watch step_edge act begun=$SECONDS
	problems='' ended_as='not begun'
	step_edge=$(edge_of_step "$2" "$3" "$source" "$destination")
	prepare "$1" "$3" "$source" "$destination"
	read -ra act <<<"$(action "$3" "$source" "$destination")"
	perl "$tmp/fault.pl" "$(place "$step_edge")" "${pids[$step_edge]}" "$2" "$tmp/ready" "${act[@]}" 2>"$tmp/fault.err" &
	watch=$!
	wait_for 60 test -s "$tmp/ready"
	rm -f "$tmp/ready"
	id=$(migrate_by "$1" "$destination" "$process${5:+${process:+, }$5}") || problem "it was refused"
	parts="begun $((SECONDS - begun))"
	[ -z "$id" ] || wait_for 300 has_ended "$id" || problem 'it has not ended'
	kill $watch 2>/dev/null # who had nothing to do until then
	wait $watch || problem "no fault was made: $(cat "$tmp/fault.err")"
	[ -z "$id" ] || look_after "$3" "$4"
	note "$row: $ended_as ($parts, all $((SECONDS - begun)) s)"
	is "$row" "$problems" ''
}

# ---- begin ----

# A disk of its own for each edge, small enough to be filled
sound() { [ "$(baton exec "$1" -- cat "/run/baton/$topology/here/processes/criu.json" | jq .sound)" = true ]; } # EDGE; tried once a boot
own_disk() { # EDGE
	# shellcheck disable=SC2016 # the inner shell's
	baton exec "$1" -- sh -c 'mount -t tmpfs -o size=48m,mode=0700 disk /mnt && cp -a "$0/." /mnt && mount --move /mnt "$0"' \
		"/run/baton/$topology/here/processes"
}
healthy() { rest 8085 "$1" /healthz -f; }
agent_anew() { # EDGE
	kill -9 "$(pid_of "$1" edge-agent)"
	wait_for 60 healthy "$1"
}
sed 's/heap: 64MB/heap: 4MB\n    clients: 16\n    layers: {base: 0MB, application: 512KB}/; s/write: 4KB/write: 64KB/' \
	"$root/topologies/process.yaml" >"$tmp/process.yaml"
ok 'up' baton up --timeout 120 "$tmp/process.yaml"
e2e_env
declare -A pids=() # of each node's first process
while read -r node pid; do pids[$node]=$pid; done < <(baton status --json | jq -r '.nodes[] | [.name, .pid] | join(" ")')
at_edge edge-a -X DELETE
for edge in edge-a edge-b; do
	ok "CRIU is sound at $edge" wait_for 90 sound $edge
	ok 'which gets a disk of its own' own_disk $edge
	ok 'and its agent finds it' agent_anew $edge
done
at_edge edge-a -X PUT -H "$json_type" -d '{}' >/dev/null
ok 'it runs' wait_for 60 runs_alone edge-a edge-b
source=edge-a destination=edge-b
client_start
ok 'and serves' wait_for 60 answers_more edge-a 2
ok 'a table that is there would be seen' baton exec edge-a -- unshare --net perl "$root/tests/integration/nf-tables.pl" control
edges_now >"$tmp/before"
like 'what is at the edges is known' "$(cat "$tmp/before")" '(edge-a: address 10.70.128.1/32).*(edge-b: mount /sys).*(edge-b: namespaces 3).*(edge-b: rule)'

# ---- refused by what the surveys find ----

refused() { # CAUSE [DETAIL-REGEX]
	local id
	id=$(migrate_by stop-and-copy edge-b '') && wait_for 300 has_ended "$id"
	like "refused: $1" "$record" "^rolled-back $1 .*${2:-}"
	is 'and it serves on' "$(told edge-a edge-b)" 'running open,absent none'
}
refusals() {
	local there pid
	there=$(place edge-b)/../..
	mv "$there/repository/ledger" "$there/away"
	refused IMAGE_NOT_FOUND
	mv "$there/away" "$there/repository/ledger"
	pid=$(baton exec edge-b -- sh -c 'echo 20099 >/proc/sys/kernel/ns_last_pid; sleep 1000 >/dev/null 2>&1 & echo $!')
	is 'somebody has its number' "$pid" 20100
	refused PID_IN_USE 20100
	baton exec edge-b -- kill 20100
	fallocate -l $(($(stat -f -c '%a * %S' "$there/processes") - 6000000)) "$there/processes/filler" # df asks this node's own mounts
	refused DISK_SHORT
	rm "$there/processes/filler"
	ok 'nothing is left of that' wait_for 60 nothing_left edge-a
}
[[ ! refusals =~ ${1:-.} ]] || refusals

# ---- all rows ----

while IFS=';' read -r star strategy step victim wanted members; do
	[[ $star == \** ]] || [ -n "$all" ] || continue
	[[ "$strategy, $step: $victim" =~ ${1:-.} ]] || continue
	one_fault "$strategy" "$step" "$victim" "$wanted" "$members" </dev/null
done < <(rows | LC_ALL=C sort -rs -t ';' -k 1,1)

client_end
is 'the client: every request was answered once, every chain is right' \
	"$(jq -c '[.made > 0, .ok, .unanswered, .wrong, .doubled]' "$client.json")" '[true,true,0,0,0]'
remember
ok 'down' baton down
is 'nothing is left' "$(remnants)" ''
done_testing
