/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BATON_UPF_RELOAD_H
#define BATON_UPF_RELOAD_H

#include "upf/upf.h"

/**
 * upf_reload - serve by another configuration from now on
 * @config: borrowed until the next one, or the end
 *
 * No packet is lost, what waits goes on waiting, what was counted stays. Return: 0; or a negative
 * errno, logged, and then everything is as it was: -EINVAL: it differs in what can't change
 * (upf_config_fixed), or a session doesn't fit it; -EOPNOTSUPP: the back end can't
 */
int upf_reload(struct upf *upf, const struct upf_config *config);

#endif
