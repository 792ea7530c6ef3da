/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The control protocol: one JSON request a line, one JSON answer a line.
 *
 *   {"set": {"node": N, "interface": I, "shape": {KEY: VALUE or null, ...}}}  -> {"ok": true,
 * "backend": B}
 *   {"get": {}}    -> {"ports": [...], "behind": n, "changes": {...}}
 *   {"start": {}}, {"stop": {}}                                               -> {"ok": true}
 *   whatever is wrong                                       -> {"ok": false, "error": TEXT}
 */
#ifndef BATON_LINK_SHAPER_CONTROL_H
#define BATON_LINK_SHAPER_CONTROL_H

#include "link-shaper/shaper.h"

enum { CONTROL_REQUEST_MAX = 65536 };

/**
 * control_answer - carry out one request
 * @ret_changed: whether what a successor needs to know has changed
 *
 * Return: the answer, new reference; NULL only without memory
 */
json_t *control_answer(struct shaper *s, const char *text, size_t len, uint64_t now_us,
		       bool *ret_changed);

#endif
