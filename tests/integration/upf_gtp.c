// SPDX-License-Identifier: Apache-2.0
/*
 * N4 of a real upf on the kernel's gtp driver, which does tunnels and no more: a session as
 * smf-lite asks for it of such a UPF (no QFI, downlink closed until the gNB is known), and what the
 * driver can't do, refused by rule. Writes TAP.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include "tests/integration/upf_talk.h"

static struct smf smf;

/* smf-lite's `qos: false`: no QER, no QFI in the PDI */
static void without_qos(struct pfcp_session_establishment_request *e)
{
	e->n_create_qer = 0;
	for (unsigned i = 0; i < e->n_create_pdr; i++) {
		e->create_pdr[i].n_qer_id = 0;
		e->create_pdr[i].pdi.n_qfi = 0;
	}
}

static int establish(struct bed *bed, struct example *ex, bool half, uint32_t restored_teid)
{
	struct pfcp_session_establishment_request *e = &smf.msg.session_establishment_request;

	example_establishment(&smf.msg, ex);
	without_qos(e);
	if (half) {
		e->create_far[1].apply_action = PFCP_ACTION_DROP;
		e->create_far[1].has_forwarding = false;
	}
	if (restored_teid) {
		e->has_sereq_flags = true;
		e->sereq_flags = PFCP_SEREQ_RESTI;
		e->create_pdr[0].pdi.f_teid = (struct pfcp_f_teid){
			.teid = restored_teid, .address = {.v4 = true, .ip4 = ex->n3}};
	}
	return smf_request(&smf, bed) ? talk_established(&smf, ex) : -1;
}

static void case_session(struct bed *bed, struct example *ex)
{
	tap_ok(establish(bed, ex, true, 0) == PFCP_CAUSE_ACCEPTED && ex->ul_teid,
	       "establishment with the downlink closed");
	tap_ok(talk_handover(bed, &smf, ex, ex->gnb, ex->gnb_teid) == PFCP_CAUSE_ACCEPTED,
	       "modification: the gNB's F-TEID");
	tap_ok(talk_uplink(bed, ex, 0), "uplink");
	tap_ok(talk_downlink(bed, ex, bed->gnb_fd, ex->gnb_teid, 0),
	       "downlink, without a container");
}

/* What can't be done is refused by the rule that asks for it, and leaves nothing. */
static void case_refusals(struct bed *bed, const struct example *session)
{
	const struct pfcp_session_establishment_response *r =
		&smf.answer.session_establishment_response;
	struct example ex = talk_example(bed, &smf, "10.60.1.3", 0x2222);
	char *before = upf_state(), *after;

	tap_ok(talk_establish(bed, &smf, &ex) == PFCP_CAUSE_RULE_FAILURE && r->has_failed_rule,
	       "QFI marking is refused, with the rule's id");
	tap_note("failed rule: type %u id %u", r->failed_rule.type, r->failed_rule.id);
	example_establishment(&smf.msg, &ex);
	without_qos(&smf.msg.session_establishment_request);
	smf.msg.session_establishment_request.create_far[0].apply_action = PFCP_ACTION_DROP;
	tap_ok(smf_request(&smf, bed) && r->cause == PFCP_CAUSE_RULE_FAILURE &&
		       r->failed_rule.type == PFCP_RULE_FAR && r->failed_rule.id == EX_FAR_UL,
	       "dropping the uplink alone is refused, with the FAR's id");
	after = upf_state();
	tap_ok(!strcmp(before, after), "nothing has changed");
	free(before);
	free(after);
	tap_ok(talk_uplink(bed, session, 0), "the session forwards");
}

static void case_handover(struct bed *bed, struct example *ex)
{
	tap_ok(talk_handover(bed, &smf, ex, ip("10.101.1.2"), 55) == PFCP_CAUSE_ACCEPTED,
	       "modification: another gNB");
	tap_ok(talk_downlink(bed, ex, bed->gnb2_fd, 55, 0), "downlink goes there");
	tap_ok(talk_uplink(bed, ex, 0), "uplink keeps its F-TEID");
}

static void case_restart(struct bed *bed, struct example *ex)
{
	uint32_t teid = ex->ul_teid;

	tap_ok(WIFSIGNALED(upf_end(bed, SIGKILL)), "kill -9 of the UPF");
	upf_run(bed);
	tap_ok(talk_associate(bed, &smf, false) == PFCP_CAUSE_ACCEPTED, "association again");
	tap_ok(establish(bed, ex, false, teid) == PFCP_CAUSE_ACCEPTED,
	       "restoration with the F-TEID it had");
	ex->ul_teid = teid;
	tap_ok(talk_uplink(bed, ex, 0), "uplink comes through");
	tap_ok(talk_downlink(bed, ex, bed->gnb_fd, ex->gnb_teid, 0), "and downlink");
}

static bool gtp_links(void)
{
	FILE *f = popen("ip -o link show type gtp", "r");
	int c;

	if (!f)
		bail("ip", 1);
	c = fgetc(f);
	pclose(f);
	return c != EOF;
}

static void case_end(struct bed *bed, struct example *ex)
{
	int status;

	tap_ok(talk_delete(bed, &smf, ex->up_seid) == PFCP_CAUSE_ACCEPTED, "deletion");
	tap_ok(talk_status_number("sessions") == 0 && talk_status_number("teids") == 0,
	       "gives back everything");
	tap_ok(gtp_links(), "while it runs there is a gtp device");
	status = upf_end(bed, SIGTERM);
	tap_ok(WIFEXITED(status) && WEXITSTATUS(status) == 0 && !gtp_links(),
	       "SIGTERM ends it, and removes that");
}

int main(void)
{
	static struct bed bed;
	struct example ex;

	bed_make(&bed, "gtp");
	upf_run(&bed);
	smf_open(&smf, "127.0.4.10", 1000);
	ex = talk_example(&bed, &smf, "10.60.1.2", 0x1111);
	tap_ok(talk_associate(&bed, &smf, false) == PFCP_CAUSE_ACCEPTED, "association");
	case_session(&bed, &ex);
	case_refusals(&bed, &ex);
	case_handover(&bed, &ex);
	case_restart(&bed, &ex);
	case_end(&bed, &ex);
	smf_close(&smf);
	bed_free(&bed);
	return tap_end();
}
