// SPDX-License-Identifier: Apache-2.0
#include "ran/gnb/xn_message.h"

#include <errno.h>
#include <string.h>

#include "lib/wire.h"

enum { HEADER_LEN = 8, QFI_MAX = 63 };

static const char *const names[XN_TYPES] = {
	[XN_REQUEST] = "request", [XN_ACCEPT] = "accept",     [XN_REFUSE] = "refuse",
	[XN_CANCEL] = "cancel",	  [XN_QUERY] = "query",	      [XN_STATE] = "state",
	[XN_RELEASE] = "release", [XN_RELEASED] = "released",
};

const char *xn_type_name(enum xn_type type)
{
	return (unsigned)type < XN_TYPES && names[type] ? names[type] : "unknown";
}

const char *xn_refusal_text(enum xn_refusal refusal)
{
	static const char *const texts[XN_REFUSALS] = {
		[XN_NOT_IN_REACH] = "the UE is not in its reach",
		[XN_NO_CORE] = "it has no connection to smf-lite",
		[XN_BUSY] = "an earlier handover of the UE is still going on there",
		[XN_NO_ROOM] = "it has no room for the UE's sessions",
	};

	return (unsigned)refusal < XN_REFUSALS && texts[refusal] ? texts[refusal] : "unknown";
}

static bool text_ok(const char *text, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if (text[i] < 0x21 || text[i] > 0x7e)
			return false;
	return len > 0 && len <= RADIO_TEXT_MAX;
}

/* Ids ascend, so that none comes twice. */
static bool sessions_ok(const struct xn_message *m)
{
	for (uint8_t i = 0; i < m->count; i++) {
		const struct xn_session *s = &m->session[i];

		if (s->id < 1 || s->id > XN_SESSIONS_MAX || s->qfi > QFI_MAX || !s->teid)
			return false;
		if (i > 0 && m->session[i - 1].id >= s->id)
			return false;
	}
	return true;
}

static struct in_addr get_addr(struct wire_reader *r)
{
	struct in_addr addr = {0};

	wire_get_bytes(r, &addr, sizeof(addr));
	return addr;
}

static void get_sessions(struct wire_reader *r, struct xn_message *m)
{
	m->count = wire_get_u8(r);
	if (m->count > XN_SESSIONS_MAX)
		r->bad = true;
	for (uint8_t i = 0; !r->bad && i < m->count; i++) {
		struct xn_session *s = &m->session[i];

		s->id = wire_get_u8(r);
		if (m->type == XN_REQUEST) {
			s->qfi = wire_get_u8(r);
			s->upf = get_addr(r);
		}
		s->teid = wire_get_u32(r);
		if (m->type == XN_REQUEST)
			s->ue = get_addr(r);
	}
}

static void get_supi(struct wire_reader *r, struct xn_message *m)
{
	size_t len = wire_get_u8(r);
	const uint8_t *text = wire_get(r, len);

	if (!text || !text_ok((const char *)text, len))
		r->bad = true;
	else
		memcpy(m->supi, text, len);
}

static void get_body(struct wire_reader *r, struct xn_message *m)
{
	switch (m->type) {
	case XN_REQUEST:
		m->amf_ue_id = wire_get_u64(r);
		get_supi(r, m);
		if (!r->bad)
			get_sessions(r, m);
		break;
	case XN_ACCEPT:
		m->n3 = get_addr(r);
		m->cell = wire_get_u32(r);
		get_sessions(r, m);
		break;
	case XN_REFUSE:
		m->refusal = (enum xn_refusal)wire_get_u8(r);
		break;
	case XN_STATE:
		m->state = (enum xn_state)wire_get_u8(r);
		break;
	default:
		break;
	}
}

int xn_decode(const uint8_t *buf, size_t len, struct xn_message *ret)
{
	struct wire_reader r = {buf, buf + len, false};
	struct xn_message m = {0};
	uint8_t version = wire_get_u8(&r), type = wire_get_u8(&r);
	size_t body = wire_get_u16(&r);

	m.transaction = wire_get_u32(&r);
	if (r.bad || version != XN_VERSION || type < XN_REQUEST || type >= XN_TYPES ||
	    body != wire_left(&r))
		return -EBADMSG;
	m.type = (enum xn_type)type;
	get_body(&r, &m);
	if (r.bad || wire_left(&r) || !sessions_ok(&m) || (unsigned)m.refusal >= XN_REFUSALS ||
	    (unsigned)m.state >= XN_STATES)
		return -EBADMSG;
	*ret = m;
	return 0;
}

static void put_sessions(struct wire_writer *w, const struct xn_message *m)
{
	wire_put_number(w, m->count, 1);
	for (uint8_t i = 0; i < m->count; i++) {
		const struct xn_session *s = &m->session[i];

		wire_put_number(w, s->id, 1);
		if (m->type == XN_REQUEST) {
			wire_put_number(w, s->qfi, 1);
			wire_put_bytes(w, &s->upf, 4);
		}
		wire_put_number(w, s->teid, 4);
		if (m->type == XN_REQUEST)
			wire_put_bytes(w, &s->ue, 4);
	}
}

static void put_body(struct wire_writer *w, const struct xn_message *m)
{
	size_t len = strnlen(m->supi, sizeof(m->supi));

	if (m->type == XN_REQUEST) {
		wire_put_number(w, m->amf_ue_id, 8);
		wire_put_number(w, len, 1);
		wire_put_bytes(w, m->supi, len);
		put_sessions(w, m);
	} else if (m->type == XN_ACCEPT) {
		wire_put_bytes(w, &m->n3, 4);
		wire_put_number(w, m->cell, 4);
		put_sessions(w, m);
	} else if (m->type == XN_REFUSE) {
		wire_put_number(w, m->refusal, 1);
	} else if (m->type == XN_STATE) {
		wire_put_number(w, m->state, 1);
	}
}

int xn_encode(const struct xn_message *m, uint8_t *buf, size_t size, size_t *ret_len)
{
	struct wire_writer w = {buf, buf + size, false};

	if (m->type < XN_REQUEST || m->type >= XN_TYPES || m->count > XN_SESSIONS_MAX ||
	    !sessions_ok(m) || (unsigned)m->refusal >= XN_REFUSALS ||
	    (unsigned)m->state >= XN_STATES ||
	    (m->type == XN_REQUEST && !text_ok(m->supi, strnlen(m->supi, sizeof(m->supi)))))
		return -EINVAL;
	wire_put_number(&w, XN_VERSION, 1);
	wire_put_number(&w, m->type, 1);
	wire_put_number(&w, 0, 2);
	wire_put_number(&w, m->transaction, 4);
	put_body(&w, m);
	if (w.full)
		return -ENOBUFS;
	*ret_len = (size_t)(w.at - buf);
	wire_store16(buf + 2, (uint16_t)(*ret_len - HEADER_LEN));
	return 0;
}
