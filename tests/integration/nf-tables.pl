#!/usr/bin/perl
# SPDX-License-Identifier: Apache-2.0
#
# nf-tables.pl: the tables in this network namespace that rules of a firewall could be in, one a line, asked of the kernel itself: nft(8) and
# iptables(8) are no part of Baton. Those of nf_tables (also of iptables-nft) by name, by netlink; those of the older ip_tables as "ip filter".
# A kernel without nf_tables has none. Any other error is one: tables that can't be read are not none.
#
#   nf-tables.pl            list them
#   nf-tables.pl add NAME   make one of nf_tables, family inet, without rules
#   nf-tables.pl control    make one and look for it, then delete it and look again: what "none" is worth.
#                           For a namespace of one's own (unshare --net)
use strict;
use warnings;

use constant { AF_NETLINK => 16, SOCK_RAW => 3, NETLINK_NETFILTER => 12 };
use constant { REQUEST => 1, ACK => 4, DUMP => 0x300, CREATE => 0x400 };
use constant { ERROR => 2, DONE => 3, BATCH_BEGIN => 16, BATCH_END => 17, SUBSYSTEM => 10 };
use constant { NEWTABLE => 10 << 8, GETTABLE => 10 << 8 | 1, DELTABLE => 10 << 8 | 2, TABLE_NAME => 1, INET => 1 };
use constant { EOPNOTSUPP => 95, EINVAL => 22 };

socket my $sock, AF_NETLINK, SOCK_RAW, NETLINK_NETFILTER or die "nf-tables.pl: no netlink: $!\n";

# What stands one after another, as [type, content]: messages (a header of 16 octets) or attributes (of 4)
sub parts {
	my ($octets, $header) = @_;
	my @parts;
	while (length $octets >= $header) {
		my ($length, $type) = unpack $header == 16 ? 'L S' : 'S S', $octets;
		last if $length < $header;
		push @parts, [$type, substr $octets, $header, $length - $header];
		$octets = length $octets > ($length = $length + 3 & ~3) ? substr $octets, $length : '';
	}
	return @parts;
}

sub message { # TYPE FLAGS FAMILY RESOURCE ATTRIBUTES
	my ($type, $flags, $family, $resource, $attributes) = @_;
	return pack('L S S L L C C n', 20 + length $attributes, $type, REQUEST | $flags, 1, 0, $family, 0, $resource) . $attributes;
}

sub ask {
	send $sock, $_[0], 0 or die "nf-tables.pl: can't ask: $!\n";
}

sub hear {
	defined recv $sock, my $answer, 65536, 0 or die "nf-tables.pl: no answer: $!\n";
	return parts($answer, 16);
}

# Changes are transactions
sub change { # TYPE FLAGS NAME
	my ($type, $flags, $name) = @_;
	my $attribute = pack 'S S Z*', 5 + length $name, TABLE_NAME, $name;
	$attribute .= "\0" x (-length($attribute) & 3);
	ask(message(BATCH_BEGIN, 0, 0, SUBSYSTEM, '') . message($type, ACK | $flags, INET, 0, $attribute) . message(BATCH_END, 0, 0, SUBSYSTEM, ''));
	my ($answer) = hear();
	my $error = -unpack 'l', $answer->[1];
	die "nf-tables.pl: $name: error $error\n" if $error;
}

sub new_tables {
	my @names;
	ask(message(GETTABLE, DUMP, 0, 0, ''));
	while (1) {
		for (hear()) {
			my ($type, $content) = @$_;
			return @names if $type == DONE;
			if ($type == ERROR) {
				my $error = -unpack 'l', $content;
				return if $error == EOPNOTSUPP || $error == EINVAL;
				die "nf-tables.pl: error $error\n";
			}
			next if $type != NEWTABLE;
			$_->[0] == TABLE_NAME and push @names, unpack 'Z*', $_->[1] for parts(substr($content, 4), 4);
		}
	}
}

sub old_tables {
	my @names;
	for my $family (qw(ip ip6)) {
		open my $file, '<', "/proc/net/${family}_tables_names" or next;
		chomp, push @names, "$family $_" while <$file>;
	}
	return @names;
}

sub tables { return (new_tables(), old_tables()) }

my ($what, $name) = (@ARGV, 'list', 'CRIU-control');
if ($what eq 'add' && @ARGV == 2) {
	change(NEWTABLE, CREATE, $name);
} elsif ($what eq 'control') {
	change(NEWTABLE, CREATE, 'CRIU-control');
	grep { $_ eq 'CRIU-control' } tables() or die "nf-tables.pl: a table that is there isn't seen\n";
	change(DELTABLE, 0, 'CRIU-control');
	grep { $_ eq 'CRIU-control' } tables() and die "nf-tables.pl: a table that is gone is seen\n";
} elsif (!@ARGV) {
	print "$_\n" for tables();
} else {
	die "usage: nf-tables.pl [add NAME | control]\n";
}
