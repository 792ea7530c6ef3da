// SPDX-License-Identifier: Apache-2.0
/* send and rate: what the source does. */
#include "agents/process-step/kinds.h"

#include <dirent.h>
#include <stdio.h>
#include <string.h>

#include "agents/process-step/arguments.h"
#include "agents/process-step/pulse.h"
#include "agents/transfer/pack.h"
#include "agents/transfer/sender.h"

#define DUMP "dump"

enum { RATE_BYTES = 1000000, PATH_SIZE = STEP_PATH_SIZE + STEP_NAME_SIZE + 2 };

static int read_target(struct process_step *s, struct transfer_target *ret)
{
	if (transfer_target_read(s->args, ret))
		return process_step_fail(s, "STEP_FAILED",
					 "to: expected address, port and key of a receiver");
	return 0;
}

static int failed(struct process_step *s, const struct transfer_error *err)
{
	return process_step_fail(s, err->cause, "%.390s", err->text);
}

/* ---- send ---- */

struct what {
	enum transfer_kind kind;
	char name[STEP_NAME_SIZE];
	char directory[PATH_SIZE];
};

/* A layer is told by its role: base, application, or an image's own name */
static int find_what(struct process_step *s, struct what *ret)
{
	enum { IMAGE, ROUND, LAYER };
	static const char *const whats[] = {
		[IMAGE] = "image", [ROUND] = "round", [LAYER] = "layer", NULL};
	char round[16];
	const char *const names[] = {[IMAGE] = DUMP, [ROUND] = round, [LAYER] = "application"};
	const char *name;
	unsigned what;

	snprintf(round, sizeof(round), "%u", s->round);
	if (argument_word(s, "what", whats, &what))
		return -1;
	name = names[what];
	if (argument_text(s, "name", &name))
		return -1;
	if (what == LAYER && !strcmp(name, "application"))
		name = s->app.image;
	if (strlen(name) >= sizeof(ret->name) || !transfer_name_valid(name))
		return process_step_fail(s, "STEP_FAILED", "name: '%.80s' is none of a directory",
					 name);
	ret->kind = what == LAYER ? TRANSFER_IMAGE : TRANSFER_ROUND;
	strcpy(ret->name, name);
	snprintf(ret->directory, sizeof(ret->directory), "%s/%s",
		 what == LAYER ? s->node.repository : s->images, name);
	return 0;
}

/* A dump whose pages went to a page server has no map of them here: the rest joins it there. */
static bool pages_are_there(const char *directory)
{
	DIR *dir = opendir(directory);
	const struct dirent *entry;
	bool inventory = false, map = false;

	while (dir && (entry = readdir(dir))) {
		inventory |= !strcmp(entry->d_name, "inventory.img");
		map |= !strncmp(entry->d_name, "pagemap-", strlen("pagemap-"));
	}
	if (dir)
		closedir(dir);
	return inventory && !map;
}

static int read_options(struct process_step *s, struct transfer_request *request)
{
	static const char *const compressors[] = {"none", "gzip", NULL};
	static const char *const tools[] = {"stream", "rsync", NULL};
	uint64_t level = PACK_LEVEL;
	unsigned gzip, rsync;

	if (argument_word(s, "compress", compressors, &gzip) ||
	    argument_word(s, "tool", tools, &rsync) ||
	    argument_number(s, "level", 1, PACK_LEVEL_MAX, &level))
		return -1;
	request->rsync = rsync;
	if (gzip)
		request->level = (int)level;
	return 0;
}

static void put(json_t *object, const char *name, uint64_t value)
{
	json_object_set_new(object, name, json_integer((json_int_t)value));
}

static void tell_sent(struct process_step *s, const struct transfer_outcome *out, bool rsync)
{
	put(s->outcome, "bytes", out->bytes);
	put(s->outcome, "wire_bytes", out->wire_bytes);
	put(s->outcome, "interface_bytes", out->interface_bytes);
	put(s->outcome, "interface_received", out->interface_received);
	put(s->outcome, "us", out->us);
	put(s->outcome, "cpu_us", out->cpu_us);
	put(s->outcome, "rate_bps", out->rate_bps);
	put(s->outcome, "files", out->files);
	json_object_set_new(s->outcome, "had", json_boolean(out->had));
	if (!rsync)
		return;
	put(s->outcome, "literal_bytes", out->literal_bytes);
	put(s->outcome, "matched_bytes", out->matched_bytes);
}

static int send_item(struct process_step *s, const struct transfer_target *to,
		     struct transfer_request *request, struct transfer_outcome *ret)
{
	_Atomic uint64_t looks = 0;
	struct transfer_error err;
	struct pulse pulse;
	int rc = pulse_begin(&pulse, s, &looks);

	request->looks = &looks;
	if (rc)
		return process_step_fail(s, "STEP_FAILED", "no thread: %s", strerror(-rc));
	rc = transfer_send_item(to, request, ret, &err);
	pulse_end(&pulse);
	return rc ? failed(s, &err) : 0;
}

int step_send(struct process_step *s)
{
	struct transfer_request request = {.interface = s->node.wan_interface,
					   .wake = process_step_wake()};
	struct transfer_target to;
	struct transfer_outcome out;
	struct what what;
	bool rsync;

	if (find_what(s, &what) || read_target(s, &to) || read_options(s, &request))
		return -1;
	rsync = request.rsync;
	request.kind = what.kind;
	request.name = what.name;
	request.directory = what.directory;
	request.join = what.kind == TRANSFER_ROUND && pages_are_there(what.directory);
	if (request.join)
		request.rsync = false; /* a few small files, into a directory that isn't empty */
	if (send_item(s, &to, &request, &out))
		return -1;
	tell_sent(s, &out, rsync);
	return 0;
}

/* ---- rate ---- */

int step_rate(struct process_step *s)
{
	uint64_t wanted = RATE_BYTES;
	struct transfer_target to;
	struct transfer_rate rate;
	struct transfer_error err;

	if (read_target(s, &to) || argument_number(s, "bytes", 1, TRANSFER_PROBE_MAX, &wanted))
		return -1;
	if (transfer_measure_rate(&to, wanted, process_step_wake(), &rate, &err))
		return failed(s, &err);
	put(s->outcome, "bytes", rate.bytes);
	put(s->outcome, "us", rate.us);
	put(s->outcome, "rate_bps", rate.rate_bps);
	return 0;
}
