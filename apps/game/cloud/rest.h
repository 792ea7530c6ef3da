/* SPDX-License-Identifier: Apache-2.0 */
/* The daemon's HTTP: login, status, accounts, health, metrics (docs/csm.md). */
#ifndef BATON_APPS_GAME_CLOUD_REST_H
#define BATON_APPS_GAME_CLOUD_REST_H

#include "apps/game/cloud/cloud.h"

/* Routes whose user is a struct cloud: with and without the login server's */
extern const struct http_route rest_wan_routes[], rest_management_routes[];

#endif
