/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The service's input to the forwarder, while the application itself is bound to the very address
 * and port, or will be.
 *
 *   from outside  to ADDRESS:PORT      -> HERE:FORWARDER    clients' requests
 *   to outside    from HERE:FORWARDER  -> ADDRESS:PORT      their answers
 *   to outside    to SOURCE:FORWARDER  -> ADDRESS:PORT      to the source's instance
 *   from outside  from ADDRESS:PORT    -> SOURCE:FORWARDER  its answers
 *
 * Two tc programs on clsact of the node's N6 and WAN interfaces, before routing and after it. HERE
 * and SOURCE are the edges' WAN addresses, so the gate (agents/gate) stays closed all the while:
 * should the forwarder die, nobody reaches the application past it. Nothing else of the node is
 * touched, no rule, no route, no connection tracking; who removes the filters, told by priority and
 * handle, has removed all.
 *
 * At the source, users who are still at its N6 are led to the forwarder as well, over the WAN:
 *
 *   N6, in    to ADDRESS:PORT    -> FORWARDER'S EDGE:FORWARDER
 *   WAN, in   from ADDRESS:PORT  -> from FORWARDER'S EDGE:FORWARDER
 *   N6, out   from there         -> from ADDRESS:PORT
 *
 * (What came in from ADDRESS would come from the node itself.)
 */
#ifndef BATON_FORWARDER_REDIRECT_H
#define BATON_FORWARDER_REDIRECT_H

#include <netinet/in.h>
#include <stdint.h>

enum {
	FORWARDER_PORT_BASE = 17000, /* and the application's number */
	REDIRECT_PRIORITY = 2,	     /* after the shaper's, which hands its packets on */
	REDIRECT_HANDLE_BASE = 0xf0000,
};

struct redirect {
	const char *wan, *n6; /* interfaces; n6 "": none */
	struct in_addr service, here, source;
	uint16_t service_port, port; /* host order */
	unsigned number;	     /* of the application: its filters' handle */
};

/** redirect_attach - replaces one that is there; on failure nothing is; Return: 0 or a negative
 * errno */
int redirect_attach(const struct redirect *r);
/** redirect_divert - at the source; @r's source is the forwarder's edge. Removed by redirect_remove
 */
int redirect_divert(const struct redirect *r);
/** redirect_stop_input - what comes from outside goes its own way; the forwarder's answers still
 * seem to be the service's */
int redirect_stop_input(const struct redirect *r);
/** redirect_remove - only interfaces and number are looked at; Return: 0, also when nothing was
 * there */
int redirect_remove(const struct redirect *r);

#endif
