/* SPDX-License-Identifier: Apache-2.0 */
/* The values of one point of a series, from its JSON form {"runs": [[..], ..]}. */
#ifndef BATON_EXPERIMENT_SAMPLE_H
#define BATON_EXPERIMENT_SAMPLE_H

#include <jansson.h>

#include "testbed/experiment/bootstrap.h"

struct sample {
	struct sample_runs view;
	double **values;
	size_t *counts;
	double *scratch;
};

/** sample_read - what isn't a number in it is left out; Return: 0 or -ENOMEM; free with
 * sample_free, always */
int sample_read(const json_t *point, struct sample *ret);
void sample_free(struct sample *s);

#endif
