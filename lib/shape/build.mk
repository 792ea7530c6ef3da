# SPDX-License-Identifier: Apache-2.0
$(call library,shape,lib/shape/kernel.c,libmnl)
