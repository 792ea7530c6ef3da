// SPDX-License-Identifier: Apache-2.0
#include "apps/ledger/program.h"

/* ledger: a stateful service over UDP and TCP whose answers prove its whole state
 * (docs/processes.md). */
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "apps/ledger/config.h"
#include "apps/ledger/cooperation.h"
#include "apps/service/memory.h"
#include "apps/service/server.h"
#include "lib/amount.h"
#include "lib/log.h"
#include "lib/notify.h"
#include "lib/version.h"

static void usage_print(const struct ledger_program *p, FILE *out)
{
	fprintf(out,
		"usage: %s --config FILE [--check-config]\n"
		"       %s --make-data FILE --size SIZE [--compressible SHARE]\n"
		"\n"
		"%s\n"
		"\n"
		"  --config FILE         configuration; apps/ledger/ledger.example.yaml explains "
		"every key\n"
		"  --check-config        read it, say what is wrong, and exit\n"
		"  --make-data FILE      write the data of an application layer, which `data` "
		"names\n"
		"  --size SIZE           of it, such as 177MB\n"
		"  --compressible SHARE  that gzip leaves of it: 0 to 1\n"
		"  --version, --help\n",
		p->name, p->name, p->summary);
}

struct options {
	const struct ledger_program *program;
	const char *config, *make_data;
	uint64_t size;
	struct ledger_settings settings;
	bool check;
};

static void wrong_usage(const struct options *o, const char *option, const char *expected)
{
	if (option)
		fprintf(stderr, "%s: --%s: expected %s\n", o->program->name, option, expected);
	usage_print(o->program, stderr);
	exit(2);
}

static void option_take(int option, struct options *o)
{
	const char *expected;

	switch (option) {
	case 'c':
		o->config = optarg;
		break;
	case 'n':
		o->check = true;
		break;
	case 'd':
		o->make_data = optarg;
		break;
	case 's':
		if (amount_read_size(optarg, &o->size) < 0 || o->size % LEDGER_PAGE || !o->size)
			wrong_usage(o, "size", "a multiple of 4 KB, such as 177MB");
		break;
	case 'C':
		if (ledger_settings_set(&o->settings, "compressible", optarg, &expected) < 0)
			wrong_usage(o, "compressible", expected);
		break;
	case 'V':
		printf("%s %s (%s)\n", o->program->name, version_string, version_commit);
		exit(0);
	case 'h':
		usage_print(o->program, stdout);
		exit(0);
	default:
		exit(2);
	}
}

static struct options options_read(const struct ledger_program *p, int argc, char **argv)
{
	static const struct option options[] = {{"config", required_argument, NULL, 'c'},
						{"check-config", no_argument, NULL, 'n'},
						{"make-data", required_argument, NULL, 'd'},
						{"size", required_argument, NULL, 's'},
						{"compressible", required_argument, NULL, 'C'},
						{"version", no_argument, NULL, 'V'},
						{"help", no_argument, NULL, 'h'},
						{0}};
	struct options o = {.program = p, .settings = ledger_settings_default()};
	int option;

	while ((option = getopt_long(argc, argv, "", options, NULL)) != -1)
		option_take(option, &o);
	if (optind < argc || !o.config == !o.make_data || !o.make_data != !o.size)
		wrong_usage(&o, NULL, NULL);
	return o;
}

static int data_write(int fd, const struct options *o)
{
	uint8_t page[LEDGER_PAGE];
	FILE *file = fdopen(fd, "w");
	int rc = file ? 0 : -errno;

	for (uint64_t i = 0; rc == 0 && i < o->size / LEDGER_PAGE; i++) {
		ledger_data_page(i, o->settings.compressible, page);
		if (fwrite(page, sizeof(page), 1, file) != 1)
			rc = -errno;
	}
	if (file && fclose(file) != 0 && rc == 0)
		rc = -errno;
	return rc;
}

/* What was begun and isn't whole is removed again; what was there before is left alone. */
static int make_data(const struct options *o)
{
	const int fd = open(o->make_data, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
	const int rc = fd < 0 ? -errno : data_write(fd, o);

	if (rc == 0)
		return 0;
	fprintf(stderr, "%s: %s: %s\n", o->program->name, o->make_data, strerror(-rc));
	if (fd >= 0)
		unlink(o->make_data);
	return 1;
}

/* A ledger that is split has its calls watched by @server. */
static int calls_open(struct calls *calls, const struct ledger_config *config,
		      struct service_machine *machine, struct service_server *server)
{
	int fd, rc = 0;

	for (unsigned i = 0; rc == 0 && i < config->worker_count; i++)
		rc = calls_path(config->workers[i], &calls->workers[i]);
	if (rc < 0)
		return rc;
	calls->count = config->worker_count;
	fd = calls_socket(config->socket);
	if (fd < 0)
		return fd;
	calls_begin(calls, machine, fd);
	service_server_tick(server, CALLS_AGAIN_MS, calls_tick, calls);
	return service_server_watch(server, fd, calls_ready, calls);
}

static void counters_tell(const struct service_server *server, const struct service_machine *m,
			  const struct calls *calls)
{
	const struct service_counters *c = service_server_counters(server);

	log_info(
		"service",
		"what=stopped datagrams=%lu connections=%lu malformed=%lu displaced=%lu unsent=%lu "
		"held=%lu repeated=%lu refused=%lu forgotten=%lu calls=%lu calls_malformed=%lu",
		c->datagrams, c->connections, c->malformed, c->displaced, c->unsent, m->held,
		m->repeated, m->refused, m->forgotten, calls->made, calls->malformed);
}

/* ---- memory: of its own, or of the library that moves it ---- */

/* What comes waits in cooperation_await for the state of what goes. */
static int memory_begin(struct service_machine *m, struct cooperation *c,
			struct service_server *server, const struct ledger_config *config)
{
	const size_t size = service_machine_size(m);
	void *memory = NULL;
	int rc = 0;

	if (config->cooperative) {
		rc = cooperation_open(c, config, size, &memory);
		if (rc == 0)
			rc = cooperation_await(c, server);
	} else {
		memory = service_memory_new(size);
		if (!memory)
			rc = -ENOMEM;
	}
	return rc < 0 ? rc : service_machine_use(m, memory, size);
}

/* ---- life ---- */

static int fail(const char *what, int rc)
{
	log_error("service", "what=%s error=\"%s\"", what, strerror(-rc));
	return 1;
}

static int run(struct service_server *server, struct service_machine *machine,
	       const struct ledger_config *config, struct cooperation *cooperation)
{
	struct calls calls = {.fd = -1};
	const char *what = "memory";
	int rc = memory_begin(machine, cooperation, server, config);

	if (rc == 0 && config->socket[0]) {
		what = "socket";
		rc = calls_open(&calls, config, machine, server);
	}
	if (rc == 0) {
		what = "epoll";
		notify_send("READY=1");
		rc = service_server_run(server);
		counters_tell(server, machine, &calls);
	}
	if (rc == -ECANCELED)
		return 0; /* it came, and was never asked to serve */
	return rc < 0 ? fail(what, rc) : 0;
}

static int serve(const struct ledger_program *p, const struct ledger_config *config)
{
	struct service_machine machine = {
		.ops = p->ops, .settings = &config->settings, .shares = config->settings.shares};
	struct cooperation cooperation = {0};
	struct service_server *server;
	int rc = service_server_new(config->address, config->port, &machine, &server);

	if (rc < 0)
		return fail("address", rc);
	rc = run(server, &machine, config, &cooperation);
	/* Connections first: their clients are to come to who serves now. */
	service_server_free(server);
	cooperation_close(&cooperation);
	return rc;
}

int ledger_main(const struct ledger_program *p, int argc, char **argv)
{
	const struct options o = options_read(p, argc, argv);
	struct ledger_config config;
	struct yaml_error err;

	log_open(p->name, LOG_LEVEL_INFO);
	if (o.make_data)
		return make_data(&o);
	if (ledger_config_load(o.config, &config, &err) < 0) {
		log_error("config", "%s", err.text);
		return 1;
	}
	return o.check ? 0 : serve(p, &config);
}
