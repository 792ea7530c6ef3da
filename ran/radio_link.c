// SPDX-License-Identifier: Apache-2.0
#include "ran/radio_link.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/if_packet.h>
#include <net/ethernet.h>
#include <net/if.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <unistd.h>

#include "lib/daemon.h"
#include "lib/log.h"
#include "lib/radio.h"

enum {
	RADIO_ALIVE_MS = 200,  /* how often a silent end says that it is there */
	RADIO_REPEAT_MS = 30,  /* not acknowledged: say it again */
	RADIO_LOST_MS = 1000,  /* nothing heard for so long: lost */
	RADIO_GAP_MS = 1000,   /* numbers don't fit for so long, */
	RADIO_GAP_FRAMES = 20, /* and so often in a row: they never will */
	RECEIVE_BATCH = 32,
};

struct waiting {
	uint16_t seq;
	size_t len;
	uint8_t bytes[RADIO_HEADER_LEN + RADIO_BODY_MAX];
};

struct radio_link {
	char device[IFNAMSIZ];
	unsigned ifindex;
	int fd;
	uint8_t source[6], destination[6];
	bool any_source;
	struct radio_link_events events;
	void *user;
	uv_poll_t poll;
	uv_timer_t timer;
	int handles;
	uint32_t instance, peer_instance;
	uint16_t sent_seq, received_seq;
	struct waiting *queue[RADIO_QUEUE_MAX];
	size_t queued;
	uint64_t heard_ms, spoke_ms, repeat_ms, due_ms;
	uint64_t gap_ms; /* when the first of gap_frames came */
	unsigned gap_frames;
	bool alive, closing;
	struct radio_counters counters;
};

static uint64_t now_ms(const struct radio_link *l)
{
	return uv_now(uv_handle_get_loop((const uv_handle_t *)&l->timer));
}

/* ---- sending ---- */

static void due(uv_timer_t *timer);

static uint64_t earlier(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

/* When something is to be done without being told. What was said or heard meanwhile puts it off,
 * which is found out then: so nothing is set anew for every frame. */
static void wait_for_next(struct radio_link *l)
{
	uint64_t next = l->spoke_ms + RADIO_ALIVE_MS, now = now_ms(l);

	if (l->queued)
		next = earlier(next, l->repeat_ms);
	if (l->alive)
		next = earlier(next, l->heard_ms + RADIO_LOST_MS + 1);
	l->due_ms = next > now ? next : now;
	uv_timer_start(&l->timer, due, l->due_ms - now, 0);
}

static void transmit(struct radio_link *l, const uint8_t *bytes, size_t len)
{
	uint8_t packet[ETH_HLEN + RADIO_HEADER_LEN + RADIO_BODY_MAX];

	memcpy(packet, l->destination, 6);
	memcpy(packet + 6, l->source, 6);
	packet[12] = RADIO_ETHERTYPE >> 8;
	packet[13] = RADIO_ETHERTYPE & 0xff;
	memcpy(packet + ETH_HLEN, bytes, len);
	/* What can't be sent now is repeated. */
	if (send(l->fd, packet, ETH_HLEN + len, MSG_DONTWAIT) > 0)
		l->counters.sent++;
	l->spoke_ms = now_ms(l);
}

/* Acknowledgement and instances are those of the moment of sending, also in what is repeated. */
static void refresh(const struct radio_link *l, uint8_t *bytes)
{
	uint16_t ack = htons(l->received_seq);
	uint32_t to = htonl(l->peer_instance);

	memcpy(bytes + 4, &ack, sizeof ack);
	memcpy(bytes + 12, &to, sizeof to);
}

static void send_alive(struct radio_link *l)
{
	struct radio_frame frame = {.type = RADIO_ALIVE,
				    .ack = l->received_seq,
				    .from = l->instance,
				    .to = l->peer_instance};
	uint8_t bytes[RADIO_HEADER_LEN + RADIO_BODY_MAX];
	size_t len;

	if (radio_frame_encode(&frame, bytes, sizeof bytes, &len) == 0)
		transmit(l, bytes, len);
}

int radio_link_send(struct radio_link *l, const struct radio_frame *wanted)
{
	struct radio_frame frame = *wanted;
	struct waiting *w;
	int r;

	if (l->queued == RADIO_QUEUE_MAX)
		return -ENOBUFS;
	w = malloc(sizeof *w);
	if (!w)
		return -ENOBUFS;
	frame.seq = w->seq = (uint16_t)(l->sent_seq + 1);
	frame.ack = l->received_seq;
	frame.from = l->instance;
	frame.to = l->peer_instance;
	r = radio_frame_encode(&frame, w->bytes, sizeof w->bytes, &w->len);
	if (r < 0) {
		free(w);
		return r;
	}
	l->sent_seq = w->seq;
	l->queue[l->queued++] = w;
	if (l->queued == 1) {
		l->repeat_ms = now_ms(l) + RADIO_REPEAT_MS;
		wait_for_next(l);
	}
	transmit(l, w->bytes, w->len);
	return 0;
}

static void repeat_queue(struct radio_link *l)
{
	for (size_t i = 0; i < l->queued; i++) {
		refresh(l, l->queue[i]->bytes);
		transmit(l, l->queue[i]->bytes, l->queue[i]->len);
		l->counters.repeated++;
	}
}

/* ---- receiving ---- */

static void drop_acknowledged(struct radio_link *l, uint16_t ack)
{
	size_t n = 0;

	while (n < l->queued && (int16_t)(ack - l->queue[n]->seq) >= 0)
		free(l->queue[n++]);
	l->queued -= n;
	memmove(l->queue, l->queue + n, l->queued * sizeof l->queue[0]);
}

static int choose_instance(struct radio_link *l)
{
	do {
		if (getrandom(&l->instance, sizeof l->instance, 0) != sizeof l->instance)
			return -EIO;
	} while (l->instance == 0);
	return 0;
}

/* Numbers start again; what waits was meant for the instance before. */
static void meet_instance(struct radio_link *l, uint32_t instance)
{
	bool known = l->peer_instance != 0;

	l->peer_instance = instance;
	l->received_seq = 0;
	l->gap_frames = 0;
	if (known) {
		drop_acknowledged(l, l->sent_seq);
		l->sent_seq = 0;
	}
	l->events.restarted(l, l->user);
}

/* A new instance of ours, so that both ends count from 1 again. */
static void start_over(struct radio_link *l)
{
	if (choose_instance(l) < 0)
		return;
	log_warn("radio", "device=%s what=\"numbers don't fit, starting over\"", l->device);
	l->counters.started_over++;
	l->received_seq = 0;
	drop_acknowledged(l, l->sent_seq);
	l->sent_seq = 0;
	l->gap_frames = 0;
	l->events.restarted(l, l->user);
}

/*
 * A frame that is lost is repeated, and then numbers fit again. They don't where the ends disagree
 * on what was received: after a frame that only looked as if the other end had sent it.
 */
static void note_gap(struct radio_link *l, uint16_t seq)
{
	if ((uint16_t)(l->received_seq - seq) < RADIO_QUEUE_MAX) /* repeated: received before */
		return;
	if (l->gap_frames++ == 0)
		l->gap_ms = l->heard_ms;
	if (l->gap_frames >= RADIO_GAP_FRAMES && l->heard_ms - l->gap_ms >= RADIO_GAP_MS)
		start_over(l);
}

static void handle(struct radio_link *l, const struct radio_frame *frame)
{
	if (frame->from != l->peer_instance)
		meet_instance(l, frame->from);
	if (l->closing) /* whoever was told has let go of the link */
		return;
	l->heard_ms = now_ms(l);
	if (!l->alive) {
		l->alive = true;
		l->events.alive(l, true, l->user);
	}
	if (l->closing)
		return;
	if (frame->to == l->instance)
		drop_acknowledged(l, frame->ack);
	if (frame->type == RADIO_ALIVE)
		return;
	/* A frame meant for an earlier instance of ours is answered by the number of this one. */
	if ((frame->to != 0 && frame->to != l->instance) ||
	    frame->seq != (uint16_t)(l->received_seq + 1)) {
		l->counters.out_of_order++;
		if (frame->to == l->instance)
			note_gap(l, frame->seq);
		if (!l->closing)
			send_alive(l);
		return;
	}
	l->received_seq = frame->seq;
	l->gap_frames = 0;
	l->counters.received++;
	send_alive(l);
	l->events.frame(l, frame, l->user);
}

static void readable(uv_poll_t *poll, int status, int events)
{
	struct radio_link *l = poll->data;
	uint8_t packet[2048];
	struct radio_frame frame;

	for (int i = 0; i < RECEIVE_BATCH && !l->closing; i++) {
		ssize_t len = recv(l->fd, packet, sizeof packet, MSG_DONTWAIT);

		if (len < 0)
			return;
		if (len < ETH_HLEN ||
		    radio_frame_decode(packet + ETH_HLEN, (size_t)len - ETH_HLEN, &frame) < 0) {
			l->counters.malformed++;
			continue;
		}
		if (l->any_source)
			memcpy(l->destination, packet + 6, 6);
		handle(l, &frame);
	}
}

/* After a stall of our own, which may be one of the whole machine, the other end gets its time to
 * say something. */
static void forgive_stall(struct radio_link *l)
{
	const uint64_t silence_ms = RADIO_LOST_MS - RADIO_ALIVE_MS;
	uint64_t now = now_ms(l);

	if (now - l->due_ms > RADIO_ALIVE_MS && now - l->heard_ms > silence_ms)
		l->heard_ms = now - silence_ms;
}

/* Timers run before what came in is read: it may have been talking all the time. */
static void look_if_lost(struct radio_link *l)
{
	uint64_t now = now_ms(l);

	if (l->alive && now - l->heard_ms > RADIO_LOST_MS)
		readable(&l->poll, 0, UV_READABLE);
	if (l->closing || !l->alive || now - l->heard_ms <= RADIO_LOST_MS)
		return;
	l->alive = false;
	l->events.alive(l, false, l->user);
}

static void due(uv_timer_t *timer)
{
	struct radio_link *l = timer->data;
	uint64_t now = now_ms(l);

	forgive_stall(l);
	look_if_lost(l);
	if (l->closing)
		return;
	if (l->queued && now >= l->repeat_ms) {
		repeat_queue(l);
		l->repeat_ms = now + RADIO_REPEAT_MS;
	} else if (now - l->spoke_ms >= RADIO_ALIVE_MS) {
		send_alive(l);
	}
	wait_for_next(l);
}

/* ---- making and ending ---- */

static int open_socket(struct radio_link *l)
{
	struct sockaddr_ll local = {.sll_family = AF_PACKET,
				    .sll_protocol = htons(RADIO_ETHERTYPE)};
	int ignore_outgoing = 1;

	l->ifindex = if_nametoindex(l->device);
	if (!l->ifindex)
		return -ENODEV;
	l->fd = socket(AF_PACKET, SOCK_RAW | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (l->fd < 0)
		return -errno;
	setsockopt(l->fd, SOL_PACKET, PACKET_IGNORE_OUTGOING, &ignore_outgoing,
		   sizeof ignore_outgoing);
	local.sll_ifindex = (int)l->ifindex;
	return bind(l->fd, (struct sockaddr *)&local, sizeof local) < 0 ? -errno : 0;
}

static void free_if_closed(struct radio_link *l)
{
	if (l->handles > 0)
		return;
	drop_acknowledged(l, l->sent_seq);
	if (l->fd >= 0)
		close(l->fd);
	free(l);
}

static void handle_closed(uv_handle_t *handle)
{
	struct radio_link *l = handle->data;

	l->handles--;
	free_if_closed(l);
}

void radio_link_free(struct radio_link *l)
{
	if (!l)
		return;
	l->closing = true;
	if (l->poll.data)
		uv_close((uv_handle_t *)&l->poll, handle_closed);
	if (l->timer.data)
		uv_close((uv_handle_t *)&l->timer, handle_closed);
	if (l->handles == 0)
		free_if_closed(l);
}

static int start_handles(struct radio_link *l, uv_loop_t *loop)
{
	int r = uv_timer_init(loop, &l->timer);

	if (r < 0)
		return r;
	l->timer.data = l;
	l->due_ms = now_ms(l);
	l->handles++;
	r = uv_poll_init(loop, &l->poll, l->fd);
	if (r < 0)
		return r;
	l->poll.data = l;
	l->handles++;
	r = uv_timer_start(&l->timer, due, 0, 0);
	return r < 0 ? r : uv_poll_start(&l->poll, UV_READABLE, readable);
}

int radio_link_new(uv_loop_t *loop, const struct radio_link_config *config,
		   const struct radio_link_events *events, void *user, struct radio_link **ret_link)
{
	struct radio_link *l = calloc(1, sizeof *l);
	int r;

	if (!l)
		return -ENOMEM;
	l->fd = -1;
	snprintf(l->device, sizeof l->device, "%s", config->device);
	memcpy(l->source, config->source, 6);
	memcpy(l->destination, config->destination, 6);
	l->any_source = config->any_source;
	l->events = *events;
	l->user = user;
	r = choose_instance(l);
	if (r == 0)
		r = open_socket(l);
	if (r == 0)
		r = start_handles(l, loop);
	if (r < 0) {
		radio_link_free(l);
		return r;
	}
	*ret_link = l;
	return 0;
}

unsigned radio_link_ifindex(const struct radio_link *l)
{
	return l->ifindex;
}

const char *radio_link_device(const struct radio_link *l)
{
	return l->device;
}

bool radio_link_alive(const struct radio_link *l)
{
	return l->alive;
}

const struct radio_counters *radio_link_counters(const struct radio_link *l)
{
	return &l->counters;
}

const uint8_t *radio_link_peer(const struct radio_link *l)
{
	return l->destination;
}

uint32_t radio_link_instance(const struct radio_link *l)
{
	return l->instance;
}

uint32_t radio_link_peer_instance(const struct radio_link *l)
{
	return l->peer_instance;
}
