// SPDX-License-Identifier: Apache-2.0
/* Accepts, and holds the threads of, connections; what they say is receiver_session.c's. */
#include "agents/transfer/receiver_internal.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include "agents/transfer/incoming.h"
#include "lib/hex.h"
#include "lib/thread.h"

enum { BACKLOG = 16 };

int transfer_receiver_open(const struct transfer_receiver_config *config,
			   struct transfer_receiver **ret)
{
	struct transfer_receiver *r = calloc(1, sizeof(*r));
	int rc;

	if (!r)
		return -ENOMEM;
	r->config = *config;
	r->listen = r->over = r->stop = -1;
	pthread_mutex_init(&r->lock, NULL);
	incoming_remove_stale(config->images);
	if (config->repository[0])
		incoming_remove_stale(config->repository);
	rc = hex_random(r->key, sizeof(r->key));
	if (!rc) {
		r->over = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
		r->stop = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
		rc = r->over < 0 || r->stop < 0 ? -errno : 0;
	}
	if (!rc) {
		r->listen = transfer_listen(config->address, BACKLOG, &r->port);
		rc = r->listen < 0 ? r->listen : 0;
	}
	if (rc) {
		transfer_receiver_close(r);
		return rc;
	}
	*ret = r;
	return 0;
}

uint16_t transfer_receiver_port(const struct transfer_receiver *r)
{
	return r->port;
}

const char *transfer_receiver_key(const struct transfer_receiver *r)
{
	return r->key;
}

size_t transfer_receiver_list(const struct transfer_receiver *r,
			      struct transfer_received ret[RECEIVER_LIST],
			      struct transfer_counts *ret_counts)
{
	uint64_t items = r->counts.items;
	size_t n = items < RECEIVER_LIST ? (size_t)items : RECEIVER_LIST;

	for (size_t i = 0; i < n; i++)
		ret[i] = r->received[(items - n + i) % RECEIVER_LIST];
	*ret_counts = r->counts;
	return n;
}

const char *transfer_received_tool(const struct transfer_received *item)
{
	return item->rsync ? "rsync" : item->pages ? "page-server" : "stream";
}

void receiver_note(struct transfer_receiver *r, const struct transfer_received *received)
{
	pthread_mutex_lock(&r->lock);
	r->received[r->counts.items++ % RECEIVER_LIST] = *received;
	if (r->config.changed)
		r->config.changed(r, r->config.user);
	pthread_mutex_unlock(&r->lock);
}

void receiver_note_failure(struct transfer_receiver *r, const char *text)
{
	pthread_mutex_lock(&r->lock);
	snprintf(r->counts.failure, sizeof(r->counts.failure), "%s", text);
	if (r->config.changed)
		r->config.changed(r, r->config.user);
	pthread_mutex_unlock(&r->lock);
}

void receiver_count(struct transfer_receiver *r, uint64_t *counter)
{
	pthread_mutex_lock(&r->lock);
	++*counter;
	pthread_mutex_unlock(&r->lock);
}

int receiver_claim(struct receiver_connection *c, const struct transfer_item *item,
		   uint64_t *ret_reserved)
{
	struct transfer_receiver *r = c->r;
	int rc = 0;

	*ret_reserved = 0;
	pthread_mutex_lock(&r->lock);
	for (size_t i = 0; i < RECEIVER_CONNECTIONS; i++) {
		const struct receiver_connection *other = &r->connection[i];

		if (!other->bringing)
			continue;
		*ret_reserved += other->reserved;
		if (other->kind == item->kind && !strcmp(other->name, item->name))
			rc = -EBUSY;
	}
	if (!rc) {
		c->bringing = true;
		c->kind = item->kind;
		strcpy(c->name, item->name);
		c->reserved = item->bytes;
	}
	pthread_mutex_unlock(&r->lock);
	return rc;
}

void receiver_unclaim(struct receiver_connection *c)
{
	pthread_mutex_lock(&c->r->lock);
	c->bringing = false;
	pthread_mutex_unlock(&c->r->lock);
}

static void *run_connection(void *user)
{
	struct receiver_connection *c = user;
	struct transfer_receiver *r = c->r;

	receiver_serve(c);
	close(c->io.fd);
	pthread_mutex_lock(&r->lock);
	c->over = true;
	eventfd_write(r->over, 1);
	pthread_mutex_unlock(&r->lock);
	return NULL;
}

static struct receiver_connection *find_free(struct transfer_receiver *r)
{
	for (size_t i = 0; i < RECEIVER_CONNECTIONS; i++)
		if (!r->connection[i].used)
			return &r->connection[i];
	return NULL;
}

static void accept_one(struct transfer_receiver *r)
{
	int fd = accept4(r->listen, NULL, NULL, SOCK_CLOEXEC);
	struct receiver_connection *c;

	if (fd < 0)
		return;
	c = find_free(r);
	if (!c || transfer_io_tune(fd)) {
		receiver_count(r, &r->counts.busy);
		close(fd);
		return;
	}
	receiver_count(r, &r->counts.connections);
	pthread_mutex_lock(&r->lock);
	*c = (struct receiver_connection){
		.r = r, .io = {fd, r->stop}, .used = true, .number = ++r->numbers};
	pthread_mutex_unlock(&r->lock);
	if (thread_begin(&c->thread, run_connection, c)) {
		close(fd);
		c->used = false;
	}
}

static bool is_over(struct transfer_receiver *r, const struct receiver_connection *c)
{
	bool over;

	pthread_mutex_lock(&r->lock);
	over = c->used && c->over;
	pthread_mutex_unlock(&r->lock);
	return over;
}

static void join_over(struct transfer_receiver *r)
{
	eventfd_t ignored;

	eventfd_read(r->over, &ignored);
	for (size_t i = 0; i < RECEIVER_CONNECTIONS; i++) {
		if (!is_over(r, &r->connection[i]))
			continue;
		pthread_join(r->connection[i].thread, NULL);
		r->connection[i].used = false;
	}
}

static void join_all(struct transfer_receiver *r)
{
	for (size_t i = 0; i < RECEIVER_CONNECTIONS; i++)
		if (r->connection[i].used) {
			pthread_join(r->connection[i].thread, NULL);
			r->connection[i].used = false;
		}
}

static bool has_all(struct transfer_receiver *r)
{
	bool all;

	pthread_mutex_lock(&r->lock);
	all = r->config.items_max && r->counts.items >= r->config.items_max;
	pthread_mutex_unlock(&r->lock);
	return all;
}

/* Return: 0 to go on */
static int turn(struct transfer_receiver *r)
{
	struct pollfd fds[] = {{.fd = r->config.wake, .events = POLLIN},
			       {.fd = r->over, .events = POLLIN},
			       {.fd = r->listen, .events = POLLIN}};

	if (poll(fds, 3, -1) < 0)
		return errno == EINTR ? 0 : -errno;
	if (fds[0].revents)
		return -ECANCELED;
	if (fds[1].revents)
		join_over(r);
	if (fds[2].revents)
		accept_one(r);
	return 0;
}

int transfer_receiver_run(struct transfer_receiver *r)
{
	int rc = 0;

	while (!rc && !has_all(r))
		rc = turn(r);
	eventfd_write(r->stop, 1);
	join_all(r);
	return rc == -ECANCELED ? 0 : rc;
}

void transfer_receiver_close(struct transfer_receiver *r)
{
	if (!r)
		return;
	if (r->listen >= 0)
		close(r->listen);
	if (r->over >= 0)
		close(r->over);
	if (r->stop >= 0)
		close(r->stop);
	pthread_mutex_destroy(&r->lock);
	free(r);
}
