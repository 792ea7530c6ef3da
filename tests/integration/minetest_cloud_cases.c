// SPDX-License-Identifier: Apache-2.0
/* minetest-cloud from outside, by the wires of docs/csm.md: one case a run. Without an argument it
 * lists them. */
#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/integration/minetest_cloud_cases.h"

enum { LEAVE_AFTER = 60 };

static char dir[160];

const char *minetest_dir(void)
{
	return dir;
}

struct snake_client *minetest_edge(struct cloud_bed *bed, const char *edge,
				   struct snake_login *ret_login)
{
	struct snake_client *c;

	*ret_login = snake_login(bed->login_port, "ann", "a", edge);
	check(ret_login->status == 200, "%u %s", ret_login->status, ret_login->cause);
	c = cloud_bed_stranger(bed, ret_login->session);
	await(bed, c->synchronised);
	return c;
}

/* ---- the body ---- */

static json_t *body_member(struct cloud_bed *bed, const char *name)
{
	json_t *ann = cloud_bed_get(bed, ANN);
	json_t *member = json_incref(json_object_get(json_object_get(ann, "body"), name));

	json_decref(ann);
	return member;
}

long long minetest_body_number(struct cloud_bed *bed, const char *name)
{
	json_t *n = body_member(bed, name);
	double value = json_number_value(n) * 1000;

	check(json_is_number(n), "a number %s", name);
	json_decref(n);
	return (long long)(value < 0 ? value - 0.5 : value + 0.5);
}

bool minetest_body_heads(struct cloud_bed *bed, const char *heading)
{
	json_t *word = body_member(bed, "heading");
	bool same = json_is_string(word) && strcmp(json_string_value(word), heading) == 0;

	json_decref(word);
	return same;
}

bool minetest_body_rests(struct cloud_bed *bed)
{
	json_t *resting = body_member(bed, "resting");
	bool yes = json_is_true(resting);

	json_decref(resting);
	return yes;
}

bool minetest_steered(const char *inputs)
{
	char path[256];
	const char *steered;
	json_t *all;
	bool same;

	snprintf(path, sizeof(path), "%s/server/world/probe.json", dir);
	all = json_load_file(path, 0, NULL);
	steered = json_string_value(json_object_get(all, "steered"));
	same = steered && strcmp(steered, inputs) == 0;
	json_decref(all);
	return same;
}

pid_t minetest_server_pid(struct cloud_bed *bed)
{
	return (pid_t)cloud_bed_number(bed, STATUS, "server.pid");
}

/* Ended; where nobody reaps orphans, one may be left as a zombie */
bool minetest_gone(pid_t pid)
{
	char path[64], state = 'Z';
	FILE *in;

	snprintf(path, sizeof(path), "/proc/%d/stat", (int)pid);
	in = fopen(path, "re");
	if (!in)
		return true;
	if (fscanf(in, "%*d %*[^)]) %c", &state) != 1)
		state = 'Z';
	fclose(in);
	return state == 'Z';
}

/* ---- a case ---- */

static uint16_t free_udp_port(void)
{
	struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	socklen_t len = sizeof(at);

	check(fd >= 0 && bind(fd, (struct sockaddr *)&at, sizeof(at)) == 0 &&
		      getsockname(fd, (struct sockaddr *)&at, &len) == 0,
	      "%s", strerror(errno));
	close(fd);
	return ntohs(at.sin_port);
}

/* A mod that tells the test what the server knows of its players, there before the server is */
static void put_probe(const char *probe)
{
	static const char *const dirs[] = {"/server", "/server/world", "/server/world/worldmods",
					   NULL};
	char path[256];

	for (size_t i = 0; dirs[i]; i++) {
		snprintf(path, sizeof(path), "%s%s", dir, dirs[i]);
		check(mkdir(path, 0700) == 0, "%s: %s", path, strerror(errno));
	}
	snprintf(path, sizeof(path), "%s/server/world/worldmods/probe", dir);
	check(symlink(probe, path) == 0, "%s: %s", path, strerror(errno));
}

static void run(const struct minetest_case *c)
{
	const char *share = getenv("BATON_MINETEST_SHARE"), *probe = getenv("BATON_MINETEST_PROBE");
	const char *tmp = getenv("tmp");
	struct cloud_bed bed;
	char more[768];

	check(share && probe && tmp, "the environment of minetest-cloud.t");
	snprintf(dir, sizeof(dir), "%s/%s.dir", tmp, c->name);
	check(mkdir(dir, 0700) == 0, "%s", strerror(errno));
	put_probe(probe);
	snprintf(more, sizeof(more),
		 "tick_hz: 30\nbots: 2\nleave_after: %u\nshare_dir: %s\nstate_dir: %s/server\n"
		 "game_port: %u",
		 c->leave_after ? c->leave_after : LEAVE_AFTER, share, dir, free_udp_port());
	cloud_bed_begin(&bed, more);
	c->run(&bed);
	cloud_bed_end(&bed);
}

static const struct minetest_case *find(const struct minetest_case *c, const char *name)
{
	while (c->name && strcmp(c->name, name))
		c++;
	return c->name ? c : NULL;
}

static void list(const struct minetest_case *c)
{
	for (; c->name; c++)
		puts(c->name);
}

int main(int argc, char **argv)
{
	static const struct minetest_case *const all[] = {
		minetest_life_cases, minetest_session_cases, minetest_client_cases};
	const struct minetest_case *c = NULL;

	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]) && !c; i++) {
		if (argc < 2)
			list(all[i]);
		else
			c = find(all[i], argv[1]);
	}
	if (argc < 2)
		return 0;
	if (!c)
		return 2;
	run(c);
	return 0;
}
