# SPDX-License-Identifier: Apache-2.0
#
# gtpu: the wire format of N3 and N9 (TS 29.281, TS 38.415).
$(call library,gtpu,$(addprefix lib/gtpu/,decode.c encode.c container.c print.c))
$(call unit-test,test_gtpu,tests/unit/test_gtpu.c,gtpu)
$(call unit-test,test_gtpu_container,tests/unit/test_gtpu_container.c,gtpu)
$(call fuzz-target,fuzz_gtpu,tests/fuzz/fuzz_gtpu.c,gtpu)
