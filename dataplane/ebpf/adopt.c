// SPDX-License-Identifier: Apache-2.0
#include "dataplane/ebpf/adopt.h"

#include <bpf/bpf.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "dataplane/bpf_maps.h"
#include "dataplane/ebpf/session.h"

enum { MAPS_MAX = 64 /* of one program */ };

/* A map's own memory, to be read */
struct window {
	const void *at;
	size_t size;
	uint32_t count; /* elements */
};

struct predecessor {
	uint32_t generation;
	struct window slots, more;
	int drops; /* the map */
};

/* ---- its maps ---- */

static int window_open(int map, const struct bpf_map_info *info, size_t element, struct window *ret)
{
	const size_t page = (size_t)sysconf(_SC_PAGESIZE);
	const size_t size = ((size_t)info->max_entries * element + page - 1) / page * page;
	void *at;

	if (info->type != BPF_MAP_TYPE_ARRAY || info->value_size != element || ret->at)
		return -ENOENT;
	at = mmap(NULL, size, PROT_READ, MAP_SHARED, map, 0);
	if (at == MAP_FAILED)
		return -errno;
	*ret = (struct window){at, size, info->max_entries};
	return 0;
}

static void window_close(struct window *w)
{
	if (w->at)
		munmap((void *)w->at, w->size);
	w->at = NULL;
}

static int slots_open(struct predecessor *p, int map, const struct bpf_map_info *info)
{
	p->generation = info->id;
	return window_open(map, info, sizeof(struct ebpf_slot), &p->slots);
}

/* Takes @map over */
static int map_take(struct predecessor *p, int map)
{
	struct bpf_map_info info = {0};
	uint32_t size = sizeof(info);
	int rc = 0;

	if (bpf_obj_get_info_by_fd(map, &info, &size))
		rc = -errno;
	else if (!strcmp(info.name, "slots"))
		rc = slots_open(p, map, &info);
	else if (!strcmp(info.name, "more"))
		rc = window_open(map, &info, sizeof(struct ebpf_more), &p->more);
	else if (!strcmp(info.name, "drops") && p->drops < 0) {
		p->drops = map;
		return 0;
	}
	close(map);
	return rc;
}

static int maps_take(struct predecessor *p, const uint32_t *ids, uint32_t count)
{
	int rc = 0;

	for (uint32_t i = 0; i < count && !rc; i++) {
		const int map = bpf_map_get_fd_by_id(ids[i]);

		rc = map < 0 ? map : map_take(p, map);
	}
	if (!rc && (!p->slots.at || !p->more.at || p->drops < 0))
		rc = -ENOENT;
	return rc;
}

static int program_read(struct predecessor *p, uint32_t id)
{
	uint32_t ids[MAPS_MAX], size = sizeof(struct bpf_prog_info);
	struct bpf_prog_info info = {.nr_map_ids = MAPS_MAX, .map_ids = (uintptr_t)ids};
	const int program = bpf_prog_get_fd_by_id(id);
	int rc;

	if (program < 0)
		return program;
	rc = bpf_obj_get_info_by_fd(program, &info, &size) ? -errno : 0;
	close(program);
	if (rc)
		return rc;
	return info.nr_map_ids > MAPS_MAX ? -ENOENT : maps_take(p, ids, info.nr_map_ids);
}

int predecessor_open(struct dataplane *dp, struct predecessor **ret)
{
	struct predecessor *p;
	uint32_t id;
	int rc = dp_filter_program(dp, dp->n3[0].ifindex, false, &id);

	if (rc)
		return rc;
	p = calloc(1, sizeof(*p));
	if (!p)
		return -ENOMEM;
	p->drops = -1;
	rc = program_read(p, id);
	if (rc) {
		predecessor_close(p);
		return rc;
	}
	*ret = p;
	return 0;
}

void predecessor_close(struct predecessor *p)
{
	if (!p)
		return;
	window_close(&p->slots);
	window_close(&p->more);
	if (p->drops >= 0)
		close(p->drops);
	free(p);
}

uint32_t predecessor_generation(const struct predecessor *p)
{
	return p->generation;
}

void predecessor_drops(const struct predecessor *p, int cpus, uint64_t drops[DP_DROP_REASONS])
{
	dp_drops_sum(p->drops, cpus, drops);
}

/* ---- what one session has there ---- */

/* Then its numbers, packed, then its URRs' bases */
struct saved {
	uint32_t slot, numbers_size, urrs;
	uint32_t zero;
	struct dp_counters all;
};

size_t session_save(const struct dp_entry *entry, void *ret, size_t size)
{
	const struct session *session = session_of(entry);
	const struct base *base = session->base;
	struct saved head = {.slot = session->slot,
			     .numbers_size = (uint32_t)numbers_packed_size(session->numbers),
			     .urrs = base ? base->count : 0};
	const size_t urrs_size = head.urrs * sizeof(struct urr_base),
		     all = sizeof(head) + head.numbers_size + urrs_size;
	uint8_t *to = ret;

	if (!ret || all > size)
		return all;
	if (base)
		head.all = base->all;
	memcpy(to, &head, sizeof(head));
	memcpy(to + sizeof(head), session->numbers, head.numbers_size);
	if (urrs_size)
		memcpy(to + sizeof(head) + head.numbers_size, base->urr, urrs_size);
	return all;
}

/* What it says, held against what there can be */
static int saved_read(const struct predecessor *p, const uint8_t *at, size_t len,
		      struct saved *ret_head, struct numbers *ret_numbers)
{
	if (len < sizeof(*ret_head))
		return -EBADMSG;
	memcpy(ret_head, at, sizeof(*ret_head));
	if (ret_head->slot >= p->slots.count || ret_head->urrs > DP_URRS_MAX ||
	    len != sizeof(*ret_head) + ret_head->numbers_size +
			    ret_head->urrs * sizeof(struct urr_base))
		return -EBADMSG;
	return numbers_read(at + sizeof(*ret_head), ret_head->numbers_size, ret_numbers);
}

static const struct ebpf_account *account_there(const struct predecessor *p,
						const struct ebpf_slot *slot, uint8_t i)
{
	const struct ebpf_more *more = p->more.at;

	if (i < EBPF_SLOT_ACCOUNTS)
		return &slot->account[i];
	return slot->more < p->more.count ? &more[slot->more].account[i - EBPF_SLOT_ACCOUNTS]
					  : NULL;
}

/* A session without URRs has no base as long as nothing was folded */
static struct base *base_have(struct session *session)
{
	if (!session->base)
		session->base = calloc(1, sizeof(*session->base));
	return session->base;
}

static void base_clear(struct base *base)
{
	base->all = (struct dp_counters){0};
	for (uint32_t i = 0; i < base->count; i++)
		base->urr[i] = (struct urr_base){.urr = base->urr[i].urr};
}

static struct urr_base *base_of_urr(struct base *base, uint32_t urr)
{
	for (uint32_t i = 0; i < base->count; i++)
		if (base->urr[i].urr == urr)
			return &base->urr[i];
	return NULL;
}

static void account_add(struct base *base, const struct account_name *name,
			const struct ebpf_account *account)
{
	const uint64_t octets = account->octets, packets = account->packets;

	session_count(&base->all, name->direction, octets, packets);
	for (uint8_t i = 0; i < name->urr_count; i++) {
		struct urr_base *of = base_of_urr(base, name->urr[i]);

		if (!of)
			continue;
		of->octets[name->direction] += octets;
		of->packets[name->direction] += packets;
	}
}

static void bases_add(struct base *base, const struct saved *head, const uint8_t *urrs)
{
	struct urr_base was, *is;

	base->all.uplink_packets += head->all.uplink_packets;
	base->all.uplink_bytes += head->all.uplink_bytes;
	base->all.downlink_packets += head->all.downlink_packets;
	base->all.downlink_bytes += head->all.downlink_bytes;
	base->all.dropped_packets += head->all.dropped_packets;
	base->all.latest_ns = head->all.latest_ns;
	for (uint32_t i = 0; i < head->urrs; i++) {
		memcpy(&was, urrs + i * sizeof(was), sizeof(was));
		is = base_of_urr(base, was.urr);
		for (int way = 0; is && way < 2; way++) {
			is->octets[way] += was.octets[way];
			is->packets[way] += was.packets[way];
		}
	}
}

int session_inherit(const struct predecessor *p, struct dp_entry *entry, const void *saved,
		    size_t len)
{
	const struct ebpf_slot *slots = p->slots.at, *slot;
	const uint8_t *at = saved;
	struct numbers numbers;
	struct saved head;
	struct base *base;
	int rc = saved_read(p, at, len, &head, &numbers);

	if (rc)
		return rc;
	base = base_have(session_of(entry));
	if (!base)
		return -ENOMEM;
	base_clear(base); /* of what it had inherited before */
	slot = &slots[head.slot];
	bases_add(base, &head, at + sizeof(head) + head.numbers_size);
	for (uint8_t i = 0; i < numbers.account_count; i++) {
		const struct ebpf_account *account = account_there(p, slot, i);

		if (numbers.account[i].used && account)
			account_add(base, &numbers.account[i], account);
	}
	base->all.dropped_packets += slot->dropped;
	if (slot->latest_ns > base->all.latest_ns)
		base->all.latest_ns = slot->latest_ns;
	return 0;
}
