// SPDX-License-Identifier: Apache-2.0
/* Each daemon's configuration file, as docs/contracts.md gives its keys. */
#include "testbed/app.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "lib/file.h"

/* One file that is being written: the node it is for, and helpers' scratch. */
struct writer {
	const struct plan *plan;
	const struct topology *t;
	unsigned index;
	const struct topo_node *node;
	const struct daemon_row *row;
	FILE *out;
};

static void put_text(const struct writer *w, const char *key, const char *value)
{
	fprintf(w->out, "%s: \"%s\"\n", key, value);
}

static void put_addr(const struct writer *w, const char *key, struct in_addr addr)
{
	char text[INET_ADDRSTRLEN];

	put_text(w, key, inet_ntop(AF_INET, &addr, text, sizeof(text)));
}

static void put_bool(const struct writer *w, const char *key, bool value)
{
	fprintf(w->out, "%s: %s\n", key, value ? "true" : "false");
}

static void put_prefix_item(const struct writer *w, struct yaml_prefix prefix)
{
	char text[INET_ADDRSTRLEN];

	fprintf(w->out, "  - \"%s/%u\"\n", inet_ntop(AF_INET, &prefix.addr, text, sizeof(text)),
		prefix.len);
}

/* A path inside the node's part of the run directory */
static void put_node_path(const struct writer *w, const char *key, const char *file)
{
	char path[RUN_PATH_MAX];

	run_path(w->plan->run, path, "nodes/%s/%s", plan_node_name(w->plan, w->index), file);
	put_text(w, key, path);
}

static struct in_addr port_addr(const struct writer *w, unsigned node, enum topo_layer layer)
{
	const struct topo_port *port = topology_find_port(w->t, node, layer);

	return port ? port->addr : (struct in_addr){0};
}

static const char *port_name(const struct writer *w, enum topo_layer layer)
{
	const struct topo_port *port = topology_find_port(w->t, w->index, layer);

	return port ? port->ifname : "";
}

/* The only core: checked when the topology was read */
static unsigned core_of(const struct topology *t)
{
	for (unsigned i = 0; i < t->node_count; i++)
		if (t->node[i].kind == TOPO_CORE)
			return i;
	return 0;
}

static void put_url(const struct writer *w, const char *key, unsigned node, const char *daemon)
{
	char text[INET_ADDRSTRLEN];

	fprintf(w->out, "%s: \"http://%s:%u\"\n", key,
		inet_ntop(AF_INET, &w->plan->run->node[node].address, text, sizeof(text)),
		daemon_rest_port(daemon));
}

static void put_pin_dir(const struct writer *w)
{
	char path[RUN_PATH_MAX];

	snprintf(path, sizeof(path), "/sys/fs/bpf/%s", w->node->name);
	put_text(w, "pin_dir", path);
}

static void put_plmn(const struct writer *w)
{
	put_text(w, "mcc", w->t->mcc);
	put_text(w, "mnc", w->t->mnc);
}

/* What users may not reach: the core's own networks and management. */
static void put_protected(const struct writer *w)
{
	const struct yaml_prefix n9 = {{htonl(0x0a660000)}, 16}; /* 10.102.0.0, kept for N9 */

	fprintf(w->out, "protected:\n");
	for (size_t i = 0; i < w->t->network_count; i++) {
		enum topo_layer layer = w->t->network[i].layer;

		if (layer == TOPO_N2 || layer == TOPO_N3 || layer == TOPO_N4)
			put_prefix_item(w, w->t->network[i].prefix);
	}
	put_prefix_item(w, n9);
	put_prefix_item(w, w->plan->run->management);
}

/* One prefix over the pools of all UPFs: that of the pools that aren't given in the file wherever
 * it will do, so that a UPF that is added changes nothing at the others. */
static struct yaml_prefix all_pools(const struct topology *t)
{
	uint32_t base = 0x0a3c0000 /* 10.60.0.0 */, mask = 0xffff0000;
	struct yaml_prefix all = {.len = 16};

	for (unsigned i = 0; i < t->node_count; i++) {
		const uint32_t pool = ntohl(t->node[i].pool.addr.s_addr);

		if (t->node[i].kind != TOPO_UPF)
			continue;
		for (; (pool ^ base) & mask || t->node[i].pool.len < all.len; all.len--)
			mask <<= 1;
	}
	all.addr.s_addr = htonl(base & mask);
	return all;
}

static void write_upf(const struct writer *w)
{
	put_text(w, "name", w->node->name);
	put_addr(w, "n4_address", port_addr(w, w->index, TOPO_N4));
	put_addr(w, "n3_address", port_addr(w, w->index, TOPO_N3));
	put_text(w, "n3_device", port_name(w, TOPO_N3));
	put_text(w, "n6_device", port_name(w, TOPO_N6));
	fprintf(w->out, "n6_table: %d\n", N6_TABLE);
	put_text(w, "dataplane", w->node->dataplane);
	put_bool(w, "needs_qos", w->t->needs_qos);
	fprintf(w->out, "ue_pools:\n");
	put_prefix_item(w, w->node->pool);
	fprintf(w->out, "n9_ue_pools:\n");
	put_prefix_item(w, all_pools(w->t));
	put_protected(w);
	put_pin_dir(w);
	put_node_path(w, "state_dir", "state");
}

static void put_dnns(const struct writer *w)
{
	char addr[INET_ADDRSTRLEN];

	fprintf(w->out, "dnns:\n");
	for (size_t i = 0; i < w->t->dnn_count; i++) {
		const struct topo_dnn *dnn = &w->t->dnn[i];

		fprintf(w->out, "  - dnn: \"%s\"\n    sst: %u\n", dnn->name, dnn->sst);
		if (dnn->sd[0])
			fprintf(w->out, "    sd: \"%s\"\n", dnn->sd);
		if (dnn->dns.s_addr)
			fprintf(w->out, "    dns: \"%s\"\n",
				inet_ntop(AF_INET, &dnn->dns, addr, sizeof(addr)));
	}
}

static void put_upfs(const struct writer *w)
{
	char n4[INET_ADDRSTRLEN], pool[INET_ADDRSTRLEN];

	fprintf(w->out, "upfs:\n");
	for (unsigned i = 0; i < w->t->node_count; i++) {
		const struct topo_node *upf = &w->t->node[i];
		struct in_addr addr;

		if (upf->kind != TOPO_UPF)
			continue;
		addr = port_addr(w, i, TOPO_N4);
		fprintf(w->out,
			"  - name: \"%s\"\n    n4_address: \"%s\"\n    dnai: \"%s\"\n"
			"    pool: \"%s/%u\"\n    qos: %s\n",
			upf->name, inet_ntop(AF_INET, &addr, n4, sizeof(n4)),
			w->t->node[upf->edge].dnai,
			inet_ntop(AF_INET, &upf->pool.addr, pool, sizeof(pool)), upf->pool.len,
			w->plan->qos ? "true" : "false");
	}
}

static void put_anchors(const struct writer *w)
{
	bool any = false;

	for (size_t i = 0; i < w->t->node_count; i++) {
		const struct topo_node *ue = &w->t->node[i];

		for (size_t s = 0; s < ue->session_count; s++) {
			if (ue->session[s].anchor < 0)
				continue;
			fprintf(w->out, "%s", any ? "" : "anchors:\n");
			any = true;
			fprintf(w->out,
				"  - supi: \"%s\"\n    dnn: \"%s\"\n    session: %zu\n"
				"    dnai: \"%s\"\n",
				ue->supi, ue->session[s].dnn, s + 1,
				w->t->node[ue->session[s].anchor].dnai);
		}
	}
}

/* One figure for every session: the smallest N3, and no more than fits a radio link without a
 * tunnel's 44 octets. */
static uint32_t n3_mtu(const struct topology *t)
{
	uint32_t mtu = TOPO_MTU_MAX;

	for (size_t i = 0; i < t->network_count; i++) {
		const struct topo_network *network = &t->network[i];
		uint32_t fits = network->mtu + (network->layer == TOPO_RADIO ? 44 : 0);

		if ((network->layer == TOPO_N3 || network->layer == TOPO_RADIO) && fits < mtu)
			mtu = fits;
	}
	return mtu;
}

static void write_smf(const struct writer *w)
{
	put_addr(w, "n2_address", port_addr(w, w->index, TOPO_N2));
	put_addr(w, "n4_address", port_addr(w, w->index, TOPO_N4));
	put_node_path(w, "database", "smf-lite.sqlite");
	put_plmn(w);
	fprintf(w->out, "tac: %u\nn3_mtu: %u\n", w->t->tac, n3_mtu(w->t));
	put_dnns(w);
	put_upfs(w);
	put_anchors(w);
}

static void put_service_prefix(const struct writer *w)
{
	char prefix[INET_ADDRSTRLEN];

	fprintf(w->out, "service_prefix: \"%s/%u\"\n",
		inet_ntop(AF_INET, &w->t->service_prefix.addr, prefix, sizeof(prefix)),
		w->t->service_prefix.len);
}

/* What a destination policy measures with: each gNB, and each UPF by the DNAI that it serves. */
static void put_n3(const struct writer *w)
{
	char text[INET_ADDRSTRLEN];

	fprintf(w->out, "gnbs:\n");
	for (unsigned i = 0; i < w->t->node_count; i++)
		if (w->t->node[i].kind == TOPO_GNB)
			fprintf(w->out, "  - name: \"%s\"\n    url: \"http://%s:%u\"\n",
				w->t->node[i].name,
				inet_ntop(AF_INET, &w->plan->run->node[i].address, text,
					  sizeof(text)),
				daemon_rest_port("gnb"));
	fprintf(w->out, "n3:\n");
	for (unsigned i = 0; i < w->t->node_count; i++) {
		const struct topo_node *node = &w->t->node[i];
		struct in_addr n3 = port_addr(w, i, TOPO_N3);

		if (node->kind == TOPO_UPF && n3.s_addr)
			fprintf(w->out, "  - dnai: \"%s\"\n    address: \"%s\"\n",
				w->t->node[node->edge].dnai,
				inet_ntop(AF_INET, &n3, text, sizeof(text)));
	}
}

static void write_manager(const struct writer *w)
{
	put_url(w, "smf_url", w->index, "smf-lite");
	put_node_path(w, "database", "migration-manager.sqlite");
	put_text(w, "topology", w->t->name);
	put_service_prefix(w);
	put_n3(w);
}

/* Devices of all radio links of this node, in the order of the UE's list of gNBs */
static void put_radios(const struct writer *w)
{
	fprintf(w->out, "radios:\n");
	for (size_t i = 0; i < w->t->port_count; i++) {
		const struct topo_port *port = &w->t->port[i];

		if (port->node == w->index && w->t->network[port->network].layer == TOPO_RADIO)
			fprintf(w->out, "  - \"%s\"\n", port->ifname);
	}
}

/* All other gNBs: a UE can be handed over to each in whose reach it is. The key stands there
 * without any, and each has one line, so that a gNB takes up a new one while it runs
 * (differ_in_items_only). */
static void put_neighbours(const struct writer *w)
{
	char addr[INET_ADDRSTRLEN];

	fprintf(w->out, "neighbours:\n");
	for (unsigned i = 0; i < w->t->node_count; i++) {
		struct in_addr n2;

		if (w->t->node[i].kind != TOPO_GNB || i == w->index)
			continue;
		n2 = port_addr(w, i, TOPO_N2);
		fprintf(w->out, "  - {name: \"%s\", address: \"%s\"}\n", w->t->node[i].name,
			inet_ntop(AF_INET, &n2, addr, sizeof(addr)));
	}
}

static void write_gnb(const struct writer *w)
{
	put_text(w, "name", w->node->name);
	fprintf(w->out, "gnb_id: %u\n", w->node->number);
	put_plmn(w);
	fprintf(w->out, "tac: %u\n", w->t->tac);
	put_addr(w, "n2_address", port_addr(w, w->index, TOPO_N2));
	put_addr(w, "amf_address", port_addr(w, core_of(w->t), TOPO_N2));
	put_addr(w, "n3_address", port_addr(w, w->index, TOPO_N3));
	put_text(w, "n3_device", port_name(w, TOPO_N3));
	put_text(w, "dataplane", w->node->dataplane);
	put_bool(w, "needs_qos", w->t->needs_qos);
	put_bool(w, "container", w->plan->qos);
	put_radios(w);
	put_neighbours(w);
	put_pin_dir(w);
}

static uint32_t sst_of(const struct topology *t, const char *dnn)
{
	for (size_t i = 0; i < t->dnn_count; i++)
		if (!strcmp(t->dnn[i].name, dnn))
			return t->dnn[i].sst;
	return 1;
}

static void write_ue(const struct writer *w)
{
	put_text(w, "supi", w->node->supi);
	put_plmn(w);
	put_radios(w);
	if (w->node->session_count)
		fprintf(w->out, "sessions:\n");
	for (size_t i = 0; i < w->node->session_count; i++)
		fprintf(w->out, "  - id: %zu\n    dnn: \"%s\"\n    sst: %u\n", i + 1,
			w->node->session[i].dnn, sst_of(w->t, w->node->session[i].dnn));
	put_node_path(w, "resolv_conf", "resolv.conf");
}

static void write_ue_agent(const struct writer *w)
{
	put_text(w, "supi", w->node->supi);
	put_url(w, "ue_url", w->index, "ue");
	put_url(w, "manager_url", core_of(w->t), "migration-manager");
	put_service_prefix(w);
	put_node_path(w, "state_dir", "ue-agent");
	config_app_ue_agent(w->plan, w->index, w->out);
}

static void write_edge_agent(const struct writer *w)
{
	char addr[INET_ADDRSTRLEN];
	bool any = false;

	put_text(w, "name", w->node->name);
	put_text(w, "dnai", w->node->dnai);
	put_url(w, "manager_url", core_of(w->t), "migration-manager");
	for (size_t i = 0; i < w->t->service_count; i++) {
		const struct topo_service *service = &w->t->service[i];

		if (!service->on[w->index])
			continue;
		fprintf(w->out, "%s", any ? "" : "services:\n");
		any = true;
		fprintf(w->out, "  - name: \"%s\"\n    address: \"%s\"\n", service->name,
			inet_ntop(AF_INET, &service->addr, addr, sizeof(addr)));
	}
	if (port_name(w, TOPO_N6)[0])
		put_text(w, "n6_interface", port_name(w, TOPO_N6));
	config_app_edge_agent(w->plan, w->index, w->out);
	config_process_edge_agent(w->plan, w->index, w->out);
}

static void write_cloud_agent(const struct writer *w)
{
	config_app_cloud_agent(w->plan, w->index, w->out);
}

static void write_stream_client(const struct writer *w)
{
	config_app_stream_client(w->plan, w->index, w->out);
}

static void write_local_game(const struct writer *w)
{
	config_app_local(w->plan, w->index, w->out);
}

static void write_mover(const struct writer *w)
{
	char path[RUN_PATH_MAX];

	run_path(w->plan->run, path, "nodes/%s/link-shaper.sock", RUN_FABRIC);
	put_text(w, "socket", path);
	config_mover(w->plan, w->out);
}

static void write_shaper(const struct writer *w)
{
	put_node_path(w, "socket", "link-shaper.sock");
	put_node_path(w, "state", "link-shaper.state");
	put_bool(w, "netem", w->plan->netem);
	config_links(w->plan, w->out);
}

static const struct {
	const char *daemon;
	void (*write)(const struct writer *w);
} writers[] = {
	{"smf-lite", write_smf},
	{"migration-manager", write_manager},
	{"upf", write_upf},
	{"gnb", write_gnb},
	{"ue", write_ue},
	{"ue-agent", write_ue_agent},
	{"edge-agent", write_edge_agent},
	{"cloud-agent", write_cloud_agent},
	{"stream-client", write_stream_client},
	{"snake-edge", write_local_game},
	{"minetest-edge", write_local_game},
	{"mover", write_mover},
	{"link-shaper", write_shaper},
};

static void write_config(const struct writer *w)
{
	char path[RUN_PATH_MAX];

	if (w->row->rest_port) {
		put_addr(w, "rest_address", w->plan->run->node[w->index].address);
		fprintf(w->out, "rest_port: %u\n", w->row->rest_port);
		run_path(w->plan->run, path, "token");
		put_text(w, "token_file", path);
	}
	for (size_t i = 0; i < sizeof(writers) / sizeof(writers[0]); i++)
		if (!strcmp(writers[i].daemon, w->row->name))
			writers[i].write(w);
}

int config_daemon_text(const struct plan *plan, unsigned node, const struct daemon_row *row,
		       char **ret_text, size_t *ret_len)
{
	struct writer w = {plan, plan->t,
			   node, node < plan->t->node_count ? &plan->t->node[node] : NULL,
			   row,	 NULL};

	*ret_text = NULL;
	w.out = open_memstream(ret_text, ret_len);
	if (!w.out)
		return -errno;
	write_config(&w);
	if (!fclose(w.out))
		return 0;
	free(*ret_text);
	return -ENOMEM;
}

int config_write_daemon(const struct plan *plan, unsigned node, const struct daemon_row *row)
{
	char path[RUN_PATH_MAX], *text;
	size_t len;
	int rc = config_daemon_text(plan, node, row, &text, &len);

	if (rc)
		return rc;
	run_path(plan->run, path, "nodes/%s/%s.yaml", plan_node_name(plan, node), row->name);
	rc = file_create(path, text, len, 0600);
	free(text);
	return rc;
}
