# SPDX-License-Identifier: Apache-2.0
$(call library,n4,$(addprefix lib/n4/,node.c socket.c alarm.c incoming.c outgoing.c peer.c associate.c update.c tally.c),libuv)
$(call unit-test,test_n4,tests/unit/test_n4.c,n4 pfcp core)
