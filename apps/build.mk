# SPDX-License-Identifier: Apache-2.0
# What uses comes after what is used: fuzz targets name the sources of their libraries.
include $(wildcard $(addprefix apps/,$(addsuffix /build.mk,picture stream session game snake minetest stream-client cooperative service ledger frames generators service-client)))
