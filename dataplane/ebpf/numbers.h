/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a session's rules are called in its slot: buckets, limits, accounts, by number. A number
 * stays a rule's as long as the rule is there, whatever else is modified, so that what was counted
 * and what is owed stays with it.
 */
#ifndef BATON_DATAPLANE_EBPF_NUMBERS_H
#define BATON_DATAPLANE_EBPF_NUMBERS_H

#include "dataplane/dataplane.h"
#include "dataplane/ebpf/shared.h"

enum {
	NUMBERS_BUCKETS = EBPF_SLOT_BUCKETS + EBPF_MORE_BUCKETS,
	NUMBERS_LIMITS = EBPF_SLOT_LIMITS + EBPF_MORE_LIMITS,
	NUMBERS_ACCOUNTS = 64,
};

/* What a limit of a URR is on; each has a sum of its own */
enum limit_kind { LIMIT_TOTAL, LIMIT_UPLINK, LIMIT_DOWNLINK, LIMIT_PACKETS = 4, LIMIT_KINDS = 8 };

struct bucket_name {
	uint32_t qer;
	bool used, guarantee;
};

struct limit_name {
	uint32_t urr;
	bool used;
	uint8_t kind; /* enum limit_kind, | LIMIT_PACKETS */
};

/* A PDR's packets, counted for these URRs. Retired: the PDR has another by now, or is gone; it
 * still counts until it is folded */
struct account_name {
	uint16_t pdr;
	bool used, retired;
	uint8_t direction, urr_count;
	uint32_t urr[EBPF_LIMIT_REFS];
};

struct numbers {
	uint8_t bucket_count, limit_count, account_count; /* up to the highest that is used */
	struct bucket_name bucket[NUMBERS_BUCKETS];	  /* [0] is number 1 */
	struct limit_name limit[NUMBERS_LIMITS];
	struct account_name account[NUMBERS_ACCOUNTS]; /* [0] is number 0 */
};

/**
 * numbers_next - @ret: those of @session, which had @old (NULL: it is new)
 * Return: 0; -ENOSPC: no account is free until what is retired was folded; -EOPNOTSUPP with
 * *ret_err: more than there are numbers
 */
int numbers_next(const struct numbers *old, const struct dp_session *session, struct numbers *ret,
		 struct dp_error *ret_err);
/** numbers_bucket, _limit, _account - a rule's; it has one */
uint8_t numbers_bucket(const struct numbers *n, uint32_t qer, bool guarantee);
uint8_t numbers_account(const struct numbers *n, uint16_t pdr);
/** numbers_limits - of one URR, into @ret; Return: how many */
size_t numbers_limits(const struct numbers *n, uint32_t urr, uint8_t ret[LIMIT_KINDS]);
/** numbers_counts - its packets are the URR's, too */
bool numbers_counts(const struct account_name *account, uint32_t urr);
/** numbers_covers - each limit that @limits has is one of those of @urr */
bool numbers_covers(const struct numbers *n, uint32_t urr, const struct dp_urr_limits *limits);
/** numbers_sum - bits of the accounts that a limit's sum is of */
uint64_t numbers_sum(const struct numbers *n, const struct limit_name *limit);

/** numbers_need_more - a slot hasn't room for all of them, or there is one that only the longer way
 * looks at */
bool numbers_need_more(const struct numbers *n);

/** numbers_pack - as little as it takes, for a session that isn't being changed; returned, free it.
 * NULL: no memory */
void *numbers_pack(const struct numbers *n);
void numbers_unpack(const void *packed, struct numbers *ret);
size_t numbers_packed_size(const void *packed);
/** numbers_read - unpacked from @len octets of another process; Return: 0; -EBADMSG: none can be so
 */
int numbers_read(const uint8_t *octets, size_t len, struct numbers *ret);
/** numbers_repack - in the place of what it was unpacked from, with no more than there was */
void numbers_repack(const struct numbers *n, void *packed);

#endif
