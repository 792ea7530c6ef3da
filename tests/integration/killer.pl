#!/usr/bin/perl
# SPDX-License-Identifier: Apache-2.0
#
# killer.pl READY WHOM [WHEN]: kills WHOM (SIGKILL) as soon as it is there and, where that is given, WHEN is there, too. It writes the file
# READY when it has begun to look. Exit status 0 when it has killed.
#
# Each is the number of a process; or a path, of the record in which an agent or a step says whose number it is (agents/common/child.h);
# or anything else: a pattern for the first words of a command line, behind the program's directory.
#
# A shell is too slow for a dump, and one outside of the node slower still. It looks every 2 ms, a small part of whatever CRIU does: nothing
# announces that a process has begun but to those who made it.
use strict;
use warnings;
use Time::HiRes qw(sleep time);

sub recorded {
	open my $file, '<', $_[0] or return 0;
	return (<$file> // '') =~ /^(\d+) / ? $1 : 0;
}

sub with_words {
	for my $place (glob '/proc/[0-9]*/cmdline') {
		open my $file, '<', $place or next;
		my $line = <$file> // '';
		$line =~ tr/\0/ /;
		my ($pid) = $place =~ /(\d+)/;
		return $pid if $pid != $$ && $line =~ m{^(\S*/)?$_[0]};
	}
	return 0;
}

sub found { return $_[0] =~ /^\d+$/ ? $_[0] : $_[0] =~ m{^/} ? recorded($_[0]) : with_words($_[0]) }

@ARGV == 2 || @ARGV == 3 or die "usage: killer.pl READY WHOM [WHEN]\n";
my ($ready, $whom, $when) = @ARGV;
open my $out, '>', $ready or die "killer.pl: $ready: $!\n";
close $out;
for (my $end = time + 120; time < $end; sleep 0.002) {
	next if defined $when && !found($when);
	my $pid = found($whom) or next;
	exit !kill 'KILL', $pid;
}
die "killer.pl: nobody was there to be killed: @ARGV\n";
