/* SPDX-License-Identifier: Apache-2.0 */
/* What link-shaper and its tc programs agree on. */
#ifndef BATON_LINK_SHAPER_REDIRECT_H
#define BATON_LINK_SHAPER_REDIRECT_H

#define SHAPER_MARK 0xba5aba5au /* of packets that the shaper sends on; a veth clears it */
/* The tap of a port has the port's ifindex with this bit: one program serves all, without a map. */
#define SHAPER_TAP_BIT (1u << 30)

#endif
