# SPDX-License-Identifier: Apache-2.0
#
# snake: what the cloud and the edges both need, pure; snake-cloud: a library and a main, so that tests link what they test
$(call library,snake,$(addprefix apps/snake/,world.c world_change.c world_codec.c wire.c wire_parse.c))

-include apps/snake/edge/build.mk
