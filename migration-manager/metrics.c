// SPDX-License-Identifier: Apache-2.0
#include "migration-manager/metrics.h"

#include "migration-manager/manager.h"

void manager_metrics(const struct manager *mm, FILE *out)
{
	unsigned long active = 0;

	for (const struct migration *m = mm->migrations; m; m = m->hh.next)
		active += !migration_ended(m);
	fprintf(out, "# HELP baton_migrations_started_total Migrations begun since the start of "
		     "the daemon.\n");
	fprintf(out,
		"# TYPE baton_migrations_started_total counter\nbaton_migrations_started_total "
		"%lu\n",
		mm->started);
	fprintf(out, "# HELP baton_migrations_ended_total Migrations ended since the start of the "
		     "daemon, by final state.\n");
	fprintf(out, "# TYPE baton_migrations_ended_total counter\n");
	for (int state = 0; state < MIGRATION_STATES; state++) {
		if (state == MIGRATION_COMPLETED || state == MIGRATION_ROLLED_BACK ||
		    state == MIGRATION_FAILED)
			fprintf(out, "baton_migrations_ended_total{state=\"%s\"} %lu\n",
				migration_state_name((enum migration_state)state),
				mm->ended[state]);
	}
	fprintf(out, "# HELP baton_migrations_active Migrations under way.\n# TYPE "
		     "baton_migrations_active gauge\n");
	fprintf(out, "baton_migrations_active %lu\n", active);
	fprintf(out, "# HELP baton_migration_turns_total Switches back, and forth again.\n"
		     "# TYPE baton_migration_turns_total counter\n");
	fprintf(out, "baton_migration_turns_total %lu\n", mm->turns);
	fprintf(out, "# HELP baton_destination_choices_total Destinations that a policy was asked "
		     "for.\n# TYPE baton_destination_choices_total counter\n");
	fprintf(out,
		"baton_destination_choices_total{outcome=\"chosen\"} %lu\n"
		"baton_destination_choices_total{outcome=\"stay\"} %lu\n",
		mm->chosen, mm->stayed);
	fprintf(out, "# HELP baton_agents_registered Agents that have registered.\n# TYPE "
		     "baton_agents_registered gauge\n");
	fprintf(out, "baton_agents_registered{kind=\"edge\"} %u\n", HASH_COUNT(mm->registry.edges));
	fprintf(out, "baton_agents_registered{kind=\"ue\"} %u\n", HASH_COUNT(mm->registry.ues));
}
