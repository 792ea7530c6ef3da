// SPDX-License-Identifier: Apache-2.0
#include "ran/ue/bearer.h"

#include <arpa/inet.h>
#include <bpf/bpf.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "bpf/ue_bearer.skel.h"
#include "lib/log.h"
#include "lib/radio.h"

enum {
	PARK_MS = 2000, /* how long a released session's interface waits for its next use */
	REAP_MS = 500,
	TC_PRIORITY = 0xba, /* our filters are told by it */
	TC_HANDLE = 1,
	TABLE_BASE = 100,
	RULE_PRIORITY_BASE = 1000,
};

struct bearers {
	struct nl *nl; /* borrowed from ue */
	uint32_t ue24;
	struct ue_bearer *skel;
	uv_timer_t reaper;
	bool parked[UE_SESSIONS];
	uint64_t parked_ms[UE_SESSIONS];
};

static void names(uint8_t id, char device[16], char hidden[16])
{
	snprintf(device, 16, "pdu%u", id);
	snprintf(hidden, 16, "pdu%u-r", id);
}

static int set_port(struct bearers *b, uint32_t port, uint32_t ifindex)
{
	return bpf_map_update_elem(bpf_map__fd(b->skel->maps.ports), &port, &ifindex, BPF_ANY);
}

static int attach(struct bearers *b, unsigned ifindex, const struct bpf_program *program,
		  const char *name)
{
	struct nl_bpf_filter filter = {.ifindex = ifindex,
				       .priority = TC_PRIORITY,
				       .handle = TC_HANDLE,
				       .prog_fd = bpf_program__fd(program),
				       .name = name};
	int r = nl_clsact_add(b->nl, ifindex);

	return r < 0 ? r : nl_bpf_filter_replace(b->nl, &filter);
}

static int quiet(enum libbpf_print_level level, const char *format, va_list args)
{
	return 0;
}

static void delete_device(struct bearers *b, uint8_t id)
{
	char device[16], hidden[16];

	names(id, device, hidden);
	nl_link_del_name(b->nl, device);
	b->parked[id] = false;
}

int bearers_open(struct ue *ue, struct bearers **ret_bearers)
{
	struct bearers *b = calloc(1, sizeof *b);
	int r;

	if (!b)
		return -ENOMEM;
	b->nl = ue->nl;
	b->ue24 = ue->ue24;
	libbpf_set_print(quiet);
	b->skel = ue_bearer__open_and_load();
	if (!b->skel) {
		r = errno ? -errno : -EIO;
		log_error("bearer", "what=\"BPF programs not loaded\" error=\"%s\"", strerror(-r));
		free(b);
		return r;
	}
	r = uv_timer_init(&ue->daemon.loop, &b->reaper);
	if (r < 0) {
		ue_bearer__destroy(b->skel);
		free(b);
		return r;
	}
	b->reaper.data = b;
	*ret_bearers = b;
	return 0;
}

static void reaper_closed(uv_handle_t *handle)
{
	free(handle->data);
}

void bearers_close(struct bearers *b)
{
	if (!b)
		return;
	for (uint8_t id = 1; id < UE_SESSIONS; id++) {
		if (b->parked[id])
			delete_device(b, id);
	}
	ue_bearer__destroy(b->skel);
	uv_close((uv_handle_t *)&b->reaper, reaper_closed);
}

int bearers_attach_radio(struct bearers *b, unsigned ifindex)
{
	return attach(b, ifindex, b->skel->progs.downlink, "baton-ue-downlink");
}

int bearers_serve(struct bearers *b, unsigned ifindex)
{
	return set_port(b, 0, ifindex);
}

/* ---- one bearer ---- */

static void write_alias(struct bearers *b, unsigned ifindex, const struct ue_session *s)
{
	json_t *dns = json_array(), *j;
	char *text;

	for (size_t i = 0; i < s->dns_count; i++)
		json_array_append_new(dns, json_ipv4(s->dns[i]));
	j = json_pack("{s:s, s:i, s:i, s:I, s:s, s:o}", "dnn", s->dnn, "sst", (int)s->sst, "ssc",
		      (int)s->ssc_mode, "gen", (json_int_t)s->generation, "radio",
		      radio_link_device(s->ue->radio[s->ue->serving].link), "dns", dns);
	text = json_dumps(j, JSON_COMPACT);
	if (text)
		nl_link_set_alias(b->nl, ifindex, text);
	free(text);
	json_decref(j);
}

static void source_rule(const struct ue_session *s, struct nl_rule *ret)
{
	*ret = (struct nl_rule){.src = s->address,
				.src_len = 32,
				.table = TABLE_BASE + s->id,
				.priority = RULE_PRIORITY_BASE + s->id};
}

static int make_device(struct bearers *b, const struct ue_session *s, unsigned *ret_device,
		       unsigned *ret_hidden)
{
	char device[16], hidden[16];
	uint8_t mac[6];
	struct nl_veth veth = {.name = device,
			       .peer = hidden,
			       .netns_fd = -1,
			       .peer_netns_fd = -1,
			       .mac = mac,
			       .mtu = s->mtu,
			       .noarp = true};
	int r;

	names(s->id, device, hidden);
	radio_bearer_mac(b->ue24, s->id, mac);
	if (!b->parked[s->id])
		nl_link_del_name(b->nl, device);
	r = b->parked[s->id] ? 0 : nl_link_add_veth(b->nl, &veth);
	b->parked[s->id] = false;
	if (r == 0)
		r = nl_link_index(b->nl, device, ret_device);
	if (r == 0)
		r = nl_link_index(b->nl, hidden, ret_hidden);
	return r;
}

static int configure(struct bearers *b, const struct ue_session *s, unsigned device,
		     unsigned hidden)
{
	struct nl_route route = {.ifindex = device, .table = TABLE_BASE + s->id};
	struct nl_rule rule;
	int r = attach(b, hidden, b->skel->progs.uplink, "baton-ue-uplink");

	if (r == 0)
		r = set_port(b, s->id, hidden);
	if (r < 0)
		return r;
	source_rule(s, &rule);
	write_alias(b, device, s);
	nl_rule_del(b->nl, &rule);
	nl_batch_begin(b->nl);
	nl_link_set_mtu(b->nl, device, s->mtu);
	nl_link_set_up(b->nl, hidden, true);
	nl_link_set_up(b->nl, device, true);
	nl_route_replace(b->nl, &route);
	nl_rule_add(b->nl, &rule);
	nl_addr_add(b->nl, device, s->address,
		    32); /* last: who watches addresses finds the rest in place */
	return nl_batch_end(b->nl, NULL);
}

int bearer_add(struct bearers *b, const struct ue_session *s)
{
	unsigned device = 0, hidden = 0;
	int r = make_device(b, s, &device, &hidden);

	if (r == 0)
		r = configure(b, s, device, hidden);
	if (r < 0) {
		log_error("bearer", "session=%u error=\"%s\" kernel=\"%s\"", s->id, strerror(-r),
			  nl_error_text(b->nl));
		bearer_del(b, s);
	}
	return r;
}

void bearers_note_radio(struct ue *ue)
{
	char device[16], hidden[16];
	unsigned ifindex;

	for (uint8_t id = 1; id < UE_SESSIONS; id++) {
		names(id, device, hidden);
		if (ue->session[id].state == UE_SESSION_ACTIVE &&
		    nl_link_index(ue->nl, device, &ifindex) == 0)
			write_alias(ue->bearers, ifindex, &ue->session[id]);
	}
}

/* ---- parking: what a release leaves for a moment ---- */

static void reap(uv_timer_t *timer)
{
	struct bearers *b = timer->data;
	bool any = false;

	for (uint8_t id = 1; id < UE_SESSIONS; id++) {
		if (b->parked[id] && uv_now(timer->loop) - b->parked_ms[id] >= PARK_MS)
			delete_device(b, id);
		any |= b->parked[id];
	}
	if (!any)
		uv_timer_stop(timer);
}

/* Without an address and an alias it is no session's any more. */
static int park(struct bearers *b, uint8_t id, struct in_addr address)
{
	char device[16], hidden[16];
	unsigned ifindex;
	int r;

	names(id, device, hidden);
	r = nl_link_index(b->nl, device, &ifindex);
	if (r == 0)
		r = nl_addr_del(b->nl, ifindex, address, 32);
	if (r == 0)
		r = nl_link_set_alias(b->nl, ifindex, "");
	if (r < 0)
		return r;
	b->parked[id] = true;
	b->parked_ms[id] = uv_now(b->reaper.loop);
	return uv_timer_start(&b->reaper, reap, REAP_MS, REAP_MS);
}

/*
 * Ending an interface takes the kernel 10 to 20 ms, in which a UE that is told to establish its
 * session again could not. So the interface stays for PARK_MS, empty, and the next session of that
 * id takes it over.
 */
void bearer_del(struct bearers *b, const struct ue_session *s)
{
	struct nl_rule rule;

	source_rule(s, &rule);
	set_port(b, s->id, 0);
	if (s->address.s_addr)
		nl_rule_del(b->nl, &rule);
	if (!s->address.s_addr || park(b, s->id, s->address) < 0)
		delete_device(b, s->id);
}

/* ---- what a killed predecessor left ---- */

static void read_alias(struct ue_session *s, const char *text)
{
	json_t *j = json_loads(text, 0, NULL), *dns;
	const char *dnn = json_string_value(json_object_get(j, "dnn"));
	const char *radio = json_string_value(json_object_get(j, "radio"));
	size_t i;

	snprintf(s->dnn, sizeof s->dnn, "%s", dnn ? dnn : "");
	if (radio)
		snprintf(s->ue->adopted_radio, sizeof s->ue->adopted_radio, "%s", radio);
	s->sst = (uint8_t)json_integer_value(json_object_get(j, "sst"));
	s->ssc_mode = (uint8_t)json_integer_value(json_object_get(j, "ssc"));
	s->generation = (uint64_t)json_integer_value(json_object_get(j, "gen"));
	json_array_foreach(json_object_get(j, "dns"), i, dns)
	{
		if (s->dns_count < NAS_MAX_DNS && json_string_value(dns) &&
		    inet_pton(AF_INET, json_string_value(dns), &s->dns[s->dns_count]) == 1)
			s->dns_count++;
	}
	json_decref(j);
}

static int take_address(struct in_addr addr, unsigned prefix_len, void *user)
{
	*(struct in_addr *)user = addr;
	return 1;
}

/* Sees pduN only: what has no DNN in its alias was not finished and is removed by the next
 * bearer_add of that id. */
static int adopt_link(const struct nl_link *link, void *user)
{
	struct ue *ue = user;
	char device[16], hidden[16];

	for (uint8_t id = 1; id < UE_SESSIONS; id++) {
		struct ue_session *s = &ue->session[id];

		names(id, device, hidden);
		if (strcmp(link->name, device) != 0 || !link->alias[0])
			continue;
		read_alias(s, link->alias);
		s->mtu = (uint16_t)link->mtu;
		s->state = s->dnn[0] && link->up ? UE_SESSION_ACTIVE : UE_SESSION_NONE;
	}
	return 0;
}

static int adopt_one(struct ue *ue, struct ue_session *s)
{
	char device[16], hidden[16];
	unsigned ifindex, hidden_ifindex;
	int r;

	names(s->id, device, hidden);
	r = nl_link_index(ue->nl, device, &ifindex);
	if (r == 0)
		r = nl_addr_list(ue->nl, ifindex, take_address, &s->address);
	if (r >= 0 && s->address.s_addr == 0)
		r = -EADDRNOTAVAIL;
	if (r >= 0)
		r = nl_link_index(ue->nl, hidden, &hidden_ifindex);
	if (r == 0)
		r = attach(ue->bearers, hidden_ifindex, ue->bearers->skel->progs.uplink,
			   "baton-ue-uplink");
	return r < 0 ? r : set_port(ue->bearers, s->id, hidden_ifindex);
}

int bearers_adopt(struct ue *ue)
{
	int r = nl_link_list(ue->nl, adopt_link, ue), adopted = 0;

	for (uint8_t id = 1; r >= 0 && id < UE_SESSIONS; id++) {
		struct ue_session *s = &ue->session[id];

		if (s->state != UE_SESSION_ACTIVE) {
			delete_device(ue->bearers, id);
			continue;
		}
		if (adopt_one(ue, s) < 0) {
			bearer_del(ue->bearers, s);
			s->state = UE_SESSION_NONE;
			continue;
		}
		s->wanted = true;
		adopted++;
	}
	return r < 0 ? r : adopted;
}
