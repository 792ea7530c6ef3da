// SPDX-License-Identifier: Apache-2.0
#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "lib/http_client.h"
#include "tests/integration/snake_cloud_bed.h"

enum { TURN_MS = 10 };

uint64_t cloud_bed_now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000 + (uint64_t)t.tv_nsec / 1000000;
}

void cloud_bed_turn(struct cloud_bed *bed)
{
	snake_clients_turn(bed->edge, bed->edges, TURN_MS);
}

/* ---- the daemon ---- */

static uint16_t free_port(void)
{
	struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	socklen_t len = sizeof(at);

	check(fd >= 0 && bind(fd, (struct sockaddr *)&at, sizeof(at)) == 0 &&
		      getsockname(fd, (struct sockaddr *)&at, &len) == 0,
	      "%s", strerror(errno));
	close(fd);
	return ntohs(at.sin_port);
}

static void write_config(struct cloud_bed *bed)
{
	FILE *out = fopen(bed->config, "we");

	check(out, "%s", strerror(errno));
	fprintf(out,
		"address: 127.0.0.1\nlogin_port: %u\nstate_port: %u\nstate_file: %s/state\n"
		"rest_address: 127.0.0.1\nrest_port: %u\n"
		"accounts: [{name: ann, secret: a}, {name: bob, secret: b}]\n%s\n",
		bed->login_port, bed->state_port, bed->dir, bed->rest_port,
		bed->more ? bed->more : "tick_hz: 120");
	fclose(out);
}

static bool healthy(struct cloud_bed *bed)
{
	struct http_answer answer;
	char url[64];
	unsigned status;

	snprintf(url, sizeof(url), "http://127.0.0.1:%u/healthz", bed->login_port);
	http_call_blocking(&(struct http_call){.method = "GET", .url = url}, &answer);
	status = answer.status;
	http_answer_done(&answer);
	return status == 204;
}

void cloud_bed_start(struct cloud_bed *bed)
{
	const char *program = getenv("BATON_GAME_CLOUD");
	int status;

	bed->told = false;
	check(program, "BATON_GAME_CLOUD names the program");
	bed->pid = fork();
	check(bed->pid >= 0, "%s", strerror(errno));
	if (bed->pid == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		execl(program, program, "--config", bed->config, NULL);
		_exit(127);
	}
	await(bed, waitpid(bed->pid, &status, WNOHANG) == bed->pid || healthy(bed));
	check(kill(bed->pid, 0) == 0, "it ended at once");
}

void cloud_bed_begin(struct cloud_bed *bed, const char *more)
{
	*bed = (struct cloud_bed){.more = more,
				  .login_port = free_port(),
				  .state_port = free_port(),
				  .rest_port = free_port()};
	snprintf(bed->dir, sizeof(bed->dir), "%s/baton-snake.XXXXXX",
		 getenv("TMPDIR") ? getenv("TMPDIR") : "/tmp");
	check(mkdtemp(bed->dir), "%s", strerror(errno));
	snprintf(bed->config, sizeof(bed->config), "%s/config", bed->dir);
	write_config(bed);
	cloud_bed_start(bed);
}

static void drop_all(struct cloud_bed *bed)
{
	while (bed->edges)
		snake_client_free(bed->edge[--bed->edges]);
}

static void remove_files(struct cloud_bed *bed)
{
	char path[96];

	snprintf(path, sizeof(path), "%s/state", bed->dir);
	unlink(path);
	unlink(bed->config);
	check(rmdir(bed->dir) == 0, "nothing else lies in %s", bed->dir);
}

void cloud_bed_tell(struct cloud_bed *bed)
{
	kill(bed->pid, SIGTERM);
	bed->told = true;
}

void cloud_bed_wait(struct cloud_bed *bed)
{
	int status = -1;

	await(bed, waitpid(bed->pid, &status, WNOHANG) == bed->pid);
	check(WIFEXITED(status) && WEXITSTATUS(status) == 0, "status %x", (unsigned)status);
}

void cloud_bed_end(struct cloud_bed *bed)
{
	if (!bed->told)
		cloud_bed_tell(bed);
	cloud_bed_wait(bed);
	drop_all(bed);
	remove_files(bed);
}

void cloud_bed_kill(struct cloud_bed *bed)
{
	kill(bed->pid, SIGKILL);
	waitpid(bed->pid, NULL, 0);
}

/* ---- edges ---- */

struct snake_client *cloud_bed_stranger(struct cloud_bed *bed, const char *session)
{
	struct snake_client *c = snake_client_new(bed->state_port, session);

	check(bed->edges < CLOUD_EDGES, "that many edges");
	bed->edge[bed->edges++] = c;
	return c;
}

struct snake_client *cloud_bed_edge(struct cloud_bed *bed, const char *account, const char *edge)
{
	const char secret[2] = {account[0]};
	struct snake_login l = snake_login(bed->login_port, account, secret, edge);
	struct snake_client *c;

	check(l.status == 200, "login of %s: %u %s", account, l.status, l.cause);
	check(l.port == bed->state_port, "it says %u", l.port);
	c = cloud_bed_stranger(bed, l.session);
	await(bed, c->synchronised);
	return c;
}

void cloud_bed_drop(struct cloud_bed *bed, struct snake_client *c)
{
	size_t i = 0;

	while (bed->edge[i] != c)
		i++;
	for (bed->edges--; i < bed->edges; i++)
		bed->edge[i] = bed->edge[i + 1];
	snake_client_free(c);
}

/* ---- what it says ---- */

json_t *cloud_bed_get(struct cloud_bed *bed, const char *path)
{
	struct http_answer answer;
	json_t *body;
	char url[128];

	snprintf(url, sizeof(url), "http://127.0.0.1:%u%s", bed->login_port, path);
	http_call_blocking(&(struct http_call){.method = "GET", .url = url}, &answer);
	body = json_incref(answer.body);
	http_answer_done(&answer);
	return body;
}

long long cloud_bed_number(struct cloud_bed *bed, const char *path, const char *way)
{
	json_t *body = cloud_bed_get(bed, path), *at = body;
	char step[64];
	long long n;

	for (const char *dot; at && (dot = strchr(way, '.')); way = dot + 1) {
		snprintf(step, sizeof(step), "%.*s", (int)(dot - way), way);
		at = json_object_get(at, step);
	}
	at = json_object_get(at, way);
	n = json_is_integer(at) ? json_integer_value(at) : -1;
	json_decref(body);
	return n;
}

long long cloud_bed_metric(struct cloud_bed *bed, const char *name)
{
	struct http_answer answer;
	char url[64], line[96];
	long long n = -1;
	char *at;

	snprintf(url, sizeof(url), "http://127.0.0.1:%u/metrics", bed->login_port);
	http_call_blocking(&(struct http_call){.method = "GET", .url = url}, &answer);
	snprintf(line, sizeof(line), "\n%s", name);
	at = answer.text ? strstr(answer.text, line) : NULL;
	if (at)
		n = strtoll(at + strlen(line), NULL, 10);
	http_answer_done(&answer);
	return n;
}
