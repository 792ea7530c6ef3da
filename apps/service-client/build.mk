# SPDX-License-Identifier: Apache-2.0
$(call library,service-client,$(addprefix apps/service-client/,pace.c options.c report.c),jansson)
$(call program,service-client,apps/service-client/main.c,service-client frames ledger service core,nettle jansson)
