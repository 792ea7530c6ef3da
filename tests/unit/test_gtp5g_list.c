// SPDX-License-Identifier: Apache-2.0
/*
 * What list and dump print, and what is told of what is deleted, without a driver: links that are a
 * list here, and a stand-in for the module of which one rule isn't understood.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "gtp5g-tools/list.h"
#include "lib/gtp5g/kernel_inside.h"

#define BIT(row) ((uint64_t)1 << (row))

enum { FAMILY = 77 };

/* ---- the kernel ---- */

static struct {
	size_t links;
	uint32_t fars, odd; /* ids from 1; of one what is told isn't understood */
	char said[1024];
} kernel;

void complain_text(const char *text, void *user)
{
	strncat(kernel.said, text, sizeof(kernel.said) - strlen(kernel.said) - 1);
	strncat(kernel.said, "\n", sizeof(kernel.said) - strlen(kernel.said) - 1);
}

void complain(const char *format, ...)
{
	char text[COMPLAINT_SIZE];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	complain_text(text, NULL);
}

const struct gtp5g_table link_table = {"link",
				       (const struct gtp5g_field[]){
					       {.name = "hash-size",
						.store = 4,
						.offset = offsetof(struct link, hash_size),
						.argument = "N"},
				       },
				       1};

/* "upf1" is gtp5g's, the others the mainline driver's */
static struct link link_of(size_t i)
{
	struct link link = {.driver = i == 1 ? DRIVER_GTP5G : DRIVER_GTP, .ifindex = (unsigned)i};

	snprintf(link.name, sizeof(link.name), "upf%zu", i);
	return link;
}

int links_list(struct nl *nl, int (*each)(const struct link *link, void *user), void *user)
{
	int rc = 0;

	for (size_t i = 1; !rc && i <= kernel.links; i++) {
		const struct link link = link_of(i);

		rc = each(&link, user);
	}
	return rc;
}

int links_find(struct nl *nl, const char *name, struct link *ret_link)
{
	for (size_t i = 1; i <= kernel.links; i++) {
		*ret_link = link_of(i);
		if (!strcmp(ret_link->name, name))
			return 0;
	}
	return *name ? -ENODEV : -EINVAL;
}

/* told by the driver, not found in the list of links */
void links_ask(struct nl *nl, struct link *link)
{
	link->hash_size = 1024;
	link->has |= 1;
}

static int answer(uint32_t id, nl_each each, void *user)
{
	static _Alignas(8) char buf[512];
	struct nlmsghdr *nlh = mnl_nlmsg_put_header(buf);

	mnl_nlmsg_put_extra_header(nlh, sizeof(struct genlmsghdr));
	mnl_attr_put_u32(nlh, GTP5G_AT_ID, id);
	mnl_attr_put_u16(nlh, GTP5G_AT_FAR_ACTION, GTP5G_FORW);
	if (id == kernel.odd)
		mnl_attr_put(nlh, GTP5G_AT_FAR_PDRS, 3, "odd");
	mnl_attr_put_u64(nlh, GTP5G_AT_FAR_SEID, 9);
	return each(nlh, user);
}

/* Of a URR that is deleted the module tells what it has counted */
static int answer_report(nl_each each, void *user)
{
	static _Alignas(8) char buf[512];
	struct nlmsghdr *nlh = mnl_nlmsg_put_header(buf);
	struct nlattr *nest;

	mnl_nlmsg_put_extra_header(nlh, sizeof(struct genlmsghdr));
	nest = mnl_attr_nest_start(nlh, GTP5G_AT_REPORT);
	mnl_attr_put_u32(nlh, GTP5G_AT_REPORT_URR, 1);
	mnl_attr_nest_end(nlh, nest);
	return each(nlh, user);
}

static int ask(struct nl *nl, struct nlmsghdr *nlh, nl_each each, void *user)
{
	const struct genlmsghdr *generic = mnl_nlmsg_get_payload(nlh);
	int rc = 0;

	if (generic->cmd == GTP5G_DEL_URR)
		return answer_report(each, user);
	for (uint32_t id = 1; !rc && generic->cmd == GTP5G_GET_FAR && id <= kernel.fars; id++)
		rc = answer(id, each, user);
	return rc;
}

static struct kernel_world world(void)
{
	struct kernel_world k = {.gtp5g = calloc(1, sizeof(struct gtp5g))};

	assert_non_null(k.gtp5g);
	*k.gtp5g = (struct gtp5g){.family = {.id = FAMILY},
				  .version = GTP5G_VERSION(0, 10, 2),
				  .version_text = "0.10.2",
				  .ask = ask};
	assert_int_equal(nl_generic_open(&k.gtp5g->generic), 0);
	return k;
}

enum tools_exit tools_open(const struct tools *tools, struct kernel_world *ret_kernel)
{
	*ret_kernel = world();
	return TOOLS_OK;
}

/* no link of the mainline driver has a tunnel */
int gtp_netlink_open(struct gtp_netlink **ret_gtp)
{
	*ret_gtp = NULL;
	return 0;
}

void gtp_netlink_close(struct gtp_netlink *gtp)
{
}

int gtp_pdp_list(struct gtp_netlink *gtp,
		 int (*each)(unsigned ifindex, const struct gtp_pdp *pdp, void *user), void *user)
{
	return 0;
}

int gtp_pdp_get(struct gtp_netlink *gtp, unsigned ifindex, struct in_addr ue,
		struct gtp_pdp *ret_pdp)
{
	return -ENOENT;
}

int gtp_pdp_add(struct gtp_netlink *gtp, unsigned ifindex, const struct gtp_pdp *pdp)
{
	return -EOPNOTSUPP;
}

int gtp_pdp_del_ue(struct gtp_netlink *gtp, unsigned ifindex, struct in_addr ue)
{
	return -EOPNOTSUPP;
}

/* ---- what is printed ---- */

static char printed[8192];
static int keep_stdout;
static FILE *file;

static void begin(size_t links, uint32_t fars, uint32_t odd)
{
	memset(&kernel, 0, sizeof(kernel));
	kernel.links = links;
	kernel.fars = fars;
	kernel.odd = odd;
	fflush(stdout);
	file = tmpfile();
	assert_non_null(file);
	keep_stdout = dup(STDOUT_FILENO);
	dup2(fileno(file), STDOUT_FILENO);
}

static void end(void)
{
	size_t len;

	fflush(stdout);
	dup2(keep_stdout, STDOUT_FILENO);
	close(keep_stdout);
	rewind(file);
	len = fread(printed, 1, sizeof(printed) - 1, file);
	printed[len] = '\0';
	fclose(file);
}

static int list(const char *noun, const char *device, bool json)
{
	struct tools tools = {.program = "gtp5g", .json = json};
	struct kernel_world k = world();
	int rc = list_print(&tools, &k, noun_find(noun), device);

	kernel_world_close(&k);
	return rc;
}

static void a_rule_that_is_not_understood(void **state)
{
	int rc;

	begin(1, 3, 0);
	rc = list("far", NULL, false);
	end();
	assert_int_equal(rc, TOOLS_OK);
	assert_string_equal(printed, "far add upf1 9:1 --action forw\n"
				     "far add upf1 9:2 --action forw\n"
				     "far add upf1 9:3 --action forw\n");
	assert_string_equal(kernel.said, "");

	begin(1, 3, 2);
	rc = list("far", "upf1", false);
	end();
	assert_int_equal(rc, TOOLS_FAILED);
	assert_string_equal(printed, "far add upf1 9:1 --action forw\n"
				     "far add upf1 9:3 --action forw\n");
	assert_string_equal(kernel.said, "far 9:2 is left out: what the module tells of it isn't "
					 "understood\n");

	begin(1, 1, 1);
	rc = list("far", NULL, true);
	end();
	assert_int_equal(rc, TOOLS_FAILED);
	assert_string_equal(printed, "[]\n");
}

static int dump(const char *device)
{
	struct tools tools = {.program = "gtp5g"};

	tools.words.count = device ? 1 : 0;
	tools.words.word[0].text = device;
	return dump_main(&tools);
}

static void a_dump_makes_all_links(void **state)
{
	int rc;

	begin(1, 2, 1);
	rc = dump(NULL);
	end();
	assert_int_equal(rc, TOOLS_FAILED);
	assert_string_equal(printed, "# gtp5g dump, module 0.10.2; links are made by gtp5g link "
				     "add, the rest by gtp5g load\n"
				     "# gtp5g link add upf1 --hash-size 1024\n"
				     "far add upf1 9:2 --action forw\n");
	/* more than fit into a table of a fixed size */
	begin(130, 0, 0);
	rc = dump(NULL);
	end();
	assert_int_equal(rc, TOOLS_OK);
	for (int i = 1; i <= 130; i++) {
		char line[64];

		snprintf(line, sizeof(line), "\n# gtp5g link add upf%d --hash-size 1024\n", i);
		if (!strstr(printed, line))
			fail_msg("upf%d is missing", i);
	}
}

static void a_link_of_no_name(void **state)
{
	int rc;

	begin(1, 2, 0);
	rc = dump("");
	end();
	assert_int_equal(rc, TOOLS_FAILED);
	assert_string_equal(printed, "");
	assert_string_equal(kernel.said, "there is no link ''\n");
}

static void on_report(bool json, const char *device, const struct gtp5g_report *report)
{
	complain("report %s %u", device, report->urr);
}

/* A URR's last report is for who deletes it; of one that is taken back there is nothing to tell */
static void last_reports(void **state)
{
	struct kernel_world k = world();
	struct complaint why = {""};
	struct request request = {.verb = VERB_DEL,
				  .noun = noun_find("urr"),
				  .device = "upf1",
				  .rule = {.kind = GTP5G_URR, .id = 1, .has = BIT(GTP5G_RULE_ID)}};

	begin(1, 0, 0);
	end();
	k.on_report = on_report;
	assert_int_equal(kernel_world_open(&k), 0);
	assert_int_equal(k.world.apply(&k, &request, &why), 0);
	assert_string_equal(kernel.said, "report upf1 1\n");
	kernel.said[0] = '\0';
	assert_int_equal(k.world.take_back(&k, &request, &why), 0);
	assert_string_equal(kernel.said, "");
	kernel_world_close(&k);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_rule_that_is_not_understood),
		cmocka_unit_test(a_dump_makes_all_links),
		cmocka_unit_test(a_link_of_no_name),
		cmocka_unit_test(last_reports),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
