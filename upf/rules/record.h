/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A session's rules as they are kept between two requests: of each list of struct upf_rules what is
 * there, packed. Of the usual session (two PDRs, two FARs, a QER, a URR, a UE address) some 190
 * octets.
 */
#ifndef BATON_UPF_RECORD_H
#define BATON_UPF_RECORD_H

#include "upf/rules/rules.h"

struct upf_record;

/** upf_record_new - Return: freed by free(); NULL: out of memory */
struct upf_record *upf_record_new(const struct upf_rules *rules);
/** upf_record_read - the rules; those of NULL are none */
void upf_record_read(const struct upf_record *record, struct upf_rules *ret);
/** upf_record_check - whether @octets, aligned as malloc does, are one of @size octets, with no more
 * of a list than there can be; what its elements say is upf_rules_bounds'. Return: 0, -EBADMSG */
int upf_record_check(const void *octets, size_t size);
/** upf_record_size - octets */
size_t upf_record_size(const struct upf_record *record);

#endif
