# SPDX-License-Identifier: Apache-2.0
$(call library,stamp,lib/stamp/stamp.c lib/stamp/sample.c)
$(call fuzz-target,fuzz_stamp,tests/fuzz/fuzz_stamp.c,stamp)
