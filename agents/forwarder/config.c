// SPDX-License-Identifier: Apache-2.0
#include "agents/forwarder/config.h"

#define AT(member) .offset = offsetof(struct config, member)
#define TEXT(member)                                                                               \
	.read = yaml_read_text, AT(member), .size = sizeof(((struct config *)0)->member)
#define ADDRESS(member) .read = yaml_read_ipv4, AT(member)

enum { NUMBER_MAX = 4095, REQUESTS_MAX = 1 << 20 };

const struct yaml_field config_fields[] = {
	{.key = "service_address", ADDRESS(service), .required = true, .help = "that moves"},
	{.key = "service_port",
	 .read = yaml_read_u32,
	 AT(service_port),
	 .min = 1,
	 .max = 65535,
	 .help = "UDP and TCP"},
	{.key = "number",
	 .read = yaml_read_u32,
	 AT(number),
	 .required = true,
	 .max = NUMBER_MAX,
	 .help = "of the application: its filters' handle, its port's last digits"},
	{.key = "here", ADDRESS(here), .required = true, .help = "WAN address of this edge"},
	{.key = "source",
	 ADDRESS(source),
	 .required = true,
	 .help = "WAN address of the edge that has the instance"},
	{.key = "wan_interface", TEXT(wan), .required = true, .help = "towards the other edges"},
	{.key = "n6_interface", TEXT(n6), .help = "towards the UPF"},
	{.key = "migration", TEXT(migration), .required = true, .help = "which it serves"},
	{.key = "cache_bytes",
	 .read = yaml_read_u64,
	 AT(cache_bytes),
	 .min = 4096,
	 .max = UINT64_C(1) << 40,
	 .help = "of requests and answers"},
	{.key = "cache_requests",
	 .read = yaml_read_u32,
	 AT(cache_requests),
	 .min = 1,
	 .max = REQUESTS_MAX,
	 .help = "how many of them"},
	{0},
};

void config_defaults(struct config *c)
{
	*c = (struct config){
		.service_port = 7000, .cache_bytes = 64 << 20, .cache_requests = 1 << 16};
}

struct redirect config_redirect(const struct config *c)
{
	return (struct redirect){.wan = c->wan,
				 .n6 = c->n6,
				 .service = c->service,
				 .here = c->here,
				 .source = c->source,
				 .service_port = (uint16_t)c->service_port,
				 .port = (uint16_t)(FORWARDER_PORT_BASE + c->number),
				 .number = c->number};
}
