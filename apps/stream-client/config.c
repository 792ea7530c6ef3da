// SPDX-License-Identifier: Apache-2.0
#include "apps/stream-client/config.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "apps/picture/blend.h"
#include "lib/log.h"

static int read_ratio(const struct yaml_doc *doc, const struct yaml_node *node,
		      const struct yaml_field *field, void *ret, struct yaml_error *err)
{
	char text[32], *end;
	double value;
	int r = yaml_string(doc, node, text, sizeof text, err);

	if (r < 0)
		return r;
	value = strtod(text, &end);
	if (text[0] == '\0' || *end != '\0' || !(value >= 0 && value <= 1))
		return yaml_fail(doc, node, err, "%s: expected a number from 0 to 1, found '%s'",
				 field->key, text);
	*(double *)ret = value;
	return 0;
}

static int read_account(const struct yaml_doc *doc, const struct yaml_node *node,
			const struct yaml_field *field, void *ret, struct yaml_error *err)
{
	char *account = ret;
	int r = yaml_string(doc, node, account, field->size, err);

	if (r == 0 && (account[0] == '\0' ||
		       account[strspn(account, "abcdefghijklmnopqrstuvwxyz0123456789._-")] != '\0'))
		r = yaml_fail(doc, node, err,
			      "%s: expected 1 to %d characters of a-z, 0-9, '.', '_', '-', "
			      "found '%s'",
			      field->key, ACCOUNT_LEN_MAX, account);
	return r;
}

#define AT(member) offsetof(struct config, member)
static const struct yaml_field fields[] = {
	{"rest_address", yaml_read_ipv4, AT(rest_address), 0, 0, 0, true,
	 "IPv4 address to listen on"},
	{"rest_port", yaml_read_u32, AT(rest_port), 0, 1, 65535, true, "port to listen on"},
	{"token_file", yaml_read_text, AT(token_file), 256, 0, 0, true, "file of the bearer token"},
	{"account", read_account, AT(account), ACCOUNT_LEN_MAX + 1, 0, 0, true, "the player"},
	{"width", yaml_read_u32, AT(width), 0, PICTURE_SIDE_MIN, PICTURE_SIDE_MAX, false,
	 "of pictures, at most"},
	{"height", yaml_read_u32, AT(height), 0, PICTURE_SIDE_MIN, PICTURE_SIDE_MAX, false,
	 "of pictures, at most"},
	{"fps", yaml_read_u32, AT(fps), 0, 1, 240, false, "turns of the selector a second"},
	{"codec", yaml_read_text, AT(codec_word), 16, 0, 0, false, "openh264, x264"},
	{"threshold", read_ratio, AT(threshold), 0, 0, 0, false, "SSIM that opens the gate"},
	{"window", yaml_read_u32, AT(window), 0, 1, BLEND_WINDOW_MAX, false,
	 "N of frame sliding; 1: none"},
	{"buffer", yaml_read_text, AT(buffer_word), 16, 0, 0, false, "one-frame, fifo"},
	{"pace", yaml_read_text, AT(pace_word), 16, 0, 0, false, "follow, fixed"},
	{"pairs", yaml_read_text, AT(pairs_word), 16, 0, 0, false, "waiting, always"},
	{"jumps", yaml_read_bool, AT(jumps), 0, 0, 0, false, "jumps between pictures in the trace"},
	{"input", yaml_read_text, AT(input), 256, 0, 0, false, "none, player, keyboard or a file"},
	{"inputs_seed", yaml_read_u64, AT(inputs_seed), 0, 0, UINT64_MAX, false,
	 "of input: player"},
	{"record", yaml_read_text, AT(record), 256, 0, 0, false, "file that the screen goes to"},
	{"screen_port", yaml_read_u32, AT(screen_port), 0, 1, 65535, false,
	 "port of a browser's page"},
	{0},
};

/* One of two words; Return: which, or -EINVAL with a log line */
static int read_word(const char *key, const char *word, const char *first, const char *second)
{
	if (strcmp(word, first) == 0)
		return 0;
	if (strcmp(word, second) == 0)
		return 1;
	log_error("config", "error=\"%s: unknown word '%s', expected %s or %s\"", key, word, first,
		  second);
	return -EINVAL;
}

static int read_words(struct config *c)
{
	int buffer = read_word("buffer", c->buffer_word, "one-frame", "fifo");
	int pace = read_word("pace", c->pace_word, "follow", "fixed");
	int pairs = read_word("pairs", c->pairs_word, "waiting", "always");
	int codec = codec_parse(c->codec_word, &c->codec);

	if (codec < 0)
		log_error("config",
			  codec == -ENOTSUP
				  ? "error=\"codec: this program was built without %s\""
				  : "error=\"codec: unknown word '%s', expected openh264 or x264\"",
			  c->codec_word);
	if (buffer < 0 || pace < 0 || pairs < 0 || codec < 0)
		return -EINVAL;
	c->buffer = buffer ? BUFFER_FIFO : BUFFER_ONE_FRAME;
	c->pace_fixed = pace == 1;
	c->pairs_always = pairs == 1;
	return 0;
}

static void set_defaults(struct config *c)
{
	*c = (struct config){.width = 640,
			     .height = 480,
			     .fps = 60,
			     .threshold = 0.85,
			     .window = 8,
			     .inputs_seed = 1,
			     .codec_word = "openh264",
			     .buffer_word = "one-frame",
			     .pace_word = "follow",
			     .pairs_word = "waiting",
			     .input = "none"};
}

int config_load(struct config *config, struct daemon *daemon)
{
	int r;

	set_defaults(config);
	r = daemon_config(daemon, fields, config, NULL);
	return r < 0 ? r : read_words(config);
}
