// SPDX-License-Identifier: Apache-2.0
#include "agents/forwarder/redirect.h"

#include <arpa/inet.h>
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "agents/forwarder/redirect_shared.h"
#include "bpf/forwarder_redirect.skel.h"
#include "lib/bpf_log.h"
#include "lib/netlink/netlink.h"

static int programs_load(const struct redirect *r, struct forwarder_redirect **ret_skel)
{
	struct forwarder_redirect *skel;
	int rc;

	libbpf_set_print(bpf_log);
	skel = forwarder_redirect__open();
	if (!skel)
		return -errno;
	*(struct redirect_config *)&skel->rodata->redirect = (struct redirect_config){
		.service = r->service.s_addr,
		.here = r->here.s_addr,
		.source = r->source.s_addr,
		.service_port = htons(r->service_port),
		.port = htons(r->port),
	};
	rc = forwarder_redirect__load(skel);
	if (rc)
		forwarder_redirect__destroy(skel);
	else
		*ret_skel = skel;
	return rc;
}

static struct nl_bpf_filter filter_of(const struct redirect *r, unsigned ifindex, bool egress)
{
	return (struct nl_bpf_filter){.ifindex = ifindex,
				      .egress = egress,
				      .priority = REDIRECT_PRIORITY,
				      .handle = REDIRECT_HANDLE_BASE + r->number,
				      .prog_fd = -1};
}

/* ---- each interface that there is ---- */

static int each_interface(const struct redirect *r, struct nl *nl,
			  int (*act)(const struct redirect *r, struct nl *nl, unsigned ifindex,
				     void *user),
			  void *user)
{
	const char *const names[] = {r->wan, r->n6};
	int rc = 0;

	for (unsigned i = 0; i < 2; i++) {
		unsigned ifindex;
		int found;

		if (!names[i] || !names[i][0])
			continue;
		found = nl_link_index(nl, names[i], &ifindex);
		if (!found)
			found = act(r, nl, ifindex, user);
		rc = rc ? rc : found;
	}
	return rc;
}

static int attach_one(const struct redirect *r, struct nl *nl, unsigned ifindex, bool egress,
		      const struct bpf_program *program)
{
	struct nl_bpf_filter filter = filter_of(r, ifindex, egress);

	filter.prog_fd = bpf_program__fd(program);
	filter.name = bpf_program__name(program);
	return nl_bpf_filter_replace(nl, &filter);
}

/* What leaves first: nothing is taken in that couldn't be answered. */
static int attach(const struct redirect *r, struct nl *nl, unsigned ifindex, void *user)
{
	const struct forwarder_redirect *skel = user;
	int rc = nl_clsact_add(nl, ifindex);

	if (!rc)
		rc = attach_one(r, nl, ifindex, true, skel->progs.forwarder_out);
	return rc ? rc : attach_one(r, nl, ifindex, false, skel->progs.forwarder_in);
}

static int divert(const struct redirect *r, struct nl *nl, unsigned ifindex, void *user)
{
	const struct forwarder_redirect *skel = user;
	unsigned wan;
	int rc = nl_link_index(nl, r->wan, &wan);

	if (!rc)
		rc = nl_clsact_add(nl, ifindex);
	if (rc)
		return rc;
	if (ifindex == wan)
		return attach_one(r, nl, ifindex, false, skel->progs.divert_answers);
	rc = attach_one(r, nl, ifindex, true, skel->progs.divert_back);
	return rc ? rc : attach_one(r, nl, ifindex, false, skel->progs.divert_users);
}

static int detach_one(const struct redirect *r, struct nl *nl, unsigned ifindex, bool egress)
{
	const struct nl_bpf_filter filter = filter_of(r, ifindex, egress);
	int rc = nl_bpf_filter_find(nl, &filter);

	if (!rc)
		rc = nl_bpf_filter_del(nl, &filter);
	return rc == -ENOENT ? 0 : rc;
}

static int detach_in(const struct redirect *r, struct nl *nl, unsigned ifindex, void *user)
{
	return detach_one(r, nl, ifindex, false);
}

static int detach(const struct redirect *r, struct nl *nl, unsigned ifindex, void *user)
{
	int in = detach_one(r, nl, ifindex, false), out = detach_one(r, nl, ifindex, true);

	return in ? in : out;
}

/* ---- redirect.h ---- */

static int load_and(const struct redirect *r, int (*act)(const struct redirect *r, struct nl *nl,
							 unsigned ifindex, void *user))
{
	struct forwarder_redirect *skel;
	struct nl *nl;
	int rc = nl_open(&nl);

	if (rc)
		return rc;
	rc = programs_load(r, &skel);
	if (!rc) {
		rc = each_interface(r, nl, act, skel);
		if (rc)
			(void)each_interface(r, nl, detach, NULL);
		forwarder_redirect__destroy(skel); /* the filters hold their programs */
	}
	nl_close(nl);
	return rc;
}

int redirect_attach(const struct redirect *r)
{
	return load_and(r, attach);
}

int redirect_divert(const struct redirect *r)
{
	return load_and(r, divert);
}

static int with_netlink(const struct redirect *r,
			int (*act)(const struct redirect *r, struct nl *nl, unsigned ifindex,
				   void *user),
			void *user)
{
	struct nl *nl;
	int rc = nl_open(&nl);

	if (rc)
		return rc;
	rc = each_interface(r, nl, act, user);
	nl_close(nl);
	return rc;
}

int redirect_stop_input(const struct redirect *r)
{
	return with_netlink(r, detach_in, NULL);
}

int redirect_remove(const struct redirect *r)
{
	return with_netlink(r, detach, NULL);
}
