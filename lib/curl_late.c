// SPDX-License-Identifier: Apache-2.0
/* libcurl's functions, as far as http_client.c calls them, forwarded to the library, which is
 * loaded at the first of them. */
#include "lib/curl_late.h"

#include <curl/curl.h>
#include <pthread.h>
#include <stdarg.h>

#include "lib/late.h"

/* All values of options are as wide as a pointer: they are passed on as one. */
_Static_assert(sizeof(long) == sizeof(void *) && sizeof(curl_off_t) == sizeof(void *), "LP64");

static struct {
	__typeof__(curl_global_init) *global_init;
	__typeof__(curl_global_cleanup) *global_cleanup;
	__typeof__(curl_easy_init) *easy_init;
	__typeof__(curl_easy_cleanup) *easy_cleanup;
	__typeof__(curl_easy_perform) *easy_perform;
	__typeof__(curl_easy_strerror) *easy_strerror;
	__typeof__(curl_slist_append) *slist_append;
	__typeof__(curl_slist_free_all) *slist_free_all;
	__typeof__(curl_multi_init) *multi_init;
	__typeof__(curl_multi_cleanup) *multi_cleanup;
	__typeof__(curl_multi_add_handle) *multi_add_handle;
	__typeof__(curl_multi_remove_handle) *multi_remove_handle;
	__typeof__(curl_multi_assign) *multi_assign;
	__typeof__(curl_multi_info_read) *multi_info_read;
	__typeof__(curl_multi_socket_action) *multi_socket_action;
	__typeof__(curl_easy_setopt) *easy_setopt;
	__typeof__(curl_easy_getinfo) *easy_getinfo;
	__typeof__(curl_multi_setopt) *multi_setopt;
} curl;

#define SYMBOL(name)                                                                               \
	{                                                                                          \
		"curl_" #name, (void **)&curl.name                                                 \
	}
static const struct late_symbol symbols[] = {
	SYMBOL(global_init),   SYMBOL(global_cleanup),	 SYMBOL(easy_init),
	SYMBOL(easy_cleanup),  SYMBOL(easy_perform),	 SYMBOL(easy_strerror),
	SYMBOL(slist_append),  SYMBOL(slist_free_all),	 SYMBOL(multi_init),
	SYMBOL(multi_cleanup), SYMBOL(multi_add_handle), SYMBOL(multi_remove_handle),
	SYMBOL(multi_assign),  SYMBOL(multi_info_read),	 SYMBOL(multi_socket_action),
	SYMBOL(easy_setopt),   SYMBOL(easy_getinfo),	 SYMBOL(multi_setopt),
};

static pthread_once_t once = PTHREAD_ONCE_INIT;
static int opened;

static void open_library(void)
{
	opened = late_open("libcurl.so.4", symbols, sizeof(symbols) / sizeof(symbols[0]));
}

int curl_late_open(void)
{
	pthread_once(&once, open_library);
	return opened;
}

CURLcode curl_global_init(long flags)
{
	return curl.global_init(flags);
}

void curl_global_cleanup(void)
{
	curl.global_cleanup();
}

CURL *curl_easy_init(void)
{
	return curl.easy_init();
}

void curl_easy_cleanup(CURL *easy)
{
	curl.easy_cleanup(easy);
}

CURLcode curl_easy_perform(CURL *easy)
{
	return curl.easy_perform(easy);
}

const char *curl_easy_strerror(CURLcode code)
{
	return curl.easy_strerror(code);
}

struct curl_slist *curl_slist_append(struct curl_slist *list, const char *text)
{
	return curl.slist_append(list, text);
}

void curl_slist_free_all(struct curl_slist *list)
{
	curl.slist_free_all(list);
}

CURLM *curl_multi_init(void)
{
	return curl.multi_init();
}

CURLMcode curl_multi_cleanup(CURLM *multi)
{
	return curl.multi_cleanup(multi);
}

CURLMcode curl_multi_add_handle(CURLM *multi, CURL *easy)
{
	return curl.multi_add_handle(multi, easy);
}

CURLMcode curl_multi_remove_handle(CURLM *multi, CURL *easy)
{
	return curl.multi_remove_handle(multi, easy);
}

CURLMcode curl_multi_assign(CURLM *multi, curl_socket_t fd, void *user)
{
	return curl.multi_assign(multi, fd, user);
}

CURLMsg *curl_multi_info_read(CURLM *multi, int *ret_left)
{
	return curl.multi_info_read(multi, ret_left);
}

CURLMcode curl_multi_socket_action(CURLM *multi, curl_socket_t fd, int events, int *ret_running)
{
	return curl.multi_socket_action(multi, fd, events, ret_running);
}

CURLcode(curl_easy_setopt)(CURL *easy, CURLoption option, ...)
{
	void *value;
	va_list args;

	va_start(args, option);
	value = va_arg(args, void *);
	va_end(args);
	return curl.easy_setopt(easy, option, value);
}

CURLcode(curl_easy_getinfo)(CURL *easy, CURLINFO info, ...)
{
	void *value;
	va_list args;

	va_start(args, info);
	value = va_arg(args, void *);
	va_end(args);
	return curl.easy_getinfo(easy, info, value);
}

CURLMcode(curl_multi_setopt)(CURLM *multi, CURLMoption option, ...)
{
	void *value;
	va_list args;

	va_start(args, option);
	value = va_arg(args, void *);
	va_end(args);
	return curl.multi_setopt(multi, option, value);
}
