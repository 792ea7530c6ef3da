// SPDX-License-Identifier: Apache-2.0
/* command.h says what it is. */
#include "apps/cooperative/command.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

enum { TARGET_US = 1000, ROUNDS = 30, WAIT_MS = 1000 };

static const char *const verbs[VERBS] = {"status", "wait",  "listen", "push",
					 "commit", "fence", "resume", "leave"};

enum { M_ADDRESS, M_KEY, M_PORT, M_TARGET, M_ROUNDS, M_MS, M_VERIFY, M_RATE, MEMBERS };

#define AT(member) offsetof(struct cooperative_command, member)
static const struct member {
	const char *name;
	size_t at;
	uint32_t least, most; /* of a number */
} members[MEMBERS] = {
	[M_ADDRESS] = {"address", AT(address), 0, 0},
	[M_KEY] = {"key", AT(key), 0, 0},
	[M_PORT] = {"port", AT(port), 1, 65535},
	[M_TARGET] = {"target_us", AT(target_us), 1, 60000000},
	[M_ROUNDS] = {"rounds", AT(rounds), 0, 1000},
	[M_MS] = {"ms", AT(ms), 0, 60000},
	[M_VERIFY] = {"verify", AT(verify), 0, 1},
	[M_RATE] = {"rate_kbps", AT(rate_kbps), 1, 400000000},
};

#define BIT(member) (1u << (member))
static const struct {
	unsigned needed, allowed;
} shapes[VERBS] = {
	[VERB_WAIT] = {0, BIT(M_MS)},
	[VERB_LISTEN] = {BIT(M_ADDRESS) | BIT(M_KEY), BIT(M_ADDRESS) | BIT(M_KEY)},
	[VERB_PUSH] = {BIT(M_ADDRESS) | BIT(M_KEY) | BIT(M_PORT),
		       BIT(M_ADDRESS) | BIT(M_KEY) | BIT(M_PORT) | BIT(M_TARGET) | BIT(M_ROUNDS) |
			       BIT(M_VERIFY) | BIT(M_RATE)},
};

static int digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static bool read_key(const char *text, uint8_t *key)
{
	for (size_t i = 0; i < COOPERATIVE_KEY; i++) {
		int high = digit(text[2 * i]), low = high < 0 ? -1 : digit(text[2 * i + 1]);

		if (low < 0)
			return false;
		key[i] = (uint8_t)(high << 4 | low);
	}
	return text[2 * COOPERATIVE_KEY] == '\0';
}

static bool read_number(const struct member *m, const char *text, uint32_t *ret)
{
	char *end;
	unsigned long long value;

	if (text[0] < '0' || text[0] > '9')
		return false;
	errno = 0;
	value = strtoull(text, &end, 10);
	if (errno || *end || value < m->least || value > m->most)
		return false;
	*ret = (uint32_t)value;
	return true;
}

static bool read_member(struct cooperative_command *cmd, char *word, const char **ret_why)
{
	char *value = strchr(word, '=');
	unsigned i = 0;
	bool ok;

	*ret_why = "expected name=value";
	if (!value)
		return false;
	*value++ = '\0';
	while (i < MEMBERS && strcmp(members[i].name, word) != 0)
		i++;
	*ret_why = "this verb has no such member, or it stands there twice";
	if (i == MEMBERS || !(shapes[cmd->verb].allowed & BIT(i)) || cmd->given & BIT(i))
		return false;
	cmd->given |= BIT(i);
	if (i == M_ADDRESS)
		ok = inet_pton(AF_INET, value, &cmd->address) == 1;
	else if (i == M_KEY)
		ok = read_key(value, cmd->key);
	else
		ok = read_number(&members[i], value, (uint32_t *)((char *)cmd + members[i].at));
	*ret_why = "a member's value can't be";
	return ok;
}

int cooperative_command_parse(const char *line, struct cooperative_command *ret_command,
			      const char **ret_why)
{
	struct cooperative_command cmd = {.target_us = TARGET_US, .rounds = ROUNDS, .ms = WAIT_MS};
	char copy[COMMAND_LINE_MAX], *save, *word;
	unsigned verb = 0;

	*ret_why = "the line is too long";
	if (strlen(line) >= sizeof copy)
		return -EINVAL;
	strcpy(copy, line);
	word = strtok_r(copy, " ", &save);
	while (verb < VERBS && word && strcmp(verbs[verb], word) != 0)
		verb++;
	*ret_why = "there is no such verb";
	if (verb == VERBS || !word)
		return -EINVAL;
	cmd.verb = verb;
	while ((word = strtok_r(NULL, " ", &save))) {
		if (!read_member(&cmd, word, ret_why))
			return -EINVAL;
	}
	*ret_why = "a member is missing";
	if (~cmd.given & shapes[verb].needed)
		return -EINVAL;
	*ret_command = cmd;
	return 0;
}
