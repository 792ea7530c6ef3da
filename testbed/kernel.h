/* SPDX-License-Identifier: Apache-2.0 */
/* What this kernel can do, found by trying it in a namespace that is thrown away. */
#ifndef BATON_TESTBED_KERNEL_H
#define BATON_TESTBED_KERNEL_H

#include <stdbool.h>

/** kernel_try - run @attempt in a child with network and mount namespaces of its own; Return: its answer, 0 or a negative errno */
int kernel_try(int (*attempt)(void));

/* Attempts */
int kernel_try_veth(void);
int kernel_try_bridge(void);
int kernel_try_tbf(void);
int kernel_try_netem(void);
int kernel_try_clsact(void);
int kernel_try_policy(void);  /* rules and tables beyond main */
int kernel_try_namespaces(void); /* PID and UTS as well */

#endif
