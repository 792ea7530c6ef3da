// SPDX-License-Identifier: Apache-2.0
#include "agents/ue-agent/trigger.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

#include "lib/log.h"
#include "lib/stamp/stamp.h"

enum {
	RING = 8192,   /* what the longest window and the slowest answer need, see config.c */
	LOST_MS = 500, /* unanswered after that, a packet counts as lost */
	ASK_MS = 5000,
	PACKET_MAX = 256
};

#define MS UINT64_C(1000000)

struct sent {
	uint64_t at_ns;	 /* CLOCK_MONOTONIC; 0: none */
	uint32_t rtt_us; /* 0: no answer so far */
};

struct trigger {
	struct agent *agent;
	uv_timer_t timer;
	uv_poll_t poll;
	int fd;
	uint16_t ssid;
	uint32_t seq; /* of the next */
	struct sent ring[RING];
	uint64_t since_ns;    /* the path is this one since then */
	uint64_t path_set_ns; /* which path: agent->primary_set_ns */
	uint64_t quiet_until_ns;
	uint64_t rtt_us; /* the least of the window; 0: no answer */
	double loss;
	unsigned long asked, begun;
};

/* ---- what the window shows ---- */

/* Of the packets sent in [@from, @to) */
struct window {
	unsigned sent, answered;
	uint32_t least_us;
};

static struct window look_back(const struct trigger *t, uint64_t from, uint64_t to)
{
	struct window w = {0};

	for (uint32_t back = 1; back <= RING && back <= t->seq; back++) {
		const struct sent *s = &t->ring[(t->seq - back) % RING];

		if (s->at_ns < from)
			break;
		if (s->at_ns >= to)
			continue;
		w.sent++;
		w.answered += s->rtt_us > 0;
		if (s->rtt_us && (!w.least_us || s->rtt_us < w.least_us))
			w.least_us = s->rtt_us;
	}
	return w;
}

/* Over all the time, not in the mean: the least of the window's RTTs is over the threshold. */
static bool rtt_is_over(struct trigger *t, uint64_t now)
{
	const struct trigger_config *c = &t->agent->trigger_config;
	uint64_t from = now - c->for_ms * MS;
	struct window w = look_back(t, from, now);

	t->rtt_us = w.least_us;
	return c->rtt_ms && t->since_ns <= from && w.answered > 0 &&
	       w.least_us > c->rtt_ms * UINT64_C(1000);
}

/* What was sent just now may still be answered. */
static bool loss_is_over(struct trigger *t, uint64_t now)
{
	const struct trigger_config *c = &t->agent->trigger_config;
	uint64_t to = now - LOST_MS * MS, from = to - c->for_ms * MS;
	struct window w = look_back(t, from, to);

	t->loss = w.sent ? 1 - (double)w.answered / w.sent : 0;
	return c->loss > 0 && t->since_ns <= from && w.sent > 0 && t->loss > c->loss;
}

/* ---- asking the manager ---- */

static void asked(const struct http_answer *answer, void *user)
{
	struct trigger *t = user;
	const char *cause = json_string_value(json_object_get(answer->body, "cause"));
	const char *id = json_string_value(json_object_get(answer->body, "id"));

	t->begun += answer->status == 202;
	log_info("trigger", "status=%u migration=%s cause=%s", answer->status, id ? id : "none",
		 cause		 ? cause
		 : answer->error ? answer->error_text
				 : "none");
}

static void ask(struct trigger *t, const struct ue_player *player)
{
	struct agent *a = t->agent;
	char url[192];
	json_t *body = json_pack("{s:s, s:s, s:s}", "ue", a->config.supi, "app", player->app,
				 "strategy", "dual");
	struct http_call call = {.method = "POST",
				 .url = url,
				 .body = body,
				 .token = a->token,
				 .timeout_ms = ASK_MS};

	snprintf(url, sizeof url, "%s/v1/migrations", a->config.manager_url);
	t->asked++;
	if (http_client_call(a->client, &call, asked, t, NULL) < 0)
		log_warn("trigger", "what=\"no request could be made\"");
	json_decref(body);
}

static void evaluate(struct trigger *t, uint64_t now)
{
	const struct agent *a = t->agent;
	bool rtt = rtt_is_over(t, now), loss = loss_is_over(t, now);

	if ((!rtt && !loss) || now < t->quiet_until_ns)
		return;
	t->quiet_until_ns = now + a->trigger_config.hold_off_ms * MS;
	log_info("trigger", "what=over rtt_us=%llu loss=%.3f", (unsigned long long)t->rtt_us,
		 t->loss);
	for (size_t i = 0; i < a->player_count; i++)
		ask(t, &a->player[i]);
}

/* ---- test packets ---- */

static void send_test(struct trigger *t, uint64_t now)
{
	struct sockaddr_in to = {.sin_family = AF_INET,
				 .sin_port = htons(STAMP_PORT),
				 .sin_addr = t->agent->trigger_config.service};
	struct stamp_test test = {.seq = t->seq, .time_ns = clock_now_ns(), .ssid = t->ssid};
	uint8_t packet[STAMP_LEN];

	stamp_test_encode(&test, packet);
	t->ring[t->seq++ % RING] = (struct sent){.at_ns = now};
	/* What can't be sent is lost. */
	(void)!sendto(t->fd, packet, sizeof packet, MSG_DONTWAIT, (struct sockaddr *)&to,
		      sizeof to);
}

static void tick(uv_timer_t *timer)
{
	struct trigger *t = timer->data;
	uint64_t now = clock_mono_ns();

	/* Another path: what was measured before says nothing of it. */
	if (t->path_set_ns != t->agent->primary_set_ns) {
		t->path_set_ns = t->agent->primary_set_ns;
		t->since_ns = now;
	}
	evaluate(t, now);
	send_test(t, now);
}

static void note_reply(struct trigger *t, const uint8_t *packet, size_t len)
{
	struct stamp_reply reply;
	struct sent *s;
	uint64_t us;

	if (stamp_reply_decode(packet, len, &reply) < 0 || reply.ssid != t->ssid ||
	    t->seq - reply.sender_seq - 1 >= RING)
		return;
	s = &t->ring[reply.sender_seq % RING];
	us = (clock_mono_ns() - s->at_ns) / 1000;
	if (!s->rtt_us)
		s->rtt_us = us ? (uint32_t)us : 1;
}

static void readable(uv_poll_t *poll, int status, int events)
{
	struct trigger *t = poll->data;
	uint8_t packet[PACKET_MAX];
	ssize_t len;

	while ((len = recv(t->fd, packet, sizeof packet, MSG_DONTWAIT)) > 0)
		note_reply(t, packet, (size_t)len);
}

/* ---- start and end ---- */

static int open_socket(struct trigger *t)
{
	t->fd = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (t->fd < 0)
		return -errno;
	return getrandom(&t->ssid, sizeof t->ssid, 0) == sizeof t->ssid ? 0 : -EIO;
}

static int watch(struct trigger *t)
{
	uv_loop_t *loop = &t->agent->daemon.loop;
	int r = uv_timer_init(loop, &t->timer);

	t->timer.data = t;
	if (r == 0)
		r = uv_poll_init(loop, &t->poll, t->fd);
	if (r < 0)
		return r;
	t->poll.data = t;
	uv_poll_start(&t->poll, UV_READABLE, readable);
	uv_timer_start(&t->timer, tick, 0, t->agent->trigger_config.interval_ms);
	return 0;
}

int trigger_start(struct agent *a)
{
	struct trigger *t;
	int r;

	if (!a->trigger_config.interval_ms)
		return 0;
	t = calloc(1, sizeof *t);
	if (!t)
		return -ENOMEM;
	t->agent = a;
	a->trigger = t;
	r = open_socket(t);
	if (r == 0)
		r = watch(t);
	if (r < 0)
		log_error("trigger", "what=\"not started\" error=\"%s\"", strerror(-r));
	return r;
}

static void poll_closed(uv_handle_t *handle)
{
	struct trigger *t = handle->data;

	close(t->fd);
	free(t);
}

static void timer_closed(uv_handle_t *handle)
{
	struct trigger *t = handle->data;

	uv_close((uv_handle_t *)&t->poll, poll_closed);
}

void trigger_stop(struct agent *a)
{
	if (a->trigger && a->trigger->poll.data)
		uv_close((uv_handle_t *)&a->trigger->timer, timer_closed);
	a->trigger = NULL;
}

json_t *trigger_json(const struct agent *a)
{
	const struct trigger *t = a->trigger;

	if (!t)
		return NULL;
	return json_pack("{s:I, s:f, s:I, s:I}", "rtt_us", (json_int_t)t->rtt_us, "loss", t->loss,
			 "asked", (json_int_t)t->asked, "begun", (json_int_t)t->begun);
}

void trigger_metrics(const struct agent *a, FILE *out)
{
	const struct trigger *t = a->trigger;

	if (!t)
		return;
	fprintf(out,
		"# HELP baton_ue_trigger_asked_total Migrations that the trigger asked for.\n"
		"# TYPE baton_ue_trigger_asked_total counter\nbaton_ue_trigger_asked_total %lu\n"
		"# HELP baton_ue_trigger_begun_total Migrations that the manager began for it.\n"
		"# TYPE baton_ue_trigger_begun_total counter\nbaton_ue_trigger_begun_total %lu\n"
		"# HELP baton_ue_service_rtt_seconds Least RTT to the service in the trigger's "
		"window, 0 without an answer.\n"
		"# TYPE baton_ue_service_rtt_seconds gauge\nbaton_ue_service_rtt_seconds %.6f\n",
		t->asked, t->begun, (double)t->rtt_us / 1e6);
}
