// SPDX-License-Identifier: Apache-2.0
#include "testbed/measure/documents.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "testbed/baton.h"
#include "testbed/measure/report.h"
#include "testbed/measure/report_file.h"

int documents_json(const json_t *documents, FILE *out)
{
	const json_t *what =
		json_array_size(documents) == 1 ? json_array_get(documents, 0) : documents;

	if (json_dumpf(what, out, JSON_COMPACT | JSON_REAL_PRECISION(15)) < 0)
		return -EIO;
	fputc('\n', out);
	return 0;
}

int documents_each(const json_t *documents, FILE *out,
		   int (*print)(const json_t *document, FILE *out))
{
	const json_t *document;
	size_t i;
	int r = 0;

	json_array_foreach(documents, i, document) if (r == 0) r = print(document, out);
	return r;
}

static int write_form(const json_t *documents, const char *dir, const struct document_form *form)
{
	struct report_file f;
	int r = report_file_begin(&f);

	if (r == 0)
		r = form->print(documents, f.out);
	return report_file_end(&f, r, dir, form->name);
}

static int write_forms(const json_t *documents, const char *dir, const struct document_form *forms)
{
	int r = report_folder(dir);

	if (r < 0)
		complain("%s: %s", dir, strerror(-r));
	for (; forms->name && r == 0; forms++)
		r = write_form(documents, dir, forms);
	return r;
}

int documents_tell(const json_t *documents, const struct document_kind *kind, const char *dir,
		   bool json)
{
	int r = dir ? write_forms(documents, dir, kind->forms) : 0;
	int printed = json ? documents_json(documents, stdout)
			   : documents_each(documents, stdout, kind->table);

	if (fflush(stdout) == 0 && printed == 0)
		return r;
	complain("the report can't be printed");
	return -EIO;
}

/* ---- out of files ---- */

static bool is_of(const struct document_kind *kind, const json_t *json)
{
	const char *measurement = json_string_value(json_object_get(json, "measurement"));

	return measurement && strcmp(measurement, kind->measurement) == 0 &&
	       (!kind->is_one || kind->is_one(json));
}

static int add(json_t *documents, const char *path, const struct document_kind *kind)
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
	if (is_of(kind, report))
		json_array_append(documents, report);
	json_array_foreach(report, i, one) if (is_of(kind, one)) json_array_append(documents, one);
	json_decref(json);
	if (json_array_size(documents) > before)
		return 0;
	complain("%s: expected what `baton measure %s` wrote, or a run of an experiment with it",
		 path, kind->measurement);
	return -EINVAL;
}

static json_t *in_order(const json_t *documents, const struct document_kind *kind)
{
	size_t count = json_array_size(documents), i;
	json_t **each = calloc(count + 1, sizeof *each), *sorted = json_array();

	for (i = 0; each && i < count; i++)
		each[i] = json_array_get(documents, i);
	if (each && kind->order)
		qsort(each, count, sizeof *each, kind->order);
	for (i = 0; each && i < count; i++)
		json_array_append(sorted, each[i]);
	free(each);
	return sorted;
}

int documents_draw(const struct document_kind *kind, const char *const *files, size_t count,
		   const char *dir, bool json)
{
	json_t *found = json_array(), *documents;
	int r = 0;

	for (size_t i = 0; i < count && r == 0; i++)
		r = add(found, files[i], kind);
	documents = in_order(found, kind);
	json_decref(found);
	if (r == 0)
		r = documents_tell(documents, kind, dir, json);
	json_decref(documents);
	return r < 0 ? BATON_FAILED : BATON_OK;
}
