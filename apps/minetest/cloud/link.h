/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The link to the mod: HTTP on loopback, on a port of the kernel's choice, for whom a random token
 * was given. The mod has one request under way, POST /v1/step; its answer is held until there is
 * something to say or the next step is near.
 */
#ifndef BATON_APPS_MINETEST_CLOUD_LINK_H
#define BATON_APPS_MINETEST_CLOUD_LINK_H

#include "apps/minetest/cloud/report.h"
#include "lib/http_server.h"

enum { LINK_TOKEN_SIZE = 65 };

struct link;

struct link_events {
	/* Its answer is held from now on */
	void (*on_report)(const struct report *r, void *user);
	/* What to answer; new. @revision: that of the report's lists */
	json_t *(*answer)(uint32_t revision, void *user);
};

/** link_new - @hold_ms: an answer is held so long at most. Return: 0 or a negative errno */
int link_new(uv_loop_t *loop, unsigned hold_ms, const struct link_events *events, void *user,
	     struct link **ret_link);
void link_free(struct link *l);
uint16_t link_port(const struct link *l);
const char *link_token(const struct link *l);
/* Answers now what is held; nothing when nothing is */
void link_answer(struct link *l);
/* The mod has gone: what is held is for nobody */
void link_drop(struct link *l);
/* Reports that were none */
uint64_t link_malformed(const struct link *l);

#endif
