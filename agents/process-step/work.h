/* SPDX-License-Identifier: Apache-2.0 */
/* What the steps that call CRIU share. */
#ifndef BATON_AGENTS_PROCESS_STEP_WORK_H
#define BATON_AGENTS_PROCESS_STEP_WORK_H

#include "agents/gate/gate.h"
#include "agents/process-step/victim.h"
#include "agents/process/criu.h"

enum {
	WORK_CRIU_MS = 120000, /* how long another's CRIU is waited for */
	WORK_PING_MS = 60000,
	WORK_REPLAY_PING_MS = 10000, /* one that has answered before */
};

struct gate work_gate(const struct process_step *s);
/** work_gate_open, work_gate_close - Return: 0, or process_step_fail's */
int work_gate_open(struct process_step *s);
int work_gate_close(struct process_step *s, struct in_addr except);
/** work_await_answer - of @who ("the process") to a PING; @ret_ns: when; Return: 0, or
 * process_step_fail's */
int work_await_answer(struct process_step *s, const char *who, int timeout_ms, uint64_t *ret_ns);
/** work_await_criu - one of an earlier step may still be at it; Return: 0, or process_step_fail's
 */
int work_await_criu(struct process_step *s);
/** work_directory - APP/@name, made; Return: 0, or process_step_fail's */
int work_directory(struct process_step *s, const char *name, char buf[VICTIM_PATH_SIZE]);
/** work_images - IMAGES/@name, made empty; Return: 0, or process_step_fail's */
int work_images(struct process_step *s, const char *name, char buf[VICTIM_PATH_SIZE]);
/** work_forget_part - @images of a dump that failed: of no use, and maybe what fills the disk */
void work_forget_part(const char *images);
/** work_cause - of what CRIU left undone without saying why: DISK_SHORT where the images' disk is
 * full, else CRIU_FAILED */
const char *work_cause(const struct process_step *s);
/** work_failed - what CRIU's answer means; Return: process_step_fail's */
int work_failed(struct process_step *s, int rc, const struct criu_answer *answer);
/** work_forget_images - everything of the migration but its steps; Return: 0, or
 * process_step_fail's */
int work_forget_images(struct process_step *s);
void work_set(struct process_step *s, const char *name, uint64_t value);

#endif
