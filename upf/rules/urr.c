#include "upf/rules/rules.h"
int upf_urr_read(struct upf_urr *urr, const struct pfcp_urr *ie, struct upf_reading *reading)
{
	urr->id = ie->urr_id;
	return 0;
}
