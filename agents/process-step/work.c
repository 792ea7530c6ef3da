// SPDX-License-Identifier: Apache-2.0
#include "agents/process-step/work.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "agents/process/ping.h"
#include "lib/file.h"

enum { FULL_BELOW = 64 << 10 };

struct gate work_gate(const struct process_step *s)
{
	return (struct gate){s->node.wan_interface, s->node.n6_interface, s->app.address};
}

void work_set(struct process_step *s, const char *name, uint64_t value)
{
	json_object_set_new(s->outcome, name, json_integer((json_int_t)value));
}

/* ---- the gate, and who is behind it ---- */

int work_gate_open(struct process_step *s)
{
	const struct gate gate = work_gate(s);
	int rc = gate_open(&gate);

	return rc ? process_step_fail(s, "STEP_FAILED", "the gate: %s", strerror(-rc)) : 0;
}

int work_gate_close(struct process_step *s, struct in_addr except)
{
	const struct gate gate = work_gate(s);
	int rc = gate_close(&gate, except);

	return rc ? process_step_fail(s, "STEP_FAILED", "the gate: %s", strerror(-rc)) : 0;
}

int work_await_answer(struct process_step *s, const char *who, int timeout_ms, uint64_t *ret_ns)
{
	int rc = process_ping_await(s->app.address, s->app.port, timeout_ms, process_step_wake(),
				    ret_ns);

	if (rc == -ECANCELED)
		return process_step_fail(s, "CANCELLED", "before %s of '%s' answered", who,
					 s->app.name);
	return rc ? process_step_fail(s, "NOT_ANSWERED", "%s of '%s' doesn't answer: %s", who,
				      s->app.name, strerror(-rc))
		  : 0;
}

/* ---- directories ---- */

int work_directory(struct process_step *s, const char *name, char buf[VICTIM_PATH_SIZE])
{
	victim_path(s, name, buf);
	return mkdir(buf, 0700) && errno != EEXIST ? process_step_fail_errno(s, -errno, buf) : 0;
}

int work_images(struct process_step *s, const char *name, char buf[VICTIM_PATH_SIZE])
{
	int rc;

	snprintf(buf, VICTIM_PATH_SIZE, "%s/%s", s->images, name);
	rc = file_remove_tree(buf);
	if (!rc && mkdir(buf, 0700))
		rc = -errno;
	return rc ? process_step_fail_errno(s, rc, buf) : 0;
}

void work_forget_part(const char *images)
{
	(void)file_remove_tree(images); /* what stays is removed with all of the migration's */
}

int work_forget_images(struct process_step *s)
{
	int rc = file_remove_tree(s->images);

	return rc ? process_step_fail_errno(s, rc, s->images) : 0;
}

/* ---- CRIU ---- */

int work_await_criu(struct process_step *s)
{
	char record[VICTIM_PATH_SIZE];
	int rc;

	victim_path(s, "criu", record);
	if (access(record, F_OK))
		return 0; /* no CRIU was ever asked for here */
	rc = criu_await(record, WORK_CRIU_MS, process_step_wake());
	if (rc == -ECANCELED)
		return process_step_fail(s, "CANCELLED", "while it waited for an earlier CRIU");
	if (rc)
		return process_step_fail(s, "CRIU_FAILED",
					 "the CRIU of an earlier step hasn't "
					 "ended in %d s",
					 WORK_CRIU_MS / 1000);
	return 0;
}

/* CRIU's log would say so, but it is on that disk, too. */
static bool is_full(const char *path)
{
	struct statvfs st;

	return !statvfs(path, &st) && (uint64_t)st.f_bavail * st.f_frsize < FULL_BELOW;
}

const char *work_cause(const struct process_step *s)
{
	return is_full(s->images) ? "DISK_SHORT" : "CRIU_FAILED";
}

int work_failed(struct process_step *s, int rc, const struct criu_answer *answer)
{
	if (answer->cancelled)
		return process_step_fail(s, "CANCELLED", "CRIU: %s", answer->text);
	if (rc == -ENOENT)
		return process_step_fail(s, "CRIU_UNAVAILABLE", "criu is not installed");
	if (answer->disk_full)
		return process_step_fail(s, "DISK_SHORT", "CRIU: %s", answer->text);
	return process_step_fail(s, work_cause(s), "CRIU: %s", answer->text);
}
