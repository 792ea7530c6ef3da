/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The run directory of a topology, /run/baton/NAME, and its record, state.json: what was about to be made, then what was made.
 * `up` writes it before each step and after it; `down` believes nothing else. Since /run may survive a
 * reboot and process numbers come round, the record holds the boot id, start times and the inodes of namespaces.
 */
#ifndef BATON_TESTBED_RUN_H
#define BATON_TESTBED_RUN_H

#include <limits.h>
#include <net/if.h>

#include "testbed/baton.h"
#include "lib/process.h"
#include "testbed/topology.h"

#define RUN_ROOT "/run/baton"
#define NETNS_ROOT "/run/netns"
#define RUN_FABRIC "fabric" /* the hidden node that holds the bridges */
#define RUN_HERE "here" /* directory: in an edge, its own nodes/EDGE (node_process.c) */

enum { RUN_PATH_MAX = 256, RUN_TOKEN_SIZE = 33 };

enum run_phase {
	RUN_MAKING,
	RUN_UP,
	RUN_FAILED,   /* left as it is by `up --keep` */
	RUN_CHANGING, /* from topology.yaml to topology.next.yaml, by the maker */
	RUN_ENDING,   /* being taken down by the maker */
};

struct run_node {
	char name[TOPO_NAME_SIZE];
	struct process init;   /* pid 0: not known to have been made */
	uint64_t netns;	       /* inode of its network namespace; 0: not known */
	struct in_addr address; /* management; zero: none */
};

struct run {
	char name[TOPO_NAME_SIZE];
	char dir[64];
	char boot_id[BOOT_ID_SIZE];
	enum run_phase phase;
	struct process maker;  /* the `baton` that makes, changes or ends it */
	struct yaml_prefix management; /* len 0: none */
	struct in_addr host_address;
	char host_ifname[IFNAMSIZ]; /* the host's end of the management network */
	size_t node_count;     /* fabric included, last */
	struct run_node *node;
};

/** run_name_is_valid - as a topology file may say it: what it is part of is removed with all that is below */
bool run_name_is_valid(const char *name);
/** run_path - @format under the run directory, into @buf; names are short enough for every socket path */
void run_path(const struct run *run, char buf[RUN_PATH_MAX], const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/** run_init - an empty record for a topology, of this boot and process, nothing made; run_done frees what it holds */
int run_init(struct run *run, const char *name, size_t node_count);
void run_done(struct run *run);
int run_save(const struct run *run);

/** run_load - Return: 0, -ENOENT when there is no such run directory, -EBADMSG when its record can't be read */
int run_load(const char *name, struct run *ret_run);
/**
 * run_recover - the record of a topology that has lost it, from the inits that are alive in its namespaces
 *
 * Those are told by their name and by the namespace being bound as /run/netns/@name.NODE.
 * Return: 0, also when there are none (node_count 0); free it with run_done
 */
int run_recover(const char *name, struct run *ret_run);
/** run_is_of_this_boot - else its processes, mounts and links are gone, whatever the record says */
bool run_is_of_this_boot(const struct run *run);
/** run_is_alive - the maker or an init still runs */
bool run_is_alive(const struct run *run);
/** run_has_maker - a `baton` is making, changing or ending it at this moment */
bool run_has_maker(const struct run *run);
/** run_state - its phase in a word, "half-made", "half-changed" or "half-removed" where who did it died, "dead" without inits */
const char *run_state(const struct run *run);

/** run_list - names of all run directories; @ret_names is returned, free with run_list_free */
int run_list(char ***ret_names, size_t *ret_count);
void run_list_free(char **names, size_t count);

/** run_lock - one `up` or `down` at a time makes and removes records; Return: a descriptor to close, or negative errno */
int run_lock(void);

/**
 * run_select - the record that a command is about: @name, else ctx->name, else the only one there is
 *
 * Complains when there is none, or several.
 * Return: BATON_OK or the exit status
 */
int run_select(const struct baton_context *ctx, const char *name, struct run *ret_run);
/** run_find_node - complains when there is none; Return: index, or -1 */
int run_find_node(const struct run *run, const char *name);
/** run_topology - the completed topology, from the run directory; complains; free it with topology_free */
struct topology *run_topology(const struct run *run);
/** run_token - the bearer token; Return: 0 or negative errno */
int run_token(const struct run *run, char ret_token[RUN_TOKEN_SIZE]);
/** run_netns_open - a descriptor of a node's network namespace, checked against the record */
int run_netns_open(const struct run *run, size_t node);

#endif
