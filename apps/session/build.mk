# SPDX-License-Identifier: Apache-2.0
$(call library,session,apps/session/session.c)

$(call unit-test,test_session_sets,tests/unit/test_session_sets.c,session)
