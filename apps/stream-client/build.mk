# SPDX-License-Identifier: Apache-2.0
#
# A library and a main, so that unit tests link what they test.
$(call library,stream-client,$(filter-out apps/stream-client/main.c,$(wildcard apps/stream-client/*.c)),libuv jansson libjpeg)
$(call program,stream-client,apps/stream-client/main.c,stream-client stream picture core,libuv jansson)
