/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A migration: the resource that POST /v1/migrations makes, its states, and the events that a
 * client can watch.
 *
 *   accepted -> preparing -> synchronising -> ready -> switching -> releasing -> completed
 *   before the UE agent has confirmed the switch:  ... -> rolling-back -> rolled-back
 *   after it, on request:                           releasing -> switching (switch-back; when
 *                                                   that fails, on to the destination again)
 *   failed: neither was possible
 *
 * Every state is passed, if only for zero time. What a migration knows beyond its request lives in
 * one JSON object, data, which is what the journal keeps: after a restart it is all there is.
 */
#ifndef BATON_MM_MIGRATION_H
#define BATON_MM_MIGRATION_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>
#include <uthash.h>
#include <uv.h>

#include "migration-manager/process_options.h"

struct manager;
struct step;
struct strategy;
struct mode;

enum migration_state {
	MIGRATION_ACCEPTED,
	MIGRATION_PREPARING,
	MIGRATION_SYNCHRONISING,
	MIGRATION_READY,
	MIGRATION_SWITCHING,
	MIGRATION_RELEASING,
	MIGRATION_COMPLETED,
	MIGRATION_ROLLING_BACK,
	MIGRATION_ROLLED_BACK,
	MIGRATION_FAILED,
	MIGRATION_STATES
};

/* Which plan is being run. */
enum migration_direction { DIRECTION_FORWARD, DIRECTION_ROLLBACK, DIRECTION_BACK };

enum { MIGRATION_ID_SIZE = 24, MIGRATION_SUPI_SIZE = 24, MIGRATION_NAME_SIZE = 64, PLAN_MAX = 48 };

struct migration_request {
	char ue[MIGRATION_SUPI_SIZE];
	char app[MIGRATION_NAME_SIZE];	       /* "": none */
	char source[MIGRATION_NAME_SIZE];      /* edge; "": where the primary session is */
	char destination[MIGRATION_NAME_SIZE]; /* edge; "" until a policy has chosen it */
	const struct strategy *strategy;
	const struct mode *mode;
	uint64_t hold_ms;
	bool hold_given; /* by the request itself; not kept */
	size_t policy; /* that chooses where the destination is left out; index into policy_names */
	/* strategy dual: the stream switch */
	double threshold; /* SSIM from which on the pair is alike; below 0: the stream-client's */
	uint64_t window;  /* frames of the sliding; 0: the stream-client's */
	uint64_t timeout_ms; /* of waiting for a pair that is alike; 0: the default, 75 s */
	struct process_options process; /* strategies that move a process */
};

struct migration {
	char id[MIGRATION_ID_SIZE];
	struct manager *mm;
	struct migration_request request;

	enum migration_state state;
	enum migration_direction direction;
	uint64_t epoch;		     /* counts plans: participants refuse what is older */
	size_t step;		     /* index into plan */
	bool switched;		     /* the UE agent has confirmed the switch of this plan */
	char cause[64], detail[256]; /* why it was rolled back, failed, or not switched back */
	uint64_t created_ns, state_since_ns;
	uint64_t event_count;
	json_t *data; /* object; see above */

	/* what is not journalled */
	const struct step *plan[PLAN_MAX];
	size_t plan_len;
	uv_timer_t *timer; /* retry, hold; owned */
	void (*on_timer)(struct migration *m);
	uint64_t deadline_mono_ns; /* of the step under way */
	struct engine_call *call;  /* under way, or NULL */
	unsigned switch_tries;	   /* of a switch for which there is no other way */
	void *scratch; /* of the step under way alone: freed as it ends; owned, without pointers */
	unsigned misses; /* strategy dual: looks in a row at which the primary was none */
	UT_hash_handle hh;
};

const char *migration_state_name(enum migration_state state);
int migration_state_parse(const char *name, enum migration_state *ret_state);
bool migration_ended(const struct migration *m);
const char *migration_direction_name(enum migration_direction direction);

/** migration_new - @id and @request copied; data is {}; not journalled yet; Return: NULL without
 * memory */
struct migration *migration_new(struct manager *mm, const char *id,
				const struct migration_request *request);
void migration_free(struct migration *m);

/** migration_json - the resource, as GET answers it; returned */
json_t *migration_json(const struct migration *m);
/** migration_request_json - the request's members alone, as the journal keeps them; returned */
json_t *migration_request_json(const struct migration_request *request);

/** migration_event - tell those who watch, and keep it in the journal; @data: given, or NULL */
void migration_event(struct migration *m, const char *name, json_t *data);

/* Readers of data: 0 or "" where there is none */
uint64_t migration_data_u64(const struct migration *m, const char *name);
const char *migration_data_string(const struct migration *m, const char *name);
void migration_data_set_u64(struct migration *m, const char *name, uint64_t value);

/** migration_meanwhile - in data, what steps tell later ones and nobody wants to know afterwards:
 * gone when the migration has ended; made when it wasn't there; borrowed */
json_t *migration_meanwhile(const struct migration *m);
extern const char migration_meanwhile_member[];

#endif
