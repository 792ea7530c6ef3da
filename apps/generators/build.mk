# SPDX-License-Identifier: Apache-2.0
$(call library,generators,$(addprefix apps/generators/,generator.c kinds.c tar.c video.c config.c),nettle)
$(call program,generator,apps/generators/main.c,generators ledger service core,nettle)
$(B)/bin/generator: LDFLAGS += -Wl,--as-needed
$(call objs,apps/generators/video.c): ALL_CFLAGS += -O3
$(call unit-test,test_generators,tests/unit/test_generators.c,generators ledger service core,nettle)
