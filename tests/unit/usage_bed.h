/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A bed for the UPF's usage engine: a session with clocks, a data plane that counts, limits and
 * tells as dataplane.h says, and a log of the reports that came out.
 */
#ifndef BATON_TESTS_USAGE_BED_H
#define BATON_TESTS_USAGE_BED_H

#include "upf/usage.h"

enum { BED_URRS = 8, BED_LOG = 4096 };

/* A URR as the data plane has it */
struct bed_urr {
	uint32_t id; /* 0: none */
	struct dp_urr_counters counters;
	struct dp_urr_limits limits;
};

struct usage_bed {
	struct upf_rules rules;
	struct upf_usages usages;
	uint64_t ms;	 /* monotonic */
	int64_t wall_ms; /* NTP, in ms, less @ms */
	size_t max;	 /* reports that are taken at once */
	bool lazy;	 /* readings only of the URR that an event is of */
	struct bed_urr urr[BED_URRS];
	size_t logged, total; /* since the log was emptied, and in all */
	struct pfcp_usage_report log[BED_LOG];
	uint64_t logged_ms[BED_LOG];
	void (*reported)(struct usage_bed *bed, const struct pfcp_usage_report *report);
	void *user;
};

/** bed_init - with one PDR, 1, that names no URR */
void bed_init(struct usage_bed *bed);
void bed_done(struct usage_bed *bed);
struct upf_now bed_now(const struct usage_bed *bed);
struct bed_urr *bed_urr(struct usage_bed *bed, uint32_t id);

/** bed_add - a URR without limits into the rules, named by the first PDR; to be committed */
struct upf_urr *bed_add(struct usage_bed *bed, uint32_t id, uint8_t method, uint32_t triggers);
/** bed_drop - it goes, from rules and PDRs; to be committed */
void bed_drop(struct usage_bed *bed, uint32_t id);
/** bed_commit - readings, what is due, then the rules as they are now; @update: NULL: none */
void bed_commit(struct usage_bed *bed, const struct pfcp_urr *update);
/** bed_ask - readings and what is due, before a request */
void bed_ask(struct usage_bed *bed);
/** bed_settle - take all reports, tell the data plane */
void bed_settle(struct usage_bed *bed);

/** bed_packet - one that matches a PDR of the rules; Return: whether it passed */
bool bed_packet(struct usage_bed *bed, size_t pdr, enum dp_direction way, uint64_t octets);
/** bed_run - the clock goes on by @ms, and wakes the engine whenever that wants to be */
void bed_run(struct usage_bed *bed, uint64_t ms);

#endif
