/* SPDX-License-Identifier: Apache-2.0 */
/* What another process of ours takes, as the kernel counts it. Each ends the program when it can't
 * be read. */
#ifndef BATON_TESTS_PROCESS_USE_H
#define BATON_TESTS_PROCESS_USE_H

#include <stdint.h>
#include <sys/types.h>

/** process_memory - octets of anonymous memory that are resident: heap, stacks, data */
uint64_t process_memory(pid_t pid);
/** process_maps_memory - octets of all BPF maps that it has open, each once */
uint64_t process_maps_memory(pid_t pid);
/** process_seconds - that its first thread has been running on a processor */
double process_seconds(pid_t pid);

#endif
