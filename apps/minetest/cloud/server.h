/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Debian's minetestserver as a child (apps/minetest/child.h): its files in a directory of ours, its
 * start, its end. A child that ends is started again, with a delay that grows while it doesn't
 * last. It keeps nothing that could be lost, so its end is a kill.
 */
#ifndef BATON_APPS_MINETEST_CLOUD_SERVER_H
#define BATON_APPS_MINETEST_CLOUD_SERVER_H

#include <netinet/in.h>
#include <stdbool.h>
#include <uv.h>

enum { SERVER_PATH_SIZE = 256, SERVER_TOKEN_SIZE = 65 };

struct server_config {
	struct in_addr address;
	uint32_t port;			  /* UDP */
	char state_dir[SERVER_PATH_SIZE]; /* the child's world, configuration and home */
	char share_dir[SERVER_PATH_SIZE]; /* game/ and mod/ */
	char program[SERVER_PATH_SIZE];
	uint32_t tick_hz, bots;
	uint64_t seed;
	uint16_t link_port; /* on loopback: where the mod reports */
	char token[SERVER_TOKEN_SIZE];
};

struct server_events {
	/* It is about to start: number of the last step that was */
	uint32_t (*last_step)(void *user);
	void (*on_exit)(void *user);
};

struct server;

/** server_new - write what never changes, and start it; Return: 0 or a negative errno (logged) */
int server_new(uv_loop_t *loop, const struct server_config *config,
	       const struct server_events *events, void *user, struct server **ret_server);
/* Kills it and waits. The loop has to run until its handles are closed. */
void server_free(struct server *s);
/* It doesn't answer: SIGKILL, so that it is started again */
void server_kill(struct server *s);
/* 0: none now */
pid_t server_pid(const struct server *s);
uint64_t server_restarts(const struct server *s);

#endif
