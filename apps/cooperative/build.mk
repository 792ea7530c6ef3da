# SPDX-License-Identifier: Apache-2.0
# Small enough to be linked by an application that knows nothing of the rest: no other library of ours is used, one file is.
$(call library,cooperative,$(addprefix apps/cooperative/,instance.c mover.c source.c destination.c control.c line.c command.c channel.c \
	wire.c dirty.c) lib/proof.c,nettle)
$(call library,cooperative-ask,apps/cooperative/ask.c)
$(call unit-test,test_cooperative,tests/unit/test_cooperative.c,cooperative)
$(call unit-test,test_cooperative_move,tests/unit/test_cooperative_move.c tests/unit/cooperative_world.c,cooperative cooperative-ask)
$(call fuzz-target,fuzz_cooperative,tests/fuzz/fuzz_cooperative.c,cooperative)

$(eval $(call executable-rules,$(B)/bench,bench_process,tests/bench/bench_process.c tests/bench/bench_report.c,cooperative cooperative-ask core,jansson))
bench-process: $(B)/bench/bench_process
	$< $(B)/bench/process.json
.PHONY: bench-process
