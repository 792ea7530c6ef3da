// SPDX-License-Identifier: Apache-2.0
/*
 * stream-client: the UE's program for a game that is rendered at an edge. It joins one streaming
 * server for each session, shows one of the streams, sends the player's inputs to that one, and
 * changes over to another without the player seeing it (paper 001 section III-C 5).
 */
#include <errno.h>
#include <string.h>

#include "apps/stream-client/keyboard.h"
#include "apps/stream-client/screen.h"
#include "apps/stream-client/viewer.h"
#include "lib/log.h"
#include "lib/token.h"

static const struct daemon_spec spec = {
	.name = "stream-client",
	.summary = "shows a game that is rendered at an edge, and changes from edge to edge",
	.example = "apps/stream-client/stream-client.example.yaml",
};

static bool is_word(const char *input)
{
	return strcmp(input, "none") == 0 || strcmp(input, "player") == 0 ||
	       strcmp(input, "keyboard") == 0;
}

/* Also for --check-config: a script is a part of the configuration. */
static int load_source(struct viewer *v)
{
	const char *input = v->config.input;
	char error[512] = "";
	int r = 0;

	if (strcmp(input, "player") == 0)
		r = input_source_player(v->config.inputs_seed, &v->source);
	else if (!is_word(input))
		r = input_source_script(input, error, sizeof error, &v->source);
	if (r < 0 && error[0])
		log_error("config", "error=\"%s\"", error);
	else if (r < 0)
		log_error(
			"config",
			"error=\"input: '%s' is none of none, player and keyboard, and as a file: "
			"%s\"",
			input, strerror(-r));
	return r;
}

static int start_record(struct viewer *v)
{
	int r;

	if (v->config.record[0] == '\0')
		return 0;
	r = record_new(v->config.record, v->config.fps, &v->record);
	if (r < 0)
		log_error("record", "path=\"%s\" error=\"%s\"", v->config.record, strerror(-r));
	return r;
}

static int start_jumps(struct viewer *v)
{
	int r = v->config.jumps ? jumps_new(v->config.fps, VIEWER_DISPLAYS, &v->jumps) : 0;

	if (r < 0)
		log_error("jumps", "error=\"%s\"", strerror(-r));
	return r;
}

static int start_screen(struct viewer *v)
{
	int r;

	if (v->config.screen_port == 0)
		return 0;
	r = screen_new(v, &v->screen);
	if (r < 0)
		log_error("screen", "port=%u error=\"%s\"", v->config.screen_port, strerror(-r));
	return r;
}

/* Without a terminal there is still REST and the browser: no reason to end. */
static void start_keyboard(struct viewer *v)
{
	int r;

	if (strcmp(v->config.input, "keyboard") != 0)
		return;
	r = keyboard_new(v, &v->keyboard);
	if (r < 0)
		log_warn("keyboard",
			 "what=\"no terminal: arrow keys come by REST or the browser\" "
			 "error=\"%s\"",
			 strerror(-r));
}

/* The selector thread is of a higher priority than the others that hold it. */
static void make_lock(struct viewer *v)
{
	pthread_mutexattr_t attr;

	pthread_mutexattr_init(&attr);
	pthread_mutexattr_setprotocol(&attr, PTHREAD_PRIO_INHERIT);
	pthread_mutex_init(&v->lock, &attr);
	pthread_mutexattr_destroy(&attr);
}

static int make_parts(struct viewer *v)
{
	int r = inputs_new(&v->inputs);

	if (r == 0)
		r = steering_new(v->inputs, v->source, &v->steering);
	if (r == 0)
		r = selector_new(&v->selector);
	if (r == 0)
		r = strip_new(&v->strip);
	if (r == 0)
		r = ring_new(VIEWER_DISPLAYS, sizeof(struct display_row), &v->displays);
	if (r == 0)
		r = ring_new(VIEWER_PAIRS, sizeof(struct pair_row), &v->pairs);
	if (r == 0)
		r = one_frame_buffer_new(BUFFER_ONE_FRAME, &v->display);
	return r;
}

static int start(struct viewer *v)
{
	int r = token_read(v->config.token_file, v->token, sizeof v->token);

	if (r == 0)
		r = make_parts(v);
	if (r == 0)
		r = start_record(v);
	if (r == 0)
		r = start_jumps(v);
	if (r == 0)
		r = start_screen(v);
	if (r == 0)
		r = rest_start(v);
	if (r == 0)
		r = viewer_start(v);
	if (r < 0)
		log_error("stream-client", "what=\"not started\" error=\"%s\"", strerror(-r));
	else
		start_keyboard(v);
	return r;
}

static void stop(struct viewer *v)
{
	keyboard_free(v->keyboard);
	http_server_free(v->server);
	screen_free(v->screen);
	viewer_stop(v);
	if (v->selector)
		viewer_remove_all(v);
	record_free(v->record);
	jumps_free(v->jumps);
	one_frame_buffer_free(v->display);
	ring_free(v->displays);
	ring_free(v->pairs);
	selector_free(v->selector);
	strip_free(v->strip);
	steering_free(v->steering);
	inputs_free(v->inputs);
}

int main(int argc, char **argv)
{
	static struct viewer v;
	int status = 1;

	if (daemon_init(&v.daemon, &spec, argc, argv) < 0)
		return 1;
	make_lock(&v);
	if (config_load(&v.config, &v.daemon) < 0 || load_source(&v) < 0)
		goto done;
	if (v.daemon.check_only) {
		status = 0;
		goto done;
	}
	if (start(&v) == 0) {
		daemon_ready("serving");
		status = daemon_run(&v.daemon);
	}
	stop(&v);
done:
	input_source_free(v.source);
	daemon_done(&v.daemon);
	return status;
}
