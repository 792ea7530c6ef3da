/* SPDX-License-Identifier: Apache-2.0 */
/* What this build is: printed by --version and kept in every result. */
#ifndef BATON_LIB_VERSION_H
#define BATON_LIB_VERSION_H

extern const char version_string[]; /* "0.1.0" */
extern const char version_commit[]; /* abbreviated commit id, or "unknown" */

#endif
