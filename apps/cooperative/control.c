// SPDX-License-Identifier: Apache-2.0
/* The control socket: command.h says what is said there. One thread accepts, one serves each
 * connection. */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "apps/cooperative/internal.h"

enum { LOOK_MS = 100, REPLY_MAX = 8192 };

struct reply {
	char text[REPLY_MAX];
	size_t length;
};

__attribute__((format(printf, 2, 3))) static void add(struct reply *r, const char *format, ...)
{
	va_list args;
	int n;

	va_start(args, format);
	n = vsnprintf(r->text + r->length, sizeof r->text - r->length, format, args);
	va_end(args);
	if (n > 0 && (size_t)n < sizeof r->text - r->length)
		r->length += (size_t)n;
}

int cooperative_control_arm(struct cooperative *c)
{
	char line[32];
	int fd;

	pthread_mutex_lock(&c->lock);
	fd = c->gate;
	pthread_mutex_unlock(&c->lock);
	if (fd < 0 || cooperative_line_write(fd, "event=arm\n\n", 11) < 0 ||
	    cooperative_line_read(fd, line, sizeof line) < 0)
		return -EACCES;
	return strcmp(line, "armed") == 0 ? 0 : -EACCES;
}

/* ---- status ---- */

static const char *const state_names[STATES] = {
	[STATE_SERVING] = "serving",	 [STATE_PUSHING] = "pushing",
	[STATE_CONVERGED] = "converged", [STATE_FREEZING] = "freezing",
	[STATE_FROZEN] = "frozen",	 [STATE_UNDECIDED] = "undecided",
	[STATE_LEFT] = "left",		 [STATE_INCOMING] = "incoming",
	[STATE_RECEIVING] = "receiving", [STATE_ARMED] = "armed",
	[STATE_REFUSED] = "refused",
};

static void add_figures(struct reply *reply, const struct cooperative_figures *f)
{
	const struct {
		const char *name;
		uint64_t value;
	} figures[] = {
		{"begun_ns", f->begun_ns},     {"converged_ns", f->converged_ns},
		{"armed_ns", f->armed_ns},     {"frozen_ns", f->frozen_ns},
		{"decided_ns", f->decided_ns}, {"bytes", f->bytes},
		{"zeros", f->zeros},	       {"rate_bps", f->rate_bps},
		{"rounds", f->rounds},	       {"last_bytes", f->last_bytes},
		{"scan_us", f->scan_us},       {"last_us", f->last_us},
	};

	for (size_t i = 0; i < sizeof figures / sizeof figures[0]; i++)
		add(reply, "%s=%llu\n", figures[i].name, (unsigned long long)figures[i].value);
}

/* Lock held. */
static void add_status(struct reply *reply, const struct cooperative *c)
{
	uint64_t kept = c->figures.rounds < ROUNDS_KEPT ? c->figures.rounds : ROUNDS_KEPT;

	add(reply, "state=%s\nsupported=%s\narena=%zu\n", state_names[c->state],
	    c->supported ? "yes" : "no", c->length);
	if (c->cause[0])
		add(reply, "cause=%s\ndetail=%s\n", c->cause, c->detail);
	add_figures(reply, &c->figures);
	for (uint64_t i = 0; i < kept; i++)
		add(reply, "round=%llu,%llu,%llu\n", (unsigned long long)c->figures.round[i].bytes,
		    (unsigned long long)c->figures.round[i].zeros,
		    (unsigned long long)c->figures.round[i].us);
	add(reply, "\n");
}

static void reply_status(struct cooperative *c, int fd)
{
	struct reply reply = {.length = 0};

	pthread_mutex_lock(&c->lock);
	add_status(&reply, c);
	pthread_mutex_unlock(&c->lock);
	/* Who asked may be gone. */
	(void)cooperative_line_write(fd, reply.text, reply.length);
}

__attribute__((format(printf, 3, 4))) static void reply_error(int fd, const char *cause,
							      const char *format, ...)
{
	struct reply reply = {.length = 0};
	char detail[200];
	va_list args;

	va_start(args, format);
	vsnprintf(detail, sizeof detail, format, args);
	va_end(args);
	add(&reply, "error=%s\ndetail=%s\n\n", cause, detail);
	(void)cooperative_line_write(fd, reply.text, reply.length);
}

/* ---- what each verb does ---- */

static bool hung_up(int fd)
{
	char c;

	return recv(fd, &c, 1, MSG_PEEK | MSG_DONTWAIT) == 0;
}

/* Until @done, or who asked is gone: false */
static bool wait_until(struct cooperative *c, int fd, bool (*done)(const struct cooperative *c))
{
	bool here = true;

	pthread_mutex_lock(&c->lock);
	while (!done(c) && !c->closing && here) {
		struct timespec until = cooperative_deadline(LOOK_MS);

		here = cooperative_wait_until(c, &until) == 0 || !hung_up(fd);
	}
	pthread_mutex_unlock(&c->lock);
	return here;
}

static bool settled(const struct cooperative *c)
{
	return c->state != STATE_PUSHING;
}

static bool decided(const struct cooperative *c)
{
	return !c->moving;
}

static void do_wait(struct cooperative *c, int fd, const struct cooperative_command *command)
{
	struct timespec until = cooperative_deadline(command->ms);
	int r = 0;

	pthread_mutex_lock(&c->lock);
	while (!settled(c) && !c->closing && r == 0)
		r = cooperative_wait_until(c, &until);
	pthread_mutex_unlock(&c->lock);
	reply_status(c, fd);
}

static const char *state_name(struct cooperative *c)
{
	enum cooperative_state state;

	pthread_mutex_lock(&c->lock);
	state = c->state;
	pthread_mutex_unlock(&c->lock);
	return state_names[state];
}

/* Where nobody moves it, and it is @from */
static void turn(struct cooperative *c, enum cooperative_state from, enum cooperative_state to)
{
	pthread_mutex_lock(&c->lock);
	if (c->state == from && !c->moving) {
		c->state = to;
		pthread_cond_broadcast(&c->changed);
	}
	pthread_mutex_unlock(&c->lock);
}

/* @fd's is who brings requests here. Return: 0, -EBUSY, or why it can't listen */
static int open_listener(struct cooperative *c, int fd, struct in_addr address, uint16_t *ret_port)
{
	int r = -EBUSY;

	pthread_mutex_lock(&c->lock);
	if (c->state == STATE_INCOMING && !c->moving && c->listener < 0)
		r = channel_listen(address, &c->listener, ret_port);
	if (r == 0)
		c->gate = fd;
	pthread_mutex_unlock(&c->lock);
	return r;
}

static void forget_gate(struct cooperative *c, int fd)
{
	pthread_mutex_lock(&c->lock);
	if (c->gate == fd)
		c->gate = -1;
	pthread_mutex_unlock(&c->lock);
}

static void do_listen(struct cooperative *c, int fd, const struct cooperative_command *command)
{
	struct reply reply = {.length = 0};
	uint16_t port;
	int r = open_listener(c, fd, command->address, &port);

	if (r == 0)
		r = cooperative_mover_begin(c, STATE_INCOMING, STATE_INCOMING, cooperative_receive,
					    command);
	if (r == -EBUSY) {
		reply_error(fd, "STATE", "this instance is not incoming, or listens already");
	} else if (r < 0) {
		reply_error(fd, "TRANSFER_FAILED", "it can't listen: %s", strerror(-r));
	} else {
		add(&reply, "port=%u\n\n", port);
		/* Without who brings requests here there is no move. */
		if (cooperative_line_write(fd, reply.text, reply.length) < 0 ||
		    !wait_until(c, fd, decided))
			cooperative_mover_cut(c);
		reply_status(c, fd);
	}
	forget_gate(c, fd);
}

static void do_push(struct cooperative *c, int fd, const struct cooperative_command *command)
{
	int r;

	if (!c->supported) {
		reply_error(fd, "KERNEL_UNSUPPORTED",
			    "this kernel can't tell which pages were written: it takes one since "
			    "6.7");
		return;
	}
	r = cooperative_mover_begin(c, STATE_SERVING, STATE_PUSHING, cooperative_push, command);
	if (r == -EBUSY)
		reply_error(fd, "STATE", "this instance is %s", state_name(c));
	else if (r < 0)
		reply_error(fd, "STATE", "%s", strerror(-r));
	else
		reply_status(c, fd);
}

static void do_commit(struct cooperative *c, int fd)
{
	bool can, told;

	pthread_mutex_lock(&c->lock);
	told = c->cause[0] != '\0';
	can = c->state == STATE_CONVERGED && c->moving;
	c->commit_wanted |= can;
	pthread_cond_broadcast(&c->changed);
	pthread_mutex_unlock(&c->lock);
	if (can)
		(void)wait_until(c, fd, decided);
	if (can || told)
		reply_status(c, fd);
	else
		reply_error(fd, "STATE", "nothing has converged: this instance is %s",
			    state_name(c));
}

/* A decision before this one stays as it is. */
static void do_fence(struct cooperative *c, int fd)
{
	cooperative_mover_fence(c);
	reply_status(c, fd);
}

static void do_resume(struct cooperative *c, int fd)
{
	bool pushing;

	pthread_mutex_lock(&c->lock);
	/* A COMMIT under way is not interrupted: it ends by itself, soon. */
	pushing = c->state == STATE_PUSHING || c->state == STATE_CONVERGED;
	pthread_mutex_unlock(&c->lock);
	if (pushing)
		cooperative_mover_cut(c);
	else
		(void)wait_until(c, fd, decided);
	turn(c, STATE_UNDECIDED, STATE_SERVING);
	reply_status(c, fd);
}

static void do_leave(struct cooperative *c, int fd)
{
	(void)wait_until(c, fd, decided);
	turn(c, STATE_UNDECIDED, STATE_LEFT);
	reply_status(c, fd);
}

static void obey(struct cooperative *c, int fd, const char *line)
{
	struct cooperative_command command;
	const char *why;

	if (cooperative_command_parse(line, &command, &why) < 0) {
		reply_error(fd, "MALFORMED", "%s", why);
		return;
	}
	switch (command.verb) {
	case VERB_WAIT:
		do_wait(c, fd, &command);
		return;
	case VERB_LISTEN:
		do_listen(c, fd, &command);
		return;
	case VERB_PUSH:
		do_push(c, fd, &command);
		return;
	case VERB_COMMIT:
		do_commit(c, fd);
		return;
	case VERB_FENCE:
		do_fence(c, fd);
		return;
	case VERB_RESUME:
		do_resume(c, fd);
		return;
	case VERB_LEAVE:
		do_leave(c, fd);
		return;
	default:
		reply_status(c, fd);
	}
}

/* ---- connections ---- */

static void *serve(void *user)
{
	struct control *k = user;
	char line[COMMAND_LINE_MAX];

	if (cooperative_line_read(k->fd, line, sizeof line) == 0)
		obey(k->c, k->fd, line);
	else
		reply_error(k->fd, "MALFORMED", "no line of at most %d octets came",
			    COMMAND_LINE_MAX - 1);
	pthread_mutex_lock(&k->c->lock);
	shutdown(k->fd, SHUT_RDWR);
	k->ended = true;
	pthread_mutex_unlock(&k->c->lock);
	return NULL;
}

static void reap(struct control *k)
{
	pthread_join(k->thread, NULL);
	close(k->fd);
	k->used = k->ended = false;
}

/* A free place, those of ended connections cleared. */
static struct control *find_place(struct cooperative *c)
{
	struct control *free_place = NULL;

	for (int i = 0; i < CONTROLS; i++) {
		struct control *k = &c->control[i];
		bool ended;

		pthread_mutex_lock(&c->lock);
		ended = k->used && k->ended;
		pthread_mutex_unlock(&c->lock);
		if (ended)
			reap(k);
		if (!k->used)
			free_place = k;
	}
	return free_place;
}

static void welcome(struct cooperative *c, int fd)
{
	struct control *k = find_place(c);

	if (k) {
		*k = (struct control){.c = c, .fd = fd, .used = true};
		if (pthread_create(&k->thread, NULL, serve, k) == 0)
			return;
		k->used = false;
	}
	reply_error(fd, "BUSY", "%d connections are open", CONTROLS);
	close(fd);
}

static void *accept_all(void *user)
{
	struct cooperative *c = user;
	int fd;

	for (;;) {
		fd = accept4(c->socket, NULL, NULL, SOCK_CLOEXEC);
		if (fd >= 0)
			welcome(c, fd);
		else if (errno == EMFILE || errno == ENFILE)
			poll(NULL, 0, LOOK_MS); /* the application has used them up: later */
		else if (errno != EINTR && errno != ECONNABORTED)
			return NULL;
	}
}

/* The application's signals stay with its own threads; those that this one makes do as it does. */
static int begin_accepting(struct cooperative *c)
{
	sigset_t all, before;
	int r;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	r = -pthread_create(&c->accepter, NULL, accept_all, c);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	return r;
}

int cooperative_control_open(struct cooperative *c)
{
	struct sockaddr_un at = {.sun_family = AF_UNIX};
	int r = 0;

	cooperative_path(c, "cooperative.sock", at.sun_path, sizeof at.sun_path);
	c->socket = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (c->socket < 0)
		return -errno;
	/* What an earlier instance left; where it can't go, bind says why. */
	(void)unlink(at.sun_path);
	if (bind(c->socket, (struct sockaddr *)&at, sizeof at) < 0 ||
	    chmod(at.sun_path, 0600) < 0 || listen(c->socket, CONTROLS) < 0)
		r = -errno;
	if (r == 0)
		r = begin_accepting(c);
	if (r < 0) {
		close(c->socket);
		c->socket = -1;
	}
	return r;
}

void cooperative_control_close(struct cooperative *c)
{
	if (c->socket < 0)
		return;
	shutdown(c->socket, SHUT_RDWR);
	pthread_join(c->accepter, NULL);
	for (int i = 0; i < CONTROLS; i++) {
		if (c->control[i].used) {
			/* What it has to say is still said. */
			shutdown(c->control[i].fd, SHUT_RD);
			reap(&c->control[i]);
		}
	}
	close(c->socket);
	c->socket = -1;
}
