/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Records of which each field is a row of a table: its name, where it lies in the record and in the
 * message, how it is written for people and what it means. Attributes, text, command-line options
 * and JSON members are all made from the rows, so that nothing is written twice. A record begins
 * with the mask of the fields that it has, bit i for row i.
 */
#ifndef BATON_GTP5G_FIELD_H
#define BATON_GTP5G_FIELD_H

#include <libmnl/libmnl.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

enum gtp5g_type {
	GTP5G_NUMBER, /* "255", "0xff" */
	GTP5G_HEX,    /* a number that is printed as 0x and eight digits */
	GTP5G_IPV4,
	GTP5G_WORD,   /* one of words[], or its number */
	GTP5G_FLAGS,  /* some of words[], "buff,nocp", or their sum */
	GTP5G_IDS,    /* struct gtp5g_ids: one attribute each */
	GTP5G_PDRS,   /* struct gtp5g_pdrs: all in one attribute, 16 bits each */
	GTP5G_FLOW,   /* struct ipfilter */
	GTP5G_ROUTES, /* struct gtp5g_routes */
	GTP5G_MARK,   /* a number, which the attribute holds in decimal digits */
	GTP5G_RATE,   /* 40 bits: path's attribute has the upper 32, the next one the lower 8 */
	GTP5G_VOLUME, /* a number, and a bit in the attribute GTP5G_AT_VOLUME_FLAGS beside it */
};

struct gtp5g_word {
	const char *name; /* NULL ends a list */
	uint64_t value;
};

enum gtp5g_field_flag {
	GTP5G_KEY = 1,	    /* what a record is found by; not an option */
	GTP5G_REQUIRED = 2, /* of who makes one */
	GTP5G_TOLD = 4,	    /* by the module; nobody sets it */
	GTP5G_UNTOLD = 8,   /* set, and never told by the module */
};

/**
 * struct gtp5g_field - a row
 * @name:  of the option --ue-address and the JSON member "ue_address"
 * @path:  numbers of nested attributes, outermost first, 0 behind the last
 * @size:  octets of a number on the wire
 * @store: octets of it in the record
 * @with:  bits of the rows without which it is nothing
 * @since: version of the module (GTP5G_VERSION) that knows it; 0: each one
 */
struct gtp5g_field {
	const char *name;
	enum gtp5g_type type;
	uint8_t path[3];
	uint8_t size, store;
	uint16_t offset;
	unsigned flags;
	uint64_t min, max;
	const struct gtp5g_word *words;
	uint64_t with;
	uint32_t since;
	const char *argument, *help; /* "ADDRESS"; "the UE's" */
};

enum { GTP5G_FIELDS_MAX = 24 };

struct gtp5g_table {
	const char *name; /* "pdr" */
	const struct gtp5g_field *field;
	size_t count; /* at most GTP5G_FIELDS_MAX */
};

static inline bool gtp5g_has(const void *record, size_t index)
{
	return *(const uint64_t *)record >> index & 1;
}

/** gtp5g_number - a field of a type that is a number, also WORD, FLAGS, MARK, RATE and VOLUME */
uint64_t gtp5g_number(const struct gtp5g_field *field, const void *record);
void gtp5g_set_number(const struct gtp5g_field *field, uint64_t value, void *record);

/**
 * gtp5g_put - the attributes of all fields that @record has, but for those of GTP5G_TOLD
 * @nlh:  they go behind what is in it
 * @size: octets that @nlh may grow to
 *
 * Return: 0, -EMSGSIZE
 */
int gtp5g_put(const struct gtp5g_table *table, const void *record, struct nlmsghdr *nlh,
	      size_t size);

/**
 * gtp5g_take - a record from attributes
 * @attributes: @len octets; nothing is borrowed
 * @record:     in *record's mask what was there; its other members are set where they were
 *
 * Attributes that no row has are left out.
 * Return: 0, -EBADMSG: cut short, of another size, or a value that the field can't have; -E2BIG, a
 * list of too many
 */
int gtp5g_take(const struct gtp5g_table *table, const void *attributes, size_t len, void *record);

/* What a text should have been, after -EINVAL: "a number from 0 to 63" */
struct gtp5g_expected {
	char text[256];
};

/**
 * gtp5g_read - a field's value as people write it
 * @index: of the row
 * @record: its field is set, and its bit
 *
 * Return: 0, or -EINVAL with @ret_expected
 */
int gtp5g_read(const struct gtp5g_table *table, size_t index, const char *text, void *record,
	       struct gtp5g_expected *ret_expected);
/** gtp5g_print - the same text, which gtp5g_read takes */
void gtp5g_print(const struct gtp5g_table *table, size_t index, const void *record, FILE *out);

/** gtp5g_field_find - index of a row by name; @table's count when there is none */
size_t gtp5g_field_find(const struct gtp5g_table *table, const char *name);

#endif
