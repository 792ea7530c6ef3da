/* SPDX-License-Identifier: Apache-2.0 */
/* What a form makes of a document, made and thrown away */
#ifndef BATON_TESTS_FUZZ_PRINT_H
#define BATON_TESTS_FUZZ_PRINT_H

#include <jansson.h>
#include <stdio.h>

void print(int (*form)(const json_t *, FILE *), const json_t *what);

#endif
