// SPDX-License-Identifier: Apache-2.0
/*
 * NAS's plain values: half octets, octets, causes, timers, capabilities, and the types of
 * registration and deregistration (TS 24.501 cl. 9.11.2, 9.11.3).
 */
#include "lib/nas/codec.h"

#include <inttypes.h>
#include <stddef.h>

/* ---- numbers ---- */

static void walk_half(struct nas_cursor *c, void *value)
{
	nas_half(c, value);
}

static void print_octet(struct nas_text *text, const void *value)
{
	nas_text_add(text, "%u", *(const uint8_t *)value);
}

const struct nas_value_type nas_type_half = {sizeof(uint8_t), walk_half, print_octet};

/* Half an octet of which only bit 1 counts: always-on */
static void walk_bit(struct nas_cursor *c, void *value)
{
	bool *bit = value;
	uint8_t half = nas_writing(c) ? *bit : 0;

	nas_half(c, &half);
	*bit = half & 1;
}

static void print_bit(struct nas_text *text, const void *value)
{
	nas_text_add(text, "%s", *(const bool *)value ? "yes" : "no");
}

const struct nas_value_type nas_type_bit = {sizeof(bool), walk_bit, print_bit};

static void walk_octet(struct nas_cursor *c, void *value)
{
	nas_u8(c, value);
}

const struct nas_value_type nas_type_octet = {sizeof(uint8_t), walk_octet, print_octet};

static void walk_octets(struct nas_cursor *c, void *value)
{
	struct nas_octets *octets = value;

	nas_rest(c, &octets->data, &octets->len);
}

static void print_octets(struct nas_text *text, const void *value)
{
	const struct nas_octets *octets = value;

	for (size_t i = 0; i < octets->len; i++)
		nas_text_add(text, "%02x", octets->data[i]);
}

const struct nas_value_type nas_type_octets = {sizeof(struct nas_octets), walk_octets,
					       print_octets};

static void print_mm_cause(struct nas_text *text, const void *value)
{
	uint8_t cause = *(const uint8_t *)value;

	nas_text_add(text, "%u (%s)", cause, nas_mm_cause_name(cause));
}

const struct nas_value_type nas_type_mm_cause = {sizeof(uint8_t), walk_octet, print_mm_cause};

static void print_sm_cause(struct nas_text *text, const void *value)
{
	uint8_t cause = *(const uint8_t *)value;

	nas_text_add(text, "%u (%s)", cause, nas_sm_cause_name(cause));
}

const struct nas_value_type nas_type_sm_cause = {sizeof(uint8_t), walk_octet, print_sm_cause};

/* PDU session status, cl. 9.11.3.44: sessions 0 to 7, then 8 to 15 */
static void walk_session_status(struct nas_cursor *c, void *value)
{
	uint16_t *status = value;
	uint8_t low = *status & 0xff;
	uint8_t high = *status >> 8;

	nas_u8(c, &low);
	nas_u8(c, &high);
	*status = high << 8 | low;
}

static void print_session_status(struct nas_text *text, const void *value)
{
	nas_text_add(text, "0x%04x", *(const uint16_t *)value);
}

const struct nas_value_type nas_type_session_status = {sizeof(uint16_t), walk_session_status,
						       print_session_status};

/* ---- timers, TS 24.008 cl. 10.5.7.4 and 10.5.7.4a ---- */

#define TIMER_MAX_COUNT	  31
#define TIMER_DEACTIVATED 7

/* seconds a unit (bits 6 to 8); 0 = not a unit */
static const uint32_t timer2_units[8] = {2, 60, 360, 60, 60, 60, 60, 0};
static const uint32_t timer3_units[8] = {600, 3600, 36000, 2, 30, 60, 1152000, 0};

/* The smallest unit that holds the time exactly; else the smallest that can hold it at all. */
static int timer_unit(const uint32_t units[8], uint32_t seconds, bool exact)
{
	int best = -1;

	for (int unit = 0; unit < TIMER_DEACTIVATED; unit++) {
		if (exact && seconds % units[unit] != 0)
			continue;
		if ((uint64_t)units[unit] * TIMER_MAX_COUNT < seconds)
			continue;
		if (best < 0 || units[unit] < units[best])
			best = unit;
	}
	return best;
}

static uint8_t timer_octet(struct nas_cursor *c, const uint32_t units[8], uint32_t seconds)
{
	int unit;

	if (seconds == NAS_TIMER_DEACTIVATED)
		return TIMER_DEACTIVATED << 5;
	unit = timer_unit(units, seconds, true);
	if (unit < 0)
		unit = timer_unit(units, seconds, false);
	if (unit < 0) {
		nas_fail(c, "timer too long");
		return 0;
	}
	return unit << 5 | (seconds + units[unit] - 1) / units[unit];
}

static void walk_timer(struct nas_cursor *c, uint32_t *seconds, const uint32_t units[8])
{
	uint8_t octet = 0;

	if (nas_writing(c))
		octet = timer_octet(c, units, *seconds);
	nas_u8(c, &octet);
	if (nas_writing(c))
		return;
	if (octet >> 5 == TIMER_DEACTIVATED)
		*seconds = NAS_TIMER_DEACTIVATED;
	else
		*seconds = units[octet >> 5] * (octet & 0x1f);
}

static void walk_timer2(struct nas_cursor *c, void *value)
{
	walk_timer(c, value, timer2_units);
}

static void walk_timer3(struct nas_cursor *c, void *value)
{
	walk_timer(c, value, timer3_units);
}

static void print_timer(struct nas_text *text, const void *value)
{
	uint32_t seconds = *(const uint32_t *)value;

	if (seconds == NAS_TIMER_DEACTIVATED)
		nas_text_add(text, "deactivated");
	else
		nas_text_add(text, "%" PRIu32 " s", seconds);
}

const struct nas_value_type nas_type_timer2 = {sizeof(uint32_t), walk_timer2, print_timer};
const struct nas_value_type nas_type_timer3 = {sizeof(uint32_t), walk_timer3, print_timer};

/* ---- UE security capability, cl. 9.11.3.54 ---- */

static void walk_security_capability(struct nas_cursor *c, void *value)
{
	struct nas_security_capability *caps = value;

	nas_u8(c, &caps->ea);
	nas_u8(c, &caps->ia);
	if (!nas_writing(c))
		caps->has_eps = nas_left(c) >= 2;
	if (caps->has_eps) {
		nas_u8(c, &caps->eps_ea);
		nas_u8(c, &caps->eps_ia);
	}
}

static void print_security_capability(struct nas_text *text, const void *value)
{
	const struct nas_security_capability *caps = value;

	nas_text_add(text, "5g-ea=0x%02x 5g-ia=0x%02x", caps->ea, caps->ia);
	if (caps->has_eps)
		nas_text_add(text, " eea=0x%02x eia=0x%02x", caps->eps_ea, caps->eps_ia);
}

const struct nas_value_type nas_type_security_capability = {sizeof(struct nas_security_capability),
							    walk_security_capability,
							    print_security_capability};

/* ---- what spans two members of a message; @value is the whole message ---- */

/* cl. 9.11.3.7 */
static void walk_registration_type(struct nas_cursor *c, void *value)
{
	struct nas_registration_request *m = value;
	uint8_t half = m->registration_type | (m->follow_on ? 8 : 0);

	if (nas_writing(c) && m->registration_type > 7)
		nas_fail(c, "registration type out of range");
	nas_half(c, &half);
	m->registration_type = half & 7;
	m->follow_on = half & 8;
}

static void print_registration_type(struct nas_text *text, const void *value)
{
	static const char *const name[8] = {"reserved",	 "initial",  "mobility", "periodic",
					    "emergency", "reserved", "reserved", "reserved"};
	const struct nas_registration_request *m = value;

	nas_text_add(text, "%s%s", name[m->registration_type & 7],
		     m->follow_on ? ", follow-on request pending" : "");
}

const struct nas_value_type nas_type_registration_type = {0, walk_registration_type,
							  print_registration_type};

/* cl. 9.11.3.6 */
static void walk_registration_result(struct nas_cursor *c, void *value)
{
	struct nas_registration_accept *m = value;
	uint8_t octet = (m->access & 7) | (m->sms_allowed ? 8 : 0);

	if (nas_writing(c) && m->access > 7)
		nas_fail(c, "registration result out of range");
	nas_u8(c, &octet);
	m->access = octet & 7;
	m->sms_allowed = octet & 8;
}

static const char *access_name(uint8_t access)
{
	static const char *const name[4] = {"reserved", "3GPP", "non-3GPP", "3GPP and non-3GPP"};

	return name[access & 3];
}

static void print_registration_result(struct nas_text *text, const void *value)
{
	const struct nas_registration_accept *m = value;

	nas_text_add(text, "%s%s", access_name(m->access), m->sms_allowed ? ", SMS allowed" : "");
}

const struct nas_value_type nas_type_registration_result = {0, walk_registration_result,
							    print_registration_result};

/* cl. 9.11.3.20: bit 4 switch off, bit 3 re-registration required, bits 1 and 2 access type */
static void walk_deregistration_ue(struct nas_cursor *c, void *value)
{
	struct nas_deregistration_request_ue *m = value;
	uint8_t half = (m->access & 3) | (m->switch_off ? 8 : 0);

	if (nas_writing(c) && m->access > 3)
		nas_fail(c, "access type out of range");
	nas_half(c, &half);
	m->access = half & 3;
	m->switch_off = half & 8;
}

static void print_deregistration_ue(struct nas_text *text, const void *value)
{
	const struct nas_deregistration_request_ue *m = value;

	nas_text_add(text, "%s%s", access_name(m->access), m->switch_off ? ", switch off" : "");
}

const struct nas_value_type nas_type_deregistration_ue = {0, walk_deregistration_ue,
							  print_deregistration_ue};

static void walk_deregistration_nw(struct nas_cursor *c, void *value)
{
	struct nas_deregistration_request_nw *m = value;
	uint8_t half = (m->access & 3) | (m->reregistration_required ? 4 : 0);

	if (nas_writing(c) && m->access > 3)
		nas_fail(c, "access type out of range");
	nas_half(c, &half);
	m->access = half & 3;
	m->reregistration_required = half & 4;
}

static void print_deregistration_nw(struct nas_text *text, const void *value)
{
	const struct nas_deregistration_request_nw *m = value;

	nas_text_add(text, "%s%s", access_name(m->access),
		     m->reregistration_required ? ", re-registration required" : "");
}

const struct nas_value_type nas_type_deregistration_nw = {0, walk_deregistration_nw,
							  print_deregistration_nw};

/* Integrity protection maximum data rate, cl. 9.11.4.7 */
static void walk_max_rate(struct nas_cursor *c, void *value)
{
	struct nas_pdu_session_establishment_request *m = value;

	nas_u8(c, &m->max_rate_uplink);
	nas_u8(c, &m->max_rate_downlink);
}

static void print_max_rate(struct nas_text *text, const void *value)
{
	const struct nas_pdu_session_establishment_request *m = value;

	nas_text_add(text, "uplink=%u downlink=%u", m->max_rate_uplink, m->max_rate_downlink);
}

const struct nas_value_type nas_type_max_rate = {0, walk_max_rate, print_max_rate};
