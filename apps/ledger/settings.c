// SPDX-License-Identifier: Apache-2.0
#include "apps/ledger/settings.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "lib/amount.h"

struct ledger_settings ledger_settings_default(void)
{
	return (struct ledger_settings){
		.heap = 64 << 20, .read = 4096, .write = 4096, .compressible = 1, .shares = 1};
}

static int clients_read(const char *text, unsigned *ret)
{
	unsigned long value;

	if (!text[0] || text[strspn(text, "0123456789")])
		return -EINVAL;
	value = strtoul(text, NULL, 10);
	if (value < 1 || value > SERVICE_CLIENTS_MAX)
		return -EINVAL;
	*ret = (unsigned)value;
	return 0;
}

int ledger_settings_set(struct ledger_settings *s, const char *key, const char *text,
			const char **ret_expected)
{
	*ret_expected = "a size such as 64MB";
	if (strcmp(key, "heap") == 0)
		return amount_read_size(text, &s->heap);
	if (strcmp(key, "read") == 0)
		return amount_read_size(text, &s->read);
	if (strcmp(key, "write") == 0)
		return amount_read_size(text, &s->write);
	*ret_expected = "a share from 0 to 1";
	if (strcmp(key, "compressible") == 0)
		return amount_read_share(text, &s->compressible);
	*ret_expected = "a number from 1 to 1024";
	if (strcmp(key, "clients") == 0)
		return clients_read(text, &s->shares);
	return -ENOENT;
}
