/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A write-ahead log: records behind one another in a file, each written before what it says is
 * answered, so that a program which is killed finds what it knew. It is written by one process, on
 * a machine that goes on: nothing is synchronised to the disk, a reboot may leave anything, and who
 * reads asks what machine wrote it (a record of its own choice). Each record has a checksum; one
 * that is cut off at the file's end was being written when its writer was killed, and counts as not
 * written.
 *
 * Not SQLite, in which smf-lite keeps its store: there a row of 700 octets takes 16 us among others
 * and 21 alone, a record here takes 1; and a UPF establishes a session in 22.
 *
 * "BATONJL1", then records: length of the body (4 octets), its complement (4), so that a damaged
 * length isn't taken for a record that is cut off, CRC-32 of type and body (4), type (1), body;
 * numbers in host order.
 *
 * A log grows; its user writes a new one beside it when most of it is of no use any more
 * (wal_create, wal_append, wal_publish).
 */
#ifndef BATON_LIB_WAL_H
#define BATON_LIB_WAL_H

#include <stddef.h>
#include <stdint.h>
#include <sys/uio.h>

enum {
	WAL_BODY_MAX = 1 << 20, /* octets of a record's body */
	WAL_PARTS_MAX = 15,	/* that a body may be handed over in */
};

struct wal;

/**
 * wal_create - a new one, as @path with ".new" behind it until wal_publish
 *
 * Mode 0600. Return: 0 or a negative errno
 */
int wal_create(const char *path, struct wal **ret);
/** wal_publish - it takes the place of what is at its path; Return: 0 or a negative errno */
int wal_publish(struct wal *journal);
/** wal_free - close it; one that was not published is removed */
void wal_free(struct wal *journal);

/**
 * wal_append - a record, whole or not at all
 * @parts: of its body, @count of them
 *
 * Return: 0; -ENOSPC and what else write(2) says; -EMSGSIZE: WAL_BODY_MAX, WAL_PARTS_MAX.
 * After -EIO what is in the file isn't known: it can't be used any more.
 */
int wal_append(struct wal *journal, uint8_t type, const struct iovec *parts, size_t count);
/** wal_size - octets, so far */
uint64_t wal_size(const struct wal *journal);

/** wal_load - a file's octets, to be parsed; *ret_octets is the caller's to free; Return: 0;
 * -ENOENT, ...; -EBADMSG: no file of ours that nobody else may write */
int wal_load(const char *path, uint8_t **ret_octets, size_t *ret_size);

/**
 * wal_parse - all records, in their order
 * @each: @body lies in @octets, not aligned; anything but 0 ends the reading and is returned
 *
 * Return: 0; -EBADMSG: no log, or a record that is damaged
 */
typedef int (*wal_each)(uint8_t type, const uint8_t *body, size_t len, void *user);
int wal_parse(const uint8_t *octets, size_t size, wal_each each, void *user);

#endif
