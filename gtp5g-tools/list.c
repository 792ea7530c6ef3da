// SPDX-License-Identifier: Apache-2.0
/* What is there, of both drivers: as lines or JSON, sorted so that it could be made in that order.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "gtp5g-tools/list.h"

/* ---- printing ---- */

static void found_add(struct found *found, const struct request *request)
{
	if (found->count == found->capacity) {
		size_t capacity = found->capacity ? found->capacity * 2 : 64;
		struct request *grown = realloc(found->request, capacity * sizeof(*found->request));

		found->lost = found->lost || !grown;
		if (!grown)
			return;
		found->request = grown;
		found->capacity = capacity;
	}
	found->request[found->count++] = *request;
}

static int compare_numbers(uint64_t a, uint64_t b)
{
	return a < b ? -1 : a > b;
}

static int compare(const void *a, const void *b)
{
	const struct request *one = a, *other = b;
	int rc = strcmp(one->device, other->device);

	if (!rc)
		rc = compare_numbers((uint64_t)(one->noun - nouns),
				     (uint64_t)(other->noun - nouns));
	if (!rc && one->noun->driver == DRIVER_GTP)
		return compare_numbers(ntohl(one->tunnel.pdp.ue.s_addr),
				       ntohl(other->tunnel.pdp.ue.s_addr));
	if (!rc)
		rc = compare_numbers(one->rule.seid, other->rule.seid);
	return rc ? rc : compare_numbers(one->rule.id, other->rule.id);
}

/* The module may tell a rule twice (kernel.h) */
static void found_sort(struct found *found)
{
	size_t kept = 0;

	if (!found->count)
		return;
	qsort(found->request, found->count, sizeof(*found->request), compare);
	for (size_t i = 0; i < found->count; i++)
		if (!kept || compare(&found->request[kept - 1], &found->request[i]) != 0)
			found->request[kept++] = found->request[i];
	found->count = kept;
}

static const char derived_note[] =
	"# --source is worked out of F-TEID and the link's role: the module doesn't tell it\n";

static void print_lines(const struct found *found)
{
	bool noted = false;

	for (size_t i = 0; i < found->count; i++) {
		if (found->request[i].derived && !noted) {
			fputs(derived_note, stdout);
			noted = true;
		}
		request_print(&found->request[i], stdout);
	}
}

static void print_json(const struct found *found)
{
	printf("[");
	for (size_t i = 0; i < found->count; i++) {
		json_t *object = request_json(&found->request[i]);

		printf("%s\n  ", i ? "," : "");
		json_dumpf(object, stdout, JSON_COMPACT | JSON_REAL_PRECISION(17));
		json_decref(object);
	}
	printf("%s]\n", found->count ? "\n" : "");
}

int found_print(struct found *found, bool json)
{
	found_sort(found);
	if (json)
		print_json(found);
	else
		print_lines(found);
	if (found->lost)
		complain("no memory for all of it");
	return found->lost ? TOOLS_FAILED : TOOLS_OK;
}

/* ---- listing ---- */

/* Links of interest, and whether the module has others in this namespace */
struct lister {
	struct kernel_world *kernel;
	struct found found;
	const char *device; /* NULL: all */
	struct link *link;
	size_t count, capacity;
	size_t module_links;
	const struct noun *noun; /* the one at hand */
	size_t told;		 /* rules that the module told of it, each link's */
	bool odd;		 /* some that aren't understood */
};

static int collect_link(const struct link *link, void *user)
{
	struct lister *l = user;

	if (link->driver == DRIVER_GTP5G)
		l->module_links++;
	if (l->device && strcmp(l->device, link->name) != 0)
		return 0;
	if (l->count == l->capacity) {
		size_t capacity = l->capacity ? l->capacity * 2 : 64;
		struct link *grown = realloc(l->link, capacity * sizeof(*l->link));

		if (!grown)
			return -ENOMEM;
		l->link = grown;
		l->capacity = capacity;
	}
	l->link[l->count++] = *link;
	return 0;
}

static struct request request_of(const struct noun *noun, const struct link *link)
{
	struct request request = {.noun = noun, .verb = VERB_ADD};

	memcpy(request.device, link->name, sizeof(request.device));
	return request;
}

static void rule_found(struct lister *l, const struct link *link, const struct gtp5g_rule *rule)
{
	struct request request = request_of(l->noun, link);

	request.rule = *rule;
	request_derive(&request, link->role == ROLE_RAN);
	found_add(&l->found, &request);
}

static const struct link *first_module_link(const struct lister *l)
{
	for (size_t i = 0; i < l->count; i++)
		if (l->link[i].driver == DRIVER_GTP5G)
			return &l->link[i];
	return NULL;
}

/* Whose it is can be told at once where there is one link, else by asking each link for it */
static int each_rule(const struct gtp5g_rule *rule, void *user)
{
	struct lister *l = user;
	struct gtp5g_rule its;

	l->told++;
	if (l->module_links == 1) {
		rule_found(l, first_module_link(l), rule);
		return 0;
	}
	for (size_t i = 0; i < l->count; i++)
		if (l->link[i].driver == DRIVER_GTP5G &&
		    !gtp5g_rule_get(l->kernel->gtp5g, l->link[i].ifindex, rule->kind, rule->seid,
				    rule->id, &its))
			rule_found(l, &l->link[i], &its);
	return 0;
}

/* One that isn't understood doesn't keep the others from being told. Whose it is can't be asked. */
static void odd_rule(const struct gtp5g_rule *name, int rc, void *user)
{
	const char *kind = gtp5g_table(name->kind)->name;
	struct lister *l = user;

	l->told++;
	l->odd = true;
	if (!gtp5g_has(name, GTP5G_RULE_ID))
		complain("a %s of which the module doesn't tell its id is left out", kind);
	else
		complain("%s %" PRIu64 ":%" PRIu32 " is left out: what the module tells of it "
			 "isn't understood%s",
			 kind, name->seid, name->id,
			 rc == -E2BIG ? ", a list that is too long" : "");
}

/* Fewer than this fit into one message of the module whatever they are: none of them is left out
 * (kernel.h) */
enum { SURELY_ONE_MESSAGE = 4 };

static int list_rules(struct lister *l, const struct noun *noun)
{
	struct complaint why;
	int rc;

	if (!first_module_link(l))
		return TOOLS_OK;
	if (kernel_world_gtp5g(l->kernel, &why)) {
		complain_text(why.text, NULL);
		return TOOLS_FAILED;
	}
	l->noun = noun;
	l->told = 0;
	rc = gtp5g_rule_list(l->kernel->gtp5g, noun->kind, each_rule, odd_rule, l);
	if (rc) {
		complain("list of %s: %s", noun->name, strerror(-rc));
		return TOOLS_FAILED;
	}
	if (l->module_links > 1 && l->told > SURELY_ONE_MESSAGE)
		complain("warning: with %zu links in a namespace the module may leave some %ss out "
			 "of a list; get finds each",
			 l->module_links, noun->name);
	return TOOLS_OK;
}

static int each_tunnel(unsigned ifindex, const struct gtp_pdp *pdp, void *user)
{
	struct lister *l = user;

	for (size_t i = 0; i < l->count; i++) {
		struct request request = request_of(l->noun, &l->link[i]);

		if (l->link[i].ifindex != ifindex)
			continue;
		request.tunnel.has = 1 << TUNNEL_UE | 1 << TUNNEL_TEID | 1 << TUNNEL_PEER_TEID |
				     1 << TUNNEL_PEER;
		request.tunnel.pdp = *pdp;
		found_add(&l->found, &request);
	}
	return 0;
}

static bool has_driver(const struct lister *l, enum driver driver)
{
	for (size_t i = 0; i < l->count; i++)
		if (l->link[i].driver == driver)
			return true;
	return false;
}

static int list_tunnels(struct lister *l, const struct noun *noun)
{
	struct complaint why;
	int rc;

	if (!has_driver(l, DRIVER_GTP))
		return TOOLS_OK;
	if (kernel_world_gtp(l->kernel, &why)) {
		complain_text(why.text, NULL);
		return TOOLS_FAILED;
	}
	l->noun = noun;
	rc = gtp_pdp_list(l->kernel->gtp, each_tunnel, l);
	if (rc) {
		complain("list of tunnels: %s",
			 rc == -EPERM ? "this needs root (CAP_NET_ADMIN)" : strerror(-rc));
		return TOOLS_FAILED;
	}
	return TOOLS_OK;
}

static int begin_list(struct lister *l, struct kernel_world *kernel, const char *device)
{
	const struct link *link;
	struct complaint why;
	int rc;

	l->kernel = kernel;
	l->device = device;
	if (device && kernel_world_link(kernel, device, &link, &why)) {
		complain_text(why.text, NULL);
		return TOOLS_FAILED;
	}
	rc = links_list(kernel->nl, collect_link, l);
	if (rc)
		complain("links: %s", strerror(-rc));
	return rc ? TOOLS_FAILED : TOOLS_OK;
}

static int list_noun(struct lister *l, const struct noun *noun)
{
	return noun->driver == DRIVER_GTP5G ? list_rules(l, noun) : list_tunnels(l, noun);
}

/* Return: TOOLS_OK, or TOOLS_FAILED when something was left out */
static int end_list(struct lister *l, bool json)
{
	int rc = found_print(&l->found, json);

	return rc == TOOLS_OK && l->odd ? TOOLS_FAILED : rc;
}

static void free_list(struct lister *l)
{
	free(l->found.request);
	free(l->link);
}

int list_print(struct tools *tools, struct kernel_world *kernel, const struct noun *noun,
	       const char *device)
{
	struct lister l = {0};
	int rc = begin_list(&l, kernel, device);

	if (rc == TOOLS_OK && device && l.count && l.link[0].driver != noun->driver) {
		complain("%s is a link of %s, which has no %s", device,
			 driver_names[l.link[0].driver], noun->name);
		rc = TOOLS_FAILED;
	}
	if (rc == TOOLS_OK)
		rc = list_noun(&l, noun);
	if (rc == TOOLS_OK)
		rc = end_list(&l, tools->json);
	free_list(&l);
	return rc;
}

/* ---- dump ---- */

static void print_link_comment(struct nl *nl, const struct link *link)
{
	struct link whole = *link;

	links_ask(nl, &whole);
	printf("# gtp5g link add %s", link->name);
	fields_print(&link_table, &whole, stdout);
	printf("\n");
}

static void print_head(const struct lister *l)
{
	const char *version = l->kernel->gtp5g ? gtp5g_version_text(l->kernel->gtp5g) : NULL;

	printf("# gtp5g dump%s%s; links are made by gtp5g link add, the rest by gtp5g load\n",
	       version ? ", module " : "", version ? version : "");
	for (size_t i = 0; i < l->count; i++)
		print_link_comment(l->kernel->nl, &l->link[i]);
}

int dump_main(struct tools *tools)
{
	const char *device = tools->words.count ? tools->words.word[0].text : NULL;
	struct kernel_world kernel;
	struct lister l = {0};
	int rc;

	if (tools->words.count > 1) {
		complain("usage: dump [DEVICE]");
		return TOOLS_USAGE;
	}
	if (tools_open(tools, &kernel) != TOOLS_OK)
		return TOOLS_FAILED;
	rc = begin_list(&l, &kernel, device);
	for (const struct noun *n = nouns; rc == TOOLS_OK && n->name; n++)
		rc = list_noun(&l, n);
	if (rc == TOOLS_OK && !tools->json)
		print_head(&l);
	if (rc == TOOLS_OK)
		rc = end_list(&l, tools->json);
	free_list(&l);
	kernel_world_close(&kernel);
	return rc;
}
