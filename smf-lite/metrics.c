// SPDX-License-Identifier: Apache-2.0
/* GET /metrics: counters by named reason and gauges, as Prometheus text. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "lib/metrics.h"
#include "smf-lite/amf_n2.h"
#include "smf-lite/config.h"
#include "smf-lite/events.h"
#include "smf-lite/n4_client.h"
#include "smf-lite/rest.h"
#include "smf-lite/session.h"
#include "smf-lite/ue.h"

static void head(FILE *f, const char *name, const char *type, const char *help)
{
	fprintf(f, "# HELP baton_smf_%s %s\n# TYPE baton_smf_%s %s\n", name, help, name, type);
}

static void gauge(FILE *f, const char *name, const char *help, size_t value)
{
	head(f, name, "gauge", help);
	fprintf(f, "baton_smf_%s %zu\n", name, value);
}

static size_t gnbs_connected(const struct n2 *n2)
{
	size_t count = 0;

	for (size_t i = 0; i < SMF_GNBS_MAX; i++)
		count += n2->gnbs[i].used && n2->gnbs[i].conn;
	return count;
}

static void write_sessions(FILE *f, const struct smf *smf)
{
	size_t count[SESSION_STATES] = {0};
	struct session *s, *next;

	HASH_ITER (by_seid, smf->sessions->by_seid, s, next)
		count[s->state]++;
	head(f, "pdu_sessions", "gauge", "PDU sessions by state");
	for (int i = 0; i < SESSION_STATES; i++)
		fprintf(f, "baton_smf_pdu_sessions{state=\"%s\"} %zu\n",
			session_state_name((enum session_state)i), count[i]);
}

static void write_upfs(FILE *f, const struct n4_client *n4)
{
	head(f, "upf_associated", "gauge", "whether the UPF is associated");
	for (size_t i = 0; i < n4->upf_count; i++)
		fprintf(f, "baton_smf_upf_associated{upf=\"%s\"} %d\n", n4->upfs[i].config->name,
			n4->upfs[i].associated);
	head(f, "upf_leaving", "gauge", "whether the UPF has asked to be left, since it stops");
	for (size_t i = 0; i < n4->upf_count; i++)
		fprintf(f, "baton_smf_upf_leaving{upf=\"%s\"} %d\n", n4->upfs[i].config->name,
			n4->upfs[i].leaving);
	head(f, "upf_load_percent", "gauge", "load that the UPF tells");
	for (size_t i = 0; i < n4->upf_count; i++)
		fprintf(f, "baton_smf_upf_load_percent{upf=\"%s\"} %u\n", n4->upfs[i].config->name,
			n4->upfs[i].load.load);
	head(f, "upf_overload_percent", "gauge", "new sessions that the UPF wants left out");
	for (size_t i = 0; i < n4->upf_count; i++)
		fprintf(f, "baton_smf_upf_overload_percent{upf=\"%s\"} %u\n",
			n4->upfs[i].config->name, n4_overload(&n4->upfs[i]));
	head(f, "upf_lost_paths", "gauge", "GTP-U peers that the UPF doesn't reach");
	for (size_t i = 0; i < n4->upf_count; i++)
		fprintf(f, "baton_smf_upf_lost_paths{upf=\"%s\"} %zu\n", n4->upfs[i].config->name,
			n4->upfs[i].lost.count);
	head(f, "pool_addresses_taken", "gauge", "addresses in use");
	for (size_t i = 0; i < n4->upf_count; i++)
		fprintf(f, "baton_smf_pool_addresses_taken{upf=\"%s\"} %u\n",
			n4->upfs[i].config->name, n4->upfs[i].pool.taken);
	if (!n4->node)
		return;
	n4_metrics_write(n4->node, "smf", f);
}

static void write_counters(FILE *f, const struct smf_counters *c)
{
	for (int i = 0; i < SMF_COUNTS; i++) {
		const char *name = smf_count_name((enum smf_count)i);

		fprintf(f,
			"# HELP baton_smf_%s_total %s\n# TYPE baton_smf_%s_total counter\n"
			"baton_smf_%s_total %" PRIu64 "\n",
			name, smf_count_help((enum smf_count)i), name, name, c->count[i]);
	}
	head(f, "refused_total", "counter", "what was refused or failed, by reason");
	for (int i = 0; i < SMF_DROPS; i++)
		fprintf(f, "baton_smf_refused_total{reason=\"%s\"} %" PRIu64 "\n",
			smf_drop_name((enum smf_drop)i), c->drop[i]);
}

void rest_metrics(struct http_request *req, void *user)
{
	const struct smf *smf = user;
	struct metrics m;
	FILE *f;

	if (metrics_begin(&m, req) < 0)
		return;
	f = m.out;
	gauge(f, "gnbs", "gNBs connected", gnbs_connected(smf->n2));
	gauge(f, "ues", "UE contexts", smf->ues->count);
	gauge(f, "event_streams", "open event streams", events_listeners(smf->events));
	write_sessions(f, smf);
	write_upfs(f, smf->n4);
	write_counters(f, &smf->counters);
	metrics_reply(&m, req);
}
