#!/usr/bin/perl
# SPDX-License-Identifier: Apache-2.0
#
# GTP-U on the wire, for gtp5g-tools.t:
#
#   gtpu.pl see DEVICE COUNT FILE    "SOURCE DESTINATION OCTETS" of the next COUNT packets to UDP port 2152 that pass DEVICE, into FILE; it is
#                                    there, and empty, once it sees
#   gtpu.pl ask FROM TO OCTETS       one datagram to TO:2152, and what is answered within 5 s
use strict;
use warnings;
use Socket;

use constant { AF_PACKET => 17, SOCK_RAW => 3, ETH_P_ALL => 3, SO_RCVTIMEO => 20 };

sub address { join '.', unpack 'C4', shift }

# Of an Ethernet frame: source, destination and payload, where it is GTP-U over IPv4
sub gtpu {
	my ($frame) = @_;
	return unless unpack('n', substr $frame, 12, 2) == 0x0800;
	my $ip = substr $frame, 14, unpack('n', substr $frame, 16, 2);
	my $len = 4 * (ord($ip) & 15);
	return unless ord(substr $ip, 9, 1) == 17 && unpack('n', substr $ip, $len + 2, 2) == 2152;
	return address(substr $ip, 12, 4), address(substr $ip, 16, 4), unpack 'H*', substr $ip, $len + 8;
}

sub see {
	my ($device, $count, $file) = @_;
	socket my $sock, AF_PACKET, SOCK_RAW, unpack('S', pack 'n', ETH_P_ALL) or die "socket: $!\n";
	my $request = pack 'Z16 x16', $device;
	ioctl $sock, 0x8933, $request or die "$device: $!\n"; # SIOCGIFINDEX
	my $index = unpack 'x16 i', $request;
	bind $sock, pack 'S n i x12', AF_PACKET, ETH_P_ALL, $index or die "bind: $!\n";
	open my $out, '>', $file or die "$file: $!\n";
	$out->autoflush;
	while ($count) {
		defined recv $sock, my $frame, 65536, 0 or die "recv: $!\n";
		my @seen = gtpu($frame) or next;
		print $out "@seen\n";
		$count--;
	}
}

sub ask {
	my ($from, $to, $octets) = @_;
	socket my $sock, AF_INET, SOCK_DGRAM, 0 or die "socket: $!\n";
	bind $sock, sockaddr_in(0, inet_aton $from) or die "bind: $!\n";
	setsockopt $sock, SOL_SOCKET, SO_RCVTIMEO, pack 'q q', 5, 0 or die "setsockopt: $!\n";
	defined send $sock, pack('H*', $octets), 0, sockaddr_in(2152, inet_aton $to) or die "send: $!\n";
	defined recv $sock, my $answer, 65536, 0 or die "no answer: $!\n";
	print unpack('H*', $answer), "\n";
}

use IO::Handle;
my ($what, @arguments) = @ARGV;
$what eq 'see' ? see(@arguments) : $what eq 'ask' ? ask(@arguments) : die "gtpu.pl see|ask ...\n";
