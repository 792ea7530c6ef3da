// SPDX-License-Identifier: Apache-2.0
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "apps/game/cloud/account.h"

static const struct yaml_field fields[] = {
	{"name", yaml_read_text, offsetof(struct account, name), ACCOUNT_NAME_SIZE, 0, 0, true,
	 "name of the account: 1 to 31 characters of a-z, 0-9, dot, underscore and hyphen"},
	{"secret", yaml_read_text, offsetof(struct account, secret), ACCOUNT_SECRET_SIZE, 0, 0,
	 true, "what a login has to know"},
	{0},
};

bool account_name_ok(const char *name)
{
	size_t len = strlen(name);

	return len > 0 && len < ACCOUNT_NAME_SIZE &&
	       strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789._-") == len;
}

bool account_edge_ok(const char *edge)
{
	size_t len = strlen(edge);

	return len > 0 && len < ACCOUNT_EDGE_SIZE &&
	       strspn(edge, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-") ==
		       len;
}

static int read_one(const struct yaml_doc *doc, const struct yaml_node *node, struct accounts *all,
		    struct yaml_error *err)
{
	struct account *a = &all->account[all->count];
	int r = yaml_read_fields(doc, node, fields, a, err);

	if (r < 0)
		return r;
	if (!account_name_ok(a->name))
		return yaml_fail(doc, yaml_get(node, "name"), err,
				 "expected 1 to 31 characters of a-z, 0-9, dot, underscore and "
				 "hyphen, found '%s'",
				 a->name);
	if (!a->secret[0])
		return yaml_fail(doc, yaml_get(node, "secret"), err, "expected a secret");
	if (accounts_find(all, a->name))
		return yaml_fail(doc, yaml_get(node, "name"), err, "a second account '%s'",
				 a->name);
	a->id = (unsigned)all->count + 1;
	a->player = ACCOUNT_NO_PLAYER;
	all->count++;
	return 0;
}

int accounts_read(const struct yaml_doc *doc, const struct yaml_node *list, struct accounts *ret,
		  struct yaml_error *err)
{
	int r = 0;

	if (list->kind != YAML_SEQUENCE)
		return yaml_fail(doc, list, err, "expected a list of accounts");
	*ret = (struct accounts){.account = calloc(ACCOUNTS_MAX, sizeof(struct account))};
	if (!ret->account)
		return -ENOMEM;
	for (const struct yaml_node *n = list->child; n && r == 0; n = n->next) {
		if (ret->count == ACCOUNTS_MAX)
			r = yaml_fail(doc, n, err, "more than %d accounts", ACCOUNTS_MAX);
		else
			r = read_one(doc, n, ret, err);
	}
	return r;
}

void accounts_free(struct accounts *a)
{
	free(a->account);
	*a = (struct accounts){0};
}

struct account *accounts_find(const struct accounts *a, const char *name)
{
	for (size_t i = 0; i < a->count; i++)
		if (strcmp(a->account[i].name, name) == 0)
			return &a->account[i];
	return NULL;
}
