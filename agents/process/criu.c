// SPDX-License-Identifier: Apache-2.0
#include "agents/process/criu.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "agents/common/child.h"
#include "agents/common/criu_log.h"
#include "agents/process/sockets.h"
#include "gen/criu_rpc.pb-c.h"
#include "lib/daemon.h"
#include "lib/file.h"

enum {
	FREEZE_MAX_S = 60, /* a busy machine is slow */
	LOG_LEVEL = 2,	   /* errors, warnings, and how far it is */
	MESSAGE_MAX = 64 << 10,
};

static const CriuRequestKind kinds[] = {
	[CRIU_VERSION] = CRIU_REQUEST_KIND__VERSION,
	[CRIU_CHECK] = CRIU_REQUEST_KIND__CHECK,
	[CRIU_PRE_DUMP] = CRIU_REQUEST_KIND__SINGLE_PRE_DUMP,
	[CRIU_DUMP] = CRIU_REQUEST_KIND__DUMP,
	[CRIU_RESTORE] = CRIU_REQUEST_KIND__RESTORE,
};

const char *const criu_tcp_names[] = {"keep", "close", NULL};

static int say(struct criu_answer *ret, int rc, const char *text)
{
	if (!ret->text[0])
		snprintf(ret->text, sizeof(ret->text), "%s", text);
	return rc;
}

/* ---- the request ---- */

/* What is borrowed by the request while it is packed */
struct request {
	CriuRequest request;
	CriuOptions options;
	CriuPageServer server;
	char previous[CRIU_PATH_SIZE], log[32], config[CRIU_PATH_SIZE + 16], address[16];
};

static const char *log_name(enum criu_what what)
{
	return what == CRIU_RESTORE    ? "restore.log"
	       : what == CRIU_PRE_DUMP ? "predump.log"
	       : what == CRIU_DUMP     ? "dump.log"
				       : "criu.log";
}

/* Options that the RPC of 3.17 has no field for come by a file. */
static int write_config(struct request *r, const struct criu_call *call)
{
	char text[256], address[INET_ADDRSTRLEN];
	int len;

	inet_ntop(AF_INET, &call->serve_address, address, sizeof(address));
	len = snprintf(text, sizeof(text), "%s%s%s%s",
		       call->leave == CRIU_LEAVE_STOPPED ? "leave-stopped\n" : "",
		       call->lazy ? "address " : "", call->lazy ? address : "",
		       call->lazy ? "\n" : "");
	snprintf(r->config, sizeof(r->config), "%s/criu.conf", call->work);
	return file_create(r->config, text, (size_t)len, 0600);
}

static void set_dump(struct request *r, const struct criu_call *call)
{
	CriuOptions *o = &r->options;

	o->has_pid = true;
	o->pid = call->pid;
	o->has_track_mem = o->track_mem = true;
	o->has_leave_running = true;
	o->leave_running = call->leave == CRIU_LEAVE_RUNNING;
	o->has_tcp_skip_in_flight = o->tcp_skip_in_flight = true;
	if (call->previous) {
		snprintf(r->previous, sizeof(r->previous), "../%s", call->previous);
		o->parent = r->previous;
	}
	if (call->page_server >= 0 && !call->lazy) {
		r->server.has_fd = true;
		r->server.fd = call->page_server;
		o->page_server = &r->server;
	}
}

static void set_lazy(struct request *r, const struct criu_call *call, int status)
{
	r->options.has_lazy_pages = r->options.lazy_pages = true;
	if (call->what != CRIU_DUMP)
		return;
	r->server.has_port = true;
	r->server.port = call->serve_port;
	r->options.page_server = &r->server;
	r->options.has_status_fd = true;
	r->options.status_fd = status;
}

static void set_tcp(struct request *r, const struct criu_call *call)
{
	CriuOptions *o = &r->options;

	if (call->tcp == CRIU_TCP_CLOSE) {
		o->has_tcp_close = o->tcp_close = true;
		return;
	}
	o->has_tcp_established = o->tcp_established = true;
	o->has_network_lock = true;
	o->network_lock = CRIU_LOCK__NFTABLES; /* iptables(8) needn't be installed */
}

static int build(struct request *r, const struct criu_call *call, int images, int work, int status)
{
	CriuOptions *o = &r->options;

	*r = (struct request){.request = CRIU_REQUEST__INIT,
			      .options = CRIU_OPTIONS__INIT,
			      .server = CRIU_PAGE_SERVER__INIT};
	r->request.kind = kinds[call->what];
	r->request.options = o;
	o->images_dir_fd = images;
	o->has_work_dir_fd = true;
	o->work_dir_fd = work;
	o->has_log_level = true;
	o->log_level = LOG_LEVEL;
	snprintf(r->log, sizeof(r->log), "%s", log_name(call->what));
	o->log_file = r->log;
	o->has_timeout = true;
	o->timeout = FREEZE_MAX_S;
	o->has_cgroups = true;
	o->cgroups = CRIU_CGROUPS__IGNORE;
	set_tcp(r, call);
	if (call->what == CRIU_PRE_DUMP || call->what == CRIU_DUMP)
		set_dump(r, call);
	if (call->lazy)
		set_lazy(r, call, status);
	if (call->what == CRIU_DUMP) {
		o->config_file = r->config;
		return write_config(r, call);
	}
	return 0;
}

static int send_request(const struct request *r, int sock)
{
	size_t len = criu_request__get_packed_size(&r->request);
	uint8_t *octets = malloc(len);
	ssize_t put;

	if (!octets)
		return -ENOMEM;
	criu_request__pack(&r->request, octets);
	put = send(sock, octets, len, MSG_NOSIGNAL);
	free(octets);
	return put == (ssize_t)len ? 0 : -EPIPE;
}

/* ---- the answer ---- */

static void take(const CriuResponse *response, struct criu_answer *ret)
{
	if (response->restored)
		ret->pid = response->restored->pid;
	if (response->version && response->version->has_sublevel)
		snprintf(ret->version, sizeof(ret->version), "%d.%d.%d",
			 response->version->major_number, response->version->minor_number,
			 response->version->sublevel);
	else if (response->version)
		snprintf(ret->version, sizeof(ret->version), "%d.%d",
			 response->version->major_number, response->version->minor_number);
	if (response->success)
		return;
	if (response->message && response->message[0])
		say(ret, 0, response->message);
	else if (response->has_error && response->error)
		say(ret, 0, strerror(response->error));
}

static int read_answer(int sock, struct criu_answer *ret)
{
	uint8_t octets[MESSAGE_MAX];
	ssize_t got = recv(sock, octets, sizeof(octets), MSG_DONTWAIT);
	CriuResponse *response;
	bool success;

	if (got <= 0)
		return say(ret, -EPIPE, "CRIU ended without an answer");
	response = criu_response__unpack(NULL, (size_t)got, octets);
	if (!response)
		return say(ret, -EPIPE, "CRIU's answer can't be read");
	success = response->success;
	take(response, ret);
	criu_response__free_unpacked(response, NULL);
	return success ? 0 : -EREMOTEIO;
}

/* A restore fails in one of its children, whose errors the answer doesn't have: the log has. What
 * failed without a word in either had no room for one. */
static int explain(const struct criu_call *call, struct criu_answer *ret)
{
	char path[CRIU_PATH_SIZE + 32], line[CRIU_TEXT_SIZE];
	int rc;

	snprintf(path, sizeof(path), "%s/%s", call->work, log_name(call->what));
	rc = criu_log_error(path, line, sizeof(line));
	ret->disk_full =
		rc == -ENOSPC || strstr(ret->text, "No space left") || (!rc && !ret->text[0]);
	return say(ret, -EREMOTEIO, rc ? line : "it failed, and its log has no room to say why");
}

static void meet_server(struct in_addr address, uint16_t port)
{
	const struct sockaddr_in at = {
		.sin_family = AF_INET, .sin_port = htons(port), .sin_addr = address};
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (fd < 0)
		return;
	/* refused, it has ended, or doesn't serve yet, and says so when it does */
	(void)connect(fd, (const struct sockaddr *)&at, sizeof(at));
	close(fd);
}

void criu_release_server(const char *record, struct in_addr address, uint16_t port)
{
	struct child criu;
	pid_t pid;

	if (!port)
		return;
	if (record) {
		child_record_in(&criu, record);
		if (!child_record_read(&criu, &pid))
			sockets_shut(pid, address, port);
	}
	meet_server(address, port);
}

static void cancel(const struct criu_call *call)
{
	if (call->page_server >= 0)
		shutdown(call->page_server, SHUT_RDWR);
	criu_release_server(call->record, call->serve_address, call->serve_port);
}

static void on_status(const struct criu_call *call, int status, const struct criu_answer *ret)
{
	char octet;

	if (read(status, &octet, 1) != 1)
		return;
	if (ret->cancelled)
		meet_server(call->serve_address, call->serve_port);
	else if (call->serves)
		call->serves(call->user);
}

/* Waits for the answer. Cancelled: its page server goes away, it fails and cleans up after itself.
 */
static int await_answer(const struct criu_call *call, int sock, int status, struct criu_answer *ret)
{
	struct pollfd pfd[] = {{.fd = sock, .events = POLLIN},
			       {.fd = call->wake, .events = POLLIN},
			       {.fd = status, .events = POLLIN}};

	for (;;) {
		if (poll(pfd, 3, -1) < 0 && errno != EINTR)
			return -errno;
		if (pfd[0].revents)
			return read_answer(sock, ret);
		if (pfd[1].revents) {
			ret->cancelled = true;
			pfd[1].fd = -1;
			cancel(call);
		}
		if (pfd[2].revents) {
			pfd[2].fd = -1;
			on_status(call, status, ret);
		}
	}
}

/* ---- one call ---- */

/* Descriptors of one call; -1: none */
struct ends {
	int sock, worker, images, work, status[2];
};

static void close_ends(struct ends *e)
{
	const int all[] = {e->sock, e->worker, e->images, e->work, e->status[0], e->status[1]};

	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++)
		if (all[i] >= 0)
			close(all[i]);
}

static int open_ends(struct ends *e, const struct criu_call *call)
{
	int pair[2];

	*e = (struct ends){-1, -1, -1, -1, {-1, -1}};
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair))
		return -errno;
	e->sock = pair[0];
	e->worker = pair[1];
	e->images = open(call->images, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	e->work = open(call->work, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (e->images < 0 || e->work < 0)
		return -errno;
	return call->lazy && pipe2(e->status, O_CLOEXEC) ? -errno : 0;
}

static pid_t start(const struct criu_call *call, struct ends *e)
{
	char swrk[] = "swrk", criu[] = "criu", number[16];
	char *argv[] = {criu, swrk, number, NULL};
	pid_t pid;

	snprintf(number, sizeof(number), "%d", e->worker);
	pid = criu_spawn(argv, call->record, call->work, e->worker,
			 call->page_server < 0 ? 0 : call->page_server);
	close(e->worker);
	e->worker = -1;
	return pid;
}

static void reap(pid_t pid, const char *record)
{
	while (waitpid(pid, NULL, 0) < 0 && errno == EINTR)
		;
	if (record)
		criu_forget(record);
}

int criu_run(const struct criu_call *call, struct criu_answer *ret)
{
	struct request request;
	struct ends ends;
	pid_t pid = 0;
	int rc;

	memset(ret, 0, sizeof(*ret));
	rc = open_ends(&ends, call);
	if (!rc)
		rc = build(&request, call, ends.images, ends.work, ends.status[1]);
	if (!rc) {
		pid = start(call, &ends);
		rc = pid < 0 ? pid : send_request(&request, ends.sock);
	}
	if (!rc)
		rc = await_answer(call, ends.sock, ends.status[0], ret);
	close_ends(&ends);
	if (pid > 0)
		reap(pid, call->record);
	if (rc == -EREMOTEIO)
		return explain(call, ret);
	if (rc && !ret->text[0])
		say(ret, rc, rc == -ENOENT ? "criu is not installed" : strerror(-rc));
	return rc;
}
