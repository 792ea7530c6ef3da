#!/usr/bin/perl
# SPDX-License-Identifier: Apache-2.0
#
# A stand-in for every daemon of a node, for tests of the inits: does what the file behaviour/NAME beside it says.
#   ready            says that it is ready, and stays
#   never            stays, and never says so
#   exit N           ends at once with status N
#   loud BYTES       is ready, then says that many bytes in lines of 100, then one line of 5000, and "done"
#   orphan           is ready, and leaves a process behind that has no parent
use strict;
use warnings;
use File::Basename;
use Socket;

my ($dir, $name) = (dirname($0), basename($0));
open(my $file, '<', "$dir/behaviour/$name") or die "behaviour/$name: $!\n";
my ($verb, $number) = split ' ', <$file>;
close $file;
$| = 1;
$SIG{TERM} = sub { print STDERR "info $name what=stopped\n"; exit 0 };

sub ready {
	socket(my $socket, AF_UNIX, SOCK_DGRAM, 0) or die "socket: $!\n";
	send($socket, "READY=1\nSTATUS=$name serves", 0, sockaddr_un($ENV{NOTIFY_SOCKET})) or die "notify: $!\n";
}

print STDERR "info $name what=begins arguments=@ARGV\n";
exit $number if $verb eq 'exit';
ready() if $verb ne 'never';
if ($verb eq 'loud') {
	print 'x' x 99, "\n" for 1 .. $number / 100;
	print 'y' x 5000, "\ndone\n";
}
if ($verb eq 'orphan' && !fork) {
	exit 0 if fork;
	exec 'sleep', '7200' or die "sleep: $!\n";
}
sleep 3600 while 1;
