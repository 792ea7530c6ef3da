// SPDX-License-Identifier: Apache-2.0
/*
 * From a request to its handler: the path's route, then method, token, size, media type and syntax
 * of the body. Each thing that is wrong has its status and its cause (RFC 9110, TS 29.500
 * cl. 5.2.7.2).
 */
#include "lib/http_internal.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

static const char *segment_end(const char *at)
{
	return at + strcspn(at, "/");
}

static bool is_param(const char *segment, const char *end)
{
	return end - segment > 2 && segment[0] == '{' && end[-1] == '}';
}

/* "{path...}": the rest of the path */
static bool is_rest(const char *segment, const char *end)
{
	return is_param(segment, end) && end - segment > 5 && memcmp(end - 4, "...}", 4) == 0;
}

static bool path_matches(const char *pattern, const char *path)
{
	while (*pattern == '/' && *path == '/') {
		const char *want = ++pattern, *have = ++path;

		pattern = segment_end(want);
		path = segment_end(have);
		if (is_rest(want, pattern))
			return *have != '\0';
		if (is_param(want, pattern)) {
			if (path == have)
				return false; /* an empty parameter is none */
		} else if (path - have != pattern - want ||
			   memcmp(want, have, (size_t)(path - have)) != 0) {
			return false;
		}
	}
	return *pattern == '\0' && *path == '\0';
}

/* Cuts the path into its segments and keeps those that are parameters. */
static void take_params(struct http_request *req)
{
	const char *pattern = req->route->path;
	char *path = req->path;
	size_t count = 0;

	while (*pattern == '/') {
		const char *want = pattern + 1;
		char *have = path + 1;

		pattern = segment_end(want);
		path = have + strcspn(have, "/");
		if (is_param(want, pattern) && count < HTTP_PARAMS_MAX)
			req->params[count++] = have;
		if (is_rest(want, pattern))
			return;
		if (*pattern == '/')
			*path = '\0';
	}
}

const char *http_param(const struct http_request *req, const char *name)
{
	const char *pattern = req->route->path;
	size_t count = 0, len = strlen(name), rest;

	while (*pattern == '/' && count < HTTP_PARAMS_MAX) {
		const char *segment = pattern + 1;

		pattern = segment_end(segment);
		if (!is_param(segment, pattern))
			continue;
		rest = is_rest(segment, pattern) ? 3 : 0;
		if ((size_t)(pattern - segment) == len + 2 + rest &&
		    memcmp(segment + 1, name, len) == 0)
			return req->params[count];
		count++;
	}
	return NULL;
}

const char *http_query(const struct http_request *req, const char *name)
{
	if (!req->connection)
		return NULL;
	return MHD_lookup_connection_value(req->connection, MHD_GET_ARGUMENT_KIND, name);
}

const char *http_header(const struct http_request *req, const char *name)
{
	if (!req->connection)
		return NULL;
	return MHD_lookup_connection_value(req->connection, MHD_HEADER_KIND, name);
}

struct in_addr http_client(const struct http_request *req)
{
	const union MHD_ConnectionInfo *info = NULL;

	if (req->connection)
		info = MHD_get_connection_info(req->connection, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
	if (!info || info->client_addr->sa_family != AF_INET)
		return (struct in_addr){0};
	return ((const struct sockaddr_in *)info->client_addr)->sin_addr;
}

const json_t *http_body(const struct http_request *req)
{
	return req->body;
}

static bool method_matches(const struct http_route *route, const char *method)
{
	if (strcmp(route->method, method) == 0)
		return true;
	return strcmp(method, "HEAD") == 0 && strcmp(route->method, "GET") == 0;
}

static void refuse_method(struct http_request *req, const char *method)
{
	char allow[128] = "";
	size_t len = 0;

	for (const struct http_route *r = req->server->routes; r->method; r++) {
		if (!path_matches(r->path, req->path) || strstr(allow, r->method))
			continue;
		len += (size_t)snprintf(allow + len, sizeof(allow) - len, "%s%s", len ? ", " : "",
					r->method);
		if (len >= sizeof(allow))
			break;
	}
	http_problem_header(req, 405, MHD_HTTP_HEADER_ALLOW, allow, "METHOD_NOT_ALLOWED",
			    "%s is not allowed on %s", method, req->path);
}

static bool find_route(struct http_request *req, const char *method)
{
	bool path_known = false;

	for (const struct http_route *r = req->server->routes; r->method; r++) {
		if (!path_matches(r->path, req->path))
			continue;
		path_known = true;
		if (method_matches(r, method)) {
			req->route = r;
			return true;
		}
	}
	if (path_known)
		refuse_method(req, method);
	else
		http_problem(req, 404, "RESOURCE_URI_STRUCTURE_NOT_FOUND",
			     "there is no such resource");
	return false;
}

/* Takes the same time wherever the difference is. */
static bool token_equal(const char *want, const char *have)
{
	size_t len = strlen(want);
	unsigned char differs = 0;

	if (strlen(have) != len)
		return false;
	for (size_t i = 0; i < len; i++)
		differs |= (unsigned char)(want[i] ^ have[i]);
	return !differs;
}

bool http_shows_token(const struct http_request *req)
{
	const char *token, *header;

	if (!req->server)
		return false; /* it is being answered after the server's end: to nobody */
	token = req->server->token;
	if (!token)
		return true;
	header = http_header(req, MHD_HTTP_HEADER_AUTHORIZATION);
	return header && strncasecmp(header, "Bearer ", 7) == 0 && token_equal(token, header + 7);
}

static bool check_token(struct http_request *req, const char *method)
{
	if (req->route->open || strcmp(method, "GET") == 0 || strcmp(method, "HEAD") == 0 ||
	    http_shows_token(req))
		return true;
	http_problem_header(req, 401, MHD_HTTP_HEADER_WWW_AUTHENTICATE, "Bearer", "UNAUTHORIZED",
			    "%s wants a bearer token", method);
	return false;
}

/* application/json or application/...+json, parameters allowed */
static bool is_json_type(const char *type)
{
	size_t len = type ? strcspn(type, "; \t") : 0;

	if (len == 16 && strncasecmp(type, "application/json", 16) == 0)
		return true;
	return len > 17 && strncasecmp(type, "application/", 12) == 0 &&
	       strncasecmp(type + len - 5, "+json", 5) == 0;
}

static bool check_body(struct http_request *req)
{
	json_error_t error;

	if (req->too_large) {
		http_problem(req, 413, "PAYLOAD_TOO_LARGE", "a body may have up to %d bytes",
			     HTTP_BODY_MAX);
		return false;
	}
	if (req->body_len == 0) {
		req->body = json_object();
		return true;
	}
	if (!is_json_type(http_header(req, MHD_HTTP_HEADER_CONTENT_TYPE))) {
		http_problem(req, 415, "UNSUPPORTED_MEDIA_TYPE", "a body must be application/json");
		return false;
	}
	req->body = json_loadb(req->body_text, req->body_len, JSON_REJECT_DUPLICATES, &error);
	if (json_is_object(req->body))
		return true;
	if (req->body)
		http_problem(req, 400, "INVALID_MSG_FORMAT", "the body must be a JSON object");
	else
		http_problem(req, 400, "INVALID_MSG_FORMAT", "line %d column %d: %s", error.line,
			     error.column, error.text);
	return false;
}

void http_dispatch(struct http_request *req, const char *method)
{
	if (!find_route(req, method) || !check_token(req, method) || !check_body(req))
		return;
	take_params(req);
	req->route->handler(req, req->server->user);
}
