// SPDX-License-Identifier: Apache-2.0
#include "apps/stream-client/screen.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "apps/stream-client/jpeg.h"
#include "apps/stream-client/viewer.h"

enum { QUALITY = 80, TICK_MS = 1000 / SCREEN_FPS_MAX };

#define BOUNDARY "frame-of-stream-client"

struct client {
	struct screen *screen; /* NULL: a free place */
	uv_tcp_t tcp;
	uint64_t since_ms; /* accepted, or something taken */
	size_t got;
	bool answered, streaming, last; /* last: close after what is being written */
	char request[SCREEN_REQUEST_MAX + 1];
};

struct screen {
	struct viewer *viewer;
	uv_tcp_t listener;
	uv_timer_t timer;
	unsigned open;	       /* handles that the loop still has */
	bool closing, waiting; /* waiting: a connection that there was no place for */
	uint64_t generation;   /* of the picture that went out last */
	struct client client[SCREEN_CLIENTS_MAX];
};

struct sending {
	uv_write_t write;
	struct client *client;
	char *bytes;
};

static const char page[] =
	"<!doctype html><html lang=\"en\"><head><meta "
	"charset=\"utf-8\"><title>stream-client</title>"
	"<style>body{margin:0;background:#111;color:#ccc;font:14px sans-serif;text-align:center}"
	"img{max-width:100%;height:auto;margin-top:1em}</style></head><body>"
	"<img src=\"/screen.mjpeg\" alt=\"what the player sees\">"
	"<p>With <code>input: keyboard</code>: arrow keys, space rests, enter goes on.</p><script>"
	"const keys={ArrowUp:'up',ArrowRight:'right',ArrowDown:'down',ArrowLeft:'left',' ':'rest',"
	"Enter:'go'};addEventListener('keydown',e=>{const w=keys[e.key];if(!w)return;"
	"e.preventDefault();if(!e.repeat)fetch('/inputs/"
	"'+w,{method:'POST',headers:{'X-Baton':'1'}})"
	"});</script></body></html>";

/* ---- handles ---- */

static void free_when_closed(struct screen *s)
{
	if (--s->open == 0 && s->closing)
		free(s);
}

static void accept_waiting(struct screen *s);

static void on_client_closed(uv_handle_t *handle)
{
	struct client *c = handle->data;
	struct screen *s = c->screen;

	c->screen = NULL;
	if (s->waiting && !s->closing)
		accept_waiting(s);
	free_when_closed(s);
}

static void on_screen_closed(uv_handle_t *handle)
{
	free_when_closed(handle->data);
}

static void close_client(struct client *c)
{
	if (!uv_is_closing((uv_handle_t *)&c->tcp))
		uv_close((uv_handle_t *)&c->tcp, on_client_closed);
}

/* ---- answers ---- */

static void on_written(uv_write_t *write, int status)
{
	struct sending *sending = write->data;
	struct client *c = sending->client;

	free(sending->bytes);
	free(sending);
	c->since_ms = uv_now(c->tcp.loop);
	if (status < 0 || c->last)
		close_client(c);
}

/* @bytes: given */
static void send_bytes(struct client *c, char *bytes, size_t len)
{
	struct sending *sending = calloc(1, sizeof *sending);
	uv_buf_t buf = uv_buf_init(bytes, (unsigned)len);

	if (!sending || !bytes) {
		free(sending);
		free(bytes);
		close_client(c);
		return;
	}
	sending->client = c;
	sending->bytes = bytes;
	sending->write.data = sending;
	if (uv_write(&sending->write, (uv_stream_t *)&c->tcp, &buf, 1, on_written) < 0) {
		free(sending->bytes);
		free(sending);
		close_client(c);
	}
}

static void answer(struct client *c, const char *status, const char *type, const char *body)
{
	char *bytes = NULL;
	int len = asprintf(&bytes,
			   "HTTP/1.1 %s\r\nContent-Type: %s\r\nContent-Length: %zu\r\n"
			   "Cache-Control: no-store\r\nConnection: close\r\n\r\n%s",
			   status, type, strlen(body), body);

	c->last = true;
	send_bytes(c, len < 0 ? NULL : bytes, len < 0 ? 0 : (size_t)len);
}

static void answer_stream(struct client *c)
{
	char *bytes = strdup("HTTP/1.1 200 OK\r\nContent-Type: multipart/x-mixed-replace; "
			     "boundary=" BOUNDARY "\r\nCache-Control: no-store\r\n"
			     "Connection: close\r\n\r\n");

	c->streaming = true;
	send_bytes(c, bytes, bytes ? strlen(bytes) : 0);
}

static void answer_input(struct client *c, const char *word)
{
	struct viewer *v = c->screen->viewer;
	enum input_kind input;
	uint32_t seq;

	if (strcmp(v->config.input, "keyboard") != 0 || !strcasestr(c->request, "\r\nX-Baton:"))
		answer(c, "403 Forbidden", "text/plain", "Keys are taken with input: keyboard.\n");
	else if (input_parse(word, &input) < 0)
		answer(c, "404 Not Found", "text/plain", "No such input.\n");
	else if (viewer_input(v, input, &seq) < 0)
		answer(c, "503 Service Unavailable", "text/plain", "Not now.\n");
	else
		answer(c, "204 No Content", "text/plain", "");
}

static void answer_request(struct client *c)
{
	char method[8] = "", path[64] = "";

	c->answered = true;
	if (sscanf(c->request, "%7s %63s", method, path) != 2)
		answer(c, "400 Bad Request", "text/plain", "Not HTTP.\n");
	else if (strcmp(method, "POST") == 0 && strncmp(path, "/inputs/", 8) == 0)
		answer_input(c, path + 8);
	else if (strcmp(method, "GET") != 0)
		answer(c, "405 Method Not Allowed", "text/plain", "GET only.\n");
	else if (strcmp(path, "/") == 0)
		answer(c, "200 OK", "text/html", page);
	else if (strcmp(path, "/screen.mjpeg") == 0)
		answer_stream(c);
	else
		answer(c, "404 Not Found", "text/plain", "There is / and /screen.mjpeg.\n");
}

/* ---- requests ---- */

static void on_room(uv_handle_t *handle, size_t suggested, uv_buf_t *buf)
{
	struct client *c = handle->data;

	*buf = uv_buf_init(c->request + c->got, (unsigned)(SCREEN_REQUEST_MAX - c->got));
}

static void on_read(uv_stream_t *stream, ssize_t n, const uv_buf_t *buf)
{
	struct client *c = stream->data;

	if (n < 0) {
		close_client(c);
		return;
	}
	if (c->answered) {
		c->got = 0; /* what follows is of no interest, but its end is */
		return;
	}
	c->got += (size_t)n;
	c->request[c->got] = '\0';
	if (strstr(c->request, "\r\n\r\n"))
		answer_request(c);
	else if (c->got == SCREEN_REQUEST_MAX) {
		c->answered = true;
		answer(c, "431 Request Header Fields Too Large", "text/plain", "Too long.\n");
	}
	if (c->answered)
		c->got = 0;
}

static struct client *free_place(struct screen *s)
{
	for (unsigned i = 0; i < SCREEN_CLIENTS_MAX; i++)
		if (!s->client[i].screen)
			return &s->client[i];
	return NULL;
}

/* More than there is room for wait in the kernel's backlog until one goes. */
static void accept_waiting(struct screen *s)
{
	struct client *c = free_place(s);

	s->waiting = !c;
	if (!c)
		return;
	*c = (struct client){.screen = s, .since_ms = uv_now(&s->viewer->daemon.loop)};
	c->tcp.data = c;
	uv_tcp_init(&s->viewer->daemon.loop, &c->tcp);
	s->open++;
	if (uv_accept((uv_stream_t *)&s->listener, (uv_stream_t *)&c->tcp) < 0 ||
	    uv_read_start((uv_stream_t *)&c->tcp, on_room, on_read) < 0)
		close_client(c);
}

static void on_connection(uv_stream_t *listener, int status)
{
	if (status == 0)
		accept_waiting(listener->data);
}

/* ---- pictures ---- */

static char *part(const struct picture *picture, size_t *ret_len)
{
	uint8_t *jpeg;
	size_t len;
	char *bytes = NULL;
	int head;

	if (picture_jpeg(picture, QUALITY, &jpeg, &len) < 0)
		return NULL;
	bytes = malloc(len + 128);
	if (bytes) {
		head = snprintf(bytes, 128,
				"--" BOUNDARY "\r\nContent-Type: image/jpeg\r\n"
				"Content-Length: %zu\r\n\r\n",
				len);
		memcpy(bytes + head, jpeg, len);
		memcpy(bytes + head + len, "\r\n", 2);
		*ret_len = (size_t)head + len + 2;
	}
	free(jpeg);
	return bytes;
}

static bool wants_picture(const struct client *c)
{
	return c->screen && c->streaming && !uv_is_closing((const uv_handle_t *)&c->tcp) &&
	       uv_stream_get_write_queue_size((const uv_stream_t *)&c->tcp) == 0;
}

static void send_picture(struct screen *s, const struct frame *frame)
{
	size_t len = 0;
	char *bytes = part(frame->picture, &len), *copy;

	if (!bytes)
		return;
	for (unsigned i = 0; i < SCREEN_CLIENTS_MAX; i++) {
		if (!wants_picture(&s->client[i]))
			continue;
		copy = malloc(len);
		if (copy)
			memcpy(copy, bytes, len);
		send_bytes(&s->client[i], copy, len);
	}
	free(bytes);
}

static void close_stuck(struct screen *s, uint64_t now_ms)
{
	for (unsigned i = 0; i < SCREEN_CLIENTS_MAX; i++) {
		struct client *c = &s->client[i];
		bool idle =
			c->streaming && uv_stream_get_write_queue_size((uv_stream_t *)&c->tcp) == 0;

		if (c->screen && !idle &&
		    now_ms - c->since_ms > (c->answered ? SCREEN_STUCK_MS : SCREEN_REQUEST_MS))
			close_client(c);
	}
}

static void on_timer(uv_timer_t *timer)
{
	struct screen *s = timer->data;
	const struct frame *frame;
	bool wanted = false;

	close_stuck(s, uv_now(timer->loop));
	for (unsigned i = 0; i < SCREEN_CLIENTS_MAX; i++)
		wanted |= wants_picture(&s->client[i]);
	if (!wanted)
		return;
	frame = one_frame_buffer_read(s->viewer->display);
	if (frame && frame->generation != s->generation) {
		s->generation = frame->generation;
		send_picture(s, frame);
	}
	one_frame_buffer_let_go(s->viewer->display, frame);
}

/* ---- start and end ---- */

int screen_new(struct viewer *viewer, struct screen **ret_screen)
{
	uv_loop_t *loop = &viewer->daemon.loop;
	struct sockaddr_in at = {.sin_family = AF_INET,
				 .sin_port = htons((uint16_t)viewer->config.screen_port),
				 .sin_addr = viewer->config.rest_address};
	struct screen *s = calloc(1, sizeof *s);
	int r;

	if (!s)
		return -ENOMEM;
	s->viewer = viewer;
	s->listener.data = s->timer.data = s;
	uv_tcp_init(loop, &s->listener);
	uv_timer_init(loop, &s->timer);
	s->open = 2;
	r = uv_tcp_bind(&s->listener, (const struct sockaddr *)&at, 0);
	if (r == 0)
		r = uv_listen((uv_stream_t *)&s->listener, SCREEN_CLIENTS_MAX, on_connection);
	if (r == 0)
		r = uv_timer_start(&s->timer, on_timer, TICK_MS, TICK_MS);
	if (r < 0) {
		screen_free(s);
		return r;
	}
	*ret_screen = s;
	return 0;
}

void screen_free(struct screen *screen)
{
	if (!screen)
		return;
	screen->closing = true;
	for (unsigned i = 0; i < SCREEN_CLIENTS_MAX; i++)
		if (screen->client[i].screen)
			close_client(&screen->client[i]);
	uv_close((uv_handle_t *)&screen->timer, on_screen_closed);
	uv_close((uv_handle_t *)&screen->listener, on_screen_closed);
}
