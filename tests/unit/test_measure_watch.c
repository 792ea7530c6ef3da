// SPDX-License-Identifier: Apache-2.0
/* Bytes by source and destination out of flows, what nodes use, what a player sees. */
#include <arpa/inet.h>
#include <errno.h>
#include <math.h>
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "testbed/measure/bytes.h"
#include "testbed/measure/play.h"
#include "testbed/measure/resources.h"

/* ---- bytes ---- */

enum { EDGE_A, EDGE_B, CLOUD, UPF, UE, PLACES };
enum { WAN = 1001, N6 = 1002, TUNNEL = 7 };

static __be32 ip(const char *text)
{
	struct in_addr a;

	assert_int_equal(inet_pton(AF_INET, text, &a), 1);
	return a.s_addr;
}

static void address(struct bytes_places *p, size_t n, const char *text)
{
	bytes_address(p, n, (struct in_addr){ip(text)});
}

static struct bytes_places *world(void)
{
	static const char *const names[] = {"edge-a", "edge-b", "cloud", "upf", "ue"};
	struct bytes_places *p = calloc(1, sizeof *p);

	assert_non_null(p);
	p->count = PLACES;
	for (size_t n = 0; n < PLACES; n++) {
		snprintf(p->node[n].name, sizeof p->node[n].name, "%s", names[n]);
		p->node[n].seen = true;
		bytes_port(p, n, WAN, "wan");
		bytes_port(p, n, N6, "n6");
		bytes_port(p, n, N6, "n6");
		assert_int_equal(p->node[n].port_count, 2);
	}
	p->node[EDGE_A].role = p->node[EDGE_B].role = BYTES_EDGE;
	p->node[UE].role = BYTES_UE;
	p->node[UPF].forwards = p->node[UE].forwards = true;
	address(p, EDGE_A, "10.1.0.1");
	address(p, EDGE_A, "10.70.0.2"); /* the service's, which both have */
	address(p, EDGE_B, "10.1.0.2");
	address(p, EDGE_B, "10.70.0.2");
	address(p, CLOUD, "10.1.0.3");
	address(p, UPF, "10.3.0.1");
	address(p, UE, "10.60.0.1");
	return p;
}

static struct bytes_flow flow(size_t node, bool out, const char *from, const char *to,
			      uint64_t octets)
{
	return (struct bytes_flow){
		.node = node,
		.key = {.outer_source = ip(from),
			.outer_destination = ip(to),
			.source = ip(from),
			.destination = ip(to),
			.ifindex = WAN,
			.flags = out ? BYTES_OUT : 0},
		.value = {.packets = 1, .octets = octets, .payload = octets - 40}};
}

static struct bytes_flow tunnelled(struct bytes_flow f, const char *from, const char *to)
{
	f.key.flags |= BYTES_TUNNEL;
	f.key.outer_source = ip(from);
	f.key.outer_destination = ip(to);
	return f;
}

static void direct_bytes_are_counted_once(void **state)
{
	struct bytes_places *p = world();
	struct bytes_flow flows[] = {
		flow(EDGE_A, true, "10.1.0.1", "10.1.0.2", 1000),
		flow(EDGE_B, false, "10.1.0.1", "10.1.0.2", 900), /* 100 were lost */
		flow(EDGE_B, true, "10.1.0.2", "10.1.0.1", 60),
		/* on its way, at a router: no one's */
		flow(UPF, false, "10.1.0.1", "10.1.0.2", 1000),
		flow(UPF, true, "10.1.0.1", "10.1.0.2", 1000),
		/* by an interface that hands it on to one of the node's own */
		flow(EDGE_A, true, "10.1.0.1", "10.1.0.2", 5000),
	};
	struct bytes_reading r = {.count = 6, .flow = flows};
	struct bytes_matrix m;
	struct bytes_pair *pair;

	flows[5].key.ifindex = TUNNEL;
	assert_int_equal(bytes_matrix_new(p, &r, &m), 0);
	assert_int_equal(bytes_left(&m, EDGE_A, EDGE_B)->octets, 1000);
	assert_int_equal(bytes_came(&m, EDGE_A, EDGE_B)->octets, 900);
	assert_int_equal(bytes_left(&m, UPF, EDGE_B)->octets, 0);
	pair = bytes_pair_new(p, &r, &m, EDGE_A, EDGE_B);
	assert_int_equal(pair->there.octets, 1000);
	assert_int_equal(pair->there.payload, 960);
	assert_int_equal(pair->back.octets, 60);
	assert_int_equal(pair->octets, 1060);
	assert_int_equal(pair->relayed, 0);
	free(pair);
	bytes_matrix_done(&m);
	free(p);
}

/* Through a tunnel to somebody else, and in a tunnel whose inner addresses are nobody's */
static void tunnels_hide_nothing(void **state)
{
	struct bytes_places *p = world();
	struct bytes_flow flows[] = {
		tunnelled(flow(EDGE_A, true, "10.1.0.1", "10.1.0.2", 500), "10.1.0.1", "10.3.0.1"),
		tunnelled(flow(EDGE_A, true, "192.0.2.1", "192.0.2.2", 300), "10.1.0.1",
			  "10.1.0.2"),
	};
	struct bytes_reading r = {.count = 2, .flow = flows};
	struct bytes_matrix m;

	assert_int_equal(bytes_way(p, &r, EDGE_A, EDGE_B).octets, 800);
	assert_int_equal(bytes_matrix_new(p, &r, &m), 0);
	assert_int_equal(bytes_left(&m, EDGE_A, EDGE_B)->octets, 800);
	bytes_matrix_done(&m);
	free(p);
}

/* A packet of the UE's in the UPF's tunnel is the UE's, and was counted there. */
static void forwarders_send_only_their_own(void **state)
{
	struct bytes_places *p = world();
	struct bytes_flow flows[] = {
		tunnelled(flow(UPF, true, "10.60.0.1", "10.70.0.2", 500), "10.3.0.1", "10.1.0.2"),
		flow(UE, true, "10.60.0.1", "10.70.0.2", 400),
		flow(UPF, true, "10.3.0.1", "10.1.0.3", 70),
	};
	struct bytes_reading r = {.count = 3, .flow = flows};
	struct bytes_matrix m;

	assert_int_equal(bytes_matrix_new(p, &r, &m), 0);
	assert_int_equal(bytes_left(&m, UE, PLACES + 1)->octets, 400);
	assert_string_equal(bytes_matrix_name(p, PLACES + 1), "(shared address)");
	assert_int_equal(bytes_left(&m, UPF, CLOUD)->octets, 70);
	assert_int_equal(bytes_left(&m, UPF, EDGE_B)->octets, 0);
	bytes_matrix_done(&m);
	free(p);
}

static void a_relay_is_bounded_by_both_terms(void **state)
{
	struct bytes_places *p = world();
	struct bytes_flow flows[] = {
		flow(EDGE_A, true, "10.1.0.1", "10.1.0.3", 1040),
		flow(CLOUD, false, "10.1.0.1", "10.1.0.3", 1040),
		flow(CLOUD, true, "10.1.0.3", "10.1.0.2", 740),
		flow(EDGE_B, false, "10.1.0.3", "10.1.0.2", 740),
		flow(EDGE_A, true, "10.70.0.2", "10.60.0.1", 5040), /* a stream */
		flow(EDGE_B, false, "10.60.0.1", "10.70.0.2", 90),  /* inputs */
	};
	struct bytes_reading r = {.count = 6, .flow = flows};
	struct bytes_matrix m;
	struct bytes_pair *pair;
	json_t *j;

	assert_int_equal(bytes_matrix_new(p, &r, &m), 0);
	pair = bytes_pair_new(p, &r, &m, EDGE_A, EDGE_B);
	assert_int_equal(pair->octets, 0);
	assert_int_equal(pair->relayed, 700);
	assert_int_equal(pair->relayed_ue, 50);
	j = bytes_pair_json(p, pair);
	assert_int_equal(json_integer_value(json_object_get(j, "relayed_at_most")), 700);
	assert_int_equal(json_integer_value(json_object_get(j, "edge_to_edge")), 0);
	assert_int_equal(json_array_size(json_object_get(j, "relays")), 2);
	json_decref(j);
	free(pair);
	bytes_matrix_done(&m);
	free(p);
}

static void readings_are_subtracted(void **state)
{
	struct bytes_flow before[] = {flow(EDGE_B, true, "10.1.0.2", "10.1.0.1", 60),
				      flow(EDGE_A, true, "10.1.0.1", "10.1.0.2", 1000)};
	struct bytes_flow after[] = {flow(EDGE_A, true, "10.1.0.1", "10.1.0.2", 1500),
				     flow(EDGE_A, true, "10.1.0.1", "10.1.0.3", 70),
				     flow(EDGE_B, true, "10.1.0.2", "10.1.0.1", 60)};
	struct bytes_reading from = {.count = 2, .flow = before, .untold = 1},
			     to = {.count = 3, .flow = after, .untold = 3}, during;

	after[0].value.packets = 3;
	assert_int_equal(bytes_since(&from, &to, &during), 0);
	assert_int_equal(during.count, 2);
	assert_int_equal(during.flow[0].value.octets, 500);
	assert_int_equal(during.flow[1].value.octets, 70);
	assert_int_equal(during.untold, 2);
	bytes_reading_done(&during);
}

static void strays_and_ipv6_are_told_apart(void **state)
{
	struct bytes_places *p = world();
	struct bytes_flow flows[] = {
		flow(CLOUD, false, "10.1.0.1", "10.1.0.2", 100), /* flooded by a bridge */
		flow(UE, false, "10.1.0.1", "10.60.0.1", 200),	 /* by the bearer's address */
		flow(EDGE_A, true, "0.0.0.0", "0.0.0.0", 80),
	};
	struct bytes_reading r = {.count = 3, .flow = flows};
	struct bytes_matrix m;

	flows[0].key.flags = flows[1].key.flags = BYTES_STRAY;
	flows[2].key.flags |= BYTES_NOT_IPV4;
	assert_int_equal(bytes_matrix_new(p, &r, &m), 0);
	assert_int_equal(bytes_came(&m, EDGE_A, CLOUD)->octets, 0);
	assert_int_equal(bytes_came(&m, EDGE_A, UE)->octets, 200);
	assert_int_equal(m.not_ipv4.octets, 80);
	bytes_matrix_done(&m);
	free(p);
}

static void what_has_no_room_is_told(void **state)
{
	struct bytes_places *p = world();
	struct bytes_reading none = {0};
	char text[16];
	json_t *j;

	for (unsigned i = 0; i < BYTES_ADDRESSES_MAX; i++)
		bytes_address(p, CLOUD, (struct in_addr){htonl(0x0a090000 + i)});
	assert_true(p->untold);
	j = bytes_json(p, &none);
	assert_true(json_is_false(json_object_get(j, "complete")));
	assert_int_equal(json_array_size(json_object_get(j, "edges")), 2);
	json_decref(j);
	bytes_text(0, text, sizeof text);
	assert_string_equal(text, "0 B");
	bytes_text(999949, text, sizeof text);
	assert_string_equal(text, "999.9 kB");
	bytes_text(1600000000, text, sizeof text);
	assert_string_equal(text, "1.6 GB");
	free(p);
}

/* ---- what nodes use ---- */

enum { SAMPLES = 101 };

/* Ten seconds: node 0 uses half a processor, and from 4 to 6 s all of one; its n6 sends 1 Mbit/s */
static struct resources series(void)
{
	struct resources r = {.interval_ns = 100000000, .node_count = 1, .port_count = 2};
	double cpu = 0;

	snprintf(r.node[0].name, sizeof r.node[0].name, "edge-a");
	snprintf(r.port[0].name, sizeof r.port[0].name, "n6");
	r.port[1] = (struct resource_port){.control = true, .name = "mgmt0"};
	r.ns = calloc(SAMPLES, sizeof *r.ns);
	r.use = calloc(SAMPLES, sizeof *r.use);
	r.octets = calloc(SAMPLES * 2, sizeof *r.octets);
	for (size_t i = 0; i < SAMPLES; i++) {
		r.ns[i] = 1000000000 + i * 100000000;
		r.use[i] = (struct resource_use){cpu, i < 40 ? 1e6 : 3e6};
		r.octets[i * 2] = (struct resource_octets){0, i * 12500};
		r.octets[i * 2 + 1] = (struct resource_octets){i * 125, i * 125};
		cpu += i >= 40 && i < 60 ? 0.1 : 0.05;
	}
	r.count = SAMPLES;
	return r;
}

static const struct resource_mark mark = {5000000000, 6000000000, 7000000000, "edge-a", "edge-b"};

static void means_are_of_their_time(void **state)
{
	struct resources r = series();
	struct resource_means m = resource_means(&r, 0, mark.from_ns, mark.to_ns);

	assert_true(fabs(m.cpu - 1) < 1e-9);
	assert_true(fabs(m.sent_bps - 1e6) < 1e-3);
	assert_true(fabs(m.control_sent_bps - 1e4) < 1e-3);
	assert_true(m.received_bps == 0);
	m = resource_means(&r, 0, 0, mark.from_ns);
	assert_true(fabs(m.cpu - 0.5) < 1e-9);
	assert_true(isnan(resource_means(&r, 1, 0, UINT64_MAX).cpu));
	assert_true(isnan(resource_means(&r, 0, UINT64_MAX, UINT64_MAX).cpu));
	resources_done(&r);
}

static void forms_have_all_of_it(void **state)
{
	struct resources r = series();
	json_t *j = resources_json(&r, &mark, 1), *source;
	char *text = NULL;
	size_t len = 0;
	FILE *out = open_memstream(&text, &len);

	source = json_object_get(json_object_get(j, "figures"), "source");
	assert_true(fabs(json_number_value(json_object_get(json_object_get(source, "during"),
							   "cpu_percent")) -
			 100) < 0.01);
	assert_true(fabs(json_number_value(json_object_get(source, "memory_growth_mb")) - 1.95) <
		    0.1);
	assert_int_equal(json_array_size(json_object_get(j, "samples")), SAMPLES);
	json_decref(j);
	assert_int_equal(resources_svg(&r, &mark, 1, "test", out), 0);
	fclose(out);
	assert_non_null(strstr(text, "(a) Processor time"));
	assert_non_null(strstr(text, "(d) Bandwidth of the destination edge"));
	assert_non_null(strstr(text, "stroke-dasharray='5 3'"));
	assert_null(strstr(text, "nan"));
	free(text);
	out = open_memstream(&text, &len);
	resources_csv(&r, out);
	fclose(out);
	assert_non_null(strstr(text, "\n10.000000,edge-a,"));
	assert_non_null(strstr(text, "n6:0:1250000 mgmt0:12500:12500\n"));
	free(text);
	resources_done(&r);
}

/* Of ourselves: what we burn is seen, at equal intervals */
static void a_process_is_recorded(void **state)
{
	struct resources what = {.interval_ns = 20000000, .node_count = 1, .port_count = 1}, r;
	struct resource_recorder *recorder;
	struct timespec burnt = {0};

	what.node[0].init = getpid();
	snprintf(what.port[0].name, IFNAMSIZ, "lo");
	assert_int_equal(resource_recorder_start(&what, &recorder), 0);
	while (burnt.tv_nsec < 200000000 && burnt.tv_sec == 0)
		clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &burnt);
	resource_recorder_finish(recorder, &r);
	assert_in_range(r.count, 2, RESOURCE_SAMPLES_MAX);
	assert_true(r.use[r.count - 1].cpu_s >= 0.01);
	assert_true(r.use[0].cpu_s == 0 && r.use[0].memory > 0);
	for (size_t i = 1; i < r.count; i++) {
		assert_true(r.ns[i] > r.ns[i - 1]);
		assert_true(r.use[i].cpu_s >= r.use[i - 1].cpu_s);
	}
	resources_done(&r);
	resource_recorder_finish(NULL, &r);
	assert_int_equal(r.count, 0);
}

static void a_node_that_is_gone_is_told(void **state)
{
	struct resources what = {.interval_ns = 20000000, .node_count = 1}, r;
	struct resource_recorder *recorder;
	json_t *j;

	what.node[0].init = 1 << 22; /* above every process number */
	assert_int_equal(resource_recorder_start(&what, &recorder), 0);
	resource_recorder_finish(recorder, &r);
	assert_true(r.count >= 1 && isnan(r.use[0].cpu_s));
	j = resources_json(&r, NULL, 0);
	assert_non_null(j);
	json_decref(j);
	resources_done(&r);
}

/* ---- what a player sees ---- */

static json_t *trace_of(const char *text)
{
	json_t *j = json_loads(text, 0, NULL);

	assert_non_null(j);
	return j;
}

static void pictures_shown_again_are_none(void **state)
{
	json_t *j = trace_of("{\"frames\": [[100000000,1,1,1,1,0,0,-1],[110000000,1,1,1,1,0,1,-1],"
			     "[120000000,1,1,2,2,0,0,-1],[150000000,1,1,3,3,0,0,-1]]}");
	struct play_frames frames = {0};
	struct input_times inputs[] = {
		{.seq = 1, .made_ns = 100000000, .shown_ns = 150000000},
		{.seq = 2, .made_ns = 110000000},
		{.seq = 3, .made_ns = 140000000},
	};
	struct app_trace trace = {.input = inputs, .input_count = 3};
	struct play_figures f;

	assert_int_equal(play_frames_add(&frames, j), 0);
	assert_int_equal(frames.count, 3);
	assert_int_equal(frames.again, 1);
	assert_int_equal(play_figures(&trace, &frames, 100000000, 130000000, 200000000, &f), 0);
	assert_int_equal(f.inputs, 2);
	assert_int_equal(f.unshown, 1);
	assert_true(fabs(f.input_p50_ms - 50) < 1e-9);
	assert_true(fabs(f.fps - 40) < 1e-9);
	assert_true(fabs(f.interval_max_ms - 30) < 1e-9);
	play_frames_done(&frames);
	json_decref(j);
}

static void answers_that_are_none_are_refused(void **state)
{
	static const char *const bad[] = {"{}", "{\"frames\": 1}", "{\"frames\": [[]]}",
					  "{\"frames\": [[1,2,3,4,5,6,true,8]]}",
					  "{\"frames\": [1]}"};
	struct play_frames frames = {0};

	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		json_t *j = trace_of(bad[i]);

		assert_int_equal(play_frames_add(&frames, j), -EINVAL);
		json_decref(j);
	}
	assert_int_equal(frames.count, 0);
	play_frames_done(&frames);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(direct_bytes_are_counted_once),
		cmocka_unit_test(tunnels_hide_nothing),
		cmocka_unit_test(forwarders_send_only_their_own),
		cmocka_unit_test(a_relay_is_bounded_by_both_terms),
		cmocka_unit_test(readings_are_subtracted),
		cmocka_unit_test(strays_and_ipv6_are_told_apart),
		cmocka_unit_test(what_has_no_room_is_told),
		cmocka_unit_test(means_are_of_their_time),
		cmocka_unit_test(forms_have_all_of_it),
		cmocka_unit_test(a_process_is_recorded),
		cmocka_unit_test(a_node_that_is_gone_is_told),
		cmocka_unit_test(pictures_shown_again_are_none),
		cmocka_unit_test(answers_that_are_none_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
