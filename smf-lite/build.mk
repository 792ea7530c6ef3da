# SPDX-License-Identifier: Apache-2.0
#
# smf: everything but main(), so that tests can link it.
SMF_SOURCES := $(addprefix smf-lite/,config.c counters.c timer.c pool.c anchor.c store.c store_load.c guami.c \
	amf_n2.c n2_sctp.c ng_interface.c nas_transport.c path_switch.c registration.c ue.c ue_nas.c \
	session.c session_table.c session_establish.c session_active.c session_release.c session_delete.c \
	session_n1.c session_n2.c classifier.c classifier_find.c classifier_n4.c route.c store_classifier.c \
	n4_client.c n4_leave.c n4_paths.c n4_pfds.c n4_load.c n4_sets.c n4_rules.c rest.c rest_route.c metrics.c events.c smf.c)
SMF_LIBS := smf n4 pfcp ipfilter ngap nas sctp core

$(call library,smf,$(SMF_SOURCES),libuv jansson sqlite3)
$(call program,smf-lite,smf-lite/main.c,$(SMF_LIBS))

SMF_WORLD := tests/unit/smf_world.c tests/unit/smf_world_upf.c
$(call unit-test,test_smf_pool,tests/unit/test_smf_pool.c,$(SMF_LIBS))
$(call unit-test,test_smf_config,tests/unit/test_smf_config.c,$(SMF_LIBS))
$(call unit-test,test_smf_session,tests/unit/test_smf_session.c $(SMF_WORLD),$(SMF_LIBS))
$(call unit-test,test_smf_registration,tests/unit/test_smf_registration.c $(SMF_WORLD),$(SMF_LIBS))
$(call unit-test,test_smf_restart,tests/unit/test_smf_restart.c $(SMF_WORLD),$(SMF_LIBS))
$(call unit-test,test_smf_anchor,tests/unit/test_smf_anchor.c $(SMF_WORLD),$(SMF_LIBS))
$(call unit-test,test_smf_node,tests/unit/test_smf_node.c $(SMF_WORLD),$(SMF_LIBS))
$(call unit-test,test_smf_classifier,tests/unit/test_smf_classifier.c tests/unit/smf_rest.c $(SMF_WORLD),$(SMF_LIBS))
$(call unit-test,test_smf_storm,tests/unit/test_smf_storm.c tests/unit/smf_rest.c $(SMF_WORLD),$(SMF_LIBS))
$(call fuzz-target,fuzz_smf,tests/fuzz/fuzz_smf.c tests/unit/smf_rest.c $(SMF_WORLD),$(SMF_LIBS),cmocka)
