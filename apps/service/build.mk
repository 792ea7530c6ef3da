# SPDX-License-Identifier: Apache-2.0
$(call library,service,$(addprefix apps/service/,wire.c chain.c memory.c state.c connection.c server.c client.c client_check.c client_socket.c ask.c),nettle)
