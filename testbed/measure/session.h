/* SPDX-License-Identifier: Apache-2.0 */
/* One `baton measure switch` from beginning to end: what it was told, where it is, what it has. */
#ifndef BATON_MEASURE_SESSION_H
#define BATON_MEASURE_SESSION_H

#include <errno.h>
#include <time.h>

#include "lib/daemon.h"
#include "testbed/measure/place.h"

enum { RETRY_MS = 50 /* before a daemon that did not answer is asked again */ };

struct session {
	struct measure_options options;
	struct place place;
	struct client client;
	struct report report;
	struct probe *probe;
	struct tap *tap;
	struct tcp_flow *tcp; /* NULL: none was asked for */
	uint16_t ssid;
	uint64_t noise_start_ns, noise_length_ns;
	size_t noise_windows; /* that were whole */
	char at[64];	      /* edge of the primary session */
	bool (*interrupted)(void);
};

/** session_migrate - switch the UE to the other edge and await the migration's end; complains
 * @event: its mode is said; the rest is written
 *
 * Return: 0 when it has ended, which its state tells how; -ENOENT when it could not be begun; -EIO
 * when it is not known to have ended (state "unknown")
 */
int session_migrate(struct session *s, struct switch_event *event);

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
