#!/usr/bin/env perl
# SPDX-License-Identifier: Apache-2.0
#
# measure-capture.pl DIR REPORT: figures of each switch of a report, worked out anew from packets in DIR (ue.txt, n3.txt,
# edge-a.txt, edge-b.txt: time, fields, payload in hex; pdu.txt: interface numbers). Prints a line for each check: what, got,
# wanted; for times "within an interval" or by how much they differ.
use strict;
use warnings;
use JSON::PP;
use List::Util qw(first max);

my ($dir, $path) = @ARGV;
open my $file, '<', $path or die "$path: $!";
my $report = JSON::PP->new->decode(join '', <$file>);
my $interval = $report->{interval_us} * 1000;

# [ns, field, sequence number of the sender or, in a reply, of the reflector, SSID]
sub packets {
	my ($name, $fields) = @_;
	my @packets;
	open my $in, '<', "$dir/$name.txt" or die "$dir/$name.txt: $!";
	while (my $line = <$in>) {
		chomp $line;
		my @f = split / /, $line;
		my ($s, $ns) = $f[0] =~ /^(\d+)\.(\d{9})$/ or die "$name: time $f[0]";
		push @packets, [$s * 1_000_000_000 + $ns, $fields ? $f[1] : 0, hex substr($f[-1], 0, 8), $f[-1]];
	}
	return sort { $a->[0] <=> $b->[0] } @packets;
}

open my $numbers, '<', "$dir/pdu.txt" or die "$dir/pdu.txt: $!";
chomp(my @numbers = <$numbers>);
my %pdu = map { $_ => 1 } @numbers;
my @ue = grep { $pdu{$_->[1]} } packets('ue', 1);
my @n3 = packets('n3', 1);
my @edge = sort { $a->[0] <=> $b->[0] } map { packets($_, 0) } qw(edge-a edge-b);

sub say_check { print join("\t", @_), "\n" }

sub near {
	my ($what, $reported, $captured) = @_;
	return say_check($what, 'none', 'a figure') unless defined $reported && defined $captured;
	my $off = abs($reported * 1000 - $captured);
	say_check($what, $off <= $interval ? 'within an interval' : "$off ns off", 'within an interval');
}

# The longest silence that touches [from, to], less the interval
sub gap {
	my ($from, $to, @times) = @_;
	my ($longest, $before) = (0, $from);
	for my $t (@times) {
		$longest = max($longest, $t - $before) if $t >= $from && $before <= $to;
		$before = $t;
	}
	$longest = max($longest, $to - $before);
	return max(0, $longest - $interval);
}

sub within { my ($from, $to, @p) = @_; return grep { $_->[0] >= $from && $_->[0] <= $to } @p }

for my $s (grep { $_->{completed} } @{$report->{samples}}) {
	my $name = "$s->{mode} $s->{migration}";
	my ($t0, $from, $to) = ($s->{t0_ns}, $s->{t0_ns} - 100_000_000, $s->{switched_ns} + $report->{hold_ms} * 1_000_000);
	my ($up, $down) = ($s->{uplink}, $s->{downlink});
	my $first = first { $_->[0] >= $t0 && hex($_->[1]) == $s->{uplink_teid} } @n3;

	near("$name: switch latency, uplink", $up->{latency_us}, $first ? $first->[0] - $t0 : undef);
	near("$name: largest gap, uplink", $up->{largest_gap_us}, gap($from, $to, map { $_->[0] } @edge));
	near("$name: largest gap, downlink", $down->{largest_gap_us}, gap($from, $to, map { $_->[0] } @ue));

	# What was sent within the window, by number, and never came to an edge
	my %came = map { $_->[2] => 1 } @edge;
	my @sent = map { $_->[0] } @{$s->{packets}{sent}};
	say_check("$name: lost uplink", $up->{lost}, scalar grep { !$came{$_} } @sent);
	# The stamp of sending is the UE's, not that of a driver further on.
	my %on_n3;
	$on_n3{$_->[2]} //= $_->[0] for @n3;
	my @late = grep { defined $on_n3{$_->[0]} && $t0 + $_->[1] > $on_n3{$_->[0]} } @{$s->{packets}{sent}};
	say_check("$name: stamped before it is on N3, all but", scalar @late, 0);
	my ($run, $longest_run) = (0, 0);
	for my $number (sort { $a <=> $b } @sent) {
		$run = $came{$number} ? 0 : $run + 1;
		$longest_run = max($longest_run, $run);
	}
	near("$name: loss gap, uplink", $up->{loss_gap_us}, $longest_run * $interval);
	say_check("$name: probes sent", @sent > 250 ? 'enough' : scalar @sent, 'enough');

	# The same for replies, each known by the reflector's time and number in it
	my %heard = map { substr($_->[3], 0, 24) => 1 } @ue;
	my $replies = within($from, $to, @ue);
	my $seen = @{$s->{packets}{replies}};
	say_check("$name: replies at the UE", $seen, $replies);
	say_check("$name: duplicated downlink", $down->{duplicated}, scalar(@ue) - scalar(keys %heard));
	my $reached = within($from, $to, @edge);
	say_check("$name: probes at the edges", scalar @{$s->{packets}{reflected}}, $reached);
	my $on_n3 = within($from, $to, @n3);
	say_check("$name: probes on N3", scalar @{$s->{packets}{n3}}, $on_n3);
	my %edges = map { $_->[0] => 1 } @{$s->{packets}{reflected}};
	say_check("$name: both edges were heard", scalar keys %edges, 2);
}
