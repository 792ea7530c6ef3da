/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Node Reports (TS 29.244 cl. 6.2.9, 7.4.5.1): of user plane paths, a failure to each SMF that has
 * sessions on the path, once; a recovery to each SMF that was told of the failure.
 */
#ifndef BATON_UPF_NODE_REPORT_H
#define BATON_UPF_NODE_REPORT_H

#include "upf/upf.h"

/** upf_node_report_lost - tell @to of a path on which it has a session; nothing if it knows. What
 * it doesn't accept is told again by the next call */
void upf_node_report_lost(struct upf_peer *to, const struct dp_addr *path);
/** upf_node_report_back - tell all that know that @path is lost */
void upf_node_report_back(struct upf *upf, const struct dp_addr *path);
/** upf_node_report_unused - no session sends there any more: nobody is told of its recovery */
void upf_node_report_unused(struct upf *upf, const struct dp_addr *path);
/** upf_node_report_forget - the SMF has lost its memory, or goes */
void upf_node_report_forget(struct upf_peer *of);

#endif
