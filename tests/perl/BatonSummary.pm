# SPDX-License-Identifier: Apache-2.0
#
# prove's own formatter (prove --formatter BatonSummary), with one line more at the very end:
#
#   N passed, N failed, N skipped
#
# passed are the tests that ran and held; failed are those that did not hold, and one for each file
# that broke in another way (a crash, a wrong plan); skipped are the tests, and the whole files, that
# said so. For each file, with BATON_COUNTS=FILE, FILE gets a line: passed, failed, skipped, its name.
package BatonSummary;
use strict;
use warnings;
use TAP::Formatter::Console;
use TAP::Formatter::File;

our @ISA = (-t STDOUT ? 'TAP::Formatter::Console' : 'TAP::Formatter::File');

sub summary {
	my ($self, $aggregate, $interrupted) = @_;
	my ($passed, $failed, $skipped) = (0, 0, 0);
	my $counts;

	open $counts, '>', $ENV{BATON_COUNTS} or die "$ENV{BATON_COUNTS}: $!" if $ENV{BATON_COUNTS};
	for my $file ($aggregate->descriptions) {
		my ($parser) = $aggregate->parsers($file);
		my $bad = scalar $parser->failed;
		$bad = 1 if !$bad && $parser->has_problems && !$parser->todo_passed;
		my $left_out = $parser->skip_all ? 1 : scalar $parser->skipped;
		my $good = $parser->passed - $parser->skipped;
		print $counts "$good $bad $left_out $file\n" if $counts;
		$failed += $bad;
		$skipped += $left_out;
		$passed += $good;
	}
	close $counts if $counts;
	$self->SUPER::summary($aggregate, $interrupted);
	$self->_output("$passed passed, $failed failed, $skipped skipped\n");
}

1;
