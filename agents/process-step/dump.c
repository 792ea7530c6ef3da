// SPDX-License-Identifier: Apache-2.0
/*
 * predump.N: memory that was written since round N-1, while the process goes on; dump: all that is
 * left, and the process is stopped from then on (or runs on, or serves its pages: lazy).
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "agents/process-step/arguments.h"
#include "agents/process-step/kinds.h"
#include "agents/process-step/work.h"
#include "agents/process/images.h"
#include "agents/process/stats.h"
#include "agents/transfer/pages.h"
#include "lib/daemon.h"
#include "lib/hex.h"
#include "lib/json.h"

enum { ROUNDS_MAX = 9999 };

struct dump {
	struct process_step *s;
	struct process victim;
	struct criu_call call;
	struct criu_answer answer;
	char images[VICTIM_PATH_SIZE], record[VICTIM_PATH_SIZE], previous[16], name[16];
	struct transfer_pages pages; /* of a page server */
	uint64_t begun_ns;
};

/* ---- what came of it ---- */

/* CRIU has said that all went well, and doesn't look whether its figures were written: those that
 * are cut found no room, which may be there again by now. */
static const char *stats_cause(const struct process_step *s, int rc)
{
	return rc == -EBADMSG ? "DISK_SHORT" : work_cause(s);
}

static int take_stats(struct dump *d)
{
	char path[VICTIM_PATH_SIZE];
	struct process_step *s = d->s;
	struct criu_stats stats;
	int rc;

	snprintf(path, sizeof(path), "%s/stats-dump", s->directory);
	rc = criu_stats_read(path, &stats);
	if (rc || !stats.dump)
		return process_step_fail(s, stats_cause(s, rc), "%s: %s", path,
					 rc ? strerror(-rc) : "no figures of a dump");
	work_set(s, "frozen_us", stats.frozen_us);
	work_set(s, "memory_us", stats.memory_us);
	work_set(s, "write_us", stats.write_us);
	work_set(s, "pages", stats.pages);
	work_set(s, "pages_skipped", stats.pages_skipped);
	work_set(s, "pages_lazy", stats.pages_lazy);
	if (d->call.page_server >= 0) /* what went there */
		work_set(s, "bytes", stats.pages * (uint64_t)sysconf(_SC_PAGESIZE));
	return 0;
}

/* What a page server has isn't here to be hashed. */
static int take_images(struct dump *d)
{
	char digits[2 * IMAGES_HASH_SIZE + 1];
	uint8_t hash[IMAGES_HASH_SIZE];
	struct process_step *s = d->s;
	uint64_t bytes = 0;
	unsigned count;
	int rc;

	if (d->call.page_server >= 0) {
		json_object_set_new(s->outcome, "hash", json_null());
		return 0;
	}
	rc = images_bytes(d->images, &bytes);
	if (!rc)
		rc = images_hash(d->images, hash, &count);
	if (rc)
		return process_step_fail(s, "CRIU_FAILED", "%s: %s", d->images, strerror(-rc));
	work_set(s, "bytes", bytes);
	json_object_set_new(s->outcome, "hash", json_string(hex_text(hash, sizeof(hash), digits)));
	return 0;
}

static int finish_dump(struct dump *d)
{
	work_set(d->s, "us", (clock_now_ns() - d->begun_ns) / 1000);
	if (take_stats(d) || take_images(d))
		return -1;
	return 0;
}

/* ---- its run ---- */

static int prepare(struct dump *d, struct process_step *s, enum criu_what what, const char *name)
{
	uint64_t previous = 0;
	unsigned tcp;

	memset(d, 0, sizeof(*d));
	d->s = s;
	d->pages.fd = -1;
	d->call = (struct criu_call){.what = what,
				     .record = d->record,
				     .images = d->images,
				     .work = s->directory,
				     .page_server = -1,
				     .leave = CRIU_LEAVE_RUNNING,
				     .wake = process_step_wake()};
	if (argument_word(s, "tcp", criu_tcp_names, &tcp) ||
	    argument_number(s, "previous", 0, ROUNDS_MAX, &previous))
		return -1;
	d->call.tcp = (enum criu_tcp)tcp;
	if (previous) {
		snprintf(d->previous, sizeof(d->previous), "%u", (unsigned)previous);
		d->call.previous = d->previous;
	}
	snprintf(d->name, sizeof(d->name), "%s", name);
	if (work_await_criu(s) || work_directory(s, "criu", d->record) ||
	    work_images(s, name, d->images))
		return -1;
	if (victim_find(s, &d->victim))
		return process_step_fail(s, "NOT_RUNNING", "there is no process of '%s' here",
					 s->app.name);
	d->call.pid = d->victim.pid;
	return 0;
}

/* ---- the page server at the destination, where argument `to` names one ---- */

static int transfer_failed(struct process_step *s, const struct transfer_error *err)
{
	return process_step_fail(s, err->cause, "the page server: %.370s", err->text);
}

/* What the destination's disk must have room for: all of it, where nothing is there yet. */
static uint64_t memory_expected(const struct dump *d)
{
	return d->previous[0] ? 0 : process_resident(d->victim.pid);
}

static int begin_pages(struct dump *d)
{
	struct process_step *s = d->s;
	struct transfer_target to;
	struct transfer_error err;

	if (!argument_is_given(s, "to"))
		return 0;
	if (transfer_target_read(s->args, &to))
		return process_step_fail(s, "STEP_FAILED",
					 "to: expected address, port and key of a receiver");
	if (transfer_pages_begin(&to, d->name, d->previous, memory_expected(d),
				 s->node.wan_interface, process_step_wake(), &d->pages, &err))
		return transfer_failed(s, &err);
	d->call.page_server = d->pages.fd;
	return 0;
}

/* Its round is in its place there, when the next one builds on it. */
static int end_pages(struct dump *d)
{
	struct transfer_outcome out;
	struct transfer_error err;

	if (d->call.page_server < 0)
		return 0;
	if (transfer_pages_end(&d->pages, process_step_wake(), &out, &err))
		return transfer_failed(d->s, &err);
	work_set(d->s, "wire_bytes", out.wire_bytes);
	work_set(d->s, "interface_bytes", out.interface_bytes);
	work_set(d->s, "interface_received", out.interface_received);
	return 0;
}

/* What the page server failed of, CRIU here can't know. */
static int fail_criu(struct dump *d, int rc)
{
	bool lost = transfer_pages_are_lost(&d->pages);

	transfer_pages_abort(&d->pages);
	if (lost && !d->answer.cancelled)
		return process_step_fail(d->s, "TRANSFER_FAILED",
					 "the page server ended, and its receiver tells why: %s",
					 d->answer.text);
	return work_failed(d->s, rc, &d->answer);
}

/* A CRIU that died in an earlier dump may have left its table, under the name that this one would
 * use. */
static int make(struct dump *d)
{
	int rc;

	victim_unlock(d->victim.pid);
	d->begun_ns = clock_now_ns();
	rc = criu_run(&d->call, &d->answer);
	if (rc)
		return fail_criu(d, rc);
	if (end_pages(d))
		return -1;
	if (d->answer.cancelled)
		return process_step_fail(d->s, "CANCELLED", "after the dump was made");
	return finish_dump(d);
}

/* One that failed may have filled the disk, which what undoes it, and others, need. */
static int run(struct dump *d)
{
	int rc = make(d);

	if (rc)
		work_forget_part(d->images);
	return rc;
}

int step_predump(struct process_step *s)
{
	struct dump d;
	char name[16];

	if (!s->round)
		return process_step_fail(s, "STEP_FAILED", "a round is missing: predump.1");
	snprintf(name, sizeof(name), "%u", s->round);
	if (prepare(&d, s, CRIU_PRE_DUMP, name))
		return -1;
	if (begin_pages(&d))
		return -1;
	return run(&d);
}

/* ---- dump ---- */

/* A port of ours that nobody has: CRIU doesn't tell which one it got. */
static int choose_port(struct dump *d)
{
	struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr = d->s->node.wan_address};
	socklen_t len = sizeof(at);
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), rc = 0;

	if (fd < 0)
		return -errno;
	if (bind(fd, (const struct sockaddr *)&at, sizeof(at)) ||
	    getsockname(fd, (struct sockaddr *)&at, &len))
		rc = -errno;
	close(fd);
	d->call.serve_address = at.sin_addr;
	d->call.serve_port = ntohs(at.sin_port);
	return rc;
}

static json_t *pages_json(const struct dump *d)
{
	return json_pack("{s:o, s:i}", "address", json_ipv4(d->call.serve_address), "port",
			 (int)d->call.serve_port);
}

/* It is frozen, and all but its memory is on disk. */
static void on_serves(void *user)
{
	struct dump *d = user;
	json_t *progress = json_deep_copy(d->s->outcome);

	json_object_set_new(progress, "pages", pages_json(d));
	json_object_set_new(progress, "dumped_ns", json_integer((json_int_t)clock_now_ns()));
	process_step_progress(d->s, progress);
}

/* Who thaws ends a server to which nobody has come, and must know where it is. */
static int prepare_lazy(struct dump *d)
{
	struct process_step *s = d->s;
	json_t *pages;
	int rc = choose_port(d);

	if (!rc) {
		pages = pages_json(d);
		rc = process_step_write(s->images, "pages.json", pages);
		json_decref(pages);
	}
	if (rc)
		return process_step_fail_errno(s, rc, "a port for pages");
	d->call.lazy = true;
	d->call.serves = on_serves;
	d->call.user = d;
	return 0;
}

static int note_victim(struct dump *d)
{
	int rc = victim_note(d->s, VICTIM_DUMPED, d->victim.pid);

	return rc ? process_step_fail_errno(d->s, rc, d->s->images) : 0;
}

static int close_gate(struct dump *d)
{
	if (note_victim(d) || work_gate_close(d->s, (struct in_addr){0}))
		return -1;
	work_set(d->s, "gate_closed_ns", clock_now_ns());
	return 0;
}

int step_dump(struct process_step *s)
{
	static const char *const leaves[] = {"stopped", "running", NULL};
	struct dump d;
	unsigned runs;
	bool lazy;

	if (argument_word(s, "leave", leaves, &runs) || argument_flag(s, "lazy", &lazy) ||
	    prepare(&d, s, CRIU_DUMP, "dump"))
		return -1;
	if (!runs)
		d.call.leave = CRIU_LEAVE_STOPPED;
	if (lazy ? prepare_lazy(&d) : begin_pages(&d))
		return -1;
	if (runs ? note_victim(&d) : close_gate(&d))
		return -1;
	return run(&d);
}
