// SPDX-License-Identifier: Apache-2.0
#include "apps/stream-client/stream.h"

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include "lib/daemon.h"

enum { NS_PER_MS = 1000000, STEP_MS = 100, NICE = -10 };

struct stream {
	struct stream_config config;
	struct one_frame_buffer *buffer;
	struct ring *arrivals;
	pthread_t thread;
	atomic_bool stop;
	pthread_mutex_t lock; /* of what follows: others send and look, too */
	pthread_cond_t changed;
	struct stream_client *client; /* NULL: no socket */
	bool tried;
	int error;
	uint64_t restarts;
};

/* ---- sending: the client's thread, or the selector ---- */

static int wire_input(void *user, const struct control_input *input)
{
	return stream_client_input(user, input);
}

static int wire_signal(void *user, uint32_t number)
{
	return stream_client_switch(user, number);
}

static int wire_view(void *user, const char *text, size_t len)
{
	return stream_client_view(user, text, len);
}

static struct steering_wire wire_of(struct stream_client *client)
{
	return (struct steering_wire){
		.input = wire_input, .signal = wire_signal, .view = wire_view, .user = client};
}

static int no_input(void *user, const struct control_input *input)
{
	return -ENOTCONN;
}

static int no_signal(void *user, uint32_t number)
{
	return -ENOTCONN;
}

static const struct steering_wire no_wire = {.input = no_input, .signal = no_signal};

void stream_switch(struct stream *stream, uint32_t number, uint64_t now_ns)
{
	struct steering_wire wire;

	pthread_mutex_lock(&stream->lock);
	wire = stream->client ? wire_of(stream->client) : no_wire;
	steering_switch(stream->config.steering, stream->config.n, number, now_ns, &wire);
	if (stream->client)
		stream_client_wake(stream->client);
	pthread_mutex_unlock(&stream->lock);
}

void stream_wake(struct stream *stream)
{
	pthread_mutex_lock(&stream->lock);
	if (stream->client)
		stream_client_wake(stream->client);
	pthread_mutex_unlock(&stream->lock);
}

/* ---- the thread ---- */

static void on_frame(void *user, const struct stream_frame *frame)
{
	struct stream *s = user;
	struct frame put = {.picture = (struct picture *)(uintptr_t)frame->picture,
			    .stamp = frame->stamp,
			    .decoded_ns = frame->decoded_ns,
			    .verified = frame->verified};
	struct arrival_row row = {.stamp = frame->stamp,
				  .first_ns = frame->first_ns,
				  .last_ns = frame->last_ns,
				  .decoded_ns = frame->decoded_ns,
				  .bytes = (uint32_t)frame->bytes,
				  .packets = frame->packets,
				  .key = frame->key};

	/* A put that is refused is in the buffer's counters. */
	(void)one_frame_buffer_put(s->buffer, &put);
	inputs_acked(s->config.inputs, frame->stamp.input, frame->decoded_ns);
	ring_add(s->arrivals, &row);
}

static void on_role(void *user, const struct control_role_change *role)
{
	struct stream *s = user;

	steering_role(s->config.steering, s->config.n, role, clock_now_ns());
}

static int connect_client(struct stream *s)
{
	struct stream_client_config config = s->config.client;
	struct stream_client *client = NULL;
	int r;

	config.ops = (struct stream_client_ops){.frame = on_frame, .role = on_role};
	config.user = s;
	r = stream_client_new(&config, &client);
	pthread_mutex_lock(&s->lock);
	s->client = client;
	s->error = r;
	s->tried = true;
	pthread_cond_broadcast(&s->changed);
	pthread_mutex_unlock(&s->lock);
	return r;
}

static void disconnect_client(struct stream *s, int error)
{
	struct stream_client *client;

	pthread_mutex_lock(&s->lock);
	client = s->client;
	s->client = NULL;
	s->error = error;
	s->restarts++;
	pthread_mutex_unlock(&s->lock);
	stream_client_free(client);
}

/* Until a step fails, or the end; Return: why */
static int serve(struct stream *s)
{
	struct steering_wire wire = wire_of(s->client);
	int r = 0;

	while (r == 0 && !atomic_load(&s->stop)) {
		uint64_t wait =
			steering_pump(s->config.steering, s->config.n, clock_now_ns(), &wire);

		wait = (wait + NS_PER_MS - 1 < wait ? wait : wait + NS_PER_MS - 1) / NS_PER_MS;
		r = stream_client_step(s->client, wait < STEP_MS ? (int)wait : STEP_MS);
	}
	return r;
}

static void wait_before_retry(struct stream *s)
{
	struct timespec until;

	clock_gettime(CLOCK_MONOTONIC, &until);
	until.tv_nsec += STREAM_RETRY_MS * (long)NS_PER_MS;
	until.tv_sec += until.tv_nsec / 1000000000;
	until.tv_nsec %= 1000000000;
	pthread_mutex_lock(&s->lock);
	while (!atomic_load(&s->stop) &&
	       pthread_cond_timedwait(&s->changed, &s->lock, &until) != ETIMEDOUT)
		;
	pthread_mutex_unlock(&s->lock);
}

static void *run(void *user)
{
	struct stream *s = user;
	char name[16];

	snprintf(name, sizeof name, "client-%u", (unsigned)s->config.n);
	pthread_setname_np(pthread_self(), name);
	/* Decoded on time on a busy machine, where that is allowed; but never above the system:
	 * what comes from outside decides how much there is to do. */
	(void)setpriority(PRIO_PROCESS, (id_t)gettid(), NICE);
	one_frame_buffer_own(s->buffer);
	while (!atomic_load(&s->stop)) {
		if (connect_client(s) < 0)
			wait_before_retry(s);
		else
			disconnect_client(s, serve(s));
	}
	one_frame_buffer_disown(s->buffer);
	return NULL;
}

/* ---- start and end ---- */

static int await_first_try(struct stream *s)
{
	int r;

	pthread_mutex_lock(&s->lock);
	while (!s->tried)
		pthread_cond_wait(&s->changed, &s->lock);
	r = s->error;
	pthread_mutex_unlock(&s->lock);
	return r;
}

static void destroy(struct stream *s)
{
	ring_free(s->arrivals);
	one_frame_buffer_free(s->buffer);
	pthread_cond_destroy(&s->changed);
	pthread_mutex_destroy(&s->lock);
	free(s);
}

int stream_new(const struct stream_config *config, struct stream **ret_stream)
{
	struct stream *s = calloc(1, sizeof *s);
	pthread_condattr_t attr;
	int r;

	if (!s)
		return -ENOMEM;
	s->config = *config;
	pthread_mutex_init(&s->lock, NULL);
	pthread_condattr_init(&attr);
	pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	pthread_cond_init(&s->changed, &attr);
	pthread_condattr_destroy(&attr);
	r = one_frame_buffer_new(config->buffer, &s->buffer);
	if (r == 0)
		r = ring_new(STREAM_ARRIVALS, sizeof(struct arrival_row), &s->arrivals);
	if (r == 0)
		r = -pthread_create(&s->thread, NULL, run, s);
	if (r < 0) {
		destroy(s);
		return r;
	}
	r = await_first_try(s);
	if (r < 0) {
		stream_free(s);
		return r;
	}
	*ret_stream = s;
	return 0;
}

void stream_free(struct stream *stream)
{
	if (!stream)
		return;
	atomic_store(&stream->stop, true);
	pthread_mutex_lock(&stream->lock);
	if (stream->client)
		stream_client_wake(stream->client);
	pthread_cond_broadcast(&stream->changed);
	pthread_mutex_unlock(&stream->lock);
	pthread_join(stream->thread, NULL);
	destroy(stream);
}

const struct stream_config *stream_config(const struct stream *stream)
{
	return &stream->config;
}

struct one_frame_buffer *stream_buffer(struct stream *stream)
{
	return stream->buffer;
}

struct ring *stream_arrivals(struct stream *stream)
{
	return stream->arrivals;
}

void stream_state(struct stream *stream, struct stream_state *ret_state)
{
	struct stream_state state = {.client.phase = STREAM_STALLED};

	pthread_mutex_lock(&stream->lock);
	if (stream->client)
		stream_client_state(stream->client, &state.client);
	state.error = stream->error;
	state.restarts = stream->restarts;
	pthread_mutex_unlock(&stream->lock);
	one_frame_buffer_counters(stream->buffer, &state.buffer);
	*ret_state = state;
}

bool stream_is_stalled(struct stream *stream)
{
	struct stream_client_state state = {.phase = STREAM_STALLED};
	bool anew;

	pthread_mutex_lock(&stream->lock);
	if (stream->client)
		stream_client_state(stream->client, &state);
	anew = stream->restarts > 0;
	pthread_mutex_unlock(&stream->lock);
	/* Begun anew it joins again, and the buffer has what was before. */
	return state.phase == STREAM_STALLED || (state.phase == STREAM_JOINING && anew);
}
