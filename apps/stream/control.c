// SPDX-License-Identifier: Apache-2.0
/* Control messages: what is longer or shorter than its type says is refused as a whole. */
#include "apps/stream/control.h"

#include <errno.h>
#include <string.h>

#include "lib/wire.h"

static bool input_valid(const struct control_input *input)
{
	if (input->first == 0 || input->count < 1 || input->count > CONTROL_INPUTS_MAX ||
	    input->first > UINT32_MAX - (input->count - 1))
		return false;
	for (unsigned i = 0; i < input->count; i++)
		if (input->input[i] >= CONTROL_INPUT_KINDS)
			return false;
	return true;
}

static bool role_valid(const struct control_role_change *role)
{
	return (role->role == CONTROL_PRIMARY || role->role == CONTROL_SECONDARY) &&
	       role->outcome <= CONTROL_REFUSED;
}

static bool input_parse(struct wire_reader *r, struct control_input *ret_input)
{
	ret_input->first = wire_get_u32(r);
	ret_input->count = wire_get_u8(r);
	if (ret_input->count > CONTROL_INPUTS_MAX)
		return false;
	wire_get_bytes(r, ret_input->input, ret_input->count);
	return !r->bad && input_valid(ret_input);
}

static bool view_parse(struct wire_reader *r, struct control_view *ret_view)
{
	ret_view->len = wire_get_u8(r);
	wire_get_bytes(r, ret_view->text, ret_view->len);
	return true;
}

static bool role_parse(struct wire_reader *r, struct control_role_change *ret_role)
{
	ret_role->number = wire_get_u32(r);
	ret_role->role = wire_get_u8(r);
	ret_role->outcome = wire_get_u8(r);
	return role_valid(ret_role);
}

static int body_parse(struct wire_reader *r, struct control_message *m)
{
	switch (m->type) {
	case CONTROL_JOIN:
	case CONTROL_LEAVE:
		return 0;
	case CONTROL_INPUT:
		return input_parse(r, &m->input) ? 0 : -EBADMSG;
	case CONTROL_SWITCH:
		m->switch_number = wire_get_u32(r);
		return 0;
	case CONTROL_VIEW:
		return view_parse(r, &m->view) ? 0 : -EBADMSG;
	case CONTROL_ROLE:
		return role_parse(r, &m->role) ? 0 : -EBADMSG;
	}
	return -EOPNOTSUPP;
}

int control_parse(const uint8_t *buf, size_t len, struct control_message *ret_message)
{
	struct wire_reader r = {.at = buf, .end = buf + len};
	struct control_message m = {.type = CONTROL_JOIN};
	int rc;

	m.type = (enum control_type)wire_get_u8(&r);
	wire_get_bytes(&r, m.key, sizeof(m.key));
	rc = body_parse(&r, &m);
	if (rc)
		return rc;
	if (r.bad || wire_left(&r) > 0)
		return -EBADMSG;
	*ret_message = m;
	return 0;
}

static bool body_build(struct wire_writer *w, const struct control_message *m)
{
	switch (m->type) {
	case CONTROL_JOIN:
	case CONTROL_LEAVE:
		return true;
	case CONTROL_INPUT:
		wire_put_number(w, m->input.first, 4);
		wire_put_number(w, m->input.count, 1);
		if (!input_valid(&m->input))
			return false;
		wire_put_bytes(w, m->input.input, m->input.count);
		return true;
	case CONTROL_SWITCH:
		wire_put_number(w, m->switch_number, 4);
		return true;
	case CONTROL_VIEW:
		wire_put_number(w, m->view.len, 1);
		wire_put_bytes(w, m->view.text, m->view.len);
		return true;
	case CONTROL_ROLE:
		wire_put_number(w, m->role.number, 4);
		wire_put_number(w, m->role.role, 1);
		wire_put_number(w, m->role.outcome, 1);
		return role_valid(&m->role);
	}
	return false;
}

size_t control_build(const struct control_message *message, uint8_t *buf)
{
	struct wire_writer w = {.at = buf + CONTROL_HEADER_LEN, .end = buf + CONTROL_LEN_MAX};

	buf[0] = (uint8_t)message->type;
	memcpy(buf + 1, message->key, CONTROL_KEY_LEN);
	return body_build(&w, message) && !w.full ? (size_t)(w.at - buf) : 0;
}
