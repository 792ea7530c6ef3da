// SPDX-License-Identifier: Apache-2.0
/* An instance: its arena, and the application's side of a move (cooperative.h, internal.h). */
#include <errno.h>
#include <nettle/sha2.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include "apps/cooperative/dirty.h"
#include "apps/cooperative/internal.h"

/* 64 GiB for each application, far from where Linux and the sanitizers put anything by themselves,
 * and below 2^47. */
static const uint64_t arena_base = UINT64_C(0x200000000000), arena_stride = UINT64_C(1) << 36,
		      arena_max = UINT64_C(1) << 35;

uint64_t cooperative_now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_REALTIME, &t);
	return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

struct timespec cooperative_deadline(unsigned ms)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	t.tv_sec += ms / 1000;
	t.tv_nsec += (long)(ms % 1000) * 1000000;
	if (t.tv_nsec >= 1000000000) {
		t.tv_sec++;
		t.tv_nsec -= 1000000000;
	}
	return t;
}

int cooperative_wait_until(struct cooperative *c, const struct timespec *until)
{
	return -pthread_cond_timedwait(&c->changed, &c->lock, until);
}

void cooperative_path(const struct cooperative *c, const char *name, char *ret, size_t size)
{
	snprintf(ret, size, "%s/%s", c->directory, name);
}

void cooperative_digest(const struct cooperative *c, uint8_t *ret)
{
	struct sha256_ctx hash;

	sha256_init(&hash);
	sha256_update(&hash, c->length, c->base);
	sha256_digest(&hash, SHA256_DIGEST_SIZE, ret);
}

void cooperative_stamp(struct cooperative *c, uint64_t *ret)
{
	pthread_mutex_lock(&c->lock);
	*ret = cooperative_now_ns();
	pthread_mutex_unlock(&c->lock);
}

/* ---- states ---- */

/* Lock held. */
static void enter(struct cooperative *c, enum cooperative_state state)
{
	uint64_t one = 1;

	c->state = state;
	/* It can only be full when it is readable anyway. */
	if (state == STATE_FREEZING && write(c->wake, &one, sizeof one) < 0)
		c->state = STATE_FREEZING;
	pthread_cond_broadcast(&c->changed);
}

void cooperative_enter(struct cooperative *c, enum cooperative_state state)
{
	pthread_mutex_lock(&c->lock);
	enter(c, state);
	pthread_mutex_unlock(&c->lock);
}

void cooperative_fail(struct cooperative *c, enum cooperative_state state, const char *cause,
		      const char *format, ...)
{
	va_list args;

	va_start(args, format);
	pthread_mutex_lock(&c->lock);
	snprintf(c->cause, sizeof c->cause, "%s", cause);
	vsnprintf(c->detail, sizeof c->detail, format, args);
	enter(c, state);
	pthread_mutex_unlock(&c->lock);
	va_end(args);
}

/* ---- the application's calls ---- */

void *cooperative_memory(const struct cooperative *c)
{
	return c->base;
}

int cooperative_fd(const struct cooperative *c)
{
	return c->wake;
}

int cooperative_await(struct cooperative *c)
{
	bool waited = false;
	int r;

	pthread_mutex_lock(&c->lock);
	while (c->state >= STATE_INCOMING && c->state != STATE_REFUSED && !c->closing) {
		waited = true;
		pthread_cond_wait(&c->changed, &c->lock);
	}
	r = c->state >= STATE_INCOMING ? -ECANCELED : waited;
	pthread_mutex_unlock(&c->lock);
	return r;
}

static bool must_stand(const struct cooperative *c)
{
	return !c->closing && (c->state == STATE_FREEZING || c->state == STATE_FROZEN ||
			       c->state == STATE_UNDECIDED);
}

int cooperative_safe_point(struct cooperative *c)
{
	uint64_t woken;
	int r;

	pthread_mutex_lock(&c->lock);
	/* Empty where nobody wrote: the application calls whenever it likes. */
	while (read(c->wake, &woken, sizeof woken) > 0)
		;
	while (must_stand(c)) {
		if (!c->standing) {
			c->standing = true;
			pthread_cond_broadcast(&c->changed);
		}
		pthread_cond_wait(&c->changed, &c->lock);
	}
	c->standing = false;
	r = c->state == STATE_LEFT ? COOPERATIVE_MOVED : 0;
	pthread_mutex_unlock(&c->lock);
	return r;
}

/* ---- open and close ---- */

int cooperative_supported(void)
{
	return dirty_supported();
}

static int map_arena(struct cooperative *c)
{
	void *at = (void *)(uintptr_t)(arena_base + c->number * arena_stride);
	void *base = mmap(at, c->length, PROT_READ | PROT_WRITE,
			  MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED_NOREPLACE, -1, 0);

	if (base == MAP_FAILED)
		return -errno;
	c->base = base;
	if (base != at)
		return -EEXIST;
	/* A page that was written is what is sent; a huge one would be 512 of them. Kernels without
	 * huge pages don't know the call. */
	(void)madvise(base, c->length, MADV_NOHUGEPAGE);
	return 0;
}

static int init_shared(struct cooperative *c)
{
	pthread_condattr_t attr;
	char incoming[128];

	pthread_mutex_init(&c->lock, NULL);
	pthread_condattr_init(&attr);
	pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	pthread_cond_init(&c->changed, &attr);
	pthread_condattr_destroy(&attr);
	cooperative_path(c, "incoming", incoming, sizeof incoming);
	c->state = access(incoming, F_OK) == 0 ? STATE_INCOMING : STATE_SERVING;
	c->wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (c->wake < 0)
		return -errno;
	c->cancel = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	return c->cancel < 0 ? -errno : 0;
}

int cooperative_open(const struct cooperative_config *config, struct cooperative **ret_instance)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE);
	struct cooperative *c;
	int r;

	if (config->number < 1 || config->number > COOPERATIVE_NUMBER_MAX || config->bytes == 0 ||
	    config->bytes > arena_max)
		return -EINVAL;
	if (strlen(config->state_directory) > 90)
		return -ENAMETOOLONG;
	c = calloc(1, sizeof *c);
	if (!c)
		return -ENOMEM;
	c->number = config->number;
	c->page = page;
	c->length = (config->bytes + page - 1) / page * page;
	c->supported = dirty_supported() == 0;
	c->wake = c->cancel = c->socket = c->listener = c->gate = -1;
	snprintf(c->directory, sizeof c->directory, "%s", config->state_directory);
	r = init_shared(c);
	if (r == 0)
		r = map_arena(c);
	if (r == 0)
		r = cooperative_control_open(c);
	if (r < 0)
		cooperative_close(c);
	else
		*ret_instance = c;
	return r;
}

static void close_fd(int fd)
{
	if (fd >= 0)
		close(fd);
}

void cooperative_close(struct cooperative *c)
{
	uint64_t one = 1;

	if (!c)
		return;
	pthread_mutex_lock(&c->lock);
	c->closing = true;
	pthread_cond_broadcast(&c->changed);
	pthread_mutex_unlock(&c->lock);
	/* Readable already is as good. */
	if (c->cancel >= 0 && write(c->cancel, &one, sizeof one) < 0)
		c->closing = true;
	cooperative_control_close(c);
	if (c->mover_made)
		pthread_join(c->mover, NULL);
	if (c->base)
		munmap(c->base, c->length);
	close_fd(c->listener);
	close_fd(c->wake);
	close_fd(c->cancel);
	pthread_cond_destroy(&c->changed);
	pthread_mutex_destroy(&c->lock);
	free(c);
}
