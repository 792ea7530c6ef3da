// SPDX-License-Identifier: Apache-2.0
/* Writing down what outlives this process, see keep.h */
#include "upf/keep.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include "lib/wal.h"
#include "lib/log.h"
#include "lib/version.h"

enum {
	/* A journal is written anew when it is so many times what it was, and this much more */
	GROWTH = 4,
	GROWTH_LEAST = 4 << 20,
};

struct upf_keep {
	struct wal *journal;
	uint64_t compact_at; /* its size */
	int lock;
	void *scratch; /* the data plane's part of a session */
	size_t scratch_size;
	char path[PATH_MAX];
};

/* ---- whose it is ---- */

static uint32_t crc_add(uint32_t crc, const void *at, size_t size)
{
	return (uint32_t)crc32(crc, at, (unsigned)size);
}

static uint32_t crc_text(uint32_t crc, const char *text)
{
	return crc_add(crc, text, strlen(text) + 1);
}

static uint32_t crc_prefixes(uint32_t crc, const struct dp_prefix *prefixes, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		crc = crc_add(crc, &prefixes[i].addr.family, sizeof(prefixes[i].addr.family));
		crc = crc_add(crc, &prefixes[i].addr.ip6,
			      prefixes[i].addr.family == AF_INET6 ? 16 : 4);
		crc = crc_add(crc, &prefixes[i].len, sizeof(prefixes[i].len));
	}
	return crc_add(crc, &count, sizeof(count));
}

/* Of one commit, too, there may be builds that differ */
static uint32_t layout_crc(void)
{
	static const size_t sizes[] = {
		sizeof(struct upf_kept_peer),
		sizeof(struct upf_kept_session),
		sizeof(struct upf_kept_application),
		sizeof(struct upf_usage),
		sizeof(struct upf_rules),
		sizeof(struct ipfilter),
		sizeof(struct dp_session),
	};

	return crc_add(0, sizes, sizeof(sizes));
}

/* What rules, and what is in the kernel, mean something by. Field by field: padding is anything */
static uint32_t config_crc(const struct upf_config *c)
{
	uint32_t crc = crc_add(layout_crc(), &c->n4_address, sizeof(c->n4_address));

	crc = crc_add(crc, &c->n3_address, sizeof(c->n3_address));
	crc = crc_add(crc, &c->n3_address6, sizeof(c->n3_address6));
	crc = crc_text(crc, c->n3_device);
	crc = crc_text(crc, c->dataplane);
	crc = crc_text(crc, c->attach);
	crc = crc_add(crc, &c->needs_qos, sizeof(c->needs_qos));
	crc = crc_add(crc, &c->sessions_max, sizeof(c->sessions_max));
	for (size_t i = 0; i < c->instance_count; i++) {
		crc = crc_text(crc, c->instance[i].name);
		crc = crc_prefixes(crc, c->instance[i].pool, c->instance[i].pool_count);
		crc = crc_text(crc, c->n6[i].device);
		crc = crc_add(crc, &c->n6[i].table, sizeof(c->n6[i].table));
	}
	crc = crc_prefixes(crc, c->n9.pool, c->n9.pool_count);
	return crc_prefixes(crc, c->protected_prefix, c->protected_count);
}

static int boot_read(char ret[40])
{
	FILE *f = fopen("/proc/sys/kernel/random/boot_id", "re");
	const bool ok = f && fscanf(f, "%39s", ret) == 1;

	if (f)
		fclose(f);
	return ok ? 0 : -EIO;
}

int upf_kept_head_fill(const struct upf *upf, struct upf_kept_head *ret)
{
	struct stat ns;

	memset(ret, 0, sizeof(*ret));
	if (stat("/proc/self/ns/net", &ns))
		return -errno;
	snprintf(ret->commit, sizeof(ret->commit), "%s", version_commit);
	ret->netns = ns.st_ino;
	ret->config = config_crc(upf->config);
	ret->recovery_time_stamp = upf->n4 ? n4_node_recovery_time_stamp(upf->n4) : 0;
	ret->generation = upf->dp ? dataplane_generation(upf->dp, false) : 0;
	return boot_read(ret->boot);
}

/* ---- records ---- */

static int put(struct upf_keep *keep, enum upf_kept type, const struct iovec *parts, size_t count)
{
	return wal_append(keep->journal, (uint8_t)type, parts, count);
}

static int put_one(struct upf_keep *keep, enum upf_kept type, const void *at, size_t size)
{
	const struct iovec part = {(void *)at, size};

	return put(keep, type, &part, 1);
}

/* Return: how much there is in keep->scratch; negative: no memory */
static ssize_t dataplane_save(struct upf *upf, struct upf_keep *keep, uint64_t seid)
{
	size_t size = dataplane_session_save(upf->dp, seid, keep->scratch, keep->scratch_size);
	void *more;

	if (size <= keep->scratch_size)
		return (ssize_t)size;
	more = realloc(keep->scratch, size);
	if (!more)
		return -ENOMEM;
	keep->scratch = more;
	keep->scratch_size = size;
	return (ssize_t)dataplane_session_save(upf->dp, seid, more, size);
}

static int session_put(struct upf *upf, struct upf_keep *keep, const struct upf_session *s)
{
	const ssize_t dataplane = dataplane_save(upf, keep, s->seid);
	struct upf_kept_session head;
	struct iovec parts[6];

	if (dataplane < 0)
		return (int)dataplane;
	memset(&head, 0, sizeof(head));
	head.seid = s->seid;
	head.cp_seid = s->cp.seid;
	head.cp_peer = s->cp.peer;
	head.changes_at = s->changes_at;
	head.established_ns = s->established_ns;
	head.inactivity = s->inactivity;
	head.smf = s->sets.smf;
	head.cp_ip = s->sets.cp_ip;
	head.report_to = s->sets.report_to;
	head.group = s->sets.group ? s->sets.group[0] + 1u : 0;
	head.dnn = s->dnn ? (uint32_t)strlen(s->dnn) : 0;
	head.record = s->record ? (uint32_t)upf_record_size(s->record) : 0;
	head.usages = (uint32_t)(s->usages.n * sizeof(s->usages.usage[0]));
	head.dataplane = (uint32_t)dataplane;
	parts[0] = (struct iovec){&head, sizeof(head)};
	parts[1] = (struct iovec){s->sets.group, head.group};
	parts[2] = (struct iovec){s->dnn, head.dnn};
	parts[3] = (struct iovec){s->record, head.record};
	parts[4] = (struct iovec){s->usages.usage, head.usages};
	parts[5] = (struct iovec){keep->scratch, head.dataplane};
	return put(keep, UPF_KEPT_SESSION, parts, 6);
}

static int peer_put(struct upf_keep *keep, const struct n4_peer *n4)
{
	const struct upf_peer *peer = n4->user;
	struct upf_kept_peer kept;

	memset(&kept, 0, sizeof(kept));
	n4_peer_save(n4, &kept.n4);
	kept.set = peer->set;
	return put_one(keep, UPF_KEPT_PEER, &kept, sizeof(kept));
}

static int application_put(struct upf_keep *keep, const struct upf_application *app)
{
	struct upf_kept_application head;
	const struct iovec parts[2] = {{&head, sizeof(head)},
				       {app->flow, app->n_flow * sizeof(app->flow[0])}};

	memset(&head, 0, sizeof(head));
	memcpy(head.id, app->id, sizeof(head.id));
	head.left_out = app->left_out;
	return put(keep, UPF_KEPT_APPLICATION, parts, 2);
}

/* ---- all of it ---- */

static int all_put(struct upf *upf, struct upf_keep *keep)
{
	const struct upf_application *app;
	const struct upf_session *s;
	struct upf_kept_head head;
	int rc = upf_kept_head_fill(upf, &head);

	if (!rc)
		rc = put_one(keep, UPF_KEPT_HEAD, &head, sizeof(head));
	for (struct n4_peer *p = n4_peer_next(upf->n4, NULL); p && !rc;
	     p = n4_peer_next(upf->n4, p))
		if (p->user)
			rc = peer_put(keep, p);
	for (app = upf->pfds.by_id; app && !rc; app = app->hh.next)
		rc = application_put(keep, app);
	for (s = upf_session_next(&upf->sessions, NULL); s && !rc;
	     s = upf_session_next(&upf->sessions, s))
		rc = session_put(upf, keep, s);
	return rc;
}

/* A new journal beside the old one, which stays until it is whole */
static int renew(struct upf *upf, struct upf_keep *keep)
{
	struct wal *old = keep->journal;
	int rc = wal_create(keep->path, &keep->journal);

	if (rc) {
		keep->journal = old;
		return rc;
	}
	rc = all_put(upf, keep);
	if (!rc)
		rc = wal_publish(keep->journal);
	if (rc) {
		wal_free(keep->journal);
		keep->journal = old;
		return rc;
	}
	wal_free(old);
	keep->compact_at = GROWTH * wal_size(keep->journal) + GROWTH_LEAST;
	return 0;
}

static void keep_free(struct upf_keep *keep)
{
	wal_free(keep->journal);
	close(keep->lock);
	free(keep->scratch);
	free(keep);
}

int upf_keep_lock(const struct upf_config *config)
{
	const char *dir = config->state_dir;
	int fd, rc = 0;

	if (!dir[0])
		return -1;
	if (mkdir(dir, 0700) && errno != EEXIST)
		rc = -errno;
	fd = rc ? -1 : open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (!rc && (fd < 0 || flock(fd, LOCK_EX | LOCK_NB)))
		rc = -errno;
	if (!rc)
		return fd;
	log_error("keep", "path=%s error=\"%s\" what=\"nothing is kept\"", dir,
		  rc == -EWOULDBLOCK ? "it is another process's" : strerror(-rc));
	if (fd >= 0)
		close(fd);
	return rc;
}

int upf_keep_start(struct upf *upf, int lock)
{
	struct upf_keep *keep;
	int rc;

	if (lock < 0)
		return 0;
	keep = calloc(1, sizeof(*keep));
	if (!keep) {
		close(lock);
		return -ENOMEM;
	}
	keep->lock = lock;
	snprintf(keep->path, sizeof(keep->path), "%s/%s", upf->config->state_dir, UPF_STATE_FILE);
	rc = renew(upf, keep);
	if (rc) {
		log_error("keep", "path=%s error=\"%s\"", keep->path, strerror(-rc));
		unlink(keep->path);
		keep_free(keep);
		return rc;
	}
	upf->keep = keep;
	return 0;
}

void upf_keep_stop(struct upf *upf)
{
	if (!upf->keep)
		return;
	unlink(upf->keep->path);
	keep_free(upf->keep);
	upf->keep = NULL;
}

/* ---- changes ---- */

static void done(struct upf *upf, int rc)
{
	struct upf_keep *keep = upf->keep;

	if (!rc && wal_size(keep->journal) > keep->compact_at)
		rc = renew(upf, keep);
	if (!rc)
		return;
	log_error("keep", "path=%s error=\"%s\" what=\"nothing is kept any more\"", keep->path,
		  strerror(-rc));
	upf_keep_stop(upf);
}

void upf_keep_renew(struct upf *upf)
{
	if (upf->keep)
		done(upf, renew(upf, upf->keep));
}

void upf_keep_session(struct upf *upf, const struct upf_session *session)
{
	if (upf->keep)
		done(upf, session_put(upf, upf->keep, session));
}

void upf_keep_session_gone(struct upf *upf, uint64_t seid)
{
	if (upf->keep)
		done(upf, put_one(upf->keep, UPF_KEPT_SESSION_GONE, &seid, sizeof(seid)));
}

void upf_keep_peer(struct upf *upf, const struct n4_peer *peer)
{
	if (upf->keep)
		done(upf, peer_put(upf->keep, peer));
}

void upf_keep_peer_gone(struct upf *upf, struct in_addr addr)
{
	if (upf->keep)
		done(upf, put_one(upf->keep, UPF_KEPT_PEER_GONE, &addr, sizeof(addr)));
}

void upf_keep_application(struct upf *upf, const char *id)
{
	const struct upf_application *app;

	if (!upf->keep)
		return;
	app = upf_pfds_find(&upf->pfds, id);
	done(upf, app ? application_put(upf->keep, app)
		      : put_one(upf->keep, UPF_KEPT_APPLICATION_GONE, id, strlen(id)));
}
