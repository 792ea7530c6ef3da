/* SPDX-License-Identifier: Apache-2.0 */
/* Measurements whose result is a JSON document: its forms in a folder, and reading several of them
 * back to draw them together. */
#ifndef BATON_MEASURE_DOCUMENTS_H
#define BATON_MEASURE_DOCUMENTS_H

#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>

struct document_form {
	const char *name; /* of the file; NULL ends a list */
	int (*print)(const json_t *documents, FILE *out);
};

struct document_kind {
	const char *measurement; /* of `baton measure`, which writes it as "measurement" */
	const struct document_form *forms; /* files in --out's folder */
	int (*table)(const json_t *document, FILE *out);
	/** is_one - further than by "measurement"; NULL: no further */
	bool (*is_one)(const json_t *json);
	/** order - as qsort's, of json_t *, how several are drawn; NULL: as they were given */
	int (*order)(const void *a, const void *b);
};

/** documents_json - a form: the only one, or all of them in a list; Return: 0 or -EIO */
int documents_json(const json_t *documents, FILE *out);
/** documents_each - for a form: @print of one after the other; Return: what it returned */
int documents_each(const json_t *documents, FILE *out,
		   int (*print)(const json_t *document, FILE *out));
/**
 * documents_tell - all forms into @dir (NULL: none), which is made, and the documents on standard
 * output, as JSON or as tables
 *
 * Complains; Return: 0 or a negative errno
 */
int documents_tell(const json_t *documents, const struct document_kind *kind, const char *dir,
		   bool json);
/** documents_draw - documents_tell of what is in files, where a document stands alone, in a list,
 * or as "report" of a run of an experiment; Return: an exit status */
int documents_draw(const struct document_kind *kind, const char *const *files, size_t count,
		   const char *dir, bool json);

#endif
