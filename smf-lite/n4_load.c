// SPDX-License-Identifier: Apache-2.0
/*
 * What UPFs say of their load and overload (TS 29.244 cl. 6.2.3, 6.2.4), and what comes of it: new
 * sessions go to the least loaded, and of those that would go to an overloaded one the share is
 * left out that it asks for ("loss", cl. 6.2.4.4.2). What concerns sessions that are there is never
 * left out: it relieves a UPF, or keeps a user's traffic going (cl. 6.2.4.5.1).
 */
#include "lib/log.h"
#include "smf-lite/config.h"
#include "smf-lite/n4_client.h"

enum { ALL = 100 };

/* Numbers go round (cl. 6.2.3.3.2.1); a restarted UPF's are forgotten with its association. */
static bool newer(uint32_t sequence, uint32_t than)
{
	return (int32_t)(sequence - than) > 0;
}

static uint8_t percent(uint8_t metric)
{
	return metric > ALL ? ALL : metric;
}

static void load_take(struct n4_load *l, const struct pfcp_load_control *told)
{
	if (l->has_load && !newer(told->sequence, l->load_sequence))
		return;
	l->has_load = true;
	l->load_sequence = told->sequence;
	l->load = percent(told->metric);
}

static void overload_take(struct upf *upf, const struct pfcp_overload_control *told)
{
	struct n4_load *l = &upf->load;
	const uint64_t now = uv_now(upf->client->smf->loop);

	/* the same number again doesn't prolong it (cl. 6.2.4.3.2.1, NOTE 1) */
	if (now < l->overload_until_ms && !newer(told->sequence, l->overload_sequence))
		return;
	if (!l->overload != !told->metric)
		log_warn("n4", "upf=%s what=%s reduction=%u", upf->config->name,
			 told->metric ? "overload" : "overload-over", told->metric);
	l->overload_sequence = told->sequence;
	l->overload = percent(told->metric);
	l->overload_until_ms = told->validity_s == PFCP_TIMER_INFINITE
				       ? UINT64_MAX
				       : now + told->validity_s * 1000ULL;
}

#define TAKE(member)                                                                               \
	do {                                                                                       \
		if (msg->member.has_load)                                                          \
			load_take(&upf->load, &msg->member.load);                                  \
		if (msg->member.has_overload)                                                      \
			overload_take(upf, &msg->member.overload);                                 \
	} while (0)

void n4_load_read(struct upf *upf, const struct pfcp_msg *msg)
{
	switch (msg->header.type) {
	case PFCP_SESSION_ESTABLISHMENT_RESPONSE:
		TAKE(session_establishment_response);
		break;
	case PFCP_SESSION_MODIFICATION_RESPONSE:
		TAKE(session_modification_response);
		break;
	case PFCP_SESSION_DELETION_RESPONSE:
		TAKE(session_deletion_response);
		break;
	case PFCP_SESSION_REPORT_REQUEST:
		TAKE(session_report_request);
		break;
	}
}

void n4_load_forget(struct upf *upf)
{
	upf->load = (struct n4_load){0};
}

unsigned n4_overload(const struct upf *upf)
{
	return uv_now(upf->client->smf->loop) < upf->load.overload_until_ms ? upf->load.overload
									    : 0;
}

/* An overloaded one is worse than any that is merely full. */
unsigned n4_load_cost(const struct upf *upf)
{
	const unsigned overload = n4_overload(upf);

	return overload ? ALL + overload : upf->load.load;
}

bool n4_overload_sheds(struct upf *upf)
{
	/* Evenly, not at random: of any number in a row the share is right. */
	upf->load.shed += n4_overload(upf);
	if (upf->load.shed < ALL)
		return false;
	upf->load.shed -= ALL;
	upf->client->smf->counters.drop[SMF_upf_overload]++;
	return true;
}
