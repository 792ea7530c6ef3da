/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What stands about a process in files of its directory, and is true because the file is there
 * (agents/edge-agent/process.h lists them): told by agent, step and process alike, and still so
 * after a restart of any.
 */
#ifndef BATON_AGENTS_PROCESS_MARK_H
#define BATON_AGENTS_PROCESS_MARK_H

#include <stdbool.h>

/** mark_set - DIRECTORY/@file holds @text, "" takes no room of a full disk but a name's; Return: 0
 * or a negative errno */
int mark_set(const char *directory, const char *file, const char *text);
/** mark_remove - also where there is none; Return: 0 or a negative errno */
int mark_remove(const char *directory, const char *file);
bool mark_is_set(const char *directory, const char *file);
/** mark_says - it is there, and holds @text and no more */
bool mark_says(const char *directory, const char *file, const char *text);

#endif
