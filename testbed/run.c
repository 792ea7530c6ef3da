// SPDX-License-Identifier: Apache-2.0
/* The run directory and its record. */
#include "lib/suggest.h"
#include "testbed/run.h"

#include <arpa/inet.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/json.h"
#include "lib/file.h"

static const char *const phase_names[] = {
	[RUN_MAKING] = "making",     [RUN_UP] = "up",	      [RUN_FAILED] = "failed",
	[RUN_CHANGING] = "changing", [RUN_ENDING] = "ending", NULL};

bool run_name_is_valid(const char *name)
{
	size_t len = strlen(name);

	return len && len < TOPO_NAME_SIZE && name[0] != '-' && name[len - 1] != '-' &&
	       strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789-") == len;
}

void run_path(const struct run *run, char buf[RUN_PATH_MAX], const char *format, ...)
{
	int len = snprintf(buf, RUN_PATH_MAX, "%s/", run->dir);
	va_list args;

	va_start(args, format);
	vsnprintf(buf + len, (size_t)(RUN_PATH_MAX - len), format, args);
	va_end(args);
}

int run_init(struct run *run, const char *name, size_t node_count)
{
	int rc;

	memset(run, 0, sizeof(*run));
	snprintf(run->name, sizeof(run->name), "%s", name);
	snprintf(run->dir, sizeof(run->dir), RUN_ROOT "/%s", run->name);
	run->node = calloc(node_count ? node_count : 1, sizeof(*run->node));
	if (!run->node)
		return -ENOMEM;
	run->node_count = node_count;
	run->maker.pid = getpid();
	run->maker.start = process_start_time(run->maker.pid);
	rc = boot_id_read(run->boot_id);
	if (rc)
		run_done(run);
	return rc;
}

void run_done(struct run *run)
{
	free(run->node);
	run->node = NULL;
	run->node_count = 0;
}

static json_t *node_json(const struct run_node *node)
{
	return json_pack("{s:s, s:i, s:I, s:I, s:o}", "name", node->name, "pid", node->init.pid,
			 "start", (json_int_t)node->init.start, "netns", (json_int_t)node->netns,
			 "address", json_ipv4(node->address));
}

static json_t *run_json(const struct run *run)
{
	json_t *nodes = json_array();

	for (size_t i = 0; i < run->node_count; i++)
		json_array_append_new(nodes, node_json(&run->node[i]));
	return json_pack("{s:i, s:s, s:s, s:s, s:i, s:I, s:o, s:i, s:o, s:s, s:o}", "version", 1,
			 "name", run->name, "boot_id", run->boot_id, "phase",
			 phase_names[run->phase], "maker_pid", run->maker.pid, "maker_start",
			 (json_int_t)run->maker.start, "management",
			 json_ipv4(run->management.addr), "management_len",
			 (int)run->management.len, "host_address", json_ipv4(run->host_address),
			 "host_interface", run->host_ifname, "nodes", nodes);
}

int run_save(const struct run *run)
{
	char path[RUN_PATH_MAX];
	json_t *json = run_json(run);
	char *text = json ? json_dumps(json, JSON_INDENT(1)) : NULL;
	int rc = -ENOMEM;

	run_path(run, path, "state.json");
	if (text)
		rc = file_create(path, text, strlen(text), 0600);
	free(text);
	json_decref(json);
	return rc;
}

static int read_node(const json_t *json, struct run_node *node)
{
	struct json_reader reader;
	uint64_t pid = 0;

	json_reader_begin(&reader, json);
	json_read_string(&reader, "name", true, node->name, sizeof(node->name));
	json_read_u64(&reader, "pid", true, 0, INT_MAX, &pid);
	json_read_u64(&reader, "start", true, 0, INT64_MAX, &node->init.start);
	json_read_u64(&reader, "netns", true, 0, INT64_MAX, &node->netns);
	json_read_ipv4(&reader, "address", true, &node->address);
	node->init.pid = (pid_t)pid;
	/* the name becomes part of paths that are removed */
	if (!run_name_is_valid(node->name))
		return -EBADMSG;
	return json_reader_end(&reader);
}

static int read_nodes(const json_t *list, struct run *run)
{
	size_t count = json_array_size(list);

	if (!json_is_array(list) || count > TOPO_NODES_MAX + 1)
		return -EBADMSG;
	free(run->node);
	run->node = calloc(count ? count : 1, sizeof(*run->node));
	if (!run->node)
		return -ENOMEM;
	for (run->node_count = 0; run->node_count < count; run->node_count++)
		if (read_node(json_array_get(list, run->node_count), &run->node[run->node_count]))
			return -EBADMSG;
	return 0;
}

static int read_record(json_t *json, struct run *run)
{
	uint64_t pid = 0, len = 0, version = 0;
	json_t *nodes = json_object_get(json, "nodes");
	struct json_reader reader;
	char name[TOPO_NAME_SIZE] = "";
	size_t phase = 0;

	if (read_nodes(nodes, run))
		return -EBADMSG;
	json_object_del(json, "nodes");
	json_reader_begin(&reader, json);
	json_read_u64(&reader, "version", true, 1, 1, &version);
	json_read_string(&reader, "name", true, name, sizeof(name));
	json_read_string(&reader, "boot_id", true, run->boot_id, sizeof(run->boot_id));
	json_read_word(&reader, "phase", true, phase_names, &phase);
	json_read_u64(&reader, "maker_pid", true, 0, INT_MAX, &pid);
	json_read_u64(&reader, "maker_start", true, 0, INT64_MAX, &run->maker.start);
	json_read_ipv4(&reader, "management", true, &run->management.addr);
	json_read_u64(&reader, "management_len", true, 0, 32, &len);
	json_read_ipv4(&reader, "host_address", true, &run->host_address);
	json_read_string(&reader, "host_interface", true, run->host_ifname, IFNAMSIZ);
	run->phase = (enum run_phase)phase;
	run->maker.pid = (pid_t)pid;
	run->management.len = (unsigned)len;
	return json_reader_end(&reader) || strcmp(name, run->name) != 0 ? -EBADMSG : 0;
}

static struct run_node *take_node(struct run *run, const char *name)
{
	for (size_t i = 0; i < run->node_count; i++)
		if (!strcmp(run->node[i].name, name))
			return &run->node[i];
	return NULL;
}

/*
 * While a topology changes, its record knows nodes that topology.yaml has not yet, or no longer, in
 * an order of its own. Readers count on the file's order: the file's nodes, then others, the fabric
 * last.
 */
static int align_to(struct run *run, const struct topology *t)
{
	struct run_node *nodes = calloc(t->node_count + run->node_count, sizeof(*nodes));
	size_t count = 0;

	if (!nodes)
		return -ENOMEM;
	for (size_t i = 0; i < t->node_count; i++) {
		struct run_node *node = take_node(run, t->node[i].name);

		if (node)
			nodes[count] = *node;
		else
			strcpy(nodes[count].name, t->node[i].name);
		count++;
	}
	for (size_t i = 0; i < run->node_count; i++)
		if (topology_find_node(t, run->node[i].name) < 0)
			nodes[count++] = run->node[i];
	free(run->node);
	run->node = nodes;
	run->node_count = count;
	return 0;
}

static int align(struct run *run)
{
	struct yaml_error err = {""};
	struct topology *t = NULL;
	char path[RUN_PATH_MAX];
	int rc;

	run_path(run, path, "topology.yaml");
	if (topology_load(path, &t, &err))
		return 0; /* whoever needs it will say what is wrong with it */
	rc = align_to(run, t);
	topology_free(t);
	return rc;
}

int run_load(const char *name, struct run *ret_run)
{
	char path[RUN_PATH_MAX];
	struct run run;
	json_t *json;
	int rc;

	if (!run_name_is_valid(name))
		return -ENOENT;
	rc = run_init(&run, name, 0);
	if (rc)
		return rc;
	rc = access(run.dir, F_OK) ? -ENOENT : 0;
	run_path(&run, path, "state.json");
	json = rc ? NULL : json_load_file(path, 0, NULL);
	if (!rc)
		rc = json ? read_record(json, &run) : -EBADMSG;
	json_decref(json);
	if (rc) {
		run_done(&run);
		return rc;
	}
	if (run.phase == RUN_CHANGING)
		rc = align(&run);
	if (rc)
		run_done(&run);
	else
		*ret_run = run;
	return rc;
}

bool run_is_of_this_boot(const struct run *run)
{
	char now[BOOT_ID_SIZE];

	return !boot_id_read(now) && !strcmp(now, run->boot_id);
}

bool run_is_alive(const struct run *run)
{
	if (!run_is_of_this_boot(run))
		return false;
	for (size_t i = 0; i < run->node_count; i++)
		if (process_alive(&run->node[i].init))
			return true;
	return run_has_maker(run);
}

bool run_has_maker(const struct run *run)
{
	return (run->phase == RUN_MAKING || run->phase == RUN_CHANGING ||
		run->phase == RUN_ENDING) &&
	       run_is_of_this_boot(run) && process_alive(&run->maker);
}

const char *run_state(const struct run *run)
{
	if (run_has_maker(run))
		return phase_names[run->phase];
	if (run->phase == RUN_MAKING)
		return "half-made";
	if (run->phase == RUN_ENDING)
		return "half-removed";
	if (!run_is_alive(run))
		return "dead";
	return run->phase == RUN_CHANGING ? "half-changed" : phase_names[run->phase];
}

static int is_run(const struct dirent *entry)
{
	return run_name_is_valid(entry->d_name);
}

int run_list(char ***ret_names, size_t *ret_count)
{
	struct dirent **entries;
	int count = scandir(RUN_ROOT, &entries, is_run, alphasort);
	char **names;

	if (count < 0 && errno == ENOENT)
		count = 0, entries = NULL;
	if (count < 0)
		return -errno;
	names = calloc((size_t)count + 1, sizeof(*names));
	for (int i = 0; i < count; i++) {
		if (names)
			names[i] = strdup(entries[i]->d_name);
		free(entries[i]);
	}
	free(entries);
	if (!names)
		return -ENOMEM;
	*ret_names = names;
	*ret_count = (size_t)count;
	return 0;
}

void run_list_free(char **names, size_t count)
{
	for (size_t i = 0; i < count; i++)
		free(names[i]);
	free(names);
}

int run_lock(void)
{
	int fd;

	if (mkdir(RUN_ROOT, 0755) && errno != EEXIST)
		return -errno;
	fd = open(RUN_ROOT "/.lock", O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	if (fd < 0)
		return -errno;
	while (flock(fd, LOCK_EX))
		if (errno != EINTR) {
			int rc = -errno;

			close(fd);
			return rc;
		}
	return fd;
}

static int select_only(char *name)
{
	char **names;
	size_t count;
	int rc = run_list(&names, &count);

	if (rc) {
		complain(RUN_ROOT ": %s", strerror(-rc));
		return BATON_FAILED;
	}
	if (!count)
		complain("no topology is up");
	else if (count == 1)
		snprintf(name, TOPO_NAME_SIZE, "%.*s", TOPO_NAME_SIZE - 1, names[0]);
	else {
		complain("several topologies are up; choose one with --name:");
		for (size_t i = 0; i < count; i++)
			fprintf(stderr, "  %s\n", names[i]);
	}
	run_list_free(names, count);
	return count == 1 ? BATON_OK : BATON_NOT_UP;
}

int run_select(const struct baton_context *ctx, const char *name, struct run *ret_run)
{
	char only[TOPO_NAME_SIZE] = "";
	int rc;

	if (geteuid() != 0) {
		complain("this needs root");
		return BATON_NOT_ROOT;
	}
	if (!name)
		name = ctx->name;
	if (!name) {
		rc = select_only(only);
		if (rc)
			return rc;
		name = only;
	}
	rc = run_load(name, ret_run);
	if (rc == -ENOENT) {
		complain("no topology '%s' is up", name);
		return BATON_NOT_UP;
	}
	if (rc) {
		complain("the record of '%s' can't be read: %s; `baton down %s` removes it", name,
			 strerror(-rc), name);
		return BATON_FAILED;
	}
	return BATON_OK;
}

int run_find_node(const struct run *run, const char *name)
{
	struct suggest meant;

	for (size_t i = 0; i < run->node_count; i++)
		if (!strcmp(run->node[i].name, name))
			return (int)i;
	suggest_begin(&meant, name);
	for (size_t i = 0; i < run->node_count; i++)
		suggest_offer(&meant, run->node[i].name);
	complain("topology '%s' has no node '%s'%s%s%s; it has:", run->name, name,
		 meant.best ? ", did you mean '" : "", meant.best ? meant.best : "", meant.best ? "'?" : "");
	for (size_t i = 0; i < run->node_count; i++)
		fprintf(stderr, "  %s\n", run->node[i].name);
	return -1;
}

struct topology *run_topology(const struct run *run)
{
	struct yaml_error err = {""};
	struct topology *t = NULL;
	char path[RUN_PATH_MAX];
	int rc;

	run_path(run, path, "topology.yaml");
	rc = topology_load(path, &t, &err);
	if (rc)
		complain("%s", err.text[0] ? err.text : strerror(-rc));
	return rc ? NULL : t;
}

int run_token(const struct run *run, char ret_token[RUN_TOKEN_SIZE])
{
	char path[RUN_PATH_MAX];
	ssize_t len;

	run_path(run, path, "token");
	len = file_read_text(path, ret_token, RUN_TOKEN_SIZE);
	if (len < 0)
		return (int)len;
	ret_token[strcspn(ret_token, "\n")] = '\0';
	return 0;
}

int run_netns_open(const struct run *run, size_t node)
{
	char path[RUN_PATH_MAX];
	struct stat st;
	int fd;

	snprintf(path, sizeof(path), NETNS_ROOT "/%s.%s", run->name, run->node[node].name);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	if (fstat(fd, &st) || st.st_ino != run->node[node].netns) {
		close(fd);
		return -ESTALE;
	}
	return fd;
}
