// SPDX-License-Identifier: Apache-2.0
/* Files that `measure clips` writes, and reads to draw them together. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "testbed/measure/clips.h"
#include "testbed/measure/report.h"
#include "testbed/measure/report_file.h"

/* Of the only document, or all of them in a list */
static int print_json(const json_t *documents, FILE *out)
{
	const json_t *what =
		json_array_size(documents) == 1 ? json_array_get(documents, 0) : documents;

	if (json_dumpf(what, out, JSON_COMPACT | JSON_REAL_PRECISION(15)) < 0)
		return -EIO;
	fputc('\n', out);
	return 0;
}

static int print_csv(const json_t *documents, FILE *out)
{
	const json_t *document;
	size_t i;
	int r = 0;

	json_array_foreach(documents, i, document) if (r == 0) r = clips_csv(document, out);
	return r;
}

static int write_form(const json_t *documents, const char *dir, const char *name,
		      int (*print)(const json_t *, FILE *))
{
	struct report_file f;
	int r = report_file_begin(&f);

	if (r == 0)
		r = print(documents, f.out);
	return report_file_end(&f, r, dir, name);
}

int clips_write(const json_t *documents, const char *dir)
{
	static const struct {
		const char *name;
		int (*print)(const json_t *, FILE *);
	} forms[] = {{"clips.json", print_json},
		     {"clips.csv", print_csv},
		     {"clips-share.svg", clips_share_svg},
		     {"clips-jumps.svg", clips_jumps_svg}};
	int r = report_folder(dir);

	if (r < 0)
		complain("%s: %s", dir, strerror(-r));
	for (size_t i = 0; i < sizeof forms / sizeof forms[0] && r == 0; i++)
		r = write_form(documents, dir, forms[i].name, forms[i].print);
	return r;
}

/* ---- together ---- */

static bool is_document(const json_t *json)
{
	const char *measurement = json_string_value(json_object_get(json, "measurement"));
	const char *variant = json_string_value(json_object_get(json, "variant"));

	return measurement && strcmp(measurement, "clips") == 0 && variant &&
	       clips_variant_find(variant);
}

/* A clips.json of one measurement or several, or a run of an experiment, which has it as "report"
 */
static int add_file(json_t *documents, const char *path)
{
	json_error_t err;
	json_t *json = json_load_file(path, 0, &err), *report, *one;
	size_t before = json_array_size(documents), i;

	if (!json) {
		complain("%s: %s", path, err.text);
		return -EINVAL;
	}
	report = json_object_get(json, "report");
	report = report ? report : json;
	if (is_document(report))
		json_array_append(documents, report);
	json_array_foreach(report, i, one) if (is_document(one)) json_array_append(documents, one);
	json_decref(json);
	if (json_array_size(documents) > before)
		return 0;
	complain("%s: expected what `baton measure clips` wrote, or a run of an experiment with it",
		 path);
	return -EINVAL;
}

int clips_draw(const struct clips_options *o)
{
	json_t *documents = json_array(), *document;
	int r = 0;
	size_t i;

	for (i = 0; i < o->draw && r == 0; i++)
		r = add_file(documents, o->draw_file[i]);
	if (r == 0)
		r = clips_write(documents, o->out);
	if (r == 0 && o->json)
		print_json(documents, stdout);
	else if (r == 0)
		json_array_foreach(documents, i, document) clips_table(document, stdout);
	json_decref(documents);
	return r < 0 ? BATON_FAILED : BATON_OK;
}
