/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The store of PFDs: which packets are an application's (TS 29.244 cl. 6.2.5). One for the whole
 * UPF: what any CP function provisions holds for the sessions of all (cl. 6.2.5.1), so it isn't
 * kept by CP function, doesn't go with an association, and the last one to name an application has
 * said what it is. A request names whole applications (there is no partial one on N4), and is taken
 * whole or not at all.
 *
 * Only flow descriptions can be detected. A PFD that has anything else beside them (URL, domain
 * name, custom) would be taken for more than it means by its flows alone, so it is counted and left
 * out; an application with no other is refused, since no packet would ever be its.
 */
#ifndef BATON_UPF_PFDS_H
#define BATON_UPF_PFDS_H

#include <uthash.h>

#include "lib/ipfilter/ipfilter.h"
#include "lib/pfcp/pfcp.h"

enum {
	UPF_APPLICATIONS_MAX = 256,
	UPF_APPLICATION_FLOWS_MAX = 128, /* of one: as many filters as a session can have */
	UPF_PFD_FLOWS_MAX = 8192,	 /* of all */
};

/**
 * struct upf_application - what upf_pfds_find() gives; good until the next request
 * @flow: @n_flow of them, at least one: a packet that any of them matches is the application's
 * @left_out: PFDs that can't be detected
 */
struct upf_application {
	char id[PFCP_MAX_NAME + 1];
	size_t n_flow, left_out;
	struct ipfilter *flow;
	UT_hash_handle hh;
};

struct upf_pfds {
	struct upf_application *by_id;
	size_t flows; /* of all */
	/* Called for each application that is another now, or gone: after all of a request is
	 * taken. For rules that name it. NULL: nobody asks */
	void (*changed)(const char *application_id, void *user);
	void *user;
};

/** upf_pfds_find - Return: NULL: not provisioned (cause 81 for a rule that names it) */
const struct upf_application *upf_pfds_find(const struct upf_pfds *pfds,
					    const char *application_id);

/**
 * upf_pfds_update - what a PFD Management Request asks for, whole or not at all
 * @ret_offending_ie: of a refusal; 0: none
 * @ret_text:	      static text of a refusal
 *
 * Return: enum pfcp_cause
 */
uint8_t upf_pfds_update(struct upf_pfds *pfds, const struct pfcp_pfd_management_request *request,
			uint16_t *ret_offending_ie, const char **ret_text);

/** upf_pfds_restore - an application as it was once: @n_flow flows at @flows, not aligned; in place
 * of what there is by that id. Nobody is told; Return: 0, -ENOSPC, -ENOMEM */
int upf_pfds_restore(struct upf_pfds *pfds, const char *id, size_t left_out, const void *flows,
		     size_t n_flow);
/** upf_pfds_forget - the same, to none */
void upf_pfds_forget(struct upf_pfds *pfds, const char *id);
void upf_pfds_done(struct upf_pfds *pfds);

#endif
