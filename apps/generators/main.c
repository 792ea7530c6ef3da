// SPDX-License-Identifier: Apache-2.0
/* generator: load on a processor, memory or files, and a service that tells how far it is
 * (docs/processes.md). */
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "apps/generators/generator.h"
#include "apps/service/memory.h"
#include "apps/service/server.h"
#include "lib/clock.h"
#include "lib/log.h"
#include "lib/notify.h"
#include "lib/version.h"

enum { ELAPSED_MAX_US = 100000 /* after a pause nothing is made up for */ };

static const char usage[] =
	"usage: generator --config FILE [--check-config]\n"
	"\n"
	"load on a processor, memory or files, and a service that tells how far it is\n"
	"\n"
	"  --config FILE    configuration; apps/generators/generator.example.yaml explains every "
	"key\n"
	"  --check-config   read it, say what is wrong, and exit\n"
	"  --version, --help\n";

struct ticker {
	struct generator generator;
	uint64_t last_us;
};

static const char *options_read(int argc, char **argv, bool *ret_check)
{
	static const struct option options[] = {{"config", required_argument, NULL, 'c'},
						{"check-config", no_argument, NULL, 'n'},
						{"version", no_argument, NULL, 'V'},
						{"help", no_argument, NULL, 'h'},
						{0}};
	const char *config = NULL;
	int option;

	while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
		switch (option) {
		case 'c':
			config = optarg;
			break;
		case 'n':
			*ret_check = true;
			break;
		case 'V':
			printf("generator %s (%s)\n", version_string, version_commit);
			exit(0);
		case 'h':
			fputs(usage, stdout);
			exit(0);
		default:
			exit(2);
		}
	}
	if (!config || optind < argc) {
		fputs(usage, stderr);
		exit(2);
	}
	return config;
}

static void tick(void *user)
{
	struct ticker *t = user;
	const uint64_t now = clock_mono_ns() / 1000, elapsed = now - t->last_us;

	t->last_us = now;
	/* a clock that stands behind where it was makes a number beyond all, too */
	t->generator.settings->kind->run(&t->generator,
					 elapsed < ELAPSED_MAX_US ? elapsed : ELAPSED_MAX_US);
}

static int fail(const char *what, int rc)
{
	log_error("generator", "what=%s error=\"%s\"", what, strerror(-rc));
	return 1;
}

static int serve(const struct generator_settings *settings)
{
	struct service_machine machine = {
		.ops = &generator_ops, .settings = settings, .shares = GENERATOR_CLIENTS};
	const size_t size = service_machine_size(&machine);
	struct ticker ticker = {.last_us = clock_mono_ns() / 1000};
	void *memory = service_memory_new(size);
	struct service_server *server;
	int rc = memory ? service_machine_use(&machine, memory, size) : -ENOMEM;

	if (rc)
		return fail("memory", rc);
	rc = generator_use(&ticker.generator, settings, machine.memory);
	if (rc)
		return fail(settings->kind->name, rc);
	rc = service_server_new(settings->address, settings->port, &machine, &server);
	if (rc)
		return fail("address", rc);
	/* no timer of the kernel's: CRIU restores one that is due as one that is off */
	service_server_restless(server);
	service_server_tick(server, GENERATOR_TICK_MS, tick, &ticker);
	notify_send("READY=1");
	rc = service_server_run(server);
	log_info("generator", "what=stopped kind=%s units=%llu octets=%llu failed=%llu",
		 settings->kind->name, (unsigned long long)ticker.generator.state->units,
		 (unsigned long long)ticker.generator.state->octets,
		 (unsigned long long)ticker.generator.state->failed);
	service_server_free(server);
	generator_done(&ticker.generator);
	return rc ? fail("epoll", rc) : 0;
}

int main(int argc, char **argv)
{
	struct generator_settings settings;
	bool check = false;
	const char *config = options_read(argc, argv, &check);
	struct yaml_error err;

	log_open("generator", LOG_LEVEL_INFO);
	if (generator_settings_load(config, &settings, &err)) {
		log_error("generator", "%s", err.text);
		return 1;
	}
	return check ? 0 : serve(&settings);
}
