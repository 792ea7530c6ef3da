// SPDX-License-Identifier: Apache-2.0
/* What `baton measure ... --help` says. */
#include "testbed/measure/options.h"

#include <string.h>

const char *const measure_name[MEASUREMENTS] = {[MEASURE_SWITCH] = "switch",
						[MEASURE_STORM] = "storm",
						[MEASURE_BYTES] = "bytes",
						[MEASURE_PLAY] = "play"};

static const char switch_usage[] =
	"usage: baton [--name NAME] measure switch [OPTIONS]\n"
	"\n"
	"Switches a UE to and fro between two edges under STAMP probes and works out what each "
	"switch cost.\n"
	"\n"
	"  --mode MODE[:N]      make-before-break, break-before-make or uplink-classifier, N "
	"switches; give it\n"
	"                       again for another (default: the first two, as many as --switches "
	"says). With +handover "
	"behind the mode the\n"
	"                       UE is handed over to another gNB in the middle of each; handover "
	"alone: to and\n"
	"                       fro between two gNBs, its sessions staying where they are\n"
	"  --switches N         switches of each mode that doesn't say its own number (default "
	"100)\n"
	"  --interval TIME      between probes, 100us to 10ms (default 1ms)\n"
	"  --hold MS            how long the old session is held after a switch (default 200, with "
	"--app 2500); it\n"
	"                       should outlast the round trip, and with --app the 2 s that inputs "
	"are looked at\n"
	"  --ue NODE            the UE (default: the first)\n"
	"  --service NAME       the service that is probed (default: the first)\n"
	"  --tcp[=RATE]         a TCP connection of RATE beside the probes, 1Mbit to 10Gbit "
	"(default "
	"20Mbit): how\n"
	"                       long it stalls, when it is back, what it sends again\n"
	"  --app APP            migrate the UE's player of this application of the topology as "
	"well, "
	"make-before-\n"
	"                       break alone by default; the table then has stages, downtime on the "
	"screen, T_comp\n"
	"  --strategy NAME      how the application is migrated (default with --app: dual)\n"
	"  --threshold X        how alike two pictures must be before the stream is switched, 0 to "
	"1; 0: no wait\n"
	"                       (default: the application's own)\n"
	"  --window N           frames over which one picture slides into the other; 1: at once\n"
	"  --bytes              count the bytes that each node sends to each other, over any path, "
	"and what comes\n"
	"                       from edge to edge, during each switch\n"
	"  --resources TIME     processor, memory and bandwidth of each node, each 20ms to 1s; in "
	"report.json,\n"
	"                       report-resources.csv and .svg of --out\n"
	"  --around SECONDS     how long they are watched before the first switch and after the "
	"last "
	"(default 10)\n"
	"  --timeout MS         after how long without a pair that is alike a switch is given up, "
	"and the migration\n"
	"                       rolled back (default 75000)\n"
	"  --record-ssim SECS   before the switches, one way and the other: hold both streams for "
	"so long and record\n"
	"                       how alike they are (the player's pairs: always); the waits that "
	"this would have\n"
	"                       given stand beside those of the switches\n"
	"  --out DIR            write report.json (with every raw sample), .csv, .hlog and "
	"pictures there\n"
	"  --json               print the report as JSON, with every raw sample, instead of the "
	"table\n"
	"  --quiet              say nothing while it runs\n"
	"\n"
	"Ctrl-C ends it after the switch under way and tells what was measured; a second one ends "
	"it at once.\n";

static const char storm_usage[] =
	"usage: baton [--name NAME] measure storm [OPTIONS]\n"
	"\n"
	"Switches many UEs at once, each to another edge than its own, every one of them under "
	"STAMP "
	"probes, and\n"
	"works out what each switch cost, how long they took together, and what processor time.\n"
	"\n"
	"  --ues N              how many: the first N of the topology (default: all)\n"
	"  --rounds N           so many storms, one after the other, to and fro (default 1)\n"
	"  --mode MODE          make-before-break (default), break-before-make or "
	"uplink-classifier\n"
	"  --interval TIME      between probes of each UE, 100us to 1s (default 10ms)\n"
	"  --hold MS            how long old sessions are held after a switch (default 500)\n"
	"  --service NAME       the service that is probed (default: the first)\n"
	"  --out DIR            write report.json (with every raw sample), .csv, .hlog and "
	"pictures there\n"
	"  --json               print the report as JSON, with every raw sample, instead of the "
	"table\n"
	"  --quiet              say nothing while it runs\n"
	"\n"
	"A topology with many UEs: `ue: {kind: ue, count: 200}`, as in topologies/storm.yaml.\n";

static const char bytes_usage[] =
	"usage: baton [--name NAME] measure bytes [OPTIONS] [-- COMMAND [ARGUMENT]...]\n"
	"\n"
	"Counts every packet on every interface of the topology's nodes once, by who sent it and "
	"to "
	"whom, and tells\n"
	"what came from edge to edge, straight or by way of others.\n"
	"\n"
	"  --seconds N          how long (default 10); not with a command, which is what it lasts "
	"then\n"
	"  --out DIR            write bytes.json and bytes.csv there\n"
	"  --json               print JSON instead of the table\n"
	"  --quiet              say nothing while it runs\n";

static const char play_usage[] =
	"usage: baton [--name NAME] measure play --app APP [OPTIONS]\n"
	"\n"
	"Watches a player of an application without moving it: from input to display, pictures a "
	"second, processor\n"
	"and memory of the UE, bandwidth to it.\n"
	"\n"
	"  --app APP            the application of the topology\n"
	"  --ue NODE            the player's UE (default: the first)\n"
	"  --seconds N          how long (default 20)\n"
	"  --resources TIME     between two looks at processor, memory and bandwidth, 20ms to 1s "
	"(default 100ms)\n"
	"  --out DIR            write report.json and report-resources.csv there\n"
	"  --json               print JSON instead of the table\n"
	"  --quiet              say nothing while it runs\n";

const char *measure_usage(enum measurement what)
{
	static const char *const usage[] = {[MEASURE_SWITCH] = switch_usage,
					    [MEASURE_STORM] = storm_usage,
					    [MEASURE_BYTES] = bytes_usage,
					    [MEASURE_PLAY] = play_usage};

	return usage[what];
}

int measure_named(const char *name)
{
	for (int what = 0; what < MEASUREMENTS; what++) {
		if (strcmp(name, measure_name[what]) == 0)
			return what;
	}
	return -1;
}
