/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The process of an application at this edge, as steps see it: who it is, what a migration has done
 * to it, and how that is undone.
 *
 *   APP/process, APP/incoming, APP/ended   agents/edge-agent/process.h
 *   APP/migrations/MIGRATION/victim        who was dumped, so that `finish` never ends another
 *   APP/criu, APP/lazy                     CRIU under way: dump or restore; its daemon of pages
 */
#ifndef BATON_AGENTS_PROCESS_VICTIM_H
#define BATON_AGENTS_PROCESS_VICTIM_H

#include "agents/process/step.h"
#include "lib/process.h"

enum { VICTIM_PATH_SIZE = STEP_PATH_SIZE + 64, VICTIM_PIDS_MAX = 256 };

/** victim_path - APP/@file */
void victim_path(const struct process_step *s, const char *file, char buf[VICTIM_PATH_SIZE]);
bool victim_is_marked(const struct process_step *s, const char *file);
/** victim_mark - APP/@file holds the migration's name, or is gone; Return: 0 or a negative errno */
int victim_mark(const struct process_step *s, const char *file, bool so);
/** victim_mark_ended - APP/ended, as the agent makes it: empty, so a full disk has room for it */
int victim_mark_ended(const struct process_step *s);
/** victim_is_ours - APP/@file holds this migration's name */
bool victim_is_ours(const struct process_step *s, const char *file);

/** victim_find - the application's process here; Return: 0 or -ESRCH */
int victim_find(const struct process_step *s, struct process *ret);
/** victim_record - it is @pid from now on: the agent takes it up when the step has ended */
int victim_record(const struct process_step *s, pid_t pid);
/** victim_note, victim_noted - who this migration dumps, or has moved; Return: 0, -ENOENT (nobody
 * was noted), -ESRCH (it is gone), or another negative errno */
int victim_note(const struct process_step *s, const struct process *p);
int victim_noted(const struct process_step *s, struct process *ret);
/** victim_note_mover, victim_is_mover - the instance that this migration has asked to move itself,
 * and that is here still */
int victim_note_mover(const struct process_step *s, const struct process *p);
bool victim_is_mover(const struct process_step *s);

/** victim_tree - @pid and all its descendants, in order of number; Return: how many */
size_t victim_tree(pid_t pid, pid_t ret[VICTIM_PIDS_MAX]);
/** victim_end - SIGKILL to the tree of @p, and until @p has ended; Return: 0 or a negative errno */
int victim_end(const struct process *p);
/**
 * victim_hush - its TCP connections at the service address will end without a packet, as long as it
 * is ended soon: they are another instance's, with the same addresses and numbers
 */
void victim_hush(const struct process_step *s, pid_t pid);
/** victim_end_numbers - processes under the application's numbers that run one of its programs or
 * are still CRIU's: those that a restore left half done; hushed, then ended */
void victim_end_numbers(const struct process_step *s);
/**
 * victim_wake - undo what a dump leaves: its sockets in repair, its rules, the stop
 * Return: 0; -ESRCH: it has ended; or another negative errno: its rules could not be removed
 */
int victim_wake(const struct process *p);

/** victim_unlock - CRIU's table of nftables for @pid is gone; 0 also when there was none */
int victim_unlock(pid_t pid);

#endif
