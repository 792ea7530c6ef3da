/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The ledger: memory of which each request reads some octets into the client's chain, and writes
 * some anew, at places that follow from the chain. So an answer is right only if the memory is,
 * whatever moved it. Pure: the client's model runs the same.
 *
 * Memory is made of pages of 4096 octets, of which the first part is random and the rest one octet
 * over and over, so that gzip leaves the share that is wished. Octets that were read are digested
 * by eight lanes of multiply and rotate over 64-bit words, since 50 MB a request would take SHA-256
 * a tenth of a second: each single wrong octet shows for sure, and any other damage but for one
 * case in 2^64; nobody forges here. Lanes go into the chain by SHA-256.
 */
#ifndef BATON_APPS_LEDGER_STATE_H
#define BATON_APPS_LEDGER_STATE_H

#include <stdbool.h>

#include "apps/service/ops.h"

enum { LEDGER_PAGE = 4096, LEDGER_LANES = 8 };

struct ledger_settings {
	uint64_t heap, read, write; /* octets: of all shares; of a share, a request */
	double compressible;	    /* what gzip leaves: 0 to 1 */
	unsigned shares;	    /* clients at a time */
	uint64_t work_us;	    /* of the processor, a request */
	uint64_t data_size;	    /* octets of the application layer's data; 0: none */
	char data[256]; /* file that holds it; "": made here, by ledger_page (the model's) */
};

extern const struct service_ops ledger_ops;

/** ledger_settings_check - Return: NULL, or what is wrong and what would be right */
const char *ledger_settings_check(const struct ledger_settings *settings);

/** ledger_page - fill @page from @seed, @compressible of it random */
void ledger_page(uint64_t seed, double compressible, uint8_t page[LEDGER_PAGE]);
/** ledger_data_page - page @index of an application layer's data */
void ledger_data_page(uint64_t index, double compressible, uint8_t page[LEDGER_PAGE]);

#endif
