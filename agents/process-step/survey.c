// SPDX-License-Identifier: Apache-2.0
/* survey: what the manager must know of this edge before it begins. */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/statvfs.h>
#include <sys/utsname.h>

#include "agents/common/image.h"
#include "agents/process-step/arguments.h"
#include "agents/process-step/cooperative.h"
#include "agents/process-step/kinds.h"
#include "agents/process-step/soundness.h"
#include "agents/process-step/victim.h"
#include "agents/process/tree.h"
#include "agents/transfer/incoming.h"
#include "agents/transfer/tree.h"
#include "lib/file.h"
#include "lib/hex.h"
#include "lib/json.h"

enum { TEXT_MAX = 16384, PIDS_ASKED_MAX = 1024 };

/* The value behind "@name" and blanks or a colon, at the beginning of a line of @text */
static const char *find_line(const char *text, const char *name)
{
	size_t len = strlen(name);

	for (; text; text = strchr(text, '\n') ? strchr(text, '\n') + 1 : NULL)
		if (!strncmp(text, name, len) && strchr(" \t:", text[len]))
			return text + len + strspn(text + len, " \t:");
	return NULL;
}

static json_t *cpu_flags(void)
{
	char text[TEXT_MAX], *save = NULL;
	json_t *list = json_array();
	const char *line;
	char *flags;

	if (file_read_text("/proc/cpuinfo", text, sizeof(text)) < 0)
		return list;
	line = find_line(text, "flags");
	flags = line ? text + (line - text) : NULL;
	if (flags)
		flags[strcspn(flags, "\n")] = '\0';
	for (char *word = flags ? strtok_r(flags, " ", &save) : NULL; word;
	     word = strtok_r(NULL, " ", &save))
		json_array_append_new(list, json_string(word));
	return list;
}

static uint64_t memory_free(void)
{
	char text[TEXT_MAX];
	const char *line;

	if (file_read_text("/proc/meminfo", text, sizeof(text)) < 0)
		return 0;
	line = find_line(text, "MemAvailable");
	return line ? strtoull(line, NULL, 10) * 1024 : 0;
}

static uint64_t disk_free(const char *path)
{
	struct statvfs st;

	return statvfs(path, &st) ? 0 : (uint64_t)st.f_bavail * st.f_frsize;
}

/* What a receiver never fills */
static uint64_t disk_kept(const char *path)
{
	struct statvfs st;

	return statvfs(path, &st) ? 0 : (uint64_t)st.f_blocks * st.f_frsize / INCOMING_KEPT_PART;
}

/* ---- parts of the outcome ---- */

static void take_process(struct process_step *s)
{
	pid_t tree[PROCESS_TREE_MAX];
	json_t *pids = json_array();
	uint64_t memory = 0;
	struct process p;
	size_t count;

	json_object_set_new(s->outcome, "pids", pids);
	if (victim_find(s, &p))
		return;
	count = process_tree(p.pid, tree);
	for (size_t i = 0; i < count; i++) {
		json_array_append_new(pids, json_integer(tree[i]));
		memory += process_resident(tree[i]);
	}
	json_object_set_new(s->outcome, "memory", json_integer((json_int_t)memory));
}

static int take_taken(struct process_step *s)
{
	const json_t *asked = json_object_get(s->args, "pids"), *pid;
	json_t *taken = json_array();
	bool wrong = argument_is_given(s, "pids") && !json_is_array(asked);
	size_t i;

	json_object_set_new(s->outcome, "pids_taken", taken);
	json_array_foreach(asked, i, pid)
	{
		wrong |= i == PIDS_ASKED_MAX || !json_is_integer(pid) ||
			 json_integer_value(pid) < 1 || json_integer_value(pid) > INT_MAX;
		if (wrong)
			break;
		if (process_start_time((pid_t)json_integer_value(pid)))
			json_array_append(taken, (json_t *)(uintptr_t)pid);
	}
	return wrong ? process_step_fail(s, "STEP_FAILED", "pids: expected a list of at most %d",
					 PIDS_ASKED_MAX)
		     : 0;
}

/* Two of the same name may differ; what tells is the manifest, by its digest. */
static json_t *manifest_json(const struct process_step *s, const char *image,
			     const struct manifest *m)
{
	char path[2 * STEP_PATH_SIZE], text[2 * TRANSFER_DIGEST_SIZE + 1];
	uint8_t digest[TRANSFER_DIGEST_SIZE];

	snprintf(path, sizeof(path), "%s/%s", s->node.repository, image);
	if (!m || tree_manifest_digest(path, digest))
		return json_null();
	return json_pack("{s:s, s:I}", "digest", hex_text(digest, sizeof(digest), text), "bytes",
			 (json_int_t)m->bytes);
}

static void take_layers(struct process_step *s)
{
	struct manifest *application = NULL, *base = NULL;
	struct image_error err;

	if (image_load(s->node.repository, s->app.image, &application, &err))
		application = NULL;
	if (image_load(s->node.repository, "base", &base, &err))
		base = NULL;
	json_object_set_new(s->outcome, "image",
			    application ? json_string(application->version) : json_null());
	json_object_set_new(
		s->outcome, "layers",
		json_pack("{s:b, s:b}", "base", base != NULL, "application", application != NULL));
	json_object_set_new(s->outcome, "manifests",
			    json_pack("{s:o, s:o}", "base", manifest_json(s, "base", base),
				      "application", manifest_json(s, s->app.image, application)));
	if (application)
		manifest_free(application);
	if (base)
		manifest_free(base);
}

static void take_node(struct process_step *s)
{
	struct utsname name;

	uname(&name);
	json_object_set_new(s->outcome, "kernel", json_string(name.release));
	json_object_set_new(s->outcome, "wan_address", json_ipv4(s->node.wan_address));
	json_object_set_new(s->outcome, "cpu", cpu_flags());
	json_object_set_new(s->outcome, "memory_free", json_integer((json_int_t)memory_free()));
	json_object_set_new(s->outcome, "disk_free",
			    json_integer((json_int_t)disk_free(s->node.directory)));
	json_object_set_new(s->outcome, "disk_kept",
			    json_integer((json_int_t)disk_kept(s->node.directory)));
}

int step_survey(struct process_step *s)
{
	json_t *criu;
	int rc;

	if (take_taken(s))
		return -1;
	rc = soundness_get(s->node.directory, &criu);
	if (rc == -ECANCELED)
		return process_step_fail(s, "CANCELLED", "while another tried CRIU");
	if (rc)
		return process_step_fail_errno(s, rc, s->node.directory);
	json_object_set_new(s->outcome, "criu", criu);
	if (s->app.cooperative)
		json_object_set_new(s->outcome, "cooperative", cooperative_survey(s));
	take_node(s);
	take_process(s);
	take_layers(s);
	return 0;
}
