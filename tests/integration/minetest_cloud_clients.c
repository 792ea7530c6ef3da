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

static bool said(const char *tag, const char *text)
{
	char log[65536];

	read_log(tag, log, sizeof(log));
	return strstr(log, text);
}

static void case_players(struct cloud_bed *bed)
{
	struct snake_login l, m, stranger;
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
	stranger = l;
	end(one);
	one = join("late", &stranger, l.password);
	await(bed, said("late", "No session has this name"));
	check(cloud_bed_number(bed, STATUS, "world.players") == 1, "one player");
	end(one);
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

const struct minetest_case minetest_client_cases[] = {
	{"players", case_players},
	{"password", case_password},
	{"rejoin", case_rejoin},
	{0},
};
