/* SPDX-License-Identifier: Apache-2.0 */
/* What the UPF announces (UP Function Features, TS 29.244 cl. 8.2.25): a row for each, and where it
 * is. */
#ifndef BATON_UPF_FEATURES_H
#define BATON_UPF_FEATURES_H

#include <stddef.h>
#include <stdint.h>

struct upf_feature {
	const char *name;
	uint64_t bit;	   /* PFCP_UPF_ */
	const char *where; /* the file that implements it */
	uint64_t needs;	   /* other bits without which the standard doesn't allow it */
};

extern const struct upf_feature upf_feature_rows[];
extern const size_t upf_feature_count;

/** upf_features - the rows' bits, but of those that need what there is no row for */
uint64_t upf_features(void);

#endif
