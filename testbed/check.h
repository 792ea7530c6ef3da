/* SPDX-License-Identifier: Apache-2.0 */
/* baton check: is what runs as it should be? One file for each matter. */
#ifndef BATON_TESTBED_CHECK_H
#define BATON_TESTBED_CHECK_H

#include "testbed/baton.h"

/** check_links_main - every shaped link does what was asked; argv: "links", NODE or NODE:FAR... */
int check_links_main(const struct baton_context *ctx, int argc, char **argv);

#endif
