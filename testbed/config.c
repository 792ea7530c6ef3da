// SPDX-License-Identifier: Apache-2.0
/* The files of the run directory that are there before any process is: hosts, token, topology,
 * configurations. */
#include "testbed/app.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/file.h"
#include "lib/hex.h"

/* What open_memstream gathered becomes a file. */
static int save_text(const struct run *run, const char *name, const char *text, size_t len,
		     mode_t mode)
{
	char path[RUN_PATH_MAX];

	run_path(run, path, "%s", name);
	return file_create(path, text, len, mode);
}

/* Names lead to where users' packets go; NODE.mgmt is the management address, in every node. */
static void print_hosts(const struct plan *plan, FILE *out)
{
	const struct topology *t = plan->t;
	char addr[INET_ADDRSTRLEN];

	fprintf(out, "127.0.0.1 localhost\n");
	for (unsigned i = 0; i < t->node_count; i++) {
		struct in_addr seen = topology_node_address(t, i);
		struct in_addr mgmt = plan->run->node[i].address;

		if (seen.s_addr)
			fprintf(out, "%s %s\n", inet_ntop(AF_INET, &seen, addr, sizeof(addr)),
				t->node[i].name);
		if (mgmt.s_addr)
			fprintf(out, "%s %s.mgmt%s%s\n",
				inet_ntop(AF_INET, &mgmt, addr, sizeof(addr)), t->node[i].name,
				seen.s_addr ? "" : " ", seen.s_addr ? "" : t->node[i].name);
	}
	for (size_t i = 0; i < t->service_count; i++)
		fprintf(out, "%s %s\n", inet_ntop(AF_INET, &t->service[i].addr, addr, sizeof(addr)),
			t->service[i].name);
	for (size_t i = 0; i < t->process_count; i++)
		fprintf(out, "%s %s\n", inet_ntop(AF_INET, &t->process[i].service, addr, sizeof(addr)),
			t->process[i].name);
}

static void print_topology(const struct plan *plan, FILE *out)
{
	topology_write(plan->t, out);
}

static int write_printed(const struct plan *plan, const char *name, mode_t mode,
			 void (*print)(const struct plan *plan, FILE *out))
{
	char *text = NULL;
	size_t len = 0;
	FILE *out = open_memstream(&text, &len);
	int rc;

	if (!out)
		return -errno;
	print(plan, out);
	rc = fclose(out) ? -errno : save_text(plan->run, name, text, len, mode);
	free(text);
	return rc;
}

int config_write_topology(const struct plan *plan, const char *file)
{
	return write_printed(plan, file, 0600, print_topology);
}

/* Not by renaming: nodes have this very file mounted over /etc/hosts. */
int config_rewrite_hosts(const struct plan *plan)
{
	char path[RUN_PATH_MAX];
	FILE *out;
	int fd;

	run_path(plan->run, path, "hosts");
	fd = open(path, O_WRONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	out = fdopen(fd, "w");
	if (!out) {
		close(fd);
		return -ENOMEM;
	}
	print_hosts(plan, out);
	if (fflush(out) || ftruncate(fd, ftell(out))) {
		fclose(out);
		return -EIO;
	}
	return fclose(out) ? -errno : 0;
}

static int write_token(const struct run *run)
{
	char text[RUN_TOKEN_SIZE + 1];
	int rc = hex_random(text, RUN_TOKEN_SIZE);

	if (rc)
		return rc;
	strcat(text, "\n");
	return save_text(run, "token", text, strlen(text), 0600);
}

__attribute__((format(printf, 2, 3))) static int make_directory(const struct run *run,
								const char *format, ...)
{
	char path[RUN_PATH_MAX], relative[RUN_PATH_MAX];
	va_list args;

	va_start(args, format);
	vsnprintf(relative, sizeof(relative), format, args);
	va_end(args);
	run_path(run, path, "%s", relative);
	return mkdir(path, 0700) ? -errno : 0;
}

static const char no_servers[] = "# no name server\n";

/* A node without daemons has no files. */
int config_write_node(const struct plan *plan, unsigned node)
{
	const struct daemon_row *rows[DAEMONS_PER_NODE];
	const char *name = plan_node_name(plan, node);
	size_t count = plan_daemons(plan, node, rows);
	char path[RUN_PATH_MAX];
	int rc = count ? make_directory(plan->run, "nodes/%s", name) : 0;

	snprintf(path, sizeof(path), "nodes/%s/resolv.conf", name);
	if (!rc && count && node < plan->t->node_count && plan->t->node[node].kind == TOPO_UE)
		rc = save_text(plan->run, path, no_servers, strlen(no_servers), 0644);
	for (size_t i = 0; !rc && i < count; i++) {
		if (!strcmp(rows[i]->name, "ue-agent"))
			rc = make_directory(plan->run, "nodes/%s/ue-agent", name);
		if (!rc && daemon_has_config(rows[i]))
			rc = config_write_daemon(plan, node, rows[i]);
	}
	return rc;
}

int config_write_all(const struct plan *plan)
{
	int rc = make_directory(plan->run, "%s", "nodes");

	if (!rc)
		rc = make_directory(plan->run, "%s", "bpf");
	if (!rc)
		rc = write_token(plan->run);
	if (!rc && plan->t->process_count)
		rc = make_directory(plan->run, "%s", RUN_HERE);
	if (!rc)
		rc = app_files_make(plan);
	if (!rc)
		rc = save_text(plan->run, "resolv.conf", no_servers, strlen(no_servers), 0644);
	if (!rc)
		rc = write_printed(plan, "hosts", 0644, print_hosts);
	if (!rc)
		rc = config_write_topology(plan, "topology.yaml");
	for (unsigned i = 0; !rc && i < plan_node_count(plan); i++)
		rc = config_write_node(plan, i);
	if (!rc)
		rc = app_images_place(plan);
	return rc ? rc : process_layers_place(plan);
}
