# SPDX-License-Identifier: Apache-2.0
# A bench's JSON as the table of docs/performance.md: jq -rf tests/bench/markdown.jq build/bench/NAME.json
def three: if . == 0 then "0" else
	(fabs | log10 | floor) as $digits
	| if $digits >= 2 then (round | tostring) else (pow(10; 2 - $digits) as $p | (. * $p | round) / $p | tostring) end end;
"| figure | median | from .. to | beside it | median | ratio |",
"|---|---|---|---|---|---|",
(.rows[] | "| \(.name) | \(.value | three) \(.unit) | \(.runs | min | three) .. \(.runs | max | three) | \(.yardstick) | \(.yardstick_value | three) \(.unit) | \(.ratio | three) |"),
"", "\(.machine), Linux \(.kernel), commit \(.commit)."
