/* SPDX-License-Identifier: Apache-2.0 */
/* Beginning and end of struct smf; what listens (SCTP, PFCP, HTTP) is started by main() after it.
 */
#ifndef BATON_SMF_SMF_LIFE_H
#define BATON_SMF_SMF_LIFE_H

#include "smf-lite/smf.h"

struct n2_wire;

/** smf_init - tables, database, what it holds; @config, @loop borrowed for smf's life. On failure:
 * smf_done() too */
int smf_init(struct smf *smf, uv_loop_t *loop, const struct smf_config *config,
	     const struct n2_wire *wire);
void smf_done(struct smf *smf);

#endif
