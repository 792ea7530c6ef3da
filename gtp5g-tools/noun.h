/* SPDX-License-Identifier: Apache-2.0 */
/* What the tools deal with: the rules of gtp5g and the tunnels of the mainline driver, each with
 * its table of fields. */
#ifndef BATON_GTP5G_TOOLS_NOUN_H
#define BATON_GTP5G_TOOLS_NOUN_H

#include "lib/gtp5g/gtp5g.h"
#include "lib/netlink/gtp.h"

enum driver { DRIVER_GTP5G, DRIVER_GTP, DRIVERS };
extern const char *const driver_names[DRIVERS]; /* of links: "gtp5g", "gtp" */

/* A context of the mainline driver, as a record (lib/gtp5g/field.h) */
struct tunnel {
	uint64_t has;
	struct gtp_pdp pdp;
};
enum { TUNNEL_UE, TUNNEL_TEID, TUNNEL_PEER_TEID, TUNNEL_PEER };

struct noun {
	const char *name;
	enum driver driver;
	enum gtp5g_kind kind;		     /* of DRIVER_GTP5G */
	const struct gtp5g_table *own_table; /* NULL: its kind's, see noun_table */
	const char *key;		     /* how a record is named: "[SEID:]ID" */
	const char *help;
};

/* In the order in which they can be made: a PDR rests on all others. Ended by a row without a name.
 */
extern const struct noun nouns[];

const struct gtp5g_table *noun_table(const struct noun *noun);
/** noun_find - NULL when there is none of that name */
const struct noun *noun_find(const char *name);

enum verb { VERB_ADD, VERB_MOD, VERB_DEL, VERB_GET, VERB_LIST, VERBS };
extern const char *const verb_names[VERBS];
/** verb_find - VERBS when there is none of that name */
enum verb verb_find(const char *name);

#endif
