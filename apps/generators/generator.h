/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Generators of load, one kind each, as papers 000 and 001 moved them: the processor, files,
 * memory, something like tar, something like an encoder of video. Each is a service, too
 * (apps/service/server.h), so that it can be asked whether it lives and how far it is.
 *
 * All that a kind knows is in the block of memory behind struct generator_state, without pointers,
 * so that it goes on where it was wherever that comes to. What it writes goes into a file that has
 * no name any more and is bounded: whoever dumps the process has its contents in the image (CRIU
 * calls it a ghost, and takes up to a megabyte), and no copy of a directory is needed.
 */
#ifndef BATON_APPS_GENERATORS_GENERATOR_H
#define BATON_APPS_GENERATORS_GENERATOR_H

#include <netinet/in.h>
#include <stddef.h>
#include <stdint.h>

#include "apps/service/state.h"
#include "lib/yaml.h"

enum {
	GENERATOR_PAGE = 4096,
	GENERATOR_CLIENTS = 8,
	GENERATOR_FILE_MAX = 512 << 10, /* then from its beginning again */
	GENERATOR_HEAP_MIN = 64 << 10,
	GENERATOR_TICK_MS = 10,
};

struct generator_kind;

struct generator_settings {
	struct in_addr address;
	uint16_t port;
	const struct generator_kind *kind;
	uint64_t heap;	     /* octets */
	uint64_t write;	     /* octets a second: what is written anew, of heap or file */
	uint64_t work_us;    /* of the processor, a second */
	double compressible; /* what gzip leaves of what is written: 0 to 1 */
	char state[256];     /* directory of its file */
	char tree[256];	     /* tar: what it reads */
};

/* At the beginning of the block */
struct generator_state {
	uint64_t magic;
	uint64_t units;	 /* pages, blocks, frames, rounds that are done: never falls */
	uint64_t octets; /* that were written */
	uint64_t failed; /* reads and writes of files that failed */
	uint64_t spare;	 /* of the rate, in octets times 1e6 */
	uint64_t file_at;
	uint8_t digest[32]; /* of what was worked on */
	uint64_t own[8];    /* of the kind */
};

struct generator {
	const struct generator_settings *settings;
	struct generator_state *state;
	uint8_t *heap;
	int file; /* -1: the kind writes none */
};

struct generator_kind {
	const char *name;
	bool writes_file;
	size_t heap_min;
	/** begin - once, in a new block; Return: 0 or a negative errno */
	int (*begin)(struct generator *g);
	/** run - what is due after @elapsed_us more */
	void (*run)(struct generator *g, uint64_t elapsed_us);
};

extern const struct generator_kind generator_cpu, generator_io, generator_mem, generator_tar,
	generator_video;
/** generator_kinds - ended by NULL */
extern const struct generator_kind *const generator_kinds[];

/** generator_ops - of the service: its settings are the generator's; the memory begins with struct
 * generator_state */
extern const struct service_ops generator_ops;
/** generator_use - @memory: of the service's; a new one is begun; Return: 0 or a negative errno */
int generator_use(struct generator *g, const struct generator_settings *settings, void *memory);
void generator_done(struct generator *g);

/** generator_settings_load - Return: 0, or negative and @err says what is wrong and where */
int generator_settings_load(const char *path, struct generator_settings *ret,
			    struct yaml_error *err);

/* Shared by the kinds */
/** generator_due - how many whole @unit octets of the settings' rate are due after @elapsed_us
 * more; at most @limit, what is beyond is let go: after a pause nothing is made up for */
uint64_t generator_due(struct generator *g, uint64_t elapsed_us, size_t unit, uint64_t limit);
/** generator_append - to the file, from its beginning again when it is full; counted */
void generator_append(struct generator *g, const void *octets, size_t len);
/** generator_work - @us of the processor, into the digest */
void generator_work(struct generator *g, uint64_t us);
/** generator_fill - @len octets from @seed, of which gzip leaves the settings' share */
void generator_fill(const struct generator *g, uint64_t seed, uint8_t *at, size_t len);

#endif
