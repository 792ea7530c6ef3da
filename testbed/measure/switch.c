// SPDX-License-Identifier: Apache-2.0
/*
 * `baton measure switch`: a UE is switched to and fro between two edges under a probe stream, one
 * migration after the other, and each switch is worked out from the packets around it.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <getopt.h>
#include <math.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/utsname.h>
#include <time.h>
#include <unistd.h>

#include "lib/daemon.h"
#include "testbed/measure/client.h"
#include "testbed/measure/machine.h"
#include "testbed/measure/measure.h"
#include "testbed/measure/options.h"
#include "testbed/measure/probe.h"
#include "testbed/measure/report.h"
#include "testbed/measure/tap.h"
#include "testbed/run.h"

enum {
	PAUSE_MS = 130, /* before each switch: its window begins 100 ms before T0 */
	DRAIN_MS = 300, /* after the last: what is late still arrives */
	NOISE_WINDOWS = 10,
	MIGRATION_TIMEOUT_MS = 60000,
	FAILURES_MAX = 3, /* in a row, then it makes no sense to go on */
	AGENTS_TIMEOUT_MS = 5000,
	AGENTS_POLL_MS = 50,
	UPF_PORT = 8082,
	GNB_PORT = 8086,
	MANAGER_PORT = 8080,
};

struct session {
	const struct baton_context *ctx;
	struct measure_options options;
	struct run run;
	struct topology *topology;
	unsigned ue; /* node index */
	struct in_addr service;
	struct client client;
	struct report report;
	struct probe *probe;
	struct tap *tap;
	uint16_t ssid;
	uint64_t noise_start_ns, noise_length_ns;
	char at[64]; /* edge of the primary session */
};

static volatile sig_atomic_t interrupted;

static void on_interrupt(int signal)
{
	interrupted = 1;
}

static void pause_ms(uint64_t ms)
{
	struct timespec ts = {(time_t)(ms / 1000), (long)(ms % 1000) * 1000000};

	nanosleep(&ts, NULL);
}

/* ---- the topology ---- */

static int find_ue(struct session *s)
{
	for (unsigned i = 0; i < s->topology->node_count; i++) {
		const struct topo_node *node = &s->topology->node[i];

		if (node->kind == TOPO_UE &&
		    (!s->options.ue || strcmp(s->options.ue, node->name) == 0)) {
			s->ue = i;
			return 0;
		}
	}
	complain(s->options.ue ? "topology %s has no UE '%s'" : "topology %s has no UE%s",
		 s->run.name, s->options.ue ? s->options.ue : "");
	return -ENOENT;
}

static int find_service(struct session *s)
{
	for (size_t i = 0; i < s->topology->service_count; i++) {
		const struct topo_service *service = &s->topology->service[i];

		if (!s->options.service || strcmp(s->options.service, service->name) == 0) {
			s->service = service->addr;
			return 0;
		}
	}
	complain("topology %s has no service '%s'", s->run.name,
		 s->options.service ? s->options.service : "");
	return -ENOENT;
}

static int find_manager(struct session *s)
{
	char address[INET_ADDRSTRLEN];

	for (size_t i = 0; i < s->topology->node_count; i++) {
		if (s->topology->node[i].kind != TOPO_CORE)
			continue;
		inet_ntop(AF_INET, &s->run.node[i].address, address, sizeof address);
		snprintf(s->client.manager, sizeof s->client.manager, "http://%s:%d", address,
			 MANAGER_PORT);
		return run_token(&s->run, s->client.token);
	}
	complain("topology %s has no core node, so no migration manager", s->run.name);
	return -ENOENT;
}

static int open_taps(struct session *s)
{
	int r = tap_new(&s->tap);

	for (size_t i = 0; i < s->topology->node_count && r == 0; i++) {
		const struct topo_port *port =
			topology_find_port(s->topology, (unsigned)i, TOPO_N3);
		int fd;

		if (s->topology->node[i].kind != TOPO_GNB || !port)
			continue;
		fd = run_netns_open(&s->run, i);
		r = fd < 0 ? fd : tap_add(s->tap, fd, port->ifname);
		if (fd >= 0)
			close(fd);
	}
	return r == 0 ? tap_start(s->tap) : r;
}

static int open_probe(struct session *s)
{
	struct probe_config config = {.service = s->service,
				      .interval_ns = s->options.interval_us * 1000,
				      .ssid = s->ssid};
	int r;

	config.netns_fd = run_netns_open(&s->run, s->ue);
	if (config.netns_fd < 0)
		return config.netns_fd;
	r = probe_start(&config, &s->probe);
	close(config.netns_fd);
	return r;
}

/* ---- what the report says about where it was made ---- */

static void data_plane_of(struct session *s, enum topo_kind kind, int port, char *buf, size_t size)
{
	char address[INET_ADDRSTRLEN], url[64];
	json_t *status = NULL;

	for (size_t i = 0; i < s->topology->node_count && !status; i++) {
		if (s->topology->node[i].kind != kind)
			continue;
		inet_ntop(AF_INET, &s->run.node[i].address, address, sizeof address);
		snprintf(url, sizeof url, "http://%s:%d/v1/status", address, port);
		status = client_get(&s->client, url);
	}
	snprintf(buf, size, "%s",
		 status ? json_string_value(json_object_get(status, "dataplane")) : "unknown");
	json_decref(status);
}

static void describe(struct session *s)
{
	struct report *r = &s->report;

	machine_describe(r);
	snprintf(r->topology, sizeof r->topology, "%s", s->run.name);
	data_plane_of(s, TOPO_UPF, UPF_PORT, r->dataplane_upf, sizeof r->dataplane_upf);
	data_plane_of(s, TOPO_GNB, GNB_PORT, r->dataplane_gnb, sizeof r->dataplane_gnb);
	r->time_ns = clock_now_ns();
	r->interval_ns = s->options.interval_us * 1000;
	r->hold_ms = s->options.hold_ms;
}

/* ---- switching ---- */

static const char *other_edge(const struct session *s)
{
	for (size_t e = 0; e < s->report.run.edge_count; e++) {
		if (strcmp(s->report.run.edge_name[e], s->at) != 0)
			return s->report.run.edge_name[e];
	}
	return s->at;
}

static uint64_t integer(const json_t *object, const char *name)
{
	json_int_t value = json_integer_value(json_object_get(object, name));

	return value > 0 ? (uint64_t)value : 0;
}

static void copy_text(char *buf, size_t size, const json_t *object, const char *name)
{
	const char *text = json_string_value(json_object_get(object, name));

	snprintf(buf, size, "%s", text ? text : "");
}

static void note_end(struct session *s, struct switch_event *event, const json_t *migration)
{
	const json_t *details = json_object_get(migration, "details");
	const char *address = json_string_value(json_object_get(details, "destination_address"));
	uint64_t setup_us = integer(details, "setup_us");

	copy_text(event->state, sizeof event->state, migration, "state");
	copy_text(event->cause, sizeof event->cause, migration, "cause");
	event->ok = strcmp(event->state, "completed") == 0;
	event->t0_ns = integer(details, "t0_ns");
	event->switched_ns = integer(details, "switched_ns");
	event->hold_ns = s->options.hold_ms * UINT64_C(1000000);
	event->setup_us = setup_us ? (double)setup_us : NAN;
	if (address)
		inet_pton(AF_INET, address, &event->destination_address);
	if (!event->ok)
		return;
	copy_text(s->at, sizeof s->at, details, "destination_edge");
	event->uplink_teid = client_uplink_teid(
		&s->client, s->topology->node[s->ue].supi,
		json_integer_value(json_object_get(details, "destination_session")));
}

/* Return: false when it could not even be asked for */
static bool switch_once(struct session *s, size_t mode)
{
	struct switch_event *event = &s->report.event[s->report.event_count];
	json_t *migration;

	*event = (struct switch_event){.mode = mode, .setup_us = NAN};
	pause_ms(PAUSE_MS);
	if (client_migrate(&s->client, s->topology->node[s->ue].supi, other_edge(s),
			   s->report.mode[mode].name, s->options.hold_ms, event->migration) < 0) {
		complain("%s", s->client.error);
		return false;
	}
	migration = client_await(&s->client, event->migration,
				 MIGRATION_TIMEOUT_MS + s->options.hold_ms);
	if (!migration) {
		complain("%s", s->client.error);
		snprintf(event->state, sizeof event->state, "unknown");
	} else {
		note_end(s, event, migration);
		if (!event->ok)
			complain("migration %s ended %s: %s", event->migration, event->state,
				 event->cause);
	}
	json_decref(migration);
	s->report.event_count++;
	return true;
}

static void progress(const struct session *s, size_t mode, uint64_t done)
{
	bool tty = isatty(STDERR_FILENO);

	if (s->options.quiet || (!tty && done % 25 != 0 && done != s->report.mode[mode].wanted))
		return;
	fprintf(stderr, "%s  %s: %llu of %zu switches%s", tty ? "\r" : "",
		s->report.mode[mode].name, (unsigned long long)done, s->report.mode[mode].wanted,
		tty && done < s->report.mode[mode].wanted ? "" : "\n");
}

static int run_mode(struct session *s, size_t mode)
{
	unsigned failures = 0;

	for (uint64_t i = 0; i < s->report.mode[mode].wanted && !interrupted; i++) {
		size_t before = s->report.event_count;

		if (!switch_once(s, mode))
			return -EIO;
		failures = s->report.event[before].ok ? 0 : failures + 1;
		if (failures == FAILURES_MAX) {
			complain("%u switches in a row did not complete; giving up", failures);
			return -EIO;
		}
		progress(s, mode, i + 1);
	}
	return interrupted ? -EINTR : 0;
}

static void listen_to_silence(struct session *s)
{
	uint64_t window_ms = s->options.hold_ms + WINDOW_LEAD_NS / 1000000;

	if (!s->options.quiet)
		fprintf(stderr, "  noise floor: %d windows of %llu ms without a switch\n",
			NOISE_WINDOWS, (unsigned long long)window_ms);
	pause_ms(PAUSE_MS); /* first packets resolve neighbours and warm caches */
	s->noise_start_ns = clock_now_ns();
	s->noise_length_ns = window_ms * UINT64_C(1000000);
	for (int i = 0; i < NOISE_WINDOWS && !interrupted; i++)
		pause_ms(window_ms);
}

static int measure(struct session *s)
{
	int r = open_taps(s);

	if (r == 0)
		r = open_probe(s);
	if (r < 0) {
		complain("probes can't be sent: %s", strerror(-r));
		return r;
	}
	listen_to_silence(s);
	for (size_t m = 0; m < s->report.mode_count && r == 0; m++)
		r = run_mode(s, m);
	pause_ms(PAUSE_MS);
	probe_stop_sending(s->probe);
	pause_ms(DRAIN_MS);
	return r;
}

/* ---- working it out ---- */

static void collect(struct session *s)
{
	if (s->probe)
		probe_finish(s->probe, &s->report.run);
	tap_finish(s->tap, &s->report.run);
	s->probe = NULL;
	s->tap = NULL;
}

static int compute(struct session *s)
{
	double up[NOISE_WINDOWS], down[NOISE_WINDOWS];
	struct compute *c;
	int r = compute_new(&s->report.run, &c);

	if (r < 0)
		return r;
	compute_noise(c, s->noise_start_ns, s->noise_length_ns, NOISE_WINDOWS, up, down);
	s->report.noise_up = compute_summary(up, NOISE_WINDOWS);
	s->report.noise_down = compute_summary(down, NOISE_WINDOWS);
	for (size_t i = 0; i < s->report.event_count && r == 0; i++) {
		if (s->report.event[i].ok)
			r = compute_switch(c, &s->report.event[i]);
	}
	compute_free(c);
	return r;
}

static void warn_of_gaps_in_samples(const struct session *s)
{
	for (size_t e = 0; e < s->report.run.edge_count; e++) {
		if (s->report.run.first_reflected[e])
			complain("the reflector of %s kept only its latest samples (edge-agent's "
				 "reflector_samples): early switches lack them",
				 s->report.run.edge_name[e]);
	}
}

static int tell(struct session *s)
{
	int r = s->options.out ? report_write(&s->report, s->options.out) : 0;
	json_t *j;

	if (!s->options.json) {
		report_table(&s->report, stdout);
		return r;
	}
	j = report_json(&s->report, true);
	json_dumpf(j, stdout, JSON_COMPACT);
	putchar('\n');
	json_decref(j);
	return r;
}

/* ---- from beginning to end ---- */

/* Agents register once a second, also with a manager that was just started: give them time before
 * calling it a mistake. */
static int await_agents(struct session *s)
{
	uint64_t deadline = clock_mono_ns() + AGENTS_TIMEOUT_MS * UINT64_C(1000000);

	do {
		s->client.error[0] = '\0';
		s->report.run.edge_count = 0;
		if (client_edges(&s->client, &s->report.run) == 0 &&
		    client_primary(&s->client, s->topology->node[s->ue].supi, s->at,
				   sizeof s->at) == 0)
			return 0;
		pause_ms(AGENTS_POLL_MS);
	} while (clock_mono_ns() < deadline);
	complain("%s", s->client.error);
	return -EIO;
}

static int prepare(struct session *s)
{
	size_t wanted = 0;
	int r;

	if (getrandom(&s->ssid, sizeof s->ssid, 0) != sizeof s->ssid)
		return -EIO;
	r = find_ue(s);
	if (r == 0)
		r = find_service(s);
	if (r == 0)
		r = find_manager(s);
	if (r == 0)
		r = await_agents(s);
	for (size_t m = 0; m < s->report.mode_count; m++)
		wanted += s->report.mode[m].wanted;
	s->report.event = r == 0 ? calloc(wanted, sizeof *s->report.event) : NULL;
	return r == 0 && !s->report.event ? -ENOMEM : r;
}

/* A first Ctrl-C ends the measurement after the switch under way; what was measured is told. */
static void catch_interrupt(void)
{
	struct sigaction action = {.sa_handler = on_interrupt, .sa_flags = (int)SA_RESETHAND};

	sigaction(SIGINT, &action, NULL);
	sigaction(SIGTERM, &action, NULL);
}

static int run_session(struct session *s)
{
	int r = prepare(s), told;

	if (r < 0)
		return BATON_FAILED;
	describe(s);
	catch_interrupt();
	r = measure(s);
	collect(s);
	if (client_reflected(&s->client, &s->report.run, s->ssid) < 0) {
		complain("%s", s->client.error);
		return BATON_FAILED;
	}
	warn_of_gaps_in_samples(s);
	if (compute(s) < 0)
		return BATON_FAILED;
	told = tell(s);
	return interrupted ? BATON_INTERRUPTED : r < 0 || told < 0 ? BATON_FAILED : BATON_OK;
}

static int switch_main(const struct baton_context *ctx, int argc, char **argv)
{
	struct session s = {.ctx = ctx, .options.json = ctx->json};
	int status = measure_options_read(&s.options, &s.report, argc, argv);

	if (status != 0)
		return status < 0 ? BATON_USAGE : BATON_OK;
	status = run_select(ctx, NULL, &s.run);
	if (status != BATON_OK)
		return status;
	s.topology = run_topology(&s.run);
	status = s.topology ? run_session(&s) : BATON_FAILED;
	collect(&s);
	report_done(&s.report);
	topology_free(s.topology);
	run_done(&s.run);
	return status;
}

int measure_main(const struct baton_context *ctx, int argc, char **argv)
{
	if (argc >= 2 && strcmp(argv[1], "switch") == 0)
		return switch_main(ctx, argc - 1, argv + 1);
	if (argc >= 2 && strcmp(argv[1], "--help") == 0) {
		fputs(measure_usage, stdout);
		return BATON_OK;
	}
	complain("measure: expected 'switch'%s%s", argc >= 2 ? ", found " : "",
		 argc >= 2 ? argv[1] : "");
	fputs(measure_usage, stderr);
	return BATON_USAGE;
}
