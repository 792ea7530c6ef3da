/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a restart must know so that no input is applied twice and no old switching signal is obeyed:
 * for each account the number of the last input and of the newest switch, which edge had the
 * primary session, and a tick that none has reached.
 *
 * A line is appended by one write() before an input is applied or a signal obeyed, so before
 * anything acknowledges it: whenever the process is killed, the file knows at least what others
 * were told. A write is in the kernel then and outlives the process; once a second a worker thread
 * brings it to the disk, so that the death of the machine costs at most that second. When the file
 * has grown, it is written anew beside itself and renamed. A failed write is an error to the
 * caller, who then doesn't go on: such an input waits, such a signal is not answered.
 */
#ifndef BATON_APPS_GAME_CLOUD_STATE_FILE_H
#define BATON_APPS_GAME_CLOUD_STATE_FILE_H

#include <stdint.h>
#include <uv.h>

#include "apps/game/cloud/account.h"

struct state_file;

struct state_record {
	char account[ACCOUNT_NAME_SIZE];
	uint32_t last_input, switch_number;
	char edge[ACCOUNT_EDGE_SIZE]; /* of the primary session; "": none */
};

/* As the account is now */
struct state_record state_record_of(const struct account *a);

/**
 * state_file_open - read @path, or begin it
 * @path: NULL or "": nothing is kept, every call succeeds
 * Return: 0, -EINVAL for a file that isn't one (logged with its line), or what the file system says
 */
int state_file_open(uv_loop_t *loop, const char *path, struct state_file **ret_file);
/* Writes it anew and to the disk. The loop has to run once more for its timer to close. */
void state_file_close(struct state_file *f);

/** state_file_get - Return: what is known of an account; zeros when nothing is */
struct state_record state_file_get(const struct state_file *f, const char *account);
/** state_file_put - Return: 0; -ENOSPC and the like: it is not kept, and as it was */
int state_file_put(struct state_file *f, const struct state_record *record, size_t count);

/* The first tick after a restart is above every tick that was shown before */
uint32_t state_file_tick(const struct state_file *f);
/** state_file_reached - @tick is shown; now and then it writes */
void state_file_reached(struct state_file *f, uint32_t tick, unsigned tick_hz);

/* Writes that failed since the start */
uint64_t state_file_errors(const struct state_file *f);

#endif
