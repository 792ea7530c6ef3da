/* SPDX-License-Identifier: Apache-2.0 */
/* A finished measurement and the forms in which it is told: JSON with every raw sample, CSV with a
 * line a switch, a table, a plot. */
#ifndef BATON_MEASURE_REPORT_H
#define BATON_MEASURE_REPORT_H

#include <jansson.h>
#include <stdio.h>

#include "testbed/measure/bytes.h"
#include "testbed/measure/delays.h"
#include "testbed/measure/resources.h"
#include "testbed/measure/result.h"
#include "testbed/measure/similarity.h"
#include "testbed/measure/timeline.h"

enum { SIMILARITY_TIMEOUT_MS = 75000 /* the manager's, after 001 V-F */ };

struct report_mode {
	char name[32];
	size_t wanted;
};

/* What shapes the links, and whether it kept up. */
struct report_links {
	json_t *ports;	 /* owned: link-shaper's list, after the run; NULL: none runs */
	uint64_t behind; /* packets released late or dropped for want of room, during the run */
	size_t missing;	 /* ports that the kernel doesn't shape as link-shaper left them */
	json_t *before;	 /* owned: the same before the run, when it was another; else NULL */
	bool changed;	 /* they were others in between, or at the end */
	bool gone;	 /* the topology, before the end */
	bool restarted;	 /* link-shaper was, in the middle */
	bool unknown;	 /* it didn't answer, before or after */
};

/* What one storm cost a daemon. */
struct report_cpu {
	char node[64], daemon[32];
	double idle; /* processors it kept busy before, with probes alone */
	double seconds;
};

enum { STORM_DAEMONS_MAX = 64 };

/* Of all UEs at once; the events are those of the first UE, then of the second, and so on. */
struct report_storm {
	size_t rounds; /* 0: it was none */
	size_t cpu_count;
	struct report_cpu cpu[STORM_DAEMONS_MAX]; /* over all rounds */
	double cpu_seconds; /* how long those rounds were, from first request to last end */
};

struct report {
	char machine[160], kernel[96], topology[64], dataplane_upf[32], dataplane_gnb[32];
	char running[64]; /* what the topology is called that is up; "": as in its file */
	bool emulated;	  /* under TCG: only ratios inside this report mean anything */
	uint64_t time_ns, interval_ns, hold_ms;
	size_t mode_count;
	struct report_mode mode[MODES_MAX];
	size_t event_count;
	struct switch_event *event;
	struct summary noise_up, noise_down; /* largest gap of windows without a switch */
	struct outside outside;
	struct report_links links;
	json_t *around; /* owned: texts of what else happened to it; NULL: nothing is known */
	size_t run_count;
	struct probe_run *run; /* one a UE */
	struct report_storm storm;
	struct tcp_run tcp;	    /* rate_bps 0: none ran */
	char app[64], strategy[32]; /* that was migrated, and how; "": the sessions alone */
	uint64_t timeout_ms;	    /* of the application's stream switch */
	char edge_called[EDGES_MAX + 1]
			[64];	      /* by the number that pictures carry, from 1; "": none */
	struct similarity similarity; /* of the application's pictures, where they were recorded */
	struct bytes_places *bytes_places; /* owned; NULL: no bytes were counted */
	struct bytes_reading bytes;	   /* of the whole run */
	struct resources resources;	   /* interval_ns 0: they were not recorded */
	struct timelines *timelines;	   /* by mode; NULL: not worked out */
	struct delays *delays;		   /* [mode][direction]; NULL: not worked out */
};

void report_done(struct report *r);

/** report_json - the form of docs/guide.md, on one line, with every raw sample; written piece by
 * piece, so that a long run takes no more memory than its longest switch; Return: 0 or -EIO,
 * -ENOMEM */
int report_json(const struct report *r, FILE *out);
/** report_packets_json - the member "packets" of one switch, printed behind a comma */
void report_packets_json(const struct report *r, const struct switch_event *e, FILE *out);
void report_csv(const struct report *r, FILE *out);
void report_table(const struct report *r, FILE *out);
/** report_svg - CDF of the largest gap of each mode and direction, time on a log axis */
void report_svg(const struct report *r, FILE *out);

/** report_hlog - a HdrHistogram interval log; Return: 0 or a negative errno */
int report_hlog(const struct report *r, FILE *out);
/** report_timeline_svg - one-way delays of the packets around a switch of each mode;
 * report_phases_svg - what a migration's time goes into; Return: 0 or a negative errno */
int report_timeline_svg(const struct report *r, FILE *out);
int report_phases_svg(const struct report *r, FILE *out);

/** report_folder - make @dir with all above it and see that files can be written there; Return: 0
 * or a negative errno */
int report_folder(const char *dir);
/** report_write - DIR/report.json, .csv, .svg and .hlog, each written aside and renamed; Return: 0,
 * or a negative errno with the file's path in @ret_path (PATH_MAX octets) */
int report_write(const struct report *r, const char *dir, char *ret_path);

/** report_storm_svg - how many had got how far, and when; Return: 0 or a negative errno */
int report_storm_svg(const struct report *r, FILE *out);

/** report_stages_svg - the stages of one migration of an application; Return: 0 or a negative errno
 */
int report_stages_svg(const struct report *r, FILE *out);

/** report_inputs_svg - each input's time to the picture that shows it, across the switches, and its
 * distribution before and after; Return: 0 or a negative errno */
int report_inputs_svg(const struct report *r, FILE *out);
/** report_inputs_csv - a line an input */
int report_inputs_csv(const struct report *r, FILE *out);
/** report_edge_name - of the edge with that number; @buf for one that has no name; "": 0 */
const char *report_edge_name(const struct report *r, uint32_t edge, char *buf, size_t size);
/** report_input_values - latencies in us of the inputs before or after the switches of @mode
 * (SIZE_MAX: of all) to the edge @destination (NULL: to any), ascending; to be freed; NULL: no
 * memory */
double *report_input_values(const struct report *r, size_t mode, const char *destination,
			    bool after, size_t *ret_count);
/** report_given_up - switches of @mode (SIZE_MAX: of all) whose pictures were not alike in time */
size_t report_given_up(const struct report *r, size_t mode);
/* Of switches of @mode that passed the SSIM gate, and of which it is known whether the player
 * rested */
struct report_gate {
	size_t passed, known, rested;
};
struct report_gate report_gate(const struct report *r, size_t mode);
/** report_live_waits - for alike pictures, of all modes, ascending, those given up as long as the
 * timeout; to be freed; NULL: no memory */
double *report_live_waits(const struct report *r, size_t *ret_count);

/** report_marks - the completed switches, for what nodes used; @ret: room for event_count; Return:
 * how many */
size_t report_resource_marks(const struct report *r, struct resource_mark *ret);
/** report_resources_svg, _csv, report_bytes_csv - where they were recorded; Return: 0 or a negative
 * errno */
int report_resources_svg(const struct report *r, FILE *out);
int report_resources_csv(const struct report *r, FILE *out);
int report_bytes_csv(const struct report *r, FILE *out);
/** report_watch_json - "bytes" and "resources", as far as there are, printed behind a comma;
 * Return: 0, -EIO or -ENOMEM */
int report_watch_json(const struct report *r, FILE *out);
void report_watch_table(const struct report *r, FILE *out);
void report_watch_done(struct report *r);

/** report_time_text - "149 us", "1.46 ms", "12.3 s"; "-" for NAN */
void report_time_text(double us, char *buf, size_t size);
/** report_interval_text - between probes, as it was given: "1 ms", "100 us" */
void report_interval_text(const struct report *r, char *buf, size_t size);

/* One figure of the switches of a mode, for summaries and plots. */
enum report_figure {
	FIGURE_SETUP,
	FIGURE_LATENCY,
	FIGURE_LARGEST_GAP,
	FIGURE_LOSS_GAP,
	FIGURE_FIRST_LOST,
	/* of a storm: from its first request until the switch was done, the migration at its end */
	FIGURE_SWITCHED,
	FIGURE_ENDED,
	/* of the TCP flow, whatever the direction */
	FIGURE_TCP_STALL,
	FIGURE_TCP_RECONNECT,
	FIGURE_TCP_DIP,
	FIGURE_TCP_DIP_SHARE,
	/* of the application, whatever the direction */
	FIGURE_APP_FRAMES,
	FIGURE_APP_PACKETS, /* the larger of both directions' largest gaps: T_net */
	FIGURE_APP_COMP,
	FIGURE_APP_LOGIC,
	FIGURE_APP_MIGRATION,
	FIGURE_APP_SETTLE,
	FIGURE_APP_WAIT,
	FIGURE_APP_INPUT_BEFORE,
	FIGURE_APP_INPUT_AFTER,
	FIGURE_APP_STAGE /* and APP_STAGES - 1 more */
};
enum report_direction { UPLINK, DOWNLINK };
/** report_figure_of - of one switch; NAN: it has none */
double report_figure_of(const struct switch_event *e, enum report_direction direction,
			enum report_figure figure);
/** report_values - the figure of each completed and undisturbed switch, NANs left out; @ret: room
 * for event_count; Return: how many */
size_t report_values(const struct report *r, size_t mode, enum report_direction direction,
		     enum report_figure figure, double *ret);
struct summary report_summary(const struct report *r, size_t mode, enum report_direction direction,
			      enum report_figure figure);
/* disturbed: completed, but with a note; they are in no figure */
struct report_counts {
	uint64_t completed, failed, disturbed, lost[2], duplicated[2], reordered[2];
	uint64_t retransmissions, ended; /* TCP segments, connections */
};
/** report_cpu_us - processor time for a switch of a storm, beyond what is used without one; NAN:
 * not known, as of a daemon that was started again */
double report_cpu_us(const struct report *r, const struct report_cpu *cpu);
/** report_delays - of one mode and direction; NULL: there are none */
const struct delays *report_delays(const struct report *r, size_t mode, enum report_direction d);
/* Of all UEs' probes */
struct sender_counts {
	uint64_t sent, missed, stamped_by_kernel, replies_dropped, tap_dropped, late_max_ns;
};
struct sender_counts report_sender(const struct report *r);
/** report_mark - what makes the run less than it seems, into @buf; Return: whether there is
 * something; @index counts from 0 until it returns false */
bool report_mark(const struct report *r, size_t index, char *buf, size_t size);
struct report_counts report_count(const struct report *r, size_t mode);

#endif
