// SPDX-License-Identifier: Apache-2.0
/*
 * Beginning with what a killed predecessor kept, see keep.h. The journal is read twice: first what
 * is the last word on each thing, then those.
 */
#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/wal.h"
#include "lib/log.h"
#include "upf/keep.h"

/* The last word on a session */
struct kept {
	uint64_t seid;
	const uint8_t *body;
	size_t len;
	bool gone;
};

struct upf_heritage {
	uint8_t *octets;
	size_t size;
	struct upf_kept_head head;
	bool has_head;
	struct lookup by_seid; /* of struct kept */
	struct kept **kept;    /* in the order in which they were first named */
	size_t count, room;
};

/* ---- reading ---- */

static int head_read(struct upf_heritage *h, const uint8_t *body, size_t len)
{
	if (h->has_head || len != sizeof(h->head))
		return -EBADMSG;
	memcpy(&h->head, body, sizeof(h->head));
	h->has_head = true;
	return 0;
}

static bool is_session(const void *item, const void *seid)
{
	return ((const struct kept *)item)->seid == *(const uint64_t *)seid;
}

static uint32_t seid_hash(uint64_t seid)
{
	return lookup_hash(&seid, sizeof(seid));
}

static struct kept *kept_add(struct upf_heritage *h, uint64_t seid)
{
	const size_t room = h->room ? 2 * h->room : 64;
	struct kept *k, **more = h->kept;

	if (h->count == h->room) {
		more = realloc(h->kept, room * sizeof(*more));
		if (!more)
			return NULL;
		h->kept = more;
		h->room = room;
	}
	k = calloc(1, sizeof(*k));
	if (!k || lookup_add(&h->by_seid, seid_hash(seid), k)) {
		free(k);
		return NULL;
	}
	k->seid = seid;
	h->kept[h->count++] = k;
	return k;
}

/* Each begins with its SEID */
static int session_note(struct upf_heritage *h, const uint8_t *body, size_t len, bool gone)
{
	struct kept *k;
	uint64_t seid;

	if (len < sizeof(seid))
		return -EBADMSG;
	memcpy(&seid, body, sizeof(seid));
	k = lookup_find(&h->by_seid, seid_hash(seid), is_session, &seid);
	if (!k && !gone)
		k = kept_add(h, seid);
	if (!k)
		return gone ? 0 : -ENOMEM;
	k->body = body;
	k->len = len;
	k->gone = gone;
	return 0;
}

static int note(uint8_t type, const uint8_t *body, size_t len, void *user)
{
	struct upf_heritage *h = user;

	if (!h->has_head && type != UPF_KEPT_HEAD)
		return -EBADMSG;
	switch (type) {
	case UPF_KEPT_HEAD:
		return head_read(h, body, len);
	case UPF_KEPT_SESSION:
		return session_note(h, body, len, false);
	case UPF_KEPT_SESSION_GONE:
		return session_note(h, body, len, true);
	case UPF_KEPT_PEER:
		return len == sizeof(struct upf_kept_peer) ? 0 : -EBADMSG;
	case UPF_KEPT_PEER_GONE:
		return len == sizeof(struct in_addr) ? 0 : -EBADMSG;
	case UPF_KEPT_APPLICATION:
		return len >= sizeof(struct upf_kept_application) ? 0 : -EBADMSG;
	case UPF_KEPT_APPLICATION_GONE:
		return len <= PFCP_MAX_NAME ? 0 : -EBADMSG;
	case UPF_KEPT_HEIR:
		return len == sizeof(uint32_t) ? 0 : -EBADMSG;
	}
	return -EBADMSG;
}

/* Return: what is another's in @head; NULL: it is this process's predecessor's */
static const char *stranger(const struct upf_kept_head *head, const struct upf_kept_head *own)
{
	if (memcmp(head->commit, own->commit, sizeof(own->commit)))
		return "another build's";
	if (memcmp(head->boot, own->boot, sizeof(own->boot)))
		return "of an earlier boot";
	if (head->netns != own->netns)
		return "another network namespace's";
	return head->config != own->config ? "of another configuration" : NULL;
}

static int heritage_read(const struct upf *upf, struct upf_heritage *h, const char **ret_why)
{
	struct upf_kept_head own;
	int rc = wal_parse(h->octets, h->size, note, h);

	*ret_why = "damaged";
	if (!rc && !h->has_head)
		rc = -EBADMSG;
	if (!rc)
		rc = upf_kept_head_fill(upf, &own);
	if (rc)
		return rc;
	*ret_why = stranger(&h->head, &own);
	return *ret_why ? -ESTALE : 0;
}

int upf_heritage_open(const struct upf *upf, struct upf_heritage **ret)
{
	struct upf_heritage *h = calloc(1, sizeof(*h));
	const char *why = NULL;
	char path[PATH_MAX];
	int rc;

	if (!h)
		return -ENOMEM;
	snprintf(path, sizeof(path), "%s/%s", upf->config->state_dir, UPF_STATE_FILE);
	rc = wal_load(path, &h->octets, &h->size);
	if (!rc)
		rc = heritage_read(upf, h, &why);
	if (!rc) {
		*ret = h;
		return 0;
	}
	if (rc != -ENOENT)
		log_warn("keep", "path=%s what=not-used error=\"%s\"", path,
			 why ? why : strerror(-rc));
	upf_heritage_free(h);
	return rc;
}

void upf_heritage_free(struct upf_heritage *h)
{
	if (!h)
		return;
	for (size_t i = 0; i < h->count; i++)
		free(h->kept[i]);
	free(h->kept);
	lookup_done(&h->by_seid);
	free(h->octets);
	free(h);
}

uint32_t upf_heritage_stamp(const struct upf_heritage *h)
{
	return h->head.recovery_time_stamp;
}

/* ---- SMFs and applications, record by record ---- */

static int peer_take(struct upf *upf, const uint8_t *body)
{
	struct upf_kept_peer kept;
	struct n4_peer *n4;

	memcpy(&kept, body, sizeof(kept));
	if (kept.set.n_alternative > PFCP_MAX_ALTERNATIVE_SMF)
		return -EBADMSG;
	return upf_peer_restore(upf, &kept.n4, &kept.set, &n4);
}

static int peer_drop(struct upf *upf, const uint8_t *body)
{
	struct in_addr addr;
	struct n4_peer *n4;

	memcpy(&addr, body, sizeof(addr));
	n4 = n4_peer_find(upf->n4, addr);
	if (n4)
		upf_peer_release(n4);
	return 0;
}

static int application_take(struct upf *upf, const uint8_t *body, size_t len)
{
	struct upf_kept_application head;
	const size_t size = len - sizeof(head);

	struct ipfilter flow;

	memcpy(&head, body, sizeof(head));
	if (size % sizeof(struct ipfilter) || !memchr(head.id, 0, sizeof(head.id)))
		return -EBADMSG;
	for (size_t at = sizeof(head); at < len; at += sizeof(flow)) {
		memcpy(&flow, body + at, sizeof(flow));
		if (flow.src.n_ports > IPFILTER_MAX_PORTS || flow.dst.n_ports > IPFILTER_MAX_PORTS)
			return -EBADMSG;
	}
	return upf_pfds_restore(&upf->pfds, head.id, head.left_out, body + sizeof(head),
				size / sizeof(struct ipfilter));
}

static int application_drop(struct upf *upf, const uint8_t *body, size_t len)
{
	char id[PFCP_MAX_NAME + 1] = "";

	memcpy(id, body, len);
	upf_pfds_forget(&upf->pfds, id);
	return 0;
}

static int take(uint8_t type, const uint8_t *body, size_t len, void *user)
{
	struct upf *upf = user;

	switch (type) {
	case UPF_KEPT_PEER:
		return peer_take(upf, body);
	case UPF_KEPT_PEER_GONE:
		return peer_drop(upf, body);
	case UPF_KEPT_APPLICATION:
		return application_take(upf, body, len);
	case UPF_KEPT_APPLICATION_GONE:
		return application_drop(upf, body, len);
	}
	return 0;
}

/* ---- sessions ---- */

/* Where the parts of a session's record are */
struct parts {
	struct upf_kept_session head;
	const uint8_t *group, *dnn, *record, *usages, *dataplane;
};

static int parts_find(const struct kept *k, struct parts *ret)
{
	const struct upf_kept_session *head = &ret->head;
	uint64_t size = sizeof(*head);

	if (k->len < sizeof(*head))
		return -EBADMSG;
	memcpy(&ret->head, k->body, sizeof(*head));
	size += (uint64_t)head->group + head->dnn + head->record + head->usages + head->dataplane;
	if (size != k->len || head->usages % sizeof(struct upf_usage) ||
	    head->usages / sizeof(struct upf_usage) > UINT8_MAX)
		return -EBADMSG;
	ret->group = k->body + sizeof(*head);
	ret->dnn = ret->group + head->group;
	ret->record = ret->dnn + head->dnn;
	ret->usages = ret->record + head->record;
	ret->dataplane = ret->usages + head->usages;
	/* it begins with its own length */
	return head->group && head->group != ret->group[0] + 1u ? -EBADMSG : 0;
}

/* Return: a copy, NULL: no memory; @size 0: NULL, too */
static void *copy(const uint8_t *from, size_t size)
{
	void *to = size ? malloc(size) : NULL;

	if (to)
		memcpy(to, from, size);
	return to;
}

static int session_fill(struct upf_session *s, const struct parts *p)
{
	const struct upf_kept_session *head = &p->head;

	s->inherited = true;
	s->changes_at = head->changes_at;
	s->established_ns = head->established_ns;
	s->inactivity = head->inactivity;
	s->sets.smf = head->smf;
	s->sets.cp_ip = head->cp_ip;
	s->sets.report_to = head->report_to;
	s->sets.group = copy(p->group, head->group);
	s->dnn = head->dnn ? strndup((const char *)p->dnn, head->dnn) : NULL;
	s->usages.usage = copy(p->usages, head->usages);
	s->usages.n = s->usages.room = (uint8_t)(head->usages / sizeof(struct upf_usage));
	if ((head->group && !s->sets.group) || (head->dnn && !s->dnn) ||
	    (head->usages && !s->usages.usage)) {
		s->usages.n = s->usages.room = s->usages.usage ? s->usages.n : 0;
		return -ENOMEM;
	}
	return 0;
}

static int session_take(struct upf *upf, const struct kept *k)
{
	struct upf_session *s = NULL;
	struct upf_peer *peer;
	struct n4_peer *n4;
	struct parts p;
	int rc = parts_find(k, &p);

	if (rc)
		return rc;
	n4 = n4_peer_find(upf->n4, p.head.cp_peer);
	peer = n4 ? n4->user : NULL;
	if (!peer)
		return -EBADMSG;
	rc = upf_session_restore(&upf->sessions, p.head.seid, p.head.cp_peer, p.head.cp_seid,
				 &peer->sessions, &s);
	if (!rc)
		rc = session_fill(s, &p);
	return rc ? rc : upf_session_rules_restore(upf, s, p.record, p.head.record);
}

static int sessions_take(struct upf *upf, const struct upf_heritage *h)
{
	int rc = 0;

	for (size_t i = 0; i < h->count && !rc; i++)
		if (!h->kept[i]->gone)
			rc = session_take(upf, h->kept[i]);
	return rc;
}

/* ---- what was counted ---- */

/* @counts: the journal is about the data plane that has served until now */
static int counts_take(struct upf *upf, const struct kept *k, bool counts)
{
	struct upf_session *s = upf_session_find(&upf->sessions, k->seid);
	struct parts p;
	int rc;

	if (k->gone || !s)
		return 0;
	rc = parts_find(k, &p);
	if (!rc && p.head.dataplane && counts)
		rc = dataplane_session_inherit(upf->dp, k->seid, p.dataplane, p.head.dataplane);
	/* it has nothing in the data plane any more: the time of its PDRs has ended meanwhile */
	if (rc && rc != -ENOENT)
		return rc;
	upf_metering_resume(upf, s);
	return 0;
}

static int all_counts_take(struct upf *upf, const struct upf_heritage *h)
{
	const bool counts = dataplane_generation(upf->dp, true) == h->head.generation;
	int rc = 0;

	for (size_t i = 0; i < h->count && !rc; i++)
		rc = counts_take(upf, h->kept[i], counts);
	return rc;
}

/* ---- whose data plane it is ---- */

static int is_heir(uint8_t type, const uint8_t *body, size_t len, void *user)
{
	return type == UPF_KEPT_HEIR && !memcmp(body, user, sizeof(uint32_t));
}

/*
 * The journal's writer had it, or an heir that was killed before it had written a journal of its
 * own. Otherwise somebody who wrote none, or elsewhere, has served since, and what is kept is old.
 */
static int generation_check(const struct upf *upf, const struct upf_heritage *h)
{
	uint32_t serving = dataplane_generation(upf->dp, true);

	if (serving == h->head.generation ||
	    wal_parse(h->octets, h->size, is_heir, &serving) == 1) {
		if (serving != h->head.generation)
			log_warn("keep", "what=counts-lost error=\"killed while it took over\"");
		return 0;
	}
	log_warn("keep", "what=not-used error=\"of an earlier data plane\"");
	return -ESTALE;
}

static int record_copy(uint8_t type, const uint8_t *body, size_t len, void *user)
{
	const struct iovec part = {(void *)body, len};

	return wal_append(user, type, &part, 1);
}

/* Where it can't be written it isn't known to the next one, which then begins with nothing */
static void heir_announce(const struct upf *upf, const struct upf_heritage *h)
{
	uint32_t generation = dataplane_generation(upf->dp, false);
	const struct iovec part = {&generation, sizeof(generation)};
	struct wal *journal;
	char path[PATH_MAX];
	int rc;

	snprintf(path, sizeof(path), "%s/%s", upf->config->state_dir, UPF_STATE_FILE);
	rc = wal_create(path, &journal);
	if (!rc) {
		rc = wal_parse(h->octets, h->size, record_copy, journal);
		if (!rc)
			rc = wal_append(journal, UPF_KEPT_HEIR, &part, 1);
		if (!rc)
			rc = wal_publish(journal);
		wal_free(journal);
	}
	if (rc)
		log_warn("keep", "path=%s what=heir error=\"%s\"", path, strerror(-rc));
}

int upf_heritage_take(struct upf *upf, const struct upf_heritage *h)
{
	struct dp_error err = {0};
	int rc = generation_check(upf, h);

	if (!rc)
		rc = wal_parse(h->octets, h->size, take, upf);
	if (!rc)
		rc = sessions_take(upf, h);
	/* so that no quota opens that was used up; again when nothing is counted there any more */
	if (!rc)
		rc = all_counts_take(upf, h);
	if (!rc)
		heir_announce(upf, h);
	if (!rc)
		rc = dataplane_adopt(upf->dp, &err);
	if (!rc)
		rc = all_counts_take(upf, h);
	dataplane_inherited(upf->dp);
	if (rc)
		log_error("keep", "what=sessions-lost error=\"%s\" reason=\"%s\"", strerror(-rc),
			  err.text);
	else
		log_info("keep", "what=sessions-kept sessions=%zu", upf->sessions.count);
	return rc;
}
