// SPDX-License-Identifier: Apache-2.0
/*
 * `baton measure`: what comes in. Options, the bad ones answered with what was expected; and which
 * packets on N3 are probes: one made by hand octet for octet, and what is wrong with others.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "testbed/measure/options.h"
#include "testbed/measure/tap.h"
#include "tests/unit/hex_bytes.h"

#define N(a) (sizeof(a) / sizeof((a)[0]))

/* ---- options ---- */

enum { WORDS_MAX = 16 };

static int read_words(struct measure_options *o, enum measurement what, char *line)
{
	char *words[WORDS_MAX + 1] = {(char *)measure_name[what]}, *word;
	int n = 1;

	while (n < WORDS_MAX && (word = strsep(&line, " ")))
		if (*word)
			words[n++] = word;
	return measure_options_read(o, what, n, words);
}

static int read_line(struct measure_options *o, char *line)
{
	return read_words(o, MEASURE_SWITCH, line);
}

static const struct {
	const char *line;
	uint64_t interval_us, hold_ms;
	size_t modes;
	uint64_t wanted[3];
	const char *first; /* mode */
} good[] = {
	{"", 1000, 200, 2, {100, 100}, "make-before-break"},
	{"--switches 5", 1000, 200, 2, {5, 5}, "make-before-break"},
	{"--mode handover:5 --mode make-before-break+handover:2 --mode "
	 "break-before-make+handover:3",
	 1000,
	 200,
	 3,
	 {5, 2, 3},
	 "handover"},
	{"--mode break-before-make", 1000, 200, 1, {100}, "break-before-make"},
	{"--mode break-before-make:7 --switches 3 --mode make-before-break",
	 1000,
	 200,
	 2,
	 {7, 3},
	 "break-before-make"},
	{"--interval 100us --hold 0", 100, 0, 2, {100, 100}, "make-before-break"},
	{"--interval 10ms --hold 600000", 10000, 600000, 2, {100, 100}, "make-before-break"},
	{"--interval 0.25ms", 250, 200, 2, {100, 100}, "make-before-break"},
	{"--interval=2ms --switches=100000", 2000, 200, 2, {100000, 100000}, "make-before-break"},
};

static void test_good_options(void **state)
{
	for (size_t i = 0; i < N(good); i++) {
		struct measure_options o = {.json = true};
		char *line = strdup(good[i].line);

		if (read_line(&o, line) != 0)
			fail_msg("'%s': %s", good[i].line, o.error);
		assert_int_equal(o.interval_us, good[i].interval_us);
		assert_int_equal(o.hold_ms, good[i].hold_ms);
		assert_int_equal(o.mode_count, good[i].modes);
		assert_string_equal(o.mode[0].name, good[i].first);
		for (size_t m = 0; m < o.mode_count; m++)
			assert_int_equal(o.mode[m].wanted, good[i].wanted[m]);
		assert_true(o.json); /* as it was */
		assert_false(o.help || o.quiet);
		assert_null(o.out);
		free(line);
	}
}

static void test_texts_and_flags(void **state)
{
	struct measure_options o = {0};
	char line[] = "--ue ue2 --service video --out build/x --quiet --json";
	char help[] = "--help";

	assert_int_equal(read_line(&o, line), 0);
	assert_string_equal(o.ue, "ue2");
	assert_string_equal(o.service, "video");
	assert_string_equal(o.out, "build/x");
	assert_true(o.quiet && o.json);
	assert_int_equal(read_line(&o, help), 0);
	assert_true(o.help);
}

static void test_watch_options(void **state)
{
	static const struct {
		enum measurement what;
		const char *line, *error;
	} wrong[] = {
		{MEASURE_SWITCH, "--bytes=maybe", "--bytes: expected true or false, found 'maybe'"},
		{MEASURE_SWITCH, "--resources 100",
		 "--resources: expected 20ms to 1s, found '100'"},
		{MEASURE_SWITCH, "--resources 19ms",
		 "--resources: expected 20ms to 1s, found '19ms'"},
		{MEASURE_SWITCH, "--resources nan",
		 "--resources: expected 20ms to 1s, found 'nan'"},
		{MEASURE_SWITCH, "--around 3",
		 "--around: it is about resources; expected --resources too"},
		{MEASURE_SWITCH, "--seconds 3", "measure switch: unknown option '--seconds'"},
		{MEASURE_BYTES, "--seconds 0",
		 "--seconds: expected a number from 1 to 3600, found '0'"},
		{MEASURE_BYTES, "--seconds 3 -- true",
		 "--seconds: it lasts as long as the command; expected one of both"},
		{MEASURE_PLAY, "", "measure play: expected --app APP"},
		{MEASURE_PLAY, "--app a b", "measure play: unexpected argument 'b'"},
	};
	char all[] = "--bytes --resources 0.5s --around 0", given[] = "--bytes=false --bytes=true",
	     command[] = "--json -- true --seconds 5", play[] = "--app snake", none[] = "";
	struct measure_options o = {0};

	assert_int_equal(read_line(&o, none), 0);
	assert_true(!o.bytes && !o.resources_ms && !o.around_s);
	assert_int_equal(read_line(&o, all), 0);
	assert_true(o.bytes && o.resources_ms == 500 && o.around_s == 0);
	assert_int_equal(read_line(&o, given), 0);
	assert_true(o.bytes);
	assert_int_equal(read_words(&o, MEASURE_BYTES, command), 0);
	assert_true(o.json && o.bytes);
	assert_string_equal(o.command[0], "true");
	assert_string_equal(o.command[1], "--seconds");
	assert_int_equal(read_words(&o, MEASURE_PLAY, play), 0);
	assert_true(o.seconds == 20 && o.resources_ms == 100);
	for (size_t i = 0; i < N(wrong); i++) {
		char *line = strdup(wrong[i].line);

		assert_int_equal(read_words(&o, wrong[i].what, line), -EINVAL);
		assert_string_equal(o.error, wrong[i].error);
		free(line);
	}
	assert_int_equal(measure_named("play"), MEASURE_PLAY);
	assert_int_equal(measure_named("plan"), -1);
}

static void test_app_options(void **state)
{
	static const struct {
		const char *line, *error;
	} wrong[] = {
		{"--strategy dual", "--strategy: it is about an application; expected --app too"},
		{"--threshold 0.8", "--threshold: it is about an application; expected --app too"},
		{"--window 3", "--window: it is about an application; expected --app too"},
		{"--app a --threshold 1.01", "--threshold: expected 0 to 1, found '1.01'"},
		{"--app a --threshold nan", "--threshold: expected 0 to 1, found 'nan'"},
		{"--app a --threshold -1", "--threshold: expected 0 to 1, found '-1'"},
		{"--app a --threshold 0.5x", "--threshold: expected 0 to 1, found '0.5x'"},
		{"--app a --window 0", "--window: expected a number from 1 to 1000, found '0'"},
		{"--timeout 75000", "--timeout: it is about an application; expected --app too"},
		{"--record-ssim 5",
		 "--record-ssim: it is about an application; expected --app too"},
		{"--app a --timeout 0", "--timeout: expected a number from 1 to 600000, found '0'"},
		{"--app a --timeout 1s",
		 "--timeout: expected a number from 1 to 600000, found '1s'"},
		{"--app a --record-ssim 601",
		 "--record-ssim: expected a number from 1 to 600, found '601'"},
	};
	char plain
		[] = "--app snake",
	   all[] = "--app snake --strategy none --threshold 0 --window 1 --mode break-before-make "
		   "--timeout=500 --record-ssim=30";
	struct measure_options o = {0};

	assert_int_equal(read_line(&o, plain), 0);
	assert_string_equal(o.app, "snake");
	assert_string_equal(o.strategy, "dual");
	assert_true(o.threshold < 0 && o.window == 0 && o.hold_ms == 2500);
	assert_true(o.timeout_ms == 0 && o.record_s == 0);
	assert_int_equal(o.mode_count, 1);
	assert_string_equal(o.mode[0].name, "make-before-break");
	assert_int_equal(read_line(&o, all), 0);
	assert_string_equal(o.strategy, "none");
	assert_true(o.threshold == 0 && o.window == 1);
	assert_true(o.timeout_ms == 500 && o.record_s == 30);
	for (size_t i = 0; i < N(wrong); i++) {
		char *line = strdup(wrong[i].line);

		assert_int_equal(read_line(&o, line), -EINVAL);
		assert_string_equal(o.error, wrong[i].error);
		free(line);
	}
}

static void test_storm_options(void **state)
{
	static const struct {
		const char *line, *error;
	} wrong[] = {
		{"--ues 0", "--ues: expected a number from 1 to 1000, found '0'"},
		{"--ues many", "--ues: expected a number from 1 to 1000, found 'many'"},
		{"--rounds 1001", "--rounds: expected a number from 1 to 1000, found '1001'"},
		{"--interval 1.1s", "--interval: expected 100us to 1s, found '1.1s'"},
		{"--mode make-before-break:3", "--mode: expected make-before-break, "
					       "break-before-make or uplink-classifier, found "
					       "'make-before-break:3'"},
		{"--switches 3", "measure storm: unknown option '--switches'"},
		{"--tcp", "measure storm: unknown option '--tcp'"},
		{"--hold", "measure storm: --hold needs an argument"},
		{"all", "measure storm: unexpected argument 'all'"},
	};
	char all[] = "--ues 200 --rounds 3 --mode break-before-make --interval 1s --hold 50",
	     none[] = "";
	struct measure_options o = {0};

	assert_int_equal(read_words(&o, MEASURE_STORM, all), 0);
	assert_true(o.ues == 200 && o.rounds == 3 && o.interval_us == 1000000 && o.hold_ms == 50);
	assert_int_equal(o.mode_count, 1);
	assert_string_equal(o.mode[0].name, "break-before-make");
	assert_int_equal(read_words(&o, MEASURE_STORM, none), 0);
	assert_true(o.ues == 0 && o.rounds == 1 && o.interval_us == 10000 && o.hold_ms == 500);
	assert_string_equal(o.mode[0].name, "make-before-break");
	for (size_t i = 0; i < N(wrong); i++) {
		char *line = strdup(wrong[i].line);

		if (read_words(&o, MEASURE_STORM, line) != -EINVAL ||
		    strcmp(o.error, wrong[i].error) != 0)
			fail_msg("'%s': '%s', not '%s'", wrong[i].line, o.error, wrong[i].error);
		free(line);
	}
}

static const struct {
	const char *line, *error;
} bad[] = {
	{"--interval 1", "--interval: expected 100us to 10ms, found '1'"},
	{"--interval 99us", "--interval: expected 100us to 10ms, found '99us'"},
	{"--interval 10.001ms", "--interval: expected 100us to 10ms, found '10.001ms'"},
	{"--interval 1s", "--interval: expected 100us to 10ms, found '1s'"},
	{"--interval -1ms", "--interval: expected 100us to 10ms, found '-1ms'"},
	{"--interval nanms", "--interval: expected 100us to 10ms, found 'nanms'"},
	{"--interval infms", "--interval: expected 100us to 10ms, found 'infms'"},
	{"--interval 1e99ms", "--interval: expected 100us to 10ms, found '1e99ms'"},
	{"--interval ms", "--interval: expected 100us to 10ms, found 'ms'"},
	{"--hold -1", "--hold: expected a number from 0 to 600000, found '-1'"},
	{"--hold 600001", "--hold: expected a number from 0 to 600000, found '600001'"},
	{"--hold 200ms", "--hold: expected a number from 0 to 600000, found '200ms'"},
	{"--hold 99999999999999999999",
	 "--hold: expected a number from 0 to 600000, found '99999999999999999999'"},
	{"--switches 0", "--switches: expected a number from 1 to 100000, found '0'"},
	{"--switches many", "--switches: expected a number from 1 to 100000, found 'many'"},
	{"--switches +5", "--switches: expected a number from 1 to 100000, found '+5'"},
	{"--mode make-before-break:", "--mode: expected a number from 1 to 100000, found ''"},
	{"--mode make-before-break:0", "--mode: expected a number from 1 to 100000, found '0'"},
	{"--mode make-before-break:3:4", "--mode: expected a number from 1 to 100000, found '3:4'"},
	{"--mode fast", "--mode: expected make-before-break, break-before-make, uplink-classifier, "
			"handover, or one of the first "
			"three with +handover, with :N behind it if wanted, "
			"found 'fast'"},
	{"--mode make-before", "--mode: expected make-before-break, break-before-make, "
			       "uplink-classifier, handover, or one of the first "
			       "three with +handover, with :N behind it if wanted, "
			       "found 'make-before'"},
	{"--mode break-before-make:3 --mode break-before-make:4",
	 "--mode: break-before-make is given twice"},
	{"--out", "measure switch: --out needs an argument"},
	{"--fast", "measure switch: unknown option '--fast'"},
	{"-x", "measure switch: unknown option '-x'"},
	{"--json fast", "measure switch: unexpected argument 'fast'"},
};

static void test_bad_options(void **state)
{
	for (size_t i = 0; i < N(bad); i++) {
		struct measure_options o = {0};
		char *line = strdup(bad[i].line);

		if (read_line(&o, line) != -EINVAL || strcmp(o.error, bad[i].error) != 0)
			fail_msg("'%s': '%s', not '%s'", bad[i].line, o.error, bad[i].error);
		free(line);
	}
}

/* ---- packets on N3 ---- */

/*
 * Outer IPv4 10.101.1.1 > 10.101.2.2, UDP 2152; GTP-U 29.281 cl. 5.1 with a PDU session container
 * (38.415 cl. 5.5.2.2, QFI 1); inner IPv4 10.60.1.2 > 10.70.0.1, UDP 862; STAMP (RFC 8762 figure 2)
 * with sequence number 0x01020304, Z set, SSID 0xbeef (RFC 8972).
 */
#define OUTER  "4500 0074 0000 4000 4011 0000 0a650101 0a650202 "
#define UDP    "0868 0868 0060 0000 "
#define GTPU   "34 ff 0050 39717c44 0000 00 85 01 10 01 00 "
#define INNER  "4500 0048 1234 4000 4011 0000 0a3c0102 0a460001 "
#define IUDP   "9000 035e 0034 0000 "
#define STAMP  "01020304 65000000 00000001 c001 beef " ZERO28
#define ZERO28 "00000000 00000000 00000000 00000000 00000000 00000000 00000000 "

static const struct {
	const char *what, *hex;
	bool is_probe;
} packets[] = {
	{"1: a probe", OUTER UDP GTPU INNER IUDP STAMP, true},
	{"2: with octets behind it, of the link", OUTER UDP GTPU INNER IUDP STAMP "0000", true},
	{"3: without a container",
	 "4500 006c 0000 4000 4011 0000 0a650101 0a650202 0868 0868 0058 0000 "
	 "30 ff 0048 39717c44 " INNER IUDP STAMP,
	 true},
	{"4: outer options",
	 "4600 0078 0000 4000 4011 0000 0a650101 0a650202 01010100 " UDP GTPU INNER IUDP STAMP,
	 true},
	{"5: nothing", "", false},
	{"6: an outer header cut", "4500 0074 0000 4000 4011 0000 0a650101 0a6502", false},
	{"7: IPv6", "6500 0074 0000 4000 4011 0000 0a650101 0a650202 " UDP GTPU INNER IUDP STAMP,
	 false},
	{"8: a header of 16 octets",
	 "4400 0074 0000 4000 4011 0000 0a650101 0a650202 " UDP GTPU INNER IUDP STAMP, false},
	{"9: a header longer than the packet",
	 "4f00 001c 0000 4000 4011 0000 0a650101 0a650202 " UDP, false},
	{"10: cut on the way up", OUTER UDP GTPU INNER IUDP "01020304", false},
	{"11: TCP", "4500 0074 0000 4000 4006 0000 0a650101 0a650202 " UDP GTPU INNER IUDP STAMP,
	 false},
	{"12: a first fragment",
	 "4500 0074 0000 2000 4011 0000 0a650101 0a650202 " UDP GTPU INNER IUDP STAMP, false},
	{"13: a later one",
	 "4500 0074 0000 0010 4011 0000 0a650101 0a650202 " UDP GTPU INNER IUDP STAMP, false},
	{"14: another port", OUTER "0868 0869 0060 0000 " GTPU INNER IUDP STAMP, false},
	{"15: UDP longer than IP", OUTER "0868 0868 0061 0000 " GTPU INNER IUDP STAMP, false},
	{"16: UDP shorter than its header", OUTER "0868 0868 0007 0000 " GTPU INNER IUDP STAMP,
	 false},
	{"17: GTP-U of version 2",
	 OUTER UDP "54 ff 0050 39717c44 0000 00 85 01 10 01 00 " INNER IUDP STAMP, false},
	{"18: an end marker",
	 OUTER UDP "34 fe 0050 39717c44 0000 00 85 01 10 01 00 " INNER IUDP STAMP, false},
	{"19: an inner packet to another port", OUTER UDP GTPU INNER "9000 035f 0034 0000 " STAMP,
	 false},
	{"20: an inner fragment",
	 OUTER UDP GTPU "4500 0048 1234 2000 4011 0000 0a3c0102 0a460001 " IUDP STAMP, false},
	{"21: an inner packet longer than the tunnel's",
	 OUTER UDP GTPU "4500 0049 1234 4000 4011 0000 0a3c0102 0a460001 " IUDP STAMP, false},
	{"22: STAMP too short", OUTER UDP GTPU INNER "9000 035e 0033 0000 " STAMP, false},
	{"23: STAMP with NTP times",
	 OUTER UDP GTPU INNER IUDP "01020304 65000000 00000001 8001 beef " ZERO28, false},
};

static void test_packets(void **state)
{
	for (size_t i = 0; i < N(packets); i++) {
		uint8_t bytes[256], *exact;
		size_t len = bytes_from_hex(packets[i].hex, bytes, sizeof bytes);
		struct tap_packet packet = {.ns = 77};
		uint16_t ssid = 0;
		bool is_probe;

		exact = malloc(len ? len : 1); /* so that a read beyond it is seen */
		memcpy(exact, bytes, len);
		is_probe = tap_parse(exact, len, &packet, &ssid);
		free(exact);
		if (is_probe != packets[i].is_probe)
			fail_msg("%s", packets[i].what);
		assert_int_equal(packet.ns, 77);
		if (!is_probe)
			continue;
		assert_int_equal(packet.teid, 0x39717c44);
		assert_int_equal(packet.seq, 0x01020304);
		assert_int_equal(ssid, 0xbeef);
		assert_int_equal(packet.upf.s_addr, htonl(0x0a650202));
	}
}

/* Cut anywhere, it is no probe, and nothing behind the cut is read. */
static void test_cut_packets(void **state)
{
	uint8_t bytes[256];
	size_t len = bytes_from_hex(packets[0].hex, bytes, sizeof bytes);

	for (size_t n = 0; n < len; n++) {
		uint8_t *exact = malloc(n ? n : 1);
		struct tap_packet packet;
		uint16_t ssid;

		memcpy(exact, bytes, n);
		assert_false(tap_parse(exact, n, &packet, &ssid));
		free(exact);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_good_options), cmocka_unit_test(test_texts_and_flags),
		cmocka_unit_test(test_bad_options),  cmocka_unit_test(test_watch_options),
		cmocka_unit_test(test_app_options),  cmocka_unit_test(test_storm_options),
		cmocka_unit_test(test_packets),	     cmocka_unit_test(test_cut_packets),
	};

	return cmocka_run_group_tests_name("measure_input", tests, NULL, NULL);
}
