// SPDX-License-Identifier: Apache-2.0
/* Answers: JSON, text, bytes, and problem details (RFC 9457 with the cause of TS 29.500). */
#include "lib/http_internal.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Takes @text, from malloc; NULL: an empty body */
static struct MHD_Response *response_new(char *text, const char *content_type)
{
	struct MHD_Response *response = MHD_create_response_from_buffer(
		text ? strlen(text) : 0, text, MHD_RESPMEM_MUST_FREE);

	if (!response) {
		free(text);
		return NULL;
	}
	if (text)
		MHD_add_response_header(response, MHD_HTTP_HEADER_CONTENT_TYPE, content_type);
	return response;
}

static struct MHD_Response *response_json(json_t *body, const char *content_type)
{
	char *text = body ? json_dumps(body, JSON_COMPACT) : NULL;

	json_decref(body);
	return response_new(text, content_type);
}

void http_reply(struct http_request *req, unsigned status, json_t *body)
{
	http_request_answer(req, status, response_json(body, "application/json"));
}

void http_reply_location(struct http_request *req, unsigned status, const char *location,
			 json_t *body)
{
	struct MHD_Response *response = response_json(body, "application/json");

	if (response)
		MHD_add_response_header(response, MHD_HTTP_HEADER_LOCATION, location);
	http_request_answer(req, status, response);
}

void http_reply_text(struct http_request *req, unsigned status, const char *content_type,
		     const char *text)
{
	http_request_answer(req, status, response_new(strdup(text), content_type));
}

void http_reply_bytes(struct http_request *req, unsigned status, const void *bytes, size_t len)
{
	http_reply_bytes_as(req, status, "application/octet-stream", bytes, len);
}

void http_reply_bytes_as(struct http_request *req, unsigned status, const char *content_type,
			 const void *bytes, size_t len)
{
	/* MHD only reads what it copies. */
	struct MHD_Response *response = MHD_create_response_from_buffer(
		len, (void *)(uintptr_t)bytes, MHD_RESPMEM_MUST_COPY);

	if (response)
		MHD_add_response_header(response, MHD_HTTP_HEADER_CONTENT_TYPE, content_type);
	http_request_answer(req, status, response);
}

/* Texts may quote a peer, or be cut within a character: what is no UTF-8 must not cost the answer.
 */
static json_t *text_json(const char *text)
{
	json_t *value = json_string(text);
	char *copy;

	if (value)
		return value;
	copy = strdup(text);
	for (char *c = copy; c && *c; c++)
		if ((unsigned char)*c >= 0x80)
			*c = '?';
	value = json_string(copy ? copy : "");
	free(copy);
	return value;
}

static json_t *problem_new(unsigned status, const char *cause, const char *detail)
{
	const char *title = MHD_get_reason_phrase_for(status);

	return json_pack("{s:s, s:s, s:i, s:o, s:s}", "type", "about:blank", "title",
			 title ? title : "Error", "status", (int)status, "detail",
			 text_json(detail), "cause", cause);
}

static void problem_send(struct http_request *req, unsigned status, const char *header,
			 const char *value, json_t *problem)
{
	struct MHD_Response *response = response_json(problem, "application/problem+json");

	if (response && header)
		MHD_add_response_header(response, header, value);
	http_request_answer(req, status, response);
}

void http_problem(struct http_request *req, unsigned status, const char *cause, const char *format,
		  ...)
{
	char detail[512];
	va_list args;

	va_start(args, format);
	vsnprintf(detail, sizeof(detail), format, args);
	va_end(args);
	problem_send(req, status, NULL, NULL, problem_new(status, cause, detail));
}

void http_problem_header(struct http_request *req, unsigned status, const char *header,
			 const char *value, const char *cause, const char *format, ...)
{
	char detail[512];
	va_list args;

	va_start(args, format);
	vsnprintf(detail, sizeof(detail), format, args);
	va_end(args);
	problem_send(req, status, header, value, problem_new(status, cause, detail));
}

void http_problem_invalid(struct http_request *req, const struct json_reader *r)
{
	json_t *problem = problem_new(400, "INVALID_PARAMETER",
				      r->invalid_count == 1 ? "a parameter is invalid"
							    : "parameters are invalid");
	json_t *list = json_array();

	for (size_t i = 0; i < r->invalid_count; i++)
		json_array_append_new(list, json_pack("{s:o, s:o}", "param",
						      text_json(r->invalid[i].param), "reason",
						      text_json(r->invalid[i].reason)));
	json_object_set_new(problem, "invalidParams", list);
	problem_send(req, 400, NULL, NULL, problem);
}
