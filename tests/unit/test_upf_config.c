// SPDX-License-Identifier: Apache-2.0
/* The UPF's configuration file: what is taken, what is refused and with which words. */
#include <arpa/inet.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "upf/config.h"

#define NEEDED                                                                                     \
	"name: a\nn4_address: 10.0.0.1\nn3_address: 10.0.1.1\nn3_device: n3\nn6_device: n6\n"      \
	"rest_address: 127.0.0.1\n"

static int read_text(const char *text, struct upf_config *config, struct yaml_error *err)
{
	struct yaml_doc *doc;
	int rc = yaml_load_memory("upf.yaml", text, strlen(text), &doc, err);

	if (rc)
		return rc;
	upf_config_default(config);
	rc = yaml_read_fields(doc, yaml_root(doc), upf_config_fields, config, err);
	if (!rc)
		rc = upf_config_lists(config, doc, err);
	yaml_free(doc);
	return rc;
}

static void test_defaults(void **state)
{
	struct upf_config config;
	struct yaml_error err = {0};
	struct dp_config dp;

	assert_int_equal(read_text(NEEDED, &config, &err), 0);
	upf_config_dataplane(&config, &dp);
	assert_string_equal(dp.backend, "auto");
	assert_int_equal(dp.role, DP_ROLE_UPF);
	assert_int_equal(dp.instance_count, 1);
	assert_string_equal(dp.instance[0].name, "");
	assert_int_equal(dp.instance[0].table, 106);
	assert_string_equal(dp.instance[0].dev, "n6");
	assert_int_equal(dp.local_count, 1);
	assert_int_equal(dp.local[0].addr.family, AF_INET);
	assert_int_equal(dp.local[0].addr.ip4.s_addr, inet_addr("10.0.1.1"));
	assert_string_equal(dp.local[0].dev, "n3");
	assert_int_equal(dp.sessions_max, UPF_SESSIONS_DEFAULT);
	assert_null(dp.pin_dir);
	assert_int_equal(dp.instance[0].pool_count + dp.protected_count, 0);
	assert_int_equal(config.rest_port, 8082);
}

/* Sessions may have them; the data plane is not told, nothing of them is this UPF's to drop. */
static void test_n9_pools(void **state)
{
	static const char text[] = NEEDED "ue_pools: [10.60.1.0/24]\nn9_ue_pools: [10.60.0.0/16]\n";
	struct upf_instance served[DP_INSTANCES_MAX];
	struct upf_config config;
	struct yaml_error err = {0};
	struct dp_config dp;

	assert_int_equal(read_text(text, &config, &err), 0);
	upf_config_dataplane(&config, &dp);
	assert_int_equal(dp.instance[0].pool_count, 1);
	upf_config_served(&config, served);
	assert_int_equal(served[0].pool_count, 2);
	assert_int_equal(served[0].pool[0].len, 24);
	assert_int_equal(served[0].pool[1].addr.ip4.s_addr, inet_addr("10.60.0.0"));
	assert_int_equal(served[0].pool[1].len, 16);
}

static void test_all(void **state)
{
	static const char text[] =
		NEEDED "n6_table: 7\ndataplane: gtp\nneeds_qos: true\n"
		       "ue_pools: [10.60.1.0/24, 10.60.2.0/25]\n"
		       "protected:\n  - 10.100.0.0/16\n"
		       "pin_dir: /sys/fs/bpf\nrest_port: 99\ntoken_file: t\n"
		       "drain_s: 30\necho_interval_s: 5\necho_t3_s: 4\necho_n3: 5\n";
	struct upf_config config;
	struct yaml_error err = {0};
	struct dp_config dp;

	assert_int_equal(read_text(text, &config, &err), 0);
	upf_config_dataplane(&config, &dp);
	assert_string_equal(dp.backend, "gtp");
	assert_true(dp.needs_qos);
	assert_int_equal(dp.instance[0].table, 7);
	assert_int_equal(dp.instance[0].pool_count, 2);
	assert_int_equal(dp.instance[0].pool[1].len, 25);
	assert_int_equal(dp.instance[0].pool[1].addr.family, AF_INET);
	assert_int_equal(dp.instance[0].pool[1].addr.ip4.s_addr, inet_addr("10.60.2.0"));
	assert_int_equal(dp.protected_count, 1);
	assert_int_equal(dp.protected_prefix[0].addr.ip4.s_addr, inet_addr("10.100.0.0"));
	assert_int_equal(dp.protected_prefix[0].len, 16);
	assert_string_equal(dp.pin_dir, "/sys/fs/bpf");
	assert_int_equal(config.drain_s, 30);
	assert_int_equal(config.echo_interval_s, 5);
	assert_int_equal(dp.echo_t3_s, 4);
	assert_int_equal(dp.echo_n3, 5);
}

static void test_mistakes(void **state)
{
	static const struct {
		const char *text, *says;
	} rows[] = {
		{"name: a\n", "n4_address"},
		{NEEDED "dataplan: ebpf\n", "upf.yaml:7:1"},
		{NEEDED "dataplane: dpdk\n", "expected auto, ebpf or gtp, found 'dpdk'"},
		{NEEDED "ue_pools: 10.60.1.0/24\n", "expected a list of prefixes"},
		{NEEDED "ue_pools: [10.60.1.0/33]\n", "upf.yaml:7:12"},
		{NEEDED "n9_ue_pools: [10.60.0.0/16]\n", "n9_ue_pools without ue_pools"},
		{NEEDED "ue_pools: [10.60.1.0/24]\nn9_ue_pools: [10.60.0.1/16]\n",
		 "10.60.0.1/16 has bits beyond its length"},
		{NEEDED "ue_pools: [10.60.1.0/24]\nn9_ue_pools: [1.0.0.0/8, 2.0.0.0/8, 3.0.0.0/8, "
			"4.0.0.0/8, 5.0.0.0/8, 6.0.0.0/8, 7.0.0.0/8, 8.0.0.0/8, 9.0.0.0/8, "
			"10.0.0.0/8, 11.0.0.0/8, 12.0.0.0/8, 13.0.0.0/8, 14.0.0.0/8, 15.0.0.0/8, "
			"16.0.0.0/8]\n",
		 "more than 16 prefixes with those of ue_pools"},
		{NEEDED "ue_pools: [10.60.1.1/24]\n", "10.60.1.1/24 has bits beyond its length"},
		{NEEDED "ue_pools: [10.60.0.0/16, 10.60.1.0/24]\n", "overlap"},
		{NEEDED "ue_pools: [\"2001:db8::/4294967360\"]\n", "expected a prefix"},
		{NEEDED "network_instances: [{name: a, n6_device: b, n6_table: 1, "
			"ue_pools: [10.0.0.0/8, 10.60.1.0/24]}]\n",
		 "overlap"},
		{NEEDED "protected: [a]\n", "upf.yaml:7:13"},
		{NEEDED "protected: [10.100.0.0/8]\n", "upf.yaml:7:13"},
		{NEEDED "n6_table: 0\n", "upf.yaml:7:11"},
		{NEEDED "drain_s: 3601\n", "upf.yaml:7:10"},
		{NEEDED "drain_s: soon\n", "upf.yaml:7:10"},
		{NEEDED "echo_interval_s: 0\n", "upf.yaml:7:18"},
		{NEEDED "echo_t3_s: 61\n", "upf.yaml:7:12"},
		{NEEDED "echo_n3: 0\n", "upf.yaml:7:10"},
		{NEEDED "rest_port: 65536\n", "upf.yaml:7:12"},
		{NEEDED "n3_device: a-name-too-long-for-linux\n", "n3_device"},
		{NEEDED "ue_pools: [1.0.0.0/8, 2.0.0.0/8, 3.0.0.0/8, 4.0.0.0/8, 5.0.0.0/8, "
			"6.0.0.0/8, 7.0.0.0/8, 8.0.0.0/8, 9.0.0.0/8, 10.0.0.0/8, 11.0.0.0/8, "
			"12.0.0.0/8, 13.0.0.0/8, 14.0.0.0/8, 15.0.0.0/8, 16.0.0.0/8, 17.0.0.0/8]\n",
		 "more than 16 prefixes"},
	};
	struct upf_config config;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct yaml_error err = {0};

		if (!read_text(rows[i].text, &config, &err))
			fail_msg("row %zu was taken", i);
		if (!strstr(err.text, rows[i].says))
			fail_msg("row %zu: '%s' doesn't say '%s'", i, err.text, rows[i].says);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_defaults),
		cmocka_unit_test(test_all),
		cmocka_unit_test(test_n9_pools),
		cmocka_unit_test(test_mistakes),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
