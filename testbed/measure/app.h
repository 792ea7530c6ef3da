/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a migration of an application cost the one who uses it, out of the manager's record: the six
 * stages of 001 III-C, the terms of its equations 1 to 3, and what was seen on the screen. Times in
 * microseconds; NAN: not told.
 */
#ifndef BATON_MEASURE_APP_H
#define BATON_MEASURE_APP_H

#include <jansson.h>
#include <stdint.h>

#include "testbed/measure/app_trace.h"

enum { APP_STAGES = 6 };

struct app_result {
	double stage_us[APP_STAGES];   /* initialisation to delayed release */
	uint64_t stage_ns[APP_STAGES]; /* when each began; 0: not told */
	uint64_t t0_ns;		       /* the turn that switched the stream; 0: none did */
	uint64_t first_ns;	       /* its display: of the pictures that passed; 0: none */
	double pre_us, comp_us, migration_us;
	double logic_us;  /* T_comp at the logic server (turn.h); by the cloud, not by the record */
	uint32_t number;  /* of the stream's switch */
	double pull_us;	  /* the image, from the cloud; 0: it was there */
	double frame_us;  /* downtime at the frame level: longest between displays of new pictures,
			     less the frame interval */
	double settle_us; /* until the new stream's frames kept away from the turns */
	double wait_us;	  /* from then on, for pictures that are alike */
	double ssim;	  /* of the pair that passed */
	bool passed;	  /* the SSIM gate: it wasn't forced, and there was one */
	enum app_rest rest; /* of the player, at the switch; by his trace, not by the record */
	double tick_jump;
	double input_before_us, input_after_us; /* input to display, p50 of 2 s before and after */
};

extern const char *const app_stage_name[APP_STAGES];

/** app_result_read - of a migration as GET answers it; borrowed */
struct app_result app_result_read(const json_t *migration);
/** app_rest_text - "yes", "no", "" */
const char *app_rest_text(enum app_rest rest);
/** app_result_none - nothing told */
struct app_result app_result_none(void);
/** app_result_json - returned */
json_t *app_result_json(const struct app_result *a);

#endif
