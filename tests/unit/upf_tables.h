/* SPDX-License-Identifier: Apache-2.0 */
/* Whether all that a UPF holds fits together, for its unit tests and its fuzz target. */
#ifndef BATON_TESTS_UPF_TABLES_H
#define BATON_TESTS_UPF_TABLES_H

#include <stdio.h>

#include "upf/upf.h"

/** upf_tables_fault - the store, the peers' lists, TEIDs, UE addresses and the data plane say the
 * same, and the data plane has of each session what its rules come to now; Return: NULL, or what is
 * wrong */
const char *upf_tables_fault(struct upf *upf);
/** upf_tables_require - or abort, for fuzz targets */
void upf_tables_require(struct upf *upf);
/** dp_session_print - all of a session's rules in the data plane as text */
void dp_session_print(FILE *f, const struct dp_session *session);

#endif
