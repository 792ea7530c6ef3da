// SPDX-License-Identifier: Apache-2.0
/* The frame of every daemon: options, configuration, loop, signals, readiness, orderly end. */
#include "lib/daemon.h"

#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include "lib/log.h"
#include "lib/notify.h"
#include "lib/version.h"

enum { CLOSE_WAIT_MS = 500 }; /* for work that still runs in libuv's threads when the daemon ends */

enum { OPTION_HELP_COLUMN = 20 };

static const struct option_row {
	const char *name;
	int has_arg;
	int letter;
	const char *arg;
	const char *help;
} option_rows[] = {
	{"config", required_argument, 'c', "FILE", "read the configuration from FILE"},
	{"check-config", no_argument, 'k', NULL, "read it, say what is wrong, and exit"},
	{"debug", no_argument, 'd', NULL, "log debug lines too"},
	{"version", no_argument, 'v', NULL, "print the version and exit"},
	{"help", no_argument, 'h', NULL, "print this text and exit"},
};
enum { OPTION_COUNT = sizeof(option_rows) / sizeof(option_rows[0]) };

static void print_help(const struct daemon_spec *spec)
{
	char left[64];

	printf("usage: %s --config FILE [--check-config] [--debug]\n%s\n\n", spec->name,
	       spec->summary);
	for (size_t i = 0; i < OPTION_COUNT; i++) {
		snprintf(left, sizeof(left), "--%s %s", option_rows[i].name,
			 option_rows[i].arg ? option_rows[i].arg : "");
		printf("  %-*s %s\n", OPTION_HELP_COLUMN, left, option_rows[i].help);
	}
	if (spec->example)
		printf("\nEvery key of the configuration is explained in %s\n", spec->example);
}

static void parse_options(struct daemon *d, int argc, char **argv)
{
	struct option options[OPTION_COUNT + 1] = {0};
	enum log_level level = LOG_LEVEL_INFO;
	int letter;

	for (size_t i = 0; i < OPTION_COUNT; i++)
		options[i] = (struct option){option_rows[i].name, option_rows[i].has_arg, NULL,
					     option_rows[i].letter};
	optind = 1;
	while ((letter = getopt_long(argc, argv, "", options, NULL)) != -1) {
		switch (letter) {
		case 'c':
			d->config_path = optarg;
			break;
		case 'k':
			d->check_only = true;
			break;
		case 'd':
			level = LOG_LEVEL_DEBUG;
			break;
		case 'v':
			printf("%s %s (%s)\n", d->spec->name, version_string, version_commit);
			exit(0);
		case 'h':
			print_help(d->spec);
			exit(0);
		default:
			exit(2);
		}
	}
	if (optind < argc) {
		fprintf(stderr, "%s: unexpected argument '%s', try --help\n", d->spec->name,
			argv[optind]);
		exit(2);
	}
	log_open(d->spec->name, level);
}

static void on_stop_signal(uv_signal_t *handle, int number)
{
	struct daemon *d = handle->data;

	log_info("daemon", "what=stop signal=%d", number);
	daemon_stop(d);
}

static void on_reload_signal(uv_signal_t *handle, int number)
{
	struct daemon *d = handle->data;

	if (d->reload)
		d->reload(d->user);
}

static int watch_signal(struct daemon *d, uv_signal_t *handle, int number, uv_signal_cb cb)
{
	int err = uv_signal_init(&d->loop, handle);

	if (err)
		return err;
	handle->data = d;
	return uv_signal_start(handle, cb, number);
}

/* What the soft limit guards against, select(2), is used nowhere. */
static void allow_descriptors(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur < limit.rlim_max) {
		limit.rlim_cur = limit.rlim_max;
		setrlimit(RLIMIT_NOFILE, &limit);
	}
}

void daemon_open_standard(void)
{
	for (int fd = 0; fd <= STDERR_FILENO; fd++)
		if (fcntl(fd, F_GETFD) < 0 && errno == EBADF)
			(void)!open("/dev/null", O_RDWR); /* the lowest that is free: this one */
}

int daemon_init(struct daemon *d, const struct daemon_spec *spec, int argc, char **argv)
{
	int err;

	memset(d, 0, sizeof(*d));
	d->spec = spec;
	daemon_open_standard();
	parse_options(d, argc, argv);
	signal(SIGPIPE, SIG_IGN);
	allow_descriptors();
	err = uv_loop_init(&d->loop);
	if (err)
		return err;
	err = watch_signal(d, &d->on_term, SIGTERM, on_stop_signal);
	if (!err)
		err = watch_signal(d, &d->on_int, SIGINT, on_stop_signal);
	if (!err)
		err = watch_signal(d, &d->on_hup, SIGHUP, on_reload_signal);
	if (err)
		daemon_done(d);
	return err;
}

int daemon_config(struct daemon *d, const struct yaml_field *fields, void *target,
		  struct yaml_doc **ret_doc)
{
	struct yaml_error error;
	struct yaml_doc *doc;
	int err;

	if (!d->config_path) {
		log_error("config", "error=\"--config FILE is missing\"");
		return -EINVAL;
	}
	err = yaml_load_file(d->config_path, &doc, &error);
	if (err) {
		log_error("config", "error=\"%s\"", error.text);
		return err;
	}
	err = yaml_read_fields(doc, yaml_root(doc), fields, target, &error);
	if (err)
		log_error("config", "error=\"%s\"", error.text);
	if (!err && ret_doc)
		*ret_doc = doc;
	else
		yaml_free(doc);
	return err;
}

void daemon_ready(const char *status)
{
	char text[256];
	int err;

	snprintf(text, sizeof(text), "READY=1\nSTATUS=%s", status);
	err = notify_send(text);
	if (err)
		log_warn("daemon", "what=notify error=\"%s\"", strerror(-err));
	log_info("daemon", "what=ready version=%s status=\"%s\"", version_string, status);
}

int daemon_run(struct daemon *d)
{
	while (!d->stopping)
		uv_run(&d->loop, UV_RUN_DEFAULT);
	/* Back to the default action: whoever loses patience with the orderly end asks a second
	 * time. */
	uv_signal_stop(&d->on_term);
	uv_signal_stop(&d->on_int);
	notify_send("STOPPING=1");
	return 0;
}

void daemon_stop(struct daemon *d)
{
	d->stopping = true;
	uv_stop(&d->loop);
}

static void close_handle(uv_handle_t *handle, void *user)
{
	if (!uv_is_closing(handle))
		uv_close(handle, NULL);
}

void daemon_done(struct daemon *d)
{
	uint64_t end = clock_mono_ns() + CLOSE_WAIT_MS * 1000000ULL;

	uv_walk(&d->loop, close_handle, NULL);
	while (uv_run(&d->loop, UV_RUN_NOWAIT) != 0 && clock_mono_ns() < end)
		continue;
	uv_loop_close(&d->loop);
}
