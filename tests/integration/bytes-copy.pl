#!/usr/bin/env perl
# SPDX-License-Identifier: Apache-2.0
#
# Copies a known number of bytes, for measure-bytes.t. Says "ready" once it listens.
#
#   bytes-copy.pl take ADDRESS PORT            takes one connection, prints how many bytes came
#   bytes-copy.pl relay ADDRESS PORT TO PORT   takes all of one connection, then sends it on: a store and forward
#   bytes-copy.pl send ADDRESS PORT BYTES
#   bytes-copy.pl drip ADDRESS PORT            20000 bytes each 50 ms until it is ended
#   bytes-copy.pl gtpu ADDRESS FROM TO BYTES N   N G-PDUs to UDP port 2152, each a packet from FROM to TO with BYTES of UDP payload
use strict;
use warnings;
use IO::Socket::INET;
use Socket qw(inet_aton);

$| = 1;
my ($what, @a) = @ARGV;

sub listener {
	my $s = IO::Socket::INET->new(LocalAddr => $_[0], LocalPort => $_[1], Listen => 1, ReuseAddr => 1) or die "listen: $!";
	print "ready\n";
	my $c = $s->accept or die "accept: $!";
	return $c;
}

sub connection {
	return IO::Socket::INET->new(PeerAddr => $_[0], PeerPort => $_[1], Proto => 'tcp', Timeout => 10) // die "connect: $!";
}

sub all_of {
	my ($c, $data, $n) = ($_[0], '');
	1 while ($n = sysread($c, $data, 1 << 20, length $data));
	die "read: $!" unless defined $n;
	return $data;
}

sub give {
	my ($c, $data) = @_;
	my $at = 0;
	while ($at < length $data) {
		my $n = syswrite($c, $data, (1 << 20), $at) // die "write: $!";
		$at += $n;
	}
	shutdown($c, 1);
	sysread($c, my $end, 1); # until the other side has it all
}

if ($what eq 'take') {
	print length(all_of(listener(@a[0, 1]))), "\n";
} elsif ($what eq 'relay') {
	my $data = all_of(listener(@a[0, 1]));
	give(connection(@a[2, 3]), $data);
} elsif ($what eq 'send') {
	give(connection(@a[0, 1]), pack("x$a[2]"));
} elsif ($what eq 'drip') {
	my $c = connection(@a[0, 1]);
	while (defined syswrite($c, pack('x20000'))) {
		select(undef, undef, undef, 0.05);
	}
} elsif ($what eq 'gtpu') {
	my ($to, $inner_from, $inner_to, $bytes, $count) = @a;
	my $s = IO::Socket::INET->new(PeerAddr => $to, PeerPort => 2152, Proto => 'udp') or die "udp: $!";
	my $udp = pack('nnnn', 5000, 6000, 8 + $bytes, 0) . pack("x$bytes");
	my $ip = pack('CCnnnCCn', 0x45, 0, 20 + length $udp, 0, 0, 64, 17, 0) . inet_aton($inner_from) . inet_aton($inner_to);
	# with a sequence number and an empty PDU session container, as on N9
	my $head = pack('CCnNnCC', 0x36, 255, 8 + length($ip . $udp), 7, 1, 0, 0x85) . pack('CCCC', 1, 0x10, 9, 0);
	for (1 .. $count) {
		# nobody listens there: what comes back about the last one stops this one
		for (1 .. 100) {
			last if defined send($s, $head . $ip . $udp, 0);
		}
	}
} else {
	die "take, relay, send, drip or gtpu\n";
}
