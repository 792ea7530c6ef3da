/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What each daemon's main() has in common: --config FILE, --check-config, --version, --help, --debug; a libuv loop
 * with SIGTERM and SIGINT (stop), SIGHUP (reload); readiness by the sd_notify protocol. main() stays a
 * straight list: daemon_init, config, adapters, daemon_run, stop in reverse.
 */
#ifndef BATON_LIB_DAEMON_H
#define BATON_LIB_DAEMON_H

#include <stdbool.h>
#include <uv.h>

#include "lib/clock.h"
#include "lib/yaml.h"

struct daemon_spec {
	const char *name;    /* "upf" */
	const char *summary; /* one line for --help */
	const char *example; /* path of the documented example configuration, for --help */
};

struct daemon {
	const struct daemon_spec *spec;
	uv_loop_t loop;
	const char *config_path;
	bool check_only; /* --check-config: read the configuration, say what is wrong, exit */
	void (*reload)(void *user); /* SIGHUP; NULL: ignored */
	void *user;
	uv_signal_t on_term, on_int, on_hup;
	bool stopping;
};

/**
 * daemon_init - options, log, loop, signals
 *
 * Ends the process itself for --help, --version (0) and wrong usage (2); SIGPIPE is ignored from here on.
 * Return: 0 or a negative errno
 */
int daemon_init(struct daemon *d, const struct daemon_spec *spec, int argc, char **argv);

/** daemon_open_standard - /dev/null for those of descriptors 0 to 2 that are closed, which else were given to sockets
 * and files that nobody meant to be written to; daemon_init does it, too */
void daemon_open_standard(void);

/**
 * daemon_config - load d->config_path and read it by @fields into @target
 *
 * Logs what is wrong, with file, line and column. With --check-config main() returns 0 after it.
 * @ret_doc: NULL, or the document (returned, for fields read by yaml_read_node; else it is freed)
 */
int daemon_config(struct daemon *d, const struct yaml_field *fields, void *target, struct yaml_doc **ret_doc);

/** daemon_ready - tell the init (NOTIFY_SOCKET) that this daemon serves; nothing without one */
void daemon_ready(const char *status);

/** daemon_run - until SIGTERM, SIGINT or daemon_stop; Return: exit status */
int daemon_run(struct daemon *d);
void daemon_stop(struct daemon *d);

/** daemon_done - close what daemon_init made; walks the loop and closes forgotten handles */
void daemon_done(struct daemon *d);

#endif
