# SPDX-License-Identifier: Apache-2.0
$(call library,plot,$(wildcard testbed/plot/*.c),)
$(call unit-test,test_plot,tests/unit/test_plot.c,plot,)
