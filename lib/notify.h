/* SPDX-License-Identifier: Apache-2.0 */
/* sd_notify(3)'s protocol over a path socket, which crosses network namespaces: the sender's side. */
#ifndef BATON_LIB_NOTIFY_H
#define BATON_LIB_NOTIFY_H

/** notify_send - "READY=1\nSTATUS=..." to $NOTIFY_SOCKET; Return: 0 also when there is none, else a negative errno */
int notify_send(const char *state);

#endif
