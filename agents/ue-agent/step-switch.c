// SPDX-License-Identifier: Apache-2.0
/* switch: make a session the primary one. T0 is when the command was accepted. */
#include <errno.h>
#include <string.h>

#include "agents/ue-agent/sessions.h"
#include "agents/ue-agent/steps.h"
#include "lib/log.h"

void step_switch(struct step_op *op)
{
	uint64_t switched_ns = 0;
	int r = sessions_make_primary(op->agent, op->session, &switched_ns);

	if (r == -ENOENT) {
		step_refused(op, 409, "SESSION_NOT_FOUND", "PDU session %u is not up", op->session);
		return;
	}
	if (r < 0) {
		step_refused(op, 500, "ROUTE_NOT_REPLACED", "the route to PDU session %u: %s",
			     op->session, strerror(-r));
		return;
	}
	log_info("switch", "migration=%s session=%u us=%llu", op->migration, op->session,
		 (unsigned long long)(switched_ns - op->accepted_ns) / 1000);
	step_done(op, json_pack("{s:I, s:I}", "t0_ns", (json_int_t)op->accepted_ns, "switched_ns",
				(json_int_t)switched_ns));
}
