# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
#
# Which QEMU emulates the lab's machine, where there is no KVM. Debian 12's 7.2 is not sound with a thread for each
# processor: one may still run an instruction that another has replaced, and the guest's kernel replaces some (static
# keys) whenever a first packet filter, clsact or time stamp is wanted and when the last one goes. Under traffic it
# panics in int3, or stands still for good, after seconds to hours (bugzilla.redhat.com 2216496). 10.0 of Debian's
# backports is: it comes into the cache as kernels do, never installed, and uses the libraries of the one that is.
# Where it can't be had one thread emulates all processors, which is sound and takes twice as long.

readonly QEMU_SOUND=10 # the oldest that was tried and is; between it and 7.2 none was
readonly QEMU_PACKAGES=(qemu-system-x86 qemu-system-common qemu-system-data seabios)
readonly QEMU_RETRY_MINUTES=1440

qemu_major() { # PROGRAM
	"$1" --version 2>/dev/null | sed -n 's/^QEMU emulator version \([0-9]*\).*/\1/p'
}

# apt with backports alone, and state of its own in DIR: the machine's sources and lists are not touched.
apt_backports() { # DIR ARGUMENT...
	apt-get -qq -o Dir::Etc::SourceList="$1/sources" -o Dir::Etc::SourceParts=/dev/null -o Dir::State::Lists="$1/lists" \
		-o Dir::Cache="$1/cache" -o Acquire::Retries=2 -o Acquire::http::Timeout=20 -o APT::Sandbox::User=root "${@:2}"
}

write_sources() { # FILE
	local mirror codename
	# shellcheck disable=SC2016 # apt's own variable
	mirror=$(apt-get indextargets --format '$(REPO_URI)' 'Origin: Debian' 'Created-By: Packages' 2>/dev/null | grep -m 1 '/debian/*$')
	# shellcheck disable=SC1091
	codename=$(. /etc/os-release && echo "$VERSION_CODENAME")
	echo "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] ${mirror:-http://deb.debian.org/debian} $codename-backports main" >"$1"
}

qemu_unpack() { # DIR; leaves the reason in $reason
	local package
	mkdir -p "$1/apt/lists/partial" "$1/apt/cache/archives/partial" && write_sources "$1/apt/sources" || return
	if ! apt_backports "$1/apt" update >"$1/log" 2>&1 ||
		! (cd "$1/apt" && apt_backports "$1/apt" download "${QEMU_PACKAGES[@]}") >>"$1/log" 2>&1; then
		reason="apt says: $(tail -n 1 "$1/log")"
		return 1
	fi
	for package in "$1"/apt/*.deb; do
		dpkg -x "$package" "$1" >"$1/log" 2>&1 || return
	done
	rm -rf "$1/apt" "$1"/usr/share/{doc,man}
	reason="it does not start here: $("$1/usr/bin/qemu-system-x86_64" --version 2>&1 | tail -n 1)"
	[ "$(qemu_major "$1/usr/bin/qemu-system-x86_64")" -ge $QEMU_SOUND ] 2>/dev/null
}

# Returns 1 when it can't be had, which is asked again the next day.
qemu_fetch() {
	local fresh=$cache/.qemu.$$ reason="cannot write to $cache"
	[ ! -d "$cache/qemu" ] || return 0
	[ -z "$(find "$cache/no-qemu" -mmin -$QEMU_RETRY_MINUTES 2>/dev/null)" ] || return 1
	rm -rf "$cache"/.qemu.* # what a killed run left; we hold the lock
	mkdir "$fresh" || return
	echo "lab: fetching QEMU of Debian's backports, 13 MB, once" >&2
	if qemu_unpack "$fresh" && mv "$fresh" "$cache/qemu"; then
		rm -f "$cache/no-qemu"
		return
	fi
	rm -rf "$fresh"
	echo "$reason" >"$cache/no-qemu"
	return 1
}

# Sets emulator, QEMU with what it needs to find its files, and accel's threads.
qemu_choose() {
	local found=qemu-system-x86_64
	emulator=("$found")
	[ "${accel[1]}" != kvm ] || return 0
	accel=(-accel tcg,thread=multi -cpu max)
	[ "$(qemu_major "$found")" -lt $QEMU_SOUND ] || return 0
	exec 9>"$cache/lock"
	flock 9
	if qemu_fetch; then
		emulator=("$cache/qemu/usr/bin/$found" -L "$cache/qemu/usr/share/qemu" -L "$cache/qemu/usr/share/seabios")
	else
		echo "lab: slow, one thread for all processors: QEMU $(qemu_major "$found") is not sound with more, and backports' can't be had ($(<"$cache/no-qemu"))" >&2
		accel=(-accel tcg,thread=single -cpu max)
	fi
	exec 9>&-
}
