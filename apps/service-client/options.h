/* SPDX-License-Identifier: Apache-2.0 */
/* The command line of service-client. */
#ifndef BATON_APPS_SERVICE_CLIENT_OPTIONS_H
#define BATON_APPS_SERVICE_CLIENT_OPTIONS_H

#include <stdbool.h>

#include "apps/ledger/settings.h"
#include "apps/service-client/pace.h"
#include "apps/service/client.h"

struct options {
	struct service_client_settings client;
	struct ledger_settings ledger;
	struct pace pace;
	uint64_t requests, seconds; /* 0: until told */
	uint64_t patience_ms;	    /* at the end, without any answer */
	const char *out;
	bool ping, until_stdin;
};

/** options_read - ends the process for --help, --version and wrong usage (2); @o points into
 * itself: not to be copied */
void options_read(int argc, char **argv, struct options *o);

#endif
