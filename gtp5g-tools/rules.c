// SPDX-License-Identifier: Apache-2.0
/* Rules and tunnels: one request, and a file of them. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "gtp5g-tools/list.h"
#include "lib/file.h"

/* ---- one request ---- */

/* A mistake in the request itself, which no kernel would take; anything else depends on what is
 * there, the module's version included */
static int exit_of(int rc)
{
	return rc == -EINVAL ? TOOLS_USAGE : TOOLS_FAILED;
}

static int change(struct kernel_world *kernel, struct request *request)
{
	const struct batch batch = {request, 1};
	size_t done;
	int rc = batch_check(&batch, &kernel->world, false, complain_text, NULL);

	if (rc)
		return exit_of(rc);
	rc = batch_apply(&batch, &kernel->world, false, &done, complain_text, NULL);
	return rc ? TOOLS_FAILED : TOOLS_OK;
}

static int get(struct tools *tools, struct kernel_world *kernel, const struct request *name)
{
	struct request request;
	struct complaint why;
	struct found found = {&request, 1, 1, false};

	if (kernel_world_get(kernel, name, &request, &why)) {
		complain_text(why.text, NULL);
		return TOOLS_FAILED;
	}
	return found_print(&found, tools->json);
}

int rule_main(struct tools *tools, const struct noun *noun)
{
	struct word word[WORDS_MAX + 1] = {{noun->name, {NULL, 1, 0}}};
	struct kernel_world kernel;
	struct complaint complaint;
	struct request request;
	int rc;

	memcpy(word + 1, tools->words.word, tools->words.count * sizeof(word[0]));
	if (request_read(word, tools->words.count + 1, &request, &complaint) ||
	    request_check(&request, 0, &complaint)) {
		complain_text(complaint.text, NULL);
		return TOOLS_USAGE;
	}
	if (tools_open(tools, &kernel) != TOOLS_OK)
		return TOOLS_FAILED;
	if (request.verb == VERB_LIST)
		rc = list_print(tools, &kernel, noun, *request.device ? request.device : NULL);
	else if (request.verb == VERB_GET)
		rc = get(tools, &kernel, &request);
	else
		rc = change(&kernel, &request);
	kernel_world_close(&kernel);
	return rc;
}

/* ---- load ---- */

enum { INPUT_MAX = 16 << 20, PIECE = 64 << 10 };

/* Standard input to its end, as file_read_all does a file */
static int read_input(char **ret_text, size_t *ret_len)
{
	size_t len = 0, room = 0;
	char *text = NULL;
	ssize_t got = 1;

	while (got > 0 && len <= INPUT_MAX) {
		char *grown = room - len > PIECE ? text : realloc(text, (room += 4 * PIECE));

		if (!grown)
			break;
		text = grown;
		got = read(STDIN_FILENO, text + len, PIECE);
		len += got > 0 ? (size_t)got : 0;
	}
	if (got) {
		free(text);
		return got < 0 ? -errno : len > INPUT_MAX ? -EFBIG : -ENOMEM;
	}
	text[len] = '\0';
	*ret_text = text;
	*ret_len = len;
	return 0;
}

static int load_batch(struct tools *tools, const struct batch *batch, bool atomic, bool dry)
{
	struct kernel_world kernel;
	size_t done = 0;
	int rc;

	if (tools_open(tools, &kernel) != TOOLS_OK)
		return TOOLS_FAILED;
	rc = batch_check(batch, &kernel.world, atomic, complain_text, NULL);
	if (rc) {
		complain("nothing was sent");
		rc = exit_of(rc);
	} else if (!dry && batch_apply(batch, &kernel.world, atomic, &done, complain_text, NULL)) {
		complain("%zu of %zu are in force%s", done, batch->count,
			 atomic ? "" : ", those before this one; those behind it weren't tried");
		rc = TOOLS_FAILED;
	}
	kernel_world_close(&kernel);
	return rc;
}

int load_main(struct tools *tools)
{
	const bool atomic = take_flag(&tools->words, "atomic");
	const bool dry = take_flag(&tools->words, "dry-run");
	struct batch batch = {0};
	const char *path;
	char *text;
	size_t len;
	int rc;

	if (tools->words.count != 1 || !strncmp(tools->words.word[0].text, "--", 2)) {
		complain("usage: load FILE|- [--atomic] [--dry-run]");
		return TOOLS_USAGE;
	}
	path = tools->words.word[0].text;
	rc = strcmp(path, "-") != 0 ? file_read_all(path, &text, &len) : read_input(&text, &len);
	if (rc) {
		complain("%s: %s", path, strerror(-rc));
		return TOOLS_FAILED;
	}
	rc = batch_read(path, text, len, &batch, complain_text, NULL);
	if (rc) {
		complain("%s: nothing was sent", path);
		rc = exit_of(rc);
	} else {
		rc = load_batch(tools, &batch, atomic, dry);
	}
	batch_done(&batch);
	free(text);
	return rc;
}
