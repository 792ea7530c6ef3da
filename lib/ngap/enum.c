// SPDX-License-Identifier: Apache-2.0
/*
 * NGAP's enumerations and small integers: how many values each has, and their names in the
 * standard (TS 38.413 cl. 9.4.5).
 */
#include "lib/ngap/codec.h"

static void print_name_of(struct ngap_text *text, const char *const names[], size_t count,
			  uint8_t value)
{
	ngap_text_add(text, "%s", value < count ? names[value] : "unknown");
}

/* An ENUMERATED type: names in order, the first @root_ of them before the "..." */
#define ENUMERATED(symbol, root_, ...)                                                             \
	static const char *const symbol##_names[] = {__VA_ARGS__};                                 \
	static void walk_##symbol(struct ngap_codec *c, void *value)                               \
	{                                                                                          \
		size_t count = sizeof(symbol##_names) / sizeof(symbol##_names[0]);                 \
                                                                                                   \
		per_enum(&c->per, value, (root_), count - (root_));                                \
	}                                                                                          \
	static void print_##symbol(struct ngap_text *text, const void *value)                      \
	{                                                                                          \
		size_t count = sizeof(symbol##_names) / sizeof(symbol##_names[0]);                 \
                                                                                                   \
		print_name_of(text, symbol##_names, count, *(const uint8_t *)value);               \
	}                                                                                          \
	const struct ngap_type ngap_type_##symbol = {sizeof(uint8_t), walk_##symbol, print_##symbol}

ENUMERATED(paging_drx, 4, "v32", "v64", "v128", "v256");
ENUMERATED(time_to_wait, 6, "v1s", "v2s", "v5s", "v10s", "v20s", "v60s");
ENUMERATED(rrc_cause, 10, "emergency", "highPriorityAccess", "mt-Access", "mo-Signalling",
	   "mo-Data", "mo-VoiceCall", "mo-VideoCall", "mo-SMS", "mps-PriorityAccess",
	   "mcs-PriorityAccess", "notAvailable", "mo-ExceptionData");
ENUMERATED(session_type, 5, "ipv4", "ipv6", "ipv4v6", "ethernet", "unstructured");

/* ENUMERATED with one value, {requested, ...}: the IE's presence is all it tells. */
static void walk_flag(struct ngap_codec *c, void *value)
{
	uint8_t only = 0;

	per_enum(&c->per, &only, 1, 0);
	if (!per_writing(&c->per))
		*(bool *)value = !c->per.error;
}

static void print_flag(struct ngap_text *text, const void *value)
{
	ngap_text_add(text, "%s", *(const bool *)value ? "yes" : "no");
}

const struct ngap_type ngap_type_flag = {sizeof(bool), walk_flag, print_flag};

/* INTEGER (0..255) */
static void walk_capacity(struct ngap_codec *c, void *value)
{
	per_u8(&c->per, value, 0, 255);
}

static void print_capacity(struct ngap_text *text, const void *value)
{
	ngap_text_add(text, "%u", *(const uint8_t *)value);
}

const struct ngap_type ngap_type_capacity = {sizeof(uint8_t), walk_capacity, print_capacity};

/* INTEGER (1..256, ...) */
static void walk_network_instance(struct ngap_codec *c, void *value)
{
	per_u16_ext(&c->per, value, 1, 256);
}

static void print_network_instance(struct ngap_text *text, const void *value)
{
	ngap_text_add(text, "%u", *(const uint16_t *)value);
}

const struct ngap_type ngap_type_network_instance = {sizeof(uint16_t), walk_network_instance,
						     print_network_instance};
