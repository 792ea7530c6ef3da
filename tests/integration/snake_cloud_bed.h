/* SPDX-License-Identifier: Apache-2.0 */
/*
 * snake-cloud, or another game's cloud tier (BATON_GAME_CLOUD), as a child of a test, on ports of
 * loopback that were free, with edges (snake_client.h) that are served while the test waits. What
 * fails ends the test with its place.
 */
#ifndef BATON_TESTS_SNAKE_CLOUD_BED_H
#define BATON_TESTS_SNAKE_CLOUD_BED_H

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/types.h>

#include "tests/integration/snake_client.h"

enum { CLOUD_EDGES = 8, CLOUD_PATIENCE_S = 30 };

struct cloud_bed {
	pid_t pid;
	bool told; /* to end */
	uint16_t login_port, state_port, rest_port;
	const char *more; /* lines for its configuration */
	char dir[64], config[96];
	struct snake_client *edge[CLOUD_EDGES];
	size_t edges;
};

#define check(condition, ...)                                                                      \
	do {                                                                                       \
		if (condition)                                                                     \
			break;                                                                     \
		fprintf(stderr, "%s:%d: not so: %s", __FILE__, __LINE__, #condition);              \
		fprintf(stderr, "  " __VA_ARGS__);                                                 \
		fputc('\n', stderr);                                                               \
		exit(1);                                                                           \
	} while (0)

/* Serves the edges until the condition holds */
#define await(bed, condition)                                                                      \
	do {                                                                                       \
		uint64_t end_ = cloud_bed_now_ms() + CLOUD_PATIENCE_S * 1000;                      \
		while (!(condition)) {                                                             \
			check(cloud_bed_now_ms() < end_, "in time: %s", #condition);               \
			cloud_bed_turn(bed);                                                       \
		}                                                                                  \
	} while (0)

/* Accounts ann (secret "a") and bob (secret "b"), 120 ticks a second, a state file */
void cloud_bed_begin(struct cloud_bed *bed, const char *more);
/* SIGTERM, so that the edges can be watched */
void cloud_bed_tell(struct cloud_bed *bed);
/* SIGTERM, unless it was told; it has to end with 0 */
void cloud_bed_end(struct cloud_bed *bed);
/* until it has ended, with 0 */
void cloud_bed_wait(struct cloud_bed *bed);
void cloud_bed_kill(struct cloud_bed *bed);
void cloud_bed_start(struct cloud_bed *bed);
void cloud_bed_turn(struct cloud_bed *bed);
uint64_t cloud_bed_now_ms(void);

/* Logged in as @account at @edge, and welcome; the bed frees it */
struct snake_client *cloud_bed_edge(struct cloud_bed *bed, const char *account, const char *edge);
/* A connection without HELLO, or with @session */
struct snake_client *cloud_bed_stranger(struct cloud_bed *bed, const char *session);
/* Closes without a word and forgets it */
void cloud_bed_drop(struct cloud_bed *bed, struct snake_client *c);

/* An integer of GET @path, by its way through objects: "sessions.primary"; -1: there is none */
long long cloud_bed_number(struct cloud_bed *bed, const char *path, const char *way);
/* The body of GET @path, or NULL; to be released */
json_t *cloud_bed_get(struct cloud_bed *bed, const char *path);
/* A line of /metrics that begins with @name; -1: there is none */
long long cloud_bed_metric(struct cloud_bed *bed, const char *name);

#endif
