// SPDX-License-Identifier: Apache-2.0
#include "migration-manager/manager.h"

#include <string.h>

#include "migration-manager/engine.h"

struct migration *manager_find(struct manager *mm, const char *id)
{
	struct migration *m;

	HASH_FIND_STR(mm->migrations, id, m);
	return m;
}

struct migration *manager_active_of(struct manager *mm, const char *supi)
{
	for (struct migration *m = mm->migrations; m; m = m->hh.next) {
		if (!migration_ended(m) && strcmp(m->request.ue, supi) == 0)
			return m;
	}
	return NULL;
}

void manager_add(struct manager *mm, struct migration *m)
{
	HASH_ADD_STR(mm->migrations, id, m);
}

void manager_forget(struct manager *mm, struct migration *m)
{
	HASH_DEL(mm->migrations, m);
	migration_free(m);
}

int manager_resume(struct manager *mm)
{
	int r = journal_load(mm->journal, mm, manager_add);
	struct migration *m, *next;

	if (r < 0)
		return r;
	HASH_ITER (hh, mm->migrations, m, next) {
		if (!migration_ended(m))
			engine_resume(m);
	}
	return 0;
}

void manager_drop_all(struct manager *mm)
{
	struct migration *m, *next;

	HASH_ITER (hh, mm->migrations, m, next) {
		engine_abandon(m);
		manager_forget(mm, m);
	}
}
