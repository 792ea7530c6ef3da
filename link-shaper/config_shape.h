/* SPDX-License-Identifier: Apache-2.0 */
/* The keys of a shape in a YAML mapping: one row a key for yaml_read_fields. */
#ifndef BATON_LINK_SHAPER_CONFIG_SHAPE_H
#define BATON_LINK_SHAPER_CONFIG_SHAPE_H

#include "lib/yaml.h"
#include "link-shaper/patch.h"

/** config_read_time - "5ms" into a uint64_t of microseconds, up to a day: of `at`, `over`, `repeat`
 */
int config_read_time(const struct yaml_doc *doc, const struct yaml_node *node,
		     const struct yaml_field *field, void *ret, struct yaml_error *err);
/** config_read_shape_* - into a member of struct link_shape */
int config_read_shape_rate(const struct yaml_doc *doc, const struct yaml_node *node,
			   const struct yaml_field *field, void *ret, struct yaml_error *err);
int config_read_shape_time(const struct yaml_doc *doc, const struct yaml_node *node,
			   const struct yaml_field *field, void *ret, struct yaml_error *err);
int config_read_shape_share(const struct yaml_doc *doc, const struct yaml_node *node,
			    const struct yaml_field *field, void *ret, struct yaml_error *err);

/** config_shape_keys - which keys of a shape a mapping has, as of struct patch */
uint32_t config_shape_keys(const struct yaml_node *mapping);

#define CONFIG_SHAPE_ROW(type, member, name, reader, what)                                         \
	{                                                                                          \
		.key = name, .read = reader, .offset = offsetof(type, member), .help = what        \
	}
#define CONFIG_SHAPE_FIELDS(type, member)                                                          \
	CONFIG_SHAPE_ROW(type, member.rate_bps, "rate", config_read_shape_rate, "100Mbit"),        \
		CONFIG_SHAPE_ROW(type, member.delay_us, "delay", config_read_shape_time, "5ms"),   \
		CONFIG_SHAPE_ROW(type, member.jitter_us, "jitter", config_read_shape_time,         \
				 "500us"),                                                         \
		CONFIG_SHAPE_ROW(type, member.loss, "loss", config_read_shape_share, "0.1%"),      \
		CONFIG_SHAPE_ROW(type, member.duplicate, "duplicate", config_read_shape_share,     \
				 "1%"),                                                            \
		CONFIG_SHAPE_ROW(type, member.reorder, "reorder", config_read_shape_share, "25%"), \
		CONFIG_SHAPE_ROW(type, member.corrupt, "corrupt", config_read_shape_share,         \
				 "0.01%"),                                                         \
	{                                                                                          \
		.key = "queue", .read = yaml_read_u32,                                             \
		.offset = offsetof(type, member.queue_packets), .max = 65536,                      \
		.help = "packets that may wait for the rate"                                       \
	}

#endif
