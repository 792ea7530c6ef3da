// SPDX-License-Identifier: Apache-2.0
#include "testbed/experiment/sample.h"

#include <errno.h>
#include <stdlib.h>

static int read_run(const json_t *run, double **ret_values, size_t *ret_count)
{
	size_t n = json_array_size(run), i;
	json_t *value;

	*ret_values = calloc(n + 1, sizeof(**ret_values));
	if (!*ret_values)
		return -ENOMEM;
	json_array_foreach((json_t *)run, i, value) if (json_is_number(value))(
		*ret_values)[(*ret_count)++] = json_number_value(value);
	return 0;
}

int sample_read(const json_t *point, struct sample *ret)
{
	const json_t *runs = json_object_get(point, "runs");
	size_t n = json_array_size(runs);

	*ret = (struct sample){.values = calloc(n + 1, sizeof(*ret->values)),
			       .counts = calloc(n + 1, sizeof(*ret->counts))};
	if (!ret->values || !ret->counts)
		return -ENOMEM;
	for (size_t i = 0; i < n; i++) {
		size_t *count = &ret->counts[ret->view.runs];

		/* a run without a value is no run */
		if (read_run(json_array_get(runs, i), &ret->values[ret->view.runs], count) < 0)
			return -ENOMEM;
		if (*count)
			ret->view.runs++;
		else
			free(ret->values[ret->view.runs]);
	}
	ret->view.values = (const double *const *)ret->values;
	ret->view.counts = ret->counts;
	ret->scratch = calloc(sample_room(&ret->view), sizeof(*ret->scratch));
	return ret->scratch ? 0 : -ENOMEM;
}

void sample_free(struct sample *s)
{
	for (size_t i = 0; s->values && i < s->view.runs; i++)
		free(s->values[i]);
	free(s->values);
	free(s->counts);
	free(s->scratch);
	*s = (struct sample){0};
}
