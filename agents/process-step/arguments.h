/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Members of a step's arguments, read strictly: one that isn't there, or is null, is its default;
 * one of another type or beyond its bounds fails the step, and is never taken for 0.
 */
#ifndef BATON_AGENTS_PROCESS_STEP_ARGUMENTS_H
#define BATON_AGENTS_PROCESS_STEP_ARGUMENTS_H

#include "agents/process-step/step.h"

/** argument_flag - Return: 0 with @ret (false without one), or process_step_fail's */
int argument_flag(struct process_step *s, const char *name, bool *ret);
/** argument_number - Return: 0 with @ret, which stays as it is without one, or process_step_fail's
 */
int argument_number(struct process_step *s, const char *name, uint64_t least, uint64_t most,
		    uint64_t *ret);
/** argument_text - borrowed; Return: 0 with @ret, which stays as it is without one, or
 * process_step_fail's */
int argument_text(struct process_step *s, const char *name, const char **ret);
/** argument_is_given - and isn't null */
bool argument_is_given(const struct process_step *s, const char *name);
/**
 * argument_word - one of @words, ended by NULL
 * @ret: its index; 0, the first of them, without one
 * Return: 0, or process_step_fail's
 */
int argument_word(struct process_step *s, const char *name, const char *const *words,
		  unsigned *ret);

#endif
