/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A request: a verb, a noun, a link and the record that it is about. The same whether it comes from
 * the command line, a line of a batch file or a JSON object, and printed as each of the two last,
 * which are taken back.
 *
 *   pdr add upf0 1:2 --precedence 255 --source access ...
 *   {"rule": "pdr", "device": "upf0", "seid": 1, "id": 2, "precedence": 255, "source": "access",
 * ...}
 */
#ifndef BATON_GTP5G_TOOLS_REQUEST_H
#define BATON_GTP5G_TOOLS_REQUEST_H

#include <jansson.h>
#include <net/if.h>

#include "gtp5g-tools/noun.h"
#include "gtp5g-tools/words.h"

struct request {
	enum verb verb;
	const struct noun *noun;
	char device[IFNAMSIZ];
	struct place place; /* of its first word, for what is wrong with the whole */
	uint64_t derived;   /* bits of fields that nobody told: worked out of the others */
	union {
		uint64_t record; /* either begins with the mask of its fields */
		struct gtp5g_rule rule;
		struct tunnel tunnel;
	};
};

/**
 * request_read - NOUN VERB DEVICE KEY [--FIELD VALUE]...; of list, get and del what they take
 * @words: "--FIELD=VALUE" will do, too
 *
 * What the kernel would be needed for is not checked.
 * Return: 0, -EINVAL with @ret_complaint
 */
int request_read(const struct word *words, size_t count, struct request *ret_request,
		 struct complaint *ret_complaint);
/**
 * request_check - a request of VERB_ADD or VERB_MOD by itself; the others pass
 * @version: of the module; 0: none was asked yet
 *
 * Return: 0; -EINVAL: a mistake in it; -EOPNOTSUPP: none, but not with this version
 */
int request_check(const struct request *request, uint32_t version, struct complaint *ret_complaint);
/**
 * request_derive - what the module doesn't tell of a rule that it told: a PDR's source interface
 * @ran: the link is the access side's
 *
 * In a UPF what comes in a tunnel comes from access, on the access side from core. That is wrong of
 * an intermediate UPF's downlink.
 */
void request_derive(struct request *request, bool ran);
/** request_from_json - "verb" is add where it isn't there; @place: of the object */
int request_from_json(const json_t *object, const struct place *place, struct request *ret_request,
		      struct complaint *ret_complaint);

/** request_print - as a line; fields that nobody can set go into a comment at its end */
void request_print(const struct request *request, FILE *out);
/** request_json - returned */
json_t *request_json(const struct request *request);
/** request_name - "pdr upf0 1:2", into @buf; Return: @buf */
const char *request_name(const struct request *request, char *buf, size_t size);

/** fields_read - "--FIELD VALUE" of a table's fields alone; @words are all of it */
int fields_read(const struct gtp5g_table *table, const struct word *words, size_t count,
		void *record, struct complaint *ret_complaint);
/** fields_print - " --FIELD VALUE" of those that @record has and somebody sets */
void fields_print(const struct gtp5g_table *table, const void *record, FILE *out);
/** fields_json - into @object, all that @record has */
void fields_json(const struct gtp5g_table *table, const void *record, json_t *object);
/** fields_help - a line each, of those that somebody sets */
void fields_help(const struct gtp5g_table *table, FILE *out);

/** key_read - "[SEID:]ID" or an address, by the fields that are @table's key */
int key_read(const struct gtp5g_table *table, const struct word *word, void *record,
	     struct complaint *ret_complaint);

#endif
