/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BATON_MM_CONFIG_H
#define BATON_MM_CONFIG_H

#include "migration-manager/manager.h"

/** config_load - the file and the token it names; Return: 0 or a negative errno, logged */
int config_load(struct manager *mm);

#endif
