// SPDX-License-Identifier: Apache-2.0
/* Records into attributes and back, by their tables (field.h). */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "lib/gtp5g/inside.h"

enum { DEPTH_MAX = 3 };

uint64_t gtp5g_number(const struct gtp5g_field *field, const void *record)
{
	const char *at = (const char *)record + field->offset;
	uint64_t value;

	switch (field->store) {
	case 1:
		return *(const uint8_t *)at;
	case 2:
		return *(const uint16_t *)at;
	case 4:
		return *(const uint32_t *)at;
	default:
		memcpy(&value, at, sizeof(value));
		return value;
	}
}

void gtp5g_set_number(const struct gtp5g_field *field, uint64_t value, void *record)
{
	char *at = (char *)record + field->offset;

	switch (field->store) {
	case 1:
		*(uint8_t *)at = (uint8_t)value;
		break;
	case 2:
		*(uint16_t *)at = (uint16_t)value;
		break;
	case 4:
		*(uint32_t *)at = (uint32_t)value;
		break;
	default:
		memcpy(at, &value, sizeof(value));
	}
}

static const void *value_of(const struct gtp5g_field *field, const void *record)
{
	return (const char *)record + field->offset;
}

static void *place_of(const struct gtp5g_field *field, void *record)
{
	return (char *)record + field->offset;
}

static size_t depth_of(const struct gtp5g_field *field)
{
	size_t depth = 1;

	while (depth < DEPTH_MAX && field->path[depth])
		depth++;
	return depth;
}

/* ---- into attributes ---- */

struct writer {
	struct nlmsghdr *nlh;
	size_t size;
	bool full;
	struct nlattr *nest[DEPTH_MAX - 1]; /* those that are open, outermost first */
	size_t open;
};

static void put(struct writer *w, uint16_t type, const void *data, size_t len)
{
	if (!w->full && !mnl_attr_put_check(w->nlh, w->size, type, len, data))
		w->full = true;
}

static void put_number(struct writer *w, uint16_t type, uint64_t value, size_t size)
{
	const uint8_t u8 = (uint8_t)value;
	const uint16_t u16 = (uint16_t)value;
	const uint32_t u32 = (uint32_t)value;

	put(w, type,
	    size == 1	? (const void *)&u8
	    : size == 2 ? (const void *)&u16
	    : size == 4 ? (const void *)&u32
			: (const void *)&value,
	    size);
}

static void nest_begin(struct writer *w, uint16_t type)
{
	struct nlattr *nest = w->full ? NULL : mnl_attr_nest_start_check(w->nlh, w->size, type);

	if (!nest)
		w->full = true;
	w->nest[w->open++] = nest;
}

static void nest_end(struct writer *w)
{
	struct nlattr *nest = w->nest[--w->open];

	if (nest && !w->full)
		mnl_attr_nest_end(w->nlh, nest);
}

/* Open the nests of @field's path and no others; Return: was one opened */
static bool nest_as(struct writer *w, const struct gtp5g_field *field)
{
	size_t depth = depth_of(field) - 1, same = 0;

	while (same < w->open && same < depth && w->nest[same] &&
	       mnl_attr_get_type(w->nest[same]) == field->path[same])
		same++;
	while (w->open > same)
		nest_end(w);
	while (w->open < depth)
		nest_begin(w, field->path[w->open]);
	return depth > same;
}

static void put_flow(struct writer *w, uint16_t type, const struct ipfilter *flow)
{
	struct nlattr *nest = w->full ? NULL : mnl_attr_nest_start_check(w->nlh, w->size, type);

	if (!nest || !gtp5g_flow_put(flow, w->nlh, w->size))
		w->full = true;
	else
		mnl_attr_nest_end(w->nlh, nest);
}

static void put_routes(struct writer *w, uint16_t type, const struct gtp5g_routes *routes)
{
	struct nlattr *nest = w->full ? NULL : mnl_attr_nest_start_check(w->nlh, w->size, type);

	if (!nest) {
		w->full = true;
		return;
	}
	for (uint32_t i = 0; i < routes->count; i++) {
		const uint8_t *a = (const uint8_t *)&routes->route[i].address;
		char text[sizeof("255.255.255.255/255")];
		int len = snprintf(text, sizeof(text), "%u.%u.%u.%u/%u", a[0], a[1], a[2], a[3],
				   routes->route[i].length);

		put(w, (uint16_t)(i + 1), text, (size_t)len + 1);
	}
	if (!w->full)
		mnl_attr_nest_end(w->nlh, nest);
}

static void put_volume_flags(struct writer *w, const struct gtp5g_table *table, const void *record,
			     uint8_t nest)
{
	uint8_t flags = 0;

	for (size_t i = 0; i < table->count; i++)
		if (table->field[i].type == GTP5G_VOLUME && table->field[i].path[0] == nest &&
		    gtp5g_has(record, i))
			flags |= (uint8_t)(1 << (table->field[i].path[1] - GTP5G_AT_VOLUME_TOTAL));
	put(w, GTP5G_AT_VOLUME_FLAGS, &flags, sizeof(flags));
}

static void put_field(struct writer *w, const struct gtp5g_table *table, size_t index,
		      const void *record)
{
	const struct gtp5g_field *field = &table->field[index];
	const uint16_t type = field->path[depth_of(field) - 1];
	const bool opened = nest_as(w, field);
	const struct gtp5g_ids *ids = value_of(field, record);
	char digits[24];

	switch (field->type) {
	case GTP5G_IPV4:
		put(w, type, value_of(field, record), sizeof(struct in_addr));
		break;
	case GTP5G_IDS:
		for (uint32_t i = 0; i < ids->count; i++)
			put_number(w, type, ids->id[i], sizeof(ids->id[i]));
		break;
	case GTP5G_FLOW:
		put_flow(w, type, value_of(field, record));
		break;
	case GTP5G_ROUTES:
		put_routes(w, type, value_of(field, record));
		break;
	case GTP5G_MARK:
		snprintf(digits, sizeof(digits), "%u", (unsigned)gtp5g_number(field, record));
		put(w, type, digits, strlen(digits) + 1);
		break;
	case GTP5G_RATE:
		put_number(w, type, gtp5g_number(field, record) >> 8, 4);
		put_number(w, type + 1, gtp5g_number(field, record) & 0xff, 1);
		break;
	case GTP5G_VOLUME:
		if (opened)
			put_volume_flags(w, table, record, field->path[0]);
		put_number(w, type, gtp5g_number(field, record), field->size);
		break;
	case GTP5G_PDRS:
		break;
	default:
		put_number(w, type, gtp5g_number(field, record), field->size);
	}
}

int gtp5g_put(const struct gtp5g_table *table, const void *record, struct nlmsghdr *nlh,
	      size_t size)
{
	struct writer w = {.nlh = nlh, .size = size};

	for (size_t i = 0; i < table->count; i++)
		if (gtp5g_has(record, i) && !(table->field[i].flags & GTP5G_TOLD))
			put_field(&w, table, i, record);
	while (w.open)
		nest_end(&w);
	return w.full ? -EMSGSIZE : 0;
}

/* ---- and back ---- */

/* The attributes of a message or of a nest */
struct level {
	const void *at;
	size_t len;
};

static int number_of(const struct nlattr *attr, uint64_t *ret_number)
{
	switch (mnl_attr_get_payload_len(attr)) {
	case 1:
		*ret_number = mnl_attr_get_u8(attr);
		return 0;
	case 2:
		*ret_number = mnl_attr_get_u16(attr);
		return 0;
	case 4:
		*ret_number = mnl_attr_get_u32(attr);
		return 0;
	case 8:
		*ret_number = mnl_attr_get_u64(attr);
		return 0;
	default:
		return -EBADMSG;
	}
}

static int take_number(const struct gtp5g_field *field, const struct nlattr *attr, void *record)
{
	uint64_t number;
	int rc = number_of(attr, &number);

	if (rc)
		return rc;
	if (field->size < 8 && number >> (8 * field->size))
		return -EBADMSG;
	gtp5g_set_number(field, number, record);
	return 0;
}

static int take_ids(const struct nlattr *attr, struct gtp5g_ids *ids)
{
	uint64_t id;
	int rc = number_of(attr, &id);

	if (rc || id > UINT32_MAX)
		return -EBADMSG;
	if (ids->count == GTP5G_IDS_MAX)
		return -E2BIG;
	ids->id[ids->count++] = (uint32_t)id;
	return 0;
}

static int take_pdrs(const struct nlattr *attr, struct gtp5g_pdrs *pdrs)
{
	const size_t len = mnl_attr_get_payload_len(attr);

	if (len % sizeof(pdrs->id[0]))
		return -EBADMSG;
	if (len > sizeof(pdrs->id))
		return -E2BIG;
	memcpy(pdrs->id, mnl_attr_get_payload(attr), len);
	pdrs->count = (uint32_t)(len / sizeof(pdrs->id[0]));
	return 0;
}

static int take_route(const struct nlattr *attr, struct gtp5g_routes *routes)
{
	const char *text = mnl_attr_get_payload(attr);
	const size_t len = strnlen(text, mnl_attr_get_payload_len(attr));

	if (routes->count == GTP5G_ROUTES_MAX)
		return -E2BIG;
	if (gtp5g_route_read(text, len, &routes->route[routes->count]))
		return -EBADMSG;
	routes->count++;
	return 0;
}

static int take_routes(const struct nlattr *nest, struct gtp5g_routes *routes)
{
	const struct nlattr *attr;
	int rc = 0;

	routes->count = 0;
	mnl_attr_for_each_nested (attr, nest) {
		rc = take_route(attr, routes);
		if (rc)
			break;
	}
	return rc;
}

static int take_mark(const struct gtp5g_field *field, const struct nlattr *attr, void *record)
{
	const char *text = mnl_attr_get_payload(attr);
	const size_t len = strnlen(text, mnl_attr_get_payload_len(attr));
	uint64_t mark;

	if (gtp5g_number_read(text, len, field->max, &mark))
		return -EBADMSG;
	gtp5g_set_number(field, mark, record);
	return 0;
}

static const struct nlattr *find(struct level level, uint16_t type)
{
	const struct nlattr *attr;

	mnl_attr_for_each_payload (level.at, level.len)
		if (mnl_attr_get_type(attr) == type)
			return attr;
	return NULL;
}

/* @attr has the upper 32 bits; the lower 8 are beside it. Of a rate that was never set the module
 * tells 0, too (gtp5g_genl_fill_qer), see holds(). */
static int take_rate(const struct gtp5g_field *field, const struct nlattr *attr, struct level level,
		     void *record)
{
	const struct nlattr *lower = find(level, mnl_attr_get_type(attr) + 1);
	uint64_t high, low = 0;

	if (number_of(attr, &high) || high > UINT32_MAX)
		return -EBADMSG;
	if (lower && (number_of(lower, &low) || low > UINT8_MAX))
		return -EBADMSG;
	gtp5g_set_number(field, high << 8 | low, record);
	return 0;
}

/* The module tells all three of a threshold or quota; those that hold have a bit */
static bool volume_holds(struct level level, uint16_t type)
{
	const struct nlattr *flags = find(level, GTP5G_AT_VOLUME_FLAGS);
	uint64_t bits = 0;

	return flags && !number_of(flags, &bits) && bits >> (type - GTP5G_AT_VOLUME_TOTAL) & 1;
}

static int take_value(const struct gtp5g_field *field, const struct nlattr *attr,
		      struct level level, void *record)
{
	switch (field->type) {
	case GTP5G_IPV4:
		if (mnl_attr_get_payload_len(attr) != sizeof(struct in_addr))
			return -EBADMSG;
		memcpy(place_of(field, record), mnl_attr_get_payload(attr), sizeof(struct in_addr));
		return 0;
	case GTP5G_IDS:
		return take_ids(attr, place_of(field, record));
	case GTP5G_PDRS:
		return take_pdrs(attr, place_of(field, record));
	case GTP5G_FLOW:
		return gtp5g_flow_take(attr, place_of(field, record));
	case GTP5G_ROUTES:
		return take_routes(attr, place_of(field, record));
	case GTP5G_MARK:
		return take_mark(field, attr, record);
	case GTP5G_RATE:
		return take_rate(field, attr, level, record);
	default:
		return take_number(field, attr, record);
	}
}

/* Is what was taken a value at all. A rate of 0 is none: sent back, it would be one of which
 * nothing passes (newTrafficPolicer, trTCM.c) */
static bool holds(const struct gtp5g_field *field, struct level level, uint16_t type,
		  const void *record)
{
	switch (field->type) {
	case GTP5G_RATE:
		return gtp5g_number(field, record);
	case GTP5G_VOLUME:
		return volume_holds(level, type);
	default:
		return true;
	}
}

static bool begins(const struct gtp5g_field *field, const uint8_t *path, size_t depth)
{
	return depth <= DEPTH_MAX && !memcmp(field->path, path, depth);
}

static int take_level(const struct gtp5g_table *table, struct level level, uint8_t *path,
		      size_t depth, void *record);

/* One attribute, at @path; a field of its own, or a nest of fields, or nothing of ours */
static int take_attribute(const struct gtp5g_table *table, const struct nlattr *attr,
			  struct level level, uint8_t *path, size_t depth, void *record)
{
	const struct level nested = {mnl_attr_get_payload(attr), mnl_attr_get_payload_len(attr)};
	uint64_t *has = record;
	int rc;

	for (size_t i = 0; i < table->count; i++) {
		const struct gtp5g_field *field = &table->field[i];

		if (!begins(field, path, depth))
			continue;
		if (depth_of(field) > depth)
			return take_level(table, nested, path, depth, record);
		rc = take_value(field, attr, level, record);
		/* of an attribute that is there twice, the last counts */
		*has &= ~((uint64_t)1 << i);
		if (!rc && holds(field, level, path[depth - 1], record))
			*has |= (uint64_t)1 << i;
		return rc;
	}
	return 0;
}

static int take_level(const struct gtp5g_table *table, struct level level, uint8_t *path,
		      size_t depth, void *record)
{
	const struct nlattr *attr = level.at;
	size_t left = level.len;
	int rc = 0;

	/* until octets are left that are no attribute */
	for (; !rc && left >= sizeof(*attr) && mnl_attr_ok(attr, (int)left);
	     attr = mnl_attr_next(attr)) {
		const size_t step = MNL_ALIGN(attr->nla_len);

		left = left > step ? left - step : 0;
		if (mnl_attr_get_type(attr) > UINT8_MAX)
			continue;
		path[depth] = (uint8_t)mnl_attr_get_type(attr);
		rc = take_attribute(table, attr, level, path, depth + 1, record);
	}
	return !rc && left ? -EBADMSG : rc;
}

int gtp5g_take(const struct gtp5g_table *table, const void *attributes, size_t len, void *record)
{
	uint8_t path[DEPTH_MAX + 1] = {0};

	return take_level(table, (struct level){attributes, len}, path, 0, record);
}
