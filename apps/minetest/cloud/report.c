// SPDX-License-Identifier: Apache-2.0
#include <errno.h>
#include <string.h>

#include "apps/minetest/cloud/report.h"

enum { NORTH, WEST = 3 };

static bool number(const json_t *n, json_int_t min, json_int_t max, json_int_t *ret)
{
	*ret = json_integer_value(n);
	return json_is_integer(n) && *ret >= min && *ret <= max;
}

static bool number_at(const json_t *row, size_t at, json_int_t min, json_int_t max, json_int_t *ret)
{
	return number(json_array_get(row, at), min, max, ret);
}

/* What jansson's arrays hold at most is bounded before they are walked */
static bool is_list(const json_t *list, size_t max)
{
	return json_is_array(list) && json_array_size(list) <= max;
}

static bool is_row(const json_t *row, size_t count)
{
	return json_is_array(row) && json_array_size(row) == count;
}

static bool read_body(const json_t *row, struct report_body *b)
{
	json_int_t n, applied, x, z, heading, going;

	if (!is_row(row, 6) || !number_at(row, 0, 1, UINT32_MAX, &n) ||
	    !number_at(row, 1, 0, UINT32_MAX, &applied) ||
	    !number_at(row, 2, -REPORT_PLACE_MAX, REPORT_PLACE_MAX, &x) ||
	    !number_at(row, 3, -REPORT_PLACE_MAX, REPORT_PLACE_MAX, &z) ||
	    !number_at(row, 4, NORTH, WEST, &heading) || !number_at(row, 5, 0, 1, &going))
		return false;
	*b = (struct report_body){.number = (uint32_t)n,
				  .applied = (uint32_t)applied,
				  .x_mm = (int32_t)x,
				  .z_mm = (int32_t)z,
				  .heading = (uint8_t)heading,
				  .going = going};
	return true;
}

static bool read_player(const json_t *row, struct report_player *p)
{
	json_int_t account, seat, attached;

	if (!is_row(row, 3) || !number_at(row, 0, 1, ACCOUNTS_MAX, &account) ||
	    !number_at(row, 1, 1, SESSION_SET_MAX, &seat) || !number_at(row, 2, 0, 1, &attached))
		return false;
	*p = (struct report_player){
		.account = (unsigned)account, .seat = (unsigned)seat, .attached = attached};
	return true;
}

static bool is_base64(const char *text)
{
	return text[strspn(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
				 "0123456789+/=")] == '\0';
}

static bool read_inventory(const json_t *row, struct report_inventory *i)
{
	json_int_t n;

	if (!is_row(row, 2) || !number_at(row, 0, 1, UINT32_MAX, &n) ||
	    !json_is_string(json_array_get(row, 1)))
		return false;
	i->number = (uint32_t)n;
	i->text = json_string_value(json_array_get(row, 1));
	return strlen(i->text) < REPORT_INVENTORY_SIZE && is_base64(i->text);
}

static bool read_lists(const json_t *json, struct report *r)
{
	const json_t *bodies = json_object_get(json, "bodies");
	const json_t *players = json_object_get(json, "players");
	const json_t *inventories = json_object_get(json, "inventories");

	if (!is_list(bodies, ACCOUNTS_MAX) || !is_list(players, REPORT_PLAYERS_MAX) ||
	    !is_list(inventories, REPORT_INVENTORIES_MAX))
		return false;
	for (; r->body_count < json_array_size(bodies); r->body_count++)
		if (!read_body(json_array_get(bodies, r->body_count), &r->body[r->body_count]))
			return false;
	for (; r->player_count < json_array_size(players); r->player_count++)
		if (!read_player(json_array_get(players, r->player_count),
				 &r->player[r->player_count]))
			return false;
	for (; r->inventory_count < json_array_size(inventories); r->inventory_count++)
		if (!read_inventory(json_array_get(inventories, r->inventory_count),
				    &r->inventory[r->inventory_count]))
			return false;
	return true;
}

int report_read(const json_t *json, struct report *ret)
{
	json_int_t step, revision;

	ret->body_count = ret->player_count = ret->inventory_count = 0;
	if (!number(json_object_get(json, "step"), 1, UINT32_MAX, &step) ||
	    !number(json_object_get(json, "revision"), 0, UINT32_MAX, &revision) ||
	    json_object_size(json) != 5 || !read_lists(json, ret))
		return -EBADMSG;
	ret->step = (uint32_t)step;
	ret->revision = (uint32_t)revision;
	return 0;
}
