# SPDX-License-Identifier: Apache-2.0
$(call library,stamp,lib/stamp/stamp.c lib/stamp/sample.c)
