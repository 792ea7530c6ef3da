// SPDX-License-Identifier: Apache-2.0
/*
 * Who serves a UE, and who should: where it is served is asked of the UE, now and then and after
 * each failure, for it may be moved by others too; a handover is asked of the gNB that serves it,
 * one at a time for each UE.
 */
#include <string.h>

#include "lib/log.h"
#include "testbed/mover/mover.h"

enum {
	END_SLACK_US = 300000 /* three turns */,
	ASK_AGAIN_MS = 1000,
	HANDOVER_TIMEOUT_MS = 25000,
	STATUS_TIMEOUT_MS = 2000
};

static uint64_t now_ms(const struct mover *m)
{
	return uv_now(&m->daemon.loop);
}

struct walk_place mover_place(const struct mover_ue *ue)
{
	const struct mover *m = ue->mover;
	uint64_t at = m->config.repeat_us ? m->elapsed_us % m->config.repeat_us : m->elapsed_us;

	return walk_at(ue->point, ue->point_count, at);
}

static void note_error(struct mover_ue *ue, const struct http_answer *answer)
{
	const char *detail = json_string_value(json_object_get(answer->body, "detail"));

	snprintf(ue->error, sizeof ue->error, "%s",
		 answer->error ? answer->error_text
		 : detail      ? detail
			       : "refused without a reason");
}

/* ---- where it is ---- */

static void status_answered(const struct http_answer *answer, void *user)
{
	struct mover_ue *ue = user;
	const char *gnb = json_string_value(json_object_get(answer->body, "gnb"));

	ue->busy = false;
	ue->serving = ue->reach_count;
	for (size_t i = 0; gnb && i < ue->reach_count; i++)
		if (strcmp(ue->mover->gnb[ue->reach[i]].name, gnb) == 0)
			ue->serving = i;
	if (answer->error)
		note_error(ue, answer);
}

static void ask_where(struct mover_ue *ue)
{
	char url[128];
	struct http_call call = {.method = "GET", .url = url, .timeout_ms = STATUS_TIMEOUT_MS};

	snprintf(url, sizeof url, "%s/v1/status", ue->url);
	ue->asked_ms = now_ms(ue->mover);
	ue->busy = http_client_call(ue->mover->client, &call, status_answered, ue, NULL) == 0;
}

/* ---- where it should be ---- */

static void handover_answered(const struct http_answer *answer, void *user)
{
	struct mover_ue *ue = user;
	const char *target = ue->mover->gnb[ue->reach[ue->target]].name;

	ue->busy = ue->handing_over = false;
	if (!answer->error && answer->status == 200) {
		ue->serving = ue->target;
		ue->handovers++;
		ue->error[0] = '\0';
		log_info("mover", "ue=%s gnb=%s what=\"handed over\"", ue->supi, target);
		return;
	}
	ue->failed++;
	note_error(ue, answer);
	ue->serving = ue->reach_count; /* asked anew, in a while */
	ue->asked_ms = now_ms(ue->mover);
	log_warn("mover", "ue=%s gnb=%s what=\"no handover\" why=\"%s\"", ue->supi, target,
		 ue->error);
}

static void hand_over(struct mover_ue *ue, size_t target)
{
	struct mover *m = ue->mover;
	json_t *body = json_pack("{s:s}", "target", m->gnb[ue->reach[target]].name);
	char url[192];
	struct http_call call = {.method = "POST",
				 .url = url,
				 .body = body,
				 .token = m->token,
				 .timeout_ms = HANDOVER_TIMEOUT_MS};

	snprintf(url, sizeof url, "%s/v1/ues/%s/handover", m->gnb[ue->reach[ue->serving]].url,
		 ue->supi);
	ue->target = target;
	ue->busy = ue->handing_over =
		http_client_call(m->client, &call, handover_answered, ue, NULL) == 0;
	json_decref(body);
}

static void look_after(struct mover_ue *ue)
{
	struct mover *m = ue->mover;
	struct walk_place mast[MOVER_REACH_MAX];
	size_t best;

	if (ue->busy)
		return;
	if (now_ms(m) - ue->asked_ms >= ASK_AGAIN_MS || !ue->asked_ms) {
		ask_where(ue);
		return;
	}
	if (ue->serving == ue->reach_count)
		return;
	for (size_t i = 0; i < ue->reach_count; i++)
		mast[i] = m->gnb[ue->reach[i]].place;
	best = walk_nearest(mover_place(ue), mast, ue->reach_count, ue->serving,
			    m->config.hysteresis);
	if (best != ue->serving)
		hand_over(ue, best);
}

static uint64_t end_us(const struct mover *m)
{
	uint64_t end = 0;

	for (size_t i = 0; i < m->ue_count; i++) {
		uint64_t at = m->ue[i].point[m->ue[i].point_count - 1].at_us;

		end = at > end ? at : end;
	}
	return end;
}

/* link-shaper's timeline ends with its last change, which is where a walk ends; or somebody has
 * stopped it. */
static void note_end(struct mover *m)
{
	m->arrived = !m->config.repeat_us && m->elapsed_us + END_SLACK_US >= end_us(m);
	if (m->arrived)
		m->elapsed_us = end_us(m);
}

void mover_turn(struct mover *m)
{
	bool running;
	uint64_t elapsed;

	/* A link-shaper that is just being started again goes on with its timeline. */
	if (mover_clock(m->config.socket, &running, &elapsed) < 0)
		return;
	if (running)
		m->elapsed_us = elapsed;
	if (m->running != running && running)
		m->arrived = false;
	else if (m->running != running)
		note_end(m);
	m->running = running;
	if (!running && !m->arrived)
		return;
	for (size_t i = 0; i < m->ue_count; i++)
		look_after(&m->ue[i]);
}
