// SPDX-License-Identifier: Apache-2.0
/* Usage reports, asked for or as they come, and packets of FARs that buffer: one line each. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gtp5g-tools/tools.h"
#include "lib/hex.h"

/* " name value" of all that a record has */
static void print_fields(const struct gtp5g_table *table, const void *record)
{
	for (size_t i = 0; i < table->count; i++) {
		if (!gtp5g_has(record, i))
			continue;
		printf(" %s ", table->field[i].name);
		gtp5g_print(table, i, record, stdout);
	}
}

static void print_object(json_t *object)
{
	json_dumpf(object, stdout, JSON_COMPACT);
	printf("\n");
	json_decref(object);
}

void report_print(bool json, const char *device, const struct gtp5g_report *report)
{
	json_t *object;

	if (!json) {
		printf("report");
		if (device)
			printf(" device %s", device);
		print_fields(&gtp5g_report_table, report);
		printf("\n");
		return;
	}
	object = json_pack("{s:s}", "what", "report");
	if (device)
		json_object_set_new(object, "device", json_string(device));
	fields_json(&gtp5g_report_table, report, object);
	print_object(object);
}

static void packet_print(bool json, const struct gtp5g_packet *packet)
{
	char *hex = malloc(2 * packet->len + 1);
	json_t *object;

	if (hex && packet->octets)
		hex_text(packet->octets, packet->len, hex);
	else if (hex)
		hex[0] = '\0';
	if (!json) {
		printf("packet");
		print_fields(&gtp5g_packet_table, packet);
		printf(" octets %s\n", hex ? hex : "");
	} else {
		object = json_pack("{s:s}", "what", "packet");
		fields_json(&gtp5g_packet_table, packet, object);
		json_object_set_new(object, "octets", json_string(hex ? hex : ""));
		print_object(object);
	}
	free(hex);
}

/* ---- watch ---- */

struct watch {
	bool json;
	uint64_t left; /* lines to print */
};

static void on_packet(const struct gtp5g_packet *packet, void *user)
{
	struct watch *w = user;

	if (!w->left)
		return;
	w->left--;
	packet_print(w->json, packet);
}

static void on_report(const struct gtp5g_report *report, void *user)
{
	struct watch *w = user;

	if (!w->left)
		return;
	w->left--;
	report_print(w->json, NULL, report);
}

static int watch(struct watch *w)
{
	static const struct gtp5g_listener_ops ops = {on_packet, on_report};
	struct gtp5g_listener *listener;
	int rc = gtp5g_listen(&listener);

	if (rc) {
		complain(rc == -ENOENT ? "the module gtp5g isn't loaded" : "gtp5g: %s",
			 strerror(-rc));
		return TOOLS_FAILED;
	}
	complain("watching"); /* from here on nothing is missed */
	while (!rc && w->left) {
		rc = gtp5g_listener_read(listener, &ops, w);
		if (fflush(stdout))
			break;
		if (rc != -ENOBUFS && rc != -EBADMSG && rc != -E2BIG)
			continue;
		complain(rc == -ENOBUFS ? "some were lost: they came faster than they are read"
					: "a message that isn't understood");
		rc = 0;
	}
	gtp5g_listener_close(listener);
	if (rc)
		complain("gtp5g: %s", strerror(-rc));
	return rc || ferror(stdout) ? TOOLS_FAILED : TOOLS_OK;
}

static const struct gtp5g_field watch_fields[] = {
	{.name = "count",
	 .type = GTP5G_NUMBER,
	 .offset = sizeof(uint64_t),
	 .store = 8,
	 .min = 1,
	 .max = UINT32_MAX,
	 .argument = "N",
	 .help = "lines"},
};
static const struct gtp5g_table watch_table = {"report watch", watch_fields, 1};

static int watch_main(struct tools *tools)
{
	struct {
		uint64_t has, count;
	} options = {0, UINT64_MAX};
	struct watch w = {.json = tools->json};
	struct complaint complaint;

	if (fields_read(&watch_table, tools->words.word + 1, tools->words.count - 1, &options,
			&complaint)) {
		complain_text(complaint.text, NULL);
		return TOOLS_USAGE;
	}
	w.left = options.count;
	return watch(&w);
}

/* ---- get ---- */

static int get_one(struct tools *tools, struct kernel_world *kernel, const struct link *link,
		   const struct gtp5g_rule *name)
{
	struct gtp5g_report report;

	if (gtp5g_report_get(kernel->gtp5g, link->ifindex, name->seid, name->id, &report)) {
		complain("%s: %s", link->name, gtp5g_why(kernel->gtp5g));
		return TOOLS_FAILED;
	}
	report_print(tools->json, link->name, &report);
	return TOOLS_OK;
}

static int get_all(struct tools *tools, const char *device, const struct gtp5g_rule *names,
		   size_t count)
{
	struct kernel_world kernel;
	struct complaint why;
	const struct link *link;
	int rc = tools_open(tools, &kernel);

	if (rc != TOOLS_OK)
		return rc;
	if (kernel_world_link(&kernel, device, &link, &why) || kernel_world_gtp5g(&kernel, &why)) {
		complain_text(why.text, NULL);
		rc = TOOLS_FAILED;
	}
	for (size_t i = 0; rc == TOOLS_OK && i < count; i++)
		rc = get_one(tools, &kernel, link, &names[i]);
	kernel_world_close(&kernel);
	return rc;
}

static int get_main(struct tools *tools)
{
	const size_t count = tools->words.count > 2 ? tools->words.count - 2 : 0;
	struct gtp5g_rule *names;
	struct complaint complaint;
	int rc = TOOLS_OK;

	if (!count) {
		complain("usage: report get DEVICE [SEID:]URR...");
		return TOOLS_USAGE;
	}
	names = calloc(count, sizeof(*names));
	if (!names)
		return TOOLS_FAILED;
	for (size_t i = 0; rc == TOOLS_OK && i < count; i++)
		if (key_read(gtp5g_table(GTP5G_URR), &tools->words.word[i + 2], &names[i],
			     &complaint)) {
			complain_text(complaint.text, NULL);
			rc = TOOLS_USAGE;
		}
	if (rc == TOOLS_OK)
		rc = get_all(tools, tools->words.word[1].text, names, count);
	free(names);
	return rc;
}

int report_main(struct tools *tools)
{
	const char *verb = tools->words.count ? tools->words.word[0].text : "";

	if (!strcmp(verb, "get"))
		return get_main(tools);
	if (!strcmp(verb, "watch"))
		return watch_main(tools);
	complain("usage: report get DEVICE [SEID:]URR... | report watch [--count N]");
	return TOOLS_USAGE;
}
