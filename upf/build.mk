# SPDX-License-Identifier: Apache-2.0
#
# The UPF is a library with a thin main(), so that its tests drive it with a data plane of their own.
$(call library,upf,$(addprefix upf/,upf.c config.c association.c establishment.c modification.c deletion.c \
	rules.c pdr.c far.c translate.c session.c teid.c report.c path.c rest.c),libuv jansson)
$(call program,upf,upf/main.c,upf dataplane n4 pfcp gtpu netlink core)
