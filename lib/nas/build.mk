# SPDX-License-Identifier: Apache-2.0
NAS_SOURCES := $(addprefix lib/nas/,cursor.c pdu.c message.c name.c value.c identity.c place.c qos.c session.c)

$(call library,nas,$(NAS_SOURCES))
$(call unit-test,test_nas,tests/unit/test_nas.c tests/unit/test_nas_messages.c,nas)
$(call fuzz-target,fuzz_nas,tests/fuzz/fuzz_nas.c,nas)
