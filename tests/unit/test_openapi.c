// SPDX-License-Identifier: Apache-2.0
/*
 * openapi.json against the running manager: the same paths and methods, no status that it doesn't
 * name, bodies that fit their schemas, and every success that it promises shown at least once.
 */
#include <ctype.h>
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "migration-manager/openapi.h"
#include "tests/unit/json_schema.h"
#include "tests/unit/manager_world.h"

enum { SHOWN_MAX = 128 };

static const char token[] = "t0ken";
static json_t *document;
static char shown[SHOWN_MAX][96]; /* "post /v1/migrations 202" */
static size_t shown_count;

static int load(void **state)
{
	json_error_t error;

	document = json_loads(openapi_text, JSON_REJECT_DUPLICATES, &error);
	if (!document)
		print_error("line %d: %s\n", error.line, error.text);
	return document ? 0 : -1;
}

static int unload(void **state)
{
	json_decref(document);
	return 0;
}

/* ---- the checker itself ---- */

static const struct {
	const char *schema, *value;
	bool fits;
} rows[] = {
	{"{\"type\": \"integer\"}", "5", true},
	{"{\"type\": \"integer\"}", "5.5", false},
	{"{\"type\": [\"object\", \"null\"]}", "null", true},
	{"{\"type\": [\"object\", \"null\"]}", "[]", false},
	{"{\"enum\": [\"a\", \"b\"]}", "\"b\"", true},
	{"{\"enum\": [\"a\", \"b\"]}", "\"c\"", false},
	{"{\"pattern\": \"^m[0-9]+$\"}", "\"m12\"", true},
	{"{\"pattern\": \"^m[0-9]+$\"}", "\"m\"", false},
	{"{\"minimum\": 1, \"maximum\": 15}", "15", true},
	{"{\"minimum\": 1, \"maximum\": 15}", "16", false},
	{"{\"maxLength\": 2}", "\"abc\"", false},
	{"{\"required\": [\"a\"]}", "{\"b\": 1}", false},
	{"{\"properties\": {\"a\": {\"type\": \"string\"}}}", "{\"a\": 1}", false},
	{"{\"properties\": {\"a\": {}}, \"additionalProperties\": false}", "{\"b\": 1}", false},
	{"{\"items\": {\"type\": \"string\"}}", "[\"a\", 1]", false},
	{"{\"$ref\": \"#/components/schemas/State\"}", "\"ready\"", true},
	{"{\"$ref\": \"#/components/schemas/State\"}", "\"steady\"", false},
	{"{\"$ref\": \"#/components/schemas/Nothing\"}", "1", false},
	{"{\"oneOf\": []}", "1", false},
};

static void test_checker(void **state)
{
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		json_t *schema = json_loads(rows[i].schema, 0, NULL),
		       *value = json_loads(rows[i].value, JSON_DECODE_ANY, NULL);
		char why[256];

		print_message("# %zu: %s %s\n", i, rows[i].schema, rows[i].value);
		assert_int_equal(json_schema_check(document, schema, value, why, sizeof why),
				 rows[i].fits);
		json_decref(schema);
		json_decref(value);
	}
}

/* ---- the document by itself ---- */

static void check_refs(const json_t *node)
{
	const char *name, *ref = json_string_value(json_object_get(node, "$ref"));
	const json_t *each;
	size_t i;

	if (ref && !json_schema_ref(document, ref))
		fail_msg("$ref '%s' names nothing", ref);
	json_object_foreach((json_t *)node, name, each) check_refs(each);
	json_array_foreach(node, i, each)
	{
		check_refs(each);
	}
}

static void test_references(void **state)
{
	assert_string_equal(json_string_value(json_object_get(document, "openapi")), "3.1.0");
	check_refs(document);
}

static void lower(const char *method, char *buf, size_t size)
{
	size_t i;

	for (i = 0; method[i] && i + 1 < size; i++)
		buf[i] = (char)tolower((unsigned char)method[i]);
	buf[i] = '\0';
}

static const json_t *operation(const char *method, const char *path)
{
	char name[16];

	lower(method, name, sizeof name);
	return json_object_get(json_object_get(json_object_get(document, "paths"), path), name);
}

static bool is_route(const char *method, const char *path)
{
	char name[16];

	for (const struct http_route *r = rest_routes; r->method; r++) {
		lower(r->method, name, sizeof name);
		if (strcmp(name, method) == 0 && strcmp(r->path, path) == 0)
			return true;
	}
	return false;
}

static void test_same_routes(void **state)
{
	const char *path, *method;
	const json_t *item, *op;

	for (const struct http_route *r = rest_routes; r->method; r++)
		if (!operation(r->method, r->path))
			fail_msg("%s %s is not in the document", r->method, r->path);
	json_object_foreach(json_object_get(document, "paths"), path, item)
	{
		json_object_foreach((json_t *)item, method, op)
		{
			if (strcmp(method, "parameters") != 0 && !is_route(method, path))
				fail_msg("%s %s is in the document alone", method, path);
		}
	}
}

static bool has_parameter(const json_t *list, const char *name, size_t len)
{
	const json_t *each;
	size_t i;

	json_array_foreach(list, i, each)
	{
		const json_t *p = json_schema_deref(document, each);
		const char *have = json_string_value(json_object_get(p, "name"));

		if (strlen(have) == len && strncmp(have, name, len) == 0)
			return strcmp(json_string_value(json_object_get(p, "in")), "path") == 0 &&
			       json_is_true(json_object_get(p, "required"));
	}
	return false;
}

/* Names of path parameters, operation ids, and a token for what changes something. */
static void test_operations(void **state)
{
	json_t *ids = json_object();

	for (const struct http_route *r = rest_routes; r->method; r++) {
		const json_t *op = operation(r->method, r->path),
			     *item = json_object_get(json_object_get(document, "paths"), r->path),
			     *security = json_object_get(op, "security");
		const char *id = json_string_value(json_object_get(op, "operationId"));
		bool open = strcmp(r->method, "GET") == 0 || r->open;

		assert_non_null(id);
		assert_null(json_object_get(ids, id));
		json_object_set_new(ids, id, json_true());
		assert_non_null(json_object_get(op, "summary"));
		for (const char *at = r->path; (at = strchr(at, '{')); at++)
			assert_true(has_parameter(json_object_get(item, "parameters"), at + 1,
						  strcspn(at + 1, "}")));
		assert_int_equal(open, security && json_array_size(security) == 0);
		assert_int_equal(!open,
				 json_object_get(json_object_get(op, "responses"), "401") != NULL);
	}
	json_decref(ids);
}

/* ---- against the server ---- */

struct answer {
	char head[2048], body[65536];
	unsigned status;
	size_t len;
	bool over;
};

static void answer_read(struct answer *a, int fd)
{
	char *all = a->body;
	ssize_t n = recv(fd, all + a->len, sizeof a->body - a->len - 1, MSG_DONTWAIT);

	if (n > 0)
		a->len += (size_t)n;
	else if (n == 0 || errno != EAGAIN)
		a->over = true;
	all[a->len] = '\0';
}

static void header_of(const struct answer *a, const char *name, char *buf, size_t size)
{
	const char *at = strstr(a->head, name);

	buf[0] = '\0';
	if (at)
		snprintf(buf, size, "%.*s", (int)strcspn(at + strlen(name), "\r"),
			 at + strlen(name));
}

/* A stream without an end has been answered with its first event. */
static bool is_enough(const struct answer *a, const char *path)
{
	return a->over ||
	       (!strncmp(path, "/v1/events?since_ns=1", 21) && strstr(a->body, "event: state"));
}

static void exchange(struct world *w, const char *method, const char *path, const char *body,
		     const char *headers, struct answer *a)
{
	struct sockaddr_in to = {.sin_family = AF_INET,
				 .sin_port = htons(w->port),
				 .sin_addr = peers_address()};
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	char request[2048], *end;
	int len = snprintf(request, sizeof request,
			   "%s %s HTTP/1.1\r\nHost: x\r\nConnection: close\r\n%sContent-Type: "
			   "application/json\r\nContent-Length: %zu\r\n\r\n%s",
			   method, path, headers, strlen(body), body);

	memset(a, 0, sizeof *a);
	assert_int_equal(connect(fd, (struct sockaddr *)&to, sizeof to), 0);
	assert_int_equal(send(fd, request, (size_t)len, MSG_NOSIGNAL), len);
	world_wait(w, (answer_read(a, fd), is_enough(a, path)));
	close(fd);
	end = strstr(a->body, "\r\n\r\n");
	assert_non_null(end);
	snprintf(a->head, sizeof a->head, "%.*s\r\n", (int)(end - a->body), a->body);
	memmove(a->body, end + 4, strlen(end + 4) + 1);
	assert_int_equal(sscanf(a->head, "HTTP/1.1 %u", &a->status), 1);
}

/* The body fits the schema that the document gives for its media type. */
static void check_body(const json_t *response, const struct answer *a)
{
	const json_t *content = json_object_get(response, "content"), *schema;
	char type[64], why[512];
	json_t *value;

	header_of(a, "Content-Type: ", type, sizeof type);
	if (!content) {
		assert_string_equal(a->body, "");
		return;
	}
	type[strcspn(type, ";")] = '\0';
	schema = json_object_get(json_object_get(content, type), "schema");
	if (!schema)
		fail_msg("media type '%s' is not in the document", type);
	if (!strstr(type, "json")) {
		assert_true(a->body[0]);
		return;
	}
	value = json_loads(a->body, 0, NULL);
	assert_non_null(value);
	if (!json_schema_check(document, schema, value, why, sizeof why))
		fail_msg("%s\n%s", why, a->body);
	json_decref(value);
}

static void check_headers(const json_t *response, const struct answer *a)
{
	const char *name;
	const json_t *each;
	char value[128], key[64];

	json_object_foreach(json_object_get(response, "headers"), name, each)
	{
		snprintf(key, sizeof key, "%s: ", name);
		header_of(a, key, value, sizeof value);
		if (!value[0])
			fail_msg("header '%s' is missing", name);
	}
}

/* @route: as in the document; @path: as asked for */
static void show(struct world *w, const char *method, const char *route, const char *path,
		 const char *body, unsigned status, const char *headers)
{
	static struct answer a;
	const json_t *response;
	char text[16], bearer[128];

	print_message("# %s %s -> %u\n", method, path, status);
	snprintf(bearer, sizeof bearer, "Authorization: Bearer %s\r\n%s", token, headers);
	exchange(w, method, path, body, strcmp(headers, "none") == 0 ? "" : bearer, &a);
	if (a.status != status)
		print_error("%s\n%s\n", a.head, a.body);
	assert_int_equal(a.status, status);
	snprintf(text, sizeof text, "%u", status);
	response = json_schema_deref(
		document,
		json_object_get(json_object_get(operation(method, route), "responses"), text));
	if (!response)
		fail_msg("%s %s: status %u is not in the document", method, route, status);
	check_body(response, &a);
	check_headers(response, &a);
	assert_true(shown_count < SHOWN_MAX);
	lower(method, shown[shown_count], 16);
	snprintf(shown[shown_count] + strlen(method), sizeof shown[0] - strlen(method), " %s %u",
		 route, status);
	shown_count++;
}

static bool was_shown(const char *method, const char *path, const char *status)
{
	char text[96];

	snprintf(text, sizeof text, "%s %s %s", method, path, status);
	for (size_t i = 0; i < shown_count; i++)
		if (strcmp(shown[i], text) == 0)
			return true;
	return false;
}

static void every_success_was_shown(void)
{
	const char *path, *method, *status;
	const json_t *item, *op, *response;

	json_object_foreach(json_object_get(document, "paths"), path, item)
	{
		json_object_foreach((json_t *)item, method, op)
		{
			json_object_foreach(json_object_get(op, "responses"), status, response)
			{
				if (status[0] == '2' && !was_shown(method, path, status))
					fail_msg("%s %s was never answered %s", method, path,
						 status);
			}
		}
	}
}

#define POST_B "{\"ue\": \"" PEER_SUPI "\", \"destination\": \"edge-b\", \"hold_ms\": 60000}"
#define M      "/v1/migrations"

static void show_begin(struct world *w)
{
	show(w, "POST", M, M, POST_B, 401, "none");
	show(w, "POST", M, M, "{}", 400, "");
	show(w, "POST", M, M, "{\"ue\": \"imsi-77777\", \"destination\": \"edge-b\"}", 404, "");
	show(w, "POST", M, M, POST_B, 202, "Idempotency-Key: 1\r\n");
	show(w, "POST", M, M, "{}", 422, "Idempotency-Key: 1\r\n");
	show(w, "POST", M, M, POST_B, 409, "");
	world_wait(w, world_holds(w, "m1"));
}

static void show_migration(struct world *w)
{
	show(w, "GET", M, M "?ue=" PEER_SUPI, "", 200, "none");
	show(w, "GET", M "/{id}", M "/m1", "", 200, "none");
	show(w, "GET", M "/{id}", M "/m9", "", 404, "none");
	show(w, "POST", M "/{id}/cancel", M "/m1/cancel", "", 409, "");
	show(w, "DELETE", M "/{id}", M "/m1", "", 409, "");
	show(w, "POST", M "/{id}/switch-back", M "/m1/switch-back", "", 202, "");
	show(w, "POST", M "/{id}/switch-back", M "/m1/switch-back", "", 409, "");
	world_wait(w, world_holds(w, "m1"));
	show(w, "POST", M "/{id}/switch", M "/m1/switch", "", 202, "");
	world_wait(w, world_ended(w, "m1"));
	show(w, "POST", M "/{id}/switch", M "/m1/switch", "", 409, "");
	show(w, "GET", M "/{id}/events", M "/m1/events", "", 200, "none");
	show(w, "GET", M "/{id}/events", M "/m9/events", "", 404, "none");
	show(w, "GET", "/v1/events", "/v1/events?since_ns=1", "", 200, "none");
	show(w, "GET", "/v1/events", "/v1/events?since_ns=x", "", 400, "none");
	show(w, "DELETE", M "/{id}", M "/m1", "", 204, "");
	show(w, "DELETE", M "/{id}", M "/m1", "", 404, "");
}

static void show_cancel(struct world *w)
{
	peers_fault(&w->peers,
		    &(struct fault){.at = "establish", .what = FAULT_LATE, .late_ms = 500});
	show(w, "POST", M, M, POST_B, 202, "");
	world_wait(w, strstr(w->peers.trace + 1, "establish"));
	show(w, "POST", M "/{id}/cancel", M "/m2/cancel", "", 202, "");
	world_wait(w, world_ended(w, "m2"));
	show(w, "GET", M, M, "", 200, "none");
}

static void show_registry(struct world *w)
{
	static const char edge[] = "{\"url\": \"http://127.0.0.1:1\", \"dnai\": \"c\"}",
			  ue[] = "{\"url\": \"http://127.0.0.1:1\"}";

	show(w, "GET", "/v1/edges", "/v1/edges", "", 200, "none");
	show(w, "PUT", "/v1/edges/{id}", "/v1/edges/c", edge, 201, "");
	show(w, "PUT", "/v1/edges/{id}", "/v1/edges/c", edge, 204, "");
	show(w, "PUT", "/v1/edges/{id}", "/v1/edges/c", "{}", 400, "");
	show(w, "PUT", "/v1/edges/{id}", "/v1/edges/c", edge, 401, "none");
	show(w, "GET", "/v1/edges/{id}", "/v1/edges/edge-a", "", 200, "none");
	show(w, "GET", "/v1/edges/{id}", "/v1/edges/z", "", 404, "none");
	show(w, "GET", "/v1/ues", "/v1/ues", "", 200, "none");
	show(w, "PUT", "/v1/ues/{supi}", "/v1/ues/imsi-55555", ue, 201, "");
	show(w, "PUT", "/v1/ues/{supi}", "/v1/ues/imsi-55555", ue, 204, "");
	show(w, "PUT", "/v1/ues/{supi}", "/v1/ues/imsi-5", ue, 400, "");
	show(w, "GET", "/v1/ues/{supi}", "/v1/ues/imsi-55555", "", 200, "none");
	show(w, "GET", "/v1/ues/{supi}", "/v1/ues/imsi-5", "", 404, "none");
}

static void show_rest(struct world *w)
{
	show(w, "GET", "/v1/pdu-sessions", "/v1/pdu-sessions", "", 200, "none");
	show(w, "GET", "/v1/pdu-sessions", "/v1/pdu-sessions?supi=x", "", 400, "none");
	show(w, "GET", "/v1/about", "/v1/about", "", 200, "none");
	show(w, "GET", "/healthz", "/healthz", "", 204, "none");
	show(w, "GET", "/openapi.json", "/openapi.json", "", 200, "none");
	show(w, "GET", "/metrics", "/metrics", "", 200, "none");
	w->peers.smf.crash_wanted = true;
	w->peers.smf.crash_ms = 60000;
	world_wait(w, !w->peers.smf.server);
	show(w, "GET", "/v1/pdu-sessions", "/v1/pdu-sessions", "", 502, "none");
}

static void test_answers(void **state)
{
	struct world *w = *state;

	show_begin(w);
	show_migration(w);
	show_cancel(w);
	show_registry(w);
	show_rest(w);
	every_success_was_shown();
}

static void test_document_is_served(void **state)
{
	struct world *w = *state;
	json_t *served;

	world_ask(w, "GET", "/openapi.json", NULL);
	served = json_loads(w->answer.text, 0, NULL);
	assert_true(json_equal(served, document));
	json_decref(served);
}

/* Every family has its HELP and TYPE, and each sample a number. */
static void test_metrics(void **state)
{
	struct world *w = *state;
	char *line, *rest, family[128] = "";

	world_ask(w, "GET", "/metrics", NULL);
	for (line = strtok_r(w->answer.text, "\n", &rest); line;
	     line = strtok_r(NULL, "\n", &rest)) {
		char *end, *value = strrchr(line, ' ');

		assert_non_null(value);
		if (strncmp(line, "# TYPE ", 7) == 0)
			snprintf(family, sizeof family, "%.*s", (int)strcspn(line + 7, " "),
				 line + 7);
		if (line[0] == '#')
			continue;
		assert_true(family[0] && strncmp(line, family, strlen(family)) == 0);
		strtod(value + 1, &end);
		assert_true(end > value + 1 && *end == '\0');
	}
	assert_true(family[0]);
}

int main(void)
{
#define ROW(name) cmocka_unit_test_setup_teardown(name, world_setup, world_teardown)
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_checker),
		cmocka_unit_test(test_references),
		cmocka_unit_test(test_same_routes),
		cmocka_unit_test(test_operations),
		ROW(test_answers),
		ROW(test_document_is_served),
		ROW(test_metrics),
	};

	return cmocka_run_group_tests(tests, load, unload);
}
