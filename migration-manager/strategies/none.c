// SPDX-License-Identifier: Apache-2.0
/*
 * none: the session switch alone. The application is taken to run at both edges already, or to have
 * no state, so nothing is brought across and T_comp is zero.
 */
#include "migration-manager/step.h"

const struct strategy strategy_none = {.name = "none", .hold_ms = 200};
