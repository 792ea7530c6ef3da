/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Arrow keys on the controlling terminal become inputs; space: rest, enter: go; the terminal is
 * given back as it was.
 */
#ifndef BATON_APPS_STREAM_CLIENT_KEYBOARD_H
#define BATON_APPS_STREAM_CLIENT_KEYBOARD_H

#include <stddef.h>

#include "apps/stream-client/inputs.h"

struct viewer;
struct keyboard;

/** keyboard_new - Return: 0, -ENXIO without a controlling terminal, or what opening it said */
int keyboard_new(struct viewer *viewer, struct keyboard **ret_keyboard);
void keyboard_free(struct keyboard *keyboard);

/* Octets as a terminal sends them, taken one by one (ECMA-48: ESC [ A to D, and ESC O A to D) */
struct key_parser {
	unsigned seen; /* octets of an escape sequence */
};
/** key_parse - Return: whether @octet ends a key that is an input */
bool key_parse(struct key_parser *parser, unsigned char octet, enum input_kind *ret_input);

#endif
