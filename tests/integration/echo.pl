# SPDX-License-Identifier: Apache-2.0
#
# A TCP connection that numbers what it says: does it go on, and is nothing lost or out of place?
#   perl echo.pl serve ADDRESS PORT          echoes, one connection after another, until it is killed
#   perl echo.pl ask ADDRESS PORT SECONDS    a line each millisecond; prints "ASKED ANSWERED WRONG LONGEST-SILENCE-MS" at the end
use strict;
use warnings;
use IO::Socket::INET;
use Time::HiRes qw(time usleep);

my ($role, $address, $port, $seconds) = @ARGV;
$| = 1;
if ($role eq 'serve') {
	my $server = IO::Socket::INET->new(LocalAddr => $address, LocalPort => $port, Listen => 8, ReuseAddr => 1) or die "$!\n";
	print "listening\n";
	while (my $client = $server->accept) {
		next if fork;
		while (sysread($client, my $some, 65536)) {
			syswrite($client, $some);
		}
		exit 0;
	}
}
my $socket = IO::Socket::INET->new(PeerAddr => $address, PeerPort => $port, Timeout => 5) or die "$!\n";
setsockopt($socket, 6, 1, 1); # TCP_NODELAY
$socket->blocking(0);
print "connected\n";
my ($asked, $answered, $wrong, $longest, $kept) = (0, 0, 0, 0, '');
my $begun = my $heard = time;
my $until = $begun + $seconds;
for (my $now = $begun; $now < $until + 5 and ($now < $until or $answered < $asked); $now = time) {
	if ($now < $until) {
		my $line = "$asked\n";
		$asked++ if (syswrite($socket, $line) // 0) == length $line;
	}
	my $got = sysread($socket, my $some, 65536);
	last if defined $got and $got == 0;
	if ($got) {
		$longest = $now - $heard if $now - $heard > $longest;
		$heard = $now;
		$kept .= $some;
		while ($kept =~ s/^(\d+)\n//) {
			$wrong++ if $1 != $answered;
			$answered++;
		}
	}
	usleep 1000;
}
printf "%d %d %d %.0f\n", $asked, $answered, $wrong, $longest * 1000;
