/* SPDX-License-Identifier: Apache-2.0 */
/* What link-shaper, its tc programs and who looks whether they are there agree on. */
#ifndef BATON_SHAPE_REDIRECT_H
#define BATON_SHAPE_REDIRECT_H

#define SHAPER_MARK 0xba5aba5au /* of packets that the shaper sends on; a veth clears it */
/* Of packets on their way to the shaper, on lo, with the port's ifindex in the lower bits */
#define SHAPER_TAKEN	  0xb5000000u
#define SHAPER_TAKEN_MASK 0xff000000u
#define SHAPER_LO	  1 /* lo's ifindex, in every network namespace */

/* Its filters: the first on the hook, since others may end the walk; those see the packet when it comes back */
#define SHAPER_PRIORITY 1
#define SHAPER_HANDLE	0xba5a

#endif
