#!/usr/bin/env perl
# SPDX-License-Identifier: Apache-2.0
#
# A "streaming server" that answers a JOIN with what no client wants:
#
#   stream-garbage.pl PORT KIND COUNT
#
# noise: octets at random; text: well-formed RTP of payload type 96 whose payload is no H.264; units: RTP with random NAL units of
# allowed types, and headers of extensions that lie about their length. COUNT datagrams after each JOIN, as fast as they go.
# It ends when its parent closes its standard input.
use strict;
use warnings;
use IO::Select;
use IO::Socket::INET;

my ($port, $kind, $count) = @ARGV;
my $socket = IO::Socket::INET->new(Proto => 'udp', LocalAddr => '127.0.0.1', LocalPort => $port) or die "port $port: $!\n";
my $seq = 0;
srand 4;

sub noise { join '', map { chr int rand 256 } 1 .. shift }

sub rtp {
	my ($marker, $payload) = @_;
	my $extension = pack 'n n C a14 x', 0xbede, 4, 0x1d, noise(14);
	return pack('C C n N N', 0x90, 96 | ($marker ? 0x80 : 0), $seq++ & 0xffff, 1500 * int($seq / 3), 7) . $extension . $payload;
}

my %make = (
	noise => sub { noise(1 + int rand 1400) },
	text => sub { rtp(1, "this is not H.264, whatever the payload type says\n" x (1 + int rand 20)) },
	units => sub {
		my $type = (1, 5, 7, 8, 24, 28)[int rand 6];
		my $packet = rtp(int rand 2, chr(0x60 | $type) . noise(int rand 900));
		substr($packet, 14, 2) = pack 'n', int rand 65536 if rand() < 0.2;
		return $packet;
	},
);

my $readable = IO::Select->new($socket, \*STDIN);
while (1) {
	for my $handle ($readable->can_read) {
		if ($handle == \*STDIN) {
			exit 0 unless sysread STDIN, my $ignored, 64;
			next;
		}
		my $from = $socket->recv(my $datagram, 2048) // next;
		next unless length $datagram && ord($datagram) == 1;
		$socket->send($make{$kind}->(), 0, $from) for 1 .. $count;
	}
}
