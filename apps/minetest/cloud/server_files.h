/* SPDX-License-Identifier: Apache-2.0 */
/* The files that minetestserver finds. */
#ifndef BATON_APPS_MINETEST_CLOUD_SERVER_FILES_H
#define BATON_APPS_MINETEST_CLOUD_SERVER_FILES_H

#include "apps/minetest/cloud/server.h"

/** server_files_check - are game, mod and program there? Return: 0, or a negative errno (logged) */
int server_files_check(const struct server_config *c);
/** server_files_make - directories, the world's description, the mod's link; Return: 0, or a
 * negative errno (logged) */
int server_files_make(const struct server_config *c);
/** server_files_configure - server.conf, for one run; Return: 0, or a negative errno (logged) */
int server_files_configure(const struct server_config *c, uint32_t last_step);

#endif
