// SPDX-License-Identifier: Apache-2.0
/*
 * What a UPF's N4 carries: bench_pfcp BACKEND FILE. A real upf over UDP on loopback: sessions
 * established, handed over and deleted a second, one request at a time and with many outstanding;
 * 100,000 sessions at once, three times; what a session takes in memory.
 *
 * The usual session: 2 PDRs, 2 FARs, 1 QER, 1 URR with a volume threshold. The yardstick is a
 * process that echoes datagrams of the same sizes, asked by the same program in the same run: what
 * the wire allows.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tests/bench/bench_report.h"
#include "tests/bench/pfcp_load.h"
#include "tests/bench/process_use.h"
#include "tests/integration/upf_talk.h"

enum { RUNS = 5, ONE_BY_ONE = 5000, MANY = 20000, ROUNDS = 3, WINDOW = 64, SOME = 10000 };
enum { URR = 31, UE_FIRST = 0x0a400001, GNB_TEID_FIRST = 0x100000, STAMP = 1000 };

static const char UE_POOL[] = "10.64.0.0/15";

struct bench {
	struct bed bed;
	struct smf smf;
	struct load load;
	struct bench_report report;
	uint64_t up_seid[LOAD_MAX]; /* of the sessions there are */
};

/* ---- messages ---- */

static struct example session_at(const struct bench *b, uint32_t i)
{
	return (struct example){
		.smf = b->smf.addr,
		.n3 = b->bed.n3,
		.ue = {.s_addr = htonl(UE_FIRST + i)},
		.gnb = ip("10.101.1.1"),
		.gnb_teid = GNB_TEID_FIRST + i,
		.cp_seid = i + 1,
		.up_seid = b->up_seid[i],
	};
}

static void establishment(struct bench *b, uint32_t i)
{
	struct pfcp_session_establishment_request *e = &b->smf.msg.session_establishment_request;
	const struct example ex = session_at(b, i);
	struct pfcp_urr *urr = &e->create_urr[0];

	example_establishment(&b->smf.msg, &ex);
	e->n_create_urr = 1;
	pfcp_urr_init(urr);
	urr->urr_id = URR;
	urr->has_method = true;
	urr->method = PFCP_MEASURE_VOLUME;
	urr->has_triggers = true;
	urr->triggers = PFCP_TRIGGER_VOLTH;
	urr->has_volume_threshold = true;
	urr->volume_threshold = (struct pfcp_volume){.has_total = true, .total_bytes = 1 << 30};
	for (size_t p = 0; p < e->n_create_pdr; p++) {
		e->create_pdr[p].n_urr_id = 1;
		e->create_pdr[p].urr_id[0] = URR;
	}
}

static void handover(struct bench *b, uint32_t i)
{
	const struct example ex = session_at(b, i);

	example_handover(&b->smf.msg, &ex, ip("10.101.1.2"), GNB_TEID_FIRST + i);
}

static void deletion(struct bench *b, uint32_t i)
{
	pfcp_msg_init(&b->smf.msg, PFCP_SESSION_DELETION_REQUEST, b->up_seid[i], 0);
}

static void heartbeat(struct bench *b, uint32_t i)
{
	pfcp_msg_init(&b->smf.msg, PFCP_HEARTBEAT_REQUEST, 0, 0);
	b->smf.msg.heartbeat_request.recovery_time_stamp = b->smf.stamp;
}

/* ---- answers ---- */

static void established(struct bench *b, uint32_t i)
{
	const struct pfcp_session_establishment_response *r =
		&b->smf.answer.session_establishment_response;

	if (r->cause != PFCP_CAUSE_ACCEPTED || !r->n_created_pdr || !r->created_pdr[0].has_f_teid)
		bail("a session is refused", EPROTO);
	b->up_seid[i] = r->up_f_seid.seid;
}

static void modified(struct bench *b, uint32_t i)
{
	if (b->smf.answer.session_modification_response.cause != PFCP_CAUSE_ACCEPTED)
		bail("a handover is refused", EPROTO);
}

static void deleted(struct bench *b, uint32_t i)
{
	const struct pfcp_session_deletion_response *r = &b->smf.answer.session_deletion_response;

	if (r->cause != PFCP_CAUSE_ACCEPTED || r->n_usage_report != 1)
		bail("a deletion is refused, or has no usage report", EPROTO);
}

static void alive(struct bench *b, uint32_t i)
{
}

struct procedure {
	const char *name;
	void (*request)(struct bench *b, uint32_t i); /* into b->smf.msg */
	void (*answer)(struct bench *b, uint32_t i);  /* b->smf.answer */
};

enum { ESTABLISHMENTS, HANDOVERS, DELETIONS, HEARTBEATS, PROCEDURES };

static const struct procedure procedures[PROCEDURES] = {
	[ESTABLISHMENTS] = {"establishments", establishment, established},
	[HANDOVERS] = {"handovers", handover, modified},
	[DELETIONS] = {"deletions", deletion, deleted},
	[HEARTBEATS] = {"heartbeats", heartbeat, alive},
};

/* ---- rates ---- */

/* Of @n sessions, one request each */
static struct load_cost procedure_run(struct bench *b, const struct procedure *p, uint32_t n,
				      unsigned outstanding)
{
	struct load_cost cost;

	load_begin(&b->load);
	for (uint32_t i = 0; i < n; i++) {
		p->request(b, i);
		load_add(&b->load, &b->smf.msg);
	}
	cost = load_run(&b->load, outstanding, b->bed.pid);
	for (uint32_t i = 0; i < n; i++) {
		const struct load_answer *answer = &b->load.answer[i];

		if (pfcp_decode(answer->octets, answer->len, &b->smf.answer, NULL))
			bail("an answer that can't be read", EBADMSG);
		p->answer(b, i);
	}
	return cost;
}

/* The latest requests, with answers of the same size */
static struct load_cost wire_run(struct bench *b, unsigned outstanding)
{
	return echo_run(&b->load, outstanding, b->load.answer[0].len);
}

/* What a procedure says: a rate, and the processor time that the machine's other work has least
 * to do with */
struct rows {
	struct bench_row rate, cpu;
	char rate_name[64], cpu_name[64];
};

static void rows_begin(struct rows *rows, const char *name, unsigned outstanding)
{
	snprintf(rows->rate_name, sizeof(rows->rate_name), "%s, %u outstanding", name, outstanding);
	snprintf(rows->cpu_name, sizeof(rows->cpu_name), "%s, %u, UPF's CPU", name, outstanding);
	rows->rate = (struct bench_row){
		.name = rows->rate_name, .unit = "1/s", .yardstick = "UDP echo of the same sizes"};
	rows->cpu = (struct bench_row){.name = rows->cpu_name,
				       .unit = "us",
				       .yardstick = "the echo's CPU",
				       .smaller_is_better = true};
}

static void rates_run(struct bench *b, struct rows *rows, const struct procedure *p,
		      unsigned outstanding)
{
	const uint32_t n = outstanding == 1 ? ONE_BY_ONE : MANY;
	const struct load_cost cost = procedure_run(b, p, n, outstanding);
	const struct load_cost wire = wire_run(b, outstanding);

	bench_run(&rows->rate, n / cost.seconds, n / wire.seconds);
	bench_run(&rows->cpu, cost.cpu_seconds * 1e6 / n, wire.cpu_seconds * 1e6 / n);
}

static void rates_bench(struct bench *b, unsigned outstanding)
{
	struct rows rows[PROCEDURES];

	for (size_t p = 0; p < PROCEDURES; p++)
		rows_begin(&rows[p], procedures[p].name, outstanding);
	for (unsigned run = 0; run < RUNS; run++)
		for (size_t p = 0; p < PROCEDURES; p++)
			rates_run(b, &rows[p], &procedures[p], outstanding);
	for (size_t p = 0; p < PROCEDURES; p++) {
		bench_add(&b->report, &rows[p].rate);
		bench_add(&b->report, &rows[p].cpu);
	}
}

/* ---- 100,000 sessions ---- */

static void empty_check(void)
{
	if (talk_status_number("sessions") || talk_status_number("teids"))
		bail("sessions or TEIDs are left", EBUSY);
}

/* User space's and the maps', in octets */
struct memory_use {
	double process, maps;
};

static struct memory_use memory_of(const struct bench *b)
{
	return (struct memory_use){(double)process_memory(b->bed.pid),
				   (double)process_maps_memory(b->bed.pid)};
}

/* What establishing a session says on the wire, in octets */
static double wire_octets(const struct bench *b)
{
	return b->load.request[0].len + b->load.answer[0].len;
}

static void memory_report(struct bench *b, const struct memory_use *some,
			  const struct memory_use *all)
{
	struct bench_row process = {.name = "user-space memory of a session",
				    .unit = "octets",
				    .yardstick = "its establishment on the wire",
				    .smaller_is_better = true};
	struct bench_row maps = process;

	maps.name = "map memory of a session";
	bench_run(&process, (all->process - some->process) / (LOAD_MAX - SOME), wire_octets(b));
	bench_run(&maps, all->maps / LOAD_MAX, wire_octets(b));
	bench_add(&b->report, &process);
	bench_add(&b->report, &maps);
}

static void memory_bench(struct bench *b)
{
	struct memory_use some, all;

	procedure_run(b, &procedures[ESTABLISHMENTS], SOME, WINDOW);
	some = memory_of(b);
	procedure_run(b, &procedures[DELETIONS], SOME, WINDOW);
	procedure_run(b, &procedures[ESTABLISHMENTS], LOAD_MAX, WINDOW);
	all = memory_of(b);
	memory_report(b, &some, &all);
	procedure_run(b, &procedures[DELETIONS], LOAD_MAX, WINDOW);
	empty_check();
}

/* Were there a leak, the same sessions would take more each time. */
static void scale_bench(struct bench *b)
{
	struct bench_row rate = {.name = "100,000 sessions, all three",
				 .unit = "1/s",
				 .yardstick = "UDP echo of the same sizes"};
	struct bench_row memory = {.name = "memory with 100,000 sessions",
				   .unit = "MB",
				   .yardstick = "the first time",
				   .smaller_is_better = true};
	double first = 0;

	for (unsigned round = 0; round < ROUNDS; round++) {
		double ours = 0, wire = 0, now = 0;

		for (size_t p = ESTABLISHMENTS; p <= DELETIONS; p++) {
			ours += procedure_run(b, &procedures[p], LOAD_MAX, WINDOW).seconds;
			wire += wire_run(b, WINDOW).seconds;
			if (p == HANDOVERS)
				now = memory_of(b).process / 1e6;
		}
		empty_check();
		first = round ? first : now;
		bench_run(&rate, 3 * LOAD_MAX / ours, 3 * LOAD_MAX / wire);
		if (round)
			bench_run(&memory, now, first);
	}
	bench_add(&b->report, &rate);
	bench_add(&b->report, &memory);
}

/* ---- the whole ---- */

/* What it logs goes into a file, as in a topology */
static void upf_start_quietly(struct bench *b)
{
	const int log = open("/tmp", O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
	const int was = dup(STDERR_FILENO);

	if (log < 0 || was < 0 || dup2(log, STDERR_FILENO) < 0)
		bail("log", errno);
	upf_run(&b->bed);
	dup2(was, STDERR_FILENO);
	close(was);
	close(log);
}

static void bench_open(struct bench *b, const char *backend)
{
	struct sockaddr_in n4 = {.sin_family = AF_INET, .sin_port = htons(PFCP_PORT)};

	bed_make(&b->bed, backend);
	bed_resize(&b->bed, backend, UE_POOL, LOAD_MAX);
	upf_start_quietly(b);
	smf_open(&b->smf, "127.0.4.10", STAMP);
	if (talk_associate(&b->bed, &b->smf, false) != PFCP_CAUSE_ACCEPTED)
		bail("no association", EPROTO);
	n4.sin_addr = b->bed.n4;
	load_init(&b->load, b->smf.fd, n4, STAMP);
	bench_begin(&b->report);
}

static int bench_close(struct bench *b, const char *backend, const char *path)
{
	printf("%lu requests were sent again\n", (unsigned long)b->load.again);
	load_done(&b->load);
	smf_close(&b->smf);
	upf_end(&b->bed, SIGTERM);
	bed_free(&b->bed);
	return bench_end(&b->report, backend, path);
}

int main(int argc, char **argv)
{
	static struct bench bench;

	if (argc != 3) {
		fprintf(stderr, "usage: bench_pfcp BACKEND FILE\n");
		return 2;
	}
	bench_open(&bench, argv[1]);
	memory_bench(&bench);
	rates_bench(&bench, 1);
	rates_bench(&bench, 64);
	rates_bench(&bench, 256);
	scale_bench(&bench);
	return bench_close(&bench, argv[1], argv[2]) ? 1 : 0;
}
