# SPDX-License-Identifier: Apache-2.0
$(call library,frames,$(addprefix apps/frames/,state.c blobs.c),nettle)
$(call program,frames,apps/frames/main.c,ledger-program frames ledger service cooperative core,nettle)
$(B)/bin/frames: LDFLAGS += -Wl,--as-needed
$(call objs,apps/frames/state.c): ALL_CFLAGS += -O3

$(call unit-test,test_frames,tests/unit/test_frames.c tests/unit/service_world.c,frames ledger service core)
$(call fuzz-target,fuzz_frames,tests/fuzz/fuzz_frames.c,frames ledger service core)
