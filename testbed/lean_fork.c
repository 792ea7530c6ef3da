// SPDX-License-Identifier: Apache-2.0
#include "testbed/lean_fork.h"

#include <link.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

/* What an init calls, and what that calls; the program's own name is empty. */
static const char *const kept[] = {"ld-linux",	    "libc.so",	 "libm.so",   "libuv.so",
				   "libjansson.so", "libmnl.so", "linux-vdso"};

static bool is_kept(const char *path)
{
	const char *slash = strrchr(path, '/');
	const char *name = slash ? slash + 1 : path;

	if (!name[0])
		return true;
	for (size_t i = 0; i < sizeof kept / sizeof kept[0]; i++)
		if (!strncmp(name, kept[i], strlen(kept[i])))
			return true;
	return false;
}

/* Symbols are looked up in all libraries, also by those that bind them late: the tables for that,
 * at the beginning, and what points to them, among the data, stay. */
static bool is_needed_for_lookups(const struct dl_phdr_info *info, const ElfW(Phdr) * p)
{
	return p->p_flags & PF_W || p->p_offset == 0;
}

static int advise(struct dl_phdr_info *info, size_t size, void *user)
{
	const int *advice = user;
	uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE) - 1;

	if (is_kept(info->dlpi_name))
		return 0;
	for (int i = 0; i < info->dlpi_phnum; i++) {
		const ElfW(Phdr) *p = &info->dlpi_phdr[i];
		uintptr_t from = (info->dlpi_addr + p->p_vaddr) & ~page;
		uintptr_t to = (info->dlpi_addr + p->p_vaddr + p->p_memsz + page) & ~page;

		if (p->p_type == PT_LOAD && !is_needed_for_lookups(info, p))
			(void)madvise((void *)from, to - from, *advice); /* if not: slower */
	}
	return 0;
}

/* The sanitizers' libraries are everywhere, and look at everything. */
#if defined(__SANITIZE_ADDRESS__)
enum { SANITIZED = true };
#else
enum { SANITIZED = false };
#endif

void lean_fork_begin(void)
{
	int advice = MADV_DONTFORK;

	if (!SANITIZED)
		dl_iterate_phdr(advise, &advice);
}

void lean_fork_end(void)
{
	int advice = MADV_DOFORK;

	if (!SANITIZED)
		dl_iterate_phdr(advise, &advice);
}
