# SPDX-License-Identifier: Apache-2.0
NGAP_SOURCES := $(addprefix lib/ngap/,per.c pdu.c message.c ident.c value.c tunnel.c enum.c cause.c list.c \
	qos.c session.c modify.c print.c)

$(call library,ngap,$(NGAP_SOURCES))
$(call unit-test,test_ngap,tests/unit/test_ngap.c tests/unit/test_ngap_messages.c,ngap)
$(call unit-test,test_ngap_per,tests/unit/test_ngap_per.c,ngap)
$(call fuzz-target,fuzz_ngap,tests/fuzz/fuzz_ngap.c,ngap)
