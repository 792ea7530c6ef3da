/* SPDX-License-Identifier: Apache-2.0 */
/* The source's side of a transfer: one item a call, over a connection of its own. Blocks. */
#ifndef BATON_AGENTS_TRANSFER_SENDER_H
#define BATON_AGENTS_TRANSFER_SENDER_H

#include <jansson.h>

#include "agents/transfer/io.h"
#include "agents/transfer/wire.h"

struct transfer_target {
	struct in_addr address;
	uint16_t port;
	char key[TRANSFER_KEY_SIZE];
};

/** transfer_target_read - a step's argument "to": {"address", "port", "key"}; Return: 0 or -EINVAL
 */
int transfer_target_read(const json_t *args, struct transfer_target *ret);

struct transfer_request {
	enum transfer_kind kind;
	const char *directory; /* what is sent */
	const char *name;      /* as which */
	int level;	       /* of gzip, 1 to 9; 0: as it is */
	bool rsync, join;
	const char *interface;	 /* whose octets are counted; "" none */
	int wake;		 /* readable: cut short; -1: none */
	_Atomic uint64_t *looks; /* counts up while it is read to be hashed; or NULL */
};

struct transfer_outcome {
	uint64_t bytes;		     /* of the files */
	uint64_t wire_bytes;	     /* both ways, TCP payload; rsync's own and ours */
	uint64_t interface_bytes;    /* that left by the interface meanwhile, headers too */
	uint64_t interface_received; /* that came by it */
	uint64_t literal_bytes, matched_bytes; /* rsync: of files, sent and found there */
	uint64_t us;			       /* from connecting to the acknowledgement */
	uint64_t cpu_us;		       /* of the compressor; of rsync's client */
	uint64_t rate_bps;		       /* of the wire */
	uint32_t files;
	bool had; /* it was there already: nothing was sent */
};

struct transfer_error {
	const char *cause; /* DISK_SHORT, TRANSFER_FAILED, CANCELLED */
	char text[400];
};

/** transfer_send_item - Return: 0 once it is in its place there; else a negative errno and @err */
int transfer_send_item(const struct transfer_target *to, const struct transfer_request *request,
		       struct transfer_outcome *ret, struct transfer_error *err);

struct transfer_rate {
	uint64_t bytes, us, rate_bps; /* as they came there, but for the first quarter */
};

/** transfer_measure_rate - @bytes of nothing, at most TRANSFER_PROBE_MAX */
int transfer_measure_rate(const struct transfer_target *to, uint64_t bytes, int wake,
			  struct transfer_rate *ret, struct transfer_error *err);

#endif
