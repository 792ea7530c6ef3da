/* SPDX-License-Identifier: Apache-2.0 */
/* What the redirect's tc programs and who loads them agree on. */
#ifndef BATON_FORWARDER_REDIRECT_SHARED_H
#define BATON_FORWARDER_REDIRECT_SHARED_H

#include <linux/types.h>

/* All in network order */
struct redirect_config {
	__be32 service;	     /* the address that moves */
	__be32 here, source; /* WAN addresses of this edge and of the one that has the instance */
	__be16 service_port;
	__be16 port; /* the forwarder's */
};

#endif
