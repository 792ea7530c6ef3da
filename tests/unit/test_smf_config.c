// SPDX-License-Identifier: Apache-2.0
/* The configuration: the example is right, and each row here spoils it in one place. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "smf-lite/config.h"

enum { TEXT_MAX = 16384 };

static void read_example(char text[TEXT_MAX])
{
	FILE *f = fopen("smf-lite/smf-lite.example.yaml", "r");
	size_t len;

	assert_non_null(f); /* tests are run from the root of the repository */
	len = fread(text, 1, TEXT_MAX - 1, f);
	fclose(f);
	text[len] = '\0';
}

static int read_text(const char *text, struct smf_config *ret)
{
	char path[] = "/tmp/smf-config-XXXXXX";
	struct daemon d = {.config_path = path, .check_only = true};
	int fd = mkstemp(path), err;

	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
	close(fd);
	err = smf_config_read(&d, ret);
	unlink(path);
	return err;
}

static void test_example(void **state)
{
	char text[TEXT_MAX];
	struct smf_config c;

	read_example(text);
	assert_int_equal(read_text(text, &c), 0);
	assert_int_equal(c.rest_port, 8081);
	assert_int_equal(c.tac, 1);
	assert_int_equal(c.plmn.octets[1], 0xf1); /* 001-01: a filler in place of the third digit */
	assert_int_equal(c.dnn_count, 2);
	assert_int_equal(c.dnns[0].dns_count, 1);
	assert_string_equal(inet_ntoa(c.dnns[0].dns[0]), "10.70.0.53");
	assert_true(c.dnns[1].has_sd);
	assert_int_equal(c.dnns[1].sd, 0xa1);
	assert_int_equal(c.upf_count, 2);
	assert_int_equal(c.upfs[1].pool.len, 24);
	assert_true(c.upfs[1].qos);
	assert_int_equal(c.anchor_count, 1);
	assert_int_equal(c.application_count, 1);
	assert_string_equal(c.applications[0].id, "game");
	assert_int_equal(c.applications[0].flow_count, 1);
	assert_int_equal(c.anchors[0].session, 2);
	assert_ptr_equal(smf_config_dnn(&c, "INTERNET"), &c.dnns[0]);
	assert_int_equal(smf_config_upf_by_dnai(&c, "edge-b"), 1);
	assert_int_equal(smf_config_upf_by_dnai(&c, "edge-c"), -1);
	smf_config_done(&c);
}

static const struct spoilt {
	const char *what, *from, *to;
} spoilt[] = {
	{"unknown key", "database:", "databse:"},
	{"missing key", "tac: 1\n", ""},
	{"tac over 24 bits", "tac: 1\n", "tac: 16777216\n"},
	{"no address", "n2_address: 10.100.0.1", "n2_address: here"},
	{"port 0", "rest_port: 8081", "rest_port: 0"},
	{"mcc of two digits", "mcc: \"001\"", "mcc: \"01\""},
	{"mnc of letters", "mnc: \"01\"", "mnc: \"ab\""},
	{"sst over 8 bits", "sst: 1\n    dns", "sst: 256\n    dns"},
	{"sd of five digits", "sd: \"0000a1\"", "sd: \"000a1\""},
	{"dns that is none", "dns: [10.70.0.53]", "dns: [ten]"},
	{"five dns", "dns: [10.70.0.53]", "dns: [1.1.1.1, 1.1.1.2, 1.1.1.3, 1.1.1.4, 1.1.1.5]"},
	{"a DNN twice", "dnn: edge\n", "dnn: Internet\n"},
	{"an empty DNN", "dnn: edge\n", "dnn: \"\"\n"},
	{"a UPF's name twice", "name: upf-b", "name: upf-a"},
	{"a DNAI twice", "    dnai: edge-b\n    pool", "    dnai: edge-a\n    pool"},
	{"a UPF's address twice", "10.100.129.2", "10.100.129.1"},
	{"pools that overlap", "10.60.2.0/24", "10.60.0.0/22"},
	{"a pool too small", "10.60.2.0/24", "10.60.2.0/31"},
	{"a pool too large", "10.60.2.0/24", "10.64.0.0/15"},
	{"a pool with host bits", "10.60.2.0/24", "10.60.2.1/24"},
	{"qos that is no word", "pool: 10.60.2.0/24\n    qos: true",
	 "pool: 10.60.2.0/24\n    qos: yes"},
	{"an anchor without a UPF", "session: 2\n    dnai: edge-b", "session: 2\n    dnai: edge-z"},
	{"an anchor for no DNN", "dnn: internet\n    session", "dnn: outernet\n    session"},
	{"an anchor for session 16", "session: 2\n", "session: 16\n"},
	{"a flow that is none", "permit out 17 from", "allow out 17 from"},
	{"a flow that denies", "permit out 17 from", "deny out 17 from"},
	{"an application without flows",
	 "\n      - permit out 17 from 10.70.0.0/24 30000 to assigned", " []"},
	{"an application twice", "  - id: game\n",
	 "  - id: game\n    flows: [permit out ip from any to assigned]\n  - id: game\n"},
	{"an application without a name", "id: game", "id: \"\""},
	{"an anchor for no SUPI", "supi: imsi-001010000000001", "supi: 001010000000001"},
};

static void test_spoilt(void **state)
{
	char text[TEXT_MAX], wrong[TEXT_MAX];
	struct smf_config c;

	read_example(text);
	for (size_t i = 0; i < sizeof(spoilt) / sizeof(spoilt[0]); i++) {
		const char *at = strstr(text, spoilt[i].from);

		print_message("# %s\n", spoilt[i].what);
		assert_non_null(at);
		snprintf(wrong, sizeof(wrong), "%.*s%s%s", (int)(at - text), text, spoilt[i].to,
			 at + strlen(spoilt[i].from));
		assert_int_not_equal(read_text(wrong, &c), 0);
		smf_config_done(&c);
	}
}

static void test_supi(void **state)
{
	assert_true(smf_supi_valid("imsi-00101"));
	assert_true(smf_supi_valid("imsi-001010000000001"));
	assert_false(smf_supi_valid("imsi-0010"));
	assert_false(smf_supi_valid("imsi-0010100000000012"));
	assert_false(smf_supi_valid("imsi-00101000000000a"));
	assert_false(smf_supi_valid("nai-x"));
	assert_false(smf_supi_valid(""));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_example),
		cmocka_unit_test(test_spoilt),
		cmocka_unit_test(test_supi),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("smf_config", tests, NULL, NULL);
}
