// SPDX-License-Identifier: Apache-2.0
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "apps/game/cloud/login.h"
#include "lib/daemon.h"
#include "lib/hex.h"
#include "lib/log.h"

enum { KEY_LEN = 16, NS_PER_MS = 1000000, LOGIN_VERSION = 1 };

struct wish {
	char account[ACCOUNT_NAME_SIZE], secret[ACCOUNT_SECRET_SIZE], edge[ACCOUNT_EDGE_SIZE];
	uint64_t version;
};

/* ---- the limit ---- */

static struct login_source *source_of(struct login *l, struct in_addr address, uint64_t now)
{
	struct login_source *oldest = l->source;

	for (struct login_source *s = l->source; s < l->source + LOGIN_SOURCES; s++) {
		if (s->at_ns && s->address.s_addr == address.s_addr)
			return s;
		if (s->at_ns < oldest->at_ns)
			oldest = s;
	}
	*oldest = (struct login_source){.address = address, .left = LOGIN_REFUSALS, .at_ns = now};
	return oldest;
}

static void refill(struct login_source *s, uint64_t now)
{
	s->left += (double)(now - s->at_ns) / NS_PER_MS / LOGIN_REFILL_MS;
	if (s->left > LOGIN_REFUSALS)
		s->left = LOGIN_REFUSALS;
	s->at_ns = now;
}

/* ---- the secret ---- */

/* Both are ACCOUNT_SECRET_SIZE octets, zeros after their end: every octet is looked at */
static bool same_secret(const char *a, const char *b)
{
	volatile unsigned char differ = 0;

	for (size_t i = 0; i < ACCOUNT_SECRET_SIZE; i++)
		differ |= (unsigned char)(a[i] ^ b[i]);
	return differ == 0;
}

static struct account *who(const struct login *l, const struct wish *w)
{
	static const char nobody[ACCOUNT_SECRET_SIZE] = "";
	struct account *a = accounts_find(l->accounts, w->account);
	bool same = same_secret(a ? a->secret : nobody, w->secret);

	return a && same ? a : NULL;
}

/* ---- the request ---- */

static int read_wish(struct http_request *req, struct wish *w)
{
	struct json_reader r;

	json_reader_begin(&r, http_body(req));
	json_read_string(&r, "account", true, w->account, sizeof w->account);
	json_read_string(&r, "secret", true, w->secret, sizeof w->secret);
	json_read_string(&r, "edge", true, w->edge, sizeof w->edge);
	json_read_u64(&r, "version", true, LOGIN_VERSION, LOGIN_VERSION, &w->version);
	if (!account_edge_ok(w->edge))
		json_reader_fail(&r, "edge",
				 "expected 1 to 63 letters, digits, dots, underscores "
				 "and hyphens");
	if (json_reader_end(&r) == 0)
		return 0;
	http_problem_invalid(req, &r);
	return -EINVAL;
}

static void refuse(struct login *l, struct http_request *req, const struct wish *w,
		   struct login_source *source)
{
	source->left--;
	l->refused++;
	log_warn("login", "edge=%s what=refused", w->edge);
	http_problem(req, 401, "LOGIN_REFUSED", "no such account, or another secret");
}

/* What the game has to say to a login */
static json_t *gain(const struct login *l, const struct seat *seat, json_t *answer)
{
	json_t *more =
		l->logic->ops->seat_taken ? l->logic->ops->seat_taken(l->logic->logic, seat) : NULL;

	if (more)
		json_object_update(answer, more);
	json_decref(more);
	return answer;
}

static void admit(struct login *l, struct http_request *req, struct account *a,
		  const struct wish *w)
{
	char id_text[2 * STATE_SESSION_LEN + 1], key[2 * KEY_LEN + 1];
	uint8_t id[STATE_SESSION_LEN];
	struct seat seat;
	int r = sessions_ticket(l->sessions, a, w->edge, id, &seat);

	if (r == 0)
		r = hex_random(key, sizeof key);
	if (r == -EMFILE) {
		l->full++;
		http_problem(req, 409, "TOO_MANY_SESSIONS", "account '%s' has %d sessions already",
			     a->name, SESSION_SET_MAX);
	} else if (r < 0) {
		l->full++;
		http_problem(req, 503, "NO_SESSION", "no session can be had now: %s", strerror(-r));
	} else {
		l->accepted++;
		http_reply(req, 200,
			   gain(l, &seat,
				json_pack("{s:s, s:s, s:i, s:o, s:i}", "session",
					  hex_text(id, sizeof id, id_text), "stream_key", key,
					  "account_id", (int)a->id, "address",
					  json_ipv4(l->address), "port", (int)l->port)));
	}
}

void login_post(struct login *l, struct http_request *req)
{
	uint64_t now = clock_mono_ns();
	struct login_source *source = source_of(l, http_client(req), now);
	struct wish w = {0};
	struct account *a;

	refill(source, now);
	if (source->left < 1) {
		l->limited++;
		http_problem(req, 429, "TOO_MANY_LOGINS",
			     "too many refused logins from this address; wait a second");
		return;
	}
	if (read_wish(req, &w) < 0)
		return;
	a = who(l, &w);
	if (a)
		admit(l, req, a, &w);
	else
		refuse(l, req, &w, source);
}
