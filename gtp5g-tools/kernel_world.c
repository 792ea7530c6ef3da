// SPDX-License-Identifier: Apache-2.0
#include "gtp5g-tools/kernel_world.h"

#include <errno.h>
#include <stdarg.h>
#include <string.h>

static int say(struct complaint *ret_why, int rc, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
static int say(struct complaint *ret_why, int rc, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(ret_why->text, sizeof(ret_why->text), format, args);
	va_end(args);
	return rc;
}

static const char no_root[] = "this needs root (CAP_NET_ADMIN)";

/* ---- drivers ---- */

/* "gtp5g 0.9.2 is older than 0.9.3" */
static void say_older(const struct gtp5g *gtp5g, char *buf, size_t size)
{
	if (gtp5g_version(gtp5g) == GTP5G_VERSION_UNKNOWN)
		snprintf(buf, size, "gtp5g doesn't tell its version, as one older than 0.9.3");
	else
		snprintf(buf, size, "gtp5g %s is older than 0.9.3", gtp5g_version_text(gtp5g));
}

static int check_version(struct kernel_world *k, struct complaint *ret_why)
{
	const enum gtp5g_support support = gtp5g_support(gtp5g_version(k->gtp5g));
	char text[160];

	if (support == GTP5G_SUPPORTED)
		return 0;
	if (support == GTP5G_NEWER)
		snprintf(text, sizeof(text),
			 "gtp5g %s is newer than 0.10, the newest that is known here",
			 gtp5g_version_text(k->gtp5g));
	else
		say_older(k->gtp5g, text, sizeof(text));
	if (support == GTP5G_OLDER && !k->force)
		return say(ret_why, -EOPNOTSUPP,
			   "%s, whose messages these are; --force tries all the same", text);
	k->warn(text);
	return 0;
}

int kernel_world_gtp5g(struct kernel_world *k, struct complaint *ret_why)
{
	int rc;

	if (k->gtp5g)
		return 0;
	rc = gtp5g_open(&k->gtp5g);
	if (rc == -ENOENT)
		return say(ret_why, rc, "the module gtp5g isn't loaded");
	if (rc)
		return say(ret_why, rc, "gtp5g: %s", rc == -EPERM ? no_root : strerror(-rc));
	rc = check_version(k, ret_why);
	if (rc) {
		gtp5g_close(k->gtp5g);
		k->gtp5g = NULL;
	}
	return rc;
}

int kernel_world_gtp(struct kernel_world *k, struct complaint *ret_why)
{
	int rc;

	if (k->gtp)
		return 0;
	rc = gtp_netlink_open(&k->gtp);
	if (rc == -ENOENT)
		return say(ret_why, rc, "this kernel has no gtp driver");
	return rc ? say(ret_why, rc, "gtp: %s", strerror(-rc)) : 0;
}

/* ---- links ---- */

int kernel_world_link(struct kernel_world *k, const char *device, const struct link **ret_link,
		      struct complaint *ret_why)
{
	int rc = 0;

	*ret_link = &k->link;
	/* asked for once: a batch is about few. Until the first there is none, not even of no name.
	 */
	if (!k->link.ifindex || strcmp(k->link.name, device) != 0)
		rc = links_find(k->nl, device, &k->link);
	if (!rc)
		return 0;
	memset(&k->link, 0, sizeof(k->link));
	/* -EINVAL: no name that a link could have */
	if (rc == -ENODEV || rc == -EINVAL)
		return say(ret_why, -ENODEV, "there is no link %s", *device ? device : "''");
	if (rc == -EMEDIUMTYPE)
		return say(ret_why, rc, "%s is a link, but neither of gtp5g nor of gtp", device);
	return say(ret_why, rc, "%s: %s", device, strerror(-rc));
}

static int world_driver(void *user, const char *device, enum driver *ret_driver,
			struct complaint *ret_why)
{
	const struct link *link;
	int rc = kernel_world_link(user, device, &link, ret_why);

	if (rc)
		return rc;
	*ret_driver = link->driver;
	/* the requests' checks want its version */
	return link->driver == DRIVER_GTP5G ? kernel_world_gtp5g(user, ret_why) : 0;
}

static uint32_t world_version(void *user)
{
	struct kernel_world *k = user;

	return k->gtp5g ? gtp5g_version(k->gtp5g) : 0;
}

/* The module takes a reference of the socket for each new PDR without looking whether there is one
 * (gtp5g_genl_add_pdr, genl_pdr.c) */
static int check_held(const struct link *link, struct complaint *ret_why)
{
	if (link->held == HELD_YES || link->held == HELD_PERHAPS)
		return 0;
	return say(
		ret_why, -ENOTCONN,
		"nobody holds the UDP socket of %s any more%s: the module would dereference NULL; "
		"make the link anew",
		link->name, link->held == HELD_NO ? ", the process of its link add is gone" : "");
}

/* ---- requests ---- */

/* Its link and its driver */
static int prepare(struct kernel_world *k, const struct request *request,
		   const struct link **ret_link, struct complaint *ret_why)
{
	int rc = kernel_world_link(k, request->device, ret_link, ret_why);

	if (rc)
		return rc;
	if ((*ret_link)->driver != request->noun->driver)
		return say(ret_why, -EOPNOTSUPP, "%s is a link of %s, which has no %s",
			   request->device, driver_names[(*ret_link)->driver], request->noun->name);
	return request->noun->driver == DRIVER_GTP5G ? kernel_world_gtp5g(k, ret_why)
						     : kernel_world_gtp(k, ret_why);
}

static int get_rule(struct kernel_world *k, const struct link *link, const struct request *name,
		    struct request *ret_request, struct complaint *ret_why)
{
	int rc = gtp5g_rule_get(k->gtp5g, link->ifindex, name->noun->kind, name->rule.seid,
				name->rule.id, &ret_request->rule);

	if (rc)
		return say(ret_why, rc, "%s: %s", name->device, gtp5g_why(k->gtp5g));
	request_derive(ret_request, link->role == ROLE_RAN);
	return 0;
}

static const uint64_t whole_tunnel =
	1 << TUNNEL_UE | 1 << TUNNEL_TEID | 1 << TUNNEL_PEER_TEID | 1 << TUNNEL_PEER;

static int say_tunnel(const struct request *request, int rc, struct complaint *ret_why)
{
	char name[64];

	request_name(request, name, sizeof(name));
	switch (rc) {
	case 0:
		return 0;
	case -ENOENT:
		return say(ret_why, rc, "there is no %s", name);
	case -EEXIST:
		return say(ret_why, rc, "%s: the link has a tunnel of that address or TEID", name);
	case -EAFNOSUPPORT:
		return say(ret_why, rc,
			   "%s: the link has a tunnel of that address, but none of GTP version 1 "
			   "with an IPv4 peer, and no others are known here",
			   name);
	case -EPERM:
		return say(ret_why, rc, "%s", no_root);
	default:
		return say(ret_why, rc, "the driver refuses %s: %s", name, strerror(-rc));
	}
}

static int get_tunnel(struct kernel_world *k, const struct link *link, const struct request *name,
		      struct request *ret_request, struct complaint *ret_why)
{
	int rc = gtp_pdp_get(k->gtp, link->ifindex, name->tunnel.pdp.ue, &ret_request->tunnel.pdp);

	ret_request->tunnel.has = whole_tunnel;
	return say_tunnel(name, rc, ret_why);
}

int kernel_world_get(struct kernel_world *k, const struct request *name,
		     struct request *ret_request, struct complaint *ret_why)
{
	const struct link *link;
	int rc = prepare(k, name, &link, ret_why);

	if (rc)
		return rc;
	*ret_request = *name;
	ret_request->verb = VERB_ADD;
	return name->noun->driver == DRIVER_GTP5G ? get_rule(k, link, name, ret_request, ret_why)
						  : get_tunnel(k, link, name, ret_request, ret_why);
}

static int world_exists(void *user, const struct request *name, struct complaint *ret_why)
{
	struct request found;

	return kernel_world_get(user, name, &found, ret_why);
}

static int apply_rule(struct kernel_world *k, const struct link *link,
		      const struct request *request, bool quiet, struct complaint *ret_why)
{
	const struct gtp5g_rule *rule = &request->rule;
	struct gtp5g_report report = {0};
	int rc = 0;

	if (request->verb == VERB_ADD && request->noun->kind == GTP5G_PDR)
		rc = check_held(link, ret_why);
	if (rc)
		return rc;
	if (request->verb == VERB_ADD)
		rc = gtp5g_rule_add(k->gtp5g, link->ifindex, rule);
	else if (request->verb == VERB_MOD)
		rc = gtp5g_rule_mod(k->gtp5g, link->ifindex, rule);
	else
		rc = gtp5g_rule_del(k->gtp5g, link->ifindex, rule->kind, rule->seid, rule->id,
				    &report);
	if (rc)
		return say(ret_why, rc, "%s: %s", request->device, gtp5g_why(k->gtp5g));
	if (report.has && !quiet)
		k->on_report(k->json, request->device, &report);
	return 0;
}

static int apply_tunnel(struct kernel_world *k, const struct link *link,
			const struct request *request, struct complaint *ret_why)
{
	int rc = request->verb == VERB_ADD
			 ? gtp_pdp_add(k->gtp, link->ifindex, &request->tunnel.pdp)
			 : gtp_pdp_del_ue(k->gtp, link->ifindex, request->tunnel.pdp.ue);

	return say_tunnel(request, rc, ret_why);
}

static int apply(struct kernel_world *k, const struct request *request, bool quiet,
		 struct complaint *ret_why)
{
	const struct link *link;
	int rc = prepare(k, request, &link, ret_why);

	if (rc)
		return rc;
	return request->noun->driver == DRIVER_GTP5G ? apply_rule(k, link, request, quiet, ret_why)
						     : apply_tunnel(k, link, request, ret_why);
}

static int world_apply(void *user, const struct request *request, struct complaint *ret_why)
{
	return apply(user, request, false, ret_why);
}

/* A URR of a batch that failed has counted nothing that anybody asked for */
static int world_take_back(void *user, const struct request *request, struct complaint *ret_why)
{
	return apply(user, request, true, ret_why);
}

int kernel_world_open(struct kernel_world *k)
{
	k->world = (struct world){.user = k,
				  .driver = world_driver,
				  .version = world_version,
				  .exists = world_exists,
				  .apply = world_apply,
				  .take_back = world_take_back};
	return nl_open(&k->nl);
}

void kernel_world_close(struct kernel_world *k)
{
	gtp5g_close(k->gtp5g);
	gtp_netlink_close(k->gtp);
	nl_close(k->nl);
}
