// SPDX-License-Identifier: Apache-2.0
#include "apps/service/client_internal.h"

#include <errno.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "apps/service/memory.h"
#include "lib/clock.h"

enum { ROOM_FIRST = 8192, REMEMBERED = 4096 /* answered ones, for answers beyond the first */ };

#define TCP_LOOK_NS 10000000ull

void client_complain(struct service_client *c, const char *format, ...)
{
	char text[CLIENT_COMPLAINT_SIZE];
	va_list list;

	if (!c->settings.complain || c->complaints == CLIENT_COMPLAINTS_MAX)
		return;
	c->complaints++;
	va_start(list, format);
	vsnprintf(text, sizeof(text), format, list);
	va_end(list);
	c->settings.complain(c->settings.user, text);
}

/* ---- requests ---- */

struct client_request *client_request_at(const struct service_client *c, uint64_t number)
{
	struct client_request *r = &c->requests[number % c->room];

	return r->number == number && number ? r : NULL;
}

static int requests_grow(struct service_client *c)
{
	struct client_request *more;
	const uint64_t room = c->room * 2;

	if (room > 2 * CLIENT_WAITING_MAX)
		return -ENOBUFS;
	more = calloc(room, sizeof(*more));
	if (!more)
		return -ENOBUFS;
	for (uint64_t i = 0; i < c->room; i++)
		if (c->requests[i].number)
			more[c->requests[i].number % room] = c->requests[i];
	free(c->requests);
	c->requests = more;
	c->room = room;
	return 0;
}

int service_client_make(struct service_client *c, uint64_t due_ns)
{
	const uint64_t number = c->figures.made + 1;

	if (number - c->floor >= CLIENT_WAITING_MAX ||
	    (number - c->floor + REMEMBERED >= c->room && requests_grow(c) < 0)) {
		c->figures.not_made++;
		return -ENOBUFS;
	}
	c->figures.made = number;
	c->requests[number % c->room] =
		(struct client_request){.number = number, .made_ns = due_ns};
	return 0;
}

size_t client_request_write(struct service_client *c, uint64_t number)
{
	const struct service_request request = {.type = SERVICE_APPLY,
						.client = c->settings.client,
						.number = number,
						.length = c->settings.body,
						.body = c->body};

	c->settings.ops->body(c->settings.model, request.client, number, c->body, c->settings.body);
	return service_request_write(&request, c->out,
				     SERVICE_REQUEST_LEN + (size_t)c->settings.body);
}

void client_request_sent(struct service_client *c, struct client_request *r, uint64_t now_ns)
{
	if (r->sends++)
		c->figures.resent++;
	else
		r->sent_ns = now_ns;
	r->again_ns = now_ns + c->settings.resend_ms * 1000000ull;
}

/* A service holds up to SERVICE_AHEAD beyond what it has applied, and that is at least floor - 1.
 */
uint64_t client_window_end(const struct service_client *c)
{
	const uint64_t end = c->floor + SERVICE_AHEAD;

	return end <= c->figures.made ? end : c->figures.made + 1;
}

uint64_t service_client_waiting(const struct service_client *c)
{
	return c->figures.made - c->figures.answered;
}

uint64_t service_client_last_ns(const struct service_client *c)
{
	return c->last_ns;
}

const struct service_client_figures *service_client_figures(const struct service_client *c)
{
	return &c->figures;
}

/* ---- life ---- */

static int model_begin(struct service_client *c)
{
	c->machine.ops = c->settings.ops;
	c->machine.settings = c->settings.model;
	c->machine.shares = 1;
	c->block_size = service_machine_size(&c->machine);
	c->block = service_memory_new(c->block_size);
	return c->block ? service_machine_use(&c->machine, c->block, c->block_size) : -ENOMEM;
}

int service_client_new(const struct service_client_settings *settings, struct service_client **ret)
{
	struct service_client *c = calloc(1, sizeof(*c));
	int rc = -ENOMEM;

	if (!c)
		return rc;
	c->settings = *settings;
	c->fd = -1;
	c->room = ROOM_FIRST;
	c->floor = c->next = 1;
	c->requests = calloc(c->room, sizeof(*c->requests));
	c->body = malloc((size_t)settings->body + 1);
	c->out = malloc(SERVICE_REQUEST_LEN + (size_t)settings->body);
	if (c->requests && c->body && c->out)
		rc = model_begin(c);
	if (rc == 0)
		rc = client_socket_open(c);
	if (rc < 0) {
		service_client_free(c);
		return rc;
	}
	*ret = c;
	return 0;
}

void service_client_free(struct service_client *c)
{
	if (!c)
		return;
	client_socket_close(c);
	if (c->block)
		munmap(c->block, c->block_size);
	free(c->requests);
	free(c->body);
	free(c->out);
	free(c);
}

void service_client_end(struct service_client *c)
{
	if (service_client_waiting(c))
		client_gap_note(c, clock_now_ns());
	for (uint64_t n = c->floor; n <= c->figures.made; n++) {
		const struct client_request *r = client_request_at(c, n);
		const struct service_client_row row = {.number = n,
						       .made_ns = r ? r->made_ns : 0,
						       .sent_ns = r ? r->sent_ns : 0,
						       .sends = r ? r->sends : 0,
						       .edge = ""};

		if (r && !r->answered_ns && c->settings.row)
			c->settings.row(c->settings.user, &row);
	}
}

static uint64_t resend_due_ns(const struct service_client *c)
{
	uint64_t due = UINT64_MAX;
	unsigned seen = 0;

	for (uint64_t n = c->floor; n < c->next && seen < CLIENT_RESEND_AT_ONCE; n++) {
		const struct client_request *r = client_request_at(c, n);

		if (r->answered_ns)
			continue;
		seen++;
		if (r->again_ns < due)
			due = r->again_ns;
	}
	return due;
}

uint64_t service_client_poll(struct service_client *c, int *ret_fd, short *ret_events)
{
	const uint64_t now = clock_now_ns();
	uint64_t due;

	client_socket_poll(c, ret_fd, ret_events);
	if (c->settings.tcp)
		due = c->fd < 0 || c->connecting ? now + TCP_LOOK_NS
		      : c->retry_ns		 ? c->retry_ns
						 : UINT64_MAX;
	else
		due = c->hurry ? now : resend_due_ns(c);
	return due == UINT64_MAX ? due : due > now ? due - now : 0;
}

void service_client_run(struct service_client *c)
{
	client_socket_receive(c);
	client_socket_send(c, clock_now_ns());
}
