// SPDX-License-Identifier: Apache-2.0
/* `baton measure bytes`: who sends how much to whom, for some seconds or while a command runs. */
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "testbed/measure/bytes_count.h"
#include "testbed/measure/report_file.h"
#include "testbed/measure/session.h"

enum { SETTLE_MS = 200, STEP_MS = 50 };

/* Its output is not ours, which may be JSON. */
static void __attribute__((noreturn)) exec_command(char **command)
{
	signal(SIGINT, SIG_DFL);
	signal(SIGTERM, SIG_DFL);
	dup2(STDERR_FILENO, STDOUT_FILENO);
	execvp(command[0], command);
	complain("%s: %s", command[0], strerror(errno));
	_exit(127);
}

/* Return: 0, or -EIO when it failed, having complained */
static int run_command(char **command)
{
	pid_t pid = fork();
	int status;

	if (pid == 0)
		exec_command(command);
	if (pid < 0) {
		complain("%s: %s", command[0], strerror(errno));
		return -EIO;
	}
	while (waitpid(pid, &status, 0) < 0) {
		if (errno != EINTR)
			return -EIO;
		kill(pid, SIGTERM);
	}
	if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
		return 0;
	if (WIFSIGNALED(status))
		complain("%s was ended by signal %d", command[0], WTERMSIG(status));
	else
		complain("%s failed with status %d", command[0], WEXITSTATUS(status));
	return -EIO;
}

static void wait_seconds(uint64_t seconds)
{
	uint64_t deadline = deadline_in(seconds * 1000);

	while (clock_mono_ns() < deadline && !session_interrupted())
		pause_ms(STEP_MS);
}

/* ---- how it is told ---- */

struct told {
	const struct bytes_places *places;
	const struct bytes_reading *reading;
};

static int write_json(const struct told *t, FILE *out)
{
	json_t *j = bytes_json(t->places, t->reading);
	int r = j ? json_dumpf(j, out, JSON_COMPACT) : -1;

	fprintf(out, "\n");
	json_decref(j);
	return r < 0 ? -EIO : 0;
}

static int write_csv(const struct told *t, FILE *out)
{
	bytes_csv(t->places, t->reading, out);
	return 0;
}

static int write_file(const char *dir, const char *name, const struct told *t,
		      int (*write)(const struct told *t, FILE *out))
{
	struct report_file f;
	int r = report_file_begin(&f);

	if (r == 0)
		r = write(t, f.out);
	return report_file_end(&f, r, dir, name);
}

static int tell(const struct session *s, const struct told *t)
{
	int r = 0;

	if (s->options.out)
		r = write_file(s->options.out, "bytes.json", t, write_json);
	if (s->options.out && r == 0)
		r = write_file(s->options.out, "bytes.csv", t, write_csv);
	if (s->options.json)
		r = write_json(t, stdout) < 0 ? -EIO : r;
	else
		bytes_table(t->places, t->reading, stdout);
	if (fflush(stdout) != 0) {
		complain("the report can't be printed");
		r = -EIO;
	}
	return r;
}

/* ---- from beginning to end ---- */

static int count(struct session *s, struct bytes_counter *c)
{
	struct bytes_reading from = {0}, to = {0}, during = {0};
	int r = bytes_counter_read(c, &from), ran = 0;

	if (r == 0 && s->options.command)
		ran = run_command(s->options.command);
	else if (r == 0)
		wait_seconds(s->options.seconds);
	if (s->options.command)
		pause_ms(SETTLE_MS); /* what is on its way comes to be counted */
	if (r == 0)
		r = bytes_counter_read(c, &to);
	if (r == 0)
		r = bytes_since(&from, &to, &during);
	if (r == 0)
		r = tell(s, &(struct told){bytes_counter_places(c), &during});
	bytes_reading_done(&from);
	bytes_reading_done(&to);
	bytes_reading_done(&during);
	return r < 0 ? r : ran;
}

int bytes_run(struct session *s)
{
	struct bytes_counter *c;
	int r = session_folder(s);

	if (r == 0)
		r = bytes_counter_start(&s->place.run, s->place.topology, &c);
	if (r < 0)
		return BATON_FAILED;
	session_catch_interrupt();
	if (!s->options.command)
		session_progress(s, "  counting for %llu s\n",
				 (unsigned long long)s->options.seconds);
	r = count(s, c);
	bytes_counter_stop(c);
	if (session_interrupted())
		return BATON_INTERRUPTED;
	return r < 0 ? BATON_FAILED : BATON_OK;
}
