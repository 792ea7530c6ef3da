// SPDX-License-Identifier: Apache-2.0
/* send and rate: what the source does. */
#include "agents/transfer/steps.h"

#include <dirent.h>
#include <stdio.h>
#include <string.h>

#include "agents/transfer/pack.h"
#include "agents/transfer/pulse.h"
#include "agents/transfer/sender.h"

#define DUMP "dump"

enum { RATE_BYTES = 1000000, PATH_SIZE = STEP_PATH_SIZE + STEP_NAME_SIZE + 2 };

static const char *text_of(const struct process_step *s, const char *name, const char *otherwise)
{
	const char *text = json_string_value(json_object_get(s->args, name));

	return text ? text : otherwise;
}

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
static void find_layer(const struct process_step *s, struct what *ret)
{
	const char *name = text_of(s, "name", "application");

	ret->kind = TRANSFER_IMAGE;
	snprintf(ret->name, sizeof(ret->name), "%s",
		 strcmp(name, "application") ? name : s->app.image);
	snprintf(ret->directory, sizeof(ret->directory), "%s/%s", s->node.repository, ret->name);
}

static int find_what(struct process_step *s, struct what *ret)
{
	const char *what = text_of(s, "what", "image");
	char round[16];

	snprintf(round, sizeof(round), "%u", s->round);
	*ret = (struct what){.kind = TRANSFER_ROUND};
	if (!strcmp(what, "layer"))
		find_layer(s, ret);
	else if (!strcmp(what, "round"))
		snprintf(ret->name, sizeof(ret->name), "%s", text_of(s, "name", round));
	else if (!strcmp(what, "image"))
		snprintf(ret->name, sizeof(ret->name), "%s", text_of(s, "name", DUMP));
	else
		return process_step_fail(s, "STEP_FAILED",
					 "what: expected round, image or layer, found %.60s", what);
	if (!transfer_name_valid(ret->name))
		return process_step_fail(s, "STEP_FAILED", "name: '%s' is none of a directory",
					 ret->name);
	if (ret->kind == TRANSFER_ROUND)
		snprintf(ret->directory, sizeof(ret->directory), "%s/%s", s->images, ret->name);
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
	const char *compress = text_of(s, "compress", "none"), *tool = text_of(s, "tool", "stream");
	const json_t *level = json_object_get(s->args, "level");

	if (strcmp(compress, "none") && strcmp(compress, "gzip"))
		return process_step_fail(s, "STEP_FAILED",
					 "compress: expected none or gzip, found %.60s", compress);
	if (strcmp(tool, "stream") && strcmp(tool, "rsync"))
		return process_step_fail(s, "STEP_FAILED",
					 "tool: expected stream or rsync, found %.60s", tool);
	if (level && (json_integer_value(level) < 1 || json_integer_value(level) > PACK_LEVEL_MAX))
		return process_step_fail(s, "STEP_FAILED", "level: expected 1 to %d",
					 PACK_LEVEL_MAX);
	request->rsync = !strcmp(tool, "rsync");
	if (!strcmp(compress, "gzip"))
		request->level = level ? (int)json_integer_value(level) : PACK_LEVEL;
	return 0;
}

static void put(json_t *object, const char *name, uint64_t value)
{
	json_object_set_new(object, name, json_integer((json_int_t)value));
}

static void tell_sent(struct process_step *s, const struct transfer_outcome *out)
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
	if (!json_string_value(json_object_get(s->args, "tool")) ||
	    strcmp(text_of(s, "tool", ""), "rsync"))
		return;
	put(s->outcome, "literal_bytes", out->literal_bytes);
	put(s->outcome, "matched_bytes", out->matched_bytes);
}

static int send_item(struct process_step *s, const struct transfer_target *to,
		     const struct transfer_request *request, struct transfer_outcome *ret)
{
	struct transfer_error err;
	struct pulse pulse;
	int rc = pulse_begin(&pulse, s);

	if (rc)
		return process_step_fail(s, "STEP_FAILED", "no thread: %s", strerror(-rc));
	rc = transfer_send_item(to, request, ret, &err);
	pulse_end(&pulse);
	return rc ? failed(s, &err) : 0;
}

int transfer_step_send(struct process_step *s)
{
	struct transfer_request request = {.interface = s->node.wan_interface,
					   .wake = process_step_wake()};
	struct transfer_target to;
	struct transfer_outcome out;
	struct what what;

	if (find_what(s, &what) || read_target(s, &to) || read_options(s, &request))
		return -1;
	request.kind = what.kind;
	request.name = what.name;
	request.directory = what.directory;
	request.join = what.kind == TRANSFER_ROUND && pages_are_there(what.directory);
	if (request.join)
		request.rsync = false; /* a few small files, into a directory that isn't empty */
	if (send_item(s, &to, &request, &out))
		return -1;
	tell_sent(s, &out);
	return 0;
}

/* ---- rate ---- */

int transfer_step_rate(struct process_step *s)
{
	const json_t *bytes = json_object_get(s->args, "bytes");
	json_int_t wanted = bytes ? json_integer_value(bytes) : RATE_BYTES;
	struct transfer_target to;
	struct transfer_rate rate;
	struct transfer_error err;

	if (read_target(s, &to))
		return -1;
	if (wanted < 1 || wanted > TRANSFER_PROBE_MAX)
		return process_step_fail(s, "STEP_FAILED", "bytes: expected 1 to %d",
					 TRANSFER_PROBE_MAX);
	if (transfer_measure_rate(&to, (uint64_t)wanted, process_step_wake(), &rate, &err))
		return failed(s, &err);
	put(s->outcome, "bytes", rate.bytes);
	put(s->outcome, "us", rate.us);
	put(s->outcome, "rate_bps", rate.rate_bps);
	return 0;
}
