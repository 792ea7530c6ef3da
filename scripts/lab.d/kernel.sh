# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
#
# Debian's kernel packages for scripts/lab: downloaded and unpacked into a cache, never installed.
# CACHE/RELEASE holds vmlinux, lib/modules/RELEASE with depmod's tables, and base.cpio, the part of
# the initrd that is the kernel's. It appears complete or not at all.

cache=${XDG_CACHE_HOME:-/var/cache}/baton-lab
# what it takes to reach the root file system; in Debian's kernel all of it is modules
readonly BOOT_MODULES=(virtio_pci 9pnet_virtio 9p overlay)
readonly UNPACKED_MB=600

apt_download() { # PACKAGE DIR
	(cd "$2" && apt-get -qq -o APT::Sandbox::User=root download "$1")
}

# The newest release of a series (6.1) that apt knows, empty when it knows none.
newest_known() {
	apt-cache pkgnames "linux-image-$1." 2>/dev/null |
		sed -n 's/^linux-image-\([0-9][0-9a-z.+-]*-amd64\)$/\1/p' |
		grep -Ev -e '-(cloud|rt)-' | sort -V | tail -n 1
}

# Asking apt takes half a second: its answer holds for a day.
newest_release() { # SERIES
	local known=$cache/newest-$1 answer
	if [ -n "$(find "$known" -mmin -1440 2>/dev/null)" ] && [ -d "$cache/$(<"$known")" ]; then
		cat "$known"
		return
	fi
	answer=$(newest_known "$1")
	if [ -z "$answer" ]; then
		apt-get -qq update >&2 || true
		answer=$(newest_known "$1")
	fi
	[ -z "$answer" ] || echo "$answer" >"$known"
	echo "$answer"
}

unpack() { # RELEASE DIR; prints nothing, leaves the reason in $reason
	local package=linux-image-$1 log=$2.log
	if [ "$(df --output=avail -m "$2" | tail -n 1)" -lt $UNPACKED_MB ]; then
		reason="$cache has less than $UNPACKED_MB MB free"
		return 1
	fi
	if ! apt_download "$package" "$2" >"$log" 2>&1; then
		apt-get -qq update >>"$log" 2>&1 || true # the list may name a version that is gone
		if ! apt_download "$package" "$2" >"$log" 2>&1; then
			reason="apt-get download says: $(tail -n 1 "$log")"
			return 1
		fi
	fi
	if ! dpkg -x "$2/$package"_*.deb "$2" >"$log" 2>&1 || ! arrange "$1" "$2" >>"$log" 2>&1; then
		reason="unpacking says: $(tail -n 1 "$log")"
		return 1
	fi
}

arrange() { # RELEASE DIR
	extract_kernel "$2/boot/vmlinuz-$1" "$2/vmlinux" &&
		rm -rf "${2:?}"/{boot,usr,*.deb} &&
		PATH=$PATH:/usr/sbin:/sbin depmod -b "$2" "$1" &&
		base_cpio "$1" "$2"
}

# The ELF image inside a bzImage, which QEMU starts by its PVH entry: without firmware, and without
# 3 s of unpacking in the guest. Field offsets: Documentation/arch/x86/boot.rst.
extract_kernel() { # BZIMAGE FILE
	local sectors start length
	sectors=$(od -An -tu1 -j $((0x1f1)) -N 1 "$1") # setup_sects
	start=$(od -An -tu4 -j $((0x248)) -N 4 "$1")   # payload_offset
	length=$(od -An -tu4 -j $((0x24c)) -N 4 "$1")  # payload_length, 4 bytes of size at its end included
	tail -c +$(((sectors + 1) * 512 + start + 1)) "$1" | head -c $((length - 4)) >"$2.packed"
	case $(od -An -tx1 -N 4 "$2.packed") in
	' fd 37 7a 58') xz -dc ;;
	' 28 b5 2f fd') zstd -dc ;;
	' 1f 8b 08'*) gzip -dc ;;
	*) false ;;
	esac <"$2.packed" >"$2" && rm "$2.packed" && return
	echo "cannot unpack the kernel in $1"
	return 1
}

# The modules go in by number, in the order in which they must be loaded.
base_cpio() { # RELEASE DIR
	local root=$2/initrd module number=100
	mkdir -p "$root"/{bin,dev,proc,sys,modules,host,rw,root} &&
		cp "$(command -v busybox)" "$root/bin/busybox" || return
	for module in $(PATH=$PATH:/usr/sbin:/sbin modprobe -d "$2" -S "$1" --show-depends -a "${BOOT_MODULES[@]}" |
		sed -n 's/^insmod \([^ ]*\).*/\1/p' | awk '!seen[$0]++'); do
		cp "$module" "$root/modules/$((number++)).ko" || return
	done
	[ $number -gt 100 ] && (cd "$root" && find . | cpio --quiet -o -H newc -R 0:0) >"$2/base.cpio" && rm -rf "$root"
}

# Returns 1 with the reason in $reason when the kernel cannot be had.
fetch() { # RELEASE
	local fresh=$cache/.$1.$$
	[ ! -d "$cache/$1" ] || return 0
	rm -rf "$cache"/.[0-9]* # what a killed run left; we hold the lock
	reason="cannot write to $cache"
	mkdir "$fresh" || return
	echo "lab: fetching linux-image-$1, about 70 MB, once" >&2
	if ! unpack "$1" "$fresh" || ! mv "$fresh" "$cache/$1"; then
		rm -rf "$fresh" "$fresh.log"
		return 1
	fi
	rm -f "$fresh.log"
}

newest_cached() { # SERIES
	find "$cache" -maxdepth 1 -type d -name "$1.*" -printf '%f\n' | sort -V | tail -n 1
}

kernel_of_series() { # SERIES
	local cached
	release=$(newest_release "$1")
	[ -n "$release" ] || reason="apt offers no package linux-image-$1.*-amd64"
	[ -n "$release" ] && fetch "$release" && return
	cached=$(newest_cached "$1")
	[ -n "$cached" ] || return
	echo "lab: going on with $cached, although ${release:+the newest one is $release, and} $reason" >&2
	release=$cached
}

# Sets release and tree (the kernel's directory) from $kernel, a release or a series.
kernel_find() {
	local reason=''
	mkdir -p "$cache" 2>/dev/null && [ -w "$cache" ] ||
		die "cannot write to $cache: run as root, or set XDG_CACHE_HOME to a directory of yours"
	exec 9>"$cache/lock"
	flock 9
	if [[ $kernel =~ ^[0-9]+\.[0-9]+$ ]]; then
		kernel_of_series "$kernel" || die "cannot get the package linux-image-${release:-$kernel}: $reason"
	else
		release=${kernel%-amd64}-amd64
		fetch "$release" || die "cannot get the package linux-image-$release: $reason"
	fi
	exec 9>&-
	tree=$cache/$release
}
