/* SPDX-License-Identifier: Apache-2.0 */
/* Processes told apart beyond their number, which comes round: by boot and start time. */
#ifndef BATON_LIB_PROCESS_H
#define BATON_LIB_PROCESS_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

enum { BOOT_ID_SIZE = 37 };

int boot_id_read(char ret_id[BOOT_ID_SIZE]);

struct process {
	pid_t pid; /* 0: none */
	uint64_t start; /* clock ticks since boot, /proc/PID/stat field 22 */
};

/** process_beside - path of the program @name in this one's directory; Return: 0, -ENAMETOOLONG */
int process_beside(const char *name, char *ret, size_t size);
/** process_start_time - of @pid; 0 when there is no such process or it is a zombie */
uint64_t process_start_time(pid_t pid);
bool process_alive(const struct process *process);
/** process_is_stopped - by a signal (SIGSTOP), not by who traces it */
bool process_is_stopped(pid_t pid);
/** process_resident - octets of its memory that are in place; 0: not known */
uint64_t process_resident(pid_t pid);
/** process_signal - by pidfd, when it still is that process; Return: 0, -ESRCH, ... */
int process_signal(const struct process *process, int signal);
/** process_await_end - Return: 0, or -ETIMEDOUT */
int process_await_end(const struct process *process, int timeout_ms);
/** process_await - the same of whoever has the number @pid now; Return: also -ECANCELED when @wake
 * (-1: none) is readable. @timeout_ms -1: never */
int process_await(pid_t pid, int wake, int timeout_ms);
/** process_namespace - inode of /proc/PID/ns/@which ("net", "pid"); 0 when there is none */
uint64_t process_namespace(pid_t pid, const char *which);
/** process_parent - 0 when there is no such process; process_name - its short name, "baton" */
pid_t process_parent(pid_t pid);
void process_name(pid_t pid, char *buf, size_t size);
/** process_command - "name arguments" of /proc/PID/cmdline, for people */
void process_command(pid_t pid, char *buf, size_t size);

#endif
