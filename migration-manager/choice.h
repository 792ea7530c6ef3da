/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Choosing a destination: where the UE is (its agent, smf-lite), how far each edge is from its gNB
 * (GTP-U echoes on N3, which the gNB sends when asked: GET /v1/echo), how busy each is (smf-lite),
 * and a policy over that. Nothing is measured before somebody asks.
 */
#ifndef BATON_MM_CHOICE_H
#define BATON_MM_CHOICE_H

#include <jansson.h>

#include "migration-manager/migration.h"

enum { CHOICES_MAX = 64 };

/** @edge: NULL: better stay, or nothing could be measured; borrowed. @choice: {"policy", "gnb",
 * "candidates": [{"edge", "rtt_us", "sessions", "current"}]}; given */
typedef void (*choice_done)(void *user, const char *edge, json_t *choice);

/** choice_begin - @done is called once, later; Return: 0, -ENOSPC above CHOICES_MAX, -ENOMEM; then
 * not */
int choice_begin(struct manager *mm, const struct migration_request *request, choice_done done,
		 void *user);

#endif
