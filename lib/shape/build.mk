# SPDX-License-Identifier: Apache-2.0
$(call library,shape,$(addprefix lib/shape/,shape.c quantity.c key.c patch.c kernel.c),libmnl jansson)
$(call unit-test,test_shape,tests/unit/test_shape.c,shape netlink core)
