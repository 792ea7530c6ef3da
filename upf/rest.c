// SPDX-License-Identifier: Apache-2.0
/* The UPF's REST interface, which only reads: docs/contracts.md. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "lib/metrics.h"
#include "upf/upf.h"

/* ---- sessions ---- */

static json_t *counters_json(const struct upf *upf, uint64_t seid)
{
	struct dp_counters c = {0};

	/* A session without rules is none in the data plane: it has counted nothing. */
	if (dataplane_session_counters(upf->dp, seid, &c))
		c = (struct dp_counters){0};
	return json_pack("{s:{s:I, s:I}, s:{s:I, s:I}, s:I}", "uplink", "packets",
			 (json_int_t)c.uplink_packets, "bytes", (json_int_t)c.uplink_bytes,
			 "downlink", "packets", (json_int_t)c.downlink_packets, "bytes",
			 (json_int_t)c.downlink_bytes, "dropped_packets",
			 (json_int_t)c.dropped_packets);
}

static json_t *session_json(const struct upf *upf, const struct upf_session *s)
{
	json_t *j =
		json_pack("{s:{s:I, s:I}, s:o, s:s, s:I, s:o}", "seid", "cp",
			  (json_int_t)s->cp.seid, "up", (json_int_t)s->seid, "smf",
			  json_ipv4(s->cp.peer), "dnn", s->dnn ? s->dnn : "", "established_ns",
			  (json_int_t)s->established_ns, "counters", counters_json(upf, s->seid));

	upf_rest_rules(upf, s, j);
	return j;
}

static void get_sessions(struct http_request *req, void *user)
{
	const struct upf *upf = user;
	json_t *list = json_array();
	const struct upf_session *s;

	for (s = upf_session_next(&upf->sessions, NULL); s; s = upf_session_next(&upf->sessions, s))
		json_array_append_new(list, session_json(upf, s));
	http_reply(req, 200, json_pack("{s:o}", "sessions", list));
}

static void get_session(struct http_request *req, void *user)
{
	const struct upf *upf = user;
	const char *text = http_param(req, "seid");
	char *end;
	uint64_t seid = strtoull(text, &end, 0);
	const struct upf_session *s = *end ? NULL : upf_session_find(&upf->sessions, seid);

	if (s)
		http_reply(req, 200, session_json(upf, s));
	else
		http_problem(req, 404, "SESSION_NOT_FOUND", "no session has the SEID %s", text);
}

/* ---- status ---- */

static json_t *drops_json(const struct upf *upf)
{
	uint64_t drops[DP_DROP_REASONS];
	json_t *j = json_object();

	dataplane_drops(upf->dp, drops);
	for (size_t i = 0; i < DP_DROP_REASONS; i++)
		json_object_set_new(j, dp_drop_name((enum dp_drop)i),
				    json_integer((json_int_t)drops[i]));
	return j;
}

static json_t *associations_json(const struct upf *upf)
{
	json_t *list = json_array();

	for (struct n4_peer *p = n4_peer_next(upf->n4, NULL); p; p = n4_peer_next(upf->n4, p)) {
		const struct upf_peer *peer = p->user;

		json_array_append_new(
			list, json_pack("{s:o, s:b, s:b, s:I, s:I}", "address", json_ipv4(p->addr),
					"associated", p->associated, "alive", p->alive,
					"recovery_time_stamp", (json_int_t)p->recovery_time_stamp,
					"sessions", (json_int_t)(peer ? peer->sessions.count : 0)));
	}
	return list;
}

static void get_status(struct http_request *req, void *user)
{
	const struct upf *upf = user;

	http_reply(req, 200,
		   json_pack("{s:s, s:s, s:s, s:I, s:I, s:I, s:o, s:o}", "name", upf->config->name,
			     "dataplane", dataplane_backend(upf->dp), "reason",
			     dataplane_backend_reason(upf->dp), "sessions",
			     (json_int_t)upf->sessions.count, "teids",
			     (json_int_t)upf_teid_count(&upf->teids), "recovery_time_stamp",
			     (json_int_t)n4_node_recovery_time_stamp(upf->n4), "associations",
			     associations_json(upf), "drops", drops_json(upf)));
}

static void get_healthz(struct http_request *req, void *user)
{
	http_reply(req, 204, NULL);
}

/* ---- metrics ---- */

static void metric(FILE *f, const char *name, const char *type, const char *help, uint64_t value)
{
	fprintf(f, "# HELP baton_upf_%s %s\n# TYPE baton_upf_%s %s\nbaton_upf_%s %" PRIu64 "\n",
		name, help, name, type, name, value);
}

static void metrics_n4(FILE *f, const struct upf *upf)
{
	n4_metrics_write(upf->n4, "upf", f);
	fputs("# HELP baton_upf_events_total what happened to sessions and paths\n"
	      "# TYPE baton_upf_events_total counter\n",
	      f);
	for (int i = 0; i < UPF_COUNTERS; i++)
		fprintf(f, "baton_upf_events_total{what=\"%s\"} %" PRIu64 "\n",
			upf_counter_name((enum upf_counter)i), upf->counter[i]);
}

static void metrics_drops(FILE *f, const struct upf *upf)
{
	uint64_t drops[DP_DROP_REASONS];

	dataplane_drops(upf->dp, drops);
	fputs("# HELP baton_upf_dropped_packets_total user packets dropped, by reason\n"
	      "# TYPE baton_upf_dropped_packets_total counter\n",
	      f);
	for (int i = 0; i < DP_DROP_REASONS; i++)
		fprintf(f, "baton_upf_dropped_packets_total{reason=\"%s\"} %" PRIu64 "\n",
			dp_drop_name((enum dp_drop)i), drops[i]);
}

static void metrics_path(FILE *f, const struct upf *upf)
{
	struct dp_path_counters c;

	dataplane_path_counters(upf->dp, &c);
	const struct {
		const char *what;
		uint64_t value;
	} rows[] = {
		{"echo_requests_received", c.echo_requests},
		{"echo_responses_received", c.echo_responses},
		{"error_indications_received", c.error_indications_received},
		{"error_indications_sent", c.error_indications_sent},
		{"end_markers_received", c.end_markers},
		{"extension_notifications_received", c.extension_notifications_received},
		{"extension_notifications_sent", c.extension_notifications_sent},
		{"echo_responses_unexpected", c.unexpected},
		{"unknown_types", c.unknown_types},
		{"unknown_extensions", c.unknown_extensions},
		{"malformed", c.malformed},
		{"user_packets", c.user_packets},
		{"received", c.received},
		{"unanswered", c.unanswered},
	};

	fputs("# HELP baton_upf_gtpu_total GTP-U messages that are no user packets\n"
	      "# TYPE baton_upf_gtpu_total counter\n",
	      f);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		fprintf(f, "baton_upf_gtpu_total{what=\"%s\"} %" PRIu64 "\n", rows[i].what,
			rows[i].value);
}

static void device_write(FILE *f, const char *unit, const struct dp_device *device,
			 const char *instance, uint64_t received, uint64_t sent)
{
	const char *interface = device->n6 ? "n6" : "n3";

	fprintf(f,
		"baton_upf_interface_%s_total{interface=\"%s\",device=\"%s\",network_instance=\"%"
		"s\","
		"direction=\"received\"} %" PRIu64 "\n",
		unit, interface, device->dev, instance, received);
	fprintf(f,
		"baton_upf_interface_%s_total{interface=\"%s\",device=\"%s\",network_instance=\"%"
		"s\","
		"direction=\"sent\"} %" PRIu64 "\n",
		unit, interface, device->dev, instance, sent);
}

static void metrics_devices(FILE *f, const struct upf *upf)
{
	struct dp_device devices[DP_DEVICES_MAX];
	const size_t n = dataplane_devices(upf->dp, devices);

	fputs("# HELP baton_upf_interface_packets_total what devices carried, as the kernel "
	      "counts\n"
	      "# TYPE baton_upf_interface_packets_total counter\n",
	      f);
	for (const struct dp_device *d = devices; d < devices + n; d++)
		device_write(f, "packets", d, d->n6 ? upf->config->instance[d->instance].name : "",
			     d->received_packets, d->sent_packets);
	fputs("# HELP baton_upf_interface_bytes_total what devices carried, as the kernel counts\n"
	      "# TYPE baton_upf_interface_bytes_total counter\n",
	      f);
	for (const struct dp_device *d = devices; d < devices + n; d++)
		device_write(f, "bytes", d, d->n6 ? upf->config->instance[d->instance].name : "",
			     d->received_bytes, d->sent_bytes);
}

static void get_metrics(struct http_request *req, void *user)
{
	const struct upf *upf = user;
	struct metrics m;
	FILE *f;

	if (metrics_begin(&m, req) < 0)
		return;
	f = m.out;
	metric(f, "sessions", "gauge", "PFCP sessions", upf->sessions.count);
	metric(f, "teids", "gauge", "local TEIDs in use", upf_teid_count(&upf->teids));
	metric(f, "associations", "gauge", "SMFs known", n4_peer_count(upf->n4));
	metric(f, "paths_lost", "gauge", "gNBs that don't answer echo requests",
	       upf_paths_lost(upf));
	metrics_n4(f, upf);
	metrics_drops(f, upf);
	metrics_path(f, upf);
	metrics_devices(f, upf);
	metrics_reply(&m, req);
}

const struct http_route upf_routes[] = {
	{"GET", "/healthz", get_healthz, .open = true},
	{"GET", "/metrics", get_metrics, .open = true},
	{"GET", "/v1/status", get_status, .open = true},
	{"GET", "/v1/sessions", get_sessions, .open = true},
	{"GET", "/v1/sessions/{seid}", get_session, .open = true},
	{0},
};
