// SPDX-License-Identifier: Apache-2.0
/*
 * Any file for `gtp5g load`: what is taken prints as a line that is taken and prints the same, and
 * as JSON that does; what isn't is told with its place. What is taken is looked at in a world in
 * which every record of an odd id is there.
 */
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gtp5g-tools/batch.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(int condition, const char *what)
{
	if (condition)
		return;
	fprintf(stderr, "fuzz_gtp5g_batch: %s\n", what);
	abort();
}

static unsigned complaints;

static void complain(const char *text, void *user)
{
	require(*text && strlen(text) < COMPLAINT_SIZE, "a complaint of nothing");
	complaints++;
}

static int driver(void *user, const char *device, enum driver *ret_driver, struct complaint *why)
{
	*ret_driver = *device == 'g' ? DRIVER_GTP : DRIVER_GTP5G;
	return 0;
}

static uint32_t version(void *user)
{
	return GTP5G_VERSION(0, 9, 10);
}

static int exists(void *user, const struct request *name, struct complaint *why)
{
	return name->rule.id & 1 ? 0 : -ENOENT;
}

static int apply(void *user, const struct request *request, struct complaint *why)
{
	abort(); /* only looked at */
}

static char *line_of(const struct request *request)
{
	char *text = NULL;
	size_t len;
	FILE *out = open_memstream(&text, &len);

	require(!!out, "no memory");
	request_print(request, out);
	fclose(out);
	return text;
}

/* The one request that a text holds */
static void same(const char *text, const char *line)
{
	char *copy = strdup(text), *again;
	struct batch batch;

	require(!!copy, "no memory");
	require(!batch_read("again", copy, strlen(copy), &batch, complain, NULL),
		"what was printed isn't taken");
	require(batch.count == 1, "it isn't one");
	again = line_of(&batch.request[0]);
	require(!strcmp(again, line), "it is another");
	free(again);
	free(copy);
	batch_done(&batch);
}

static void print_and_take(const struct request *request)
{
	json_t *object = request_json(request);
	char *json = json_dumps(object, JSON_INDENT(1));
	char *line = line_of(request);

	require(json && line, "no memory");
	same(line, line);
	same(json, line);
	free(line);
	free(json);
	json_decref(object);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct world world = {NULL, driver, version, exists, apply, apply};
	char *text = malloc(size + 1);
	struct batch batch;
	int rc;

	require(!!text, "no memory");
	memcpy(text, data, size);
	text[size] = '\0';
	complaints = 0;
	rc = batch_read("fuzz", text, size, &batch, complain, NULL);
	free(text);
	require(!rc == !complaints, "refused without a word, or not");
	for (size_t i = 0; !rc && i < batch.count && i < 64; i++)
		print_and_take(&batch.request[i]);
	if (!rc) {
		complaints = 0;
		rc = batch_check(&batch, &world, size & 1, complain, NULL);
		require(!rc == !complaints, "looked at without a word, or not");
	}
	batch_done(&batch);
	return 0;
}
