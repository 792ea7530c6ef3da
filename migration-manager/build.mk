# SPDX-License-Identifier: Apache-2.0
#
# The manager is a library and a main, so that unit tests and fuzz targets link what they test.
$(call library,migration-manager,$(filter-out migration-manager/main.c,$(wildcard migration-manager/*.c migration-manager/*/*.c)) \
	$(B)/gen/openapi.c,libuv jansson sqlite3)
$(call program,migration-manager,migration-manager/main.c,migration-manager core,libuv jansson sqlite3)

# openapi.json as a string: a line of the file, a line of the literal
$(B)/gen/openapi.c: migration-manager/openapi.json
	@mkdir -p $(@D)
	@{ echo '#include "migration-manager/openapi.h"'; echo 'const char openapi_text[] ='; \
	   sed -e 's/\\/\\\\/g' -e 's/"/\\"/g' -e 's/^/"/' -e 's/$$/\\n"/' $<; echo ';'; } > $@

MM_WORLD := tests/unit/manager_world.c tests/unit/manager_peers.c tests/unit/manager_game.c \
	tests/unit/manager_process.c tests/unit/manager_process_steps.c tests/unit/manager_classifier.c
$(call unit-test,test_migration,tests/unit/test_migration.c $(MM_WORLD),migration-manager core,libuv jansson sqlite3)
$(call unit-test,test_migration_classifier,tests/unit/test_migration_classifier.c $(MM_WORLD),migration-manager core,libuv jansson sqlite3)
$(call unit-test,test_migration_turned,tests/unit/test_migration_turned.c $(MM_WORLD),migration-manager core,libuv jansson sqlite3)
$(call unit-test,test_migration_restart,tests/unit/test_migration_restart.c $(MM_WORLD),migration-manager core,libuv jansson sqlite3)
$(B)/tests/test_migration_restart: | $(B)/bin/migration-manager
$(call unit-test,test_migration_rest,tests/unit/test_migration_rest.c $(MM_WORLD),migration-manager core,libuv jansson sqlite3)
$(call unit-test,test_dual,tests/unit/test_dual.c $(MM_WORLD),migration-manager core,libuv jansson sqlite3)
$(call unit-test,test_dual_turned,tests/unit/test_dual_turned.c $(MM_WORLD),migration-manager core,libuv jansson sqlite3)
MM_MOVE := tests/unit/process_move.c $(MM_WORLD)
$(call unit-test,test_process,tests/unit/test_process.c $(MM_MOVE),migration-manager core,libuv jansson sqlite3)
$(call unit-test,test_process_early,tests/unit/test_process_early.c $(MM_MOVE),migration-manager core,libuv jansson sqlite3)
$(call unit-test,test_process_failing,tests/unit/test_process_failing.c $(MM_MOVE),migration-manager core,libuv jansson sqlite3)
$(call unit-test,test_process_cooperative,tests/unit/test_process_cooperative.c $(MM_MOVE),migration-manager core,libuv jansson sqlite3)
$(call unit-test,test_process_stopped,tests/unit/test_process_stopped.c $(MM_MOVE),migration-manager core,libuv jansson sqlite3)
$(call unit-test,test_process_decide,tests/unit/test_process_decide.c,migration-manager core,libuv jansson sqlite3)
$(call unit-test,test_policy,tests/unit/test_policy.c $(MM_WORLD),migration-manager core,libuv jansson sqlite3)
$(call unit-test,test_openapi,tests/unit/test_openapi.c tests/unit/json_schema.c $(MM_WORLD),migration-manager core,libuv jansson sqlite3)
$(call fuzz-target,fuzz_request,tests/fuzz/fuzz_request.c,migration-manager core,libuv jansson sqlite3)
