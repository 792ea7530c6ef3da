/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An account and what its three servers keep of it: the login server its secret, the session
 * manager its set of sessions and its client-side state (B16), the logic server its player and
 * inputs.
 */
#ifndef BATON_APPS_GAME_CLOUD_ACCOUNT_H
#define BATON_APPS_GAME_CLOUD_ACCOUNT_H

#include "apps/session/session.h"
#include "apps/game/cloud/inputs.h"
#include "lib/yaml.h"

enum {
	ACCOUNTS_MAX = 256,
	ACCOUNT_NAME_SIZE = 32,
	ACCOUNT_SECRET_SIZE = 128,
	ACCOUNT_EDGE_SIZE = 64,
	ACCOUNT_NO_PLAYER = -1,
};

struct account {
	char name[ACCOUNT_NAME_SIZE];
	char secret[ACCOUNT_SECRET_SIZE]; /* zeros after its end */
	unsigned id;			  /* from 1, in file order */
	/* session manager */
	struct session_set set;
	char primary_edge[ACCOUNT_EDGE_SIZE]; /* of the last primary session; "": none since the set
						 was empty */
	unsigned tickets;	    /* session ids that were given out and not claimed yet */
	bool seat[SESSION_SET_MAX]; /* taken by a ticket or a session */
	struct state_view view;
	uint64_t alone_ns; /* when its last session left, or the start; monotonic */
	uint64_t lost_ns;  /* when its primary was lost; 0: it has one */
	/* logic server */
	int player; /* its number in the world, or ACCOUNT_NO_PLAYER */
	struct inputs inputs;
};

struct accounts {
	struct account *account;
	size_t count;
};

/** account_name_ok - 1 to 31 characters of [a-z0-9._-] */
bool account_name_ok(const char *name);

/* The name of an edge: 1 to 63 letters, digits, dots, underscores and hyphens */
bool account_edge_ok(const char *edge);

/** accounts_read - the configuration's list of {name, secret}; Return: 0, -EINVAL with @err,
 * -ENOMEM */
int accounts_read(const struct yaml_doc *doc, const struct yaml_node *list, struct accounts *ret,
		  struct yaml_error *err);
void accounts_free(struct accounts *a);

/* or NULL */
struct account *accounts_find(const struct accounts *a, const char *name);

#endif
