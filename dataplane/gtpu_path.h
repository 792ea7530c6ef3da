/* SPDX-License-Identifier: Apache-2.0 */
/*
 * GTP-U path management: UDP 2152 on each local address, which all back ends share, and the control
 * messages there.
 *
 * Echo Request is answered; Echo Requests of our own are sent again after T3 and given up after N3
 * tries; Error Indication and Supported Extension Headers Notification are sent within a budget for
 * each peer and for all. Spec: TS 29.281 cl. 4.4, 7.2, 7.3, 11, 12
 */
#ifndef BATON_DATAPLANE_GTPU_PATH_H
#define BATON_DATAPLANE_GTPU_PATH_H

#include "dataplane/dataplane.h"

struct gtpu_msg;
struct gtpu_path;

struct gtpu_path_config {
	uint8_t local_count;
	struct dp_addr local[DP_LOCALS_MAX];
	struct dp_events events;
	/* a G-PDU that came up to the socket; Return: true when its TEID is not known */
	bool (*stray)(const struct gtpu_msg *msg, void *user);
	/* what can't be read; @user_packet: it is a G-PDU */
	void (*malformed)(bool user_packet, void *user);
	void *user;
	uint8_t echo_t3_s, echo_n3; /* dp_config's */
};

/** gtpu_path_new - bind and listen; Return: 0, -EADDRINUSE, -EADDRNOTAVAIL, ... */
int gtpu_path_new(const struct gtpu_path_config *config, struct gtpu_path **ret_path);
void gtpu_path_free(struct gtpu_path *path);
/** gtpu_path_fd - readable when gtpu_path_process has something to do */
int gtpu_path_fd(const struct gtpu_path *path);
/** gtpu_path_socket - the first local address's UDP socket itself, which the gtp driver takes over;
 * borrowed */
int gtpu_path_socket(const struct gtpu_path *path);
void gtpu_path_process(struct gtpu_path *path);
/** gtpu_path_echo - Return: 0, also while one is under way; -ENOSPC when too many peers are being
 * asked; -EAFNOSUPPORT */
int gtpu_path_echo(struct gtpu_path *path, const struct dp_addr *peer);
/** gtpu_path_end_marker - Return: 0 or a negative errno */
int gtpu_path_end_marker(struct gtpu_path *path, const struct dp_addr *peer, uint32_t teid);
/** gtpu_path_forward - @packet as a G-PDU, without a container; Return: 0 or a negative errno */
int gtpu_path_forward(struct gtpu_path *path, struct in_addr peer, uint32_t teid,
		      const uint8_t *packet, size_t len);
/** gtpu_path_watch - gtpu_path_fd is readable also when @fd is; borrowed */
int gtpu_path_watch(struct gtpu_path *path, int fd);
/** gtpu_path_pass - it is another's from now on: its @t3_s, @n3, @user */
void gtpu_path_pass(struct gtpu_path *path, uint8_t echo_t3_s, uint8_t echo_n3, void *user);
const struct dp_path_counters *gtpu_path_counters(const struct gtpu_path *path);

#endif
