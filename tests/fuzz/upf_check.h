/* SPDX-License-Identifier: Apache-2.0 */
/* What holds of a UPF on a data plane of memory after whatever it was sent; else the program
 * aborts. */
#ifndef BATON_TESTS_UPF_CHECK_H
#define BATON_TESTS_UPF_CHECK_H

#include "upf/upf.h"

/** upf_check_tables - the store, the TEIDs, the data plane, the peers' lists and the PFDs agree */
void upf_check_tables(const struct upf *upf);

#endif
