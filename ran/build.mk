# SPDX-License-Identifier: Apache-2.0
$(call library,radio,ran/radio_frame.c ran/radio_link.c,libuv)
$(call program,gnb,$(wildcard ran/gnb/*.c),radio ngap dataplane gtpu netlink sctp core,libuv jansson)
$(call bpf-object,ue_bearer,ran/ue/bearer.bpf.c)
$(call program,ue,$(filter-out %.bpf.c,$(wildcard ran/ue/*.c)),radio nas netlink core,libuv jansson libbpf)

$(call unit-test,test_radio_frame,tests/unit/test_radio_frame.c,radio,libuv)
$(call unit-test,test_radio,tests/unit/test_radio.c,radio netlink core,libuv)
$(call fuzz-target,fuzz_radio,tests/fuzz/fuzz_radio.c,radio core,libuv)
$(call unit-test,test_xn,tests/unit/test_xn.c ran/gnb/xn_message.c,)
GNB_PARTS := $(addprefix ran/gnb/,handover_out.c handover_in.c handover_tail.c session.c modify.c ue.c radio.c n2_handle.c xn_message.c) \
	dataplane/address.c dataplane/session_check.c
$(call unit-test,test_gnb_handover,tests/unit/test_gnb_handover.c tests/unit/gnb_world.c $(GNB_PARTS),radio ngap core,jansson libmnl)
$(call unit-test,test_gnb_modify,tests/unit/test_gnb_modify.c tests/unit/gnb_world.c $(GNB_PARTS),radio ngap core,jansson libmnl)
$(B)/tests/test_gnb_handover $(B)/tests/test_gnb_modify: LDFLAGS += -Wl,--wrap=if_nametoindex
$(call fuzz-target,fuzz_xn,tests/fuzz/fuzz_xn.c ran/gnb/xn_message.c,)
