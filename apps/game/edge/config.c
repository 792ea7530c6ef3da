// SPDX-License-Identifier: Apache-2.0
/* The table of an instance's keys, and the readers of those that lib/yaml.h has no reader for. */
#include "apps/game/edge/config.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/log.h"

enum { BITRATE_MIN = 100000, BITRATE_MAX = 50000000, FIELDS_MAX = 32 };

/* "4Mbit", "800kbit", or bits per second */
static int read_bitrate(const struct yaml_doc *doc, const struct yaml_node *node,
			const struct yaml_field *field, void *ret, struct yaml_error *err)
{
	char *unit = NULL;
	uint64_t value, factor = 0;

	errno = 0;
	value = node->kind == YAML_SCALAR && node->scalar[0] >= '0' && node->scalar[0] <= '9'
			? strtoull(node->scalar, &unit, 10)
			: 0;
	if (unit)
		factor = strcmp(unit, "Mbit") == 0   ? 1000000
			 : strcmp(unit, "kbit") == 0 ? 1000
			 : *unit == '\0'	     ? 1
						     : 0;
	if (errno || value > field->max || value * factor < field->min ||
	    value * factor > field->max)
		return yaml_fail(doc, node, err,
				 "%s: expected a rate such as 4Mbit or 800kbit, from 100kbit to "
				 "50Mbit",
				 field->key);
	*(uint64_t *)ret = value * factor;
	return 0;
}

/* 4:2:0 has a chroma sample for each 2x2 of luma, and codecs work in blocks of 16 */
static int read_side(const struct yaml_doc *doc, const struct yaml_node *node,
		     const struct yaml_field *field, void *ret, struct yaml_error *err)
{
	uint32_t value;
	int r = yaml_read_u32(doc, node, field, &value, err);

	if (r == 0 && value % 16)
		return yaml_fail(doc, node, err, "%s: expected a multiple of 16, found %u",
				 field->key, value);
	if (r == 0)
		*(uint32_t *)ret = value;
	return r;
}

static int read_codec(const struct yaml_doc *doc, const struct yaml_node *node,
		      const struct yaml_field *field, void *ret, struct yaml_error *err)
{
	if (node->kind != YAML_SCALAR ||
	    (strcmp(node->scalar, "openh264") && strcmp(node->scalar, "x264")))
		return yaml_fail(doc, node, err, "codec: expected openh264 or x264");
	return yaml_read_text(doc, node, field, ret, err);
}

#define AT(member) offsetof(struct config, member)
static const struct yaml_field fields[] = {
	{"rest_address", yaml_read_ipv4, AT(rest_address), 0, 0, 0, true,
	 "IPv4 address to listen on"},
	{"rest_port", yaml_read_u32, AT(rest_port), 0, 1, 65535, true, "port to listen on"},
	{"token_file", yaml_read_text, AT(token_file), 256, 0, 0, true, "file of the bearer token"},
	{"edge", yaml_read_text, AT(edge), 64, 0, 0, true, "name of the edge it runs at"},
	{"edge_number", yaml_read_u32, AT(edge_number), 0, 1, 65535, true,
	 "the edge's number in frame stamps"},
	{"stream_address", yaml_read_ipv4, AT(stream_address), 0, 0, 0, true,
	 "address that players send to and frames come from"},
	{"stream_port", yaml_read_u32, AT(stream_port), 0, 1, 65535, false, "its UDP port"},
	{"login_url", yaml_read_text, AT(login_url), 128, 0, 0, true,
	 "http:// URL of the cloud's login server"},
	{"width", read_side, AT(width), 0, 320, 1920, false, "of the picture, samples"},
	{"height", read_side, AT(height), 0, 240, 1088, false, "of the picture, samples"},
	{"fps", yaml_read_u32, AT(fps), 0, 1, 120, false, "pictures a second"},
	{"bitrate", read_bitrate, AT(bitrate), 0, BITRATE_MIN, BITRATE_MAX, false, "of one stream"},
	{"codec", read_codec, AT(codec), 16, 0, 0, false, "openh264 or x264"},
	{"faults", yaml_read_bool, AT(faults), 0, 0, 0, false,
	 "allow PUT /v1/faults, for tests only"},
	{"secrets", yaml_read_node, AT(secrets_node), 0, 0, 0, false,
	 "accounts that may play here, with the secrets of their logins"},
	{0},
};
static const struct yaml_field secret_fields[] = {
	{"account", yaml_read_text, offsetof(struct config_secret, account), ACCOUNT_LEN_MAX + 1, 0,
	 0, true, "name of the account"},
	{"secret", yaml_read_text, offsetof(struct config_secret, secret), SECRET_LEN_MAX + 1, 0, 0,
	 true, "its secret"},
	{0},
};

bool config_account_valid(const char *account)
{
	size_t len = strlen(account);

	return len >= 1 && len <= ACCOUNT_LEN_MAX &&
	       strspn(account, "abcdefghijklmnopqrstuvwxyz0123456789._-") == len;
}

static int read_secret(struct config *c, const struct yaml_doc *doc, const struct yaml_node *node,
		       struct yaml_error *err)
{
	struct config_secret *s = &c->secrets[c->secret_count];
	int r = yaml_read_fields(doc, node, secret_fields, s, err);

	if (r == 0 && !config_account_valid(s->account))
		r = yaml_fail(doc, node, err,
			      "account: expected 1 to %d characters of a-z, 0-9, '.', '_', '-'",
			      ACCOUNT_LEN_MAX);
	if (r == 0 && config_secret_find(c, s->account))
		r = yaml_fail(doc, node, err, "account '%s' is there twice", s->account);
	c->secret_count += r == 0;
	return r;
}

static int read_secrets(struct config *c, const struct yaml_doc *doc, struct yaml_error *err)
{
	const struct yaml_node *list = c->secrets_node;
	int r = 0;

	if (!list)
		return 0;
	if (list->kind != YAML_SEQUENCE)
		return yaml_fail(doc, list, err, "expected a list of accounts and secrets");
	c->secrets = calloc(SECRETS_MAX, sizeof *c->secrets);
	if (!c->secrets)
		return -ENOMEM;
	for (const struct yaml_node *n = list->child; n && r == 0; n = n->next) {
		if (c->secret_count == SECRETS_MAX)
			r = yaml_fail(doc, n, err, "more than %d secrets", SECRETS_MAX);
		else
			r = read_secret(c, doc, n, err);
	}
	return r;
}

/* The rows of all games and those of this one */
static int compose(const struct yaml_field *more, struct yaml_field ret[FIELDS_MAX])
{
	size_t count = sizeof fields / sizeof fields[0] - 1;

	memcpy(ret, fields, sizeof fields);
	for (; more && more->key; more++) {
		if (count + 1 == FIELDS_MAX)
			return -ENOSPC;
		ret[count++] = *more;
	}
	ret[count] = (struct yaml_field){0};
	return 0;
}

int config_load(struct config *c, const struct yaml_field *more, struct daemon *daemon)
{
	struct yaml_field all[FIELDS_MAX];
	struct yaml_error err = {0};
	struct yaml_doc *doc;
	int r = compose(more, all);

	if (r == 0)
		r = daemon_config(daemon, all, c, &doc);
	if (r < 0)
		return r;
	r = read_secrets(c, doc, &err);
	if (r < 0)
		log_error("config", "error=\"%s\"", err.text[0] ? err.text : strerror(-r));
	yaml_free(doc);
	c->secrets_node = NULL;
	return r;
}

void config_done(struct config *c)
{
	if (c->secrets)
		explicit_bzero(c->secrets, SECRETS_MAX * sizeof *c->secrets);
	free(c->secrets);
	c->secrets = NULL;
	c->secret_count = 0;
}

const char *config_secret_find(const struct config *c, const char *account)
{
	for (size_t i = 0; i < c->secret_count; i++)
		if (strcmp(c->secrets[i].account, account) == 0)
			return c->secrets[i].secret;
	return NULL;
}
