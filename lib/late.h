/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Libraries that are loaded when they are first called. libcurl and libpcap bring some forty others along: linked, they cost every start
 * of a program 8 ms, and every fork of it a table of two hundred mappings, whether it calls them or not.
 *
 * Who calls such a library includes its own header and is linked with a file that defines the functions by forwarding them
 * (curl_late.c, testbed/pcap_late.c).
 */
#ifndef BATON_LIB_LATE_H
#define BATON_LIB_LATE_H

#include <stddef.h>

struct late_symbol {
	const char *name;
	void **address; /* out */
};

/** late_open - load the library, for good, and find its functions; Return: 0, or -ELIBACC when it or one of them isn't there */
int late_open(const char *soname, const struct late_symbol *symbols, size_t count);

#endif
