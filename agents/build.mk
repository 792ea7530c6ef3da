# SPDX-License-Identifier: Apache-2.0
$(call library,agents,$(wildcard agents/common/*.c),libuv libcurl jansson)
$(call program,ue-agent,$(wildcard agents/ue-agent/*.c),agents netlink core,libuv libcurl jansson)
$(call program,edge-agent,$(wildcard agents/edge-agent/*.c),agents stamp core,libuv libcurl jansson)
