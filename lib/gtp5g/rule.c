// SPDX-License-Identifier: Apache-2.0
/*
 * Rules whole: what they must have, and their messages. What is refused here was found in the
 * module's sources (0.10.2, src/genl and src/pfcp); each check says what would become of it there.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "lib/gtp5g/inside.h"

#define BIT(row) ((uint64_t)1 << (row))

/* Where the module hands packets and reports to: this path stands for its multicast group. It is
 * sent with each new PDR: without one, a PDR with a URR or a FAR that buffers is freed while the
 * FAR still points to it (unix_sock_client_new, pdr.c). */
static const char group_path[] = "/";

void gtp5g_complete(struct gtp5g_rule *rule)
{
	if (rule->kind != GTP5G_FAR || !gtp5g_has(rule, GTP5G_FAR_TEID))
		return;
	if (!gtp5g_has(rule, GTP5G_FAR_DESCRIPTION))
		rule->far.description = GTP5G_GTPU_UDP_IPV4;
	if (!gtp5g_has(rule, GTP5G_FAR_PEER_PORT))
		rule->far.peer_port = GTP5G_PORT;
	rule->has |= BIT(GTP5G_FAR_DESCRIPTION) | BIT(GTP5G_FAR_PEER_PORT);
}

/* ---- checks ---- */

static int check_since(const struct gtp5g_field *field, uint32_t version,
		       struct gtp5g_expected *ret_why)
{
	const unsigned major = field->since >> 16, minor = field->since >> 8 & 0xff,
		       patch = field->since & 0xff;

	if (!version || version >= field->since)
		return 0;
	if (version == GTP5G_VERSION_UNKNOWN)
		gtp5g_expect(ret_why,
			     "--%s: gtp5g knows it since %u.%u.%u, and which this is can't be told",
			     field->name, major, minor, patch);
	else
		gtp5g_expect(ret_why, "--%s: gtp5g %u.%u.%u doesn't know it, %u.%u.%u does",
			     field->name, version >> 16, version >> 8 & 0xff, version & 0xff, major,
			     minor, patch);
	return -EOPNOTSUPP;
}

static int check_field(const struct gtp5g_table *table, size_t index, const struct gtp5g_rule *rule,
		       uint32_t version, struct gtp5g_expected *ret_why)
{
	const struct gtp5g_field *field = &table->field[index];
	int rc = check_since(field, version, ret_why);

	if (rc)
		return rc;
	for (size_t i = 0; i < table->count; i++)
		if (field->with >> i & 1 && !gtp5g_has(rule, i))
			return gtp5g_expect(ret_why, "--%s: it needs --%s beside it", field->name,
					    table->field[i].name);
	return 0;
}

static int check_required(const struct gtp5g_table *table, const struct gtp5g_rule *rule,
			  struct gtp5g_expected *ret_why)
{
	for (size_t i = 0; i < table->count; i++) {
		const struct gtp5g_field *field = &table->field[i];

		if (!(field->flags & GTP5G_REQUIRED) || gtp5g_has(rule, i))
			continue;
		if (rule->kind == GTP5G_PDR && i == GTP5G_PDR_FAR_ID)
			return gtp5g_expect(ret_why, "--far is missing: without one the kernel "
						     "module dereferences NULL");
		return gtp5g_expect(ret_why, "%s%s is missing",
				    field->flags & GTP5G_KEY ? "" : "--", field->name);
	}
	return 0;
}

static int check_pdr(const struct gtp5g_rule *rule, enum gtp5g_verb verb,
		     struct gtp5g_expected *ret_why)
{
	const uint64_t found_by =
		BIT(GTP5G_PDR_TEID) | BIT(GTP5G_PDR_UE_ADDRESS) | BIT(GTP5G_PDR_FRAMED_ROUTE);

	if (verb == GTP5G_ADD && !(rule->has & found_by))
		return gtp5g_expect(ret_why, "one of --teid, --ue-address, --framed-route is "
					     "missing: no packet would find it");
	return 0;
}

/* TS 29.244 cl. 8.2.26: one of the three, and nocp with buff alone. Of what is neither, the module
 * logs an error with each packet and drops it (gtp5g_rx, gtp5g_handle_skb_ipv4, encap.c). dupl may
 * stand beside any: it is kept there, and not looked at. */
static int check_action(uint16_t action, struct gtp5g_expected *ret_why)
{
	const unsigned what = action & (GTP5G_DROP | GTP5G_FORW | GTP5G_BUFF);

	if (what != GTP5G_DROP && what != GTP5G_FORW && what != GTP5G_BUFF)
		return gtp5g_expect(ret_why, "--action: exactly one of drop, forw and buff");
	if (action & GTP5G_NOCP && what != GTP5G_BUFF)
		return gtp5g_expect(ret_why, "--action: nocp goes with buff alone");
	return 0;
}

static int check_far(const struct gtp5g_rule *rule, enum gtp5g_verb verb,
		     struct gtp5g_expected *ret_why)
{
	if (gtp5g_has(rule, GTP5G_FAR_ACTION) && check_action(rule->far.action, ret_why))
		return -EINVAL;
	if (verb == GTP5G_ADD && gtp5g_has(rule, GTP5G_FAR_END_MARKER))
		return gtp5g_expect(ret_why,
				    "--end-marker: a new FAR has no peer that was; only mod has");
	return 0;
}

/* Of a policer of 0 no token ever comes (policePacket, trTCM.c), while the module tells 0 also of a
 * rate that isn't there: one that is meant to stop all could not be told from none */
static int check_mbr(const struct gtp5g_rule *rule, struct gtp5g_expected *ret_why)
{
	const bool uplink = gtp5g_has(rule, GTP5G_QER_MBR_UPLINK) && !rule->qer.mbr_uplink_kbps;
	const bool downlink =
		gtp5g_has(rule, GTP5G_QER_MBR_DOWNLINK) && !rule->qer.mbr_downlink_kbps;

	if (!uplink && !downlink)
		return 0;
	return gtp5g_expect(ret_why,
			    "--mbr-%s: a rate from 1; to let nothing pass, close the gate instead "
			    "(--gate %s-closed)",
			    uplink ? "uplink" : "downlink", uplink ? "uplink" : "downlink");
}

/* Before 0.9.15 the module reads both directions of a rate when it is given one */
static int check_rates(const struct gtp5g_rule *rule, uint32_t version,
		       struct gtp5g_expected *ret_why)
{
	const bool mbr =
		gtp5g_has(rule, GTP5G_QER_MBR_UPLINK) == gtp5g_has(rule, GTP5G_QER_MBR_DOWNLINK);
	const bool gbr =
		gtp5g_has(rule, GTP5G_QER_GBR_UPLINK) == gtp5g_has(rule, GTP5G_QER_GBR_DOWNLINK);

	if (!version || version >= GTP5G_VERSION(0, 9, 15) || (mbr && gbr))
		return 0;
	gtp5g_expect(ret_why,
		     "--%s-uplink and --%s-downlink go together: before 0.9.15 the "
		     "module dereferences NULL for the one that is missing",
		     mbr ? "gbr" : "mbr", mbr ? "gbr" : "mbr");
	return -EOPNOTSUPP;
}

static int check_qer(const struct gtp5g_rule *rule, uint32_t version,
		     struct gtp5g_expected *ret_why)
{
	int rc = check_mbr(rule, ret_why);

	return rc ? rc : check_rates(rule, version, ret_why);
}

/* update_urr_counter_and_send_report (encap.c) makes lists of as many reports as the PDR has URRs,
 * and writes one for the threshold and one for the quota of the same: traffic that reaches both
 * overflows them. In 0.9.3, too. */
static int check_trigger(const struct gtp5g_rule *rule, struct gtp5g_expected *ret_why)
{
	const uint32_t both = GTP5G_VOLTH | GTP5G_VOLQU;

	if (!gtp5g_has(rule, GTP5G_URR_TRIGGER) || (rule->urr.trigger & both) != both)
		return 0;
	return gtp5g_expect(ret_why, "--trigger: volth and volqu are for two URRs: of one that "
				     "has both the module writes beyond a list of reports");
}

/* urr_fill (genl_urr.c) looks at the total alone: when that is 0, as it is when it was never set,
 * the quota is used up at once. And without a period, update_urr_counter_and_send_report (encap.c)
 * doesn't count for a quota at all, since 0.9.12. */
int gtp5g_check_quota(const struct gtp5g_rule *urr, struct gtp5g_expected *ret_why)
{
	const uint64_t one_way = BIT(GTP5G_URR_QUOTA_UPLINK) | BIT(GTP5G_URR_QUOTA_DOWNLINK);
	const bool total = gtp5g_has(urr, GTP5G_URR_QUOTA_TOTAL) && urr->urr.quota.total;

	if (!gtp5g_has(urr, GTP5G_URR_TRIGGER) || !(urr->urr.trigger & GTP5G_VOLQU))
		return 0;
	if (urr->has & one_way && !total)
		return gtp5g_expect(ret_why, "--quota-total, from 1, is missing: without one the "
					     "module takes a quota for used up at once");
	if (total && (!gtp5g_has(urr, GTP5G_URR_PERIOD) || !urr->urr.period_s))
		return gtp5g_expect(ret_why, "--period, from 1, is missing: without one the module "
					     "doesn't count for a quota");
	return 0;
}

/* What a change leaves as it is isn't known here: kernel.c looks at the quota then */
static int check_urr(const struct gtp5g_rule *rule, enum gtp5g_verb verb,
		     struct gtp5g_expected *ret_why)
{
	int rc = check_trigger(rule, ret_why);

	return rc || verb != GTP5G_ADD ? rc : gtp5g_check_quota(rule, ret_why);
}

int gtp5g_check(const struct gtp5g_rule *rule, enum gtp5g_verb verb, uint32_t version,
		struct gtp5g_expected *ret_why)
{
	const struct gtp5g_table *table = gtp5g_table(rule->kind);
	int rc = verb == GTP5G_ADD ? check_required(table, rule, ret_why) : 0;

	for (size_t i = 0; !rc && i < table->count; i++)
		if (gtp5g_has(rule, i))
			rc = check_field(table, i, rule, version, ret_why);
	if (!rc && rule->kind == GTP5G_PDR)
		rc = check_pdr(rule, verb, ret_why);
	if (!rc && rule->kind == GTP5G_FAR)
		rc = check_far(rule, verb, ret_why);
	if (!rc && rule->kind == GTP5G_QER)
		rc = check_qer(rule, version, ret_why);
	if (!rc && rule->kind == GTP5G_URR)
		rc = check_urr(rule, verb, ret_why);
	return rc;
}

/* ---- messages ---- */

int gtp5g_rule_put(const struct gtp5g_rule *rule, enum gtp5g_verb verb, struct nlmsghdr *nlh,
		   size_t size)
{
	int rc = gtp5g_put(gtp5g_table(rule->kind), rule, nlh, size);

	if (!rc && rule->kind == GTP5G_PDR && verb == GTP5G_ADD &&
	    !mnl_attr_put_strz_check(nlh, size, GTP5G_AT_PDR_SOCKET_PATH, group_path))
		rc = -EMSGSIZE;
	return rc;
}

int gtp5g_rule_take(enum gtp5g_kind kind, const void *attributes, size_t len,
		    struct gtp5g_rule *ret_rule)
{
	const struct gtp5g_table *table = gtp5g_table(kind);
	const struct gtp5g_table name = {table->name, table->field, GTP5G_RULE_ID + 1};
	int rc;

	memset(ret_rule, 0, sizeof(*ret_rule));
	ret_rule->kind = kind;
	rc = gtp5g_take(table, attributes, len, ret_rule);
	if (!rc)
		return gtp5g_has(ret_rule, GTP5G_RULE_ID) ? 0 : -EBADMSG;
	memset(ret_rule, 0, sizeof(*ret_rule));
	ret_rule->kind = kind;
	(void)gtp5g_take(&name, attributes, len, ret_rule);
	return rc;
}

/* What is handed on, and to whom */
struct teller {
	void (*on_packet)(const struct gtp5g_packet *packet, void *user);
	void (*on_report)(const struct gtp5g_report *report, void *user);
	void *user;
};

static int tell_report(const struct nlattr *nest, const struct teller *teller)
{
	struct gtp5g_report report = {0};
	int rc = gtp5g_take(&gtp5g_report_table, mnl_attr_get_payload(nest),
			    mnl_attr_get_payload_len(nest), &report);

	if (!rc && teller->on_report)
		teller->on_report(&report, teller->user);
	return rc;
}

static int tell_packet(const struct nlattr *nest, const struct teller *teller)
{
	struct gtp5g_packet packet = {0};
	const struct nlattr *attr;
	int rc = gtp5g_take(&gtp5g_packet_table, mnl_attr_get_payload(nest),
			    mnl_attr_get_payload_len(nest), &packet);

	mnl_attr_for_each_nested (attr, nest) {
		if (mnl_attr_get_type(attr) != GTP5G_AT_PACKET_OCTETS)
			continue;
		packet.octets = mnl_attr_get_payload(attr);
		packet.len = mnl_attr_get_payload_len(attr);
	}
	if (!rc && teller->on_packet)
		teller->on_packet(&packet, teller->user);
	return rc;
}

static int tell_reports(const void *attributes, size_t len, const struct teller *teller)
{
	const struct nlattr *attr;
	int rc = 0;

	mnl_attr_for_each_payload (attributes, len) {
		if (mnl_attr_get_type(attr) == GTP5G_AT_REPORT)
			rc = tell_report(attr, teller);
		if (rc)
			break;
	}
	return rc;
}

int gtp5g_tell_take(const void *attributes, size_t len,
		    void (*on_packet)(const struct gtp5g_packet *packet, void *user),
		    void (*on_report)(const struct gtp5g_report *report, void *user), void *user)
{
	const struct teller teller = {on_packet, on_report, user};
	const struct nlattr *attr;
	int rc = 0;

	mnl_attr_for_each_payload (attributes, len) {
		switch (mnl_attr_get_type(attr)) {
		case GTP5G_AT_TELL_PACKET:
			rc = tell_packet(attr, &teller);
			break;
		case GTP5G_AT_TELL_REPORTS:
			rc = tell_reports(mnl_attr_get_payload(attr),
					  mnl_attr_get_payload_len(attr), &teller);
			break;
		case GTP5G_AT_REPORT: /* of one that was asked for */
			rc = tell_report(attr, &teller);
			break;
		}
		if (rc)
			break;
	}
	return rc;
}

uint32_t gtp5g_version_read(const char *text)
{
	unsigned major, minor, patch;

	if (sscanf(text, "%5u.%3u.%3u", &major, &minor, &patch) != 3 || major > 999 ||
	    minor > 255 || patch > 255)
		return 0;
	return GTP5G_VERSION(major, minor, patch);
}
