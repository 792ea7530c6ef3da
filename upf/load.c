// SPDX-License-Identifier: Apache-2.0
/* Load and overload control, see load.h */
#include "upf/load.h"

#include <sys/resource.h>
#include <time.h>

#include "upf/upf.h"

void upf_load_init(struct upf_load *load)
{
	const uint32_t now = pfcp_time_from_unix(time(NULL));

	*load = (struct upf_load){
		.load.sequence = now,
		.overload = {.sequence = now, .validity_s = UPF_OVERLOAD_VALIDITY_S},
	};
}

static uint8_t in_steps(unsigned percent)
{
	if (percent > 100)
		percent = 100;
	return (uint8_t)((percent + UPF_LOAD_STEP / 2) / UPF_LOAD_STEP * UPF_LOAD_STEP);
}

static uint8_t reduction(unsigned cpu)
{
	unsigned percent;

	if (cpu > 100)
		cpu = 100;
	if (cpu < UPF_OVERLOAD_CPU)
		return 0;
	percent = (cpu - UPF_OVERLOAD_CPU) * UPF_OVERLOAD_REDUCTION;
	return percent < UPF_LOAD_STEP ? UPF_LOAD_STEP : in_steps(percent);
}

void upf_load_note(struct upf_load *load, uint64_t now_ms, unsigned sessions, unsigned cpu)
{
	const uint8_t metric = in_steps(sessions > cpu ? sessions : cpu), less = reduction(cpu);
	const bool expiring = load->overload.metric &&
			      now_ms - load->overload_ms >= UPF_OVERLOAD_VALIDITY_S * 500;

	if (metric != load->load.metric) {
		load->load.metric = metric;
		load->load.sequence++;
	}
	if (less != load->overload.metric || expiring) {
		load->overload.metric = less;
		load->overload.sequence++;
		load->overload_ms = now_ms;
	}
}

static uint64_t cpu_us(void)
{
	struct rusage usage;

	if (getrusage(RUSAGE_THREAD, &usage))
		return 0;
	return ((uint64_t)usage.ru_utime.tv_sec + (uint64_t)usage.ru_stime.tv_sec) * 1000000 +
	       (uint64_t)usage.ru_utime.tv_usec + (uint64_t)usage.ru_stime.tv_usec;
}

static void sample(struct upf *upf)
{
	struct upf_load *load = &upf->load;
	const uint64_t now_ms = uv_now(upf->loop), since = load->sampled_ms;
	uint64_t used_us;

	if (since && now_ms - since < UPF_LOAD_SAMPLE_MS)
		return;
	used_us = cpu_us() - load->cpu_us;
	load->cpu_us += used_us;
	load->sampled_ms = now_ms;
	upf_load_note(load, now_ms, (unsigned)(upf->sessions.count * 100 / upf->sessions.max),
		      since ? (unsigned)(used_us / ((now_ms - since) * 10)) : 0);
}

/* Where a message has the two; NULL: it hasn't */
struct places {
	bool *has_load, *has_overload;
	struct pfcp_load_control *load;
	struct pfcp_overload_control *overload;
};

#define PLACES(member)                                                                             \
	(struct places)                                                                            \
	{                                                                                          \
		&msg->member.has_load, &msg->member.has_overload, &msg->member.load,               \
			&msg->member.overload                                                      \
	}

static struct places places_of(struct pfcp_msg *msg)
{
	switch (msg->header.type) {
	case PFCP_SESSION_ESTABLISHMENT_RESPONSE:
		return PLACES(session_establishment_response);
	case PFCP_SESSION_MODIFICATION_RESPONSE:
		return PLACES(session_modification_response);
	case PFCP_SESSION_DELETION_RESPONSE:
		return PLACES(session_deletion_response);
	case PFCP_SESSION_REPORT_REQUEST:
		return PLACES(session_report_request);
	default:
		return (struct places){0};
	}
}

void upf_load_fill(struct n4_peer *n4, struct pfcp_msg *msg, void *user)
{
	struct upf *upf = user;
	struct upf_peer *peer = n4->user;
	const struct upf_load *load = &upf->load;
	struct places at = places_of(msg);

	if (!at.load || !peer)
		return;
	sample(upf);
	/* To each SMF once, if it understands: a message that is lost is sent again as it was. */
	if ((n4->features & PFCP_CPF_LOAD) && peer->load_told != load->load.sequence) {
		*at.has_load = true;
		*at.load = load->load;
		peer->load_told = load->load.sequence;
	}
	if ((n4->features & PFCP_CPF_OVRL) && peer->overload_told != load->overload.sequence) {
		*at.has_overload = true;
		*at.overload = load->overload;
		at.overload->has_flags = true;
		at.overload->flags = PFCP_OCI_AOCI; /* of the node, not of one of its addresses */
		peer->overload_told = load->overload.sequence;
	}
}
