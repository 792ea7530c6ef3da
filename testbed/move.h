/* SPDX-License-Identifier: Apache-2.0 */
/* Handing a UE over to another gNB: asked of the gNB that serves it (docs/contracts.md, gnb). */
#ifndef BATON_TESTBED_MOVE_H
#define BATON_TESTBED_MOVE_H

#include <jansson.h>

#include "testbed/run.h"

struct move_error {
	char text[320]; /* what is wrong, for people */
	char cause[48]; /* of the gNB's problem details, or "" */
};

/** move_serving - the name of the gNB that a UE is attached to; Return: 0 or -EIO with @err */
int move_serving(const struct topology *t, const struct run *run, unsigned ue, char *ret_gnb,
		 size_t size, struct move_error *err);
/**
 * move_ue - and wait until it is there
 * @ret_answer: the source gNB's, returned; NULL: the UE was there already
 *
 * Return: 0, or -EIO with @err: the UE is where it was, or as @err says
 */
int move_ue(const struct topology *t, const struct run *run, unsigned ue, unsigned gnb,
	    json_t **ret_answer, struct move_error *err);

#endif
