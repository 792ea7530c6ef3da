/* SPDX-License-Identifier: Apache-2.0 */
/* The configuration of a game's instance: each game's example.yaml says what each key is. */
#ifndef BATON_APPS_GAME_EDGE_CONFIG_H
#define BATON_APPS_GAME_EDGE_CONFIG_H

#include "lib/daemon.h"

enum {
	ACCOUNT_LEN_MAX = 31, /* [a-z0-9._-] */
	SECRET_LEN_MAX = 127,
	SECRETS_MAX = 256,
	CONFIG_OWN_MAX = 512,
};

struct config_secret {
	char account[ACCOUNT_LEN_MAX + 1], secret[SECRET_LEN_MAX + 1];
};

struct config {
	struct in_addr rest_address, stream_address;
	uint32_t rest_port, stream_port, edge_number, width, height, fps;
	uint64_t bitrate; /* bit/s of one stream */
	char token_file[256], edge[64], login_url[128], codec[16];
	bool faults; /* PUT /v1/faults is allowed */
	const struct yaml_node *secrets_node;
	struct config_secret *secrets;
	size_t secret_count;
	/* of the keys that only one game has: a struct of its own lies here */
	_Alignas(8) char own[CONFIG_OWN_MAX];
};

/**
 * config_load - read the daemon's configuration; what is wrong is logged
 * @config: the game's defaults
 * @more:   keys that only this game has, ended by a row without key; or NULL
 * Return: 0 or -errno
 */
int config_load(struct config *config, const struct yaml_field *more, struct daemon *daemon);
void config_done(struct config *config);

/** config_secret_find - the secret of @account, or NULL */
const char *config_secret_find(const struct config *config, const char *account);

/* 1 to 31 characters of [a-z0-9._-] */
bool config_account_valid(const char *account);

#endif
