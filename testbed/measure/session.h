/* SPDX-License-Identifier: Apache-2.0 */
/* One measurement from beginning to end: what it was told, where it is, what it has. */
#ifndef BATON_MEASURE_SESSION_H
#define BATON_MEASURE_SESSION_H

#include <errno.h>
#include <time.h>

#include "lib/daemon.h"
#include "testbed/measure/app_trace.h"
#include "testbed/measure/place.h"
#include "testbed/measure/watch.h"

enum {
	RETRY_MS = 50, /* before a daemon that did not answer is asked again */
	STREAM_CLIENT_PORT = 8093,
};

struct session {
	struct measure_options options;
	struct place place;
	int lock; /* of the UE; negative: not held, or a storm's */
	struct client client;
	struct report report;
	struct probe *probe;
	struct tap *tap;
	struct tcp_flow *tcp; /* NULL: none was asked for */
	uint16_t ssid;	      /* of the first UE; the others count up */
	uint64_t noise_start_ns, noise_length_ns;
	size_t noise_windows;	/* that were whole */
	char at[64];		/* edge of the primary session; of a switch alone */
	unsigned target;	/* of the handover under way: the gNB's node */
	struct app_trace trace; /* of the player, around the last switch */
	size_t recordings;	/* of how alike pictures are */
	struct watch watch;
};

/* ---- session.c ---- */

/** session_catch_interrupt - a first Ctrl-C ends the measurement after the switch under way; what
 * was measured is told */
void session_catch_interrupt(void);
bool session_interrupted(void);
/** session_progress - on stderr, unless --quiet */
void session_progress(const struct session *s, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* Before the first probe; each complains; Return: 0 or a negative errno */

/** session_folder - that of --out can be written */
int session_folder(const struct session *s);
/** session_prepare - an empty report with room for @events, a run for each of @ues, their SSIDs */
int session_prepare(struct session *s, size_t ues, size_t events);
/** session_await_agents - the edges, and that of the primary session of node @ue, into run @u */
int session_await_agents(struct session *s, size_t u, unsigned ue, char *ret_at, size_t size);

/* While probes are sent */

/** session_listen - the noise floor: so many windows without a switch */
void session_listen(struct session *s, size_t windows);
/** session_fetch - what reflectors saw so far. Between two windows, so that answering costs no
 * probe its time; what can't be had now is asked for again. */
void session_fetch(struct session *s);
/** session_look_around - what shapes the links and which daemons run, given to session_drain */
json_t *session_look_around(struct session *s);
/** session_drain - no more probes; wait for the last; compare @before, given, with what is now */
void session_drain(struct session *s, json_t *before);

/** session_finish - end it all, work it out, tell it; @measured: negative when something failed;
 * Return: an exit status */
int session_finish(struct session *s, int measured);

/** session_compute - the samples into the report (session_compute.c); complains; Return: 0 or a
 * negative errno */
int session_compute(struct session *s);

/* ---- the measurements; Return: an exit status ---- */
int switch_run(struct session *s);
int storm_run(struct session *s);
/** bytes_run, play_run - they take no session but its options and place */
int bytes_run(struct session *s);
int play_run(struct session *s);

/** session_migrate - switch the UE to the other edge and await the migration's end; complains
 * @event: its mode is said; the rest is written
 *
 * Return: 0 when it has ended, which its state tells how; -ENOENT when it could not be begun; -EIO
 * when it is not known to have ended (state "unknown")
 */
int session_migrate(struct session *s, struct switch_event *event);
/** session_ask - begin a migration, again while the manager isn't there or knows too little yet;
 * complains; Return: 0 with its id, or -EIO */
int session_ask(struct session *s, const struct client_migration *migration, char ret_id[24]);
/** session_await_end - its record when it has ended, returned; NULL, having complained: it did not
 * within the time, or the topology is gone */
json_t *session_await_end(struct session *s, const char *id, uint64_t timeout_ms);
/** session_mode_hands_over - "handover", or a mode with "+handover" behind it */
bool session_mode_hands_over(const char *mode);
/** session_move - hand the UE over to another gNB in its reach; @ret_answer: the source's;
 * complains; Return: 0 or negative errno */
int session_move(struct session *s, json_t **ret_answer);
/** session_save_screen - with an application and --out: DIR/report-screen.png; complains (screen.c)
 */
void session_save_screen(struct session *s);
/* Of the application's player; nothing without one (follow.c) */

/** session_follow - from now on its trace is read; complains; Return: 0 or negative errno */
int session_follow(struct session *s);
/** session_follow_on - the trace to its end, since an answer has so many rows and no more; complains
 * @also: what else an answer is for, which complains, too; negative ends it; or NULL
 *
 * Return: 0 or negative errno
 */
int session_follow_on(struct session *s, int (*also)(const json_t *answer, void *user), void *user);
/** session_note_inputs - those around the switch of @event, which has just ended; what can't be had
 * is complained of */
void session_note_inputs(struct session *s, struct switch_event *event);
/** session_record - with --record-ssim: a migration one way and one back, each with both streams
 * held so long; complains; Return: 0 or negative errno */
int session_record(struct session *s);

/** session_handover - the same as a switch of its own; as session_migrate */
int session_handover(struct session *s, struct switch_event *event);
/** session_note_end - what the ended migration's record @migration says, into @event; @hold_ms:
 * that was asked for */
void session_note_end(struct switch_event *event, const json_t *migration, uint64_t hold_ms);

/* The whole time, also over an interrupt */
static inline void pause_ms(uint64_t ms)
{
	struct timespec left = {(time_t)(ms / 1000), (long)(ms % 1000) * 1000000};

	while (nanosleep(&left, &left) < 0 && errno == EINTR)
		;
}

static inline uint64_t deadline_in(uint64_t ms)
{
	return clock_mono_ns() + ms * UINT64_C(1000000);
}

#endif
