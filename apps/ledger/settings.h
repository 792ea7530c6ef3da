/* SPDX-License-Identifier: Apache-2.0 */
/* The ledger's settings as text: in its configuration and in --model of service-client. */
#ifndef BATON_APPS_LEDGER_SETTINGS_H
#define BATON_APPS_LEDGER_SETTINGS_H

#include "apps/ledger/state.h"

/** ledger_settings_default - 64 MB, 4 KB read and 4 KB written a request, nothing compresses, one
 * client */
struct ledger_settings ledger_settings_default(void);

/**
 * ledger_settings_set - one of heap, read, write, compressible, clients
 *
 * Return: 0; -ENOENT for another key; -EINVAL, and @ret_expected says what would be right
 */
int ledger_settings_set(struct ledger_settings *s, const char *key, const char *text,
			const char **ret_expected);

#endif
