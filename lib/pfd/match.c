// SPDX-License-Identifier: Apache-2.0
/*
 * What a PFD matches, as far as a data plane can tell.
 */
#include "lib/pfd/pfd.h"

bool pfd_is_detectable(const struct pfd *pfd)
{
	return pfd->n_flow && !pfd->n_url && !pfd->n_domain && !pfd->has_custom;
}

bool pfd_match(const struct pfd *pfd, const struct ipfilter_packet *packet,
	       const struct ipfilter_ue *ue, bool uplink)
{
	if (!pfd_is_detectable(pfd))
		return false;
	for (unsigned int i = 0; i < pfd->n_flow; i++)
		if (ipfilter_match(&pfd->flow[i], packet, ue, uplink != pfd->flow[i].in))
			return true;
	return false;
}
