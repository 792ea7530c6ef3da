# SPDX-License-Identifier: Apache-2.0
#
# A library and a main, so that tests and the client's model link what they test. What moves as a process links no library that it doesn't
# call: each is mapped again at the destination.
$(call library,ledger,$(addprefix apps/ledger/,state.c memory.c settings.c config.c calls.c),nettle)
# main() of a service, for frames, too
$(call library,ledger-program,apps/ledger/program.c apps/ledger/cooperation.c,nettle)
$(call program,ledger,apps/ledger/main.c,ledger-program ledger service cooperative core,nettle)
$(call program,ledger-worker,apps/ledger/worker.c,ledger service core,nettle)
$(B)/bin/ledger $(B)/bin/ledger-worker: LDFLAGS += -Wl,--as-needed
$(call objs,apps/ledger/memory.c): ALL_CFLAGS += -O3

$(call unit-test,test_service_wire,tests/unit/test_service_wire.c,ledger service core)
$(call unit-test,test_service_state,tests/unit/test_service_state.c tests/unit/service_world.c,ledger service core)
$(call unit-test,test_ledger,tests/unit/test_ledger.c tests/unit/service_world.c,ledger service core,zlib)
$(call unit-test,test_service_client,tests/unit/test_service_client.c tests/unit/service_bed.c tests/unit/service_world.c,ledger service core)
$(call unit-test,test_service_lies,tests/unit/test_service_lies.c tests/unit/service_bed.c tests/unit/service_world.c,ledger service core)
$(call unit-test,test_service_server,tests/unit/test_service_server.c tests/unit/service_bed.c tests/unit/service_world.c,ledger service core)
$(call objs,tests/unit/test_service_client.c): ALL_CFLAGS += -DWORKER='"$(B)/bin/ledger-worker"'
$(B)/tests/test_service_client: | $(B)/bin/ledger-worker
$(call fuzz-target,fuzz_service,tests/fuzz/fuzz_service.c,ledger service core)
$(call fuzz-target,fuzz_service_answer,tests/fuzz/fuzz_service_answer.c,ledger service core)
