// SPDX-License-Identifier: Apache-2.0
/* minetestserver and its parent, killed, told to end, started again; and strangers at the link. */
#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/http_client.h"
#include "tests/integration/minetest_cloud_cases.h"

/* Sessions and roles stay, the body goes on where it was, no input is lost or applied twice */
static void case_server_killed(struct cloud_bed *bed)
{
	struct snake_login l;
	struct snake_client *a = minetest_edge(bed, "edge-a", &l);
	struct snake_client *b = minetest_edge(bed, "edge-b", &l);
	pid_t first = minetest_server_pid(bed);
	long long x;

	snake_client_input(a, 0, 1, 1, INPUT_RIGHT);
	await(bed, minetest_body_number(bed, "x") > 2500);
	snake_client_input(a, 0, 2, 1, INPUT_REST);
	await(bed, minetest_body_rests(bed));
	x = minetest_body_number(bed, "x");
	kill(first, SIGKILL);
	/* inputs wait for the next server */
	snake_client_input(a, 0, 3, 4, INPUT_REST);
	await(bed, a->snapshots == 2 && b->snapshots == 2);
	check(cloud_bed_number(bed, STATUS, "server.restarts") == 1, "once");
	check(minetest_server_pid(bed) != first && minetest_gone(first), "another");
	await(bed, a->last_input == 6 && b->last_input == 6);
	check(minetest_body_number(bed, "x") == x, "where it was: %lld, not %lld",
	      minetest_body_number(bed, "x"), x);
	check(minetest_body_rests(bed) && minetest_body_heads(bed, "east"), "as it was");
	check(cloud_bed_number(bed, STATUS, "inputs.applied") == 6, "each once");
	check(!a->roles && !b->roles && !a->gaps && !b->gaps, "roles stay, ticks grow");
	check(cloud_bed_number(bed, STATUS, "sessions.primary") == 1, "one primary");
	snake_client_input(b, 1, 7, 1, INPUT_LEFT);
	await(bed, b->last_input == 7 && b->role.role == STATE_PRIMARY);
	await(bed, minetest_body_heads(bed, "west"));
}

/* Killed while inputs flow, again and again */
static void case_server_killed_often(struct cloud_bed *bed)
{
	struct snake_login l;
	struct snake_client *a = minetest_edge(bed, "edge-a", &l);
	uint32_t made = 0;

	for (unsigned round = 1; round <= 3; round++) {
		snake_client_input(a, 0, made + 1, 20, INPUT_GO);
		made += 20;
		await(bed, a->last_input >= made - 20 + 5 * round);
		kill(minetest_server_pid(bed), SIGKILL);
		await(bed, a->snapshots == 1 + round);
		await(bed, a->last_input == made);
	}
	check(cloud_bed_number(bed, STATUS, "inputs.applied") == made, "each once");
	check(a->input_step == 1 && !a->gaps, "in order");
}

/* One that hangs is killed, and the next one goes on */
static void case_server_stopped(struct cloud_bed *bed)
{
	struct snake_login l;
	struct snake_client *a = minetest_edge(bed, "edge-a", &l);
	pid_t first = minetest_server_pid(bed);

	snake_client_input(a, 0, 1, 1, INPUT_GO);
	await(bed, a->last_input == 1);
	kill(first, SIGSTOP);
	snake_client_input(a, 0, 2, 2, INPUT_GO);
	await(bed, a->snapshots == 2);
	check(minetest_gone(first), "the first");
	await(bed, a->last_input == 3);
	check(cloud_bed_number(bed, STATUS, "server.restarts") == 1, "once");
}

/* ---- the state file ---- */

static void limit_files(struct cloud_bed *bed, bool full)
{
	struct rlimit limit;
	struct stat st;
	char path[96];

	snprintf(path, sizeof(path), "%s/state", bed->dir);
	check(stat(path, &st) == 0, "a state file");
	prlimit(bed->pid, RLIMIT_FSIZE, NULL, &limit);
	limit.rlim_cur = full ? (rlim_t)st.st_size + 5 : limit.rlim_max;
	check(prlimit(bed->pid, RLIMIT_FSIZE, &limit, NULL) == 0, "a limit");
}

/* What can't be kept is not handed over, nor is a signal obeyed; all goes on afterwards */
static void case_full_disk(struct cloud_bed *bed)
{
	struct snake_login l;
	struct snake_client *a = minetest_edge(bed, "edge-a", &l);
	struct snake_client *b = minetest_edge(bed, "edge-b", &l);
	unsigned deltas;

	snake_client_input(a, 0, 1, 2, INPUT_UP);
	await(bed, a->last_input == 2);
	limit_files(bed, true);
	snake_client_input(a, 0, 3, 2, INPUT_LEFT);
	snake_client_input(b, 1, 3, 2, INPUT_LEFT);
	deltas = a->deltas;
	await(bed, a->deltas > deltas + 20);
	check(a->last_input == 2 && !b->roles && !a->roles, "nothing was acknowledged");
	check(minetest_steered("1:1 2:1"), "nor done");
	check(cloud_bed_number(bed, STATUS, "state_errors") > 1, "and it says so");
	limit_files(bed, false);
	await(bed, a->last_input == 4);
	snake_client_input(b, 1, 5, 1, INPUT_DOWN);
	await(bed, b->last_input == 5 && b->role.role == STATE_PRIMARY);
	await(bed, minetest_steered("1:1 2:1 3:4 4:4 5:3"));
}

/* However the parent ends, its child does, too; who was primary is it again, no tick comes twice */
static void case_parent_killed(struct cloud_bed *bed)
{
	struct snake_login l;
	struct snake_client *a = minetest_edge(bed, "edge-a", &l);
	pid_t server = minetest_server_pid(bed);
	uint32_t tick;

	snake_client_input(a, 0, 1, 5, INPUT_GO);
	await(bed, a->last_input == 5);
	tick = a->world->tick;
	cloud_bed_kill(bed);
	await(bed, minetest_gone(server));
	cloud_bed_start(bed);
	a = minetest_edge(bed, "edge-a", &l);
	check(a->welcome.last_input == 5 && a->welcome.role == STATE_PRIMARY, "%u",
	      a->welcome.last_input);
	await(bed, a->deltas > 0);
	check(a->world->tick > tick, "%u after %u", a->world->tick, tick);
	snake_client_input(a, 0, 5, 2, INPUT_GO);
	await(bed, a->last_input == 6);
	check(cloud_bed_number(bed, STATUS, "inputs.applied") == 1, "what came again is not");
}

static void case_told_to_end(struct cloud_bed *bed)
{
	struct snake_login l;
	struct snake_client *a = minetest_edge(bed, "edge-a", &l);
	pid_t server = minetest_server_pid(bed);
	struct stat st;
	char path[200];

	snprintf(path, sizeof(path), "%s/server/server.conf", minetest_dir());
	check(stat(path, &st) == 0 && (st.st_mode & 0777) == 0600, "nobody reads its token");
	snprintf(path, sizeof(path), "%s/server/world/worldmods/baton/init.lua", minetest_dir());
	check(access(path, R_OK) == 0, "%s", strerror(errno));
	cloud_bed_tell(bed);
	await(bed, a->fd < 0);
	check(a->bye == STATE_BYE_SHUTDOWN, "%u", a->bye);
	await(bed, minetest_gone(server));
}

/* ---- the link ---- */

static void read_setting(const char *name, char ret[128])
{
	char path[200], line[256], key[64];
	FILE *in;

	snprintf(path, sizeof(path), "%s/server/server.conf", minetest_dir());
	in = fopen(path, "re");
	check(in, "%s", strerror(errno));
	ret[0] = '\0';
	while (fgets(line, sizeof(line), in))
		if (sscanf(line, "%63s = ", key) == 1 && !strcmp(key, name))
			sscanf(line, "%*s = %127s", ret);
	fclose(in);
	check(ret[0], "a setting %s", name);
}

static unsigned post(const char *url, const char *token, json_t *body)
{
	struct http_answer answer;
	unsigned status;

	http_call_blocking(
		&(struct http_call){.method = "POST", .url = url, .token = token, .body = body},
		&answer);
	status = answer.status;
	http_answer_done(&answer);
	json_decref(body);
	return status;
}

/* Who hasn't the token reports nothing, and who has, nothing that makes no sense */
static void case_link(struct cloud_bed *bed)
{
	char url[128], token[128];
	struct snake_login l;
	struct snake_client *a = minetest_edge(bed, "edge-a", &l);

	read_setting("baton.url", url);
	read_setting("baton.token", token);
	check(strlen(token) == 64, "%s", token);
	check(post(url, NULL, json_object()) == 401, "without a token");
	check(post(url, "0123", json_object()) == 401, "with another");
	check(post(url, token, json_object()) == 400, "nothing");
	check(post(url, token,
		   json_pack("{s:i, s:i, s:[[i, i, i, i, i, i]], s:[], s:[]}", "step", 1,
			     "revision", 0, "bodies", 1, 7, 0, 0, 9, 1, "players",
			     "inventories")) == 400,
	      "no such heading");
	check(cloud_bed_number(bed, STATUS, "reports_malformed") == 2, "counted");
	check(a->last_input == 0, "and nothing was applied");
	snake_client_input(a, 0, 1, 1, INPUT_GO);
	await(bed, a->last_input == 1);
}

/* The longest first: several cases run at once */
const struct minetest_case minetest_life_cases[] = {
	{"server-stopped", case_server_stopped, 0},
	{"server-killed", case_server_killed, 0},
	{"server-killed-often", case_server_killed_often, 0},
	{"full-disk", case_full_disk, 0},
	{"parent-killed", case_parent_killed, 0},
	{"told-to-end", case_told_to_end, 0},
	{"link", case_link, 0},
	{0},
};
