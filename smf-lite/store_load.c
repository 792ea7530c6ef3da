// SPDX-License-Identifier: Apache-2.0
/* Reading the database back at the start, before any peer can be heard. */
#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "lib/log.h"
#include "smf-lite/amf_n2.h"
#include "smf-lite/anchor.h"
#include "smf-lite/config.h"
#include "smf-lite/n4_client.h"
#include "smf-lite/session.h"
#include "smf-lite/store_private.h"
#include "smf-lite/ue.h"

uint64_t store_get_int(sqlite3_stmt *s, int column)
{
	return (uint64_t)sqlite3_column_int64(s, column);
}

const char *store_get_text(sqlite3_stmt *s, int column)
{
	const unsigned char *text = sqlite3_column_text(s, column);

	return text ? (const char *)text : "";
}

/* One row into smf's tables; Return: 0 or a negative errno, which ends the loading */
typedef int (*row_reader)(struct smf *smf, sqlite3_stmt *row);

static int load(struct smf *smf, enum store_statement which, row_reader read, const char *what)
{
	sqlite3_stmt *s = smf->store->statement[which];
	int err = 0, step = SQLITE_ROW;

	while (!err && (step = sqlite3_step(s)) == SQLITE_ROW)
		err = read(smf, s);
	if (!err && step != SQLITE_DONE)
		err = store_fail(smf->store, what);
	sqlite3_reset(s);
	return err;
}

static void load_connection(struct smf *smf, struct ue *ue, sqlite3_stmt *row)
{
	struct ngap_gnb_id id = {.plmn = smf->config->plmn,
				 .id = (uint32_t)store_get_int(row, UE_gnb_id),
				 .bits = (uint8_t)store_get_int(row, UE_gnb_bits)};
	struct gnb *gnb = n2_gnb_get(smf->n2, &id);

	if (!gnb)
		return;
	snprintf(gnb->name, sizeof(gnb->name), "%s", store_get_text(row, UE_gnb_name));
	ue_connect_as(ue, gnb, (uint32_t)store_get_int(row, UE_ran_ue_id),
		      store_get_int(row, UE_amf_ue_id));
	ue->context = store_get_int(row, UE_context) != 0;
}

static int load_ue(struct smf *smf, sqlite3_stmt *row)
{
	const char *supi = store_get_text(row, UE_supi);
	struct ue *ue;

	if (!smf_supi_valid(supi))
		return -EIO;
	ue = ue_new(smf);
	if (!ue)
		return -ENOMEM;
	ue->state = UE_REGISTERED;
	ue_set_supi(ue, supi);
	ue_set_tmsi(ue, (uint32_t)store_get_int(row, UE_tmsi));
	if (store_get_int(row, UE_connected))
		load_connection(smf, ue, row);
	if (!ue->gnb)
		ue_idle(ue);
	return 0;
}

static bool state_by_name(const char *name, enum session_state *ret_state)
{
	for (int i = 0; i < SESSION_STATES; i++) {
		if (strcmp(session_state_name((enum session_state)i), name) == 0) {
			*ret_state = (enum session_state)i;
			return true;
		}
	}
	return false;
}

static void load_flags(struct session *s, sqlite3_stmt *row)
{
	s->n4_sent = store_get_int(row, SESSION_n4_sent) != 0;
	s->n4_lost = store_get_int(row, SESSION_n4_lost) != 0;
	s->n2_sent = store_get_int(row, SESSION_n2_sent) != 0;
	s->was_active = store_get_int(row, SESSION_was_active) != 0;
}

static void load_wire(struct session *s, sqlite3_stmt *row)
{
	s->address.s_addr = (in_addr_t)store_get_int(row, SESSION_address);
	s->up_seid = store_get_int(row, SESSION_up_seid);
	s->uplink.addr.s_addr = (in_addr_t)store_get_int(row, SESSION_ul_address);
	s->uplink.teid = (uint32_t)store_get_int(row, SESSION_ul_teid);
	s->downlink.addr.s_addr = (in_addr_t)store_get_int(row, SESSION_dl_address);
	s->downlink.teid = (uint32_t)store_get_int(row, SESSION_dl_teid);
}

static void load_description(struct session *s, sqlite3_stmt *row)
{
	s->pti = (uint8_t)store_get_int(row, SESSION_pti);
	snprintf(s->supi, sizeof(s->supi), "%s", store_get_text(row, SESSION_supi));
	snprintf(s->dnn, sizeof(s->dnn), "%s", store_get_text(row, SESSION_dnn));
	s->snssai.sst = (uint8_t)store_get_int(row, SESSION_sst);
	s->snssai.has_sd = store_get_int(row, SESSION_has_sd) != 0;
	s->snssai.sd = (uint32_t)store_get_int(row, SESSION_sd);
	s->ssc_mode = (uint8_t)store_get_int(row, SESSION_ssc_mode);
	s->cause = (uint8_t)store_get_int(row, SESSION_cause);
	s->established_ns = store_get_int(row, SESSION_established_ns);
	s->setup_us = store_get_int(row, SESSION_setup_us);
}

static int load_session(struct smf *smf, sqlite3_stmt *row)
{
	const char *supi = store_get_text(row, SESSION_supi),
		   *upf_name = store_get_text(row, SESSION_upf);
	struct ue *ue = store_get_int(row, SESSION_attached) ? ue_find_supi(smf, supi) : NULL;
	uint8_t id = (uint8_t)store_get_int(row, SESSION_id);
	struct upf *upf = n4_upf_by_name(smf->n4, upf_name);
	enum session_state state;
	struct session *s;

	if (id < 1 || id > NGAP_MAX_SESSIONS ||
	    !state_by_name(store_get_text(row, SESSION_state), &state))
		return -EIO;
	if (!upf) {
		log_warn("store", "what=session-dropped ue=%s session=%u upf=%s", supi, id,
			 upf_name);
		return 0;
	}
	s = session_new(smf, ue, id, store_get_int(row, SESSION_cp_seid));
	if (!s)
		return -ENOMEM;
	s->upf = upf;
	upf->sessions++;
	s->state = ue ? state : SESSION_N4_DELETE;
	load_description(s, row);
	load_flags(s, row);
	load_wire(s, row);
	if (s->address.s_addr && pool_reserve(&upf->pool, s->address))
		log_warn("store", "what=address-not-in-pool ue=%s session=%u upf=%s", supi, id,
			 upf_name);
	return 0;
}

static int load_address(struct smf *smf, sqlite3_stmt *row)
{
	struct in_addr addr = {htonl((uint32_t)store_get_int(row, 0))};

	for (size_t i = 0; i < smf->n4->upf_count; i++)
		pool_touch(&smf->n4->upfs[i].pool, addr);
	return 0;
}

static int load_upf(struct smf *smf, sqlite3_stmt *row)
{
	struct upf *upf = n4_upf_by_name(smf->n4, store_get_text(row, 0));

	if (upf)
		upf->recovery_time_stamp = (uint32_t)store_get_int(row, 1);
	return 0;
}

static int load_anchor(struct smf *smf, sqlite3_stmt *row)
{
	int err = anchor_set(smf->anchors, store_get_text(row, 0), store_get_text(row, 1),
			     store_get_text(row, 2));

	return err == -ENOSPC ? 0 : err;
}

int store_load(struct smf *smf)
{
	int err = load(smf, STORE_UE_ALL, load_ue, "load-ue");

	if (!err)
		err = load(smf, STORE_UPF_ALL, load_upf, "load-upf");
	if (!err)
		err = load(smf, STORE_SESSION_ALL, load_session, "load-session");
	if (!err)
		err = load(smf, STORE_CLASSIFIER_ALL, store_load_classifier, "load-classifier");
	if (!err)
		err = load(smf, STORE_ROUTE_ALL, store_load_route, "load-route");
	if (!err)
		err = load(smf, STORE_ADDRESS_ALL, load_address, "load-address");
	if (!err)
		err = load(smf, STORE_ANCHOR_ALL, load_anchor, "load-anchor");
	return err;
}
