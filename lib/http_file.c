// SPDX-License-Identifier: Apache-2.0
/* A file as the answer, whole or one range of it (RFC 9110 cl. 14), sent by the kernel without a
 * copy. */
#include "lib/http_internal.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct range {
	uint64_t first, count;
};

static bool read_number(const char **text, uint64_t *ret)
{
	char *end;

	if (**text < '0' || **text > '9')
		return false;
	errno = 0;
	*ret = strtoull(*text, &end, 10);
	*text = end;
	return !errno;
}

/*
 * "bytes=FIRST-", "bytes=FIRST-LAST" or "bytes=-COUNT". Several ranges, other units and what can't
 * be read are ignored, as a server may (cl. 14.2): the whole file is the answer. Return: 1 a range,
 * 0 none, -ERANGE: none of it is in the file
 */
static int read_range(const char *header, uint64_t size, struct range *ret)
{
	uint64_t first = 0, last = UINT64_MAX;
	const char *at = header;

	if (!header || strncmp(header, "bytes=", 6) != 0 || strchr(header, ','))
		return 0;
	at += 6;
	if (*at == '-') {
		at++;
		if (!read_number(&at, &last) || *at)
			return 0;
		first = last < size ? size - last : 0;
		last = last ? UINT64_MAX : 0;
		if (!last)
			return -ERANGE;
	} else if (!read_number(&at, &first) || *at++ != '-') {
		return 0;
	} else if (*at && (!read_number(&at, &last) || *at || last < first)) {
		return 0;
	}
	if (first >= size)
		return -ERANGE;
	ret->first = first;
	ret->count = (last < size ? last + 1 : size) - first;
	return 1;
}

static void refuse_range(struct http_request *req, uint64_t size)
{
	char text[64];

	snprintf(text, sizeof(text), "bytes */%llu", (unsigned long long)size);
	http_problem_header(req, 416, MHD_HTTP_HEADER_CONTENT_RANGE, text, "RANGE_NOT_SATISFIABLE",
			    "the file has %llu bytes", (unsigned long long)size);
}

void http_reply_file(struct http_request *req, int fd, uint64_t size)
{
	struct range range = {0, size};
	int partial = read_range(http_header(req, MHD_HTTP_HEADER_RANGE), size, &range);
	struct MHD_Response *response;
	char text[96];

	if (partial < 0) {
		close(fd);
		refuse_range(req, size);
		return;
	}
	response = MHD_create_response_from_fd_at_offset64(range.count, fd, range.first);
	if (!response) {
		close(fd);
		http_problem(req, 500, "SYSTEM_FAILURE", "no memory");
		return;
	}
	MHD_add_response_header(response, MHD_HTTP_HEADER_CONTENT_TYPE, "application/octet-stream");
	MHD_add_response_header(response, MHD_HTTP_HEADER_ACCEPT_RANGES, "bytes");
	if (partial) {
		snprintf(text, sizeof(text), "bytes %llu-%llu/%llu",
			 (unsigned long long)range.first,
			 (unsigned long long)(range.first + range.count - 1),
			 (unsigned long long)size);
		MHD_add_response_header(response, MHD_HTTP_HEADER_CONTENT_RANGE, text);
	}
	http_request_answer(req, partial ? 206 : 200, response);
}
