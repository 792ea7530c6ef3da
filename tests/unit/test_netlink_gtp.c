// SPDX-License-Identifier: Apache-2.0
/*
 * Contexts of the mainline gtp driver, as it tells them: a stand-in for the driver answers with
 * what the kernel's drivers/net/gtp.c would (gtp_genl_fill_info), since kernels without it are
 * many. With the driver: lab/gtp5g-tools.t.
 */
#include "lib/netlink/gtp_inside.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/gtp.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#define N(a) (sizeof(a) / sizeof((a)[0]))

/* since 6.10; not in Debian 12's headers */
enum { PEER_ADDR6 = 11, FAMILY = 13 };

/* A context in the driver */
struct context {
	uint32_t version;
	unsigned ifindex;
	bool v6_peer;
	const char *ue;
};

static const struct context contexts[] = {
	{GTP_V1, 5, false, "10.60.1.2"},
	{GTP_V1, 5, true, "10.60.1.3"},
	{GTP_V0, 5, false, "10.60.1.4"},
	{GTP_V1, 6, false, "10.60.1.2"},
};

static struct in_addr ip(const char *text)
{
	struct in_addr addr;

	assert_int_equal(inet_pton(AF_INET, text, &addr), 1);
	return addr;
}

static int answer(const struct context *c, nl_each each, void *user)
{
	static _Alignas(8) char buf[1024];
	struct nlmsghdr *nlh = mnl_nlmsg_put_header(buf);

	mnl_nlmsg_put_extra_header(nlh, sizeof(struct genlmsghdr));
	mnl_attr_put_u32(nlh, GTPA_VERSION, c->version);
	mnl_attr_put_u32(nlh, GTPA_LINK, c->ifindex);
	mnl_attr_put_u8(nlh, FAMILY, AF_INET);
	if (c->v6_peer)
		mnl_attr_put(nlh, PEER_ADDR6, 16, "\xfd\0\0\0\0\0\0\0\0\0\0\0\0\0\0\1");
	else
		mnl_attr_put_u32(nlh, GTPA_PEER_ADDRESS, ip("10.101.1.1").s_addr);
	mnl_attr_put_u32(nlh, GTPA_MS_ADDRESS, ip(c->ue).s_addr);
	if (c->version == GTP_V1) {
		mnl_attr_put_u32(nlh, GTPA_I_TEI, 0x80000064);
		mnl_attr_put_u32(nlh, GTPA_O_TEI, 200);
	}
	return each(nlh, user);
}

static int ask(struct nl *nl, struct nlmsghdr *nlh, nl_each each, void *user)
{
	const struct nlattr *attr[GTPA_O_TEI + 1];
	int rc = 0;

	nl_attrs(nlh, sizeof(struct genlmsghdr), attr, GTPA_O_TEI);
	for (size_t i = 0; !rc && i < N(contexts); i++) {
		if (nlh->nlmsg_flags & NLM_F_DUMP)
			rc = answer(&contexts[i], each, user);
		else if (nl_attr_u32(attr[GTPA_LINK], 0) == contexts[i].ifindex &&
			 nl_attr_in(attr[GTPA_MS_ADDRESS]).s_addr == ip(contexts[i].ue).s_addr)
			return answer(&contexts[i], each, user);
	}
	return rc || nlh->nlmsg_flags & NLM_F_DUMP ? rc : -ENOENT;
}

static int setup(void **state)
{
	static struct gtp_netlink gtp;

	gtp = (struct gtp_netlink){.family = {.id = 77}, .ask = ask};
	assert_int_equal(nl_generic_open(&gtp.generic), 0);
	*state = &gtp;
	return 0;
}

static int teardown(void **state)
{
	struct gtp_netlink *gtp = *state;

	nl_close(gtp->generic);
	return 0;
}

static void one_is_got(void **state)
{
	struct gtp_pdp pdp;

	assert_int_equal(gtp_pdp_get(*state, 5, ip("10.60.1.2"), &pdp), 0);
	assert_int_equal(pdp.local_teid, 0x80000064);
	assert_int_equal(pdp.peer_teid, 200);
	assert_int_equal(pdp.peer.s_addr, ip("10.101.1.1").s_addr);
	assert_int_equal(pdp.ue.s_addr, ip("10.60.1.2").s_addr);
}

/* Of those nothing is written, and it is said */
static void none_or_another_kind(void **state)
{
	static const struct {
		const char *ue;
		int rc;
	} rows[] = {
		{"10.60.1.3", -EAFNOSUPPORT}, /* an IPv6 peer */
		{"10.60.1.4", -EAFNOSUPPORT}, /* version 0 */
		{"10.60.1.5", -ENOENT},
	};

	for (size_t i = 0; i < N(rows); i++) {
		struct gtp_pdp pdp, before;

		memset(&pdp, 0xa5, sizeof(pdp));
		before = pdp;
		assert_int_equal(gtp_pdp_get(*state, 5, ip(rows[i].ue), &pdp), rows[i].rc);
		assert_memory_equal(&pdp, &before, sizeof(pdp));
	}
}

static int count(unsigned ifindex, const struct gtp_pdp *pdp, void *user)
{
	assert_int_equal(pdp->ue.s_addr, ip("10.60.1.2").s_addr);
	*(unsigned *)user += ifindex;
	return 0;
}

static void a_list_leaves_them_out(void **state)
{
	unsigned sum = 0;

	assert_int_equal(gtp_pdp_list(*state, count, &sum), 0);
	assert_int_equal(sum, 11);
}

static void links_that_are_not_made(void **state)
{
	static const char *const names[] = {"", "gtp%d", "a/b", ".", "..", "sixteen-letters0"};

	/* with no handle to send by: nothing is */
	for (size_t i = 0; i < N(names); i++)
		assert_int_equal(gtp_link_add(*state, names[i], 0, false, 1024), -EINVAL);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(one_is_got),
		TEST(none_or_another_kind),
		TEST(a_list_leaves_them_out),
		TEST(links_that_are_not_made),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
