// SPDX-License-Identifier: Apache-2.0
/* Configuration: keys documented in migration-manager.example.yaml. */
#include "migration-manager/config.h"

#include "lib/token.h"

static const struct yaml_field fields[] = {
	{"rest_address", yaml_read_ipv4, offsetof(struct manager_config, rest_address), 0, 0, 0,
	 true, "IPv4 address to listen on"},
	{"rest_port", yaml_read_u32, offsetof(struct manager_config, rest_port), 0, 1, 65535, true,
	 "port to listen on"},
	{"token_file", yaml_read_text, offsetof(struct manager_config, token_file), 256, 0, 0, true,
	 "file of the bearer token"},
	{"smf_url", yaml_read_text, offsetof(struct manager_config, smf_url), 128, 0, 0, true,
	 "http:// URL of smf-lite"},
	{"database", yaml_read_text, offsetof(struct manager_config, database), 256, 0, 0, true,
	 "path of the journal"},
	{"topology", yaml_read_text, offsetof(struct manager_config, topology), 64, 0, 0, true,
	 "name of the topology"},
	{0},
};

int config_load(struct manager *mm)
{
	int r = daemon_config(&mm->daemon, fields, &mm->config, NULL);

	if (r < 0 || mm->daemon.check_only)
		return r;
	return token_read(mm->config.token_file, mm->token, sizeof mm->token);
}
