// SPDX-License-Identifier: Apache-2.0
#include "lib/http_fetch.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <curl/curl.h>

#include "lib/curl_late.h"
#include "lib/daemon.h"
#include "lib/rate.h"

enum { SILENCE_MAX_S = 10, CONNECT_TIMEOUT_MS = 5000, BUFFER_SIZE = 64 * 1024, SLEEP_MAX_MS = 50 };

struct http_fetcher {
	CURL *easy;
	struct rate rate; /* of all its files together */
};

struct transfer {
	const struct http_fetch *fetch;
	struct http_fetched *result;
	CURL *easy;
	char error[CURL_ERROR_SIZE];
	struct rate *rate;
	int stopped; /* why we ended it: a negative errno */
};

/* Bodies of errors are not the file's. */
static bool is_wanted(struct transfer *t)
{
	long status = 0;

	curl_easy_getinfo(t->easy, CURLINFO_RESPONSE_CODE, &status);
	return status == (t->fetch->from ? 206 : 200);
}

static bool is_cancelled(const struct transfer *t)
{
	return t->fetch->cancelled && t->fetch->cancelled(t->fetch->user);
}

/* By not reading on: the peer stops when the sockets' buffers are full (curl's own limit lets a
 * small file pass whole). */
static void keep_rate(struct transfer *t, size_t len)
{
	uint64_t wait_ns = rate_take(t->rate, len, clock_mono_ns());

	while (wait_ns && !t->stopped) {
		uint64_t part =
			wait_ns < SLEEP_MAX_MS * 1000000ULL ? wait_ns : SLEEP_MAX_MS * 1000000ULL;
		struct timespec pause = {.tv_nsec = (long)part};

		nanosleep(&pause, NULL);
		wait_ns -= part;
		if (is_cancelled(t))
			t->stopped = -ECANCELED;
	}
}

static size_t on_data(char *data, size_t size, size_t count, void *user)
{
	struct transfer *t = user;
	size_t len = size * count;

	if (!is_wanted(t))
		return len;
	if (t->result->bytes + len > t->fetch->max)
		t->stopped = -EFBIG;
	else
		t->stopped = t->fetch->sink(data, len, t->fetch->user);
	if (t->stopped)
		return 0;
	t->result->bytes += len;
	keep_rate(t, len);
	return t->stopped ? 0 : len;
}

static int on_progress(void *user, curl_off_t total, curl_off_t now, curl_off_t up_total,
		       curl_off_t up_now)
{
	struct transfer *t = user;

	if (!is_cancelled(t))
		return 0;
	t->stopped = -ECANCELED;
	return 1;
}

static void set_options(struct transfer *t)
{
	const struct http_fetch *f = t->fetch;

	curl_easy_setopt(t->easy, CURLOPT_URL, f->url);
	curl_easy_setopt(t->easy, CURLOPT_WRITEFUNCTION, on_data);
	curl_easy_setopt(t->easy, CURLOPT_WRITEDATA, t);
	curl_easy_setopt(t->easy, CURLOPT_XFERINFOFUNCTION, on_progress);
	curl_easy_setopt(t->easy, CURLOPT_XFERINFODATA, t);
	curl_easy_setopt(t->easy, CURLOPT_NOPROGRESS, 0L);
	curl_easy_setopt(t->easy, CURLOPT_ERRORBUFFER, t->error);
	curl_easy_setopt(t->easy, CURLOPT_RESUME_FROM_LARGE, (curl_off_t)f->from);
	curl_easy_setopt(t->easy, CURLOPT_BUFFERSIZE, (long)BUFFER_SIZE);
	curl_easy_setopt(t->easy, CURLOPT_LOW_SPEED_LIMIT, 1L);
	curl_easy_setopt(t->easy, CURLOPT_LOW_SPEED_TIME, (long)SILENCE_MAX_S);
	curl_easy_setopt(t->easy, CURLOPT_CONNECTTIMEOUT_MS, (long)CONNECT_TIMEOUT_MS);
	curl_easy_setopt(t->easy, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(t->easy, CURLOPT_PROXY, "");
	curl_easy_setopt(t->easy, CURLOPT_PROTOCOLS_STR, "http");
	curl_easy_setopt(t->easy, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
}

static int error_of(struct transfer *t, CURLcode code)
{
	long number = 0;

	if (t->stopped)
		return t->stopped;
	if (t->result->status == 404)
		return -ENOENT;
	/* a range that the server ignored, or can't satisfy */
	if (t->result->status >= 300 || code == CURLE_RANGE_ERROR ||
	    (code == CURLE_OK && !is_wanted(t)))
		return -EPROTO;
	if (code == CURLE_OK)
		return 0;
	if (code == CURLE_OPERATION_TIMEDOUT)
		return -ETIMEDOUT;
	curl_easy_getinfo(t->easy, CURLINFO_OS_ERRNO, &number);
	return code == CURLE_COULDNT_CONNECT && number == ECONNREFUSED ? -ECONNREFUSED : -EIO;
}

static void explain(const struct transfer *t, CURLcode code, int rc)
{
	const char *why = t->error[0] ? t->error : curl_easy_strerror(code);

	if (t->stopped)
		why = strerror(-rc);
	if (rc == -ENOENT || rc == -EPROTO)
		snprintf(t->result->error_text, sizeof(t->result->error_text),
			 "%.100s: HTTP status %u", t->fetch->url, t->result->status);
	else if (rc)
		snprintf(t->result->error_text, sizeof(t->result->error_text), "%.80s: %.70s",
			 t->fetch->url, why);
}

int http_fetcher_new(struct http_fetcher **ret)
{
	struct http_fetcher *fetcher;
	int rc = curl_late_open();

	if (rc)
		return rc;
	fetcher = calloc(1, sizeof(*fetcher));
	if (fetcher)
		fetcher->easy = curl_easy_init();
	if (!fetcher || !fetcher->easy) {
		free(fetcher);
		return -ENOMEM;
	}
	*ret = fetcher;
	return 0;
}

void http_fetcher_free(struct http_fetcher *fetcher)
{
	if (!fetcher)
		return;
	curl_easy_cleanup(fetcher->easy);
	free(fetcher);
}

/* Every option is set anew, so that nothing of the file before is left. */
static int fetch_by(struct http_fetcher *fetcher, struct transfer *t)
{
	long status = 0;
	CURLcode code;
	int rc;

	t->easy = fetcher->easy;
	t->rate = &fetcher->rate;
	t->rate->bytes_per_s = t->fetch->rate_bytes_per_s;
	set_options(t);
	code = curl_easy_perform(t->easy);
	curl_easy_getinfo(t->easy, CURLINFO_RESPONSE_CODE, &status);
	t->result->status = (unsigned)status;
	rc = error_of(t, code);
	explain(t, code, rc);
	return rc;
}

int http_fetch_blocking(const struct http_fetch *fetch, struct http_fetched *ret)
{
	struct transfer t = {.fetch = fetch, .result = ret};
	struct http_fetcher *own = NULL;
	int rc;

	memset(ret, 0, sizeof(*ret));
	rc = fetch->fetcher ? 0 : http_fetcher_new(&own);
	if (!rc)
		rc = fetch_by(own ? own : fetch->fetcher, &t);
	http_fetcher_free(own);
	return rc;
}
