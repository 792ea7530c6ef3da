# SPDX-License-Identifier: Apache-2.0
#
# core: what every daemon and tool uses. sctp: apart, so that only those that speak NGAP link usrsctp. The kernel's
# SCTP is used through its own header (linux/sctp.h): libsctp's sctp_send() would clash with ours.
$(call library,core,$(addprefix lib/,version.c log.c notify.c token.c daemon.c json.c yaml.c yaml_read.c suggest.c http_server.c \
	http_route.c http_reply.c http_file.c http_stream.c http_client.c http_fetch.c rate.c late.c curl_late.c metrics.c \
	file.c hex.c process.c spawn.c thread.c amount.c clock.c lookup.c random.c histogram.c wal.c),libuv libmicrohttpd jansson yaml-0.1 zlib)
$(call library,sctp,$(addprefix lib/,sctp.c sctp_kernel.c sctp_user.c sctp_user_net.c sctp_user_port.c),libuv usrsctp)

$(call unit-test,test_http,tests/unit/test_http.c,core,libuv jansson)
$(call unit-test,test_http_file,tests/unit/test_http_file.c,core,libuv jansson)
$(call unit-test,test_sctp,tests/unit/test_sctp.c tests/unit/sctp_peer.c,sctp,libuv)
$(call unit-test,test_yaml,tests/unit/test_yaml.c,core)
$(call unit-test,test_histogram,tests/unit/test_histogram.c,core)
$(call unit-test,test_wal,tests/unit/test_wal.c,core)
$(call fuzz-target,fuzz_wal,tests/fuzz/fuzz_wal.c,core)
$(call unit-test,test_log,tests/unit/test_log.c,core)
$(call unit-test,test_hex,tests/unit/test_hex.c,core)
# Apart, so that who links an application has it without the rest: lib/proof.c is in libcooperative and libtransfer.
$(call unit-test,test_proof,tests/unit/test_proof.c lib/proof.c,core,nettle)
$(call unit-test,test_random,tests/unit/test_random.c,core)
$(call unit-test,test_lookup,tests/unit/test_lookup.c,)
$(call unit-test,test_amount,tests/unit/test_amount.c,core)
$(call unit-test,test_file,tests/unit/test_file.c,core)
$(call unit-test,test_spawn,tests/unit/test_spawn.c,core)
$(call unit-test,test_json,tests/unit/test_json.c,core,jansson)
$(call fuzz-target,fuzz_yaml,tests/fuzz/fuzz_yaml.c,core)
$(call fuzz-target,fuzz_http,tests/fuzz/fuzz_http.c,core,jansson)
$(call unit-test,test_daemon,tests/unit/test_daemon.c,core,libuv)
