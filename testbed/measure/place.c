// SPDX-License-Identifier: Apache-2.0
#include "testbed/measure/place.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "testbed/measure/machine.h"

enum { MANAGER_PORT = 8080, UPF_PORT = 8082, GNB_PORT = 8086 };

/* ---- what was asked for ---- */

static bool find_node(const struct place *p, enum topo_kind kind, const char *name,
		      unsigned *ret_index)
{
	for (unsigned i = 0; i < p->topology->node_count; i++) {
		const struct topo_node *node = &p->topology->node[i];

		if (node->kind == kind && (!name || strcmp(name, node->name) == 0)) {
			*ret_index = i;
			return true;
		}
	}
	return false;
}

static bool find_service(struct place *p, const char *name)
{
	for (p->service = 0; p->service < p->topology->service_count; p->service++) {
		if (!name || strcmp(name, p->topology->service[p->service].name) == 0)
			return true;
	}
	return false;
}

static int missing(const struct place *p, const char *what, const char *name)
{
	complain("topology %s has no %s%s%s%s", p->run.name, what, name ? " '" : "",
		 name ? name : "", name ? "'" : "");
	return BATON_FAILED;
}

int place_find_topology(struct place *p, const struct baton_context *ctx)
{
	int status;

	*p = (struct place){0};
	status = run_select(ctx, NULL, &p->run);
	if (status != BATON_OK)
		return status;
	p->topology = run_topology(&p->run);
	return p->topology ? BATON_OK : BATON_FAILED;
}

int place_find_ue(struct place *p, const struct baton_context *ctx, const char *ue)
{
	int status = place_find_topology(p, ctx);

	if (status != BATON_OK)
		return status;
	if (!find_node(p, TOPO_UE, ue, &p->ue))
		return missing(p, "UE", ue);
	if (!find_node(p, TOPO_CORE, NULL, &p->core))
		return missing(p, "core node, so no migration manager", NULL);
	p->supi = p->topology->node[p->ue].supi;
	return BATON_OK;
}

int place_find(struct place *p, const struct baton_context *ctx, const struct measure_options *o)
{
	int status = place_find_ue(p, ctx, o->ue);

	if (status != BATON_OK)
		return status;
	if (!find_service(p, o->service))
		return missing(p, "service", o->service);
	return BATON_OK;
}

void place_done(struct place *p)
{
	topology_free(p->topology);
	run_done(&p->run);
}

/* On the node's folder, which is there: a lock needs no file of its own, and ends with us. */
int place_lock(const struct place *p, unsigned ue)
{
	const char *name = p->topology->node[ue].name;
	char path[RUN_PATH_MAX];
	int fd;

	run_path(&p->run, path, "nodes/%s", name);
	fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd >= 0 && flock(fd, LOCK_EX | LOCK_NB) == 0)
		return fd;
	if (fd >= 0 && errno == EWOULDBLOCK)
		complain("UE %s is being measured already; two measurements would switch it under "
			 "each other's probes",
			 name);
	else
		complain("%s: %s", path, strerror(errno));
	if (fd >= 0)
		close(fd);
	return -EBUSY;
}

/* ---- the daemons ---- */

void place_url(const struct place *p, unsigned node, int port, const char *path, char *buf,
	       size_t size)
{
	char address[INET_ADDRSTRLEN];

	inet_ntop(AF_INET, &p->run.node[node].address, address, sizeof address);
	snprintf(buf, size, "http://%s:%d%s", address, port, path);
}

int place_manager(const struct place *p, struct client *c)
{
	int r = run_token(&p->run, c->token);

	place_url(p, p->core, MANAGER_PORT, "", c->manager, sizeof c->manager);
	if (r < 0)
		complain("the token of topology %s can't be read: %s", p->run.name, strerror(-r));
	return r;
}

static bool runs_service(const struct place *p, const char *edge)
{
	int node = topology_find_node(p->topology, edge);

	return node >= 0 && p->topology->service[p->service].on[node];
}

int place_edges(const struct place *p, struct client *c, struct probe_run *run)
{
	size_t n = 0;

	if (client_edges(c, run) < 0)
		return -EIO;
	for (size_t e = 0; e < run->edge_count; e++) {
		if (!runs_service(p, run->edge_name[e]))
			continue;
		memmove(run->edge_name[n], run->edge_name[e], sizeof run->edge_name[n]);
		memmove(c->edge_url[n], c->edge_url[e], sizeof c->edge_url[n]);
		n++;
	}
	run->edge_count = n;
	if (n >= 2)
		return 0;
	snprintf(c->error, sizeof c->error,
		 "a switch needs two edges that run service '%s'; %zu %s registered",
		 p->topology->service[p->service].name, n, n == 1 ? "has" : "have");
	return -EIO;
}

bool place_is_up(const struct place *p)
{
	return process_alive(&p->run.node[p->core].init);
}

/* ---- taps and probes ---- */

int place_taps(const struct place *p, uint16_t ssid, struct tap **ret_tap)
{
	int r = tap_new(ssid, ret_tap);

	for (unsigned i = 0; i < p->topology->node_count && r == 0; i++) {
		const struct topo_port *port = topology_find_port(p->topology, i, TOPO_N3);
		int fd;

		if (p->topology->node[i].kind != TOPO_GNB || !port)
			continue;
		fd = run_netns_open(&p->run, i);
		r = fd < 0 ? fd : tap_add(*ret_tap, fd, port->ifname);
		if (fd >= 0)
			close(fd);
	}
	return r;
}

int place_probe(const struct place *p, uint64_t interval_ns, uint16_t ssid,
		struct probe **ret_probe)
{
	return place_probes(p, &p->ue, 1, interval_ns, ssid, ret_probe);
}

int place_probes(const struct place *p, const unsigned *ues, size_t count, uint64_t interval_ns,
		 uint16_t ssid, struct probe **ret_probe)
{
	struct probe_config config = {.count = count,
				      .service = p->topology->service[p->service].addr,
				      .interval_ns = interval_ns,
				      .ssid = ssid};
	int *fds = calloc(count, sizeof *fds), r = fds ? 0 : -ENOMEM;
	size_t n;

	for (n = 0; r == 0 && n < count; n += r == 0) {
		fds[n] = run_netns_open(&p->run, ues[n]);
		r = fds[n] < 0 ? fds[n] : 0;
	}
	config.netns_fd = fds;
	if (r == 0)
		r = probe_start(&config, ret_probe);
	while (n > 0)
		close(fds[--n]);
	free(fds);
	return r;
}

/* The namespaces of the measured edges; Return: how many, or negative errno with none left open */
static int open_edges(const struct place *p, const struct probe_run *run, int *fds)
{
	int count = 0, r = 0;

	for (size_t e = 0; e < run->edge_count && e < TCP_FLOW_EDGES_MAX && r >= 0; e++) {
		int node = topology_find_node(p->topology, run->edge_name[e]);

		r = node < 0 ? -ENOENT : run_netns_open(&p->run, (size_t)node);
		if (r >= 0)
			fds[count++] = r;
	}
	while (r < 0 && count > 0)
		close(fds[--count]);
	return r < 0 ? r : count;
}

int place_tcp(const struct place *p, const struct probe_run *run, uint64_t rate_bps,
	      struct tcp_flow **ret_flow)
{
	struct tcp_flow_config config = {.service = p->topology->service[p->service].addr,
					 .rate_bps = rate_bps};
	int count = open_edges(p, run, config.edge_netns_fd), r;

	if (count < 0)
		return count;
	config.edge_count = (size_t)count;
	config.ue_netns_fd = r = run_netns_open(&p->run, p->ue);
	if (r >= 0) {
		r = tcp_flow_start(&config, ret_flow);
		close(config.ue_netns_fd);
	}
	while (count > 0)
		close(config.edge_netns_fd[--count]);
	return r;
}

/* ---- what the report says about where it was made ---- */

static void data_plane_of(const struct place *p, struct client *c, enum topo_kind kind, int port,
			  char *buf, size_t size)
{
	char url[64];
	json_t *status = NULL;
	const char *name;
	unsigned node;

	if (find_node(p, kind, NULL, &node)) {
		place_url(p, node, port, "/v1/status", url, sizeof url);
		status = client_get(c, url);
	}
	name = json_string_value(json_object_get(status, "dataplane"));
	snprintf(buf, size, "%s", name ? name : "unknown");
	json_decref(status);
}

void place_describe(const struct place *p, struct client *c, struct report *r)
{
	machine_describe(r);
	snprintf(r->topology, sizeof r->topology, "%s", p->topology->name);
	if (strcmp(p->run.name, p->topology->name) != 0)
		snprintf(r->running, sizeof r->running, "%s", p->run.name);
	data_plane_of(p, c, TOPO_UPF, UPF_PORT, r->dataplane_upf, sizeof r->dataplane_upf);
	data_plane_of(p, c, TOPO_GNB, GNB_PORT, r->dataplane_gnb, sizeof r->dataplane_gnb);
}
