/* SPDX-License-Identifier: Apache-2.0 */
/* Is CRIU sound here? process-step finds out (agents/process-step/soundness.h), in namespaces that are thrown away: a dump and a restore of
 * a process that does nothing. */
#ifndef BATON_TESTBED_DOCTOR_CRIU_H
#define BATON_TESTBED_DOCTOR_CRIU_H

#include <stdbool.h>
#include <stddef.h>

/** doctor_criu - with the process-step of @libexec; @found: "3.17.1: ...", for people; Return: sound */
bool doctor_criu(const char *libexec, char *found, size_t size);

#endif
