/* SPDX-License-Identifier: Apache-2.0 */
/* The configuration of stream-client: apps/stream-client/stream-client.example.yaml says what each
 * key is. */
#ifndef BATON_APPS_STREAM_CLIENT_CONFIG_H
#define BATON_APPS_STREAM_CLIENT_CONFIG_H

#include "apps/stream-client/one_frame_buffer.h"
#include "apps/stream/codec.h"
#include "lib/daemon.h"

enum { ACCOUNT_LEN_MAX = 31 /* [a-z0-9._-] */ };

struct config {
	struct in_addr rest_address;
	uint32_t rest_port, screen_port; /* screen_port 0: none */
	char token_file[256], account[ACCOUNT_LEN_MAX + 1], codec_word[16], buffer_word[16];
	char input[256], record[256], pace_word[16], pairs_word[16];
	uint32_t width, height, fps, window;
	uint64_t inputs_seed;
	double threshold;
	/* What the words mean */
	enum codec_kind codec;
	enum one_frame_buffer_kind buffer;
	bool pace_fixed, pairs_always, jumps;
};

/** config_load - read the daemon's configuration; what is wrong is logged; Return: 0 or -errno */
int config_load(struct config *config, struct daemon *daemon);

#endif
