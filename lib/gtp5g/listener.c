// SPDX-License-Identifier: Apache-2.0
/* What the module says by itself, to its multicast group: reports, and packets of FARs that buffer.
 */
#include <errno.h>
#include <stdlib.h>

#include "lib/gtp5g/kernel_inside.h"

struct gtp5g_listener {
	struct nl *nl;
	struct nl_family family;
	const struct gtp5g_listener_ops *ops; /* of the message at hand */
	void *user;
};

int gtp5g_listen(struct gtp5g_listener **ret_listener)
{
	struct gtp5g_listener *listener = calloc(1, sizeof(*listener));
	int rc;

	if (!listener)
		return -ENOMEM;
	rc = nl_generic_open(&listener->nl);
	if (!rc)
		rc = nl_generic_family(listener->nl, GTP5G_FAMILY, &listener->family);
	if (!rc)
		rc = nl_generic_join(listener->nl, listener->family.group);
	if (rc) {
		gtp5g_listener_close(listener);
		return rc;
	}
	*ret_listener = listener;
	return 0;
}

int gtp5g_listener_fd(const struct gtp5g_listener *listener)
{
	return nl_generic_fd(listener->nl);
}

static int hand_on(const struct nlmsghdr *nlh, void *user)
{
	const struct gtp5g_listener *listener = user;
	size_t len;
	const void *attributes = gtp5g_attributes(nlh, &len);

	if (nlh->nlmsg_type != listener->family.id)
		return 0;
	return gtp5g_tell_take(attributes, len, listener->ops->on_packet, listener->ops->on_report,
			       listener->user);
}

int gtp5g_listener_read(struct gtp5g_listener *listener, const struct gtp5g_listener_ops *ops,
			void *user)
{
	listener->ops = ops;
	listener->user = user;
	return nl_generic_receive(listener->nl, hand_on, listener);
}

void gtp5g_listener_close(struct gtp5g_listener *listener)
{
	if (!listener)
		return;
	nl_close(listener->nl);
	free(listener);
}
