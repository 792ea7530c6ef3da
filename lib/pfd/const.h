/* SPDX-License-Identifier: Apache-2.0 */
/* Flags of PFD Contents, in the order of what they announce; internal to lib/pfd. */
#ifndef BATON_PFD_CONST_H
#define BATON_PFD_CONST_H

/* Octet 5, TS 29.244 cl. 8.2.39 */
#define PFD_FLOW	 0x01
#define PFD_URL		 0x02
#define PFD_DOMAIN	 0x04
#define PFD_CUSTOM	 0x08
#define PFD_PROTOCOL	 0x10
#define PFD_MORE_FLOWS	 0x20 /* from here on lists */
#define PFD_MORE_URLS	 0x40
#define PFD_MORE_DOMAINS 0x80

#endif
