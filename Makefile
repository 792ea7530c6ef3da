# SPDX-License-Identifier: Apache-2.0
#
# One non-recursive make; each folder says in its build.mk what it holds:
#
#   $(call library,NAME,SOURCES,PKG-CONFIG MODULES)         build/lib/libNAME.a
#   $(call program,NAME,SOURCES,LIBRARIES,MODULES)          build/bin/NAME
#   $(call unit-test,NAME,SOURCES,LIBRARIES,MODULES)        build/tests/NAME, cmocka, TAP
#   $(call fuzz-target,NAME,SOURCES,LIBRARIES,MODULES)      build/fuzz/NAME, libFuzzer; seeds: tests/fuzz/seeds/NAME/
#   $(call bpf-object,NAME,SOURCE)                          build/bpf/NAME.skel.h, a libbpf skeleton
#
# LIBRARIES are in link order, users before what they use; a library's own modules come along.
#
#   make                all programs                make check      unit tests and fuzz seeds
#   make SAN=1 ...      ASan and UBSan, build/san   make CC=clang   with warnings as errors too
#   make fuzz           libFuzzer binaries          make bench      see tests/bench

.DEFAULT_GOAL := all
.DELETE_ON_ERROR:
SHELL := /bin/bash

SAN ?=
ifeq ($(origin CC),default)
CC := gcc
endif
ifneq ($(SAN),)
B ?= build/san
# -O1 builds in half the time, and finds what -O2 does; gcc then guesses more of lengths than it knows
CFLAGS ?= -O1 -g1
SAN_FLAGS := -fsanitize=address,undefined -fno-sanitize-recover=undefined \
	$(if $(findstring gcc,$(CC)),-Wno-format-truncation)
endif
B ?= build
CLANG ?= clang
BPFTOOL ?= /usr/sbin/bpftool

VERSION := $(shell cat VERSION)
COMMIT := $(shell git rev-parse --short=12 HEAD 2>/dev/null || echo unknown)

CFLAGS ?= -O2 -g
CSTD := -std=gnu11 -D_GNU_SOURCE -I. -I$(B)
WARN := -Wall -Wextra -Werror -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wvla -Wpointer-arith \
	-Wno-unused-parameter
HARDEN := -fno-omit-frame-pointer -fno-strict-aliasing
ALL_CFLAGS = $(CSTD) $(WARN) $(HARDEN) $(CFLAGS) $(SAN_FLAGS) -MMD -MP

PROGRAMS :=
UNIT_TESTS :=
FUZZ_TARGETS :=
ALL_OBJS :=
FUZZ_OBJS :=

pkg-cflags = $(if $(strip $(1)),$(shell pkg-config --cflags $(1)))
pkg-libs = $(if $(strip $(1)),$(shell pkg-config --libs $(1)))
objs = $(patsubst %.c,$(B)/obj/%.o,$(filter %.c,$(1)))
# the -l and -L flags of a program: its own modules and those of each library
link-libs = $(foreach l,$(1),$(B)/lib/lib$(l).a)
link-mods = $(sort $(2) $(foreach l,$(1),$(lib_$(l)_MODS)))

define library
$(eval lib_$(strip $(1))_MODS := $(3))
$(eval lib_$(strip $(1))_SRCS := $(2))
$(eval $(call library-rules,$(strip $(1)),$(2),$(3)))
endef
define library-rules
$(call objs,$(2)): MODS += $(3)
$(B)/lib/lib$(1).a: $(call objs,$(2))
	@mkdir -p $$(@D)
	@rm -f $$@
	@ar rcs $$@ $$^
ALL_OBJS += $(call objs,$(2))
endef

define executable-rules
$(call objs,$(3)): MODS += $$(call link-mods,$(4),$(5))
$(1)/$(2): $(call objs,$(3)) $(call link-libs,$(4))
	@mkdir -p $$(@D)
	@echo "  LD      $$@"
	@$$(CC) $$(ALL_CFLAGS) -o $$@ $$^ $$(LDFLAGS) $$(call pkg-libs,$$(call link-mods,$(4),$(5))) -lm -pthread
ALL_OBJS += $(call objs,$(3))
endef
define program
$(eval PROGRAMS += $(B)/bin/$(strip $(1)))
$(eval $(call executable-rules,$(B)/bin,$(strip $(1)),$(2),$(3),$(4)))
endef
define unit-test
$(eval UNIT_TESTS += $(B)/tests/$(strip $(1)))
$(eval $(call executable-rules,$(B)/tests,$(strip $(1)),$(2),$(3),$(4) cmocka))
endef

# What a fuzz target is made of, libraries too, is compiled by clang with coverage.
FUZZ_FLAGS := -fsanitize=address,undefined -fno-sanitize-recover=undefined -O1 -g
fuzz-objs = $(patsubst %.c,build/fuzz-obj/%.o,$(filter %.c,$(1)))
define fuzz-target
$(eval FUZZ_TARGETS += build/fuzz/$(strip $(1)))
$(eval $(call fuzz-rules,$(strip $(1)),$(2) $(foreach l,$(3),$(lib_$(l)_SRCS)),$(call link-mods,$(3),$(4))))
endef
define fuzz-rules
$(call fuzz-objs,$(2)): MODS += $(3)
build/fuzz/$(1): $(call fuzz-objs,$(2))
	@mkdir -p $$(@D)
	@echo "  FUZZ    $$@"
	@$$(CLANG) $$(FUZZ_FLAGS) -fsanitize=fuzzer -o $$@ $$^ $$(call pkg-libs,$(3)) -lm -pthread
FUZZ_OBJS += $(call fuzz-objs,$(2))
endef

BPF_SKELETONS :=
define bpf-object
$(eval BPF_SKELETONS += $(B)/bpf/$(strip $(1)).skel.h)
$(eval $(call bpf-rules,$(strip $(1)),$(2)))
endef
define bpf-rules
$(B)/bpf/$(1).bpf.o: $(2)
	@mkdir -p $$(@D)
	@echo "  BPF     $$@"
	@$$(CLANG) -target bpf -mcpu=v3 -O2 -g -Wall -Wextra -Werror -Wno-unused-parameter -I. \
		-I/usr/include/$$(shell uname -m)-linux-gnu -MMD -MP -c $$< -o $$@
	@llvm-strip -g $$@
$(B)/bpf/$(1).skel.h: $(B)/bpf/$(1).bpf.o
	@$$(BPFTOOL) gen skeleton $$< name $(subst -,_,$(1)) > $$@.$$$$$$$$ && mv $$@.$$$$$$$$ $$@
endef

# lib first: fuzz targets name the sources of the libraries that they are made of.
LIB_FRAGMENTS := $(wildcard lib/build.mk lib/*/build.mk testbed/plot/build.mk)
include $(LIB_FRAGMENTS) $(filter-out $(LIB_FRAGMENTS),$(wildcard */build.mk))

all: $(PROGRAMS)

$(B)/obj/%.o: %.c | $(BPF_SKELETONS)
	@mkdir -p $(@D)
	@echo "  CC      $<"
	@$(CC) $(ALL_CFLAGS) -DBATON_VERSION='"$(VERSION)"' $(call pkg-cflags,$(sort $(MODS))) -c $< -o $@

build/fuzz-obj/%.o: %.c | $(BPF_SKELETONS)
	@mkdir -p $(@D)
	@echo "  CC      $@"
	@$(CLANG) $(CSTD) $(WARN) $(FUZZ_FLAGS) -fsanitize=fuzzer-no-link -MMD -MP -DBATON_VERSION='"$(VERSION)"' \
		-DBATON_COMMIT='"fuzz"' $(call pkg-cflags,$(sort $(MODS))) -c $< -o $@

# The commit goes into one object only, so that a commit rebuilds no more than that.
$(B)/obj/lib/version.o: ALL_CFLAGS += -DBATON_COMMIT='"$(COMMIT)"'
$(B)/obj/lib/version.o: $(B)/commit
$(B)/commit: FORCE
	@mkdir -p $(@D)
	@echo '$(COMMIT)' | cmp -s - $@ || echo '$(COMMIT)' > $@

tests: $(UNIT_TESTS)
fuzz: $(FUZZ_TARGETS)

check: tests fuzz
	prove --exec '' $(UNIT_TESTS)
	prove tests/fuzz/replay.t

# What people call by name; the rest is called by these
TOOLS := $(addprefix $(B)/bin/,baton gtp5g gtp5g-link gtp5g-tunnel)
PREFIX ?= /usr/local
install: all
	install -d $(DESTDIR)$(PREFIX)/bin $(DESTDIR)$(PREFIX)/libexec/baton $(DESTDIR)$(PREFIX)/share/baton/topologies \
		$(DESTDIR)$(PREFIX)/share/baton/experiments \
		$(DESTDIR)$(PREFIX)/share/man/man1 $(DESTDIR)$(PREFIX)/share/bash-completion/completions
	install $(TOOLS) $(DESTDIR)$(PREFIX)/bin/
	install $(filter-out $(TOOLS),$(PROGRAMS)) $(DESTDIR)$(PREFIX)/libexec/baton/
	install scripts/lab $(DESTDIR)$(PREFIX)/libexec/baton/
	cp -R scripts/lab.d $(DESTDIR)$(PREFIX)/libexec/baton/
	for image in $(dir $(IMAGES)); do \
		install -d $(DESTDIR)$(PREFIX)/libexec/baton/images/$$(basename $$image); \
		cp -R $$image. $(DESTDIR)$(PREFIX)/libexec/baton/images/$$(basename $$image)/; \
	done
	install -m 644 topologies/*.yaml $(DESTDIR)$(PREFIX)/share/baton/topologies/
	sed -i 's,\$$schema=\.\./docs/,$$schema=../,' \
		$(addprefix $(DESTDIR)$(PREFIX)/share/baton/,$(wildcard topologies/*.yaml))
	install -m 644 experiments/*.yaml $(DESTDIR)$(PREFIX)/share/baton/experiments/
	install -m 644 docs/topology.schema.json $(DESTDIR)$(PREFIX)/share/baton/
	install -m 644 docs/man/*.1 $(DESTDIR)$(PREFIX)/share/man/man1/
	install -m 644 testbed/completion.bash $(DESTDIR)$(PREFIX)/share/bash-completion/completions/baton
	for tool in gtp5g gtp5g-link gtp5g-tunnel; do \
		install -m 644 gtp5g-tools/completion.bash $(DESTDIR)$(PREFIX)/share/bash-completion/completions/$$tool || exit; \
	done

# Each bench prints a table and writes build/bench/NAME.json.
bench: bench-topology bench-storm bench-dataplane bench-shaper bench-stream bench-process bench-pfcp-codec bench-pfcp

clean:
	rm -rf build

-include $(ALL_OBJS:.o=.d) $(FUZZ_OBJS:.o=.d) $(BPF_SKELETONS:.skel.h=.bpf.d)
.PHONY: all tests fuzz check bench install clean FORCE
FORCE:
