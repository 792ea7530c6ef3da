// SPDX-License-Identifier: Apache-2.0
/* The service-client in the UE's node: started by `baton exec`, ended by a signal, its rows and its
 * summary read when it has ended. */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/file.h"
#include "testbed/measure/migration_stage.h"
#include "testbed/topology_workload.h"

enum {
	FIRST_TIMEOUT_MS = 20000,
	END_TIMEOUT_MS = 60000,
	POLL_MS = 20,
	ARGUMENTS_MAX = 40,
	ARGUMENT_SIZE = 160,
	CHUNK = 64 << 10
};

struct arguments {
	char text[ARGUMENTS_MAX][ARGUMENT_SIZE];
	const char *argv[ARGUMENTS_MAX + 1];
	size_t count;
};

static void __attribute__((format(printf, 2, 3))) add(struct arguments *a, const char *format, ...)
{
	va_list args;

	if (a->count == ARGUMENTS_MAX)
		return;
	va_start(args, format);
	vsnprintf(a->text[a->count], ARGUMENT_SIZE, format, args);
	va_end(args);
	a->argv[a->count] = a->text[a->count];
	a->count++;
}

static void add_load(struct arguments *a, const struct migration_options *o)
{
	static const char *const names[] = {[LOAD_RATE] = "--rate", [LOAD_BURST] = "--burst"};

	if (o->load == LOAD_CLOSED) {
		add(a, "--closed");
	} else {
		add(a, "%s", names[o->load]);
		add(a, "%s", o->rate);
	}
	if (o->tcp)
		add(a, "--tcp");
	add(a, "--body");
	add(a, "%" PRIu64, o->body);
	add(a, "--resend");
	add(a, "%" PRIu64, o->resend_ms);
}

/* The program is found by its whole path: its node has this file system. */
static int add_program(struct arguments *a, const struct migration_stage *st)
{
	char path[PATH_MAX];

	if (snprintf(path, sizeof path, "%s/service-client", st->ctx->libexec) >= ARGUMENT_SIZE)
		return -ENAMETOOLONG;
	add(a, "%s", path);
	return access(path, X_OK) < 0 ? -errno : 0;
}

/* What the service is, so that the client knows what it would answer */
static void add_model(struct arguments *a, const struct topo_process *p)
{
	char data[32] = "";

	if (p->application_bytes)
		snprintf(data, sizeof data, ",data=%" PRIu64, p->application_bytes);
	add(a, "--model");
	add(a,
	    "heap=%" PRIu64 ",read=%" PRIu64 ",write=%" PRIu64 ",compressible=%.6f,clients=%" PRIu32
	    "%s",
	    p->heap, p->read, p->write, p->compressible, p->clients, data);
}

static int fill(struct arguments *a, const struct migration_stage *st)
{
	const struct place *place = &st->s.place;
	const struct topo_process *p = st->process;
	char address[INET_ADDRSTRLEN];
	int r;

	inet_ntop(AF_INET, &p->service, address, sizeof address);
	add(a, "baton");
	add(a, "--name");
	add(a, "%s", place->run.name);
	add(a, "exec");
	add(a, "%s", place->topology->node[place->ue].name);
	add(a, "--");
	r = add_program(a, st);
	add(a, "--address");
	add(a, "%s", address);
	add(a, "--port");
	add(a, "%d", WORKLOAD_PORT);
	add_load(a, &st->o);
	add(a, "--app");
	add(a, "%s", workload_find(p->workload)->program);
	add_model(a, p);
	add(a, "--out");
	add(a, "%s", st->client.rows);
	return r;
}

/* ---- its files ---- */

static int make_files(struct migration_client *c)
{
	snprintf(c->dir, sizeof c->dir, "/tmp/baton-requests.XXXXXX");
	if (!mkdtemp(c->dir)) {
		c->dir[0] = '\0';
		return -errno;
	}
	snprintf(c->rows, sizeof c->rows, "%s/requests.csv", c->dir);
	snprintf(c->summary, sizeof c->summary, "%s/summary.json", c->dir);
	snprintf(c->errors, sizeof c->errors, "%s/errors", c->dir);
	return 0;
}

/* Its last line, or what else there is to say */
static void complain_of(const struct migration_client *c, const char *what)
{
	char text[512] = "";
	ssize_t len = file_read_text(c->errors, text, sizeof text);
	char *last = text;

	while (len > 0 && text[len - 1] == '\n')
		text[--len] = '\0';
	if (strrchr(text, '\n'))
		last = strrchr(text, '\n') + 1;
	complain("service-client %s%s%s", what, *last ? ": " : "", last);
}

static bool has_rows(const struct migration_client *c)
{
	char text[256] = "";

	/* the line that names the columns, and one more */
	if (file_read_text(c->rows, text, sizeof text) == -ENOENT)
		return false;
	return strchr(text, '\n') && strchr(text, '\n')[1] != '\0';
}

/* ---- the process ---- */

static void __attribute__((noreturn))
become_client(const struct migration_client *c, const struct arguments *a)
{
	int null = open("/dev/null", O_RDONLY | O_CLOEXEC);
	int out = open(c->summary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
	int err = open(c->errors, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);

	setpgid(0, 0); /* a terminal's Ctrl-C comes by us, after the migration under way */
	prctl(PR_SET_PDEATHSIG, SIGTERM);
	signal(SIGINT, SIG_DFL);
	signal(SIGTERM, SIG_DFL);
	if (dup2(null, STDIN_FILENO) < 0 || dup2(out, STDOUT_FILENO) < 0 ||
	    dup2(err, STDERR_FILENO) < 0)
		_exit(126);
	execv("/proc/self/exe", (char *const *)a->argv);
	_exit(126);
}

static int spawn(struct migration_stage *st)
{
	struct arguments *a = calloc(1, sizeof *a);
	struct migration_client *c = &st->client;
	int r = a ? fill(a, st) : -ENOMEM;

	if (r == 0) {
		c->pid = fork();
		if (c->pid == 0)
			become_client(c, a);
		if (c->pid < 0) {
			r = -errno;
			c->pid = 0;
		}
	}
	free(a);
	return r;
}

bool migration_client_runs(struct migration_stage *st)
{
	struct migration_client *c = &st->client;
	int status;

	if (!c->pid || waitpid(c->pid, &status, WNOHANG) == 0)
		return c->pid != 0;
	c->pid = 0;
	complain_of(c, "ended by itself");
	return false;
}

int migration_client_start(struct migration_stage *st)
{
	struct migration_client *c = &st->client;
	uint64_t deadline = deadline_in(FIRST_TIMEOUT_MS);
	int r = make_files(c);

	if (r == 0)
		r = spawn(st);
	if (r < 0) {
		complain("service-client can't be started: %s", strerror(-r));
		return r;
	}
	while (!has_rows(c)) {
		if (!migration_client_runs(st))
			return -ECHILD;
		if (session_interrupted())
			return -EINTR;
		if (clock_mono_ns() > deadline) {
			complain_of(c, "got no answer in 20 s");
			return -ETIMEDOUT;
		}
		pause_ms(POLL_MS);
	}
	return 0;
}

/* It waits for what is under way, and compares; Return: its exit status, or a negative errno */
static int await_end(struct migration_client *c)
{
	uint64_t deadline = deadline_in(END_TIMEOUT_MS);
	int status = 0;

	kill(c->pid, SIGTERM);
	while (waitpid(c->pid, &status, WNOHANG) == 0) {
		if (clock_mono_ns() > deadline) {
			kill(c->pid, SIGKILL);
			waitpid(c->pid, &status, 0);
			c->pid = 0;
			return -ETIMEDOUT;
		}
		pause_ms(POLL_MS);
	}
	c->pid = 0;
	return WIFEXITED(status) ? WEXITSTATUS(status) : -ECHILD;
}

static int read_rows(struct migration_stage *st)
{
	int fd = open(st->client.rows, O_RDONLY | O_CLOEXEC), r = fd < 0 ? -errno : 0;
	char *chunk = malloc(CHUNK);
	ssize_t n = 1;

	if (!chunk)
		r = -ENOMEM;
	while (r == 0 && n > 0) {
		n = read(fd, chunk, CHUNK);
		r = n < 0 ? -errno : requests_add(&st->requests, chunk, (size_t)n);
	}
	if (r < 0)
		complain("%s: %s", st->client.rows,
			 st->requests.error[0] ? st->requests.error : strerror(-r));
	free(chunk);
	if (fd >= 0)
		close(fd);
	requests_order(&st->requests);
	return r;
}

int migration_client_finish(struct migration_stage *st)
{
	struct migration_client *c = &st->client;
	json_error_t err;
	int status, r;

	if (!c->dir[0])
		return -ECHILD;
	status = c->pid ? await_end(c) : 0;
	st->summary = json_load_file(c->summary, 0, &err);
	if (status == -ETIMEDOUT)
		complain_of(c, "didn't end within 60 s of being asked to");
	else if (!st->summary)
		complain_of(c, "left no summary");
	r = read_rows(st);
	if (r == 0)
		r = status < 0 ? status : st->summary ? 0 : -ENODATA;
	c->whole = r == 0;
	return r;
}

/* All rows, as the client wrote them */
static int keep_rows(const struct migration_stage *st)
{
	char path[PATH_MAX];
	int r;

	if (!st->o.out || !st->requests.count)
		return 0;
	if (snprintf(path, sizeof path, "%s/requests.csv", st->o.out) >= PATH_MAX)
		return -ENAMETOOLONG;
	r = file_copy(st->client.rows, path, 0666);
	if (r < 0)
		complain("%s: %s", path, strerror(-r));
	return r;
}

void migration_client_done(struct migration_stage *st)
{
	struct migration_client *c = &st->client;

	if (c->pid)
		await_end(c);
	if (!c->dir[0])
		return;
	keep_rows(st);
	unlink(c->rows);
	unlink(c->summary);
	unlink(c->errors);
	rmdir(c->dir);
}
