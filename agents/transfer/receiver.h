/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The destination's side of a transfer: listens on the WAN's address, serves a few connections at a
 * time, a thread each, and puts whole items into their places. Nothing is taken without the key,
 * which is new for each receiver.
 */
#ifndef BATON_AGENTS_TRANSFER_RECEIVER_H
#define BATON_AGENTS_TRANSFER_RECEIVER_H

#include "agents/transfer/io.h"
#include "agents/transfer/wire.h"

enum { RECEIVER_CONNECTIONS = 8, RECEIVER_LIST = 32 };

struct transfer_received {
	enum transfer_kind kind;
	char name[TRANSFER_NAME_SIZE];
	bool rsync, gzip, pages, had;
	uint32_t files;
	uint64_t bytes, wire_bytes, us;
};

struct transfer_counts {
	uint64_t connections, key_wrong, busy, malformed, failed, cut;
	uint64_t items;			  /* in their places; the last RECEIVER_LIST are listed */
	char failure[TRANSFER_TEXT_SIZE]; /* the last one, for people; "" */
};

struct transfer_receiver;

struct transfer_receiver_config {
	struct in_addr address;
	const char *images;	/* rounds go below it; exists */
	const char *repository; /* images; "": none are taken */
	const char *basis;	/* rsync takes from what is here; "": from nothing */
	const char *run;	/* rsync's configuration and secret; "": no rsync */
	const char *criu;	/* whose page server takes pages; "": none are taken */
	uint64_t items_max;	/* that many, and it ends by itself; 0: any number */
	int wake;		/* readable: end */
	/** changed - an item is in its place, or failed; in a connection's thread, one at a time */
	void (*changed)(const struct transfer_receiver *r, void *user);
	void *user;
};

/** transfer_receiver_open - listens from now on; strings of @config: borrowed until it is closed */
int transfer_receiver_open(const struct transfer_receiver_config *config,
			   struct transfer_receiver **ret);
uint16_t transfer_receiver_port(const struct transfer_receiver *r);
const char *transfer_receiver_key(const struct transfer_receiver *r);
/** transfer_receiver_list - the last items, eldest first; from @changed, or when it doesn't run;
 * Return: how many */
size_t transfer_receiver_list(const struct transfer_receiver *r,
			      struct transfer_received ret[RECEIVER_LIST],
			      struct transfer_counts *ret_counts);
/** transfer_received_tool - "stream", "rsync", "page-server" */
const char *transfer_received_tool(const struct transfer_received *item);
/** transfer_receiver_run - until wake, or its last item; then every connection is ended, and what
 * was on its way is gone */
int transfer_receiver_run(struct transfer_receiver *r);
void transfer_receiver_close(struct transfer_receiver *r);

#endif
