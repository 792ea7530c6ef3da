/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The logic server of Minetest, as the session manager sees it: minetestserver does the work, this
 * hands it the inputs that Algorithm 1 let through and takes its reports.
 *
 * An input is kept in the state file, then handed over, and counts as applied when the mod says so,
 * in the same report as the step's number. What was handed over and not confirmed is handed over
 * again, to a new server, too; the mod applies nothing twice, since inputs have numbers. A new
 * server begins with the bodies as they were reported last, so with just what was confirmed.
 */
#ifndef BATON_APPS_MINETEST_CLOUD_LOGIC_H
#define BATON_APPS_MINETEST_CLOUD_LOGIC_H

#include "apps/game/cloud/cloud.h"
#include "apps/minetest/cloud/server.h"

struct logic;

/**
 * logic_new - the link to the mod, then the server
 * @server: address, port, directories, program, bots and seed; the rest is filled in
 * @cloud: its accounts, sessions and state file are used until logic_free
 * Return: 0 or a negative errno (logged)
 */
int logic_new(uv_loop_t *loop, const struct server_config *server, struct cloud *cloud,
	      struct logic **ret_logic);
/* Ends the server: waits for it */
void logic_free(struct logic *l);

/* Its logic is a struct logic */
extern const struct logic_ops logic_minetest_ops;

#endif
