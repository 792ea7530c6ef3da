#!/usr/bin/perl
# SPDX-License-Identifier: Apache-2.0
#
# left-over.pl PROCESSES: what migrations have left in the node where this runs, a line each: rules, tables and filters of a firewall,
# processes at work or stopped, sockets, images. PROCESSES is the directory of the agent's processes. Few programs are started: the lab
# takes a tenth of a second and more for each.
use strict;
use warnings;
use File::Basename qw(dirname);

@ARGV == 1 or die "usage: left-over.pl PROCESSES\n";
my ($processes) = @ARGV;

sub lines { # FILE OR COMMAND THAT MATCH
	my ($what, $pattern) = @_;
	open my $in, $what or die "left-over.pl: $what: $!\n";
	my @found = grep { /$pattern/ } <$in>;
	close $in or $what !~ /\|$/ or die "left-over.pl: $what: status $?\n";
	return @found;
}

print lines('ip rule |', 'blackhole');
print lines("perl '" . dirname($0) . "/nf-tables.pl' |", '');
my $filters = join '\n', map { /^ *(wan|n6):/ ? ("filter show dev $1 ingress", "filter show dev $1 egress") : () } lines('/proc/net/dev', ':');
print lines("printf '$filters\\n' | tc -batch - |", 'handle 0xf0');
print lines('/proc/net/unix', 'baton/forwarder');
for my $file (glob '/proc/[0-9]*/stat') {
	open my $in, '<', $file or next;
	my ($pid, $name, $state) = (<$in> // '') =~ /^(\d+) \((.*)\) (\S)/ or next;
	print "process: $pid $name $state\n" if $state eq 'T' || $name =~ /^(criu|rsync|forwarder|process-step)/;
}
print "file: $_\n" for grep { -e } glob "$processes/*/migrations/{*,.[!.]*} $processes/*/{incoming,state/incoming}";
