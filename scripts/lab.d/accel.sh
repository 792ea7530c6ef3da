# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
#
# KVM or TCG for scripts/lab. That /dev/kvm opens and makes machines is no proof: under some
# hypervisors a stock kernel never gets to its first line. So the kernel itself is asked, once a boot
# of this machine, and the answer is kept in the cache.

readonly KVM_PROBE_SECONDS=12

kvm_boots() {
	local probe status=1
	probe=$(mktemp -d "${TMPDIR:-/tmp}/baton-lab.XXXXXXXX")
	initrd "$probe/initrd"
	(ulimit -c 0 && exec timeout "$KVM_PROBE_SECONDS" qemu-system-x86_64 -accel kvm -cpu host -m 256 -nodefaults -no-user-config \
		-display none -nic none -no-reboot -device isa-debug-exit,iobase=0xf4 -serial stdio \
		-kernel "$tree/vmlinux" -initrd "$probe/initrd" -append "console=ttyS0 quiet panic=-1 rdinit=/init lab.probe" \
		</dev/null 2>/dev/null) | grep -q '^lab: booted' && status=0
	rm -rf "$probe"
	return $status
}

# Sets accel, QEMU's options; how many threads emulate is qemu.sh's.
accel_choose() {
	local boot known=$cache/kvm answer=no
	boot=$(</proc/sys/kernel/random/boot_id)
	if [ -r /dev/kvm ] && [ -w /dev/kvm ]; then
		exec 9>"$cache/lock"
		flock 9
		if [ -s "$known" ] && [ "$(cut -d ' ' -f 1 "$known")" = "$boot" ]; then
			answer=$(cut -d ' ' -f 2 "$known")
		else
			! kvm_boots || answer=yes
			echo "$boot $answer" >"$known"
		fi
		exec 9>&-
	fi
	if [ "$answer" = yes ]; then
		accel=(-accel kvm -cpu host)
	else
		accel=(-accel tcg -cpu max)
	fi
}
