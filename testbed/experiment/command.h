/* SPDX-License-Identifier: Apache-2.0 */
/* `baton experiment`, `baton report` and `baton compare`; each returns an exit status. */
#ifndef BATON_EXPERIMENT_COMMAND_H
#define BATON_EXPERIMENT_COMMAND_H

#include "testbed/baton.h"

int experiment_main(const struct baton_context *ctx, int argc, char **argv);
int report_main(const struct baton_context *ctx, int argc, char **argv);
int compare_main(const struct baton_context *ctx, int argc, char **argv);

#endif
