# SPDX-License-Identifier: Apache-2.0
$(call library,shape,lib/shape/shape.c lib/shape/kernel.c,libmnl)
$(call unit-test,test_shape,tests/unit/test_shape.c,shape netlink)
