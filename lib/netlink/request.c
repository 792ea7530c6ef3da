// SPDX-License-Identifier: Apache-2.0
/* Requests and answers: one buffer out, acknowledgements, single answers and dumps in. */
#include <errno.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/netlink/request.h"

enum { DUMP_ATTEMPTS = 16 };

bool nl_name_valid(const char *name)
{
	size_t len = name ? strnlen(name, IFNAMSIZ) : 0;

	return len > 0 && len < IFNAMSIZ;
}

bool nl_name_plain(const char *name)
{
	static const char plain[] = "abcdefghijklmnopqrstuvwxyz"
				    "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-.";

	return nl_name_valid(name) && !name[strspn(name, plain)] && strcmp(name, ".") != 0 &&
	       strcmp(name, "..") != 0;
}

uint32_t nl_attr_u32(const struct nlattr *attr, uint32_t otherwise)
{
	return attr && mnl_attr_get_payload_len(attr) >= sizeof(uint32_t) ? mnl_attr_get_u32(attr)
									  : otherwise;
}

struct in_addr nl_attr_in(const struct nlattr *attr)
{
	return (struct in_addr){.s_addr = nl_attr_u32(attr, 0)};
}

unsigned nl_addr_bits(sa_family_t family)
{
	return family == AF_INET6 ? 128 : 32;
}

void nl_attr_addr(const struct nlattr *attr, sa_family_t family, void *ret)
{
	const size_t octets = nl_addr_bits(family) / 8;

	memset(ret, 0, octets);
	if (attr && mnl_attr_get_payload_len(attr) >= octets)
		memcpy(ret, mnl_attr_get_payload(attr), octets);
}

void nl_put_addr(struct nlmsghdr *nlh, uint16_t attr, sa_family_t family, const void *addr)
{
	mnl_attr_put(nlh, attr, nl_addr_bits(family) / 8, addr);
}

void nl_attrs(const struct nlmsghdr *nlh, size_t header_len, const struct nlattr **table,
	      unsigned max)
{
	const struct nlattr *attr;

	memset(table, 0, (max + 1) * sizeof(*table));
	mnl_attr_for_each (attr, nlh, (unsigned)header_len)
		if (mnl_attr_get_type(attr) <= max)
			table[mnl_attr_get_type(attr)] = attr;
}

struct nlmsghdr *nl_request(struct nl *nl, uint16_t type, uint16_t flags)
{
	struct nlmsghdr *nlh;

	/* A chunk that fails to go out is the batch's error; the request at hand is then not sent
	 * either. */
	if (nl->count == NL_CHUNK_REQUESTS || nl->used + NL_REQUEST_MAX > NL_CHUNK_BYTES)
		(void)nl_flush(nl);
	nlh = mnl_nlmsg_put_header(nl->chunk + nl->used);
	nlh->nlmsg_type = type;
	nlh->nlmsg_flags = NLM_F_REQUEST | flags;
	nlh->nlmsg_seq = ++nl->seq;
	if (!nl->count)
		nl->first_seq = nlh->nlmsg_seq;
	return nlh;
}

int nl_submit(struct nl *nl, struct nlmsghdr *nlh, int tolerated)
{
	if (nl->batching && nl->batch_error)
		return nl->batch_error;
	nl->tolerated[nl->count++] = tolerated;
	nl->used += MNL_ALIGN(nlh->nlmsg_len);
	if (nl->batching)
		return 0;
	nl->error[0] = 0;
	return nl_flush(nl);
}

/* The kernel's own words, when the error came with some. */
static void keep_text(struct nl *nl, const struct nlmsghdr *nlh)
{
	const struct nlmsgerr *err = mnl_nlmsg_get_payload(nlh);
	size_t skip = sizeof(*err);
	const struct nlattr *attr;

	if (!(nlh->nlmsg_flags & NLM_F_ACK_TLVS))
		return;
	if (!(nlh->nlmsg_flags & NLM_F_CAPPED))
		skip += err->msg.nlmsg_len - sizeof(err->msg);
	mnl_attr_for_each (attr, nlh, (unsigned)skip)
		if (mnl_attr_get_type(attr) == NLMSGERR_ATTR_MSG)
			snprintf(nl->error, sizeof(nl->error), "%.*s",
				 (int)mnl_attr_get_payload_len(attr),
				 (const char *)mnl_attr_get_payload(attr));
}

static int error_of(const struct nlmsghdr *nlh)
{
	const struct nlmsgerr *err = mnl_nlmsg_get_payload(nlh);

	return mnl_nlmsg_get_payload_len(nlh) >= sizeof(*err) ? err->error : -EBADMSG;
}

/* One acknowledgement of the chunk; the first error that isn't tolerated is kept. */
static void note_answer(struct nl *nl, const struct nlmsghdr *nlh, int *first_error)
{
	size_t index = nlh->nlmsg_seq - nl->first_seq;
	int error = error_of(nlh);

	if (!error || *first_error || index >= nl->count || error == -nl->tolerated[index])
		return;
	*first_error = error;
	keep_text(nl, nlh);
	if (nl->batching && !nl->batch_error) {
		nl->batch_error = error;
		nl->batch_failed = nl->batch_sent + index;
	}
}

static int await_answers(struct nl *nl, uint32_t last_seq)
{
	int first_error = 0;

	for (;;) {
		ssize_t got = mnl_socket_recvfrom(nl->sock, nl->answer, sizeof(nl->answer));
		const struct nlmsghdr *nlh = (const struct nlmsghdr *)nl->answer;
		int left = (int)got;

		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return -errno;
		for (; mnl_nlmsg_ok(nlh, left); nlh = mnl_nlmsg_next(nlh, &left)) {
			if (nlh->nlmsg_type != NLMSG_ERROR)
				continue;
			note_answer(nl, nlh, &first_error);
			if (nlh->nlmsg_seq == last_seq)
				return first_error;
		}
	}
}

int nl_flush(struct nl *nl)
{
	struct nlmsghdr *nlh = (struct nlmsghdr *)nl->chunk;
	size_t count = nl->count;
	int left = (int)nl->used;
	int error = 0;

	if (!count)
		return 0;
	for (size_t i = 0; i + 1 < count; i++)
		nlh = mnl_nlmsg_next(nlh, &left);
	nlh->nlmsg_flags |= NLM_F_ACK;
	if (mnl_socket_sendto(nl->sock, nl->chunk, nl->used) < 0)
		error = -errno;
	else
		error = await_answers(nl, nlh->nlmsg_seq);
	if (error && nl->batching && !nl->batch_error) {
		nl->batch_error = error;
		nl->batch_failed = nl->batch_sent;
	}
	nl->batch_sent += count;
	nl->count = nl->used = 0;
	return error;
}

/* Answers of one query, kept until all are there. */
struct answers {
	char *bytes;
	size_t len, capacity;
	bool torn; /* the kernel's tables changed while it dumped them */
};

static int answers_add(struct answers *answers, const struct nlmsghdr *nlh)
{
	size_t len = MNL_ALIGN(nlh->nlmsg_len);

	if (answers->len + len > NL_DUMP_MAX)
		return -EMSGSIZE;
	if (answers->len + len > answers->capacity) {
		size_t capacity = (answers->len + len) * 2;
		char *bytes = realloc(answers->bytes, capacity);

		if (!bytes)
			return -ENOMEM;
		answers->bytes = bytes;
		answers->capacity = capacity;
	}
	memcpy(answers->bytes + answers->len, nlh, nlh->nlmsg_len);
	answers->len += len;
	return 0;
}

/* 1: the answer is complete; 0: more comes */
static int take_answer(struct nl *nl, const struct nlmsghdr *nlh, uint32_t seq,
		       struct answers *answers)
{
	int error;

	if (nlh->nlmsg_seq != seq)
		return 0;
	if (nlh->nlmsg_flags & NLM_F_DUMP_INTR)
		answers->torn = true;
	if (nlh->nlmsg_type == NLMSG_DONE) {
		error = mnl_nlmsg_get_payload_len(nlh) >= sizeof(int)
				? *(const int *)mnl_nlmsg_get_payload(nlh)
				: 0;
		return error < 0 ? error : 1;
	}
	if (nlh->nlmsg_type == NLMSG_ERROR) {
		error = error_of(nlh);
		if (error)
			keep_text(nl, nlh);
		return error ? error : 1;
	}
	return answers_add(answers, nlh);
}

static int collect(struct nl *nl, uint32_t seq, struct answers *answers)
{
	int state = 0;

	while (!state) {
		ssize_t got = mnl_socket_recvfrom(nl->sock, nl->answer, sizeof(nl->answer));
		const struct nlmsghdr *nlh = (const struct nlmsghdr *)nl->answer;
		int left = (int)got;

		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return -errno;
		for (; !state && mnl_nlmsg_ok(nlh, left); nlh = mnl_nlmsg_next(nlh, &left))
			state = take_answer(nl, nlh, seq, answers);
	}
	return state < 0 ? state : 0;
}

static int hand_on(const struct answers *answers, nl_each each, void *user)
{
	const struct nlmsghdr *nlh = (const struct nlmsghdr *)answers->bytes;
	int left = (int)answers->len;
	int stop = 0;

	for (; !stop && left > 0 && mnl_nlmsg_ok(nlh, left); nlh = mnl_nlmsg_next(nlh, &left))
		stop = each(nlh, user);
	return stop;
}

int nl_query(struct nl *nl, struct nlmsghdr *nlh, nl_each each, void *user)
{
	struct answers answers = {0};
	char request[NL_REQUEST_MAX];
	int error = 0;

	/* What is queued before it must have happened: the answer is to show it. */
	memcpy(request, nlh, nlh->nlmsg_len);
	nlh = (struct nlmsghdr *)request;
	/* one of its two bits alone is NLM_F_REPLACE or NLM_F_EXCL */
	if ((nlh->nlmsg_flags & NLM_F_DUMP) != NLM_F_DUMP)
		nlh->nlmsg_flags |= NLM_F_ACK;
	error = nl_flush(nl);
	nl->error[0] = 0;
	for (int attempt = 0; !error && attempt < DUMP_ATTEMPTS; attempt++) {
		nlh->nlmsg_seq = ++nl->seq;
		answers.len = 0;
		answers.torn = false;
		if (mnl_socket_sendto(nl->sock, nlh, nlh->nlmsg_len) < 0)
			error = -errno;
		else
			error = collect(nl, nlh->nlmsg_seq, &answers);
		if (!answers.torn)
			break;
	}
	if (!error && answers.torn)
		error = -EAGAIN;
	if (!error)
		error = hand_on(&answers, each, user);
	free(answers.bytes);
	return error;
}
