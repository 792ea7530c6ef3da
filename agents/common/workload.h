/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What an agent is told to run: an application at an edge, a service in the cloud. The image, the
 * command, and the configuration that the program gets; both may name what only the agent knows:
 *
 *   {config} its configuration file   {image} the image's directory   {state} a directory that is
 * its own {name} {number} the node's        {address} {port} where its REST interface is to listen
 * {service} the service's address {token_file} the file of the bearer token
 */
#ifndef BATON_AGENTS_WORKLOAD_H
#define BATON_AGENTS_WORKLOAD_H

#include <netinet/in.h>

#include "agents/common/manifest.h"
#include "lib/json.h"
#include "lib/yaml.h"

enum { WORKLOAD_ARGUMENTS_MAX = 32, WORKLOAD_TEXT_MAX = 1024 };

struct workload {
	char name[MANIFEST_NAME_SIZE];
	char image[MANIFEST_NAME_SIZE], version[MANIFEST_NAME_SIZE]; /* version "": any */
	struct in_addr service;					     /* zero: none */
	uint32_t rest_port;					     /* of its health and REST */
	bool start;	 /* by itself, when the agent starts */
	bool configured; /* by the agent's own file, not by REST */
	json_t *command; /* array of texts, the first a path in the image */
	json_t *config;	 /* object */
};

/** workload_read - from what a PUT's body, or workload_json, says; Return: 0, or -EINVAL and
 * @reader says why */
int workload_read(const char *name, const json_t *body, struct json_reader *reader,
		  struct workload *ret);
/** workload_read_yaml - one of a configuration file's list, with `name` and `start`; Return: 0 or
 * -EINVAL with @err set */
int workload_read_yaml(const struct yaml_doc *doc, const struct yaml_node *node,
		       struct workload *ret, struct yaml_error *err);
/** workload_json_of_yaml - a part of a configuration file; scalars become texts. Returned */
json_t *workload_json_of_yaml(const struct yaml_node *node);
void workload_done(struct workload *w);
/** workload_json - what PUT takes; @whole: `config` too, which may hold secrets; returned */
json_t *workload_json(const struct workload *w, bool whole);
bool workload_equal(const struct workload *a, const struct workload *b);

struct workload_words {
	const char *config, *image, *state, *name, *token_file;
	unsigned number, port;
	struct in_addr address, service;
};

/** workload_fill - @text with each {word} replaced, into @buf; Return: 0, -EINVAL for a word that
 * isn't one, -ENAMETOOLONG */
int workload_fill(const char *text, const struct workload_words *words,
		  char buf[WORKLOAD_TEXT_MAX]);
/** workload_fill_json - a copy of @value with every text in it filled; returned, NULL when one
 * can't be */
json_t *workload_fill_json(const json_t *value, const struct workload_words *words);

#endif
