// SPDX-License-Identifier: Apache-2.0
/* What minetest-cloud keeps of bodies and players, what it takes from the mod, and the files that
 * it makes for the server. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "apps/minetest/cloud/body.h"
#include "apps/minetest/cloud/server_files.h"

static struct report report;

/* ---- reports ---- */

static int read_text(const char *text)
{
	json_t *json = json_loads(text, 0, NULL);
	int r;

	assert_non_null(json);
	r = report_read(json, &report);
	json_decref(json);
	return r;
}

static void a_report_is_read(void **state)
{
	json_t *json = json_loads(
		"{\"step\": 4294967295, \"revision\": 4, \"bodies\": [[1, 17, -1200, 3500, 3, 1],"
		" [2, 0, 500, -500, 0, 0]], \"players\": [[256, 4, 1], [1, 1, 0]],"
		" \"inventories\": [[2, \"YQ==\"]]}",
		0, NULL);

	assert_int_equal(report_read(json, &report), 0);
	assert_int_equal(report.step, UINT32_MAX);
	assert_int_equal(report.revision, 4);
	assert_int_equal(report.body_count, 2);
	assert_int_equal(report.body[0].number, 1);
	assert_int_equal(report.body[0].applied, 17);
	assert_int_equal(report.body[0].x_mm, -1200);
	assert_int_equal(report.body[0].z_mm, 3500);
	assert_int_equal(report.body[0].heading, 3);
	assert_true(report.body[0].going && !report.body[1].going);
	assert_int_equal(report.player_count, 2);
	assert_true(report.player[0].account == 256 && report.player[0].seat == 4);
	assert_true(report.player[0].attached && !report.player[1].attached);
	assert_int_equal(report.inventory_count, 1);
	assert_int_equal(report.inventory[0].number, 2);
	assert_string_equal(report.inventory[0].text, "YQ==");
	json_decref(json);
}

static void others_are_refused(void **state)
{
#define LISTS "\"bodies\": [], \"players\": [], \"inventories\": []"
	static const char *const wrong[] = {
		"{}",
		"{\"step\": 0, \"revision\": 0, " LISTS "}",
		"{\"step\": 4294967296, \"revision\": 0, " LISTS "}",
		"{\"step\": 1.5, \"revision\": 0, " LISTS "}",
		"{\"step\": 1, \"revision\": -1, " LISTS "}",
		"{\"step\": 1, " LISTS "}",
		"{\"step\": 1, \"revision\": 0, \"more\": 1, " LISTS "}",
		"{\"step\": 1, \"revision\": 0, \"bodies\": {}, \"players\": [], \"inventories\": "
		"[]}",
		"{\"step\": 1, \"revision\": 0, \"bodies\": [[1, 0, 0, 0, 4, 0]], \"players\": [], "
		"\"inventories\": []}",
		"{\"step\": 1, \"revision\": 0, \"bodies\": [[0, 0, 0, 0, 0, 0]], \"players\": [], "
		"\"inventories\": []}",
		"{\"step\": 1, \"revision\": 0, \"bodies\": [[1, 0, 1000001, 0, 0, 0]], "
		"\"players\": [], \"inventories\": []}",
		"{\"step\": 1, \"revision\": 0, \"bodies\": [[1, 0, 0, 0, 0]], \"players\": [], "
		"\"inventories\": []}",
		"{\"step\": 1, \"revision\": 0, \"bodies\": [], \"players\": [[257, 1, 0]], "
		"\"inventories\": []}",
		"{\"step\": 1, \"revision\": 0, \"bodies\": [], \"players\": [[1, 5, 0]], "
		"\"inventories\": []}",
		"{\"step\": 1, \"revision\": 0, \"bodies\": [], \"players\": [[1, 0, 0]], "
		"\"inventories\": []}",
		"{\"step\": 1, \"revision\": 0, \"bodies\": [], \"players\": [], \"inventories\": "
		"[[1, \"a b\"]]}",
		"{\"step\": 1, \"revision\": 0, \"bodies\": [], \"players\": [], \"inventories\": "
		"[[1, 2]]}",
	};

	assert_int_equal(read_text("{\"step\": 1, \"revision\": 0, " LISTS "}"), 0);
	for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++)
		if (read_text(wrong[i]) == 0)
			fail_msg("taken: %s", wrong[i]);
	assert_int_not_equal(report_read(NULL, &report), 0);
}

/* One more of each than there is room for */
static void lists_are_bounded(void **state)
{
	static const struct {
		const char *name;
		size_t max;
	} list[] = {{"bodies", ACCOUNTS_MAX},
		    {"players", REPORT_PLAYERS_MAX},
		    {"inventories", REPORT_INVENTORIES_MAX}};

	for (size_t i = 0; i < sizeof list / sizeof list[0]; i++) {
		json_t *json = json_pack("{s:i, s:i, s:[], s:[], s:[]}", "step", 1, "revision", 0,
					 "bodies", "players", "inventories");
		json_t *rows = json_object_get(json, list[i].name);
		json_t *row = i == 0   ? json_pack("[i, i, i, i, i, i]", 1, 0, 0, 0, 0, 0)
			      : i == 1 ? json_pack("[i, i, i]", 1, 1, 0)
				       : json_pack("[i, s]", 1, "");

		for (size_t n = 0; n < list[i].max; n++)
			json_array_append(rows, row);
		assert_int_equal(report_read(json, &report), 0);
		json_array_append(rows, row);
		assert_int_not_equal(report_read(json, &report), 0);
		json_decref(row);
		json_decref(json);
	}
}

static void an_inventory_is_bounded(void **state)
{
	char text[REPORT_INVENTORY_SIZE + 1];
	json_t *json;

	memset(text, 'A', sizeof text);
	text[REPORT_INVENTORY_SIZE] = '\0';
	json = json_pack("{s:i, s:i, s:[], s:[], s:[[i, s]]}", "step", 1, "revision", 0, "bodies",
			 "players", "inventories", 1, text);
	assert_int_not_equal(report_read(json, &report), 0);
	json_decref(json);
	json = json_pack("{s:i, s:i, s:[], s:[], s:[[i, s]]}", "step", 1, "revision", 0, "bodies",
			 "players", "inventories", 1, text + 1);
	assert_int_equal(report_read(json, &report), 0);
	json_decref(json);
}

/* ---- players and bodies ---- */

static void check_name(const char *account, unsigned id, unsigned seat, unsigned login,
		       const char *wanted)
{
	struct account a = {.id = id};
	char name[BODY_NAME_SIZE];

	snprintf(a.name, sizeof a.name, "%s", account);
	body_player_name(&a, seat, login, name);
	assert_string_equal(name, wanted);
	assert_true(strlen(name) + strlen("-99") < BODY_NAME_SIZE);
	assert_int_equal(
		strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-"),
		strlen(name));
}

static void players_have_names(void **state)
{
	check_name("ann", 1, 1, 1, "ann_1");
	check_name("ann", 1, 1, 2, "ann_5");
	check_name("ann", 1, 4, 24, "ann_96");
	check_name("ann", 1, 4, 25, "ann_4");
	check_name("a-b_c", 2, 4, 1, "a-b_c_4");
	check_name("abcdefghijklm", 3, 2, 24, "abcdefghijklm_94");
	check_name("abcdefghijklmn", 3, 2, 1, "ID3_2");
	check_name("a.b", 256, 3, 24, "ID256_95");
	check_name("abcdefghijklmnopqrstuvwxyz01234", 7, 1, 1, "ID7_1");
}

/* Each has a place of its own, half way between columns */
static void bodies_begin_apart(void **state)
{
	static struct body b[ACCOUNTS_MAX];
	static struct account a[ACCOUNTS_MAX];

	for (unsigned i = 0; i < ACCOUNTS_MAX; i++) {
		a[i].id = i + 1;
		b[i].account = &a[i];
		body_begin(&b[i], i + 1, 40);
		assert_int_equal((b[i].x_mm + 1000000) % 1000, 500);
		assert_int_equal((b[i].z_mm + 1000000) % 1000, 500);
		assert_true(b[i].going && b[i].handed == 40 && b[i].number == i + 1);
		for (unsigned k = 0; k < i; k++)
			assert_false(b[i].x_mm == b[k].x_mm && b[i].z_mm == b[k].z_mm);
	}
	assert_true(abs(b[0].x_mm) < 3000 && abs(b[0].z_mm) < 3000);
}

static void a_body_is_told(void **state)
{
	struct account a = {.name = "ann", .id = 1};
	struct body b = {.account = &a};
	struct report_body r = {.x_mm = -1500, .z_mm = 2250, .heading = 2, .going = false};
	json_t *list = json_array(), *json;

	json = body_status_json(&b);
	assert_true(json_is_null(json_object_get(json, "body")));
	json_decref(json);
	body_begin(&b, 9, 5);
	body_report(&b, &r);
	b.seat[2] = (struct body_seat){
		.taken = true, .login = 1, .role = SESSION_SECONDARY, .password = "pw"};
	body_players_json(&b, list);
	assert_int_equal(json_array_size(list), 1);
	json = json_array_get(list, 0);
	assert_string_equal(json_string_value(json_object_get(json, "name")), "ann_3");
	assert_string_equal(json_string_value(json_object_get(json, "password")), "pw");
	assert_string_equal(json_string_value(json_object_get(json, "role")), "secondary");
	assert_int_equal(json_integer_value(json_object_get(json, "body")), 9);
	json_decref(list);
	json = body_json(&b, 7);
	assert_int_equal(json_integer_value(json_object_get(json, "applied")), 7);
	assert_true(json_real_value(json_object_get(json, "x")) == -1.5);
	assert_true(json_real_value(json_object_get(json, "z")) == 2.25);
	assert_true(json_is_false(json_object_get(json, "going")));
	json_decref(json);
	json = body_status_json(&b);
	assert_string_equal(
		json_string_value(json_object_get(json_object_get(json, "body"), "heading")),
		"south");
	assert_null(
		json_object_get(json_array_get(json_object_get(json, "players"), 0), "password"));
	json_decref(json);
}

/* ---- files ---- */

static void touch(const char *dir, const char *name)
{
	char path[512];
	FILE *out;

	snprintf(path, sizeof path, "%s%s", dir, name);
	out = fopen(path, "we");
	assert_non_null(out);
	fclose(out);
}

static void make_share(struct server_config *c, const char *dir)
{
	char path[512];

	snprintf(c->share_dir, sizeof c->share_dir, "%s/share", dir);
	snprintf(c->state_dir, sizeof c->state_dir, "%s/state", dir);
	snprintf(c->program, sizeof c->program, "/bin/sh");
	assert_int_equal(mkdir(c->share_dir, 0700), 0);
	snprintf(path, sizeof path, "%s/game", c->share_dir);
	assert_int_equal(mkdir(path, 0700), 0);
	snprintf(path, sizeof path, "%s/mod", c->share_dir);
	assert_int_equal(mkdir(path, 0700), 0);
}

static void read_conf(const struct server_config *c, char *text, size_t size)
{
	char path[512];
	struct stat st;
	FILE *in;

	snprintf(path, sizeof path, "%s/server.conf", c->state_dir);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
	in = fopen(path, "re");
	text[fread(text, 1, size - 1, in)] = '\0';
	fclose(in);
}

static void files_are_made(void **state)
{
	char dir[] = "/tmp/baton-minetest.XXXXXX", text[4096], command[128];
	struct server_config c = {.address.s_addr = htonl(INADDR_LOOPBACK),
				  .port = 30000,
				  .tick_hz = 30,
				  .bots = 3,
				  .seed = 4,
				  .link_port = 5,
				  .token = "secret"};

	assert_non_null(mkdtemp(dir));
	make_share(&c, dir);
	assert_int_not_equal(server_files_check(&c), 0);
	touch(c.share_dir, "/game/game.conf");
	assert_int_not_equal(server_files_check(&c), 0);
	touch(c.share_dir, "/mod/init.lua");
	assert_int_equal(server_files_check(&c), 0);
	/* twice: a state_dir that is there is as good */
	for (unsigned i = 0; i < 2; i++)
		assert_int_equal(server_files_make(&c), 0);
	assert_int_equal(server_files_configure(&c, 77), 0);
	read_conf(&c, text, sizeof text);
	assert_non_null(strstr(text, "bind_address = 127.0.0.1\nport = 30000\n"));
	assert_non_null(
		strstr(text, "baton.url = http://127.0.0.1:5/v1/step\nbaton.token = secret\n"));
	assert_non_null(strstr(text, "baton.first_step = 77\nbaton.bots = 3\nbaton.seed = 4\n"));
	assert_non_null(strstr(text, "secure.http_mods = baton\n"));
	assert_int_equal(server_files_configure(&c, 78), 0);
	read_conf(&c, text, sizeof text);
	assert_non_null(strstr(text, "baton.first_step = 78\n"));
	snprintf(text, sizeof text, "%s/world/worldmods/baton/init.lua", c.state_dir);
	assert_int_equal(access(text, R_OK), 0);
	snprintf(command, sizeof command, "rm -rf %s", dir);
	assert_int_equal(system(command), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_report_is_read),   cmocka_unit_test(others_are_refused),
		cmocka_unit_test(lists_are_bounded),  cmocka_unit_test(an_inventory_is_bounded),
		cmocka_unit_test(players_have_names), cmocka_unit_test(bodies_begin_apart),
		cmocka_unit_test(a_body_is_told),     cmocka_unit_test(files_are_made),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
