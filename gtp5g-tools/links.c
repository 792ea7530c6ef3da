// SPDX-License-Identifier: Apache-2.0
#include "gtp5g-tools/links.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/if_link.h>
#include <stdio.h>
#include <string.h>

#define NUMBER(member)                                                                             \
	.offset = offsetof(struct link, member), .store = sizeof(((struct link *)0)->member)

static const struct gtp5g_word drivers[] = {
	{"gtp5g", DRIVER_GTP5G}, {"gtp", DRIVER_GTP}, {NULL, 0}};
static const struct gtp5g_word roles[] = {{"upf", ROLE_UPF}, {"ran", ROLE_RAN}, {NULL, 0}};
static const struct gtp5g_word states[] = {{"down", 0}, {"up", 1}, {NULL, 0}};
static const struct gtp5g_word holdings[] = {{"no", HELD_NO},
					     {"yes", HELD_YES},
					     {"perhaps", HELD_PERHAPS},
					     {"nobody", HELD_NOBODY},
					     {NULL, 0}};

static const struct gtp5g_field fields[] = {
	[LINK_DRIVER] = {.name = "driver",
			 .type = GTP5G_WORD,
			 NUMBER(driver),
			 .max = DRIVERS - 1,
			 .words = drivers,
			 .argument = "gtp5g|gtp",
			 .help = "free5GC's module (default) or the mainline kernel's driver"},
	[LINK_ROLE] = {.name = "role",
		       .type = GTP5G_WORD,
		       NUMBER(role),
		       .max = ROLE_RAN,
		       .words = roles,
		       .argument = "upf|ran",
		       .help = "packets that leave are told by their destination (upf, default) or "
			       "their source"},
	[LINK_LOCAL] = {.name = "local",
			.type = GTP5G_IPV4,
			.offset = offsetof(struct link, local),
			.argument = "ADDRESS",
			.help = "of its UDP socket, port 2152; 0.0.0.0 unless given"},
	[LINK_HASH_SIZE] = {.name = "hash-size",
			    NUMBER(hash_size),
			    .min = 1,
			    .max = 1 << 24,
			    .argument = "N",
			    .help = "of each of its tables, 16384 unless given"},
	[LINK_MTU] = {.name = "mtu",
		      NUMBER(mtu),
		      .min = 576,
		      .max = 65535,
		      .argument = "N",
		      .help = "1456 unless given: 1500 less 44 of the tunnel's headers"},
	[LINK_STATE] = {.name = "state",
			.type = GTP5G_WORD,
			NUMBER(state),
			.max = 1,
			.words = states,
			.flags = GTP5G_TOLD,
			.help = "of the link"},
	[LINK_HELD] = {.name = "held",
		       .type = GTP5G_WORD,
		       NUMBER(held),
		       .max = HELD_NOBODY,
		       .words = holdings,
		       .flags = GTP5G_TOLD,
		       .help = "is its socket held"},
};
const struct gtp5g_table link_table = {"link", fields, sizeof(fields) / sizeof(fields[0])};

/* ---- what `link add` leaves to be found ---- */

static const char alias_form[] = "gtp5g-link role=%3[a-z] local=%15[0-9.]";

void link_alias(const struct link *link, char buf[static LINK_ALIAS_SIZE])
{
	char local[INET_ADDRSTRLEN];

	snprintf(buf, LINK_ALIAS_SIZE, "gtp5g-link role=%s local=%s", roles[link->role].name,
		 inet_ntop(AF_INET, &link->local, local, sizeof(local)));
}

static bool alias_read(const char *alias, struct link *link)
{
	char role[4], local[16];

	if (sscanf(alias, alias_form, role, local) != 2 ||
	    inet_pton(AF_INET, local, &link->local) != 1)
		return false;
	link->role = !strcmp(role, roles[ROLE_RAN].name) ? ROLE_RAN : ROLE_UPF;
	link->has |= 1 << LINK_ROLE | 1 << LINK_LOCAL;
	return true;
}

void link_socket(unsigned ifindex, char buf[static LINK_SOCKET_SIZE])
{
	snprintf(buf, LINK_SOCKET_SIZE, "gtp5g-link/%u", ifindex);
}

/* A line of a file of /proc/net that ends so or has it in it */
static bool has_line(const char *path, const char *wanted, bool at_end)
{
	FILE *file = fopen(path, "re");
	char line[512];
	bool found = false;

	if (!file)
		return false;
	while (!found && fgets(line, sizeof(line), file)) {
		const char *at = strstr(line, wanted);

		found = at && (!at_end || !strcmp(at + strlen(wanted), "\n"));
	}
	fclose(file);
	return found;
}

static bool has_holder(unsigned ifindex)
{
	char socket[LINK_SOCKET_SIZE], wanted[LINK_SOCKET_SIZE + 2];

	link_socket(ifindex, socket);
	snprintf(wanted, sizeof(wanted), " @%s", socket);
	return has_line("/proc/net/unix", wanted, true);
}

/* of whatever address, as local address and port are written there */
static bool has_port(void)
{
	char wanted[32];

	snprintf(wanted, sizeof(wanted), ":%04X 00000000:0000 ", GTP5G_PORT);
	return has_line("/proc/net/udp", wanted, false);
}

static enum held held(unsigned ifindex, bool ours)
{
	if (has_holder(ifindex))
		return HELD_YES;
	if (ours)
		return HELD_NO;
	return has_port() ? HELD_PERHAPS : HELD_NOBODY;
}

/* ---- the kernel's ---- */

struct walk {
	int (*each)(const struct link *link, void *user);
	void *user;
};

static enum driver driver_of(const char *kind)
{
	enum driver driver = 0;

	while (driver < DRIVERS && strcmp(driver_names[driver], kind) != 0)
		driver++;
	return driver;
}

static int take(const struct nl_link *from, void *user)
{
	const struct walk *walk = user;
	struct link link = {.ifindex = from->ifindex, .mtu = from->mtu, .state = from->up};
	const enum driver driver = driver_of(from->kind);

	if (driver == DRIVERS)
		return 0;
	link.driver = (uint8_t)driver;
	memcpy(link.name, from->name, sizeof(link.name));
	link.has = 1 << LINK_DRIVER | 1 << LINK_MTU | 1 << LINK_STATE | 1 << LINK_HELD;
	link.held = (uint8_t)held(link.ifindex, alias_read(from->alias, &link));
	return walk->each(&link, walk->user);
}

int links_list(struct nl *nl, int (*each)(const struct link *link, void *user), void *user)
{
	struct walk walk = {each, user};

	return nl_link_list(nl, take, &walk);
}

struct search {
	const char *name;
	struct link *ret_link;
};

static int keep(const struct link *link, void *user)
{
	struct search *search = user;

	if (strcmp(link->name, search->name) != 0)
		return 0;
	*search->ret_link = *link;
	return 1;
}

int links_find(struct nl *nl, const char *name, struct link *ret_link)
{
	struct search search = {name, ret_link};
	unsigned ifindex;
	int rc = links_list(nl, keep, &search);

	if (rc)
		return rc < 0 ? rc : 0;
	rc = nl_link_index(nl, name, &ifindex);
	return rc ? rc : -EMEDIUMTYPE;
}

void links_ask(struct nl *nl, struct link *link)
{
	const bool gtp5g = link->driver == DRIVER_GTP5G;
	struct nl_link_setting settings[] = {
		{gtp5g ? (int)GTP5G_LINK_HASH_SIZE : (int)IFLA_GTP_PDP_HASHSIZE, 0},
		{IFLA_GTP_ROLE, UINT32_MAX}};

	if (nl_link_settings(nl, link->ifindex, settings, gtp5g ? 1 : 2))
		return;
	if (settings[0].value) {
		link->hash_size = settings[0].value;
		link->has |= 1 << LINK_HASH_SIZE;
	}
	if (settings[1].value <= ROLE_RAN) { /* GTP_ROLE_GGSN, GTP_ROLE_SGSN */
		link->role = (uint8_t)settings[1].value;
		link->has |= 1 << LINK_ROLE;
	}
}
