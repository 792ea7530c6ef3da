# SPDX-License-Identifier: Apache-2.0
#
# gtp5g-request: requests as words, lines and JSON, and batches of them, in any world; for tests and fuzzing, too.
# gtp5g-tools: what touches the kernel. One program under three names.
$(call library,gtp5g-request,$(addprefix gtp5g-tools/,words.c noun.c fields.c request.c batch_read.c batch.c),jansson)
$(call library,gtp5g-tools,$(addprefix gtp5g-tools/,rules.c list.c report.c link.c hold.c kernel_world.c links.c),jansson)
gtp5g_LIBS := gtp5g-tools gtp5g-request gtp5g-kernel gtp5g ipfilter netlink gtpu core
$(call program,gtp5g,gtp5g-tools/main.c,$(gtp5g_LIBS),)
$(call program,gtp5g-link,gtp5g-tools/main.c,$(gtp5g_LIBS),)
$(call program,gtp5g-tunnel,gtp5g-tools/main.c,$(gtp5g_LIBS),)

$(call unit-test,test_gtp5g_tools,tests/unit/test_gtp5g_tools.c,gtp5g-request gtp5g ipfilter core)
# with links and the mainline driver of its own
$(call unit-test,test_gtp5g_list,tests/unit/test_gtp5g_list.c gtp5g-tools/list.c gtp5g-tools/kernel_world.c,gtp5g-request gtp5g-kernel gtp5g ipfilter netlink core)
$(call fuzz-target,fuzz_gtp5g_batch,tests/fuzz/fuzz_gtp5g_batch.c lib/suggest.c,gtp5g-request gtp5g ipfilter)
