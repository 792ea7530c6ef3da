// SPDX-License-Identifier: Apache-2.0
/* baton doctor: each need, what was found by trying it, and what is used instead of what is
 * missing. */
#include <errno.h>
#include <jansson.h>
#include <string.h>
#include <unistd.h>

#include "dataplane/dataplane.h"
#include "lib/sctp.h"
#include "testbed/baton.h"
#include "testbed/cgroup.h"
#include "testbed/doctor_criu.h"
#include "testbed/kernel.h"
#include "testbed/topology_game.h"

struct finding {
	char name[32], what[96];
	bool ok;
	bool essential; /* without it nothing comes up */
	char found[160];
	char used[120];
};

static void tried(struct finding *f, int rc)
{
	f->ok = !rc;
	snprintf(f->found, sizeof(f->found), "%s", rc ? strerror(-rc) : "works");
}

static void find_root(struct finding *f)
{
	f->essential = true;
	tried(f, geteuid() ? -EPERM : 0);
}

static void find_namespaces(struct finding *f)
{
	f->essential = true;
	tried(f, kernel_try(kernel_try_namespaces));
}

static void find_veth(struct finding *f)
{
	f->essential = true;
	tried(f, kernel_try(kernel_try_veth));
}

static void find_bridge(struct finding *f)
{
	f->essential = true;
	tried(f, kernel_try(kernel_try_bridge));
}

static void find_policy(struct finding *f)
{
	f->essential = true;
	tried(f, kernel_try(kernel_try_policy));
}

static void find_gtp(struct finding *f)
{
	const char *reason = "", *backend = dataplane_probe("auto", false, &reason);

	f->ok = backend && !strcmp(backend, "gtp");
	snprintf(f->found, sizeof(f->found), "%s", reason ? reason : "");
	if (!f->ok)
		snprintf(f->used, sizeof(f->used), "the ebpf data plane");
}

static void find_sctp(struct finding *f)
{
	enum sctp_stack stack = sctp_probe();

	f->ok = stack == SCTP_KERNEL;
	snprintf(f->found, sizeof(f->found), "%s", f->ok ? "works" : "the kernel has no SCTP");
	if (!f->ok)
		snprintf(f->used, sizeof(f->used), "%s, in the daemons", sctp_stack_name(stack));
}

static void find_netem(struct finding *f)
{
	tried(f, kernel_try(kernel_try_netem));
	if (!f->ok)
		snprintf(f->used, sizeof(f->used),
			 "link-shaper, in user space, for all but a rate alone");
}

static void find_tbf(struct finding *f)
{
	tried(f, kernel_try(kernel_try_tbf));
	if (!f->ok)
		snprintf(f->used, sizeof(f->used), "nothing: rates in a topology are refused");
}

static void find_clsact(struct finding *f)
{
	f->essential = true;
	tried(f, kernel_try(kernel_try_clsact));
}

static void find_btf(struct finding *f)
{
	tried(f, access("/sys/kernel/btf/vmlinux", R_OK) ? -errno : 0);
	if (!f->ok)
		snprintf(f->used, sizeof(f->used), "nothing: Baton's own programs don't need it");
}

static void find_cgroup2(struct finding *f)
{
	char root[PATH_MAX];

	tried(f, cgroup_root(root));
	if (f->ok)
		snprintf(f->found, sizeof(f->found), "at %.140s", root);
	else
		snprintf(f->used, sizeof(f->used), "nothing: baton exec --pdu is refused");
}

static const char *find_program(const char *const *places)
{
	for (; *places; places++)
		if (!access(*places, X_OK))
			return *places;
	return NULL;
}

static void find_criu(const struct baton_context *ctx, struct finding *f)
{
	snprintf(f->name, sizeof(f->name), "CRIU");
	snprintf(f->what, sizeof(f->what), "moving processes by their memory's image");
	f->ok = doctor_criu(ctx->libexec, f->found, sizeof(f->found));
	if (!f->ok)
		snprintf(f->used, sizeof(f->used),
			 "the strategy cooperative; scripts/lab, for the others of processes");
}

static void find_lab(struct finding *f)
{
	static const char *const places[] = {"/usr/bin/qemu-system-x86_64", NULL};
	bool kvm = !access("/dev/kvm", R_OK | W_OK);

	f->ok = find_program(places) != NULL;
	snprintf(f->found, sizeof(f->found), "QEMU %s, /dev/kvm %s",
		 f->ok ? "installed" : "missing", kvm ? "there (scripts/lab tries it)" : "missing");
	if (f->ok && !kvm)
		snprintf(f->used, sizeof(f->used), "TCG, in software");
}

static void find_iperf3(struct finding *f)
{
	static const char *const places[] = {"/usr/local/bin/iperf3", "/usr/bin/iperf3", NULL};
	const char *program = find_program(places);

	f->ok = program;
	snprintf(f->found, sizeof(f->found), "%s", program ? program : "not installed");
	if (!program)
		snprintf(f->used, sizeof(f->used), "nothing: edges run no iperf3 server");
}

static const struct need {
	const char *name, *what;
	void (*find)(struct finding *f);
} needs[] = {
	{"root", "namespaces and links", find_root},
	{"namespaces", "network, PID, mount and UTS: a node each", find_namespaces},
	{"veth", "links", find_veth},
	{"bridge", "networks of more than two", find_bridge},
	{"policy routing", "rules and tables of UEs and UPFs", find_policy},
	{"clsact", "BPF programs on interfaces: the ebpf data plane, radio bearers, handover",
	 find_clsact},
	{"gtp", "the kernel's GTP-U driver: the gtp data plane", find_gtp},
	{"SCTP", "N2", find_sctp},
	{"tbf", "rates of links", find_tbf},
	{"netem", "delay, jitter and loss of links", find_netem},
	{"cgroup2", "baton exec --pdu", find_cgroup2},
	{"BTF", "inspection of BPF programs", find_btf},
	{"lab", "scripts/lab: Debian's kernel in QEMU", find_lab},
	{"iperf3", "servers on edges", find_iperf3},
};
enum {
	NEEDS = sizeof(needs) / sizeof(needs[0]),
	GAMES_MAX = 8,
	FINDINGS_MAX = NEEDS + GAMES_MAX + 1
};

/* What some games need beside Baton */
static void find_game(const struct topo_game *game, struct finding *f)
{
	char missing[80];

	snprintf(f->name, sizeof(f->name), "%s", game->name);
	snprintf(f->what, sizeof(f->what), "applications that are the game %s", game->name);
	f->ok = !game_missing(game, missing, sizeof(missing));
	snprintf(f->found, sizeof(f->found), "%s%s",
		 f->ok ? "installed" : "not installed: ", missing);
	if (!f->ok)
		snprintf(f->used, sizeof(f->used),
			 "nothing: up refuses it; `scripts/setup %s` installs what is missing",
			 game->set);
}

/* Return: how many */
static size_t find_all(const struct baton_context *ctx, struct finding *findings)
{
	size_t count = NEEDS;

	for (size_t i = 0; i < NEEDS; i++) {
		snprintf(findings[i].name, sizeof(findings[i].name), "%s", needs[i].name);
		snprintf(findings[i].what, sizeof(findings[i].what), "%s", needs[i].what);
		needs[i].find(&findings[i]);
	}
	for (const struct topo_game *game = topo_games; game->name && count < FINDINGS_MAX - 1;
	     game++)
		if (game->set)
			find_game(game, &findings[count++]);
	find_criu(ctx, &findings[count++]);
	return count;
}

static void print_text(const struct finding *findings, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		const struct finding *f = &findings[i];

		printf("%-4s %-15s %s\n     %-15s for %s\n", f->ok ? "yes" : "no", f->name,
		       f->found, "", f->what);
		if (f->used[0])
			printf("     %-15s used instead: %s\n", "", f->used);
	}
}

static void print_json(const struct finding *findings, size_t count, bool sound)
{
	json_t *list = json_array(), *json;

	for (size_t i = 0; i < count; i++) {
		const struct finding *f = &findings[i];

		json = json_pack("{s:s, s:s, s:b, s:b, s:s, s:s}", "need", f->name, "for", f->what,
				 "ok", f->ok, "essential", f->essential, "found", f->found, "used",
				 f->used);
		json_array_append_new(list, json);
	}
	json = json_pack("{s:b, s:o}", "sound", sound, "needs", list);
	json_dumpf(json, stdout, JSON_INDENT(2));
	printf("\n");
	json_decref(json);
}

int doctor_main(const struct baton_context *ctx, int argc, char **argv)
{
	struct finding findings[FINDINGS_MAX];
	bool sound = true;
	size_t count;

	memset(findings, 0, sizeof(findings));
	count = find_all(ctx, findings);
	for (size_t i = 0; i < count; i++)
		sound = sound && (findings[i].ok || !findings[i].essential);
	if (ctx->json)
		print_json(findings, count, sound);
	else
		print_text(findings, count);
	if (geteuid() != 0)
		return BATON_NOT_ROOT;
	return sound ? BATON_OK : BATON_KERNEL;
}
