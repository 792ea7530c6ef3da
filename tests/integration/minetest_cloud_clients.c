// SPDX-License-Identifier: Apache-2.0
/* Who plays: real minetest clients, without a picture. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/integration/minetest_cloud_cases.h"

enum { PATH_SIZE = 200 };

static const char settings[] = "enable_sound = false\nfps_max = 10\nfps_max_unfocused = 10\n"
			       "viewing_range = 20\nvideo_driver = null\n"
			       "enable_client_modding = false\n";

static void write_file(const char *path, const char *text)
{
	FILE *out = fopen(path, "we");

	check(out && fputs(text, out) >= 0 && fclose(out) == 0, "%s: %s", path, strerror(errno));
}

static void read_log(const char *tag, char *ret, size_t size)
{
	char path[PATH_SIZE];
	FILE *in;

	snprintf(path, sizeof(path), "%s/%s.log", minetest_dir(), tag);
	in = fopen(path, "re");
	ret[0] = '\0';
	if (!in)
		return; /* it has said nothing yet */
	ret[fread(ret, 1, size - 1, in)] = '\0';
	fclose(in);
}

/* @tag: names its home and log in the case's directory */
static pid_t join(const char *tag, const struct snake_login *l, const char *password)
{
	char home[PATH_SIZE], config[PATH_SIZE + 8], log[PATH_SIZE], port[8], env[PATH_SIZE + 8];
	char *const envp[] = {env, "PATH=/usr/bin:/bin", NULL};
	pid_t pid;
	int fd;

	snprintf(home, sizeof(home), "%s/%s", minetest_dir(), tag);
	snprintf(config, sizeof(config), "%s/conf", home);
	snprintf(log, sizeof(log), "%s/%s.log", minetest_dir(), tag);
	snprintf(env, sizeof(env), "HOME=%s", home);
	snprintf(port, sizeof(port), "%u", l->game_port);
	check(mkdir(home, 0700) == 0, "%s", strerror(errno));
	write_file(config, settings);
	pid = fork();
	check(pid >= 0, "%s", strerror(errno));
	if (pid)
		return pid;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	fd = open(log, O_WRONLY | O_CREAT | O_TRUNC, 0600);
	dup2(fd, STDOUT_FILENO);
	dup2(fd, STDERR_FILENO);
	execle("/usr/games/minetest", "minetest", "--go", "--address", "127.0.0.1", "--port", port,
	       "--name", l->name, "--password", password, "--config", config, "--logfile", "", NULL,
	       envp);
	_exit(127);
}

static void end(pid_t pid)
{
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
}

/* Of the player of ann's @at-th seat that is taken: whether it is what the member says */
static bool player_is(struct cloud_bed *bed, size_t at, const char *member)
{
	json_t *ann = cloud_bed_get(bed, ANN);
	json_t *player = json_array_get(json_object_get(ann, "players"), at);
	bool yes = json_is_true(json_object_get(player, member));

	json_decref(ann);
	return yes;
}

/* ---- the probe (minetest_probe/init.lua) ---- */

/* What the server says of a player by its newest file, "" when it isn't there: @member's text, or
 * "true" and "false" */
static void probe(const char *player, const char *member, char ret[1024])
{
	char path[PATH_SIZE];
	json_t *all, *value;

	snprintf(path, sizeof(path), "%s/server/world/probe.json", minetest_dir());
	all = json_load_file(path, 0, NULL);
	value = json_object_get(json_object_get(json_object_get(all, "players"), player), member);
	snprintf(ret, 1024, "%s",
		 json_is_string(value)	? json_string_value(value)
		 : json_is_true(value)	? "true"
		 : json_is_false(value) ? "false"
					: "");
	json_decref(all);
}

static bool probe_is(const char *player, const char *member, const char *text)
{
	char value[1024];

	probe(player, member, value);
	return strcmp(value, text) == 0;
}

/* Beside what it has collected on its way, which depends on how far it came */
static bool probe_holds(const char *player, const char *item)
{
	char inventory[1024], *rest = inventory, *one;

	probe(player, "inventory", inventory);
	while ((one = strsep(&rest, ",")))
		if (!strcmp(one, item))
			return true;
	return false;
}

static bool probes_equal(const char *one, const char *two, const char *member)
{
	char value[1024];

	probe(one, member, value);
	return value[0] && probe_is(two, member, value);
}

static bool said(const char *tag, const char *text)
{
	char log[65536];

	read_log(tag, log, sizeof(log));
	return strstr(log, text);
}

/* Nobody's name, as soon as it is: while the server removes who had it (which takes it some steps)
 * it says so, and the client comes again */
static void nobodys(struct cloud_bed *bed, const struct snake_login *l)
{
	char tag[16];
	pid_t pid;
	int n = 0;

	do {
		check(++n < 30, "the name is taken for good");
		snprintf(tag, sizeof(tag), "late-%d", n);
		pid = join(tag, l, l->password);
		await(bed, said(tag, "Access denied"));
		end(pid);
	} while (said(tag, "Another client is connected with this name"));
	check(said(tag, "No session has this name"), "a name without a session");
}

static void case_players(struct cloud_bed *bed)
{
	struct snake_login l, m;
	struct snake_client *a = minetest_edge(bed, "edge-a", &l), *b;
	pid_t one, two;

	one = join("one", &l, l.password);
	await(bed, player_is(bed, 0, "attached"));
	b = minetest_edge(bed, "edge-b", &m);
	two = join("two", &m, m.password);
	await(bed, player_is(bed, 1, "attached"));
	check(cloud_bed_number(bed, STATUS, "world.players") == 2, "two players");
	check(cloud_bed_number(bed, STATUS, "world.bodies") == 1, "one body");
	snake_client_input(b, 1, 1, 2, INPUT_RIGHT);
	await(bed, b->last_input == 2 && b->role.role == STATE_PRIMARY);
	await(bed, minetest_body_heads(bed, "east"));
	check(player_is(bed, 0, "attached") && player_is(bed, 1, "attached"), "both remain");
	/* a session's end is its player's */
	cloud_bed_drop(bed, a);
	await(bed, cloud_bed_number(bed, STATUS, "world.players") == 1);
	await(bed, said("one", "its session is over"));
	check(player_is(bed, 0, "attached"), "the other plays on");
	/* and its name is nobody's until the next login */
	end(one);
	nobodys(bed, &l);
	check(cloud_bed_number(bed, STATUS, "world.players") == 1, "one player");
	end(two);
	await(bed, b->last_input == 2 && !b->errors);
}

static void case_password(struct cloud_bed *bed)
{
	struct snake_login l, other;
	struct snake_client *a = minetest_edge(bed, "edge-a", &l);
	pid_t guess, stranger;

	guess = join("guess", &l, "0123456789abcdef0123456789abcdef");
	other = l;
	snprintf(other.name, sizeof(other.name), "eve");
	stranger = join("eve", &other, l.password);
	await(bed, said("guess", "Invalid password"));
	await(bed, said("eve", "No session has this name"));
	check(cloud_bed_number(bed, STATUS, "world.players") == 0, "nobody came in");
	end(guess);
	end(stranger);
	guess = join("right", &l, l.password);
	await(bed, player_is(bed, 0, "attached"));
	end(guess);
	await(bed, !a->errors);
}

/* Its client comes back to the next server with the same name and password */
static void case_rejoin(struct cloud_bed *bed)
{
	struct snake_login l;
	struct snake_client *a = minetest_edge(bed, "edge-a", &l);
	pid_t one = join("one", &l, l.password);

	await(bed, player_is(bed, 0, "attached"));
	kill(minetest_server_pid(bed), SIGKILL);
	await(bed, a->snapshots == 2);
	check(!player_is(bed, 0, "joined"), "it has to come again");
	end(one);
	one = join("again", &l, l.password);
	await(bed, player_is(bed, 0, "attached"));
	end(one);
}

/* A session ends and its client is killed, as an edge does it; the next login's client comes in at
 * once, though it has the same seat */
static void case_next_login(struct cloud_bed *bed)
{
	struct snake_login l, m;
	struct snake_client *a = minetest_edge(bed, "edge-a", &l), *b;
	pid_t one, two;

	minetest_edge(bed, "edge-b", &m);
	one = join("one", &l, l.password);
	await(bed, player_is(bed, 0, "attached"));
	end(one);
	cloud_bed_drop(bed, a);
	await(bed, cloud_bed_number(bed, STATUS, "sessions.closed") == 1);
	b = minetest_edge(bed, "edge-a", &l);
	check(!strcmp(l.name, "ann_5"), "%s", l.name);
	two = join("two", &l, l.password);
	await(bed, probe_is("ann_5", "attached", "true"));
	check(probe_is("ann_5", "interact", "false"), "a secondary");
	end(two);
	await(bed, !b->errors);
}

/* Two sessions' players are one to look at: place, look and inventory; only the primary's acts */
static void case_mirror(struct cloud_bed *bed)
{
	struct snake_login l, m;
	struct snake_client *a = minetest_edge(bed, "edge-a", &l),
			    *b = minetest_edge(bed, "edge-b", &m);
	pid_t one = join("one", &l, l.password), two = join("two", &m, m.password);
	char path[PATH_SIZE];
	uint32_t tick;

	await(bed, probe_is("ann_1", "attached", "true") && probe_is("ann_2", "attached", "true"));
	check(probe_is("ann_1", "visible", "false") && probe_is("ann_2", "visible", "false"),
	      "seen");
	await(bed, probe_is("ann_1", "interact", "true") && probe_is("ann_2", "interact", "false"));
	snake_client_input(a, 0, 1, 1, INPUT_RIGHT);
	await(bed, a->last_input == 1);
	snake_client_input(a, 0, 2, 1, INPUT_REST);
	await(bed, minetest_body_rests(bed));
	await(bed, probes_equal("ann_1", "ann_2", "at"));
	await(bed, probes_equal("ann_1", "ann_2", "looks"));
	check(probes_equal("ann_1", "ann_2", "body"), "one body");
	snprintf(path, sizeof(path), "%s/server/world/give", minetest_dir());
	write_file(path, "");
	await(bed, probe_holds("ann_1", "land:stone 3"));
	await(bed, probe_holds("ann_2", "land:stone 3"));
	await(bed, probes_equal("ann_1", "ann_2", "inventory"));
	snake_client_input(b, 1, 3, 1, INPUT_REST);
	await(bed, b->role.role == STATE_PRIMARY && a->role.role == STATE_SECONDARY);
	await(bed, probe_is("ann_2", "interact", "true") && probe_is("ann_1", "interact", "false"));
	write_file(path, "");
	await(bed, probe_holds("ann_1", "land:stone 6"));
	check(probe_holds("ann_2", "land:stone 6"), "of the account");
	/* it outlives the server, once reported */
	tick = b->world->tick;
	await(bed, b->world->tick > tick + 2);
	kill(minetest_server_pid(bed), SIGKILL);
	await(bed, a->snapshots == 2);
	end(one);
	end(two);
	two = join("again", &m, m.password);
	await(bed, probe_holds("ann_2", "land:stone 6"));
	end(two);
}

/* A client that died still counts as connected; the next one is called NAME-K, and takes its place
 */
static void case_client_killed(struct cloud_bed *bed)
{
	struct snake_login l, again;
	struct snake_client *a = minetest_edge(bed, "edge-a", &l);
	pid_t one = join("one", &l, l.password), two;

	await(bed, player_is(bed, 0, "attached"));
	end(one);
	again = l;
	snprintf(again.name, sizeof(again.name), "ann_1-1");
	two = join("two", &again, l.password);
	await(bed, probe_is("ann_1-1", "attached", "true"));
	await(bed, probe_is("ann_1", "attached", ""));
	check(probe_is("ann_1-1", "interact", "true"), "with its rights");
	await(bed, cloud_bed_number(bed, STATUS, "world.players") == 1);
	again.name[0] = 'b'; /* nobody's */
	one = join("stranger", &again, l.password);
	await(bed, said("stranger", "No session has this name"));
	end(one);
	end(two);
	await(bed, !a->errors);
}

const struct minetest_case minetest_client_cases[] = {
	{"players", case_players, 0},
	{"password", case_password, 0},
	{"rejoin", case_rejoin, 0},
	{"client-killed", case_client_killed, 0},
	{"mirror", case_mirror, 0},
	{"next-login", case_next_login, 0},
	{0},
};
