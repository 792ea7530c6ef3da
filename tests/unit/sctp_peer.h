/* SPDX-License-Identifier: Apache-2.0 */
/* One end of an association as a program, for tests with two processes: test_sctp runs itself as
 * it. */
#ifndef BATON_TESTS_UNIT_SCTP_PEER_H
#define BATON_TESTS_UNIT_SCTP_PEER_H

/**
 * sctp_peer_main - STACK UDP-PORT listen ADDRESS PORT, or STACK UDP-PORT connect ADDRESS PORT COUNT
 *
 * listen: says "listen 0" (or an error), "accepted" and "down ERROR" of each association; echoes
 * messages, but on "close" and "abort" does so. connect: says "up", sends COUNT messages of 1 to
 * 65536 bytes, each when the one before has come back unchanged, says "echoed COUNT" and closes;
 * with COUNT 0 it waits for "down ERROR after MS ms".
 *
 * Return: exit status
 */
int sctp_peer_main(int argc, char **argv);

#endif
