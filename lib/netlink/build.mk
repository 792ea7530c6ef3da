# SPDX-License-Identifier: Apache-2.0
$(call library,netlink,$(addprefix lib/netlink/,nl.c request.c link.c addr.c route.c rule.c neigh.c bridge.c tc.c qdisc.c qdisc_list.c \
	monitor.c sock.c generic.c gtp.c),libmnl)
$(call unit-test,test_netlink,tests/unit/test_netlink.c,netlink,)
$(call unit-test,test_netlink_gtp,tests/unit/test_netlink_gtp.c,netlink,)
