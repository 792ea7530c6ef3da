// SPDX-License-Identifier: Apache-2.0
/* A batch against a world: what would be there after each request, and then the requests. */
#include "gtp5g-tools/batch.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <uthash.h>

/* What a record is told by */
struct name {
	char device[IFNAMSIZ];
	uint32_t noun;
	uint32_t id; /* or the UE's address */
	uint64_t seid;
};

/* Is it there, after the requests so far */
struct known {
	struct name name;
	bool there;
	const struct request *by; /* the request that made it so; NULL: found so */
	UT_hash_handle hh;
};

struct checker {
	const struct world *world;
	struct known *known;
	complain_fn complain;
	void *user;
	unsigned mistakes;
};

static struct name name_of(const struct request *request)
{
	struct name name = {.noun = (uint32_t)(request->noun - nouns)};

	memcpy(name.device, request->device, sizeof(name.device));
	if (request->noun->driver == DRIVER_GTP) {
		name.id = request->tunnel.pdp.ue.s_addr;
	} else {
		name.id = request->rule.id;
		name.seid = request->rule.seid;
	}
	return name;
}

/* What is known of a record, asked for once. Return: 0 with @ret_known, or a negative errno with
 * @ret_why */
static int look(struct checker *c, const struct request *request, struct known **ret_known,
		struct complaint *ret_why)
{
	const struct name name = name_of(request);
	struct known *known;
	int rc;

	HASH_FIND(hh, c->known, &name, sizeof(name), known);
	if (!known) {
		rc = c->world->exists(c->world->user, request, ret_why);
		if (rc && rc != -ENOENT)
			return rc;
		known = calloc(1, sizeof(*known));
		if (!known)
			return -ENOMEM;
		known->name = name;
		known->there = !rc;
		HASH_ADD(hh, c->known, name, sizeof(known->name), known);
	}
	*ret_known = known;
	return 0;
}

static void forget(struct checker *c)
{
	struct known *known, *next;

	HASH_ITER (hh, c->known, known, next) {
		HASH_DEL(c->known, known);
		free(known);
	}
}

/* ---- one request ---- */

/* "and was deleted at FILE:3" where a request of this batch did it */
static const char *since(const struct known *known, char *buf, size_t size)
{
	buf[0] = '\0';
	if (known->by && known->by->place.file)
		snprintf(buf, size, ", since line %u", known->by->place.line);
	return buf;
}

static int check_name(struct checker *c, const struct request *request,
		      struct complaint *ret_complaint)
{
	char name[64], when[32];
	struct known *known;
	int rc = look(c, request, &known, ret_complaint);

	if (rc)
		return rc;
	request_name(request, name, sizeof(name));
	if (request->verb == VERB_ADD && known->there) {
		complain_at(ret_complaint, &request->place, "%s is there already%s", name,
			    since(known, when, sizeof(when)));
		return -EEXIST;
	}
	if (request->verb != VERB_ADD && !known->there) {
		complain_at(ret_complaint, &request->place, "%s isn't there%s", name,
			    since(known, when, sizeof(when)));
		return -ENOENT;
	}
	if (request->verb != VERB_MOD) {
		known->there = request->verb == VERB_ADD;
		known->by = request;
	}
	return 0;
}

static int need(struct checker *c, const struct request *pdr, const char *noun, uint32_t id,
		struct complaint *ret_complaint)
{
	struct request wanted = {.noun = noun_find(noun), .verb = VERB_GET};
	char name[64], when[32];
	struct known *known;
	int rc;

	memcpy(wanted.device, pdr->device, sizeof(wanted.device));
	wanted.rule = (struct gtp5g_rule){.kind = wanted.noun->kind,
					  .seid = pdr->rule.seid,
					  .id = id,
					  .has = 1 << GTP5G_RULE_ID | !!pdr->rule.seid
									      << GTP5G_RULE_SEID};
	rc = look(c, &wanted, &known, ret_complaint);
	if (rc || known->there)
		return rc;
	complain_at(ret_complaint, &pdr->place,
		    "--%s: %s isn't there%s, and must be before the PDR", noun,
		    request_name(&wanted, name, sizeof(name)), since(known, when, sizeof(when)));
	return -ENOENT;
}

/* See need_of_pdr in lib/gtp5g/kernel.c, which asks again when it is sent */
static int check_pdr(struct checker *c, const struct request *request,
		     struct complaint *ret_complaint)
{
	const struct gtp5g_rule *rule = &request->rule;
	int rc = 0;

	if (gtp5g_has(rule, GTP5G_PDR_FAR_ID))
		rc = need(c, request, "far", rule->pdr.far, ret_complaint);
	if (!gtp5g_has(rule, GTP5G_PDR_QER_IDS))
		return rc;
	for (uint32_t i = 0; !rc && i < rule->pdr.qer.count; i++)
		rc = need(c, request, "qer", rule->pdr.qer.id[i], ret_complaint);
	return rc;
}

static int check_driver(struct checker *c, const struct request *request,
			struct complaint *ret_complaint)
{
	const enum driver wanted = request->noun->driver;
	struct complaint why = {""};
	enum driver driver;
	int rc = c->world->driver(c->world->user, request->device, &driver, &why);

	if (rc) {
		complain_at(ret_complaint, &request->place, "%s", why.text);
		return rc;
	}
	if (driver == wanted)
		return 0;
	complain_at(
		ret_complaint, &request->place,
		driver == DRIVER_GTP
			? "%s is a link of the mainline driver, which has no %s, only tunnels"
			: "%s is a link of gtp5g, which has no %s, but pdr, far, qer, urr and bar",
		request->device, request->noun->name);
	return -EMEDIUMTYPE;
}

static int check_request(struct checker *c, const struct request *request, bool atomic,
			 struct complaint *ret_complaint)
{
	const bool is_pdr =
		request->noun->driver == DRIVER_GTP5G && request->noun->kind == GTP5G_PDR;
	int rc = check_driver(c, request, ret_complaint);

	if (!rc && atomic && request->verb != VERB_ADD)
		rc = complain_at(ret_complaint, &request->place,
				 "%s %s: can't be taken back, since the module doesn't tell all of "
				 "what was; --atomic is for add alone",
				 request->noun->name, verb_names[request->verb]);
	if (!rc)
		rc = request_check(request, c->world->version(c->world->user), ret_complaint);
	if (!rc)
		rc = check_name(c, request, ret_complaint);
	if (!rc && is_pdr && request->verb != VERB_DEL)
		rc = check_pdr(c, request, ret_complaint);
	return rc;
}

int batch_check(const struct batch *batch, const struct world *world, bool atomic,
		complain_fn complain, void *user)
{
	struct checker c = {.world = world, .complain = complain, .user = user};
	int first = 0;

	for (size_t i = 0; i < batch->count && c.mistakes < BATCH_COMPLAINTS_MAX; i++) {
		struct complaint complaint = {""};
		int rc = check_request(&c, &batch->request[i], atomic, &complaint);

		if (!rc)
			continue;
		c.mistakes++;
		complain(complaint.text, user);
		first = first ? first : rc;
		if (rc == -EPERM || rc == -ENOMEM)
			break;
	}
	forget(&c);
	return first;
}

/* ---- all of them ---- */

/* Return: how many are still there */
static size_t undo(const struct batch *batch, const struct world *world, size_t done,
		   complain_fn complain, void *user)
{
	size_t left = 0;

	while (done--) {
		struct request request = batch->request[done];
		struct complaint why = {""}, complaint;
		int rc;

		request.verb = VERB_DEL;
		rc = world->take_back(world->user, &request, &why);
		if (!rc || rc == -ENOENT) /* somebody else was faster */
			continue;
		left++;
		complain_at(&complaint, &request.place, "it couldn't be taken back: %s", why.text);
		complain(complaint.text, user);
	}
	return left;
}

int batch_apply(const struct batch *batch, const struct world *world, bool atomic, size_t *ret_done,
		complain_fn complain, void *user)
{
	struct complaint why = {""}, complaint;
	size_t done = 0;
	int rc = 0;

	while (done < batch->count) {
		rc = world->apply(world->user, &batch->request[done], &why);
		if (rc)
			break;
		done++;
	}
	if (rc) {
		complain_at(&complaint, &batch->request[done].place, "%s", why.text);
		complain(complaint.text, user);
	}
	if (rc && atomic)
		done = undo(batch, world, done, complain, user);
	*ret_done = done;
	return rc;
}
