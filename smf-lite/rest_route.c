// SPDX-License-Identifier: Apache-2.0
/* REST: uplink classifiers of a PDU session, and the way that its packets take. */
#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "smf-lite/config.h"
#include "smf-lite/n4_client.h"
#include "smf-lite/rest.h"
#include "smf-lite/route.h"

json_t *rest_classifier_json(const struct classifier *c)
{
	json_t *prefixes = json_array();
	char addr[INET_ADDRSTRLEN], text[INET_ADDRSTRLEN + 4];

	for (size_t i = 0; i < c->prefix_count; i++) {
		inet_ntop(AF_INET, &c->prefix[i].addr, addr, sizeof(addr));
		snprintf(text, sizeof(text), "%s/%u", addr, c->prefix[i].len);
		json_array_append_new(prefixes, json_string(text));
	}
	return json_pack("{s:s, s:s, s:s, s:b, s:o, s:{s:I, s:I}, s:o, s:o}", "dnai",
			 c->upf->config->dnai, "upf", c->upf->config->name, "state",
			 classifier_state_name(c->state), "in_path", c->session->route.up == c,
			 "prefixes", prefixes, "seid", "cp", (json_int_t)c->cp_seid, "up",
			 (json_int_t)c->up_seid, "access", rest_tunnel_json(&c->access), "core",
			 rest_tunnel_json(&c->core));
}

json_t *rest_classifiers_json(const struct session *s)
{
	json_t *list = json_array();

	for (const struct classifier *c = s->classifiers; c; c = c->next)
		json_array_append_new(list, rest_classifier_json(c));
	return list;
}

/* "10.70.0.0/16"; Return: false: it is none, or has bits beyond its length */
static bool prefix_parse(const char *text, struct yaml_prefix *ret)
{
	char addr[INET_ADDRSTRLEN], *end;
	const char *slash = text ? strchr(text, '/') : NULL;
	unsigned long len;

	if (!slash || (size_t)(slash - text) >= sizeof(addr) || slash[1] < '0' || slash[1] > '9')
		return false;
	memcpy(addr, text, (size_t)(slash - text));
	addr[slash - text] = '\0';
	len = strtoul(slash + 1, &end, 10);
	if (*end || len < 1 || len > 32 || inet_pton(AF_INET, addr, &ret->addr) != 1)
		return false;
	ret->len = (unsigned)len;
	return !(ntohl(ret->addr.s_addr) & (uint32_t)(0xffffffffULL >> len));
}

static size_t prefixes_read(struct json_reader *reader,
			    struct yaml_prefix prefix[CLASSIFIER_PREFIXES_MAX])
{
	const json_t *list = json_read_array(reader, "prefixes", true);
	const size_t n = json_array_size(list);

	if (list && (n < 1 || n > CLASSIFIER_PREFIXES_MAX)) {
		json_reader_fail(reader, "prefixes", "expected 1 to %d prefixes, found %zu",
				 CLASSIFIER_PREFIXES_MAX, n);
		return 0;
	}
	for (size_t i = 0; i < n; i++) {
		const char *text = json_string_value(json_array_get(list, i));

		if (!prefix_parse(text, &prefix[i]))
			json_reader_fail(reader, "prefixes",
					 "expected an IPv4 prefix as 10.70.0.0/16, found '%.32s'",
					 text ? text : "no text");
	}
	return n;
}

/* The UPF that the path or the body names; NULL: answered with 404 */
static struct upf *find_upf(struct http_request *req, struct smf *smf, const char *dnai)
{
	struct upf *upf = n4_upf_by_dnai(smf->n4, dnai);

	if (!upf)
		http_problem(req, 404, "UPF_NOT_FOUND", "no UPF has the DNAI '%s'", dnai);
	return upf;
}

void rest_put_classifier(struct http_request *req, void *user)
{
	struct yaml_prefix prefix[CLASSIFIER_PREFIXES_MAX];
	struct json_reader reader;
	struct smf *smf = user;
	struct session *s;
	struct upf *upf;
	size_t n;

	json_reader_begin(&reader, http_body(req));
	n = prefixes_read(&reader, prefix);
	if (json_reader_end(&reader)) {
		http_problem_invalid(req, &reader);
		return;
	}
	s = rest_find_session(req, smf);
	upf = s ? find_upf(req, smf, http_param(req, "dnai")) : NULL;
	if (upf)
		classifier_prepare(s, upf, prefix, n, req);
}

/* Idempotent: what isn't there is as good as removed */
void rest_delete_classifier(struct http_request *req, void *user)
{
	struct session *s = rest_find_session(req, user);
	struct upf *upf = s ? find_upf(req, user, http_param(req, "dnai")) : NULL;
	struct classifier *c = upf ? classifier_find(s, upf) : NULL;

	if (!upf)
		return;
	if (c && route_leads_through(c)) {
		http_problem(req, 409, "CLASSIFIER_IN_PATH",
			     "PDU session %u of %s is led through UPF %s", s->id, s->supi,
			     upf->config->name);
		return;
	}
	if (c)
		classifier_remove(c);
	http_reply(req, 204, NULL);
}

void rest_post_route(struct http_request *req, void *user)
{
	char dnai[SMF_NAME_SIZE] = "";
	struct classifier *to = NULL;
	struct json_reader reader;
	struct session *s;
	struct upf *upf;

	json_reader_begin(&reader, http_body(req));
	json_read_string(&reader, "dnai", true, dnai, sizeof(dnai));
	if (json_reader_end(&reader)) {
		http_problem_invalid(req, &reader);
		return;
	}
	s = rest_find_session(req, user);
	upf = s ? find_upf(req, user, dnai) : NULL;
	if (!upf)
		return;
	if (upf != s->upf)
		to = classifier_find(s, upf);
	if (upf != s->upf && !to)
		http_problem(req, 404, "CLASSIFIER_NOT_FOUND",
			     "PDU session %u of %s has no uplink classifier at UPF %s", s->id,
			     s->supi, upf->config->name);
	else
		route_switch(s, to, req);
}
