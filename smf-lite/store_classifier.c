// SPDX-License-Identifier: Apache-2.0
/* Uplink classifiers and routes in the database, written and read. */
#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/log.h"
#include "smf-lite/classifier.h"
#include "smf-lite/config.h"
#include "smf-lite/n4_client.h"
#include "smf-lite/store_private.h"

enum { PREFIX_TEXT = INET_ADDRSTRLEN + 4 };

/* "10.70.0.0/16 10.71.0.0/24" */
static void prefixes_print(const struct classifier *c, char *buf, size_t size)
{
	char addr[INET_ADDRSTRLEN];
	size_t len = 0;

	buf[0] = '\0';
	for (size_t i = 0; i < c->prefix_count && len < size; i++) {
		inet_ntop(AF_INET, &c->prefix[i].addr, addr, sizeof(addr));
		len += (size_t)snprintf(buf + len, size - len, "%s%s/%u", i ? " " : "", addr,
					c->prefix[i].len);
	}
}

static int prefixes_read(struct classifier *c, const char *text)
{
	while (*text) {
		struct yaml_prefix *prefix = &c->prefix[c->prefix_count];
		const size_t len = strcspn(text, " ");
		char one[PREFIX_TEXT], *slash;

		if (c->prefix_count == CLASSIFIER_PREFIXES_MAX || len >= sizeof(one))
			return -EIO;
		memcpy(one, text, len);
		one[len] = '\0';
		slash = strchr(one, '/');
		if (!slash)
			return -EIO;
		*slash = '\0';
		if (inet_pton(AF_INET, one, &prefix->addr) != 1)
			return -EIO;
		prefix->len = (unsigned)strtoul(slash + 1, NULL, 10);
		c->prefix_count++;
		text += len + (text[len] == ' ');
	}
	return c->prefix_count ? 0 : -EIO;
}

int store_classifier_save(const struct classifier *c)
{
	struct store *store = c->smf->store;
	sqlite3_stmt *q = store->statement[STORE_CLASSIFIER_SAVE];
	char prefixes[CLASSIFIER_PREFIXES_MAX * PREFIX_TEXT];

	prefixes_print(c, prefixes, sizeof(prefixes));
	store_bind_int(q, CLASSIFIER_cp_seid, c->cp_seid);
	store_bind_int(q, CLASSIFIER_session, c->session->cp_seid);
	store_bind_text(q, CLASSIFIER_state, classifier_state_name(c->state));
	store_bind_text(q, CLASSIFIER_upf, c->upf->config->name);
	store_bind_text(q, CLASSIFIER_prefixes, prefixes);
	store_bind_int(q, CLASSIFIER_up_seid, c->up_seid);
	store_bind_int(q, CLASSIFIER_access_address, c->access.addr.s_addr);
	store_bind_int(q, CLASSIFIER_access_teid, c->access.teid);
	store_bind_int(q, CLASSIFIER_core_address, c->core.addr.s_addr);
	store_bind_int(q, CLASSIFIER_core_teid, c->core.teid);
	store_bind_int(q, CLASSIFIER_n4_sent, c->n4_sent);
	store_bind_int(q, CLASSIFIER_n4_lost, c->n4_lost);
	return store_run(store, STORE_CLASSIFIER_SAVE, "classifier-save");
}

int store_classifier_delete(const struct classifier *c)
{
	struct store *store = c->smf->store;

	store_bind_int(store->statement[STORE_CLASSIFIER_DELETE], 0, c->cp_seid);
	return store_run(store, STORE_CLASSIFIER_DELETE, "classifier-delete");
}

int store_route_save(const struct session *s)
{
	struct store *store = s->smf->store;
	sqlite3_stmt *q = store->statement[STORE_ROUTE_SAVE];
	const struct session_route *r = &s->route;

	store_bind_int(q, ROUTE_session, s->cp_seid);
	store_bind_int(q, ROUTE_up, r->up ? r->up->cp_seid : 0);
	store_bind_int(q, ROUTE_n2_dirty, r->n2_dirty);
	store_bind_int(q, ROUTE_t0_ns, r->t0_ns);
	store_bind_int(q, ROUTE_uplink_ns, r->uplink_ns);
	store_bind_int(q, ROUTE_switched_ns, r->switched_ns);
	return store_run(store, STORE_ROUTE_SAVE, "route-save");
}

/* ---- reading ---- */

static int state_by_name(const char *name, enum classifier_state *ret_state)
{
	for (int i = 0; i < CLASSIFIER_STATES; i++) {
		if (strcmp(classifier_state_name((enum classifier_state)i), name) == 0) {
			*ret_state = (enum classifier_state)i;
			return 0;
		}
	}
	return -EIO;
}

static void load_wire(struct classifier *c, sqlite3_stmt *row)
{
	c->up_seid = store_get_int(row, CLASSIFIER_up_seid);
	c->access.addr.s_addr = (in_addr_t)store_get_int(row, CLASSIFIER_access_address);
	c->access.teid = (uint32_t)store_get_int(row, CLASSIFIER_access_teid);
	c->core.addr.s_addr = (in_addr_t)store_get_int(row, CLASSIFIER_core_address);
	c->core.teid = (uint32_t)store_get_int(row, CLASSIFIER_core_teid);
	c->n4_sent = store_get_int(row, CLASSIFIER_n4_sent) != 0;
	c->n4_lost = store_get_int(row, CLASSIFIER_n4_lost) != 0;
}

int store_load_classifier(struct smf *smf, sqlite3_stmt *row)
{
	struct session *s = session_find_seid(smf, store_get_int(row, CLASSIFIER_session));
	struct upf *upf = n4_upf_by_name(smf->n4, store_get_text(row, CLASSIFIER_upf));
	enum classifier_state state;
	struct classifier *c;

	if (state_by_name(store_get_text(row, CLASSIFIER_state), &state))
		return -EIO;
	if (!s || !upf) {
		log_warn("store", "what=classifier-dropped upf=%s",
			 store_get_text(row, CLASSIFIER_upf));
		return 0;
	}
	c = classifier_new(s, upf, store_get_int(row, CLASSIFIER_cp_seid));
	if (!c)
		return -ENOMEM;
	c->state = state;
	load_wire(c, row);
	return prefixes_read(c, store_get_text(row, CLASSIFIER_prefixes));
}

int store_load_route(struct smf *smf, sqlite3_stmt *row)
{
	struct session *s = session_find_seid(smf, store_get_int(row, ROUTE_session));
	const uint64_t up = store_get_int(row, ROUTE_up);
	struct session_route *r;

	if (!s)
		return 0;
	r = &s->route;
	r->up = up ? classifier_find_seid(smf, up) : NULL;
	/* One that is going, or that the configuration has no place for: the gNB is told of the
	 * anchor */
	if (r->up && (r->up->session != s || r->up->state != CLASSIFIER_READY))
		r->up = NULL;
	r->down = r->up;
	r->n2_dirty = store_get_int(row, ROUTE_n2_dirty) != 0 || (up && !r->up);
	r->t0_ns = store_get_int(row, ROUTE_t0_ns);
	r->uplink_ns = store_get_int(row, ROUTE_uplink_ns);
	r->switched_ns = store_get_int(row, ROUTE_switched_ns);
	return 0;
}
