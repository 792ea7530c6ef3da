#!/usr/bin/perl
# SPDX-License-Identifier: Apache-2.0
#
# agents-client.pl TOKEN NODE=ADDRESS...: asks edge agents of their processes' steps as standard input says, a line each, and answers each
# with one line. One program for a whole test: in the lab each curl(1) takes a third of a second to begin, each jq(1) a tenth.
#
#   ask NODE METHOD PATH [BODY]         the answer's body; PATH is below /v1/processes
#   get NODE APP FIELD...               of the application, with spaces between them; null: "null"
#   await NODE APP STEP                 waits for the end of a step (MIGRATION/STEP); "done" or "failed CAUSE: detail", a tabulator, and all
#                                       of it. The agent may be on its way back
#   step NODE APP STEP BODY             begins it first
#   listens NODE APP STEP               waits until a receiver does; answers what a sender's members take
#
# An agent that doesn't answer is told as an empty line.
use strict;
use warnings;
use IO::Socket::INET;
use JSON::PP;
use Time::HiRes qw(sleep time);

use constant { PORT => 8085, PATIENCE => 120 };

my $token = shift;
my %address = map { split /=/ } @ARGV;
my $json = JSON::PP->new->canonical;
$| = 1;

sub ask { # NODE METHOD PATH BODY
	my ($node, $method, $path, $body) = @_;
	my $s = IO::Socket::INET->new(PeerAddr => $address{$node} // die("no node $node\n"), PeerPort => PORT, Timeout => 10) or return '';
	my $content = defined $body ? "Content-Type: application/json\r\nContent-Length: " . length($body) . "\r\n" : '';
	print $s "$method /v1/processes$path HTTP/1.1\r\nHost: $node\r\nAuthorization: Bearer $token\r\nConnection: close\r\n$content\r\n", $body // '';
	my $answer = do { local $/; <$s> } // '';
	$answer =~ s/^HTTP.*?\r\n\r\n//s or return '';
	$answer =~ s/\n\s*/ /g;
	return $answer;
}

sub decoded { return eval { $json->decode($_[0]) } // {} }

sub until_so { # CONDITION NODE PATH: asks until it holds for the answer
	my ($condition, $node, $path) = @_;
	for (my $end = time + PATIENCE; time < $end; sleep 0.05) {
		my $answer = ask($node, 'GET', $path);
		return $answer if $condition->(decoded($answer));
	}
	return '';
}

sub await {
	my $answer = until_so(sub { ($_[0]{state} // '') =~ /^(done|failed)$/ }, $_[0], "/$_[1]/steps/$_[2]?wait_ms=5000");
	my $step = decoded($answer);
	return join('', $step->{state} // 'no end', $step->{cause} ? " $step->{cause}: $step->{detail}" : '') . "\t$answer";
}

sub listens {
	my $answer = decoded(until_so(sub { $_[0]{progress}{port} }, $_[0], "/$_[1]/steps/$_[2]"));
	return $answer->{progress} ? $json->encode({ map { $_ => $answer->{progress}{$_} } qw(address port key) }) : '';
}

my %command = (
	ask => \&ask,
	await => \&await,
	listens => \&listens,
	get => sub {
		my ($node, $app, $fields) = @_;
		my $answer = decoded(ask($node, 'GET', "/$app"));
		return join ' ', map { $answer->{$_} // 'null' } split ' ', $fields;
	},
	step => sub {
		my ($node, $app, $step, $body) = @_;
		ask($node, 'PUT', "/$app/steps/$step", $body);
		return await($node, $app, $step);
	},
);

while (my $line = <STDIN>) {
	chomp $line;
	my ($what, @words) = split / /, $line, $line =~ /^get / ? 4 : 5;
	print $command{$what}->(@words), "\n";
}
