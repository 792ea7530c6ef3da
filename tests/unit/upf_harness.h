/* SPDX-License-Identifier: Apache-2.0 */
/* A whole UPF in a test's hands: a data plane of memory below, a wire of memory above. */
#ifndef BATON_TESTS_UPF_HARNESS_H
#define BATON_TESTS_UPF_HARNESS_H

#include "tests/unit/upf_messages.h"
#include "tests/unit/upf_null_dp.h"
#include "upf/upf.h"

struct harness {
	uv_loop_t loop;
	struct upf_config config;
	struct upf upf;
	struct example ex; /* session 1 of SMF 1 */
	uint32_t sequence; /* of the next request */
	size_t sent;	   /* datagrams by the UPF so far */
	struct sockaddr_in sent_to;
	size_t last_len;
	uint8_t last[65536];
	struct pfcp_msg msg;   /* to build in */
	struct pfcp_msg reply; /* the latest that the UPF sent */
	char state_dir[32];    /* "": none */
};

void harness_open(struct harness *h);
/* @change: of the configuration, before the UPF is made; NULL: none */
void harness_open_with(struct harness *h, void (*change)(struct upf_config *config));
/* For @change: IPv6 on N3, a second network instance "internet", which has a /30 of the first one's
 * addresses, and a third, "ims", of IPv6 */
void harness_wide(struct upf_config *config);
void harness_close(struct harness *h);
/* From now on it keeps a journal, in a directory of its own */
void harness_keep(struct harness *h);
/* The journal's path; valid until the next call */
const char *harness_journal(const struct harness *h);
/* It is killed, and its successor takes the journal as it is then. Return: what upf_heritage_open
 * or upf_heritage_take said; unless 0 the successor has nothing */
int harness_restart(struct harness *h);
/* The same, and the successor is killed before it has a journal of its own; then @between, and the
 * next one */
int harness_restart_again(struct harness *h, void (*between)(void));

struct in_addr harness_ip(const char *text);
/* Octets from an address, port 8805; Return: whether the UPF sent something, then in h->reply */
bool harness_bytes(struct harness *h, struct in_addr from, const uint8_t *buf, size_t len);
/* h->msg from an address */
bool harness_send(struct harness *h, struct in_addr from);
/* Return: the cause */
uint8_t harness_associate(struct harness *h, struct in_addr smf, uint32_t stamp,
			  const struct pfcp_session_retention *retention);
/* Fills in up_seid and ul_teid; Return: the cause */
uint8_t harness_establish(struct harness *h, struct example *ex);
/* h->msg as the next request, an establishment (then as harness_establish) or a modification;
 * Return: the cause */
uint8_t harness_request(struct harness *h, struct example *ex);
uint8_t harness_delete(struct harness *h, const struct example *ex);
/* What the data plane was told; aborts where there is nothing */
const struct dp_session *harness_dp(struct harness *h, const struct example *ex);
/* All that N4 has made, as text: sessions, rules, data plane, TEIDs. Freed by the caller */
char *harness_state(struct harness *h);

#endif
