// SPDX-License-Identifier: Apache-2.0
/*
 * PDU Session Container: bytes <-> struct (TS 38.415 cl. 5.5.2).
 *
 * Flags in two octets say which of the fields behind them are there; padding fills up the extension
 * header.
 */
#include <errno.h>

#include "lib/gtpu/const.h"

#define PDU_TYPE_SHIFT 4
#define QMP	       0x08 /* octet 1, both directions */

/* DL PDU SESSION INFORMATION, cl. 5.5.2.1 */
#define DL_SNP	  0x04 /* octet 1 */
#define DL_MSNP	  0x02
#define DL_PPP	  0x80 /* octet 2 */
#define DL_RQI	  0x40
#define PPI_SHIFT 5 /* octet 3 */

/* UL PDU SESSION INFORMATION, cl. 5.5.2.2 */
#define UL_DL_DELAY 0x04 /* octet 1 */
#define UL_UL_DELAY 0x02
#define UL_SNP	    0x01
#define UL_N3_DELAY 0x80 /* octet 2 */
#define UL_NEW_IE   0x40
#define NEW_IE_MORE 0x80 /* octet of New IE Flags: another one follows */
#define NEW_IE_D1   0x01

#define QFI	     0x3f
#define MAX_PPI	     7
#define MAX_SEQUENCE 0xffffff

static void get_dl(struct wire_reader *r, uint8_t first, uint8_t second, struct gtpu_psc *ret)
{
	ret->rqi = second & DL_RQI;
	ret->has_ppi = second & DL_PPP;
	ret->has_sequence = first & DL_SNP;
	ret->has_mbs_sequence = first & DL_MSNP;
	if (ret->has_ppi)
		ret->ppi = wire_get_u8(r) >> PPI_SHIFT;
	if (ret->monitored)
		ret->dl_sent = wire_get_u64(r);
	if (ret->has_sequence)
		ret->sequence = (uint32_t)wire_get_number(r, 3);
	if (ret->has_mbs_sequence)
		ret->mbs_sequence = wire_get_u32(r);
}

/* Flags of later releases announce IEs behind those that are known, which are not read. */
static void get_new_ies(struct wire_reader *r, struct gtpu_psc *ret)
{
	uint8_t flags = wire_get_u8(r), more = flags;

	while (more & NEW_IE_MORE)
		more = wire_get_u8(r); /* 0 behind the end */
	ret->has_d1 = flags & NEW_IE_D1;
	if (ret->has_d1)
		ret->d1_included = wire_get_u8(r) & 1;
}

static void get_ul(struct wire_reader *r, uint8_t first, uint8_t second, struct gtpu_psc *ret)
{
	ret->has_dl_delay = first & UL_DL_DELAY;
	ret->has_ul_delay = first & UL_UL_DELAY;
	ret->has_sequence = first & UL_SNP;
	ret->has_n3_delay = second & UL_N3_DELAY;
	if (ret->monitored) {
		ret->dl_sent = wire_get_u64(r);
		ret->dl_received = wire_get_u64(r);
		ret->ul_sent = wire_get_u64(r);
	}
	if (ret->has_dl_delay)
		ret->dl_delay_ms = wire_get_u32(r);
	if (ret->has_ul_delay)
		ret->ul_delay_ms = wire_get_u32(r);
	if (ret->has_sequence)
		ret->sequence = (uint32_t)wire_get_number(r, 3);
	if (ret->has_n3_delay)
		ret->n3_delay_ms = wire_get_u32(r);
	if (second & UL_NEW_IE)
		get_new_ies(r, ret);
}

int gtpu_psc_get(struct wire_reader *r, struct gtpu_psc *ret)
{
	uint8_t first = wire_get_u8(r), second = wire_get_u8(r);

	ret->type = first >> PDU_TYPE_SHIFT;
	ret->qfi = second & QFI;
	ret->monitored = first & QMP;
	if (ret->type == GTPU_PSC_DL)
		get_dl(r, first, second, ret);
	else if (ret->type == GTPU_PSC_UL)
		get_ul(r, first, second, ret);
	else
		return -EBADMSG;
	return r->bad ? -EBADMSG : 0;
}

bool gtpu_psc_is_valid(const struct gtpu_psc *p)
{
	if (p->qfi > QFI || p->ppi > MAX_PPI || p->sequence > MAX_SEQUENCE)
		return false;
	if (p->type == GTPU_PSC_DL)
		return !p->has_dl_delay && !p->has_ul_delay && !p->has_n3_delay && !p->has_d1;
	return p->type == GTPU_PSC_UL && !p->rqi && !p->has_ppi && !p->has_mbs_sequence;
}

static void put_dl(struct wire_writer *w, const struct gtpu_psc *p)
{
	wire_put_number(w,
			(p->monitored ? QMP : 0) | (p->has_sequence ? DL_SNP : 0) |
				(p->has_mbs_sequence ? DL_MSNP : 0),
			1);
	wire_put_number(w, (p->has_ppi ? DL_PPP : 0) | (p->rqi ? DL_RQI : 0) | p->qfi, 1);
	if (p->has_ppi)
		wire_put_number(w, (uint8_t)(p->ppi << PPI_SHIFT), 1);
	if (p->monitored)
		wire_put_number(w, p->dl_sent, 8);
	if (p->has_sequence)
		wire_put_number(w, p->sequence, 3);
	if (p->has_mbs_sequence)
		wire_put_number(w, p->mbs_sequence, 4);
}

static void put_ul(struct wire_writer *w, const struct gtpu_psc *p)
{
	wire_put_number(w,
			GTPU_PSC_UL << PDU_TYPE_SHIFT | (p->monitored ? QMP : 0) |
				(p->has_dl_delay ? UL_DL_DELAY : 0) |
				(p->has_ul_delay ? UL_UL_DELAY : 0) |
				(p->has_sequence ? UL_SNP : 0),
			1);
	wire_put_number(
		w, (p->has_n3_delay ? UL_N3_DELAY : 0) | (p->has_d1 ? UL_NEW_IE : 0) | p->qfi, 1);
	if (p->monitored) {
		wire_put_number(w, p->dl_sent, 8);
		wire_put_number(w, p->dl_received, 8);
		wire_put_number(w, p->ul_sent, 8);
	}
	if (p->has_dl_delay)
		wire_put_number(w, p->dl_delay_ms, 4);
	if (p->has_ul_delay)
		wire_put_number(w, p->ul_delay_ms, 4);
	if (p->has_sequence)
		wire_put_number(w, p->sequence, 3);
	if (p->has_n3_delay)
		wire_put_number(w, p->n3_delay_ms, 4);
	if (p->has_d1) {
		wire_put_number(w, NEW_IE_D1, 1);
		wire_put_number(w, p->d1_included, 1);
	}
}

void gtpu_psc_put(struct wire_writer *w, const struct gtpu_psc *psc)
{
	if (psc->type == GTPU_PSC_DL)
		put_dl(w, psc);
	else
		put_ul(w, psc);
}
