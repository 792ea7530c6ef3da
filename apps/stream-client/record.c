// SPDX-License-Identifier: Apache-2.0
#include "apps/stream-client/record.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "apps/stream-client/one_frame_buffer.h"
#include "lib/log.h"

struct record {
	struct one_frame_buffer *fifo;
	int fd;
	unsigned fps;
	unsigned width, height; /* of the first frame */
	uint8_t *line;		/* one frame as it is written */
	pthread_t thread;
	pthread_mutex_t lock;
	pthread_cond_t more;
	bool stop, wanted; /* wanted: something may be in the FIFO */
	struct record_state state;
};

static int write_all(int fd, const void *bytes, size_t len)
{
	const char *at = bytes;

	while (len > 0) {
		ssize_t n = write(fd, at, len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		at += n;
		len -= (size_t)n;
	}
	return 0;
}

/* https://wiki.multimedia.cx/index.php/YUV4MPEG2: chroma sited as in MPEG-2, limited range */
static int begin_file(struct record *r, const struct picture *picture)
{
	char header[96];
	int len = snprintf(header, sizeof header,
			   "YUV4MPEG2 W%u H%u F%u:1 Ip A1:1 C420mpeg2 XYSCSS=420MPEG2\n",
			   picture->width, picture->height, r->fps);

	r->width = picture->width;
	r->height = picture->height;
	r->line = malloc((size_t)r->width * r->height * 3 / 2 + 6);
	if (!r->line)
		return -ENOMEM;
	pthread_mutex_lock(&r->lock);
	r->state.bytes = (uint64_t)len;
	pthread_mutex_unlock(&r->lock);
	return write_all(r->fd, header, (size_t)len);
}

static int write_frame(struct record *r, const struct picture *picture)
{
	uint8_t *at = r->line;

	memcpy(at, "FRAME\n", 6);
	at += 6;
	for (unsigned p = 0; p < PICTURE_PLANES; p++)
		for (unsigned y = 0; y < picture_plane_height(picture, p); y++) {
			memcpy(at, picture->plane[p] + y * picture->stride[p],
			       picture_plane_width(picture, p));
			at += picture_plane_width(picture, p);
		}
	return write_all(r->fd, r->line, (size_t)(at - r->line));
}

static void fail(struct record *r, int error)
{
	log_warn("record", "what=stopped error=\"%s\" frames=%llu", strerror(-error),
		 (unsigned long long)r->state.frames);
	if (ftruncate(r->fd, (off_t)r->state.bytes) < 0)
		log_warn("record", "what=\"the last frame is not whole\" error=\"%s\"",
			 strerror(errno));
	pthread_mutex_lock(&r->lock);
	r->state.state = "failed";
	r->state.error = error;
	pthread_mutex_unlock(&r->lock);
}

static void note(struct record *r, bool written)
{
	pthread_mutex_lock(&r->lock);
	r->state.state = "writing";
	r->state.frames += written;
	r->state.bytes += written ? (uint64_t)r->width * r->height * 3 / 2 + 6 : 0;
	r->state.left_out += !written;
	pthread_mutex_unlock(&r->lock);
}

static int take_frame(struct record *r, const struct frame *frame)
{
	const struct picture *picture = frame->picture;
	int e = r->line ? 0 : begin_file(r, picture);

	if (e == 0 && (picture->width != r->width || picture->height != r->height)) {
		note(r, false);
		return 0;
	}
	if (e == 0)
		e = write_frame(r, picture);
	if (e == 0)
		note(r, true);
	return e;
}

/* All that waits */
static int drain(struct record *r, uint64_t *generation)
{
	const struct frame *frame;
	int e = 0;

	for (;;) {
		frame = one_frame_buffer_read(r->fifo);
		if (!frame || frame->generation == *generation || e < 0)
			break;
		*generation = frame->generation;
		e = take_frame(r, frame);
		one_frame_buffer_let_go(r->fifo, frame);
	}
	one_frame_buffer_let_go(r->fifo, frame);
	return e;
}

static void *run(void *user)
{
	struct record *r = user;
	uint64_t generation = 0;
	bool stop = false;
	int e = 0;

	pthread_setname_np(pthread_self(), "record");
	while (!stop && e == 0) {
		pthread_mutex_lock(&r->lock);
		while (!r->stop && !r->wanted)
			pthread_cond_wait(&r->more, &r->lock);
		r->wanted = false;
		stop = r->stop;
		pthread_mutex_unlock(&r->lock);
		e = drain(r, &generation);
	}
	if (e < 0)
		fail(r, e);
	return NULL;
}

int record_new(const char *path, unsigned fps, struct record **ret_record)
{
	struct record *r = calloc(1, sizeof *r);
	int e;

	if (!r)
		return -ENOMEM;
	r->fps = fps;
	r->state.state = "waiting";
	pthread_mutex_init(&r->lock, NULL);
	pthread_cond_init(&r->more, NULL);
	r->fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
	e = r->fd < 0 ? -errno : one_frame_buffer_new(BUFFER_FIFO, &r->fifo);
	if (e == 0)
		e = -pthread_create(&r->thread, NULL, run, r);
	if (e < 0) {
		if (r->fd >= 0)
			close(r->fd);
		one_frame_buffer_free(r->fifo);
		free(r);
		return e;
	}
	*ret_record = r;
	return 0;
}

void record_free(struct record *record)
{
	if (!record)
		return;
	pthread_mutex_lock(&record->lock);
	record->stop = true;
	pthread_cond_signal(&record->more);
	pthread_mutex_unlock(&record->lock);
	pthread_join(record->thread, NULL);
	close(record->fd);
	one_frame_buffer_free(record->fifo);
	pthread_cond_destroy(&record->more);
	pthread_mutex_destroy(&record->lock);
	free(record->line);
	free(record);
}

int record_own(struct record *record)
{
	return one_frame_buffer_own(record->fifo);
}

void record_put(struct record *record, const struct frame *frame)
{
	bool failed;
	int e;

	pthread_mutex_lock(&record->lock);
	failed = record->state.error < 0;
	pthread_mutex_unlock(&record->lock);
	if (failed)
		return;
	e = one_frame_buffer_put(record->fifo, frame);
	pthread_mutex_lock(&record->lock);
	record->state.left_out += e < 0;
	record->wanted = true;
	pthread_cond_signal(&record->more);
	pthread_mutex_unlock(&record->lock);
}

void record_state(struct record *record, struct record_state *ret_state)
{
	pthread_mutex_lock(&record->lock);
	*ret_state = record->state;
	pthread_mutex_unlock(&record->lock);
}
