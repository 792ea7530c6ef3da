/* SPDX-License-Identifier: Apache-2.0 */
/* The gtp back end inside: which rule sets the driver can do (gtp_session.c), and the rest (gtp.c).
 */
#ifndef BATON_DATAPLANE_GTP_H
#define BATON_DATAPLANE_GTP_H

#include "dataplane/gtp_netlink.h"
#include "dataplane/internal.h"

/**
 * gtp_session_map - the context that a rule set comes to
 * @ret_whole: false for a half session: nothing is installed yet
 *
 * The driver can do one pair of tunnels for one UE address, and no more. A session whose way to N3
 * isn't known yet (no PDR or FAR for it, or a FAR that drops: the gNB's F-TEID comes later, or the
 * UE is idle) is half: it is accepted, and its context made when the rules are whole. Return: 0, or
 * -EOPNOTSUPP with the rule that the driver can't do
 */
int gtp_session_map(const struct dp_session *session, struct gtp_pdp *ret_pdp, bool *ret_whole,
		    struct dp_error *ret_err);

#endif
