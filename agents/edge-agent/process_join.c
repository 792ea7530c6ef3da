// SPDX-License-Identifier: Apache-2.0
/* A process that is started to take the state of another edge's (strategy cooperative). That it
 * does, it reads from a file in its state directory (apps/cooperative/cooperative.h). */
#include <errno.h>

#include "agents/edge-agent/process.h"
#include "agents/process/mark.h"

/* It is where it was, and a restarted agent must not begin another here: `start` would, without
 * this mark, which its launch has removed. */
static void remove_marks(const struct edge_process *p)
{
	if (mark_set(p->app.directory, "ended", ""))
		return;
	mark_remove(p->app.directory, "state/incoming");
	mark_remove(p->app.directory, "incoming");
}

/* The marks come first: nobody takes it for one that begins anew, and what a death leaves is
 * known to be this migration's. */
int process_join(struct edge_process *p, const char *migration)
{
	int rc;

	if (!process_is_away(p))
		return -EEXIST;
	rc = mark_remove(p->app.directory, "state/committed");
	if (!rc)
		rc = mark_set(p->app.directory, "state/incoming", migration);
	if (!rc)
		rc = mark_set(p->app.directory, "incoming", migration);
	if (!rc)
		rc = process_launch(p);
	if (rc)
		remove_marks(p);
	return rc;
}

void process_join_undo(struct edge_process *p)
{
	process_image_forget(p);
	remove_marks(p);
	process_changed(p);
}
