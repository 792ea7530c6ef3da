// SPDX-License-Identifier: Apache-2.0
/* receive: what the destination does, until it is told to end. */
#include "agents/process-step/kinds.h"

#include <stdio.h>
#include <string.h>

#include "agents/process-step/arguments.h"
#include "agents/process/criu.h"
#include "agents/transfer/basis.h"
#include "agents/transfer/receiver.h"
#include "lib/json.h"

enum { PATH_SIZE = STEP_PATH_SIZE + 16 };

static json_t *received_json(const struct transfer_received *item)
{
	return json_pack("{s:s, s:s, s:s, s:s, s:b, s:I, s:I, s:I, s:I}", "what",
			 item->kind == TRANSFER_IMAGE ? "layer" : "round", "name", item->name,
			 "tool", transfer_received_tool(item), "compress",
			 item->gzip ? "gzip" : "none", "had", item->had, "files",
			 (json_int_t)item->files, "bytes", (json_int_t)item->bytes, "wire_bytes",
			 (json_int_t)item->wire_bytes, "us", (json_int_t)item->us);
}

static void add_failure(json_t *object, const struct transfer_counts *c)
{
	if (c->failure[0])
		json_object_set_new(object, "failure", json_string(c->failure));
}

static json_t *received(const struct transfer_receiver *r)
{
	struct transfer_received list[RECEIVER_LIST];
	struct transfer_counts c;
	size_t n = transfer_receiver_list(r, list, &c);
	json_t *array = json_array(), *object;

	for (size_t i = 0; i < n; i++)
		json_array_append_new(array, received_json(&list[i]));
	object = json_pack("{s:o, s:I, s:{s:I, s:I, s:I, s:I, s:I, s:I}}", "received", array,
			   "items", (json_int_t)c.items, "connections", "accepted",
			   (json_int_t)c.connections, "key_wrong", (json_int_t)c.key_wrong, "busy",
			   (json_int_t)c.busy, "malformed", (json_int_t)c.malformed, "failed",
			   (json_int_t)c.failed, "cut", (json_int_t)c.cut);
	add_failure(object, &c);
	return object;
}

static void tell(const struct transfer_receiver *r, void *user)
{
	const struct process_step *s = user;
	json_t *progress = received(r);

	json_object_set_new(progress, "address", json_ipv4(s->node.wan_address));
	json_object_set_new(progress, "port", json_integer(transfer_receiver_port(r)));
	json_object_set_new(progress, "key", json_string(transfer_receiver_key(r)));
	process_step_progress(s, progress);
}

static int run(struct process_step *s, struct transfer_receiver *r, bool once)
{
	struct transfer_received list[RECEIVER_LIST];
	struct transfer_counts counts;
	json_t *outcome;
	int rc;

	tell(r, s);
	rc = transfer_receiver_run(r);
	outcome = received(r);
	json_object_update(s->outcome, outcome);
	json_decref(outcome);
	transfer_receiver_list(r, list, &counts);
	if (once && !counts.items)
		return process_step_fail(s, "CANCELLED", "before its pages had come");
	return rc ? process_step_fail(s, "TRANSFER_FAILED", "the receiver: %s", strerror(-rc)) : 0;
}

int step_receive(struct process_step *s)
{
	static const char *const modes[] = {"stream", "rsync", "page-server", NULL};
	char basis[PATH_SIZE];
	struct transfer_receiver_config config = {
		.address = s->node.wan_address,
		.images = s->images,
		.repository = s->node.repository,
		.basis = basis,
		.run = s->directory,
		.criu = criu_program() ? criu_program() : "",
		.wake = process_step_wake(),
		.changed = tell,
		.user = s,
	};
	struct transfer_receiver *r;
	unsigned mode;
	bool once;
	int rc;

	if (argument_word(s, "mode", modes, &mode))
		return -1;
	once = !strcmp(modes[mode], "page-server");
	config.items_max = once;
	snprintf(basis, sizeof(basis), "%s/" TRANSFER_BASIS, s->app.directory);
	rc = transfer_receiver_open(&config, &r);
	if (rc)
		return process_step_fail(s, "TRANSFER_FAILED", "the receiver can't listen: %s",
					 strerror(-rc));
	rc = run(s, r, once);
	transfer_receiver_close(r);
	return rc;
}
