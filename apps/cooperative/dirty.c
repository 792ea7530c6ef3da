// SPDX-License-Identifier: Apache-2.0
/* dirty.h says what it is. */
#include "apps/cooperative/dirty.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "apps/cooperative/kernel.h"

static const uint64_t features =
	UFFD_FEATURE_PAGEFAULT_FLAG_WP | UFFD_FEATURE_WP_UNPOPULATED | UFFD_FEATURE_WP_ASYNC;

/* For faults of user mode only, which needs no privilege: those of the kernel are never told to us
 * either, since protection is lifted without a message. */
static int open_userfault(void)
{
	struct uffdio_api api = {.api = UFFD_API, .features = features};
	int fd = (int)syscall(SYS_userfaultfd, O_CLOEXEC | UFFD_USER_MODE_ONLY);

	if (fd < 0)
		return errno == ENOSYS || errno == EINVAL ? -EOPNOTSUPP : -errno;
	if (ioctl(fd, UFFDIO_API, &api) < 0) {
		close(fd);
		return errno == EINVAL ? -EOPNOTSUPP : -errno;
	}
	return fd;
}

static int protect(const struct dirty *d)
{
	struct uffdio_register reg = {
		.range = {.start = (uintptr_t)d->base, .len = d->length},
		.mode = UFFDIO_REGISTER_MODE_WP,
	};
	struct uffdio_writeprotect wp = {
		.range = reg.range,
		.mode = UFFDIO_WRITEPROTECT_MODE_WP,
	};

	if (ioctl(d->uffd, UFFDIO_REGISTER, &reg) < 0 ||
	    ioctl(d->uffd, UFFDIO_WRITEPROTECT, &wp) < 0)
		return -errno;
	return 0;
}

int dirty_begin(struct dirty *d, void *base, size_t length)
{
	size_t from = 0;
	struct dirty_range range[DIRTY_RANGES];
	int r;

	*d = (struct dirty){.base = base, .length = length, .pagemap = -1};
	d->uffd = open_userfault();
	if (d->uffd < 0)
		return d->uffd;
	d->pagemap = open("/proc/self/pagemap", O_RDONLY | O_CLOEXEC);
	r = d->pagemap < 0 ? -errno : protect(d);
	while (r >= 0 && from < length)
		r = dirty_scan(d, &from, range);
	if (r < 0)
		dirty_end(d);
	return r < 0 ? r : 0;
}

/* The registration ends with its descriptor. */
void dirty_end(struct dirty *d)
{
	if (d->uffd >= 0)
		close(d->uffd);
	if (d->pagemap >= 0)
		close(d->pagemap);
	d->uffd = d->pagemap = -1;
}

int dirty_scan(struct dirty *d, size_t *from, struct dirty_range *range)
{
	struct page_region region[DIRTY_RANGES];
	struct pm_scan_arg arg = {
		.size = sizeof arg,
		.flags = PM_SCAN_WP_MATCHING | PM_SCAN_CHECK_WPASYNC,
		.start = (uintptr_t)d->base + *from,
		.end = (uintptr_t)d->base + d->length,
		.vec = (uintptr_t)region,
		.vec_len = DIRTY_RANGES,
		.category_mask = PAGE_IS_WRITTEN,
		.return_mask = PAGE_IS_WRITTEN,
	};
	int n = ioctl(d->pagemap, PAGEMAP_SCAN, &arg);

	if (n < 0)
		return errno == ENOTTY || errno == EINVAL ? -EOPNOTSUPP : -errno;
	for (int i = 0; i < n; i++) {
		range[i].offset = region[i].start - (uintptr_t)d->base;
		range[i].length = region[i].end - region[i].start;
	}
	*from = arg.walk_end - (uintptr_t)d->base;
	return n;
}

int dirty_supported(void)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE);
	void *base = mmap(NULL, page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	struct dirty d;
	int r;

	if (base == MAP_FAILED)
		return -errno;
	r = dirty_begin(&d, base, page);
	if (r == 0)
		dirty_end(&d);
	munmap(base, page);
	return r < 0 ? -EOPNOTSUPP : 0;
}
