// SPDX-License-Identifier: Apache-2.0
/* What tells a session's packets, by what an SMF sends and what the data plane is told: QFIs,
 * network instances, UE prefixes, framed routes, SDF filters, applications, PDRs' times. */
#include <arpa/inet.h>
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "dataplane/address.h"
#include "tests/unit/upf_rules_bed.h"

/* ---- QFIs, network instances ---- */

static void test_qfis(void **state)
{
	struct harness *h = *state;

	example_establishment(&h->msg, &h->ex);
	pdr_of(h, 0)->pdi.n_qfi = 3;
	pdr_of(h, 0)->pdi.qfi[1] = 1;
	pdr_of(h, 0)->pdi.qfi[2] = 63;
	accepted(h);
	assert_true(dp_pdr(h, EX_PDR_UL)->qfis == (1ull << EX_QFI | 1ull << 1 | 1ull << 63));
}

/* Named (in any case), unknown (then it is the nameless first), and that of N3, which says nothing
 */
static void test_network_instances(void **state)
{
	static const struct {
		const char *name;
		uint8_t instance;
	} rows[] = {{"Internet", 1}, {"ims", 2}, {"elsewhere", 0}};
	struct harness *h = *state;

	for (size_t i = 0; i < 3; i++) {
		h->ex.cp_seid = 1 + i;
		h->ex.ue = harness_ip(i == 1 ? "0.0.0.0" : "10.60.1.2");
		example_establishment(&h->msg, &h->ex);
		for (int downlink = 0; downlink < 2; downlink++) {
			pdr_of(h, downlink)->pdi.has_network_instance = true;
			strcpy(pdr_of(h, downlink)->pdi.network_instance.text, rows[i].name);
		}
		EST(h)->create_far[0].forwarding.has_network_instance = true;
		strcpy(EST(h)->create_far[0].forwarding.network_instance.text, rows[i].name);
		if (i == 1) {
			pdr_of(h, 0)->pdi.n_ue_ip = 0;
			pdr_of(h, 1)->pdi.ue_ip[0] =
				(struct pfcp_ue_ip){.choose6 = true, .destination = true};
		}
		accepted(h);
		assert_int_equal(dp_pdr(h, EX_PDR_DL)->instance, rows[i].instance);
		assert_int_equal(dp_pdr(h, EX_PDR_UL)->instance, 0);
		assert_int_equal(dp_far(h, EX_PDR_UL)->to.instance, rows[i].instance);
	}
	/* instances 0 and 1 both have 10.60.1.2, each its own */
	assert_int_equal(upf_ue_address_count(&h->upf.addresses), 3);
}

/* Where the first has a name, one that isn't there is refused. */
static void test_unknown_network_instance(void **state)
{
	struct harness *h = *state;

	strcpy(h->upf.served[0].name, "edge");
	example_establishment(&h->msg, &h->ex);
	pdr_of(h, 1)->pdi.has_network_instance = true;
	strcpy(pdr_of(h, 1)->pdi.network_instance.text, "elsewhere");
	refused(h, PFCP_CAUSE_RULE_FAILURE);
	assert_int_equal(EST_ANSWER(h)->failed_rule.id, EX_PDR_DL);
	example_establishment(&h->msg, &h->ex);
	EST(h)->create_far[0].forwarding.has_network_instance = true;
	strcpy(EST(h)->create_far[0].forwarding.network_instance.text, "elsewhere");
	refused(h, PFCP_CAUSE_RULE_FAILURE);
	assert_int_equal(EST_ANSWER(h)->failed_rule.type, PFCP_RULE_FAR);
}

/* An address is of its own network instance's pools. */
static void test_address_of_another_instance(void **state)
{
	struct harness *h = *state;

	h->ex.ue = harness_ip("10.60.1.9"); /* of instance 0, not of "internet" */
	example_establishment(&h->msg, &h->ex);
	pdr_of(h, 1)->pdi.has_network_instance = true;
	strcpy(pdr_of(h, 1)->pdi.network_instance.text, "internet");
	refused(h, PFCP_CAUSE_RULE_FAILURE);
}

/* ---- IPv6 ---- */

static struct pfcp_ue_ip ue6(const char *text, unsigned delegated, unsigned prefix_len)
{
	return (struct pfcp_ue_ip){
		.destination = true,
		.address = {.v6 = true, .ip6 = prefix6(text, 128).addr.ip6},
		.has_delegation_bits = delegated != 0,
		.delegation_bits = (uint8_t)delegated,
		.has_prefix_length = prefix_len != 0,
		.prefix_length = (uint8_t)prefix_len,
	};
}

static void test_ue_prefixes(void **state)
{
	static const struct {
		unsigned delegated, prefix_len, len;
	} rows[] = {{0, 0, 64}, {8, 0, 56}, {0, 60, 60}, {0, 128, 128}};
	struct harness *h = *state;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct dp_prefix want = prefix6("2001:db8:60:100::7", 128);
		unsigned len = rows[i].len;

		h->ex.cp_seid = 1 + i;
		example_establishment(&h->msg, &h->ex);
		pdr_of(h, 0)->pdi.n_ue_ip = 0;
		pdr_of(h, 1)->pdi.has_network_instance = true;
		strcpy(pdr_of(h, 1)->pdi.network_instance.text, "ims");
		pdr_of(h, 1)->pdi.ue_ip[0] =
			ue6("2001:db8:60:100::7", rows[i].delegated, rows[i].prefix_len);
		accepted(h);
		if (len < 128)
			want = prefix6("2001:db8:60:100::", len);
		assert_true(has_ue(h, EX_PDR_DL, &want));
		assert_int_equal(harness_delete(h, &h->ex), PFCP_CAUSE_ACCEPTED);
	}
	assert_int_equal(upf_ue_address_count(&h->upf.addresses), 0);
}

/* Both versions in one IE; IPv6 from the instance that has it */
static void test_chosen_prefix(void **state)
{
	struct harness *h = *state;
	const struct dp_prefix want = prefix6("2001:db8:60::", 64);
	const struct pfcp_created_pdr *c = EST_ANSWER(h)->created_pdr;

	example_establishment(&h->msg, &h->ex);
	pdr_of(h, 0)->pdi.ue_ip[0] = (struct pfcp_ue_ip){.choose6 = true};
	pdr_of(h, 1)->pdi.ue_ip[0] = (struct pfcp_ue_ip){.choose6 = true, .destination = true};
	pdr_of(h, 1)->pdi.has_network_instance = true;
	strcpy(pdr_of(h, 1)->pdi.network_instance.text, "ims");
	accepted(h);
	for (int i = 0; i < 2; i++) {
		assert_true(c[i].ue_ip[0].address.v6 && !c[i].ue_ip[0].address.v4);
		assert_true(IN6_ARE_ADDR_EQUAL(&c[i].ue_ip[0].address.ip6, &want.addr.ip6));
	}
	assert_true(has_ue(h, EX_PDR_DL, &want));
	assert_true(has_ue(h, EX_PDR_UL, &want));
	assert_int_equal(harness_dp(h, &h->ex)->ue_count, 1);
}

static void test_framed_routes(void **state)
{
	struct harness *h = *state;
	const struct dp_prefix six = prefix6("2001:db8:77::", 48);

	example_establishment(&h->msg, &h->ex);
	pdr_of(h, 1)->pdi.n_framed_route = 2;
	strcpy(pdr_of(h, 1)->pdi.framed_route[0].text, "192.0.2.0/24");
	strcpy(pdr_of(h, 1)->pdi.framed_route[1].text, "198.51.100.128/25 10.60.1.2 1");
	pdr_of(h, 1)->pdi.n_framed_ipv6_route = 1;
	strcpy(pdr_of(h, 1)->pdi.framed_ipv6_route[0].text, "2001:db8:77::/48 :: 1");
	pdr_of(h, 0)->pdi.n_framed_route = 1;
	strcpy(pdr_of(h, 0)->pdi.framed_route[0].text, "192.0.2.0/24");
	accepted(h);
	assert_int_equal(ue_count(h, EX_PDR_DL), 4);
	assert_true(has_ue4(h, EX_PDR_DL, "10.60.1.2", 32));
	assert_true(has_ue4(h, EX_PDR_DL, "192.0.2.0", 24));
	assert_true(has_ue4(h, EX_PDR_DL, "198.51.100.128", 25));
	assert_true(has_ue(h, EX_PDR_DL, &six));
	assert_int_equal(ue_count(h, EX_PDR_UL), 2);
	assert_true(has_ue4(h, EX_PDR_UL, "192.0.2.0", 24)); /* what is behind the UE may send */
	pdr_update(h, EX_PDR_DL)->has_pdi = true;	     /* replaced as a whole */
	MOD(h)->update_pdr[0].pdi.source_interface = PFCP_INTERFACE_CORE;
	MOD(h)->update_pdr[0].pdi.n_ue_ip = 1;
	MOD(h)->update_pdr[0].pdi.ue_ip[0] =
		(struct pfcp_ue_ip){.address = {.v4 = true, .ip4 = h->ex.ue}, .destination = true};
	accepted(h);
	assert_int_equal(ue_count(h, EX_PDR_DL), 1);
}

/* ---- SDF filters ---- */

static struct pfcp_sdf_filter *sdf(struct pfcp_pdr *pdr, const char *flow)
{
	struct pfcp_sdf_filter *filter = &pdr->pdi.sdf[pdr->pdi.n_sdf++];

	memset(filter, 0, sizeof(*filter));
	filter->has_flow = flow != NULL;
	if (flow)
		strcpy(filter->flow, flow);
	return filter;
}

static const struct ipfilter_packed *dp_filter(struct harness *h, uint16_t pdr_id, unsigned nth)
{
	return &harness_dp(h, &h->ex)->filter[dp_pdr(h, pdr_id)->filter_first + nth];
}

/* "out" is written for downlink: uplink packets have the remote end as destination. */
static void test_filters(void **state)
{
	struct harness *h = *state;
	const struct ipfilter_packed *up, *down;

	example_establishment(&h->msg, &h->ex);
	for (int downlink = 0; downlink < 2; downlink++) {
		struct pfcp_sdf_filter *f = sdf(pdr_of(h, downlink),
						"permit out 17 from 192.0.2.0/24 5000 to assigned");

		f->has_tos = true;
		f->tos = 0x28fc;
		sdf(pdr_of(h, downlink), "permit out 6 from any 80,443 to assigned");
	}
	accepted(h);
	up = dp_filter(h, EX_PDR_UL, 0);
	down = dp_filter(h, EX_PDR_DL, 0);
	assert_int_equal(dp_pdr(h, EX_PDR_UL)->filter_count, 3); /* a port an entry */
	assert_int_equal(dp_pdr(h, EX_PDR_DL)->filter_count, 3);
	assert_true(up->flags & IPFILTER_PACKED_UPLINK && !(down->flags & IPFILTER_PACKED_UPLINK));
	assert_true(up->dst_bits == 24 && up->dst[0] == 192 && up->dst_port_low == 5000);
	assert_true(down->src_bits == 24 && down->src[0] == 192 && down->src_port_high == 5000);
	assert_true(down->tos == 0x28 && down->tos_mask == 0xfc && down->protocol == 17);
	assert_int_equal(dp_filter(h, EX_PDR_DL, 1)->src_port_low, 80);
	assert_int_equal(dp_filter(h, EX_PDR_DL, 2)->src_port_low, 443);
	assert_int_equal(harness_dp(h, &h->ex)->filter_count, 6);
}

/* One that lets all through needs no entry, and makes the others idle. */
static void test_filter_of_everything(void **state)
{
	struct harness *h = *state;

	example_establishment(&h->msg, &h->ex);
	sdf(pdr_of(h, 1), "permit out 6 from any 80 to assigned");
	sdf(pdr_of(h, 1), "permit out ip from any to assigned");
	accepted(h);
	assert_int_equal(dp_pdr(h, EX_PDR_DL)->filter_count, 0);
}

/* By its id in the other direction's PDR, which can't do without it then */
static void test_filter_by_id(void **state)
{
	struct harness *h = *state;
	struct pfcp_sdf_filter *f;

	example_establishment(&h->msg, &h->ex);
	f = sdf(pdr_of(h, 1), "permit out 17 from 192.0.2.0/24 to assigned");
	f->has_filter_id = true;
	f->filter_id = 7;
	f = sdf(pdr_of(h, 0), NULL);
	f->has_filter_id = true;
	f->filter_id = 7;
	accepted(h);
	assert_int_equal(dp_pdr(h, EX_PDR_UL)->filter_count, 1);
	assert_int_equal(dp_filter(h, EX_PDR_UL, 0)->dst_bits, 24);
	assert_true(dp_filter(h, EX_PDR_UL, 0)->flags & IPFILTER_PACKED_UPLINK);
	example_modification(&h->msg, &h->ex);
	MOD(h)->n_remove_pdr = 1;
	MOD(h)->remove_pdr[0] = EX_PDR_DL;
	refused(h, PFCP_CAUSE_RULE_FAILURE);
	assert_int_equal(MOD_ANSWER(h)->failed_rule.id, EX_PDR_UL);
}

/* What the standard lets an SMF ask for, and the data plane has no room for */
static void test_filters_beyond_room(void **state)
{
	struct harness *h = *state;

	for (unsigned i = 0; i < 3; i++) { /* 64 entries each; 128 is the data plane's limit */
		example_establishment(&h->msg, &h->ex);
		for (unsigned j = 0; j < i + 1; j++)
			sdf(pdr_of(h, 1), "permit out 17 from any 1,3,5,7,9,11,13,15 to assigned "
					  "1,3,5,7,9,11,13,15");
		if (i == 2) {
			refused(h, PFCP_CAUSE_NO_RESOURCES);
			return;
		}
		accepted(h);
		assert_int_equal(dp_pdr(h, EX_PDR_DL)->filter_count, 64 * (i + 1));
		assert_int_equal(harness_delete(h, &h->ex), PFCP_CAUSE_ACCEPTED);
	}
}

static void test_filter_update(void **state)
{
	struct harness *h = *state;
	struct pfcp_pdr *pdr;

	example_establishment(&h->msg, &h->ex);
	sdf(pdr_of(h, 1), "permit out 17 from 192.0.2.0/24 to assigned");
	accepted(h);
	pdr = pdr_update(h, EX_PDR_DL); /* without a PDI: the filters stay */
	pdr->has_precedence = true;
	pdr->precedence = 7;
	accepted(h);
	assert_int_equal(dp_pdr(h, EX_PDR_DL)->filter_count, 1);
	assert_int_equal(dp_pdr(h, EX_PDR_DL)->precedence, 7);
	pdr = pdr_update(h, EX_PDR_DL);
	pdr->has_pdi = true;
	pdr->pdi.source_interface = PFCP_INTERFACE_CORE;
	pdr->pdi.n_ue_ip = 1;
	pdr->pdi.ue_ip[0] =
		(struct pfcp_ue_ip){.address = {.v4 = true, .ip4 = h->ex.ue}, .destination = true};
	accepted(h);
	assert_int_equal(dp_pdr(h, EX_PDR_DL)->filter_count, 0);
}

/* ---- applications ---- */

/* PFD management: application "video" has so many flows; of none it is forgotten */
static void application_provision(struct harness *h, size_t flows)
{
	static const char *const texts[] = {"permit out 17 from 192.0.2.1 to assigned",
					    "permit out 6 from 192.0.2.2 443 to assigned"};
	static struct pfcp_pfd_management_request request;
	struct pfcp_application_pfds *app = &request.application[0];
	const char *why;
	uint16_t ie;

	memset(&request, 0, sizeof(request));
	request.n_application = 1;
	strcpy(app->application_id.text, "video");
	for (size_t i = 0; i < flows; i++) {
		struct pfcp_pfd_contents *contents = &app->pfd[app->n_pfd++].contents[0];

		app->pfd[i].n_contents = 1;
		assert_int_equal(pfcp_pfd_add(contents, PFCP_PFD_FLOW, texts[i], strlen(texts[i])),
				 0);
	}
	assert_int_equal(upf_pfds_update(&h->upf.pfds, &request, &ie, &why), PFCP_CAUSE_ACCEPTED);
}

static void application_name(struct pfcp_pdr *pdr)
{
	pdr->pdi.has_application_id = true;
	strcpy(pdr->pdi.application_id.text, "video");
}

static void test_application(void **state)
{
	struct harness *h = *state;

	application_provision(h, 2);
	example_establishment(&h->msg, &h->ex);
	application_name(pdr_like(h, 1, 3));
	accepted(h);
	assert_int_equal(dp_pdr(h, 3)->filter_count, 2);
	assert_int_equal(dp_filter(h, 3, 1)->src_port_low, 443);
	assert_int_equal(dp_pdr(h, EX_PDR_DL)->filter_count, 0);
	application_provision(h, 1); /* the sessions follow */
	assert_int_equal(dp_pdr(h, 3)->filter_count, 1);
	application_provision(h, 0); /* of none there is no packet: not one that matches all */
	assert_null(dp_pdr(h, 3));
	assert_non_null(dp_pdr(h, EX_PDR_DL));
	application_provision(h, 2);
	assert_int_equal(dp_pdr(h, 3)->filter_count, 2);
}

/* Forgotten by PFD management: the session can still be handed over. */
static void test_application_forgotten(void **state)
{
	struct harness *h = *state;

	application_provision(h, 2);
	example_establishment(&h->msg, &h->ex);
	application_name(pdr_like(h, 1, 3));
	accepted(h);
	application_provision(h, 0);
	example_handover(&h->msg, &h->ex, harness_ip("10.101.1.2"), 55);
	accepted(h);
	assert_int_equal(dp_far(h, EX_PDR_DL)->to.teid, 55);
	assert_null(dp_pdr(h, 3));
}

static void test_applications_are_bounded(void **state)
{
	struct harness *h = *state;

	application_provision(h, 1);
	example_establishment(&h->msg, &h->ex);
	for (uint16_t i = 0; i <= UPF_PDR_APPLICATIONS_MAX; i++)
		application_name(pdr_like(h, 1, (uint16_t)(10 + i)));
	refused(h, PFCP_CAUSE_NO_RESOURCES);
}

#define T(name)	     cmocka_unit_test_setup_teardown(name, rules_bed_setup, rules_bed_teardown)
#define T_WIDE(name) cmocka_unit_test_setup_teardown(name, rules_bed_setup_wide, rules_bed_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(test_qfis),
		T_WIDE(test_network_instances),
		T(test_unknown_network_instance),
		T_WIDE(test_address_of_another_instance),
		T_WIDE(test_ue_prefixes),
		T_WIDE(test_chosen_prefix),
		T(test_framed_routes),
		T(test_filters),
		T(test_filter_of_everything),
		T(test_filter_by_id),
		T(test_filters_beyond_room),
		T(test_filter_update),
		T(test_application),
		T(test_application_forgotten),
		T(test_applications_are_bounded),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
