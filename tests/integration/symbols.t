#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# A function of ours with the name of one that a shared library exports replaces it for that library too, and nobody says so: libyaml
# would free by our yaml_free(), libusrsctp connect by our sctp_connect(). The linker
# exports from a program just those names that its shared libraries use, so the list must be empty.
. "$(dirname "$0")/../lib.sh"
need_command nm

# What carries a version (stderr@GLIBC_2.2.5) is a copy of the library's own. Where a section ends is the linker's to name, in every
# program; libraries that tell theirs, as libxcb does, have it listed.
exported() { # PROGRAM
	nm -D --defined-only "$1" | awk '$2 ~ /[TDBRVW]/ && $3 !~ /@/ && $3 !~ /^(__bss_start|_edata|_end)$/ { print $3 }'
}

# The list finds what it is for.
cat >"$tmp/lib.c" <<'END'
int victim(void) { return 1; }
int caller(void) { return victim(); }
END
echo 'int caller(void); int victim(void) { return 2; } int main(void) { return caller(); }' >"$tmp/main.c"
ok 'a program with a clash is built' gcc -shared -fPIC -o "$tmp/libclash.so" "$tmp/lib.c"
ok 'and linked' gcc -o "$tmp/clash" "$tmp/main.c" "$tmp/libclash.so"
is 'and found' "$(exported "$tmp/clash")" victim

shopt -s nullglob
for program in "$build"/bin/* "$build"/tests/*; do
	[ -f "$program" ] && [ -x "$program" ] || continue
	is "${program#"$build"/}: takes no library's name" "$(exported "$program")" ''
done
done_testing
