/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The module itself: its version, links, rules, reports. A handle works in the network namespace in
 * which it was opened; all calls need CAP_NET_ADMIN.
 *
 * Nothing is sent that the module is known to crash on or to leave its locks held after: what a
 * request rests on is asked for before it. Between the two somebody else may delete it; rules of
 * one link are one owner's.
 */
#ifndef BATON_GTP5G_KERNEL_H
#define BATON_GTP5G_KERNEL_H

#include "lib/gtp5g/gtp5g.h"

struct gtp5g;

/**
 * gtp5g_open - Return: 0, -ENOENT when the module isn't loaded (where it is installed this loads
 * it), -EPERM, ...
 *
 * Any version will do here: see gtp5g_support.
 */
int gtp5g_open(struct gtp5g **ret_gtp5g);
void gtp5g_close(struct gtp5g *g);

const char *gtp5g_version_text(const struct gtp5g *g); /* "0.10.2" */
uint32_t gtp5g_version(const struct gtp5g *g);	       /* never 0: GTP5G_VERSION_UNKNOWN */

enum gtp5g_support {
	GTP5G_SUPPORTED,
	GTP5G_OLDER, /* than 0.9.3: other attributes */
	GTP5G_NEWER, /* than 0.10: nobody has looked */
};
enum gtp5g_support gtp5g_support(uint32_t version);

/** gtp5g_why - after a call that failed, in words: what it was refused for here, or the kernel's
 * errno told */
const char *gtp5g_why(const struct gtp5g *g);

/**
 * gtp5g_link_add - a link on a UDP socket
 * @udp_fd: bound, and kept open as long as the link lives: with the socket gone the module
 * dereferences NULL for the next PDR
 * @ran:    the access side: its own packets are told by their source address
 * @hash_size: not 0
 *
 * Return: 0, -EEXIST, -EBUSY: the socket has a link, -EINVAL: a name that the module would fall
 * over (no more than letters, digits, '_', '-' and '.'), -EOPNOTSUPP: no module
 */
int gtp5g_link_add(struct gtp5g *g, const char *name, int udp_fd, bool ran, uint32_t hash_size);

/**
 * gtp5g_rule_add, gtp5g_rule_mod - make a rule, or change the fields that @rule has; gtp5g_check is
 * part of it
 *
 * QERs and URRs of a PDR are added to by mod, never taken away; a filter can't be taken away, and
 * its FAR stays the one it has (what that FAR does may be changed). A BAR is deleted and made anew:
 * the module keeps its locks after a change of one, and so all of the machine's links (bar.c of
 * every version). A URR's volumes are sent with those beside them, which the module would forget.
 *
 * Return: 0, -EEXIST, -ENOENT: no such rule, or none that it refers to, -ENODEV: @ifindex is no
 * link of the module, -EINVAL, -EOPNOTSUPP: with gtp5g_why
 */
int gtp5g_rule_add(struct gtp5g *g, unsigned ifindex, const struct gtp5g_rule *rule);
int gtp5g_rule_mod(struct gtp5g *g, unsigned ifindex, const struct gtp5g_rule *rule);
/** gtp5g_rule_del - @ret_report: NULL, or of a URR its last report (its @has is 0 when there was
 * none) */
int gtp5g_rule_del(struct gtp5g *g, unsigned ifindex, enum gtp5g_kind kind, uint64_t seid,
		   uint32_t id, struct gtp5g_report *ret_report);
int gtp5g_rule_get(struct gtp5g *g, unsigned ifindex, enum gtp5g_kind kind, uint64_t seid,
		   uint32_t id, struct gtp5g_rule *ret_rule);
/**
 * gtp5g_rule_list - all of a kind, of every link of the namespace: the module doesn't say which
 * link's a rule is
 *
 * @odd: called for one that isn't understood, with what gtp5g_rule_take could read of its name and
 * what it returned; the others follow
 *
 * Rules may come twice. With several links, and more rules than fit in one message (some hundred),
 * the module leaves some of the second link's out (gtp5g_genl_dump_*: the bucket it goes on from is
 * the first link's).
 */
int gtp5g_rule_list(struct gtp5g *g, enum gtp5g_kind kind,
		    int (*each)(const struct gtp5g_rule *rule, void *user),
		    void (*odd)(const struct gtp5g_rule *name, int rc, void *user), void *user);

/** gtp5g_report_get - what a URR counted since it was last asked; its counters begin anew */
int gtp5g_report_get(struct gtp5g *g, unsigned ifindex, uint64_t seid, uint32_t urr,
		     struct gtp5g_report *ret_report);
int gtp5g_statistics_get(struct gtp5g *g, unsigned ifindex,
			 struct gtp5g_statistics *ret_statistics);

/* What the module says by itself: reports, and packets of FARs that buffer */
struct gtp5g_listener;
struct gtp5g_listener_ops {
	void (*on_packet)(const struct gtp5g_packet *packet, void *user);
	void (*on_report)(const struct gtp5g_report *report, void *user);
};
int gtp5g_listen(struct gtp5g_listener **ret_listener);
int gtp5g_listener_fd(const struct gtp5g_listener *listener);
/**
 * gtp5g_listener_read - hand one message on; waits for one unless the descriptor is readable
 * Return: 0, -ENOBUFS: some were lost, -EBADMSG: it wasn't understood, ...
 */
int gtp5g_listener_read(struct gtp5g_listener *listener, const struct gtp5g_listener_ops *ops,
			void *user);
void gtp5g_listener_close(struct gtp5g_listener *listener);

#endif
