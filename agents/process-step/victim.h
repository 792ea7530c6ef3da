/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The process of an application at this edge, as steps see it: who it is, what a migration has done
 * to it, and how that is undone.
 *
 *   APP/process, APP/incoming, APP/ended   agents/edge-agent/process.h
 *   APP/criu                               CRIU under way: dump or restore
 *   APP/migrations/MIGRATION/ROLE          who it dumped, restored, ..., so that it never ends
 * another
 */
#ifndef BATON_AGENTS_PROCESS_STEP_VICTIM_H
#define BATON_AGENTS_PROCESS_STEP_VICTIM_H

#include "agents/process-step/step.h"
#include "lib/process.h"

/* What a process is to a migration */
enum victim_role {
	VICTIM_DUMPED,	 /* here, or it moves itself from here */
	VICTIM_MOVER,	 /* it was asked to move itself */
	VICTIM_RESTORED, /* here */
	VICTIM_KEEPER,	 /* of the daemon that brings the restored one's pages (lazy.h) */
};

enum { VICTIM_PATH_SIZE = STEP_PATH_SIZE + 64 };

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
/** victim_note, victim_noted - who has @role in this migration; Return: 0, -ENOENT (nobody was
 * noted), -ESRCH (it is gone), or another negative errno */
int victim_note(const struct process_step *s, enum victim_role role, pid_t pid);
int victim_noted(const struct process_step *s, enum victim_role role, struct process *ret);
/** victim_note_path - the directory of its record */
void victim_note_path(const struct process_step *s, enum victim_role role,
		      char buf[VICTIM_PATH_SIZE]);

/** victim_signal - to the tree of @p; Return: 0, -ESRCH: @p has ended, or another negative errno */
int victim_signal(const struct process *p, int signal);
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
