/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which stream takes the player's inputs, and the switching signal on its way: what client threads
 * and the selector share. Each client thread calls steering_pump for its own stream between two
 * steps; the selector sends at once, in the turn of the switch; so nothing waits for another
 * thread.
 *
 * The stream that is steered is the one whose session has to be primary. When a ROLE says that it
 * isn't, and no signal is under way there, it is signalled with the number after the newest: both
 * sessions were lost, and the other one came first; or a signal of ours was stale, since somebody
 * had taken its number.
 */
#ifndef BATON_APPS_STREAM_CLIENT_STEERING_H
#define BATON_APPS_STREAM_CLIENT_STEERING_H

#include "apps/stream-client/input_source.h"
#include "apps/stream-client/inputs.h"
#include "apps/stream/control.h"

enum {
	SIGNAL_RESEND_MS = 10,
	SIGNAL_SLOW_MS = 100,	/* once a second has passed without an answer */
	SIGNAL_AGAIN_MS = 1000, /* between two of our own accord: somebody else may want it, too */
	STEERING_SIGNALS = 256, /* whose outcome is kept */
	STEERING_VIEW_MS = 200, /* between two uploads of client-side state */
};

/* How a datagram goes out on a stream; Return: 0 or a negative errno (counted; it is sent again) */
struct steering_wire {
	int (*input)(void *user, const struct control_input *input);
	int (*signal)(void *user, uint32_t number);
	int (*view)(void *user, const char *text, size_t len);
	void *user;
};

struct signal_outcome {
	uint64_t sends, role_ns; /* role_ns: when ROLE answered; 0 not yet */
	bool has_outcome;
	uint8_t outcome; /* enum control_outcome */
};

struct steering;

/** steering_new - @inputs and @source (NULL: none) are borrowed; Return: 0, -ENOMEM */
int steering_new(struct inputs *inputs, struct input_source *source,
		 struct steering **ret_steering);
void steering_free(struct steering *steering);

/** steering_to - inputs go to stream @n from now on; 0: nowhere */
void steering_to(struct steering *steering, uint32_t n);
uint32_t steering_where(struct steering *steering);
/** steering_switch - the switch's part of B11 (v): steer to @n, signal @number there and send what
 * is unacknowledged, all at once; both are repeated by that stream's steering_pump until answered
 */
void steering_switch(struct steering *steering, uint32_t n, uint32_t number, uint64_t now_ns,
		     const struct steering_wire *wire);
/** steering_start - a picture is on the screen: the source's time begins, once inputs are ready */
void steering_start(struct steering *steering, uint64_t now_ns);
/** steering_view - client-side state (B16) to upload while @migrating; text of at most
 * CONTROL_VIEW_MAX octets */
void steering_view(struct steering *steering, bool migrating, const char *text, size_t len);

/** steering_pump - what is due on stream @n; Return: ns until something may be, UINT64_MAX nothing
 */
uint64_t steering_pump(struct steering *steering, uint32_t n, uint64_t now_ns,
		       const struct steering_wire *wire);
/** steering_role - ROLE came on stream @n */
void steering_role(struct steering *steering, uint32_t n, const struct control_role_change *role,
		   uint64_t now_ns);

/** steering_outcome - of the signal with that number; Return: 0, -ENOENT: not signalled, or long
 * ago */
int steering_outcome(struct steering *steering, uint32_t number,
		     struct signal_outcome *ret_outcome);

struct steering_counters {
	uint64_t signals, signal_sends, views, send_errors;
	uint64_t reclaims; /* of the signals, those of our own accord */
};
void steering_counters(struct steering *steering, struct steering_counters *ret_counters);

#endif
