/* SPDX-License-Identifier: Apache-2.0 */
/* What `measure clips` does and looks at in a topology that runs. */
#ifndef BATON_MEASURE_CLIPS_STAGE_H
#define BATON_MEASURE_CLIPS_STAGE_H

#include "testbed/measure/clips.h"
#include "testbed/measure/session.h"

enum { CLIPS_INPUTS = 256 };

struct clips_input {
	uint64_t ns;
	bool rest;
};

/* The player's screen, as its trace tells it */
struct clips_screen {
	char url[64]; /* of the stream-client */
	uint64_t next, inputs_next, pairs_next;
	uint64_t interval_ns;
	char buffer[16];
	struct clip_row *row; /* the newest, in order */
	size_t count, room;
	struct clips_input input[CLIPS_INPUTS]; /* the newest */
	size_t inputs;				/* ever */
	double *ssim;				/* of all pairs since the beginning */
	size_t ssim_count, ssim_room;
};

struct clips_stage {
	struct session s;
	const struct baton_context *ctx;
	struct clips_options o;
	struct clips_screen screen;
	uint64_t began_ns;
	uint32_t last_switch; /* number */
	char migration[24];   /* "": none yet */
	size_t done;	      /* clips */
	json_t *clips;
};

/* ---- clips_screen.c; each sets client->error ---- */

/** clips_screen_open - what it shows from now on; complains; Return: 0 or a negative errno */
int clips_screen_open(struct clips_stage *st);
void clips_screen_close(struct clips_screen *screen);
/** clips_screen_fetch - all that was shown since the last time, and the pairs; Return: 0, -EIO,
 * -ENOMEM */
int clips_screen_fetch(struct clips_stage *st);

/** clips_screen_resting - had the player stopped at @at_ns? */
bool clips_screen_resting(const struct clips_screen *screen, uint64_t at_ns);

/* ---- clips_switch.c ---- */

/** clips_switch - set the scene, switch the stream to the other edge, wait for it; complains
 * @ret: the stream-client's record of the switch, returned
 *
 * Return: 0; -EAGAIN: this one can't be a clip, another may; or a negative errno
 */
int clips_switch(struct clips_stage *st, json_t **ret, double *ret_way_ms);
/** clips_release - end the migration that is held, if there is one */
void clips_release(struct clips_stage *st);

#endif
