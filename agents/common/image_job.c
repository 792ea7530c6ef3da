// SPDX-License-Identifier: Apache-2.0
/*
 * An instance's image made ready: here, of the right version, and every file as the manifest says.
 * Reading it and pulling it take long, so it is done in one of libuv's threads; this one is told of
 * it in the end, and may look how far it is.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <utlist.h>

#include "agents/common/supervisor.h"
#include "lib/daemon.h"

struct image_job {
	uv_work_t work;
	struct supervisor *s;
	struct image_job *prev, *next; /* of the supervisor's */
	struct instance *instance;     /* NULL: nobody waits for it any more */
	struct pull pull;
	uint64_t pull_us, check_us;
	int rc;
	struct image_error err;
};

static bool is_cancelled(void *user)
{
	return atomic_load(&((struct image_job *)user)->pull.cancel);
}

static uint64_t now_us(void)
{
	return clock_mono_ns() / 1000;
}

static bool is_wanted_version(const struct image_job *job, const struct manifest *m)
{
	return !job->pull.version[0] || !strcmp(job->pull.version, m->version);
}

/* What is here already, or -ENOENT */
static int find(struct image_job *job, struct manifest **ret)
{
	int rc = image_load(job->pull.repository, job->pull.image, ret, &job->err);

	if (rc || is_wanted_version(job, *ret))
		return rc;
	rc = image_fail(&job->err, -ENOENT, "image '%s' is of version %s, not %s", job->pull.image,
			(*ret)->version, job->pull.version);
	manifest_free(*ret);
	return rc;
}

static int pull(struct image_job *job, struct manifest **ret)
{
	uint64_t begin = now_us();
	int rc = pull_run(&job->pull, &job->err);

	job->pull_us = now_us() - begin;
	return rc ? rc : find(job, ret);
}

static void check(struct image_job *job, const struct manifest *m)
{
	char directory[IMAGE_PATH_MAX];
	uint64_t begin = now_us();

	snprintf(directory, sizeof(directory), "%s/%s", job->pull.repository, job->pull.image);
	job->rc = image_check(directory, m, is_cancelled, job, &job->err);
	job->check_us = now_us() - begin;
	atomic_store(&job->pull.image_bytes, m->bytes);
}

static void work(uv_work_t *work)
{
	struct image_job *job = work->data;
	struct manifest *m = NULL;

	job->rc = find(job, &m);
	if (job->rc == -ENOENT && job->pull.cloud_url[0])
		job->rc = pull(job, &m);
	if (job->rc)
		return;
	check(job, m);
	manifest_free(m);
}

static void done(uv_work_t *work, int status)
{
	struct image_job *job = work->data;
	struct instance *i = job->instance;

	DL_DELETE(job->s->jobs, job);
	if (i) {
		image_job_look(i);
		i->pull_us += job->pull_us;
		i->check_us = job->check_us;
		i->job = NULL;
		if (job->rc)
			instance_image_failed(
				i, job->rc, job->err.text[0] ? job->err.text : strerror(-job->rc));
		else
			instance_image_ready(i);
	}
	free(job);
}

/* Two pulls of one image would write into the same files, also when nobody waits for the first any
 * more. */
static bool is_being_made_ready(const struct supervisor *s, const char *image)
{
	const struct image_job *job;

	DL_FOREACH (s->jobs, job)
		if (!strcmp(job->pull.image, image))
			return true;
	return false;
}

int image_job_start(struct instance *i)
{
	struct supervisor *s = i->s;
	struct image_job *job;
	int rc;

	if (is_being_made_ready(s, i->w.image))
		return -EAGAIN;
	job = calloc(1, sizeof(*job));
	if (!job)
		return -ENOMEM;
	job->work.data = job;
	job->s = s;
	job->instance = i;
	snprintf(job->pull.cloud_url, sizeof(job->pull.cloud_url), "%s", s->config.cloud_url);
	snprintf(job->pull.repository, sizeof(job->pull.repository), "%s", s->config.repository);
	strcpy(job->pull.image, i->w.image);
	strcpy(job->pull.version, i->w.version);
	job->pull.rate_bytes_per_s = s->config.rate_bytes_per_s;
	rc = uv_queue_work(s->config.loop, &job->work, work, done);
	if (rc) {
		free(job);
		return rc;
	}
	DL_APPEND(s->jobs, job);
	i->job = job;
	i->tried_bytes = 0;
	return 0;
}

void image_job_cancel(struct instance *i)
{
	if (!i->job)
		return;
	atomic_store(&i->job->pull.cancel, true);
	i->job->instance = NULL;
	i->job = NULL;
}

void image_job_look(struct instance *i)
{
	uint64_t bytes;

	if (!i->job)
		return;
	bytes = atomic_load(&i->job->pull.pulled_bytes);
	i->image_bytes = atomic_load(&i->job->pull.image_bytes);
	i->pulled_bytes += bytes - i->tried_bytes;
	i->tried_bytes = bytes;
}
